//! What lies in the inbox: top-level entries, the files inside them, and their fingerprints.

use super::name;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use walkdir::WalkDir;

/// A top-level item of the inbox.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// What an entry looks like at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) folder: bool,
    /// Sorted by path.
    pub(super) files: Vec<Listed>,
    pub(super) fingerprint: String,
    /// `提交完成.txt` lies in the entry.
    pub(super) complete: bool,
}

/// One thing inside an entry that is no folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Path inside the entry.
    pub(super) path: String,
    /// Where it lies.
    pub(super) place: PathBuf,
    pub(super) len: u64,
    pub(super) mtime_ns: i128,
    pub(super) nature: Nature,
    pub(super) litter: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Regular,
    /// A link, pipe, socket or device.
    Special,
    /// Could not even be listed.
    Unreadable(io::ErrorKind),
}

/// The entries of the inbox, sorted by name.
pub(super) fn entries(inbox: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for item in fs::read_dir(inbox)? {
        let item = item?;
        let name = name::text_of(&item.file_name());
        if !name::is_litter(&name) {
            entries.push(Entry { name, path: item.path() });
        }
    }
    entries.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(entries)
}

/// A single entry by its place; `None` for a place without a name.
pub(super) fn entry(place: &Path) -> Option<Entry> {
    let name = name::text_of(place.file_name()?);
    Some(Entry { name, path: place.to_owned() })
}

/// Lists an entry; `None` when it is gone.
pub(super) fn scan(entry: &Entry) -> Option<Scan> {
    let root = fs::symlink_metadata(&entry.path).ok()?;
    let mut files = if root.is_dir() {
        inside(&entry.path)
    } else {
        vec![listed(entry.name.clone(), entry.path.clone(), &root)]
    };
    files.sort_by(|a, b| (&a.path, &a.place).cmp(&(&b.path, &b.place)));
    let complete = root.is_dir()
        && files.iter().any(|file| {
            !file.path.contains('/') && name::marker(&file.path) == Some(name::Marker::Complete)
        });
    let fingerprint = fingerprint(&files);
    Some(Scan { folder: root.is_dir(), files, fingerprint, complete })
}

fn inside(root: &Path) -> Vec<Listed> {
    let mut files = Vec::new();
    for item in WalkDir::new(root).follow_links(false).min_depth(1) {
        match item {
            Ok(item) if item.file_type().is_dir() => {}
            Ok(item) => {
                let path = relative(root, item.path());
                files.push(match item.metadata() {
                    Ok(meta) => listed(path, item.path().to_owned(), &meta),
                    Err(e) => unreadable(path, item.path(), &e),
                });
            }
            Err(e) => {
                let place = e.path().unwrap_or(root);
                files.push(unreadable(relative(root, place), place, &e));
            }
        }
    }
    files
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<String> = inner.iter().map(name::text_of).collect();
    parts.join("/")
}

fn listed(path: String, place: PathBuf, meta: &Metadata) -> Listed {
    let nature = if meta.is_file() { Nature::Regular } else { Nature::Special };
    let litter = name::lies_in_litter(&path);
    Listed { path, place, len: meta.len(), mtime_ns: mtime_ns(meta), nature, litter }
}

fn unreadable(path: String, place: &Path, error: &walkdir::Error) -> Listed {
    let kind = error.io_error().map_or(io::ErrorKind::Other, io::Error::kind);
    let litter = name::lies_in_litter(&path);
    let (place, nature) = (place.to_owned(), Nature::Unreadable(kind));
    Listed { path, place, len: 0, mtime_ns: 0, nature, litter }
}

/// Modification time in nanoseconds; only ever compared for equality.
pub(super) fn mtime_ns(meta: &Metadata) -> i128 {
    let Ok(time) = meta.modified() else { return 0 };
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => i128::try_from(before.duration().as_nanos()).map_or(i128::MIN, |n| -n),
    }
}

/// Hash over (path, length, time). Litter is left out: a preview that leaves a `Thumbs.db` behind
/// changes nothing.
fn fingerprint(files: &[Listed]) -> String {
    let mut text = Vec::new();
    for file in files.iter().filter(|file| !file.litter) {
        let Listed { path, len, mtime_ns, nature, .. } = file;
        let line = format!("{path}\0{len}\0{mtime_ns}\0{nature:?}\n");
        text.extend_from_slice(line.as_bytes());
    }
    crate::blobs::sha256_hex(&text)
}
