//! One pass: deliveries through the street. The only module that calls two stages.

mod context;
mod packet;
mod unchanged;
mod units;
mod wire;

use crate::bind::StampFonts;
use crate::blobs::{Blobs, sha256_hex};
use crate::check::{self, Decision, History, Report};
use crate::compose::{ComposeError, Templates};
use crate::config::Settings;
use crate::export::{ExportError, PdfExporter};
use crate::intake::{self, Arrived, Delivery, Inbox, IntakeError, Seen, Witness};
use crate::ledger::{
    Case, InstanceLock, Ledger, LedgerError, LockError, NumberKey, Numbering, ReviewRow,
};
use crate::normalize::{self, Applicant, Chain, Filing, Submission};
use crate::pack::{self, LoadedPack, PackError};
use crate::publish::{self, Item, PublishError, RunInfo, WireReport};
use crate::read::{self, Content, Parsed, ReadTask};
use crate::wall::Pool;
use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use unchanged::Standing;

/// Changes whenever the same inputs may give other outputs.
const EPOCH: &str = concat!(env!("CARGO_PKG_VERSION"), "-2");

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
    #[error(transparent)]
    Compose(#[from] ComposeError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Publish(#[from] PublishError),
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

/// Everything a pass works with.
pub(crate) struct Office {
    pub(crate) settings: Settings,
    pub(crate) pack: LoadedPack,
    pub(crate) templates: Templates,
    pub(crate) exporter: PdfExporter,
    pub(crate) stamp: StampFonts,
    pub(crate) blobs: Blobs,
    pub(crate) now: DateTime<FixedOffset>,
}

/// Makes one pass over the inbox. `progress` hears what is being done.
///
/// # Errors
/// When the configuration, pack, templates or fonts do not fit (nothing is then written), when
/// another instance runs, or when the disk fails; bad submissions are never errors.
pub fn run(
    settings: &Settings,
    by: Witness,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Outcome, RunError> {
    let office = Office::open(settings)?;
    let _lock = InstanceLock::take(&settings.state)?;
    let mut ledger = Ledger::open(&settings.state, &settings.circular)?;
    let pool = Pool::new(program()?, settings.jobs, settings.limits.clone());
    progress("查看收件箱");
    let arrived = office.take_in(&ledger, &pool, by)?;
    let news = arrived.iter().any(|arrived| arrived.delivery.is_some());
    let mut unsettled = Vec::new();
    for Arrived { entry, seen, delivery } in arrived {
        match delivery {
            Some(delivery) if delivery.settled => {
                progress(&format!("读取 {entry}"));
                office.file(&mut ledger, &pool, delivery)?;
            }
            Some(delivery) => unsettled.push(delivery),
            None => continue,
        }
        // last, so that a killed pass takes the entry in again
        ledger.remember_seen(&entry, &seen)?;
    }
    ledger.remember_look(&office.now.to_rfc3339())?;
    drop(pool);
    if !news && let Some(outcome) = Standing::of(&office, &ledger)?.outcome(&office, &ledger)? {
        return Ok(outcome);
    }
    progress("审核");
    let judged = office.judge(&mut ledger)?;
    progress("制作卷宗");
    let outcome = office.publish(&mut ledger, &judged, &unsettled)?;
    // what waits is in the report but not in the ledger: such a report does not stand
    if unsettled.is_empty() {
        Standing::of(&office, &ledger)?.remember(&mut ledger, &outcome.report.run.id)?;
    }
    Ok(outcome)
}

/// What the judge left, with what the papers need.
pub(crate) struct Judged {
    pub(crate) submissions: Vec<Submission>,
    pub(crate) report: Report,
    pub(crate) cases: BTreeMap<String, Case>,
    pub(crate) versions: BTreeMap<String, u32>,
}

impl Judged {
    /// All applicants with their case and judgement, in order.
    pub(crate) fn people(
        &self,
    ) -> impl Iterator<Item = (&Submission, &Applicant, &Case, &check::Judgement)> {
        self.submissions.iter().flat_map(move |submission| {
            submission.applicants.iter().filter_map(move |applicant| {
                let key = &applicant.key.text;
                Some((
                    submission,
                    applicant,
                    self.cases.get(key)?,
                    self.report.judgements.get(key)?,
                ))
            })
        })
    }
}

impl Office {
    pub(crate) fn open(settings: &Settings) -> Result<Self, RunError> {
        let pack = pack::load(&settings.templates, &settings.circular)?;
        let templates = Templates::open(&pack.template_dirs)?;
        let exporter = PdfExporter::new(&settings.fonts)?;
        let stamp = stamp_fonts(&settings.fonts)?;
        let zone = FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| *settings.now.offset());
        let blobs = Blobs::open(settings.state.join("blobs"))
            .map_err(RunError::io("cannot open the blob store"))?;
        let now = settings.now.with_timezone(&zone);
        Ok(Self { settings: settings.clone(), pack, templates, exporter, stamp, blobs, now })
    }

    fn take_in(&self, ledger: &Ledger, pool: &Pool, by: Witness) -> Result<Vec<Arrived>, RunError> {
        let known: BTreeMap<String, Seen> = ledger.seen()?;
        let last_look =
            ledger.last_look()?.and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
        let arrived = intake::collect(&Inbox {
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
        })?;
        Ok(arrived)
    }

    /// Reads and normalizes one delivery and puts it into the ledger.
    fn file(&self, ledger: &mut Ledger, pool: &Pool, delivery: Delivery) -> Result<(), RunError> {
        let entry = delivery.entry.clone();
        let fresh: Mutex<BTreeMap<String, String>> = Mutex::default();
        let reading = {
            let shared = Mutex::new(&mut *ledger);
            let cached = |key: &str| -> Option<Parsed> {
                let body = shared.lock().ok()?.parsed(key).ok()??;
                serde_json::from_str(&body).ok()
            };
            let store = |key: &str, parsed: &Parsed| {
                if let (Ok(body), Ok(mut fresh)) = (serde_json::to_string(parsed), fresh.lock()) {
                    fresh.insert(key.to_owned(), body);
                }
            };
            let call = |task: &ReadTask| pool.call::<ReadTask, Parsed>("read", task);
            read::read(delivery, &call, &self.blobs, &cached, &store)
        };
        let blobs = blobs_of(&reading);
        self.blobs.settle(&blobs).map_err(RunError::io("cannot write the blob store"))?;
        ledger.remember_parsed(&fresh.into_inner().unwrap_or_default())?;
        let filing = normalize::normalize(&reading, &self.pack.pack, self.now.date_naive());
        ledger.add_filing(&entry, &filing.content, &filing)?;
        Ok(())
    }

    /// Assembles all current contents and judges them.
    pub(crate) fn judge(&self, ledger: &mut Ledger) -> Result<Judged, RunError> {
        let filings: BTreeMap<String, Vec<Filing>> = ledger.filings()?;
        let versions = filings.iter().map(|(e, f)| (e.clone(), f.len() as u32)).collect();
        let answers = self.collect_answers(ledger, &filings)?;
        let chains: Vec<Chain> = filings
            .into_values()
            .filter_map(|mut contents| {
                let current = contents.pop()?;
                Some(Chain { current, earlier: contents })
            })
            .collect();
        let submissions = normalize::assemble(&chains, &self.pack.pack);
        let history = History { answers };
        let report = check::check(&submissions, &self.pack.pack, &history, self.now);
        let wanted = self.wanted_numbers(&submissions, &report);
        let cases = ledger.record_cases(&self.numbering(), &wanted)?;
        Ok(Judged { submissions, report, cases, versions })
    }

    /// Answers of dropped-back workbooks go into the ledger once; all answers are returned by
    /// (case key, question).
    fn collect_answers(
        &self,
        ledger: &mut Ledger,
        filings: &BTreeMap<String, Vec<Filing>>,
    ) -> Result<BTreeMap<(String, String), String>, RunError> {
        let numbers: BTreeMap<String, String> =
            ledger.cases()?.into_values().map(|case| (case.number, case.key)).collect();
        let mut known = ledger.reviews()?;
        for filing in filings.values().filter_map(|contents| contents.last()) {
            for answer in filing.answers.iter().filter(|a| !a.answer.is_empty()) {
                let Some(key) = numbers.get(&answer.case) else { continue };
                let same = |row: &&ReviewRow| row.id == *key && row.question == answer.question;
                if known.iter().rev().find(same).is_some_and(|row| row.answer == answer.answer) {
                    continue;
                }
                let row = ReviewRow {
                    id: key.clone(),
                    question: answer.question.clone(),
                    answer: answer.answer.clone(),
                    who: answer.by.clone(),
                    at: self.now.to_rfc3339(),
                };
                ledger.add_review(&row)?;
                known.push(row);
            }
        }
        Ok(known.into_iter().map(|row| ((row.id, row.question), row.answer)).collect())
    }

    fn numbering(&self) -> Numbering {
        let pack = &self.pack.pack;
        match &pack.numbering {
            Some(n) => Numbering { template: n.application.clone(), scope: n.seq_scope.clone() },
            None => Numbering {
                template: format!("{}-{{level_digit}}-{{area_code3}}-{{seq:04}}", pack.circular.id),
                scope: vec!["year".into(), "level".into(), "area".into()],
            },
        }
    }

    fn wanted_numbers(
        &self,
        submissions: &[Submission],
        report: &Report,
    ) -> Vec<(String, String, NumberKey, Decision)> {
        let mut ordered: Vec<&Submission> = submissions.iter().collect();
        ordered.sort_by(|a, b| (a.arrival.at, &a.source).cmp(&(b.arrival.at, &b.source)));
        let mut wanted = Vec::new();
        for applicant in ordered.iter().flat_map(|s| &s.applicants) {
            let Some(judgement) = report.judgements.get(&applicant.key.text) else { continue };
            let name = context::text(&applicant.record, "person.name");
            let key = NumberKey {
                year: self.pack.pack.circular.year,
                level_digit: level_digit(&context::text(&applicant.record, "apply.level")),
                area: self.area_code(applicant),
            };
            let person = format!("{}|{name}", applicant.unit);
            wanted.push((applicant.key.text.clone(), person, key, judgement.decision));
        }
        wanted
    }

    /// Last three digits of the region code of the unit's area; `000` when the area is not known.
    fn area_code(&self, applicant: &Applicant) -> String {
        let area = context::text(&applicant.record, "unit.area");
        let site = self.pack.pack.sites.iter().find(|site| {
            if area.is_empty() { applicant.unit.starts_with(&site.area) } else { site.area == area }
        });
        let Some(site) = site else { return "000".to_owned() };
        let code = site.code.clone().or_else(|| site.regions.first().cloned());
        code.map_or_else(
            || "000".to_owned(),
            |code| code.chars().skip(code.chars().count().saturating_sub(3)).collect(),
        )
    }

    fn publish(
        &self,
        ledger: &mut Ledger,
        judged: &Judged,
        unsettled: &[Delivery],
    ) -> Result<Outcome, RunError> {
        let root = self.settings.outbox.join(&self.settings.circular);
        let work = tempfile::Builder::new()
            .prefix("work-")
            .tempdir_in(&self.settings.state)
            .map_err(RunError::io("cannot make a work folder"))?;
        let mut items = packet::build(self, ledger, judged, &root, work.path())?;
        items.extend(units::build(self, judged)?);
        let run = self.run_info(judged, unsettled);
        let report = wire::report(self, judged, unsettled, &items, run.clone());
        let before = publish::Manifest::read(&root);
        let outcome = |report, changed| Outcome { report, changed, root: root.clone() };
        let stands = before.run.id == run.id && before.stands(&root);
        if stands && same_papers(&before, &items) {
            return Ok(outcome(report, false));
        }
        let changes = wire::changes(&before, &items);
        let body = serde_json::to_vec_pretty(&report)
            .map_err(|e| RunError::Io { what: "report.json".into(), error: e.into() })?;
        items.push(Item::bytes("report.json", "report", body));
        let page = publish::day_page(&self.pack.pack.circular.title, &report, &changes);
        items.push(Item::bytes("00-先看这里.html", "day-page", page.into_bytes()));
        let release = publish::publish(&root, items, run)?;
        Ok(outcome(report, release.changed))
    }

    /// Names the run by its inputs; the clock stands in the report but a later pass over the same
    /// inputs is the same run.
    fn run_info(&self, judged: &Judged, unsettled: &[Delivery]) -> RunInfo {
        let mut text = format!("{EPOCH}|{}|", self.pack.hash);
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
            circular: self.settings.circular.clone(),
            pack_hash: self.pack.hash.clone(),
            now: self.now.to_rfc3339(),
        }
    }
}

/// Every blob that the ledger will name because of a reading.
fn blobs_of(reading: &read::Reading) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for file in &reading.files {
        names.insert(file.file.sha256.as_str());
        let Content::Scan(scan) = &file.content else { continue };
        names.insert(scan.blob.as_str());
        names.extend(scan.thumbnail.as_deref());
        names.extend(scan.image.as_ref().and_then(|image| image.print.as_deref()));
    }
    names
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

/// The font of page numbers and stamps: the first 宋体 of the font folders.
fn stamp_fonts(dirs: &[PathBuf]) -> Result<StampFonts, RunError> {
    for dir in dirs {
        let path = dir.join("NotoSerifCJK-Regular.ttc");
        if path.is_file() {
            let bytes = std::fs::read(&path).map_err(RunError::io(path.display().to_string()))?;
            return StampFonts::load(bytes, 2).map_err(|e| RunError::Io {
                what: path.display().to_string(),
                error: std::io::Error::other(e.to_string()),
            });
        }
    }
    Err(RunError::Io {
        what: "no font for page numbers: NotoSerifCJK-Regular.ttc is in none of the font folders\nhint: `make run` fills fonts/".into(),
        error: std::io::ErrorKind::NotFound.into(),
    })
}

fn level_digit(level: &str) -> u32 {
    match level {
        "高级技师" => 1,
        "技师" => 2,
        "高级工" => 3,
        "中级工" => 4,
        "初级工" => 5,
        _ => 0,
    }
}

/// Checks pack and templates without touching the inbox.
///
/// # Errors
/// When pack or templates cannot be loaded.
pub fn lint(settings: &Settings) -> Result<Vec<crate::diag::Finding>, RunError> {
    let pack = pack::load(&settings.templates, &settings.circular)?;
    Templates::open(&pack.template_dirs)?;
    Ok(pack::lint(&pack))
}
