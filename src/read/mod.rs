//! Read: files become cells with their place, and admitted scans.
//!
//! Comes in: a [`Delivery`]. Goes out: a [`Reading`], one [`FileReading`] per file, with no domain
//! meaning yet. All parsing of foreign bytes happens in a worker process: the functions that parse
//! are called only by [`crate::worker`]; the parent sees typed values and blobs it may trust.
//! Never guesses: what cannot be read is refused with a reason.

mod csv;
mod dispatch;
mod encoding;
mod form;
mod html;
mod mark;
mod ole;
mod package;
mod parent;
mod refusal;
pub mod scan;
mod tags;
#[cfg(test)]
mod tests;
mod workbook;

pub use dispatch::{Parsed, ReadTask, parse};
pub use mark::{Mark, MarkTask, Marked, Tone, mark};
pub use parent::{Cached, Call, EPOCH, Store, read};
pub(crate) use scan::{Colour, Filter, Passage, TiffPage};

use crate::diag::Finding;
use crate::intake::{Delivery, SourceFile};
use serde::{Deserialize, Serialize};

/// A delivery with every file read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The delivery as it came.
    pub delivery: Delivery,
    /// One per file of the delivery, same order.
    pub files: Vec<FileReading>,
}

/// What one file holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileReading {
    /// The file.
    pub file: SourceFile,
    /// The true kind in one word: `xlsx`, `xlsm`, `xls`, `xlsb`, `ods`, `csv`, `html`, `docx`,
    /// `jpeg`, `png`, `tiff`, `pdf`, or the sniffed word of [`crate::intake::FileKind`].
    pub kind: String,
    /// Its content.
    pub content: Content,
    /// What the reader noticed; a refusal is [`Content::Refused`] plus one finding of severity
    /// `refuse` or `error` here.
    pub findings: Vec<Finding>,
}

/// The content of a file, without domain meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// A workbook of any format.
    Workbook(Workbook),
    /// A filled form (`.docx`): labels and values.
    Form(FilledForm),
    /// An image or a PDF.
    Scan(Scan),
    /// Litter and markers: not read.
    Litter,
    /// Refused: never used; the findings say why.
    Refused,
    /// Recognised as nothing the reader reads.
    Unknown,
}

/// A workbook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Workbook {
    /// Its sheets in order, hidden ones included (without cells).
    pub sheets: Vec<Sheet>,
    /// SHA-256 of the file it is a marked copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
}

/// A sheet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name; a CSV file has one sheet named like the file without ending.
    pub name: String,
    /// Hidden or very hidden: its cells are not read.
    pub hidden: bool,
    /// Non-empty cells, sorted by (row, column).
    pub cells: Vec<Cell>,
    /// Merged areas.
    pub merges: Vec<Area>,
    /// Hidden or filtered rows, from 0.
    pub hidden_rows: Vec<u32>,
    /// Hidden columns, from 0.
    pub hidden_columns: Vec<u32>,
    /// Whether pictures lie on it.
    pub pictures: bool,
    /// Whether its serial numbers count days from 1904.
    #[serde(default)]
    pub date1904: bool,
}

/// A rectangle of cells, bounds inclusive, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Area {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Row from 0.
    pub row: u32,
    /// Column from 0.
    pub column: u32,
    /// What it holds.
    pub value: CellValue,
}

/// What a cell holds, as the file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellValue {
    /// Text, untouched.
    Text(String),
    /// A number.
    Number(f64),
    /// A date cell (style says date): ISO `YYYY-MM-DD`.
    Date(String),
    /// A truth value.
    Bool(bool),
    /// An error value such as `#N/A`.
    Error(String),
    /// A formula without a cached result.
    Uncalculated,
}

impl CellValue {
    /// The value as a person would read it; whole numbers without a fraction.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Date(text) | Self::Error(text) => text.clone(),
            Self::Number(n) => n.to_string(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
            Self::Uncalculated => String::new(),
        }
    }
}

/// The A1 name of a cell (row and column from 0).
pub fn a1(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut n = column + 1;
    while n > 0 {
        n -= 1;
        letters.push(char::from(b'A' + (n % 26) as u8));
        n /= 26;
    }
    letters.iter().rev().collect::<String>() + &(row + 1).to_string()
}

/// A filled form: what stands outside tables, and the tables as they lie on the page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FilledForm {
    /// Paragraphs outside tables, in order; empty ones are left out.
    pub titles: Vec<String>,
    /// Tables in order; one inside a cell follows the table it lies in.
    pub tables: Vec<FormTable>,
}

/// A table of a form.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FormTable {
    /// How many of the paragraphs stand before it.
    pub above: usize,
    /// Its cells by row, then from the left; empty ones as well.
    pub cells: Vec<FormCell>,
}

/// A cell of a form, once, however many rows and columns it is merged over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormCell {
    /// The rows and grid columns it covers.
    pub area: Area,
    /// Its number in its first row, from 0: what the column of its name counts.
    pub index: u32,
    /// Its paragraphs as lines.
    pub text: String,
}

/// An admitted image or PDF.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// What the admitted blob is.
    pub kind: ScanKind,
    /// SHA-256 of the admitted blob in the blob store: an image as it came (validated), or a PDF
    /// rewritten into clean objects.
    pub blob: String,
    /// Its pages: one for an image, one per directory of a TIFF.
    pub pages: Vec<PageInfo>,
    /// A small JPEG of the first page in the blob store, for the check sheet.
    pub thumbnail: Option<String>,
    /// For single images: what the photo rules ask.
    pub image: Option<ImageInfo>,
}

/// What an admitted blob is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ScanKind {
    Jpeg,
    Png,
    Tiff,
    Pdf,
}

/// One page of a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageInfo {
    /// Width and height in points as shown (after rotation); an image without density is taken
    /// at the density that fits A4.
    pub width_pt: f64,
    /// See `width_pt`.
    pub height_pt: f64,
    /// Clockwise rotation to show it upright (EXIF or /Rotate): 0, 90, 180, 270.
    pub rotate: u16,
    /// Nearly blank or nearly black.
    pub blank: bool,
    /// Resolution in dots per inch, for image pages.
    pub dpi: Option<u32>,
}

/// What the photo rules ask of an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageInfo {
    /// Width in pixels as shown.
    pub width: u32,
    /// Height in pixels as shown.
    pub height: u32,
    /// Whether it has no colour.
    pub grey: bool,
    /// Whether its upper edge, the ground of a portrait, is of several colours.
    pub uneven: bool,
    /// A re-encoded upright JPEG (≤ 640 px) in the blob store that forms may print.
    pub print: Option<String>,
}
