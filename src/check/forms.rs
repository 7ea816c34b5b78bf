//! Consistency of form fields: `[[check]]` expressions and `[[convention]]` of single fields.

use super::case::{Case, Docket};
use crate::diag::{Finding, FindingBuilder, Severity};
use crate::normalize::Value;
use crate::pack::{Convention, FormCheck, fact_label};

const GRADES: &[&str] = &["L1", "L2", "L3", "L4", "L5"];

/// Judges the checks and conventions of the pack.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    for check in &case.pack.checks {
        let runs: &[&str] = if check.expr.contains(".*") { GRADES } else { &[""] };
        for grade in runs {
            let expr = check.expr.replace(".*", &format!(".{grade}"));
            if holds(&expr, case) == Some(false) {
                docket.say(broken(check, &expr, grade, case));
            }
        }
    }
    for convention in &case.pack.conventions {
        docket.findings.extend(unusual(convention, case));
    }
}

fn weigh(finding: FindingBuilder, severity: Option<&str>) -> Finding {
    match severity {
        Some("error") => finding.severity(Severity::Error).build(),
        Some("warn") => finding.severity(Severity::Warn).build(),
        Some("info") => finding.severity(Severity::Info).build(),
        _ => finding.build(),
    }
}

fn broken(check: &FormCheck, expr: &str, grade: &str, case: &Case<'_>) -> Finding {
    let facts: Vec<String> = tokens(expr).into_iter().filter(|t| is_fact(t)).collect();
    let first = facts.first().map_or("", String::as_str);
    let start = Finding::new(&check.finding, case.origin(first)).clause(&check.clause);
    // the numbers of the form in the order of the expression fill a, b, c …
    let letters = ["a", "b", "c", "d", "e"];
    let filled =
        letters.iter().zip(&facts).fold(start, |f, (letter, fact)| f.arg(letter, case.shown(fact)));
    let number = |kind: &str| case.shown(&format!("posts.{kind}.{grade}"));
    let filled = filled
        .arg("grade", grade)
        .arg("k", number("applied"))
        .arg("v", number("vacant"))
        .arg("t", number("two_one"))
        .arg("u", number("no_limit"));
    weigh(filled, check.severity.as_deref())
}

fn is_fact(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_lowercase())
}

fn tokens(expr: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in expr.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || c == '.' || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        match (c, tokens.last_mut()) {
            (' ', _) => {}
            ('=', Some(last)) if last == "<" || last == ">" => last.push('='),
            _ => tokens.push(c.to_string()),
        }
    }
    tokens
}

/// Whether an expression holds; unknown when a fact has no number or the text is no expression.
fn holds(expr: &str, case: &Case<'_>) -> Option<bool> {
    let tokens = tokens(expr);
    let mut rest = tokens.as_slice();
    let mut left = sum(&mut rest, case)?;
    let mut all = true;
    let mut compared = false;
    while let Some((relation, tail)) = rest.split_first() {
        rest = tail;
        let right = sum(&mut rest, case)?;
        all &= match relation.as_str() {
            "=" => left == right,
            "<=" => left <= right,
            ">=" => left >= right,
            "<" => left < right,
            ">" => left > right,
            _ => return None,
        };
        (left, compared) = (right, true);
    }
    compared.then_some(all)
}

fn sum(rest: &mut &[String], case: &Case<'_>) -> Option<i64> {
    let mut total = term(rest, case)?;
    while let Some((sign, tail)) = rest.split_first().filter(|(s, _)| *s == "+" || *s == "-") {
        *rest = tail;
        let next = term(rest, case)?;
        total = if sign == "+" { total.checked_add(next)? } else { total.checked_sub(next)? };
    }
    Some(total)
}

fn term(rest: &mut &[String], case: &Case<'_>) -> Option<i64> {
    let (token, tail) = rest.split_first()?;
    *rest = tail;
    if token == "(" {
        let inner = sum(rest, case)?;
        let (close, tail) = rest.split_first()?;
        *rest = tail;
        return (close == ")").then_some(inner);
    }
    if let Ok(number) = token.parse() {
        return Some(number);
    }
    match case.value(token) {
        Some(Value::Int(n)) => Some(*n),
        None if token == "posts.two_one.sum" => {
            let grades =
                GRADES.iter().filter_map(|g| match case.value(&format!("posts.two_one.{g}"))? {
                    Value::Int(n) => Some(*n),
                    _ => None,
                });
            let numbers: Vec<i64> = grades.collect();
            (!numbers.is_empty()).then(|| numbers.iter().sum())
        }
        _ => None,
    }
}

/// A field that is not as it usually is for the person's present level.
fn unusual(convention: &Convention, case: &Case<'_>) -> Option<Finding> {
    let field = convention.field.as_str();
    let level = case.text("post.level").unwrap_or_default();
    let expect = if let Some(day) = convention.month_day.get(level) {
        let date = case.date(field)?;
        // a date given by month is told nothing about its day
        if date.to_string().ends_with(day.as_str()) || date.to_string().len() < 10 {
            return None;
        }
        day.clone()
    } else if let Some(value) = convention.value.get(level) {
        let text = case.text(field)?;
        if case.pack.canonical_issuer(text) == case.pack.canonical_issuer(value) {
            return None;
        }
        value.clone()
    } else {
        let text = case.text(field).filter(|_| !convention.suggest.is_empty())?;
        if convention.suggest.iter().any(|word| text.contains(word.as_str())) {
            return None;
        }
        convention.suggest.join("、")
    };
    let finding = Finding::new(&convention.finding, case.origin(field))
        .arg("level", level)
        .arg("expect", expect)
        .arg("value", case.shown(field))
        .arg("label", fact_label(field))
        .clause(&convention.clause)
        .field(field);
    Some(weigh(finding, convention.severity.as_deref()))
}
