//! `dossier run` and `dossier watch`.

use super::interrupt::{Interrupt, Manner};
use super::{Exit, Failure, Outcome, args::Common, print_json, settings};
use crate::intake::Witness;
use crate::pipeline::{self, Observer, RunError};
use crate::text::shown;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

/// Shows on stderr what a pass does, and passes signals on to it.
struct Screen {
    bar: ProgressBar,
    verbose: bool,
    interrupt: Arc<Interrupt>,
    manner: Manner,
}

impl Screen {
    fn new(common: &Common, manner: Manner) -> Result<Self, Failure> {
        let interrupt = Interrupt::listen(manner)?;
        let bar = match manner {
            Manner::End => progress_bar(common.quiet),
            Manner::Finish => ProgressBar::hidden(),
        };
        Ok(Self { bar, verbose: common.verbose && !common.quiet, interrupt, manner })
    }
}

impl Observer for Screen {
    fn doing(&self, what: &str) {
        self.bar.set_message(shown(what));
    }

    fn note(&self, what: &dyn Fn() -> String) {
        if self.verbose {
            self.bar.suspend(|| eprintln!("{}", shown(&what())));
        }
    }

    fn stopped(&self) -> bool {
        self.interrupt.heard()
    }

    fn publishing(&self, now: bool) {
        // a watch ends by itself after the pass
        if self.manner == Manner::End {
            self.interrupt.busy(now);
        }
    }
}

pub(super) fn run(common: &Common) -> Outcome {
    let settings = settings(common)?;
    let screen = Screen::new(common, Manner::End)?;
    let result = pipeline::run(&settings, Witness::Run, &screen);
    screen.bar.finish_and_clear();
    let outcome = result?;
    report(common, &outcome)?;
    Ok(exit_of(&outcome))
}

pub(super) fn watch(common: &Common) -> Outcome {
    let screen = Screen::new(common, Manner::Finish)?;
    let mut last = Exit::Clean;
    while !screen.interrupt.heard() {
        // the clock moves on between passes, so settings are settled anew each time
        let settings = settings(common)?;
        match pipeline::run(&settings, Witness::Watch, &screen) {
            Ok(outcome) => {
                last = exit_of(&outcome);
                if outcome.changed {
                    report(common, &outcome)?;
                }
            }
            Err(error @ RunError::Publish(_)) => eprintln!("error: {error}"),
            Err(error) => return Err(error.into()),
        }
        pause(settings.scan, &screen.interrupt);
    }
    Ok(last)
}

fn pause(time: Duration, interrupt: &Interrupt) {
    let step = Duration::from_millis(100);
    let mut left = time;
    while !left.is_zero() && !interrupt.heard() {
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
        return print_json(&outcome.report);
    }
    if common.quiet {
        return Ok(());
    }
    let c = &outcome.report.counts;
    say!(
        "来件 {}，申报人 {}：机审通过（待人工核对） {}，退回补正 {}，待定 {}；文件 {}",
        c.submissions,
        c.applicants,
        c.accepted,
        c.returned,
        c.held,
        c.files
    );
    let change = if outcome.changed { "已更新" } else { "没有变化" };
    say!("{change}，请打开 {}", outcome.root.join("00-先看这里.html").display());
    Ok(())
}

fn exit_of(outcome: &pipeline::Outcome) -> Exit {
    super::exit_of(&outcome.report)
}
