//! Compose: cases and forms become documents: one model of paper for PDF, DOCX and XLSX.
//!
//! Comes in: a template (`x.html`, Tera 2 over a strict XML dialect) and data. Goes out: a
//! [`Document`]. Cell text is data: it is never read as markup or as a template. An unknown
//! variable is an error with line, column and the fields there are.

mod filters;
mod parse;
mod place;
#[cfg(any(test, fuzzing))]
pub mod probe;
mod record;
mod templates;

pub use record::blank_record;
pub use templates::{ComposeError, Templates};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A document, ready for any exporter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Title (metadata and file name).
    pub title: String,
    /// Paper.
    pub page: Page,
    /// Blocks in order.
    pub blocks: Vec<Block>,
    /// Pictures by name: JPEG or PNG bytes.
    #[serde(skip)]
    pub images: BTreeMap<String, Vec<u8>>,
}

/// Paper of a document; lengths in mm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// `A4`, `A3`, or a width × height in mm such as `230x330`.
    pub paper: String,
    /// Landscape.
    pub landscape: bool,
    /// Top, right, bottom, left margins in mm (left = inner when duplex).
    pub margin: [f64; 4],
    /// Printed on both sides: margins mirrored, page count made even with a blank page.
    pub duplex: bool,
    /// Footer text; `{page}` and `{pages}` are replaced. Empty: none.
    pub footer: String,
    /// The first page is a cover: it counts, and carries no footer.
    pub cover: bool,
    /// Style of the page: `form`, `official` (GB/T 9704) or `table`.
    pub style: String,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            paper: "A4".to_owned(),
            landscape: false,
            margin: [25.0, 20.0, 20.0, 28.0],
            duplex: false,
            footer: String::new(),
            cover: false,
            style: "form".to_owned(),
        }
    }
}

/// A block of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A heading, level 1 (title, 小标宋) to 3.
    Heading {
        /// 1, 2 or 3.
        level: u8,
        /// Its runs.
        runs: Vec<Run>,
    },
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
    /// Vertical space in mm.
    Space(f64),
    /// A new page.
    PageBreak,
}

/// A paragraph.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Paragraph {
    /// Its runs.
    pub runs: Vec<Run>,
    /// Alignment.
    pub align: Align,
    /// First-line indent in characters.
    pub indent: f64,
    /// Size in points; `None`: that of the style.
    pub size: Option<f64>,
}

/// Text of one look, or a drawn sign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// Text.
    Text {
        /// The text; `\n` is a line break.
        text: String,
        /// Face: `song` (default), `fang`, `kai`, `hei`, `title`.
        face: Option<String>,
        /// Bold.
        bold: bool,
    },
    /// A box to tick, drawn (no font has ☑).
    Box {
        /// Ticked.
        ticked: bool,
    },
    /// A picture by name, width and height in mm.
    Image {
        /// Key of [`Document::images`].
        name: String,
        /// Width in mm.
        width: f64,
        /// Height in mm.
        height: f64,
    },
}

/// Horizontal alignment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
    Justify,
}

/// A table; every row fills the column grid (checked by the parser).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Relative column widths.
    pub columns: Vec<f64>,
    /// Leading rows repeated on every page.
    pub header_rows: usize,
    /// Rows.
    pub rows: Vec<TableRow>,
    /// No rules drawn.
    pub plain: bool,
    /// Stays on one page.
    pub keep: bool,
}

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    /// Height in mm; `None`: as the content needs.
    pub height: Option<f64>,
    /// The height is exact: text shrinks to fit, then goes to an 附页.
    pub exact: bool,
    /// Cells from left to right; positions covered by a rowspan above are left out.
    pub cells: Vec<TableCell>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableCell {
    /// Columns it spans.
    pub colspan: usize,
    /// Rows it spans.
    pub rowspan: usize,
    /// Its paragraphs.
    pub content: Vec<Paragraph>,
    /// A label (黑体/宋体 of the form) rather than a value.
    pub label: bool,
    /// Set vertically, top to bottom.
    pub vertical: bool,
    /// A place for a seal and a date: content stands at the bottom right.
    pub seal: bool,
    /// Content at the top left rather than in the middle.
    pub top: bool,
    /// Name of the field for the 附页 and for the `fit` report; empty: not a value.
    pub field: String,
}

impl Default for TableCell {
    fn default() -> Self {
        Self {
            colspan: 1,
            rowspan: 1,
            content: Vec::new(),
            label: false,
            vertical: false,
            seal: false,
            top: false,
            field: String::new(),
        }
    }
}
