//! CSV and TSV as offices export them: any encoding, any separator, wrapped identity numbers.

use super::encoding::decode;
use super::refusal::{Refusal, file_name, file_stem};
use super::workbook::Sink;
use super::{CellValue, Workbook};
use crate::diag::{Finding, Origin};
use crate::wall::Limits;
use std::collections::BTreeMap;

/// Separators, most likely first; the first of equals wins.
const SEPARATORS: [char; 4] = [',', '\t', ';', '，'];
/// How many records decide the separator.
const SAMPLE: usize = 200;

/// A text file read as one sheet.
pub(super) struct Text {
    /// The one sheet.
    pub(super) workbook: Workbook,
    /// What was noticed.
    pub(super) findings: Vec<Finding>,
    /// Whether its lines have columns.
    pub(super) tabular: bool,
}

/// Reads a text file.
pub(super) fn read(bytes: &[u8], path: &str, limits: &Limits) -> Result<Text, Refusal> {
    let decoded = decode(bytes, None);
    let mut findings = Vec::new();
    if decoded.broken > 0 {
        findings.push(
            Finding::new("SS-101", Origin::file(path))
                .arg("file", file_name(path))
                .arg("enc", decoded.encoding)
                .arg("n", decoded.broken)
                .build(),
        );
    }
    let (separator, tabular) = match told_separator(&decoded.text) {
        Some(told) => (told, true),
        None => separator(&decoded.text),
    };
    let mut total = 0;
    let mut sink = Sink::new(limits, &mut total);
    for (row, record) in Records::new(&decoded.text, separator).enumerate() {
        if row == 0 && told_separator(&decoded.text).is_some() {
            continue;
        }
        for (column, field) in record.into_iter().enumerate() {
            let text = unwrap_field(field);
            if !text.is_empty() {
                sink.put(row as u32, column as u32, CellValue::Text(text))?;
            }
        }
    }
    let sheet = sink.into_sheet(file_stem(path));
    Ok(Text { workbook: Workbook { sheets: vec![sheet], original: None }, findings, tabular })
}

/// The separator a first line `sep=;` tells Excel.
fn told_separator(text: &str) -> Option<char> {
    let mut rest = text.lines().next()?.strip_prefix("sep=")?.chars();
    rest.next().filter(|_| rest.next().is_none())
}

/// The separator whose column count repeats most, and whether most lines have columns.
fn separator(text: &str) -> (char, bool) {
    let mut best = (',', (0, 0), false);
    for candidate in SEPARATORS {
        let mut counts = BTreeMap::new();
        let mut filled = 0;
        for record in Records::new(text, candidate).take(SAMPLE) {
            filled += usize::from(record.iter().any(|field| !field.is_empty()));
            if record.len() > 1 {
                *counts.entry(record.len()).or_insert(0_usize) += 1;
            }
        }
        let score = counts.into_iter().map(|(columns, n)| (n, columns)).max().unwrap_or((0, 0));
        if score > best.1 {
            best = (candidate, score, score.0 > 1 && score.0 * 2 >= filled);
        }
    }
    (best.0, best.2)
}

/// Takes away what people add to keep Excel from making a number of a text.
fn unwrap_field(field: String) -> String {
    let mut text = field.as_str();
    text = text.trim_end_matches('\t');
    if let Some(inner) = text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        return inner.replace("\"\"", "\"");
    }
    text = text.strip_prefix('\'').unwrap_or(text);
    if text.len() == field.len() { field } else { text.to_owned() }
}

/// Splits text into records of fields; quotes may hold separators and line breaks.
struct Records<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    separator: char,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, separator: char) -> Self {
        Self { chars: text.chars().peekable(), separator }
    }

    /// One field; the second value says whether the record goes on.
    fn field(&mut self) -> (String, bool) {
        let mut out = String::new();
        let quoted = self.chars.next_if_eq(&'"').is_some();
        let mut open = quoted;
        // inside ="…" a separator is text as well
        let mut wrapped = false;
        while let Some(c) = self.chars.next() {
            if open {
                if c != '"' {
                    out.push(c);
                } else if self.chars.next_if_eq(&'"').is_some() {
                    out.push('"');
                } else {
                    open = false;
                }
                continue;
            }
            match c {
                '"' if out == "=" => {
                    wrapped = true;
                    out.push(c);
                }
                '"' if wrapped => {
                    wrapped = false;
                    out.push(c);
                }
                '\r' | '\n' => {
                    if c == '\r' {
                        self.chars.next_if_eq(&'\n');
                    }
                    return (out, false);
                }
                c if c == self.separator && !wrapped => return (out, true),
                c => out.push(c),
            }
        }
        (out, false)
    }
}

impl Iterator for Records<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        self.chars.peek()?;
        let mut record = Vec::new();
        loop {
            let (field, more) = self.field();
            record.push(field);
            if !more {
                return Some(record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let read = read(text.as_bytes(), "a/表.csv", &Limits::default()).unwrap();
        let mut out: Vec<Vec<String>> = Vec::new();
        for cell in &read.workbook.sheets[0].cells {
            out.resize(out.len().max(cell.row as usize + 1), Vec::new());
            out[cell.row as usize].push(cell.value.text());
        }
        assert_eq!(read.workbook.sheets[0].name, "表");
        out
    }

    #[test]
    fn quotes_hold_separators_and_line_breaks() {
        let rows = rows("姓名,备注\r\n张三,\"a,\"\"b\"\"\nc\"\n\n李四,d");
        assert_eq!(
            rows,
            [vec!["姓名", "备注"], vec!["张三", "a,\"b\"\nc"], vec![], vec!["李四", "d"]]
        );
    }

    #[test]
    fn separator_is_the_one_that_repeats() {
        for sep in [",", ";", "\t", "，"] {
            let text =
                format!("标题 一\n姓名{sep}身份证{sep}单位\n张三{sep}1{sep}甲\n李四{sep}2{sep}乙");
            assert_eq!(rows(&text)[1], ["姓名", "身份证", "单位"], "{sep:?}");
        }
        assert_eq!(rows("sep=;\na;b,c\n")[1], ["a", "b,c"]);
        assert!(!read("一行说明\n没有列".as_bytes(), "a.txt", &Limits::default()).unwrap().tabular);
    }

    #[test]
    fn wrappers_that_keep_text_are_taken_away() {
        let rows = rows("a,b,c,d\n=\"3206,21\",'3206X,3206\t,\"=\"\"32\"\"\"\n");
        assert_eq!(rows[1], ["3206,21", "3206X", "3206", "32"]);
    }

    #[test]
    fn broken_text_is_an_error() {
        let read = read(b"\xD0\xD5\xC3\xFB,\xFF", "表.csv", &Limits::default()).unwrap();
        assert_eq!(read.findings[0].code.as_str(), "SS-101");
        assert!(read.findings[0].message.contains('1'));
    }
}
