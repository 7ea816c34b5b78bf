//! 破格: every item of both exceptions, and claims without papers, items or need.

use super::super::Decision::{Accepted, Held, Returned};
use super::super::Judgement;
use super::super::fixture::*;
use crate::normalize::{Applicant, FiledMaterial, Value};

fn with_claim(items: &[&str], change: impl FnOnce(&mut Applicant)) -> Judgement {
    broken(|a| {
        set(a, "education.rank", text("高中"));
        set(a, "apply.exception", claim(items));
        a.materials.push(FiledMaterial {
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
    a.materials.push(FiledMaterial {
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
