//! A sheet that is no roster: labels beside their values, one person a sheet, or labels in the
//! first column and one person a column.

use super::grid::Grid;
use super::header::{self, Meaning};
use super::row::{self, Ctx, Slot};
use super::table::{self, Titles};
use super::{Row, form};
use crate::diag::Origin;
use crate::read::{CellValue, Sheet, a1};
use crate::text::strip_blanks;
use std::collections::{BTreeMap, BTreeSet};

/// A label and where it stands.
struct Label {
    row: u32,
    column: u32,
    /// First column after the label and its merge.
    next: u32,
    meaning: Meaning,
}

/// Reads a sheet of labels and values; `None` when it is no such sheet.
pub(super) fn read(ctx: &Ctx<'_>, path: &str, sheet: &Sheet, sender: &str) -> Option<Vec<Row>> {
    let grid = Grid::new(sheet);
    let labels = labels(&grid);
    let mut people = Vec::new();
    for labels in apart(&labels) {
        people.extend(across(&grid, labels).or_else(|| beside(&grid, labels))?);
    }
    let top = labels.iter().map(|l| l.row).min().unwrap_or(0);
    let titles = table::titles(&grid, top);
    let rows = people.into_iter().map(|values| {
        let slots: Vec<Slot> = values
            .into_iter()
            .map(|(field, year, value, place)| Slot {
                field,
                year,
                value,
                origin: Origin::cell(path, &sheet.name, place),
            })
            .collect();
        let spare = spare(ctx, path, sheet, &titles, sender);
        let first = slots.first().map_or_else(|| Origin::file(path), |slot| slot.origin.clone());
        row::build(ctx, &slots, &spare, &[], first)
    });
    Some(rows.collect())
}

/// Field, year of the label, value and its place.
type Given = (String, Option<i32>, CellValue, String);

fn labels(grid: &Grid<'_>) -> Vec<Label> {
    let mut out = Vec::new();
    for row in grid.rows.iter().copied() {
        // the tall label at the left speaks for all years of its row
        let mut group: Option<String> = None;
        for (column, value) in grid.row(row) {
            let text = value.text();
            if text.chars().count() > 20 {
                continue;
            }
            let text = text.as_str();
            let area = grid.area(row, column);
            let left = column.checked_sub(1).and_then(|c| grid.area(row, c));
            let tall = left.filter(|a| a.top < a.bottom).map(|a| grid.text(a.top, a.left));
            let parent = tall.or_else(|| group.clone());
            let alone = header::meaning(None, text).filter(|m| m.exact);
            let under = || {
                let parent = parent.as_deref()?;
                header::meaning(Some(parent), text).filter(|m| m.exact)
            };
            let Some(meaning) = alone.or_else(under) else { continue };
            group = parent;
            if meaning.field == "seq" {
                continue;
            }
            let next = area.map_or(column, |a| a.right) + 1;
            out.push(Label { row, column, next, meaning });
        }
    }
    out
}

/// Forms below each other on one sheet: each begins with its 姓名.
fn apart(labels: &[Label]) -> Vec<&[Label]> {
    let mut out = Vec::new();
    let mut from = 0;
    for at in 0..labels.len() {
        let named = |l: &Label| l.meaning.field == "person.name";
        if named(&labels[at]) && labels[from..at].iter().any(named) {
            out.push(&labels[from..at]);
            from = at;
        }
    }
    out.push(&labels[from..]);
    out
}

fn field_of(meaning: &Meaning) -> String {
    form::asked(&meaning.field).to_owned()
}

/// Labels down one column, a person in each column beside it.
fn across(grid: &Grid<'_>, labels: &[Label]) -> Option<Vec<Vec<Given>>> {
    let name = labels.iter().find(|l| l.meaning.field == "person.name")?;
    let own: Vec<&Label> = labels.iter().filter(|l| l.column == name.column).collect();
    let rows: BTreeSet<u32> = own.iter().map(|l| l.row).collect();
    let strangers = labels.iter().filter(|l| l.column != name.column && rows.contains(&l.row));
    let numbered = own.iter().any(|l| l.meaning.field == "person.id_no");
    if own.len() < 5 || !numbered || strangers.count() > 0 {
        return None;
    }
    let columns: Vec<u32> =
        grid.row(name.row).into_iter().map(|(c, _)| c).filter(|c| *c >= name.next).collect();
    if columns.is_empty() {
        return None;
    }
    let given = |column: u32| {
        own.iter()
            .map(|l| {
                let value = grid.get(l.row, column).cloned();
                let value = value.unwrap_or_else(|| CellValue::Text(String::new()));
                (field_of(&l.meaning), l.meaning.year, value, a1(l.row, column))
            })
            .collect()
    };
    Some(columns.into_iter().map(given).collect())
}

/// Labels each with its value to the right; one person.
fn beside(grid: &Grid<'_>, labels: &[Label]) -> Option<Vec<Vec<Given>>> {
    let places: BTreeSet<(u32, u32)> = labels.iter().map(|l| (l.row, l.column)).collect();
    let mut out: Vec<Given> = Vec::new();
    let mut rows = BTreeSet::new();
    let mut filled = BTreeMap::new();
    for label in labels {
        let free = !places.contains(&(label.row, label.next));
        let found = grid.get(label.row, label.next).filter(|_| free);
        if let Some(below) = grade_below(grid, label, &places).filter(|_| found.is_none()) {
            out.push(below);
            continue;
        }
        let blank = CellValue::Text(String::new());
        let value = match found {
            Some(first) if label.meaning.field == "person.id_no" => {
                boxes(grid, label).unwrap_or_else(|| first.clone())
            }
            Some(value) => value.clone(),
            None => blank,
        };
        if found.is_some() {
            rows.insert(label.row);
            *filled.entry(label.meaning.field.clone()).or_insert(0) += 1;
        }
        let years = years_above(grid, label, &places);
        if !years.is_empty() {
            out.extend(years);
            continue;
        }
        // what a form leaves without a cell of its own is not asked
        let cell = grid.area(label.row, label.next).is_some() || found.is_some() || !free;
        if cell && (free || found.is_some()) {
            let place = a1(label.row, label.next);
            out.push((field_of(&label.meaning), label.meaning.year, value, place));
        }
    }
    let known = ["person.name", "person.id_no"].iter().all(|f| filled.contains_key(*f));
    (known && rows.len() >= 3 && filled.len() >= 4).then(|| vec![out])
}

/// An identity number with one character in each box.
fn boxes(grid: &Grid<'_>, label: &Label) -> Option<CellValue> {
    let cells = (label.next..).map_while(|c| grid.get(label.row, c)).map(CellValue::text);
    let single: Vec<String> =
        cells.map(|t| strip_blanks(&t)).take_while(|t| t.chars().count() == 1).collect();
    (single.len() >= 15).then(|| CellValue::Text(single.concat()))
}

/// The grade under its year: 2014年 over 合格.
fn grade_below(grid: &Grid<'_>, label: &Label, places: &BTreeSet<(u32, u32)>) -> Option<Given> {
    let below = (label.row + 1, label.column);
    let year = label.meaning.field.strip_prefix("appraisal.")?;
    let value = grid.get(below.0, below.1).filter(|_| !places.contains(&below))?;
    Some((format!("appraisal.{year}"), None, value.clone(), a1(below.0, below.1)))
}

/// Grades in a row below their years: 年度 2014 2015 … over 考核结果 合格 合格 ….
fn years_above(grid: &Grid<'_>, label: &Label, places: &BTreeSet<(u32, u32)>) -> Vec<Given> {
    let Some(above) = label.row.checked_sub(1).filter(|_| label.meaning.field == "appraisal")
    else {
        return Vec::new();
    };
    let cells = grid.row(label.row).into_iter().filter(|(c, _)| *c >= label.next);
    cells
        .filter(|(c, _)| !places.contains(&(label.row, *c)))
        .filter_map(|(c, value)| {
            let text = strip_blanks(&grid.text(above, c));
            let year = text.trim_end_matches(['度', '年']).parse::<i32>().ok()?;
            let field = (2000..2100).contains(&year).then(|| format!("appraisal.{year}"))?;
            Some((field, None, value.clone(), a1(label.row, c)))
        })
        .collect()
}

fn spare(ctx: &Ctx<'_>, path: &str, sheet: &Sheet, titles: &Titles, sender: &str) -> Vec<Slot> {
    let slot = |field: &str, value: &str, place: Option<&str>| Slot {
        field: field.to_owned(),
        year: None,
        value: CellValue::Text(value.to_owned()),
        origin: match place {
            Some(place) => Origin::cell(path, &sheet.name, place.to_owned()),
            None => Origin { sheet: Some(sheet.name.clone()), ..Origin::file(path) },
        },
    };
    let mut out = Vec::new();
    if let Some((unit, place)) = &titles.unit {
        out.push(slot("unit.name", unit, Some(place)));
    }
    if let Some((trade, place)) = &titles.trade {
        out.push(slot("apply.trade", trade, Some(place)));
    }
    let level = titles.level.as_ref().filter(|(l, _)| ctx.pack.circular.levels.contains(l));
    if let Some((level, place)) = level {
        out.push(slot("apply.level", level, Some(place)));
    }
    if !sender.is_empty() {
        out.push(slot("unit.name", sender, None));
    }
    out
}
