//! 待定事项.xlsx: one open question a row, with an answer column.

use super::ExportError;
use super::listing::{Column, Listing, listing};

/// Headings with their widths; the reader of the answered workbook knows them.
const HEADINGS: [(&str, u32); 11] = [
    ("序号", 5),
    ("案号", 20),
    ("姓名", 10),
    ("单位", 22),
    ("问题编号", 12),
    ("问题", 44),
    ("已知情况", 30),
    ("依据", 14),
    ("查看位置", 30),
    ("答复", 14),
    ("答复人", 12),
];

/// The column of the answer.
const ANSWER: usize = 9;

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
    let columns = HEADINGS
        .iter()
        .map(|(heading, width)| Column { heading: (*heading).to_owned(), width: *width });
    let cells = |(at, q): (usize, &QuestionRow)| {
        let told = [&q.case, &q.name, &q.unit, &q.question, &q.text, &q.known, &q.clause, &q.look];
        let told = told.into_iter().cloned();
        let open = [String::new(), String::new()];
        std::iter::once((at + 1).to_string()).chain(told).chain(open).collect()
    };
    listing(&Listing {
        name: "待定事项".to_owned(),
        columns: columns.collect(),
        rows: rows.iter().enumerate().map(cells).collect(),
        choices: rows.iter().enumerate().map(|(at, q)| (at, ANSWER, q.choices.clone())).collect(),
    })
}
