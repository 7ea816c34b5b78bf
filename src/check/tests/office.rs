//! What concerns more than one applicant, windows, routes and overrides.

use super::super::Decision::{Accepted, Held, Returned};
use super::super::fixture::*;
use super::super::{History, Judgement, check};
use crate::intake::Witness;
use crate::normalize::Value;

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

fn arrived(at: &str, by: Witness, look: Option<&str>) -> Judgement {
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
        let r = check(&submissions, &pack, &History::default(), now());
        let j = r.judgements.values().next().unwrap();
        assert_eq!(j.decision, decision, "{word}");
        assert_eq!(has(j, "EL-122"), word != "off");
    }
}

#[test]
fn one_phone_under_two_units() {
    let phone = |id: &str, unit: &str, number: &str| {
        let mut a = person("张三", id);
        unit.clone_into(&mut a.unit);
        set(&mut a, "contact.phone", Value::List(vec![number.to_owned()]));
        a
    };
    let judge = |unit: &str, number: &str| {
        let people = vec![
            phone("11010519491231002X", "甲", "13800000000"),
            phone("440524188001010014", unit, number),
        ];
        let report = report(&[submission(people, Some(20), Some(false))]);
        report.judgements.values().all(|j| has(j, "DU-122"))
    };
    assert!(judge("乙", "13800000000"));
    assert!(!judge("乙", "13800000001"));
    // of one unit it may well be its clerk's
    assert!(!judge("甲", "13800000000"));
}
