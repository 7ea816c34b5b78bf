//! A filled form (`.docx`): a roster of one. Labels find their values beside, below or inside;
//! a map of the pack knows what the labels alone do not tell.

mod blocks;
mod choice;
mod fields;
mod inside;
mod page;
mod remarks;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_remarks;
mod text;

use super::header::label;
use super::row::{self, Ctx, Slot};
use super::{Field, Row, Source, level};
use crate::diag::{Finding, Origin, Severity};
use crate::read::{CellValue, FilledForm};
use crate::text::{fold, strip_blanks};
use choice::Choice;
use std::collections::BTreeSet;

/// A form with more cells or rows is no form of one person.
const CELLS: usize = 20_000;
const ROWS: u32 = 20_000;
/// Paragraphs that are looked through for labels.
const PARAGRAPHS: usize = 5_000;
/// So many labels make a form; so many values, or the identity number, make a person.
const ENOUGH: usize = 3;
/// What somebody wrote under a label that is known, in a way that is not.
const UNREAD: &str = "form.unread";
/// A longer paragraph is no title.
const TITLE: usize = 40;

/// What a document is.
#[derive(Debug)]
pub(super) enum Read {
    /// A form somebody filled in.
    Person(Row),
    /// A form without a person; the finding says what is missing.
    Unfilled(Finding),
    /// No form.
    Other,
}

/// A value as it stands under a label.
#[derive(Debug)]
struct Given {
    field: String,
    year: Option<i32>,
    text: String,
    /// All of the cell or line it was taken from.
    raw: String,
    origin: Origin,
}

impl Given {
    fn of(pair: inside::Pair, origin: &Origin) -> Self {
        let (field, year) = (pair.meaning.field, pair.meaning.year);
        Self { field, year, raw: pair.value.clone(), text: pair.value, origin: origin.clone() }
    }
}

/// A given value made ready for reading.
struct Ready {
    given: Given,
    /// What is read instead of the text as it stands.
    value: String,
    /// Whether boxes say nothing certain.
    unknown: bool,
    repair: Option<&'static str>,
}

/// Reads a form as a roster of one.
pub(super) fn read(ctx: &Ctx<'_>, path: &str, form: &FilledForm, sender: &str) -> Read {
    let cells = || form.tables.iter().flat_map(|table| &table.cells);
    if cells().count() > CELLS || cells().any(|c| c.area.bottom > ROWS) || is_proof(ctx, form) {
        return Read::Other;
    }
    let given = given(ctx, path, form).into_iter();
    let (unread, given): (Vec<Given>, Vec<Given>) = given.partition(|g| g.field == UNREAD);
    let all: Vec<Ready> = given.into_iter().map(|g| ready(g, form)).collect();
    let filled: BTreeSet<&str> =
        all.iter().filter(|r| !r.value.is_empty()).map(|r| r.given.field.as_str()).collect();
    let asked: BTreeSet<&str> = all.iter().map(|r| r.given.field.as_str()).collect();
    let known = filled.len() >= ENOUGH || filled.contains("person.id_no");
    if !filled.contains("person.name") || !known {
        return if asked.len() >= ENOUGH {
            Read::Unfilled(unfilled(path, &asked, &filled))
        } else {
            Read::Other
        };
    }
    let slots: Vec<Slot> = all
        .iter()
        .map(|ready| Slot {
            field: ready.given.field.clone(),
            year: ready.given.year,
            value: CellValue::Text(ready.value.clone()),
            origin: ready.given.origin.clone(),
        })
        .collect();
    let spare = spare(path, form, sender);
    let first = slots.first().map_or_else(|| Origin::file(path), |slot| slot.origin.clone());
    let mut row = row::build(ctx, &slots, &spare, &[], first);
    for ready in &all {
        keep_raw(&mut row, ready);
        if ready.unknown {
            undecided(ctx, &mut row, ready);
        }
    }
    row.findings.extend(stranger(ctx, path, form, &row));
    row.findings.extend(unread.iter().map(not_understood));
    row.findings.extend(contradictions(&all));
    let more = remarks::remarks(ctx, path, form, &all, &row);
    row.findings.extend(more);
    Read::Person(row)
}

/// Everything under a label: tables first, then the paragraphs around them.
fn given(ctx: &Ctx<'_>, path: &str, form: &FilledForm) -> Vec<Given> {
    let map = ctx.pack.filled_form(&form.titles.concat());
    let mut out = Vec::new();
    for (n, table) in form.tables.iter().enumerate() {
        let page = page::Page::new(path, n + 1, table);
        let above = table.above.checked_sub(1).and_then(|at| form.titles.get(at));
        let heading = above.map_or("", String::as_str);
        out.extend(fields::read(&page, heading, map));
    }
    for title in form.titles.iter().take(PARAGRAPHS) {
        let origin = Origin { sheet: Some("正文".to_owned()), ..Origin::file(path) };
        for entry in map.iter().flat_map(|map| &map.fields) {
            let inside = entry.place() == crate::pack::Place::Inside;
            let text = inside::after(&entry.label, title).filter(|_| inside);
            let field = entry.field.clone();
            let raw = title.clone();
            out.extend(text.map(|text| Given {
                field,
                year: None,
                text,
                raw,
                origin: origin.clone(),
            }));
        }
        for pair in title.lines().flat_map(inside::pairs) {
            out.push(Given::of(pair, &origin));
        }
    }
    for given in &mut out {
        given.field = asked(&given.field).to_owned();
    }
    out
}

/// A form asks for what is applied for where it says only 工种 or 等级.
pub(super) fn asked(field: &str) -> &str {
    match field {
        "any.trade" => "apply.trade",
        "any.level" => "apply.level",
        other => other,
    }
}

/// The value without the lines and words a form is printed with; boxes become what they say.
fn ready(given: Given, form: &FilledForm) -> Ready {
    let appended = text::appended(&given.text, &form.titles);
    let moved = appended.is_some();
    let bare = text::bare(&given.field, &appended.unwrap_or_else(|| given.text.clone()));
    let (value, unknown, repair) = match choice::read(&given.field, &bare) {
        Choice::Plain if moved => (bare, false, Some("取自附页")),
        Choice::Plain => (bare, false, None),
        Choice::Chosen(word) => (word, false, Some("按勾选取值")),
        Choice::Unknown => (String::new(), true, None),
    };
    Ready { given, value, unknown, repair }
}

/// The record keeps what stands in the form, not what was made of it.
fn keep_raw(row: &mut Row, ready: &Ready) {
    if ready.value == ready.given.raw || ready.value.is_empty() {
        return;
    }
    let own = |f: &&mut Field| {
        f.source == Source::Read && f.origin == ready.given.origin && f.raw == ready.value
    };
    for field in row.record.values_mut().filter(own) {
        field.raw.clone_from(&ready.given.raw);
        field.repairs.extend(ready.repair.map(str::to_owned));
    }
}

/// Boxes of which none or several are marked: the field stays unknown, also where the identity
/// number would tell it, for the applicant has to sign one answer.
fn undecided(ctx: &Ctx<'_>, row: &mut Row, ready: &Ready) {
    let Given { field, origin, raw, .. } = &ready.given;
    let known =
        row.record.get(field).is_some_and(|f| f.source == Source::Read && f.value.is_some());
    if known {
        return;
    }
    let empty = ctx.pack.roster.empty.get(field).map_or("FD-101", String::as_str);
    let about = |f: &Finding| f.field.as_ref() == Some(field);
    row.findings.retain(|f| !(about(f) && [empty, "FD-111"].contains(&f.code.as_str())));
    let start = Finding::new("FM-141", origin.clone());
    let start = if ctx.required.contains(field) { start.severity(Severity::Error) } else { start };
    let finding = start.arg("label", label(field)).arg("value", choice::shown(raw)).field(field);
    row.findings.push(finding.build());
    let unread = Field {
        value: None,
        raw: raw.clone(),
        origin: origin.clone(),
        repairs: Vec::new(),
        source: Source::Read,
    };
    row.record.insert(field.clone(), unread);
}

/// FM-144: something is written there, and what it says cannot be told apart.
fn not_understood(given: &Given) -> Finding {
    const SHOWN: usize = 60;
    let mut text: String = given.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    let finding = Finding::new("FM-144", given.origin.clone());
    finding.arg("label", "工作简历").arg("value", text).build()
}

/// FM-145: who applies for what, said twice in one form and not alike (cover and inner page). The
/// first is taken, and a person is asked.
fn contradictions(all: &[Ready]) -> Vec<Finding> {
    const ASKED: [&str; 5] =
        ["person.name", "person.id_no", "unit.name", "apply.trade", "apply.level"];
    let mut out = Vec::new();
    for field in ASKED {
        let plain = |ready: &Ready| fold(&strip_blanks(&ready.value));
        let mut said =
            all.iter().filter(|r| r.given.field == field && !plain(r).is_empty() && !r.unknown);
        let Some(first) = said.next() else { continue };
        let a = plain(first);
        // 高级技师 and 高级技师（破格）, a name with its number: the longer says the same and more
        let other = said.find(|r| {
            let b = plain(r);
            !a.contains(&b) && !b.contains(&a)
        });
        if let Some(other) = other {
            let finding = Finding::new("FM-145", other.given.origin.clone()).field(field);
            let finding = finding.arg("label", label(field));
            out.push(finding.arg("a", &first.value).arg("b", &other.value).build());
        }
    }
    out
}

/// FM-143: what keeps a form from being read.
fn unfilled(path: &str, asked: &BTreeSet<&str>, filled: &BTreeSet<&str>) -> Finding {
    let why = if filled.is_empty() {
        "各栏都没有填写"
    } else if !asked.contains("person.name") {
        "没有找到\"姓名\"栏"
    } else if !filled.contains("person.name") {
        "\"姓名\"栏为空"
    } else {
        "填写的栏目太少"
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    Finding::new("FM-143", Origin::file(path)).arg("file", name).arg("why", why).build()
}

/// The paragraphs before the last table, among which a title stands.
fn titles(form: &FilledForm) -> &[String] {
    let before = form.tables.iter().map(|t| t.above).max().unwrap_or(form.titles.len());
    form.titles.get(..before).unwrap_or(&form.titles)
}

/// Whether the titles name a form of this circular.
fn is_own(ctx: &Ctx<'_>, titles: &[String]) -> bool {
    let whole = fold(&titles.concat());
    let own = |title: &str| whole.contains(&fold(title));
    ctx.pack.filled.iter().any(|f| own(&f.title))
        || ctx.pack.forms.iter().any(|f| !f.in_booklet && own(&f.title))
}

/// A paper that proves something (专家推荐意见书, 年度考核登记表) names people who do not apply, or
/// the applicant once more: its title holds the word of a material and none of a registration.
fn is_proof(ctx: &Ctx<'_>, form: &FilledForm) -> bool {
    const REGISTERS: [&str; 5] = ["审批表", "登记表", "报名表", "申报表", "申请表"];
    let titles = titles(form);
    if is_own(ctx, titles) {
        return false;
    }
    let words: Vec<String> = ctx
        .pack
        .materials
        .iter()
        .flat_map(|m| m.words.iter().chain(m.parts.iter().flat_map(|p| &p.words)))
        .map(|word| fold(word))
        .filter(|word| word.chars().count() >= 3)
        .collect();
    titles.iter().map(|title| fold(title)).filter(|t| t.chars().count() <= TITLE).any(|title| {
        let named = title.ends_with(['表', '书']);
        let proves = |word: &String| {
            title.contains(word.as_str())
                && !REGISTERS.iter().any(|r| title.replace(word.as_str(), "").contains(r))
        };
        named && words.iter().any(proves)
    })
}

/// FM-142: a form with the title of no form of this circular, and what it does not ask.
fn stranger(ctx: &Ctx<'_>, path: &str, form: &FilledForm, row: &Row) -> Option<Finding> {
    let titles = titles(form);
    if is_own(ctx, titles) {
        return None;
    }
    let named = |title: &&String| {
        let folded = fold(title);
        // 登记表（2019年度）
        let bare = folded.strip_suffix(')').and_then(|t| t.rsplit_once('('));
        let bare = bare.map_or(folded.as_str(), |(title, _)| title);
        bare.ends_with('表') && (4..=TITLE).contains(&folded.chars().count())
    };
    let title = strip_blanks(titles.iter().find(named)?);
    let mut cols: Vec<String> = Vec::new();
    for fact in ctx.required.iter().filter(|fact| !row.record.contains_key(*fact)) {
        let silent = !row.findings.iter().any(|f| f.field.as_ref() == Some(fact));
        let name =
            if fact.starts_with("appraisal.") { "年度考核".to_owned() } else { label(fact) };
        if silent && !cols.contains(&name) {
            cols.push(name);
        }
    }
    let cols = if cols.is_empty() { "无".to_owned() } else { cols.join("、") };
    let finding = Finding::new("FM-142", Origin::file(path)).arg("title", title).arg("cols", cols);
    Some(finding.build())
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
    if let Some(level) = form.titles.iter().find_map(|title| titled(title)) {
        out.push(slot("apply.level", level));
    }
    if !sender.is_empty() {
        out.push(slot("unit.name", sender));
    }
    out
}

/// The one level a title names; of several none is meant.
fn titled(title: &str) -> Option<&'static str> {
    let folded = fold(title);
    if folded.chars().count() > TITLE || folded.contains([':', '。']) {
        return None;
    }
    let level = level::in_text(&folded)?;
    level::in_text(&folded.replace(level, " ")).is_none().then_some(level)
}

/// Whether a table of a document is a roster: some units write theirs in a word processor.
pub(super) fn sheets(form: &FilledForm) -> Vec<crate::read::Sheet> {
    let sheet = |(n, table): (usize, &crate::read::FormTable)| crate::read::Sheet {
        name: format!("表{}", n + 1),
        cells: {
            let mut cells: Vec<crate::read::Cell> = table
                .cells
                .iter()
                .map(|cell| crate::read::Cell {
                    row: cell.area.top,
                    column: cell.area.left,
                    value: CellValue::Text(cell.text.clone()),
                })
                .collect();
            cells.sort_by_key(|cell| (cell.row, cell.column));
            cells
        },
        merges: table
            .cells
            .iter()
            .map(|cell| cell.area)
            .filter(|area| area.top < area.bottom || area.left < area.right)
            .collect(),
        ..crate::read::Sheet::default()
    };
    form.tables.iter().enumerate().map(sheet).collect()
}
