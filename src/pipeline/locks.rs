//! What was changed although a step of the circular had locked it (RT-114).

use super::answers;
use crate::check::{Decision, Report};
use crate::diag::{Finding, Origin};
use crate::ledger::{ReviewKind, ReviewRow};
use crate::normalize::{self, Applicant, Chain, Record, Source, Submission, Value};
use crate::pack::{Pack, Transition, fact_label};
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// Returns everybody whose record is another than the one that was locked, naming what changed.
pub(super) fn tell(
    pack: &Pack,
    reviews: &[ReviewRow],
    chains: &[Chain],
    submissions: &[Submission],
    report: &mut Report,
) {
    let people = answers::by_key(submissions);
    // the record as it was at each moment of locking, made once
    let mut then: BTreeMap<String, Vec<Submission>> = BTreeMap::new();
    for (key, row) in locked(pack, reviews) {
        let Some(own) = people.get(key) else { continue };
        if answers::bound(own, &row.question) == row.record {
            continue;
        }
        let Ok(at) = DateTime::parse_from_rfc3339(&row.at) else { continue };
        let past = then
            .entry(row.at.clone())
            .or_insert_with(|| normalize::assemble(&until(chains, at), pack));
        let before = answers::by_key(past).remove(key).unwrap_or_default();
        let fields = changed(&before, own);
        let (Some((_, origin)), Some(judgement)) = (fields.first(), report.judgements.get_mut(key))
        else {
            continue;
        };
        let labels: Vec<String> = fields.iter().map(|(id, _)| fact_label(id)).collect();
        let finding = Finding::new("RT-114", origin.clone())
            .arg("since", at.format("%Y-%m-%d %H:%M"))
            .arg("fields", labels.join("、"))
            .build();
        judgement.findings.insert(0, finding);
        judgement.decision = Decision::Returned;
        judgement.check_lines.clear();
    }
}

/// The last step that locked each case.
fn locked<'a>(pack: &Pack, reviews: &'a [ReviewRow]) -> BTreeMap<&'a str, &'a ReviewRow> {
    let locks = |event: &str| {
        let mut steps = pack.workflow.iter().flat_map(|flow| &flow.transitions);
        steps.any(|step: &Transition| step.locks && step.event == event)
    };
    let steps = reviews.iter().filter(|r| r.kind == ReviewKind::Step && locks(&r.question));
    steps.map(|row| (row.id.as_str(), row)).collect()
}

/// The entries as they were at a moment.
fn until(chains: &[Chain], at: DateTime<FixedOffset>) -> Vec<Chain> {
    let then = |chain: &Chain| {
        let all = chain.earlier.iter().chain([&chain.current]);
        let mut earlier: Vec<_> = all.filter(|f| f.arrival.at <= at).cloned().collect();
        let current = earlier.pop()?;
        Some(Chain { current, earlier })
    };
    chains.iter().filter_map(then).collect()
}

/// Fields that were read otherwise before, with their place now.
fn changed(before: &[&Applicant], now: &[&Applicant]) -> Vec<(String, Origin)> {
    let (Some(before), Some(now)) = (before.first(), now.first()) else { return Vec::new() };
    let mut out = Vec::new();
    for (id, field) in now.record.iter().filter(|(id, _)| !id.starts_with("extra.")) {
        if field.source == Source::Read && shown(&before.record, id) != shown(&now.record, id) {
            out.push((id.clone(), field.origin.clone()));
        }
    }
    out
}

fn shown(record: &Record, id: &str) -> String {
    let Some(field) = record.get(id) else { return String::new() };
    field.value.as_ref().map_or_else(|| field.raw.clone(), Value::text)
}
