//! Where a case stands: its state, and what persons said about it.

use super::judging::Table;
use super::{RunError, home, local, registers};
use crate::check::{Decision, Judgement, Machine};
use crate::config::Settings;
use crate::ledger::{Ledger, ReviewKind, ReviewRow};
use crate::pack::Pack;
use serde::Serialize;

/// What the ledger tells of a case beyond the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CaseLog {
    /// The state of every workflow of the pack.
    pub states: Vec<String>,
    /// Steps of the route that are done.
    pub done: Vec<String>,
    /// What may be decided next.
    pub next: Vec<String>,
    /// What persons said, oldest first.
    pub log: Vec<LogLine>,
}

/// One thing a person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct LogLine {
    pub kind: String,
    pub event: String,
    pub answer: String,
    pub opinion: String,
    pub by: String,
    pub at: String,
    pub record: String,
}

/// The machine of a case after everything recorded.
pub(super) fn machine<'a>(
    pack: &'a Pack,
    judgement: &'a Judgement,
    reviews: &[ReviewRow],
    key: &str,
) -> Machine<'a> {
    let level = super::context::text(&judgement.record, "apply.level");
    let mut machine = Machine::new(pack, &level, &judgement.route);
    if judgement.decision == Decision::Returned {
        machine.send_back();
    }
    for row in reviews.iter().filter(|r| r.kind == ReviewKind::Step && r.id == key) {
        machine.replay(&row.question, &row.answer);
    }
    machine
}

/// What the ledger tells of a case; empty without a ledger. Nothing is written.
///
/// # Errors
/// When the pack or the ledger cannot be read.
pub fn case_log(settings: &Settings, number: &str) -> Result<CaseLog, RunError> {
    let settings = &home::of(settings, number)?;
    let pack = registers::loaded(settings)?.pack;
    let Some(ledger) = Ledger::look(&settings.state, &settings.circular)? else {
        return Ok(CaseLog::default());
    };
    let table = Table::lay(&pack, &ledger)?;
    let Some(key) = table.key(number) else { return Ok(CaseLog::default()) };
    let report = table.judge(&pack, local(settings.now));
    let Some(judgement) = report.judgements.get(key) else { return Ok(CaseLog::default()) };
    let standing = machine(&pack, judgement, &table.reviews, key).standing();
    let log = table.reviews.iter().filter(|row| row.id == key).map(line).collect();
    let next = standing.allowed.into_iter().map(|step| step.event).collect();
    Ok(CaseLog { states: standing.states, done: standing.done, next, log })
}

fn line(row: &ReviewRow) -> LogLine {
    let kind = match row.kind {
        ReviewKind::Answer => "answer",
        ReviewKind::Step => "step",
        ReviewKind::Paper => "paper",
    };
    LogLine {
        kind: kind.to_owned(),
        event: row.question.clone(),
        answer: row.answer.clone(),
        opinion: row.opinion.clone(),
        by: row.who.clone(),
        at: row.at.clone(),
        record: row.record.clone(),
    }
}
