//! The table of `make bench`: every goal of speed and size beside what this machine does.
//!
//! Each figure is taken in a process of its own (this program again, with `one` and the name of the
//! measurement), so that peaks of memory are its own. What is compared is run side by side, in turns.
//! Sizes: `BENCH_APPLICANTS=100,1000` · `BENCH_DOCS=2000` · `BENCH_PACKET_MB=2048` · `BENCH_ROWS=100000` · `BENCH_JUDGED=100000`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a table is printed")]

mod binding;
mod forms;
mod judge;
mod kit;
mod roster;
mod sources;
mod whole;

use kit::Table;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        // the pool of a pass starts its own program
        ["worker", ..] => dossier::worker::main(),
        ["one", name, rest @ ..] => one(name, rest),
        only => table(only.iter().copied().find(|word| !word.starts_with('-'))),
    }
}

/// One measurement in this process; its result is one line of JSON.
fn one(name: &str, args: &[&str]) -> ExitCode {
    let measured = match name {
        "forms" => forms::one(args),
        "bind" => binding::one(args),
        "roster" => roster::one(args),
        "pass" => whole::one(args),
        "judge" => judge::one(args),
        _ => return ExitCode::from(2),
    };
    println!("{measured}");
    ExitCode::SUCCESS
}

/// Adds its rows to the table.
type Part = fn(&mut Table);

fn table(only: Option<&str>) -> ExitCode {
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let mut table = Table::default();
    let parts: [(&str, Part); 5] = [
        ("whole", whole::rows),
        ("forms", forms::rows),
        ("binding", binding::rows),
        ("roster", roster::rows),
        ("judge", judge::rows),
    ];
    for (name, rows) in parts {
        if wanted(name) {
            eprintln!("measuring: {name} …");
            rows(&mut table);
        }
    }
    println!("{table}");
    ExitCode::SUCCESS
}
