//! 岗位使用情况备案表 of each unit: its numbers against each other and against who applies.

use super::case::{Case, Docket};
use super::derive::Batch;
use super::forms::{grade_name, level_grade};
use crate::diag::{Finding, Origin};
use crate::normalize::{PostUse, Record, Submission, Value};
use crate::pack::{FormCheck, Pack, expr_facts, expr_holds, fact_label};
use crate::text::fold;
use std::collections::BTreeMap;

const GRADES: [&str; 5] = ["L1", "L2", "L3", "L4", "L5"];

/// What a unit filed of its posts, with the entry it came in.
pub(super) struct Filed<'a> {
    pub(super) source: &'a str,
    pub(super) form: &'a PostUse,
}

/// The newest form of each unit, by its folded name.
pub(super) fn newest<'a>(
    submissions: &'a [Submission],
    pack: &Pack,
) -> BTreeMap<String, Filed<'a>> {
    let mut ordered: Vec<&Submission> = submissions.iter().collect();
    ordered.sort_by(|a, b| (a.arrival.at, &a.source).cmp(&(b.arrival.at, &b.source)));
    let mut forms = BTreeMap::new();
    for submission in ordered {
        for form in &submission.posts {
            forms.insert(unit_key(&form.unit, pack), Filed { source: &submission.source, form });
        }
    }
    forms
}

/// A unit as its forms and rosters are matched: by its full name, blanks and width aside.
pub(super) fn unit_key(name: &str, pack: &Pack) -> String {
    let key = fold(name);
    let full = pack.aliases.units.iter().find(|(_, others)| others.iter().any(|o| fold(o) == key));
    full.map_or(key, |(full, _)| fold(full))
}

/// The checks of the pack that are about a unit and not about one person.
fn own(pack: &Pack) -> impl Iterator<Item = &FormCheck> {
    pack.checks.iter().filter(|check| is_of_unit(check))
}

/// Whether a check speaks of posts or of how many apply.
pub(super) fn is_of_unit(check: &FormCheck) -> bool {
    let of_unit = |fact: &String| fact.starts_with("posts.") || fact.starts_with("batch.");
    expr_facts(&check.expr).iter().any(of_unit)
}

/// Judges the forms of all units. What concerns nobody who applies is said of the entry that the
/// form came in.
pub(super) fn check(
    forms: &BTreeMap<String, Filed<'_>>,
    batches: &BTreeMap<String, Batch>,
    cases: &[Case<'_>],
    dockets: &mut [Docket],
) -> BTreeMap<String, Vec<Finding>> {
    let mut entries: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    let Some(pack) = cases.first().map(|case| case.pack) else { return entries };
    if own(pack).next().is_none() {
        return entries;
    }
    let none = Batch::default();
    for (unit, filed) in forms {
        let of_unit = |case: &&Case<'_>| unit_key(&case.applicant.unit, pack) == *unit;
        let batch = cases.iter().find(of_unit).and_then(|c| batches.get(&c.applicant.unit));
        let desk = Desk { pack, record: &filed.form.record, batch: batch.unwrap_or(&none) };
        for (whom, finding) in desk.judge() {
            let mut told = false;
            for (case, docket) in cases.iter().zip(dockets.iter_mut()) {
                if !case.withdrawn && of_unit(&case) && whom.is(case) {
                    docket.say(finding.clone());
                    told = true;
                }
            }
            if !told {
                entries.entry(filed.source.to_owned()).or_default().push(finding);
            }
        }
    }
    entries
}

/// Whom a finding about a unit concerns.
enum Whom {
    /// Those who apply for a grade.
    Grade(&'static str),
    /// Those marked 退二进一.
    TwoOne,
}

impl Whom {
    fn is(&self, case: &Case<'_>) -> bool {
        match self {
            Self::Grade(grade) => case.level().and_then(level_grade) == Some(grade),
            Self::TwoOne => case.text("apply.note").is_some_and(|note| note.contains("退二进一")),
        }
    }
}

/// One form with what is known of its unit.
struct Desk<'a> {
    pack: &'a Pack,
    record: &'a Record,
    batch: &'a Batch,
}

impl Desk<'_> {
    fn judge(&self) -> Vec<(Whom, Finding)> {
        let mut out = Vec::new();
        for grade in GRADES {
            out.extend(self.unreadable(grade).map(|finding| (Whom::Grade(grade), finding)));
            for check in own(self.pack).filter(|check| check.expr.contains(".*")) {
                let expr = check.expr.replace(".*", &format!(".{grade}"));
                if self.holds(&expr) == Some(false) {
                    out.push((Whom::Grade(grade), self.broken(check, &expr, grade)));
                }
            }
        }
        for check in own(self.pack).filter(|check| !check.expr.contains(".*")) {
            if self.holds(&check.expr) == Some(false) {
                out.push((Whom::TwoOne, self.broken(check, &check.expr, "")));
            }
        }
        out
    }

    /// QT-204: cells without a whole number, of a grade somebody applies for; what was written and
    /// cannot be read is told of every grade.
    fn unreadable(&self, grade: &'static str) -> impl Iterator<Item = Finding> {
        let wanted = self.batch.per_level.get(grade).is_some_and(|n| *n > 0);
        self.record.iter().filter_map(move |(id, field)| {
            let blank = field.raw.trim().is_empty();
            if !id.ends_with(grade) || field.value.is_some() || (blank && !wanted) {
                return None;
            }
            let label = format!("{}的{}", grade_name(grade), fact_label(id));
            let value = if blank { "空" } else { field.raw.trim() };
            let finding = Finding::new("QT-204", field.origin.clone()).field(id);
            let finding = finding.arg("label", label).arg("value", value);
            Some(finding.clause(self.clause()).build())
        })
    }

    /// The clause of the form: that of the first check of it.
    fn clause(&self) -> &str {
        own(self.pack).next().map_or("", |check| check.clause.as_str())
    }

    fn number(&self, fact: &str) -> Option<i64> {
        let read = |id: &str| match self.record.get(id)?.value {
            Some(Value::Int(n)) => Some(n),
            _ => None,
        };
        match fact {
            "batch.two_one" => Some(self.batch.two_one),
            "posts.two_one.sum" => {
                let grades: Option<Vec<i64>> =
                    GRADES.iter().map(|grade| read(&format!("posts.two_one.{grade}"))).collect();
                grades.map(|all| all.iter().sum())
            }
            _ => match fact.strip_prefix("batch.applicants.") {
                Some(grade) => Some(self.batch.per_level.get(grade).copied().unwrap_or(0)),
                None => read(fact),
            },
        }
    }

    fn holds(&self, expr: &str) -> Option<bool> {
        expr_holds(expr, &|fact| self.number(fact))
    }

    fn broken(&self, check: &FormCheck, expr: &str, grade: &str) -> Finding {
        let facts = expr_facts(expr);
        let place = facts.iter().find_map(|fact| self.record.get(fact));
        let sum = || self.record.get("posts.two_one.L1");
        let origin = place.or_else(sum).map_or_else(Origin::default, |f| f.origin.clone());
        let shown =
            |fact: &str| self.number(fact).map_or_else(|| "空".to_owned(), |n| n.to_string());
        let of = |kind: &str| shown(&format!("posts.{kind}.{grade}"));
        // 空缺, 核准, 现聘, 特设 in the order of the message; of the others what they compare
        let finding = Finding::new(&check.finding, origin).clause(&check.clause);
        let finding = match check.finding.as_str() {
            "QT-203" => finding
                .arg("a", of("applied"))
                .arg("b", shown(&format!("batch.applicants.{grade}"))),
            "QT-205" => {
                finding.arg("a", shown("batch.two_one")).arg("b", shown("posts.two_one.sum"))
            }
            _ => {
                let letters = ["a", "b", "c", "d", "e"];
                letters.iter().zip(&facts).fold(finding, |f, (at, fact)| f.arg(at, shown(fact)))
            }
        };
        let finding = finding
            .arg("grade", grade_name(grade))
            .arg("k", of("applied"))
            .arg("v", of("vacant"))
            .arg("t", of("two_one"))
            .arg("u", of("no_limit"));
        finding.weighed(check.severity.as_deref()).build()
    }
}
