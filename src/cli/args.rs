//! Arguments as typed.

use crate::config::Overrides;
use clap::{Args as Group, Parser, Subcommand};
use std::path::PathBuf;

/// The program's version and the pack schema it reads.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (packs: circular-pack/1)");

/// Turns a drop folder of workbooks and scans into judged cases and bound packets.
#[derive(Debug, Parser)]
#[command(
    version = VERSION,
    after_help = "Examples:
  dossier run                        one pass over the inbox named in pipeline.toml
  dossier check inbox/甲单位         what a pass would say of one entry, without a trace
  dossier why NT2019-1-602-0001 person.birth
                                     where a printed value came from
  dossier rule ID-103                what a finding means and how to mend it
  dossier decide --help              every command has an example of its own
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
#[command(next_help_heading = "Options of every command")]
pub(super) struct Common {
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = "pipeline.toml")]
    pub(super) config: PathBuf,
    /// Drop folder (only read)
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) inbox: Option<PathBuf>,
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
    pub(super) now: Option<String>,
    /// Parallel jobs (0: one per core)
    #[arg(long, global = true, value_name = "N")]
    jobs: Option<usize>,
    /// Quiet time before an entry is taken, in seconds
    #[arg(long, global = true, value_name = "SECS")]
    settle: Option<u64>,
    /// Machine output on stdout
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Nothing but errors
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// More on stderr: what was read, skipped and made, and how long it took
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
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
    #[command(after_help = "Examples:
  dossier run                     with the waiting time of pipeline.toml
  dossier run --settle 0 -v       trusting that nobody is still copying; tells what it does
Ends with 130 on Ctrl-C or SIGTERM; what is published is whole, and the next pass goes on.")]
    Run,
    /// The same pass whenever something settles, until stopped
    #[command(after_help = "Example:
  dossier watch --inbox /srv/share/inbox
Ctrl-C or SIGTERM finishes the entry in hand; a second one ends at once.")]
    Watch,
    /// What a pass would say of one entry; writes nothing
    Check(CheckArgs),
    /// Whose decision another circular would turn, and by which rule
    Compare(CompareArgs),
    /// What the last report says, entry by entry
    #[command(after_help = "Example:
  dossier status --json | jq .counts")]
    Status,
    /// One case with its findings, papers, and what persons said
    #[command(after_help = "Example:
  dossier show NT2019-1-602-0001")]
    Show {
        /// Case number
        case: String,
    },
    /// Where a printed value came from: file, sheet, cell, repairs
    #[command(after_help = "Example:
  dossier why NT2019-1-602-0001 person.birth")]
    Why {
        /// Case number
        case: String,
        /// Field id, e.g. person.birth
        field: String,
    },
    /// The list of cases as a workbook, for whoever may see them
    Export(ExportArgs),
    /// Records a person's answer to a question, or a step of the circular
    Decide(DecideArgs),
    /// Records that an entry, or the paper of a case, came
    Receive(ReceiveArgs),
    /// What a finding code means and how to mend it
    #[command(after_help = "Examples:
  dossier rule ID-103
  dossier rule --all")]
    Rule {
        /// Finding code, e.g. ID-103
        code: Option<String>,
        /// All codes
        #[arg(long)]
        all: bool,
        /// As Markdown, the text of docs/rules.md
        #[arg(long, requires = "all")]
        markdown: bool,
    },
    /// Checks pipeline.toml, pack and templates; never touches the inbox
    #[command(after_help = "Example:
  dossier lint --circular nantong-2019")]
    Lint,
    /// Writes a synthetic inbox with a known outcome (inbox/ and truth.json)
    #[command(after_help = "Example:
  dossier sample --out try --units 3 --applicants 4 --seed 1")]
    Sample(SampleArgs),
    /// Fonts, folders, free space, clock, file system, optional programs
    #[command(after_help = "Example:
  dossier doctor
Ends with 2 when something would stop a run.")]
    Doctor,
}

/// What `dossier check` looks at.
#[derive(Debug, Group)]
#[command(after_help = "Examples:
  dossier check inbox/甲单位
  dossier check /tmp/申报表.xlsx --json --show-ids
The entry is judged alone: quotas and people who apply twice are judged over all entries, so only
`dossier run` has the last word. Neither the inbox, the outbox nor the ledger is written to; answers
the ledger knows are used.")]
pub(super) struct CheckArgs {
    /// A folder, ZIP or workbook anywhere on the disk
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// Identity numbers in full (with --json only)
    #[arg(long, requires = "json")]
    pub(super) show_ids: bool,
}

/// What `dossier compare` compares.
#[derive(Debug, Group)]
#[command(after_help = "Examples:
  dossier compare nantong-2019 nantong-2020
  dossier compare nantong-2019 nantong-2020 --inbox 去年收件 --json
The applicants are those in the ledger of the first circular; with --inbox DIR (or --from-inbox, or
while that ledger is empty) those that lie in the drop folder. Times of handing in are left out of
both judgements. Nothing is kept. Ends with 1 when somebody's decision is another.")]
pub(super) struct CompareArgs {
    /// The first circular: a folder under templates/
    #[arg(value_name = "PACK-A")]
    pub(super) before: String,
    /// The second circular
    #[arg(value_name = "PACK-B")]
    pub(super) after: String,
    /// Take the applicants from the drop folder, not from the ledger
    #[arg(long)]
    pub(super) from_inbox: bool,
}

/// What `dossier export` writes.
#[derive(Debug, Group)]
#[command(after_help = "Examples:
  dossier export --out 名单.xlsx
  dossier export --out 待审.xlsx --as district:渝中区 --in 待渝中区人社局审核 --level 技师
  dossier decide --from 待审.xlsx --by 李四
A unit sees its own people, a district those whose 属地 it is, the city all. The columns are those of
[summary] in the pack. In 办理 a step of the circular can be chosen for each case, with 意见 and 办理人.")]
pub(super) struct ExportArgs {
    /// The workbook to write
    #[arg(long, value_name = "FILE.xlsx")]
    pub(super) out: PathBuf,
    /// Whose list: unit:NAME, district:NAME or city
    #[arg(long = "as", value_name = "ROLE", default_value = "city")]
    pub(super) role: String,
    /// Units whose name has this part
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(super) unit: String,
    /// Trades applied for whose name has this part
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(super) trade: String,
    /// The level applied for
    #[arg(long, value_name = "LEVEL", default_value = "", hide_default_value = true)]
    pub(super) level: String,
    /// Part of the decision: 机审通过, 退回 or 待定
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(super) decision: String,
    /// A state of the circular's workflow, as `dossier show` names it
    #[arg(long = "in", value_name = "STATE", default_value = "", hide_default_value = true)]
    pub(super) in_state: String,
}

/// What `dossier decide` records.
#[derive(Debug, Group)]
#[command(after_help = "Examples:
  dossier decide NT2019-1-602-0001 EX-121 --by 李四 --opinion 符合
  dossier decide NT2019-1-602-0001 审核不通过 --by 李四 --opinion 材料不齐
  dossier decide --from 待定事项.xlsx
  dossier decide --from 待审.xlsx --by 李四
A question is named by its code, or by its whole id when the code is asked more than once. What may
be decided stands in `dossier show CASE` and in 20-待定/待定事项.xlsx.")]
pub(super) struct DecideArgs {
    /// Case number
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub(super) case: Option<String>,
    /// Question, or step of the circular
    #[arg(required_unless_present = "from")]
    pub(super) event: Option<String>,
    /// Who decides (with --from: where the workbook names nobody)
    #[arg(long, value_name = "NAME", required_unless_present = "from")]
    pub(super) by: Option<String>,
    /// The answer to a question, or the opinion with a step
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(super) opinion: String,
    /// When: RFC 3339, or "2019-06-12 16:00" on the clocks of the office (default: now)
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<String>,
    /// The answered 待定事项.xlsx, or a list of `dossier export` with its steps ticked
    #[arg(long, value_name = "WORKBOOK")]
    pub(super) from: Option<PathBuf>,
}

/// What `dossier receive` records.
#[derive(Debug, Group)]
#[command(after_help = "Examples:
  dossier receive 甲单位.zip --by 李四 --at \"2019-06-13 15:50\"
  dossier receive NT2019-1-602-0001 NT2019-1-602-0002 --by 李四
The deadline of an entry is judged on the time given here, for the content that lies there now.")]
pub(super) struct ReceiveArgs {
    /// Entries of the inbox, or case numbers for their paper
    #[arg(value_name = "ENTRY|CASE", required = true)]
    pub(super) what: Vec<String>,
    /// Who saw it come
    #[arg(long, value_name = "NAME")]
    pub(super) by: String,
    /// When: RFC 3339, or "2019-06-12 16:00" on the clocks of the office (default: now)
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<String>,
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
