//! What PDF, DOCX and XLSX share: the numbers of a style, the clean text, where cells lie.

use super::ExportError;
use crate::compose::{Page, Paragraph, Run, Table, TableCell};

/// Twips of a millimetre.
pub(super) const TWIPS: f64 = 1440.0 / 25.4;
/// Millimetres of a point.
pub(super) const POINT: f64 = 25.4 / 72.0;

/// Numbers of a page style.
pub(super) struct Look {
    /// Text size in points.
    pub(super) size: f64,
    /// Leading in em.
    pub(super) lead: f64,
    /// Sizes of the three headings.
    pub(super) heads: [f64; 3],
    /// Size of the footer.
    pub(super) foot: f64,
    /// Face of labels.
    pub(super) label: &'static str,
    /// Face of values and paragraphs.
    pub(super) value: &'static str,
}

/// The look of a style by name.
pub(super) fn look(style: &str) -> Look {
    let form = Look {
        size: 12.0,
        lead: 0.35,
        heads: [22.0, 14.0, 12.0],
        foot: 9.0,
        label: "song",
        value: "fang",
    };
    match style {
        // GB/T 9704: 3号 on a pitch of 225 mm / 22 lines.
        "official" => Look {
            size: 16.0,
            lead: 0.812,
            heads: [22.0, 16.0, 16.0],
            foot: 14.0,
            label: "hei",
            ..form
        },
        "table" => Look {
            size: 10.5,
            lead: 0.3,
            heads: [20.0, 14.0, 12.0],
            label: "hei",
            value: "song",
            ..form
        },
        _ => form,
    }
}

/// Face of a heading level.
pub(super) fn head_face(level: u8) -> &'static str {
    match level {
        0 | 1 => "title",
        2 => "hei",
        _ => "kai",
    }
}

/// Name of a face as office programs in China know it.
pub(super) fn family(face: &str) -> &'static str {
    match face {
        "fang" => "仿宋",
        "kai" => "楷体",
        "hei" => "黑体",
        "title" => "方正小标宋简体",
        _ => "宋体",
    }
}

/// Width and height of the paper in mm as it is held.
pub(super) fn paper(page: &Page) -> Result<(f64, f64), ExportError> {
    let bad = || ExportError::Paper(page.paper.clone());
    let (w, h) = match page.paper.as_str() {
        "A4" => (210.0, 297.0),
        "A3" => (297.0, 420.0),
        other => {
            let (w, h) = other.split_once('x').ok_or_else(bad)?;
            let side = |text: &str| text.trim().parse::<f64>().ok();
            (side(w).ok_or_else(bad)?, side(h).ok_or_else(bad)?)
        }
    };
    let (w, h) = if page.landscape { (h, w) } else { (w, h) };
    let [top, right, bottom, left] = page.margin;
    // no office program takes a larger sheet
    let fits = |v: f64| v.is_finite() && (10.0..=550.0).contains(&v);
    if fits(w) && fits(h) && fits(w - left - right) && fits(h - top - bottom) {
        Ok((w, h))
    } else {
        Err(bad())
    }
}

/// Text without what XML forbids and without what prints nothing, as the PDF has it.
pub(super) fn clean(text: &str) -> String {
    let kept = text.chars().filter(|c| !dropped(*c));
    kept.map(|c| if c == '\t' { ' ' } else { c }).collect()
}

/// Characters that print nothing, that no font needs to have or that XML forbids.
pub(super) fn dropped(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{ad}'
        | '\u{fffe}' | '\u{ffff}')
        || (c.is_control() && c != '\n' && c != '\t')
}

/// The sign that stands for a box to tick.
pub(super) fn tick(ticked: bool) -> &'static str {
    if ticked { "☑" } else { "☐" }
}

/// Text of runs; a picture has none.
pub(super) fn runs_text(runs: &[Run]) -> String {
    runs.iter()
        .map(|run| match run {
            Run::Text { text, .. } => clean(text),
            Run::Box { ticked } => tick(*ticked).to_owned(),
            Run::Image { .. } => String::new(),
        })
        .collect()
}

/// Text of paragraphs, a line each.
pub(super) fn text_of(paragraphs: &[Paragraph]) -> String {
    let lines: Vec<String> = paragraphs.iter().map(|p| runs_text(&p.runs)).collect();
    lines.join("\n")
}

/// A cell where it lies in a row; a cell over several rows is in each of them.
pub(super) struct Slot<'a> {
    /// First column.
    pub(super) column: usize,
    /// Columns.
    pub(super) span: usize,
    /// The cell.
    pub(super) cell: &'a TableCell,
    /// The row is the first the cell stands in.
    pub(super) first: bool,
}

/// The cells of every row of a table, those from above included.
pub(super) fn place(table: &Table) -> Result<Vec<Vec<Slot<'_>>>, ExportError> {
    let sum: f64 = table.columns.iter().sum();
    if table.columns.is_empty() || !sum.is_finite() || sum <= 0.0 {
        return Err(ExportError::Table);
    }
    let width = table.columns.len();
    let mut open: Vec<(usize, usize, usize, &TableCell)> = Vec::new();
    let mut out = Vec::with_capacity(table.rows.len());
    for (y, row) in table.rows.iter().enumerate() {
        let mut slots: Vec<Slot<'_>> = open
            .iter()
            .map(|&(_, column, span, cell)| Slot { column, span, cell, first: false })
            .collect();
        let mut x = 0;
        for cell in &row.cells {
            while let Some(end) = covering(&open, x) {
                x = end;
            }
            let (span, tall) = (cell.colspan.max(1), cell.rowspan.max(1));
            if x + span > width || y + tall > table.rows.len() {
                return Err(ExportError::Table);
            }
            slots.push(Slot { column: x, span, cell, first: true });
            x += span;
        }
        for slot in slots.iter().filter(|s| s.first) {
            open.push((y + slot.cell.rowspan.max(1), slot.column, slot.span, slot.cell));
        }
        open.retain(|&(until, ..)| until > y + 1);
        slots.sort_by_key(|slot| slot.column);
        let filled = slots.iter().try_fold(0, |at, s| (s.column == at).then_some(at + s.span));
        if filled != Some(width) {
            return Err(ExportError::Table);
        }
        out.push(slots);
    }
    Ok(out)
}

fn covering(open: &[(usize, usize, usize, &TableCell)], x: usize) -> Option<usize> {
    let over = open.iter().find(|&&(_, column, span, _)| (column..column + span).contains(&x));
    over.map(|&(_, column, span, _)| column + span)
}

/// Lines that `text` takes in a width of `width` mm at `size` points, on the safe side.
pub(super) fn lines(text: &str, width: f64, size: f64) -> usize {
    let room = (width / (size * POINT)).max(1.0);
    let line = |line: &str| {
        let long: f64 = line.chars().map(|c| if c.is_ascii() { 0.6 } else { 1.0 }).sum();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive count"
        )]
        let count = (long / room).ceil().max(1.0) as usize;
        count
    };
    text.split('\n').map(line).sum()
}
