//! Normalize: cells become the canonical record; files find their applicant and material.
//!
//! Comes in: a [`crate::read::Reading`]. Goes out: a [`Filing`] (one delivery's rows and files) and,
//! over all current filings, one [`Submission`] per entry with applicants and their materials.
//! Every value keeps its raw text, its place and the repairs made. Never judges, never guesses.

mod assemble;
mod beside;
mod card;
mod cell;
mod census;
mod circular;
mod date;
mod education;
mod enrich;
mod fact;
mod field;
mod flags;
mod form;
mod grades;
mod grid;
mod header;
mod id_number;
mod labels;
mod level;
mod likeness;
mod merit;
mod name;
mod posts;
#[cfg(any(test, fuzzing))]
pub mod probe;
mod register;
mod roster;
mod row;
mod sheet;
mod summary;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_dialects;
mod trade;
mod unit;
mod words;

pub use assemble::{Chain, assemble};
pub use circular::{candidates, undecided};
pub use labels::reads;
pub use register::read_register;
pub use roster::normalize;

use crate::diag::{Finding, Origin};
use crate::intake::Arrival;
use crate::read::{Scan, ScanKind};
use crate::text::PartialDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Field id of the canonical record → field. Ids are those of the canonical record
/// (`person.name`, `appraisal.2018`, `honours` …).
pub type Record = BTreeMap<String, Field>;

/// One value with where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The normalized value; `None`: the raw text could not be read (a finding says so).
    pub value: Option<Value>,
    /// The text as read.
    pub raw: String,
    /// Where it stands.
    pub origin: Origin,
    /// What was repaired, in plain Chinese.
    pub repairs: Vec<String>,
    /// How it came about.
    pub source: Source,
}

/// How a value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Read from a file.
    Read,
    /// Filled from another value (sex from the ID number).
    Filled,
    /// Derived by the pack.
    Derived,
    /// Presumed by the pack (推定).
    Presumed,
    /// Answered by a person.
    Person,
}

/// A normalized value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// Text, a level, a trade, an education rank.
    Text(String),
    /// A date known to the day, month or year.
    Date(PartialDate),
    /// A whole number.
    Int(i64),
    /// A duration in months (工龄 25年3个月 = 303).
    Months(i64),
    /// A truth value.
    Bool(bool),
    /// A set of years.
    Years(BTreeSet<i32>),
    /// A list of texts (phones, claimed exception items such as `A2`).
    List(Vec<String>),
    /// Honours, contests, awards, people coached.
    Merits(Vec<Merit>),
}

/// An honour (称号), contest place (名次), award (奖励) or the like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Merit {
    /// Title, contest name or achievement; what is left after the known words.
    pub name: String,
    /// 国家级, 省部级, 市级, 县级; `None` when it cannot be told.
    pub rank: Option<String>,
    /// Kind of an honour (劳动模范 …) or grade of an award (三等奖).
    pub grade: Option<String>,
    /// Place in a contest.
    pub place: Option<u32>,
    /// When.
    pub date: Option<PartialDate>,
    /// Whether a personal certificate is named (个人证书 / 集体 = false).
    pub personal: Option<bool>,
}

impl Value {
    /// The value as printed in forms and reports (dates ISO, lists joined by 、).
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Date(date) => date.to_string(),
            Self::Int(n) => n.to_string(),
            Self::Months(m) if m % 12 == 0 => format!("{}年", m / 12),
            Self::Months(m) => format!("{}年{}个月", m / 12, m % 12),
            Self::Bool(true) => "是".to_owned(),
            Self::Bool(false) => "否".to_owned(),
            Self::Years(years) => {
                years.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
            }
            Self::List(list) => list.join("、"),
            Self::Merits(merits) => {
                merits.iter().map(|m| m.name.clone()).collect::<Vec<_>>().join("；")
            }
        }
    }
}

/// One delivery, normalized: rows of people and files, not yet matched to each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filing {
    /// Name of the inbox entry.
    pub entry: String,
    /// The sender.
    pub sender: String,
    /// Hash naming this content.
    pub content: String,
    /// When it came.
    pub arrival: Arrival,
    /// One per applicant row (or filled form), in order.
    pub rows: Vec<Row>,
    /// Every file.
    pub files: Vec<FiledFile>,
    /// 技师人数 rows.
    pub census: Vec<CensusRow>,
    /// 岗位使用情况备案表.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<PostUse>,
    /// Answers from a dropped-back 待定事项 workbook.
    pub answers: Vec<Answer>,
    /// Findings about the entry and its files (not about one row).
    pub findings: Vec<Finding>,
}

/// One person of a roster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The record.
    pub record: Record,
    /// The row's first cell.
    pub origin: Origin,
    /// Field findings (ID, FD, DT) of this row.
    pub findings: Vec<Finding>,
    /// 撤回 in 备注.
    pub withdrawn: bool,
}

/// A file with what reading found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FiledFile {
    /// Path inside the entry.
    pub path: String,
    /// SHA-256 as it came.
    pub sha256: String,
    /// Length in bytes as it came.
    pub bytes: u64,
    /// Word of report.json `kind`: the true kind (`xlsx`, `csv`, `jpeg`, …).
    pub kind: String,
    /// What happens to it.
    pub verdict: Verdict,
    /// Material id of the pack, or `roster`, `form`, `photo`, `census`, `unit-paper`.
    #[serde(rename = "as")]
    pub used_as: Option<String>,
    /// Pages, for scans.
    pub pages: Option<u32>,
    /// The admitted scan.
    pub scan: Option<Scan>,
    /// SHA-256 of the file it is a marked copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// The code that decided the verdict.
    pub code: Option<String>,
    /// Findings of the reader about this file.
    pub findings: Vec<Finding>,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words are those of the contract")]
pub enum Verdict {
    Used,
    Ignored,
    Duplicate,
    Held,
    Unsettled,
}

/// A row of 技师人数.xlsx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CensusRow {
    /// The trade, canonical.
    pub trade: String,
    /// 现有技师人数; `None` when unreadable.
    pub present: Option<u32>,
    /// The same for people of other levels (现有高级工人数), where the table has such columns.
    #[serde(default)]
    pub others: Vec<(String, u32)>,
    /// 上一年度是否申报高级技师.
    pub applied_last_year: Option<bool>,
    /// Where it stands.
    pub origin: Origin,
}

/// 岗位使用情况备案表 of one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostUse {
    /// The unit that filled it in.
    pub unit: String,
    /// `posts.approved.L1` … `posts.no_limit.L5`; a cell that holds no number has no value.
    pub record: Record,
    /// The sheet.
    pub origin: Origin,
}

/// An answered question of 待定事项.xlsx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Case number.
    pub case: String,
    /// The question's id.
    pub question: String,
    /// The answer as written.
    pub answer: String,
    /// Who answered, when written.
    pub by: String,
    /// It is a step of the circular (column 办理 of an exported list), `answer` its opinion.
    #[serde(default)]
    pub step: bool,
}

/// One settled content of one entry, with its applicants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// Name of the inbox entry.
    pub source: String,
    /// The unit.
    pub unit: String,
    /// Hash naming this content.
    pub content: String,
    /// When it came.
    pub arrival: Arrival,
    /// The people whose current row stands in this entry.
    pub applicants: Vec<Applicant>,
    /// Every file with its verdict.
    pub files: Vec<FiledFile>,
    /// 技师人数 of the unit.
    pub census: Vec<CensusRow>,
    /// 岗位使用情况备案表.
    pub posts: Vec<PostUse>,
    /// Findings about the entry as a whole.
    pub findings: Vec<Finding>,
}

/// A person who applies, with materials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Applicant {
    /// What identifies the case.
    pub key: CaseKey,
    /// The unit.
    pub unit: String,
    /// The record.
    pub record: Record,
    /// Materials in the pack's order; only those with at least one file.
    pub materials: Vec<FiledMaterial>,
    /// The photo.
    pub photo: Option<MaterialFile>,
    /// Files of this person that were refused (damaged, encrypted).
    pub refused: Vec<MaterialFile>,
    /// Whether any scan or photo of this person was found at all.
    pub has_scans: bool,
    /// PDFs said to hold everything (MT-112); bound when a person found all materials in them.
    pub whole: Vec<MaterialFile>,
    /// Absent from the newest roster of the entry (DU-131).
    pub omitted: bool,
    /// Withdrawn by 撤回.
    pub withdrawn: bool,
    /// When the newest thing of this person came.
    pub arrival: Arrival,
    /// What came after the window although the application came in time; not used.
    pub late: Vec<LateContent>,
    /// Field findings and file findings of this person.
    pub findings: Vec<Finding>,
}

/// What one content of an entry brought too late for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LateContent {
    /// Inbox entry.
    pub entry: String,
    /// Hash naming the content.
    pub content: String,
    /// When it came.
    pub arrival: Arrival,
    /// Paths of the files.
    pub files: Vec<String>,
}

/// Key of a case: (circular, ID number, level), or provisional while those are unusable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CaseKey {
    /// `id:<ID>:<level>` or `row:<unit>:<name>:<hash of the row>`.
    pub text: String,
    /// Whether it is provisional.
    pub provisional: bool,
}

/// The files of one material of one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FiledMaterial {
    /// Material id of the pack.
    pub id: String,
    /// Its files: by part in the pack's order, then year, then path.
    pub files: Vec<MaterialFile>,
}

/// One file of a material.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaterialFile {
    /// Inbox entry it came with.
    pub entry: String,
    /// Path inside the entry.
    pub path: String,
    /// SHA-256 as it came.
    pub sha256: String,
    /// Length as it came.
    pub bytes: u64,
    /// True kind (`jpeg`, `png`, …).
    pub kind: String,
    /// Index of the part it fills, in the pack's `parts`.
    pub part: Option<usize>,
    /// Years it covers.
    pub years: BTreeSet<i32>,
    /// For `sides = 2`: how many sides it shows.
    pub sides: u32,
    /// The admitted scan; `None` for refused files.
    pub scan: Option<Scan>,
}

impl MaterialFile {
    /// Pages it adds to a booklet.
    pub fn pages(&self) -> u32 {
        self.scan.as_ref().map_or(0, |scan| scan.pages.len() as u32)
    }

    /// Whether all its pages are blank or black: such a file shows nothing of the material.
    pub fn is_blank(&self) -> bool {
        let pages = self.scan.as_ref().map_or(&[][..], |scan| scan.pages.as_slice());
        !pages.is_empty() && pages.iter().all(|page| page.blank)
    }

    /// Whether the admitted blob is a PDF.
    pub fn is_pdf(&self) -> bool {
        self.scan.as_ref().is_some_and(|scan| scan.kind == ScanKind::Pdf)
    }
}
