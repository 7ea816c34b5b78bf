//! The judge: derives, applies every part of the pack, and sums up to a decision.

use super::case::{Case, Docket, answer, display_name, row_of};
use super::derive::{self, Batch};
use super::predicate::truth;
use super::{Decision, History, Judgement, Question, Report};
use super::{
    exceptions, forms, identity, materials, posts, quota, registers, resume, routes, rules, sanity,
    scope, windows,
};
use crate::diag::{Finding, Origin, Severity};
use crate::normalize::{Applicant, Record, Submission, Value};
use crate::pack::{Form, Pack, Predicate};
use crate::text::PartialDate;
use chrono::{DateTime, Datelike as _, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};

/// Judges all current submissions together.
pub fn check(
    submissions: &[Submission],
    pack: &Pack,
    history: &History,
    now: DateTime<FixedOffset>,
) -> Report {
    let day = now.with_timezone(&pack.offset()).date_naive();
    let today = PartialDate::day(day.year(), day.month(), day.day())
        .expect("the day of a valid time exists");
    let applicants: Vec<&Applicant> = submissions.iter().flat_map(|s| &s.applicants).collect();
    let batches = batches(&applicants);
    let bare = |applicant| Case {
        pack,
        applicant,
        record: &applicant.record,
        history,
        today,
        withdrawn: withdrawn(applicant, history),
    };
    let none = Batch::default();
    let records: Vec<Record> = applicants
        .iter()
        .map(|a| full_record(&bare(a), batches.get(&a.unit).unwrap_or(&none)))
        .collect();
    let cases: Vec<Case<'_>> =
        applicants.iter().zip(&records).map(|(a, record)| Case { record, ..bare(a) }).collect();
    let mut dockets: Vec<Docket> = cases.iter().map(field_findings).collect();
    let mut chains = Vec::new();
    for (case, docket) in cases.iter().zip(&mut dockets) {
        chains.push(one(case, docket));
    }
    let quotas = quota::check(submissions, &cases, &mut dockets);
    identity::check(&cases, &mut dockets);
    let filed = posts::newest(submissions, pack);
    let mut of_entries = posts::check(&filed, &batches, &cases, &mut dockets);
    let of_units = cases.iter().filter_map(|case| {
        let unit = &case.applicant.unit;
        let filed = filed.get(&posts::unit_key(unit, pack))?;
        Some((unit.clone(), filed.form.record.clone()))
    });
    let mut report = Report { quotas, posts: of_units.collect(), ..Report::default() };
    for ((case, docket), route) in cases.iter().zip(dockets).zip(chains) {
        add(&mut report, judgement(case, docket, route));
    }
    for submission in submissions {
        let findings = report.submissions.entry(submission.source.clone()).or_default();
        let more = of_entries.remove(&submission.source).unwrap_or_default();
        let all = submission.findings.iter().cloned().chain(more);
        findings.extend(all.filter_map(|f| pack.weigh(f)));
        sort(findings);
    }
    report
}

fn batches(applicants: &[&Applicant]) -> BTreeMap<String, Batch> {
    let mut batches: BTreeMap<String, Batch> = BTreeMap::new();
    for applicant in applicants.iter().filter(|a| !a.withdrawn) {
        let batch = batches.entry(applicant.unit.clone()).or_default();
        let text =
            |fact: &str| applicant.record.get(fact).and_then(|f| f.value.as_ref()).map(Value::text);
        let level = text("apply.level");
        if let Some(grade) = level.as_deref().and_then(forms::level_grade) {
            *batch.per_level.entry(grade.to_owned()).or_default() += 1;
        }
        batch.two_one +=
            i64::from(text("apply.note").is_some_and(|note| note.contains("退二进一")));
    }
    batches
}

fn full_record(case: &Case<'_>, batch: &Batch) -> Record {
    let mut record = derive::facts(case, batch);
    let known = record.clone();
    let with_facts = Case { record: &known, ..*case };
    derive::facts_of_materials(&mut record, &case.pack.derive, |id| {
        materials::complete(id, &with_facts)
    });
    record
}

/// Withdrawn by the unit, or confirmed as withdrawn by a person (answer 否 to keeping them).
fn withdrawn(applicant: &Applicant, history: &History) -> bool {
    let kept = answer(history, &applicant.key.text, "DU-131");
    applicant.withdrawn || (applicant.omitted && kept == Some(false))
}

/// What normalizing said, with answers of persons applied.
fn field_findings(case: &Case<'_>) -> Docket {
    let mut docket = Docket::default();
    if case.withdrawn {
        return docket;
    }
    for finding in &case.applicant.findings {
        let code = finding.code.as_str();
        let ours = (code == "MT-112" && !case.applicant.whole.is_empty())
            || (code == "DU-131" && case.applicant.omitted);
        if ours {
            continue;
        }
        if !finding.needs_person {
            docket.say(finding.clone());
            continue;
        }
        let id = finding.field.as_ref().map_or_else(|| code.to_owned(), |f| format!("{code}:{f}"));
        // a part that died is no question of fact: only another pass clears it
        let answer = if code.starts_with("SY-") { None } else { case.answer(&id) };
        let mut finding = finding.clone();
        match answer {
            Some(yes) => {
                finding.needs_person = false;
                finding.severity = if yes { Severity::Info } else { Severity::Error };
                docket.decided.push(finding);
            }
            None => {
                let asked = &finding.code.entry().question;
                let stop = if asked.is_empty() { "" } else { "。" };
                let text = format!("{}：{}{stop}{asked}", case.name(), finding.message);
                let known = finding.hint.clone();
                docket.ask_with(&id, text, known, finding, &["是", "否"]);
            }
        }
    }
    docket
}

/// Everything that concerns one person alone; gives the route.
fn one(case: &Case<'_>, docket: &mut Docket) -> Vec<String> {
    if case.withdrawn {
        return Vec::new();
    }
    scope::check(case, docket);
    let mut judged: Vec<rules::Judged<'_>> =
        case.pack.rules.iter().filter_map(|rule| rules::judge(rule, case)).collect();
    exceptions::check(case, &mut judged, docket);
    for rule in &mut judged {
        docket.findings.append(&mut rule.findings);
        for (note, asked) in rule.notes.drain(..) {
            if asked { docket.findings.push(note) } else { docket.check_lines.push(note) }
        }
    }
    materials::check(case, docket);
    for rule in &judged {
        rules::ask_open(rule, case, docket);
    }
    forms::check(case, docket);
    windows::check(case, docket);
    registers::check(case, docket);
    sanity::check(case, docket);
    resume::check(case, docket);
    omitted(case, docket);
    materials::check_lines(case, docket);
    routes::check(case, docket)
}

/// A person missing from the newest roster stays until somebody says otherwise.
fn omitted(case: &Case<'_>, docket: &mut Docket) {
    if !case.applicant.omitted || case.answer("DU-131").is_some() {
        return;
    }
    let mut finding = Finding::new("DU-131", case.row()).build();
    let (unit, name) = (&case.applicant.unit, case.name());
    finding.message = format!("{unit} 重新提交的新表中没有 {name}，仍按原申报保留");
    let text = format!("{name} 是否仍按原申报保留？（撤回的答\"撤回\"）");
    let known = finding.message.clone();
    docket.ask_with("DU-131", text, known, finding, &["保留", "撤回"]);
}

fn withdrawal(applicant: &Applicant) -> Finding {
    let place = row_of(applicant);
    let mut finding =
        Finding::new("DU-131", place).severity(Severity::Info).needs_person(false).build();
    finding.message = format!("{} {} 已撤回申报", applicant.unit, display_name(applicant));
    finding.hint = String::new();
    finding
}

fn judgement(case: &Case<'_>, docket: Docket, route: Vec<String>) -> Judgement {
    let weigh = |list: Vec<Finding>| -> Vec<Finding> {
        let mut list = list.into_iter().filter_map(|f| case.pack.weigh(f)).collect::<Vec<_>>();
        sort(&mut list);
        list
    };
    let mut findings = weigh(docket.findings);
    // what the pack turned off is not judged, whatever was answered before
    let on = |f: &Finding| case.pack.weigh(f.clone()).is_some();
    findings.extend(docket.decided.into_iter().filter(on));
    sort(&mut findings);
    let mut check_lines = weigh(docket.check_lines);
    let mut decision = decide(&findings);
    if case.withdrawn {
        findings = vec![withdrawal(case.applicant)];
        decision = Decision::Returned;
    }
    if decision == Decision::Returned {
        check_lines.clear();
    }
    let open = findings.iter().any(|f| f.needs_person);
    Judgement {
        key: case.applicant.key.clone(),
        decision,
        record: case.record.clone(),
        findings,
        questions: if open { docket.questions } else { Vec::new() },
        check_lines,
        route,
        forms: printed(case).map(|form| form.id.clone()).collect(),
        applicable: materials::applicable(case).iter().map(|m| m.id.clone()).collect(),
    }
}

/// The forms of a person: those of the level, and of two ways of handing in that of the person's.
fn printed<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Form> {
    let case = *case;
    let of_level = move |form: &&Form| {
        form.levels.is_empty() || form.levels.iter().any(|l| Some(l.as_str()) == case.level())
    };
    let of_channel = move |form: &&Form| {
        let mut channels =
            case.pack.channels.iter().filter(|c| c.form.as_ref() == Some(&form.id)).peekable();
        let open =
            |when: &Option<Predicate>| when.as_ref().is_none_or(|p| truth(p, &case) == Some(true));
        channels.peek().is_none() || channels.any(|channel| open(&channel.when))
    };
    case.pack.forms.iter().filter(of_level).filter(of_channel)
}

fn decide(findings: &[Finding]) -> Decision {
    if findings.iter().any(Finding::blocks) {
        Decision::Returned
    } else if findings.iter().any(|f| f.needs_person) {
        Decision::Held
    } else {
        Decision::Accepted
    }
}

/// Most severe first, then by code and place; the same thing is said once.
fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        let order = |f: &Finding| (f.code, f.origin.clone(), f.message.clone());
        b.severity.cmp(&a.severity).then_with(|| order(a).cmp(&order(b)))
    });
    let mut seen: BTreeSet<(&'static str, Origin, String)> = BTreeSet::new();
    findings.retain(|f| seen.insert((f.code.as_str(), f.origin.clone(), f.message.clone())));
}

/// Two rows with one key (the same ID twice) share one judgement, the stricter of both.
fn add(report: &mut Report, new: Judgement) {
    let Some(old) = report.judgements.get_mut(&new.key.text) else {
        report.judgements.insert(new.key.text.clone(), new);
        return;
    };
    old.findings.extend(new.findings);
    sort(&mut old.findings);
    old.decision = decide(&old.findings).max_strict(old.decision).max_strict(new.decision);
    let have: BTreeSet<String> = old.questions.iter().map(|q| q.id.clone()).collect();
    let more: Vec<Question> = new.questions.into_iter().filter(|q| !have.contains(&q.id)).collect();
    old.questions.extend(more);
    if old.decision == Decision::Returned {
        old.check_lines.clear();
    }
}

impl Decision {
    /// The stricter of two: returned before held before accepted.
    fn max_strict(self, other: Self) -> Self {
        let weight = |d: Self| match d {
            Self::Accepted => 0,
            Self::Held => 1,
            Self::Returned => 2,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}
