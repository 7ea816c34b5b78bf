//! 破格: a proven exception lifts the rules it waives; a claimed one must be proven.

use super::case::{Case, Docket};
use super::merits::team_only;
use super::predicate::{leaves, or, truth, unknown_facts};
use super::rules::Judged;
use crate::diag::{Finding, Severity};
use crate::normalize::Value;
use crate::pack::{Exception, Predicate, fact_label};

/// The field that holds the claims (`A2`, `A?`).
const CLAIM: &str = "apply.exception";

/// Judges the claims; findings of waived rules in `judged` are lifted or softened.
pub(super) fn check(case: &Case<'_>, judged: &mut [Judged<'_>], docket: &mut Docket) {
    let mut claims: Vec<String> =
        claims(case).into_iter().map(|claim| lettered(claim, judged, case)).collect();
    claims.dedup();
    // a claim that holds lifts the rules first, so that a second one no longer needs to
    let holds = |claim: &String| {
        items(claim, case).and_then(|(_, list)| or(list.iter().map(|item| truth(item, case))))
    };
    claims.sort_by_key(|claim| holds(claim) != Some(true));
    for claim in claims {
        let Some((exception, items)) = items(&claim, case) else {
            let id = format!("EX-104:{claim}");
            if case.answer(&id).is_none() {
                let finding = finding("EX-104", case, "").arg("value", &claim).build();
                ask(&id, &claim, case, finding, docket);
            }
            continue;
        };
        Claim { claim: &claim, exception, items: &items, case }.judge(judged, docket);
    }
}

fn claims(case: &Case<'_>) -> Vec<String> {
    match case.value(CLAIM) {
        Some(Value::List(list)) => list.clone(),
        Some(Value::Text(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// A claim without a letter (`2`, `破格`) means the first exception that has the item and waives all
/// that failed, else the last that has it.
fn lettered(claim: String, judged: &[Judged<'_>], case: &Case<'_>) -> String {
    let exceptions = &case.pack.exceptions;
    let number = claim.chars().all(|c| c.is_ascii_digit());
    if exceptions.iter().any(|e| claim.starts_with(e.id.as_str())) || !(number || claim == "破格")
    {
        return claim;
    }
    let failed: Vec<&str> = judged
        .iter()
        .filter(|j| j.truth == Some(false))
        .map(|j| j.rule.group.as_str())
        .filter(|group| exceptions.iter().any(|e| e.waives.iter().any(|w| w == group)))
        .collect();
    let waives_all = |e: &&Exception| {
        !failed.is_empty() && failed.iter().all(|g| e.waives.iter().any(|w| w == g))
    };
    let item = claim.parse::<u32>().ok();
    let has = |e: &&Exception| item.is_none() || e.any.iter().any(|p| p.no == item);
    let of_item = || exceptions.iter().filter(has);
    let found = of_item().find(waives_all).or_else(|| of_item().next_back());
    match found.or(exceptions.last()) {
        Some(exception) if number => format!("{}{claim}", exception.id),
        Some(exception) => format!("{}?", exception.id),
        None => claim,
    }
}

/// The exception and the items a claim names; `A?` names all items of A.
fn items<'a>(claim: &str, case: &Case<'a>) -> Option<(&'a Exception, Vec<&'a Predicate>)> {
    let exception = case.pack.exceptions.iter().find(|e| claim.starts_with(e.id.as_str()))?;
    let rest = claim.strip_prefix(exception.id.as_str())?;
    let items: Vec<&Predicate> = match rest.parse::<u32>() {
        Ok(no) => exception.any.iter().filter(|item| item.no == Some(no)).collect(),
        Err(_) => exception.any.iter().collect(),
    };
    (!items.is_empty()).then_some((exception, items))
}

fn finding(code: &str, case: &Case<'_>, clause: &str) -> crate::diag::FindingBuilder {
    Finding::new(code, case.origin(CLAIM)).clause(clause).field(CLAIM)
}

fn ask(id: &str, claim: &str, case: &Case<'_>, finding: Finding, docket: &mut Docket) {
    let text = format!("{}：破格条款 {claim} 是否成立？", case.name());
    let known = finding.message.clone();
    docket.ask(id, text, known, finding);
}

struct Claim<'a> {
    claim: &'a str,
    exception: &'a Exception,
    items: &'a [&'a Predicate],
    case: &'a Case<'a>,
}

impl Claim<'_> {
    fn judge(&self, judged: &mut [Judged<'_>], docket: &mut Docket) {
        docket.say(self.finding("EX-101").arg("item", self.claim).build());
        let has = |id: &String| {
            self.case.applicant.materials.iter().any(|m| m.id == *id && !m.files.is_empty())
        };
        if !self.exception.materials.iter().all(has) {
            docket.say(self.finding("EX-102").arg("item", self.claim).build());
            return;
        }
        if !judged.iter().any(|j| self.waives(j)) {
            let open = judged.iter().any(|j| j.truth.is_none() && self.group(j));
            let lifted = docket.findings.iter().any(|f| f.code.as_str() == "EX-111");
            if !open && !lifted {
                docket.say(self.finding("EX-112").build());
            }
            return;
        }
        self.side_notes(docket);
        let id = self.question();
        let held = or(self.items.iter().map(|item| truth(item, self.case)));
        match held.or_else(|| self.case.answer(&id)) {
            Some(true) => self.lift(judged, docket),
            Some(false) => self.unmet(docket),
            None => self.open(&id, judged, docket),
        }
    }

    fn finding(&self, code: &str) -> crate::diag::FindingBuilder {
        finding(code, self.case, &self.exception.clause)
    }

    fn group(&self, judged: &Judged<'_>) -> bool {
        self.exception.waives.contains(&judged.rule.group)
    }

    fn waives(&self, judged: &Judged<'_>) -> bool {
        judged.truth == Some(false) && self.group(judged)
    }

    fn manual(&self) -> bool {
        self.items.iter().all(|item| item.manual)
    }

    fn question(&self) -> String {
        let code = if self.manual() { "EX-121" } else { "EX-104" };
        format!("{code}:{}", self.claim)
    }

    fn lift(&self, judged: &mut [Judged<'_>], docket: &mut Docket) {
        for rule in judged.iter_mut().filter(|j| self.waives(j)) {
            rule.truth = Some(true);
            rule.findings.clear();
            let finding =
                self.finding("EX-111").arg("rule", &rule.rule.text).arg("item", self.claim);
            docket.say(finding.build());
        }
    }

    fn unmet(&self, docket: &mut Docket) {
        let texts: Vec<&str> = self.items.iter().filter_map(|item| item.text.as_deref()).collect();
        let failed = self.items.iter().flat_map(|item| leaves(item));
        let failed = failed.filter(|leaf| truth(leaf, self.case) == Some(false));
        let mut facts: Vec<String> = failed
            .filter_map(|leaf| leaf.fact.as_deref())
            .map(|fact| format!("{}为\"{}\"", fact_label(fact), self.case.shown(fact)))
            .collect();
        facts.dedup();
        let detail = if facts.is_empty() {
            texts.join("；")
        } else {
            format!("{}（要求：{}）", facts.join("，"), texts.join("；"))
        };
        docket.say(self.finding("EX-103").arg("item", self.claim).arg("detail", detail).build());
        if self.items.iter().any(|item| team(item, self.case)) {
            docket.say(self.finding("EX-106").build());
        }
    }

    fn open(&self, id: &str, judged: &mut [Judged<'_>], docket: &mut Docket) {
        // a person decides the claim, so until then what it would lift must not send the case back
        for rule in judged.iter_mut().filter(|j| self.waives(j)) {
            for finding in &mut rule.findings {
                finding.severity = finding.severity.min(Severity::Warn);
            }
        }
        let finding = if self.manual() {
            self.finding("EX-121").build()
        } else {
            let unknown = self.items.iter().flat_map(|item| leaves(item));
            let unknown = unknown.filter(|leaf| truth(leaf, self.case).is_none());
            let facts = unknown.flat_map(|leaf| unknown_facts(leaf, self.case));
            let mut shown: Vec<String> =
                facts.map(|f| format!("{}：{}", fact_label(&f), self.case.shown(&f))).collect();
            shown.dedup();
            self.finding("EX-104").arg("value", shown.join("；")).build()
        };
        let texts: Vec<&str> = self.items.iter().filter_map(|item| item.text.as_deref()).collect();
        let text = format!(
            "{}：是否符合破格条款 {}（{}）？",
            self.case.name(),
            self.claim,
            texts.join("；")
        );
        let known = self.known(&finding, judged);
        docket.ask(id, text, known, finding);
    }

    /// What a person needs to decide: why the machine cannot, what is not met without the claim,
    /// and which files were handed in for it.
    fn known(&self, finding: &Finding, judged: &[Judged<'_>]) -> String {
        let unmet = judged.iter().filter(|j| self.waives(j)).flat_map(|j| &j.findings);
        let unmet: Vec<&str> = unmet.map(|f| f.message.as_str()).collect();
        let papers = self.case.applicant.materials.iter();
        let papers = papers.filter(|m| self.exception.materials.contains(&m.id));
        let files: Vec<&str> =
            papers.flat_map(|m| &m.files).filter_map(|file| file.path.rsplit('/').next()).collect();
        format!(
            "{}；未达到的条件：{}；破格材料：{}",
            finding.message,
            unmet.join("，"),
            files.join("、")
        )
    }

    /// Awards older than the certificate, and base dates the circular does not name.
    fn side_notes(&self, docket: &mut Docket) {
        let all: Vec<&Predicate> = self.items.iter().flat_map(|item| leaves(item)).collect();
        let cert = self.case.date("cert.date");
        for fact in all.iter().filter_map(|leaf| leaf.fact.as_deref()) {
            let Some(Value::Merits(merits)) = self.case.value(fact) else { continue };
            for date in merits.iter().filter_map(|m| m.date) {
                if cert.and_then(|cert| date.lt(&cert)) == Some(true) {
                    let finding = Finding::new("EX-105", self.case.origin(fact)).arg("date", date);
                    docket.say(finding.clause(&self.exception.clause).field(fact).build());
                }
            }
        }
        let named = self.items.len() == 1;
        for reference in all.iter().filter_map(|leaf| leaf.reference.as_deref()).filter(|_| named) {
            let Some(reference) = self.case.pack.reference.get(reference) else { continue };
            if let (true, Some(date)) = (reference.assumed, reference.as_date()) {
                docket.say(self.finding("EX-107").arg("date", date).build());
            }
        }
    }
}

fn team(item: &Predicate, case: &Case<'_>) -> bool {
    leaves(item).iter().any(|leaf| {
        let value = leaf.fact.as_deref().and_then(|fact| case.value(fact));
        leaf.op.as_deref() == Some("award_ge")
            && value.zip(leaf.value.as_ref()).is_some_and(|(value, asked)| team_only(value, asked))
    })
}
