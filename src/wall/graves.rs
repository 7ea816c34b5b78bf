//! Which files ended a child before: they are not tried again by the same program under the same
//! limits, whatever they are called now. A lost note costs one more child, nothing else.

use super::{Death, Limits};
use crate::blobs::sha256_hex;
use std::fs;
use std::path::{Path, PathBuf};

/// Notes on deaths in a folder, one file per note.
#[derive(Debug)]
pub(super) struct Graves {
    dir: PathBuf,
    /// The program as far as it matters: its version, and its length for builds between versions.
    program: String,
}

impl Graves {
    pub(super) fn new(dir: PathBuf, program: &Path) -> Self {
        let length = fs::metadata(program).map_or(0, |m| m.len());
        Self { dir, program: format!("{} {length}", env!("CARGO_PKG_VERSION")) }
    }

    /// What the file died of the last time.
    pub(super) fn find(&self, op: &str, limits: &Limits, subject: &str) -> Option<Death> {
        let note = fs::read(self.place(op, limits, subject)).ok()?;
        serde_json::from_slice(&note).ok()
    }

    /// Remembers a death that was the file's own; one of the system is not.
    pub(super) fn dig(&self, op: &str, limits: &Limits, subject: &str, death: &Death) {
        if subject.is_empty() || matches!(death, Death::System(_)) {
            return;
        }
        if let Ok(note) = serde_json::to_vec(death) {
            let _ = fs::create_dir_all(&self.dir);
            let _ = fs::write(self.place(op, limits, subject), note);
        }
    }

    fn place(&self, op: &str, limits: &Limits, subject: &str) -> PathBuf {
        let limits = serde_json::to_string(limits).unwrap_or_default();
        let key = [self.program.as_str(), op, subject, &limits].join("\0");
        self.dir.join(sha256_hex(key.as_bytes()))
    }
}
