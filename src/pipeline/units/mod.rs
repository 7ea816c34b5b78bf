//! The papers of units and of the office: receipts, what goes back, tables, open questions.

mod deadline;
mod desk;
mod notice;
mod returned;
mod tables;

use super::context::text;
use super::{Judged, Office, RunError};
use crate::check::{Decision, Question};
use crate::export::{Format, QuestionRow, questions};
use crate::ledger::Ledger;
use crate::normalize::{Applicant, Submission, Verdict};
use crate::publish::{Item, safe_name};
use crate::text::mask_ids;
use deadline::Deadline;
use desk::{Desk, Paper};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

/// Builds everything that is not of one person.
pub(crate) fn build(
    office: &Office,
    ledger: &Ledger,
    judged: &Judged,
    root: &Path,
    work: &Path,
) -> Result<Vec<Item>, RunError> {
    let desk = Desk::new(office, ledger, root, work);
    let senders = senders(judged);
    let mut items = Vec::new();
    items.extend(open_questions(judged)?);
    let marked = returned::marked(&desk, judged, &senders)?;
    let (papers, messages) = notice::notices(office, judged, &senders, &marked);
    items.extend(marked.into_values().flatten());
    items.extend(messages);
    let mut wanted = papers;
    wanted.extend(senders.iter().filter(|s| s.known).map(|s| receipt(office, s)));
    wanted.extend(tables::tables(office, judged));
    items.extend(desk.make(wanted)?);
    Ok(items)
}

/// Who sent something: the submissions of one unit, or an entry that names none.
struct Sender<'a> {
    /// The unit, or the name of the entry.
    name: String,
    /// Whether anybody or anything of a unit was recognized in it.
    known: bool,
    submissions: Vec<&'a Submission>,
}

impl Sender<'_> {
    /// Where what goes back lies.
    fn folder(&self) -> String {
        let name = safe_name(&self.name);
        let said = name.chars().any(char::is_alphanumeric);
        format!("30-退回/{}", if said { name.as_str() } else { "无法识别的来件" })
    }

    /// Whether a path is one of its tables.
    fn has_table(&self, path: &str) -> bool {
        let table = |word: &Option<String>| matches!(word.as_deref(), Some("roster" | "census"));
        let files = self.submissions.iter().flat_map(|s| &s.files);
        files.into_iter().any(|f| f.path == path && table(&f.used_as))
    }

    fn applicants(&self) -> impl Iterator<Item = &Applicant> {
        self.submissions.iter().flat_map(|s| &s.applicants)
    }
}

/// Submissions by where their answer goes.
fn senders(judged: &Judged) -> Vec<Sender<'_>> {
    let mut folders: BTreeMap<String, Sender<'_>> = BTreeMap::new();
    for submission in &judged.submissions {
        let one = Sender {
            name: submission.unit.clone(),
            known: is_of_a_unit(submission),
            submissions: vec![submission],
        };
        match folders.entry(one.folder()) {
            Entry::Vacant(place) => {
                place.insert(one);
            }
            Entry::Occupied(mut place) => {
                place.get_mut().known |= one.known;
                place.get_mut().submissions.push(submission);
            }
        }
    }
    folders.into_values().collect()
}

/// A RAR, an installer or the office's own answers tell of no unit.
fn is_of_a_unit(submission: &Submission) -> bool {
    let used = |word: &Option<String>| word.as_deref().is_some_and(|word| word != "answers");
    !submission.applicants.is_empty()
        || submission.files.iter().any(|f| f.verdict == Verdict::Used && used(&f.used_as))
}

fn open_questions(judged: &Judged) -> Result<Option<Item>, RunError> {
    let mut rows = Vec::new();
    for (_, applicant, case, judgement) in judged.people() {
        // who is returned comes again, perhaps with other facts; when something came and whether
        // somebody left out still applies only a person can say, and they may be returned for it
        let held = judgement.decision == Decision::Held;
        let urgent = |q: &&Question| q.id.starts_with("WN-107:") || q.id == "DU-131";
        for question in judgement.questions.iter().filter(|q| held || urgent(q)) {
            rows.push(QuestionRow {
                case: case.number.clone(),
                name: text(&judgement.record, "person.name"),
                unit: applicant.unit.clone(),
                question: question.id.clone(),
                text: question.text.clone(),
                known: mask_ids(&question.known),
                clause: question.clause.clone(),
                look: mask_ids(&question.look),
                choices: question.choices.clone(),
            });
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    rows.sort_by(|a, b| (&a.case, &a.question).cmp(&(&b.case, &b.question)));
    Ok(Some(Item::bytes("20-待定/待定事项.xlsx", "questions", questions(&rows)?)))
}

/// What every paper of a unit may use. `area` chooses the site when it is known.
fn unit_data(office: &Office, unit: &str, area: &str) -> Json {
    let sites = &office.pack.pack.sites;
    let of_area = office.pack.pack.site_of(area).filter(|_| !area.is_empty());
    let site = of_area
        .or_else(|| sites.iter().find(|site| unit.starts_with(&site.area)))
        .or_else(|| sites.first());
    let contact = &office.pack.pack.contact;
    json!({
        "circular": office.circular_data(),
        "unit": {"name": mask_ids(unit), "supervisor": "", "area": area},
        "deadline": "",
        "number": "", "date": "",
        "contact": {
            "person": site.map_or_else(|| Some(contact.persons.join("、")), |s| s.person.clone()).unwrap_or_default(),
            "phone": site.map_or_else(|| contact.phones.join("、"), |s| s.phones.join("、")),
            "address": site.map(|s| s.address.clone()).unwrap_or_default(),
        },
    })
}

/// The area of a sender, when the records of its people agree on one.
fn area_of(sender: &Sender<'_>) -> String {
    let areas: std::collections::BTreeSet<String> = sender
        .applicants()
        .map(|a| text(&a.record, "unit.area"))
        .filter(|a| !a.is_empty())
        .collect();
    match areas.into_iter().collect::<Vec<_>>().as_slice() {
        [one] => one.clone(),
        _ => String::new(),
    }
}

/// 回执: files, hashes, arrival.
fn receipt(office: &Office, sender: &Sender<'_>) -> Paper {
    let files: Vec<Json> = sender
        .submissions
        .iter()
        .flat_map(|s| &s.files)
        .map(|f| {
            let hash: String = f.sha256.chars().take(16).collect();
            json!({"name": mask_ids(&f.path), "size": f.bytes.to_string(), "hash": hash,
                   "state": verdict_word(f.verdict)})
        })
        .collect();
    let deadline = Deadline::of(office, sender);
    let received: Vec<String> = sender
        .submissions
        .iter()
        .map(|s| {
            let at = s.arrival.at;
            format!("{}{}", at.format("%Y-%m-%d %H:%M:%S"), deadline.state(&s.arrival))
        })
        .collect();
    let mut data = unit_data(office, &sender.name, &area_of(sender));
    data["received"] = json!(received.join("；"));
    let end = deadline.said(false);
    let window =
        if deadline.is_set() { format!("（报名截止：{end}）") } else { String::new() };
    data["window"] = json!(window);
    data["people"] = json!(sender.applicants().count());
    data["files"] = Json::Array(files);
    Paper {
        template: "receipt.html".to_owned(),
        data,
        formats: vec![Format::Pdf],
        stem: format!("60-卷宗/{}/回执", safe_name(&sender.name)),
        kind: "receipt",
    }
}

fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Used => "采用",
        Verdict::Ignored => "忽略",
        Verdict::Duplicate => "重复",
        Verdict::Held => "暂扣",
        Verdict::Unsettled => "未传完",
    }
}

/// Whether the judge took this person.
fn is_accepted(judged: &Judged, applicant: &Applicant) -> bool {
    let judgement = judged.report.judgements.get(&applicant.key.text);
    judgement.is_some_and(|j| j.decision == Decision::Accepted)
}
