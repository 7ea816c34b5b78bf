//! The tables of a pack, one struct per table of the schema: identity, windows, scope, rules.

use super::filled::Filled;
use super::papers::{
    Aliases, Binding, Channel, Contact, Convention, Experts, Form, FormCheck, Material, Numbering,
    Outcome, Photo, Print, Quant, Quota, Route, Sanction, Site, Summary, Workflow,
};
use super::source::Source;
use crate::text::PartialDate;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use toml::value::Datetime;

/// One circular, merged with what it extends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Version gate, `circular-pack/1`.
    pub schema: String,
    /// Identity of the circular.
    pub circular: Circular,
    /// Named dates and year lists.
    #[serde(default)]
    pub reference: BTreeMap<String, Reference>,
    /// What the roster is asked for.
    #[serde(default)]
    pub roster: Roster,
    /// Facts that no column asks for.
    #[serde(default)]
    pub derive: BTreeMap<String, Derive>,
    /// What the office must know of a unit before its people may apply.
    #[serde(default)]
    pub unit_record: Option<UnitRecord>,
    /// Closed word lists per fact.
    #[serde(default)]
    pub vocabulary: BTreeMap<String, Vec<String>>,
    /// All time limits.
    #[serde(default, rename = "window")]
    pub windows: Vec<Window>,
    /// Trades per level.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// Eligibility rules.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// What only a person can judge: lines of the 核对单.
    #[serde(default, rename = "review")]
    pub reviews: Vec<Review>,
    /// 破格.
    #[serde(default, rename = "exception")]
    pub exceptions: Vec<Exception>,
    /// Materials in the order of the booklet.
    #[serde(default, rename = "material")]
    pub materials: Vec<Material>,
    /// 申报指标.
    #[serde(default, rename = "quota")]
    pub quotas: Vec<Quota>,
    /// Consistency of form fields.
    #[serde(default, rename = "check")]
    pub checks: Vec<FormCheck>,
    /// The photo.
    #[serde(default)]
    pub photo: Option<Photo>,
    /// The forms to print.
    #[serde(default, rename = "form")]
    pub forms: Vec<Form>,
    /// Forms as applicants fill them in.
    #[serde(default)]
    pub filled: Vec<Filled>,
    /// How the booklet is bound.
    #[serde(default)]
    pub binding: Binding,
    /// Recommending experts.
    #[serde(default)]
    pub experts: Option<Experts>,
    /// 量化考评 items.
    #[serde(default)]
    pub quant: Option<Quant>,
    /// Approval chains, tried in order.
    #[serde(default, rename = "route")]
    pub routes: Vec<Route>,
    /// State machines.
    #[serde(default)]
    pub workflow: OneOrMany<Workflow>,
    /// Conventions of single fields.
    #[serde(default, rename = "convention")]
    pub conventions: Vec<Convention>,
    /// Ways of handing in.
    #[serde(default, rename = "channel")]
    pub channels: Vec<Channel>,
    /// Printing rules.
    #[serde(default)]
    pub print: Option<Print>,
    /// What happens to fraud.
    #[serde(default)]
    pub sanction: Option<Sanction>,
    /// The office.
    #[serde(default)]
    pub contact: Contact,
    /// Where paper is handed in.
    #[serde(default, rename = "site")]
    pub sites: Vec<Site>,
    /// What follows (text of the circular).
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Case numbers.
    pub numbering: Option<Numbering>,
    /// The summary tables.
    #[serde(default)]
    pub summary: Summary,
    /// Severity by code: `error`, `warn`, `info` or `off`.
    #[serde(default)]
    pub severity: BTreeMap<String, String>,
    /// Supplementary notices.
    #[serde(default, rename = "amendment")]
    pub amendments: Vec<Amendment>,
    /// Other names.
    #[serde(default)]
    pub aliases: Aliases,
    /// What the office knows beside the circular; never part of the file.
    #[serde(skip)]
    pub registers: super::Registers,
}

/// A table that stands once or several times.
#[derive(Debug, Clone)]
pub enum OneOrMany<T> {
    /// `[table]`
    One(Box<T>),
    /// `[[table]]`
    Many(Vec<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // by hand, because an untagged enum hides which key is unknown and where it stands
        deserializer.deserialize_any(Either(PhantomData))
    }
}

struct Either<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, once or several times")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let one = T::deserialize(MapAccessDeserializer::new(map))?;
        Ok(OneOrMany::One(Box::new(one)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMany::Many)
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        match self {
            Self::One(one) => std::slice::from_ref(one.as_ref()).iter(),
            Self::Many(many) => many.iter(),
        }
    }
}

/// `[circular]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Circular {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub doc_number: String,
    pub issuer: String,
    pub issued_on: Option<Datetime>,
    pub year: i32,
    #[serde(default)]
    pub region: String,
    #[serde(default = "shanghai")]
    pub tz: String,
    pub levels: Vec<String>,
    #[serde(default)]
    pub addressees: Vec<String>,
    #[serde(default)]
    pub basis: Vec<Basis>,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    pub extends: Option<String>,
    #[serde(default)]
    pub partial: bool,
    #[serde(default)]
    pub assumed: Vec<String>,
}

fn shanghai() -> String {
    "Asia/Shanghai".to_owned()
}

/// A circular this one rests on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Basis {
    pub title: String,
    #[serde(default)]
    pub doc_number: String,
    #[serde(default)]
    pub issuer: String,
}

/// An attachment of the circular; `have = false`: the original is not known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Attachment {
    pub no: u32,
    pub title: String,
    #[serde(default)]
    pub have: bool,
}

/// A named date or list of years.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Reference {
    pub date: Option<Datetime>,
    pub list: Option<Vec<i32>>,
    #[serde(default)]
    pub clause: String,
    #[serde(default)]
    pub assumed: bool,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub levels: Vec<String>,
}

impl Reference {
    /// The date, when it is one.
    pub fn as_date(&self) -> Option<PartialDate> {
        let date = self.date.as_ref()?.date?;
        PartialDate::day(i32::from(date.year), u32::from(date.month), u32::from(date.day))
    }
}

/// `[roster]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Roster {
    #[serde(default)]
    pub required: Vec<String>,
    #[serde(default)]
    pub asked: Vec<String>,
    #[serde(default)]
    pub clause: String,
    #[serde(default)]
    pub empty: BTreeMap<String, String>,
    /// Facts that belong together: where one of them is filled, none of its columns may be blank.
    #[serde(default)]
    pub complete: Vec<Complete>,
    /// The file is to be the circular's own, without columns it does not know.
    pub template: Option<FileTemplate>,
}

/// `[[roster.complete]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Complete {
    pub facts: Vec<String>,
    #[serde(default = "lacks_items")]
    pub finding: String,
    #[serde(default)]
    pub clause: String,
}

fn lacks_items() -> String {
    "FD-133".to_owned()
}

/// `[roster.template]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct FileTemplate {
    pub severity: Option<String>,
    pub clause: String,
}

/// `[unit_record]`: the unit stands in the office's register of units, with these facts; its
/// supervising department stands there, too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct UnitRecord {
    #[serde(default)]
    pub required: Vec<String>,
    #[serde(default)]
    pub supervisor_registered: bool,
    pub severity: Option<String>,
    #[serde(default)]
    pub clause: String,
}

/// How a fact comes about that no column asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Derive {
    pub copy: Option<String>,
    pub value: Option<toml::Value>,
    pub presume: Option<toml::Value>,
    pub compute: Option<String>,
    pub when_material: Option<String>,
    /// A word in the name of a file of the material that looks for it makes the fact true.
    pub when_file: Option<String>,
}

/// `[[window]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Window {
    pub id: String,
    pub stage: String,
    #[serde(default)]
    pub levels: Vec<String>,
    pub start: Option<Datetime>,
    pub end: Option<Datetime>,
    pub on: Option<Datetime>,
    #[serde(default)]
    pub dates: Vec<Datetime>,
    #[serde(default)]
    pub sessions: Vec<Session>,
    pub within_hours_of: Option<Within>,
    pub late: Option<String>,
    #[serde(default)]
    pub holidays_closed: bool,
    /// Weekdays on which the office is closed all the same.
    #[serde(default)]
    pub closed_days: Vec<Datetime>,
    /// Weekend days on which it is open.
    #[serde(default)]
    pub open_days: Vec<Datetime>,
    pub actor: Option<String>,
    pub to: Option<String>,
    #[serde(default)]
    pub assumed: Vec<String>,
    pub clause: String,
}

/// A half-day session, `HH:MM`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Session {
    pub from: String,
    pub to: String,
}

/// A limit counted from an event.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Within {
    pub event: String,
    pub hours: u32,
}

/// `[scope]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Scope {
    #[serde(default)]
    pub complete: bool,
    #[serde(default)]
    pub on_unknown_trade: Option<String>,
    pub transferred: Option<String>,
    pub trade_naming: Option<String>,
    #[serde(default)]
    pub same_as: Vec<[String; 2]>,
    #[serde(default)]
    pub groups: BTreeMap<String, toml::Table>,
    #[serde(default, rename = "trade")]
    pub trades: Vec<ScopeTrade>,
    #[serde(default)]
    pub clause: String,
}

/// `[[scope.trade]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct ScopeTrade {
    pub level: String,
    #[serde(default)]
    pub category: String,
    pub name: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub old_names: Vec<String>,
    pub common: Option<bool>,
    #[serde(default)]
    pub licence: Vec<String>,
}

/// A predicate: a comparison, or `all` / `any` / `not` of predicates. Exactly one shape is used.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Predicate {
    pub fact: Option<String>,
    pub op: Option<String>,
    pub value: Option<toml::Value>,
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub other: Option<String>,
    pub years_ref: Option<String>,
    pub finding: Option<String>,
    pub on_unknown: Option<String>,
    #[serde(default)]
    pub manual: bool,
    pub text: Option<String>,
    pub all: Option<Vec<Self>>,
    pub any: Option<Vec<Self>>,
    pub not: Option<Box<Self>>,
    /// The item number inside an exception.
    pub no: Option<u32>,
}

/// `[[rule]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Rule {
    pub id: String,
    pub finding: String,
    pub group: String,
    pub clause: String,
    pub text: String,
    pub severity: Option<String>,
    #[serde(default)]
    pub levels: Vec<String>,
    pub when: Option<Predicate>,
    pub all: Option<Vec<Predicate>>,
    pub any: Option<Vec<Predicate>>,
    #[serde(default)]
    pub assumed: bool,
}

/// `[[review]]`: a condition without a measure, printed for the reviewer to judge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Review {
    pub id: String,
    pub text: String,
    #[serde(default)]
    pub levels: Vec<String>,
    pub clause: String,
}

/// `[[exception]]` 破格
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Exception {
    pub id: String,
    pub name: String,
    pub waives: Vec<String>,
    pub clause: String,
    #[serde(default)]
    pub precondition: String,
    #[serde(default)]
    pub materials: Vec<String>,
    #[serde(default)]
    pub any: Vec<Predicate>,
}

/// `[[amendment]]`: a supplementary notice. What it changes is written as in the pack itself, under
/// `changes`, and laid over the pack from the day it takes effect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Amendment {
    pub id: String,
    #[serde(default)]
    pub doc_number: String,
    #[serde(default)]
    pub title: String,
    pub issued_on: Option<Datetime>,
    pub effective: Datetime,
    pub clause: String,
    pub changes: toml::Table,
}

/// A pack as loaded from disk, with what makes it reproducible.
#[derive(Debug, Clone)]
pub struct LoadedPack {
    /// The merged pack.
    pub pack: Pack,
    /// SHA-256 over the texts of the pack and all it extends, in hex.
    pub hash: String,
    /// SHA-256 over what the papers of a person or a unit print of it, in hex: what only decides
    /// leaves the papers of those it does not concern as they are.
    pub paper_hash: String,
    /// The texts themselves, for the places of faults.
    pub(super) source: Source,
    /// Folders to look for templates in, the pack's own first, `common` last.
    pub template_dirs: Vec<std::path::PathBuf>,
}
