//! Facts that are not there: a rule never passes for want of them without a word.

use super::super::Decision::{self, Accepted, Held, Returned};
use super::super::fixture::*;
use super::super::{History, Judgement, check};
use crate::normalize::{Applicant, Value};
use crate::pack::Pack;

fn with_rule(rule: &str) -> Pack {
    let mut pack = pack();
    let head = "id = 'own'\nfinding = 'EL-111'\ngroup = 'own'\nclause = '九'\ntext = '另定条件'\n";
    pack.rules.push(toml::from_str(&format!("{head}{rule}")).unwrap());
    pack
}

fn judge(pack: &Pack, change: impl FnOnce(&mut Applicant)) -> Judgement {
    let mut a = person("张三", "11010519491231002X");
    change(&mut a);
    let submissions = [submission(vec![a], Some(9), Some(false))];
    let report = check(&submissions, pack, &History::default(), now());
    report.judgements.into_values().next().unwrap()
}

#[track_caller]
fn is(j: &Judgement, code: Option<&str>, decision: Decision) {
    for known in ["EL-198", "EL-199"] {
        assert_eq!(has(j, known), code == Some(known), "{:#?}", j.findings);
    }
    assert_eq!(j.decision, decision, "{:#?}", j.findings);
}

#[test]
fn a_fact_nobody_was_asked_for_is_named_and_one_that_was_is_a_question() {
    let mut pack = with_rule("all = [{ fact = 'score.theory', op = 'ge', value = 60 }]");
    let score = |n: i64| move |a: &mut Applicant| set(a, "score.theory", Value::Int(n));
    is(&judge(&pack, score(60)), None, Accepted);
    is(&judge(&pack, score(59)), None, Returned);
    let unknown = judge(&pack, |_| {});
    is(&unknown, Some("EL-198"), Accepted);
    let told = unknown.findings.iter().find(|f| f.code.as_str() == "EL-198").unwrap();
    assert!(told.message.contains("另定条件") && told.message.contains("业务理论考核"), "{told:?}");
    assert_eq!(told.clause, "九");
    pack.roster.asked.push("score.theory".to_owned());
    is(&judge(&pack, |_| {}), Some("EL-199"), Held);
}

#[test]
fn a_rule_that_may_be_for_this_person_does_not_fall_away() {
    let pack = with_rule(
        "when = { fact = 'unit.area', op = 'eq', value = '崇川区' }\n\
         all = [{ fact = 'service.years', op = 'ge', value = 25 }]",
    );
    let with = |area: Option<&'static str>, years: i64| {
        judge(&pack, move |a| {
            set(a, "service.years", Value::Months(years * 12));
            area.into_iter().for_each(|area| set(a, "unit.area", text(area)));
        })
    };
    is(&with(Some("崇川区"), 10), None, Returned);
    is(&with(Some("如东县"), 10), None, Accepted);
    is(&with(None, 30), None, Accepted);
    is(&with(None, 10), Some("EL-198"), Accepted);
}
