//! Workbooks that are no rosters: 技师人数 and an answered 待定事项.

use super::grid::Grid;
use super::{Answer, CensusRow, cell, trade};
use crate::diag::Origin;
use crate::pack::Pack;
use crate::read::{CellValue, Sheet, a1};
use crate::text::fold;
use std::collections::BTreeMap;

/// A header is looked for in this many rows.
const HEADER_ROWS: usize = 30;

/// Finds a row that has one label of each group; gives its number and the columns found.
fn locate<const N: usize>(grid: &Grid<'_>, labels: [&[&str]; N]) -> Option<(u32, [u32; N])> {
    grid.rows.iter().take(HEADER_ROWS).find_map(|row| {
        let cells: Vec<(u32, String)> =
            grid.row(*row).into_iter().map(|(c, v)| (c, fold(&v.text()))).collect();
        let mut columns = [0; N];
        for (slot, names) in columns.iter_mut().zip(labels) {
            *slot = cells.iter().find(|(_, text)| names.contains(&text.as_str()))?.0;
        }
        Some((*row, columns))
    })
}

/// The column of row `row` whose label begins with one of `starts`.
fn beginning(grid: &Grid<'_>, row: u32, starts: &[&str]) -> Option<u32> {
    let cells = grid.row(row);
    let found = cells.iter().find(|(_, v)| {
        let text = fold(&v.text());
        starts.iter().any(|start| text.starts_with(start))
    });
    found.map(|(column, _)| *column)
}

/// Whether a text begins like a total or a note.
fn aside(text: &str) -> bool {
    let folded = fold(text);
    ["合计", "总计", "小计", "备注", "填表", "注:"].iter().any(|w| folded.starts_with(w))
}

/// Levels a census may count, those whose name holds another first.
pub(super) const LEVELS: [&str; 5] = ["高级技师", "技师", "高级工", "中级工", "初级工"];

/// What a column is called that counts the people of a level.
pub(super) fn count_labels(level: &str) -> [String; 3] {
    [format!("现有{level}人数"), format!("现有{level}数"), format!("{level}人数")]
}

/// The column of each level that is counted.
pub(super) fn count_columns(
    labels: impl Iterator<Item = (String, u32)>,
) -> BTreeMap<&'static str, u32> {
    let mut columns = BTreeMap::new();
    for (label, column) in labels {
        let level = LEVELS.into_iter().find(|level| count_labels(level).contains(&label));
        level.into_iter().for_each(|level| {
            columns.entry(level).or_insert(column);
        });
    }
    columns
}

/// The 技师 of a row, and the people of other levels.
pub(super) fn counted(
    columns: &BTreeMap<&'static str, u32>,
    number: impl Fn(u32) -> Option<i64>,
) -> (Option<u32>, Vec<(String, u32)>) {
    let read = |column: &u32| number(*column).and_then(|n| u32::try_from(n).ok());
    let others = columns.iter().filter(|(level, _)| **level != "技师");
    let others = others.filter_map(|(level, column)| Some(((*level).to_owned(), read(column)?)));
    (columns.get("技师").and_then(read), others.collect())
}

/// Rows of 技师人数: 工种 | 现有技师人数 | 上一年度是否申报高级技师; `None`: another kind of sheet.
pub(super) fn census(sheet: &Sheet, path: &str, pack: &Pack) -> Option<Vec<CensusRow>> {
    let grid = Grid::new(sheet);
    let trades: &[&str] = &["工种", "工种名称", "技术工种"];
    let words: Vec<String> = LEVELS.iter().flat_map(|level| count_labels(level)).collect();
    let counts: Vec<&str> = words.iter().map(String::as_str).collect();
    let (top, [trade_at, first_count]) = locate(&grid, [trades, &counts])?;
    let labels = |(column, value): (u32, &CellValue)| (fold(&value.text()), column);
    let columns = count_columns(grid.row(top).into_iter().map(labels));
    let number = |row: u32, column: u32| cell::count(&grid.text(row, column));
    let asked = beginning(&grid, top, &["上一年度", "上年"]);
    let mut out = Vec::new();
    for row in grid.rows.iter().copied().filter(|row| *row > top) {
        let name = grid.seen(row, trade_at).map(|(v, _)| v.text()).unwrap_or_default();
        let first = grid.row(row).first().map(|(_, v)| v.text()).unwrap_or_default();
        let repeat = trades.contains(&fold(&name).as_str());
        if cell::is_empty(&name) || repeat || aside(&name) || aside(&first) {
            continue;
        }
        let (present, others) = counted(&columns, |column| number(row, column));
        let count_at = columns.get("技师").copied().unwrap_or(first_count);
        out.push(CensusRow {
            trade: trade::read(&name, pack).name,
            present,
            others,
            applied_last_year: asked.and_then(|column| cell::yes_no(&grid.text(row, column))),
            origin: Origin::cell(path, &sheet.name, a1(row, count_at)),
        });
    }
    Some(out)
}

/// Rows of an answered 待定事项: 案号 | 问题编号 | … | 答复 | 答复人, or of a ticked list: 案号 | … |
/// 办理 | 意见 | 办理人. Rows left open are left out.
pub(super) fn answers(sheet: &Sheet) -> Option<Vec<Answer>> {
    let grid = Grid::new(sheet);
    let asked = locate(&grid, [&["案号"], &["问题编号"], &["答复"]]);
    let step = asked.is_none();
    let (top, [case, question, answer]) =
        asked.or_else(|| locate(&grid, [&["案号"], &["办理"], &["意见"]]))?;
    let by = beginning(&grid, top, &["答复人", "办理人"]);
    let text = |row: u32, column: u32| grid.text(row, column).trim().to_owned();
    let mut out = Vec::new();
    for row in grid.rows.iter().copied().filter(|row| *row > top) {
        let read = Answer {
            case: text(row, case),
            question: text(row, question),
            answer: text(row, answer),
            by: by.map(|column| text(row, column)).unwrap_or_default(),
            step,
        };
        // an opinion without a step is told, not lost
        let said = !read.answer.is_empty() || (step && !read.question.is_empty());
        if !read.case.is_empty() && said && read.case != "案号" {
            out.push(read);
        }
    }
    Some(out)
}
