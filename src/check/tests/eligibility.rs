//! The rules of the Nantong circular, one by one: NT-03 to NT-11, materials and photo.

use super::super::Decision::{Accepted, Held, Returned};
use super::super::fixture::*;
use crate::diag::{Finding, Severity};
use crate::normalize::{Source, Value};
use std::collections::BTreeSet;

#[test]
fn a_clean_applicant_passes_without_a_question() {
    let j = broken(|_| {});
    expect(&j, &[], Accepted);
    assert!(j.questions.is_empty() && j.findings.iter().all(|f| !f.needs_person));
    assert_eq!(codes(&j), ["RT-101"]);
    let lines: Vec<&str> = j.check_lines.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(lines, ["EL-125", "EL-132", "EL-134", "EL-134", "FD-107", "MT-132", "MT-133"]);
    assert_eq!(j.record["person.staffed"].source, Source::Presumed);
    assert_eq!(j.record["papers.count"].value, Some(Value::Int(1)));
    assert!(j.applicable.contains(&"cashier_exp".to_owned()));
    assert!(!j.applicable.contains(&"licence".to_owned()));
}

#[test]
fn nt03_the_issuer_must_be_the_province() {
    let j = broken(|a| set(a, "cert.issuer", text("南通市人社局")));
    expect(&j, &["EL-110"], Returned);
    assert!(
        j.findings[0]
            .message
            .contains("江苏省人力资源和社会保障厅颁发的《江苏省机关事业单位技师证书》")
    );
    assert_eq!(j.findings[0].clause, "一(一)");
    expect(&broken(|a| set(a, "cert.issuer", text("江苏省人事厅"))), &[], Accepted);
    expect(&broken(|a| set(a, "post.level", text("高级工"))), &["EL-110"], Returned);
}

#[test]
fn nt04_certificate_by_2015() {
    for ok in ["2015-11-30", "2015-12-31", "2015", "2015-12"] {
        expect(&broken(|a| set(a, "cert.date", date(ok))), &[], Accepted);
    }
    for late in ["2016-01-01", "2016", "2017-11"] {
        expect(&broken(|a| set(a, "cert.date", date(late))), &["EL-111"], Returned);
    }
}

#[test]
fn nt05_in_post_until_may_2020() {
    // retires 2020-05: fails; 2020-06: passes
    let born = |birth: &'static str, sex: &'static str| {
        broken(move |a| {
            set(a, "person.birth", date(birth));
            set(a, "person.id_no", text("x"));
            set(a, "person.sex", text(sex));
        })
    };
    expect(&born("1960-05", "男"), &["EL-112"], Returned);
    expect(&born("1960-06", "男"), &[], Accepted);
    let woman = born("1968-03", "女");
    expect(&woman, &[], Accepted);
    assert!(has(&woman, "EL-113"));
    expect(&born("1970-06", "女"), &[], Accepted);
    expect(&born("1965-05", "女"), &["EL-112"], Returned);
    let outside = broken(|a| set(a, "person.staffed", Value::Bool(false)));
    expect(&outside, &["EL-114"], Returned);
}

#[test]
fn nt06_trade_in_scope_and_own_post() {
    let j = broken(|a| set(a, "post.trade", text("电工")));
    expect(&j, &["SC-102"], Returned);
    let alias = broken(|a| set(a, "apply.trade", text("收银")));
    expect(&alias, &[], Accepted);
    assert!(has(&alias, "SC-113"));
    let unlisted = broken(|a| {
        set(a, "apply.trade", text("收银审计"));
        set(a, "post.trade", text("收银审计"));
    });
    expect(&unlisted, &[], Accepted);
    assert!(has(&unlisted, "SC-114") && has(&unlisted, "QT-106"));
    let told = unlisted.findings.iter().find(|f| f.code.as_str() == "SC-114").unwrap();
    assert!(told.message.contains("最接近：收银审核"), "{}", told.message);
    let moved = broken(|a| set(a, "apply.transferred", Value::Bool(true)));
    expect(&moved, &["MT-103"], Returned);
    assert_eq!(moved.findings[0].message, "因转岗需补充材料（5）：转岗前的技师证书");
    assert!(has(&moved, "SC-103"));
    let level = broken(|a| set(a, "apply.level", text("技师")));
    assert!(has(&level, "SC-121") && level.decision == Returned);
}

#[test]
fn nt08_five_years_of_appraisal() {
    let j = broken(|a| {
        set(a, "appraisal.2016", text("基本合格"));
        set(a, "appraisal.2017", text("不合格"));
    });
    expect(&j, &["EL-121", "EL-121"], Returned);
    assert!(
        j.findings.iter().any(|f| f.message == "2016 年度考核为\"基本合格\"，不符合\"合格及以上\"")
    );
    let blank = broken(|a| {
        a.record.remove("appraisal.2015");
    });
    expect(&blank, &[], Held);
    assert_eq!(blank.questions[0].id, "appraisal");
    assert!(blank.findings.iter().any(|f| f.message.contains("2015年度考核")));
    let excused = broken(|a| set(a, "appraisal.2015", text("免考核")));
    expect(&excused, &[], Held);
}

#[test]
fn an_answer_settles_what_was_open() {
    let mut a = person("张三", "11010519491231002X");
    a.record.remove("appraisal.2015");
    let yes = judged_with(a.clone(), &[("appraisal", "符合")]);
    expect(&yes, &[], Accepted);
    let no = judged_with(a.clone(), &[("appraisal", "不符合")]);
    expect(&no, &["EL-121"], Returned);
    expect(&judged_with(a, &[("appraisal", "再看看")]), &[], Held);
}

#[test]
fn an_error_on_the_fact_speaks_alone() {
    let j = broken(|a| {
        unreadable(a, "education.rank", "博土");
        let at = a.record["education.rank"].origin.clone();
        a.findings.push(Finding::new("FD-131", at).field("education.rank").build());
    });
    expect(&j, &["FD-131"], Returned);
    assert!(!has(&j, "EL-199") && j.questions.is_empty());
}

#[test]
fn nt09_education_or_special_certificate() {
    for ok in ["大学专科", "大学本科", "研究生"] {
        expect(&broken(|a| set(a, "education.rank", text(ok))), &[], Accepted);
    }
    expect(&broken(|a| set(a, "education.rank", text("中专"))), &["EL-122"], Returned);
    let special = broken(|a| {
        set(a, "education.rank", text("高中"));
        set(a, "education.special_cert", Value::Bool(true));
    });
    expect(&special, &[], Accepted);
    let unknown = broken(|a| set(a, "education.rank", text("党校大专")));
    expect(&unknown, &[], Held);
    assert_eq!(unknown.questions[0].id, "education");
}

#[test]
fn nt10_training_2018() {
    let j = broken(|a| set(a, "training.passed_years", Value::Years(BTreeSet::from([2017]))));
    expect(&j, &["EL-123"], Returned);
    assert_eq!(j.findings[0].message, "缺少 2018 年继续教育合格证明");
}

#[test]
fn nt11_one_paper_after_the_certificate() {
    let early = broken(|a| set(a, "papers.1.date", date("2009-01")));
    expect(&early, &["EL-124"], Returned);
    assert!(early.findings[0].message.contains("发表于 2009-01"), "{}", early.findings[0].message);
    expect(&broken(|a| set(a, "papers.1.date", date("2010-11"))), &[], Accepted);
    let blank = broken(|a| unreadable(a, "papers.1.date", ""));
    expect(&blank, &[], Accepted);
    assert!(has(&blank, "EL-125"));
    let none = broken(|a| set(a, "papers.count", Value::Int(0)));
    expect(&none, &["EL-124"], Returned);
    let no_scan = broken(|a| a.materials.retain(|m| m.id != "paper"));
    expect(&no_scan, &["MT-101"], Returned);
}

#[test]
fn missing_materials_and_parts() {
    let without = |id: &'static str| broken(move |a| a.materials.retain(|m| m.id != id));
    expect(&without("cert"), &["MT-101"], Returned);
    expect(&without("cashier_exp"), &["MT-103"], Returned);
    expect(&without("experts"), &["EL-131", "MT-101"], Returned);
    expect(&without("recommend"), &["EL-133", "MT-101"], Returned);
    let summary = without("aux_summary");
    expect(&summary, &[], Accepted);
    assert!(has(&summary, "MT-104"));
    let drop = |id: &'static str, path: &'static str| {
        broken(move |a| {
            let m = a.materials.iter_mut().find(|m| m.id == id).unwrap();
            m.files.retain(|f| f.path != path);
        })
    };
    let year = drop("appraisals", "02 2015年度考核表.pdf");
    expect(&year, &["MT-102"], Returned);
    assert!(
        year.findings[0].message.contains("年度考核表（2015 年度）"),
        "{}",
        year.findings[0].message
    );
    expect(&drop("paper", "paper1.pdf"), &["MT-102"], Returned);
    let letter = drop("experts", "信2");
    expect(&letter, &["EL-131"], Returned);
    assert_eq!(letter.findings[0].message, "专家推荐意见 1 份，应为 2 份");
    expect(&drop("experts", "证1"), &["MT-102"], Returned);
    expect(&drop("recommend", "recommend1.pdf"), &["EL-133"], Returned);
    expect(&broken(|a| a.materials[0].files[0].sides = 1), &["MT-102"], Returned);
    let range = broken(|a| {
        a.materials[1].files =
            vec![file("2014-2018.pdf", Some(0), &[2014, 2015, 2016, 2017, 2018])];
    });
    expect(&range, &[], Accepted);
}

#[test]
fn a_scan_of_blank_pages_is_no_material() {
    let swap = |id: &'static str, at: usize, pages: &'static [bool]| {
        broken(move |a| {
            let m = a.materials.iter_mut().find(|m| m.id == id).unwrap();
            m.files[at] = scanned(m.files[at].clone(), pages);
        })
    };
    let whole = swap("cert", 0, &[true]);
    expect(&whole, &["MT-101"], Returned);
    assert!(whole.findings[0].message.contains("空白页"), "{}", whole.findings[0].message);
    let year = swap("appraisals", 1, &[true, true]);
    expect(&year, &["MT-102"], Returned);
    let said = &year.findings[0].message;
    assert!(said.contains("2015 年度") && said.contains("空白页"), "{said}");
    expect(&swap("experts", 0, &[true]), &["EL-131"], Returned);
    // the blank back of a sheet is no fault
    expect(&swap("cert", 0, &[false, true]), &[], Accepted);
}

#[test]
fn no_scan_at_all_is_said_once() {
    let j = broken(|a| {
        a.materials.clear();
        a.photo = None;
        a.has_scans = false;
    });
    expect(&j, &["MT-131"], Returned);
    assert_eq!(j.findings[0].message, "未收到 张三 的任何材料扫描件");
}

#[test]
fn one_document_of_everything_is_asked_about() {
    let mut a = person("张三", "11010519491231002X");
    a.materials.clear();
    a.whole.push(file("全部材料.pdf", None, &[]));
    let j = judged(a.clone());
    expect(&j, &[], Held);
    assert!(has(&j, "MT-112") && j.questions.len() == 1);
    assert!(
        j.findings
            .iter()
            .filter(|f| f.code.as_str() == "MT-101")
            .all(|f| f.severity == Severity::Warn && f.needs_person)
    );
    expect(&judged_with(a.clone(), &[("MT-112", "是")]), &[], Accepted);
    assert_eq!(judged_with(a, &[("MT-112", "否")]).decision, Returned);
}

#[test]
fn refused_files_send_back() {
    let j = broken(|a| a.refused.push(file("05技师证书（2）.pdf", None, &[])));
    expect(&j, &["MT-141"], Returned);
    let broken_photo = broken(|a| {
        a.photo = None;
        a.refused.push(file("照片.jpg", None, &[]));
    });
    expect(&broken_photo, &["MT-141", "PH-105"], Returned);
}

#[test]
fn old_supporting_papers_are_noticed() {
    let j = broken(|a| {
        a.materials.push(crate::normalize::FiledMaterial {
            id: "aux_awards".to_owned(),
            files: vec![file("2008年表彰.jpg", None, &[2008])],
        });
    });
    expect(&j, &[], Accepted);
    assert!(has(&j, "MT-121") && j.check_lines.iter().any(|f| f.code.as_str() == "MT-122"));
}

#[test]
fn photo_rules() {
    let with =
        |bytes, kind: &'static str, w, h| broken(move |a| a.photo = Some(photo(bytes, kind, w, h)));
    expect(&with(20_000, "jpeg", 413, 579), &[], Accepted);
    assert!(!has(&with(20_000, "jpeg", 413, 579), "PH-104"));
    assert!(has(&with(20_001, "jpeg", 413, 579), "PH-104"));
    expect(&with(20_480, "jpeg", 413, 579), &[], Accepted);
    expect(&with(20_481, "jpeg", 413, 579), &["PH-103"], Returned);
    expect(&with(9_000, "png", 413, 579), &["PH-102"], Returned);
    assert!(has(&with(9_000, "jpeg", 500, 500), "PH-111"));
    assert!(has(&with(9_000, "jpeg", 110, 150), "PH-112"));
    expect(&broken(|a| a.photo = None), &["PH-101"], Returned);
}
