//! 岗位使用情况备案表: how many posts of each grade a unit has, uses and applies for.

use super::grid::Grid;
use super::{Field, PostUse, Record, Source, Value, cell, level, table};
use crate::diag::Origin;
use crate::read::{Sheet, a1};
use crate::text::{fold, strip_blanks};
use std::collections::BTreeMap;

/// Kinds of numbers in the order of the form, with the words their row is known by.
const KINDS: [(&str, &[&str]); 7] = [
    ("approved", &["核准岗位"]),
    ("employed", &["现聘"]),
    ("special", &["特设岗位"]),
    ("vacant", &["空缺岗位"]),
    ("two_one", &["退二进一"]),
    ("no_limit", &["不受岗位限额", "不受限额"]),
    ("applied", &["申报数量", "申报人数"]),
];

/// Grades, highest first: `L1` … `L5`, with the words of the form.
const GRADES: [(&str, &str, &str); 5] = [
    ("L1", "一级", "高级技师"),
    ("L2", "二级", "技师"),
    ("L3", "三级", "高级工"),
    ("L4", "四级", "中级工"),
    ("L5", "五级", "初级工"),
];

/// Reads a sheet as the form; `None`: another kind of sheet.
pub(super) fn read(sheet: &Sheet, path: &str, sender: &str) -> Option<PostUse> {
    let grid = Grid::new(sheet);
    let (top, columns) = grid.rows.iter().find_map(|row| Some((*row, grades(&grid, *row)?)))?;
    let mut record = Record::new();
    for row in grid.rows.iter().copied().filter(|row| *row > top) {
        let Some(kind) = kind(&grid, row, &columns) else { continue };
        for (grade, column) in &columns {
            let id = format!("posts.{kind}.{grade}");
            let read = || number(&grid, (row, *column), path, &sheet.name);
            record.entry(id).or_insert_with(read);
        }
    }
    // the words stand in other papers, too: the form has its rows
    let asked = |kind: &str| record.contains_key(&format!("posts.{kind}.L1"));
    if !(asked("approved") && (asked("vacant") || asked("employed"))) {
        return None;
    }
    let titles = table::titles(&grid, top);
    let unit = titles.unit.map_or_else(|| sender.to_owned(), |(unit, _)| strip_blanks(&unit));
    let origin = Origin { sheet: Some(sheet.name.clone()), ..Origin::file(path) };
    Some(PostUse { unit, record, origin })
}

/// The columns of the five grades, when row `row` is the head of the form.
fn grades(grid: &Grid<'_>, row: u32) -> Option<BTreeMap<&'static str, u32>> {
    let mut columns = BTreeMap::new();
    for (column, value) in grid.row(row) {
        let text = fold(&value.text());
        let named = GRADES.iter().find(|(_, grade, level_name)| {
            let short = [*grade, *level_name].contains(&text.as_str());
            short || (text.starts_with(grade) && level::in_text(&text) == Some(level_name))
        });
        if let Some((grade, ..)) = named {
            columns.entry(*grade).or_insert(column);
        }
    }
    (columns.len() == GRADES.len()).then_some(columns)
}

/// What a row counts: told by the labels left of its numbers.
fn kind(grid: &Grid<'_>, row: u32, columns: &BTreeMap<&str, u32>) -> Option<&'static str> {
    let first = columns.values().min().copied()?;
    let label: String = grid
        .row(row)
        .into_iter()
        .filter(|(column, _)| *column < first)
        .map(|(_, value)| fold(&value.text()))
        .collect();
    let found = KINDS.iter().find(|(_, words)| words.iter().any(|word| label.contains(word)));
    found.map(|(kind, _)| *kind)
}

fn number(grid: &Grid<'_>, at: (u32, u32), path: &str, sheet: &str) -> Field {
    let text = grid.text(at.0, at.1);
    let blank = ["", "—", "-", "/", "无"].contains(&strip_blanks(&text).as_str());
    // a dash says that there is none; nothing at all says nothing
    let dash = blank && !strip_blanks(&text).is_empty();
    let value = if dash { Some(0) } else { cell::count(&text).filter(|n| *n >= 0) };
    Field {
        value: value.map(Value::Int),
        raw: text,
        origin: Origin::cell(path, sheet, a1(at.0, at.1)),
        repairs: if dash { vec!["横线按 0".to_owned()] } else { Vec::new() },
        source: Source::Read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::tests::sheet;

    fn form(special: &str) -> Sheet {
        sheet(
            "Sheet1",
            &[
                &["重庆市机关事业单位工勤岗位使用情况备案表"],
                &["填报单位（盖章）：渝北区机关事务中心"],
                &[
                    "岗位情况",
                    "等级",
                    "一级（高级技师）",
                    "二级（技师）",
                    "三级（高级工）",
                    "四级（中级工）",
                    "五级（初级工）",
                ],
                &["岗位情况", "核准岗位数", "1", "2", "4", "2", "0"],
                &["", "现聘人数", "1", "1", "4", "2", "0"],
                &["", "特设岗位聘用人数", "0", special, "1", "0", "—"],
                &["", "空缺岗位", "0", "1", "1", "0", "0"],
                &["当年岗位申报数量", "", "0", "1", "1", "0", "0"],
                &["其中：", "符合“退二进一”申报条件的", "0", "0", "0", "0", "0"],
                &["", "符合不受岗位限额申报条件的", "0", "0", "", "0", "0"],
                &["主管部门备案意见", ""],
            ],
        )
    }

    #[test]
    fn every_row_and_grade_is_read() {
        let read = read(&form("1.5"), "单位材料/备案表.xlsx", "来件").unwrap();
        assert_eq!(read.unit, "渝北区机关事务中心");
        assert_eq!(read.record.len(), 35);
        let value = |id: &str| read.record[id].value.as_ref().map(Value::text);
        assert_eq!(value("posts.approved.L3").as_deref(), Some("4"));
        assert_eq!(value("posts.special.L5").as_deref(), Some("0"));
        assert_eq!(value("posts.special.L2"), None);
        assert_eq!(value("posts.no_limit.L3"), None);
        assert_eq!(read.record["posts.applied.L2"].origin.cell.as_deref(), Some("D8"));
    }

    #[test]
    fn another_table_of_grades_is_not_it() {
        let rows: &[&[&str]] = &[
            &["工种", "一级", "二级", "三级", "四级", "五级"],
            &["电工", "1", "0", "0", "0", "0"],
        ];
        assert!(read(&sheet("Sheet1", rows), "a.xlsx", "来件").is_none());
    }
}
