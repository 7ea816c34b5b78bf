//! One look at the inbox: what is new, what has settled, what is left alone.

use super::copy::{copy, peek};
use super::discover::{self, Entry, Scan};
use super::unpack::{Taken, UnpackTask, Unpacked};
use super::{Arrival, Delivery, EntryKind, FileKind, SourceFile, Witness, name, settle};
use crate::blobs::{Blobs, sha256_hex};
use crate::diag::{Finding, Origin, Severity};
use crate::wall::{Death, Limits, Pool};
use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How often an entry that changed while it was copied is copied again.
const TRIES: usize = 3;

/// Unpacking writes up to thousands of blobs; it gets this many times the limits of one file.
const UNPACK_PATIENCE: u64 = 4;

/// How long a waiting pass sleeps before it asks whether it should stop.
const NAP: Duration = Duration::from_millis(100);

/// What a pass needs to look at the inbox.
pub struct Inbox<'a> {
    /// The folder.
    pub dir: &'a Path,
    /// Where bytes are kept.
    pub blobs: &'a Blobs,
    /// Who unpacks archives.
    pub pool: &'a Pool,
    /// Limits on foreign files.
    pub limits: &'a Limits,
    /// How long an entry must be quiet.
    pub settle: Duration,
    /// How long a file may lack its end before it is taken as it is.
    pub patience: Duration,
    /// The clock of the pass.
    pub now: DateTime<FixedOffset>,
    /// Who is looking.
    pub by: Witness,
    /// The last look before this one.
    pub last_look: Option<DateTime<FixedOffset>>,
    /// What the ledger remembers, by entry name.
    pub known: &'a BTreeMap<String, Seen>,
}

/// What the ledger remembers of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Hash over path, length and time of its files.
    pub fingerprint: String,
    /// When this fingerprint was first seen.
    pub first_seen: DateTime<FixedOffset>,
    /// When its content was first seen, and by whom.
    pub arrival: Arrival,
    /// [`Delivery::content`], once settled.
    pub content: Option<String>,
    /// Whether it has settled.
    pub settled: bool,
    /// Whether it was taken out of the inbox since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// One entry after a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Name of the entry.
    pub entry: String,
    /// What to remember.
    pub seen: Seen,
    /// `None`: settled before and unchanged since; nothing to do.
    pub delivery: Option<Delivery>,
}

/// The inbox as a whole could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The inbox is absent or cannot be listed.
    #[error("the inbox `{path}` cannot be read: {error}\nhint: make the folder, or name another with --inbox DIR", path = .0.display(), error = .1)]
    Inbox(PathBuf, #[source] io::Error),
    /// The blob store cannot be written.
    #[error("the blob store cannot be written: {0}")]
    Store(#[source] io::Error),
    /// No worker could be started.
    #[error("a worker process failed: {0}")]
    Worker(String),
}

/// One look at the inbox. What needs no quiet can be taken in, and read, while the others wait.
pub struct Look<'a> {
    inbox: &'a Inbox<'a>,
    ready: Vec<Sighting>,
    waiting: Vec<Sighting>,
    /// Since when the waiting entries are quiet, as far as is known. Monotonic: a clock that is set
    /// meanwhile neither shortens nor lengthens the wait.
    since: Instant,
}

type Sighting = (Entry, Scan);

impl<'a> Look<'a> {
    /// Looks at every entry.
    ///
    /// # Errors
    /// When the inbox cannot be listed.
    pub fn begin(inbox: &'a Inbox<'a>) -> Result<Self, IntakeError> {
        let entries = discover::entries(inbox.dir)
            .map_err(|error| IntakeError::Inbox(inbox.dir.to_owned(), error))?;
        let sights: Vec<Sighting> = entries
            .into_par_iter()
            .filter_map(|entry| {
                let scan = discover::scan(&entry)?;
                Some((entry, scan))
            })
            .collect();
        let since = Instant::now();
        let (waiting, ready) =
            sights.into_iter().partition(|(entry, scan)| inbox.needs_quiet(&entry.name, scan));
        Ok(Self { inbox, ready, waiting, since })
    }

    /// How many entries must be quiet for a while.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes in what needs no quiet: sorted by name, whatever the order of the directory.
    ///
    /// # Errors
    /// When the blob store or the workers fail as such; what is wrong with a file is a finding.
    pub fn ready(&self) -> Result<Vec<Arrived>, IntakeError> {
        self.ready.par_iter().map(|(entry, scan)| self.inbox.arrived(entry, scan, false)).collect()
    }

    /// Sleeps what is left of the quiet time, looks again at what waited and takes it in, sorted by
    /// name. When `stopped`, what waits is left alone, with the time it was first seen.
    ///
    /// # Errors
    /// As [`Look::ready`].
    pub fn rest(self, stopped: &dyn Fn() -> bool) -> Result<Vec<Arrived>, IntakeError> {
        let quiet = self.waiting.is_empty() || self.sleep(stopped);
        let again = |(entry, before): &Sighting| {
            if !quiet {
                return Some(Ok(self.inbox.unsettled(entry, before)));
            }
            // An entry that is gone was moved away: it is no entry any more.
            let after = discover::scan(entry)?;
            let changed = after.fingerprint != before.fingerprint && !after.complete;
            Some(self.inbox.arrived(entry, &after, changed))
        };
        self.waiting.par_iter().filter_map(again).collect()
    }

    /// Whether the time passed undisturbed.
    fn sleep(&self, stopped: &dyn Fn() -> bool) -> bool {
        loop {
            if stopped() {
                return false;
            }
            let left = self.inbox.settle.saturating_sub(self.since.elapsed());
            if left.is_zero() {
                return true;
            }
            thread::sleep(left.min(NAP));
        }
    }
}

/// Takes in one entry that lies anywhere, as it is; `None` when nothing lies there. Of `inbox`, the
/// folder is not looked at.
///
/// # Errors
/// As [`Look::ready`].
pub fn collect_one(inbox: &Inbox<'_>, place: &Path) -> Result<Option<Delivery>, IntakeError> {
    let Some(entry) = discover::entry(place) else { return Ok(None) };
    let Some(scan) = discover::scan(&entry) else { return Ok(None) };
    Ok(inbox.arrived(&entry, &scan, false)?.delivery)
}

/// [`Seen::fingerprint`] of what lies at a place now; `None` when nothing does.
pub fn fingerprint(place: &Path) -> Option<String> {
    Some(discover::scan(&discover::entry(place)?)?.fingerprint)
}

impl Inbox<'_> {
    fn known(&self, entry: &str, scan: &Scan) -> Option<&Seen> {
        self.known.get(entry).filter(|seen| seen.fingerprint == scan.fingerprint)
    }

    /// How long this fingerprint has been known; a clock that went back counts as no time.
    fn age(&self, entry: &str, scan: &Scan) -> Duration {
        let first = self.known(entry, scan).map_or(self.now, |seen| seen.first_seen);
        (self.now - first).to_std().unwrap_or_default()
    }

    fn needs_quiet(&self, entry: &str, scan: &Scan) -> bool {
        let settled = self.known(entry, scan).is_some_and(|seen| seen.settled);
        !settled && !scan.complete && self.age(entry, scan) < self.settle
    }

    fn arrived(&self, entry: &Entry, scan: &Scan, restless: bool) -> Result<Arrived, IntakeError> {
        if let Some(seen) = self.known(&entry.name, scan).filter(|seen| seen.settled) {
            let (entry, seen) = (entry.name.clone(), Seen { gone: false, ..seen.clone() });
            return Ok(Arrived { entry, seen, delivery: None });
        }
        let taken_as_is = scan.complete || self.age(&entry.name, scan) >= self.patience;
        let whole = taken_as_is || scan.files.iter().all(settle::has_end);
        if restless || !whole {
            return Ok(self.unsettled(entry, scan));
        }
        let mut scan = scan.clone();
        for _ in 0..TRIES {
            let files = self.copy_all(&scan, taken_as_is)?;
            let after = discover::scan(entry);
            match (files, after) {
                (Some(files), Some(after)) if after.fingerprint == scan.fingerprint => {
                    return self.settled(entry, &scan, files);
                }
                (_, Some(after)) => scan = after,
                (_, None) => break,
            }
        }
        Ok(self.unsettled(entry, &scan))
    }

    /// `None` when a file would not hold still.
    fn copy_all(
        &self,
        scan: &Scan,
        insisting: bool,
    ) -> Result<Option<Vec<SourceFile>>, IntakeError> {
        let copied: io::Result<Vec<Option<SourceFile>>> = scan
            .files
            .par_iter()
            .map(|file| copy(file, self.blobs, self.limits, insisting))
            .collect();
        Ok(copied.map_err(IntakeError::Store)?.into_iter().collect())
    }

    fn unsettled(&self, entry: &Entry, scan: &Scan) -> Arrived {
        let seen = self.seen(&entry.name, scan, None);
        let files: Vec<SourceFile> = scan.files.iter().map(peek).collect();
        let zip = !scan.folder && name::ending(&entry.name) == "zip";
        let delivery = Delivery {
            entry: entry.name.clone(),
            sender: name::sender(&entry.name, scan.folder),
            kind: entry_kind(scan, zip),
            content: scan.fingerprint.clone(),
            files,
            arrival: seen.arrival.clone(),
            settled: false,
            findings: self.without_end(scan),
        };
        Arrived { entry: entry.name.clone(), seen, delivery: Some(delivery) }
    }

    /// Why the entry waits: the files that are not whole.
    fn without_end(&self, scan: &Scan) -> Vec<Finding> {
        let broken = scan.files.iter().filter(|file| !settle::has_end(file));
        let minutes = self.patience.as_secs().div_ceil(60);
        broken
            .map(|file| {
                let origin = Origin::file(file.path.clone());
                let finding = Finding::new("IN-102", origin).arg("file", &file.path);
                let mut finding = finding.severity(Severity::Warn).build();
                finding.hint = format!(
                    "传完后自动收下；首次见到后 {minutes} 分钟仍不完整、或放了“提交完成.txt”的，按现状收下"
                );
                finding
            })
            .collect()
    }

    fn settled(
        &self,
        entry: &Entry,
        scan: &Scan,
        files: Vec<SourceFile>,
    ) -> Result<Arrived, IntakeError> {
        let mut delivery = Delivery {
            entry: entry.name.clone(),
            sender: name::sender(&entry.name, scan.folder),
            kind: entry_kind(scan, false),
            content: String::new(),
            files: Vec::with_capacity(files.len()),
            arrival: self.sight(),
            settled: true,
            findings: Vec::new(),
        };
        let mut taken = Taken::default();
        let (archives, plain): (Vec<_>, Vec<_>) = files.into_iter().partition(is_archive);
        for file in plain {
            taken.claim(file.path.clone());
            delivery.files.push(file);
        }
        for archive in archives {
            self.open_archive(&mut delivery, &mut taken, archive)?;
        }
        delivery.files.sort_by(|a, b| a.path.cmp(&b.path));
        delivery.content = content(&delivery.files);
        let seen = self.seen(&entry.name, scan, Some(&delivery.content));
        delivery.arrival = seen.arrival.clone();
        Ok(Arrived { entry: entry.name.clone(), seen, delivery: Some(delivery) })
    }

    /// Puts the members of an archive in its place, or the archive itself when it is refused.
    fn open_archive(
        &self,
        delivery: &mut Delivery,
        taken: &mut Taken,
        archive: SourceFile,
    ) -> Result<(), IntakeError> {
        let lone = delivery.kind != EntryKind::Folder;
        let prefix = match name::split_ending(&archive.path).0 {
            _ if lone => String::new(),
            stem => format!("{stem}/"),
        };
        let task = UnpackTask {
            blobs: self.blobs.root().to_owned(),
            sha256: archive.sha256.clone(),
            path: archive.path.clone(),
            prefix,
        };
        let limits = Limits {
            cpu_secs: self.limits.cpu_secs * UNPACK_PATIENCE,
            wall_secs: self.limits.wall_secs * UNPACK_PATIENCE,
            ..self.limits.clone()
        };
        let unpacked = match self.pool.call_within(&limits, "unpack", &task) {
            Ok(unpacked) => unpacked,
            Err(Death::System(text)) => return Err(IntakeError::Worker(text)),
            Err(death) => Unpacked::Refused(death.obituary(&archive.path, &archive.sha256)),
        };
        if lone && unpacked != Unpacked::Office {
            delivery.kind = EntryKind::Zip;
        }
        match unpacked {
            Unpacked::Office => delivery.files.push(archive),
            Unpacked::Refused(finding) => {
                delivery.files.push(SourceFile { refused: Some(finding), ..archive });
            }
            Unpacked::Files { files, findings } => {
                delivery.findings.extend(findings);
                for mut file in files {
                    file.path = taken.claim(file.path);
                    delivery.files.push(file);
                }
            }
        }
        Ok(())
    }

    fn sight(&self) -> Arrival {
        Arrival { at: self.now, by: self.by, last_look: self.last_look }
    }

    /// The arrival is kept from the first sight of this fingerprint, and of this content: a file
    /// that was only touched did not arrive again.
    fn seen(&self, entry: &str, scan: &Scan, content: Option<&str>) -> Seen {
        let same_content = |seen: &&Seen| content.is_some() && seen.content.as_deref() == content;
        let before = self.known(entry, scan);
        let first = before.or_else(|| self.known.get(entry).filter(same_content));
        Seen {
            fingerprint: scan.fingerprint.clone(),
            first_seen: before.map_or(self.now, |seen| seen.first_seen),
            arrival: first.map_or_else(|| self.sight(), |seen| seen.arrival.clone()),
            content: content.map(str::to_owned),
            settled: content.is_some(),
            gone: false,
        }
    }
}

fn entry_kind(scan: &Scan, zip: bool) -> EntryKind {
    match (scan.folder, zip) {
        (true, _) => EntryKind::Folder,
        (false, true) => EntryKind::Zip,
        (false, false) => EntryKind::Lone,
    }
}

fn is_archive(file: &SourceFile) -> bool {
    file.kind == FileKind::Zip
        && name::ending(&file.path) == "zip"
        && file.refused.is_none()
        && !file.litter
        && !file.sha256.is_empty()
}

/// Names a content: hash over the sorted (path, sha256) of its files. Litter is no content, so a
/// lock file or a preview makes no new version; markers are.
fn content(files: &[SourceFile]) -> String {
    let mut text = String::new();
    for file in files.iter().filter(|file| !name::lies_in_litter(&file.path)) {
        text.push_str(&file.path);
        text.push('\0');
        text.push_str(&file.sha256);
        text.push('\n');
    }
    sha256_hex(text.as_bytes())
}
