//! 工作简历: jobs that follow each other without gap or overlap, from the start of work on.

use super::case::{Case, Docket};
use crate::diag::{Finding, Origin};
use crate::normalize::Value;
use crate::text::PartialDate;
use std::collections::BTreeSet;

/// Months between two jobs that are no gap: one ends in the month before the next begins.
const NEXT: i32 = 1;

/// One job, by its months counted from the year 0.
struct Job {
    from: i32,
    /// `None`: until today, or not written.
    to: Option<i32>,
    shown: (String, String),
    origin: Origin,
}

/// FM-134 and FM-135, warnings for the reviewer.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    let mut jobs = jobs(case);
    jobs.sort_by_key(|job| job.from);
    for pair in jobs.windows(2) {
        let [one, next] = pair else { continue };
        let Some(end) = one.to else { continue };
        // the month in which one ends may be that in which the next begins
        if next.from < end || next.from > end + NEXT {
            let finding = Finding::new("FM-134", next.origin.clone());
            let finding = finding.arg("from", &one.shown.1).arg("to", &next.shown.0);
            docket.say(finding.field("resume").build());
        }
    }
    let start = case.date("person.work_start").and_then(months);
    let first = jobs.first().zip(start).filter(|(job, start)| job.from < *start);
    if let Some((job, _)) = first {
        docket.say(Finding::new("FM-135", job.origin.clone()).field("resume").build());
    }
}

fn jobs(case: &Case<'_>) -> Vec<Job> {
    let numbers: BTreeSet<&str> = case
        .record
        .keys()
        .filter_map(|key| key.strip_prefix("resume.")?.split_once('.').map(|(n, _)| n))
        .collect();
    let job = |n: &str| {
        let (from_at, to_at) = (format!("resume.{n}.from"), format!("resume.{n}.to"));
        let from = months(date(&from_at, case)?)?;
        Some(Job {
            from,
            to: date(&to_at, case).and_then(months),
            shown: (case.shown(&from_at), case.shown(&to_at)),
            origin: case.origin(&from_at),
        })
    };
    numbers.into_iter().filter_map(job).collect()
}

fn date(fact: &str, case: &Case<'_>) -> Option<PartialDate> {
    match case.value(fact)? {
        Value::Date(date) => Some(*date),
        Value::Text(text) => PartialDate::try_from(text.clone()).ok(),
        _ => None,
    }
}

/// Months since the year 0; `None` for a date known only to the year.
fn months(date: PartialDate) -> Option<i32> {
    let month = i32::try_from(date.month_of()?).ok()?;
    Some(date.year() * 12 + month)
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;

    fn told(jobs: &[(&str, &str)]) -> Vec<&'static str> {
        let j = broken(|a| {
            for (n, (from, to)) in jobs.iter().enumerate() {
                set(a, &format!("resume.{}.from", n + 1), text(from));
                set(a, &format!("resume.{}.to", n + 1), text(to));
            }
        });
        codes(&j).into_iter().filter(|code| code.starts_with("FM-13")).collect()
    }

    #[test]
    fn jobs_follow_each_other() {
        // work began in 1992-04
        assert_eq!(told(&[("1992-04", "2003-05"), ("2003-06", "至今")]), [""; 0]);
        assert_eq!(told(&[("1992-04", "2003-05"), ("2003-05", "至今")]), [""; 0]);
        assert_eq!(told(&[("2003-06", "至今"), ("1992-04", "2003-05")]), [""; 0]);
        assert_eq!(told(&[("1992-04", "2003-05"), ("2004-01", "至今")]), ["FM-134"]);
        assert_eq!(told(&[("1992-04", "2003-05"), ("2002-01", "至今")]), ["FM-134"]);
        assert_eq!(told(&[("1990-09", "2003-05"), ("2003-06", "至今")]), ["FM-135"]);
        assert_eq!(told(&[("1992-04", "至今")]), [""; 0]);
    }
}
