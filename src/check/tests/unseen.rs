//! Rules as a pack may write them that no shipped pack has.

use super::super::Decision::{Accepted, Held, Returned};
use super::super::fixture::*;
use super::super::{Decision, History, Judgement, check};
use crate::diag::{Finding, Origin};
use crate::normalize::{Applicant, CensusRow};
use crate::pack::{Pack, Rule};

/// The pack with one rule more.
fn with_rule(rule: &str) -> Pack {
    let mut pack = pack();
    let head = "id = 'more'\nfinding = 'EL-118'\ngroup = 'more'\nclause = '三'\n";
    pack.rules.push(toml::from_str::<Rule>(&format!("{head}{rule}")).unwrap());
    pack
}

fn judged_by(pack: &Pack, a: Applicant, answer: Option<&str>) -> Judgement {
    let mut history = History::default();
    if let Some(said) = answer {
        history.answers.insert((a.key.text.clone(), "more".to_owned()), (*said).to_owned());
    }
    let submissions = [submission(vec![a], Some(9), Some(false))];
    let report = check(&submissions, pack, &history, now());
    report.judgements.into_values().next().unwrap()
}

fn somebody() -> Applicant {
    person("张三", "11010519491231002X")
}

#[test]
fn what_only_a_person_can_judge_is_asked_and_the_answer_counts() {
    let pack = with_rule("text = '业绩突出'\nall = [{ manual = true, text = '业绩突出' }]");
    let decision = |answer: Option<&str>| judged_by(&pack, somebody(), answer).decision;
    let open = judged_by(&pack, somebody(), None);
    assert_eq!(open.decision, Held);
    assert!(open.questions.iter().any(|q| q.id == "more" && q.text.contains("业绩突出")));
    let answers: [(Option<&str>, Decision); 2] = [(Some("是"), Accepted), (Some("否"), Returned)];
    for (answer, expected) in answers {
        assert_eq!(decision(answer), expected, "{answer:?}");
    }
}

#[test]
fn one_of_several_ways_is_told_whole() {
    let text = "工作满60年，或取得现等级满40年";
    let pack = with_rule(&format!(
        "text = '{text}'\nany = [{{ fact = 'person.work_start', op = 'years_ge', value = 60, ref = 'service_on' }}, {{ fact = 'cert.date', op = 'years_ge', value = 40, finding = 'EL-117' }}]"
    ));
    let j = judged_by(&pack, somebody(), None);
    expect(&j, &["EL-118"], Returned);
    let told = &j.findings.iter().find(|f| f.code.as_str() == "EL-118").unwrap().message;
    assert!(told.contains("未满60年") && told.ends_with(&format!("通知规定：{text}")), "{told}");
}

#[test]
fn a_quota_counts_the_people_it_names() {
    let mut pack = pack();
    pack.quotas[0].count_of = "现有高级工数".to_owned();
    let judge = |present: Option<u32>, others: Vec<(String, u32)>| {
        let mut own = submission(vec![somebody()], present, Some(false));
        own.census =
            own.census.into_iter().map(|row| CensusRow { others: others.clone(), ..row }).collect();
        let report = check(&[own], &pack, &History::default(), now());
        let j = report.judgements.into_values().next().unwrap();
        (report.quotas[0].present, has(&j, "QT-103"), j)
    };
    let (present, open, _) = judge(Some(1), vec![("高级工".to_owned(), 20)]);
    assert_eq!((present, open), (Some(20), false));
    let (present, open, j) = judge(Some(20), Vec::new());
    assert_eq!((present, open), (None, true));
    let told = &j.findings.iter().find(|f| f.code.as_str() == "QT-103").unwrap().message;
    assert!(told.contains("现有高级工数"), "{told}");
}

#[test]
fn the_old_name_of_a_trade_is_the_same_trade() {
    let mut pack = pack();
    let scope = pack.scope.as_mut().unwrap();
    let entry = scope.trades.iter_mut().find(|t| t.name == "收银审核").unwrap();
    entry.old_names.push("收款员".to_owned());
    let judge = |now: &str| {
        let mut a = somebody();
        set(&mut a, "post.trade", text(now));
        judged_by(&pack, a, None)
    };
    assert!(!has(&judge("收款员"), "SC-102"));
    assert!(has(&judge("花卉园艺"), "SC-102"));
}

#[test]
fn no_weight_of_a_pack_overrules_a_person() {
    let mut pack = pack();
    pack.severity.insert("FM-145".to_owned(), "warn".to_owned());
    let judge = |pack: &Pack, answer: Option<&str>| {
        let mut a = somebody();
        let told = Finding::new("FM-145", Origin::default()).field("apply.trade");
        a.findings.push(told.needs_person(true).build());
        let mut history = History::default();
        for said in answer.into_iter().map(str::to_owned) {
            history.answers.insert((a.key.text.clone(), "FM-145:apply.trade".to_owned()), said);
        }
        let submissions = [submission(vec![a], Some(9), Some(false))];
        check(&submissions, pack, &history, now()).judgements.into_values().next().unwrap()
    };
    assert_eq!(judge(&pack, None).decision, Held);
    assert_eq!(judge(&pack, Some("是")).decision, Accepted);
    assert_eq!(judge(&pack, Some("否")).decision, Returned);
    pack.severity.insert("FM-145".to_owned(), "off".to_owned());
    assert_eq!(judge(&pack, Some("否")).decision, Accepted);
}
