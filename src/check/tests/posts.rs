//! 岗位使用情况备案表 of a unit against itself and against those who apply.

use super::super::fixture::*;
use super::super::{History, Report, check};
use crate::diag::{Origin, Severity};
use crate::normalize::{Field, PostUse, Record, Source, Value};
use crate::pack::{Pack, load};
use std::path::Path;

const KINDS: [&str; 7] =
    ["approved", "employed", "special", "vacant", "applied", "two_one", "no_limit"];

fn chongqing() -> Pack {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    load(&templates, "chongqing").unwrap().pack
}

/// The form of a unit where one 高级工 applies: all sums hold, but for what is changed.
fn form(changes: &[(&str, &str)]) -> PostUse {
    let mut record = Record::new();
    for kind in KINDS {
        for grade in ["L1", "L2", "L3", "L4", "L5"] {
            let usual = match (kind, grade) {
                ("approved" | "vacant" | "applied", "L3") => "1",
                _ => "0",
            };
            let id = format!("posts.{kind}.{grade}");
            let raw = changes.iter().find(|(at, _)| *at == id).map_or(usual, |(_, raw)| raw);
            let field = Field {
                value: raw.parse().ok().map(Value::Int),
                raw: raw.to_owned(),
                origin: Origin::cell("备案表.xlsx", "Sheet1", id.as_str()),
                repairs: Vec::new(),
                source: Source::Read,
            };
            record.insert(id, field);
        }
    }
    PostUse { unit: "某单位".to_owned(), record, origin: Origin::file("备案表.xlsx") }
}

fn judge(changes: &[(&str, &str)], note: &str) -> Report {
    let mut one = person("张三", "11010519491231002X");
    set(&mut one, "apply.level", text("高级工"));
    set(&mut one, "apply.note", text(note));
    set(&mut one, "public_result", text("无异议"));
    let mut submission = submission(vec![one], None, None);
    submission.posts = vec![form(changes)];
    check(&[submission], &chongqing(), &History::default(), now())
}

/// Codes of the person that are about posts, and those of the entry.
fn told(changes: &[(&str, &str)], note: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let report = judge(changes, note);
    let posts = |code: &&str| code.starts_with("QT-");
    let person = report.judgements.values().flat_map(codes).filter(posts).collect();
    let entry = report.submissions.values().flatten().map(|f| f.code.as_str());
    (person, entry.filter(posts).collect())
}

#[test]
fn cq_53_vacant_is_approved_less_employed_but_special() {
    assert_eq!(told(&[], ""), (vec![], vec![]));
    // 2 of 1 approved, one of them special: none vacant
    let full = [("posts.employed.L3", "2"), ("posts.special.L3", "1"), ("posts.vacant.L3", "0")];
    assert_eq!(told(&full, "").0, ["QT-202"]);
    let wrong = judge(&[("posts.vacant.L3", "2")], "");
    let finding = &wrong.judgements.values().next().unwrap().findings[0];
    assert_eq!((finding.code.as_str(), finding.severity), ("QT-201", Severity::Warn));
    assert_eq!(finding.origin.cell.as_deref(), Some("posts.vacant.L3"));
    assert!(
        finding.message.contains("三级（高级工）空缺岗位为 2，与核准 1"),
        "{}",
        finding.message
    );
}

#[test]
fn cq_54_55_applications_against_the_tables_and_the_room() {
    assert_eq!(told(&[("posts.applied.L3", "0")], "").0, ["QT-203"]);
    let more = [("posts.applied.L3", "2")];
    assert_eq!(told(&more, "").0, ["QT-202", "QT-203"]);
    let room = [("posts.applied.L3", "2"), ("posts.no_limit.L3", "1")];
    assert_eq!(told(&room, "").0, ["QT-203"]);
    // of a grade nobody applies for the entry is told
    assert_eq!(told(&[("posts.applied.L5", "1")], "").1, ["QT-202", "QT-203"]);
}

#[test]
fn cq_48_two_leave_one_enters_is_counted_by_the_notes() {
    assert_eq!(told(&[], "退二进一").0, ["QT-205"]);
    assert_eq!(told(&[("posts.two_one.L3", "1")], "退二进一").0, [""; 0]);
    assert_eq!(told(&[("posts.two_one.L3", "1")], "").1, ["QT-205"]);
}

#[test]
fn cells_without_a_number_are_errors_where_somebody_applies() {
    let blank = judge(&[("posts.approved.L3", "")], "");
    let finding = &blank.judgements.values().next().unwrap().findings[0];
    assert_eq!((finding.code.as_str(), finding.severity), ("QT-204", Severity::Error));
    assert!(finding.message.contains("三级（高级工）的核准岗位数"), "{}", finding.message);
    assert_eq!(told(&[("posts.approved.L5", "")], ""), (vec![], vec![]));
    assert_eq!(told(&[("posts.approved.L5", "若干")], "").1, ["QT-204"]);
}

#[test]
fn another_units_form_says_nothing_here() {
    let mut one = person("张三", "11010519491231002X");
    set(&mut one, "apply.level", text("高级工"));
    let mut submission = submission(vec![one], None, None);
    submission.posts = vec![PostUse { unit: "另一单位".to_owned(), ..form(&[]) }];
    let report = check(&[submission], &chongqing(), &History::default(), now());
    assert!(report.judgements.values().all(|j| !codes(j).iter().any(|c| c.starts_with("QT-20"))));
    assert!(report.posts.is_empty());
}
