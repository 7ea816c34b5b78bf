//! The only place that stores and fetches blobs: `state/blobs/ab/cdef…`, named by SHA-256.
//!
//! A blob is written to a temporary name, synced and renamed, so a name that exists is complete.
//! Bytes are never looked into here.

use sha2::{Digest, Sha256};
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
        if !path.exists() {
            if let Some(dir) = path.parent() {
                fs::create_dir_all(dir)?;
            }
            temp.as_file().sync_data()?;
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

fn hex(bytes: &[u8]) -> String {
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
    }
}
