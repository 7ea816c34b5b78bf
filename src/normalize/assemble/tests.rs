//! Files find their person and material.

use super::testkit::*;
use super::*;
use crate::diag::Severity;
use crate::normalize::Verdict;
use crate::read::{PageInfo, ScanKind};

fn run(rows: Vec<crate::normalize::Row>, files: &[&str]) -> Submission {
    let files = files.iter().map(|path| file(path)).collect();
    assemble(&[chain(filing("某单位", 11, rows, files))], &pack()).remove(0)
}

fn used_as(submission: &Submission, path: &str) -> (Verdict, String, String) {
    let file = submission.files.iter().find(|f| f.path == path).unwrap();
    let text = |o: &Option<String>| o.clone().unwrap_or_default();
    (file.verdict, text(&file.used_as), text(&file.code))
}

fn owned(files: &[&str], name: &str) -> Vec<String> {
    let rows = vec![row("张三", &id(1)), row("张三丰", &id(2)), row("阿不都·热西提", &id(3))];
    let submission = run(rows, files);
    let applicant = find(std::slice::from_ref(&submission), name);
    let files = applicant.materials.iter().flat_map(|m| &m.files).chain(&applicant.photo);
    files.map(|f| f.path.clone()).collect()
}

#[test]
fn folders_name_their_person() {
    for path in [
        "张三/05技师证书.jpg",
        "01张三（电工）/05.jpg",
        "1、张 三/05.jpg",
        "某单位/01-张三/05技师证书.jpg",
        "电工张三/05.jpg",
        "张三材料/05.jpg",
        &format!("张三{}/05.jpg", id(1)),
        &format!("{}/05.jpg", id(1).to_lowercase()),
        &format!("{}张三/05.jpg", id(1)),
    ] {
        assert_eq!(owned(&[path], "张三"), [path], "{path}");
        assert!(owned(&[path], "张三丰").is_empty(), "{path}");
    }
    assert_eq!(owned(&["02张三丰/05.jpg"], "张三丰").len(), 1);
    assert!(owned(&["02张三丰/05.jpg"], "张三").is_empty(), "part of a longer name");
    assert_eq!(owned(&["阿不都•热西提（电工）/05.jpg"], "阿不都·热西提").len(), 1);
    assert!(owned(&["小张三强/05.jpg"], "张三").is_empty(), "not bounded");
}

#[test]
fn flat_files_name_their_person() {
    for path in [
        "张三-身份证.jpg",
        "张三_身份证.jpg",
        "张三身份证.jpg",
        "01张三身份证.jpg",
        "张三（电工）-01.jpg",
        "身份证-张三.jpg",
        "身份证/张三.jpg",
        &format!("张三{}身份证.jpg", id(1)),
        &format!("{}-身份证.jpg", id(1)),
        &format!("{}张三-01.jpg", id(1)),
    ] {
        let submission = run(vec![row("张三", &id(1))], &[path]);
        assert_eq!(paths(&submission.applicants[0], "id_card"), [path], "{path}");
    }
    assert!(owned(&["专家张三推荐意见书.pdf"], "张三").is_empty());
}

#[test]
fn the_old_form_of_an_id_names_its_owner() {
    let id = id(1);
    let old: String =
        id.chars().enumerate().filter(|(i, _)| !matches!(i, 6 | 7 | 17)).map(|(_, c)| c).collect();
    assert_eq!(owned(&[&format!("{old}/05.jpg")], "张三").len(), 1);
}

#[test]
fn an_id_number_outweighs_a_name() {
    let path = format!("张三/{}-05技师证书.jpg", id(2));
    assert_eq!(owned(&[&path], "张三丰"), [path]);
}

#[test]
fn two_people_of_one_name_need_an_id_number() {
    let rows = || vec![row("张三", &id(1)), row("张三", &id(2))];
    let submission = run(rows(), &["张三/05.jpg", "张三/01.jpg"]);
    assert_eq!(used_as(&submission, "张三/05.jpg").0, Verdict::Ignored);
    assert_eq!(used_as(&submission, "张三/05.jpg").2, "DU-112");
    assert_eq!(codes(&submission.findings), ["DU-112"], "once per folder");
    assert!(submission.applicants.iter().all(|a| codes(&a.findings) == ["DU-112"]));
    let path = format!("张三{}/05.jpg", id(2));
    let submission = run(rows(), &[&path]);
    assert!(submission.findings.is_empty());
    assert_eq!(submission.applicants.iter().filter(|a| a.has_scans).count(), 1);
}

#[test]
fn one_name_in_two_units_is_told_by_the_folder_of_the_unit() {
    let rows = vec![
        with(row("张三", &id(1)), "unit.name", "第一中学"),
        with(row("张三", &id(2)), "unit.name", "第二中学"),
    ];
    let submission = run(rows, &["第二中学/张三/05.jpg"]);
    let second = submission.applicants.iter().find(|a| a.unit == "第二中学").unwrap();
    assert_eq!(paths(second, "cert"), ["第二中学/张三/05.jpg"]);
    assert!(submission.findings.is_empty());
}

#[test]
fn folders_of_nobody_are_named_once() {
    let submission = run(
        vec![row("张三", &id(1))],
        &["汇总表.xlsx", "张三/05.jpg", "李四/05.jpg", "李四/论文/封面.jpg", "公示.pdf"],
    );
    assert_eq!(codes(&submission.findings), ["IN-117"]);
    assert_eq!(submission.findings[0].origin.path, "李四");
    assert_eq!(used_as(&submission, "李四/论文/封面.jpg").2, "IN-117");
    let paper = (Verdict::Used, "unit-paper".to_owned(), String::new());
    assert_eq!(used_as(&submission, "公示.pdf"), paper);
}

#[test]
fn unit_papers_never_go_to_a_person() {
    let paths = ["单位材料/张三推荐意见.pdf", "单位材料/备案表.jpg"];
    let submission = run(vec![row("张三", &id(1))], &paths);
    for path in paths {
        assert_eq!(used_as(&submission, path).1, "unit-paper");
    }
    assert!(!submission.applicants[0].has_scans);
    assert!(submission.findings.is_empty());
}

#[test]
fn an_entry_without_anybody_is_told() {
    let submission = run(Vec::new(), &["IMG_2034.jpg", "李四/a.jpg"]);
    assert_eq!(codes(&submission.findings), ["MT-111", "IN-117", "IN-118"]);
    assert_eq!(submission.findings[2].severity, Severity::Error);
    let submission = run(Vec::new(), &["汇总表.xlsx"]);
    assert_eq!(codes(&submission.findings), ["IN-118"]);
    assert_eq!(submission.findings[0].severity, Severity::Warn);
}

#[test]
fn files_that_are_no_scans_are_ignored_by_name() {
    let mut odd = file("张三/说明.exe");
    odd.verdict = Verdict::Used;
    let files = vec![odd, file("张三/说明.docx"), file("Thumbs.db"), file("~$表.docx")];
    let rows = vec![row("张三", &id(1))];
    let submission = assemble(&[chain(filing("某单位", 11, rows, files))], &pack()).remove(0);
    assert_eq!(used_as(&submission, "张三/说明.exe").2, "IN-111");
    assert_eq!(used_as(&submission, "张三/说明.docx").2, "MT-111");
    assert_eq!(codes(&submission.findings), ["IN-111", "MT-111"], "litter is not told");
    assert!(submission.files.iter().all(|f| f.verdict == Verdict::Ignored));
}

#[test]
fn an_unnamed_scan_is_ignored_and_told() {
    let submission = run(vec![row("张三", &id(1))], &["张三/IMG_2034.jpg"]);
    assert_eq!(used_as(&submission, "张三/IMG_2034.jpg").2, "MT-111");
    assert_eq!(codes(&submission.applicants[0].findings), ["MT-111"]);
    assert!(submission.applicants[0].has_scans, "something of the person was found");
    assert!(submission.applicants[0].materials.is_empty());
}

#[test]
fn everything_in_one_pdf_asks_a_person() {
    let submission = run(vec![row("张三", &id(1))], &["张三-全部材料.pdf", "张三-证件照片.jpg"]);
    let applicant = &submission.applicants[0];
    assert!(
        applicant.whole.len() == 1 && applicant.photo.is_some() && applicant.materials.is_empty()
    );
    assert_eq!(codes(&applicant.findings), ["MT-112"]);
    assert_eq!(used_as(&submission, "张三-全部材料.pdf").0, Verdict::Held);
}

#[test]
fn photos_are_told_by_word_or_id_number() {
    let own = format!("{}.jpg", id(1));
    for path in ["张三/2寸照片.jpg", "张三-照片.png", &own, &format!("张三/{own}")] {
        let submission = run(vec![row("张三", &id(1))], &[path]);
        let photo = submission.applicants[0].photo.as_ref();
        assert_eq!(photo.map(|p| p.path.as_str()), Some(path));
        assert_eq!(used_as(&submission, path).1, "photo");
    }
    let submission = run(vec![row("张三", &id(1))], &["张三/照片.pdf"]);
    assert!(submission.applicants[0].photo.is_none());
}

#[test]
fn photos_of_nobody_are_told_and_are_no_unit_papers() {
    for path in ["照片/DSC0012.jpg", "照片3.jpg"] {
        let submission = run(vec![row("张三", &id(1))], &["张三/05.jpg", path]);
        assert_eq!(codes(&submission.findings), ["PH-133"], "{path}");
        let (verdict, used_as, code) = used_as(&submission, path);
        assert_eq!((verdict, used_as.as_str(), code.as_str()), (Verdict::Ignored, "", "PH-133"));
    }
    let submission = run(vec![row("张三", &id(1))], &["张三/05.jpg", "照片/张三.jpg"]);
    assert!(submission.findings.is_empty());
}

#[test]
fn a_name_that_says_nothing_is_no_unit_paper() {
    let paths = ["张三/05.jpg", "DSC001.jpg", "公示说明.jpg"];
    let submission = run(vec![row("张三", &id(1))], &paths);
    assert_eq!(codes(&submission.findings), ["MT-111"]);
    assert_eq!(used_as(&submission, "DSC001.jpg").0, Verdict::Ignored);
    assert_eq!(used_as(&submission, "公示说明.jpg").1, "unit-paper");
}

#[test]
fn a_folder_that_tells_the_material_is_named() {
    let submission = run(vec![row("张三", &id(1))], &["技师证书/张三.jpg", "张三/05.jpg"]);
    let told = &submission.applicants[0].findings;
    assert_eq!(codes(told), ["MT-113"]);
    assert_eq!(told[0].origin.path, "技师证书/张三.jpg");
}

#[test]
fn of_two_photos_the_jpeg_is_taken() {
    let submission = run(vec![row("张三", &id(1))], &["张三/照片.png", "张三/证件照.jpg"]);
    let applicant = &submission.applicants[0];
    assert_eq!(applicant.photo.as_ref().unwrap().path, "张三/证件照.jpg");
    assert_eq!(codes(&applicant.findings), ["PH-134"]);
    assert_eq!(used_as(&submission, "张三/照片.png").0, Verdict::Ignored);
}

#[test]
fn refused_files_go_with_their_person() {
    let files = vec![refused("张三/05技师证书.jpg"), refused("张三/照片.jpg"), refused("表.xls")];
    let rows = vec![row("张三", &id(1))];
    let submission = assemble(&[chain(filing("某单位", 11, rows, files))], &pack()).remove(0);
    let applicant = &submission.applicants[0];
    assert_eq!(applicant.refused.len(), 2);
    assert_eq!(codes(&applicant.findings), ["MT-141", "PH-105"]);
    assert!(applicant.has_scans && applicant.photo.is_none());
    let held = (Verdict::Held, "cert".to_owned(), "MT-141".to_owned());
    assert_eq!(used_as(&submission, "张三/05技师证书.jpg"), held);
}

#[test]
fn findings_of_the_reader_go_to_the_person() {
    let mut scan = file("张三/05技师证书.jpg");
    scan.findings.push(Finding::new("MT-143", crate::diag::Origin::page(&scan.path, 1)).build());
    let mut photo = file("张三/照片.jpg");
    photo.findings = scan.findings.clone();
    let rows = vec![row("张三", &id(1))];
    let submission =
        assemble(&[chain(filing("某单位", 11, rows, vec![scan, photo]))], &pack()).remove(0);
    assert_eq!(codes(&submission.applicants[0].findings), ["MT-143"], "a photo is no page");
}

#[test]
fn materials_stand_in_the_order_of_the_pack() {
    let submission = run(
        vec![row("张三", &id(1))],
        &[
            "张三/10论文正文.pdf",
            "张三/10论文封面.jpg",
            "张三/02 2015年度考核表.jpg",
            "张三/02 2014年度考核表.jpg",
            "张三/06专家职称证书（一）.jpg",
            "张三/06专家职称证书（二）.jpg",
            "张三/06专家推荐意见书（二）.jpg",
            "张三/06专家推荐意见书（一）.jpg",
        ],
    );
    let applicant = &submission.applicants[0];
    let ids: Vec<&str> = applicant.materials.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["appraisals", "experts", "paper"]);
    let years: Vec<_> = applicant.materials[0].files.iter().flat_map(|f| &f.years).collect();
    assert_eq!(years, [&2014, &2015]);
    let parts: Vec<_> = applicant.materials[1].files.iter().map(|f| f.part).collect();
    assert_eq!(parts, [Some(0), Some(0), Some(1), Some(1)]);
    assert_eq!(paths(applicant, "paper"), ["张三/10论文封面.jpg", "张三/10论文正文.pdf"]);
}

#[test]
fn a_pdf_of_two_pages_shows_both_sides() {
    let mut card = file("张三/身份证正面.pdf");
    let page = PageInfo { width_pt: 1.0, height_pt: 1.0, rotate: 0, blank: false, dpi: None };
    card.scan.as_mut().unwrap().pages.push(page);
    let rows = vec![row("张三", &id(1))];
    let submission = assemble(&[chain(filing("某单位", 11, rows, vec![card]))], &pack()).remove(0);
    assert_eq!(submission.applicants[0].materials[0].files[0].sides, 2);
    assert_eq!(submission.files[0].pages, Some(2));
}

/// The example inbox lies beside the repository of its makers; without it there is nothing to do.
#[test]
fn the_example_inbox_is_sorted_as_its_truth_says() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let near = ["../shared/sample/truth.json", "../../shared/sample/truth.json"];
    let text = near.iter().find_map(|path| std::fs::read_to_string(root.join(path)).ok());
    let Some(text) = text else { return };
    let truth: serde_json::Value = serde_json::from_str(&text).unwrap();
    let pack = pack();
    let mut seen = 0;
    for entry in truth["submissions"].as_array().unwrap() {
        let (Some(people), Some(files)) =
            (entry["applicants"].as_array(), entry["files"].as_array())
        else {
            continue;
        };
        let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
        let rows = people.iter().map(|p| row(&text(&p["name"]), &text(&p["id_full"]))).collect();
        let files: Vec<_> = files.iter().map(|f| file(&text(&f["path"]))).collect();
        let submission =
            assemble(&[chain(filing(&text(&entry["source"]), 11, rows, files))], &pack).remove(0);
        for want in entry["files"].as_array().unwrap().iter().filter(|f| f["soft"] != true) {
            let (verdict, used, _) = used_as(&submission, &text(&want["path"]));
            let word = serde_json::to_value(verdict).unwrap();
            assert!(want["verdict"].as_array().unwrap().contains(&word), "{want}");
            let fits = |a: &Vec<serde_json::Value>| a.contains(&serde_json::json!(used));
            assert!(want["as_"].as_array().is_none_or(fits), "{want} not {used}");
            seen += 1;
        }
        for person in people {
            let applicant = find(std::slice::from_ref(&submission), &text(&person["name"]));
            for (material, want) in person["materials"].as_object().unwrap() {
                let got = if material == "photo" {
                    applicant.photo.iter().map(|p| p.path.as_str()).collect()
                } else {
                    paths(applicant, material)
                };
                let want: Vec<String> = want.as_array().unwrap().iter().map(&text).collect();
                let mut got: Vec<&str> = got;
                let mut want: Vec<&str> = want.iter().map(String::as_str).collect();
                got.sort_unstable();
                want.sort_unstable();
                assert_eq!(got, want, "{material}");
            }
        }
    }
    assert!(seen > 100, "only {seen} files compared");
}

#[test]
fn images_of_every_kind_count_as_scans() {
    for (path, kind) in [("张三/05.tif", ScanKind::Tiff), ("张三/05.PNG", ScanKind::Png)] {
        let submission = run(vec![row("张三", &id(1))], &[path]);
        let filed = &submission.applicants[0].materials[0].files[0];
        assert_eq!(filed.scan.as_ref().unwrap().kind, kind);
    }
}
