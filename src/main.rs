//! The `dossier` program: parse arguments, dispatch, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    dossier::cli::main()
}
