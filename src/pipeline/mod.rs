//! One pass: deliveries through the street. The only module that calls two stages.

mod answers;
mod compare;
mod context;
mod decide;
mod decide_from;
mod doctor;
mod fonts;
mod forms;
mod home;
mod intake;
mod judging;
mod listing;
mod locks;
mod observer;
mod packet;
mod parallel;
mod reading;
mod receive;
mod registers;
mod remaining;
mod sheet;
mod standing;
mod try_entry;
mod unchanged;
mod units;
mod waiting;
mod wire;

pub use compare::{Compared, Flip, compare};
pub use decide::{Decided, Order, decide};
pub use decide_from::decide_from;
pub use doctor::{Check, Health, doctor};
pub use forms::lint;
pub use listing::{Query, Role, export};
pub use observer::{Observer, Silent};
pub use receive::{Arrived as Received, receive};
pub use remaining::remaining;
pub use standing::{CaseLog, LogLine, case_log};
pub use try_entry::try_entry;
pub use waiting::waiting;

use crate::bind::StampFonts;
use crate::blobs::{Blobs, sha256_hex};
use crate::compose::{ComposeError, Templates};
use crate::config::Settings;
use crate::diag::{Finding, Severity};
use crate::export::{ExportError, PdfExporter};
use crate::intake::{Delivery, IntakeError, Witness};
use crate::ledger::{
    InstanceLock, Ledger, LedgerError, LockError, StateError, prepare_state, sweep_state,
};
use crate::pack::{self, LoadedPack, PackError};
use crate::publish::{self, Item, PublishError, RunInfo, WireReport};
use crate::wall::Pool;
use chrono::{DateTime, FixedOffset};
use judging::Judged;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use unchanged::Standing;

/// Changes whenever the same inputs may give other outputs.
const EPOCH: &str = concat!(env!("CARGO_PKG_VERSION"), "-11");

/// What a pass came to.
#[derive(Debug)]
pub struct Outcome {
    /// The report as published.
    pub report: WireReport,
    /// Whether the outbox changed.
    pub changed: bool,
    /// Where the results lie.
    pub root: PathBuf,
}

/// Why a pass could not be made or finished.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each is the error of the stage of its name")]
pub enum RunError {
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error("the pack is not sound; nothing was done:\n{}\nhint: `dossier lint` says more", listed(.0))]
    Lint(Vec<Finding>),
    #[error(transparent)]
    Compose(#[from] ComposeError),
    #[error("{}", told(.0))]
    Forms(Vec<ComposeError>),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error("{0}")]
    Refused(String),
    #[error("register {name}: {what}\nhint: correct [registers] in pipeline.toml")]
    Register { name: String, what: String },
    #[error("{what}: {error}")]
    Io { what: String, error: std::io::Error },
}

impl RunError {
    /// Wraps an error of the disk with what was being done.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }
}

fn told(errors: &[ComposeError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Everything a pass works with.
pub(crate) struct Office {
    pub(crate) settings: Settings,
    pub(crate) pack: LoadedPack,
    pub(crate) templates: Templates,
    pub(crate) type_case: Arc<TypeCase>,
    pub(crate) blobs: Blobs,
    pub(crate) now: DateTime<FixedOffset>,
}

/// The fonts, and what sets type with them.
pub(crate) struct TypeCase {
    pub(crate) exporter: PdfExporter,
    pub(crate) stamp: StampFonts,
    pub(crate) fonts: String,
}

impl TypeCase {
    fn open(folders: &[PathBuf]) -> Result<Self, RunError> {
        let exporter = PdfExporter::new(folders)?;
        Ok(Self { exporter, stamp: fonts::stamp(folders)?, fonts: fonts::hash(folders) })
    }
}

/// Workers that remember, beside the ledger, which files ended one of them.
pub(crate) fn pool(settings: &Settings) -> Result<Pool, RunError> {
    let pool = Pool::new(program()?, settings.jobs, settings.limits.clone());
    Ok(pool.remembering(settings.state.join("graves")))
}

/// Makes one pass over the inbox: what it came to for each circular, in their order.
///
/// # Errors
/// When the configuration, pack, templates or fonts do not fit (nothing is then written), when
/// another instance runs, or when the disk fails; bad submissions are never errors.
pub fn run(
    settings: &Settings,
    by: Witness,
    observer: &dyn Observer,
) -> Result<Vec<Outcome>, RunError> {
    let start = Instant::now();
    let mut offices = Vec::new();
    for id in &settings.circulars {
        offices.push(Office::open(&settings.of(id), offices.first())?);
    }
    let _lock = InstanceLock::take(&settings.state)?;
    sweep_state(&settings.state)?;
    let mut desks = Vec::new();
    let packs: String = offices.iter().map(|office| office.pack.hash.as_str()).collect();
    for office in &offices {
        let ledger = Ledger::open(&settings.state, &office.settings.circular)?;
        let under = office.taken_under(&packs);
        desks.push(intake::Desk { office, ledger, under, news: false });
    }
    let pool = pool(settings)?;
    observer.doing("查看收件箱");
    let taken = intake::take_in(&mut desks, &pool, by, observer)?;
    observer.note(&|| format!("looked at {} entries: {:.1?}", taken.there.len(), start.elapsed()));
    if pool.spared() > 0 {
        let spared = pool.spared();
        observer.note(&|| format!("{spared} files ended a worker before and were not tried again"));
    }
    drop(pool);
    let mut outcomes = Vec::new();
    for (n, desk) in desks.iter_mut().enumerate() {
        desk.ledger.remember_look(&desk.office.now.to_rfc3339())?;
        if taken.whole {
            desk.ledger.remember_taken_under(&desk.under)?;
        }
        // what has not settled is of no circular yet: the first one reports it
        let unsettled = if n == 0 { taken.unsettled.as_slice() } else { &[] };
        outcomes.push(desk.office.pass(
            &mut desk.ledger,
            desk.news,
            taken.whole,
            unsettled,
            observer,
        )?);
    }
    observer.note(&|| format!("whole pass: {:.1?}", start.elapsed()));
    Ok(outcomes)
}

impl Office {
    /// Opens what a circular is judged and printed with; fonts are those of `other` when there is one.
    pub(crate) fn open(settings: &Settings, other: Option<&Self>) -> Result<Self, RunError> {
        let mut pack = sound_pack(settings)?;
        let templates = Templates::open(&pack.template_dirs)?;
        let faults = forms::trial(&pack.pack, &templates);
        if !faults.is_empty() {
            return Err(RunError::Forms(faults));
        }
        let type_case = match other {
            Some(office) => office.type_case.clone(),
            None => Arc::new(TypeCase::open(&settings.fonts)?),
        };
        prepare_state(&settings.state)?;
        let blobs = Blobs::open(settings.state.join("blobs"))
            .map_err(RunError::io("cannot open the blob store"))?;
        registers::attach(&mut pack, settings, &blobs)?;
        let (settings, now) = (settings.clone(), local(settings.now));
        Ok(Self { settings, pack, templates, type_case, blobs, now })
    }

    /// Hash of everything but the files that decides what is read from them.
    fn taken_under(&self, packs: &str) -> String {
        let limits = serde_json::to_string(&self.settings.limits).unwrap_or_default();
        let text = format!("{EPOCH}|{}|{packs}|{limits}", crate::read::EPOCH);
        sha256_hex(text.as_bytes())
    }

    /// Judges and publishes what the ledger holds.
    fn pass(
        &self,
        ledger: &mut Ledger,
        news: bool,
        whole: bool,
        unsettled: &[Delivery],
        observer: &dyn Observer,
    ) -> Result<Outcome, RunError> {
        if !news
            && unsettled.is_empty()
            && let Some(outcome) = Standing::of(self, ledger)?.outcome(self, ledger)?
        {
            observer.note(&|| "nothing changed since the last pass".to_owned());
            return Ok(outcome);
        }
        observer.doing("审核");
        let judging = Instant::now();
        let judged = judging::judge(&self.pack.pack, self.now, ledger)?;
        observer
            .note(&|| format!("judged {} cases: {:.1?}", judged.cases.len(), judging.elapsed()));
        observer.doing("制作卷宗");
        let outcome = self.publish(ledger, &judged, unsettled, observer)?;
        // what waits is in the report but not in the ledger: such a report does not stand
        if whole && unsettled.is_empty() {
            Standing::of(self, ledger)?.remember(ledger, &outcome.report.run.id)?;
        }
        Ok(outcome)
    }

    fn publish(
        &self,
        ledger: &Ledger,
        judged: &Judged,
        unsettled: &[Delivery],
        observer: &dyn Observer,
    ) -> Result<Outcome, RunError> {
        let start = Instant::now();
        let root = self.settings.outbox.join(&self.settings.circular);
        let work = tempfile::Builder::new()
            .prefix("work-")
            .tempdir_in(&self.settings.state)
            .map_err(RunError::io("cannot make a work folder"))?;
        let mut items = packet::build(self, ledger, judged, &root, work.path(), observer)?;
        items.extend(units::build(self, ledger, judged, &root, work.path())?);
        observer.note(&|| format!("papers: {} files, {:.1?}", items.len(), start.elapsed()));
        let run = run_info(&self.settings.circular, &self.pack.hash, self.now, judged, unsettled);
        let report = wire::report(judged, unsettled, &items, run.clone(), wire::Pen::Masked);
        let before = publish::Manifest::read(&root);
        let outcome = |report, changed| Outcome { report, changed, root: root.clone() };
        let stands = before.run.id == run.id && before.stands(&root);
        if stands && same_papers(&before, &items) {
            observer.note(&|| "outbox: nothing changed".to_owned());
            return Ok(outcome(report, false));
        }
        let changes = wire::changes(&before, &items);
        let body = serde_json::to_vec_pretty(&report)
            .map_err(|e| RunError::Io { what: "report.json".into(), error: e.into() })?;
        items.push(Item::bytes("report.json", "report", body));
        let page = publish::day_page(&self.pack.pack.circular.title, &report, &changes, &items);
        items.push(Item::bytes("00-先看这里.html", "day-page", page.into_bytes()));
        observer.publishing(true);
        let release = publish::publish(&root, items, run);
        observer.publishing(false);
        Ok(outcome(report, release?.changed))
    }
}

/// Names the run by its inputs; the clock stands in the report but a later pass over the same
/// inputs is the same run.
pub(crate) fn run_info(
    circular: &str,
    pack_hash: &str,
    now: DateTime<FixedOffset>,
    judged: &Judged,
    unsettled: &[Delivery],
) -> RunInfo {
    let mut text = format!("{EPOCH}|{pack_hash}|");
    for submission in &judged.submissions {
        text.push_str(&format!("{}={};", submission.source, submission.content));
    }
    for delivery in unsettled {
        text.push_str(&format!("?{}={};", delivery.entry, delivery.content));
    }
    if let Ok(body) = serde_json::to_string(&judged.report) {
        text.push_str(&body);
    }
    RunInfo {
        id: sha256_hex(text.as_bytes()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        circular: circular.to_owned(),
        pack_hash: pack_hash.to_owned(),
        now: now.to_rfc3339(),
    }
}

/// The pack, when nothing in it would judge people by a slip of the pen.
pub(crate) fn sound_pack(settings: &Settings) -> Result<LoadedPack, RunError> {
    let pack = pack::load_at(&settings.templates, &settings.circular, settings.now)?;
    let mut faults = forms::judged(&pack);
    faults.retain(|fault| fault.severity >= Severity::Error);
    if faults.is_empty() { Ok(pack) } else { Err(RunError::Lint(faults)) }
}

fn listed(faults: &[Finding]) -> String {
    let lines: Vec<String> = faults.iter().map(|f| format!("  {}", pack::told(f))).collect();
    lines.join("\n")
}

/// A moment on the clocks of the office.
pub(crate) fn local(time: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    FixedOffset::east_opt(8 * 3600).map_or(time, |zone| time.with_timezone(&zone))
}

fn same_papers(before: &publish::Manifest, items: &[Item]) -> bool {
    let papers = |kind: &str| kind != "report" && kind != "day-page";
    let old: BTreeMap<&str, &str> = before
        .files
        .iter()
        .filter(|f| papers(&f.kind))
        .map(|f| (f.path.as_str(), f.sha256.as_str()))
        .collect();
    let new: BTreeMap<&str, &str> =
        items.iter().map(|i| (i.file.path.as_str(), i.file.sha256.as_str())).collect();
    old == new
}

fn program() -> Result<PathBuf, RunError> {
    std::env::current_exe().map_err(RunError::io("cannot find the program itself"))
}
