//! The tables of a pack about papers and offices: materials, quotas, forms, routes, contacts.

use super::Predicate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether a material must come: `true`, `false` or `"recommended"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Required {
    /// Must come.
    Yes,
    /// May come.
    #[default]
    No,
    /// Should come.
    Recommended,
}

impl<'de> Deserialize<'de> for Required {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::Boolean(true) => Ok(Self::Yes),
            toml::Value::Boolean(false) => Ok(Self::No),
            toml::Value::String(s) if s == "recommended" => Ok(Self::Recommended),
            other => Err(serde::de::Error::custom(format!(
                "`required` is true, false or \"recommended\", not {other}"
            ))),
        }
    }
}

/// `[[material]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Material {
    pub id: String,
    pub group: String,
    pub no: u32,
    pub name: String,
    #[serde(default)]
    pub parts: Vec<Part>,
    pub form: Option<String>,
    #[serde(default = "scan")]
    pub medium: String,
    pub to: Option<String>,
    #[serde(default)]
    pub unit_level: bool,
    #[serde(default)]
    pub required: Required,
    pub when: Option<Predicate>,
    pub since: Option<String>,
    #[serde(default, rename = "match")]
    pub words: Vec<String>,
    pub min_pages: Option<u32>,
    pub clause: String,
}

fn scan() -> String {
    "scan".to_owned()
}

/// A part of a material.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Part {
    pub what: String,
    #[serde(default, rename = "match")]
    pub words: Vec<String>,
    pub original: Option<String>,
    pub copies: Option<u32>,
    pub count: Option<u32>,
    pub sides: Option<u32>,
    #[serde(default)]
    pub photo: bool,
    pub per: Option<String>,
    pub seal: Option<String>,
    pub when: Option<Predicate>,
    pub finding: Option<String>,
    /// Only one person can own it: the same bytes for two people are an error.
    #[serde(default)]
    pub personal: bool,
}

/// `[[quota]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Quota {
    pub id: String,
    #[serde(default)]
    pub applies: QuotaApplies,
    #[serde(default)]
    pub count_of: String,
    #[serde(default)]
    pub source: String,
    pub bands: Vec<Band>,
    #[serde(default)]
    pub exempt: Vec<Predicate>,
    pub finding: String,
    pub clause: String,
}

/// Which applications a quota counts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct QuotaApplies {
    pub trade_common: Option<bool>,
    pub level: Option<String>,
}

/// One band of a quota.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Band {
    pub min: u32,
    pub max: Option<u32>,
    pub max_apply: u32,
    pub consecutive_years: Option<bool>,
    #[serde(default)]
    pub assumed_max: bool,
}

/// `[[check]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct FormCheck {
    pub id: String,
    pub finding: String,
    pub expr: String,
    pub severity: Option<String>,
    #[serde(default)]
    pub assumed: bool,
    #[serde(default)]
    pub clause: String,
}

/// `[photo]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Photo {
    #[serde(default)]
    pub formats: Vec<String>,
    #[serde(default, rename = "match")]
    pub words: Vec<String>,
    #[serde(default = "yes")]
    pub required: bool,
    pub max_bytes: Option<u64>,
    pub grace_bytes: Option<u64>,
    #[serde(default)]
    pub bareheaded: bool,
    #[serde(default)]
    pub colour: bool,
    #[serde(default)]
    pub recent: bool,
    pub aspect: Option<[f64; 2]>,
    pub min_px: Option<[u32; 2]>,
    #[serde(default)]
    pub used_for: Vec<String>,
    pub prints: Option<PhotoPrints>,
    #[serde(default)]
    pub clause: String,
}

fn yes() -> bool {
    true
}

/// How the photo is printed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct PhotoPrints {
    pub size: String,
    pub count: u32,
    pub width_mm: f64,
    pub height_mm: f64,
    #[serde(default)]
    pub size_assumed: bool,
}

/// `[[form]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Form {
    pub id: String,
    pub title: String,
    pub template: String,
    pub attachment: Option<u32>,
    #[serde(default)]
    pub levels: Vec<String>,
    #[serde(default = "per_person")]
    pub per: Vec<String>,
    pub copies: Option<u32>,
    #[serde(default)]
    pub copy_to: Vec<String>,
    pub paper: Option<String>,
    #[serde(default)]
    pub duplex: bool,
    pub printable_when: Option<String>,
    #[serde(default)]
    pub locks_record: bool,
    #[serde(default)]
    pub in_booklet: bool,
    #[serde(default)]
    pub generated: bool,
    #[serde(default)]
    pub paper_submitted: bool,
    #[serde(default)]
    pub clause: String,
}

fn per_person() -> Vec<String> {
    vec!["person".to_owned()]
}

/// `[binding]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Binding {
    pub paper: Option<String>,
    pub edge: Option<String>,
    /// Materials and forms that are kept out of the booklet.
    #[serde(default)]
    pub exclude: Vec<String>,
    pub order: Option<String>,
    /// Whether the booklet has a catalogue; it has unless the pack says no.
    pub catalogue: Option<bool>,
    /// Whether the papers go into a bag: without one its cover is not printed.
    pub bag: Option<bool>,
    pub bag_cover: Option<String>,
    pub copy_note: Option<CopyNote>,
    pub electronic: Option<Electronic>,
    pub page_number: Option<String>,
    #[serde(default)]
    pub clause: String,
}

/// The 原件已核 block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct CopyNote {
    pub text: String,
    pub sign: String,
    pub seal: String,
}

/// The electronic copy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Electronic {
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub what: String,
}

/// `[experts]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Experts {
    pub min: u32,
    #[serde(default)]
    pub kinds: Vec<String>,
    #[serde(default)]
    pub topics: Vec<String>,
    #[serde(default)]
    pub clause: String,
}

/// `[quant]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Quant {
    #[serde(default, rename = "item")]
    pub items: Vec<QuantItem>,
}

/// `[[quant.item]]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct QuantItem {
    pub id: String,
    pub name: String,
    pub max: Option<f64>,
    pub per: Option<String>,
    #[serde(default)]
    pub rule_text: String,
    pub proof: Option<String>,
}

/// `[[route]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Route {
    pub id: String,
    pub when: Option<Predicate>,
    #[serde(default)]
    pub default: bool,
    pub steps: Vec<String>,
    #[serde(default)]
    pub assumed_steps: Vec<String>,
    /// What to say of everyone who takes it.
    pub finding: Option<String>,
    #[serde(default)]
    pub clause: String,
}

/// `[workflow]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Workflow {
    pub id: Option<String>,
    #[serde(default)]
    pub levels: Vec<String>,
    /// States of other workflows, one of which a case must be in before this one begins.
    #[serde(default)]
    pub after: Vec<String>,
    #[serde(default)]
    pub states: Vec<String>,
    /// The state of a case that goes back before any step was taken; without it the drop counts.
    pub returned: Option<String>,
    /// States that somebody is to be reminded of, and the code that counts who waits in them.
    #[serde(default)]
    pub waits: BTreeMap<String, String>,
    #[serde(default)]
    pub editable: Vec<String>,
    #[serde(default)]
    pub transitions: Vec<Transition>,
    pub pay_step: Option<bool>,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub clause: String,
}

/// One step of a state machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Transition {
    pub from: String,
    pub event: String,
    #[serde(default)]
    pub actor: String,
    pub to: String,
    pub window: Option<String>,
    #[serde(default)]
    pub needs: Vec<String>,
    /// What to say when it is tried in another state; RT-115 unless given.
    pub finding: Option<String>,
    /// What to say when it is taken.
    pub says: Option<String>,
    #[serde(default)]
    pub locks: bool,
}

/// `[[convention]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Convention {
    pub id: String,
    pub finding: String,
    pub field: String,
    #[serde(default)]
    pub month_day: BTreeMap<String, String>,
    #[serde(default)]
    pub value: BTreeMap<String, String>,
    #[serde(default)]
    pub suggest: Vec<String>,
    pub severity: Option<String>,
    #[serde(default)]
    pub clause: String,
}

/// `[[channel]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Channel {
    pub id: String,
    pub when: Option<Predicate>,
    pub form: Option<String>,
    pub email: Option<String>,
    #[serde(default)]
    pub plus: Vec<String>,
    #[serde(default)]
    pub clause: String,
}

/// `[print]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Print {
    #[serde(default)]
    pub separate: Vec<Vec<String>>,
    #[serde(default)]
    pub seals: Vec<String>,
    pub conflict: Option<String>,
    #[serde(default)]
    pub clause: String,
}

/// `[sanction]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Sanction {
    #[serde(default)]
    pub ineligible: String,
    pub fraud: Option<Fraud>,
    #[serde(default)]
    pub principle: String,
    #[serde(default)]
    pub clause: String,
}

/// What fraud costs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Fraud {
    pub text: String,
    pub years: u32,
    #[serde(default)]
    pub effect: String,
}

/// `[contact]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Contact {
    pub area_code: Option<String>,
    pub website: Option<String>,
    /// How to get in: printed behind the website.
    pub website_note: Option<String>,
    #[serde(default)]
    pub persons: Vec<String>,
    #[serde(default)]
    pub phones: Vec<String>,
}

/// `[[site]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Site {
    pub area: String,
    #[serde(default)]
    pub regions: Vec<String>,
    /// Areas inside the site that units are said to lie in, with their region code.
    #[serde(default)]
    pub districts: BTreeMap<String, String>,
    pub code: Option<String>,
    pub address: String,
    pub person: Option<String>,
    #[serde(default)]
    pub phones: Vec<String>,
    pub email: Option<String>,
    pub hours: Option<String>,
}

/// `[outcome]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Outcome {
    #[serde(default)]
    pub training: Vec<String>,
    #[serde(default)]
    pub exam: Vec<String>,
    pub few_applicants: Option<String>,
    pub review: Option<String>,
    pub certificate: Option<String>,
    pub pay_from: Option<String>,
    #[serde(default)]
    pub clause: String,
}

/// `[numbering]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Numbering {
    pub application: String,
    #[serde(default)]
    pub seq_scope: Vec<String>,
}

/// `[summary]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Summary {
    #[serde(default)]
    pub group_by: Vec<String>,
    #[serde(default)]
    pub sort_by: Vec<String>,
    #[serde(default)]
    pub columns: Vec<String>,
    #[serde(default)]
    pub mask_id: bool,
}

/// `[aliases]`: canonical name = other names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the schema")]
pub struct Aliases {
    #[serde(default)]
    pub units: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub issuers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub trades: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub kinds: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub areas: BTreeMap<String, Vec<String>>,
}
