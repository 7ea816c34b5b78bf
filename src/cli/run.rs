//! `dossier run` and `dossier watch`.

use super::{Exit, Failure, Outcome, args::Common, settings};
use crate::intake::Witness;
use crate::pipeline::{self, RunError};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(super) fn run(common: &Common) -> Outcome {
    let settings = settings(common)?;
    let bar = progress_bar(common.quiet);
    let result = pipeline::run(&settings, Witness::Run, &|what| bar.set_message(what.to_owned()));
    bar.finish_and_clear();
    let outcome = result?;
    report(common, &outcome)?;
    Ok(exit_of(&outcome))
}

pub(super) fn watch(common: &Common) -> Outcome {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst)).map_err(|error| Failure {
        message: format!("cannot listen for Ctrl-C: {error}"),
        exit: Exit::Failed,
    })?;
    let mut last = Exit::Clean;
    while !stop.load(Ordering::SeqCst) {
        // the clock moves on between passes, so settings are settled anew each time
        let settings = settings(common)?;
        match pipeline::run(&settings, Witness::Watch, &|_| {}) {
            Ok(outcome) => {
                last = exit_of(&outcome);
                if outcome.changed {
                    report(common, &outcome)?;
                }
            }
            Err(error @ RunError::Publish(_)) => eprintln!("error: {error}"),
            Err(error) => return Err(error.into()),
        }
        pause(settings.scan, &stop);
    }
    Ok(last)
}

fn pause(time: Duration, stop: &AtomicBool) {
    let step = Duration::from_millis(100);
    let mut left = time;
    while !left.is_zero() && !stop.load(Ordering::SeqCst) {
        let nap = left.min(step);
        std::thread::sleep(nap);
        left = left.saturating_sub(nap);
    }
}

fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn report(common: &Common, outcome: &pipeline::Outcome) -> Result<(), Failure> {
    if common.json {
        let text = serde_json::to_string_pretty(&outcome.report).map_err(|error| Failure {
            message: format!("cannot write the report: {error}"),
            exit: Exit::Failed,
        })?;
        println!("{text}");
        return Ok(());
    }
    let c = &outcome.report.counts;
    println!(
        "来件 {}，申报人 {}：机审通过（待人工核对） {}，退回补正 {}，待定 {}；文件 {}",
        c.submissions, c.applicants, c.accepted, c.returned, c.held, c.files
    );
    let change = if outcome.changed { "已更新" } else { "没有变化" };
    println!("{change}，请打开 {}", outcome.root.join("00-先看这里.html").display());
    Ok(())
}

fn exit_of(outcome: &pipeline::Outcome) -> Exit {
    let clean = outcome
        .report
        .submissions
        .iter()
        .all(|s| matches!(s.state.as_str(), "accepted" | "duplicate" | "unsettled"));
    if clean { Exit::Clean } else { Exit::Findings }
}
