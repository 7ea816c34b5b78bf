//! A plain list as a workbook: headings, one row a thing, columns a person fills in.

use super::ExportError;
use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    XlsxError,
};

/// Longest list of words Excel takes for one cell, in characters.
const LONGEST: usize = 255;

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Its width, in characters.
    pub width: u32,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Name of the sheet.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a text for each column.
    pub rows: Vec<Vec<String>>,
    /// Words to choose from: row, column, words.
    pub choices: Vec<(usize, usize, Vec<String>)>,
}

/// Writes the workbook; every cell is text.
///
/// # Errors
/// When the workbook cannot be built.
pub fn listing(list: &Listing) -> Result<Vec<u8>, ExportError> {
    write(list).map_err(|error| ExportError::Xlsx(error.to_string()))
}

fn write(list: &Listing) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let time = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&time));
    let sheet = workbook.add_worksheet();
    sheet.set_name(&list.name)?;
    let head = Format::new()
        .set_bold()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Center)
        .set_text_wrap();
    let body = Format::new()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Top)
        .set_text_wrap()
        .set_num_format("@");
    for (at, column) in (0u16..).zip(&list.columns) {
        sheet.write_string_with_format(0, at, &column.heading, &head)?;
        sheet.set_column_width(at, column.width)?;
    }
    for (row, cells) in (1u32..).zip(&list.rows) {
        for (column, cell) in (0u16..).zip(cells) {
            sheet.write_string_with_format(row, column, cell, &body)?;
        }
    }
    for (row, column, words) in &list.choices {
        let length: usize = words.iter().map(|word| word.chars().count() + 1).sum();
        if words.is_empty() || length > LONGEST {
            continue;
        }
        let (row, column) = (u32::try_from(row + 1), u16::try_from(*column));
        let (Ok(row), Ok(column)) = (row, column) else { continue };
        let choice = DataValidation::new().allow_list_strings(words)?;
        sheet.add_data_validation(row, column, row, column, &choice)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    workbook.save_to_buffer()
}
