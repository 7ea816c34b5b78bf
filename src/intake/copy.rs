//! One file into the blob store, hashed while copied, never through a link.

use super::discover::{Listed, Nature, mtime_ns};
use super::{FileKind, SourceFile, name, sniff};
use crate::blobs::Blobs;
use crate::diag::{Finding, Origin};
use crate::text::byte_words;
use crate::wall::Limits;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// How often a file that changed while being read is read again.
const TRIES: usize = 3;

/// Copies one listed file: in the store, or refused with a reason; `None` when it changes faster
/// than it can be read, or went away. A read that fails for want of anything but permission (a
/// lock, a share that dropped out) may work the next time: it is a refusal only when `insisting`.
///
/// # Errors
/// Only when the blob store fails; what is wrong with the file is in the result.
pub(super) fn copy(
    file: &Listed,
    blobs: &Blobs,
    limits: &Limits,
    insisting: bool,
) -> io::Result<Option<SourceFile>> {
    let failed = |kind| (insisting || !may_pass(kind)).then(|| unreadable(file, kind));
    match file.nature {
        Nature::Special => return Ok(Some(refuse(file, "IN-109"))),
        Nature::Unreadable(kind) => return Ok(failed(kind)),
        Nature::Regular => {}
    }
    for _ in 0..TRIES {
        let mut open = match open_regular(&file.place) {
            Ok(open) => open,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) if e.kind() == io::ErrorKind::InvalidInput => {
                return Ok(Some(refuse(file, "IN-109")));
            }
            Err(e) => return Ok(failed(e.kind())),
        };
        let before = match open.metadata() {
            Ok(before) => before,
            Err(e) => return Ok(failed(e.kind())),
        };
        if before.len() > limits.file_bytes {
            return Ok(Some(too_large(file, before.len(), limits)));
        }
        let mut reader = Source { file: &mut open, fault: None };
        let stored = blobs.store(&mut reader);
        let fault = reader.fault;
        let stored = match (stored, fault) {
            (Ok(stored), _) => stored,
            (Err(_), Some(kind)) => return Ok(failed(kind)),
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
            return Ok(Some(done));
        }
    }
    Ok(None)
}

/// Whether a failure to read may be gone the next time.
pub(super) fn may_pass(kind: io::ErrorKind) -> bool {
    kind != io::ErrorKind::PermissionDenied
}

/// A file as it is listed when it is not copied yet.
pub(super) fn peek(file: &Listed) -> SourceFile {
    let mut head = Vec::new();
    if file.nature == Nature::Regular {
        let read = open_regular(&file.place).and_then(|f| f.take(4096).read_to_end(&mut head));
        head.truncate(read.unwrap_or(0));
    }
    let listing = listing(file);
    let kind = if head.is_empty() { listing.kind } else { sniff(&head, &file.path) };
    SourceFile { kind, ..listing }
}

/// A file as the folder lists it.
fn listing(file: &Listed) -> SourceFile {
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
    let limit = byte_words(limits.file_bytes);
    let finding = Finding::new("IN-104", Origin::file(&file.path));
    let finding = finding.arg("file", &file.path).arg("limit", limit).build();
    SourceFile { bytes, ..refuse_with(file, finding) }
}
