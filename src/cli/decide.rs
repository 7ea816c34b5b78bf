//! `dossier decide` and `dossier receive`: what a person says.

use super::args::{Common, DecideArgs, ReceiveArgs};
use super::{Exit, Failure, Outcome, print_json, settings};
use crate::config::Settings;
use crate::pipeline::{self, Decided, Order};
use chrono::{DateTime, FixedOffset, NaiveDateTime};
use serde_json::json;

pub(super) fn decide(common: &Common, args: &DecideArgs) -> Outcome {
    let settings = settings(common)?;
    let at = moment(args.at.as_deref(), &settings)?;
    let by = args.by.clone().unwrap_or_default();
    let decided = match (&args.from, &args.case, &args.event) {
        (Some(workbook), _, _) => pipeline::decide_from(&settings, workbook, &by, at)?,
        (None, Some(case), Some(event)) => {
            let order = Order { by: named(&by)?, opinion: args.opinion.clone(), at };
            pipeline::decide(&settings, case, event, &order)?
        }
        (None, _, _) => return Err(usage("give CASE and EVENT, or --from WORKBOOK")),
    };
    if common.json {
        let Decided { recorded, notes } = &decided;
        print_json(&json!({"schema": "dossier/decided/1", "recorded": recorded, "notes": notes}))?;
    } else if !common.quiet {
        print(&decided);
    }
    // in a workbook a note is a row that was not taken
    let left = args.from.is_some() && !decided.notes.is_empty();
    Ok(if left { Exit::Findings } else { Exit::Clean })
}

fn print(decided: &Decided) {
    for entry in &decided.recorded {
        say!(
            "已登记：{} {} {} → {}（{}，{}）",
            entry.case,
            entry.name,
            entry.event,
            entry.answer,
            entry.by,
            entry.at
        );
        if entry.before != entry.after {
            say!("  {} → {}，下次 dossier run 后见于结果", entry.before, entry.after);
        }
    }
    for note in &decided.notes {
        say!("  注意：{note}");
    }
}

pub(super) fn receive(common: &Common, args: &ReceiveArgs) -> Outcome {
    let settings = settings(common)?;
    let at = moment(args.at.as_deref(), &settings)?;
    let received = pipeline::receive(&settings, &args.what, &named(&args.by)?, at)?;
    if common.json {
        print_json(&json!({"schema": "dossier/received/1", "received": received}))?;
        return Ok(Exit::Clean);
    }
    for arrived in received.iter().filter(|_| !common.quiet) {
        let what = if arrived.kind == "paper" { "纸质材料" } else { "来件" };
        say!("已登记：{what} {} 于 {} 收到（{}）", arrived.name, arrived.at, arrived.by);
        for note in &arrived.notes {
            say!("  注意：{note}");
        }
    }
    Ok(Exit::Clean)
}

fn usage(message: &str) -> Failure {
    Failure { message: message.to_owned(), exit: Exit::Usage }
}

fn named(by: &str) -> Result<String, Failure> {
    let by = by.trim();
    if by.is_empty() {
        return Err(usage("somebody must stand for it\nhint: --by NAME"));
    }
    Ok(by.to_owned())
}

/// RFC 3339, or date and time on the clocks of the office; without one, the run's clock.
fn moment(text: Option<&str>, settings: &Settings) -> Result<DateTime<FixedOffset>, Failure> {
    let zone = FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| *settings.now.offset());
    let Some(text) = text.map(str::trim) else { return Ok(settings.now.with_timezone(&zone)) };
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&zone));
    }
    let plain = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let read = plain.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    read.and_then(|at| at.and_local_timezone(zone).single()).ok_or_else(|| {
        usage(&format!(
            "`{text}` is no time\nhint: write 2019-06-12T16:00:00+08:00, or \"2019-06-12 16:00\" for the clocks of the office"
        ))
    })
}
