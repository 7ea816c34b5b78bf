//! One applicant as the rules see it, and what is said about it.

use super::{History, Question};
use crate::diag::{Finding, Origin};
use crate::normalize::{Applicant, Field, Record, Source, Value};
use crate::pack::Pack;
use crate::text::PartialDate;

/// What a predicate and a rule may look at.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub pack: &'a Pack,
    pub applicant: &'a Applicant,
    pub record: &'a Record,
    pub history: &'a History,
    pub today: PartialDate,
    /// Withdrawn: counts nowhere.
    pub withdrawn: bool,
}

/// A fact as it stands in the record.
pub(super) enum Seen<'a> {
    /// Nobody wrote it.
    Absent,
    /// Written, but it says nothing a rule can use.
    Unreadable,
    /// Known.
    Known(&'a Value),
}

impl<'a> Case<'a> {
    /// A fact; text outside the pack's vocabulary is unreadable.
    pub(super) fn seen(&self, fact: &str) -> Seen<'a> {
        let Some(field) = self.record.get(fact) else { return Seen::Absent };
        match &field.value {
            None if field.raw.trim().is_empty() => Seen::Absent,
            None => Seen::Unreadable,
            Some(Value::Text(text)) if text.trim().is_empty() => Seen::Absent,
            Some(Value::List(list)) if list.is_empty() => Seen::Absent,
            Some(Value::Merits(list)) if list.is_empty() => Seen::Absent,
            Some(Value::Text(text)) if self.outside_vocabulary(fact, text) => Seen::Unreadable,
            Some(value) => Seen::Known(value),
        }
    }

    fn outside_vocabulary(&self, fact: &str, text: &str) -> bool {
        self.pack.vocabulary.get(fact).is_some_and(|words| !words.iter().any(|w| w == text))
    }

    pub(super) fn value(&self, fact: &str) -> Option<&'a Value> {
        match self.seen(fact) {
            Seen::Known(value) => Some(value),
            Seen::Absent | Seen::Unreadable => None,
        }
    }

    pub(super) fn text(&self, fact: &str) -> Option<&'a str> {
        match self.value(fact)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn date(&self, fact: &str) -> Option<PartialDate> {
        match self.value(fact)? {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// The level applied for.
    pub(super) fn level(&self) -> Option<&'a str> {
        self.text("apply.level")
    }

    pub(super) fn name(&self) -> String {
        display_name(self.applicant)
    }

    /// How a fact reads in a message: the value, else the raw text, else 空.
    pub(super) fn shown(&self, fact: &str) -> String {
        match self.record.get(fact) {
            Some(Field { value: Some(value), .. }) => value.text(),
            Some(field) if !field.raw.trim().is_empty() => field.raw.trim().to_owned(),
            _ => "空".to_owned(),
        }
    }

    /// The cell of a fact; when it has none, the file of the person's row.
    pub(super) fn origin(&self, fact: &str) -> Origin {
        let own = self.record.get(fact).filter(|f| !f.origin.path.is_empty());
        own.map_or_else(|| self.row(), |field| field.origin.clone())
    }

    /// The file the person's row stands in.
    pub(super) fn row(&self) -> Origin {
        row_of(self.applicant)
    }

    /// A person's answer to a question of this case.
    pub(super) fn answer(&self, question: &str) -> Option<bool> {
        answer(self.history, &self.applicant.key.text, question)
    }
}

/// The name of an applicant for messages.
pub(super) fn display_name(applicant: &Applicant) -> String {
    let name = applicant.record.get("person.name");
    name.and_then(|f| f.value.as_ref()).map_or_else(|| "（无姓名）".to_owned(), Value::text)
}

/// The file an applicant's row stands in.
pub(super) fn row_of(applicant: &Applicant) -> Origin {
    let read = |f: &&Field| f.source == Source::Read && !f.origin.path.is_empty();
    let name = applicant.record.get("person.name").filter(read);
    let field = name.or_else(|| applicant.record.values().find(read));
    field.map_or_else(Origin::default, |f| Origin::file(f.origin.path.clone()))
}

/// Reads a stored answer; words that are neither yes nor no answer nothing.
pub(super) fn answer(history: &History, case: &str, question: &str) -> Option<bool> {
    let key = (case.to_owned(), question.to_owned());
    understood(history.answers.get(&key)?)
}

fn understood(word: &str) -> Option<bool> {
    match word.trim() {
        "是" | "符合" | "属实" | "同意" | "通过" | "认可" | "保留" | "已核" | "有" => {
            Some(true)
        }
        "否" | "不是" | "不符合" | "不属实" | "不同意" | "不通过" | "不认可" | "撤回" | "无" => {
            Some(false)
        }
        _ => None,
    }
}

impl Question {
    /// Whether a word answers it: one of its choices, or another word for yes or no.
    pub fn takes(&self, word: &str) -> bool {
        self.choices.iter().any(|choice| choice == word.trim()) || understood(word).is_some()
    }
}

/// What was said about one applicant.
#[derive(Default)]
pub(super) struct Docket {
    pub findings: Vec<Finding>,
    /// What a person decided: no weight of a pack changes it.
    pub decided: Vec<Finding>,
    pub questions: Vec<Question>,
    pub check_lines: Vec<Finding>,
}

impl Docket {
    pub(super) fn say(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Says a finding that waits for a person, with its question.
    pub(super) fn ask(&mut self, id: &str, text: String, known: String, finding: Finding) {
        self.ask_with(id, text, known, finding, &["符合", "不符合"]);
    }

    pub(super) fn ask_with(
        &mut self,
        id: &str,
        text: String,
        known: String,
        finding: Finding,
        choices: &[&str],
    ) {
        if !self.questions.iter().any(|q| q.id == id) {
            self.questions.push(Question {
                id: id.to_owned(),
                text,
                known,
                clause: finding.clause.clone(),
                look: place(&finding.origin),
                choices: choices.iter().map(|&c| c.to_owned()).collect(),
            });
        }
        self.findings.push(finding);
    }
}

/// A place in words: file, sheet, cell, page.
pub(super) fn place(origin: &Origin) -> String {
    let mut parts = vec![origin.path.clone()];
    parts.extend(origin.sheet.clone());
    parts.extend(origin.cell.clone());
    parts.extend(origin.page.map(|page| format!("第 {page} 页")));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}
