//! Arguments as typed.

use crate::config::Overrides;
use clap::{Args as Group, Parser, Subcommand};
use std::path::PathBuf;

/// Turns a drop folder of workbooks and scans into judged cases and bound packets.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:
  dossier run                        one pass over the inbox named in pipeline.toml
  dossier run --settle 0             the same, trusting that nobody is still copying
  dossier why NT2019-1-602-0001 person.birth
                                     where a printed value came from
  dossier rule ID-103                what a finding means and how to mend it
Exit codes: 0 nothing to do, 1 something was returned or held, 2 wrong usage or configuration,
3 already running, 4 could not finish, 130 interrupted."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options common to all commands.
#[derive(Debug, Group)]
pub(super) struct Common {
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = "pipeline.toml")]
    pub(super) config: PathBuf,
    /// Drop folder (only read)
    #[arg(long, global = true, value_name = "DIR")]
    inbox: Option<PathBuf>,
    /// Where results appear
    #[arg(long, global = true, value_name = "DIR")]
    outbox: Option<PathBuf>,
    /// Ledger and blobs (local disk)
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<PathBuf>,
    /// The circular to judge by
    #[arg(long, global = true, value_name = "ID")]
    circular: Option<String>,
    /// The run's clock, e.g. 2019-06-12T10:00:00+08:00
    #[arg(long, global = true, value_name = "RFC3339")]
    now: Option<String>,
    /// Parallel jobs (0: one per core)
    #[arg(long, global = true, value_name = "N")]
    jobs: Option<usize>,
    /// Quiet time before an entry is taken, in seconds
    #[arg(long, global = true, value_name = "SECS")]
    settle: Option<u64>,
    /// Machine output on stdout
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// No progress
    #[arg(long, global = true)]
    pub(super) quiet: bool,
}

impl Common {
    /// What overrides the configuration.
    pub(super) fn overrides(&self) -> Overrides {
        Overrides {
            inbox: self.inbox.clone(),
            outbox: self.outbox.clone(),
            state: self.state.clone(),
            circular: self.circular.clone(),
            now: self.now.clone(),
            jobs: self.jobs,
            settle: self.settle,
        }
    }
}

/// Commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// One pass over the inbox
    Run,
    /// The same pass whenever something settles, until stopped
    Watch,
    /// What the last report says, entry by entry
    Status,
    /// One case with its findings and papers
    Show {
        /// Case number
        case: String,
    },
    /// Where a printed value came from: file, sheet, cell, repairs
    Why {
        /// Case number
        case: String,
        /// Field id, e.g. person.birth
        field: String,
    },
    /// What a finding code means and how to mend it
    Rule {
        /// Finding code, e.g. ID-103
        code: Option<String>,
        /// All codes
        #[arg(long)]
        all: bool,
    },
    /// Checks pipeline.toml, pack and templates; never touches the inbox
    Lint,
    /// Writes a synthetic inbox with a known outcome (inbox/ and truth.json)
    Sample(SampleArgs),
}

/// What `dossier sample` writes.
#[derive(Debug, Group)]
pub(super) struct SampleArgs {
    /// Folder that gets inbox/ and truth.json
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Number of units
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(super) units: usize,
    /// Applicants of each unit
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(super) applicants: usize,
    /// Same seed, same bytes
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
    /// The inbox that comes with the program
    #[arg(long, hide = true)]
    pub(super) shipped: bool,
}
