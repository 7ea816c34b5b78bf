//! What came after the window for people whose application came in time: it is not used.
//!
//! Whoever first appears in late content is late as a whole, which is for the judge. Taking an
//! application back is no application: 撤回 counts whenever it comes.

use super::gather::People;
use super::person::{Person, Tables};
use super::{Chain, Draft, Fate, Item};
use crate::diag::{Finding, Origin};
use crate::intake::Arrival;
use crate::normalize::{CensusRow, FiledFile, Filing, LateContent, PostUse, Verdict};
use crate::pack::Pack;
use std::collections::{BTreeMap, BTreeSet};

/// Whether content is too late for an applicant of `level`, and if so whether that is certain. A
/// pack that only warns takes late content as it comes. Without a level the last window counts, so
/// that nothing is set aside that might be in time.
pub(super) fn certain(pack: &Pack, arrival: &Arrival, level: Option<&str>) -> Option<bool> {
    let window = pack.register_window(level)?;
    let end = pack.span(window).end.filter(|end| arrival.at > *end)?;
    (!window.lenient()).then(|| arrival.is_certainly_after(end))
}

impl Person<'_> {
    /// Whether a content is too late for this person, whose application came in time; and if so,
    /// whether that is certain.
    pub(super) fn misses(&self, filing: &Filing, pack: &Pack) -> Option<bool> {
        let late = |filing: &Filing| certain(pack, &filing.arrival, self.level.as_deref());
        late(filing).filter(|_| late(self.filing).is_none())
    }

    fn is_late(&self, pack: &Pack) -> bool {
        certain(pack, &self.filing.arrival, self.level.as_deref()).is_some()
    }
}

/// Sets late rows aside that name somebody whose row came in time.
pub(super) fn split<'a>(rows: Vec<Person<'a>>, pack: &Pack) -> (Vec<Person<'a>>, Vec<Person<'a>>) {
    if rows.iter().all(|row| !row.is_late(pack)) {
        return (rows, Vec::new());
    }
    let known = Known::of(rows.iter().filter(|row| !row.is_late(pack)));
    rows.into_iter().partition(|row| !row.is_late(pack) || !known.names(row))
}

type Name = (String, Vec<char>);

/// Whom rows name.
struct Known {
    ids: BTreeSet<String>,
    names: BTreeSet<Name>,
    names_without_id: BTreeSet<Name>,
}

impl Known {
    fn of<'p, 'a: 'p>(rows: impl Iterator<Item = &'p Person<'a>>) -> Self {
        let mut known = Self {
            ids: BTreeSet::new(),
            names: BTreeSet::new(),
            names_without_id: BTreeSet::new(),
        };
        for row in rows {
            known.names.insert(name_of(row));
            match &row.id {
                Some(id) => known.ids.insert(id.clone()),
                None => known.names_without_id.insert(name_of(row)),
            };
        }
        known
    }

    /// By ID, or by unit and name where one of the two has none.
    fn names(&self, row: &Person<'_>) -> bool {
        match &row.id {
            Some(id) => self.ids.contains(id) || self.names_without_id.contains(&name_of(row)),
            None => self.names.contains(&name_of(row)),
        }
    }
}

fn name_of(row: &Person<'_>) -> Name {
    (row.unit_key.clone(), row.name_key.clone())
}

/// Tells the people of the rows set aside: their files in that entry find them, and what is new in
/// it is named.
pub(super) fn note<'a>(
    people: &mut People<'a>,
    aside: Vec<Person<'a>>,
    chains: &[&'a Chain],
    pack: &Pack,
) {
    if aside.is_empty() {
        return;
    }
    let mut by_id: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut by_name: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
    for (index, person) in people.list.iter().enumerate() {
        if let Some(id) = &person.id {
            by_id.entry(id.clone()).or_default().push(index);
        }
        by_name.entry(name_of(person)).or_default().push(index);
    }
    let tables = Tables::of(chains);
    let known = in_time(chains, pack);
    for row in aside {
        let of_id = row.id.as_ref().and_then(|id| by_id.get(id));
        let Some(found) = of_id.or_else(|| by_name.get(&name_of(&row))) else { continue };
        let path = &row.origin.path;
        let table = tables.of_row(&row);
        let new = table.is_none_or(|file| !known.contains(file.sha256.as_str()));
        let current = std::ptr::eq(row.filing, &chains[row.chain].current);
        if new && current {
            *people.aside.entry((row.chain, path.clone())).or_default() += 1;
        }
        for &index in found {
            people.of_chain[row.chain].insert(index);
            let person = &mut people.list[index];
            person.withdrawn |= row.withdrawn;
            if new && current {
                person.late.push((row.filing, path.clone()));
            }
        }
    }
}

/// Hashes of the files that came while some window was open.
fn in_time<'a>(chains: &[&'a Chain], pack: &Pack) -> BTreeSet<&'a str> {
    let contents = chains.iter().flat_map(|chain| chain.earlier.iter().chain([&chain.current]));
    contents
        .filter(|filing| certain(pack, &filing.arrival, None).is_none())
        .flat_map(|filing| filing.files.iter().map(|file| file.sha256.as_str()))
        .collect()
}

/// A late file whose bytes stand for its person already is no late content: in the same entry it is
/// the file that stands, in another one a copy of it.
pub(super) fn reunite<'a>(items: &mut Vec<Item<'a>>, recalled: Vec<Item<'a>>) {
    for item in recalled {
        let twin = |other: &&mut Item<'a>| {
            other.person == item.person
                && matches!(other.fate, Fate::Late(_))
                && other.filing.entry == item.filing.entry
                && other.file.sha256 == item.file.sha256
        };
        match items.iter_mut().find(twin) {
            Some(late) => *late = Item { spot: late.spot, ..item },
            None => items.push(item),
        }
    }
    let standing: BTreeSet<(usize, String)> = items
        .iter()
        .filter(|item| item.fate == Fate::Keep && !item.refused)
        .map(|item| (item.person, item.file.sha256.clone()))
        .collect();
    for item in items.iter_mut().filter(|item| matches!(item.fate, Fate::Late(_))) {
        if standing.contains(&(item.person, item.file.sha256.clone())) {
            item.fate = Fate::Duplicate;
        }
    }
}

/// Holds the late tables and papers of a unit whose people came in time, and says so at the entry.
pub(super) fn hold(
    index: usize,
    chain: &Chain,
    people: &People<'_>,
    pack: &Pack,
    draft: &mut Draft,
) {
    let current = &chain.current;
    let Some(sure) = certain_for_any(pack, &current.arrival) else { return };
    let before = || chain.earlier.iter().filter(|f| certain(pack, &f.arrival, None).is_none());
    let known = |person: &usize| !people.list[*person].is_late(pack);
    let served =
        before().next().is_some() || people.of_chain[index].iter().chain(&draft.owners).any(known);
    let of_unit = certain(pack, &current.arrival, None).is_some() && served;
    for file in draft.files.iter_mut().filter(|file| file.verdict == Verdict::Used) {
        let rows = || current.rows.iter().filter(|row| row.origin.path == file.path).count();
        let late = match file.used_as.as_deref() {
            Some("roster" | "form") => {
                people.aside.get(&(index, file.path.clone())).is_some_and(|aside| *aside >= rows())
            }
            Some("census" | "unit-paper") => of_unit && !before().any(|f| holds(f, &file.sha256)),
            _ => false,
        };
        if late {
            set_late(file, sure);
        }
    }
    let held = draft.files.iter().filter(|file| is_late(file)).count();
    let rows = people.aside.keys().any(|(chain, _)| *chain == index);
    if held > 0 || rows {
        draft.findings.push(told(pack, &current.arrival, sure, held));
    }
}

fn holds(filing: &Filing, sha256: &str) -> bool {
    filing.files.iter().any(|file| file.sha256 == sha256)
}

/// As [`certain`], for the window that an arrival missed by least.
fn certain_for_any(pack: &Pack, arrival: &Arrival) -> Option<bool> {
    pack.missed_window(arrival.at)
        .and_then(|window| pack.span(window).end)
        .map(|end| arrival.is_certainly_after(end))
}

/// The verdict of a late file.
pub(super) fn set_late(file: &mut FiledFile, sure: bool) {
    file.verdict = Verdict::Held;
    file.code = Some(if sure { "WN-102" } else { "WN-107" }.to_owned());
}

/// Whether a file is held because it came late.
fn is_late(file: &FiledFile) -> bool {
    matches!(file.code.as_deref(), Some("WN-102" | "WN-107"))
}

fn told(pack: &Pack, arrival: &Arrival, sure: bool, held: usize) -> Finding {
    let window = pack.missed_window(arrival.at);
    let shown = |time: chrono::DateTime<chrono::FixedOffset>| {
        time.with_timezone(&pack.offset()).format("%Y-%m-%d %H:%M:%S").to_string()
    };
    let end = window.and_then(|w| pack.span(w).end).map(shown).unwrap_or_default();
    let clause = window.map_or("", |w| w.clause.as_str());
    let what = if held > 0 { format!("{held} 个文件") } else { "表中的改动".to_owned() };
    if sure {
        let late = format!("{what}逾期送达，不采用；按时申报的人仍按截止前的材料审核");
        let finding = Finding::new("WN-102", Origin::default())
            .arg("time", shown(arrival.at))
            .arg("end", end)
            .arg("late", late);
        let mut finding = finding.clause(clause).build();
        finding.hint = "逾期材料不再受理；确已按时送达的，请与我们联系".to_owned();
        return finding;
    }
    let mut finding =
        Finding::new("WN-107", Origin::default()).arg("end", end).clause(clause).build();
    finding.message.push_str(&format!("；{what}暂不采用"));
    finding
}

/// Late content of one person, by entry.
pub(super) fn of_person(person: &Person<'_>, items: &[&Item<'_>]) -> Vec<LateContent> {
    let mut found: BTreeMap<(&str, &str), (&Filing, BTreeSet<String>)> = BTreeMap::new();
    let files = items
        .iter()
        .filter(|item| matches!(item.fate, Fate::Late(_)))
        .map(|item| (item.filing, item.file.path.clone()));
    for (filing, path) in person.late.iter().cloned().chain(files) {
        let key = (filing.entry.as_str(), filing.content.as_str());
        found.entry(key).or_insert_with(|| (filing, BTreeSet::new())).1.insert(path);
    }
    let content = |(filing, files): (&Filing, BTreeSet<String>)| LateContent {
        entry: filing.entry.clone(),
        content: filing.content.clone(),
        arrival: filing.arrival.clone(),
        files: files.into_iter().collect(),
    };
    found.into_values().map(content).collect()
}

/// The newest content that came in time, when the current one did not.
fn standing<'a>(chain: &'a Chain, pack: &Pack) -> Option<&'a Filing> {
    let in_time = |f: &&Filing| certain(pack, &f.arrival, None).is_none();
    let late = Some(&chain.current).filter(in_time).is_none();
    chain.earlier.iter().rev().find(in_time).filter(|_| late)
}

/// The census that counts: what stood before the window closed, else what is not held.
pub(super) fn census(chain: &Chain, pack: &Pack, files: &[FiledFile]) -> Vec<CensusRow> {
    if let Some(before) = standing(chain, pack) {
        return before.census.clone();
    }
    let mut census = chain.current.census.clone();
    census.retain(|row| !is_held(files, &row.origin));
    census
}

/// The 备案表 that count, like the census.
pub(super) fn posts(chain: &Chain, pack: &Pack, files: &[FiledFile]) -> Vec<PostUse> {
    if let Some(before) = standing(chain, pack) {
        return before.posts.clone();
    }
    let mut posts = chain.current.posts.clone();
    posts.retain(|form| !is_held(files, &form.origin));
    posts
}

/// What is said about the tables that count.
pub(super) fn findings(chain: &Chain, pack: &Pack, files: &[FiledFile]) -> Vec<Finding> {
    let mut findings = chain.current.findings.clone();
    findings.retain(|finding| !is_held(files, &finding.origin));
    let before = standing(chain, pack).map(|filing| filing.findings.as_slice());
    let more = before
        .unwrap_or_default()
        .iter()
        .filter(|f| f.origin.cell.is_some() || f.origin.sheet.is_some());
    for finding in more {
        if !findings.contains(finding) {
            findings.push(finding.clone());
        }
    }
    findings
}

fn is_held(files: &[FiledFile], origin: &Origin) -> bool {
    files.iter().any(|file| file.path == origin.path && is_late(file))
}
