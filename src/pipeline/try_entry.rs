//! A dry run of one entry: the whole judgement, and nothing kept.

use super::judging::Judged;
use super::{RunError, answers, local, program, reading, registers, run_info, sound_pack, wire};
use crate::blobs::Blobs;
use crate::check::{self, History};
use crate::config::Settings;
use crate::intake::{self, Delivery, Inbox, Seen, Witness};
use crate::ledger::{Case, Ledger};
use crate::normalize::{self, Chain, Filing};
use crate::pack::{LoadedPack, Pack};
use crate::publish::WireReport;
use crate::read::Reading;
use crate::wall::Pool;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Judges what lies at `place` by itself. `temp` hears of the folder that holds the bytes meanwhile
/// and is gone afterwards.
///
/// # Errors
/// When nothing lies there, or pack, workers or the disk fail.
pub fn try_entry(
    settings: &Settings,
    place: &Path,
    show_ids: bool,
    temp: &dyn Fn(&Path),
) -> Result<WireReport, RunError> {
    let now = local(settings.now);
    let dir = tempfile::Builder::new()
        .prefix("dossier-check-")
        .tempdir()
        .map_err(RunError::io("cannot make a folder for temporary files"))?;
    temp(dir.path());
    let blobs = Blobs::open(dir.path()).map_err(RunError::io("cannot keep temporary files"))?;
    let pool = Pool::new(program()?, settings.jobs, settings.limits.clone());
    let ledger = Ledger::look(&settings.state, &settings.circular)?;
    let delivery = take_in(settings, place, &blobs, &pool, ledger.as_ref())?;
    let reading = reading::again(delivery, &blobs, &pool, None, &settings.limits);
    let (settings, filing, loaded) = filed(settings, &reading, &blobs, now)?;
    let settings = &settings;
    let ledger = Ledger::look(&settings.state, &settings.circular)?;
    let chain = Chain { current: filing, earlier: Vec::new() };
    let submissions = normalize::assemble(&[chain], &loaded.pack);
    let reviews = ledger.as_ref().map(Ledger::reviews).transpose()?.unwrap_or_default();
    let history = History { answers: answers::valid(&reviews, &submissions) };
    let report = check::check(&submissions, &loaded.pack, &history, now);
    let known = ledger.as_ref().map(Ledger::cases).transpose()?.unwrap_or_default();
    let cases = report.judgements.iter().map(|(key, judgement)| {
        // a case gets its number from a pass; until then it has none
        let (number, former) = known
            .get(key)
            .map_or_else(Default::default, |case| (case.number.clone(), case.former.clone()));
        (key.clone(), Case { number, key: key.clone(), decision: judgement.decision, former })
    });
    let cases = cases.collect();
    let judged = Judged { submissions, report, cases, versions: BTreeMap::new() };
    let run = run_info(&settings.circular, &loaded.hash, now, &judged, &[]);
    let pen = if show_ids { wire::Pen::Open } else { wire::Pen::Masked };
    Ok(wire::report(&judged, &[], &[], run, pen))
}

/// What was read, filed for the circular it belongs to: for the first with IN-122 where several may
/// be meant. What is on file of the sender is not asked.
fn filed(
    settings: &Settings,
    reading: &Reading,
    blobs: &Blobs,
    now: DateTime<FixedOffset>,
) -> Result<(Settings, Filing, LoadedPack), RunError> {
    let mut packs = Vec::new();
    for circular in &settings.circulars {
        let own = settings.of(circular);
        let mut loaded = sound_pack(&own)?;
        registers::attach(&mut loaded, &own, blobs)?;
        packs.push((own, loaded));
    }
    let all: Vec<&Pack> = packs.iter().map(|(_, loaded)| &loaded.pack).collect();
    let left = if all.len() > 1 { normalize::candidates(reading, &all) } else { vec![0] };
    let (at, filing) = match left.as_slice() {
        [one] => (*one, normalize::normalize(reading, all[*one], now.date_naive())),
        many => {
            let titles: Vec<&str> = many.iter().map(|n| all[*n].circular.title.as_str()).collect();
            (0, normalize::undecided(reading, &titles))
        }
    };
    let (own, loaded) = packs.swap_remove(at);
    Ok((own, filing, loaded))
}

/// Takes in one item of the inbox for a dry run; `None` when it changes or nothing is there.
pub(super) fn take_in_one(
    settings: &Settings,
    place: &Path,
    blobs: &Blobs,
    pool: &Pool,
) -> Result<Option<Delivery>, RunError> {
    match take_in(settings, place, blobs, pool, None) {
        Ok(delivery) => Ok(Some(delivery)),
        Err(RunError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn take_in(
    settings: &Settings,
    place: &Path,
    blobs: &Blobs,
    pool: &Pool,
    ledger: Option<&Ledger>,
) -> Result<Delivery, RunError> {
    let place = place
        .canonicalize()
        .map_err(|e| RunError::Refused(format!("cannot read `{}`: {e}", place.display())))?;
    let inbox = Inbox {
        dir: &settings.inbox,
        blobs,
        pool,
        limits: &settings.limits,
        settle: Duration::ZERO,
        patience: Duration::ZERO,
        now: local(settings.now),
        by: Witness::Run,
        last_look: None,
        known: &BTreeMap::new(),
    };
    let found = intake::collect_one(&inbox, &place)?;
    let mut delivery = found.ok_or_else(|| {
        RunError::Refused(format!("`{}` is no entry: nothing lies there", place.display()))
    })?;
    if !delivery.settled {
        let what = format!(
            "`{}` changes while it is read\nhint: wait until it is copied",
            place.display()
        );
        return Err(RunError::Refused(what));
    }
    let in_inbox = settings.inbox.canonicalize().is_ok_and(|dir| place.parent() == Some(&dir));
    if let (true, Some(ledger)) = (in_inbox, ledger) {
        let known: BTreeMap<String, Seen> = ledger.seen()?;
        if let Some(seen) = known.get(&delivery.entry)
            && seen.content.as_ref() == Some(&delivery.content)
        {
            delivery.arrival = seen.arrival.clone();
        }
    }
    Ok(delivery)
}

/// Reads a workbook somewhere on the disk behind the wall, for its answers.
pub(super) fn read_alone(settings: &Settings, place: &Path) -> Result<Filing, RunError> {
    let loaded = sound_pack(settings)?;
    let dir = tempfile::Builder::new()
        .prefix("dossier-decide-")
        .tempdir()
        .map_err(RunError::io("cannot make a folder for temporary files"))?;
    let blobs = Blobs::open(dir.path()).map_err(RunError::io("cannot keep temporary files"))?;
    let pool = Pool::new(program()?, 1, settings.limits.clone());
    let delivery = take_in(settings, place, &blobs, &pool, None)?;
    let today = local(settings.now).date_naive();
    Ok(reading::once(delivery, &blobs, &pool, &loaded.pack, today))
}
