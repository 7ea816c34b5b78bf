//! ods, read from `content.xml` with repeats that are never expanded when they are empty.

use super::super::package::Package;
use super::super::refusal::Refusal;
use super::super::tags::{Piece, Scanner, Tag, decode_entities, named};
use super::super::{Area, CellValue, Sheet, Workbook};
use super::{Sink, hidden_sheet, iso_value};
use crate::wall::Limits;
use std::collections::BTreeSet;

/// A date in `1970-01-15T00:00:00` needs no more.
const DAY: usize = 10;

/// Reads an ods whose package is already examined.
pub(in super::super) fn read(package: &mut Package, limits: &Limits) -> Result<Workbook, Refusal> {
    let manifest = package.text("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(Refusal::Locked);
    }
    let text = package.text("content.xml")?.ok_or_else(Refusal::damaged)?;
    let mut scanner = Scanner::xml(&text);
    let mut hidden_styles = BTreeSet::new();
    let mut style = String::new();
    let mut workbook = Workbook::default();
    let (mut total, mut spreadsheet, mut closed) = (0, false, false);
    while let Some(piece) = scanner.next() {
        match piece {
            Piece::Open(tag) if tag.is("spreadsheet") => spreadsheet = true,
            Piece::Close(name) if named(name, "document-content") => closed = true,
            Piece::Open(tag) if tag.is("style") => {
                style = tag.attribute("name").unwrap_or_default();
            }
            Piece::Open(tag)
                if tag.is("table-properties")
                    && tag.attribute("display").as_deref() == Some("false") =>
            {
                hidden_styles.insert(style.clone());
            }
            Piece::Open(tag) if spreadsheet && tag.is("table") && !tag.empty => {
                let name = tag.attribute("name").unwrap_or_default();
                let hidden =
                    tag.attribute("style-name").is_some_and(|s| hidden_styles.contains(&s));
                let mut table = Table::new(Sink::new(limits, &mut total), limits);
                table.read(&mut scanner)?;
                workbook.sheets.push(if hidden { hidden_sheet(&name) } else { table.sheet(&name) });
            }
            _ => {}
        }
    }
    if spreadsheet && closed { Ok(workbook) } else { Err(Refusal::damaged()) }
}

/// One table being read.
struct Table<'a> {
    sink: Sink<'a>,
    limits: &'a Limits,
    row: u32,
    row_repeat: u32,
    row_hidden: bool,
    row_cells: Vec<(u32, CellValue)>,
    column: u32,
    merges: Vec<Area>,
    hidden_rows: Vec<u32>,
    hidden_columns: Vec<(u32, u32)>,
    columns: u32,
    pictures: bool,
}

impl<'a> Table<'a> {
    fn new(sink: Sink<'a>, limits: &'a Limits) -> Self {
        Self {
            sink,
            limits,
            row: 0,
            row_repeat: 1,
            row_hidden: false,
            row_cells: Vec::new(),
            column: 0,
            merges: Vec::new(),
            hidden_rows: Vec::new(),
            hidden_columns: Vec::new(),
            columns: 0,
            pictures: false,
        }
    }

    fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        while let Some(piece) = scanner.next() {
            match piece {
                Piece::Open(tag) if tag.is("table-column") => self.table_column(&tag),
                Piece::Open(tag) if tag.is("table-row") => {
                    self.row_repeat = tag.number("number-rows-repeated").unwrap_or(1).max(1);
                    self.row_hidden = is_hidden(&tag);
                    self.column = 0;
                    if tag.empty {
                        self.end_row()?;
                    }
                }
                Piece::Close(name) if named(name, "table-row") => self.end_row()?,
                Piece::Open(tag) if tag.is("table-cell") || tag.is("covered-table-cell") => {
                    let text = if tag.empty { Text::default() } else { cell_text(scanner) };
                    self.pictures |= text.picture;
                    self.cell(&tag, text.text)?;
                }
                // pictures that are not tied to a cell
                Piece::Open(tag) if tag.is("image") => self.pictures = true,
                Piece::Close(name) if named(name, "table") => return Ok(()),
                _ => {}
            }
        }
        Err(Refusal::damaged())
    }

    fn table_column(&mut self, tag: &Tag<'_>) {
        let repeat = tag.number("number-columns-repeated").unwrap_or(1).max(1);
        let end = self.columns.saturating_add(repeat);
        if is_hidden(tag) {
            self.hidden_columns.push((self.columns, end));
        }
        self.columns = end;
    }

    fn cell(&mut self, tag: &Tag<'_>, text: String) -> Result<(), Refusal> {
        let repeat = tag.number("number-columns-repeated").unwrap_or(1).max(1);
        let from = self.column;
        self.column = from.saturating_add(repeat);
        let down = tag.number("number-rows-spanned").unwrap_or(1).max(1) - 1;
        let right = tag.number("number-columns-spanned").unwrap_or(1).max(1) - 1;
        if down + right > 0 && tag.is("table-cell") {
            let (bottom, right) = (self.row.saturating_add(down), from.saturating_add(right));
            self.merges.push(Area { top: self.row, left: from, bottom, right });
        }
        let Some(value) = cell_value(tag, text) else { return Ok(()) };
        if repeat > self.limits.sheet_columns {
            return Err(Refusal::TooLarge(format!("{} 列", self.limits.sheet_columns)));
        }
        self.row_cells.extend((from..self.column).map(|column| (column, value.clone())));
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Refusal> {
        let (from, to) = (self.row, self.row.saturating_add(self.row_repeat));
        self.row = to;
        let cells = std::mem::take(&mut self.row_cells);
        if cells.is_empty() {
            return Ok(());
        }
        if self.row_repeat > self.limits.sheet_rows {
            return Err(Refusal::Rows(self.limits.sheet_rows));
        }
        for row in from..to {
            if self.row_hidden {
                self.hidden_rows.push(row);
            }
            for (column, value) in &cells {
                self.sink.put(row, *column, value.clone())?;
            }
        }
        Ok(())
    }

    fn sheet(self, name: &str) -> Sheet {
        let mut sheet = self.sink.into_sheet(name);
        let filled: BTreeSet<u32> = sheet.cells.iter().map(|c| c.column).collect();
        let hidden = |column: &u32| {
            self.hidden_columns.iter().any(|(from, to)| (*from..*to).contains(column))
        };
        sheet.hidden_columns = filled.into_iter().filter(hidden).collect();
        sheet.merges = self.merges;
        sheet.merges.sort_unstable();
        sheet.hidden_rows = self.hidden_rows;
        sheet.pictures = self.pictures;
        sheet
    }
}

fn is_hidden(tag: &Tag<'_>) -> bool {
    tag.attribute("visibility").is_some_and(|v| v == "collapse" || v == "filter")
}

fn cell_value(tag: &Tag<'_>, text: String) -> Option<CellValue> {
    let kind = tag.attribute("value-type").unwrap_or_default();
    let formula = tag.attribute("formula").is_some();
    let number = || tag.attribute("value").and_then(|v| v.parse::<f64>().ok());
    // an error has no type of its own here: it is what the formula shows
    if formula && text.starts_with('#') && text.ends_with(['!', '?', 'A']) {
        return Some(CellValue::Error(text));
    }
    let value = match kind.as_str() {
        // a format of zeros shows the code as it was meant
        "float" if super::is_code(&text) => Some(CellValue::Text(text.clone())),
        "float" | "percentage" | "currency" => number().map(CellValue::Number),
        "date" => tag
            .attribute("date-value")
            .and_then(|d| iso_value(d.chars().take(DAY).collect()).or(Some(CellValue::Text(d)))),
        "string" if text.is_empty() => tag.attribute("string-value").map(CellValue::Text),
        "boolean" => tag.attribute("boolean-value").map(|b| CellValue::Bool(b == "true")),
        _ => None,
    };
    match value {
        Some(CellValue::Text(text)) if text.is_empty() => None,
        Some(value) => Some(value),
        None if !text.is_empty() => Some(CellValue::Text(text)),
        None if formula && kind.is_empty() => Some(CellValue::Uncalculated),
        None => None,
    }
}

#[derive(Default)]
struct Text {
    text: String,
    picture: bool,
}

/// The text of a cell up to its end: paragraphs as lines, notes left out.
fn cell_text(scanner: &mut Scanner<'_>) -> Text {
    let mut out = Text::default();
    let (mut paragraphs, mut inside, mut note) = (0, 0_u32, 0_u32);
    for piece in scanner {
        match piece {
            Piece::Close(name)
                if named(name, "table-cell") || named(name, "covered-table-cell") =>
            {
                break;
            }
            Piece::Open(tag) if tag.is("annotation") && !tag.empty => note += 1,
            Piece::Close(name) if named(name, "annotation") => note = note.saturating_sub(1),
            _ if note > 0 => {}
            Piece::Open(tag) if tag.is("image") => out.picture = true,
            Piece::Open(tag) if tag.is("p") => {
                if paragraphs > 0 {
                    out.text.push('\n');
                }
                paragraphs += 1;
                inside += u32::from(!tag.empty);
            }
            Piece::Close(name) if named(name, "p") => inside = inside.saturating_sub(1),
            Piece::Open(tag) if tag.is("s") => {
                let blanks = tag.number("c").unwrap_or(1).min(1000) as usize;
                out.text.extend(std::iter::repeat_n(' ', blanks));
            }
            Piece::Open(tag) if tag.is("tab") => out.text.push('\t'),
            Piece::Open(tag) if tag.is("line-break") => out.text.push('\n'),
            Piece::Text(text) if inside > 0 => out.text.push_str(&decode_entities(text)),
            _ => {}
        }
    }
    out
}
