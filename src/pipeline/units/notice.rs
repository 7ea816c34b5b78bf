//! 补正通知 and 短信稿: what is to be mended, by whom, until when.

use super::deadline::Deadline;
use super::desk::Paper;
use super::returned::Copies;
use super::{Judged, Office, Sender, area_of, unit_data};
use crate::check::Decision;
use crate::diag::{Finding, Severity};
use crate::export::Format;
use crate::pipeline::context::text;
use crate::publish::Item;
use crate::text::{mask_id, mask_ids};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Most characters of one text message.
const SMS: usize = 70;
/// Most faults of people that a notice lists one by one, about sixty pages; a stray list of the
/// whole town must not stop the others from getting their papers.
const LISTED: usize = 1_500;
/// Most lines of a delivery that ask for the same remedy: whoever sent thousands of files of no use
/// knows after these what to do with the rest.
const ALIKE: usize = 50;

/// Papers and messages for every sender with something to mend.
pub(super) fn notices(
    office: &Office,
    judged: &Judged,
    senders: &[Sender<'_>],
    copies: &Copies,
) -> (Vec<Paper>, Vec<Item>) {
    let (mut papers, mut messages) = (Vec::new(), Vec::new());
    for sender in senders {
        let own = own_findings(judged, sender);
        let mut people = people_to_mend(judged, sender);
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
        let deadline = Deadline::of(office, sender);
        let closed = deadline.is_over(office.now);
        let sms = message(office, sender, &people.returned, &data);
        let date = sender.submissions.iter().map(|s| s.arrival.at).max();
        data["deadline"] = json!(if closed {
            format!("{}（已截止，能否补正请先打电话）", deadline.said(false))
        } else if deadline.is_set() {
            deadline.said(false)
        } else {
            "通知没有规定，请尽快".to_owned()
        });
        data["closed"] = json!(closed);
        data["date"] = json!(date.map_or_else(String::new, |d| d.format("%Y-%m-%d").to_string()));
        data["received"] = json!(arrivals(sender));
        data["known"] = json!(sender.known);
        // a roster that is there and cannot be opened is not asked for a second time
        let table = |f: &&&Finding| f.severity == Severity::Refuse && may_be_table(&f.origin.path);
        let refused = own.iter().any(|f| table(&f));
        let told = own.iter().copied().filter(|f| !refused || f.code.as_str() != "IN-118");
        let mut general = Lists::of(told, sender);
        general.settle(&mut people.entries);
        general.shorten();
        data["general"] = general.json();
        data["returned"] = json!(people.returned.len());
        data["marked"] = json!(marked);
        let listed = listed(&people.entries);
        data["people"] = listed.iter().map(Entry::json).collect();
        data["unlisted"] = json!(people.entries.len() - listed.len());
        papers.push(Paper {
            template: "notice.html".to_owned(),
            data,
            formats: vec![Format::Pdf, Format::Docx],
            stem: format!("{folder}/补正通知"),
            kind: "notice",
        });
        messages.push(Item::bytes(&format!("{folder}/短信稿.txt"), "message", sms.into_bytes()));
    }
    (papers, messages)
}

/// Whether a file could have been the roster: no picture, and no PDF.
fn may_be_table(path: &str) -> bool {
    const NONE: [&str; 9] = ["jpg", "jpeg", "png", "tif", "tiff", "bmp", "webp", "gif", "pdf"];
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    !NONE.contains(&ending.as_str())
}

/// The moments of arrival, as they are said to the sender.
fn arrivals(sender: &Sender<'_>) -> String {
    let all: BTreeSet<DateTime<FixedOffset>> =
        sender.submissions.iter().map(|s| s.arrival.at).collect();
    let said: Vec<String> =
        all.iter().map(|at| at.format("%Y年%-m月%-d日%H:%M").to_string()).collect();
    said.join("、")
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
    entries: Vec<Entry>,
    /// Names of those returned.
    returned: Vec<String>,
}

/// One person of the notice.
struct Entry {
    name: String,
    trade: String,
    level: String,
    lists: Lists,
}

impl Entry {
    fn json(&self) -> Json {
        let mut data = self.lists.json();
        data["name"] = json!(self.name);
        data["trade"] = json!(self.trade);
        data["level"] = json!(self.level);
        data
    }
}

/// As many people from the first on as have no more faults than a notice lists; one at least.
fn listed(people: &[Entry]) -> &[Entry] {
    let mut lines = 0;
    let fits = |entry: &&Entry| {
        lines += entry.lists.len();
        lines <= LISTED
    };
    let count = people.iter().take_while(fits).count().max(1);
    people.get(..count).unwrap_or_default()
}

/// Those returned, then those about whom a person must decide.
fn people_to_mend(judged: &Judged, sender: &Sender<'_>) -> People {
    let (mut returned, mut asked, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for applicant in sender.applicants() {
        let Some(j) = judged.report.judgements.get(&applicant.key.text) else { continue };
        let name = text(&j.record, "person.name");
        let entry = Entry {
            name: mask_ids(&name),
            trade: text(&j.record, "apply.trade"),
            level: text(&j.record, "apply.level"),
            lists: Lists::of(j.findings.iter(), sender),
        };
        match j.decision {
            Decision::Accepted => {}
            // whoever withdrew has nothing to mend
            Decision::Returned if applicant.withdrawn && entry.lists.must.is_empty() => {}
            Decision::Returned => {
                names.push(name);
                returned.push(entry);
            }
            Decision::Held => asked.push(entry),
        }
    }
    returned.extend(asked);
    People { entries: returned, returned: names }
}

/// The three lists of a person or of a delivery.
#[derive(Default)]
struct Lists {
    must: Vec<Line>,
    should: Vec<Line>,
    asking: Vec<Line>,
}

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Line {
    what: String,
    how: String,
    clause: String,
    #[serde(rename = "where")]
    place: String,
}

impl Lists {
    fn of<'a>(findings: impl Iterator<Item = &'a Finding>, sender: &Sender<'_>) -> Self {
        let mut lists = Self::default();
        // a thing has one severity, so one set serves the three lists
        let mut told = BTreeSet::new();
        for finding in findings {
            // the way of the papers through the offices is none of the sender's business
            if finding.code.as_str().starts_with("RT-") && !finding.blocks() {
                continue;
            }
            // what may be in the one document of everything is asked of us, once (MT-112)
            let open = finding.needs_person && !finding.blocks();
            if open && matches!(finding.code.as_str(), "MT-101" | "MT-102" | "MT-103") {
                continue;
            }
            let list = if finding.blocks() {
                &mut lists.must
            } else if finding.needs_person {
                &mut lists.asking
            } else if finding.severity == Severity::Warn {
                &mut lists.should
            } else {
                continue;
            };
            let line = line(finding, sender);
            if told.insert(line.clone()) {
                list.push(line);
            }
        }
        lists
    }

    /// Says everything once: what stands at a person does not stand here too, and what is advised
    /// to several people alike stands here only.
    fn settle(&mut self, people: &mut [Entry]) {
        let theirs: BTreeSet<&Line> = people.iter().flat_map(|p| &p.lists.must).collect();
        self.must.retain(|line| !theirs.contains(line));
        let pick: [fn(&mut Self) -> &mut Vec<Line>; 2] = [|l| &mut l.should, |l| &mut l.asking];
        for list in pick {
            let mut told: BTreeMap<(String, String), Vec<Line>> = BTreeMap::new();
            // "第 1 页近似空白" means another page for each
            let of_a_page = |line: &Line| line.what.starts_with("第 ");
            for line in people.iter_mut().flat_map(|p| list(&mut p.lists).clone()) {
                if of_a_page(&line) {
                    continue;
                }
                told.entry((line.what.clone(), line.how.clone())).or_default().push(line);
            }
            told.retain(|_, lines| lines.len() > 1);
            let alike = |line: &Line| told.contains_key(&(line.what.clone(), line.how.clone()));
            for person in people.iter_mut() {
                list(&mut person.lists).retain(|line| !alike(line));
            }
            let own = list(self);
            own.retain(|line| !alike(line));
            let first = told.into_values().filter_map(|lines| lines.into_iter().next());
            own.extend(first.map(|line| Line { place: String::new(), ..line }));
            let theirs: BTreeSet<Line> =
                people.iter_mut().flat_map(|p| list(&mut p.lists).clone()).collect();
            own.retain(|line| !theirs.contains(line));
        }
    }

    /// Keeps the first lines of each remedy and counts the others.
    fn shorten(&mut self) {
        for list in [&mut self.must, &mut self.should, &mut self.asking] {
            let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
            list.retain(|line| {
                let count = counts.entry((line.how.clone(), line.clause.clone())).or_default();
                *count += 1;
                *count <= ALIKE
            });
            for ((how, clause), count) in counts {
                if let Some(more) = count.checked_sub(ALIKE).filter(|more| *more > 0) {
                    let what = format!("另有{more}处要这样改，不再逐一列出");
                    list.push(Line { what, how, clause, place: String::new() });
                }
            }
        }
    }

    fn len(&self) -> usize {
        self.must.len() + self.should.len() + self.asking.len()
    }

    fn json(&self) -> Json {
        json!({"must": self.must, "should": self.should, "asking": self.asking})
    }
}

fn line(f: &Finding, sender: &Sender<'_>) -> Line {
    let said = |text: &str| {
        // boxes of a form, as every font has them
        let text = mask_ids(text).replace('☐', "□").replace(['☑', '☒'], "√");
        if f.code.as_str().starts_with("ID-") { mask_digits(&text) } else { text }
    };
    let what = said(&f.message);
    let mut how = said(&f.hint);
    if how.is_empty() && f.blocks() {
        "按依据的条款补齐或改正".clone_into(&mut how);
    }
    let mut place = place(f);
    // a thing that is missing stands nowhere; a file that is named needs no second name
    if what.contains(&place) || (f.origin.cell.is_none() && sender.has_table(&f.origin.path)) {
        place.clear();
    }
    Line { place, what, how, clause: f.clause.clone() }
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

/// File with the folder it lies in, sheet and cell, short enough for a narrow column.
fn place(f: &Finding) -> String {
    let origin = &f.origin;
    let mut parts = origin.path.rsplitn(3, '/');
    let name = parts.next().unwrap_or_default();
    let mut place = mask_ids(&match parts.next() {
        Some(folder) => format!("{folder}/{name}"),
        None => name.to_owned(),
    });
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
    let lead = if sender.known { format!("{unit}：") } else { format!("来件“{unit}”：") };
    let mut pieces = vec![lead];
    if names.is_empty() {
        pieces.push("来件需要补正，".to_owned());
    } else {
        pieces.push(format!("{}人的申报材料需要补正，", names.len()));
    }
    let deadline = Deadline::of(office, sender);
    pieces.push(if deadline.is_over(office.now) {
        "受理时间已过，能否补正请先打电话，".to_owned()
    } else if deadline.is_set() {
        let end = deadline.said(true);
        // several ends, or one for some levels only, are no "before"
        if end.contains('，') {
            format!("请改好重报（截止：{end}），")
        } else {
            format!("请于{end}前改好重报，")
        }
    } else {
        "请尽快改好重报，".to_owned()
    });
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

    fn sender() -> Sender<'static> {
        Sender { name: "甲单位".to_owned(), known: true, submissions: Vec::new() }
    }

    fn person(findings: &[Finding]) -> Entry {
        let lists = Lists::of(findings.iter(), &sender());
        Entry { name: "张三".into(), trade: String::new(), level: String::new(), lists }
    }

    #[test]
    fn the_same_remedy_is_not_written_a_thousand_times() {
        let findings: Vec<Finding> = (0..1_000)
            .map(|n| Finding::new("IN-111", Origin::file(format!("甲/{n}.txt"))).build())
            .collect();
        let mut own = Lists::of(findings.iter(), &sender());
        assert_eq!(own.should.len(), 1_000);
        own.shorten();
        assert_eq!(own.should.len(), ALIKE + 1);
        assert!(own.should[ALIKE].what.contains("另有950处"), "{:?}", own.should[ALIKE]);
    }

    #[test]
    fn a_finding_is_told_once() {
        let finding = Finding::new("ID-102", Origin::cell("甲/a.xlsx", "Sheet1", "E5"))
            .arg("value", "32060219750112003")
            .arg("n", 17)
            .build();
        let twice = [finding.clone(), finding.clone()];
        let mut people = [person(&twice)];
        let mut own = Lists::of([&finding].into_iter(), &sender());
        own.settle(&mut people);
        assert!(own.must.is_empty());
        let said = &people[0].lists.must;
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].place, "甲/a.xlsx［Sheet1］E5");
        assert!(!said[0].what.contains("32060219750112003"));
    }

    #[test]
    fn the_same_advice_to_several_stands_at_the_top() {
        let advice = |path: &str| {
            Finding::new("QT-103", Origin::file(path)).arg("unit", "甲").arg("trade", "电工")
        };
        let lone = Finding::new("IN-117", Origin::file("丙")).arg("dir", "丙").build();
        let mut people = [person(&[advice("a").build(), lone]), person(&[advice("b").build()])];
        let mut own = Lists::default();
        own.settle(&mut people);
        assert_eq!((own.should.len(), own.asking.len()), (1, 0));
        assert_eq!(people[0].lists.should.len(), 1);
        assert!(people[1].lists.should.is_empty());
    }
}
