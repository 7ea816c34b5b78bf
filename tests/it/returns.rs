//! What goes back to the sender, and what the office sees of the day.

use crate::office::{Office, applicant, codes, each, grave, submission, text};
use crate::people::{Files, Person, entry, roster};
use calamine::{Reader, Xlsx};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::process::Command;

const ENTRY: &str = "南通市测试中心";
const COPY: &str = "申报表-已标注.xlsx";
const LATER: &str = "2019-06-12T11:00:00+08:00";

/// The same person with the last digit of the ID number mistyped.
fn mistyped(person: &Person) -> Person {
    let mut broken = person.clone();
    let wrong = if person.id.ends_with('1') { '2' } else { '1' };
    broken.id.pop();
    broken.id.push(wrong);
    broken
}

/// Everyone's scans, with a roster in which the second person's ID number is mistyped.
fn broken_entry(good: &Person, bad: &Person) -> Files {
    let mut files = entry(&[good, bad]);
    files.insert("申报汇总表.xlsx".to_owned(), roster(&[good, &mistyped(bad)]));
    files
}

fn back(office: &Office, name: &str) -> Vec<u8> {
    let place = office.root().join("30-退回").join(ENTRY).join(name);
    fs::read(&place).unwrap_or_else(|e| panic!("{}: {e}", place.display()))
}

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = BTreeMap::new();
    for at in 0..zip.len() {
        let mut part = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        parts.insert(part.name().unwrap().into_owned(), bytes);
    }
    parts
}

/// All text parts of an office file in one.
fn words(bytes: &[u8]) -> String {
    parts(bytes).values().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

/// The workbook with a text replaced wherever it stands, as a clerk would in the cell.
fn retyped(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut found = 0;
    for (name, part) in parts(bytes) {
        let text = String::from_utf8(part).unwrap();
        found += text.matches(from).count();
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.replace(from, to).as_bytes()).unwrap();
    }
    assert_eq!(found, 1, "{from}");
    zip.finish().unwrap().into_inner()
}

fn cells(bytes: &[u8], sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[test]
fn the_marked_workbook_mended_and_dropped_back_is_accepted() {
    let Some(office) = Office::open() else { return };
    let (good, bad) = (Person::clean(1), Person::clean(2));
    let files = broken_entry(&good, &bad);
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    assert_eq!(text(&applicant(&office.report(), &bad.name)["decision"]), "returned");
    let copy = back(&office, COPY);
    assert_eq!(cells(&copy, "汇总表"), cells(&files["申报汇总表.xlsx"], "汇总表"));
    let said = parts(&copy)
        .into_iter()
        .find_map(|(name, part)| name.contains("omments").then_some(part))
        .map(|part| String::from_utf8(part).unwrap())
        .unwrap();
    assert!(said.contains("ref=\"E3\"") && said.contains("必须改"), "{said}");
    assert_eq!(said.matches("<comment ").count(), 1, "{said}");

    let mended = retyped(&copy, &mistyped(&bad).id, &bad.id);
    fs::remove_file(office.path("inbox").join(ENTRY).join("申报汇总表.xlsx")).unwrap();
    office.drop_file(&format!("{ENTRY}/{COPY}"), &mended);
    office.pass_at(LATER).exits(0);
    let report = office.report();
    assert_eq!(text(&submission(&report, ENTRY)["state"]), "accepted");
    for person in [&good, &bad] {
        assert_eq!(text(&applicant(&report, &person.name)["decision"]), "accepted");
    }
    assert!(!office.root().join("30-退回").exists());
}

#[test]
fn a_clean_roster_does_not_go_back() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let mut files = entry(&[&person]);
    files.remove(&person.scan("05技师证书"));
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let folder = office.root().join("30-退回").join(ENTRY);
    assert!(folder.join("补正通知.pdf").is_file());
    // nothing in the table is wrong: only a scan is missing
    assert!(!folder.join(COPY).exists());
}

#[test]
fn a_table_in_text_comes_back_as_a_workbook_and_is_taken_again() {
    let Some(office) = Office::open() else { return };
    let (good, bad) = (Person::clean(1), Person::clean(2));
    let mut files = broken_entry(&good, &bad);
    let book = files.remove("申报汇总表.xlsx").unwrap();
    let csv: String = cells(&book, "汇总表").iter().map(|row| row.join(",") + "\n").collect();
    files.insert("申报汇总表.csv".to_owned(), csv.into_bytes());
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let mended = retyped(&back(&office, COPY), &mistyped(&bad).id, &bad.id);
    fs::remove_file(office.path("inbox").join(ENTRY).join("申报汇总表.csv")).unwrap();
    office.drop_file(&format!("{ENTRY}/{COPY}"), &mended);
    office.pass_at(LATER).exits(0);
    assert_eq!(text(&applicant(&office.report(), &bad.name)["decision"]), "accepted");
}

/// The roster as a unit keeps it: with a comment, a rule, a formula and a hidden sheet.
fn lived_in(people: &[&Person]) -> Vec<u8> {
    use rust_xlsxwriter::{DataValidation, Formula, Note, Workbook};
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("汇总表").unwrap();
    for (at, row) in (0u32..).zip(cells(&roster(people), "汇总表")) {
        for (column, cell) in (0u16..).zip(row) {
            page.write_string(at, column, &cell).unwrap();
        }
    }
    page.set_column_width(4, 23.5).unwrap();
    page.insert_note(2, 4, &Note::new("科长看过").set_author("李四")).unwrap();
    let rule = DataValidation::new().allow_list_strings(&["男", "女"]).unwrap();
    page.add_data_validation(1, 2, 9, 2, &rule).unwrap();
    let hidden = book.add_worksheet();
    hidden.set_name("底稿").unwrap().set_hidden(true);
    hidden.write_formula(0, 0, Formula::new("=1+1").set_result("2")).unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn what_is_not_marked_stays_byte_for_byte() {
    let Some(office) = Office::open() else { return };
    let (good, bad) = (Person::clean(1), Person::clean(2));
    let sent = lived_in(&[&good, &mistyped(&bad)]);
    let mut files = broken_entry(&good, &bad);
    files.insert("申报汇总表.xlsx".to_owned(), sent.clone());
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let copy = back(&office, COPY);
    let (before, after) = (parts(&sent), parts(&copy));
    let new: Vec<&str> =
        after.keys().filter(|name| !before.contains_key(*name)).map(String::as_str).collect();
    assert_eq!((new, after.len()), (vec!["docProps/custom.xml"], before.len() + 1));
    let changed: Vec<&str> = before
        .iter()
        .filter(|(name, part)| after[*name] != **part)
        .map(|(name, _)| name.as_str())
        .collect();
    let named = ["[Content_Types].xml", "_rels/.rels"];
    assert_eq!(changed[..2], named);
    assert_eq!(changed[2..], ["xl/comments1.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"]);
    let said = String::from_utf8(after["xl/comments1.xml"].clone()).unwrap();
    assert!(said.contains("科长看过") && said.contains("必须改"), "{said}");
    python_agrees(&office, &copy);
}

/// Another program finds fill and comment where they belong.
fn python_agrees(office: &Office, copy: &[u8]) {
    const LOOK: &str = "import sys, openpyxl
sheet = openpyxl.load_workbook(sys.argv[1])['汇总表']
cell = sheet['E3']
assert cell.fill.fgColor.rgb == 'FFFFC7CE', cell.fill
assert '科长看过' in cell.comment.text and '必须改' in cell.comment.text, cell.comment
assert sheet['E2'].comment is None and sheet['E2'].fill.fill_type is None
assert len(sheet.data_validations.dataValidation) == 1";
    let place = office.path("copy.xlsx");
    fs::write(&place, copy).unwrap();
    let can = Command::new("python3").args(["-c", "import openpyxl"]).output();
    if !can.is_ok_and(|out| out.status.success()) {
        println!("skipped: no python3 with openpyxl here");
        return;
    }
    let out = Command::new("python3").args(["-c", LOOK]).arg(place).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn what_is_of_no_unit_gets_an_answer_but_no_folder() {
    let Some(office) = Office::open() else { return };
    office.drop_dir(ENTRY, &entry(&[&Person::clean(1)]));
    office.drop_file("材料汇总.rar", b"Rar!\x1a\x07\x01\0 and so on");
    office.drop_file("安装程序.exe", b"MZ\x90\0 and so on");
    office.pass().exits(1);
    let files = office.files();
    let under = |top: &str| -> Vec<&str> {
        let start = format!("nantong-2019/{top}/");
        let all = files.keys().filter_map(|path| path.strip_prefix(start.as_str()));
        let mut names: Vec<&str> = all.filter_map(|path| path.split('/').next()).collect();
        names.dedup();
        names
    };
    assert_eq!(under("60-卷宗"), [ENTRY]);
    assert_eq!(under("30-退回").len(), 2, "{:?}", under("30-退回"));
    assert!(under("30-退回").contains(&"材料汇总"));
    let notice = fs::read(office.root().join("30-退回/材料汇总/补正通知.docx")).unwrap();
    assert!(words(&notice).contains("ZIP") && !words(&notice).contains("1人的材料"));
}

#[test]
fn the_notice_counts_people_and_hides_their_numbers() {
    let Some(office) = Office::open() else { return };
    let (good, bad, mut short) = (Person::clean(1), Person::clean(2), Person::clean(3));
    let full = short.id.clone();
    short.id.pop();
    let mut files = entry(&[&good, &bad, &short]);
    files.insert("申报汇总表.xlsx".to_owned(), roster(&[&good, &mistyped(&bad), &short]));
    // a folder of nobody: a remark about the delivery, not a third person
    files.insert("王小二/1.jpg".to_owned(), crate::people::jpeg(350, 490, 77));
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let notice = words(&back(&office, "补正通知.docx"));
    assert!(notice.contains("2人的材料需要补正"), "{notice}");
    for id in [mistyped(&bad).id, short.id, full] {
        assert!(!notice.contains(&id), "{id}");
    }
    let sms = String::from_utf8(back(&office, "短信稿.txt")).unwrap();
    assert!(sms.lines().all(|line| line.chars().count() <= 70), "{sms}");
    assert!(sms.contains("2人") && !sms.contains(&bad.name), "{sms}");
}

#[test]
fn tables_hold_the_accepted_and_nobody_else() {
    let Some(office) = Office::open() else { return };
    let (good, bad, also) = (Person::clean(1), Person::clean(2), Person::clean(3));
    let mut files = entry(&[&good, &bad, &also]);
    files.insert("申报汇总表.xlsx".to_owned(), roster(&[&good, &mistyped(&bad), &also]));
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    for table in ["50-汇总/收银审核".to_owned(), format!("60-卷宗/{ENTRY}/汇总表-收银审核")]
    {
        for ending in ["pdf", "docx", "xlsx"] {
            assert!(office.root().join(format!("{table}.{ending}")).is_file(), "{table}.{ending}");
        }
        let book = fs::read(office.root().join(format!("{table}.xlsx"))).unwrap();
        let rows = cells(&book, "表");
        let numbered = rows.iter().filter(|row| row[0].parse::<u32>().is_ok()).count();
        assert_eq!(numbered, 2, "{rows:?}");
    }
    let report = office.report();
    assert_eq!(report["counts"]["accepted"], 2);
    let receipt = said(&office, &format!("60-卷宗/{ENTRY}/回执.pdf"));
    let receipt: String = receipt.split_whitespace().collect();
    assert!(receipt.is_empty() || receipt.contains("（在受理时间内）"), "{receipt}");
    let told = ["20-", "30-", "回执.pdf", "report.json", "manifest.json", "00-"];
    for path in office.files().keys() {
        let inside = path.strip_prefix("nantong-2019/").unwrap();
        if told.iter().any(|t| inside.starts_with(t) || inside.ends_with(t)) {
            continue;
        }
        assert!(!inside.contains(&bad.name), "{inside}");
        let said = said(&office, inside);
        assert!(!said.contains(&bad.name), "{inside}: {said}");
    }
}

/// The text of a published file, as far as it can be read here.
fn said(office: &Office, path: &str) -> String {
    let place = office.root().join(path);
    if !path.ends_with(".pdf") {
        return words(&fs::read(place).unwrap());
    }
    let out = Command::new("pdftotext").arg(place).arg("-").output();
    out.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default()
}

#[test]
fn an_unchanged_pass_marks_nothing_anew() {
    let Some(office) = Office::open() else { return };
    office.drop_dir(ENTRY, &broken_entry(&Person::clean(1), &Person::clean(2)));
    office.pass().exits(1);
    let before = office.files();
    office.pass_at(LATER).exits(1);
    assert_eq!(office.files(), before);
}

#[test]
fn whoever_withdrew_is_neither_called_nor_written_to() {
    let Some(office) = Office::open() else { return };
    let (stays, goes) = (Person::clean(1), Person::clean(2));
    let mut files = entry(&[&stays, &goes]);
    files.insert(format!("{}/撤回.txt", goes.folder()), Vec::new());
    office.drop_dir(ENTRY, &files);
    office.pass().exits(1);
    let a = applicant(&office.report(), &goes.name);
    assert!(a["outputs"].as_array().unwrap().is_empty(), "{a}");
    assert!(!office.root().join("30-退回").exists());
    let page = fs::read_to_string(office.root().join("00-先看这里.html")).unwrap();
    let calls = page.split("要打电话的单位").nth(1).unwrap();
    assert!(calls.trim_start_matches("</h2>").trim_start().starts_with("<p>没有</p>"), "{calls}");
}

/// Mends the marked copy as a clerk would, in another program; `None` where there is none.
fn mended(office: &Office, bad: &Person) -> Option<Vec<u8>> {
    const MEND: &str = "import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
for row in book['汇总表'].iter_rows():
    for cell in row:
        if cell.value == sys.argv[2]:
            cell.value = sys.argv[3]
book.save(sys.argv[1])";
    let place = office.path("mended.xlsx");
    fs::write(&place, back(office, COPY)).unwrap();
    let mut python = Command::new("python3");
    let out = python.args(["-c", MEND]).arg(&place).args([&mistyped(bad).id, &bad.id]).output();
    match out {
        Ok(out) if out.status.success() => Some(fs::read(place).unwrap()),
        _ => {
            println!("skipped: no python3 with openpyxl here");
            None
        }
    }
}

/// An office that sent a marked copy back; the good and the bad one of it.
fn sent_back() -> Option<(Office, Person, Person)> {
    let office = Office::open()?;
    let (good, bad) = (Person::clean(1), Person::clean(2));
    office.drop_dir(ENTRY, &broken_entry(&good, &bad));
    office.pass().exits(1);
    Some((office, good, bad))
}

#[track_caller]
fn both_accepted(office: &Office, good: &Person, bad: &Person) {
    let report = office.report();
    for person in [good, bad] {
        let a = applicant(&report, &person.name);
        assert_eq!((text(&a["decision"]), grave(&a)), ("accepted", vec![]));
        assert!(codes(&a).iter().all(|code| !code.starts_with("DU-")), "{a}");
    }
    let n = |key: &str| report["counts"][key].as_u64().unwrap();
    assert_eq!(n("files"), n("files_used") + n("files_ignored") + n("files_duplicate"));
}

/// Verdict and code of the file at this path.
fn fate(office: &Office, entry: &str, path: &str) -> (String, String) {
    let submission = submission(&office.report(), entry);
    let file = each(&submission["files"]).iter().find(|f| text(&f["path"]) == path).unwrap();
    (text(&file["verdict"]).to_owned(), text(&file["code"]).to_owned())
}

fn replaced() -> (String, String) {
    ("ignored".to_owned(), "IN-123".to_owned())
}

#[test]
fn a_mended_copy_beside_the_original_takes_its_place() {
    let Some((office, good, bad)) = sent_back() else { return };
    let Some(copy) = mended(&office, &bad) else { return };
    // before and after the original in the order of names
    for name in [COPY, "改好.xlsx"] {
        office.drop_file(&format!("{ENTRY}/{name}"), &copy);
        office.pass_at(LATER).exits(0);
        both_accepted(&office, &good, &bad);
        assert_eq!(fate(&office, ENTRY, "申报汇总表.xlsx"), replaced());
        let said = submission(&office.report(), ENTRY);
        let finding = each(&said["findings"]).iter().find(|f| text(&f["code"]) == "IN-123");
        let finding = finding.unwrap_or_else(|| panic!("{said}"));
        assert!(text(&finding["message"]).contains(name), "{finding}");
        assert_eq!(text(&finding["severity"]), "info");
        fs::remove_file(office.path("inbox").join(ENTRY).join(name)).unwrap();
        office.pass_at("2019-06-12T12:00:00+08:00").exits(1);
        assert_eq!(fate(&office, ENTRY, "申报汇总表.xlsx").0, "used", "the original stands again");
    }
}

#[test]
fn a_mended_copy_in_an_entry_of_its_own_takes_the_place_too() {
    let Some((office, good, bad)) = sent_back() else { return };
    let Some(copy) = mended(&office, &bad) else { return };
    office.zip(&format!("{ENTRY}补正.zip"), &Files::from([("改.xlsx".to_owned(), copy.clone())]));
    office.pass_at(LATER).exits(0);
    both_accepted(&office, &good, &bad);
    assert_eq!(fate(&office, ENTRY, "申报汇总表.xlsx"), replaced());

    // the name of the entry says nothing of the unit
    let Some((office, good, bad)) = sent_back() else { return };
    office.drop_file(COPY, &copy);
    office.pass_at(LATER).exits(0);
    both_accepted(&office, &good, &bad);
    assert_eq!(fate(&office, ENTRY, "申报汇总表.xlsx"), replaced());
}

#[test]
fn a_mended_copy_alone_is_a_roster_like_any_other() {
    let Some((office, good, bad)) = sent_back() else { return };
    let Some(copy) = mended(&office, &bad) else { return };
    fs::remove_file(office.path("inbox").join(ENTRY).join("申报汇总表.xlsx")).unwrap();
    office.drop_file(&format!("{ENTRY}/{COPY}"), &copy);
    office.pass_at(LATER).exits(0);
    both_accepted(&office, &good, &bad);
    assert!(!codes(&submission(&office.report(), ENTRY)).contains(&"IN-123"));
}

#[test]
fn whom_the_mended_copy_leaves_out_is_asked_for() {
    let Some((office, good, bad)) = sent_back() else { return };
    let copy = back(&office, COPY);
    // another original: nothing is replaced
    office.drop_file(&format!("{ENTRY}/申报汇总表.xlsx"), &roster(&[&good, &bad]));
    office.drop_file(&format!("{ENTRY}/{COPY}"), &copy);
    office.pass_at(LATER);
    assert_eq!(fate(&office, ENTRY, "申报汇总表.xlsx").0, "used");

    let Some((office, good, bad)) = sent_back() else { return };
    const CUT: &str = "import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
book['汇总表'].delete_rows(3)
book.save(sys.argv[1])";
    let place = office.path("mended.xlsx");
    fs::write(&place, back(&office, COPY)).unwrap();
    let out = Command::new("python3").args(["-c", CUT]).arg(&place).output();
    if !out.is_ok_and(|out| out.status.success()) {
        println!("skipped: no python3 with openpyxl here");
        return;
    }
    office.drop_file(&format!("{ENTRY}/{COPY}"), &fs::read(place).unwrap());
    office.pass_at(LATER).exits(1);
    let report = office.report();
    assert_eq!(text(&applicant(&report, &good.name)["decision"]), "accepted");
    assert!(codes(&applicant(&report, &bad.name)).contains(&"DU-131"));
}

#[test]
fn the_original_is_known_after_libreoffice_saved_the_copy() {
    let Some((office, good, bad)) = sent_back() else { return };
    let copy = retyped(&back(&office, COPY), &mistyped(&bad).id, &bad.id);
    let place = office.path("改好.xlsx");
    fs::write(&place, copy).unwrap();
    for ending in ["xlsx", "ods"] {
        let out = office.path(&format!("saved-{ending}"));
        let home = format!("-env:UserInstallation=file://{}", office.path("home").display());
        let mut soffice = Command::new("soffice");
        soffice.args([&home, "--headless", "--convert-to", ending, "--outdir"]);
        let ran = soffice.arg(&out).arg(&place).output();
        if !ran.is_ok_and(|ran| ran.status.success()) {
            println!("skipped: no LibreOffice here");
            return;
        }
        let name = format!("改好.{ending}");
        office.drop_file(&format!("{ENTRY}/{name}"), &fs::read(out.join(&name)).unwrap());
        office.pass_at(LATER).exits(0);
        both_accepted(&office, &good, &bad);
        assert_eq!(fate(&office, ENTRY, "申报汇总表.xlsx"), replaced());
        fs::remove_file(office.path("inbox").join(ENTRY).join(&name)).unwrap();
    }
}
