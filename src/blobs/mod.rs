//! The only place that stores and fetches blobs: `state/blobs/ab/cdef…`, named by SHA-256.
//!
//! A blob is written to a temporary name and renamed, so a name that exists is complete. It is on
//! the disk for good after [`Blobs::settle`], which the ledger waits for before it names a blob: a
//! power cut may leave a cut blob behind, but none that anybody knows of, and storing the same bytes
//! again mends it. Bytes are never looked into here.

mod sync;

pub(crate) use sync::{AT_ONCE, flush, sync_file};

use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A content-addressed store in one folder.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

/// What storing bytes returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// The first bytes (up to 4,096) and the last (up to 4,096), for sniffing.
    pub head: Vec<u8>,
    /// See `head`.
    pub tail: Vec<u8>,
}

/// How many bytes of either end are kept for sniffing.
const ENDS: usize = 4096;

impl Blobs {
    /// Opens (and creates) the store at `root`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        fs::create_dir_all(&root)?;
        Ok(Self { root })
    }

    /// The path of a blob; it exists only when the blob was stored.
    pub fn path(&self, sha256: &str) -> PathBuf {
        let (dir, name) = sha256.split_at_checked(2).unwrap_or(("00", sha256));
        self.root.join(dir).join(name)
    }

    /// Whether the blob is there.
    pub fn has(&self, sha256: &str) -> bool {
        self.path(sha256).is_file()
    }

    /// Stores everything `reader` gives, hashing while copying.
    ///
    /// # Errors
    /// When reading or writing fails; nothing partial stays under a blob's name.
    pub fn store(&self, reader: &mut dyn Read) -> io::Result<Stored> {
        let mut temp = tempfile::NamedTempFile::new_in(&self.root)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        let (mut bytes, mut head, mut tail) = (0, Vec::new(), Vec::new());
        loop {
            let n = reader.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            let chunk = buffer.get(..n).unwrap_or_default();
            hasher.update(chunk);
            temp.write_all(chunk)?;
            bytes += n as u64;
            head.extend(chunk.iter().take(ENDS.saturating_sub(head.len())));
            tail.extend(chunk.iter().skip(n.saturating_sub(ENDS)));
            tail.drain(..tail.len().saturating_sub(ENDS));
        }
        let sha256 = hex(&hasher.finalize());
        let path = self.path(&sha256);
        // another length: what a power cut left of it
        if !fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes) {
            if let Some(dir) = path.parent() {
                fs::create_dir_all(dir)?;
            }
            temp.persist(&path).map_err(|e| e.error)?;
        }
        Ok(Stored { sha256, bytes, head, tail })
    }

    /// Stores bytes in memory.
    ///
    /// # Errors
    /// As [`Blobs::store`].
    pub fn put(&self, bytes: &[u8]) -> io::Result<Stored> {
        self.store(&mut &bytes[..])
    }

    /// Makes these blobs survive a power cut; names that are no blobs are passed over.
    ///
    /// # Errors
    /// When the disk could not take them.
    pub fn settle(&self, names: &BTreeSet<&str>) -> io::Result<()> {
        if AT_ONCE && names.len() > sync::FEW {
            return flush(&self.root);
        }
        let there = names.iter().filter(|name| !name.is_empty()).map(|name| self.path(name));
        there.filter(|path| path.is_file()).try_for_each(|path| sync_file(&path))
    }

    /// Opens a blob for reading.
    ///
    /// # Errors
    /// When it is not there.
    pub fn open_blob(&self, sha256: &str) -> io::Result<File> {
        File::open(self.path(sha256))
    }

    /// Reads a whole blob.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn get(&self, sha256: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(sha256))
    }

    /// The folder of the store (for temporary files on the same file system).
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// SHA-256 of bytes in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal, as hashes are written everywhere.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_once_and_keeps_both_ends() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path().join("b")).unwrap();
        let bytes: Vec<u8> = (0..600_000u32).map(|i| (i % 251) as u8).collect();
        let a = blobs.put(&bytes).unwrap();
        assert_eq!(a, blobs.put(&bytes).unwrap());
        assert_eq!(a.sha256, sha256_hex(&bytes));
        assert_eq!(a.head, bytes[..ENDS]);
        assert_eq!(a.tail, bytes[bytes.len() - ENDS..]);
        assert_eq!(blobs.get(&a.sha256).unwrap(), bytes);
        blobs.settle(&BTreeSet::from([a.sha256.as_str(), ""])).unwrap();
    }

    #[test]
    fn what_a_power_cut_left_is_stored_again() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path().join("b")).unwrap();
        let sha256 = blobs.put(b"whole").unwrap().sha256;
        fs::write(blobs.path(&sha256), b"wh").unwrap();
        assert_eq!(blobs.put(b"whole").unwrap().sha256, sha256);
        assert_eq!(blobs.get(&sha256).unwrap(), b"whole");
    }
}
