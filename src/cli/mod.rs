//! The command line: one file per command.

use std::process::ExitCode;

/// Parses the arguments, runs the command, and gives the exit code.
pub fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == "worker") {
        return crate::worker::main();
    }
    ExitCode::SUCCESS
}
