//! Bind: forms and scans become one booklet per person.
//!
//! Comes in: finished PDFs and admitted scans in the pack's order. Goes out: a [`Packet`], written
//! as a stream: nothing is decoded, no packet is held in memory. The page count is asserted by
//! reading the file again.

use serde::{Deserialize, Serialize};

/// What a booklet is made of, in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BindPlan {
    /// Title in the metadata.
    pub title: String,
    /// Chapters in order.
    pub chapters: Vec<Chapter>,
    /// Each chapter starts on a right-hand page (blank pages are put in).
    pub recto: bool,
}

/// One material (or cover, catalogue, form) of a booklet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// Bookmark title.
    pub title: String,
    /// Whether its pages are numbered (cover and catalogue are not).
    pub numbered: bool,
    /// Text of the 原件已核 block at the lower right of each leaf's first page; empty: none.
    pub stamp: Vec<String>,
    /// Sources in order.
    pub leaves: Vec<Leaf>,
}

/// One source file of a chapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// Bookmark title.
    pub title: String,
    /// Its bytes.
    pub source: LeafSource,
    /// Pages it adds.
    pub pages: u32,
}

/// Where the bytes of a leaf are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeafSource {
    /// A PDF we made.
    Pdf(Vec<u8>),
    /// An admitted scan in the blob store.
    Scan(crate::read::Scan),
}

/// Where each chapter came to lie.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packet {
    /// Pages of the file.
    pub pages: u32,
    /// Printed page numbers (first, last) of each chapter; `None` when not numbered.
    pub chapters: Vec<Option<(u32, u32)>>,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
}
