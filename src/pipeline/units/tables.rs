//! Tables: the accepted people of a trade, of one unit and of the whole office, and what the pack
//! prints once for each unit.

use super::desk::Paper;
use super::{Judged, Office, is_accepted, unit_data};
use crate::check::Judgement;
use crate::export::Format;
use crate::ledger::Case;
use crate::normalize::{Applicant, Record};
use crate::pack::{Form, Pack};
use crate::pipeline::context::text;
use crate::pipeline::forms::blank_posts;
use crate::publish::safe_name;
use crate::text::pinyin_key;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Someone accepted, with what the tables print of them.
struct Row<'a> {
    applicant: &'a Applicant,
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
            table(office, unit_data(office, "", ""), &trade, rows, stem, ("trade", "summary"))
        })
        .collect();
    papers.extend(own.into_iter().map(|((unit, trade), rows)| {
        let stem = format!("60-卷宗/{}/汇总表-{}", safe_name(unit), safe_name(&trade));
        let kind = ("unit-trade", "unit-summary");
        table(office, unit_head(office, unit, &rows), &trade, rows, stem, kind)
    }));
    papers.extend(of_units(office, judged));
    papers
}

/// Forms the pack prints once for each unit that has somebody accepted (岗位使用情况备案表).
fn of_units(office: &Office, judged: &Judged) -> Vec<Paper> {
    let mut units: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for (_, applicant, case, judgement) in judged.people() {
        if is_accepted(judged, applicant) {
            units.entry(&applicant.unit).or_default().push(row(applicant, case, judgement));
        }
    }
    let forms = || form_per(office, "unit");
    let of_unit = |(unit, rows): (&str, Vec<Row<'_>>)| -> Vec<Paper> {
        let mut data = unit_head(office, unit, &rows);
        data["posts"] = posts(judged, unit);
        let paper = |form: &Form| {
            let mut data = data.clone();
            data["form"] = json!({"id": form.id, "title": form.title});
            data["title"] = json!(form.title);
            let name = match form.template.as_str() {
                "posts.html" => "岗位使用情况备案表".to_owned(),
                _ => safe_name(&form.title),
            };
            Paper {
                template: form.template.clone(),
                data,
                formats: vec![Format::Pdf, Format::Docx, Format::Xlsx],
                stem: format!("60-卷宗/{}/{name}", safe_name(unit)),
                kind: "unit-form",
            }
        };
        forms().map(paper).collect()
    };
    units.into_iter().flat_map(of_unit).collect()
}

/// The forms of the pack that are printed once per `what`.
fn form_per<'a>(office: &'a Office, what: &'a str) -> impl Iterator<Item = &'a Form> {
    let forms = office.pack.pack.forms.iter();
    forms.filter(move |form| !form.generated && form.per.iter().any(|per| per == what))
}

/// The numbers a unit filed of its posts, as text.
fn posts(judged: &Judged, unit: &str) -> Json {
    let mut posts = blank_posts();
    for (id, field) in judged.report.posts.get(unit).into_iter().flatten() {
        let mut parts = id.split('.').skip(1);
        if let (Some(kind), Some(grade), Some(value)) = (parts.next(), parts.next(), &field.value) {
            posts[kind][grade] = json!(value.text());
        }
    }
    posts
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

/// 学历 as tables print it: who has only a professional certificate has that.
fn education(record: &Record) -> String {
    match text(record, "education.rank") {
        rank if rank.is_empty() && text(record, "education.special_cert") == "是" => {
            "专业证书班".to_owned()
        }
        rank => rank,
    }
}

fn row<'a>(applicant: &'a Applicant, case: &Case, judgement: &'a Judgement) -> Row<'a> {
    let get = |id: &str| text(&judgement.record, id);
    let data = json!({
        "unit": applicant.unit, "case": case.number,
        "name": get("person.name"), "sex": get("person.sex"), "birth": get("person.birth"),
        "work_start": get("person.work_start"), "education": education(&judgement.record),
        "trade": get("post.trade"), "level": get("post.level"),
        "cert_date": get("cert.date"), "apply_level": get("apply.level"),
        "public_result": get("public_result"), "note": get("apply.note"),
    });
    Row { applicant, judgement, data }
}

/// What the rows of a table are sorted by: the facts of the pack, by unit and name unless it says
/// so, then by case.
fn order(pack: &Pack, row: &Row<'_>) -> Vec<Vec<u8>> {
    const USUAL: [&str; 2] = ["unit.name", "person.name"];
    let own: Vec<&str> = pack.summary.sort_by.iter().map(String::as_str).collect();
    let facts = if own.is_empty() { USUAL.to_vec() } else { own };
    let value = |fact: &str| match fact {
        "unit.name" => row.applicant.unit.clone(),
        fact => text(&row.judgement.record, fact),
    };
    let number = row.data["case"].as_str().unwrap_or_default();
    let keys = facts.into_iter().map(|fact| pinyin_key(&value(fact)));
    keys.chain([number.as_bytes().to_vec()]).collect()
}

fn table(
    office: &Office,
    mut data: Json,
    trade: &str,
    mut rows: Vec<Row<'_>>,
    stem: String,
    (per, kind): (&str, &'static str),
) -> Paper {
    rows.sort_by_cached_key(|row| order(&office.pack.pack, row));
    let form = form_per(office, per).next();
    let levels = office.pack.pack.circular.levels.join("、");
    let usual = || format!("{levels}申报汇总表");
    data["title"] = json!(form.map_or_else(usual, |form| form.title.clone()));
    let template = form.map_or("summary.html", |form| form.template.as_str()).to_owned();
    data["trade"] = json!(trade);
    data["notes"] = json!([]);
    data["rows"] = rows.into_iter().map(|row| row.data).collect();
    let formats = vec![Format::Pdf, Format::Docx, Format::Xlsx];
    Paper { template, data, formats, stem, kind }
}
