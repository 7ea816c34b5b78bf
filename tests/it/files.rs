//! Every PDF of an outbox is sound, has the pages the manifest says, and ours are PDF/A-2b.

use crate::office::{Office, applicant, codes, each, text};
use crate::people::{Person, entry};
use std::process::Command;

/// What a tool says about a file; `None` when the tool is not here.
fn told(program: &str, args: &[&str], path: &std::path::Path) -> Option<(bool, String)> {
    let Ok(out) = Command::new(program).args(args).arg(path).output() else {
        println!("skipped: no {program} here");
        return None;
    };
    let text = [out.stdout, out.stderr].concat();
    Some((out.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

#[test]
fn every_pdf_is_sound_and_has_its_pages() {
    let Some(office) = Office::open() else { return };
    let (good, mut bad) = (Person::clean(1), Person::clean(2));
    bad.id = "320602197502120000".to_owned();
    office.drop_dir("南通市测试中心", &entry(&[&good, &bad]));
    office.pass().exits(1);
    let manifest = std::fs::read(office.root().join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let pdfs: Vec<_> =
        each(&manifest["files"]).iter().filter(|f| text(&f["path"]).ends_with(".pdf")).collect();
    let kinds: Vec<&str> = pdfs.iter().map(|f| text(&f["kind"])).collect();
    for kind in ["approval", "bag_cover", "booklet", "check_sheet", "notice", "receipt", "summary"]
    {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    for file in pdfs {
        let path = office.root().join(text(&file["path"]));
        let Some((sound, said)) = told("qpdf", &["--check"], &path) else { return };
        assert!(sound, "{file}: {said}");
        let Some((_, said)) = told("pdfinfo", &[], &path) else { return };
        let pages = said.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim();
        assert_eq!(file["pages"].to_string(), pages, "{file}");
        if text(&file["kind"]) != "booklet" {
            let Some((_, meta)) = told("pdfinfo", &["-meta"], &path) else { return };
            assert!(
                meta.contains("<pdfaid:part>2<") && meta.contains("<pdfaid:conformance>B<"),
                "{file}: {meta}"
            );
        }
    }
    let report = office.report();
    for output in each(&applicant(&report, &good.name)["outputs"]) {
        let path = text(&output["path"]);
        let listed = each(&manifest["files"]).iter().find(|f| text(&f["path"]) == path).unwrap();
        assert_eq!(output["pages"], listed["pages"], "{path}");
    }
}

#[test]
fn a_character_the_form_font_lacks_is_told_and_printed() {
    let Some(office) = Office::open() else { return };
    let (plain, mut rare) = (Person::clean(1), Person::clean(2));
    rare.name = "缪忞".to_owned();
    office.drop_dir("南通市测试中心", &entry(&[&plain, &rare]));
    office.pass().exits(0);
    let report = office.report();
    let (plain, rare) = (applicant(&report, &plain.name), applicant(&report, &rare.name));
    assert!(!codes(&plain).contains(&"RD-103"), "{:?}", codes(&plain));
    let found = each(&rare["findings"]).iter().find(|f| text(&f["code"]) == "RD-103");
    assert!(text(&found.unwrap()["message"]).contains("U+5FDE"), "{found:?}");
    // a second pass keeps the papers and what was noticed about them
    office.drop_file("另一单位.xls", b"no workbook");
    office.pass().exits(1);
    let again = applicant(&office.report(), "缪忞");
    assert!(codes(&again).contains(&"RD-103"), "{:?}", codes(&again));
}
