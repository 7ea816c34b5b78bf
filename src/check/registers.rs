//! The office's registers against one person: the integrity record, last year's results.

use super::case::{Case, Docket};
use crate::diag::{Finding, FindingBuilder};
use crate::normalize::Value;
use crate::pack::{Ban, Registers, ResultRow, UnitRow, fact_label};
use crate::text::{PartialDate, fold};
use chrono::Datelike as _;

/// How sure it is that a row of a register is this person.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    /// By the ID number.
    Sure,
    /// By the name (and the unit where one is written): a person must look.
    Maybe,
}

/// Judges bans and what was passed before.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    let registers = &case.pack.registers;
    for ban in &registers.bans {
        if let Some(found) = matches(&ban.name, &ban.id_no, &ban.unit, case) {
            banned(ban, found, case, docket);
        }
    }
    passed(registers, case, docket);
    changed(registers, case, docket);
    unit_record(registers, case, docket);
}

/// RT-142 and RT-141: what the office's register of units lacks of the unit and of whom it answers
/// to. An office without a register is not asked.
fn unit_record(registers: &Registers, case: &Case<'_>, docket: &mut Docket) {
    let Some(asked) = case.pack.unit_record.as_ref().filter(|_| !registers.units.is_empty()) else {
        return;
    };
    let absent = registers.unit(&case.applicant.unit).is_none();
    let missing: Vec<String> = asked
        .required
        .iter()
        .filter(|fact| absent || case.value(fact).is_none())
        .map(|fact| fact_label(fact))
        .collect();
    if absent || !missing.is_empty() {
        let finding = Finding::new("RT-142", case.origin("unit.name")).field("unit.name");
        let finding = finding.arg("unit", &case.applicant.unit).arg("cols", missing.join("、"));
        let finding = finding.clause(&asked.clause).weighed(asked.severity.as_deref());
        docket.say(finding.build());
    }
    let Some(above) = case.text("unit.supervisor").filter(|_| asked.supervisor_registered) else {
        return;
    };
    let key = fold(above);
    let named = |row: &UnitRow| {
        let own = row.facts.iter().filter(|(fact, ..)| *fact == "unit.supervisor");
        fold(&row.unit) == key || own.into_iter().any(|(_, text, _)| fold(text) == key)
    };
    if !registers.units.iter().any(named) && key != fold(&case.applicant.unit) {
        let finding = Finding::new("RT-141", case.origin("unit.supervisor")).arg("value", above);
        docket.say(finding.clause(&asked.clause).field("unit.supervisor").build());
    }
}

fn matches(name: &str, id_no: &str, unit: &str, case: &Case<'_>) -> Option<Match> {
    if !id_no.is_empty() && case.text("person.id_no").is_some() {
        return (Some(id_no) == case.text("person.id_no")).then_some(Match::Sure);
    }
    let here = unit.is_empty() || fold(unit) == fold(&case.applicant.unit);
    let own = case.text("person.name").map(fold);
    (here && own == Some(fold(name))).then_some(Match::Maybe)
}

fn banned(ban: &Ban, found: Match, case: &Case<'_>, docket: &mut Docket) {
    let until = ban.until.or_else(|| years_after(ban.since?, case));
    let day = case.applicant.arrival.at.with_timezone(&case.pack.offset()).date_naive();
    let day = PartialDate::day(day.year(), day.month(), day.day());
    // an end given by month or year runs to its last day
    let open = until.zip(day).map(|(until, day)| until.last() > day.first());
    if open == Some(false) {
        return;
    }
    let clause = case.pack.sanction.as_ref().map(|s| s.clause.clone()).unwrap_or_default();
    let shown = until.map_or_else(|| "期满（未注明日期）".to_owned(), |d| d.to_string());
    let finding = Finding::new("RT-131", case.row())
        .arg("name", case.name())
        .arg("until", shown)
        .clause(clause)
        .field("person.id_no");
    let text = format!("诚信记录中的 {} 是否就是 {}，且仍在期内？", ban.name, case.name());
    say(finding, found == Match::Sure && open == Some(true), "RT-131", text, case, docket);
}

/// The day a ban of the circular's length ends.
fn years_after(since: PartialDate, case: &Case<'_>) -> Option<PartialDate> {
    let years = case.pack.sanction.as_ref()?.fraud.as_ref()?.years;
    let day = since.last();
    let year = day.year() + i32::try_from(years).ok()?;
    PartialDate::day(year, day.month(), day.day())
        .or_else(|| PartialDate::day(year, day.month(), day.day() - 1))
}

/// Who passed for this level the year before need not apply again.
fn passed(registers: &Registers, case: &Case<'_>, docket: &mut Docket) {
    let Some(level) = case.level() else { return };
    let of_level = |row: &&ResultRow| {
        row.passed == Some(true)
            && row.level.as_deref().map_or_else(
                || case.pack.circular.levels.iter().any(|l| l == level),
                |own| own == level,
            )
    };
    for row in registers.results.iter().flatten().filter(of_level) {
        let Some(found) = matches(&row.name, &row.id_no, &row.unit, case) else { continue };
        let finding = Finding::new("EL-116", case.origin("apply.level"))
            .arg("level", level)
            .field("apply.level");
        let text = format!("上年通过{level}评审的 {} 是否就是 {}？", row.name, case.name());
        say(finding, found == Match::Sure, "EL-116", text, case, docket);
    }
}

/// DU-132: what stays as it was reads otherwise than in the archive of the year before. Only of
/// whom the ID number names: two people of one name are often not one.
fn changed(registers: &Registers, case: &Case<'_>, docket: &mut Docket) {
    for row in registers.results.iter().flatten() {
        if row.id_no.is_empty() || Some(row.id_no.as_str()) != case.text("person.id_no") {
            continue;
        }
        for (fact, before) in &row.facts {
            let Some(now) = case.value(fact).map(Value::text) else { continue };
            // a month says less than a day, and nothing else
            let same = now.starts_with(before.as_str()) || before.starts_with(now.as_str());
            if !same {
                let finding = Finding::new("DU-132", case.origin(fact)).field(fact);
                let finding = finding.arg("field", fact_label(fact)).arg("a", before);
                docket.say(finding.arg("b", now).build());
            }
        }
    }
}

/// An error when it is sure or a person said so, else a question.
fn say(
    finding: FindingBuilder,
    sure: bool,
    id: &str,
    text: String,
    case: &Case<'_>,
    docket: &mut Docket,
) {
    match if sure { Some(true) } else { case.answer(id) } {
        Some(true) => docket.say(finding.build()),
        Some(false) => {}
        None => {
            let doubt = finding.severity(crate::diag::Severity::Warn).needs_person(true).build();
            let known = doubt.message.clone();
            docket.ask_with(id, text, known, doubt, &["是", "否"]);
        }
    }
}
