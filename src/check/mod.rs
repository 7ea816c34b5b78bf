//! Check: submissions become a report: findings with clauses, and a decision per applicant.
//!
//! Comes in: all current [`crate::normalize::Submission`]s, the pack, the history. Goes out: a
//! [`Report`]. Pure and infallible: no disk, no clock but the one given. Three-valued: a missing
//! fact is unknown, never a silent pass.

mod case;
mod derive;
mod exceptions;
#[cfg(test)]
mod fixture;
mod forms;
mod identity;
mod judge;
mod materials;
mod merits;
mod one_sided;
mod photo;
mod posts;
mod predicate;
mod quota;
mod registers;
mod resume;
mod routes;
mod rules;
mod sanity;
mod scope;
#[cfg(test)]
mod tests;
mod windows;
mod workflow;

pub use judge::check;
pub use one_sided::one_sided;
pub use windows::late_question;
pub use workflow::{Machine, Refused, Standing, Step};

use crate::diag::Finding;
use crate::normalize::{CaseKey, Record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the judge says about every applicant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One per applicant, keyed by [`CaseKey::text`].
    pub judgements: BTreeMap<String, Judgement>,
    /// Findings about whole entries, keyed by source.
    pub submissions: BTreeMap<String, Vec<Finding>>,
    /// 指标 of each unit × trade.
    pub quotas: Vec<QuotaRow>,
    /// What each unit filed in its 岗位使用情况备案表, by the unit as applicants name it.
    pub posts: BTreeMap<String, Record>,
}

/// The judgement of one applicant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Whose.
    pub key: CaseKey,
    /// The decision.
    pub decision: Decision,
    /// The record with derived and presumed facts added.
    pub record: Record,
    /// All findings, field findings included, most severe first.
    pub findings: Vec<Finding>,
    /// What a person must answer.
    pub questions: Vec<Question>,
    /// Lines of the reviewer's check sheet (severity C of the table).
    pub check_lines: Vec<Finding>,
    /// The steps of the route; empty when it is unknown.
    pub route: Vec<String>,
    /// Materials that apply to this person, by id.
    pub applicable: Vec<String>,
    /// Forms of the pack that are printed for this person, by id.
    pub forms: Vec<String>,
}

/// The machine's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// 机审通过（待人工核对）
    Accepted,
    /// The unit can fix it.
    Returned,
    /// A person must decide.
    Held,
}

/// A question for 待定事项.xlsx.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Stable id within the case: the rule id or the code.
    pub id: String,
    /// The question in plain Chinese.
    pub text: String,
    /// What the machine knows.
    pub known: String,
    /// The clause.
    pub clause: String,
    /// Where to look.
    pub look: String,
    /// What may be answered (是/否 …).
    pub choices: Vec<String>,
}

/// 指标核定 of one unit × trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaRow {
    /// The unit.
    pub unit: String,
    /// The trade.
    pub trade: String,
    /// 现有技师数.
    pub present: Option<u32>,
    /// 上一年度是否申报.
    pub applied_last_year: Option<bool>,
    /// 指标.
    pub limit: Option<u32>,
    /// 占指标的申报人数.
    pub counted: u32,
    /// 不占指标的申报人数.
    pub exempt: u32,
}

/// What the ledger remembers and the judge may ask.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Answers of persons: (case key, question id) → answer.
    pub answers: BTreeMap<(String, String), String>,
}

impl History {
    /// What a person answered to a question of a case, when it means yes or no.
    pub fn answer(&self, case: &str, question: &str) -> Option<bool> {
        case::answer(self, case, question)
    }
}
