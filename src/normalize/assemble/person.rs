//! Rows as people: unit, name, usable ID number, and who of earlier contents is still asked for.

use super::Chain;
use super::line::{Line, word};
use crate::diag::{Finding, Origin};
use crate::normalize::{CaseKey, Field, FiledFile, Filing, Record, Row, Source, Value, Verdict};
use crate::pack::Pack;
use crate::text::fold;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A person in the making.
#[derive(Debug, Clone)]
pub(super) struct Person<'a> {
    /// The record of the row that won.
    pub(super) record: Record,
    /// Where that row stands.
    pub(super) origin: Origin,
    /// Findings of the row and of the merge.
    pub(super) findings: Vec<Finding>,
    /// Index of the chain the row stands in.
    pub(super) chain: usize,
    /// The content the row stands in.
    pub(super) filing: &'a Filing,
    /// Whether that content is an earlier one of the entry.
    pub(super) past: bool,
    /// The unit.
    pub(super) unit: String,
    /// The unit for comparing.
    pub(super) unit_key: String,
    /// The name.
    pub(super) name: String,
    /// The name for comparing.
    pub(super) name_key: Vec<char>,
    /// The ID number, when it is usable.
    pub(super) id: Option<String>,
    /// The level, when it is usable.
    pub(super) level: Option<String>,
    /// Absent from the newest roster.
    pub(super) omitted: bool,
    /// Withdrawn in the roster.
    pub(super) withdrawn: bool,
    /// Key of the case.
    pub(super) key: CaseKey,
    /// Hash of the row.
    pub(super) hash: String,
    /// Tables that named the person again too late: content and path.
    pub(super) late: Vec<(&'a Filing, String)>,
}

/// The tables of all contents by entry, content and path: few among many files.
pub(super) struct Tables<'a>(BTreeMap<(&'a str, &'a str, &'a str), &'a FiledFile>);

impl<'a> Tables<'a> {
    pub(super) fn of(chains: &[&'a Chain]) -> Self {
        let mut tables = BTreeMap::new();
        for filing in chains.iter().flat_map(|chain| contents(chain)) {
            let used = |file: &&FiledFile| file.used_as.is_some();
            for file in filing.files.iter().filter(used) {
                tables.insert((&*filing.entry, &*filing.content, &*file.path), file);
            }
        }
        Self(tables)
    }

    /// The table a row stands in.
    pub(super) fn of_row(&self, row: &Person<'_>) -> Option<&'a FiledFile> {
        let key = (&*row.filing.entry, &*row.filing.content, &*row.origin.path);
        self.0.get(&key).copied()
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a FiledFile> {
        self.0.values().copied()
    }
}

/// The contents of an entry, newest first.
fn contents(chain: &Chain) -> impl Iterator<Item = &Filing> {
    std::iter::once(&chain.current).chain(chain.earlier.iter().rev())
}

/// The rows of all contents of an entry, newest content first.
pub(super) fn rows_of<'a>(index: usize, chain: &'a Chain, pack: &Pack) -> Vec<Person<'a>> {
    let rows =
        |filing: &'a Filing| filing.rows.iter().map(move |row| person_of(index, filing, row, pack));
    contents(chain).flat_map(rows).collect()
}

/// Of the rows of an entry the current ones, then those of earlier contents whose person the later
/// ones do not name.
pub(super) fn unnamed_since<'a>(
    chain: &'a Chain,
    mut rows: Vec<Person<'a>>,
    pack: &Pack,
) -> Vec<Person<'a>> {
    let mut people: Vec<Person<'a>> = Vec::new();
    for filing in contents(chain) {
        let (own, rest): (Vec<Person<'a>>, _) =
            rows.into_iter().partition(|p| std::ptr::eq(p.filing, filing));
        rows = rest;
        let later = Named::of(&people);
        let absent: Vec<Person<'a>> = own.into_iter().filter(|p| !later.names(p)).collect();
        people.extend(absent.into_iter().map(|p| {
            let past = !std::ptr::eq(filing, &chain.current);
            // the roster that counts is the newest that came in time
            let newest = contents(chain).find(|f| p.misses(f, pack).is_none());
            let asks = newest.is_some_and(|f| !std::ptr::eq(f, filing) && has_roster(f));
            Person { past, omitted: p.omitted || asks, ..p }
        }));
    }
    people
}

/// Whether a filing brought a roster or a filled form that was read.
fn has_roster(filing: &Filing) -> bool {
    let used = |f: &FiledFile| {
        f.verdict == Verdict::Used && matches!(f.used_as.as_deref(), Some("roster" | "form"))
    };
    !filing.rows.is_empty() || filing.files.iter().any(used)
}

/// Whom the later rows of an entry name.
struct Named {
    ids: BTreeSet<String>,
    names: BTreeSet<Vec<char>>,
    names_without_id: BTreeSet<Vec<char>>,
}

impl Named {
    fn of(people: &[Person<'_>]) -> Self {
        let name = |p: &Person<'_>| p.name_key.clone();
        Self {
            ids: people.iter().filter_map(|p| p.id.clone()).collect(),
            names: people.iter().map(name).collect(),
            names_without_id: people.iter().filter(|p| p.id.is_none()).map(name).collect(),
        }
    }

    /// By ID, or by name where one of the two has none.
    fn names(&self, person: &Person<'_>) -> bool {
        match &person.id {
            Some(id) => self.ids.contains(id) || self.names_without_id.contains(&person.name_key),
            None => self.names.contains(&person.name_key),
        }
    }
}

fn person_of<'a>(chain: usize, filing: &'a Filing, row: &'a Row, pack: &Pack) -> Person<'a> {
    let mut record = row.record.clone();
    let hash = hash_of(&record);
    let unit = match text_of(&record, "unit.name") {
        Some(unit) => unit,
        None => {
            fill_unit(&mut record, &filing.sender, &row.origin);
            filing.sender.clone()
        }
    };
    let name = text_of(&record, "person.name").unwrap_or_default();
    let id = usable_id(&record);
    let level = value_of(&record, "apply.level");
    Person {
        origin: row.origin.clone(),
        findings: row.findings.clone(),
        chain,
        filing,
        past: false,
        unit_key: unit_key(&unit, pack),
        unit,
        name_key: word(&name),
        name,
        id,
        level,
        omitted: false,
        withdrawn: row.withdrawn,
        key: CaseKey { text: String::new(), provisional: true },
        record,
        hash,
        late: Vec::new(),
    }
}

fn fill_unit(record: &mut Record, sender: &str, origin: &Origin) {
    let field = Field {
        value: Some(Value::Text(sender.to_owned())),
        raw: sender.to_owned(),
        origin: origin.clone(),
        repairs: Vec::new(),
        source: Source::Filled,
    };
    record.insert("unit.name".to_owned(), field);
}

/// The unit for comparing: its canonical name of the pack, folded.
pub(super) fn unit_key(unit: &str, pack: &Pack) -> String {
    let key = fold(unit);
    let known =
        pack.aliases.units.iter().find(|(name, others)| {
            fold(name) == key || others.iter().any(|other| fold(other) == key)
        });
    known.map_or(key, |(name, _)| fold(name))
}

/// The value of a text field, else its raw text.
pub(super) fn text_of(record: &Record, id: &str) -> Option<String> {
    let field = record.get(id)?;
    let text = field.value.as_ref().map_or_else(|| field.raw.clone(), Value::text);
    (!text.trim().is_empty()).then_some(text)
}

fn value_of(record: &Record, id: &str) -> Option<String> {
    let text = record.get(id)?.value.as_ref()?.text();
    (!text.trim().is_empty()).then_some(text)
}

/// The ID number when it can name a case: 18 places and the right check digit. One with a wrong
/// digit would give the corrected row another case.
fn usable_id(record: &Record) -> Option<String> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let id = value_of(record, "person.id_no")?.to_uppercase();
    let places: Vec<char> = id.chars().collect();
    let (last, head) = places.split_last()?;
    let digits: Vec<u32> = head.iter().filter_map(|c| c.to_digit(10)).collect();
    if places.len() != 18 || digits.len() != 17 {
        return None;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    (CHECK[(sum % 11) as usize] == *last).then_some(id)
}

/// First 12 hex digits of the SHA-256 of the raws in the order of their fields.
fn hash_of(record: &Record) -> String {
    let mut hasher = Sha256::new();
    for (id, field) in record {
        hasher.update(id.as_bytes());
        hasher.update([0]);
        hasher.update(field.raw.as_bytes());
        hasher.update([0]);
    }
    let digest = hasher.finalize();
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// What a new content of an entry changed against the one before: people added, rows changed.
pub(super) fn changes(chain: &Chain) -> (usize, usize) {
    let Some(before) = chain.earlier.last() else { return (0, 0) };
    let who = |row: &Row| {
        usable_id(&row.record).unwrap_or_else(|| {
            Line::new(&text_of(&row.record, "person.name").unwrap_or_default()).text()
        })
    };
    let old: BTreeMap<String, String> =
        before.rows.iter().map(|row| (who(row), hash_of(&row.record))).collect();
    let mut added = 0;
    let mut changed = 0;
    for row in &chain.current.rows {
        match old.get(&who(row)) {
            None => added += 1,
            Some(hash) if *hash != hash_of(&row.record) => changed += 1,
            Some(_) => {}
        }
    }
    (added, changed)
}
