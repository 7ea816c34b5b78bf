//! A workbook of a format that cannot be edited part by part, written anew from its cells.

use super::styles::colour;
use super::{Said, notes, original};
use crate::read::{Area, CellValue, Sheet, Workbook};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Note, Workbook as Writer,
    Worksheet, XlsxError,
};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// Largest merged area that is written.
const MOST_MERGED: u64 = 10_000;
/// Most characters of a cell.
const MOST_CHARS: usize = 32_000;

/// Writes the visible sheets of `book` with what is said; none when nothing of it has a place.
pub(super) fn write(
    book: &Workbook,
    sha256: &str,
    said: &BTreeMap<String, Said>,
) -> Option<Vec<u8>> {
    let known = book.sheets.iter().any(|sheet| !sheet.hidden && said.contains_key(&sheet.name));
    if known { try_write(book, sha256, said).ok() } else { None }
}

fn try_write(
    book: &Workbook,
    sha256: &str,
    said: &BTreeMap<String, Said>,
) -> Result<Vec<u8>, XlsxError> {
    let mut writer = Writer::new();
    // bytes must not depend on the day
    let time = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new().set_creation_datetime(&time);
    writer.set_properties(&properties.set_custom_property(original::NAME, sha256));
    let none = Said::new();
    for (number, sheet) in (1..).zip(book.sheets.iter().filter(|sheet| !sheet.hidden)) {
        let page = writer.add_worksheet();
        if page.set_name(&sheet.name).is_err() {
            page.set_name(format!("表{number}"))?;
        }
        fill(page, sheet, said.get(&sheet.name).unwrap_or(&none))?;
    }
    writer.save_to_buffer()
}

fn fill(page: &mut Worksheet, sheet: &Sheet, said: &Said) -> Result<(), XlsxError> {
    let plain = Format::new()
        .set_num_format("@")
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap();
    for area in sheet.merges.iter().filter(|area| fits(area)) {
        let (left, right) = (area.left as u16, area.right as u16);
        // areas that overlap cannot both be merged
        if page.merge_range(area.top, left, area.bottom, right, "", &plain).is_err() {
            continue;
        }
    }
    let mut widths: BTreeMap<u16, usize> = BTreeMap::new();
    for cell in &sheet.cells {
        let Ok(column) = u16::try_from(cell.column) else { continue };
        let format = match said.get(&(cell.row, cell.column)) {
            Some((tone, _)) => plain.clone().set_background_color(&*format!("#{}", rgb(*tone))),
            None => plain.clone(),
        };
        let text: String = cell.value.text().chars().take(MOST_CHARS).collect();
        let merged =
            sheet.merges.iter().any(|area| area.left == cell.column && area.top == cell.row);
        if !merged {
            let width = text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
            let most = widths.entry(column).or_insert(0);
            *most = (*most).max(width);
        }
        match cell.value {
            CellValue::Number(n) => page.write_number_with_format(cell.row, column, n, &format)?,
            _ => page.write_string_with_format(cell.row, column, &text, &format)?,
        };
    }
    for (column, width) in widths {
        page.set_column_width(
            column,
            f64::from(u32::try_from(width.clamp(6, 42)).unwrap_or(42)) + 2.0,
        )?;
    }
    for ((row, column), (tone, text)) in said {
        let Ok(column) = u16::try_from(*column) else { continue };
        if !sheet.cells.iter().any(|c| (c.row, c.column) == (*row, u32::from(column))) {
            let format = plain.clone().set_background_color(&*format!("#{}", rgb(*tone)));
            page.write_blank(*row, column, &format)?;
        }
        let lines: usize = text.lines().map(|line| line.chars().count() / 18 + 1).sum();
        let height = u32::try_from(lines).unwrap_or(20).clamp(2, 40) * 18 + 12;
        let note = Note::new(text).set_author(notes::AUTHOR).add_author_prefix(false);
        page.insert_note(*row, column, &note.set_width(260).set_height(height))?;
    }
    Ok(())
}

fn rgb(tone: super::Tone) -> &'static str {
    let argb = colour(tone);
    argb.get(2..).unwrap_or(argb)
}

fn fits(area: &Area) -> bool {
    let cells = u64::from(area.bottom - area.top + 1) * u64::from(area.right - area.left + 1);
    cells > 1 && cells <= MOST_MERGED && area.right < 16_384
}
