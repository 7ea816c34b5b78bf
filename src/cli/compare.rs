//! `dossier compare PACK-A PACK-B`: whose decision flips, and by which rule.

use super::args::{Common, CompareArgs};
use super::{Exit, Outcome, print_json, settings};
use crate::pipeline::{self, Compared, Flip};
use std::collections::BTreeMap;

pub(super) fn compare(common: &Common, args: &CompareArgs) -> Outcome {
    let settings = settings(common)?;
    let from_inbox = args.from_inbox || common.inbox.is_some();
    let compared = pipeline::compare(&settings, &args.before, &args.after, from_inbox)?;
    if common.json {
        print_json(&compared)?;
    } else {
        print(&compared);
    }
    Ok(if compared.flips.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn print(compared: &Compared) {
    let source = if compared.source == "ledger" { "台账" } else { "收件箱" };
    say!(
        "{} → {}：{source}中 {} 人，结论变化 {} 人（不比较报名时间）",
        compared.before,
        compared.after,
        compared.applicants,
        compared.flips.len()
    );
    if !compared.flips.is_empty() {
        say!("+ 只有后一个通知提出的问题，- 只有前一个通知提出的问题");
    }
    for flip in &compared.flips {
        let (before, after) = flip.words();
        say!(
            "{}  {}  {}  {} {}：{before} → {after}",
            flip.unit,
            flip.name,
            flip.id_no,
            flip.trade,
            flip.level
        );
        for finding in &flip.because {
            say!("  + {}  {}{}", finding.code, finding.message, clause(&finding.clause));
        }
        for finding in &flip.no_longer {
            say!("  - {}  {}{}", finding.code, finding.message, clause(&finding.clause));
        }
    }
    let counts = by_code(&compared.flips);
    if !counts.is_empty() {
        let told: Vec<String> =
            counts.iter().map(|((sign, code), n)| format!("{sign}{code} {n} 人")).collect();
        say!("按规则：{}", told.join("，"));
    }
}

fn clause(clause: &str) -> String {
    if clause.is_empty() { String::new() } else { format!("（依据 {clause}）") }
}

/// How many flips a code has a part in: `+` under the second pack, `-` under the first.
fn by_code(flips: &[Flip]) -> BTreeMap<(char, String), usize> {
    let mut counts = BTreeMap::new();
    for flip in flips {
        let new = flip.because.iter().map(|f| ('+', f.code.to_string()));
        let old = flip.no_longer.iter().map(|f| ('-', f.code.to_string()));
        let mut own: Vec<(char, String)> = new.chain(old).collect();
        own.sort();
        own.dedup();
        for key in own {
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}
