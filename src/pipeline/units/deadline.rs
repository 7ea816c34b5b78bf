//! When the time for handing in ends, as a sender is told: by the levels its people apply for.

use super::Sender;
use crate::intake::Arrival;
use crate::pack::{Pack, Span, Window};
use crate::pipeline::Office;
use crate::pipeline::context::text;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeSet;

/// The registration windows that concern a sender, each with the levels it is for.
pub(super) struct Deadline<'a> {
    pack: &'a Pack,
    windows: Vec<(&'a Window, Vec<&'a str>)>,
    now: DateTime<FixedOffset>,
}

impl<'a> Deadline<'a> {
    /// The windows of the levels that the people of `sender` apply for; of a sender whose levels are
    /// not known all there are.
    pub(super) fn of(office: &'a Office, sender: &Sender<'_>) -> Self {
        let pack = &office.pack.pack;
        let applied: BTreeSet<String> =
            sender.applicants().map(|a| text(&a.record, "apply.level")).collect();
        let ours = |level: &&String| pack.circular.levels.contains(level);
        let known = applied.iter().any(|level| ours(&level));
        let wanted = pack.circular.levels.iter().filter(|l| !known || applied.contains(*l));
        let mut windows: Vec<(&Window, Vec<&str>)> = Vec::new();
        for level in wanted {
            let Some(window) = pack.register_window(Some(level)) else { continue };
            match windows.iter_mut().find(|(known, _)| known.id == window.id) {
                Some((_, levels)) => levels.push(level),
                None => windows.push((window, vec![level])),
            }
        }
        Self { pack, windows, now: office.now }
    }

    /// Whether the circular sets a time at all.
    pub(super) fn is_set(&self) -> bool {
        self.windows.iter().any(|(window, _)| window.end.is_some())
    }

    /// The end as printed: one moment, or one for each group of levels; without the year when
    /// `short`. Levels whose time is over are named as such while something is open.
    pub(super) fn said(&self, short: bool) -> String {
        let mut ends: Vec<(String, Vec<&str>)> = Vec::new();
        let over = |window: &Window| self.pack.span(window).end.is_some_and(|end| end < self.now);
        let closed = self.windows.iter().all(|(window, _)| over(window));
        let late: Vec<&str> = self
            .windows
            .iter()
            .filter(|(window, _)| !closed && over(window))
            .flat_map(|(_, levels)| levels.iter().copied())
            .collect();
        for (window, levels) in self.windows.iter().filter(|(w, _)| closed || !over(w)) {
            let Some(end) = said(window, self.pack.circular.year, short) else { continue };
            match ends.iter_mut().find(|(known, _)| *known == end) {
                Some((_, all)) => all.extend(levels),
                None => ends.push((end, levels.clone())),
            }
        }
        match ends.as_slice() {
            [] => "规定时间".to_owned(),
            [(end, _)] if late.is_empty() => end.clone(),
            many => {
                let mut parts: Vec<String> = many
                    .iter()
                    .map(|(end, levels)| format!("{}{end}", levels.join("、")))
                    .collect();
                if !late.is_empty() {
                    parts.push(format!("{}已截止", late.join("、")));
                }
                parts.join("，")
            }
        }
    }

    /// Whether the time is over for everybody.
    pub(super) fn is_over(&self, now: DateTime<FixedOffset>) -> bool {
        let over = |span: Span| span.end.is_some_and(|end| end < now);
        self.is_set() && self.windows.iter().all(|(window, _)| over(self.pack.span(window)))
    }

    /// How an arrival lies to the windows; nothing when there is none.
    pub(super) fn state(&self, arrival: &Arrival) -> &'static str {
        let states: BTreeSet<&str> =
            self.windows.iter().map(|(window, _)| state(self.pack.span(window), arrival)).collect();
        match states.into_iter().collect::<Vec<_>>().as_slice() {
            [] => "",
            [one] => one,
            _ => "（各等级的受理时间不同，见各人的意见）",
        }
    }
}

fn said(window: &Window, year: i32, short: bool) -> Option<String> {
    let end = window.end?;
    let date = end.date.map_or_else(String::new, |d| {
        let whole = format!("{}年", d.year);
        let lead = if short && i32::from(d.year) == year { "" } else { whole.as_str() };
        format!("{lead}{}月{}日", d.month, d.day)
    });
    let time = end.time.map_or_else(String::new, |t| format!("{:02}:{:02}", t.hour, t.minute));
    Some(format!("{date}{time}"))
}

fn state(span: Span, arrival: &Arrival) -> &'static str {
    let in_time = |at: &DateTime<FixedOffset>| span.end.is_none_or(|end| *at <= end);
    if span.start.is_some_and(|start| arrival.at < start) {
        "（早于受理时间）"
    } else if !in_time(&arrival.at) && arrival.last_look.as_ref().is_some_and(in_time) {
        // it may have lain there before anybody looked
        "（截止后才看到，是否逾期待核）"
    } else if !in_time(&arrival.at) {
        "（逾期）"
    } else {
        "（在受理时间内）"
    }
}
