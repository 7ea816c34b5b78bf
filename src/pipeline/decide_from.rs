//! A workbook of decisions: answers to questions, or a step for each case that is ticked.

use super::decide::{Decided, Desk, Order, allowed, entry, notes_of, of, open_cases};
use super::{RunError, answers, home, try_entry};
use crate::check::Report;
use crate::config::Settings;
use crate::ledger::{ReviewKind, ReviewRow};
use crate::normalize::Answer;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;
use std::path::Path;

/// Records what a workbook says: answers as dropping it into the inbox would, and the steps of an
/// exported list (`dossier export`), each of which must be allowed as if it came alone.
///
/// # Errors
/// When it says nothing, or nothing that can be taken.
pub fn decide_from(
    settings: &Settings,
    workbook: &Path,
    by: &str,
    at: DateTime<FixedOffset>,
) -> Result<Decided, RunError> {
    let filing = try_entry::read_alone(settings, workbook)?;
    if filing.answers.is_empty() {
        return Err(RunError::Refused(format!(
            "`{}` holds no answers\nhint: fill the column 答复 of 20-待定/待定事项.xlsx, or the column 办理 of a list written by `dossier export`",
            workbook.display()
        )));
    }
    let source = answers::source(&filing);
    let mut decided = Decided::default();
    let mut by_home: BTreeMap<String, Vec<&Answer>> = BTreeMap::new();
    for answer in &filing.answers {
        match home::find(settings, &answer.case)? {
            Some(own) => by_home.entry(own.circular).or_default().push(answer),
            None => decided.notes.push(format!("{}：没有这个案号", place(answer))),
        }
    }
    let mut open = String::new();
    for (circular, answers) in by_home {
        let mut desk = Desk::with_cases(&settings.of(&circular))?;
        desk.not_in_the_future(at)?;
        let before = desk.table.judge(&desk.pack, desk.now);
        let book = Book { desk: &mut desk, before: &before, by, at, source: &source };
        let mut rows = Vec::new();
        for answer in answers {
            match book.row(answer, &mut decided.notes) {
                Ok(row) => {
                    book.desk.table.reviews.push(row.clone());
                    rows.push(row);
                }
                Err(why) => decided.notes.push(format!("{}：{why}", place(answer))),
            }
        }
        for row in &rows {
            desk.ledger.add_review(row)?;
        }
        let after = desk.table.judge(&desk.pack, desk.now);
        decided.recorded.extend(rows.iter().map(|row| entry(&desk.table, row, &before, &after)));
        open.push_str(&open_cases(&desk.table, &before));
    }
    if decided.recorded.is_empty() {
        let why = decided.notes.join("\n");
        return Err(RunError::Refused(format!(
            "nothing of `{}` could be recorded:\n{why}\n{open}",
            workbook.display()
        )));
    }
    Ok(decided)
}

fn place(answer: &Answer) -> String {
    format!("{} {}", answer.case, answer.question)
}

/// The rows of one circular on its desk.
struct Book<'a> {
    desk: &'a mut Desk,
    before: &'a Report,
    by: &'a str,
    at: DateTime<FixedOffset>,
    source: &'a str,
}

impl Book<'_> {
    /// What is to be recorded of one row, or why it is not.
    fn row(&self, answer: &Answer, notes: &mut Vec<String>) -> Result<ReviewRow, String> {
        if answer.step && answer.question.is_empty() {
            return Err("写了意见，没有选“办理”".to_owned());
        }
        let table = &self.desk.table;
        let key = table.key(&answer.case).ok_or("没有这个案号")?.to_owned();
        let who = if answer.by.is_empty() { self.by.trim() } else { answer.by.trim() };
        if who.is_empty() {
            return Err(if answer.step { "没有写办理人" } else { "没有写答复人" }.to_owned());
        }
        let start = ReviewRow {
            kind: if answer.step { ReviewKind::Step } else { ReviewKind::Answer },
            record: answers::bound(&table.people(&key), &answer.question),
            id: key.clone(),
            question: answer.question.clone(),
            answer: answer.answer.clone(),
            opinion: String::new(),
            who: who.to_owned(),
            at: self.at.to_rfc3339(),
            source: self.source.to_owned(),
        };
        if answer.step { self.step(answer, who, start, notes) } else { self.answer(answer, start) }
    }

    fn answer(&self, answer: &Answer, row: ReviewRow) -> Result<ReviewRow, String> {
        let table = &self.desk.table;
        if answers::taken(&table.reviews, &row.id, answer, self.source) {
            return Err("此前已登记".to_owned());
        }
        let afresh = table.judge_afresh(&self.desk.pack, self.desk.now, &row.id);
        let asked = &of(&afresh, &row.id).map_err(|error| error.to_string())?.questions;
        let Some(question) = asked.iter().find(|q| q.id == answer.question) else {
            return Err("没有这个问题，或已不需要答复".to_owned());
        };
        if !question.takes(&answer.answer) {
            let choices = question.choices.join("、");
            return Err(format!("答复\"{}\"不在 {choices} 之中", answer.answer));
        }
        Ok(row)
    }

    /// A step; once taken from this workbook it is not taken from it again.
    fn step(
        &self,
        answer: &Answer,
        who: &str,
        row: ReviewRow,
        notes: &mut Vec<String>,
    ) -> Result<ReviewRow, String> {
        let known = &self.desk.table.reviews;
        let same = |r: &&ReviewRow| {
            r.kind == ReviewKind::Step
                && r.id == row.id
                && r.question == row.question
                && r.source == row.source
        };
        if known.iter().find(same).is_some() {
            return Err("此前已登记".to_owned());
        }
        let order =
            Order { by: who.to_owned(), opinion: answer.answer.trim().to_owned(), at: self.at };
        let judgement = of(self.before, &row.id).map_err(|error| error.to_string())?;
        let asked = &judgement.questions;
        let step = allowed(self.desk, &row.id, judgement, &answer.question, &order, asked)
            .map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())?;
        let told = notes_of(self.desk, &row.id, &step, &order);
        notes.extend(told.into_iter().map(|note| format!("{}：{note}", place(answer))));
        Ok(ReviewRow { question: step.event, answer: step.to, opinion: order.opinion, ..row })
    }
}
