//! What a person decides: an answer to a question, or a step of the pack.

use super::judging::Table;
use super::standing::machine;
use super::{RunError, answers, home, local, registers};
use crate::check::{Decision, Judgement, Question, Refused, Report, Step};
use crate::config::Settings;
use crate::diag::{Finding, Origin};
use crate::ledger::{InstanceLock, Ledger, ReviewKind, ReviewRow, prepare_state};
use crate::pack::{self, Pack};
use crate::text::mask_ids;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use std::time::Duration;

/// How long to wait for a pass that is under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most cases or questions a refusal lists.
const MOST_LISTED: usize = 20;

/// Who decides, when, and in which words.
#[derive(Debug, Clone)]
pub struct Order {
    /// Who.
    pub by: String,
    /// The answer, or the opinion that goes with a step.
    pub opinion: String,
    /// When; never after the run's clock.
    pub at: DateTime<FixedOffset>,
}

/// What was recorded, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// What stands in the ledger now.
    pub recorded: Vec<Entry>,
    /// What to look at, in words.
    pub notes: Vec<String>,
}

/// One decision as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub case: String,
    pub name: String,
    pub event: String,
    pub answer: String,
    pub by: String,
    pub at: String,
    pub before: String,
    pub after: String,
}

/// An open ledger with everything on the table.
pub(super) struct Desk {
    pub(super) pack: Pack,
    pub(super) now: DateTime<FixedOffset>,
    pub(super) ledger: Ledger,
    pub(super) table: Table,
    _lock: InstanceLock,
}

impl Desk {
    pub(super) fn open(settings: &Settings) -> Result<Self, RunError> {
        let pack = registers::loaded(settings)?.pack;
        prepare_state(&settings.state)?;
        let lock = InstanceLock::take_within(&settings.state, PATIENCE)?;
        let ledger = Ledger::open(&settings.state, &settings.circular)?;
        let table = Table::lay(&pack, &ledger)?;
        Ok(Self { pack, now: local(settings.now), ledger, table, _lock: lock })
    }

    /// The same where cases must be there already.
    pub(super) fn with_cases(settings: &Settings) -> Result<Self, RunError> {
        if Ledger::exists(&settings.state) {
            return Self::open(settings);
        }
        let what = "there are no cases yet\nhint: run `dossier run` first";
        Err(RunError::Refused(what.to_owned()))
    }

    /// The level a case is about.
    pub(super) fn level(&self, key: &str) -> String {
        let people = self.table.people(key);
        people.first().map_or_else(String::new, |a| super::context::text(&a.record, "apply.level"))
    }

    /// The key of a case.
    pub(super) fn key(&self, number: &str) -> Result<String, RunError> {
        self.table.key(number).map(str::to_owned).ok_or_else(|| {
            let report = self.table.judge(&self.pack, self.now);
            let what = format!("no case `{number}` of this circular");
            RunError::Refused(format!("{what}\n{}", open_cases(&self.table, &report)))
        })
    }

    pub(super) fn not_in_the_future(&self, at: DateTime<FixedOffset>) -> Result<(), RunError> {
        if at <= self.now {
            return Ok(());
        }
        Err(RunError::Refused(format!(
            "{at} has not come yet: it is {}\nhint: give an earlier --at; the clock is --now or `now` under [run]",
            self.now
        )))
    }
}

/// Records one decision of a person.
///
/// # Errors
/// When the case, the question or the step is not there or not allowed; nothing is then recorded.
pub fn decide(
    settings: &Settings,
    number: &str,
    event: &str,
    order: &Order,
) -> Result<Decided, RunError> {
    let settings = &home::of(settings, number)?;
    let mut desk = Desk::with_cases(settings)?;
    desk.not_in_the_future(order.at)?;
    let key = desk.key(number)?;
    let before = desk.table.judge(&desk.pack, desk.now);
    let afresh = desk.table.judge_afresh(&desk.pack, desk.now, &key);
    let judgement = of(&before, &key)?;
    let asked = &of(&afresh, &key)?.questions;
    let mut notes = Vec::new();
    let (kind, question, answer) = match find_question(asked, event)? {
        Some(question) => {
            (ReviewKind::Answer, question.id.clone(), chosen(question, &order.opinion)?)
        }
        None => {
            let step = allowed(&desk, &key, judgement, event, order, asked)?;
            notes.extend(notes_of(&desk, &key, &step, order));
            (ReviewKind::Step, step.event, step.to)
        }
    };
    let opinion = if kind == ReviewKind::Step { order.opinion.trim() } else { "" };
    let row = ReviewRow {
        kind,
        record: answers::bound(&desk.table.people(&key), &question),
        id: key,
        question,
        answer,
        opinion: opinion.to_owned(),
        who: order.by.trim().to_owned(),
        at: order.at.to_rfc3339(),
        source: String::new(),
    };
    desk.ledger.add_review(&row)?;
    desk.table.reviews.push(row.clone());
    let after = desk.table.judge(&desk.pack, desk.now);
    let recorded = vec![entry(&desk.table, &row, &before, &after)];
    Ok(Decided { recorded, notes })
}

/// What to look at once a step is taken.
pub(super) fn notes_of(desk: &Desk, key: &str, step: &Step, order: &Order) -> Vec<String> {
    let says = step.says.as_deref().map(|code| said(code, &order.opinion));
    let level = desk.level(key);
    // who took it knows better than the clock: it is only said
    let late = window(&desk.pack, step, &level)
        .and_then(|window| super::receive::outside(&desk.pack, window, order.at));
    late.into_iter().chain(says).chain(photo_waited(desk, key, step, order.at)).collect()
}

pub(super) fn of<'a>(report: &'a Report, key: &str) -> Result<&'a Judgement, RunError> {
    report.judgements.get(key).ok_or_else(|| {
        RunError::Refused("this case has no judgement\nhint: run `dossier run` first".to_owned())
    })
}

/// The question an event names: by its id, or by its code when no other question has that code.
fn find_question<'a>(asked: &'a [Question], event: &str) -> Result<Option<&'a Question>, RunError> {
    if let Some(question) = asked.iter().find(|q| q.id == event) {
        return Ok(Some(question));
    }
    let event = event.to_uppercase();
    let of_code = |q: &&Question| q.id.split(':').next() == Some(event.as_str());
    let found: Vec<&Question> = asked.iter().filter(of_code).collect();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => {
            let ids: Vec<&str> = many.iter().map(|q| q.id.as_str()).collect();
            Err(RunError::Refused(format!(
                "`{event}` is asked more than once\nhint: name one of {}",
                ids.join(" ")
            )))
        }
    }
}

fn chosen(question: &Question, opinion: &str) -> Result<String, RunError> {
    let word = opinion.trim();
    if question.takes(word) {
        return Ok(word.to_owned());
    }
    let choices = question.choices.join("、");
    let what = if word.is_empty() {
        "the question wants an answer".to_owned()
    } else {
        format!("`{word}` is no answer to it")
    };
    Err(RunError::Refused(format!(
        "{} {}\n{what}\nhint: --opinion with one of {choices}",
        question.id,
        mask_ids(&question.text)
    )))
}

/// The step, when the pack, the state of the case and what it needs allow it.
pub(super) fn allowed(
    desk: &Desk,
    key: &str,
    judgement: &Judgement,
    event: &str,
    order: &Order,
    asked: &[Question],
) -> Result<Step, RunError> {
    let machine = machine(&desk.pack, judgement, &desk.table.reviews, key);
    let unit = desk.table.people(key).first().map_or_else(String::new, |a| a.unit.clone());
    let refusal = |finding: Finding| {
        let next = open_here(asked, &machine.standing().allowed);
        RunError::Refused(format!("{} {}\n{next}", finding.code, finding.message))
    };
    let start = |code: &str| Finding::new(code, Origin::default());
    let step = match machine.step(event) {
        Ok(step) => step,
        Err(Refused::NotNow(state, said)) => {
            let code = said.as_deref().unwrap_or("RT-115");
            return Err(refusal(start(code).arg("a", state).arg("event", event).build()));
        }
        Err(Refused::NoRoute) => {
            let key = "组织类别或属地";
            return Err(refusal(start("RT-101").arg("unit", unit).arg("key", key).build()));
        }
        Err(Refused::Unknown) => {
            return Err(RunError::Refused(format!(
                "`{event}` is neither an open question of this case nor a step of the circular\n{}",
                open_here(asked, &machine.standing().allowed)
            )));
        }
    };
    if step.needs_opinion && order.opinion.trim().is_empty() {
        return Err(refusal(start("RT-113").build()));
    }
    if step.needs_scans && !desk.table.people(key).iter().any(|a| a.has_scans) {
        return Err(refusal(start("RT-112").build()));
    }
    if on_paper(&desk.pack, &step, &desk.level(key)) && judgement.decision != Decision::Accepted {
        return Err(refusal(start("RT-111").build()));
    }
    Ok(step)
}

/// The window of a step: that of the id, or the one of the stage for the level of the case.
fn window<'a>(pack: &'a Pack, step: &Step, level: &str) -> Option<&'a pack::Window> {
    let name = step.window.as_deref()?;
    let mut named = pack.windows.iter().filter(|w| w.id == name || w.stage == name);
    named.find(|w| is_for(w, level))
}

/// Whether a window is for a level: it names it, or none.
pub(super) fn is_for(window: &pack::Window, level: &str) -> bool {
    window.levels.is_empty() || window.levels.iter().any(|own| own == level)
}

fn on_paper(pack: &Pack, step: &Step, level: &str) -> bool {
    window(pack, step, level).is_some_and(|w| w.stage == "paper")
}

/// What the pack says of a step that is taken, with the person's words for what does not agree.
fn said(code: &str, opinion: &str) -> String {
    let finding = Finding::new(code, Origin::default()).arg("fields", opinion.trim()).build();
    format!("{} {} {}", finding.code, finding.message, finding.hint)
}

/// PH-132: the photo waited longer for its review than the circular allows.
fn photo_waited(desk: &Desk, key: &str, step: &Step, at: DateTime<FixedOffset>) -> Option<String> {
    let within = window(&desk.pack, step, &desk.level(key))?.within_hours_of.as_ref()?;
    if within.event != "photo_uploaded" {
        return None;
    }
    let people = desk.table.people(key);
    let came = people.iter().filter(|a| a.photo.is_some()).map(|a| a.arrival.at).max()?;
    let hours = (at - came).num_seconds().div_euclid(3600);
    let late = at - came > chrono::Duration::hours(i64::from(within.hours));
    let finding = Finding::new("PH-132", Origin::default()).arg("h", hours);
    let finding = finding.arg("limit", within.hours).build();
    late.then(|| format!("{} {}", finding.code, finding.message))
}

pub(super) fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Accepted => "机审通过（待人工核对）",
        Decision::Returned => "退回补正",
        Decision::Held => "待定",
    }
}

pub(super) fn entry(table: &Table, row: &ReviewRow, before: &Report, after: &Report) -> Entry {
    let decision = |report: &Report| {
        report.judgements.get(&row.id).map_or("", |j| word(j.decision)).to_owned()
    };
    let number = table.number(&row.id);
    let name = table
        .people(&row.id)
        .first()
        .map_or_else(String::new, |a| super::context::text(&a.record, "person.name"));
    Entry {
        case: number,
        name,
        event: row.question.clone(),
        answer: row.answer.clone(),
        by: row.who.clone(),
        at: row.at.clone(),
        before: decision(before),
        after: decision(after),
    }
}

/// What a person may do with one case.
fn open_here(asked: &[Question], steps: &[Step]) -> String {
    let mut lines = vec!["open here:".to_owned()];
    for q in asked {
        lines.push(format!("  {}  {}（{}）", q.id, mask_ids(&q.text), q.choices.join("、")));
    }
    for step in steps {
        lines.push(format!("  {}（{}）→ {}", step.event, step.actor, step.to));
    }
    if lines.len() == 1 {
        lines.push("  nothing".to_owned());
    }
    lines.join("\n")
}

/// The cases that wait for an answer.
pub(super) fn open_cases(table: &Table, report: &Report) -> String {
    let mut open: Vec<String> = table
        .cases
        .values()
        .filter_map(|case| {
            let questions = &report.judgements.get(&case.key)?.questions;
            let ids: Vec<&str> = questions.iter().map(|q| q.id.as_str()).collect();
            (!ids.is_empty()).then(|| format!("  {}  {}", case.number, ids.join(" ")))
        })
        .collect();
    open.sort();
    let more = open.len().saturating_sub(MOST_LISTED);
    open.truncate(MOST_LISTED);
    if open.is_empty() {
        return "hint: no case waits for an answer; `dossier status` lists the case numbers".into();
    }
    let rest = if more > 0 { format!("\n  … and {more} more") } else { String::new() };
    format!("waiting for an answer:\n{}{rest}", open.join("\n"))
}
