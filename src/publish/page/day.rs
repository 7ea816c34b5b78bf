//! What the page says, gathered once from the report.

use super::super::{WireApplicant, WireReport, WireSubmission, safe_name};
use crate::diag::Severity;
use std::collections::{BTreeMap, BTreeSet};

/// The day as the page tells it.
pub(super) struct Day<'a> {
    pub(super) report: &'a WireReport,
    pub(super) calls: Vec<Call<'a>>,
    pub(super) waiting: Vec<(&'a WireSubmission, &'a WireApplicant)>,
    /// Entries that a person must look at although nobody of them is known.
    pub(super) stuck: Vec<&'a WireSubmission>,
    pub(super) accepted: BTreeMap<&'a str, Vec<&'a WireApplicant>>,
    /// How many entries have not come whole.
    pub(super) unsettled: usize,
    /// How many entries were taken out of the inbox; what they brought stands.
    pub(super) gone: usize,
}

/// Whom to phone.
pub(super) struct Call<'a> {
    pub(super) unit: &'a str,
    pub(super) phone: String,
    pub(super) returned: Vec<&'a WireApplicant>,
    /// What is wrong with the delivery itself.
    pub(super) own: Vec<&'a str>,
    /// Folder of what goes back.
    pub(super) folder: String,
}

impl<'a> Day<'a> {
    pub(super) fn of(report: &'a WireReport) -> Self {
        let all =
            || report.submissions.iter().flat_map(|s| s.applicants.iter().map(move |a| (s, a)));
        let mut accepted: BTreeMap<&str, Vec<&WireApplicant>> = BTreeMap::new();
        for (_, a) in all().filter(|(_, a)| a.decision == "accepted") {
            accepted.entry(&a.unit).or_default().push(a);
        }
        let in_state = |state: &'static str| {
            report.submissions.iter().filter(move |s| s.state == state && s.applicants.is_empty())
        };
        Self {
            report,
            calls: calls(report),
            waiting: all().filter(|(_, a)| a.decision == "held").collect(),
            stuck: in_state("held").collect(),
            accepted,
            unsettled: report.submissions.iter().filter(|s| s.state == "unsettled").count(),
            gone: report.submissions.iter().filter(|s| is_gone(s)).count(),
        }
    }

    /// How many decisions wait.
    pub(super) fn decisions(&self) -> usize {
        self.waiting.len() + self.stuck.len()
    }
}

fn is_gone(s: &WireSubmission) -> bool {
    s.findings.iter().any(|f| f.code == "IN-151")
}

/// Whether somebody took the application back: there is nothing to call about.
fn withdrawn(a: &WireApplicant) -> bool {
    a.findings.iter().all(|f| f.severity < Severity::Error)
        && a.findings.iter().any(|f| f.code == "DU-131" && f.severity == Severity::Info)
}

/// Those who have something to mend, those with the most people first.
fn calls(report: &WireReport) -> Vec<Call<'_>> {
    let mut units: BTreeMap<&str, Vec<&WireSubmission>> = BTreeMap::new();
    for submission in &report.submissions {
        units.entry(&submission.unit).or_default().push(submission);
    }
    let mut calls = Vec::new();
    for (unit, submissions) in units {
        let people = || submissions.iter().flat_map(|s| &s.applicants);
        let returned: Vec<_> =
            people().filter(|a| a.decision == "returned" && !withdrawn(a)).collect();
        // of an entry without people all is told, of others what cannot be used: somebody's only form
        // may be among it
        let told = |s: &&WireSubmission| {
            let alone = s.state == "returned" && s.applicants.is_empty();
            if alone { Severity::Warn } else { Severity::Error }
        };
        let own: BTreeSet<&str> = submissions
            .iter()
            .flat_map(|s| s.findings.iter().map(move |f| (told(s), f)))
            .filter(|(least, f)| f.severity >= *least)
            .map(|(_, f)| f.message.as_str())
            .collect();
        if returned.is_empty() && own.is_empty() {
            continue;
        }
        // whoever has something to mend knows what it is about
        let first = returned.iter().copied().chain(people());
        let phone = first.map(phone_of).find(|phone| !phone.is_empty()).unwrap_or_default();
        let folder = format!("30-退回/{}", safe_name(unit));
        calls.push(Call { unit, phone, returned, own: own.into_iter().collect(), folder });
    }
    calls.sort_by_key(|call| std::cmp::Reverse(call.returned.len()));
    calls
}

/// The phone a row names: of the contact, else of the unit.
fn phone_of(a: &WireApplicant) -> String {
    let said = |field: &str| {
        let value = &a.record.get(field)?.value;
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(list) => {
                let all: Vec<&str> = list.iter().filter_map(|v| v.as_str()).collect();
                all.join("、")
            }
            _ => String::new(),
        };
        (!text.is_empty()).then_some(text)
    };
    said("contact.phone").or_else(|| said("unit.phone")).unwrap_or_default()
}
