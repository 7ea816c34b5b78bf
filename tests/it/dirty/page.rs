//! The page docs/dirty-data.md names a test for every variant.

use crate::office::repo;
use std::collections::{BTreeMap, BTreeSet};

/// Names of the test functions of this folder.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in std::fs::read_dir(repo("tests/it/dirty")).unwrap() {
        let text = std::fs::read_to_string(item.unwrap().path()).unwrap();
        for after in text.split("#[test]\n").skip(1) {
            let name = after.split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
            names.insert(name.unwrap().0.to_owned());
        }
    }
    names
}

/// Variant → the names in backquotes of the last cell of its row.
fn rows(page: &str) -> BTreeMap<String, Vec<String>> {
    let mut rows = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("| DD-")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 5, "{line}");
        let named = cells[4].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let known = rows.insert(cells[0].to_owned(), named);
        assert!(known.is_none(), "{} stands twice", cells[0]);
    }
    rows
}

#[test]
fn every_variant_has_a_row_and_a_test_that_exists() {
    let page = std::fs::read_to_string(repo("docs/dirty-data.md")).unwrap();
    let (rows, tests) = (rows(&page), tests());
    let all: BTreeSet<String> =
        (1..=86).filter(|n| ![38, 39].contains(n)).map(|n| format!("DD-{n:02}")).collect();
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), all);
    for (number, named) in &rows {
        assert!(!named.is_empty(), "{number} names no test");
        for name in named {
            assert!(tests.contains(name), "{number}: no test `{name}`");
        }
    }
}

#[test]
fn every_code_of_the_page_is_in_the_table() {
    let page = std::fs::read_to_string(repo("docs/dirty-data.md")).unwrap();
    let codes = std::fs::read_to_string(repo("src/diag/codes.toml")).unwrap();
    let mut found = 0;
    for line in page.lines().filter(|line| line.starts_with("| DD-")) {
        let cell = line.split(" | ").nth(3).unwrap();
        for code in cell.split([' ', ',']).filter(|word| word.contains('-')) {
            assert!(codes.contains(&format!("[{code}]\n")), "{line}");
            found += 1;
        }
    }
    assert!(found > 60, "{found}");
}
