//! The register window: when something came, and who can say so.

use super::case::{Case, Docket};
use crate::diag::{Finding, Severity};
use crate::intake::{Arrival, Witness};
use crate::pack::Window;
use chrono::{DateTime, FixedOffset};

/// Judges the arrival of one person's newest thing.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    let Some(window) = register(case) else { return };
    let span = case.pack.span(window);
    let arrival = &case.applicant.arrival;
    let time = arrival.at.with_timezone(&case.pack.offset());
    if let Some(start) = span.start.filter(|start| time < *start) {
        let finding =
            Finding::new("WN-101", case.row()).arg("time", shown(time)).arg("start", shown(start));
        docket.say(finding.clause(&window.clause).build());
    }
    if let Some(end) = span.end.filter(|end| time > *end) {
        late(window, end, time, arrival, case, docket);
    }
}

/// The register window of the level; none when the level is unreadable and windows differ by level.
fn register<'a>(case: &Case<'a>) -> Option<&'a Window> {
    let level = case.level()?;
    let mut windows = case.pack.windows.iter().filter(|w| w.stage == "register");
    windows.find(|w| w.levels.is_empty() || w.levels.iter().any(|l| l == level))
}

fn late(
    window: &Window,
    end: DateTime<FixedOffset>,
    time: DateTime<FixedOffset>,
    arrival: &Arrival,
    case: &Case<'_>,
    docket: &mut Docket,
) {
    let finding = Finding::new("WN-102", case.row())
        .arg("time", shown(time))
        .arg("end", shown(end))
        .arg("late", consequence(window))
        .clause(&window.clause);
    let lenient = window.late.as_deref() == Some("warn");
    let answer = if witnessed(arrival, end) { Some(false) } else { case.answer("WN-107") };
    match answer {
        Some(true) => {}
        Some(false) if lenient => docket.say(finding.severity(Severity::Warn).build()),
        Some(false) => docket.say(finding.build()),
        None => {
            docket.say(finding.severity(Severity::Warn).build());
            if !lenient {
                let doubt = Finding::new("WN-107", case.row())
                    .arg("end", shown(end))
                    .clause(&window.clause);
                let text = format!("{}的材料是否在 {} 前送达？", case.name(), shown(end));
                let known = format!("首次见到：{}", shown(time));
                docket.ask_with("WN-107", text, known, doubt.build(), &["是", "否"]);
            }
        }
    }
}

/// Whether a late arrival is certain: a person says when, nobody ever looked before (the first
/// pass of the ledger is the arrival), or someone looked after the deadline and it was not there.
fn witnessed(arrival: &Arrival, end: DateTime<FixedOffset>) -> bool {
    arrival.by == Witness::Person || arrival.last_look.is_none_or(|look| look > end)
}

fn consequence(window: &Window) -> &'static str {
    match window.late.as_deref() {
        Some("abandon") => "逾期视为自动放弃",
        Some("system_closed") => "申报系统已关闭，无法补报",
        Some("warn") => "逾期，请核对",
        _ => "逾期不予受理",
    }
}

fn shown(time: DateTime<FixedOffset>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}
