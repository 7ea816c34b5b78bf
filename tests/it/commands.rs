//! The commands around a pass: looking before, deciding after, and what the machine must have.

use crate::office::{Office, applicant, codes, each, repo, submission, text};
use crate::people::{Files, Person, entry, jpeg, roster, workbook};
use calamine::{Reader, Xlsx, open_workbook};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const LATER: &str = "2019-06-12T11:00:00+08:00";

/// Someone below the education asked for, who claims 绝技绝活: only a person can judge that.
fn claimant() -> (Person, Files) {
    let mut person = Person::clean(1);
    person.education = "高中".to_owned();
    person.exception = "B4".to_owned();
    let mut files = entry(&[&person]);
    files.insert(format!("{}/破格申请.jpg", person.folder()), jpeg(350, 490, 5000));
    (person, files)
}

/// An office that holds one case until somebody answers; the person and the case number.
fn held() -> Option<(Office, Person, String)> {
    let office = Office::open()?;
    let (person, files) = claimant();
    office.drop_dir("南通市测试中心", &files);
    office.pass().exits(1);
    let a = applicant(&office.report(), &person.name);
    assert_eq!(text(&a["decision"]), "held", "{a}");
    let case = text(&a["case"]).to_owned();
    Some((office, person, case))
}

fn decision(office: &Office, person: &Person) -> String {
    text(&applicant(&office.report(), &person.name)["decision"]).to_owned()
}

fn later(office: &Office) -> String {
    let ran = office.pass_at(LATER);
    assert!(ran.code <= 1, "{}", ran.stderr);
    ran.stdout
}

/// The open questions with every answer filled in.
fn answered(office: &Office, word: &str, who: &str) -> Vec<u8> {
    let mut book: Xlsx<_> = open_workbook(office.root().join("20-待定/待定事项.xlsx")).unwrap();
    let range = book.worksheet_range("待定事项").unwrap();
    let mut table: Vec<Vec<String>> =
        range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let column = table[0].iter().position(|head| head == "答复").unwrap();
    for row in &mut table[1..] {
        word.clone_into(&mut row[column]);
        who.clone_into(&mut row[column + 1]);
    }
    workbook("待定事项", &table)
}

fn names(dir: &Path) -> BTreeSet<String> {
    let Ok(items) = fs::read_dir(dir) else { return BTreeSet::new() };
    items.map(|item| item.unwrap().file_name().into_string().unwrap()).collect()
}

fn json(out: &str) -> Value {
    serde_json::from_str(out).unwrap_or_else(|e| panic!("{e}: {out}"))
}

#[test]
fn a_check_tells_all_and_leaves_no_trace() {
    let Some(office) = Office::open() else { return };
    let (clean, mut wrong) = (Person::clean(1), Person::clean(2));
    wrong.id.replace_range(17.., if wrong.id.ends_with('1') { "2" } else { "1" });
    office.drop_dir("南通市测试中心", &entry(&[&clean, &wrong]));
    office.zip("南通市测试学校.zip", &entry(&[&clean]));
    let before = names(&office.path(""));

    let ran = office.run(&["check", "inbox/南通市测试中心"]).exits(1);
    for part in [
        clean.name.as_str(),
        "机审通过",
        wrong.name.as_str(),
        "退回补正",
        "ID-106",
        "申报汇总表.xlsx",
    ] {
        assert!(ran.stdout.contains(part), "{part} in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains(&clean.id) && !ran.stdout.contains(&wrong.id));
    office.run(&["check", "inbox/南通市测试学校.zip"]).exits(0);
    assert_eq!(names(&office.path("")), before);
    assert!(!office.path("state").exists() && !office.path("outbox").exists());
}

#[test]
fn a_check_in_json_is_a_report_with_one_submission() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    fs::create_dir(office.path("elsewhere")).unwrap();
    fs::write(office.path("elsewhere/申报表.xlsx"), roster(&[&person])).unwrap();
    let path = "elsewhere/申报表.xlsx";
    let report = json(&office.run(&["check", path, "--json"]).exits(1).stdout);
    assert_eq!(text(&report["schema"]), "dossier/report/1");
    assert_eq!(each(&report["submissions"]).len(), 1);
    assert_eq!(text(&submission(&report, "申报表.xlsx")["state"]), "returned");
    let a = applicant(&report, &person.name);
    assert!(codes(&a).contains(&"MT-131"), "{a}");
    let digits: Vec<char> = person.id.chars().collect();
    let masked: String = [&digits[..6], &['*'; 8], &digits[14..]].concat().iter().collect();
    assert_eq!(text(&a["id_no"]), masked);
    let open = office.run(&["check", path, "--json", "--show-ids"]).exits(1).stdout;
    assert_eq!(text(&applicant(&json(&open), &person.name)["id_no"]), person.id);
    office.run(&["check", path, "--show-ids"]).exits(2);
    let ran = office.run(&["check", "elsewhere/nothing"]).exits(2);
    assert!(ran.stderr.contains("nothing"), "{}", ran.stderr);
}

#[test]
fn a_check_goes_on_beside_a_pass_and_knows_the_answers() {
    let Some((office, person, case)) = held() else { return };
    let lock = fs::File::open(office.path("state/lock")).unwrap();
    lock.lock().unwrap();
    let ran = office.run(&["check", "inbox/南通市测试中心"]).exits(1);
    assert!(ran.stdout.contains(&case) && ran.stdout.contains("EX-121"), "{}", ran.stdout);
    drop(lock);
    office.run(&["decide", &case, "EX-121", "--by", "李四", "--opinion", "符合"]).exits(0);
    let state = names(&office.path("state"));
    let ran = office.run(&["check", "inbox/南通市测试中心"]).exits(0);
    assert!(ran.stdout.contains(&person.name) && !ran.stdout.contains("EX-121"), "{}", ran.stdout);
    assert_eq!(names(&office.path("state")), state);
}

#[test]
fn an_answer_shows_in_the_next_pass_and_may_be_changed() {
    let Some((office, person, case)) = held() else { return };
    let decide = |word: &str| {
        office.run(&["decide", &case, "EX-121", "--by", "李四", "--opinion", word, "--json"])
    };
    let said = json(&decide("符合").exits(0).stdout);
    let entry = &said["recorded"][0];
    assert_eq!(text(&entry["event"]), "EX-121:B4");
    assert!(text(&entry["before"]).contains("待定") && text(&entry["after"]).contains("机审通过"));
    later(&office);
    assert_eq!(decision(&office, &person), "accepted");
    let shown = office.run(&["show", &case]).exits(0).stdout;
    assert!(shown.contains("李四") && shown.contains("EX-121:B4 → 符合"), "{shown}");
    decide("不符合").exits(0);
    later(&office);
    assert_eq!(decision(&office, &person), "returned");
}

#[test]
fn what_cannot_be_decided_is_refused_with_what_is_open() {
    let Some((office, _, case)) = held() else { return };
    let refused = |args: &[&str], says: &[&str]| {
        let ran = office.run(args).exits(2);
        for part in says {
            assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
        }
    };
    let by = ["--by", "李四"];
    refused(&[&["decide", "NT2019-9-999-9999", "EX-121"], &by[..]].concat(), &[&case, "EX-121:B4"]);
    refused(
        &[&["decide", &case, "EX-999"], &by[..]].concat(),
        &["EX-999", "EX-121:B4", "照片合格"],
    );
    refused(&[&["decide", &case, "EX-121"], &by[..]].concat(), &["符合、不符合"]);
    let maybe = ["decide", &case, "EX-121", "--opinion", "也许"];
    refused(&[&maybe, &by[..]].concat(), &["也许", "符合、不符合"]);
    refused(&["decide", &case, "EX-121", "--opinion", "符合"], &["--by"]);
    let tomorrow = ["decide", &case, "EX-121", "--opinion", "符合", "--at", "2019-06-13 10:00"];
    refused(&[&tomorrow, &by[..]].concat(), &["not come yet"]);
    refused(&[&["decide", &case, "EX-121", "--at", "gestern"], &by[..]].concat(), &["gestern"]);
    later(&office);
    assert!(office.root().join("20-待定/待定事项.xlsx").exists());
}

#[test]
fn a_workbook_of_answers_does_the_same_from_anywhere_and_once() {
    let Some((office, person, case)) = held() else { return };
    let book = answered(&office, "符合", "王五");
    fs::write(office.path("答复.xlsx"), &book).unwrap();
    let ran = office.run(&["decide", "--from", "答复.xlsx"]).exits(0);
    assert!(ran.stdout.contains(&case) && ran.stdout.contains("王五"), "{}", ran.stdout);
    later(&office);
    assert_eq!(decision(&office, &person), "accepted");
    // what was said after it is not overruled by the same workbook in the inbox
    office.run(&["decide", &case, "EX-121:B4", "--by", "李四", "--opinion", "不符合"]).exits(0);
    office.drop_file("待定事项-已答复.xlsx", &book);
    later(&office);
    assert_eq!(decision(&office, &person), "returned");
    office.run(&["decide", "--from", "答复.xlsx"]).exits(2);
    fs::write(office.path("空.xlsx"), workbook("表", &[vec!["姓名".to_owned()]])).unwrap();
    let ran = office.run(&["decide", "--from", "空.xlsx"]).exits(2);
    assert!(ran.stderr.contains("no answers"), "{}", ran.stderr);
}

#[test]
fn an_answer_is_about_the_record_it_judged() {
    let Some((office, mut person, case)) = held() else { return };
    office.run(&["decide", &case, "EX-121", "--by", "李四", "--opinion", "符合"]).exits(0);
    later(&office);
    assert_eq!(decision(&office, &person), "accepted");
    person.education = "初中".to_owned();
    office.drop_file("南通市测试中心/申报汇总表.xlsx", &roster(&[&person]));
    office.pass_at("2019-06-12T12:00:00+08:00").exits(1);
    assert_eq!(decision(&office, &person), "held");
    let mut book: Xlsx<_> = open_workbook(office.root().join("20-待定/待定事项.xlsx")).unwrap();
    let range = book.worksheet_range("待定事项").unwrap();
    let known: String = range.rows().flatten().map(ToString::to_string).collect();
    assert!(known.contains("此前李四答复\"符合\""), "{known}");
}

#[test]
fn steps_of_the_circular_come_in_their_order() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    office.pass().exits(0);
    let case = text(&applicant(&office.report(), &person.name)["case"]).to_owned();
    let step = |event: &str| office.run(&["decide", &case, event, "--by", "李四"]);
    let ran = step("审核通过").exits(2);
    for part in ["RT-115", "照片待审", "审核通过", "照片合格"] {
        assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
    }
    // who approves next depends on the kind of unit, which nobody said
    assert!(step("单位考核").exits(2).stderr.contains("RT-101"));
    step("照片合格").exits(0);
    step("照片合格").exits(2);
    step("锁定").exits(0);
    let shown = json(&office.run(&["show", &case, "--json"]).exits(0).stdout);
    assert_eq!(shown["ledger"]["states"][0], "已锁定", "{shown}");
    assert_eq!(each(&shown["ledger"]["log"]).len(), 2);
    assert!(each(&shown["ledger"]["log"]).iter().all(|line| text(&line["record"]).len() == 64));
    step("打印审批表").exits(0);
    step("主管部门签署").exits(0);
    // on site at ten in the evening
    let ran =
        office.run(&["decide", &case, "审核通过", "--by", "李四", "--at", "2019-06-11 22:00"]);
    assert!(ran.exits(0).stdout.contains("WN-103"));
}

#[test]
fn a_step_needs_what_the_pack_says() {
    let Some(office) = Office::open() else { return };
    let templates = office.path("templates");
    crate::misuse::copy_tree(&repo("templates"), &templates);
    let place = templates.join("nantong-2019/circular.toml");
    let pack = fs::read_to_string(&place).unwrap();
    let asked = pack
        .replace(
            "to = \"照片不合格\", window = \"photo_review\"",
            "to = \"照片不合格\", window = \"photo_review\", needs = [\"opinion\"]",
        )
        .replace(
            "to = \"照片合格\", window = \"photo_review\"",
            "to = \"照片合格\", window = \"onsite\"",
        );
    assert!(asked.contains("needs = [\"opinion\"]") && asked.matches("\"onsite\"").count() > 3);
    fs::write(&place, asked).unwrap();
    office.configure(&templates, &repo("fonts"), "");
    let (fine, mut poor) = (Person::clean(1), Person::clean(2));
    poor.id.replace_range(17.., if poor.id.ends_with('1') { "2" } else { "1" });
    office.drop_dir("南通市测试中心", &entry(&[&fine, &poor]));
    office.pass().exits(1);
    let report = office.report();
    let decide = |person: &Person, event: &str, opinion: &str| {
        let case = text(&applicant(&report, &person.name)["case"]).to_owned();
        office.run(&["decide", &case, event, "--by", "李四", "--opinion", opinion])
    };
    assert!(decide(&fine, "照片不合格", "").exits(2).stderr.contains("RT-113"));
    assert!(decide(&poor, "照片合格", "").exits(2).stderr.contains("RT-111"));
    decide(&fine, "照片合格", "").exits(0);
    decide(&poor, "照片不合格", "不是本人").exits(0);
}

#[test]
fn a_person_s_word_on_an_arrival_decides_the_deadline() {
    let Some(office) = Office::open() else { return };
    let (early, late) = (Person::clean(1), Person::clean(2));
    office.drop_dir("南通市测试中心", &entry(&[&early]));
    office.pass_at("2019-06-13T15:00:00+08:00").exits(0);
    office.drop_dir("南通市测试学校", &entry(&[&late]));
    let pass = || office.pass_at("2019-06-14T03:00:00+08:00");
    pass().exits(1);
    assert!(codes(&applicant(&office.report(), &late.name)).contains(&"WN-107"));
    let receive = |at: &str| {
        let args = [
            "receive",
            "南通市测试学校",
            "--by",
            "李四",
            "--at",
            at,
            "--now",
            "2019-06-14T03:00:00+08:00",
        ];
        office.run(&args).exits(0)
    };
    receive("2019-06-13 15:50");
    pass().exits(0);
    let report = office.report();
    assert_eq!(decision(&office, &late), "accepted");
    let received = &submission(&report, "南通市测试学校")["received"];
    assert_eq!(text(&received["by"]), "person");
    assert_eq!(text(&received["at"]), "2019-06-13T15:50:00+08:00");
    assert_eq!(text(&submission(&report, "南通市测试中心")["received"]["by"]), "run");
    receive("2019-06-13T16:00:01+08:00");
    pass().exits(1);
    let a = applicant(&office.report(), &late.name);
    assert!(codes(&a).contains(&"WN-102") && !codes(&a).contains(&"WN-107"), "{a}");
}

#[test]
fn an_arrival_may_be_witnessed_before_the_first_pass() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    let by = ["--by", "李四", "--at", "2019-06-13 15:50", "--now", "2019-06-13T17:00:00+08:00"];
    office.run(&[&["receive", "inbox/南通市测试中心"], &by[..]].concat()).exits(0);
    office.pass_at("2019-06-13T17:00:00+08:00").exits(0);
    assert_eq!(decision(&office, &person), "accepted");
    // the word was about what lay there then
    office.drop_file("南通市测试中心/申报汇总表.xlsx", &roster(&[&person, &Person::clean(2)]));
    office.pass_at("2019-06-13T18:00:00+08:00").exits(1);
    let a = applicant(&office.report(), &Person::clean(2).name);
    assert!(codes(&a).contains(&"WN-102"), "{a}");
    let ran = office.run(&[&["receive", "南通市无此单位"], &by[..]].concat()).exits(2);
    assert!(ran.stderr.contains("南通市测试中心"), "{}", ran.stderr);
}

#[test]
fn paper_of_a_case_is_recorded_only_when_it_may_come() {
    let Some(office) = Office::open() else { return };
    let (fine, mut poor) = (Person::clean(1), Person::clean(2));
    poor.id.replace_range(17.., if poor.id.ends_with('1') { "2" } else { "1" });
    office.drop_dir("南通市测试中心", &entry(&[&fine, &poor]));
    office.pass().exits(1);
    let report = office.report();
    let case = |p: &Person| text(&applicant(&report, &p.name)["case"]).to_owned();
    let receive =
        |case: &str| office.run(&["receive", case, "--by", "李四", "--at", "2019-06-11 09:30"]);
    assert!(receive(&case(&poor)).exits(2).stderr.contains("RT-111"));
    receive(&case(&fine)).exits(0);
    let shown = office.run(&["show", &case(&fine)]).exits(0).stdout;
    assert!(shown.contains("李四 纸质材料 → 2019-06-11T09:30:00+08:00"), "{shown}");
}

#[test]
fn the_doctor_says_what_would_stop_a_run() {
    let Some(office) = Office::open() else { return };
    let found = |args: &[&str], code: i32| {
        let doctor = json(&office.run(&[&["doctor", "--json"], args].concat()).exits(code).stdout);
        let failed = each(&doctor["checks"]).iter().filter(|c| c["health"] == "fail");
        failed.map(|c| text(&c["name"]).to_owned()).collect::<Vec<_>>()
    };
    assert!(found(&[], 0).is_empty());
    assert_eq!(found(&["--inbox", "nowhere"], 2), ["收件箱 inbox"]);
    let lines = office.run(&["doctor"]).exits(0).stdout;
    for part in ["宋体", "仿宋", "楷体", "黑体", "小标宋", "qpdf", "文件系统", "可用空间"]
    {
        assert!(lines.contains(part), "{part} in {lines}");
    }
    assert!(!office.path("state").exists() && !office.path("outbox").exists());
    office.configure(&repo("templates"), Path::new("empty"), "");
    assert_eq!(found(&[], 2).len(), 6);
}

#[cfg(unix)]
#[test]
fn the_state_is_private_and_leftovers_are_swept() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(office) = Office::open() else { return };
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1)]));
    office.pass().exits(0);
    assert_eq!(mode(&office.path("state")), 0o700);
    for path in office.files().keys() {
        assert_eq!(mode(&office.path("outbox").join(path)) & 0o137, 0, "{path}");
    }
    fs::create_dir(office.path("state/work-killed")).unwrap();
    fs::write(office.path("state/work-killed/x.pdf"), b"half").unwrap();
    fs::write(office.path("state/blobs/.tmpKilled"), b"half").unwrap();
    office.pass().exits(0);
    assert!(!office.path("state/work-killed").exists());
    assert!(!office.path("state/blobs/.tmpKilled").exists());
}

#[test]
fn a_slip_in_a_form_nobody_prints_today_is_found_before_anything_is_written() {
    let Some(office) = Office::open() else { return };
    office.drop_file("申报表.xlsx", &roster(&[&Person::clean(1)]));
    let templates = office.path("templates");
    crate::misuse::copy_tree(&repo("templates"), &templates);
    let place = templates.join("common/quant.html");
    let whole = fs::read_to_string(&place).unwrap();
    let broken = whole.replacen("row.rule", "row.rlue", 1);
    assert_ne!(broken, whole);
    fs::write(&place, broken).unwrap();
    fs::write(templates.join("common/receipt.html"), "<document><p>{{ unit.nmae }}</p></document>")
        .unwrap();
    office.configure(&templates, &repo("fonts"), "");
    for command in ["run", "lint"] {
        let ran = office.run(&[command]).exits(2);
        for part in ["quant.html:", "rlue", "rule", "receipt.html:1:", "nmae", "supervisor"] {
            assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
        }
    }
    // markup is told at its place in the file, too
    let line = whole.lines().position(|line| line.contains("row.rule")).unwrap() + 1;
    fs::write(&place, whole.replacen("{{ row.rule }}</td>", "{{ row.rule }}</th>", 1)).unwrap();
    let ran = office.run(&["lint"]).exits(2);
    assert!(ran.stderr.contains(&format!("quant.html:{line}:")), "{line} in {}", ran.stderr);
    assert!(!office.path("state").exists() && !office.path("outbox").exists());
}

#[test]
fn a_slip_in_the_pack_judges_nobody() {
    let Some(office) = Office::open() else { return };
    office.drop_file("申报表.xlsx", &roster(&[&Person::clean(1)]));
    let templates = office.path("templates");
    crate::misuse::copy_tree(&repo("templates"), &templates);
    let place = templates.join("nantong-2019/circular.toml");
    let whole = fs::read_to_string(&place).unwrap();
    office.configure(&templates, &repo("fonts"), "");
    for (right, slip) in [
        ("fact = \"cert.date\"", "fact = \"cert.dat\""),
        ("op = \"le\"", "op = \"lte\""),
        ("finding = \"EL-111\"", "finding = \"EL-11l\""),
    ] {
        assert!(whole.contains(right), "{right}");
        fs::write(&place, whole.replacen(right, slip, 1)).unwrap();
        let wrong = slip.split('"').nth(1).unwrap();
        for command in [&["run"][..], &["check", "inbox/申报表.xlsx"]] {
            let ran = office.run(command).exits(2);
            assert!(ran.stderr.contains(wrong), "{wrong} in {}", ran.stderr);
        }
        assert!(!office.path("state").exists() && !office.path("outbox").exists());
        let line = whole.lines().position(|line| line.contains(right)).unwrap() + 1;
        let ran = office.run(&["lint"]).exits(2);
        let told = format!("nantong-2019/circular.toml 第 {line} 行第 ");
        assert!(ran.stdout.contains(&told) && ran.stdout.contains(wrong), "{told}: {}", ran.stdout);
    }
    fs::write(&place, &whole).unwrap();
    office.run(&["run"]).exits(1);
}

#[test]
fn what_is_half_copied_is_named_until_it_is_whole() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let mut files = entry(&[&person]);
    let whole = jpeg(350, 490, 5000);
    let name = format!("{}/破格申请.jpg", person.folder());
    files.insert(name.clone(), whole[..whole.len() / 2].to_vec());
    office.drop_dir("南通市测试中心", &files);
    office.pass();
    let report = office.report();
    let waits = submission(&report, "南通市测试中心");
    assert_eq!(text(&waits["state"]), "unsettled");
    assert!(text(&waits["findings"][0]["message"]).contains("破格申请.jpg"), "{waits}");
    assert!(office.run(&["status"]).exits(0).stdout.contains("破格申请.jpg"));
    files.insert(name, whole);
    office.drop_dir("南通市测试中心", &files);
    office.pass_at(LATER);
    assert_eq!(decision(&office, &person), "accepted");
}

#[test]
fn another_limit_is_another_reading() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    office.pass().exits(0);
    let before = office.hashes();
    let configure = |more: &str| office.configure(&repo("templates"), &repo("fonts"), more);
    configure("[limits]\nimage-pixels = 1000\n");
    office.pass().exits(1);
    assert!(office.report().to_string().contains("IN-105"));
    configure("");
    let ran = office.run(&["run", "-v"]).exits(0);
    // everything was read under these limits before
    assert!(ran.stderr.contains("29 from the cache"), "{}", ran.stderr);
    let papers = |all: &std::collections::BTreeMap<String, String>| {
        let mut all = all.clone();
        all.retain(|path, _| path.contains("60-卷宗"));
        all
    };
    assert_eq!(papers(&office.hashes()), papers(&before));
    let ran = office.run(&["run", "-v"]).exits(0);
    assert!(ran.stderr.contains("unchanged: 南通市测试中心"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn other_fonts_are_other_papers() {
    let Some(office) = Office::open() else { return };
    let fonts = office.path("fonts");
    fs::create_dir(&fonts).unwrap();
    for item in fs::read_dir(repo("fonts")).unwrap() {
        let item = item.unwrap();
        std::os::unix::fs::symlink(item.path(), fonts.join(item.file_name())).unwrap();
    }
    office.configure(&repo("templates"), &fonts, "");
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1)]));
    let made = || office.run(&["run", "-v"]).exits(0).stderr;
    assert!(made().contains("packets: 1 to make, 0 kept"));
    assert!(made().contains("nothing changed since the last pass"));
    fs::write(fonts.join("zz-more.otf"), b"no font at all").unwrap();
    assert!(made().contains("packets: 1 to make, 0 kept"));
}

#[cfg(unix)]
mod signals {
    use super::*;
    use rustix::process::{Pid, Signal, kill_process};
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    /// Starts a command with `-v` and waits until it says so.
    fn until(office: &Office, args: &[&str], says: &str) -> Child {
        let mut program = Command::new(env!("CARGO_BIN_EXE_dossier"));
        program.env_clear().current_dir(office.path("")).args(args).arg("-v");
        program.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let heard = lines.by_ref().map(Result::unwrap).find(|line| line.contains(says));
        assert!(heard.is_some(), "{says} was never said");
        // the pipe stays read, so that the program is never stopped by a full one
        std::thread::spawn(move || lines.for_each(drop));
        child
    }

    fn end(mut child: Child) -> i32 {
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        child.wait().unwrap().code().unwrap()
    }

    fn two() -> Option<(Office, Person, Person)> {
        let office = Office::open()?;
        let (a, b) = (Person::clean(1), Person::clean(2));
        office.drop_dir("南通市测试中心", &entry(&[&a]));
        office.drop_dir("南通市测试学校", &entry(&[&b]));
        Some((office, a, b))
    }

    #[test]
    fn a_run_ends_at_once_and_the_next_goes_on() {
        let Some((office, a, b)) = two() else { return };
        let child = until(&office, &["run", "--settle", "0"], "read ");
        assert_eq!(end(child), 130);
        assert!(!office.root().join("report.json").exists());
        office.pass().exits(0);
        assert_eq!(decision(&office, &a), "accepted");
        assert_eq!(decision(&office, &b), "accepted");
        assert!(names(&office.path("state")).iter().all(|name| !name.starts_with("work-")));
    }

    #[test]
    fn a_watch_finishes_what_is_in_hand() {
        let Some((office, a, b)) = two() else { return };
        let child = until(&office, &["watch", "--settle", "0"], "read ");
        assert!(end(child) <= 1);
        let report = office.report();
        let sources = each(&report["submissions"]).iter().map(|s| text(&s["source"]));
        assert!(sources.count() >= 1, "{report}");
        let first =
            each(&report["submissions"]).iter().flat_map(|s| each(&s["applicants"])).count();
        assert!(first >= 1);
        office.pass().exits(0);
        assert_eq!(decision(&office, &a), "accepted");
        assert_eq!(decision(&office, &b), "accepted");
    }

    #[test]
    fn an_idle_watch_ends_at_once() {
        let Some((office, a, _)) = two() else { return };
        let child = until(&office, &["watch", "--settle", "0"], "whole pass");
        assert_eq!(end(child), 0);
        assert_eq!(decision(&office, &a), "accepted");
    }
}

#[test]
fn every_command_has_an_example_and_the_version_names_the_schema() {
    let Some(office) = Office::open() else { return };
    let version = office.run(&["--version"]).exits(0).stdout;
    assert!(version.contains(env!("CARGO_PKG_VERSION")) && version.contains("circular-pack/1"));
    let commands = [
        "run", "watch", "check", "status", "show", "why", "decide", "receive", "rule", "lint",
        "sample", "doctor", "compare",
    ];
    for command in commands {
        let help = office.run(&[command, "--help"]).exits(0).stdout;
        assert!(help.contains(&format!("\n  dossier {command}")), "{command}: {help}");
    }
    let quiet = office.run(&["run", "--quiet"]).exits(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn status_tells_how_long_the_windows_are_open() {
    let Some(office) = Office::open() else { return };
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1)]));
    office.pass().exits(0);
    let told = office.run(&["status"]).exits(0).stdout;
    assert!(told.contains("距 报名（高级技师） 截止还有 1 天（WN-105）"), "{told}");
    let later = office.run(&["status", "--now", "2019-06-14T09:00:00+08:00"]).exits(0).stdout;
    assert!(!later.contains("WN-105"), "{later}");
}
