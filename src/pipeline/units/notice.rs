//! 补正通知 and 短信稿: what is to be mended, by whom, until when.

use super::desk::Paper;
use super::returned::Copies;
use super::{Judged, Office, Sender, area_of, deadline, unit_data};
use crate::check::Decision;
use crate::diag::{Finding, Severity};
use crate::export::Format;
use crate::pipeline::context::text;
use crate::publish::Item;
use crate::text::{mask_id, mask_ids};
use chrono::{DateTime, FixedOffset};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Most characters of one text message.
const SMS: usize = 70;

/// Papers and messages for every sender with something to mend.
pub(super) fn notices(
    office: &Office,
    judged: &Judged,
    senders: &[Sender<'_>],
    copies: &Copies,
) -> (Vec<Paper>, Vec<Item>) {
    let (mut papers, mut messages) = (Vec::new(), Vec::new());
    for sender in senders {
        let people = people_to_mend(judged, sender);
        let own = own_findings(judged, sender);
        let empty = |f: &&Finding| f.blocks() || f.code.as_str() == "IN-118";
        if people.returned.is_empty() && !own.iter().any(empty) {
            continue;
        }
        let folder = sender.folder();
        let marked: Vec<&str> = copies
            .get(&folder)
            .into_iter()
            .flatten()
            .filter_map(|item| item.file.path.rsplit('/').next())
            .collect();
        let mut data = unit_data(office, &sender.name, &area_of(sender));
        let sms = message(office, sender, &people.returned, &data);
        let date = sender.submissions.iter().map(|s| s.arrival.at).max();
        data["deadline"] = json!(deadline_now(office));
        data["date"] = json!(date.map_or_else(String::new, |d| d.format("%Y-%m-%d").to_string()));
        data["received"] = json!(arrivals(sender));
        data["known"] = json!(sender.known);
        data["general"] = entry(own.iter().copied());
        data["returned"] = json!(people.returned.len());
        data["marked"] = json!(marked);
        data["people"] = Json::Array(people.entries);
        papers.push(Paper {
            template: "notice.html",
            data,
            formats: vec![Format::Pdf, Format::Docx],
            stem: format!("{folder}/补正通知"),
            kind: "notice",
        });
        messages.push(Item::bytes(&format!("{folder}/短信稿.txt"), "message", sms.into_bytes()));
    }
    (papers, messages)
}

/// The moments of arrival, as they are said to the sender.
fn arrivals(sender: &Sender<'_>) -> String {
    let all: BTreeSet<DateTime<FixedOffset>> =
        sender.submissions.iter().map(|s| s.arrival.at).collect();
    let said: Vec<String> =
        all.iter().map(|at| at.format("%Y年%-m月%-d日%H:%M").to_string()).collect();
    said.join("、")
}

/// The deadline; that it has passed is said, because what then happens is not for a machine.
fn deadline_now(office: &Office) -> String {
    let pack = &office.pack.pack;
    let window = pack.windows.iter().find(|w| w.stage == "register");
    let end = window.and_then(|w| pack.span(w).end);
    if end.is_some_and(|end| end < office.now) {
        format!("{}（已截止，能否补正请先打电话）", deadline(office))
    } else {
        deadline(office)
    }
}

/// Findings about the entries of a sender as such, worth telling.
fn own_findings<'a>(judged: &'a Judged, sender: &Sender<'a>) -> Vec<&'a Finding> {
    let of_files = sender.submissions.iter().flat_map(|s| s.files.iter().flat_map(|f| &f.findings));
    let of_entries = sender.submissions.iter().flat_map(|s| &s.findings);
    let judged = sender
        .submissions
        .iter()
        .filter_map(|s| judged.report.submissions.get(&s.source))
        .flatten();
    let all = of_entries.chain(of_files).chain(judged);
    let unique: BTreeSet<&Finding> = all.filter(|f| f.severity >= Severity::Warn).collect();
    unique.into_iter().collect()
}

/// Who is to mend something.
struct People {
    entries: Vec<Json>,
    /// Names of those returned.
    returned: Vec<String>,
}

/// Those returned, then those about whom a person must decide.
fn people_to_mend(judged: &Judged, sender: &Sender<'_>) -> People {
    let (mut returned, mut asked, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for applicant in sender.applicants() {
        let Some(j) = judged.report.judgements.get(&applicant.key.text) else { continue };
        let name = text(&j.record, "person.name");
        let mut lists = entry(j.findings.iter());
        lists["name"] = json!(mask_ids(&name));
        lists["trade"] = json!(text(&j.record, "apply.trade"));
        lists["level"] = json!(text(&j.record, "apply.level"));
        match j.decision {
            Decision::Accepted => {}
            Decision::Returned => {
                names.push(name);
                returned.push(lists);
            }
            Decision::Held => asked.push(lists),
        }
    }
    returned.extend(asked);
    People { entries: returned, returned: names }
}

/// The three lists of a person or of a delivery.
fn entry<'a>(findings: impl Iterator<Item = &'a Finding>) -> Json {
    let (mut must, mut should, mut asking) = (Vec::new(), Vec::new(), Vec::new());
    for finding in findings {
        let line = line(finding);
        let list = if finding.blocks() {
            &mut must
        } else if finding.needs_person {
            &mut asking
        } else if finding.severity == Severity::Warn {
            &mut should
        } else {
            continue;
        };
        if !list.contains(&line) {
            list.push(line);
        }
    }
    json!({"must": must, "should": should, "asking": asking})
}

fn line(f: &Finding) -> Json {
    let said = |text: &str| {
        let text = mask_ids(text);
        if f.code.as_str().starts_with("ID-") { mask_digits(&text) } else { text }
    };
    json!({"where": place(f), "what": said(&f.message), "clause": f.clause, "how": said(&f.hint),
           "code": f.code.as_str()})
}

/// Masks what was meant as an identity number but has lost or won a digit.
fn mask_digits(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() {
            run.push(c);
            continue;
        }
        let digits = run.chars().filter(char::is_ascii_digit).count();
        out.push_str(&if digits >= 12 { mask_id(&run) } else { std::mem::take(&mut run) });
        run.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

/// File, sheet and cell, short enough for a narrow column.
fn place(f: &Finding) -> String {
    let origin = &f.origin;
    let mut place = mask_ids(origin.path.rsplit('/').next().unwrap_or_default());
    match (&origin.sheet, &origin.cell) {
        (Some(sheet), Some(cell)) => {
            let _ = write!(place, "［{sheet}］{cell}");
        }
        (Some(sheet), None) => {
            let _ = write!(place, "［{sheet}］");
        }
        (None, _) => {}
    }
    if let Some(page) = origin.page {
        let _ = write!(place, " 第{page}页");
    }
    place
}

/// Chat-length text, names masked; each line is one message.
fn message(office: &Office, sender: &Sender<'_>, names: &[String], data: &Json) -> String {
    let unit = mask_ids(&sender.name);
    let mut pieces = vec![format!("{unit}：")];
    if names.is_empty() {
        pieces.push("来件需要补正，".to_owned());
    } else {
        pieces.push(format!("{}人的申报材料需要补正，", names.len()));
    }
    pieces.push(format!("请于{}前改好重报，", short_deadline(office)));
    pieces.push("详见补正通知。".to_owned());
    let area_code = office.pack.pack.contact.area_code.as_deref().unwrap_or_default();
    let phone = data["contact"]["phone"].as_str().and_then(|p| p.split('、').next());
    if let Some(phone) = phone.filter(|p| !p.is_empty()) {
        let dash = if area_code.is_empty() { "" } else { "-" };
        pieces.push(format!("电话{area_code}{dash}{phone}。"));
    }
    for (n, name) in names.iter().enumerate() {
        let lead = if n == 0 { "涉及" } else { "" };
        let end = if n + 1 == names.len() { "。" } else { "、" };
        pieces.push(format!("{lead}{}{end}", masked(name)));
    }
    segments(&pieces)
}

/// 张三 → 张*.
fn masked(name: &str) -> String {
    let first = name.chars().next().unwrap_or('某');
    format!("{first}{}", "*".repeat(name.chars().count().saturating_sub(1).clamp(1, 3)))
}

/// Pieces filled into messages of at most [`SMS`] characters, one a line.
fn segments(pieces: &[String]) -> String {
    const HEAD: &str = "【工考办】";
    let room = SMS - HEAD.chars().count();
    let mut out = String::new();
    let mut used = room;
    for piece in pieces {
        let piece: String = piece.chars().take(room).collect();
        let long = piece.chars().count();
        if used + long > room {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(HEAD);
            used = 0;
        }
        out.push_str(&piece);
        used += long;
    }
    out.push('\n');
    out
}

/// The deadline without the year of the circular.
fn short_deadline(office: &Office) -> String {
    let whole = deadline(office);
    let year = format!("{}年", office.pack.pack.circular.year);
    whole.strip_prefix(&year).unwrap_or(&whole).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Origin;

    #[test]
    fn messages_are_short_and_whole() {
        let names: Vec<String> = (0..30).map(|n| format!("张{n}、")).collect();
        let text = segments(&names);
        assert!(text.lines().count() > 1);
        assert!(text.lines().all(|line| line.chars().count() <= SMS && line.starts_with('【')));
        for name in &names {
            assert!(text.contains(name.as_str()), "{name}");
        }
        let long = "很长的单位名称".repeat(20);
        assert!(segments(&[long]).lines().all(|line| line.chars().count() <= SMS));
    }

    #[test]
    fn broken_identity_numbers_are_masked_too() {
        assert_eq!(
            mask_digits("号码\"32060219750112003\"长度为 17 位"),
            "号码\"320602*******2003\"长度为 17 位"
        );
        assert_eq!(mask_digits("E5 有 17 位"), "E5 有 17 位");
    }

    #[test]
    fn a_finding_is_told_once() {
        let finding = Finding::new("ID-102", Origin::cell("甲/a.xlsx", "Sheet1", "E5"))
            .arg("value", "32060219750112003")
            .arg("n", 17)
            .build();
        let said = entry([&finding, &finding].into_iter());
        assert_eq!(said["must"].as_array().unwrap().len(), 1);
        assert_eq!(said["must"][0]["where"], "a.xlsx［Sheet1］E5");
        assert!(!said.to_string().contains("32060219750112003"));
    }
}
