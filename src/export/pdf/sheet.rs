//! A document as the layout takes it: every choice is made, nothing is left to look up.
//!
//! Lengths are millimetres, sizes of type are points, faces are families of fonts that are there.

use crate::compose::Align;

/// Everything of one document.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) paper: Paper,
    pub(super) foot: Foot,
    /// Family of the text, used where nothing else is said.
    pub(super) family: &'static str,
    /// Size of the text.
    pub(super) size: f64,
    /// Leading in em.
    pub(super) lead: f64,
    /// Sizes of the three headings.
    pub(super) heads: [f64; 3],
    pub(super) pieces: Vec<Piece>,
}

/// The paper as it is held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Top, right, bottom, left.
    pub(super) margin: [f64; 4],
    /// Left is the inner margin.
    pub(super) duplex: bool,
}

/// The line at the foot of a page.
#[derive(Debug, Clone)]
pub(super) struct Foot {
    /// With `{page}` and `{pages}`; empty: none.
    pub(super) text: String,
    pub(super) family: &'static str,
    pub(super) size: f64,
    /// Not on the first page.
    pub(super) cover: bool,
    /// On the outer side instead of in the middle (GB/T 9704).
    pub(super) outside: bool,
}

/// A block.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Heading { level: usize, words: Vec<Word> },
    Par(Par),
    Grid(Grid),
    Space(f64),
    PageBreak,
}

/// A paragraph.
#[derive(Debug, Clone)]
pub(super) struct Par {
    pub(super) words: Vec<Word>,
    pub(super) align: Align,
    /// Of the first line, in em.
    pub(super) indent: f64,
    pub(super) size: Option<f64>,
}

/// Text of one face, or a sign.
#[derive(Debug, Clone)]
pub(super) enum Word {
    Text(Text),
    Tick(bool),
    /// Number of the picture, width, height.
    Picture(usize, f64, f64),
}

/// Text of one face.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) family: &'static str,
    pub(super) bold: bool,
}

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) columns: Vec<f64>,
    /// Rows repeated on every page.
    pub(super) header: usize,
    /// Without rules.
    pub(super) plain: bool,
    /// On one page.
    pub(super) keep: bool,
    pub(super) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// `None`: as the content needs.
    pub(super) height: Option<f64>,
    pub(super) cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) colspan: usize,
    pub(super) rowspan: usize,
    pub(super) width: f64,
    /// The rows it lies in may not grow.
    pub(super) exact: bool,
    /// It surely holds its content at full size.
    pub(super) easy: bool,
    pub(super) pars: Vec<Par>,
    /// The lines of a vertical label, character by character; empty: not vertical.
    pub(super) upright: Vec<Vec<Word>>,
    /// The longest piece that cannot break.
    pub(super) token: Option<Text>,
    pub(super) label: bool,
    pub(super) seal: bool,
    pub(super) top: bool,
}
