//! The packs of other places.

use super::super::Decision::{Accepted, Returned};
use super::super::fixture::*;
use super::super::{History, Judgement, check};
use crate::normalize::{Applicant, Value};
use crate::pack::{Pack, load};
use std::collections::BTreeSet;
use std::path::Path;

fn shipped(id: &str) -> Pack {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    load(&templates, id).unwrap().pack
}

fn judged_by(pack: &Pack, a: Applicant, at: &str) -> Judgement {
    let mut a = a;
    a.arrival.at = time(at);
    let report = check(&[submission(vec![a], None, None)], pack, &History::default(), time(at));
    report.judgements.into_values().next().unwrap()
}

fn applicant(level: &str, trade: &str) -> Applicant {
    let mut a = person("张三", "11010519491231002X");
    set(&mut a, "person.birth", date("1980-01"));
    set(&mut a, "apply.level", text(level));
    set(&mut a, "apply.trade", text(trade));
    set(&mut a, "post.trade", text(trade));
    set(&mut a, "training.passed_years", Value::Years(BTreeSet::from([2018, 2019])));
    let training = a.materials.iter_mut().find(|m| m.id == "training").unwrap();
    training.files = vec![file("2018-2019.pdf", Some(0), &[2018, 2019])];
    a
}

#[test]
fn jiangdu_takes_every_listed_trade_and_refuses_others() {
    let pack = shipped("jiangdu-2020");
    let at = |level: &str| {
        if level == "技师" { "2020-07-20T10:00:00+08:00" } else { "2020-08-10T10:00:00+08:00" }
    };
    let mut pairs = 0;
    for entry in pack.trades() {
        for level in &entry.levels {
            let j = judged_by(&pack, applicant(level, &entry.name), at(level));
            assert_eq!(j.decision, Accepted, "{level} {} {:#?}", entry.name, j.findings);
            pairs += 1;
        }
    }
    assert_eq!(pairs, 22 + 44 + 43 * 3);
    let j = judged_by(&pack, applicant("高级工", "水产养殖"), at("高级工"));
    expect(&j, &["SC-101"], Returned);
    let twin = judged_by(&pack, applicant("高级技师", "地质勘查"), at("高级技师"));
    expect(&twin, &[], Accepted);
    assert!(has(&twin, "SC-112") && has(&twin, "QT-106"));
    let late = judged_by(&pack, applicant("技师", "电工"), "2020-08-01T00:00:00+08:00");
    expect(&late, &["WN-102"], Returned);
    assert!(late.findings[0].message.contains("申报系统已关闭"));
}

#[test]
fn chongqing_has_one_route_for_each_of_sixty_cases() {
    let pack = shipped("chongqing");
    let mut seen = BTreeSet::new();
    let mut cases = 0;
    for kind in &pack.vocabulary["unit.kind"] {
        for system in &pack.vocabulary["unit.system"] {
            for level in &pack.circular.levels {
                let mut a = applicant(level, "电工");
                set(&mut a, "unit.kind", text(kind));
                set(&mut a, "unit.system", text(system));
                set(&mut a, "public_result", text("无异议"));
                let j = judged_by(&pack, a, "2022-05-01T10:00:00+08:00");
                assert!(!j.route.is_empty(), "{kind} {system} {level}");
                seen.insert(j.route);
                cases += 1;
            }
        }
    }
    assert_eq!((cases, seen.len()), (60, 5));
    let j = judged_by(&pack, applicant("技师", "电工"), "2022-05-01T10:00:00+08:00");
    assert!(has(&j, "RT-101") && j.route.is_empty());
}

#[test]
fn lianyungang_wants_no_scans_and_knows_its_conventions() {
    let pack = shipped("lianyungang-2018");
    let mut a = applicant("技师", "电工");
    a.materials.clear();
    a.photo = None;
    a.has_scans = false;
    set(&mut a, "person.identity", text("技术工人"));
    set(&mut a, "post.level", text("高级工"));
    set(&mut a, "cert.issuer", text("连云港市工考办"));
    set(&mut a, "cert.path", text("考试"));
    set(&mut a, "cert.date", date("2010-08-31"));
    let noon = "2018-05-02T12:00:00+08:00";
    expect(&judged_by(&pack, a.clone(), noon), &[], Accepted);
    let mut odd = a.clone();
    set(&mut odd, "cert.path", text("评审"));
    set(&mut odd, "cert.date", date("2010-09-30"));
    let j = judged_by(&pack, odd, noon);
    expect(&j, &["FD-172"], Returned);
    assert!(has(&j, "DT-131"));
    expect(&judged_by(&pack, a, "2018-05-03T00:00:00+08:00"), &["WN-102"], Returned);
}
