//! The command line: one file per command.
#![expect(clippy::print_stderr, reason = "the edge talks to the terminal")]

/// A line of results on stdout.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::say(format_args!($($words)*)) };
}

mod args;
mod check;
mod compare;
mod decide;
mod doctor;
mod export;
mod interrupt;
mod lint;
mod rule;
mod run;
mod sample;
mod status;

use crate::config::{ConfigError, Options, Settings};
use crate::diag::Severity;
use crate::intake::IntakeError;
use crate::ledger::{LockError, StateError};
use crate::pipeline::RunError;
use crate::publish::WireReport;
use crate::text::shown;
use args::{Args, Command, Common};
use clap::Parser;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit codes of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Done, nothing for a person to do.
    Clean = 0,
    /// Done, something was returned or held.
    Findings = 1,
    /// Wrong usage, configuration, pack or template; nothing was done.
    Usage = 2,
    /// Another instance is running.
    Running = 3,
    /// Could not finish; what is published is whole.
    Failed = 4,
    /// Ended by a signal.
    Interrupted = 130,
}

/// What ends a command early: a message for the operator and an exit code.
#[derive(Debug)]
struct Failure {
    message: String,
    exit: Exit,
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self { message: error.to_string(), exit: Exit::Usage }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let exit = match &error {
            RunError::Pack(_)
            | RunError::Compose(_)
            | RunError::Forms(_)
            | RunError::Lint(_)
            | RunError::Export(_)
            | RunError::Refused(_)
            | RunError::Register { .. }
            | RunError::State(StateError::Share { .. })
            | RunError::Intake(IntakeError::Inbox(..)) => Exit::Usage,
            RunError::Lock(LockError::Held(_)) => Exit::Running,
            RunError::Lock(_)
            | RunError::State(StateError::Io { .. })
            | RunError::Intake(IntakeError::Store(_) | IntakeError::Worker(_))
            | RunError::Ledger(_)
            | RunError::Publish(_)
            | RunError::Io { .. } => Exit::Failed,
        };
        Self { message: error.to_string(), exit }
    }
}

type Outcome = Result<Exit, Failure>;

/// Parses the arguments, runs the command, and gives the exit code.
pub fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "worker") {
        return crate::worker::main();
    }
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { 0 });
        }
    };
    match dispatch(&args) {
        Ok(_) if LOST.load(Ordering::Relaxed) => ExitCode::from(Exit::Failed as u8),
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            let lines: Vec<String> = failure.message.split('\n').map(shown).collect();
            eprintln!("error: {}", lines.join("\n"));
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn dispatch(args: &Args) -> Outcome {
    match &args.command {
        Command::Run => run::run(&args.common),
        Command::Watch => run::watch(&args.common),
        Command::Check(wanted) => check::check(&args.common, wanted),
        Command::Compare(wanted) => compare::compare(&args.common, wanted),
        Command::Decide(wanted) => decide::decide(&args.common, wanted),
        Command::Receive(wanted) => decide::receive(&args.common, wanted),
        Command::Export(wanted) => export::export(&args.common, wanted),
        Command::Doctor => doctor::doctor(&args.common),
        Command::Status => status::status(&args.common),
        Command::Show { case } => status::show(&args.common, case),
        Command::Why { case, field } => status::why(&args.common, case, field),
        Command::Rule { code, all, markdown } => rule::rule(code.as_deref(), *all, *markdown),
        Command::Lint => lint::lint(&args.common),
        Command::Sample(wanted) => sample::sample(&args.common, wanted),
    }
}

fn settings(common: &Common) -> Result<Settings, Failure> {
    let options = Options::read(&common.config)?;
    Ok(Settings::settle(options, &common.config, &common.overrides())?)
}

/// Set once stdout took no more although somebody still listens (a full disk).
static LOST: AtomicBool = AtomicBool::new(false);

/// Writes results for people, line by line as [`shown`]: what a value may do to a terminal is not done.
fn say(text: std::fmt::Arguments<'_>) {
    for line in text.to_string().split('\n') {
        write_line(format_args!("{}", shown(line)));
    }
}

/// A reader that has heard enough (`| head`) is no fault.
fn write_line(line: std::fmt::Arguments<'_>) {
    if let Err(error) = writeln!(std::io::stdout().lock(), "{line}")
        && error.kind() != std::io::ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        eprintln!("error: cannot write the results: {error}");
    }
}

/// Machine output on stdout.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure {
        message: format!("cannot write JSON: {error}"),
        exit: Exit::Failed,
    })?;
    // written as it is: a string of JSON holds no line breaks, and masking was its maker's choice
    write_line(format_args!("{text}"));
    Ok(())
}

/// Whether a person has something to do.
fn exit_of(report: &WireReport) -> Exit {
    let clean = report
        .submissions
        .iter()
        .all(|s| matches!(s.state.as_str(), "accepted" | "duplicate" | "unsettled"));
    if clean { Exit::Clean } else { Exit::Findings }
}

/// A decision as the office says it.
fn decision(word: &str) -> &str {
    match word {
        "accepted" => "机审通过（待人工核对）",
        "returned" => "退回补正",
        "held" => "待定",
        other => other,
    }
}

/// How grave a finding is, as the office says it.
fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Refuse => "拒收",
        Severity::Error => "须改",
        Severity::Warn => "提醒",
        Severity::Info => "告知",
    }
}

/// A state of a submission as the office says it.
fn state(state: &str) -> &str {
    match state {
        "accepted" => "全部机审通过（待人工核对）",
        "partly" => "部分机审通过",
        "returned" => "退回补正",
        "held" => "待定",
        "duplicate" => "重复",
        "unsettled" => "尚未传完",
        other => other,
    }
}
