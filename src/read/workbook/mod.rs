//! Workbooks of every format become sheets of cells.
//!
//! Every format pours its cells into a [`Sink`], which keeps the limits: a file is judged by the
//! cells it really has, never by the size it claims.

mod biff;
mod layout;
mod legacy;
mod odf;
mod office;
mod spreadsheetml;
mod xlsb;

pub(super) use legacy::read_xls;
pub(super) use odf::read as read_ods;
pub(super) use office::{read_xlsb, read_xlsx};
pub(super) use spreadsheetml::read as read_xml;

use super::refusal::Refusal;
use super::{Area, Cell, CellValue, Sheet};
use crate::wall::Limits;
use calamine::{Data, Dimensions, ExcelDateTime};
use std::collections::BTreeSet;

/// Last row of any spreadsheet program, from 0.
const LAST_ROW: u32 = 1_048_575;
/// Last column, from 0.
const LAST_COLUMN: u32 = 16_383;

/// Collects the cells of one sheet within the limits.
pub(super) struct Sink<'a> {
    limits: &'a Limits,
    total: &'a mut u64,
    cells: Vec<Cell>,
    rows: BTreeSet<u32>,
    columns: BTreeSet<u32>,
}

impl<'a> Sink<'a> {
    /// `total` counts the cells of the whole workbook.
    pub(super) fn new(limits: &'a Limits, total: &'a mut u64) -> Self {
        Self { limits, total, cells: Vec::new(), rows: BTreeSet::new(), columns: BTreeSet::new() }
    }

    /// Takes one non-empty cell.
    pub(super) fn put(&mut self, row: u32, column: u32, value: CellValue) -> Result<(), Refusal> {
        if row > LAST_ROW || column > LAST_COLUMN {
            return Err(Refusal::damaged());
        }
        if let CellValue::Text(text) = &value
            && text.len() as u64 > self.limits.cell_chars
            && text.chars().count() as u64 > self.limits.cell_chars
        {
            return Err(Refusal::TooLarge(format!("单元格 {} 个字符", self.limits.cell_chars)));
        }
        *self.total += 1;
        if *self.total > self.limits.workbook_cells {
            return Err(Refusal::cells(self.limits));
        }
        // only rows and columns with data count: a stray cell in the last row is innocent
        if self.cells.last().is_none_or(|last| last.row != row) && self.rows.insert(row) {
            self.check_count(self.rows.len(), self.limits.sheet_rows, Refusal::Rows)?;
        }
        if self.columns.insert(column) {
            let too_many = |limit| Refusal::TooLarge(format!("{limit} 列"));
            self.check_count(self.columns.len(), self.limits.sheet_columns, too_many)?;
        }
        self.cells.push(Cell { row, column, value });
        Ok(())
    }

    fn check_count(
        &self,
        count: usize,
        limit: u32,
        refusal: impl FnOnce(u32) -> Refusal,
    ) -> Result<(), Refusal> {
        if count as u64 > u64::from(limit) { Err(refusal(limit)) } else { Ok(()) }
    }

    /// Takes one cell as calamine gives it.
    fn put_data(&mut self, row: u32, column: u32, data: Data) -> Result<(), Refusal> {
        match value(data) {
            Some(value) => self.put(row, column, value),
            None => Ok(()),
        }
    }

    /// The sheet, cells sorted; of two cells at one place the first stays.
    pub(super) fn into_sheet(mut self, name: &str) -> Sheet {
        if !self.cells.is_sorted_by_key(|c| (c.row, c.column)) {
            self.cells.sort_by_key(|c| (c.row, c.column));
        }
        self.cells.dedup_by_key(|c| (c.row, c.column));
        Sheet { name: name.to_owned(), cells: self.cells, ..Sheet::default() }
    }
}

/// What the records of a sheet say beside its cells.
#[derive(Debug, Default, PartialEq, Eq)]
struct Layout {
    rows: BTreeSet<u32>,
    columns: BTreeSet<u32>,
    merges: Vec<Area>,
    pictures: bool,
}

impl Layout {
    /// Marks what is hidden and holds cells; adds merges.
    fn mark(&self, sheet: &mut Sheet) {
        let rows: BTreeSet<u32> = sheet.cells.iter().map(|c| c.row).collect();
        let columns: BTreeSet<u32> = sheet.cells.iter().map(|c| c.column).collect();
        sheet.hidden_rows = rows.intersection(&self.rows).copied().collect();
        sheet.hidden_columns = columns.intersection(&self.columns).copied().collect();
        sheet.merges.extend(&self.merges);
        sheet.merges.sort_unstable();
        sheet.pictures = self.pictures;
    }
}

/// A hidden sheet: named, never read.
fn hidden_sheet(name: &str) -> Sheet {
    Sheet { name: name.to_owned(), hidden: true, ..Sheet::default() }
}

/// A cell value as the file says, or none for an empty one.
fn value(data: Data) -> Option<CellValue> {
    let text = |text: String| (!text.is_empty()).then_some(CellValue::Text(text));
    match data {
        Data::Empty => None,
        Data::Int(n) => Some(CellValue::Number(n as f64)),
        Data::Float(n) if n.is_finite() => Some(CellValue::Number(n)),
        // JSON between the processes has no infinity; no honest workbook has one either
        Data::Float(_) => Some(CellValue::Error("#NUM!".to_owned())),
        Data::String(s) => text(s),
        Data::Bool(b) => Some(CellValue::Bool(b)),
        Data::DateTime(d) => Some(date_value(&d)),
        Data::DateTimeIso(s) => iso_value(s),
        Data::DurationIso(s) => text(s),
        Data::Error(e) => Some(CellValue::Error(e.to_string())),
    }
}

/// Digits that begin with a zero: a code (0100), which a number would cut short.
fn is_code(text: &str) -> bool {
    let digits = text.chars().count() > 1 && text.chars().all(|c| c.is_ascii_digit());
    digits && text.starts_with('0')
}

/// The day of a date cell; a time of day or a duration is no date.
fn date_value(date: &ExcelDateTime) -> CellValue {
    let serial = date.as_f64();
    if !serial.is_finite() {
        return CellValue::Error("#NUM!".to_owned());
    }
    if date.is_duration() || (0.0..1.0).contains(&serial) {
        return CellValue::Text(clock(serial));
    }
    if !(1.0..2_958_466.0).contains(&serial) {
        return CellValue::Number(serial);
    }
    let (year, month, day, ..) = date.to_ymd_hms_milli();
    CellValue::Date(format!("{year:04}-{month:02}-{day:02}"))
}

fn clock(days: f64) -> String {
    let seconds = (days * 86_400.0).round() as i64;
    let (sign, seconds) = if seconds < 0 { ("-", -seconds) } else { ("", seconds) };
    format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `2019-05-01T00:00:00` → a date; anything else of ISO form stays text.
fn iso_value(text: String) -> Option<CellValue> {
    let day = text.split_once(['T', ' ']).map_or(text.as_str(), |(day, _)| day);
    if chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok() && day.len() == 10 {
        return Some(CellValue::Date(day.to_owned()));
    }
    (!text.is_empty()).then_some(CellValue::Text(text))
}

/// Merged areas in order, single cells left out.
fn areas(dimensions: &[Dimensions]) -> Vec<Area> {
    let mut areas: Vec<_> = dimensions
        .iter()
        .filter(|d| d.start != d.end && d.start.0 <= d.end.0 && d.start.1 <= d.end.1)
        .map(|d| Area { top: d.start.0, left: d.start.1, bottom: d.end.0, right: d.end.1 })
        .collect();
    areas.sort_unstable();
    areas
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    fn date(serial: f64, is_1904: bool) -> CellValue {
        date_value(&ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904))
    }

    #[test]
    fn dates_are_days_of_the_right_system() {
        assert_eq!(date(25_583.75, false), CellValue::Date("1970-01-15".to_owned()));
        assert_eq!(date(25_583.0 - 1462.0, true), CellValue::Date("1970-01-15".to_owned()));
        assert_eq!(date(0.5, false), CellValue::Text("12:00:00".to_owned()));
        assert_eq!(date(-3.0, false), CellValue::Number(-3.0));
        let duration = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(date_value(&duration), CellValue::Text("36:00:00".to_owned()));
        assert_eq!(
            iso_value("2019-05-01T10:00:00".into()),
            Some(CellValue::Date("2019-05-01".into()))
        );
        assert_eq!(iso_value("10:00".into()), Some(CellValue::Text("10:00".into())));
    }

    #[test]
    fn only_rows_with_data_count() {
        let limits = Limits { sheet_rows: 2, workbook_cells: 4, ..Limits::default() };
        let mut total = 0;
        let mut sink = Sink::new(&limits, &mut total);
        sink.put(LAST_ROW, 0, CellValue::Number(1.0)).unwrap();
        sink.put(0, 3, CellValue::Number(2.0)).unwrap();
        sink.put(0, 1, CellValue::Number(3.0)).unwrap();
        assert_eq!(sink.put(7, 1, CellValue::Bool(true)), Err(Refusal::Rows(2)));
        assert!(matches!(sink.put(0, 9, CellValue::Bool(true)), Err(Refusal::TooLarge(_))));
        assert_eq!(sink.put(LAST_ROW + 1, 0, CellValue::Bool(true)), Err(Refusal::damaged()));
        let sheet = sink.into_sheet("表");
        assert!(sheet.cells.is_sorted_by_key(|c| (c.row, c.column)));
    }

    #[test]
    fn a_cell_holds_only_so_much() {
        let limits = Limits { cell_chars: 3, ..Limits::default() };
        let mut total = 0;
        let mut sink = Sink::new(&limits, &mut total);
        assert!(sink.put(0, 0, CellValue::Text("三个字".to_owned())).is_ok());
        assert!(sink.put(0, 1, CellValue::Text("是四个字".to_owned())).is_err());
    }
}
