//! Date-times of a pack as moments, in the time zone of the circular.

use super::{Pack, Window};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use toml::value::Datetime;

/// A window as two moments, both inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first moment; `None`: open since ever.
    pub start: Option<DateTime<FixedOffset>>,
    /// The last moment; `None`: never closes.
    pub end: Option<DateTime<FixedOffset>>,
}

/// The offset of a time zone name. China has had one zone and no summer time since 1992, and every
/// circular is younger; other zones would need a table of zones.
pub(super) fn offset_of(tz: &str) -> Option<FixedOffset> {
    match tz {
        "Asia/Shanghai" | "Asia/Chongqing" | "Asia/Urumqi" | "PRC" => {
            FixedOffset::east_opt(8 * 3600)
        }
        _ => None,
    }
}

impl Window {
    /// Whether what comes late is taken, with a warning.
    pub fn lenient(&self) -> bool {
        self.late.as_deref() == Some("warn")
    }
}

impl Pack {
    /// The registration window of a level; without a level the one that closes last.
    pub fn register_window(&self, level: Option<&str>) -> Option<&Window> {
        let mut windows = self.windows.iter().filter(|w| w.stage == "register");
        let Some(level) = level else {
            let closes = |w: &&Window| {
                let end = self.span(w).end;
                (end.is_none(), end)
            };
            return windows.max_by_key(closes);
        };
        windows.find(|w| w.levels.is_empty() || w.levels.iter().any(|l| l == level))
    }

    /// The registration window that closed last before `at` and takes nothing late.
    pub fn missed_window(&self, at: DateTime<FixedOffset>) -> Option<&Window> {
        let end = |w: &&Window| self.span(w).end;
        let missed = |w: &&Window| {
            w.stage == "register" && !w.lenient() && end(w).is_some_and(|end| at > end)
        };
        self.windows.iter().filter(missed).max_by_key(end)
    }

    /// The time zone of the circular; loading refuses unknown ones.
    pub fn offset(&self) -> FixedOffset {
        offset_of(&self.circular.tz)
            .or_else(|| FixedOffset::east_opt(8 * 3600))
            .expect("eight hours are an offset")
    }

    /// Start and end of a window: a date without time starts at 00:00:00 and ends at 23:59:59.
    pub fn span(&self, window: &Window) -> Span {
        let zone = self.offset();
        let (first, last) = window.on.as_ref().map_or_else(
            || {
                (
                    window.start.as_ref().or(window.dates.first()),
                    window.end.as_ref().or(window.dates.last()),
                )
            },
            |on| (Some(on), Some(on)),
        );
        Span {
            start: first.and_then(|d| moment(d, zone, false)),
            end: last.and_then(|d| moment(d, zone, true)),
        }
    }
}

/// The first moment of a date of a pack, on the clocks of China.
pub(super) fn first_moment(value: &Datetime) -> Option<DateTime<FixedOffset>> {
    moment(value, FixedOffset::east_opt(8 * 3600)?, false)
}

fn moment(value: &Datetime, zone: FixedOffset, last: bool) -> Option<DateTime<FixedOffset>> {
    let date = value.date?;
    let date = NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())?;
    let time = match (value.time, last) {
        (Some(t), _) => NaiveTime::from_hms_opt(
            t.hour.into(),
            t.minute.into(),
            t.second.unwrap_or_default().into(),
        )?,
        (None, false) => NaiveTime::MIN,
        (None, true) => NaiveTime::from_hms_opt(23, 59, 59)?,
    };
    let zone = match value.offset {
        Some(toml::value::Offset::Z) => FixedOffset::east_opt(0)?,
        Some(toml::value::Offset::Custom { minutes }) => {
            FixedOffset::east_opt(i32::from(minutes) * 60)?
        }
        None => zone,
    };
    zone.from_local_datetime(&NaiveDateTime::new(date, time)).single()
}
