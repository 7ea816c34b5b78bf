//! One person, one application: IDs, names and certificate numbers across everything.

use super::case::{Case, Docket};
use crate::diag::{Finding, FindingBuilder};
use crate::normalize::Value;
use crate::text::mask_id;
use std::collections::{BTreeMap, BTreeSet};

/// Compares everyone with everyone by ID, name and certificate.
pub(super) fn check(cases: &[Case<'_>], dockets: &mut [Docket]) {
    for group in grouped(cases, "person.id_no") {
        same_id(&group, cases, dockets);
    }
    for group in grouped(cases, "person.name") {
        if distinct(&group, cases, "person.id_no").len() > 1 {
            let list = listed(&group, cases, true);
            say(&group, cases, dockets, "DU-111", "person.name", |f| f.arg("list", &list));
        }
    }
    same_code(cases, dockets);
    same_phone(cases, dockets);
    for group in grouped(cases, "cert.no") {
        let persons: BTreeSet<(Option<&str>, Option<&str>)> = group
            .iter()
            .filter_map(|&i| cases.get(i))
            .map(|c| (c.text("person.id_no"), c.text("person.name")))
            .collect();
        if persons.len() > 1 {
            let number = distinct(&group, cases, "cert.no").into_iter().next().unwrap_or_default();
            say(&group, cases, dockets, "FD-162", "cert.no", |f| f.arg("value", &number));
        }
    }
}

/// FD-143: one 统一社会信用代码, several units.
fn same_code(cases: &[Case<'_>], dockets: &mut [Docket]) {
    for group in grouped(cases, "unit.uscc") {
        let units: BTreeSet<&str> =
            group.iter().filter_map(|&i| cases.get(i)).map(|c| c.applicant.unit.as_str()).collect();
        for &index in group.iter().filter(|_| units.len() > 1) {
            let (Some(case), Some(docket)) = (cases.get(index), dockets.get_mut(index)) else {
                continue;
            };
            let own = case.applicant.unit.as_str();
            let other = units.iter().find(|unit| **unit != own).copied().unwrap_or_default();
            let finding = Finding::new("FD-143", case.origin("unit.uscc")).field("unit.uscc");
            let finding = finding.arg("code", case.shown("unit.uscc")).arg("unit", other);
            let clause = case.pack.unit_record.as_ref().map_or("", |r| r.clause.as_str());
            docket.say(finding.clause(clause).build());
        }
    }
}

/// DU-122: one phone under several names; of one unit it may well be that of its clerk.
fn same_phone(cases: &[Case<'_>], dockets: &mut [Docket]) {
    let mut phones: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, case) in cases.iter().enumerate().filter(|(_, case)| !case.withdrawn) {
        if let Some(Value::List(list)) = case.value("contact.phone") {
            for phone in list {
                phones.entry(phone).or_default().push(index);
            }
        }
    }
    for group in phones.into_values() {
        let units: BTreeSet<&str> =
            group.iter().filter_map(|&i| cases.get(i)).map(|c| c.applicant.unit.as_str()).collect();
        if units.len() > 1 && distinct(&group, cases, "person.id_no").len() > 1 {
            let list = listed(&group, cases, false);
            say(&group, cases, dockets, "DU-122", "contact.phone", |f| f.arg("list", &list));
        }
    }
}

/// Groups of at least two people with the same value of a fact.
fn grouped(cases: &[Case<'_>], fact: &str) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, case) in cases.iter().enumerate() {
        if let Some(text) = case.text(fact).filter(|_| !case.withdrawn) {
            groups.entry(text.trim()).or_default().push(index);
        }
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

fn distinct(group: &[usize], cases: &[Case<'_>], fact: &str) -> BTreeSet<String> {
    group.iter().filter_map(|&i| cases.get(i)?.text(fact)).map(str::to_owned).collect()
}

fn same_id(group: &[usize], cases: &[Case<'_>], dockets: &mut [Docket]) {
    let units: BTreeSet<String> =
        group.iter().filter_map(|&i| cases.get(i)).map(|c| c.applicant.unit.clone()).collect();
    let levels = distinct(group, cases, "apply.level");
    let field = "person.id_no";
    if let [one, two, ..] = units.iter().collect::<Vec<_>>().as_slice() {
        say(group, cases, dockets, "DU-121", field, |f| f.arg("unit1", one).arg("unit2", two));
    }
    if let [a, b, ..] = levels.iter().collect::<Vec<_>>().as_slice() {
        let names =
            distinct(group, cases, "person.name").into_iter().collect::<Vec<_>>().join("、");
        say(group, cases, dockets, "DU-102", field, |f| {
            f.arg("name", &names).arg("a", a).arg("b", b)
        });
    }
    let mut seen = BTreeSet::new();
    let twice = group
        .iter()
        .filter_map(|&i| cases.get(i))
        .any(|c| !seen.insert((c.applicant.unit.as_str(), c.text("apply.level"))));
    // two rows of one entry were told when the rows were put together
    let told = |d: &Docket| d.findings.iter().any(|f| f.code.as_str() == "DU-101" && f.blocks());
    if twice && !group.iter().filter_map(|&i| dockets.get(i)).all(told) {
        let list = listed(group, cases, false);
        say(group, cases, dockets, "DU-101", field, |f| f.arg("list", &list));
    }
}

/// The people of a group with unit, place or masked number.
fn listed(group: &[usize], cases: &[Case<'_>], with_id: bool) -> String {
    let cases = group.iter().filter_map(|&i| cases.get(i));
    let people = cases.map(|case| {
        let at = case.origin("person.id_no");
        let place = at.cell.map_or_else(String::new, |cell| format!(" {cell}"));
        let number = case.text("person.id_no").filter(|_| with_id).map(mask_id);
        format!(
            "{}（{}{}）",
            case.name(),
            case.applicant.unit,
            number.map_or(place, |n| format!(" {n}"))
        )
    });
    people.collect::<Vec<_>>().join("、")
}

fn say(
    group: &[usize],
    cases: &[Case<'_>],
    dockets: &mut [Docket],
    code: &str,
    field: &str,
    fill: impl Fn(FindingBuilder) -> FindingBuilder,
) {
    for &index in group {
        if let (Some(case), Some(docket)) = (cases.get(index), dockets.get_mut(index)) {
            let start = Finding::new(code, case.origin(field)).field(field);
            docket.say(fill(start).build());
        }
    }
}
