//! The command line: one file per command.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the edge talks to the terminal")]

mod args;
mod lint;
mod rule;
mod run;
mod sample;
mod status;

use crate::config::{ConfigError, Options, Settings};
use crate::pipeline::RunError;
use args::{Args, Command, Common};
use clap::Parser;
use std::process::ExitCode;

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
            RunError::Pack(_) | RunError::Compose(_) | RunError::Export(_) => Exit::Usage,
            RunError::Lock(crate::ledger::LockError::Held(_)) => Exit::Running,
            RunError::Intake(_) | RunError::Register { .. } => Exit::Usage,
            RunError::Lock(_)
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
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn dispatch(args: &Args) -> Outcome {
    match &args.command {
        Command::Run => run::run(&args.common),
        Command::Watch => run::watch(&args.common),
        Command::Status => status::status(&args.common),
        Command::Show { case } => status::show(&args.common, case),
        Command::Why { case, field } => status::why(&args.common, case, field),
        Command::Rule { code, all } => rule::rule(code.as_deref(), *all),
        Command::Lint => lint::lint(&args.common),
        Command::Sample(wanted) => sample::sample(&args.common, wanted),
    }
}

fn settings(common: &Common) -> Result<Settings, Failure> {
    let options = Options::read(&common.config)?;
    Ok(Settings::settle(options, &common.config, &common.overrides())?)
}
