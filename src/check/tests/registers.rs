//! The registers of the office: counts, bans, last year's results.

use super::super::Decision::{Accepted, Held, Returned};
use super::super::fixture::*;
use super::super::{History, Judgement, Report, check};
use crate::diag::Origin;
use crate::normalize::{Applicant, Submission};
use crate::pack::{Ban, Registers, ResultRow, UnitCensus};
use crate::text::PartialDate;

const ID: &str = "11010519491231002X";

fn with(registers: Registers, submissions: &[Submission]) -> Report {
    let mut pack = pack();
    pack.registers = registers;
    check(submissions, &pack, &History::default(), now())
}

fn one(registers: Registers, a: Applicant) -> Judgement {
    let report = with(registers, &[submission(vec![a], Some(9), Some(false))]);
    report.judgements.into_values().next().unwrap()
}

fn day(text: &str) -> Option<PartialDate> {
    PartialDate::try_from(text.to_owned()).ok()
}

fn banned(id_no: &str, since: &str, until: &str) -> Registers {
    let ban = Ban {
        name: "张三".to_owned(),
        id_no: id_no.to_owned(),
        unit: String::new(),
        since: day(since),
        until: day(until),
        origin: Origin::file("诚信记录.xlsx"),
    };
    Registers { bans: vec![ban], ..Registers::default() }
}

fn result(id_no: &str, unit: &str, passed: Option<bool>) -> ResultRow {
    ResultRow {
        facts: Vec::new(),
        name: "张三".to_owned(),
        id_no: id_no.to_owned(),
        unit: unit.to_owned(),
        trade: "收银审核".to_owned(),
        level: None,
        passed,
        origin: Origin::file("上年结果.xlsx"),
    }
}

fn results(rows: Vec<ResultRow>) -> Registers {
    Registers { results: Some(rows), ..Registers::default() }
}

#[test]
fn nt_57_a_ban_holds_three_years_to_the_day() {
    // came 2019-06-11
    let judge = |registers| one(registers, person("张三", ID));
    let j = judge(banned(ID, "2016-06-12", ""));
    expect(&j, &["RT-131"], Returned);
    assert_eq!(j.findings[0].message, "张三 在诚信记录中，2019-06-12 前不得申报");
    expect(&judge(banned(ID, "2016-06-11", "")), &[], Accepted);
    expect(&judge(banned(ID, "2010-01-01", "2019-12")), &["RT-131"], Returned);
    expect(&judge(banned(ID, "2018-01-01", "2019-01-01")), &[], Accepted);
    expect(&judge(banned("440524188001010014", "2018-01-01", "")), &[], Accepted);
}

#[test]
fn nt_57_a_name_alone_is_a_question() {
    let j = one(banned("", "2018-01-01", ""), person("张三", ID));
    expect(&j, &[], Held);
    assert_eq!(j.questions[0].id, "RT-131");
    expect(&one(banned("", "2018-01-01", ""), person("李四", ID)), &[], Accepted);
    let mut history = History::default();
    let a = person("张三", ID);
    history.answers.insert((a.key.text.clone(), "RT-131".to_owned()), "是".to_owned());
    let mut pack = pack();
    pack.registers = banned("", "2018-01-01", "");
    let r = check(&[submission(vec![a], Some(9), Some(false))], &pack, &history, now());
    expect(r.judgements.values().next().unwrap(), &["RT-131"], Returned);
    // nobody knows how long it runs
    expect(&one(banned(ID, "", ""), person("张三", ID)), &[], Held);
}

#[test]
fn nt_56_the_census_of_the_office_comes_first() {
    let census = |present| {
        let row = UnitCensus {
            others: Vec::new(),
            unit: "某单位".to_owned(),
            trade: "收银员".to_owned(),
            present: Some(present),
            applied_last_year: Some(false),
            origin: Origin::file("技师人数.xlsx"),
        };
        Registers { census: vec![row], ..Registers::default() }
    };
    let two = || vec![person("甲", "1"), person("乙", "2")];
    let r = with(census(9), &[submission(two(), Some(12), Some(false))]);
    for j in r.judgements.values() {
        expect(j, &["QT-101"], Returned);
        assert!(has(j, "QT-107"));
    }
    assert_eq!(r.quotas[0].present, Some(9));
    let r = with(census(12), &[submission(two(), Some(12), Some(false))]);
    assert!(r.judgements.values().all(|j| j.decision == Accepted && !has(j, "QT-107")));
    // no paper of the unit: the office's own stands in
    let r = with(census(12), &[submission(two(), None, None)]);
    assert!(r.judgements.values().all(|j| j.decision == Accepted && !has(j, "QT-103")));
}

#[test]
fn nt_55_last_years_results_say_who_applied() {
    let judge = |rows, said| {
        let list = [submission(vec![person("张三", ID)], Some(4), said)];
        with(results(rows), &list).judgements.into_values().next().unwrap()
    };
    let row = |passed| vec![result("440524188001010014", "某单位", passed)];
    expect(&judge(row(Some(true)), Some(false)), &["QT-102"], Returned);
    expect(&judge(row(None), None), &["QT-102"], Returned);
    // who failed uses no quota
    expect(&judge(row(Some(false)), Some(true)), &[], Accepted);
    // nobody of the unit stands there
    expect(&judge(Vec::new(), None), &[], Accepted);
    expect(&judge(Vec::new(), Some(true)), &["QT-102"], Returned);
}

#[test]
fn who_passed_last_year_need_not_apply() {
    let judge = |row| one(results(vec![row]), person("张三", ID));
    expect(&judge(result(ID, "别处", Some(true))), &["EL-116"], Returned);
    expect(&judge(result("", "某单位", Some(true))), &[], Held);
    expect(&judge(result("", "别处", Some(true))), &[], Accepted);
    let mut lower = result(ID, "某单位", Some(true));
    lower.level = Some("技师".to_owned());
    expect(&judge(lower), &[], Accepted);
}
