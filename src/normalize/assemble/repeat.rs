//! Entries that hold, byte for byte, what another entry brought before.

use super::Chain;
use super::line::stem;
use super::person::text_of;
use super::place::alike;
use crate::diag::{Finding, Origin};
use crate::normalize::{Filing, Row, Submission, Verdict};
use crate::text::fold;
use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};

/// An entry that came again, and the entry it repeats.
pub(super) struct Again<'a> {
    chain: &'a Chain,
    first: &'a str,
    at: DateTime<FixedOffset>,
}

/// When and where a content came first, by what it holds.
type Firsts<'a> = BTreeMap<String, (DateTime<FixedOffset>, &'a str)>;

/// Sets aside the chains whose only content another chain brought before.
pub(super) fn split<'a>(chains: &[&'a Chain]) -> (Vec<&'a Chain>, Vec<Again<'a>>) {
    let mut firsts = Firsts::new();
    for chain in chains {
        for filing in chain.earlier.iter().chain([&chain.current]) {
            let came = (filing.arrival.at, filing.entry.as_str());
            let first = firsts.entry(bytes_of(filing)).or_insert(came);
            *first = came.min(*first);
        }
    }
    let (mut fresh, mut again) = (Vec::new(), Vec::new());
    for &chain in chains {
        let own = &chain.current;
        let came = (own.arrival.at, own.entry.as_str());
        let (at, first) = firsts.get(&bytes_of(own)).copied().unwrap_or(came);
        // after something else of the same came, the old bytes are a return to an older version
        let between = |f: &Filing| {
            at < f.arrival.at && f.arrival.at < own.arrival.at && touches(f, own, first)
        };
        let since = chains.iter().any(|c| c.earlier.iter().chain([&c.current]).any(between));
        if first == own.entry || own.files.is_empty() || !chain.earlier.is_empty() || since {
            fresh.push(chain);
        } else {
            again.push(Again { chain, first, at });
        }
    }
    (fresh, again)
}

/// Whether a filing is about the same: the entry that came first, its sender, or its people.
fn touches(other: &Filing, own: &Filing, first: &str) -> bool {
    let id = |row: &Row| text_of(&row.record, "person.id_no").map(|id| fold(&id));
    let ids: BTreeSet<String> = own.rows.iter().filter_map(id).collect();
    other.entry == first
        || alike(&fold(&other.sender), &fold(stem(first)))
        || alike(&fold(&other.sender), &fold(&own.sender))
        || other.rows.iter().filter_map(id).any(|id| ids.contains(&id))
}

/// Names what a filing holds: its files and their paths. Of a lone roster the bytes alone count,
/// because a copy beside the original must have another name.
fn bytes_of(filing: &Filing) -> String {
    match filing.files.as_slice() {
        [file] if !filing.rows.is_empty() && file.scan.is_none() => file.sha256.clone(),
        files => files.iter().map(|f| format!("{}\0{}\n", f.sha256, f.path)).collect(),
    }
}

/// What came again: its files are duplicates, nothing else happens.
pub(super) fn submissions(again: &[Again<'_>], fresh: &[Submission]) -> Vec<Submission> {
    let write = |again: &Again<'_>| {
        let filing = &again.chain.current;
        let mut files = filing.files.clone();
        for file in &mut files {
            file.findings.clear();
            file.code = None;
            file.verdict = match file.verdict {
                // a scan is "ignored" until somebody is found for it
                Verdict::Ignored if file.scan.is_none() => Verdict::Ignored,
                _ => Verdict::Duplicate,
            };
        }
        let unit = fresh.iter().find(|s| s.source == again.first).map(|s| s.unit.clone());
        Submission {
            source: filing.entry.clone(),
            unit: unit.unwrap_or_else(|| filing.sender.clone()),
            content: filing.content.clone(),
            arrival: filing.arrival.clone(),
            applicants: Vec::new(),
            files,
            census: Vec::new(),
            posts: Vec::new(),
            findings: vec![
                Finding::new("IN-121", Origin::default())
                    .arg("date", again.at.format("%Y-%m-%d"))
                    .arg("old", again.first)
                    .build(),
            ],
        }
    };
    again.iter().map(write).collect()
}
