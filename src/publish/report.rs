//! `report.json`, the wire form `dossier/report/1`.

use super::RunInfo;
use crate::diag::Severity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireReport {
    pub schema: String,
    pub run: RunInfo,
    pub counts: WireCounts,
    pub submissions: Vec<WireSubmission>,
}

/// `counts`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireCounts {
    pub files: usize,
    pub files_used: usize,
    pub files_ignored: usize,
    pub files_duplicate: usize,
    pub files_held: usize,
    pub files_unsettled: usize,
    pub submissions: usize,
    pub applicants: usize,
    pub accepted: usize,
    pub returned: usize,
    pub held: usize,
}

/// One of `submissions`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireSubmission {
    pub source: String,
    pub unit: String,
    pub version: u32,
    pub received: WireReceived,
    pub state: String,
    pub findings: Vec<WireFinding>,
    pub files: Vec<WireFile>,
    pub applicants: Vec<WireApplicant>,
}

/// `received`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireReceived {
    pub at: String,
    pub by: String,
}

/// One of `files`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireFile {
    pub path: String,
    pub sha256: String,
    pub kind: String,
    pub verdict: String,
    #[serde(rename = "as")]
    pub used_as: Option<String>,
    pub pages: Option<u32>,
    pub code: Option<String>,
}

/// One of `applicants`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireApplicant {
    pub case: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
    pub unit: String,
    pub name: String,
    pub id_no: String,
    pub trade: String,
    pub level: String,
    pub decision: String,
    pub record: BTreeMap<String, WireField>,
    pub findings: Vec<WireFinding>,
    pub outputs: Vec<WireOutput>,
}

/// One of `record`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireField {
    pub value: serde_json::Value,
    pub raw: String,
    pub origin: WireOrigin,
    pub repairs: Vec<String>,
    pub source: String,
}

/// One of `findings`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireFinding {
    pub code: String,
    pub severity: Severity,
    pub needs_person: bool,
    pub message: String,
    pub hint: String,
    pub clause: String,
    pub field: Option<String>,
    pub origin: WireOrigin,
}

/// `origin`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireOrigin {
    pub path: String,
    pub sheet: Option<String>,
    pub cell: Option<String>,
    pub page: Option<u32>,
}

/// One of `outputs`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct WireOutput {
    pub kind: String,
    pub path: String,
    pub sha256: String,
    pub pages: Option<u32>,
}
