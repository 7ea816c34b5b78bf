//! Files find their applicant and material; entries of one unit merge.
//!
//! Comes in: per entry the current [`Filing`] and its earlier contents. Goes out: one
//! [`Submission`] per entry. `person` and `gather` make people of rows, `place` finds whose file it is,
//! `material` and `part` what it fills, `sort` gives every file its verdict, `merge` settles
//! versions and copies, `repeat` sets aside entries that came before, `late` what came after the window,
//! `replaced` what came back mended, `finish` writes the submissions.

mod finish;
mod gather;
mod late;
mod line;
mod material;
mod merge;
mod part;
mod person;
mod place;
mod repeat;
mod replaced;
mod sort;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_merge;
#[cfg(test)]
mod tests_words;

use super::{FiledFile, Filing, Submission};
use crate::diag::Finding;
use crate::pack::Pack;
use std::collections::BTreeSet;

/// One entry of the inbox through time.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// The content that stands now.
    pub current: Filing,
    /// Older contents of the same entry, oldest first.
    pub earlier: Vec<Filing>,
}

/// Assembles the submissions of all entries, one per chain, sorted by entry.
///
/// Pure; the order of `chains` does not matter. Every file of a current filing is in its submission
/// once, with its verdict.
pub fn assemble(chains: &[Chain], pack: &Pack) -> Vec<Submission> {
    let mut order: Vec<&Chain> = chains.iter().collect();
    order.sort_by(|a, b| {
        let key = |c: &Chain| (c.current.entry.clone(), c.current.content.clone());
        key(a).cmp(&key(b))
    });
    let (order, again) = repeat::split(&order);
    let guide = material::Guide::new(pack);
    let people = gather::gather(&order, pack);
    let mut sorted = sort::sort(&order, &people, &guide);
    let notes = merge::settle(&mut sorted.items, &people, pack);
    let mut submissions = finish::finish(&order, &people, pack, sorted, notes);
    submissions.extend(repeat::submissions(&again, &submissions));
    submissions.sort_by(|a, b| (&a.source, &a.content).cmp(&(&b.source, &b.content)));
    super::enrich::enrich(&mut submissions, pack);
    submissions.iter_mut().for_each(|submission| weigh(submission, pack));
    submissions
}

/// What is said of an entry and its files weighs what the pack says; of people the judge does it.
fn weigh(submission: &mut Submission, pack: &Pack) {
    let files = submission.files.iter_mut().map(|file| &mut file.findings);
    for findings in files.chain([&mut submission.findings]) {
        *findings = std::mem::take(findings).into_iter().filter_map(|f| pack.weigh(f)).collect();
    }
}

/// What is known of one entry while its files are sorted.
struct Draft {
    /// The files of the current filing, with their verdicts.
    files: Vec<FiledFile>,
    /// Findings about the entry.
    findings: Vec<Finding>,
    /// People whose files it holds.
    owners: BTreeSet<usize>,
}

/// A file of a person.
struct Item<'a> {
    person: usize,
    filing: &'a Filing,
    file: &'a FiledFile,
    /// Chain and position in its current filing; `None` for a file of an earlier content.
    spot: Option<(usize, usize)>,
    choice: material::Choice,
    /// The folder around told it, not the name.
    by_folder: bool,
    fill: part::Fill,
    refused: bool,
    fate: Fate,
}

/// What becomes of a file of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It stands.
    Keep,
    /// The same bytes stand already.
    Duplicate,
    /// A newer version stands.
    Older,
    /// It came too late for its person; whether that is certain.
    Late(bool),
}

/// Whether `a` came after `b`; of two that came at once the entry with the later name.
fn newer(a: &Filing, b: &Filing) -> bool {
    (a.arrival.at, &a.entry, &a.content) > (b.arrival.at, &b.entry, &b.content)
}
