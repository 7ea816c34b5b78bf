//! Publish: the outbox appears, whole or not at all.
//!
//! Comes in: files to publish. Goes out: a [`Release`] on disk: temporary folder, sync, one rename;
//! `manifest.json` last. Files that did not change are not touched.

use serde::{Deserialize, Serialize};

/// One file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedFile {
    /// Path inside the circular's outbox folder.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// Pages, for PDF.
    pub pages: Option<u32>,
    /// Kind: `booklet`, `approval`, `report`, …
    pub kind: String,
    /// Case number, when it is of one case.
    pub case: Option<String>,
}

/// Everything published, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The files.
    pub files: Vec<ReleasedFile>,
}
