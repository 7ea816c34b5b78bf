//! Bind: forms and scans become one booklet per person.
//!
//! Comes in: finished PDFs and admitted scans in the pack's order. Goes out: a [`Packet`], written
//! as a stream: nothing is decoded, no packet is held in memory. The page count is asserted by
//! reading the file again.

mod annots;
mod binder;
mod image;
mod import;
mod outline;
mod stamp;
mod tally;
#[cfg(test)]
mod tests;
mod tiff;
mod verify;
mod writer;

pub use stamp::StampFonts;

use crate::blobs::Blobs;
use binder::Binder;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::Path;
use writer::Id;

/// A millimetre in points.
const MM: f64 = 72.0 / 25.4;
/// Width and height of A4 in points.
const A4: (f64, f64) = (210.0 * MM, 297.0 * MM);

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
    /// Characters of page numbers and stamps that the font lacks; they are left out.
    #[serde(default)]
    pub missing: String,
}

/// Why a packet could not be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Reading a blob or writing the packet failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The stamp font cannot be used.
    #[error("stamp font: {0}")]
    Font(String),
    /// An image does not hold what its admission said.
    #[error("image: {0}")]
    Image(String),
    /// A PDF cannot be read.
    #[error("PDF: {0}")]
    Pdf(String),
    /// The same, with the leaf it happened in.
    #[error("{title}: {source}")]
    Leaf {
        /// Chapter of the plan and leaf of the chapter.
        place: (usize, usize),
        /// Title of the leaf.
        title: String,
        /// What happened.
        source: Box<Self>,
    },
    /// A leaf, or the written file, has another number of pages than planned: the catalogue would
    /// lie.
    #[error("{found} pages instead of {expected}")]
    Pages {
        /// Pages planned.
        expected: u32,
        /// Pages found.
        found: u32,
    },
}

impl BindError {
    fn of(self, place: (usize, usize), title: &str) -> Self {
        Self::Leaf { place, title: title.to_owned(), source: Box::new(self) }
    }

    /// The leaf whose own bytes are at fault; `None` when the machine or the program is.
    pub fn bad_leaf(&self) -> Option<(usize, usize)> {
        use io::ErrorKind::{InvalidData, NotFound, UnexpectedEof};
        let Self::Leaf { place, source, .. } = self else { return None };
        let at_fault = match &**source {
            Self::Image(_) | Self::Pdf(_) | Self::Pages { .. } => true,
            Self::Io(error) => matches!(error.kind(), InvalidData | NotFound | UnexpectedEof),
            Self::Font(_) | Self::Leaf { .. } => false,
        };
        at_fault.then_some(*place)
    }
}

/// The printed page numbers (first, last) of each chapter, known before anything is bound.
///
/// Only pages of numbered chapters count; blank backs are neither numbered nor counted.
pub fn layout(plan: &BindPlan) -> Vec<Option<(u32, u32)>> {
    let mut last = 0;
    let mut ranges = Vec::new();
    for chapter in &plan.chapters {
        let pages = pages_of(chapter);
        if !chapter.numbered || pages == 0 {
            ranges.push(None);
            continue;
        }
        ranges.push(Some((last + 1, last + pages)));
        last += pages;
    }
    ranges
}

/// The pages of the whole booklet, blank backs included.
pub fn sheet_sides(plan: &BindPlan) -> u32 {
    plan.chapters.iter().map(pages_of).filter(|pages| *pages > 0).fold(0, |sum, pages| {
        let blank = u32::from(plan.recto && sum % 2 == 1);
        sum + blank + pages
    })
}

fn pages_of(chapter: &Chapter) -> u32 {
    chapter.leaves.iter().map(|leaf| leaf.pages).sum()
}

/// Writes the packet to `out` and reads it again to count its pages.
///
/// # Errors
/// When a source cannot be read, a leaf has another number of pages than planned, the font cannot
/// be embedded, or the written file does not have the planned pages. The file at `out` is then
/// worthless; the caller removes it.
pub fn bind(
    plan: &BindPlan,
    blobs: &Blobs,
    fonts: &StampFonts,
    out: &Path,
) -> Result<Packet, BindError> {
    let mut binder = Binder::begin(File::create(out)?, plan, blobs, fonts)?;
    for (number, chapter) in plan.chapters.iter().enumerate() {
        binder.chapter(number, chapter)?;
    }
    let bound = binder.finish(&plan.title)?;
    let found = verify::count_pages(out)?;
    let expected = sheet_sides(plan);
    if found != expected || bound.pages != expected {
        return Err(BindError::Pages { expected, found });
    }
    Ok(Packet {
        pages: found,
        chapters: layout(plan),
        sha256: bound.written.sha256,
        bytes: bound.written.bytes,
        missing: bound.missing,
    })
}
