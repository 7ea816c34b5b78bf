//! What the registers of the office say of units and people goes into the records.

use super::cell;
use super::{Applicant, Field, Record, Source, Submission, Value};
use crate::diag::{Finding, Origin};
use crate::pack::{Pack, ResultRow, fact_label};
use crate::text::{fold, mask_ids};
use std::collections::BTreeMap;

/// Facts of a unit that decide routes: there the office's register is right.
const KEYS: [&str; 3] = ["unit.kind", "unit.area", "unit.system"];

/// Brings 组织类别 and 属地 to the words of the circular, fills facts of units from the register,
/// and marks those who failed the year before.
pub(super) fn enrich(submissions: &mut [Submission], pack: &Pack) {
    for submission in submissions.iter_mut() {
        submission.unit = mask_ids(&submission.unit);
    }
    for applicant in submissions.iter_mut().flat_map(|s| &mut s.applicants) {
        hide_numbers(applicant);
        for fact in KEYS {
            reword(&mut applicant.record, fact, pack);
        }
        of_unit(applicant, pack);
        of_last_year(applicant, pack);
    }
}

/// A folder named by a person's number may stand for a unit: the number is no part of its name.
fn hide_numbers(applicant: &mut Applicant) {
    let shown = mask_ids(&applicant.unit);
    if shown == applicant.unit {
        return;
    }
    applicant.unit = shown.clone();
    if let Some(field) = applicant.record.get_mut("unit.name") {
        field.value = Some(Value::Text(shown));
    }
}

/// The word of the circular for what a register or a roster writes.
fn worded(fact: &str, text: &str, pack: &Pack) -> String {
    let lists: &BTreeMap<String, Vec<String>> = match fact {
        "unit.kind" => &pack.aliases.kinds,
        "unit.area" => &pack.aliases.areas,
        _ => return text.to_owned(),
    };
    let key = fold(text);
    let same = |(word, others): &(&String, &Vec<String>)| {
        fold(word) == key || others.iter().any(|other| fold(other) == key)
    };
    lists.iter().find(same).map_or_else(|| text.to_owned(), |(word, _)| word.clone())
}

fn reword(record: &mut Record, fact: &str, pack: &Pack) {
    let Some(field) = record.get_mut(fact) else { return };
    let Some(Value::Text(text)) = &field.value else { return };
    let word = worded(fact, text, pack);
    if word != *text {
        field.value = Some(Value::Text(word));
        field.repairs.push("按通知用语规范".to_owned());
    }
}

fn of_unit(applicant: &mut Applicant, pack: &Pack) {
    let Some(row) = pack.registers.unit(&applicant.unit) else { return };
    for (fact, text, origin) in &row.facts {
        let word = worded(fact, text, pack);
        let own = applicant.record.get(*fact).filter(|f| !shown(f).is_empty());
        if let Some(own) = own {
            let told = shown(own);
            if fold(&told) == fold(&word) || !KEYS.contains(fact) {
                continue;
            }
            let finding = Finding::new("RT-104", own.origin.clone())
                .arg("unit", &applicant.unit)
                .arg("key", fact_label(fact))
                .arg("a", told)
                .arg("b", &word);
            applicant.findings.push(finding.field(fact).build());
        }
        let value = match *fact {
            "unit.has_system" => cell::yes_no(text).map(Value::Bool),
            _ => Some(Value::Text(word)),
        };
        let Some(value) = value else { continue };
        let field = filled(value, text, origin, "由单位名册补全");
        applicant.record.insert((*fact).to_owned(), field);
    }
}

/// A value, else the text as written.
fn shown(field: &Field) -> String {
    let text = field.value.as_ref().map_or_else(|| field.raw.clone(), Value::text);
    text.trim().to_owned()
}

fn filled(value: Value, raw: &str, origin: &Origin, how: &str) -> Field {
    Field {
        value: Some(value),
        raw: raw.to_owned(),
        origin: origin.clone(),
        repairs: vec![how.to_owned()],
        source: Source::Filled,
    }
}

fn of_last_year(applicant: &mut Applicant, pack: &Pack) {
    let rows = pack.registers.results.iter().flatten();
    let failed = rows.filter(|row| row.passed == Some(false)).find(|row| {
        is_of(row, applicant) && same_level(row.level.as_deref(), &applicant.record, pack)
    });
    if let Some(row) = failed {
        let field = filled(Value::Bool(true), "未通过", &row.origin, "由上年结果名册得出");
        applicant.record.insert("apply.failed_before".to_owned(), field);
    }
}

/// Whether a row of last year's results is this person: by ID number, else by name and unit.
fn is_of(row: &ResultRow, applicant: &Applicant) -> bool {
    let text = |fact: &str| applicant.record.get(fact).map(shown).unwrap_or_default();
    if row.id_no.is_empty() {
        return fold(&row.name) == fold(&text("person.name"))
            && !row.unit.is_empty()
            && fold(&row.unit) == fold(&applicant.unit);
    }
    row.id_no == text("person.id_no")
}

/// Whether a level (that of the circular when none is written) is the one applied for.
fn same_level(level: Option<&str>, record: &Record, pack: &Pack) -> bool {
    let own = record.get("apply.level").map(shown).unwrap_or_default();
    level.map_or_else(|| pack.circular.levels.contains(&own), |level| level == own)
}
