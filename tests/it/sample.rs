//! A generated inbox gets exactly the outcome that was planted in it.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn dossier(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dossier"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(args)
        .output()
        .unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The report's words on a person of a unit.
fn judged<'a>(report: &'a Value, unit: &Value, name: &Value) -> &'a Value {
    let of_unit = list(report, "submissions").iter().filter(|s| s["unit"] == *unit);
    let mut found = of_unit.flat_map(|s| list(s, "applicants")).filter(|a| a["name"] == *name);
    let one = found.next().unwrap_or_else(|| panic!("{unit} {name} is not in the report"));
    assert!(found.next().is_none(), "{unit} {name} is there twice");
    one
}

fn compare(truth: &Value, report: &Value) -> usize {
    let mut seen = 0;
    for unit in list(truth, "submissions") {
        for person in list(unit, "applicants") {
            let judged = judged(report, &unit["unit"], &person["name"]);
            let codes: Vec<&Value> = list(judged, "findings").iter().map(|f| &f["code"]).collect();
            let context = format!("{} {}: {codes:?}", unit["unit"], person["name"]);
            assert!(list(person, "decision").contains(&judged["decision"]), "{context}");
            for group in list(person, "must").iter().filter_map(Value::as_array) {
                assert!(
                    group.iter().any(|code| codes.contains(&code)),
                    "{context} lacks {group:?}"
                );
            }
            seen += 1;
        }
    }
    seen
}

#[test]
fn a_generated_inbox_is_judged_as_planted() {
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts").is_dir() {
        println!("skipped: fonts/ is not there, run `make fonts`");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name).display().to_string();
    let made = dossier(&[
        "sample",
        "--out",
        &place("."),
        "--units",
        "2",
        "--applicants",
        "4",
        "--seed",
        "7",
    ]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let run = dossier(&[
        "run",
        "--settle",
        "0",
        "--inbox",
        &place("inbox"),
        "--outbox",
        &place("outbox"),
        "--state",
        &place("state"),
    ]);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let report = json(&dir.path().join("outbox/nantong-2019/report.json"));
    let truth = json(&dir.path().join("truth.json"));
    assert_eq!(compare(&truth, &report), 8);
    let again = dossier(&["sample", "--out", &place(".")]);
    assert_eq!(again.status.code(), Some(2), "a sample never mixes with what is there");
}
