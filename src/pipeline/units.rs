//! The papers of units and of the office: receipts, notices, tables, open questions.

use super::context::{printed, text};
use super::{Judged, Office, RunError};
use crate::check::Decision;
use crate::diag::{Finding, Severity};
use crate::export::{QuestionRow, questions};
use crate::normalize::{Submission, Verdict};
use crate::publish::{Item, safe_name};
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
                known: question.known.clone(),
                clause: question.clause.clone(),
                look: question.look.clone(),
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
        let own: Vec<&Finding> = submissions
            .iter()
            .flat_map(|s| s.findings.iter().chain(s.files.iter().flat_map(|f| &f.findings)))
            .filter(|f| f.severity >= Severity::Warn)
            .collect();
        let mut persons = Vec::new();
        let mut names = Vec::new();
        for applicant in submissions.iter().flat_map(|s| &s.applicants) {
            let Some(j) = judged.report.judgements.get(&applicant.key.text) else { continue };
            if j.decision == Decision::Accepted {
                continue;
            }
            let name = text(&j.record, "person.name");
            if j.decision == Decision::Returned {
                names.push(name.clone());
            }
            persons.push(json!({
                "name": name,
                "must": lines(j.findings.iter().filter(|f| f.blocks())),
                "should": lines(j.findings.iter().filter(|f| f.severity == Severity::Warn && !f.needs_person)),
                "asking": lines(j.findings.iter().filter(|f| f.needs_person && !f.blocks())),
            }));
        }
        let must = own.iter().any(|f| f.blocks() || f.code.as_str() == "IN-118");
        if names.is_empty() && !must {
            continue;
        }
        let mut data = unit_data(office, &unit);
        data["persons"] = Json::Array(persons);
        data["own"] = lines(own.into_iter());
        let (pages, bytes) = office.pdf("notice.html", &data, BTreeMap::new())?;
        let folder = format!("30-退回/{}", safe_name(&unit));
        let mut item = Item::bytes(&format!("{folder}/补正通知.pdf"), "notice", bytes);
        item.file.pages = Some(pages);
        items.push(item);
        let sms = message(office, &unit, &names);
        items.push(Item::bytes(&format!("{folder}/短信稿.txt"), "message", sms.into_bytes()));
    }
    Ok(items)
}

fn lines<'a>(findings: impl Iterator<Item = &'a Finding>) -> Json {
    let place = |f: &Finding| {
        let mut place = f.origin.path.clone();
        for part in [f.origin.sheet.as_ref(), f.origin.cell.as_ref()].into_iter().flatten() {
            let _ = write!(place, " › {part}");
        }
        if let Some(page) = f.origin.page {
            let _ = write!(place, " 第{page}页");
        }
        place
    };
    findings
        .map(|f| {
            json!({"code": f.code.as_str(), "place": place(f), "message": f.message,
                   "clause": f.clause, "hint": f.hint})
        })
        .collect()
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
    let until = deadline(office);
    format!("【工考办】{unit}：{who}的申报材料需要补正，详见补正通知，请于{until}前改好后按原文件名重新提交。\n")
}

/// End of the registration window as printed; empty when the pack has none.
fn deadline(office: &Office) -> String {
    let pack = &office.pack.pack;
    let window = pack.windows.iter().find(|w| w.stage == "register");
    let Some(end) = window.and_then(|w| w.end) else { return "规定时间".to_owned() };
    let date = end.date.map_or_else(String::new, |d| format!("{}年{}月{}日", d.year, d.month, d.day));
    let time = end.time.map_or_else(String::new, |t| {
        format!("{:02}:{:02}", t.hour, t.minute.unwrap_or(0))
    });
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
        "unit": {"name": unit, "supervisor": "", "area": ""},
        "deadline": deadline(office),
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
        let entries: Vec<Json> = submissions
            .iter()
            .map(|s| {
                let used = s.files.iter().filter(|f| f.verdict == Verdict::Used).count();
                let files: Vec<Json> = s
                    .files
                    .iter()
                    .map(|f| {
                        let short: String = f.sha256.chars().take(16).collect();
                        json!({"path": f.path, "bytes": f.bytes, "sha256": short,
                               "pages": f.pages.map_or_else(String::new, |p| p.to_string()),
                               "verdict": verdict_word(f.verdict)})
                    })
                    .collect();
                json!({"source": s.source, "received": s.arrival.at.format("%Y-%m-%d %H:%M:%S").to_string(),
                       "content": s.content, "count": s.files.len(), "used": used,
                       "applicants": s.applicants.len(), "files": files})
            })
            .collect();
        let mut data = unit_data(office, &unit);
        data["entries"] = Json::Array(entries);
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
        let get = |id: &str| {
            j.record.get(id).and_then(|f| f.value.as_ref()).map_or_else(String::new, printed)
        };
        let row = json!({
            "unit": applicant.unit, "case": case.number,
            "name": get("person.name"), "sex": get("person.sex"), "birth": get("person.birth"),
            "work_start": get("person.work_start"), "education": get("education.rank"),
            "post_trade": get("post.trade"), "post_level": get("post.level"),
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
        let rows: Vec<Json> = rows
            .into_iter()
            .enumerate()
            .map(|(n, (_, _, mut row))| {
                row["seq"] = json!(n + 1);
                row
            })
            .collect();
        let mut data = unit_data(office, "");
        data["trade"] = json!(trade);
        data["rows"] = Json::Array(rows);
        let (pages, bytes) = office.pdf("summary.html", &data, BTreeMap::new())?;
        let path = format!("50-汇总/{}.pdf", safe_name(&trade));
        let mut item = Item::bytes(&path, "summary", bytes);
        item.file.pages = Some(pages);
        items.push(item);
    }
    Ok(items)
}
