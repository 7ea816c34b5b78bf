//! Rows of all filings become people, one per case.

use super::line::ending;
use super::person::{Person, rows_of, unnamed_since};
use super::replaced::{self, Replaced};
use super::{Chain, late, newer};
use crate::diag::{Finding, Severity};
use crate::normalize::{CaseKey, Field, Source, Value};
use crate::pack::{Pack, fact_label};
use crate::text::fold;
use std::collections::{BTreeMap, BTreeSet};

/// All people, and which of them each entry names.
#[derive(Debug, Default)]
pub(super) struct People<'a> {
    /// Sorted by key.
    pub(super) list: Vec<Person<'a>>,
    /// Per chain the people whose row (also an outdated one) stands there.
    pub(super) of_chain: Vec<BTreeSet<usize>>,
    /// Rows of a table, by chain and path, that came too late for people who stand in time.
    pub(super) aside: BTreeMap<(usize, String), usize>,
    /// Tables that a mended copy replaced.
    pub(super) replaced: Replaced,
}

/// A person that won, with the chains that name it.
type Winner<'a> = (Person<'a>, BTreeSet<usize>);

/// Gathers the people of all chains (sorted by entry).
pub(super) fn gather<'a>(chains: &[&'a Chain], pack: &Pack) -> People<'a> {
    let mut rows: Vec<Person<'a>> = Vec::new();
    for (index, chain) in chains.iter().enumerate() {
        rows.extend(rows_of(index, chain, pack));
    }
    replaced::join_units(chains, &mut rows);
    join_senders(&mut rows);
    let (mut rows, aside) = late::split(rows, pack);
    let replaced = replaced::settle(chains, &mut rows, pack);
    let mut of_chain: Vec<Vec<Person<'a>>> = chains.iter().map(|_| Vec::new()).collect();
    rows.into_iter().for_each(|person| of_chain[person.chain].push(person));
    let rows = chains.iter().zip(of_chain);
    let rows = rows.flat_map(|(chain, rows)| unnamed_since(chain, rows, pack));
    let mut groups: BTreeMap<GroupKey, Vec<Person<'a>>> = BTreeMap::new();
    for person in rows {
        groups.entry(group_key(&person)).or_default().push(person);
    }
    let winners = groups.into_values().flat_map(settle_group).collect();
    let mut winners: Vec<Winner<'a>> = absorb_provisional(winners);
    mark_duplicates(&mut winners);
    assign_keys(&mut winners);
    winners.sort_by(|a, b| a.0.key.cmp(&b.0.key));
    let of_chain = vec![BTreeSet::new(); chains.len()];
    let mut people = People { of_chain, replaced, ..People::default() };
    for (index, (person, named)) in winners.into_iter().enumerate() {
        for chain in named {
            people.of_chain[chain].insert(index);
        }
        people.list.push(person);
    }
    late::note(&mut people, aside, chains, pack);
    people
}

/// What may follow the name of a unit in the name of an entry that it sends again.
const AGAIN: [&str; 15] = [
    "补充",
    "补正",
    "补交",
    "补报",
    "补",
    "更正",
    "修改",
    "更新",
    "最终版",
    "最新",
    "材料",
    "资料",
    "申报",
    "汇总表",
    "第",
];

/// A sender that only says "again" (`某中学补充材料`, `某中学(2)`) is the unit it names, when another
/// row or sender names that unit.
fn join_senders(rows: &mut [Person<'_>]) {
    let units: BTreeMap<String, String> =
        rows.iter().map(|p| (p.unit_key.clone(), p.unit.clone())).collect();
    for person in rows.iter_mut() {
        let Some(field) = person.record.get_mut("unit.name") else { continue };
        if fold(&field.raw) != fold(&person.filing.sender) {
            continue;
        }
        let places: Vec<char> = person.unit_key.chars().collect();
        let known = (1..places.len()).rev().find_map(|end| {
            let key: String = places[..end].iter().collect();
            units.get_key_value(&key).filter(|_| says_again(&places[end..]))
        });
        if let Some((key, unit)) = known {
            field.value = Some(Value::Text(unit.clone()));
            person.unit_key = key.clone();
            person.unit = unit.clone();
        }
    }
}

fn says_again(rest: &[char]) -> bool {
    let rest: String = rest.iter().collect();
    let rest = AGAIN.iter().fold(rest, |text, word| text.replace(word, ""));
    rest.chars().all(|c| !c.is_alphabetic() || "一二三四五六七八九十次版v".contains(c))
}

/// (unit, ID and level, name): rows of one person inside one unit.
type GroupKey = (String, Option<(String, Option<String>)>, Vec<char>);

fn group_key(person: &Person<'_>) -> GroupKey {
    let case = person.id.clone().map(|id| (id, person.level.clone()));
    (person.unit_key.clone(), case, person.name_key.clone())
}

/// One group: the rows of the newest content win. Equal rows of one table are one person, rows of
/// a table and a form are merged, different rows of one table stay apart.
fn settle_group<'a>(group: Vec<Person<'a>>) -> Vec<Winner<'a>> {
    let named: BTreeSet<usize> = group.iter().map(|p| p.chain).collect();
    let Some(newest) =
        group.iter().map(|p| p.filing).reduce(|a, b| if newer(b, a) { b } else { a })
    else {
        return Vec::new();
    };
    // a table before a form
    let mut tables: BTreeMap<(bool, String), Vec<Person<'a>>> = BTreeMap::new();
    for person in group {
        if !std::ptr::eq(person.filing, newest) {
            continue;
        }
        let path = &person.origin.path;
        let rows = tables.entry((ending(path) == "docx", path.clone())).or_default();
        match rows.iter_mut().find(|other| other.hash == person.hash) {
            Some(same) => same.findings.push(repeated(same, &person)),
            None => rows.push(person),
        }
    }
    let single = tables.values().all(|rows| rows.len() == 1);
    let mut winners: Vec<Person<'a>> = Vec::new();
    for person in tables.into_values().flatten() {
        match winners.first_mut() {
            Some(first) if single => merge_row(first, &person),
            _ => winners.push(person),
        }
    }
    winners.into_iter().map(|person| (person, named.clone())).collect()
}

fn repeated(first: &Person<'_>, again: &Person<'_>) -> Finding {
    Finding::new("DU-101", again.origin.clone())
        .arg("list", format!("{}、{}", place(first), place(again)))
        .severity(Severity::Warn)
        .build()
}

fn place(person: &Person<'_>) -> String {
    let cell = person.origin.cell.as_deref().map(|cell| format!(" {cell}")).unwrap_or_default();
    format!("{}（{}{cell}）", person.name, person.origin.path)
}

/// Fills what `person` lacks from another table of the same content; what differs is DU-141.
fn merge_row(person: &mut Person<'_>, other: &Person<'_>) {
    person.withdrawn |= other.withdrawn;
    person.omitted &= other.omitted;
    person.findings.extend(other.findings.iter().cloned());
    for (id, field) in &other.record {
        match person.record.get(id) {
            Some(own) if own.value.is_some() || field.value.is_none() => {
                if differs(id, own, field, &person.filing.sender) {
                    person.findings.push(disagreement(id, own, field));
                }
            }
            _ => {
                person.record.insert(id.clone(), field.clone());
            }
        }
    }
}

/// Facts that a table and a form must tell alike; free text is written twice in other words.
const COMPARED: [&str; 9] = [
    "contact.phone",
    "person.",
    "apply.trade",
    "apply.level",
    "post.",
    "cert.",
    "education.",
    "appraisal.",
    "unit.name",
];

/// Whether two tables tell different things. A vaguer date agrees with a fuller one; a unit that
/// only stands for the sender says nothing.
fn differs(id: &str, own: &Field, other: &Field, sender: &str) -> bool {
    let read = own.source == Source::Read && other.source == Source::Read;
    if !read || !COMPARED.iter().any(|prefix| id.starts_with(prefix)) {
        return false;
    }
    if id == "unit.name" && [own, other].iter().any(|f| fold(&f.raw) == fold(sender)) {
        return false;
    }
    match (&own.value, &other.value) {
        (Some(Value::Date(a)), Some(Value::Date(b))) => {
            a.first() > b.last() || b.first() > a.last()
        }
        (Some(a), Some(b)) => fold(&a.text()) != fold(&b.text()),
        _ => false,
    }
}

fn disagreement(id: &str, own: &Field, other: &Field) -> Finding {
    let text = |f: &Field| {
        let text = f.value.as_ref().map_or_else(|| f.raw.clone(), Value::text);
        if id == "person.id_no" { crate::text::mask_id(&text) } else { text }
    };
    let finding = Finding::new("DU-141", other.origin.clone());
    // by another phone nobody is judged otherwise, but somebody must know which to call
    let finding = if id == "contact.phone" { finding.severity(Severity::Warn) } else { finding };
    finding.arg("field", fact_label(id)).arg("a", text(own)).arg("b", text(other)).field(id).build()
}

/// A row without usable ID or level gives way to the one person of the same unit and name from
/// another table that has what it lacks. A newer row keeps its say: its findings go over.
fn absorb_provisional(winners: Vec<Winner<'_>>) -> Vec<Winner<'_>> {
    let mut slots: Vec<Option<Winner<'_>>> = winners.into_iter().map(Some).collect();
    let mut by_name: BTreeMap<(String, Vec<char>), Vec<usize>> = BTreeMap::new();
    for (index, (person, _)) in slots.iter().flatten().enumerate() {
        let key = (person.unit_key.clone(), person.name_key.clone());
        by_name.entry(key).or_default().push(index);
    }
    for same in by_name.values().filter(|same| same.len() > 1) {
        // a row with an ID but no level first, so that it does not make two of one person
        for rank in [1, 0] {
            same.iter().for_each(|&index| give_way(&mut slots, same, index, rank));
        }
    }
    slots.into_iter().flatten().collect()
}

fn give_way(slots: &mut [Option<Winner<'_>>], same: &[usize], index: usize, rank: u8) {
    let Some((row, _)) = &slots[index] else { return };
    if rank_of(row) != rank || row.name_key.is_empty() {
        return;
    }
    let better = |&&i: &&usize| {
        slots[i].as_ref().is_some_and(|(p, _)| {
            rank_of(p) > rank && row.id.as_ref().is_none_or(|id| p.id.as_ref() == Some(id))
        })
    };
    let mut found = same.iter().filter(better).copied();
    let (Some(into), None) = (found.next(), found.next()) else { return };
    let one_table = slots[into].as_ref().is_some_and(|(p, _)| {
        std::ptr::eq(p.filing, row.filing) && p.origin.path == row.origin.path
    });
    if one_table {
        return;
    }
    if let Some((row, named)) = slots[index].take()
        && let Some((person, also)) = &mut slots[into]
    {
        also.extend(named);
        absorb(person, row);
    }
}

/// How firmly a row is identified.
fn rank_of(person: &Person<'_>) -> u8 {
    match (&person.id, &person.level) {
        (Some(_), Some(_)) => 2,
        (Some(_), None) => 1,
        (None, _) => 0,
    }
}

fn absorb(person: &mut Person<'_>, row: Person<'_>) {
    if std::ptr::eq(person.filing, row.filing) {
        merge_row(person, &row);
        return;
    }
    person.omitted &= row.omitted;
    if newer(row.filing, person.filing) {
        person.withdrawn |= row.withdrawn;
        person.findings.extend(row.findings);
    }
}

/// DU-101 on all who share unit, ID and level but not the row.
fn mark_duplicates(winners: &mut [Winner<'_>]) {
    let mut groups: BTreeMap<(String, String, String), Vec<usize>> = BTreeMap::new();
    for (index, (person, _)) in winners.iter().enumerate() {
        if let Some((id, level)) = person.id.clone().zip(person.level.clone()) {
            groups.entry((person.unit_key.clone(), id, level)).or_default().push(index);
        }
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        let list: Vec<String> = group.iter().map(|&i| place(&winners[i].0)).collect();
        for index in group {
            let person = &mut winners[index].0;
            let finding = Finding::new("DU-101", person.origin.clone())
                .arg("list", list.join("、"))
                .field("person.id_no")
                .build();
            person.findings.push(finding);
        }
    }
}

/// The case key goes to the row that came first; others of the same key stay provisional.
fn assign_keys(winners: &mut [Winner<'_>]) {
    let mut order: Vec<usize> = (0..winners.len()).collect();
    let rank = |p: &Person<'_>| {
        (p.filing.arrival.at, p.filing.entry.clone(), p.origin.clone(), p.hash.clone())
    };
    order.sort_by_key(|&index| rank(&winners[index].0));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for index in order {
        let person = &mut winners[index].0;
        let case = person.id.as_ref().zip(person.level.as_ref());
        let firm = case.map(|(id, level)| format!("id:{id}:{level}"));
        let row = format!("row:{}:{}:{}", person.unit, person.name, person.hash);
        let key = match firm.filter(|key| !taken.contains(key)) {
            Some(text) => CaseKey { text, provisional: false },
            None => CaseKey { text: free(&row, &taken), provisional: true },
        };
        taken.insert(key.text.clone());
        person.key = key;
    }
}

fn free(text: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{text}:{n}"));
    std::iter::once(text.to_owned())
        .chain(numbered)
        .find(|key| !taken.contains(key))
        .expect("only finitely many keys are taken")
}
