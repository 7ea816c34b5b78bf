//! What is said of a filled form beyond its values: the wrong one of two forms, an opinion that
//! leaves out what it must say, one without a date, and what is printed where nothing was written.

use super::Ready;
use crate::diag::{Finding, Origin};
use crate::normalize::row::Ctx;
use crate::normalize::{Row, Value, level};
use crate::pack::{Filled, Form, fact_label};
use crate::read::FilledForm;
use crate::text::fold;

/// All remarks on one form.
pub(super) fn remarks(
    ctx: &Ctx<'_>,
    path: &str,
    form: &FilledForm,
    all: &[Ready],
    row: &Row,
) -> Vec<Finding> {
    let map = ctx.pack.filled_form(&form.titles.concat());
    let mut out = Vec::new();
    out.extend(other_level(ctx, path, form, all, row));
    out.extend(map.into_iter().flat_map(|map| left_out(map, all)));
    out.extend(undated(map, all));
    out.extend(no_awards(map, all));
    out
}

/// FM-101: of forms with one title, each for its levels, the one filled in is for other levels.
fn other_level(
    ctx: &Ctx<'_>,
    path: &str,
    form: &FilledForm,
    all: &[Ready],
    row: &Row,
) -> Option<Finding> {
    let own = row.record.get("apply.level")?;
    let Some(Value::Text(applied)) = &own.value else { return None };
    let titles = fold(&form.titles.concat());
    let titled = |f: &&Form| !f.levels.is_empty() && titles.contains(&fold(&f.title));
    let known: Vec<&Form> = ctx.pack.forms.iter().filter(titled).collect();
    let wanted = known.iter().find(|f| f.levels.contains(applied))?;
    let raw = all.iter().find(|r| r.given.field == "apply.level" && r.given.origin == own.origin);
    let used = marked(&known, form).or_else(|| printed(&known, &raw?.given.raw))?;
    if used.levels.contains(applied) {
        return None;
    }
    let place = if own.origin.path == path { own.origin.clone() } else { Origin::file(path) };
    let name = match wanted.attachment {
        Some(no) => format!("附件{no}《{}》", wanted.title),
        None => format!("《{}》", wanted.title),
    };
    let finding = Finding::new("FM-101", place).arg("level", applied).arg("form", name);
    Some(finding.clause(&wanted.clause).field("apply.level").build())
}

/// The form whose attachment number stands in a line of its own.
fn marked<'a>(known: &[&'a Form], form: &FilledForm) -> Option<&'a Form> {
    let of = |f: &&&Form| {
        let mark = f.attachment.map(|no| format!("附件{no}"));
        mark.is_some_and(|mark| form.titles.iter().any(|title| fold(title) == mark))
    };
    known.iter().find(of).copied()
}

/// The form whose levels are printed as the choice (初级工／中级工／高级工).
fn printed<'a>(known: &[&'a Form], raw: &str) -> Option<&'a Form> {
    let folded = fold(raw);
    let offered: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter_map(level::exact).collect();
    let all =
        |f: &&&Form| offered.len() > 1 && offered.iter().all(|l| f.levels.iter().any(|x| x == l));
    known.iter().find(all).copied()
}

/// A field of the map that must say one of some words.
fn left_out(map: &Filled, all: &[Ready]) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    for entry in map.fields.iter().filter(|entry| !entry.says.is_empty()) {
        let mut given = all.iter().filter(|r| r.given.field == entry.field).peekable();
        let Some(first) = given.peek().map(|r| r.given.origin.clone()) else { continue };
        let said = |r: &Ready| entry.says.iter().any(|word| r.value.contains(word.as_str()));
        let told = |f: &Finding| f.field.as_deref() == Some(entry.field.as_str());
        if !given.any(said) && !out.iter().any(told) {
            let code = entry.finding.as_deref().unwrap_or("FM-111");
            let finding = Finding::new(code, first).clause(&map.clause).field(&entry.field);
            out.push(finding.build());
        }
    }
    out
}

/// FM-112: an opinion with words and without a date.
fn undated(map: Option<&Filled>, all: &[Ready]) -> Vec<Finding> {
    let clause = map.map_or("", |map| map.clause.as_str());
    let opinions =
        all.iter().filter(|r| r.given.field.starts_with("opinion.") && !r.value.is_empty());
    let open = opinions.filter(|r| {
        let lines = r.given.raw.lines().map(fold);
        let mut dates = lines.filter(|line| line.contains('年') && line.contains('月')).peekable();
        dates.peek().is_some() && !dates.any(|line| line.contains(|c: char| c.is_ascii_digit()))
    });
    let say = |r: &Ready| {
        let finding = Finding::new("FM-112", r.given.origin.clone()).clause(clause);
        finding.arg("opinion", fact_label(&r.given.field)).field(&r.given.field).build()
    };
    open.map(say).collect()
}

/// FM-103: 无 is printed where no award and no punishment was written.
fn no_awards(map: Option<&Filled>, all: &[Ready]) -> Option<Finding> {
    let mut cells = all.iter().filter(|r| r.given.field == "awards_text").peekable();
    let first = cells.peek()?.given.origin.clone();
    let clause = map.map_or("", |map| map.clause.as_str());
    let finding = || Finding::new("FM-103", first).clause(clause).field("awards_text").build();
    cells.all(|r| r.value.is_empty()).then(finding)
}
