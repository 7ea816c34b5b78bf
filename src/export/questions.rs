//! 待定事项.xlsx: one open question a row, with an answer column.

use super::ExportError;
use rust_xlsxwriter::{DataValidation, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

/// Headings; the reader of the answered workbook knows them.
const HEADINGS: [&str; 10] =
    ["序号", "案号", "姓名", "单位", "问题编号", "问题", "已知情况", "依据", "查看位置", "答复"];

/// One open question.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column of its name")]
pub struct QuestionRow {
    pub case: String,
    pub name: String,
    pub unit: String,
    pub question: String,
    pub text: String,
    pub known: String,
    pub clause: String,
    pub look: String,
    pub choices: Vec<String>,
}

/// Writes the workbook.
///
/// # Errors
/// When the workbook cannot be built.
pub fn questions(rows: &[QuestionRow]) -> Result<Vec<u8>, ExportError> {
    write(rows).map_err(|error| ExportError::Xlsx(error.to_string()))
}

fn write(rows: &[QuestionRow]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let time = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&time));
    let sheet = workbook.add_worksheet();
    sheet.set_name("待定事项")?;
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
    let headings = HEADINGS.iter().copied().chain(["答复人"]);
    for (column, heading) in (0u16..).zip(headings) {
        sheet.write_string_with_format(0, column, heading, &head)?;
    }
    for (row, q) in (1u32..).zip(rows) {
        let cells = [
            &row.to_string(),
            &q.case,
            &q.name,
            &q.unit,
            &q.question,
            &q.text,
            &q.known,
            &q.clause,
            &q.look,
            "",
            "",
        ];
        for (column, cell) in (0u16..).zip(cells) {
            sheet.write_string_with_format(row, column, cell, &body)?;
        }
        if !q.choices.is_empty() {
            let list = DataValidation::new().allow_list_strings(&q.choices)?;
            sheet.add_data_validation(row, 9, row, 9, &list)?;
        }
    }
    for (column, width) in (0u16..).zip([5, 20, 10, 22, 12, 44, 30, 14, 30, 14, 12]) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    workbook.save_to_buffer()
}
