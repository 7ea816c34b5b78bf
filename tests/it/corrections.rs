//! What comes again, and what it changes.

use crate::office::{Office, Published, applicant, codes, submission, text};
use crate::people::{Files, Person, entry, roster};
use std::collections::BTreeMap;

const ENTRY: &str = "南通市测试中心";

fn packet(office: &Office, person: &Person) -> BTreeMap<String, Published> {
    let folder = format!("60-卷宗/{ENTRY}/{}-", person.name);
    office.files().into_iter().filter(|(path, _)| path.contains(&folder)).collect()
}

#[test]
fn a_mended_id_number_keeps_the_case_number() {
    let Some(office) = Office::open() else { return };
    let (person, mut broken) = (Person::clean(1), Person::clean(1));
    // the last digit mistyped
    let wrong = if person.id.ends_with('1') { '2' } else { '1' };
    broken.id.pop();
    broken.id.push(wrong);
    let mut files = entry(&[&person]);
    files.insert("申报汇总表.xlsx".to_owned(), roster(&[&broken]));
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let before = applicant(&office.report(), &person.name);
    assert_eq!(text(&before["decision"]), "returned");

    office.drop_file(&format!("{ENTRY}/申报汇总表.xlsx"), &roster(&[&person]));
    office.pass_at("2019-06-12T11:00:00+08:00").exits(0);
    let report = office.report();
    let after = applicant(&report, &person.name);
    assert_eq!(text(&after["decision"]), "accepted");
    assert_eq!(after["case"], before["case"]);
    assert_eq!(submission(&report, ENTRY)["version"], 2);
}

#[test]
fn one_missing_scan_in_a_zip_changes_only_its_person() {
    let Some(office) = Office::open() else { return };
    let people = [1, 2, 3].map(Person::clean);
    let mut files = entry(&people.each_ref());
    let path = people[1].scan("05技师证书");
    let scan = files.remove(&path).unwrap();
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let report = office.report();
    assert_eq!(text(&applicant(&report, &people[1].name)["decision"]), "returned");
    let before = [packet(&office, &people[0]), packet(&office, &people[2])];
    assert!(before.iter().all(|files| files.len() >= 3), "{before:?}");

    office.zip(&format!("{ENTRY}.zip"), &Files::from([(path, scan)]));
    office.pass_at("2019-06-12T11:00:00+08:00");
    let report = office.report();
    let mended = applicant(&report, &people[1].name);
    assert_eq!(text(&mended["decision"]), "accepted", "{mended}");
    assert!(!packet(&office, &people[1]).is_empty());
    assert_eq!([packet(&office, &people[0]), packet(&office, &people[2])], before);
}

#[test]
fn nobody_vanishes_with_a_row() {
    let Some(office) = Office::open() else { return };
    let (stays, omitted) = (Person::clean(1), Person::clean(2));
    office.drop_dir(ENTRY, &entry(&[&stays, &omitted]));
    office.pass().exits(0);
    office.drop_file(&format!("{ENTRY}/申报汇总表.xlsx"), &roster(&[&stays]));
    office.pass_at("2019-06-12T11:00:00+08:00").exits(1);
    let report = office.report();
    let asked = applicant(&report, &omitted.name);
    assert_eq!(text(&asked["decision"]), "held", "{asked}");
    assert!(codes(&asked).contains(&"DU-131"), "{asked}");
    assert_eq!(text(&applicant(&report, &stays.name)["decision"]), "accepted");
}

#[test]
fn a_folder_taken_away_takes_nobody_away() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir(ENTRY, &entry(&[&person]));
    office.pass().exits(0);
    let before = packet(&office, &person);
    let (lies, lay) = (office.path("inbox").join(ENTRY), office.path("archived"));
    std::fs::rename(&lies, &lay).unwrap();
    office.pass_at("2019-06-12T11:00:00+08:00").exits(0);
    assert_eq!(packet(&office, &person), before);
    let said = submission(&office.report(), ENTRY);
    assert_eq!((codes(&said), text(&said["state"])), (vec!["IN-151"], "accepted"));
    let page = std::fs::read_to_string(office.root().join("00-先看这里.html")).unwrap();
    assert!(page.contains("1 份已从收件箱移走") && page.contains("IN-151"), "{page}");

    let published = office.files();
    office.pass_at("2019-06-12T12:00:00+08:00").exits(0);
    assert_eq!(office.files(), published, "nothing changed since");

    std::fs::rename(&lay, &lies).unwrap();
    office.pass_at("2019-06-12T13:00:00+08:00").exits(0);
    assert_eq!(codes(&submission(&office.report(), ENTRY)), Vec::<&str>::new());
    assert_eq!(packet(&office, &person), before);
    let published = office.files();
    office.pass_at("2019-06-12T14:00:00+08:00").exits(0);
    assert_eq!(office.files(), published, "nothing changed since");
}

#[test]
fn what_is_taken_away_is_still_corrected_by_what_comes_after() {
    let Some(office) = Office::open() else { return };
    let (person, mut mended) = (Person::clean(1), Person::clean(1));
    office.drop_dir(ENTRY, &entry(&[&person]));
    office.pass().exits(0);
    std::fs::remove_dir_all(office.path("inbox").join(ENTRY)).unwrap();
    mended.education = "本科".to_owned();
    office.drop_dir(ENTRY, &Files::from([("申报汇总表.xlsx".to_owned(), roster(&[&mended]))]));
    office.pass_at("2019-06-12T11:00:00+08:00");
    let said = submission(&office.report(), ENTRY);
    assert!(!codes(&said).contains(&"IN-151"), "{said}");
    assert_eq!(said["version"], 2);
}

#[test]
fn the_same_bytes_under_another_name_are_a_duplicate() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let files = entry(&[&person]);
    office.drop_dir(ENTRY, &files);
    office.pass().exits(0);
    let before = packet(&office, &person);
    office.drop_dir(&format!("{ENTRY}（再次提交）"), &files);
    office.pass_at("2019-06-12T11:00:00+08:00").exits(0);
    let report = office.report();
    assert_eq!(text(&submission(&report, &format!("{ENTRY}（再次提交）"))["state"]), "duplicate");
    assert_eq!(text(&applicant(&report, &person.name)["decision"]), "accepted");
    assert_eq!(packet(&office, &person), before);
}

#[test]
fn a_number_given_while_the_level_was_unknown_gives_way_and_still_names_the_case() {
    let Some(office) = Office::open() else { return };
    let (person, other) = (Person::clean(1), Person::clean(2));
    let mut vague = person.clone();
    vague.level = "看不清".to_owned();
    let mut files = entry(&[&vague, &other]);
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let report = office.report();
    let number = |report: &serde_json::Value, person: &Person| {
        text(&applicant(report, &person.name)["case"]).to_owned()
    };
    let (old, kept) = (number(&report, &person), number(&report, &other));
    assert!(old.starts_with("NT2019-0-") && kept.starts_with("NT2019-1-"), "{old} {kept}");

    files = entry(&[&person, &other]);
    office.drop_file(&format!("{ENTRY}/申报汇总表.xlsx"), &files["申报汇总表.xlsx"]);
    let later = "2019-06-12T11:00:00+08:00";
    office.pass_at(later).exits(0);
    let report = office.report();
    let new = number(&report, &person);
    assert!(new.starts_with("NT2019-1-") && new != kept, "{new}");
    assert_eq!(number(&report, &other), kept);
    assert_eq!(applicant(&report, &person.name)["former"], serde_json::json!([old]));

    let shown = office.run(&["show", &old]).exits(0).stdout;
    assert!(shown.contains(&new) && shown.contains(&format!("原号：{old}")), "{shown}");
    assert!(!office.run(&["show", &kept]).exits(0).stdout.contains("原号"));
    office.run(&["why", &old, "apply.level"]).exits(0);
    let got = office.run(&["receive", &old, "--by", "李四", "--now", later]).exits(0).stdout;
    assert!(got.contains(&new), "{got}");
    let step = office.run(&["decide", &old, "没有这一步", "--by", "李四", "--now", later]);
    assert!(!step.stderr.contains("no case"), "{step:?}");

    let before = office.hashes();
    office.pass_at("2019-06-12T12:00:00+08:00").exits(0);
    assert_eq!(number(&office.report(), &person), new);
    office.pass_at("2019-06-12T13:00:00+08:00").exits(0);
    assert_eq!(office.hashes().len(), before.len());
}
