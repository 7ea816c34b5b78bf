//! The page docs/faults.md names tests that exist and codes that are in the table.

use crate::office::repo;
use std::path::Path;

/// All code and packs of a folder, without the table of codes.
fn sources(dir: &Path) -> String {
    let mut out = String::new();
    for item in std::fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            out += &sources(&path);
        } else if !path.ends_with("codes.toml") {
            out += &std::fs::read_to_string(path).unwrap_or_default();
        }
    }
    out
}

/// Names of all test functions of the project.
fn tests(dir: &Path, out: &mut Vec<String>) {
    for item in std::fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            tests(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let after = text.split("#[test]\n").skip(1);
            out.extend(after.filter_map(|rest| {
                let name = rest.split_once("fn ")?.1.split_once('(')?.0;
                Some(name.to_owned())
            }));
        }
    }
}

#[test]
fn every_fault_of_the_page_has_tests_and_known_codes() {
    let mut known = Vec::new();
    tests(&repo("src"), &mut known);
    tests(&repo("tests"), &mut known);
    let page = std::fs::read_to_string(repo("docs/faults.md")).unwrap();
    let codes = std::fs::read_to_string(repo("src/diag/codes.toml")).unwrap();
    let raised = sources(&repo("src")) + &sources(&repo("templates"));
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| F-")).collect();
    assert!(rows.len() >= 33, "{}", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, _, _, told, named] = cells.as_slice() else { panic!("{row}") };
        let names: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            assert!(known.iter().any(|test| test == name), "no test `{name}`: {row}");
        }
        for code in told.split(' ').filter(|word| *word != "—") {
            assert!(codes.contains(&format!("[{code}]\n")), "no code {code}: {row}");
            assert!(raised.contains(&format!("\"{code}\"")), "nothing raises {code}: {row}");
        }
    }
}
