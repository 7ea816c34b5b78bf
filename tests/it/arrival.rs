//! When something came, and who can say so.

use crate::office::{Office, applicant, codes, each, submission, text};
use crate::people::{Files, Person, entry, jpeg, roster};
use serde_json::Value;
use std::fs;

const ENTRY: &str = "南通市测试中心";
const SUPPLEMENT: &str = "南通市测试中心补充.zip";
const IN_TIME: &str = "2019-06-13T15:00:00+08:00";
const CLOSED: &str = "2019-06-13T16:00:01+08:00";
const LATE: &str = "2019-06-13T16:30:00+08:00";

/// Verdict, use and code of a file.
fn fate<'a>(submission: &'a Value, path: &str) -> (&'a str, &'a str, &'a str) {
    let file = each(&submission["files"]).iter().find(|file| text(&file["path"]) == path);
    let file = file.unwrap_or_else(|| panic!("no {path} in {submission}"));
    (text(&file["verdict"]), text(&file["as"]), text(&file["code"]))
}

#[track_caller]
fn sums(report: &Value) {
    let n = |key: &str| report["counts"][key].as_u64().unwrap();
    let files: u64 = ["used", "ignored", "duplicate", "held", "unsettled"]
        .iter()
        .map(|part| n(&format!("files_{part}")))
        .sum();
    assert_eq!(n("files"), files);
    assert_eq!(n("applicants"), n("accepted") + n("returned") + n("held"));
}

fn severity<'a>(of: &'a Value, code: &str) -> &'a str {
    let found = each(&of["findings"]).iter().find(|f| text(&f["code"]) == code);
    text(&found.unwrap_or_else(|| panic!("no {code} in {of}"))["severity"])
}

#[test]
fn at_the_very_end_of_the_window_it_is_in_time() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    office.pass_at("2019-06-13T16:00:00+08:00").exits(0);
    assert_eq!(text(&applicant(&office.report(), &person.name)["decision"]), "accepted");
}

#[test]
fn a_second_late_on_the_first_pass_is_late() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    office.pass_at("2019-06-13T16:00:01+08:00").exits(1);
    let a = applicant(&office.report(), &person.name);
    assert_eq!(text(&a["decision"]), "returned");
    assert!(codes(&a).contains(&"WN-102") && !codes(&a).contains(&"WN-107"), "{a}");
}

#[test]
fn late_since_a_look_inside_the_window_waits_for_a_person() {
    let Some(office) = Office::open() else { return };
    let (early, late) = (Person::clean(1), Person::clean(2));
    office.drop_dir("南通市测试中心", &entry(&[&early]));
    office.pass_at("2019-06-13T15:00:00+08:00").exits(0);
    office.drop_dir("南通市测试学校", &entry(&[&late]));
    office.pass_at("2019-06-14T03:00:00+08:00").exits(1);
    let report = office.report();
    let a = applicant(&report, &late.name);
    assert_eq!(text(&a["decision"]), "held", "{a}");
    assert!(codes(&a).contains(&"WN-107"), "{a}");
    assert_eq!(text(&applicant(&report, &early.name)["decision"]), "accepted");
}

#[test]
fn late_after_a_look_beyond_the_window_is_late() {
    let Some(office) = Office::open() else { return };
    let late = Person::clean(1);
    office.pass_at("2019-06-13T16:00:01+08:00").exits(0);
    office.drop_dir("南通市测试学校", &entry(&[&late]));
    office.pass_at("2019-06-13T16:30:00+08:00").exits(1);
    let a = applicant(&office.report(), &late.name);
    assert_eq!(text(&a["decision"]), "returned", "{a}");
    assert!(codes(&a).contains(&"WN-102"), "{a}");
}

#[test]
fn what_has_settled_is_read_while_the_others_wait() {
    let Some(office) = Office::open() else { return };
    let (waits, settled) = (Person::clean(1), Person::clean(2));
    office.drop_dir("一中", &entry(&[&waits]));
    office.drop_dir("二中", &entry(&[&settled]));
    office.drop_file("二中/提交完成.txt", b"");
    let said = office.run(&["run", "--settle", "1", "-v"]).exits(0).stderr;
    let at = |what: &str| said.find(what).unwrap_or_else(|| panic!("no {what} in {said}"));
    assert!(at("read 二中") < at("looked again at 1"), "{said}");
    assert!(at("looked again at 1") < at("read 一中"), "{said}");
    let report = office.report();
    let entries: Vec<&str> =
        each(&report["submissions"]).iter().map(|s| text(&s["source"])).collect();
    assert_eq!(entries, ["一中", "二中"]);
}

/// A person in time with one scan missing, and a ZIP that brings it after the window.
fn supplemented(last_look: &str, at: &str) -> Option<(Office, Person, String)> {
    let office = Office::open()?;
    let person = Person::clean(1);
    let mut files = entry(&[&person]);
    let path = person.scan("05技师证书");
    let scan = files.remove(&path).unwrap();
    office.drop_dir(ENTRY, &files);
    office.pass_at(IN_TIME).exits(1);
    office.pass_at(last_look).exits(1);
    office.zip(SUPPLEMENT, &Files::from([(path.clone(), scan)]));
    office.pass_at(at).exits(1);
    Some((office, person, path))
}

#[test]
fn a_late_supplement_is_not_used_and_makes_nobody_late() {
    let Some((office, person, path)) = supplemented(CLOSED, LATE) else { return };
    let report = office.report();
    let a = applicant(&report, &person.name);
    assert_eq!((text(&a["decision"]), severity(&a, "WN-102")), ("returned", "warn"), "{a}");
    assert!(codes(&a).contains(&"MT-101") && !codes(&a).contains(&"WN-107"), "{a}");
    let late = submission(&report, SUPPLEMENT);
    assert_eq!(fate(&late, &path), ("held", "cert", "WN-102"), "{late}");
    assert_eq!((text(&late["state"]), severity(&late, "WN-102")), ("returned", "error"));
    assert_eq!(text(&submission(&report, ENTRY)["state"]), "returned");
    sums(&report);
    let page = fs::read_to_string(office.root().join("00-先看这里.html")).unwrap();
    assert!(page.contains("逾期送达，不采用"), "{page}");
    let notice = office.root().join(format!("30-退回/{ENTRY}/补正通知.docx"));
    let mut zip = zip::ZipArchive::new(fs::File::open(notice).unwrap()).unwrap();
    let body = std::io::read_to_string(zip.by_name("word/document.xml").unwrap()).unwrap();
    assert!(body.contains("逾期送达"), "{body}");
}

#[test]
fn a_person_who_received_a_late_supplement_makes_it_count() {
    let Some((office, person, path)) = supplemented(CLOSED, LATE) else { return };
    let stated = "2019-06-13T15:59:00+08:00";
    office.run(&["receive", SUPPLEMENT, "--by", "李四", "--at", stated, "--now", LATE]).exits(0);
    office.pass_at(LATE).exits(0);
    let report = office.report();
    assert_eq!(text(&applicant(&report, &person.name)["decision"]), "accepted");
    let supplement = submission(&report, SUPPLEMENT);
    assert_eq!(fate(&supplement, &path), ("used", "cert", ""), "{supplement}");
}

#[test]
fn a_supplement_nobody_saw_come_waits_for_a_person() {
    let Some((office, person, path)) = supplemented(IN_TIME, "2019-06-14T03:00:00+08:00") else {
        return;
    };
    let report = office.report();
    let a = applicant(&report, &person.name);
    // what is missing is missing; but whether it came is for a person to say
    assert_eq!(text(&a["decision"]), "returned", "{a}");
    assert!(codes(&a).contains(&"WN-107") && !codes(&a).contains(&"WN-102"), "{a}");
    let late = submission(&report, SUPPLEMENT);
    assert_eq!(fate(&late, &path), ("held", "cert", "WN-107"), "{late}");
    assert_eq!(text(&late["state"]), "held");
    assert!(office.root().join("20-待定/待定事项.xlsx").is_file());
    sums(&report);

    let now = "2019-06-14T09:00:00+08:00";
    let case = text(&a["case"]);
    let yes = ["decide", case, "WN-107", "--opinion", "是", "--by", "李四", "--now", now];
    office.run(&yes).exits(0);
    office.pass_at(now).exits(0);
    let report = office.report();
    assert_eq!(text(&applicant(&report, &person.name)["decision"]), "accepted");
    assert_eq!(fate(&submission(&report, SUPPLEMENT), &path), ("used", "cert", ""));
    let before = office.files();
    office.pass_at("2019-06-14T10:00:00+08:00").exits(0);
    assert_eq!(office.files(), before);
}

#[test]
fn what_a_person_says_came_late_is_late() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir(ENTRY, &entry(&[&person]));
    office.pass_at(IN_TIME).exits(0);
    let path = person.scan("05技师证书");
    office.zip(SUPPLEMENT, &Files::from([(path, jpeg(350, 490, 7005))]));
    office.pass_at("2019-06-14T03:00:00+08:00").exits(1);
    let a = applicant(&office.report(), &person.name);
    assert_eq!(text(&a["decision"]), "held", "{a}");
    let now = "2019-06-14T09:00:00+08:00";
    let no =
        ["decide", text(&a["case"]), "WN-107", "--opinion", "否", "--by", "李四", "--now", now];
    office.run(&no).exits(0);
    office.pass_at(now);
    let a = applicant(&office.report(), &person.name);
    assert_eq!((text(&a["decision"]), severity(&a, "WN-102")), ("accepted", "warn"), "{a}");
}

#[test]
fn what_stood_before_the_window_closed_outlasts_an_overwriting() {
    let Some(office) = Office::open() else { return };
    let (person, other, newcomer) = (Person::clean(1), Person::clean(2), Person::clean(3));
    office.drop_dir(ENTRY, &entry(&[&person, &other]));
    office.pass_at(IN_TIME).exits(0);
    office.pass_at(CLOSED).exits(0);
    let before = applicant(&office.report(), &person.name);

    let mut changed = person.clone();
    changed.education = "本科".to_owned();
    office.drop_dir(ENTRY, &newcomer.scans());
    office.drop_file(&format!("{ENTRY}/申报汇总表.xlsx"), &roster(&[&changed, &newcomer]));
    let replaced = person.scan("05技师证书");
    office.drop_file(&format!("{ENTRY}/{replaced}"), &jpeg(350, 490, 7006));
    let removed = person.scan("10论文目录");
    fs::remove_file(office.path("inbox").join(ENTRY).join(&removed)).unwrap();
    office.pass_at(LATE).exits(1);

    let report = office.report();
    let a = applicant(&report, &person.name);
    assert_eq!((text(&a["decision"]), severity(&a, "WN-102")), ("accepted", "warn"), "{a}");
    assert_eq!(a["record"]["education.rank"], before["record"]["education.rank"]);
    let left_out = applicant(&report, &other.name);
    assert_eq!(
        (text(&left_out["decision"]), codes(&left_out)),
        ("accepted", vec!["RT-101"]),
        "{left_out}"
    );
    let late = applicant(&report, &newcomer.name);
    assert_eq!(
        (text(&late["decision"]), severity(&late, "WN-102")),
        ("returned", "error"),
        "{late}"
    );
    let all = submission(&report, ENTRY);
    assert_eq!(fate(&all, &replaced), ("held", "cert", "WN-102"), "{all}");
    assert_eq!(fate(&all, &person.scan("10论文封面")), ("used", "paper", ""));
    assert_eq!(fate(&all, &newcomer.scan("10论文封面")), ("used", "paper", ""));
    assert_eq!(fate(&all, "申报汇总表.xlsx"), ("used", "roster", ""), "a newcomer stands in it");
    assert_eq!(all["version"], 2);
    sums(&report);
}

#[test]
fn a_late_roster_of_people_in_time_is_held() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir(ENTRY, &entry(&[&person]));
    office.pass_at(CLOSED.replace("16:00:01", "15:59:59").as_str()).exits(0);
    office.pass_at(CLOSED).exits(0);
    let mut changed = person.clone();
    changed.education = "高中".to_owned();
    office.drop_file(&format!("{ENTRY}/申报汇总表.xlsx"), &roster(&[&changed]));
    office.pass_at(LATE);
    let report = office.report();
    let a = applicant(&report, &person.name);
    assert_eq!((text(&a["decision"]), severity(&a, "WN-102")), ("accepted", "warn"), "{a}");
    let all = submission(&report, ENTRY);
    assert_eq!(fate(&all, "申报汇总表.xlsx"), ("held", "roster", "WN-102"), "{all}");
    assert_eq!(fate(&all, "单位材料/技师人数.xlsx"), ("used", "census", ""), "{all}");
    assert!(codes(&all).contains(&"WN-102"), "{all}");
    sums(&report);
}
