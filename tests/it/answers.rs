//! Questions for a person, and their answers dropped back.

use crate::office::{Office, Ran, applicant, codes, each, repo, submission, text};
use crate::people::{Person, entry, jpeg, workbook};
use calamine::{Reader, Xlsx, open_workbook};

/// Someone below the education asked for, who claims 绝技绝活.
fn claimant() -> (Office, Person, Ran) {
    let office = Office::open().unwrap();
    let mut person = Person::clean(1);
    person.education = "高中".to_owned();
    person.exception = "B4".to_owned();
    let mut files = entry(&[&person]);
    files.insert(format!("{}/破格申请.jpg", person.folder()), jpeg(350, 490, 5000));
    office.drop_dir("南通市测试中心", &files);
    let ran = office.pass();
    (office, person, ran)
}

/// The rows of 待定事项.xlsx, headings first.
fn questions(office: &Office) -> Vec<Vec<String>> {
    let place = office.root().join("20-待定/待定事项.xlsx");
    let mut book: Xlsx<_> = open_workbook(place).unwrap();
    let range = book.worksheet_range("待定事项").unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// Drops the workbook back with one answer in every row.
fn answer(office: &Office, word: &str) -> Ran {
    let mut table = questions(office);
    let column = table[0].iter().position(|head| head == "答复").unwrap();
    for row in &mut table[1..] {
        row[column] = word.to_owned();
        row[column + 1] = "测试员".to_owned();
    }
    office.drop_file("待定事项-已答复.xlsx", &workbook("待定事项", &table));
    office.pass_at("2019-06-12T11:00:00+08:00")
}

#[test]
fn a_claim_only_a_person_can_judge_is_held_until_answered() {
    if Office::open().is_none() {
        return;
    }
    let (office, person, ran) = claimant();
    ran.exits(1);
    let a = applicant(&office.report(), &person.name);
    assert_eq!(text(&a["decision"]), "held", "{a}");
    let asked = questions(&office);
    assert!(asked[1..].iter().any(|row| row.iter().any(|c| *c == text(&a["case"]))), "{asked:?}");
    assert!(asked[1..].iter().any(|row| row.iter().any(|c| c.contains("B4"))), "{asked:?}");

    let ran = answer(&office, "符合");
    let b = applicant(&office.report(), &person.name);
    assert_eq!(text(&b["decision"]), "accepted", "{b}");
    assert_eq!(b["case"], a["case"]);
    assert!(codes(&b).contains(&"EX-111"), "{b}");
    assert!(!office.root().join("20-待定").exists());
    ran.exits(0);
}

#[test]
fn a_refused_claim_is_returned() {
    if Office::open().is_none() {
        return;
    }
    let (office, person, _) = claimant();
    answer(&office, "不符合").exits(1);
    let a = applicant(&office.report(), &person.name);
    assert_eq!(text(&a["decision"]), "returned", "{a}");
}

#[test]
fn an_answer_that_answers_nothing_is_told_and_not_recorded() {
    if Office::open().is_none() {
        return;
    }
    let (office, person, _) = claimant();
    answer(&office, "无所谓").exits(1);
    let a = applicant(&office.report(), &person.name);
    assert_eq!(text(&a["decision"]), "held", "{a}");
    let asked = questions(&office);
    let told = |row: &Vec<String>| row.iter().any(|c| c.contains("答复\"无所谓\"没有登记"));
    assert!(asked[1..].iter().any(told), "{asked:?}");
    let shown = office.run(&["show", text(&a["case"])]).stdout;
    assert!(!shown.contains("无所谓"), "{shown}");
    // the same workbook, corrected
    answer(&office, "符合").exits(0);
    assert_eq!(text(&applicant(&office.report(), &person.name)["decision"]), "accepted");
}

#[test]
fn a_pdf_of_all_materials_is_bound_once_a_person_found_them_in_it() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let scan = repo("inbox/启东市崇文中学/01缪忞（汽车调度管理）/10论文正文.pdf");
    let mut files = entry(&[&person]);
    files.retain(|path, _| !path.starts_with(&person.folder()) || path.contains("照片"));
    files.insert(format!("{}/全部材料.pdf", person.folder()), std::fs::read(scan).unwrap());
    office.drop_dir("南通市测试中心", &files);
    office.pass().exits(1);
    let a = applicant(&office.report(), &person.name);
    assert_eq!(text(&a["decision"]), "held", "{a}");

    answer(&office, "符合").exits(0);
    let report = office.report();
    let a = applicant(&report, &person.name);
    assert_eq!(text(&a["decision"]), "accepted", "{a}");
    let entry = submission(&report, "南通市测试中心");
    let whole = |f: &&serde_json::Value| text(&f["path"]).ends_with("全部材料.pdf");
    let file = each(&entry["files"]).iter().find(whole).unwrap();
    assert_eq!(text(&file["verdict"]), "used", "{file}");
    let booklet = each(&a["outputs"]).iter().find(|o| text(&o["kind"]) == "booklet").unwrap();
    // cover and catalogue with their blank backs, then all of it
    let pages = file["pages"].as_u64().unwrap();
    assert_eq!(booklet["pages"].as_u64(), Some(4 + pages), "{booklet}");
}
