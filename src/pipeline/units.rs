//! The papers of units and of the office: receipts, notices, tables, open questions.

use super::context::text;
use super::{Judged, Office, RunError};
use crate::check::Decision;
use crate::diag::{Finding, Severity};
use crate::export::{Format, QuestionRow, questions};
use crate::normalize::{Submission, Verdict};
use crate::publish::{Item, safe_name};
use crate::text::mask_ids;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Builds everything that is not of one person.
pub(crate) fn build(office: &Office, judged: &Judged) -> Result<Vec<Item>, RunError> {
    let mut items = Vec::new();
    items.extend(open_questions(judged)?);
    items.extend(notices(office, judged)?);
    items.extend(receipts(office, judged)?);
    items.extend(summaries(office, judged)?);
    Ok(items)
}

fn open_questions(judged: &Judged) -> Result<Option<Item>, RunError> {
    let mut rows = Vec::new();
    for (_, applicant, case, judgement) in judged.people() {
        for question in &judgement.questions {
            rows.push(QuestionRow {
                case: case.number.clone(),
                name: text(&judgement.record, "person.name"),
                unit: applicant.unit.clone(),
                question: question.id.clone(),
                text: question.text.clone(),
                known: mask_ids(&question.known),
                clause: question.clause.clone(),
                look: mask_ids(&question.look),
                choices: question.choices.clone(),
            });
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    rows.sort_by(|a, b| (&a.case, &a.question).cmp(&(&b.case, &b.question)));
    Ok(Some(Item::bytes("20-待定/待定事项.xlsx", "questions", questions(&rows)?)))
}

/// Submissions of one unit together: the unit's folder name → its submissions.
fn by_unit(judged: &Judged) -> BTreeMap<String, Vec<&Submission>> {
    let mut units: BTreeMap<String, Vec<&Submission>> = BTreeMap::new();
    for submission in &judged.submissions {
        units.entry(submission.unit.clone()).or_default().push(submission);
    }
    units
}

/// 补正通知 and 短信稿 for every unit with something to mend.
fn notices(office: &Office, judged: &Judged) -> Result<Vec<Item>, RunError> {
    let mut items = Vec::new();
    for (unit, submissions) in by_unit(judged) {
        let (people, names) = people_to_mend(judged, &submissions);
        let own = own_findings(&submissions);
        if names.is_empty() && !own.iter().any(|f| f.blocks() || f.code.as_str() == "IN-118") {
            continue;
        }
        let mut people = people;
        if !own.is_empty() {
            let general = json!({
                "name": "来件本身", "trade": "", "level": "",
                "must": lines(own.iter().copied().filter(|f| f.blocks())),
                "should": lines(own.iter().copied().filter(|f| !f.blocks() && !f.needs_person)),
                "asking": lines(own.iter().copied().filter(|f| !f.blocks() && f.needs_person)),
            });
            people.insert(0, general);
        }
        let mut data = unit_data(office, &unit);
        data["people"] = Json::Array(people);
        let folder = format!("30-退回/{}", safe_name(&unit));
        let (stem, both) = (format!("{folder}/补正通知"), [Format::Pdf, Format::Docx]);
        items.extend(office.papers(
            "notice.html",
            &data,
            BTreeMap::new(),
            &both,
            &stem,
            "notice",
        )?);
        let sms = message(office, &unit, &names);
        items.push(Item::bytes(&format!("{folder}/短信稿.txt"), "message", sms.into_bytes()));
    }
    Ok(items)
}

/// Findings about the entries of a unit as such, worth telling.
fn own_findings<'a>(submissions: &[&'a Submission]) -> Vec<&'a Finding> {
    let all = submissions
        .iter()
        .flat_map(|s| s.findings.iter().chain(s.files.iter().flat_map(|f| &f.findings)));
    let unique: std::collections::BTreeSet<&Finding> =
        all.filter(|f| f.severity >= Severity::Warn).collect();
    unique.into_iter().collect()
}

/// Everyone of a unit who was not accepted, as the notice lists them, and the names returned.
fn people_to_mend(judged: &Judged, submissions: &[&Submission]) -> (Vec<Json>, Vec<String>) {
    let (mut people, mut names) = (Vec::new(), Vec::new());
    for applicant in submissions.iter().flat_map(|s| &s.applicants) {
        let Some(j) = judged.report.judgements.get(&applicant.key.text) else { continue };
        if j.decision == Decision::Accepted {
            continue;
        }
        let name = text(&j.record, "person.name");
        if j.decision == Decision::Returned {
            names.push(name.clone());
        }
        let some = |want: &dyn Fn(&Finding) -> bool| lines(j.findings.iter().filter(|f| want(f)));
        people.push(json!({
            "name": name,
            "trade": text(&j.record, "apply.trade"),
            "level": text(&j.record, "apply.level"),
            "must": some(&Finding::blocks),
            "should": some(&|f| f.severity == Severity::Warn && !f.needs_person),
            "asking": some(&|f| f.needs_person && !f.blocks()),
        }));
    }
    (people, names)
}

fn lines<'a>(findings: impl Iterator<Item = &'a Finding>) -> Json {
    findings
        .map(|f| {
            json!({"where": place(f), "what": mask_ids(&f.message), "clause": f.clause, "how": f.hint,
                   "code": f.code.as_str()})
        })
        .collect()
}

fn place(f: &Finding) -> String {
    let mut place = mask_ids(&f.origin.path);
    for part in [f.origin.sheet.as_ref(), f.origin.cell.as_ref()].into_iter().flatten() {
        let _ = write!(place, " › {part}");
    }
    if let Some(page) = f.origin.page {
        let _ = write!(place, " 第{page}页");
    }
    place
}

/// Chat-length text, names masked.
fn message(office: &Office, unit: &str, names: &[String]) -> String {
    let masked: Vec<String> = names
        .iter()
        .map(|name| {
            let first = name.chars().next().unwrap_or('某');
            format!("{first}{}", "*".repeat(name.chars().count().saturating_sub(1).max(1)))
        })
        .collect();
    let who = if masked.is_empty() { "贵单位的来件".to_owned() } else { masked.join("、") };
    let (unit, until) = (mask_ids(unit), deadline(office));
    format!(
        "【工考办】{unit}：{who}的申报材料需要补正，详见补正通知，请于{until}前改好后按原文件名重新提交。\n"
    )
}

/// End of the registration window as printed; empty when the pack has none.
fn deadline(office: &Office) -> String {
    let pack = &office.pack.pack;
    let window = pack.windows.iter().find(|w| w.stage == "register");
    let Some(end) = window.and_then(|w| w.end) else { return "规定时间".to_owned() };
    let date =
        end.date.map_or_else(String::new, |d| format!("{}年{}月{}日", d.year, d.month, d.day));
    let time = end.time.map_or_else(String::new, |t| format!("{:02}:{:02}", t.hour, t.minute));
    format!("{date}{time}")
}

fn unit_data(office: &Office, unit: &str) -> Json {
    let site = office
        .pack
        .pack
        .sites
        .iter()
        .find(|site| unit.starts_with(&site.area))
        .or_else(|| office.pack.pack.sites.first());
    json!({
        "circular": office.circular_data(),
        "unit": {"name": mask_ids(unit), "supervisor": "", "area": ""},
        "deadline": deadline(office),
        "number": "", "date": "",
        "contact": {
            "person": site.and_then(|s| s.person.clone()).unwrap_or_default(),
            "phone": site.map(|s| s.phones.join("、")).unwrap_or_default(),
            "address": site.map(|s| s.address.clone()).unwrap_or_default(),
        },
    })
}

/// 回执: files, hashes, arrival.
fn receipts(office: &Office, judged: &Judged) -> Result<Vec<Item>, RunError> {
    let mut items = Vec::new();
    for (unit, submissions) in by_unit(judged) {
        let files: Vec<Json> = submissions
            .iter()
            .flat_map(|s| &s.files)
            .map(|f| {
                let hash: String = f.sha256.chars().take(16).collect();
                json!({"name": mask_ids(&f.path), "size": f.bytes.to_string(), "hash": hash,
                       "state": verdict_word(f.verdict)})
            })
            .collect();
        let received: Vec<String> = submissions
            .iter()
            .map(|s| s.arrival.at.format("%Y-%m-%d %H:%M:%S").to_string())
            .collect();
        let mut data = unit_data(office, &unit);
        data["received"] = json!(received.join("；"));
        data["window"] = json!(format!("（网上报名截止：{}）", deadline(office)));
        data["people"] = json!(submissions.iter().map(|s| s.applicants.len()).sum::<usize>());
        data["files"] = Json::Array(files);
        let (pages, bytes) = office.pdf("receipt.html", &data, BTreeMap::new())?;
        let path = format!("60-卷宗/{}/回执.pdf", safe_name(&unit));
        let mut item = Item::bytes(&path, "receipt", bytes);
        item.file.pages = Some(pages);
        items.push(item);
    }
    Ok(items)
}

fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Used => "采用",
        Verdict::Ignored => "忽略",
        Verdict::Duplicate => "重复",
        Verdict::Held => "暂扣",
        Verdict::Unsettled => "未传完",
    }
}

/// Office-wide summary per trade, accepted applicants only.
fn summaries(office: &Office, judged: &Judged) -> Result<Vec<Item>, RunError> {
    let mut trades: BTreeMap<String, Vec<(String, String, Json)>> = BTreeMap::new();
    for (_, applicant, case, j) in judged.people() {
        if j.decision != Decision::Accepted {
            continue;
        }
        let get = |id: &str| text(&j.record, id);
        let row = json!({
            "unit": applicant.unit, "case": case.number,
            "name": get("person.name"), "sex": get("person.sex"), "birth": get("person.birth"),
            "work_start": get("person.work_start"), "education": get("education.rank"),
            "trade": get("post.trade"), "level": get("post.level"),
            "cert_date": get("cert.date"), "apply_level": get("apply.level"),
            "public_result": get("public_result"), "note": get("apply.note"),
        });
        trades.entry(get("apply.trade")).or_default().push((
            applicant.unit.clone(),
            get("person.name"),
            row,
        ));
    }
    let mut items = Vec::new();
    for (trade, mut rows) in trades {
        rows.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        let rows: Vec<Json> = rows.into_iter().map(|(_, _, row)| row).collect();
        let mut data = unit_data(office, "");
        data["title"] = json!(format!("{}申报汇总表", office.pack.pack.circular.levels.join("、")));
        data["trade"] = json!(trade);
        data["notes"] = json!([]);
        data["rows"] = Json::Array(rows);
        let stem = format!("50-汇总/{}", safe_name(&trade));
        let all = [Format::Pdf, Format::Docx, Format::Xlsx];
        items.extend(office.papers(
            "summary.html",
            &data,
            BTreeMap::new(),
            &all,
            &stem,
            "summary",
        )?);
    }
    Ok(items)
}
