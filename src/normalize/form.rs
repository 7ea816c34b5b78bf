//! A filled form (`.docx`): a label in one cell, its value in the next.

use super::row::{self, Ctx, Slot};
use super::{Row, header, level};
use crate::diag::Origin;
use crate::read::{CellValue, FilledForm, a1};
use crate::text::strip_blanks;

/// Reads a form as a roster of one; `None` when it has no 姓名 with a value.
pub(super) fn read(ctx: &Ctx<'_>, path: &str, form: &FilledForm, sender: &str) -> Option<Row> {
    let mut slots: Vec<Slot> = Vec::new();
    for (t, table) in form.tables.iter().enumerate() {
        for (r, cells) in table.iter().enumerate() {
            pairs(path, &format!("表{}", t + 1), r, cells, &mut slots);
        }
    }
    let named = |s: &Slot| s.field == "person.name" && !strip_blanks(&s.value.text()).is_empty();
    if !slots.iter().any(named) {
        return None;
    }
    let spare = spare(path, form, sender);
    let first = slots.first().map_or_else(|| Origin::file(path), |slot| slot.origin.clone());
    Some(row::build(ctx, &slots, &spare, &[], first))
}

fn pairs(path: &str, sheet: &str, row: usize, cells: &[String], slots: &mut Vec<Slot>) {
    let mut index = 0;
    while let Some(text) = cells.get(index) {
        // merged cells repeat their text: the value is the next different one
        let next = (index + 1..cells.len()).find(|i| cells[*i] != *text || text.is_empty());
        let meaning = header::meaning(None, text).filter(|m| m.exact && m.field != "seq");
        let (Some(meaning), Some(next)) = (meaning, next) else {
            index += 1;
            continue;
        };
        let value = &cells[next];
        if header::meaning(None, value).is_some_and(|m| m.exact) {
            index = next;
            continue;
        }
        let field = asked(&meaning.field).to_owned();
        let place = a1(row as u32, next as u32);
        slots.push(Slot {
            field,
            year: meaning.year,
            value: CellValue::Text(value.clone()),
            origin: Origin::cell(path, sheet, place),
        });
        index = next + 1;
    }
}

/// A form asks for what is applied for where it says only 工种 or 等级.
pub(super) fn asked(field: &str) -> &str {
    match field {
        "any.trade" => "apply.trade",
        "any.level" => "apply.level",
        other => other,
    }
}

/// Level of the title and the sender as unit, where the form has no cell for them.
fn spare(path: &str, form: &FilledForm, sender: &str) -> Vec<Slot> {
    let slot = |field: &str, value: &str| Slot {
        field: field.to_owned(),
        year: None,
        value: CellValue::Text(value.to_owned()),
        origin: Origin::file(path),
    };
    let mut out = Vec::new();
    if let Some(level) = form.titles.iter().find_map(|title| level::in_text(title)) {
        out.push(slot("apply.level", level));
    }
    if !sender.is_empty() {
        out.push(slot("unit.name", sender));
    }
    out
}
