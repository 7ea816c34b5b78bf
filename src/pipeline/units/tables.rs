//! 汇总表: the accepted people of a trade, of one unit and of the whole office.

use super::desk::Paper;
use super::{Judged, Office, is_accepted, unit_data};
use crate::check::Judgement;
use crate::export::Format;
use crate::ledger::Case;
use crate::normalize::Applicant;
use crate::pipeline::context::text;
use crate::publish::safe_name;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Someone accepted, with what the tables print of them.
struct Row<'a> {
    applicant: &'a Applicant,
    name: String,
    judgement: &'a Judgement,
    data: Json,
}

/// Every table: `50-汇总/<工种>` and `60-卷宗/<单位>/汇总表-<工种>`.
pub(super) fn tables(office: &Office, judged: &Judged) -> Vec<Paper> {
    let mut whole: BTreeMap<String, Vec<Row<'_>>> = BTreeMap::new();
    let mut own: BTreeMap<(&str, String), Vec<Row<'_>>> = BTreeMap::new();
    for (_, applicant, case, judgement) in judged.people() {
        if !is_accepted(judged, applicant) {
            continue;
        }
        let trade = text(&judgement.record, "apply.trade");
        let row = || row(applicant, case, judgement);
        whole.entry(trade.clone()).or_default().push(row());
        own.entry((&applicant.unit, trade)).or_default().push(row());
    }
    let mut papers: Vec<Paper> = whole
        .into_iter()
        .map(|(trade, rows)| {
            let stem = format!("50-汇总/{}", safe_name(&trade));
            table(office, unit_data(office, "", ""), &trade, rows, stem, "summary")
        })
        .collect();
    papers.extend(own.into_iter().map(|((unit, trade), rows)| {
        let stem = format!("60-卷宗/{}/汇总表-{}", safe_name(unit), safe_name(&trade));
        table(office, unit_head(office, unit, &rows), &trade, rows, stem, "unit-summary")
    }));
    papers
}

/// The head of a unit's own table names the unit's people, not the office's.
fn unit_head(office: &Office, unit: &str, rows: &[Row<'_>]) -> Json {
    let first = |field: &str| {
        let all = rows.iter().map(|row| text(&row.judgement.record, field));
        all.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
    };
    let mut data = unit_data(office, unit, &first("unit.area"));
    data["unit"]["supervisor"] = json!(first("unit.supervisor"));
    data["contact"]["person"] = json!(first("contact.person"));
    data["contact"]["phone"] = json!(first("contact.phone"));
    data
}

fn row<'a>(applicant: &'a Applicant, case: &Case, judgement: &'a Judgement) -> Row<'a> {
    let get = |id: &str| text(&judgement.record, id);
    let data = json!({
        "unit": applicant.unit, "case": case.number,
        "name": get("person.name"), "sex": get("person.sex"), "birth": get("person.birth"),
        "work_start": get("person.work_start"), "education": get("education.rank"),
        "trade": get("post.trade"), "level": get("post.level"),
        "cert_date": get("cert.date"), "apply_level": get("apply.level"),
        "public_result": get("public_result"), "note": get("apply.note"),
    });
    Row { applicant, name: get("person.name"), judgement, data }
}

fn table(
    office: &Office,
    mut data: Json,
    trade: &str,
    mut rows: Vec<Row<'_>>,
    stem: String,
    kind: &'static str,
) -> Paper {
    rows.sort_by(|a, b| (&a.applicant.unit, &a.name).cmp(&(&b.applicant.unit, &b.name)));
    let levels = office.pack.pack.circular.levels.join("、");
    data["title"] = json!(format!("{levels}申报汇总表"));
    data["trade"] = json!(trade);
    data["notes"] = json!([]);
    data["rows"] = rows.into_iter().map(|row| row.data).collect();
    let formats = vec![Format::Pdf, Format::Docx, Format::Xlsx];
    Paper { template: "summary.html", data, formats, stem, kind }
}
