//! What one person's own facts say against each other: warnings for the reviewer, never errors.

use super::case::{Case, Docket};
use crate::diag::Finding;
use crate::normalize::{Source, Value};
use crate::pack::fact_label;
use crate::text::{PartialDate, fold};
use chrono::Datelike as _;
use std::collections::BTreeSet;

/// Compares what was read; silent where a fact is missing.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    other_certificate(case, docket);
    years(case, docket);
    papers(case, docket);
    punished(case, docket);
    incomplete(case, docket);
    grades_in_order(case, docket);
}

fn say(code: &str, fact: &str, case: &Case<'_>) -> crate::diag::FindingBuilder {
    Finding::new(code, case.origin(fact)).field(fact)
}

/// FD-163: a certificate of another trade, of somebody who did not move.
fn other_certificate(case: &Case<'_>, docket: &mut Docket) {
    let read = case.record.get("cert.trade").is_some_and(|f| f.source == Source::Read);
    let moved = case.value("apply.transferred") == Some(&Value::Bool(true));
    let (Some(cert), Some(own)) = (case.text("cert.trade"), case.text("apply.trade")) else {
        return;
    };
    if read && !moved && case.pack.canonical_trade(cert) != case.pack.canonical_trade(own) {
        docket.say(say("FD-163", "cert.trade", case).arg("a", own).arg("b", cert).build());
    }
}

/// What belongs together and has blank columns beside filled ones (FD-133 unless the pack says
/// otherwise). A column that is not there asks nobody.
fn incomplete(case: &Case<'_>, docket: &mut Docket) {
    for group in &case.pack.roster.complete {
        let (blank, filled): (Vec<&String>, Vec<&String>) = group
            .facts
            .iter()
            .filter(|fact| case.record.contains_key(fact.as_str()))
            .partition(|fact| case.value(fact).is_none());
        if let (Some(first), false) = (blank.first(), filled.is_empty()) {
            let labels: Vec<String> = blank.iter().map(|fact| fact_label(fact)).collect();
            let finding = say(&group.finding, first, case).arg("cols", labels.join("、"));
            docket.say(finding.clause(&group.clause).build());
        }
    }
}

/// Grades from low to high, with the date of the certificate of each.
const GRADE_DATES: [(&str, &str); 5] = [
    ("初级工", "cert.l5.date"),
    ("中级工", "cert.l4.date"),
    ("高级工", "cert.l3.date"),
    ("技师", "cert.l2.date"),
    ("高级技师", "cert.l1.date"),
];

/// DT-114: the certificate of a higher grade older than that of a lower one.
fn grades_in_order(case: &Case<'_>, docket: &mut Docket) {
    let present = case.text("post.level");
    let date = |(level, fact): &(&'static str, &'static str)| {
        let own = case.date(fact).is_some() || present != Some(level);
        let fact = if own { fact } else { "cert.date" };
        Some((*level, fact, case.date(fact)?))
    };
    let dates: Vec<_> = GRADE_DATES.iter().filter_map(date).collect();
    let turned = dates.windows(2).find(|pair| pair[1].2.last() < pair[0].2.first());
    if let Some([_, (_, fact, _)]) = turned {
        let list: Vec<String> =
            dates.iter().map(|(level, _, date)| format!("{level} {date}")).collect();
        docket.say(say("DT-114", fact, case).arg("list", list.join("、")).build());
    }
}

fn months(fact: &str, case: &Case<'_>) -> Option<i64> {
    match case.value(fact)? {
        Value::Months(n) => Some(*n),
        Value::Int(n) => n.checked_mul(12),
        _ => None,
    }
}

/// Whole months from a date to the day the application came.
fn months_since(date: PartialDate, case: &Case<'_>) -> i64 {
    let day = case.applicant.arrival.at.with_timezone(&case.pack.offset()).date_naive();
    let from = date.first();
    i64::from(day.year() - from.year()) * 12 + i64::from(day.month()) - i64::from(from.month())
}

fn in_years(months: i64) -> String {
    Value::Months(months).text()
}

/// FD-181 … FD-183: stretches of years against each other and against their first day.
fn years(case: &Case<'_>, docket: &mut Docket) {
    let service = months("service.years", case);
    if let (Some(own), Some(all)) = (months("post.trade_years", case), service)
        && own > all
    {
        let finding = say("FD-181", "post.trade_years", case);
        docket.say(finding.arg("a", in_years(own)).arg("b", in_years(all)).build());
    }
    let pairs = [
        ("FD-182", "service.years", "person.work_start"),
        ("FD-183", "post.level_years", "cert.date"),
    ];
    for (code, stated, since) in pairs {
        let (Some(own), Some(date)) = (months(stated, case), case.date(since)) else { continue };
        let counted = months_since(date, case);
        // a year is often counted by calendar years, and a date may be known only to the year
        if (own - counted).abs() > 12 + i64::from(date.month_of().is_none()) * 12 {
            let finding = say(code, stated, case);
            docket.say(finding.arg("a", in_years(own)).arg("b", in_years(counted.max(0))).build());
        }
    }
}

/// EL-126: a paper whose journal stands without a number, or whose ISSN does not check.
fn papers(case: &Case<'_>, docket: &mut Docket) {
    let numbers: BTreeSet<&str> = case
        .record
        .keys()
        .filter_map(|key| key.strip_prefix("papers.")?.split_once('.').map(|(n, _)| n))
        .collect();
    for n in numbers {
        let journal = format!("papers.{n}.journal");
        let issn = format!("papers.{n}.issn");
        let wrong = match case.text(&issn) {
            Some(text) => issn_of(text).is_some_and(|digits| !issn_holds(&digits)),
            None => case.text(&journal).is_some(),
        };
        if wrong {
            let at = if case.text(&issn).is_some() { &issn } else { &journal };
            docket.say(say("EL-126", at, case).build());
        }
    }
}

/// The eight places of an ISSN; none for a CN number or other text.
fn issn_of(text: &str) -> Option<Vec<u32>> {
    let text = fold(text);
    let core = text.strip_prefix("issn").unwrap_or(&text).trim_start_matches([':', '-']);
    let (head, tail) = core.split_once('-')?;
    let places: Vec<u32> = head
        .chars()
        .chain(tail.chars())
        .map_while(|c| if c == 'x' { Some(10) } else { c.to_digit(10) })
        .collect();
    let shape = head.chars().count() == 4 && tail.chars().count() == 4 && places.len() == 8;
    shape.then_some(places)
}

fn issn_holds(places: &[u32]) -> bool {
    let sum: u32 = places.iter().zip((1..=8).rev()).map(|(place, weight)| place * weight).sum();
    sum.is_multiple_of(11)
}

/// EL-127: a punishment in the words of the form or of 备注.
fn punished(case: &Case<'_>, docket: &mut Docket) {
    const WORDS: [&str; 8] =
        ["处分", "警告", "记过", "降级", "撤职", "开除留用", "留党察看", "降低岗位等级"];
    const DENIED: [&str; 7] = [
        "无处分",
        "未受处分",
        "未受过处分",
        "没有处分",
        "无任何处分",
        "未受任何处分",
        "无违纪处分",
    ];
    for fact in ["awards_text", "apply.note"] {
        let Some(text) = case.text(fact).map(fold) else { continue };
        let rest = DENIED.iter().fold(text, |text, word| text.replace(word, ""));
        if WORDS.iter().any(|word| rest.contains(word)) {
            docket.say(say("EL-127", fact, case).build());
            return;
        }
    }
}
