//! What if: the same applicants judged by two packs, and whose decision flips.
//!
//! The times of handing in are left out of both judgements: last year's drop folder is late by this
//! year's circular, and that is not what is asked.

use super::{RunError, decide::word, local, pool, reading, registers, sound_pack, try_entry};
use crate::blobs::Blobs;
use crate::check::{self, Decision, History, Judgement, Report};
use crate::config::Settings;
use crate::diag::Finding;
use crate::intake::{self, Delivery, SourceFile};
use crate::ledger::Ledger;
use crate::normalize::{self, Chain, FiledFile, Filing};
use crate::pack::LoadedPack;
use crate::text::mask_id;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

/// Two judgements of the same applicants.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// `dossier/compare/1`
    pub schema: &'static str,
    /// The first pack.
    pub before: String,
    /// The second pack.
    pub after: String,
    /// Where the applicants come from: `ledger` or `inbox`.
    pub source: &'static str,
    /// How many were judged by both.
    pub applicants: usize,
    /// Whose decision is another.
    pub flips: Vec<Flip>,
}

/// One applicant whose decision is another under the second pack.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Flip {
    pub unit: String,
    pub name: String,
    pub id_no: String,
    pub trade: String,
    pub level: String,
    pub before: Decision,
    pub after: Decision,
    /// Grave findings that only the second pack has.
    pub because: Vec<Finding>,
    /// Grave findings that only the first pack has.
    pub no_longer: Vec<Finding>,
}

impl Flip {
    /// The two decisions in words.
    pub fn words(&self) -> (&'static str, &'static str) {
        (word(self.before), word(self.after))
    }
}

/// Judges the applicants of the ledger of `before` (or of the inbox, when it has none or
/// `from_inbox` says so) by both packs. Nothing is kept.
///
/// # Errors
/// When a pack cannot be used, or the inbox or the ledger cannot be read.
pub fn compare(
    settings: &Settings,
    before: &str,
    after: &str,
    from_inbox: bool,
) -> Result<Compared, RunError> {
    let dir = tempfile::Builder::new()
        .prefix("dossier-compare-")
        .tempdir()
        .map_err(RunError::io("cannot make a folder for temporary files"))?;
    let blobs = Blobs::open(dir.path()).map_err(RunError::io("cannot keep temporary files"))?;
    let old = timeless(settings, before, &blobs)?;
    let new = timeless(settings, after, &blobs)?;
    let mut ledger = Ledger::look(&settings.state, before)?;
    let filed: BTreeMap<String, Vec<Filing>> =
        ledger.as_ref().map(Ledger::filings).transpose()?.unwrap_or_default();
    let use_inbox = from_inbox || filed.is_empty();
    let stock = if use_inbox { blobs } else { stored(settings)? };
    let deliveries: Vec<Delivery> = if use_inbox {
        dropped(settings, &stock)?
    } else {
        let current = filed.into_values().filter_map(|mut contents| contents.pop());
        current.map(|filing| delivery_of(filing, &stock)).collect()
    };
    let today = local(settings.now).date_naive();
    let pool = pool(settings)?;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for delivery in deliveries {
        let known = ledger.as_mut().filter(|_| !use_inbox);
        let read = reading::again(delivery, &stock, &pool, known, &settings.limits);
        for (pack, chains) in [(&old, &mut first), (&new, &mut second)] {
            let current = normalize::normalize(&read, &pack.pack, today);
            chains.push(Chain { current, earlier: Vec::new() });
        }
    }
    let judge = |pack: &LoadedPack, chains: &[Chain]| {
        let submissions = normalize::assemble(chains, &pack.pack);
        check::check(&submissions, &pack.pack, &History::default(), local(settings.now))
    };
    let (first, second) = (judge(&old, &first), judge(&new, &second));
    Ok(Compared {
        schema: "dossier/compare/1",
        before: before.to_owned(),
        after: after.to_owned(),
        source: if use_inbox { "inbox" } else { "ledger" },
        applicants: first.judgements.keys().filter(|k| second.judgements.contains_key(*k)).count(),
        flips: flips(&first, &second),
    })
}

/// A pack without its times of handing in.
fn timeless(settings: &Settings, id: &str, blobs: &Blobs) -> Result<LoadedPack, RunError> {
    let settings = Settings { circular: id.to_owned(), ..settings.clone() };
    let mut pack = sound_pack(&settings)?;
    registers::attach(&mut pack, &settings, blobs)?;
    pack.pack.windows.retain(|window| window.stage != "register");
    Ok(pack)
}

fn stored(settings: &Settings) -> Result<Blobs, RunError> {
    Blobs::open(settings.state.join("blobs")).map_err(RunError::io("cannot open the blob store"))
}

/// Everything that lies in the inbox now.
fn dropped(settings: &Settings, blobs: &Blobs) -> Result<Vec<Delivery>, RunError> {
    let shown = settings.inbox.display().to_string();
    let mut names = Vec::new();
    for item in std::fs::read_dir(&settings.inbox).map_err(RunError::io(&shown))? {
        names.push(item.map_err(RunError::io(&shown))?.path());
    }
    names.sort();
    let pool = pool(settings)?;
    let litter = |place: &Path| {
        place.file_name().is_some_and(|name| intake::is_litter(&name.to_string_lossy()))
    };
    let mut out = Vec::new();
    for place in names.iter().filter(|place| !litter(place)) {
        out.extend(try_entry::take_in_one(settings, place, blobs, &pool)?);
    }
    Ok(out)
}

/// A delivery as it was when the ledger filed it.
fn delivery_of(filing: Filing, blobs: &Blobs) -> Delivery {
    let files = filing.files.iter().map(|file| source_file(file, blobs)).collect();
    Delivery {
        entry: filing.entry,
        sender: filing.sender,
        kind: intake::EntryKind::Folder,
        content: filing.content,
        files,
        arrival: filing.arrival,
        settled: true,
        findings: Vec::new(),
    }
}

fn source_file(file: &FiledFile, blobs: &Blobs) -> SourceFile {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let mut head = Vec::new();
    if let Ok(stored) = std::fs::File::open(blobs.path(&file.sha256)) {
        let _ = stored.take(HEAD).read_to_end(&mut head);
    }
    SourceFile {
        path: file.path.clone(),
        sha256: file.sha256.clone(),
        bytes: file.bytes,
        kind: intake::sniff(&head, &file.path),
        litter: intake::is_litter(name),
        refused: file.findings.first().filter(|_| file.sha256.is_empty()).cloned(),
    }
}

/// So many bytes tell what a file is.
const HEAD: u64 = 4096;

fn flips(first: &Report, second: &Report) -> Vec<Flip> {
    let both =
        first.judgements.iter().filter_map(|(key, a)| Some((a, second.judgements.get(key)?)));
    let changed = both.filter(|(a, b)| a.decision != b.decision);
    let mut flips: Vec<Flip> = changed.map(|(a, b)| flip(a, b)).collect();
    flips.sort_by(|a, b| (&a.unit, &a.name, &a.id_no).cmp(&(&b.unit, &b.name, &b.id_no)));
    flips
}

fn flip(a: &Judgement, b: &Judgement) -> Flip {
    let text = |fact: &str| super::context::text(&b.record, fact);
    let grave = |f: &&Finding| f.blocks() || f.needs_person;
    let codes = |j: &Judgement| -> BTreeSet<String> {
        j.findings.iter().filter(grave).map(|f| f.code.to_string()).collect()
    };
    let only = |own: &Judgement, other: &Judgement| -> Vec<Finding> {
        let known = codes(other);
        let new = |f: &&Finding| !known.contains(f.code.as_str());
        own.findings.iter().filter(grave).filter(new).cloned().collect()
    };
    Flip {
        unit: text("unit.name"),
        name: text("person.name"),
        id_no: mask_id(&text("person.id_no")),
        trade: text("apply.trade"),
        level: text("apply.level"),
        before: a.decision,
        after: b.decision,
        because: only(b, a),
        no_longer: only(a, b),
    }
}
