use super::*;
use crate::diag::Severity;
use crate::publish::{WireFinding, WireOrigin, WireReceived, WireSubmission};
use std::collections::BTreeMap;

fn finding(message: &str, severity: Severity, needs_person: bool) -> WireFinding {
    WireFinding {
        code: "EX-111".into(),
        severity,
        needs_person,
        message: message.into(),
        hint: String::new(),
        clause: String::new(),
        field: None,
        origin: WireOrigin::default(),
    }
}

fn person(case: &str, name: &str, decision: &str, findings: Vec<WireFinding>) -> WireApplicant {
    WireApplicant {
        case: case.into(),
        former: Vec::new(),
        unit: "甲单位".into(),
        name: name.into(),
        id_no: "320602********2001".into(),
        trade: "电工".into(),
        level: "高级技师".into(),
        decision: decision.into(),
        record: BTreeMap::new(),
        findings,
        outputs: Vec::new(),
    }
}

fn report(applicants: Vec<WireApplicant>) -> WireReport {
    let state = "partly".to_owned();
    let received = WireReceived { at: "2019-06-12T10:00:00+08:00".into(), by: "run".into() };
    let count = |word: &str| applicants.iter().filter(|a| a.decision == word).count();
    let mut report = WireReport::default();
    report.counts.accepted = count("accepted");
    report.counts.submissions = 1;
    report.counts.held = count("held");
    report.submissions.push(WireSubmission {
        source: "甲单位".into(),
        unit: "甲单位".into(),
        version: 1,
        received,
        state,
        findings: Vec::new(),
        files: Vec::new(),
        applicants,
    });
    report
}

fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, after) = page.split_once(&format!("<h2 id=\"{id}\">")).unwrap();
    after.split_once("<h2").map_or(after, |(section, _)| section)
}

#[test]
fn text_prints_literally() {
    let report = WireReport::default();
    let page = day_page("<script>alert(1)</script>", &report, &["a & b".to_owned()], &[]);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("a &amp; b"));
    assert!(!page.contains("<script"));
}

#[test]
fn only_held_cases_wait_for_a_decision() {
    let asks = || vec![finding("破格依据待核", Severity::Warn, true)];
    let page = day_page(
        "通知",
        &report(vec![
            person("NT-1", "张三", "held", asks()),
            person("NT-2", "李四", "returned", asks()),
        ]),
        &[],
        &[],
    );
    let waits = section(&page, "wait");
    assert!(waits.contains("张三") && waits.contains("#c-NT-1"), "{waits}");
    assert!(!waits.contains("李四"), "{waits}");
    assert!(section(&page, "phone").contains("李四"));
    assert!(section(&page, "all").contains("id=\"c-NT-2\""));
}

#[test]
fn every_link_within_the_page_has_its_place() {
    let people = (0..60).map(|n| {
        let decision = ["accepted", "returned", "held"][n % 3];
        person(&format!("NT-{n}"), &format!("人{n}"), decision, Vec::new())
    });
    let page = day_page("通知", &report(people.collect()), &["新增 60-卷宗/甲".to_owned()], &[]);
    let targets: Vec<&str> =
        page.split("href=\"#").skip(1).filter_map(|t| t.split('"').next()).collect();
    assert!(targets.len() > 60);
    for target in targets {
        assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
    }
}

#[test]
fn long_lists_are_folded() {
    let many = |n: usize| {
        let all = (0..n).map(|n| person(&format!("NT-{n}"), "人", "accepted", Vec::new()));
        day_page("通知", &report(all.collect()), &[], &[])
    };
    assert!(section(&many(3), "print").contains("<details open>"));
    assert!(!section(&many(2_000), "print").contains(" open"));
}
