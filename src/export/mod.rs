//! Export: documents become PDF, DOCX and XLSX bytes that say the same, row by row.
//!
//! Comes in: a [`crate::compose::Document`]. Goes out: an [`Artifact`]. Pure and deterministic.

mod docx;
mod listing;
mod paper;
pub mod pdf;
mod questions;
mod xlsx;

pub use docx::docx;
pub use listing::{Column, Listing, listing};
pub use pdf::{ExportError, PdfExporter};
pub use questions::{QuestionRow, questions};
pub use xlsx::xlsx;

use serde::{Deserialize, Serialize};

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The bytes.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: Format,
    /// Pages, for PDF.
    pub pages: Option<u32>,
    /// What the exporter noticed, in plain Chinese: font fallbacks (RD-103), text moved to an
    /// 附页 (FM-102); the code first.
    pub notes: Vec<(String, String)>,
}

/// Formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Format {
    Pdf,
    Docx,
    Xlsx,
}
