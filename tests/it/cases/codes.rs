//! Every finding code has a case in which it is said and one in which it is not.

use super::read::{self, Case, packs, root};
use crate::office::repo;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Codes that no case or test shows yet. This number may only fall.
const OPEN: usize = 12;

/// Code → word of its severity, from `src/diag/codes.toml`.
fn all() -> BTreeMap<String, String> {
    let text = fs::read_to_string(repo("src/diag/codes.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let severity = |entry: &toml::Value| entry["severity"].as_str().unwrap().to_owned();
    table.iter().map(|(code, entry)| (code.clone(), severity(entry))).collect()
}

/// `codes.tsv`: codes shown elsewhere (`test NAME`), or not yet (`缺：why`).
fn elsewhere() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("codes.tsv")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('\t'))
        .map(|(code, what)| (code.to_owned(), what.to_owned()))
        .collect()
}

/// Codes said in some case, and codes some case is without.
fn shown(cases: &[Case], codes: &BTreeMap<String, String>) -> [BTreeSet<String>; 2] {
    let (mut said, mut unsaid) = (BTreeSet::new(), BTreeSet::new());
    for case in cases {
        let hints = || case.people.iter().flat_map(|p| &p.hints).chain(&case.entry);
        said.extend(hints().filter(|e| !e.absent).map(|e| e.code.clone()));
        unsaid.extend(hints().filter(|e| e.absent).map(|e| e.code.clone()));
        for line in case.block("steps").unwrap_or_default() {
            let (set, word) = match line.strip_prefix("! ") {
                Some(word) => (&mut unsaid, word),
                None => (&mut said, line.as_str()),
            };
            if codes.contains_key(word) {
                set.insert(word.to_owned());
            }
        }
        // a grave one that is not listed must not be there
        let grave = hints().filter(|e| matches!(codes[&e.code].as_str(), "error" | "refuse"));
        for expect in grave {
            let without = |p: &read::Person| p.hints.iter().all(|e| e.code != expect.code);
            if case.people.iter().any(without) {
                unsaid.insert(expect.code.clone());
            }
        }
    }
    [said, unsaid]
}

/// Names of all test functions of the project.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["src", "tests"] {
        for item in walkdir::WalkDir::new(repo(folder)) {
            let item = item.unwrap();
            if item.path().extension().is_none_or(|ext| ext != "rs") {
                continue;
            }
            let text = fs::read_to_string(item.path()).unwrap();
            for line in text.lines() {
                if let Some(rest) = line.trim().strip_prefix("fn ") {
                    names.insert(rest.split(['(', '<']).next().unwrap_or_default().to_owned());
                }
            }
        }
    }
    names
}

#[test]
fn every_code_is_shown() {
    let codes = all();
    let mut cases: Vec<Case> = packs().iter().flat_map(|name| read::cases(name).0).collect();
    cases.retain(|case| case.fault.is_empty());
    let [said, unsaid] = shown(&cases, &codes);
    let (elsewhere, tests) = (elsewhere(), tests());
    let mut faults = Vec::new();
    for code in codes.keys() {
        let both = said.contains(code) && unsaid.contains(code);
        match elsewhere.get(code) {
            Some(_) if both => faults.push(format!("{code}: shown by a case, out of codes.tsv")),
            Some(what) => {
                if let Some(test) = what.strip_prefix("test ")
                    && !tests.contains(test)
                {
                    faults.push(format!("{code}: no test {test}"));
                }
            }
            None if both => {}
            None => {
                let what = if said.contains(code) { "no case is without it" } else { "no case" };
                faults.push(format!("{code} ({}): {what}", codes[code]));
            }
        }
    }
    let strange = elsewhere.keys().filter(|code| !codes.contains_key(*code));
    faults.extend(strange.map(|code| format!("{code}: no such code")));
    let open = elsewhere.values().filter(|what| what.starts_with("缺：")).count();
    assert!(open <= OPEN, "{open} codes are open");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
