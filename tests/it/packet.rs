//! A clean applicant gets a whole packet.

use crate::office::{Office, applicant, each, grave, submission, text};
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
