//! A person witnesses an arrival: of an entry, or of the paper of a case.

use super::decide::{Desk, is_for};
use super::standing::machine;
use super::{RunError, answers, home};
use crate::check::Decision;
use crate::config::Settings;
use crate::diag::{Finding, Origin};
use crate::intake::{self, Seen};
use crate::ledger::{ReviewKind, ReviewRow, WitnessRow};
use crate::pack::{Pack, Session, Window};
use crate::text::mask_ids;
use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _, Weekday};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the paper of a case is called in the ledger.
const PAPER: &str = "纸质材料";

/// One arrival as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrived {
    /// `entry` or `paper`.
    pub kind: &'static str,
    /// Name of the entry, or the case number.
    pub name: String,
    /// When it came.
    pub at: String,
    /// Who says so.
    pub by: String,
    /// What to look at, in words.
    pub notes: Vec<String>,
}

/// How an entry is named that no pass has read yet.
pub(super) fn by_sight(fingerprint: &str) -> String {
    format!("look:{fingerprint}")
}

enum What {
    Entry { name: String, content: String },
    Paper { number: String, key: String },
}

/// Records that entries or papers came at a time. All are found before one is recorded. Of several
/// circulars a paper is recorded for the one its case is of, an entry for all.
///
/// # Errors
/// When one of them is neither an entry nor a case, or the time has not come yet.
pub fn receive(
    settings: &Settings,
    names: &[String],
    by: &str,
    at: DateTime<FixedOffset>,
) -> Result<Vec<Arrived>, RunError> {
    let mut groups: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for name in names {
        let own = home::find(settings, name)?.map(|own| own.circular);
        let all = settings.circulars.iter().filter(|id| own.is_none() || own.as_ref() == Some(*id));
        all.for_each(|id| groups.entry(id).or_default().push(name));
    }
    if groups.len() > 1 {
        for (circular, names) in &groups {
            let own = settings.of(circular);
            let desk = Desk::open(&own)?;
            wanted(&own, &desk, names)?;
        }
    }
    let mut out: Vec<Arrived> = Vec::new();
    for (circular, names) in groups {
        for arrived in record(&settings.of(circular), &names, by, at)? {
            let told = out.iter().any(|a| a.kind == arrived.kind && a.name == arrived.name);
            out.extend((!told).then_some(arrived));
        }
    }
    Ok(out)
}

fn wanted(settings: &Settings, desk: &Desk, names: &[&String]) -> Result<Vec<What>, RunError> {
    let seen: BTreeMap<String, Seen> = desk.ledger.seen()?;
    names.iter().map(|name| find(settings, desk, &seen, name)).collect()
}

/// The same for one circular.
fn record(
    settings: &Settings,
    names: &[&String],
    by: &str,
    at: DateTime<FixedOffset>,
) -> Result<Vec<Arrived>, RunError> {
    let mut desk = Desk::open(settings)?;
    desk.not_in_the_future(at)?;
    let wanted = wanted(settings, &desk, names)?;
    let said = desk.now.to_rfc3339();
    let mixed = mixed(&desk, &wanted);
    let mut out = Vec::new();
    for what in wanted {
        let (who, arrived) = (by.trim().to_owned(), at.to_rfc3339());
        let mut notes = Vec::new();
        let (kind, name) = match what {
            What::Entry { name, content } => {
                let row = WitnessRow {
                    entry: name.clone(),
                    content,
                    arrived: arrived.clone(),
                    who: who.clone(),
                    at: said.clone(),
                };
                desk.ledger.add_witness(&row)?;
                ("entry", mask_ids(&name))
            }
            What::Paper { number, key } => {
                let level = desk.level(&key);
                let papers =
                    desk.pack.windows.iter().filter(|w| w.stage == "paper" && is_for(w, &level));
                for window in papers {
                    notes.extend(outside(&desk.pack, window, at));
                    notes.extend(closed(&desk.pack, window, at));
                    notes.extend(abandoned(&desk.pack, window, at));
                }
                notes.extend(mixed.clone());
                let row = ReviewRow {
                    kind: ReviewKind::Paper,
                    record: answers::bound(&desk.table.people(&key), PAPER),
                    id: key,
                    question: PAPER.to_owned(),
                    answer: arrived.clone(),
                    opinion: String::new(),
                    who: who.clone(),
                    at: said.clone(),
                    source: String::new(),
                };
                desk.ledger.add_review(&row)?;
                ("paper", number)
            }
        };
        out.push(Arrived { kind, name, at: arrived, by: who, notes });
    }
    Ok(out)
}

fn find(
    settings: &Settings,
    desk: &Desk,
    seen: &BTreeMap<String, Seen>,
    given: &str,
) -> Result<What, RunError> {
    if let Some(key) = desk.table.key(given) {
        let report = desk.table.judge(&desk.pack, desk.now);
        let accepted = |key: &str| {
            report.judgements.get(key).is_some_and(|j| j.decision == Decision::Accepted)
        };
        let judgement = report.judgements.get(key);
        let barred = judgement.and_then(|judgement| {
            machine(&desk.pack, judgement, &desk.table.reviews, key).paper_barred()
        });
        if !accepted(key) || barred.is_some() {
            let code = barred.as_deref().unwrap_or("RT-111");
            let finding = Finding::new(code, Origin::default()).build();
            let why = format!("{given}: {} {}", finding.code, finding.message);
            return Err(RunError::Refused(format!("{why}\nhint: `dossier show {given}`")));
        }
        return Ok(What::Paper { number: desk.table.number(key), key: key.to_owned() });
    }
    // `inbox/甲单位/` as a shell completes it names the same entry
    let name = std::path::Path::new(given)
        .file_name()
        .map_or_else(|| given.to_owned(), |name| name.to_string_lossy().into_owned());
    let sight = intake::fingerprint(&settings.inbox.join(&name));
    let known = seen.get(&name);
    let read = known.and_then(|k| Some((&k.fingerprint, k.content.as_ref()?)));
    let content = match (sight, read) {
        // as the last pass read it, or taken away since
        (Some(sight), Some((fingerprint, content))) if sight == *fingerprint => content.clone(),
        (None, Some((_, content))) => content.clone(),
        (Some(sight), _) => by_sight(&sight),
        (None, None) => return Err(nothing_of_that_name(settings, desk, seen, given)),
    };
    Ok(What::Entry { name, content })
}

/// RT-122: papers that came together and belong into lots the circular keeps apart.
fn mixed(desk: &Desk, wanted: &[What]) -> Option<String> {
    let lots = &desk.pack.print.as_ref()?.separate;
    let lot = |what: &What| {
        let What::Paper { key, .. } = what else { return None };
        let level = desk.level(key);
        lots.iter().position(|levels| levels.contains(&level))
    };
    let came: BTreeSet<usize> = wanted.iter().filter_map(lot).collect();
    let clause = desk.pack.print.as_ref().map_or("", |print| print.clause.as_str());
    let finding = Finding::new("RT-122", Origin::default()).clause(clause).build();
    (came.len() > 1).then(|| format!("{} {} {}", finding.code, finding.message, finding.hint))
}

fn nothing_of_that_name(
    settings: &Settings,
    desk: &Desk,
    seen: &BTreeMap<String, Seen>,
    given: &str,
) -> RunError {
    let mut entries: Vec<String> = seen.keys().map(|name| mask_ids(name)).collect();
    entries.truncate(20);
    let mut cases: Vec<&str> = desk.table.cases.values().map(|c| c.number.as_str()).collect();
    cases.sort_unstable();
    cases.truncate(20);
    RunError::Refused(format!(
        "`{given}` is neither an entry of `{}` nor a case\nhint: entries: {}\n      cases: {}",
        settings.inbox.display(),
        entries.join(" "),
        cases.join(" ")
    ))
}

/// WN-103 for a moment outside a window or its sessions.
pub(super) fn outside(pack: &Pack, window: &Window, at: DateTime<FixedOffset>) -> Option<String> {
    let at = at.with_timezone(&pack.offset());
    let span = pack.span(window);
    let inside = span.start.is_none_or(|start| at >= start)
        && span.end.is_none_or(|end| at <= end)
        && on_a_day(window, at)
        && (window.sessions.is_empty() || window.sessions.iter().any(|s| within(s, at)));
    if inside || (span.start.is_none() && span.end.is_none() && window.sessions.is_empty()) {
        return None;
    }
    let days: Vec<String> = window.dates.iter().map(ToString::to_string).collect();
    let hours: Vec<String> =
        window.sessions.iter().map(|s| format!("{}–{}", s.from, s.to)).collect();
    let mut text = days.join("、");
    if text.is_empty() {
        let ends = [span.start, span.end].map(|end| {
            end.map_or_else(String::new, |end| end.format("%Y-%m-%d %H:%M").to_string())
        });
        text = ends.join("–");
    }
    let sessions = format!("{text} {}", hours.join("、")).trim().to_owned();
    let finding = Finding::new("WN-103", Origin::default())
        .arg("time", at.format("%Y-%m-%d %H:%M:%S"))
        .arg("sessions", sessions)
        .build();
    Some(format!("{} {}", finding.code, finding.message))
}

/// WN-104: a day on which the office is closed.
fn closed(pack: &Pack, window: &Window, at: DateTime<FixedOffset>) -> Option<String> {
    let at = at.with_timezone(&pack.offset());
    let day = at.format("%Y-%m-%d").to_string();
    let listed = |days: &[toml::value::Datetime]| {
        days.iter().any(|d| d.date.is_some_and(|date| date.to_string() == day))
    };
    let weekend = matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
    let shut = listed(&window.closed_days) || (weekend && !listed(&window.open_days));
    let finding = Finding::new("WN-104", Origin::default()).arg("date", &day).build();
    (window.holidays_closed && shut).then(|| format!("{} {}", finding.code, finding.message))
}

/// WN-106: paper after the end of a window whose lateness means giving up.
fn abandoned(pack: &Pack, window: &Window, at: DateTime<FixedOffset>) -> Option<String> {
    let over = pack.span(window).end.is_some_and(|end| at > end);
    let finding = Finding::new("WN-106", Origin::default()).build();
    (over && window.late.as_deref() == Some("abandon"))
        .then(|| format!("{} {}", finding.code, finding.message))
}

fn on_a_day(window: &Window, at: DateTime<FixedOffset>) -> bool {
    let day = at.format("%Y-%m-%d").to_string();
    let names = |d: &toml::value::Datetime| d.date.is_some_and(|date| date.to_string() == day);
    window.dates.is_empty() || window.dates.iter().any(names)
}

/// Sessions include both ends to the second as written.
fn within(session: &Session, at: DateTime<FixedOffset>) -> bool {
    let seconds = |text: &str| -> Option<u32> {
        let (hour, minute) = text.split_once(':')?;
        Some(hour.parse::<u32>().ok()? * 3600 + minute.parse::<u32>().ok()? * 60)
    };
    let now = at.num_seconds_from_midnight();
    match (seconds(&session.from), seconds(&session.to)) {
        (Some(from), Some(to)) => (from..=to).contains(&now),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn paper(at: &str) -> Option<String> {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let pack = crate::pack::load(&templates, "nantong-2019").unwrap().pack;
        let window = pack.windows.iter().find(|w| w.stage == "paper").unwrap();
        outside(&pack, window, DateTime::parse_from_rfc3339(at).unwrap())
    }

    #[test]
    fn sessions_include_their_ends() {
        assert_eq!(paper("2019-06-11T09:00:00+08:00"), None);
        assert_eq!(paper("2019-06-13T17:00:00+08:00"), None);
        for late in ["2019-06-11T11:30:01+08:00", "2019-06-14T10:00:00+08:00"] {
            let said = paper(late).unwrap();
            assert!(said.starts_with("WN-103") && said.contains("13:30–17:00"), "{said}");
        }
    }
}
