//! The rules of the Nantong circular, one by one.

use super::Decision::{Accepted, Held, Returned};
use super::fixture::*;
use crate::diag::{Finding, Severity};
use crate::intake::Witness;
use crate::normalize::{Source, Value};
use std::collections::BTreeSet;

#[test]
fn a_clean_applicant_passes_without_a_question() {
    let j = broken(|_| {});
    expect(&j, &[], Accepted);
    assert!(j.questions.is_empty() && j.findings.iter().all(|f| !f.needs_person));
    assert_eq!(codes(&j), ["RT-101"]);
    let lines: Vec<&str> = j.check_lines.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(lines, ["EL-125", "EL-132", "FD-107", "MT-132", "MT-133"]);
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
    expect(&moved, &["MT-102"], Returned);
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

fn with_claim(
    items: &[&str],
    change: impl FnOnce(&mut crate::normalize::Applicant),
) -> super::Judgement {
    broken(|a| {
        set(a, "education.rank", text("高中"));
        set(a, "apply.exception", claim(items));
        a.materials.push(crate::normalize::FiledMaterial {
            id: "aux_exception".to_owned(),
            files: vec![file("破格申请.pdf", None, &[])],
        });
        change(a);
    })
}

fn honours(rank: Option<&str>) -> Value {
    Value::Merits(vec![merit("劳动模范", rank, Some("劳动模范"), None)])
}

fn contest(rank: &str, place: u32) -> Value {
    Value::Merits(vec![merit("技能竞赛", Some(rank), None, Some(place))])
}

#[test]
fn nt12_13_an_honour_lifts_education_only() {
    let j = with_claim(&["A1"], |a| set(a, "honours", honours(Some("市级"))));
    expect(&j, &[], Accepted);
    assert!(has(&j, "EX-101") && has(&j, "EX-111") && !has(&j, "EL-122"));
    expect(
        &with_claim(&["A1"], |a| set(a, "honours", honours(Some("县级")))),
        &["EL-122", "EX-103"],
        Returned,
    );
    let unknown = with_claim(&["A1"], |a| set(a, "honours", honours(None)));
    expect(&unknown, &[], Held);
    assert_eq!(unknown.questions[0].id, "EX-104:A1");
    let late = with_claim(&["A1"], |a| {
        set(a, "honours", honours(Some("省部级")));
        set(a, "cert.date", date("2017"));
    });
    expect(&late, &["EL-111"], Returned);
}

#[test]
fn nt14_contest_places() {
    for (rank, place, ok) in [
        ("省部级", 4, true),
        ("省部级", 6, true),
        ("省部级", 7, false),
        ("省部级", 3, false),
        ("市级", 2, true),
        ("市级", 3, true),
        ("市级", 1, false),
    ] {
        let j = with_claim(&["A2"], |a| set(a, "contests", contest(rank, place)));
        assert_eq!(j.decision == Accepted, ok, "{rank} {place}");
        assert_eq!(has(&j, "EX-103"), !ok, "{rank} {place}");
    }
}

#[test]
fn nt15_title() {
    expect(&with_claim(&["A3"], |a| set(a, "title.rank", text("中级"))), &[], Accepted);
    expect(
        &with_claim(&["A3"], |a| set(a, "title.rank", text("初级"))),
        &["EL-122", "EX-103"],
        Returned,
    );
}

#[test]
fn nt16_all_three_legs() {
    let legs = |years: i64, birth: &'static str, coached: i64| {
        with_claim(&["A4"], move |a| {
            set(a, "service.trade_years", Value::Months(years * 12));
            set(a, "person.birth", date(birth));
            set(a, "person.id_no", text("y"));
            set(a, "coached.top10_city", Value::Int(coached));
        })
    };
    let j = legs(25, "1974-06-13", 3);
    expect(&j, &[], Accepted);
    assert!(has(&j, "EX-107"));
    for bad in [legs(24, "1970-01", 3), legs(25, "1974-06-14", 3), legs(25, "1970-01", 2)] {
        expect(&bad, &["EL-122", "EX-103"], Returned);
    }
    // born in the month of the base date, day unknown
    expect(&legs(25, "1974-06", 3), &[], Held);
}

#[test]
fn nt17_to_19_b_lifts_the_year_too() {
    let late = |item: &'static str, fact: &'static str, value: Value| {
        with_claim(&[item], move |a| {
            set(a, "cert.date", date("2017"));
            set(a, fact, value);
        })
    };
    expect(&late("B1", "honours", honours(Some("省部级"))), &[], Accepted);
    expect(
        &late("B1", "honours", honours(Some("市级"))),
        &["EL-111", "EL-122", "EX-103"],
        Returned,
    );
    expect(&late("B2", "contests", contest("市级", 1)), &[], Accepted);
    expect(&late("B2", "contests", contest("市级", 2)), &["EL-111", "EL-122", "EX-103"], Returned);
    expect(&late("B2", "contests", contest("省部级", 3)), &[], Accepted);
}

#[test]
fn nt20_awards_need_a_personal_certificate() {
    let award = |grade: &str, personal: Option<bool>| {
        let mut m = merit("技术革新", Some("省部级"), Some(grade), None);
        m.personal = personal;
        with_claim(&["B3"], |a| set(a, "awards", Value::Merits(vec![m])))
    };
    expect(&award("三等奖", Some(true)), &[], Accepted);
    expect(&award("一等奖", Some(true)), &[], Accepted);
    expect(&award("三等奖", Some(false)), &["EL-122", "EX-103", "EX-106"], Returned);
    expect(&award("优秀奖", Some(true)), &["EL-122", "EX-103"], Returned);
    expect(&award("三等奖", None), &[], Held);
}

#[test]
fn nt21_unique_skill_is_for_a_person() {
    let mut a = person("张三", "11010519491231002X");
    set(&mut a, "education.rank", text("高中"));
    set(&mut a, "apply.exception", claim(&["B4"]));
    a.materials.push(crate::normalize::FiledMaterial {
        id: "aux_exception".to_owned(),
        files: vec![file("破格申请.pdf", None, &[])],
    });
    let j = judged(a.clone());
    expect(&j, &[], Held);
    assert_eq!(j.questions[0].id, "EX-121:B4");
    expect(&judged_with(a.clone(), &[("EX-121:B4", "符合")]), &[], Accepted);
    expect(&judged_with(a, &[("EX-121:B4", "不符合")]), &["EL-122", "EX-103"], Returned);
}

#[test]
fn claims_without_papers_items_or_need() {
    let bare = broken(|a| {
        set(a, "education.rank", text("高中"));
        set(a, "apply.exception", claim(&["A1"]));
    });
    expect(&bare, &["EL-122", "EX-102", "MT-103"], Returned);
    let needless = with_claim(&["A1"], |a| set(a, "education.rank", text("大学本科")));
    expect(&needless, &[], Accepted);
    assert!(has(&needless, "EX-112"));
    let open = with_claim(&["A?"], |_| {});
    expect(&open, &[], Held);
    let proven = with_claim(&["A?"], |a| set(a, "contests", contest("市级", 2)));
    expect(&proven, &[], Accepted);
    let old = with_claim(&["A1"], |a| {
        let mut m = merit("劳动模范", Some("市级"), None, None);
        m.date = Some("2001-05".to_owned().try_into().unwrap());
        set(a, "honours", Value::Merits(vec![m]));
    });
    assert!(has(&old, "EX-105"));
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
    a.all_in_one = true;
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

#[test]
fn quota_bands() {
    for (n, max) in [(0, 1), (4, 1), (5, 1), (9, 1), (10, 2), (19, 2), (20, 3), (21, 3)] {
        for k in [max, max + 1] {
            let people = (0..k).map(|i| person(&format!("甲{i}"), &format!("id{i}"))).collect();
            let r = report(&[submission(people, Some(n), Some(false))]);
            let over = r.judgements.values().all(|j| has(j, "QT-101"));
            assert_eq!(over, k > max, "{n} {k}");
            assert_eq!(r.quotas[0].limit, Some(max as u32));
        }
    }
}

#[test]
fn quota_names_everyone_and_never_picks() {
    let people = vec![person("甲", "1"), person("乙", "2")];
    let r = report(&[submission(people, Some(9), Some(false))]);
    for j in r.judgements.values() {
        expect(j, &["QT-101"], Returned);
        assert_eq!(
            j.findings[0].message,
            "某单位 收银审核 现有技师 9 人，高级技师指标 1 人，申报 2 人：甲、乙"
        );
    }
}

#[test]
fn small_units_may_not_apply_twice_running() {
    let r = report(&[submission(vec![person("甲", "1")], Some(4), Some(true))]);
    expect(&r.judgements["id:1:高级技师"], &["QT-102"], Returned);
    let r = report(&[submission(vec![person("甲", "1")], Some(5), Some(true))]);
    expect(&r.judgements["id:1:高级技师"], &[], Accepted);
    let r = report(&[submission(vec![person("甲", "1")], None, None)]);
    let j = &r.judgements["id:1:高级技师"];
    expect(j, &[], Accepted);
    assert!(has(j, "QT-103"));
}

#[test]
fn repeaters_use_no_quota_but_their_word_is_checked() {
    let mut repeater = person("乙", "2");
    set(&mut repeater, "apply.failed_before", Value::Bool(true));
    let r = report(&[submission(vec![person("甲", "1"), repeater.clone()], Some(9), Some(false))]);
    expect(&r.judgements["id:1:高级技师"], &[], Accepted);
    let j = &r.judgements["id:2:高级技师"];
    expect(j, &[], Held);
    assert!(has(j, "QT-104") && has(j, "QT-105"));
    assert_eq!((r.quotas[0].counted, r.quotas[0].exempt), (1, 1));
    let alone = report(&[submission(vec![repeater], Some(9), Some(false))]);
    expect(&alone.judgements["id:2:高级技师"], &[], Accepted);
}

#[test]
fn the_quota_counts_over_all_deliveries() {
    let mut second = submission(vec![person("乙", "2")], None, None);
    second.source = "补交.zip".to_owned();
    second.census.clear();
    let r = report(&[submission(vec![person("甲", "1")], Some(9), Some(false)), second]);
    assert!(r.judgements.values().all(|j| has(j, "QT-101")));
}

fn arrived(at: &str, by: Witness, look: Option<&str>) -> super::Judgement {
    broken(|a| a.arrival = arrival(at, by, look))
}

#[test]
fn window_to_the_second() {
    let run = |at| arrived(at, Witness::Run, None);
    expect(&run("2019-06-10T08:59:59+08:00"), &["WN-101"], Returned);
    expect(&run("2019-06-10T09:00:00+08:00"), &[], Accepted);
    expect(&run("2019-06-13T16:00:00+08:00"), &[], Accepted);
    expect(&run("2019-06-13T16:00:01+08:00"), &["WN-102"], Returned);
    expect(&run("2019-06-13T08:00:00Z"), &[], Accepted);
}

#[test]
fn who_witnessed_a_late_arrival() {
    let late = "2019-06-15T10:00:00+08:00";
    expect(&arrived(late, Witness::Run, Some("2019-06-14T10:00:00+08:00")), &["WN-102"], Returned);
    let doubt = arrived(late, Witness::Run, Some("2019-06-13T15:00:00+08:00"));
    expect(&doubt, &[], Held);
    assert!(has(&doubt, "WN-107") && has(&doubt, "WN-102"));
    expect(
        &arrived(late, Witness::Person, Some("2019-06-13T15:00:00+08:00")),
        &["WN-102"],
        Returned,
    );
    expect(&arrived("2019-06-13T15:30:00+08:00", Witness::Person, None), &[], Accepted);
    let mut a = person("张三", "11010519491231002X");
    a.arrival = arrival(late, Witness::Run, Some("2019-06-13T15:00:00+08:00"));
    expect(&judged_with(a.clone(), &[("WN-107", "是")]), &[], Accepted);
    expect(&judged_with(a.clone(), &[("WN-107", "否")]), &["WN-102"], Returned);
    unreadable(&mut a, "apply.level", "高极技师");
    let j = judged(a);
    assert!(!has(&j, "WN-102") && !has(&j, "WN-107"));
}

#[test]
fn routes_need_their_keys() {
    let route = |kind: &'static str| broken(move |a| set(a, "unit.kind", text(kind)));
    let city = route("市直");
    assert_eq!(city.route.len(), 4);
    assert!(has(&city, "RT-102") && !has(&city, "RT-101"));
    let county = broken(|a| {
        set(a, "unit.kind", text("县（市、区）属"));
        set(a, "unit.area", text("启东市"));
    });
    assert_eq!(county.route.last().unwrap(), "属地县（市、区）人社局工考部门");
    let unknown = route("民办");
    assert!(unknown.route.is_empty() && has(&unknown, "RT-101"));
}

#[test]
fn the_same_person_twice() {
    let twice = report(&[submission(vec![person("甲", "1"), person("甲", "1")], Some(20), None)]);
    expect(&twice.judgements["id:1:高级技师"], &["DU-101"], Returned);
    let mut other = person("甲", "1");
    other.unit = "另一单位".to_owned();
    other.key.text = "另一".to_owned();
    let units = report(&[submission(vec![person("甲", "1"), other], Some(20), None)]);
    assert!(units.judgements.values().all(|j| has(j, "DU-121") && !has(j, "DU-101")));
    let mut level = person("甲", "1");
    set(&mut level, "apply.level", text("技师"));
    level.key.text = "二".to_owned();
    let levels = report(&[submission(vec![person("甲", "1"), level], Some(20), None)]);
    assert!(levels.judgements.values().all(|j| has(j, "DU-102")));
    let namesakes =
        report(&[submission(vec![person("甲", "1"), person("甲", "2")], Some(20), None)]);
    for j in namesakes.judgements.values() {
        expect(j, &[], Accepted);
        assert!(has(j, "DU-111"));
    }
    let mut copy = person("乙", "2");
    set(&mut copy, "cert.no", text("1"));
    let cert = report(&[submission(vec![person("甲", "1"), copy], Some(20), None)]);
    for j in cert.judgements.values() {
        expect(j, &["FD-162"], Returned);
    }
}

#[test]
fn withdrawn_and_omitted() {
    let out = broken(|a| {
        a.withdrawn = true;
        a.photo = None;
    });
    assert_eq!((out.decision, codes(&out)), (Returned, vec!["DU-131"]));
    let mut a = person("张三", "11010519491231002X");
    a.omitted = true;
    expect(&judged(a.clone()), &[], Held);
    expect(&judged_with(a.clone(), &[("DU-131", "保留")]), &[], Accepted);
    assert_eq!(judged_with(a, &[("DU-131", "撤回")]).decision, Returned);
}

#[test]
fn the_pack_may_weigh_otherwise() {
    let mut a = person("张三", "11010519491231002X");
    set(&mut a, "education.rank", text("高中"));
    let submissions = [submission(vec![a], Some(9), None)];
    for (word, decision) in [("warn", Accepted), ("off", Accepted), ("error", Returned)] {
        let mut pack = pack();
        pack.severity.insert("EL-122".to_owned(), word.to_owned());
        let r = super::check(&submissions, &pack, &super::History::default(), now());
        let j = r.judgements.values().next().unwrap();
        assert_eq!(j.decision, decision, "{word}");
        assert_eq!(has(j, "EL-122"), word != "off");
    }
}
