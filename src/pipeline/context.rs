//! The data of templates: one record as nested text, one person, one circular.

use super::Office;
use crate::check::Judgement;
use crate::compose::blank_record;
use crate::ledger::Case;
use crate::normalize::{Applicant, Record, Value};
use crate::text::PartialDate;
use serde_json::{Map, Value as Json, json};

/// The text of a field; empty when it is absent or unreadable.
pub(crate) fn text(record: &Record, field: &str) -> String {
    let value = record.get(field).and_then(|field| field.value.as_ref());
    value.map_or_else(String::new, Value::text)
}

/// A date as forms print it: 1975年10月.
pub(crate) fn printed(value: &Value) -> String {
    match value {
        Value::Date(date) => chinese_date(date),
        other => other.text(),
    }
}

fn chinese_date(date: &PartialDate) -> String {
    let parts: Vec<String> =
        date.to_string().split('-').map(|p| p.trim_start_matches('0').to_owned()).collect();
    match parts.as_slice() {
        [y] => format!("{y}年"),
        [y, m] => format!("{y}年{m}月"),
        [y, m, d] => format!("{y}年{m}月{d}日"),
        _ => date.to_string(),
    }
}

/// Most numbered rows of one kind (papers, jobs) that forms are given.
const MOST_ROWS: usize = 100;

/// The record nested by the dots of its field ids, every known field present.
pub(crate) fn nested(record: &Record) -> Json {
    let mut root = blank_record();
    for (id, field) in record {
        let Some(value) = &field.value else { continue };
        put(&mut root, id, printed(value));
    }
    root
}

fn put(root: &mut Json, id: &str, text: String) {
    let mut at = root;
    let mut parts = id.split('.').peekable();
    while let Some(part) = parts.next() {
        if let Json::Array(rows) = at {
            let number = part.parse::<usize>().ok().filter(|n| (1..=MOST_ROWS).contains(n));
            let (Some(number), Some(key)) = (number, parts.next()) else { return };
            if rows.len() < number {
                rows.resize(number, Json::Object(Map::new()));
            }
            if let Json::Object(row) = &mut rows[number - 1] {
                row.insert(key.to_owned(), Json::String(text));
            }
            return;
        }
        let Json::Object(map) = at else { return };
        if parts.peek().is_none() {
            if !matches!(map.get(part), Some(Json::Array(_) | Json::Object(_))) {
                map.insert(part.to_owned(), Json::String(text));
            }
            return;
        }
        at = map.entry(part.to_owned()).or_insert_with(|| Json::Object(Map::new()));
        if at.is_string() {
            return;
        }
    }
}

impl Office {
    /// What every template may use of the circular.
    pub(crate) fn circular_data(&self) -> Json {
        let circular = &self.pack.pack.circular;
        json!({
            "title": circular.title, "doc_number": circular.doc_number,
            "issuer": circular.issuer, "year": circular.year, "id": circular.id,
            "website": self.pack.pack.contact.website.clone().unwrap_or_default(),
            "website_note": self.pack.pack.contact.website_note.clone().unwrap_or_default(),
        })
    }

    /// What the forms of one person may use.
    pub(crate) fn person_data(&self, case: &Case, a: &Applicant, judgement: &Judgement) -> Json {
        let record = &judgement.record;
        let years = self.pack.pack.reference.get("appraisal_years").and_then(|r| r.list.clone());
        let appraisals: Vec<Json> = years
            .unwrap_or_default()
            .iter()
            .map(|year| json!({"year": year, "grade": text(record, &format!("appraisal.{year}"))}))
            .collect();
        json!({
            "circular": self.circular_data(),
            "case": {"number": case.number, "version": 1, "decision": "机审通过（待人工核对）"},
            "form": {"id": "", "title": ""},
            "unit": {"name": a.unit, "supervisor": text(record, "unit.supervisor"), "area": text(record, "unit.area")},
            "p": nested(record),
            "appraisals": appraisals,
            "photo": if photo_blob(a).is_some() { "photo" } else { "" },
            "today": a.arrival.at.format("%Y年%-m月%-d日").to_string(),
        })
    }
}

/// The blob of the printable photo.
pub(crate) fn photo_blob(applicant: &Applicant) -> Option<&str> {
    applicant.photo.as_ref()?.scan.as_ref()?.image.as_ref()?.print.as_deref()
}
