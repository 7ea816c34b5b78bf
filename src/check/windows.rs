//! The register window: when something came, and who can say so.

use super::case::{Case, Docket};
use crate::diag::{Finding, Severity};
use crate::intake::Arrival;
use crate::pack::Window;
use crate::text::mask_ids;
use chrono::{DateTime, FixedOffset};

/// Judges the arrival of one person's newest thing, and tells of what came too late to count.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    supplements(case, docket);
    // an unreadable level has no window: windows may differ by level
    let Some(window) = case.level().and_then(|level| case.pack.register_window(Some(level))) else {
        return;
    };
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

/// What came after the window for a person who came in time changes nothing in the judgement; when
/// nobody can say that it was late, a person is asked.
fn supplements(case: &Case<'_>, docket: &mut Docket) {
    let Some(window) = case.pack.register_window(case.level()) else { return };
    let Some(end) = case.pack.span(window).end else { return };
    for content in &case.applicant.late {
        let time = content.arrival.at.with_timezone(&case.pack.offset());
        let what = format!("“{}”中的 {}", content.entry, content.files.join("、"));
        let id = late_question(&content.entry);
        let sure = content.arrival.is_certainly_after(end);
        let finding = Finding::new("WN-102", case.row())
            .arg("time", shown(time))
            .arg("end", shown(end))
            .severity(Severity::Warn)
            .clause(&window.clause);
        let answer = if sure { Some(false) } else { case.answer(&id) };
        if answer == Some(false) {
            let late = format!("{what} 逾期送达，不采用，仍按截止前的材料审核");
            docket.say(finding.arg("late", late).build());
        }
        // a yes is put on record by the next pass, which then takes the content
        if answer.is_some() {
            continue;
        }
        let mut doubt = Finding::new("WN-107", case.row())
            .arg("end", shown(end))
            .clause(&window.clause)
            .build();
        doubt.message.push_str(&format!("；{what} 暂不采用"));
        let text = format!("{}的{what} 是否在 {} 前送达？", case.name(), shown(end));
        let known = format!("首次见到：{}；答“是”的，下次运行即采用", shown(time));
        docket.ask_with(&id, text, known, doubt, &["是", "否"]);
    }
}

/// Id of the question whether what an entry brought for a person was late.
pub fn late_question(entry: &str) -> String {
    format!("WN-107:{}", mask_ids(entry))
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
    let lenient = window.lenient();
    let answer = if arrival.is_certainly_after(end) { Some(false) } else { case.answer("WN-107") };
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
