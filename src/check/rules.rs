//! The rules of the pack: a finding for each comparison that fails, a question for each that a
//! missing fact leaves open.

use super::case::{Case, Docket};
use super::derive::{Track, retirement};
use super::predicate::{self, leaves, truth};
use super::scope;
use crate::diag::{Finding, FindingBuilder, Severity};
use crate::normalize::{Record, Source, Value};
use crate::pack::{Predicate, Rule, fact_label, pattern_matches};
use crate::text::PartialDate;

/// What a rule came to.
pub(super) struct Judged<'a> {
    pub rule: &'a Rule,
    pub truth: Option<bool>,
    /// What to say when it failed.
    pub findings: Vec<Finding>,
    /// Facts the pack asks for whose absence leaves it open.
    pub open: Vec<String>,
    /// Facts nobody was asked for whose absence leaves it open.
    pub unasked: Vec<String>,
    /// A part of it only a person can judge.
    pub by_person: bool,
    /// Warnings of comparisons with `on_unknown`; `true`: the roster asks for the fact.
    pub notes: Vec<(Finding, bool)>,
}

/// Judges one rule; `None` when it is not for this person.
pub(super) fn judge<'a>(rule: &'a Rule, case: &Case<'_>) -> Option<Judged<'a>> {
    if !rule.levels.is_empty() && !case.level().is_some_and(|l| rule.levels.iter().any(|x| x == l))
    {
        return None;
    }
    let applies = rule.when.as_ref().map_or(Some(true), |when| truth(when, case));
    if applies == Some(false) {
        return None;
    }
    let mut judged = Judged {
        rule,
        truth: Some(true),
        findings: Vec::new(),
        open: Vec::new(),
        unasked: Vec::new(),
        by_person: false,
        notes: Vec::new(),
    };
    for part in rule.all.iter().flatten() {
        judged.part(part, case);
    }
    if let Some(any) = &rule.any {
        judged.any(any, case);
    }
    if let (None, Some(when)) = (applies, &rule.when) {
        judged.perhaps(when, case);
    }
    if judged.truth.is_none()
        && let Some(answer) = case.answer(&rule.id)
    {
        judged.truth = Some(answer);
        judged.open.clear();
        if !answer {
            let first = rule.all.iter().flatten().chain(rule.any.iter().flatten()).next();
            judged.findings = first.map(|p| failure(rule, p, case, None)).into_iter().collect();
        }
    }
    Some(judged)
}

impl Judged<'_> {
    fn part(&mut self, part: &Predicate, case: &Case<'_>) {
        let held = truth(part, case);
        match held {
            Some(true) => {}
            Some(false) if forgiven_by_track(part, case) => {
                let rule = Track::of(case).map_or("", |track| track.words);
                let finding = Finding::new("EL-113", case.origin("person.birth"))
                    .arg("rule", rule)
                    .arg("retire", case.shown("person.retire_on"));
                self.notes.push((
                    finding.clause(&self.rule.clause).field("person.retire_on").build(),
                    true,
                ));
                return;
            }
            Some(false) => self.findings.extend(failures(self.rule, part, case)),
            None => self.unknown(part, case),
        }
        if part.on_unknown.is_none() || held.is_some() {
            self.truth = predicate::and([self.truth, held].into_iter());
        }
    }

    fn any(&mut self, any: &[Predicate], case: &Case<'_>) {
        let held = predicate::or(any.iter().map(|p| truth(p, case)));
        match held {
            Some(true) => {}
            Some(false) => {
                let first = any.first().into_iter().flat_map(|p| failures(self.rule, p, case));
                self.findings.extend(first.take(1).map(|f| with_the_rule(f, self.rule, any)));
            }
            None => {
                any.iter().filter(|p| truth(p, case).is_none()).for_each(|p| self.unknown(p, case));
            }
        }
        self.truth = predicate::and([self.truth, held].into_iter());
    }

    /// Whether the rule is for this person is unknown: nothing is lost when it holds, else it is open.
    fn perhaps(&mut self, when: &Predicate, case: &Case<'_>) {
        if self.truth != Some(true) {
            self.truth = None;
            self.findings.clear();
            self.unknown(when, case);
        }
    }

    fn unknown(&mut self, part: &Predicate, case: &Case<'_>) {
        for leaf in leaves(part).into_iter().filter(|leaf| truth(leaf, case).is_none()) {
            if leaf.manual {
                self.by_person = true;
                continue;
            }
            let facts = predicate::unknown_facts(leaf, case);
            if let Some(code) = &leaf.on_unknown {
                let asked = leaf.fact.as_deref().is_some_and(|f| column(f, case));
                let fact = facts.first().map_or("", String::as_str);
                let built =
                    filled(Finding::new(code, case.origin(fact)), self.rule, leaf, case, None);
                self.notes
                    .push((built.severity(Severity::Warn).needs_person(false).build(), asked));
                continue;
            }
            let ask = |fact: &String| is_asked(fact, case) || illegible(fact, case);
            let (open, unasked): (Vec<String>, Vec<String>) = facts.into_iter().partition(ask);
            self.open.extend(open);
            self.unasked.extend(unasked.into_iter().filter(|fact| !of_material(fact, case)));
        }
    }
}

/// Whether the pack asks for a fact by a column.
fn is_asked(fact: &str, case: &Case<'_>) -> bool {
    let roster = &case.pack.roster;
    roster.required.iter().chain(&roster.asked).any(|p| pattern_matches(p, fact))
}

/// Whether a material brings a fact: while it is not complete, its own finding speaks.
fn of_material(fact: &str, case: &Case<'_>) -> bool {
    let absent = case.record.get(fact).is_none_or(|field| field.value.is_none());
    absent && case.pack.derive.get(fact).is_some_and(|how| how.when_material.is_some())
}

/// Whether a cell speaks of a fact in words nobody can use.
fn illegible(fact: &str, case: &Case<'_>) -> bool {
    case.record
        .get(fact)
        .is_some_and(|f| f.source == Source::Read && f.value.is_none() && !f.raw.trim().is_empty())
}

/// Whether the roster has a column for a fact: the pack asks for it, or a blank cell stands there.
fn column(fact: &str, case: &Case<'_>) -> bool {
    is_asked(fact, case) || case.record.keys().any(|key| pattern_matches(fact, key))
}

/// A woman may hold a post with the later age: a warning, never an error.
fn forgiven_by_track(part: &Predicate, case: &Case<'_>) -> bool {
    let derived =
        |r: &Record| r.get("person.retire_on").is_some_and(|f| f.source == Source::Derived);
    if part.fact.as_deref() != Some("person.retire_on") || !derived(case.record) {
        return false;
    }
    let later = Track::of(case).and_then(Track::later);
    let Some(late) = later.and_then(|track| retirement(case, track)) else { return false };
    let mut record = case.record.clone();
    if let Some(field) = record.get_mut("person.retire_on") {
        field.value = Some(Value::Date(late));
    }
    truth(part, &Case { record: &record, ..*case }) == Some(true)
}

/// One finding for each way a comparison failed (each bad year of its own).
fn failures(rule: &Rule, part: &Predicate, case: &Case<'_>) -> Vec<Finding> {
    let failed: Vec<&Predicate> =
        leaves(part).into_iter().filter(|leaf| truth(leaf, case) == Some(false)).collect();
    // `not` and mixed shapes: the whole speaks through its first comparison
    let failed =
        if failed.is_empty() { leaves(part).into_iter().take(1).collect() } else { failed };
    let mut findings = Vec::new();
    for leaf in failed {
        let fact = leaf.fact.as_deref().unwrap_or_default();
        if leaf.op.as_deref() == Some("all_in") {
            let members = predicate::members(leaf, fact, case);
            let bad = members.iter().filter(|m| predicate::allowed(m, leaf, case) == Some(false));
            findings.extend(bad.map(|member| failure(rule, leaf, case, Some(member))));
        } else {
            findings.push(failure(rule, leaf, case, None));
        }
    }
    findings
}

fn failure(rule: &Rule, leaf: &Predicate, case: &Case<'_>, member: Option<&str>) -> Finding {
    let fact = member.or(leaf.fact.as_deref()).unwrap_or_default();
    let mut code = leaf.finding.as_deref().unwrap_or(&rule.finding);
    if leaf.op.as_deref() == Some("in_scope") && scope::old_name(fact, case).is_some() {
        code = "SC-111";
    }
    let at = leaf_member(leaf, case).unwrap_or_else(|| fact.to_owned());
    let built = filled(Finding::new(code, case.origin(&at)), rule, leaf, case, member).field(&at);
    built.weighed(rule.severity.as_deref()).build()
}

/// Where one of several would do, the first that fails does not tell all: the rule's own words follow.
fn with_the_rule(mut finding: Finding, rule: &Rule, any: &[Predicate]) -> Finding {
    if any.len() > 1 && !finding.message.contains(&rule.text) {
        finding.message = format!("{}；通知规定：{}", finding.message, rule.text);
    }
    finding
}

/// The member of a repeated date that fails.
fn leaf_member(leaf: &Predicate, case: &Case<'_>) -> Option<String> {
    let fact =
        leaf.fact.as_deref().filter(|_| matches!(leaf.op.as_deref(), Some("all_ge" | "any_ge")))?;
    let other = case.date(leaf.other.as_deref()?)?;
    let members = predicate::members(leaf, fact, case);
    members.into_iter().find(|m| case.date(m).and_then(|d| d.ge(&other)) == Some(false))
}

/// Fills every place any message of a rule may have; unused ones do nothing.
fn filled(
    start: FindingBuilder,
    rule: &Rule,
    leaf: &Predicate,
    case: &Case<'_>,
    member: Option<&str>,
) -> FindingBuilder {
    let fact = member.or(leaf.fact.as_deref()).unwrap_or_default();
    // of a stretch of years the reference is the day it is counted to
    let counted = leaf.op.as_deref() == Some("years_ge");
    let limit = leaf
        .reference
        .as_deref()
        .filter(|_| !counted)
        .and_then(|r| case.pack.reference.get(r)?.as_date())
        .map(|d| d.to_string())
        .or_else(|| leaf.value.as_ref().and_then(predicate::plain).map(|v| v.text()))
        .unwrap_or_default();
    let year = member.and_then(|m| m.rsplit('.').next()).unwrap_or_default();
    let years = predicate::missing_members(leaf, fact, case).unwrap_or_default().join("、");
    let paper = leaf_member(leaf, case).map_or_else(|| "—".to_owned(), |m| case.shown(&m));
    let date = if fact.starts_with("papers.") { paper } else { limit.clone() };
    let (issuer, cert) = certificate(rule);
    let cert = if fact.starts_with("papers.") { case.shown("cert.date") } else { cert };
    let n = if fact.starts_with("papers.") { papers_since(case) } else { duration(fact, case) };
    start
        .clause(&rule.clause)
        .arg("value", case.shown(fact))
        .arg("limit", &limit)
        .arg("year", year)
        .arg("years", years)
        .arg("date", date)
        .arg("retire", case.shown("person.retire_on"))
        .arg("issuer", issuer)
        .arg("cert", cert)
        .arg("n", n)
        .arg("trade", case.shown("apply.trade"))
        .arg("level", case.shown("apply.level"))
        .arg("present", present_level(case))
        .arg("least", least_papers(rule))
        .arg("a", case.shown(fact))
        .arg("b", leaf.other.as_deref().map_or_else(String::new, |other| case.shown(other)))
        .arg(
            "nearest",
            if leaf.op.as_deref() == Some("in_scope") {
                scope::nearest_hint(case)
            } else {
                String::new()
            },
        )
        .arg("expect", scope::old_name("apply.trade", case).unwrap_or_default())
        .arg("label", fact_label(fact))
        .arg("text", &rule.text)
}

/// The present level for a message; none is 无.
fn present_level(case: &Case<'_>) -> String {
    match case.shown("post.level").as_str() {
        "none" => "无".to_owned(),
        level => level.to_owned(),
    }
}

/// How long something lasts, as people say it: 3年5个月, or since when.
fn duration(fact: &str, case: &Case<'_>) -> String {
    match case.value(fact) {
        Some(Value::Int(n)) => format!("{n}年"),
        Some(Value::Date(since)) => format!("（自 {since} 起）"),
        _ => case.shown(fact),
    }
}

/// How many papers count: those since the certificate where they carry dates, else what was said.
fn papers_since(case: &Case<'_>) -> String {
    let cert = case.date("cert.date");
    let dated = |key: &&String| pattern_matches("papers.*.date", key);
    let dates: Vec<_> = case.record.keys().filter(dated).filter_map(|key| case.date(key)).collect();
    match cert {
        Some(cert) if !dates.is_empty() => dates
            .iter()
            .filter(|date| PartialDate::ge(date, &cert) != Some(false))
            .count()
            .to_string(),
        _ => case.shown("papers.count"),
    }
}

/// How many papers the rule asks for.
fn least_papers(rule: &Rule) -> String {
    let counts = |p: &&Predicate| p.fact.as_deref() == Some("papers.count");
    let parts = rule.all.iter().flatten().chain(rule.any.iter().flatten());
    let asked = parts.flat_map(leaves).find(counts).and_then(|p| p.value.as_ref()?.as_integer());
    asked.unwrap_or(1).to_string()
}

/// Issuer and name of the certificate a rule speaks of: the first allowed issuer and 《…》.
fn certificate(rule: &Rule) -> (String, String) {
    let name = rule.text.split_once('《').and_then(|(_, rest)| rest.split_once('》'));
    let name = name.map_or_else(|| "等级证书".to_owned(), |(name, _)| name.to_owned());
    let issuer = rule.all.iter().flatten().find(|p| p.fact.as_deref() == Some("cert.issuer"));
    let issuer = issuer.and_then(|p| match p.value.as_ref()? {
        toml::Value::Array(list) => list.first()?.as_str().map(str::to_owned),
        toml::Value::String(text) => Some(text.clone()),
        _ => None,
    });
    (issuer.unwrap_or_default(), name)
}

/// Puts the open facts of a rule before a person, unless an error is already on the fact. A rule
/// that is open for facts nobody was asked for is named, so that it does not pass unseen.
pub(super) fn ask_open(judged: &Judged<'_>, case: &Case<'_>, docket: &mut Docket) {
    if judged.truth.is_some() {
        return;
    }
    // what goes back is judged again when it comes again
    if judged.open.is_empty() && !docket.findings.iter().any(Finding::blocks) {
        docket.findings.extend(unjudged(judged, case));
    }
    if judged.by_person && judged.truth.is_none() {
        ask_a_person(judged.rule, case, docket);
        return;
    }
    for fact in &judged.open {
        let error_there = |f: &Finding| {
            f.blocks() && f.field.as_deref().is_some_and(|x| x == fact || pattern_matches(x, fact))
        };
        if docket.findings.iter().any(error_there) {
            continue;
        }
        let rule = judged.rule;
        let label = fact_label(fact);
        let what = match case.value(fact) {
            Some(value) => format!("{label}（{}，不够具体）", value.text()),
            None => label.clone(),
        };
        let finding = Finding::new("EL-199", case.origin(fact))
            .arg("text", &rule.text)
            .arg("label", &what)
            .clause(&rule.clause)
            .field(fact)
            .build();
        let text = format!("{}：是否符合\"{}\"？", case.name(), rule.text);
        let known = format!("{label}：{}", case.shown(fact));
        docket.ask(&rule.id, text, known, finding);
    }
}

/// A condition that only a person can judge is asked as one question about the whole rule.
fn ask_a_person(rule: &Rule, case: &Case<'_>, docket: &mut Docket) {
    let finding = Finding::new("EL-199", case.row())
        .arg("text", &rule.text)
        .arg("label", "审核人的判断")
        .clause(&rule.clause)
        .build();
    let text = format!("{}：是否符合\"{}\"？", case.name(), rule.text);
    docket.ask(&rule.id, text, "由人判断的条件".to_owned(), finding);
}

/// What is said of a rule that nobody was asked the facts of.
fn unjudged(judged: &Judged<'_>, case: &Case<'_>) -> Option<Finding> {
    let fact = judged.unasked.first()?;
    let mut labels: Vec<String> = judged.unasked.iter().map(|f| fact_label(f)).collect();
    labels.dedup();
    let finding = Finding::new("EL-198", case.origin(fact)).clause(&judged.rule.clause);
    let finding = finding.arg("text", &judged.rule.text).arg("label", labels.join("、"));
    Some(finding.field(fact).build())
}
