//! One file into the blob store, hashed while copied, never through a link.

use super::discover::{Listed, Nature, mtime_ns};
use super::{FileKind, SourceFile, name, sniff};
use crate::blobs::Blobs;
use crate::diag::{Finding, Origin};
use crate::wall::Limits;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// How often a file that changed while being read is read again.
const TRIES: usize = 3;

/// What became of a copy.
#[derive(Debug)]
pub(super) enum Copied {
    /// In the store, or refused with a reason.
    Done(SourceFile),
    /// It changes faster than it can be read, or went away.
    Restless,
}

/// Copies one listed file.
///
/// # Errors
/// Only when the blob store fails; what is wrong with the file is in the result.
pub(super) fn copy(file: &Listed, blobs: &Blobs, limits: &Limits) -> io::Result<Copied> {
    match file.nature {
        Nature::Special => return Ok(Copied::Done(refuse(file, "IN-109"))),
        Nature::Unreadable(kind) => return Ok(Copied::Done(unreadable(file, kind))),
        Nature::Regular => {}
    }
    for _ in 0..TRIES {
        let mut open = match open_regular(&file.place) {
            Ok(open) => open,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Copied::Restless),
            Err(e) if e.kind() == io::ErrorKind::InvalidInput => {
                return Ok(Copied::Done(refuse(file, "IN-109")));
            }
            Err(e) => return Ok(Copied::Done(unreadable(file, e.kind()))),
        };
        let before = open.metadata()?;
        if before.len() > limits.file_bytes {
            return Ok(Copied::Done(too_large(file, before.len(), limits)));
        }
        let mut reader = Source { file: &mut open, fault: None };
        let stored = blobs.store(&mut reader);
        let fault = reader.fault;
        let stored = match (stored, fault) {
            (Ok(stored), _) => stored,
            (Err(_), Some(kind)) => return Ok(Copied::Done(unreadable(file, kind))),
            (Err(e), None) => return Err(e),
        };
        if stored.bytes == before.len() && unchanged(&before, &open) {
            let kind = sniff(&stored.head, &file.path);
            let mut done = SourceFile { sha256: stored.sha256, kind, ..listing(file) };
            done.bytes = stored.bytes;
            if kind == FileKind::Empty && !done.litter {
                done.sha256 = String::new();
                done.refused = Some(finding(file, "IN-102"));
            }
            return Ok(Copied::Done(done));
        }
    }
    Ok(Copied::Restless)
}

/// A file as it is listed before anyone read it.
pub(super) fn listing(file: &Listed) -> SourceFile {
    SourceFile {
        path: file.path.clone(),
        sha256: String::new(),
        bytes: file.len,
        kind: if file.len == 0 { FileKind::Empty } else { FileKind::Unknown },
        litter: file.litter || name::marker(&file.path).is_some(),
        refused: None,
    }
}

/// Opens a regular file and nothing else: no link is followed, no pipe is waited for.
pub(super) fn open_regular(place: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    never_follow(&mut options);
    let file = options.open(place).map_err(link_is_no_file)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

#[cfg(unix)]
fn never_follow(options: &mut OpenOptions) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed());
}

/// The file itself is checked after opening; links were told apart when listing.
#[cfg(not(unix))]
fn never_follow(_options: &mut OpenOptions) {}

#[cfg(unix)]
fn link_is_no_file(error: io::Error) -> io::Error {
    use rustix::io::Errno;
    let loops = [Errno::LOOP, Errno::MLINK, Errno::NXIO].map(Errno::raw_os_error);
    match error.raw_os_error() {
        Some(code) if loops.contains(&code) => io::ErrorKind::InvalidInput.into(),
        _ => error,
    }
}

#[cfg(not(unix))]
fn link_is_no_file(error: io::Error) -> io::Error {
    error
}

/// Remembers whether it was the source that failed, not the store.
struct Source<'a> {
    file: &'a mut File,
    fault: Option<io::ErrorKind>,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer).inspect_err(|e| self.fault = Some(e.kind()))
    }
}

fn unchanged(before: &Metadata, file: &File) -> bool {
    file.metadata()
        .is_ok_and(|after| after.len() == before.len() && mtime_ns(&after) == mtime_ns(before))
}

fn finding(file: &Listed, code: &str) -> Finding {
    Finding::new(code, Origin::file(&file.path)).arg("file", &file.path).build()
}

fn refuse(file: &Listed, code: &str) -> SourceFile {
    refuse_with(file, finding(file, code))
}

fn refuse_with(file: &Listed, finding: Finding) -> SourceFile {
    let listing = listing(file);
    let refused = if listing.litter { None } else { Some(finding) };
    SourceFile { refused, ..listing }
}

fn unreadable(file: &Listed, kind: io::ErrorKind) -> SourceFile {
    let error = match kind {
        io::ErrorKind::PermissionDenied => "没有读取权限",
        _ => "读取时出错",
    };
    let finding = Finding::new("IN-103", Origin::file(&file.path));
    refuse_with(file, finding.arg("file", &file.path).arg("error", error).build())
}

fn too_large(file: &Listed, bytes: u64, limits: &Limits) -> SourceFile {
    let limit = format!("{} MB", limits.file_bytes >> 20);
    let finding = Finding::new("IN-104", Origin::file(&file.path));
    let finding = finding.arg("file", &file.path).arg("limit", limit).build();
    SourceFile { bytes, ..refuse_with(file, finding) }
}
