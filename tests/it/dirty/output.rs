//! DD-86: what begins like a formula leaves as the text it is.

use super::UNIT;
use super::book::{Cell, Roster, person};
use crate::office::{Office, applicant, each, grave, text};
use crate::people::{Files, HEAD, Person, entry};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::Command;

/// Texts that a table program would take for formulas, one for every sign.
const SIGNS: [&str; 10] = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+2",
    "\r=1+3",
    "＝1+4",
    "＋1+5",
    "－1+6",
    "＠SUM(B1)",
];

/// A roster of these people, two signs each: in 备注 and in 公示结果.
fn roster(people: &[Person], first: usize, signs: &[&str]) -> Roster {
    let mut table = Roster { rows: vec![HEAD.map(Cell::from).to_vec()], merges: Vec::new() };
    for (n, who) in (first..).zip(people) {
        let mut row = person(n);
        row[1] = Cell::from(who.name.as_str());
        row[4] = Cell::from(who.id.as_str());
        (row[2], row[5]) = (Cell::from(""), Cell::from(""));
        table.rows.push(row);
    }
    table.set("X1", "公示结果");
    for (row, pair) in (2..).zip(signs.chunks(2)) {
        table.set(&format!("W{row}"), pair[0]).set(&format!("X{row}"), pair[1]);
    }
    table
}

/// Parts of a package by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = BTreeMap::new();
    for n in 0..zip.len() {
        let mut part = zip.by_index(n).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        out.insert(part.name().unwrap().into_owned(), String::from_utf8_lossy(&bytes).into_owned());
    }
    out
}

/// Fails when a cell of the workbook is anything but text; gives all its texts.
fn only_text(path: &str, bytes: &[u8]) -> String {
    let parts = parts(bytes);
    let sheets = parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/sheet"));
    let mut cells = 0;
    for (name, xml) in sheets {
        assert!(!xml.contains("<f>") && !xml.contains("<f "), "{path} {name} has a formula");
        for cell in xml.split("<c ").skip(1) {
            let (tag, rest) = cell.split_once('>').unwrap();
            let empty = tag.ends_with('/') || rest.starts_with("</c>");
            let is_text = tag.contains("t=\"s\"") || tag.contains("t=\"inlineStr\"");
            assert!(empty || is_text, "{path} {name}: <c {tag}>");
            cells += usize::from(!empty);
        }
    }
    assert!(cells > 0, "{path} has no cells");
    parts.get("xl/sharedStrings.xml").cloned().unwrap_or_default()
}

#[test]
fn what_begins_like_a_formula_leaves_as_text() {
    let Some(office) = Office::open() else { return };
    let people: Vec<Person> = (1..=6).map(Person::clean).collect();
    let (first, second) = people.split_at(3);
    for (unit, own, signs) in [(UNIT, first, &SIGNS[..6]), ("南通市测试三厂", second, &SIGNS[6..])]
    {
        let mut files: Files = entry(&own.iter().collect::<Vec<_>>());
        let mut table = roster(own, if unit == UNIT { 1 } else { 4 }, signs);
        if unit != UNIT {
            // the last one is asked about, so that a workbook of questions is written
            table.set("U4", "=见附件");
        }
        files.insert("申报汇总表.xlsx".to_owned(), table.xlsx());
        office.drop_dir(unit, &files);
    }
    // a table of text goes back as a workbook written anew
    let mut bad = Roster { rows: vec![HEAD.map(Cell::from).to_vec(), person(20)], merges: vec![] };
    bad.set("E2", "32060219").set("W2", "=HYPERLINK(\"http://example.invalid\")");
    office.drop_file("南通市测试二厂/申报表.csv", bad.csv(',').as_bytes());
    office.pass().exits(1);

    let report = office.report();
    for who in &people[..5] {
        let own = applicant(&report, &who.name);
        assert_eq!(text(&own["decision"]), "accepted", "{:?}", grave(&own));
    }
    let mut books = BTreeMap::new();
    for path in office.files().into_keys().filter(|path| path.ends_with(".xlsx")) {
        let bytes = std::fs::read(office.path("outbox").join(&path)).unwrap();
        books.insert(path.clone(), only_text(&path, &bytes));
    }
    let of = |folder: &str| {
        let found: String = books
            .iter()
            .filter(|(path, _)| path.contains(folder))
            .map(|(_, t)| t.as_str())
            .collect();
        assert!(!found.is_empty(), "nothing in {folder}: {:?}", books.keys());
        found
    };
    let tables = of("50-汇总");
    for sign in SIGNS {
        let sign = sign.trim();
        assert!(tables.contains(&format!(">{sign}<")), "{sign} in {tables}");
    }
    assert!(of("20-待定").contains("=见附件"));
    assert!(of("30-退回").contains("=HYPERLINK"));
    let all = each(&report["submissions"]).iter().flat_map(|s| each(&s["applicants"]));
    let remarks: Vec<&str> = all.map(|a| text(&a["record"]["apply.note"]["value"])).collect();
    assert!(remarks.contains(&"=1+1") && remarks.contains(&"-1+1"), "{remarks:?}");
    printed(&office);
}

/// On paper the signs stand as they were written.
fn printed(office: &Office) {
    let pdf = office.files().into_keys().find(|p| p.contains("50-汇总") && p.ends_with(".pdf"));
    let path = office.path("outbox").join(pdf.unwrap());
    let Ok(out) = Command::new("pdftotext").arg("-raw").arg(path).arg("-").output() else {
        println!("skipped: no pdftotext here");
        return;
    };
    let said = String::from_utf8(out.stdout).unwrap();
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let said = bare(&said);
    for sign in SIGNS {
        assert!(said.contains(&bare(sign)), "{sign:?} in {said}");
    }
}
