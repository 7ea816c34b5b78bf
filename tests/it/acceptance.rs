//! The example inbox with its known outcome.

use crate::office::{Office, each, repo, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with `inbox/` and `truth.json`: beside the checkout, or beside its parent.
fn example() -> Option<PathBuf> {
    let places = ["../shared/sample", "../../shared/sample"].map(repo);
    let found = places.into_iter().find(|place| place.join("truth.json").is_file());
    if found.is_none() {
        println!("skipped: no example inbox here");
    }
    found
}

#[test]
fn the_example_inbox_comes_out_as_its_truth_says() {
    let Some(example) = example() else { return };
    let Some(office) = Office::open() else { return };
    let truth: Value =
        serde_json::from_slice(&fs::read(example.join("truth.json")).unwrap()).unwrap();
    let inbox = example.join("inbox");
    let (inbox, now) = (inbox.to_str().unwrap(), text(&truth["now"]));
    let ran = office.run(&["run", "--settle", "0", "--inbox", inbox, "--now", now]).exits(1);
    assert!(!ran.stderr.contains("error"), "{ran:?}");
    let report = office.report();
    let mut wrong = Vec::new();
    let ours = by(&report["submissions"], "source");
    for wanted in each(&truth["submissions"]) {
        match ours.get(text(&wanted["source"])) {
            Some(got) => submission(wanted, got, &mut wrong),
            None => wrong.push(format!("no submission {}", wanted["source"])),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(ours.len(), each(&truth["submissions"]).len());
    reconciles(&report);
    pdfs_are_sound(&office.root());
}

fn by<'a>(list: &'a Value, key: &str) -> BTreeMap<&'a str, &'a Value> {
    each(list).iter().map(|item| (text(&item[key]), item)).collect()
}

fn found(of: &Value) -> BTreeSet<&str> {
    each(&of["findings"]).iter().map(|f| text(&f["code"])).collect()
}

/// Every group of codes the truth asks for has one among `codes`.
fn must(who: &str, wanted: &Value, codes: &BTreeSet<&str>, wrong: &mut Vec<String>) {
    for group in each(&wanted["must"]) {
        if !each(group).iter().any(|code| codes.contains(text(code))) {
            wrong.push(format!("{who}: none of {group} in {codes:?}"));
        }
    }
}

/// Whether the allowed values, if any are given, hold this one.
fn allowed(values: &Value, got: &Value) -> bool {
    each(values).is_empty() || each(values).contains(got)
}

fn submission(wanted: &Value, got: &Value, wrong: &mut Vec<String>) {
    let source = text(&wanted["source"]);
    if !allowed(&wanted["state"], &got["state"]) {
        wrong.push(format!("{source}: state {}, not {}", got["state"], wanted["state"]));
    }
    let mut codes = found(got);
    codes.extend(each(&got["applicants"]).iter().flat_map(found));
    codes.extend(each(&got["files"]).iter().map(|file| text(&file["code"])));
    must(source, wanted, &codes, wrong);
    files(wanted, got, wrong);

    let people = by(&got["applicants"], "name");
    let truth = by(&wanted["applicants"], "name");
    for (name, wanted) in &truth {
        match people.get(name) {
            Some(got) => applicant(wanted, got, wrong),
            None => wrong.push(format!("{source}: no applicant {name}")),
        }
    }
    let extra = people.keys().filter(|name| !truth.contains_key(*name));
    wrong.extend(extra.map(|name| format!("{source}: nobody is called {name}")));
}

fn files(wanted: &Value, got: &Value, wrong: &mut Vec<String>) {
    let ours = by(&got["files"], "path");
    for file in each(&wanted["files"]) {
        let path = text(&file["path"]);
        let Some(got) = ours.get(path) else {
            wrong.push(format!("no file {path}"));
            continue;
        };
        let pages = file["pages"].is_null() || file["pages"] == got["pages"];
        let good = allowed(&file["verdict"], &got["verdict"])
            && allowed(&file["as_"], &got["as"])
            && pages;
        if !good && file["soft"] != true {
            wrong.push(format!("{path}: {got}, not {file}"));
        }
    }
}

fn applicant(wanted: &Value, got: &Value, wrong: &mut Vec<String>) {
    let name = text(&wanted["name"]);
    if !allowed(&wanted["decision"], &got["decision"]) {
        let why = crate::office::grave(got);
        wrong.push(format!("{name}: {}, not {}: {why:?}", got["decision"], wanted["decision"]));
    }
    must(name, wanted, &found(got), wrong);
    let blocked = |f: &&Value| matches!(text(&f["severity"]), "error" | "refuse");
    if wanted["clean"] == true && each(&got["findings"]).iter().any(|f| blocked(&f)) {
        wrong.push(format!("{name}: clean, but {:?}", crate::office::grave(got)));
    }
    for (field, value) in wanted["fields"].as_object().unwrap() {
        let seen = field_of(got, field);
        if seen.as_deref() != value.as_str() {
            wrong.push(format!("{name}: {field} {seen:?}, not {value}"));
        }
    }
    if text(&got["decision"]) == "accepted" {
        let booklet = each(&got["outputs"]).iter().find(|o| text(&o["kind"]) == "booklet");
        let pages = booklet.and_then(|b| b["pages"].as_u64()).unwrap_or(0);
        if pages < wanted["min_booklet_pages"].as_u64().unwrap() {
            wrong.push(format!("{name}: a booklet of {pages} pages"));
        }
    }
}

/// A value of the record as the truth writes it: dates to the month.
fn field_of(applicant: &Value, field: &str) -> Option<String> {
    let value = applicant["record"][field]["value"].as_str();
    let value = value.or_else(|| applicant["unit"].as_str().filter(|_| field == "unit.name"))?;
    let dated = matches!(field, "person.birth" | "person.work_start" | "cert.date");
    Some(value.chars().take(if dated { 7 } else { usize::MAX }).collect())
}

/// The sums of the contract.
fn reconciles(report: &Value) {
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    let files = ["files_used", "files_ignored", "files_duplicate", "files_held", "files_unsettled"];
    assert_eq!(count("files"), files.map(count).iter().sum::<u64>());
    assert_eq!(
        count("applicants"),
        ["accepted", "returned", "held"].map(count).iter().sum::<u64>()
    );
    let submissions = each(&report["submissions"]);
    assert_eq!(count("submissions"), submissions.len() as u64);
    let listed = |list: &str| submissions.iter().map(|s| each(&s[list]).len() as u64).sum::<u64>();
    assert_eq!(count("files"), listed("files"));
    assert_eq!(count("applicants"), listed("applicants"));
}

/// qpdf, where there is one, finds nothing wrong with any published PDF.
fn pdfs_are_sound(root: &Path) {
    let manifest: Value =
        serde_json::from_slice(&fs::read(root.join("manifest.json")).unwrap()).unwrap();
    let paths = each(&manifest["files"]).iter().map(|file| root.join(text(&file["path"])));
    let mut seen = 0;
    for path in paths.filter(|path| path.extension().is_some_and(|end| end == "pdf")) {
        let Ok(out) = Command::new("qpdf").arg("--check").arg(&path).output() else {
            println!("skipped: no qpdf here");
            return;
        };
        assert!(out.status.success(), "{}: {out:?}", path.display());
        seen += 1;
    }
    assert!(seen > 0);
}
