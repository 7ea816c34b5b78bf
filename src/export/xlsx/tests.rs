//! The workbook says what the model says, as text.

use super::snap;
use crate::compose::{Block, Document};
use crate::export::docx::tests::{cell, cells, lay, python, summary, table};
use crate::export::xlsx;

const READ: &str = r#"
import sys, json, openpyxl
s = openpyxl.load_workbook(sys.argv[1]).active
covered = set()
for m in s.merged_cells.ranges:
    covered |= {(r, c) for r in range(m.min_row, m.max_row + 1) for c in range(m.min_col, m.max_col + 1)}
    covered.discard((m.min_row, m.min_col))
out = [s.print_title_rows or "", s.page_setup.orientation or "", str(s.page_setup.paperSize)]
for row in s.iter_rows():
    for c in row:
        assert c.value is None or c.data_type == "s", (c.coordinate, c.data_type)
        assert c.value is None or c.number_format == "@", c.coordinate
        if (c.row, c.column) not in covered:
            out.append(c.value or "")
print(json.dumps(out))
"#;

#[test]
fn says_what_the_model_says() {
    let document = summary();
    let path = lay("summary.xlsx", &xlsx(&document).unwrap().bytes);
    let Some(read) = python("openpyxl", READ, path.path()) else { return };
    assert_eq!(read[..3], ["$4:$5", "landscape", "9"]);
    // Two lines above the tables and a note below them.
    let mut want = vec!["申报汇总表".to_owned(), "（汽车修理工）".to_owned()];
    want.extend(cells(&document));
    want.push("备注：本表按工种填报。".to_owned());
    assert_eq!(read[3..], want);
}

#[test]
fn text_stays_text() {
    let words =
        ["=1+1", "007", "32068419751012001X", "320684197510120010", "http://a.b", "_x0041_"];
    let row = words.iter().map(|w| cell(w)).collect();
    let mut wide = cell("0123");
    wide.colspan = 6;
    let document = Document {
        blocks: vec![Block::Table(table(6, vec![row, vec![wide]]))],
        ..Document::default()
    };
    let path = lay("text.xlsx", &xlsx(&document).unwrap().bytes);
    let Some(read) = python("openpyxl", READ, path.path()) else { return };
    assert_eq!(read[3..], cells(&document));
}

#[test]
fn narrow_tables_lie_on_the_columns_of_the_widest() {
    assert_eq!(snap(&[1.0, 1.0], &[10.0, 10.0, 20.0]), [0, 2, 3]);
    assert_eq!(snap(&[1.0, 1.0, 98.0], &[50.0, 25.0, 25.0]), [0, 1, 2, 3]);
    assert_eq!(snap(&[98.0, 1.0, 1.0], &[50.0, 25.0, 25.0]), [0, 1, 2, 3]);
    assert_eq!(snap(&[1.0], &[5.0]), [0, 1]);
}
