//! The shape of the sources: arrows point one way, files stay short.

use std::path::{Path, PathBuf};

/// The street with its ground, upstream first. A folder may name what stands before it.
const ORDER: &[&str] = &[
    "text",
    "diag",
    "blobs",
    "wall",
    "config",
    "pack",
    "intake",
    "read",
    "normalize",
    "check",
    "ledger",
    "compose",
    "export",
    "bind",
    "publish",
    "pipeline",
    "worker",
    "cli",
];

/// Stages whose types others may name, but whose functions only these may call.
const STAGES: &[&str] =
    &["intake", "read", "normalize", "check", "ledger", "compose", "export", "bind", "publish"];
const CALLERS: &[&str] = &["pipeline", "worker", "cli"];

/// Functions of a stage that are as harmless as a type, with the reason.
const PURE: &[&str] = &[
    "read::a1", // writes a cell's name; says nothing about a file
];

const MOST_LINES: usize = 600;

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every file under `src`, as (path below `src`, text).
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 100, "the sources are not where they were");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// `bind/tiff.rs` belongs to `bind`, `pipeline.rs` to `pipeline`; the two roots belong to nobody.
fn home(path: &str) -> Option<&str> {
    let first = path.split('/').next()?.trim_end_matches(".rs");
    (!matches!(first, "lib" | "main")).then_some(first)
}

fn is_test(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    path.contains("/tests/") || file.starts_with("tests") || file.ends_with("_tests.rs")
}

/// The code without comments: a doc comment may point anywhere.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What a code names of this crate: `read::Scan`, `read::{Cell, a1}` as one text each.
fn named(code: &str) -> Vec<String> {
    let mut rest = code;
    let mut paths = Vec::new();
    while let Some((_, after)) = rest.split_once("crate::") {
        let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        let (path, tail) = after.split_at(end.unwrap_or(after.len()));
        let list = tail.strip_prefix('{').and_then(|list| list.split_once('}'));
        match list.filter(|_| path.is_empty() || path.ends_with("::")) {
            Some((list, _)) => paths.extend(
                list.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| format!("{path}{item}")),
            ),
            None => paths.push(path.to_owned()),
        }
        rest = tail;
    }
    paths
}

fn rank(folder: &str) -> Option<usize> {
    ORDER.iter().position(|known| *known == folder)
}

/// What is wrong with `path` (in `src`) naming `target`, if anything.
fn fault(path: &str, target: &str) -> Option<String> {
    let home = home(path)?;
    let from = rank(home).or_else(|| panic!("{path}: the order does not know `{home}`"))?;
    let goal = target.split("::").next()?;
    // a lower-case first word that is no folder is a module of the file's own test
    let to = rank(goal)?;
    if to > from {
        return Some(format!("{path}: `{home}` names `{target}`, which stands after it"));
    }
    let last = target.rsplit("::").next()?.split(" as ").next()?;
    let calls = last.starts_with(|c: char| c.is_lowercase()) && target != goal;
    let stranger = home != goal && STAGES.contains(&goal) && !CALLERS.contains(&home);
    let whole = target == goal || target.ends_with("::self") || target.ends_with("::*");
    if stranger && (whole || (calls && !is_method(target) && !PURE.contains(&target))) {
        return Some(format!("{path}: `{home}` may name types of `{goal}`, not `{target}`"));
    }
    None
}

/// `check::Decision::of` is a method of a type, and goes where the type goes.
fn is_method(target: &str) -> bool {
    target.split("::").any(|part| part.starts_with(|c: char| c.is_uppercase()))
}

#[test]
fn no_arrow_runs_back() {
    let faults: Vec<String> = texts()
        .iter()
        .flat_map(|(path, text)| {
            named(&code(text)).into_iter().filter_map(|target| fault(path, &target))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_arrow_that_runs_back_is_seen() {
    assert!(fault("intake/copy.rs", "blobs::Blobs").is_none());
    assert!(fault("intake/copy.rs", "read::Scan").is_some_and(|f| f.contains("stands after")));
    assert!(fault("wall/mod.rs", "worker::main").is_some());
    assert!(fault("check/mod.rs", "pipeline").is_some());
    assert!(fault("worker/mod.rs", "read::parse").is_none());
    assert!(fault("cli/mod.rs", "worker::main").is_none());
}

#[test]
fn a_stage_may_name_a_type_but_call_nothing() {
    assert!(fault("check/mod.rs", "normalize::Submission").is_none());
    assert!(fault("check/mod.rs", "normalize::Value::Bool").is_none());
    assert!(fault("normalize/row.rs", "read::a1").is_none());
    assert!(fault("check/mod.rs", "normalize::assemble").is_some_and(|f| f.contains("types")));
    assert!(fault("check/mod.rs", "normalize").is_some());
    assert!(fault("pipeline/mod.rs", "normalize::assemble").is_none());
    assert!(fault("check/mod.rs", "text::fold").is_none());
}

#[test]
fn paths_are_found_in_lists_in_the_middle_of_a_line_and_over_lines() {
    let text =
        "use crate::read::{Cell,\n    a1};\nlet x = crate::text::fold(y);\npub(crate) fn z() {}";
    assert_eq!(named(text), ["read::Cell", "read::a1", "text::fold"]);
    assert_eq!(named("use crate::{read, text::fold};"), ["read", "text::fold"]);
    assert!(named(&code("//! see [`crate::worker`]\n    // crate::cli")).is_empty());
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = texts()
        .iter()
        .filter(|(path, _)| !is_test(path))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines, at most {MOST_LINES}"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
