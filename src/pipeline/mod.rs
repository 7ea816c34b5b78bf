//! One pass: deliveries through the street. The only module that calls two stages.

mod answers;
mod compare;
mod context;
mod decide;
mod doctor;
mod fonts;
mod forms;
mod judging;
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
mod wire;

pub use compare::{Compared, Flip, compare};
pub use decide::{Decided, Order, decide, decide_from};
pub use doctor::{Check, Health, doctor};
pub use forms::lint;
pub use observer::{Observer, Silent};
pub use receive::{Arrived as Received, receive};
pub use remaining::remaining;
pub use standing::{CaseLog, LogLine, case_log};
pub use try_entry::try_entry;

use crate::bind::StampFonts;
use crate::blobs::{Blobs, sha256_hex};
use crate::compose::{ComposeError, Templates};
use crate::config::Settings;
use crate::diag::{Finding, Severity};
use crate::export::{ExportError, PdfExporter};
use crate::intake::{Arrived, Delivery, Inbox, IntakeError, Look, Seen, Witness};
use crate::ledger::{
    InstanceLock, Ledger, LedgerError, LockError, StateError, WitnessRow, prepare_state,
    sweep_state,
};
use crate::normalize;
use crate::pack::{self, LoadedPack, PackError};
use crate::publish::{self, Item, PublishError, RunInfo, WireReport};
use crate::wall::Pool;
use chrono::{DateTime, FixedOffset};
use judging::Judged;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;
use unchanged::Standing;

/// Changes whenever the same inputs may give other outputs.
const EPOCH: &str = concat!(env!("CARGO_PKG_VERSION"), "-10");

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
    pub(crate) exporter: PdfExporter,
    pub(crate) stamp: StampFonts,
    pub(crate) fonts: String,
    pub(crate) blobs: Blobs,
    pub(crate) now: DateTime<FixedOffset>,
}

/// What a look at the inbox came to.
#[derive(Default)]
struct Taken {
    /// Names of the entries that lie in the inbox.
    there: BTreeSet<String>,
    /// Whether anything is new.
    news: bool,
    /// Whether everything that settled was read.
    whole: bool,
    /// What has not settled, by name.
    unsettled: Vec<Delivery>,
}

/// Workers that remember, beside the ledger, which files ended one of them.
pub(crate) fn pool(settings: &Settings) -> Result<Pool, RunError> {
    let pool = Pool::new(program()?, settings.jobs, settings.limits.clone());
    Ok(pool.remembering(settings.state.join("graves")))
}

/// Makes one pass over the inbox.
///
/// # Errors
/// When the configuration, pack, templates or fonts do not fit (nothing is then written), when
/// another instance runs, or when the disk fails; bad submissions are never errors.
pub fn run(settings: &Settings, by: Witness, observer: &dyn Observer) -> Result<Outcome, RunError> {
    let start = Instant::now();
    let office = Office::open(settings)?;
    let _lock = InstanceLock::take(&settings.state)?;
    sweep_state(&settings.state)?;
    let mut ledger = Ledger::open(&settings.state, &settings.circular)?;
    let pool = pool(settings)?;
    observer.doing("查看收件箱");
    let under = office.taken_under();
    let taken = office.take_in(&mut ledger, &pool, by, &under, observer)?;
    observer.note(&|| format!("looked at {} entries: {:.1?}", taken.there.len(), start.elapsed()));
    ledger.remember_look(&office.now.to_rfc3339())?;
    if taken.whole {
        ledger.remember_taken_under(&under)?;
    }
    if pool.spared() > 0 {
        let spared = pool.spared();
        observer.note(&|| format!("{spared} files ended a worker before and were not tried again"));
    }
    drop(pool);
    if !taken.news
        && let Some(outcome) = Standing::of(&office, &ledger)?.outcome(&office, &ledger)?
    {
        observer.note(&|| format!("nothing changed since the last pass: {:.1?}", start.elapsed()));
        return Ok(outcome);
    }
    observer.doing("审核");
    let judging = Instant::now();
    let judged = judging::judge(&office.pack.pack, office.now, &mut ledger)?;
    observer.note(&|| format!("judged {} cases: {:.1?}", judged.cases.len(), judging.elapsed()));
    observer.doing("制作卷宗");
    let outcome = office.publish(&ledger, &judged, &taken.unsettled, observer)?;
    // what waits is in the report but not in the ledger: such a report does not stand
    if taken.whole && taken.unsettled.is_empty() {
        Standing::of(&office, &ledger)?.remember(&ledger, &outcome.report.run.id)?;
    }
    observer.note(&|| format!("whole pass: {:.1?}", start.elapsed()));
    Ok(outcome)
}

impl Office {
    pub(crate) fn open(settings: &Settings) -> Result<Self, RunError> {
        let mut pack = sound_pack(settings)?;
        let templates = Templates::open(&pack.template_dirs)?;
        let faults = forms::trial(&pack.pack, &templates);
        if !faults.is_empty() {
            return Err(RunError::Forms(faults));
        }
        let exporter = PdfExporter::new(&settings.fonts)?;
        let stamp = fonts::stamp(&settings.fonts)?;
        let fonts = fonts::hash(&settings.fonts);
        prepare_state(&settings.state)?;
        let blobs = Blobs::open(settings.state.join("blobs"))
            .map_err(RunError::io("cannot open the blob store"))?;
        registers::attach(&mut pack, settings, &blobs)?;
        let (settings, now) = (settings.clone(), local(settings.now));
        Ok(Self { settings, pack, templates, exporter, stamp, fonts, blobs, now })
    }

    /// Hash of everything but the files that decides what is read from them.
    fn taken_under(&self) -> String {
        let limits = serde_json::to_string(&self.settings.limits).unwrap_or_default();
        let text = format!("{EPOCH}|{}|{}|{limits}", crate::read::EPOCH, self.pack.hash);
        sha256_hex(text.as_bytes())
    }

    /// Takes in and reads what needs no quiet, then what had to wait for it meanwhile.
    fn take_in(
        &self,
        ledger: &mut Ledger,
        pool: &Pool,
        by: Witness,
        under: &str,
        observer: &dyn Observer,
    ) -> Result<Taken, RunError> {
        let before: BTreeMap<String, Seen> = ledger.seen()?;
        let mut known = before.clone();
        if ledger.taken_under()?.is_some_and(|before| before != *under) {
            // what was settled is taken in again, with the arrival it had
            known.values_mut().for_each(|seen| seen.settled = false);
        }
        let last_look =
            ledger.last_look()?.and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
        let inbox = Inbox {
            dir: &self.settings.inbox,
            blobs: &self.blobs,
            pool,
            limits: &self.settings.limits,
            settle: self.settings.settle,
            patience: self.settings.patience,
            now: self.now,
            by,
            last_look,
            known: &known,
        };
        let look = Look::begin(&inbox)?;
        let mut taken = Taken { whole: true, ..Taken::default() };
        self.file_all(ledger, pool, look.ready()?, observer, &mut taken)?;
        let waiting = look.waiting();
        if waiting > 0 {
            observer.doing(&format!("等待 {waiting} 件传完"));
            let rest = look.rest(&|| observer.stopped())?;
            observer.note(&|| format!("looked again at {waiting} entries"));
            self.file_all(ledger, pool, rest, observer, &mut taken)?;
        }
        taken.unsettled.sort_by(|a, b| a.entry.cmp(&b.entry));
        mark_gone(ledger, &before, &taken)?;
        Ok(taken)
    }

    /// Reads what settled into the ledger.
    fn file_all(
        &self,
        ledger: &mut Ledger,
        pool: &Pool,
        arrived: Vec<Arrived>,
        observer: &dyn Observer,
        taken: &mut Taken,
    ) -> Result<(), RunError> {
        for Arrived { entry, seen, delivery } in arrived {
            taken.there.insert(entry.clone());
            taken.news |= delivery.is_some();
            match delivery {
                Some(delivery) if delivery.settled && observer.stopped() => {
                    taken.whole = false;
                    continue;
                }
                Some(delivery) if delivery.settled => {
                    let start = Instant::now();
                    observer.doing(&format!("读取 {}", crate::text::shown(&entry)));
                    let files = delivery.files.len();
                    self.witness_by_sight(ledger, &entry, &seen)?;
                    let cached = reading::file(self, ledger, pool, delivery)?;
                    observer.note(&|| {
                        let (name, took) = (crate::text::shown(&entry), start.elapsed());
                        format!("read {name}: {files} files, {cached} from the cache, {took:.1?}")
                    });
                }
                Some(delivery) => {
                    observer.note(&|| format!("unsettled: {}", crate::text::shown(&entry)));
                    taken.unsettled.push(delivery);
                }
                None => {
                    observer.note(&|| format!("unchanged: {}", crate::text::shown(&entry)));
                    continue;
                }
            }
            // last, so that a killed pass takes the entry in again
            ledger.remember_seen(&entry, &seen)?;
        }
        Ok(())
    }

    /// A person's word on what no pass had read yet is from now on about its content.
    fn witness_by_sight(
        &self,
        ledger: &mut Ledger,
        entry: &str,
        seen: &Seen,
    ) -> Result<(), RunError> {
        let Some(content) = &seen.content else { return Ok(()) };
        let sight = receive::by_sight(&seen.fingerprint);
        let rows = ledger.witnesses()?;
        let of = |what: &str| rows.iter().rposition(|r| r.entry == entry && r.content == what);
        if let (Some(said), known) = (of(&sight), of(content))
            && known.is_none_or(|known| known < said)
            && let Some(row) = rows.get(said)
        {
            ledger.add_witness(&WitnessRow { content: content.clone(), ..row.clone() })?;
        }
        Ok(())
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

/// Remembers which entries were taken out of the inbox, and which of them came back as they were.
fn mark_gone(
    ledger: &Ledger,
    before: &BTreeMap<String, Seen>,
    taken: &Taken,
) -> Result<(), RunError> {
    let now: BTreeMap<String, Seen> = ledger.seen()?;
    for (entry, seen) in before {
        let gone = !taken.there.contains(entry);
        // what was read anew is remembered already
        if seen.gone != gone && now.get(entry) == Some(seen) {
            ledger.remember_seen(entry, &Seen { gone, ..seen.clone() })?;
        }
    }
    Ok(())
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
    let pack = pack::load(&settings.templates, &settings.circular)?;
    let mut faults = pack::lint(&pack, &normalize::reads);
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
