//! A clean applicant gets a whole packet.

use crate::office::{Office, applicant, codes, each, grave, submission, text};
use crate::people::{Person, SCAN_PAGES, entry};
use std::process::Command;

#[test]
fn a_clean_applicant_is_accepted_with_a_complete_booklet() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    let ran = office.pass();
    let report = office.report();
    let a = applicant(&report, &person.name);
    assert_eq!((text(&a["decision"]), grave(&a)), ("accepted", vec![]));
    ran.exits(0);
    assert_eq!(text(&submission(&report, "南通市测试中心")["state"]), "accepted");

    let outputs = each(&a["outputs"]);
    let booklet = outputs.iter().find(|o| text(&o["kind"]) == "booklet").unwrap();
    // a cover and a catalogue before the scans
    assert!(booklet["pages"].as_u64().unwrap() >= SCAN_PAGES + 2, "{booklet}");
    let files = office.files();
    for output in outputs {
        let published = &files[&format!("nantong-2019/{}", text(&output["path"]))];
        assert_eq!(text(&output["sha256"]), published.sha256, "{output}");
    }
    catalogue_in_order(&office, text(&booklet["path"]));
}

/// Nothing but the disk can do this to a scan that was admitted.
#[test]
fn pages_stand_in_for_a_scan_that_rotted_in_the_store() {
    let Some(office) = Office::open() else { return };
    let (person, other) = (Person::clean(1), Person::clean(2));
    office.drop_dir("南通市测试中心", &entry(&[&person, &other]));
    office.pass().exits(0);
    let booklet = |name: &str| {
        let found = applicant(&office.report(), name);
        each(&found["outputs"]).iter().find(|o| text(&o["kind"]) == "booklet").unwrap().clone()
    };
    let before = [booklet(&person.name), booklet(&other.name)];
    let path = person.scan("05技师证书");
    let first = submission(&office.report(), "南通市测试中心");
    let scan = each(&first["files"]).iter().find(|f| text(&f["path"]) == path).unwrap();
    let (folder, name) = text(&scan["sha256"]).split_at(2);
    let blob = office.path(&format!("state/blobs/{folder}/{name}"));
    std::fs::remove_file(&blob).unwrap();
    std::fs::write(&blob, b"rotten").unwrap();
    std::fs::remove_dir_all(office.root()).unwrap();
    office.pass().exits(0);
    assert!(codes(&applicant(&office.report(), &person.name)).contains(&"RD-114"));
    assert!(!codes(&applicant(&office.report(), &other.name)).contains(&"RD-114"));
    let after = [booklet(&person.name), booklet(&other.name)];
    assert_eq!(after[0]["pages"], before[0]["pages"]);
    assert_eq!(after[1]["sha256"], before[1]["sha256"]);
    let place = office.root().join(text(&after[0]["path"]));
    if let Ok(out) = Command::new("pdftotext").arg(place).arg("-").output() {
        let printed = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(printed.contains("占位页") && printed.contains("05技师证书.jpg"), "{printed}");
    }
}

/// The names of the materials stand in the catalogue in the order of the circular.
fn catalogue_in_order(office: &Office, booklet: &str) {
    let place = office.root().join(booklet);
    let Ok(out) =
        Command::new("pdftotext").args(["-l", "4", "-layout"]).arg(place).arg("-").output()
    else {
        println!("skipped: no pdftotext here");
        return;
    };
    let printed: String =
        String::from_utf8_lossy(&out.stdout).chars().filter(|c| !c.is_whitespace()).collect();
    let mut rest = printed.as_str();
    let materials = [
        "身份证复印件",
        "近5年年度考核表",
        "学历证书复印件",
        "继续教育记录合格单",
        "技师证书复印件",
        "专家推荐意见书",
        "高级技师量化考评表",
        "申报单位综合评价表",
        "推荐情况说明",
        "论文1篇",
        "财务管理工作经历",
        "业绩总结",
    ];
    for name in materials {
        let (_, after) = rest.split_once(name).unwrap_or_else(|| panic!("{name} in {printed}"));
        rest = after;
    }
}
