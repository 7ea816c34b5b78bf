//! Answers of persons: taken from dropped-back workbooks once, and valid for the record they judged.

use super::RunError;
use crate::blobs::sha256_hex;
use crate::check::{self, History, Report};
use crate::ledger::{Case, Ledger, ReviewKind, ReviewRow};
use crate::normalize::{Answer, Applicant, Chain, Filing, Submission, Value};
use crate::pack::Pack;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// (case key, question).
type Asked = (String, String);

/// Names the record an answer judges by its values: where they stand in which file says nothing.
/// A question about the arrival is about this arrival, too.
pub(super) fn bound(people: &[&Applicant], question: &str) -> String {
    let mut texts: Vec<String> = people
        .iter()
        .map(|applicant| {
            let mut text = String::new();
            // what stands under labels nobody knows is no part of what was judged
            let known = applicant.record.iter().filter(|(id, _)| !id.starts_with("extra."));
            for (id, field) in known {
                let value = field.value.as_ref().map_or_else(|| field.raw.clone(), Value::text);
                text.push_str(&format!("{id}\0{value}\0"));
            }
            if question.starts_with("WN-") {
                text.push_str(&applicant.arrival.at.to_rfc3339());
            }
            text
        })
        .collect();
    texts.sort();
    sha256_hex(texts.join("\n").as_bytes())
}

/// The applicants of every case key: more than one where one person stands in two rows.
pub(super) fn by_key(submissions: &[Submission]) -> BTreeMap<&str, Vec<&Applicant>> {
    let mut people: BTreeMap<&str, Vec<&Applicant>> = BTreeMap::new();
    for applicant in submissions.iter().flat_map(|s| &s.applicants) {
        people.entry(&applicant.key.text).or_default().push(applicant);
    }
    people
}

/// Names what a filing's answers came in: the bytes of its answered workbooks, wherever they lie.
pub(super) fn source(filing: &Filing) -> String {
    let books = filing.files.iter().filter(|f| f.used_as.as_deref() == Some("answers"));
    let hashes: Vec<&str> = books.map(|f| f.sha256.as_str()).collect();
    if hashes.is_empty() {
        filing.content.clone()
    } else {
        sha256_hex(hashes.join("\n").as_bytes())
    }
}

/// Whether a workbook's answer stands in the ledger already: once taken it is never taken again,
/// or an old workbook would overrule what was said after it.
pub(super) fn taken(known: &[ReviewRow], key: &str, answer: &Answer, source: &str) -> bool {
    known.iter().any(|row| {
        let same = row.kind == ReviewKind::Answer && row.id == key;
        let unmarked = row.source.is_empty() && row.record.is_empty();
        same && row.question == answer.question
            && (row.source == source
                || (unmarked && row.answer == answer.answer && row.who == answer.by))
    })
}

/// An answer that could not be taken: case key, question, why.
pub(super) type Untaken = (String, String, String);

/// Puts new answers of the workbooks in the inbox into the ledger, earlier arrivals first. What
/// answers no question of the case, or names nobody, is not taken.
pub(super) fn collect(
    ledger: &mut Ledger,
    pack: &Pack,
    chains: &[Chain],
    submissions: &[Submission],
    now: DateTime<FixedOffset>,
) -> Result<Vec<Untaken>, RunError> {
    let mut filings: Vec<&Filing> =
        chains.iter().map(|c| &c.current).filter(|f| !f.answers.is_empty()).collect();
    filings.sort_by(|a, b| (a.arrival.at, &a.entry).cmp(&(b.arrival.at, &b.entry)));
    let named = |case: Case| {
        let numbers = case.former.into_iter().chain([case.number]);
        numbers.map(|number| (number, case.key.clone())).collect::<Vec<_>>()
    };
    let numbers: BTreeMap<String, String> = ledger.cases()?.into_values().flat_map(named).collect();
    let known = ledger.reviews()?;
    let mut fresh: Vec<(String, &Answer, String)> = Vec::new();
    for filing in filings {
        let source = source(filing);
        for answer in filing.answers.iter().filter(|a| a.step || !a.answer.is_empty()) {
            let Some(key) = numbers.get(&answer.case) else { continue };
            if !taken(&known, key, answer, &source) {
                fresh.push((key.clone(), answer, source.clone()));
            }
        }
    }
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let people = by_key(submissions);
    let asked = Asking::of(pack, submissions, &known, now);
    let mut untaken = Vec::new();
    for (key, answer, source) in fresh {
        if let Err(why) = asked.takes(&key, answer) {
            untaken.push((key, answer.question.clone(), why));
            continue;
        }
        let whose = people.get(key.as_str()).map_or(&[][..], Vec::as_slice);
        ledger.add_review(&ReviewRow {
            kind: ReviewKind::Answer,
            id: key,
            question: answer.question.clone(),
            answer: answer.answer.clone(),
            opinion: String::new(),
            who: answer.by.clone(),
            at: now.to_rfc3339(),
            record: bound(whose, &answer.question),
            source,
        })?;
    }
    Ok(untaken)
}

/// The questions of all cases: those open now, and those that would be without any answer.
struct Asking([Report; 2]);

impl Asking {
    fn of(
        pack: &Pack,
        submissions: &[Submission],
        known: &[ReviewRow],
        now: DateTime<FixedOffset>,
    ) -> Self {
        let report = |answers| check::check(submissions, pack, &History { answers }, now);
        Self([report(valid(known, submissions)), report(BTreeMap::new())])
    }

    /// Whether the answer answers a question of the case and says whose it is.
    fn takes(&self, key: &str, answer: &Answer) -> Result<(), String> {
        if answer.step {
            let event = &answer.question;
            return Err(format!("办理\"{event}\"没有登记：由工考办用 dossier decide --from 登记"));
        }
        let judged = self.0.iter().filter_map(|report| report.judgements.get(key));
        let mut questions = judged.flat_map(|j| &j.questions);
        let Some(question) = questions.find(|q| q.id == answer.question) else {
            return Err("没有这个问题，或已不需要答复".to_owned());
        };
        if !question.takes(&answer.answer) {
            let choices = question.choices.join("、");
            return Err(format!("表中的答复\"{}\"没有登记：请填 {choices}", answer.answer));
        }
        if answer.by.trim().is_empty() {
            return Err(format!("表中的答复\"{}\"没有登记：没有写答复人", answer.answer));
        }
        Ok(())
    }
}

/// Adds to an open question why the answer in the inbox was not taken.
pub(super) fn tell_untaken(untaken: &[Untaken], report: &mut Report) {
    for (key, question, why) in untaken {
        let Some(judgement) = report.judgements.get_mut(key) else { continue };
        for open in judgement.questions.iter_mut().filter(|q| q.id == *question) {
            add(&mut open.known, why);
        }
    }
}

fn add(known: &mut String, more: &str) {
    if !known.is_empty() {
        known.push('；');
    }
    known.push_str(more);
}

/// The last answer to every question, when the record is still the one it judged.
pub(super) fn valid(reviews: &[ReviewRow], submissions: &[Submission]) -> BTreeMap<Asked, String> {
    let people = by_key(submissions);
    last(reviews)
        .into_iter()
        .filter(|(_, row)| fits(row, &people))
        .map(|(asked, row)| (asked, row.answer.clone()))
        .collect()
}

fn last(reviews: &[ReviewRow]) -> BTreeMap<Asked, &ReviewRow> {
    let answers = reviews.iter().filter(|row| row.kind == ReviewKind::Answer);
    answers.map(|row| ((row.id.clone(), row.question.clone()), row)).collect()
}

fn fits(row: &ReviewRow, people: &BTreeMap<&str, Vec<&Applicant>>) -> bool {
    let now = people.get(row.id.as_str()).map(|whose| bound(whose, &row.question));
    row.record.is_empty() || now.is_none_or(|now| now == row.record)
}

/// Adds to an open question what was answered before the record changed.
pub(super) fn tell_stale(reviews: &[ReviewRow], submissions: &[Submission], report: &mut Report) {
    let people = by_key(submissions);
    for ((key, question), row) in last(reviews) {
        if fits(row, &people) {
            continue;
        }
        let Some(judgement) = report.judgements.get_mut(&key) else { continue };
        for open in judgement.questions.iter_mut().filter(|q| q.id == question) {
            let who = if row.who.is_empty() { "有人" } else { &row.who };
            let before = format!("此前{who}答复\"{}\"，其后申报内容有变，请重新确认", row.answer);
            add(&mut open.known, &before);
        }
    }
}
