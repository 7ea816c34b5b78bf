//! Partial dates: a date known to the day, the month or only the year is an interval.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much of a date was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// The full date.
    Day,
}

/// A date as written: 2015-11 stands for every day of November 2015.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate {
    first: NaiveDate,
    precision: Precision,
}

impl PartialDate {
    /// A full date; `None` when it does not exist.
    pub fn day(year: i32, month: u32, day: u32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month, day)?;
        Some(Self { first, precision: Precision::Day })
    }

    /// A month; `None` when it does not exist.
    pub fn month(year: i32, month: u32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        Some(Self { first, precision: Precision::Month })
    }

    /// A year; `None` outside the calendar.
    pub fn year_only(year: i32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
        Some(Self { first, precision: Precision::Year })
    }

    /// The first day the date can stand for.
    pub fn first(&self) -> NaiveDate {
        self.first
    }

    /// The last day the date can stand for.
    pub fn last(&self) -> NaiveDate {
        let (y, m) = (self.first.year(), self.first.month());
        let next = match self.precision {
            Precision::Day => return self.first,
            Precision::Month if m == 12 => NaiveDate::from_ymd_opt(y + 1, 1, 1),
            Precision::Month => NaiveDate::from_ymd_opt(y, m + 1, 1),
            Precision::Year => NaiveDate::from_ymd_opt(y + 1, 1, 1),
        };
        next.and_then(|d| d.pred_opt()).unwrap_or(self.first)
    }

    /// How much was written.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The year.
    pub fn year(&self) -> i32 {
        self.first.year()
    }

    /// The month, when written.
    pub fn month_of(&self) -> Option<u32> {
        (self.precision >= Precision::Month).then(|| self.first.month())
    }

    /// The same date cut to the precision of a month (a year stays a year).
    pub fn to_month(self) -> Self {
        match self.precision {
            Precision::Day => Self::month(self.first.year(), self.first.month()).unwrap_or(self),
            Precision::Month | Precision::Year => self,
        }
    }

    /// Whether this date is on or before `limit`: true when that holds for every day both can
    /// stand for, false when for none, else `None`. Month against month compares by month.
    pub fn le(&self, limit: &Self) -> Option<bool> {
        if self.precision == limit.precision {
            return match self.precision {
                Precision::Day | Precision::Month => Some(self.first <= limit.first),
                Precision::Year if self.first == limit.first => None,
                Precision::Year => Some(self.first < limit.first),
            };
        }
        if limit.precision < self.precision {
            // a day against a month, a month against a year: up to and including it
            Some(self.last() <= limit.last())
        } else {
            all_or_none(self.last() <= limit.last(), self.first() <= limit.last())
        }
    }

    /// Whether this date is on or after `limit`; see [`PartialDate::le`].
    pub fn ge(&self, limit: &Self) -> Option<bool> {
        if self.precision == limit.precision {
            return limit.le(self);
        }
        if limit.precision < self.precision {
            Some(self.first() >= limit.first())
        } else {
            all_or_none(self.first() >= limit.first(), self.last() >= limit.first())
        }
    }

    /// Whether this date is before `limit`; see [`PartialDate::le`].
    pub fn lt(&self, limit: &Self) -> Option<bool> {
        self.ge(limit).map(|x| !x)
    }

    /// Whether this date is after `limit`; see [`PartialDate::le`].
    pub fn gt(&self, limit: &Self) -> Option<bool> {
        self.le(limit).map(|x| !x)
    }
}

/// True when it holds for all days, false when for none, else unknown.
fn all_or_none(all: bool, some: bool) -> Option<bool> {
    match (all, some) {
        (true, _) => Some(true),
        (false, false) => Some(false),
        (false, true) => None,
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.precision {
            Precision::Day => write!(f, "{}", self.first.format("%Y-%m-%d")),
            Precision::Month => write!(f, "{}", self.first.format("%Y-%m")),
            Precision::Year => write!(f, "{}", self.first.format("%Y")),
        }
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for PartialDate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let parts: Vec<Option<u32>> = text.split('-').map(|p| p.parse().ok()).collect();
        let date = match parts.as_slice() {
            [Some(y)] => Self::year_only(*y as i32),
            [Some(y), Some(m)] => Self::month(*y as i32, *m),
            [Some(y), Some(m), Some(d)] => Self::day(*y as i32, *m, *d),
            _ => None,
        };
        date.ok_or_else(|| format!("`{text}` is no date of the form YYYY[-MM[-DD]]"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> PartialDate {
        PartialDate::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn compares_partial_dates_three_valued() {
        assert_eq!(d("2015").le(&d("2015-12-31")), Some(true));
        assert_eq!(d("2015-11").le(&d("2015-12-31")), Some(true));
        assert_eq!(d("2016").le(&d("2015-12-31")), Some(false));
        assert_eq!(d("2015-11").ge(&d("2015-11")), Some(true));
        assert_eq!(d("2019").le(&d("2019-06-13")), None);
        assert_eq!(d("2020-05-31").gt(&d("2020-05-31")), Some(false));
        assert_eq!(d("2020-06").gt(&d("2020-05-31")), Some(true));
        assert_eq!(d("2020-05").gt(&d("2020-05-31")), Some(false));
        assert_eq!(d("2010-11").lt(&d("2010-11-15")), None);
        assert_eq!(d("2010-11").ge(&d("2010-11-15")), None);
        assert_eq!(d("2010-11-15").ge(&d("2010-11")), Some(true));
        assert_eq!(d("2010-10-31").ge(&d("2010-11")), Some(false));
    }

    #[test]
    fn month_ends_are_right() {
        assert_eq!(d("2016-02").last(), NaiveDate::from_ymd_opt(2016, 2, 29).unwrap());
        assert_eq!(d("1999-12").last(), NaiveDate::from_ymd_opt(1999, 12, 31).unwrap());
    }
}
