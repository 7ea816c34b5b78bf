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
    let outcomes = result?;
    report(common, &outcomes)?;
    Ok(worst(&outcomes))
}

pub(super) fn watch(common: &Common) -> Outcome {
    let screen = Screen::new(common, Manner::Finish)?;
    let mut last = Exit::Clean;
    while !screen.interrupt.heard() {
        // the clock moves on between passes, so settings are settled anew each time
        let settings = settings(common)?;
        match pipeline::run(&settings, Witness::Watch, &screen) {
            Ok(outcomes) => {
                last = worst(&outcomes);
                if outcomes.iter().any(|outcome| outcome.changed) {
                    report(common, &outcomes)?;
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

/// What the pass came to; as JSON the report itself, of several circulars a list of them.
fn report(common: &Common, outcomes: &[pipeline::Outcome]) -> Result<(), Failure> {
    if common.json {
        return match outcomes {
            [one] => print_json(&one.report),
            many => print_json(&many.iter().map(|o| &o.report).collect::<Vec<_>>()),
        };
    }
    for outcome in outcomes.iter().filter(|_| !common.quiet) {
        if outcomes.len() > 1 {
            say!("{}", outcome.report.run.circular);
        }
        tell(outcome);
    }
    Ok(())
}

fn tell(outcome: &pipeline::Outcome) {
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
}

/// Something for a person to do in any of them is something to do.
fn worst(outcomes: &[pipeline::Outcome]) -> Exit {
    let all = outcomes.iter().map(|outcome| super::exit_of(&outcome.report));
    let busy = all.into_iter().find(|exit| *exit != Exit::Clean);
    busy.unwrap_or(Exit::Clean)
}
