//! Entries of one unit merge; contents of one entry replace each other.

use super::testkit::*;
use super::*;
use crate::diag::Severity;
use crate::normalize::{CaseKey, Row, Source, Value, Verdict};

fn files(paths: &[&str]) -> Vec<FiledFile> {
    paths.iter().map(|path| file(path)).collect()
}

fn verdict(submission: &Submission, path: &str) -> Verdict {
    submission.files.iter().find(|f| f.path == path).unwrap().verdict
}

fn firm(seq: u32) -> CaseKey {
    CaseKey { text: format!("id:{}:高级技师", id(seq)), provisional: false }
}

#[test]
fn keys_rest_on_id_and_level_else_on_the_row() {
    let bad = format!("{}0", id(2).strip_suffix(|_: char| true).unwrap());
    let bad = if bad == id(2) { bad.replace('0', "1") } else { bad };
    let rows = vec![row("张三", &id(1)), row("李四", "3206011970"), row("王五", &bad)];
    let submissions = assemble(&[chain(filing("某单位", 11, rows, Vec::new()))], &pack());
    assert_eq!(find(&submissions, "张三").key, firm(1));
    let key = &find(&submissions, "李四").key;
    assert!(key.provisional && key.text.starts_with("row:某单位:李四:"));
    assert_eq!(key.text.rsplit(':').next().unwrap().len(), 12);
    assert!(find(&submissions, "王五").key.provisional, "a wrong check digit names no case");
    let unit = &find(&submissions, "张三").record["unit.name"];
    assert_eq!((unit.raw.as_str(), unit.source), ("某单位", Source::Filled));
}

#[test]
fn a_supplement_adds_a_scan_and_erases_nobody() {
    let rows = vec![row("张三", &id(1)), row("李四", &id(2))];
    let first = filing("某市中学", 10, rows, files(&["张三/01身份证.jpg", "李四/01身份证.jpg"]));
    let second = filing("某市中学补充.zip", 12, Vec::new(), files(&["张三-技师证书.jpg"]));
    let forward = assemble(&[chain(first.clone()), chain(second.clone())], &pack());
    let backward = assemble(&[chain(second), chain(first)], &pack());
    assert_eq!(forward, backward);
    let person = find(&forward, "张三");
    assert_eq!(paths(person, "id_card"), ["张三/01身份证.jpg"]);
    assert_eq!(paths(person, "cert"), ["张三-技师证书.jpg"]);
    assert_eq!(person.materials[1].files[0].entry, "某市中学补充.zip");
    assert_eq!(person.arrival.at.to_rfc3339(), "2019-06-12T10:00:00+08:00");
    assert_eq!(find(&forward, "李四").arrival.at.to_rfc3339(), "2019-06-10T10:00:00+08:00");
    assert_eq!(forward.iter().map(|s| s.applicants.len()).collect::<Vec<_>>(), [2, 0]);
    assert_eq!(forward[1].unit, "某市中学");
    assert!(forward.iter().all(|s| s.findings.is_empty()));
}

#[test]
fn a_stranger_needs_an_id_number() {
    let first = filing("某市中学", 10, vec![row("张三", &id(1))], Vec::new());
    let path = format!("张三{}-技师证书.jpg", id(1));
    let second = filing("补交", 12, Vec::new(), files(&[&path, "张三-身份证.jpg"]));
    let submissions = assemble(&[chain(first), chain(second)], &pack());
    let person = find(&submissions, "张三");
    assert_eq!(paths(person, "cert"), [path.as_str()]);
    assert!(paths(person, "id_card").is_empty());
}

#[test]
fn the_newest_version_of_a_part_wins() {
    let old = files(&[
        "张三/05技师证书.jpg",
        "张三/02 2014年度考核表.jpg",
        "张三/02 2015年度考核表.jpg",
        "张三/06推荐意见书1.jpg",
        "张三/06推荐意见书2.jpg",
        "张三/表彰奖励一.jpg",
    ]);
    let new = vec![
        file_of("张三/05技师证书.jpg", "newer"),
        file_of("张三/02 2015年度考核表.jpg", "newer too"),
        file("张三/06推荐意见书3.jpg"),
        file("张三/表彰奖励二.jpg"),
    ];
    let first = filing("某市中学", 10, vec![row("张三", &id(1))], old);
    let second = filing("某市中学（补）", 12, vec![row("张三", &id(1))], new);
    let submissions = assemble(&[chain(first), chain(second)], &pack());
    let person = find(&submissions, "张三");
    let entries = |id: &str| {
        let material = person.materials.iter().find(|m| m.id == id).unwrap();
        material.files.iter().map(|f| f.entry.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(entries("cert"), ["某市中学（补）"]);
    assert_eq!(entries("appraisals"), ["某市中学", "某市中学（补）"]);
    assert_eq!(entries("experts").len(), 3, "one letter does not replace two");
    assert_eq!(entries("aux_awards").len(), 2, "a collection grows");
    assert_eq!(codes(&person.findings), ["MT-114", "MT-114"]);
    assert_eq!(verdict(&submissions[0], "张三/05技师证书.jpg"), Verdict::Ignored);
    assert_eq!(verdict(&submissions[0], "张三/02 2014年度考核表.jpg"), Verdict::Used);
}

#[test]
fn sides_are_replaced_one_by_one() {
    let first = filing(
        "某市中学",
        10,
        vec![row("张三", &id(1))],
        files(&["张三/身份证正面.jpg", "张三/身份证反面.jpg"]),
    );
    let second =
        filing("某市中学2", 12, Vec::new(), vec![file_of("张三/身份证反面.jpg", "a better one")]);
    let submissions = assemble(&[chain(first), chain(second)], &pack());
    let card = &find(&submissions, "张三").materials[0].files;
    let shown: Vec<_> = card.iter().map(|f| (f.path.as_str(), f.entry.as_str())).collect();
    let want = [("张三/身份证反面.jpg", "某市中学2"), ("张三/身份证正面.jpg", "某市中学")];
    assert_eq!(shown, want);
}

#[test]
fn the_same_bytes_again_change_nothing() {
    let rows = || vec![row("张三", &id(1))];
    let twice = vec![file_of("张三/05技师证书.jpg", "x"), file_of("张三/技师证书(1).jpg", "x")];
    let first = filing("某市中学", 10, rows(), twice);
    let again = filing("某市中学2", 12, Vec::new(), vec![file_of("张三/05技师证书.jpg", "x")]);
    let submissions = assemble(&[chain(first), chain(again)], &pack());
    let person = find(&submissions, "张三");
    assert_eq!(paths(person, "cert"), ["张三/05技师证书.jpg"]);
    assert_eq!(person.arrival.at.to_rfc3339(), "2019-06-10T10:00:00+08:00");
    assert!(person.findings.is_empty());
    assert_eq!(verdict(&submissions[0], "张三/技师证书(1).jpg"), Verdict::Duplicate);
    assert_eq!(verdict(&submissions[1], "张三/05技师证书.jpg"), Verdict::Duplicate);
}

#[test]
fn a_return_to_an_older_version_is_a_new_version() {
    let give = |entry: &str, day, bytes: &str, rows| {
        chain(filing(entry, day, rows, vec![file_of("张三/05技师证书.jpg", bytes)]))
    };
    let chains = [
        give("某市中学", 10, "a", vec![row("张三", &id(1))]),
        give("某市中学2", 11, "b", Vec::new()),
        give("某市中学3", 12, "a", Vec::new()),
    ];
    let submissions = assemble(&chains, &pack());
    assert_eq!(find(&submissions, "张三").materials[0].files[0].entry, "某市中学3");
}

#[test]
fn a_newer_good_scan_settles_a_refused_one() {
    let first =
        filing("某市中学", 10, vec![row("张三", &id(1))], vec![refused("张三/05技师证书.jpg")]);
    let second = filing("某市中学2", 12, Vec::new(), files(&["张三/技师证书.jpg"]));
    let submissions = assemble(&[chain(first.clone()), chain(second)], &pack());
    let person = find(&submissions, "张三");
    assert!(person.refused.is_empty() && person.findings.is_empty());
    assert_eq!(verdict(&submissions[0], "张三/05技师证书.jpg"), Verdict::Held);
    let early = filing("某市中学2", 9, Vec::new(), files(&["张三/技师证书.jpg"]));
    let submissions = assemble(&[chain(first), chain(early)], &pack());
    assert_eq!(codes(&find(&submissions, "张三").findings), ["MT-141"], "the older one does not");
}

#[test]
fn one_scan_for_two_materials_or_two_people_is_told() {
    let list = vec![
        file_of("张三/05技师证书.jpg", "x"),
        file_of("张三/03毕业证书.jpg", "x"),
        file_of("李四/05技师证书.jpg", "y"),
        file_of("王五/05技师证书.jpg", "y"),
        file_of("李四/照片.jpg", "z"),
        file_of("王五/照片.jpg", "z"),
    ];
    let rows = vec![row("张三", &id(1)), row("李四", &id(2)), row("王五", &id(3))];
    let submissions = assemble(&[chain(filing("某单位", 11, rows, list))], &pack());
    assert_eq!(codes(&find(&submissions, "张三").findings), ["MT-151"]);
    for name in ["李四", "王五"] {
        let person = find(&submissions, name);
        let mut found = codes(&person.findings);
        found.sort_unstable();
        assert_eq!(found, ["MT-152", "PH-131"]);
    }
    let message = &find(&submissions, "李四").findings.iter().find(|f| f.blocks()).unwrap().message;
    assert_eq!(message, "李四 的材料与 王五 完全相同");
}

#[test]
fn papers_that_people_share_return_nobody() {
    let both = |what: &str| {
        let list =
            vec![file_of(&format!("李四/{what}"), "y"), file_of(&format!("王五/{what}"), "y")];
        let rows = vec![row("李四", &id(2)), row("王五", &id(3))];
        assemble(&[chain(filing("某单位", 11, rows, list))], &pack())
    };
    for shared in [
        "09公示结果说明.jpg",
        "09推荐情况说明.jpg",
        "07量化考评公示说明.jpg",
        "06专家职称证书.jpg",
        "08综合评价证明材料.jpg",
        "论文封面.jpg",
        "获奖.jpg",
    ] {
        for name in ["李四", "王五"] {
            let submissions = both(shared);
            let person = find(&submissions, name);
            assert_eq!(codes(&person.findings), ["MT-151"], "{shared}");
            assert!(person.findings.iter().all(|f| !f.blocks()));
        }
    }
    for own in ["01身份证.jpg", "03毕业证.jpg", "02 2015年度考核表.jpg", "07量化考评表.jpg"]
    {
        assert_eq!(codes(&find(&both(own), "李四").findings), ["MT-152"], "{own}");
    }
}

#[test]
fn copies_are_found_across_entries() {
    let give = |entry: &str, person: Row, path: &str| {
        chain(filing(entry, 11, vec![person], vec![file_of(path, "same")]))
    };
    let chains = [
        give("甲单位", row("张三", &id(1)), "张三/05技师证书.jpg"),
        give("乙单位", row("李四", &id(2)), "李四/05技师证书.jpg"),
    ];
    let submissions = assemble(&chains, &pack());
    assert_eq!(codes(&find(&submissions, "张三").findings), ["MT-152"]);
    assert_eq!(codes(&find(&submissions, "李四").findings), ["MT-152"]);
}

#[test]
fn the_newest_row_of_a_person_wins() {
    let old = filing("某市中学", 10, vec![row("张三", &id(1))], files(&["张三/05.jpg"]));
    let newer = with(row("张三", &id(1)), "post.trade", "电工");
    let new = filing("某市中学2", 12, vec![newer], Vec::new());
    let submissions = assemble(&[chain(old), chain(new)], &pack());
    assert!(submissions[0].applicants.is_empty());
    let person = find(&submissions, "张三");
    assert_eq!(person.record["post.trade"].raw, "电工");
    assert_eq!(paths(person, "cert"), ["张三/05.jpg"], "files of both entries are theirs");
    let unit = &person.record["unit.name"];
    assert_eq!((unit.raw.as_str(), person.unit.as_str()), ("某市中学2", "某市中学"));
}

#[test]
fn a_longer_name_is_another_unit_unless_it_only_says_again() {
    let give = |entry: &str, day| chain(filing(entry, day, vec![row("张三", &id(1))], Vec::new()));
    for (again, people) in [
        ("某市中学(2)", 1),
        ("某市中学补充材料", 1),
        ("某市中学（第二次补交）", 1),
        ("某市中学最终版", 1),
        ("某市中学附属幼儿园", 2),
        ("新某市中学", 2),
    ] {
        let submissions = assemble(&[give("某市中学", 10), give(again, 11)], &pack());
        let count: usize = submissions.iter().map(|s| s.applicants.len()).sum();
        assert_eq!(count, people, "{again}");
    }
}

#[test]
fn rows_of_two_units_stay_two_applicants() {
    let give = |entry: &str, day| chain(filing(entry, day, vec![row("张三", &id(1))], Vec::new()));
    let submissions = assemble(&[give("甲单位", 11), give("乙单位", 10)], &pack());
    let keys: Vec<&CaseKey> =
        submissions.iter().flat_map(|s| &s.applicants).map(|a| &a.key).collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(*keys[0], firm(1), "the one that came first keeps the case");
    assert!(keys[1].provisional && keys[1].text.starts_with("row:甲单位:张三:"));
}

#[test]
fn a_correction_replaces_a_row_without_id() {
    let unit = |row| with(row, "unit.name", "某市中学");
    let bad = filing("一.xlsx", 10, vec![unit(row("张三", "320601"))], Vec::new());
    let good = filing("二.xlsx", 12, vec![unit(row("张三", &id(1)))], Vec::new());
    let submissions = assemble(&[chain(bad.clone()), chain(good.clone())], &pack());
    assert_eq!(find(&submissions, "张三").key, firm(1));
    // two people of that name: nobody can tell whose the bad row is
    let other = filing("三.xlsx", 12, vec![unit(row("张三", &id(2)))], Vec::new());
    let submissions = assemble(&[chain(bad), chain(good), chain(other)], &pack());
    assert_eq!(submissions.iter().map(|s| s.applicants.len()).sum::<usize>(), 3);
}

#[test]
fn a_row_without_level_gives_way_to_its_own_id_only() {
    let unit = |row| with(row, "unit.name", "某市中学");
    let mut vague = unit(row("张三", &id(1)));
    vague.record.remove("apply.level");
    let vague = filing("一.xlsx", 10, vec![vague], Vec::new());
    let none = filing("零.xlsx", 9, vec![unit(row("张三", "320601"))], Vec::new());
    let same = filing("二.xlsx", 12, vec![unit(row("张三", &id(1)))], Vec::new());
    let submissions = assemble(&[chain(none), chain(vague.clone()), chain(same)], &pack());
    assert_eq!(find(&submissions, "张三").key, firm(1));
    let other = filing("二.xlsx", 12, vec![unit(row("张三", &id(2)))], Vec::new());
    let submissions = assemble(&[chain(vague), chain(other)], &pack());
    assert_eq!(submissions.iter().map(|s| s.applicants.len()).sum::<usize>(), 2);
}

#[test]
fn a_newer_bad_row_keeps_its_say() {
    let unit = |row| with(row, "unit.name", "某市中学");
    let good = filing("一.xlsx", 10, vec![unit(row("张三", &id(1)))], Vec::new());
    let mut bad = unit(row("张三", "320601"));
    bad.findings.push(Finding::new("ID-102", bad.origin.clone()).build());
    let submissions =
        assemble(&[chain(good), chain(filing("二.xlsx", 12, vec![bad], vec![]))], &pack());
    let person = find(&submissions, "张三");
    assert_eq!((person.key.clone(), codes(&person.findings)), (firm(1), vec!["ID-102"]));
}

#[test]
fn one_person_twice_in_one_roster() {
    let equal = vec![row("张三", &id(1)), row("张三", &id(1))];
    let submissions = assemble(&[chain(filing("某单位", 11, equal, Vec::new()))], &pack());
    let person = find(&submissions, "张三");
    assert_eq!(codes(&person.findings), ["DU-101"]);
    assert_eq!(person.findings[0].severity, Severity::Warn);
    let differ = vec![row("张三", &id(1)), with(row("张三", &id(1)), "post.trade", "电工")];
    let submissions = assemble(&[chain(filing("某单位", 11, differ, Vec::new()))], &pack());
    let people = &submissions[0].applicants;
    assert_eq!(people.len(), 2);
    assert!(people.iter().all(|a| codes(&a.findings) == ["DU-101"]));
    assert_ne!(people[0].key, people[1].key);
    assert!(people[0].findings[0].blocks());
}

#[test]
fn a_table_and_a_form_are_one_person() {
    let mut form = with(row("张三", &id(1)), "person.ethnic", "汉族");
    form.origin = crate::diag::Origin::file("张三登记表.docx");
    let dated = |row: Row, text: &str| {
        let mut row = with(row, "cert.date", text);
        let date = crate::text::PartialDate::try_from(text.to_owned()).unwrap();
        row.record.get_mut("cert.date").unwrap().value = Some(Value::Date(date));
        row
    };
    let form = dated(with(form, "apply.trade", "收银审核"), "2015-11-02");
    let table = dated(with(row("张三", &id(1)), "apply.trade", "电工"), "2015-11");
    let submissions = assemble(&[chain(filing("某单位", 11, vec![table, form], vec![]))], &pack());
    let person = find(&submissions, "张三");
    assert_eq!(person.record["cert.date"].raw, "2015-11");
    assert_eq!(person.record["person.ethnic"].raw, "汉族");
    assert_eq!(codes(&person.findings), ["DU-141"]);
    assert_eq!(person.findings[0].field.as_deref(), Some("apply.trade"));
}

#[test]
fn another_phone_in_the_form_is_told_and_sends_nobody_back() {
    let mut form = with(row("张三", &id(1)), "contact.phone", "13800002222");
    form.origin = crate::diag::Origin::file("张三登记表.docx");
    let table = with(row("张三", &id(1)), "contact.phone", "13800001111");
    let submissions = assemble(&[chain(filing("某单位", 11, vec![table, form], vec![]))], &pack());
    let person = find(&submissions, "张三");
    assert_eq!(codes(&person.findings), ["DU-141"]);
    assert!(!person.findings[0].blocks());
}

fn replaced(old: Vec<Row>, new: Vec<Row>, new_files: Vec<FiledFile>) -> Vec<Submission> {
    let earlier = filing("某单位", 10, old, files(&["张三/05.jpg", "李四/05.jpg"]));
    assemble(
        &[Chain { current: filing("某单位", 12, new, new_files), earlier: vec![earlier] }],
        &pack(),
    )
}

#[test]
fn nobody_vanishes_by_omission() {
    let old = || vec![row("张三", &id(1)), row("李四", &id(2))];
    let new = vec![row("张三", &id(1)), row("王五", &id(3))];
    let submissions = replaced(old(), new, files(&["张三/05.jpg"]));
    let person = find(&submissions, "李四");
    assert!(person.omitted);
    assert_eq!(codes(&person.findings), ["DU-131"]);
    assert_eq!(paths(person, "cert"), ["李四/05.jpg"], "kept with the files handed in before");
    assert_eq!(codes(&submissions[0].findings), ["DU-131"]);
    let said = &submissions[0].findings[0];
    assert!(said.needs_person && said.message.contains("新增 1、修改 0 人"));
    assert!(said.message.contains("李四") && !said.message.contains("张三"));
    assert_eq!(submissions[0].files.len(), 1, "only files of the current content");
}

#[test]
fn a_content_without_roster_omits_nobody() {
    let submissions = replaced(vec![row("张三", &id(1))], Vec::new(), files(&["张三/01.jpg"]));
    let person = find(&submissions, "张三");
    assert!(!person.omitted && person.findings.is_empty());
    assert!(paths(person, "cert").is_empty(), "the new content replaces the files");
    assert_eq!(paths(person, "id_card"), ["张三/01.jpg"]);
}

#[test]
fn a_corrected_id_or_name_is_no_omission() {
    let submissions = replaced(vec![row("张三", "32060")], vec![row("张三", &id(1))], vec![]);
    assert!(submissions[0].findings.is_empty());
    assert_eq!(find(&submissions, "张三").key, firm(1));
    let submissions = replaced(vec![row("张三", &id(1))], vec![row("张三", "32060")], vec![]);
    assert!(find(&submissions, "张三").key.provisional, "the new row stands, bad as it is");
    let submissions = replaced(vec![row("张珊", &id(1))], vec![row("张三", &id(1))], vec![]);
    assert!(submissions[0].findings.is_empty() && submissions[0].applicants.len() == 1);
}

#[test]
fn withdrawal_is_said_by_row_or_file() {
    let old = || vec![row("张三", &id(1)), row("李四", &id(2))];
    let submissions = replaced(old(), vec![row("张三", &id(1))], files(&["李四/撤回.txt"]));
    assert!(find(&submissions, "李四").withdrawn && !find(&submissions, "张三").withdrawn);
    assert!(submissions[0].findings.is_empty(), "nothing left to ask");
    let flat = replaced(old(), old(), files(&["张三-撤回.txt"]));
    assert!(find(&flat, "张三").withdrawn);
    let mut said = row("张三", &id(1));
    said.withdrawn = true;
    let submissions = assemble(&[chain(filing("某单位", 11, vec![said], vec![]))], &pack());
    assert!(submissions[0].applicants[0].withdrawn);
}

#[test]
fn sums_hold_and_every_value_is_said_once() {
    let paths = ["汇总表.xlsx", "张三/05.jpg", "张三/IMG.jpg", "谁/a.jpg", "Thumbs.db", "b.pdf"];
    let submissions =
        assemble(&[chain(filing("某单位", 11, vec![row("张三", &id(1))], files(&paths)))], &pack());
    let got: Vec<&str> = submissions[0].files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(got, paths);
    assert!(submissions[0].files.iter().all(|f| f.verdict != Verdict::Unsettled));
    assert_eq!(Value::Text(submissions[0].unit.clone()).text(), "某单位");
}

#[test]
fn what_came_before_under_another_name_is_a_duplicate() {
    let content = || vec![file("名册.xlsx"), file("张三/技师证书.jpg")];
    let rows = || vec![row("张三", &id(1))];
    let first = chain(filing("甲", 10, rows(), content()));
    let again = chain(filing("甲（再次）", 11, rows(), content()));
    let submissions = assemble(&[again, first.clone()], &pack());
    assert_eq!(codes(&submissions[1].findings), ["IN-121"]);
    let people: Vec<usize> = submissions.iter().map(|s| s.applicants.len()).collect();
    assert_eq!((people, submissions[1].unit.as_str()), (vec![1, 0], submissions[0].unit.as_str()));
    assert!(submissions[1].files.iter().all(|f| f.verdict == Verdict::Duplicate));
    // the older content of an entry counts as well, and a copy of a lone roster has another name
    let mended = chain(filing("甲", 12, rows(), vec![file_of("名册.xlsx", "mended")]));
    let mended = Chain { earlier: vec![first.current], ..mended };
    let copy = chain(filing("乙", 11, rows(), content()));
    let submissions = assemble(&[mended, copy], &pack());
    assert_eq!(submissions.iter().map(|s| s.applicants.len()).sum::<usize>(), 1);
    let lone = |name: &str, day| chain(filing(name, day, rows(), vec![file_of(name, "same")]));
    let submissions = assemble(&[lone("甲.xlsx", 10), lone("甲 - 副本.xlsx", 11)], &pack());
    assert_eq!(submissions.iter().map(|s| s.applicants.len()).sum::<usize>(), 1);
}
