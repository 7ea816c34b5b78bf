//! `manifest.json`: every published file but itself.

use super::ReleasedFile;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The wire form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `dossier/manifest/1`.
    pub schema: String,
    /// The run that wrote it.
    pub run: RunInfo,
    /// The files, sorted by path.
    pub files: Vec<ReleasedFile>,
}

/// What identifies a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Hash of inputs, pack and clock.
    pub id: String,
    /// Program version.
    pub version: String,
    /// Id of the circular.
    pub circular: String,
    /// Hash of the pack.
    pub pack_hash: String,
    /// The run's clock, RFC 3339.
    pub now: String,
}

impl Manifest {
    /// Reads the manifest of an outbox folder; an absent or unreadable one is empty (everything is
    /// then published anew).
    pub fn read(root: &Path) -> Self {
        std::fs::read(root.join("manifest.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Whether every file it names lies there with its length.
    pub fn stands(&self, root: &Path) -> bool {
        self.files.iter().all(|file| {
            std::fs::metadata(root.join(&file.path))
                .is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes)
        })
    }
}
