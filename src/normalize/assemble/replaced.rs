//! A marked copy that comes back mended takes the place of the file it was made of.

use super::person::{Person, Tables};
use super::{Chain, Draft, late};
use crate::diag::{Finding, Origin};
use crate::normalize::{FiledFile, Filing, Value, Verdict};
use crate::pack::Pack;
use crate::text::fold;
use std::collections::{BTreeMap, BTreeSet};

/// What took the place of files of current contents: by chain and path, the name of the copy.
pub(super) type Replaced = BTreeMap<(usize, String), String>;

/// A table in a content.
#[derive(Clone, Copy)]
struct Table<'a> {
    chain: usize,
    filing: &'a Filing,
    file: &'a FiledFile,
}

impl<'a> Table<'a> {
    fn is_of(&self, row: &Person<'_>) -> bool {
        std::ptr::eq(row.filing, self.filing) && row.origin.path == self.file.path
    }

    fn same(&self, other: &Table<'_>) -> bool {
        std::ptr::eq(self.file, other.file)
    }

    /// Whether the copy is used: a census in time, or a table with rows that count.
    fn counts(&self, rows: &[Person<'_>], pack: &Pack) -> bool {
        match self.file.used_as.as_deref() {
            Some("census") => late::certain(pack, &self.filing.arrival, None).is_none(),
            _ => rows.iter().any(|row| self.is_of(row)),
        }
    }
}

/// A copy that names no unit is of the unit of its original, whatever the entry is called.
pub(super) fn join_units(chains: &[&Chain], rows: &mut [Person<'_>]) {
    let tables = Tables::of(chains);
    if tables.all().all(|file| file.original.is_none()) {
        return;
    }
    // the sender stands where no table names a unit
    let silent = |row: &Person<'_>| {
        let unit = row.record.get("unit.name");
        unit.is_some_and(|field| fold(&field.raw) == fold(&row.filing.sender))
    };
    let original = |row: &Person<'_>| tables.of_row(row)?.original.as_deref();
    let named: Vec<(usize, &str)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| silent(row))
        .filter_map(|(index, row)| Some((index, original(row)?)))
        .collect();
    let mut units: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
    for row in rows.iter() {
        if let Some(file) = tables.of_row(row) {
            let unit = (row.unit_key.clone(), row.unit.clone());
            units.entry(&file.sha256).or_default().insert(unit);
        }
    }
    for (index, original) in named {
        let Some(found) = units.get(original).filter(|found| found.len() == 1) else {
            continue;
        };
        let row = &mut rows[index];
        if let (Some((key, unit)), Some(field)) = (found.first(), row.record.get_mut("unit.name")) {
            field.value = Some(Value::Text(unit.clone()));
            (row.unit_key, row.unit) = (key.clone(), unit.clone());
        }
    }
}

/// Takes the rows of replaced tables away. Whom the copy leaves out stays and is asked for, like
/// everybody whom a newer table leaves out.
pub(super) fn settle<'a>(
    chains: &[&'a Chain],
    rows: &mut Vec<Person<'a>>,
    pack: &Pack,
) -> Replaced {
    let mut replaced = Replaced::new();
    for (old, new) in pairs(chains, rows, pack) {
        let copy = Listed::of(rows.iter().filter(|row| new.is_of(row)));
        let own = Listed::of(rows.iter().filter(|row| old.is_of(row)));
        rows.retain_mut(|row| {
            let stays = !old.is_of(row) || !copy.names(row, &own);
            row.omitted |= stays && old.is_of(row);
            stays
        });
        if std::ptr::eq(old.filing, &chains[old.chain].current) {
            let place = if old.chain == new.chain {
                new.file.path.clone()
            } else {
                format!("{}/{}", new.filing.entry, new.file.path)
            };
            replaced.insert((old.chain, old.file.path.clone()), place);
        }
    }
    replaced
}

/// Every table that is replaced, with its copy. A copy of a current content speaks for all entries
/// of its unit, an earlier one only for its own content: it was replaced itself.
fn pairs<'a>(
    chains: &[&'a Chain],
    rows: &[Person<'_>],
    pack: &Pack,
) -> Vec<(Table<'a>, Table<'a>)> {
    let mut tables: Vec<Table<'a>> = Vec::new();
    for (chain, entry) in chains.iter().enumerate() {
        for filing in entry.earlier.iter().chain([&entry.current]) {
            tables.extend(filing.files.iter().map(|file| Table { chain, filing, file }));
        }
    }
    let copies: Vec<(&str, Table<'a>)> = tables
        .iter()
        .filter(|t| t.file.verdict == Verdict::Used)
        .filter_map(|t| Some((t.file.original.as_deref()?, *t)))
        .filter(|(_, table)| table.counts(rows, pack))
        .collect();
    if copies.is_empty() {
        return Vec::new();
    }
    let mut units: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        units.entry(row.chain).or_default().insert(&row.unit_key);
    }
    let none = BTreeSet::new();
    let of = |chain: usize| units.get(&chain).unwrap_or(&none);
    let replaces = |old: &Table<'a>, (original, new): &(&str, Table<'a>)| {
        if old.file.sha256 != *original || old.same(new) {
            return false;
        }
        let current = std::ptr::eq(new.filing, &chains[new.chain].current);
        std::ptr::eq(old.filing, new.filing)
            || (current && old.chain != new.chain && !of(old.chain).is_disjoint(of(new.chain)))
    };
    let copy_of = |old: &Table<'a>| copies.iter().find(|copy| replaces(old, copy));
    tables.iter().filter_map(|old| Some((*old, copy_of(old)?.1))).collect()
}

/// Whom a table names.
struct Listed {
    ids: BTreeSet<String>,
    names: BTreeMap<Vec<char>, usize>,
}

impl Listed {
    fn of<'p, 'a: 'p>(rows: impl Iterator<Item = &'p Person<'a>>) -> Self {
        let mut listed = Self { ids: BTreeSet::new(), names: BTreeMap::new() };
        for row in rows {
            listed.ids.extend(row.id.clone());
            *listed.names.entry(row.name_key.clone()).or_default() += 1;
        }
        listed
    }

    /// By ID, or by name when nobody of that name went missing: what was mended may be the ID.
    fn names(&self, row: &Person<'_>, before: &Self) -> bool {
        let count = |listed: &Self| listed.names.get(&row.name_key).copied().unwrap_or_default();
        let kept = count(self);
        row.id.as_ref().is_some_and(|id| self.ids.contains(id))
            || (kept > 0 && kept >= count(before))
    }
}

/// Sets the files that were replaced aside, with what was said about them.
pub(super) fn set_aside(chain: usize, replaced: &Replaced, draft: &mut Draft) {
    for file in &mut draft.files {
        let Some(new) = replaced.get(&(chain, file.path.clone())) else { continue };
        file.verdict = Verdict::Ignored;
        file.used_as = None;
        file.code = Some("IN-123".to_owned());
        file.findings.clear();
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let finding = Finding::new("IN-123", Origin::file(&file.path)).arg("file", name);
        draft.findings.push(finding.arg("new", new).build());
    }
}
