//! Workbooks that are no rosters: 技师人数 and an answered 待定事项.

use super::grid::Grid;
use super::{Answer, CensusRow, cell, trade};
use crate::diag::Origin;
use crate::pack::Pack;
use crate::read::{Sheet, a1};
use crate::text::fold;
use std::collections::BTreeMap;

/// A header is looked for in this many rows.
const HEADER_ROWS: usize = 30;

/// Finds a row that has all `labels`; gives its number and their columns.
fn locate(grid: &Grid<'_>, labels: &[&str]) -> Option<(u32, BTreeMap<String, u32>)> {
    grid.rows.iter().take(HEADER_ROWS).find_map(|row| {
        let columns: BTreeMap<String, u32> =
            grid.row(*row).into_iter().rev().map(|(c, v)| (fold(&v.text()), c)).collect();
        labels.iter().all(|label| columns.contains_key(*label)).then_some((*row, columns))
    })
}

/// Rows of 技师人数: 工种 | 现有技师人数 | 上一年度是否申报高级技师; `None`: another kind of sheet.
pub(super) fn census(sheet: &Sheet, path: &str, pack: &Pack) -> Option<Vec<CensusRow>> {
    let grid = Grid::new(sheet);
    let (top, columns) = locate(&grid, &["工种", "现有技师人数"])?;
    let asked = columns
        .iter()
        .find(|(label, _)| label.starts_with("上一年度") || label.starts_with("上年"));
    let mut out = Vec::new();
    for row in grid.rows.iter().copied().filter(|row| *row > top) {
        let name = grid.seen(row, columns["工种"]).map(|(v, _)| v.text()).unwrap_or_default();
        let folded = fold(&name);
        let note = ["合计", "总计", "小计", "备注", "填表"].iter().any(|w| folded.starts_with(w));
        let first = grid.row(row).first().map(|(_, v)| fold(&v.text())).unwrap_or_default();
        let total = ["合计", "总计", "小计", "备注", "填表"].iter().any(|w| first.starts_with(w));
        if cell::is_empty(&name) || folded == "工种" || note || total {
            continue;
        }
        let present = cell::count(&grid.text(row, columns["现有技师人数"]));
        out.push(CensusRow {
            trade: trade::read(&name, pack).name,
            present: present.and_then(|n| u32::try_from(n).ok()),
            applied_last_year: asked.and_then(|(_, column)| cell::yes_no(&grid.text(row, *column))),
            origin: Origin::cell(path, &sheet.name, a1(row, columns["现有技师人数"])),
        });
    }
    Some(out)
}

/// Rows of an answered 待定事项: 案号 | 问题编号 | … | 答复 | 答复人; unanswered rows are left out.
pub(super) fn answers(sheet: &Sheet) -> Option<Vec<Answer>> {
    let grid = Grid::new(sheet);
    let (top, columns) = locate(&grid, &["案号", "问题编号", "答复"])?;
    let text = |row: u32, label: &str| {
        columns.get(label).map(|c| grid.text(row, *c).trim().to_owned()).unwrap_or_default()
    };
    let mut out = Vec::new();
    for row in grid.rows.iter().copied().filter(|row| *row > top) {
        let answer = Answer {
            case: text(row, "案号"),
            question: text(row, "问题编号"),
            answer: text(row, "答复"),
            by: text(row, "答复人"),
        };
        if !answer.case.is_empty() && !answer.answer.is_empty() && answer.case != "案号" {
            out.push(answer);
        }
    }
    Some(out)
}
