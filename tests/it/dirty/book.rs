//! A clean roster that a test dirties cell by cell, and its bytes in every format it may come in.

use super::package::{CONTENT_TYPES, RELATIONS, zip};
use crate::people::{HEAD, id_number};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

/// What a test puts into a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    /// A day under a number format.
    Date(u16, u8, u8, &'static str),
    /// The XML of the cell itself, `{at}` standing for its place.
    Raw(&'static str),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl Cell {
    /// The text as text formats write it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(n) => n.to_string(),
            Self::Date(y, m, d, _) => format!("{y}-{m:02}-{d:02}"),
            Self::Raw(_) => panic!("only a raw xlsx has raw cells"),
        }
    }
}

/// A sheet of cells; the first row is the header unless a test puts titles above it.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster {
    pub(super) rows: Vec<Vec<Cell>>,
    /// Top, left, bottom, right from 0.
    pub(super) merges: Vec<(u32, u16, u32, u16)>,
}

/// A place like `E3` as row and column from 0.
pub(super) fn place(at: &str) -> (usize, usize) {
    let letters: String = at.chars().filter(char::is_ascii_alphabetic).collect();
    let row: usize = at.trim_start_matches(letters.as_str()).parse().unwrap();
    let column = letters.bytes().fold(0, |n, b| n * 26 + usize::from(b - b'A') + 1);
    (row - 1, column - 1)
}

/// The name of a place.
pub(super) fn at(row: usize, column: usize) -> String {
    let (first, last) = (column / 26, (column % 26) as u8);
    let letter = |n: u8| char::from(b'A' + n);
    let first = if first == 0 { String::new() } else { letter(first as u8 - 1).to_string() };
    format!("{first}{}{}", letter(last), row + 1)
}

/// The name of clean person `n` (from 1).
pub(super) fn name(n: usize) -> String {
    let (stems, branches) = ("甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥");
    let stem = stems.chars().nth(n / 12 % 10).unwrap();
    let branch = branches.chars().nth(n % 12).unwrap();
    let more = if n < 120 { String::new() } else { stems.chars().nth(n / 120).unwrap().into() };
    format!("测{stem}{branch}{more}")
}

/// Month of birth of clean person `n`.
fn month(n: usize) -> usize {
    n % 9 + 2
}

/// The identity number of clean person `n`: a man of 1975.
pub(super) fn id(n: usize) -> String {
    id_number(&format!("3206021975{:02}{:02}{:03}", month(n), n % 28 + 1, 101 + 2 * (n % 400)))
}

/// Some characters of a number, which has no others than ASCII.
pub(super) fn part(number: &str, range: impl std::slice::SliceIndex<str, Output = str>) -> &str {
    number.get(range).unwrap()
}

/// The number as the report shows it.
pub(super) fn masked(id: &str) -> String {
    format!("{}********{}", part(id, ..6), part(id, 14..))
}

/// The cells of clean person `n`.
pub(super) fn person(n: usize) -> Vec<Cell> {
    let birth = format!("1975.{:02}", month(n));
    let cert = format!("0732060{n:04}");
    let mut row = vec![n.to_string(), name(n), "男".to_owned(), "汉族".to_owned(), id(n), birth];
    let more = ["1995.08", "大专", "收银审核", "技师", "2007.11", &cert];
    row.extend(more.map(str::to_owned));
    let issuer = "江苏省人力资源和社会保障厅";
    row.extend([issuer, "收银审核", "高级技师"].map(str::to_owned));
    row.extend(["合格", "优秀", "合格", "合格", "合格", "2018年合格", "", ""].map(str::to_owned));
    row.into_iter().map(Cell::Text).collect()
}

/// A roster of `count` clean people under its header.
pub(super) fn people(count: usize) -> Roster {
    let mut rows = vec![HEAD.map(Cell::from).to_vec()];
    rows.extend((1..=count).map(person));
    Roster { rows, merges: Vec::new() }
}

/// The column of a label, from 0.
pub(super) fn column(label: &str) -> usize {
    HEAD.iter().position(|known| *known == label).unwrap_or_else(|| panic!("no label {label}"))
}

impl Roster {
    /// A sheet of texts.
    pub(super) fn of(rows: &[&[&str]]) -> Self {
        let rows = rows.iter().map(|row| row.iter().map(|t| Cell::from(*t)).collect()).collect();
        Self { rows, merges: Vec::new() }
    }

    /// Puts something into a cell, making room where there is none.
    pub(super) fn set(&mut self, at: &str, cell: impl Into<Cell>) -> &mut Self {
        let (row, column) = place(at);
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
        let cells = &mut self.rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, Cell::from(""));
        }
        cells[column] = cell.into();
        self
    }

    /// Adds a column with this label at the right; gives its letter.
    pub(super) fn add(&mut self, label: &str, values: &[Cell]) -> String {
        let column = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        self.set(&at(0, column), label);
        for (row, value) in values.iter().enumerate() {
            self.set(&at(row + 1, column), value.clone());
        }
        at(0, column).trim_end_matches('1').to_owned()
    }

    /// Puts rows above the header.
    pub(super) fn above(&mut self, titles: &[&[&str]]) -> &mut Self {
        let titles = Self::of(titles).rows;
        self.rows.splice(0..0, titles);
        self
    }

    /// Adds rows of texts below.
    pub(super) fn below(&mut self, rows: &[&[&str]]) -> &mut Self {
        self.rows.extend(Self::of(rows).rows);
        self
    }

    /// Takes a column away by its label.
    pub(super) fn without(&mut self, label: &str) -> &mut Self {
        let gone = self.rows[0].iter().position(|c| *c == Cell::from(label)).unwrap();
        for row in &mut self.rows {
            row.remove(gone);
        }
        self
    }

    /// Writes the cells onto a worksheet.
    pub(super) fn fill(&self, page: &mut Worksheet) {
        for (top, left, bottom, right) in &self.merges {
            page.merge_range(*top, *left, *bottom, *right, "", &Format::new()).unwrap();
        }
        for (row, cells) in (0u32..).zip(&self.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                match cell {
                    Cell::Text(text) if text.is_empty() => continue,
                    Cell::Text(text) => page.write_string(row, column, text).unwrap(),
                    Cell::Number(n) => page.write_number(row, column, *n).unwrap(),
                    Cell::Date(y, m, d, format) => {
                        let day = ExcelDateTime::from_ymd(*y, *m, *d).unwrap();
                        let format = Format::new().set_num_format(*format);
                        page.write_datetime_with_format(row, column, &day, &format).unwrap()
                    }
                    Cell::Raw(_) => panic!("use raw()"),
                };
            }
        }
    }

    /// An xlsx with this one sheet.
    pub(super) fn xlsx(&self) -> Vec<u8> {
        workbook(&[("汇总表", self)])
    }

    /// An xlsx written part by part, so that a cell may be what no writer makes; `book` stands at
    /// the front of the workbook part, `tail` behind the cells of the sheet.
    pub(super) fn raw(&self, book: &str, tail: &str) -> Vec<u8> {
        let mut data = String::new();
        for (row, cells) in self.rows.iter().enumerate() {
            data.push_str(&format!("<row r=\"{}\">", row + 1));
            for (column, cell) in cells.iter().enumerate() {
                let at = at(row, column);
                data.push_str(&match cell {
                    Cell::Raw(xml) => xml.replace("{at}", &at),
                    Cell::Number(n) => format!("<c r=\"{at}\"><v>{n}</v></c>"),
                    other if other.text().is_empty() => String::new(),
                    other => format!(
                        "<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                        escaped(&other.text())
                    ),
                });
            }
            data.push_str("</row>");
        }
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        zip(&[
            ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
            ("_rels/.rels", RELATIONS.replace("{main}", "xl/workbook.xml").as_bytes()),
            (
                "xl/workbook.xml",
                format!("<workbook xmlns=\"{main}\" xmlns:r=\"{kinds}\">{book}<sheets><sheet name=\"汇总表\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>").as_bytes(),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{kinds}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>").as_bytes(),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!("<worksheet xmlns=\"{main}\"><sheetData>{data}</sheetData>{tail}</worksheet>").as_bytes(),
            ),
        ])
    }

    /// Text with a separator; values with a separator, quotes or line breaks stand in quotes.
    pub(super) fn csv(&self, separator: char) -> String {
        let quoted = |cell: &Cell| {
            let text = cell.text();
            let special = text.contains([separator, '\n', '"']) && !text.starts_with("=\"");
            if special { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
        };
        let line = |row: &Vec<Cell>| {
            row.iter().map(quoted).collect::<Vec<_>>().join(&separator.to_string()) + "\r\n"
        };
        self.rows.iter().map(line).collect()
    }

    /// An HTML table as systems export it.
    pub(super) fn html(&self) -> String {
        let cell = |cell: &Cell| format!("<td>{}</td>", escaped(&cell.text()));
        let rows = self
            .rows
            .iter()
            .map(|row| format!("<tr>{}</tr>\n", row.iter().map(cell).collect::<String>()));
        format!(
            "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><meta charset=\"utf-8\"></head><body><table border=1>{}</table></body></html>",
            rows.collect::<String>()
        )
    }
}

/// Text inside XML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// An xlsx of several sheets.
pub(super) fn workbook(sheets: &[(&str, &Roster)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, roster) in sheets {
        let page = book.add_worksheet();
        page.set_name(*name).unwrap();
        roster.fill(page);
    }
    book.save_to_buffer().unwrap()
}

/// An xlsx of one sheet after a test did something to it.
pub(super) fn with(roster: &Roster, change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("汇总表").unwrap();
    roster.fill(page);
    change(page);
    book.save_to_buffer().unwrap()
}
