//! The tables of a pack that say what becomes of a judged case: forms, binding, routes, places.

use super::types::Predicate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    #[serde(default)]
    pub exclude: Vec<String>,
    pub order: Option<String>,
    #[serde(default)]
    pub catalogue: bool,
    #[serde(default)]
    pub bag: bool,
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
    #[serde(default)]
    pub states: Vec<String>,
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
}
