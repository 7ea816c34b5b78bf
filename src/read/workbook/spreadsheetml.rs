//! XML Spreadsheet 2003, mostly found in system exports named `.xls`.

use super::super::refusal::Refusal;
use super::super::tags::{Piece, Scanner, Tag, decode_entities, named};
use super::super::{Area, CellValue, Sheet, Workbook};
use super::{Sink, iso_value};
use crate::wall::Limits;
use std::collections::BTreeSet;

/// Reads XML Spreadsheet 2003.
pub(in super::super) fn read(text: &str, limits: &Limits) -> Result<Workbook, Refusal> {
    let mut scanner = Scanner::xml(text);
    let mut workbook = Workbook::default();
    let (mut total, mut closed, mut date1904) = (0, false, false);
    while let Some(piece) = scanner.next() {
        match piece {
            Piece::Open(tag) if tag.is("Worksheet") && !tag.empty => {
                let name = tag.attribute("Name").unwrap_or_default();
                let mut reader = Worksheet::new(Sink::new(limits, &mut total));
                reader.read(&mut scanner)?;
                workbook.sheets.push(reader.sheet(&name));
            }
            Piece::Open(tag) if tag.is("Date1904") => date1904 = true,
            Piece::Close(name) if named(name, "Workbook") => closed = true,
            _ => {}
        }
    }
    workbook.sheets.iter_mut().for_each(|sheet| sheet.date1904 = date1904);
    if closed { Ok(workbook) } else { Err(Refusal::damaged()) }
}

/// One worksheet being read; `row` and `column` are the next ones without an index.
struct Worksheet<'a> {
    sink: Sink<'a>,
    row: u32,
    column: u32,
    current_row: u32,
    row_filled: bool,
    row_hidden: bool,
    table_column: u32,
    merges: Vec<Area>,
    hidden_rows: Vec<u32>,
    hidden_columns: Vec<u32>,
    hidden: bool,
}

impl<'a> Worksheet<'a> {
    fn new(sink: Sink<'a>) -> Self {
        Self {
            sink,
            row: 0,
            column: 0,
            current_row: 0,
            row_filled: false,
            row_hidden: false,
            table_column: 0,
            merges: Vec::new(),
            hidden_rows: Vec::new(),
            hidden_columns: Vec::new(),
            hidden: false,
        }
    }

    fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        while let Some(piece) = scanner.next() {
            match piece {
                Piece::Open(tag) if tag.is("Column") => self.column_tag(&tag),
                Piece::Open(tag) if tag.is("Row") => self.begin_row(&tag),
                Piece::Close(name) if named(name, "Row") => self.end_row(),
                Piece::Open(tag) if tag.is("Cell") => self.cell(&tag, scanner)?,
                Piece::Open(tag) if tag.is("Visible") => {
                    if let Some(Piece::Text(text)) = scanner.next() {
                        self.hidden = text.trim().starts_with("SheetHidden")
                            || text.trim() == "SheetVeryHidden";
                    }
                }
                Piece::Close(name) if named(name, "Worksheet") => return Ok(()),
                _ => {}
            }
        }
        Err(Refusal::damaged())
    }

    fn column_tag(&mut self, tag: &Tag<'_>) {
        let from = index(tag).unwrap_or(self.table_column);
        let to = from.saturating_add(tag.number("Span").unwrap_or(0)).min(super::LAST_COLUMN);
        if tag.flag("Hidden") {
            self.hidden_columns.extend(from..=to);
        }
        self.table_column = to.saturating_add(1);
    }

    fn begin_row(&mut self, tag: &Tag<'_>) {
        self.current_row = index(tag).unwrap_or(self.row);
        self.row =
            self.current_row.saturating_add(1).saturating_add(tag.number("Span").unwrap_or(0));
        self.column = 0;
        self.row_filled = false;
        self.row_hidden = tag.flag("Hidden");
    }

    fn end_row(&mut self) {
        if self.row_hidden && self.row_filled {
            self.hidden_rows.push(self.current_row);
        }
    }

    fn cell(&mut self, tag: &Tag<'_>, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        let column = index(tag).unwrap_or(self.column);
        let across = tag.number("MergeAcross").unwrap_or(0).min(super::LAST_COLUMN);
        let down = tag.number("MergeDown").unwrap_or(0).min(super::LAST_ROW);
        self.column = column.saturating_add(across).saturating_add(1);
        if across + down > 0 {
            let (bottom, right) =
                (self.current_row.saturating_add(down), column.saturating_add(across));
            self.merges.push(Area { top: self.current_row, left: column, bottom, right });
        }
        let data = if tag.empty { None } else { data(scanner) };
        let value = match data {
            Some((kind, text)) => typed(&kind, text),
            None => tag.attribute("Formula").map(|_| CellValue::Uncalculated),
        };
        if let Some(value) = value {
            self.row_filled = true;
            self.sink.put(self.current_row, column, value)?;
        }
        Ok(())
    }

    fn sheet(self, name: &str) -> Sheet {
        if self.hidden {
            return super::hidden_sheet(name);
        }
        let mut sheet = self.sink.into_sheet(name);
        let filled: BTreeSet<u32> = sheet.cells.iter().map(|c| c.column).collect();
        sheet.hidden_columns = self.hidden_columns;
        sheet.hidden_columns.retain(|c| filled.contains(c));
        sheet.merges = self.merges;
        sheet.merges.sort_unstable();
        sheet.hidden_rows = self.hidden_rows;
        sheet
    }
}

fn index(tag: &Tag<'_>) -> Option<u32> {
    tag.number("Index")?.checked_sub(1)
}

/// Type and text of the `Data` of a cell, up to the end of the cell.
fn data(scanner: &mut Scanner<'_>) -> Option<(String, String)> {
    let mut found: Option<(String, String)> = None;
    let mut inside = false;
    for piece in scanner {
        match piece {
            Piece::Open(tag) if tag.is("Data") && found.is_none() => {
                found = Some((tag.attribute("Type").unwrap_or_default(), String::new()));
                inside = !tag.empty;
            }
            Piece::Close(name) if named(name, "Data") => inside = false,
            Piece::Text(text) if inside => {
                if let Some((_, out)) = &mut found {
                    out.push_str(&decode_entities(text));
                }
            }
            Piece::Close(name) if named(name, "Cell") => break,
            _ => {}
        }
    }
    found
}

fn typed(kind: &str, text: String) -> Option<CellValue> {
    if text.is_empty() {
        return None;
    }
    Some(match kind {
        // a code that kept its zeros is no number
        "Number" if super::is_code(text.trim()) => CellValue::Text(text.trim().to_owned()),
        "Number" => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => CellValue::Number(number),
            _ => CellValue::Text(text),
        },
        "Boolean" => CellValue::Bool(text.trim() == "1"),
        "Error" => CellValue::Error(text),
        // a time of day is stored as a moment of the day the calendar begins
        "DateTime" if text.starts_with("1899-12-31T") => {
            CellValue::Text(text.chars().skip(11).take(8).collect())
        }
        "DateTime" => return iso_value(text),
        _ => CellValue::Text(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_typed_cells_with_indexes_and_merges() {
        let text = r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="汇总 &amp; 表"><Table><Column/><Column ss:Hidden="1"/>
<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">标题</Data></Cell><Cell><Data ss:Type="String">x</Data></Cell></Row>
<Row ss:Index="4" ss:Hidden="1"><Cell ss:Index="2"><Data ss:Type="Number">18</Data></Cell>
<Cell><Data ss:Type="DateTime">1970-01-15T00:00:00.000</Data></Cell><Cell ss:Formula="=A1"/>
<Cell><Data ss:Type="Error">#N/A</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="隐"><Table><Row><Cell><Data ss:Type="String">s</Data></Cell></Row></Table>
<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>"#;
        let book = read(text, &Limits::default()).unwrap();
        let sheet = &book.sheets[0];
        assert_eq!(sheet.name, "汇总 & 表");
        assert_eq!(sheet.merges, [Area { top: 0, left: 0, bottom: 0, right: 2 }]);
        assert_eq!(
            (sheet.hidden_rows.as_slice(), sheet.hidden_columns.as_slice()),
            (&[3][..], &[1][..])
        );
        let got: Vec<_> = sheet.cells.iter().map(|c| (c.row, c.column, c.value.clone())).collect();
        assert_eq!(
            got,
            [
                (0, 0, CellValue::Text("标题".into())),
                (0, 3, CellValue::Text("x".into())),
                (3, 1, CellValue::Number(18.0)),
                (3, 2, CellValue::Date("1970-01-15".into())),
                (3, 3, CellValue::Uncalculated),
                (3, 4, CellValue::Error("#N/A".into())),
            ]
        );
        assert!(book.sheets[1].hidden && book.sheets[1].cells.is_empty());
    }

    #[test]
    fn a_cut_file_is_damaged() {
        assert_eq!(
            read("<Workbook><Worksheet><Table><Row>", &Limits::default()),
            Err(Refusal::damaged())
        );
    }
}
