//! Predicates over a record, three-valued: `None` is unknown, never a silent pass.

use super::case::{Case, Seen};
use super::{merits, scope};
use crate::normalize::Value;
use crate::pack::{Predicate, fold_trade, pattern_matches, rank_of};
use crate::text::{PartialDate, Precision};
use chrono::Datelike as _;
use std::collections::BTreeSet;

/// Words that excuse a person from a year's appraisal: a person decides what they mean.
const EXCUSED: &[&str] = &["免考核", "免于考核", "免考"];
/// Grades of an appraisal; any other word is for a person to read.
const GRADES: &[&str] = &[
    "优秀",
    "良好",
    "合格",
    "称职",
    "基本合格",
    "不合格",
    "基本称职",
    "不称职",
    "未定等次",
    "不定等次",
    "未确定等次",
    "不确定等次",
];

/// Whether a predicate holds.
pub(super) fn truth(p: &Predicate, case: &Case<'_>) -> Option<bool> {
    if let Some(all) = &p.all {
        return and(all.iter().map(|sub| truth(sub, case)));
    }
    if let Some(any) = &p.any {
        return or(any.iter().map(|sub| truth(sub, case)));
    }
    if let Some(not) = &p.not {
        return truth(not, case).map(|t| !t);
    }
    if p.manual { None } else { leaf(p, case) }
}

/// Kleene conjunction.
pub(super) fn and(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

/// Kleene disjunction.
pub(super) fn or(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    and(parts.map(|part| part.map(|t| !t))).map(|t| !t)
}

/// The comparisons a predicate is made of.
pub(super) fn leaves(p: &Predicate) -> Vec<&Predicate> {
    let subs = p.all.iter().flatten().chain(p.any.iter().flatten()).chain(p.not.as_deref());
    let subs: Vec<&Predicate> = subs.flat_map(leaves).collect();
    if subs.is_empty() { vec![p] } else { subs }
}

fn leaf(p: &Predicate, case: &Case<'_>) -> Option<bool> {
    let fact = p.fact.as_deref()?;
    match p.op.as_deref()? {
        "exists" => exists(fact, case),
        "missing" => exists(fact, case).map(|t| !t),
        "eq" => equal(fact, p.value.as_ref()?, case),
        "ne" => equal(fact, p.value.as_ref()?, case).map(|t| !t),
        "in" => among(fact, p.value.as_ref()?, case),
        "not_in" => among(fact, p.value.as_ref()?, case).map(|t| !t),
        op @ ("lt" | "le" | "gt" | "ge") => ordered(op, p, fact, case),
        "matches" => Some(glob(p.value.as_ref()?.as_str()?, &case.value(fact)?.text())),
        "contains_all" => missing_members(p, fact, case).map(|missing| missing.is_empty()),
        "all_in" => {
            // of nothing, everything would be allowed
            let members = members(p, fact, case);
            let truths = members.iter().map(|m| allowed(m, p, case));
            if members.is_empty() { None } else { and(truths) }
        }
        "all_ge" => compared(p, fact, case).and_then(|all| and(all.into_iter())),
        "any_ge" => compared(p, fact, case).and_then(|all| or(all.into_iter())),
        "count_ge" => Some(count(fact, case)? >= p.value.as_ref()?.as_integer()?),
        "years_ge" => years_ge(p, fact, case),
        "in_scope" => in_scope(fact, case),
        "eq_fact" => same(fact, p.other.as_deref()?, case),
        "claimed" => exists(fact, case),
        "honour_ge" => merits::honour_ge(case.value(fact)?, p.value.as_ref()?),
        "contest_in" => merits::contest_in(case.value(fact)?, p.value.as_ref()?),
        "award_ge" => merits::award_ge(case.value(fact)?, p.value.as_ref()?),
        _ => None,
    }
}

fn exists(fact: &str, case: &Case<'_>) -> Option<bool> {
    match case.seen(fact) {
        Seen::Absent => Some(false),
        Seen::Unreadable => None,
        Seen::Known(_) => Some(true),
    }
}

fn equal(fact: &str, expected: &toml::Value, case: &Case<'_>) -> Option<bool> {
    let value = case.value(fact)?;
    Some(match (value, expected) {
        (Value::Bool(a), toml::Value::Boolean(b)) => a == b,
        (Value::Int(a), toml::Value::Integer(b)) => a == b,
        (Value::Months(a), toml::Value::Integer(b)) => *a == b * 12,
        (Value::Text(a), toml::Value::String(b)) => {
            name_key(fact, a, case) == name_key(fact, b, case)
        }
        (Value::List(list), toml::Value::String(b)) => list.contains(b),
        _ => return None,
    })
}

/// Names are compared after their aliases.
fn name_key(fact: &str, name: &str, case: &Case<'_>) -> String {
    if fact.ends_with(".trade") {
        fold_trade(&case.pack.canonical_trade(name))
    } else if fact.ends_with(".issuer") {
        case.pack.canonical_issuer(name)
    } else {
        name.trim().to_owned()
    }
}

fn among(fact: &str, list: &toml::Value, case: &Case<'_>) -> Option<bool> {
    or(list.as_array()?.iter().map(|item| equal(fact, item, case)))
}

/// What a fact is compared with.
fn right(p: &Predicate, case: &Case<'_>) -> Option<Value> {
    if let Some(other) = &p.other {
        return case.value(other).cloned();
    }
    if let Some(value) = &p.value {
        return plain(value);
    }
    case.pack.reference.get(p.reference.as_deref()?)?.as_date().map(Value::Date)
}

/// A value of the pack as a value of the record.
pub(super) fn plain(value: &toml::Value) -> Option<Value> {
    Some(match value {
        toml::Value::String(text) => Value::Text(text.clone()),
        toml::Value::Integer(n) => Value::Int(*n),
        toml::Value::Boolean(b) => Value::Bool(*b),
        toml::Value::Datetime(d) => Value::Date(day_of(d)?),
        toml::Value::Array(items) => {
            Value::List(items.iter().filter_map(|i| i.as_str().map(str::to_owned)).collect())
        }
        toml::Value::Float(_) | toml::Value::Table(_) => return None,
    })
}

fn day_of(value: &toml::value::Datetime) -> Option<PartialDate> {
    let day = value.date?;
    PartialDate::day(day.year.into(), day.month.into(), day.day.into())
}

fn ordered(op: &str, p: &Predicate, fact: &str, case: &Case<'_>) -> Option<bool> {
    if fact == "person.age" {
        return age(op, p, case);
    }
    match (case.value(fact)?, right(p, case)?) {
        (Value::Date(a), Value::Date(b)) => dates(op, *a, b),
        // a date that went through the merged table arrives as its text
        (Value::Date(a), Value::Text(b)) => dates(op, *a, b.try_into().ok()?),
        (Value::Int(a), Value::Int(b)) => numbers(op, *a, b),
        (Value::Months(a), Value::Int(b)) => numbers(op, *a, b * 12),
        (Value::Months(a), Value::Months(b)) => numbers(op, *a, b),
        (Value::Text(a), Value::Text(b)) => {
            numbers(op, rank_of(fact, a)? as i64, rank_of(fact, &b)? as i64)
        }
        _ => None,
    }
}

fn numbers(op: &str, a: i64, b: i64) -> Option<bool> {
    match op {
        "lt" => Some(a < b),
        "le" => Some(a <= b),
        "gt" => Some(a > b),
        "ge" => Some(a >= b),
        _ => None,
    }
}

fn dates(op: &str, a: PartialDate, b: PartialDate) -> Option<bool> {
    match op {
        "lt" => a.lt(&b),
        "le" => a.le(&b),
        "gt" => a.gt(&b),
        "ge" => a.ge(&b),
        _ => None,
    }
}

/// Age on the reference date, from the date of birth: an age is reached on the birthday.
fn age(op: &str, p: &Predicate, case: &Case<'_>) -> Option<bool> {
    let years = p.value.as_ref()?.as_integer()?;
    let reference = p.reference.as_deref().and_then(|r| case.pack.reference.get(r)?.as_date());
    let Some(birth) = birth(case) else {
        return match case.value("person.age")? {
            Value::Int(age) => numbers(op, *age, years),
            _ => None,
        };
    };
    let on = reference.unwrap_or(case.today);
    let reached = |years: i64| birth.le(&years_before(on, years)?);
    match op {
        "ge" => reached(years),
        "lt" => reached(years).map(|t| !t),
        "gt" => reached(years + 1),
        "le" => reached(years + 1).map(|t| !t),
        _ => None,
    }
}

/// The date of birth; the day is that of the ID number when the month agrees.
pub(super) fn birth(case: &Case<'_>) -> Option<PartialDate> {
    let stated = case.date("person.birth");
    let digits: Vec<char> = case.text("person.id_no").unwrap_or_default().chars().collect();
    let number = |from: usize, to: usize| -> Option<u32> {
        digits.get(from..to)?.iter().collect::<String>().parse().ok()
    };
    let of_id = (digits.len() == 18)
        .then(|| PartialDate::day(number(6, 10)? as i32, number(10, 12)?, number(12, 14)?))
        .flatten();
    match (stated, of_id) {
        (Some(stated), Some(id))
            if stated.precision() == Precision::Day
                || stated.first() > id.first()
                || stated.last() < id.last() =>
        {
            Some(stated)
        }
        (stated, id) => id.or(stated),
    }
}

fn years_before(date: PartialDate, years: i64) -> Option<PartialDate> {
    let day = date.last();
    let year = day.year() - i32::try_from(years).ok()?;
    PartialDate::day(year, day.month(), day.day())
        .or_else(|| PartialDate::day(year, day.month(), day.day() - 1))
}

fn years_ge(p: &Predicate, fact: &str, case: &Case<'_>) -> Option<bool> {
    let years = p.value.as_ref()?.as_integer()?;
    match case.value(fact)? {
        Value::Int(n) => Some(*n >= years),
        Value::Months(n) => Some(*n >= years * 12),
        Value::Date(since) => {
            let reference = p.reference.as_deref();
            let on = reference.and_then(|r| case.pack.reference.get(r)?.as_date());
            since.le(&years_before(on.unwrap_or(case.today), years)?)
        }
        _ => None,
    }
}

/// `*` stands for any text, `?` for one character; without either, the word must occur.
fn glob(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return text.contains(pattern);
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let mut reach = vec![false; text.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    for sign in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut seen = false;
        for at in 0..=text.len() {
            let here = reach.get(at) == Some(&true);
            seen |= here;
            let before = at > 0 && reach.get(at - 1) == Some(&true);
            let hit = match sign {
                '*' => seen,
                '?' => before,
                c => before && text.get(at - 1) == Some(&c),
            };
            if let Some(slot) = next.get_mut(at) {
                *slot = hit;
            }
        }
        reach = next;
    }
    reach.last() == Some(&true)
}

/// Members of a list that the fact lacks.
pub(super) fn missing_members(p: &Predicate, fact: &str, case: &Case<'_>) -> Option<Vec<String>> {
    match case.value(fact)? {
        Value::Years(have) => {
            let wanted = match p.reference.as_deref() {
                Some(name) => case.pack.reference.get(name)?.list.clone()?,
                None => {
                    let list = p.value.as_ref()?.as_array()?;
                    list.iter().filter_map(|y| i32::try_from(y.as_integer()?).ok()).collect()
                }
            };
            Some(wanted.iter().filter(|y| !have.contains(y)).map(ToString::to_string).collect())
        }
        Value::List(have) => {
            let wanted = p.value.as_ref()?.as_array()?.iter().filter_map(toml::Value::as_str);
            Some(wanted.filter(|w| !have.iter().any(|h| h == w)).map(str::to_owned).collect())
        }
        _ => None,
    }
}

/// The record keys a repeated fact stands for: the years of `years_ref`, else what is there.
pub(super) fn members(p: &Predicate, fact: &str, case: &Case<'_>) -> Vec<String> {
    let years = p.years_ref.as_deref().and_then(|r| case.pack.reference.get(r)?.list.clone());
    if let Some(years) = years {
        return years.iter().map(|year| fact.replace('*', &year.to_string())).collect();
    }
    let there: BTreeSet<&String> =
        case.record.keys().filter(|k| pattern_matches(fact, k)).collect();
    there.into_iter().cloned().collect()
}

/// Whether one member has an allowed value.
pub(super) fn allowed(member: &str, p: &Predicate, case: &Case<'_>) -> Option<bool> {
    let text = case.value(member)?.text();
    // 优秀（嘉奖）, 合格，见附件: the grade stands first
    let head = text.split(['（', '(', '，', ',', '；', ';', '、']).next().unwrap_or(&text).trim();
    if EXCUSED.contains(&head) {
        return None;
    }
    let allowed = p.value.as_ref()?.as_array()?.iter().any(|v| v.as_str() == Some(head));
    let unclear = member.starts_with("appraisal.") && !GRADES.contains(&head);
    if !allowed && unclear { None } else { Some(allowed) }
}

/// Each member of a repeated fact against what it is compared with; `None`: there is none.
fn compared(p: &Predicate, fact: &str, case: &Case<'_>) -> Option<Vec<Option<bool>>> {
    let members = members(p, fact, case);
    let truths = || members.iter().map(|member| ordered("ge", p, member, case)).collect();
    (!members.is_empty()).then(truths)
}

fn count(fact: &str, case: &Case<'_>) -> Option<i64> {
    if fact.contains('*') {
        let there = case.record.keys().filter(|k| pattern_matches(fact, k));
        return i64::try_from(there.filter(|k| case.value(k).is_some()).count()).ok();
    }
    match case.value(fact)? {
        Value::Int(n) => Some(*n),
        Value::List(list) => i64::try_from(list.len()).ok(),
        Value::Merits(list) => i64::try_from(list.len()).ok(),
        Value::Years(years) => i64::try_from(years.len()).ok(),
        _ => None,
    }
}

/// Whether a trade is in the scope of the level; an incomplete table cannot say no.
fn in_scope(fact: &str, case: &Case<'_>) -> Option<bool> {
    let trade = case.text(fact)?;
    let Some(scope) = &case.pack.scope else { return Some(true) };
    let level = case.level()?;
    if case.pack.find_trade(trade, Some(level)).is_some() {
        return Some(true);
    }
    (scope.complete || scope.on_unknown_trade.as_deref() == Some("error")).then_some(false)
}

fn same(fact: &str, other: &str, case: &Case<'_>) -> Option<bool> {
    match (case.value(fact)?, case.value(other)?) {
        (Value::Text(a), Value::Text(b)) => {
            // who still has the old name of a trade is in the same trade
            let key = |fact: &str, text: &str| {
                let now = fact.ends_with(".trade").then(|| scope::old_name(fact, case)).flatten();
                name_key(fact, now.as_deref().unwrap_or(text), case)
            };
            Some(key(fact, a) == key(other, b))
        }
        (a, b) => Some(a == b),
    }
}

/// The facts that leave a comparison unknown.
pub(super) fn unknown_facts(p: &Predicate, case: &Case<'_>) -> Vec<String> {
    let Some(fact) = p.fact.as_deref() else { return Vec::new() };
    if fact.contains('*') {
        let members = members(p, fact, case);
        if members.is_empty() {
            return vec![fact.to_owned()];
        }
        return members.into_iter().filter(|m| allowed_or_known(m, p, case)).collect();
    }
    if p.op.as_deref() == Some("in_scope") && case.value(fact).is_some() {
        // the table is incomplete, the fact is not: nothing a unit could fill in
        return Vec::new();
    }
    let all = std::iter::once(fact).chain(p.other.as_deref());
    let unknown: Vec<String> = all.filter(|f| case.value(f).is_none()).map(str::to_owned).collect();
    if unknown.is_empty() { vec![fact.to_owned()] } else { unknown }
}

fn allowed_or_known(member: &str, p: &Predicate, case: &Case<'_>) -> bool {
    match p.op.as_deref() {
        Some("all_in") => allowed(member, p, case).is_none(),
        _ => case.value(member).is_none(),
    }
}
