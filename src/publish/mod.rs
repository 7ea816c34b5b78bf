//! Publish: the outbox appears, whole or not at all.
//!
//! Comes in: files to publish and those to keep. Goes out: a [`Release`] on disk. A folder of a
//! unit is built beside the old one and swapped in by one rename; single files are written to a
//! temporary name and renamed; `manifest.json` comes last. What did not change is not touched.

mod manifest;
mod page;
mod report;
mod tree;

pub use manifest::{Manifest, RunInfo};
pub use page::day_page;
pub use report::{
    WireApplicant, WireCounts, WireField, WireFile, WireFinding, WireOrigin, WireOutput,
    WireReceived, WireReport, WireSubmission,
};
pub use tree::{Item, ItemSource, PublishError, publish, safe_name};

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
    /// SHA-256 of what it was made from.
    #[serde(default)]
    pub inputs: Vec<String>,
    /// What was noticed while it was made: code and text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<(String, String)>,
}

/// Everything published, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The files.
    pub files: Vec<ReleasedFile>,
    /// Whether anything on disk changed.
    pub changed: bool,
}
