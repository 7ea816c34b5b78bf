//! What a case expects against what the report says.

use super::group::Desk;
use super::read::{Case, Expect, Person};
use crate::office::{each, text};
use serde_json::Value;

/// What is not as the case says, a line each.
pub(crate) fn of(case: &Case, report: &Value, desk: &Desk<'_, '_>) -> Vec<String> {
    let mut faults = Vec::new();
    for person in &case.people {
        let found = find(report, &person.name, &case.unit(person));
        match found {
            Some(found) => faults.extend(person_is(person, found, desk)),
            None => faults.push(format!("{}: not in the report", person.name)),
        }
    }
    faults.extend(entry(case, report));
    faults
}

/// The applicant of that name and unit, or the only one of the unit: a name may be unreadable.
pub(crate) fn find<'v>(report: &'v Value, name: &str, unit: &str) -> Option<&'v Value> {
    let all = each(&report["submissions"]).iter().flat_map(|s| each(&s["applicants"]));
    let of_unit: Vec<&Value> = all.filter(|a| text(&a["unit"]) == unit).collect();
    match of_unit.as_slice() {
        [one] => Some(one),
        many => many.iter().find(|a| text(&a["name"]) == name).copied(),
    }
}

fn person_is(person: &Person, found: &Value, desk: &Desk<'_, '_>) -> Vec<String> {
    let mut faults = Vec::new();
    let decision = word(text(&found["decision"]));
    if decision != person.decision {
        faults.push(format!("{}: {decision}, not {}", person.name, person.decision));
    }
    let findings = each(&found["findings"]);
    for fault in hints(&person.hints, findings, Some((&person.name, desk))) {
        faults.push(format!("{}: {fault}", person.name));
    }
    for (field, value) in &person.reads {
        let read = shown(&found["record"][field]["value"]);
        if read != *value {
            faults.push(format!("{}: {field} reads {read}, not {value}", person.name));
        }
    }
    faults
}

/// The word of the case files for a decision.
pub(crate) fn word(decision: &str) -> &str {
    match decision {
        "accepted" => "机审通过",
        "returned" => "退回",
        "held" => "待定",
        other => other,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join("、"),
        Value::Null => "（无）".to_owned(),
        other => other.to_string(),
    }
}

fn grave(finding: &Value) -> bool {
    matches!(text(&finding["severity"]), "error" | "refuse") || finding["needs_person"] == true
}

fn line(finding: &Value) -> String {
    let origin = &finding["origin"];
    let place = [&origin["path"], &origin["cell"]].map(text).join(" ");
    format!(
        "{} @{place} {} {}",
        text(&finding["code"]),
        text(&finding["clause"]),
        text(&finding["message"])
    )
}

fn hints(
    expected: &[Expect],
    findings: &[Value],
    who: Option<(&str, &Desk<'_, '_>)>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for expect in expected {
        let same: Vec<&Value> =
            findings.iter().filter(|f| text(&f["code"]) == expect.code).collect();
        if expect.absent {
            faults.extend(same.iter().map(|f| format!("there is {}", line(f))));
        } else if same.is_empty() {
            faults.push(format!("no {}", expect.code));
        } else if !same.iter().any(|f| matches(expect, f, who)) {
            let is: Vec<String> = same.iter().map(|f| line(f)).collect();
            faults.push(format!("{expect:?} is {}", is.join(" / ")));
        }
    }
    let listed = |f: &Value| expected.iter().any(|e| !e.absent && matches(e, f, who));
    let more = findings.iter().filter(|f| grave(f) && !listed(f));
    faults.extend(more.map(|f| format!("not expected: {}", line(f))));
    faults
}

fn matches(expect: &Expect, finding: &Value, who: Option<(&str, &Desk<'_, '_>)>) -> bool {
    let clause = expect.clause.as_deref().is_none_or(|c| c == text(&finding["clause"]));
    let message = text(&finding["message"]);
    let hint = text(&finding["hint"]);
    let holds = |word: &String| match word.strip_prefix('$') {
        Some(end) => message.ends_with(end),
        None => message.contains(word.as_str()) || hint.contains(word.as_str()),
    };
    let said = expect.words.iter().all(holds);
    text(&finding["code"]) == expect.code
        && clause
        && said
        && expect.place.as_deref().is_none_or(|place| lies(place, &finding["origin"], who))
}

fn lies(place: &str, origin: &Value, who: Option<(&str, &Desk<'_, '_>)>) -> bool {
    if let Some(part) = place.strip_prefix("file:") {
        return text(&origin["path"]).contains(part);
    }
    let Some(seat) = who.and_then(|(name, desk)| desk.seats.get(name)) else { return false };
    let in_roster = text(&origin["path"]).ends_with("申报汇总表.xlsx");
    let cell = text(&origin["cell"]);
    let row = cell.trim_start_matches(|c: char| c.is_ascii_uppercase());
    if place == "行" {
        // what is said of a person as a whole names the roster, and their row where it knows it
        return in_roster && (row.is_empty() || row == seat.row.to_string());
    }
    let at = seat.labels.iter().position(|label| label == place);
    in_roster && at.is_some_and(|at| cell == format!("{}{}", letters(at), seat.row))
}

fn letters(at: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n).unwrap());
    if at < 26 {
        return letter(at).to_string();
    }
    format!("{}{}", letter(at / 26 - 1), letter(at % 26))
}

/// What is said of the entry itself, as far as it names a file of the case's units.
fn entry(case: &Case, report: &Value) -> Vec<String> {
    let units = case.units();
    let submissions = each(&report["submissions"]);
    let ours = |s: &Value, f: &Value| {
        let path = text(&f["origin"]["path"]);
        units.iter().any(|unit| path.contains(unit.as_str()) || text(&s["source"]) == unit)
    };
    let findings: Vec<Value> = submissions
        .iter()
        .flat_map(|s| each(&s["findings"]).iter().filter(|f| ours(s, f)))
        .cloned()
        .collect();
    let faults = hints(&case.entry, &findings, None);
    faults.into_iter().map(|fault| format!("entry: {fault}")).collect()
}
