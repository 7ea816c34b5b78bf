//! Consistency of form fields: `[[check]]` expressions and `[[convention]]` of single fields.

use super::case::{Case, Docket};
use super::posts;
use crate::diag::Finding;
use crate::normalize::Value;
use crate::pack::{Convention, FormCheck, expr_facts, expr_holds, fact_label};

/// Grades of the forms with their level and what the forms call them.
const GRADES: [(&str, &str, &str); 5] = [
    ("L1", "高级技师", "一级（高级技师）"),
    ("L2", "技师", "二级（技师）"),
    ("L3", "高级工", "三级（高级工）"),
    ("L4", "中级工", "四级（中级工）"),
    ("L5", "初级工", "五级（初级工）"),
];

/// The grade of a level.
pub(super) fn level_grade(level: &str) -> Option<&'static str> {
    GRADES.iter().find(|(_, own, _)| *own == level).map(|(grade, ..)| *grade)
}

/// What the forms call a grade.
pub(super) fn grade_name(grade: &str) -> &'static str {
    GRADES.iter().find(|(own, ..)| *own == grade).map_or("", |(.., name)| name)
}

/// Judges the checks and conventions of the pack.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    for check in case.pack.checks.iter().filter(|check| !posts::is_of_unit(check)) {
        if holds(&check.expr, case) == Some(false) {
            docket.say(broken(check, case));
        }
    }
    for convention in &case.pack.conventions {
        docket.findings.extend(unusual(convention, case));
    }
}

fn broken(check: &FormCheck, case: &Case<'_>) -> Finding {
    let facts = expr_facts(&check.expr);
    let first = facts.first().map_or("", String::as_str);
    let start = Finding::new(&check.finding, case.origin(first)).clause(&check.clause);
    // the numbers of the form in the order of the expression fill a, b, c …
    let letters = ["a", "b", "c", "d", "e"];
    let filled =
        letters.iter().zip(&facts).fold(start, |f, (letter, fact)| f.arg(letter, case.shown(fact)));
    filled.weighed(check.severity.as_deref()).build()
}

/// Whether an expression holds; unknown when a fact has no number.
fn holds(expr: &str, case: &Case<'_>) -> Option<bool> {
    expr_holds(expr, &|fact| match case.value(fact) {
        Some(Value::Int(n)) => Some(*n),
        _ => None,
    })
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
    Some(finding.weighed(convention.severity.as_deref()).build())
}
