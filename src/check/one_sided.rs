//! Whether each rule of a pack can both be met and be missed: facts made up for the purpose are
//! tried on it, on either side of everything it compares with.

use super::History;
use super::case::Case;
use super::predicate::{leaves, truth};
use crate::diag::{Finding, Origin};
use crate::intake::{Arrival, Witness};
use crate::normalize::{Applicant, CaseKey, Field, Merit, Record, Source, Value};
use crate::pack::{LoadedPack, Pack, Predicate, Rule, is_date, place};
use crate::text::PartialDate;
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};

/// Most combinations of facts that are tried on one rule.
const MOST: usize = 50_000;

/// PK-114 for every rule that everybody or nobody passes.
pub fn one_sided(loaded: &LoadedPack) -> Vec<Finding> {
    let pack = &loaded.pack;
    let mut findings = Vec::new();
    for (n, rule) in pack.rules.iter().enumerate() {
        if let Some(what) = fault(rule, pack) {
            let at = place(loaded, &format!("rule.{n}"));
            let finding = Finding::new("PK-114", at).arg("id", &rule.id).arg("what", what);
            findings.push(finding.build());
        }
    }
    findings
}

fn fault(rule: &Rule, pack: &Pack) -> Option<&'static str> {
    let levels: Vec<&String> = pack
        .circular
        .levels
        .iter()
        .filter(|level| rule.levels.is_empty() || rule.levels.contains(level))
        .collect();
    if levels.is_empty() {
        return Some("的等级不在本通知之内，不会用到");
    }
    let parts: Vec<&Predicate> = rule.all.iter().chain(&rule.any).flatten().collect();
    if parts.is_empty() {
        return Some("没有条件，谁都不会被挡住");
    }
    let all: Vec<&Predicate> = parts.iter().copied().chain(&rule.when).flat_map(leaves).collect();
    let counted = |leaf: &&Predicate| {
        leaf.op.as_deref() == Some("count_ge")
            && leaf.fact.as_deref().is_some_and(|fact| fact.contains('*'))
    };
    if all.iter().any(|leaf| leaf.manual || counted(leaf)) {
        return None;
    }
    let facts = candidates(&all, pack);
    let (mut met, mut missed, mut applies) = (false, false, rule.when.is_none());
    let judge = |record: &Record| verdict(rule, record, pack);
    let mut known = vec![false; all.len()];
    let mut tried = 0;
    for level in levels {
        let mut facts = facts.clone();
        facts.insert("apply.level".to_owned(), vec![Some(Value::Text(level.clone()))]);
        each(&facts, &mut tried, &mut |record| {
            let (open, holds) = judge(record);
            for (known, leaf) in known.iter_mut().zip(&all) {
                *known = *known || verdict_of(leaf, record, pack).is_some();
            }
            applies |= open;
            met |= open && holds == Some(true);
            missed |= open && holds == Some(false);
            !(met && missed)
        });
    }
    match (applies, met, missed) {
        // too many facts to try them all, or a comparison the made-up facts say nothing to: nothing
        // is claimed
        _ if tried >= MOST || known.contains(&false) => None,
        (false, ..) => Some("的 when 永远不成立，不会用到"),
        (_, false, _) => Some("没有人能通过"),
        (_, _, false) => Some("谁都不会被挡住"),
        _ => None,
    }
}

/// Whether one comparison holds for such a person.
fn verdict_of(leaf: &Predicate, record: &Record, pack: &Pack) -> Option<bool> {
    with_case(record, pack, |case| truth(leaf, case))
}

/// Whether the rule is for such a person, and whether it holds.
fn verdict(rule: &Rule, record: &Record, pack: &Pack) -> (bool, Option<bool>) {
    with_case(record, pack, |case| judged(rule, case))
}

fn with_case<T>(record: &Record, pack: &Pack, see: impl FnOnce(&Case<'_>) -> T) -> T {
    let applicant = nobody(record.clone());
    let history = History::default();
    let today = PartialDate::day(pack.circular.year, 6, 15).expect("a day of every year");
    let case = Case {
        pack,
        applicant: &applicant,
        record: &applicant.record,
        history: &history,
        today,
        withdrawn: false,
    };
    see(&case)
}

fn judged(rule: &Rule, case: &Case<'_>) -> (bool, Option<bool>) {
    let open = rule.when.as_ref().is_none_or(|when| truth(when, case) == Some(true));
    let whole = Predicate { all: rule.all.clone(), any: None, ..Predicate::default() };
    let either = Predicate { all: None, any: rule.any.clone(), ..Predicate::default() };
    let all = rule.all.as_ref().map_or(Some(true), |_| truth(&whole, case));
    let any = rule.any.as_ref().map_or(Some(true), |_| truth(&either, case));
    (open, super::predicate::and([all, any].into_iter()))
}

fn nobody(record: Record) -> Applicant {
    let at = DateTime::UNIX_EPOCH.fixed_offset();
    Applicant {
        key: CaseKey { text: String::new(), provisional: true },
        unit: String::new(),
        record,
        materials: Vec::new(),
        photo: None,
        refused: Vec::new(),
        has_scans: false,
        whole: Vec::new(),
        omitted: false,
        withdrawn: false,
        arrival: Arrival { at, by: Witness::Run, last_look: None },
        late: Vec::new(),
        findings: Vec::new(),
    }
}

/// What a fact may hold, absence among it.
type Candidates = BTreeMap<String, Vec<Option<Value>>>;

/// Calls `see` with every combination of the candidates until it has seen enough.
fn each(facts: &Candidates, tried: &mut usize, see: &mut dyn FnMut(&Record) -> bool) {
    let names: Vec<&String> = facts.keys().collect();
    let lists: Vec<&Vec<Option<Value>>> = facts.values().collect();
    let mut at = vec![0_usize; names.len()];
    loop {
        let mut record = Record::new();
        for ((name, list), n) in names.iter().zip(&lists).zip(&at) {
            if let Some(Some(value)) = list.get(*n) {
                record.insert((*name).clone(), field(value.clone()));
            }
        }
        *tried += 1;
        if !see(&record) || *tried >= MOST {
            return;
        }
        // the next combination: the first place that can go on does, those before it begin anew
        let mut place = 0;
        loop {
            let (Some(n), Some(list)) = (at.get_mut(place), lists.get(place)) else { return };
            *n += 1;
            if *n < list.len() {
                break;
            }
            *n = 0;
            place += 1;
        }
    }
}

fn field(value: Value) -> Field {
    Field {
        raw: value.text(),
        value: Some(value),
        origin: Origin::default(),
        repairs: Vec::new(),
        source: Source::Read,
    }
}

/// For every fact of the comparisons, values on either side of what each compares it with.
fn candidates(all: &[&Predicate], pack: &Pack) -> Candidates {
    let mut facts = Candidates::new();
    for leaf in all {
        let Some(fact) = leaf.fact.as_deref() else { continue };
        for (name, values) in sides(fact, leaf, pack) {
            let list = facts.entry(name).or_insert_with(|| vec![None]);
            for value in values {
                if !list.contains(&Some(value.clone())) {
                    list.push(Some(value));
                }
            }
        }
    }
    // what is compared with each other must be able to be the same
    for leaf in all {
        let (Some(fact), Some(other)) = (&leaf.fact, &leaf.other) else { continue };
        let (own, theirs) = (fact.replace('*', "1"), other.replace('*', "1"));
        let lists = [facts.get(&own), facts.get(&theirs)];
        let mut both: Vec<Option<Value>> = Vec::new();
        for value in lists.into_iter().flatten().flatten() {
            if !both.contains(value) {
                both.push(value.clone());
            }
        }
        facts.insert(own, both.clone());
        facts.insert(theirs, both);
    }
    facts
}

type Sides = Vec<(String, Vec<Value>)>;

fn sides(fact: &str, leaf: &Predicate, pack: &Pack) -> Sides {
    let text = |words: &[&str]| words.iter().map(|w| Value::Text((*w).to_owned())).collect();
    let one = |values: Vec<Value>| vec![(fact.to_owned(), values)];
    let op = leaf.op.as_deref().unwrap_or_default();
    if let Some(other) = &leaf.other {
        // dates before and after each other; for other facts equal and unequal words
        let kind = is_date(fact) || is_date(other);
        let own = if kind { dates(pack.circular.year) } else { text(&["甲", "乙"]) };
        let name = fact.replace('*', "1");
        return vec![(name, own.clone()), (other.replace('*', "1"), own)];
    }
    match op {
        "in_scope" => {
            let trades = pack.trades();
            let mut names: Vec<String> = vec!["（表外工种）".to_owned()];
            names.extend(pack.circular.levels.iter().filter_map(|level| {
                let open = trades.iter().find(|t| t.levels.contains(level))?;
                Some(open.name.clone())
            }));
            one(names.into_iter().map(Value::Text).collect())
        }
        "contains_all" => {
            let list = leaf.reference.as_deref().and_then(|r| pack.reference.get(r)?.list.clone());
            match list {
                Some(years) => one(vec![
                    Value::Years(years.iter().copied().collect()),
                    Value::Years(BTreeSet::from([1])),
                ]),
                None => one(vec![
                    Value::List(words(leaf.value.as_ref())),
                    Value::List(vec!["（其他）".to_owned()]),
                ]),
            }
        }
        "all_in" => {
            let years = leaf.years_ref.as_deref().and_then(|r| pack.reference.get(r)?.list.clone());
            let keys = match years {
                Some(years) => years.iter().map(|y| fact.replace('*', &y.to_string())).collect(),
                None => vec![fact.replace('*', "1")],
            };
            let mut values = words(leaf.value.as_ref());
            values.truncate(1);
            values.extend(["不合格".to_owned(), "（其他）".to_owned()]);
            let values: Vec<Value> = values.into_iter().map(Value::Text).collect();
            keys.into_iter().map(|key| (key, values.clone())).collect()
        }
        "honour_ge" | "contest_in" | "award_ge" => one(vec![
            Value::Merits(merits(leaf.value.as_ref())),
            Value::Merits(vec![Merit {
                name: "（其他）".to_owned(),
                rank: Some("县级".to_owned()),
                grade: Some("优秀奖".to_owned()),
                place: Some(99),
                date: None,
                personal: Some(true),
            }]),
        ]),
        _ => one(around(fact, leaf, pack)),
    }
}

fn dates(year: i32) -> Vec<Value> {
    let days = [(year - 60, 1), (year - 20, 6), (year - 10, 6), (year, 12), (year + 40, 1)];
    days.iter().filter_map(|(y, m)| PartialDate::day(*y, *m, 15)).map(Value::Date).collect()
}

/// Values on both sides of one value: days around a date, numbers around a number, the word and
/// another, all words of a ladder.
fn around(fact: &str, leaf: &Predicate, pack: &Pack) -> Vec<Value> {
    let reference = leaf.reference.as_deref().and_then(|r| pack.reference.get(r)?.as_date());
    let mut out: Vec<Value> = Vec::new();
    if let Some(date) = reference.filter(|_| leaf.value.is_none()) {
        out.extend(days_around(date));
    }
    let listed = leaf.value.as_ref().and_then(toml::Value::as_array);
    let single = leaf.value.as_ref().filter(|v| !v.is_array());
    for value in listed.into_iter().flatten().chain(single) {
        match value {
            toml::Value::Boolean(_) => out.extend([Value::Bool(true), Value::Bool(false)]),
            toml::Value::Integer(n) => {
                let near = [n - 1, *n, n + 1];
                out.extend(near.iter().map(|n| Value::Int(*n)));
                // ages and stretches of years are judged by dates
                if leaf.op.as_deref() == Some("years_ge") || fact == "person.age" {
                    out.extend(dates(pack.circular.year));
                }
            }
            toml::Value::String(word) => {
                let date = PartialDate::try_from(word.clone()).ok().filter(|_| is_date(fact));
                out.extend(date.into_iter().flat_map(days_around));
                out.push(Value::Text(word.clone()));
            }
            toml::Value::Datetime(day) => {
                let date = day
                    .date
                    .and_then(|d| PartialDate::day(d.year.into(), d.month.into(), d.day.into()));
                out.extend(date.into_iter().flat_map(days_around));
            }
            toml::Value::Float(_) | toml::Value::Array(_) | toml::Value::Table(_) => {}
        }
    }
    if out.iter().any(|value| matches!(value, Value::Text(_))) || out.is_empty() {
        out.extend(crate::pack::ladder_words(fact).into_iter().map(Value::Text));
        out.extend(pack.vocabulary.get(fact).into_iter().flatten().cloned().map(Value::Text));
        out.push(Value::Text("（其他）".to_owned()));
    }
    out
}

fn days_around(date: PartialDate) -> Vec<Value> {
    let first = date.first();
    let days = [first.pred_opt(), Some(first), first.succ_opt()];
    use chrono::Datelike as _;
    days.into_iter()
        .flatten()
        .filter_map(|d| PartialDate::day(d.year(), d.month(), d.day()))
        .map(Value::Date)
        .collect()
}

fn words(value: Option<&toml::Value>) -> Vec<String> {
    let list = value.and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(|w| w.as_str().map(str::to_owned)).collect()
}

/// Merits that meet what is asked of them.
fn merits(asked: Option<&toml::Value>) -> Vec<Merit> {
    let Some(asked) = asked else { return Vec::new() };
    let rows = asked.as_array().cloned().unwrap_or_else(|| vec![asked.clone()]);
    let text =
        |row: &toml::Value, key: &str| row.get(key).and_then(|v| v.as_str().map(str::to_owned));
    rows.iter()
        .map(|row| Merit {
            name: words(row.get("kinds")).first().cloned().unwrap_or_default(),
            rank: text(row, "rank"),
            grade: text(row, "grade").or_else(|| words(row.get("kinds")).first().cloned()),
            place: row
                .get("places")
                .and_then(|p| p.as_array()?.first()?.as_integer())
                .and_then(|p| u32::try_from(p).ok()),
            date: None,
            personal: Some(true),
        })
        .collect()
}
