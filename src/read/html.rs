//! HTML tables that call themselves workbooks.
//!
//! All tables of the file lie below each other on one sheet, as Excel shows them; text between
//! them (titles, notes) becomes rows of one cell.

use super::refusal::{Refusal, file_stem};
use super::tags::{Piece, Scanner, Tag, decode_entities, named};
use super::workbook::Sink;
use super::{Area, CellValue, Workbook};
use crate::wall::Limits;

/// Most rows or columns one cell may span; browsers cap as well.
const SPAN: u32 = 1000;

/// Reads the tables of an HTML text.
pub(super) fn read(text: &str, path: &str, limits: &Limits) -> Result<Workbook, Refusal> {
    let mut total = 0;
    let mut reader = Reader {
        sink: Sink::new(limits, &mut total),
        merges: Vec::new(),
        hidden_rows: Vec::new(),
        row_hidden: false,
        row_filled: false,
        row: 0,
        column: 0,
        in_row: false,
        depth: 0,
        spans: Vec::new(),
        cell: None,
        text: String::new(),
        skip: false,
    };
    for piece in Scanner::html(text) {
        reader.piece(piece)?;
    }
    reader.end_table()?;
    reader.end_paragraph()?;
    let mut sheet = reader.sink.into_sheet(file_stem(path));
    sheet.merges = reader.merges;
    sheet.merges.sort_unstable();
    sheet.hidden_rows = reader.hidden_rows;
    Ok(Workbook { sheets: vec![sheet], original: None })
}

/// A cell that reaches into the rows below.
struct Span {
    column: u32,
    width: u32,
    until: u32,
}

/// The open cell.
struct Open {
    column: u32,
    across: u32,
    down: u32,
}

struct Reader<'a> {
    sink: Sink<'a>,
    merges: Vec<Area>,
    hidden_rows: Vec<u32>,
    row_hidden: bool,
    row_filled: bool,
    row: u32,
    column: u32,
    in_row: bool,
    /// How many tables are open; only the outermost makes rows.
    depth: u32,
    spans: Vec<Span>,
    cell: Option<Open>,
    text: String,
    /// Inside `head` or `title`.
    skip: bool,
}

impl Reader<'_> {
    fn piece(&mut self, piece: Piece<'_>) -> Result<(), Refusal> {
        match piece {
            Piece::Text(text) if !self.skip => self.push_text(text),
            Piece::Text(_) => {}
            Piece::Open(tag) => self.open(&tag)?,
            Piece::Close(name) => self.close(name)?,
        }
        Ok(())
    }

    fn push_text(&mut self, text: &str) {
        if self.depth > 0 && self.cell.is_none() {
            return;
        }
        // line breaks of the source are blanks; a run of blanks is one
        for part in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
            let word = part.trim_end_matches(|c: char| c.is_ascii_whitespace());
            self.text.push_str(&decode_entities(word));
            if word.len() < part.len() && !self.text.ends_with([' ', '\n']) && !self.text.is_empty()
            {
                self.text.push(' ');
            }
        }
    }

    fn open(&mut self, tag: &Tag<'_>) -> Result<(), Refusal> {
        if tag.is("br") || (self.cell.is_some() && tag.is("p") && !self.text.is_empty()) {
            let kept = self.text.trim_end_matches(' ').len();
            self.text.truncate(kept);
            self.text.push('\n');
        } else if tag.is("table") {
            if self.depth == 0 {
                self.end_paragraph()?;
            }
            self.depth += 1;
        } else if self.depth == 1 && tag.is("tr") {
            self.end_row()?;
            self.in_row = true;
            self.column = 0;
            self.row_filled = false;
            let style = tag.attribute("style").unwrap_or_default().replace(' ', "");
            self.row_hidden = style.to_ascii_lowercase().contains("display:none");
        } else if self.depth == 1 && (tag.is("td") || tag.is("th")) {
            self.end_cell()?;
            self.in_row = true;
            self.begin_cell(tag);
            if tag.empty {
                self.end_cell()?;
            }
        } else if tag.is("title") {
            self.skip = true;
        } else if self.depth == 0 && is_block(tag) {
            self.end_paragraph()?;
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        if named(name, "table") {
            if self.depth == 1 {
                self.end_table()?;
            }
            self.depth = self.depth.saturating_sub(1);
        } else if self.depth == 1 && (named(name, "td") || named(name, "th")) {
            self.end_cell()?;
        } else if self.depth == 1 && named(name, "tr") {
            self.end_row()?;
        } else if named(name, "title") {
            self.skip = false;
        } else if self.depth == 0
            && ["p", "div", "h1", "h2", "h3", "h4"].iter().any(|n| named(name, n))
        {
            self.end_paragraph()?;
        }
        Ok(())
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) {
        let span = |name| tag.number(name).unwrap_or(1).clamp(1, SPAN);
        let (across, down) = (span("colspan"), span("rowspan"));
        while let Some(taken) =
            self.spans.iter().find(|s| (s.column..s.column + s.width).contains(&self.column))
        {
            self.column = taken.column + taken.width;
        }
        self.text.clear();
        self.cell = Some(Open { column: self.column, across, down });
        self.column = self.column.saturating_add(across);
    }

    fn end_cell(&mut self) -> Result<(), Refusal> {
        let Some(Open { column, across, down }) = self.cell.take() else { return Ok(()) };
        let (bottom, right) = (self.row + down - 1, column + across - 1);
        if across > 1 || down > 1 {
            self.merges.push(Area { top: self.row, left: column, bottom, right });
        }
        if down > 1 {
            self.spans.push(Span { column, width: across, until: bottom });
        }
        self.put(column)
    }

    fn put(&mut self, column: u32) -> Result<(), Refusal> {
        let text = std::mem::take(&mut self.text);
        let text = text.trim_matches(|c: char| c == ' ' || c == '\n');
        // &nbsp; alone is how exports write an empty cell
        if text.chars().all(char::is_whitespace) {
            return Ok(());
        }
        self.row_filled = true;
        self.sink.put(self.row, column, CellValue::Text(text.to_owned()))
    }

    fn end_row(&mut self) -> Result<(), Refusal> {
        self.end_cell()?;
        if self.in_row {
            self.in_row = false;
            if self.row_hidden && self.row_filled {
                self.hidden_rows.push(self.row);
            }
            self.row_hidden = false;
            self.row = self.row.saturating_add(1);
            let row = self.row;
            self.spans.retain(|s| s.until >= row);
        }
        Ok(())
    }

    fn end_table(&mut self) -> Result<(), Refusal> {
        self.end_row()?;
        self.spans.clear();
        Ok(())
    }

    /// Ends text outside tables; it makes a row when it says anything.
    fn end_paragraph(&mut self) -> Result<(), Refusal> {
        if self.text.chars().all(char::is_whitespace) {
            self.text.clear();
            return Ok(());
        }
        self.put(0)?;
        self.row = self.row.saturating_add(1);
        Ok(())
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    ["p", "div", "h1", "h2", "h3", "h4", "body"].iter().any(|name| tag.is(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(u32, u32, String)> {
        let book = read(text, "导出.xls", &Limits::default()).unwrap();
        book.sheets[0].cells.iter().map(|c| (c.row, c.column, c.value.text())).collect()
    }

    #[test]
    fn spans_become_merges_and_shift_the_cells_below() {
        let text = "<!DOCTYPE html><html><head><title>x</title><style>td{}</style></head><body>
            <h1>汇总表</h1><table border=1><thead><tr><th rowspan=2>姓&nbsp;名<th colspan='2'>工种</tr>
            <tr><td>名称</td><td>等级<br>（级）</td></tr>
            <tbody><tr><td x:str='x'>张&amp;三<td>&nbsp;</td><td><table><tr><td>内</td></tr></table></td>
            </table><p>填表人：李四</body></html>";
        let book = read(text, "导出.xls", &Limits::default()).unwrap();
        assert_eq!(
            book.sheets[0].merges,
            [
                Area { top: 1, left: 0, bottom: 2, right: 0 },
                Area { top: 1, left: 1, bottom: 1, right: 2 }
            ]
        );
        let expect = [
            (0, 0, "汇总表"),
            (1, 0, "姓\u{a0}名"),
            (1, 1, "工种"),
            (2, 1, "名称"),
            (2, 2, "等级\n（级）"),
            (3, 0, "张&三"),
            (3, 2, "内"),
            (4, 0, "填表人：李四"),
        ];
        let expect: Vec<_> = expect.map(|(r, c, t)| (r, c, t.to_owned())).into();
        assert_eq!(cells(text), expect);
    }

    #[test]
    fn filtered_rows_are_told() {
        let text =
            "<table><tr><td>a<tr style='height:0;Display: none'><td>b<tr style='display:none'><td>";
        let book = read(text, "导出.xls", &Limits::default()).unwrap();
        assert_eq!(book.sheets[0].hidden_rows, [1]);
    }

    #[test]
    fn hostile_spans_are_capped() {
        let text = "<table><tr><td colspan=4000000000 rowspan=4000000000>a<td>b";
        assert_eq!(cells(text), [(0, 0, "a".to_owned()), (0, 1000, "b".to_owned())]);
    }
}
