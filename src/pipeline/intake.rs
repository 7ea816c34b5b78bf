//! The inbox into the ledgers: every entry is looked at and read once, and filed for the circular
//! it belongs to.

use super::{Office, RunError, reading, receive};
use crate::intake::{Arrived, Delivery, Inbox, Look, Seen, Witness};
use crate::ledger::{Ledger, WitnessRow};
use crate::normalize::{self, Filing};
use crate::pack::Pack;
use crate::read::Reading;
use crate::text::{fold, shown};
use crate::wall::Pool;
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// One circular with its ledger.
pub(super) struct Desk<'a> {
    pub(super) office: &'a Office,
    pub(super) ledger: Ledger,
    /// See [`Office::taken_under`].
    pub(super) under: String,
    /// Whether something was filed for it.
    pub(super) news: bool,
}

/// What a look at the inbox came to.
#[derive(Default)]
pub(super) struct Taken {
    /// Names of the entries that lie in the inbox.
    pub(super) there: BTreeSet<String>,
    /// Whether everything that settled was read.
    pub(super) whole: bool,
    /// What has not settled, by name.
    pub(super) unsettled: Vec<Delivery>,
}

/// Takes in and reads what needs no quiet, then what had to wait for it meanwhile.
pub(super) fn take_in(
    desks: &mut [Desk<'_>],
    pool: &Pool,
    by: Witness,
    observer: &dyn super::Observer,
) -> Result<Taken, RunError> {
    let Some(first) = desks.first() else { return Ok(Taken::default()) };
    let office = first.office;
    let before = seen(desks)?;
    let mut known = before.clone();
    if anew(desks)? {
        // what was settled is taken in again, with the arrival it had
        known.values_mut().for_each(|seen| seen.settled = false);
    }
    let mut looks = Vec::new();
    for desk in desks.iter() {
        looks.extend(desk.ledger.last_look()?);
    }
    let last_look = looks.iter().filter_map(|text| DateTime::parse_from_rfc3339(text).ok()).max();
    let inbox = Inbox {
        dir: &office.settings.inbox,
        blobs: &office.blobs,
        pool,
        limits: &office.settings.limits,
        settle: office.settings.settle,
        patience: office.settings.patience,
        now: office.now,
        by,
        last_look,
        known: &known,
    };
    let look = Look::begin(&inbox)?;
    let mut taken = Taken { whole: true, ..Taken::default() };
    file_all(desks, pool, look.ready()?, observer, &mut taken)?;
    let waiting = look.waiting();
    if waiting > 0 {
        observer.doing(&format!("等待 {waiting} 件传完"));
        let rest = look.rest(&|| observer.stopped())?;
        observer.note(&|| format!("looked again at {waiting} entries"));
        file_all(desks, pool, rest, observer, &mut taken)?;
    }
    taken.unsettled.sort_by(|a, b| a.entry.cmp(&b.entry));
    mark_gone(desks, &before, &taken)?;
    Ok(taken)
}

/// What was seen of each entry: of what several ledgers know, the earliest arrival counts.
fn seen(desks: &[Desk<'_>]) -> Result<BTreeMap<String, Seen>, RunError> {
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    for desk in desks {
        let own: BTreeMap<String, Seen> = desk.ledger.seen()?;
        for (entry, seen) in own {
            match all.get(&entry) {
                Some(known) if known.arrival.at <= seen.arrival.at => {}
                _ => {
                    all.insert(entry, seen);
                }
            }
        }
    }
    Ok(all)
}

/// Whether limits, packs or program are not those that things were taken in under.
fn anew(desks: &[Desk<'_>]) -> Result<bool, RunError> {
    for desk in desks {
        if desk.ledger.taken_under()?.is_some_and(|before| before != desk.under) {
            return Ok(true);
        }
    }
    // a circular that joins has read nothing of what lies here
    let mut read = BTreeSet::new();
    for desk in desks {
        read.insert(desk.ledger.taken_under()?.is_some());
    }
    Ok(read.len() > 1)
}

/// Reads what settled into the ledgers.
fn file_all(
    desks: &mut [Desk<'_>],
    pool: &Pool,
    arrived: Vec<Arrived>,
    observer: &dyn super::Observer,
    taken: &mut Taken,
) -> Result<(), RunError> {
    for Arrived { entry, seen, delivery } in arrived {
        taken.there.insert(entry.clone());
        match delivery {
            Some(delivery) if delivery.settled && observer.stopped() => {
                taken.whole = false;
                continue;
            }
            Some(delivery) if delivery.settled => {
                let start = Instant::now();
                observer.doing(&format!("读取 {}", shown(&entry)));
                let files = delivery.files.len();
                for desk in desks.iter_mut() {
                    witness_by_sight(&mut desk.ledger, &entry, &seen)?;
                }
                let cached = file(desks, pool, delivery)?;
                observer.note(&|| {
                    let (name, took) = (shown(&entry), start.elapsed());
                    format!("read {name}: {files} files, {cached} from the cache, {took:.1?}")
                });
            }
            Some(delivery) => {
                observer.note(&|| format!("unsettled: {}", shown(&entry)));
                taken.unsettled.push(delivery);
            }
            None => {
                observer.note(&|| format!("unchanged: {}", shown(&entry)));
                continue;
            }
        }
        // last, so that a killed pass takes the entry in again
        for desk in desks.iter() {
            desk.ledger.remember_seen(&entry, &seen)?;
        }
    }
    Ok(())
}

/// Reads one delivery and files it for its circular; gives how many files were known.
fn file(desks: &mut [Desk<'_>], pool: &Pool, delivery: Delivery) -> Result<usize, RunError> {
    let Some(first) = desks.first_mut() else { return Ok(0) };
    let (reading, cached) = reading::read(first.office, &mut first.ledger, pool, delivery)?;
    let (desk, filing) = match owner(desks, &reading)? {
        Owner::One(n) => {
            let office = desks[n].office;
            let day = office.now.date_naive();
            (n, normalize::normalize(&reading, &office.pack.pack, day))
        }
        Owner::Unclear(titles) => {
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            (0, normalize::undecided(&reading, &titles))
        }
    };
    let desk = &mut desks[desk];
    desk.ledger.add_filing(&filing.entry, &filing.content, &filing)?;
    desk.news = true;
    Ok(cached)
}

/// The circular a delivery belongs to.
enum Owner {
    One(usize),
    /// Titles of those it may belong to.
    Unclear(Vec<String>),
}

fn owner(desks: &[Desk<'_>], reading: &Reading) -> Result<Owner, RunError> {
    let packs: Vec<&Pack> = desks.iter().map(|desk| &desk.office.pack.pack).collect();
    if packs.len() == 1 {
        return Ok(Owner::One(0));
    }
    if let Some(n) = answered(desks, reading)? {
        return Ok(Owner::One(n));
    }
    let mut left = normalize::candidates(reading, &packs);
    if left.len() > 1 {
        // what adds to something filed before goes where that went
        let known = known_to(desks, &left, &reading.delivery)?;
        if !known.is_empty() {
            left = known;
        }
    }
    match left.as_slice() {
        [one] => Ok(Owner::One(*one)),
        many => {
            let title = |n: &usize| packs.get(*n).map(|pack| pack.circular.title.clone());
            Ok(Owner::Unclear(many.iter().filter_map(title).collect()))
        }
    }
}

/// The circular whose cases an answered 待定事项 names.
fn answered(desks: &[Desk<'_>], reading: &Reading) -> Result<Option<usize>, RunError> {
    let Some(first) = desks.first() else { return Ok(None) };
    let office = first.office;
    let filing = normalize::normalize(reading, &office.pack.pack, office.now.date_naive());
    if filing.answers.is_empty() {
        return Ok(None);
    }
    for (n, desk) in desks.iter().enumerate() {
        let cases = desk.ledger.cases()?;
        let ours = |number: &str| cases.values().any(|case| case.is_called(number));
        if filing.answers.iter().any(|answer| ours(&answer.case)) {
            return Ok(Some(n));
        }
    }
    Ok(None)
}

/// Of the circulars those that have something of this entry or this sender on file.
fn known_to(
    desks: &[Desk<'_>],
    left: &[usize],
    delivery: &Delivery,
) -> Result<Vec<usize>, RunError> {
    let sender = fold(&delivery.sender);
    let mut known = Vec::new();
    for (n, desk) in desks.iter().enumerate().filter(|(n, _)| left.contains(n)) {
        let filings: BTreeMap<String, Vec<Filing>> = desk.ledger.filings()?;
        let ours = |filing: &Filing| {
            let unit = |row: &normalize::Row| {
                let name = row.record.get("unit.name").and_then(|f| f.value.as_ref());
                name.is_some_and(|value| fold(&value.text()) == sender)
            };
            !filing.rows.is_empty()
                && (fold(&filing.sender) == sender || filing.rows.iter().any(unit))
        };
        if filings.values().flatten().any(ours) {
            known.push(n);
        }
    }
    Ok(known)
}

/// A person's word on what no pass had read yet is from now on about its content.
fn witness_by_sight(ledger: &mut Ledger, entry: &str, seen: &Seen) -> Result<(), RunError> {
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

/// Remembers which entries were taken out of the inbox, and which of them came back as they were.
/// An entry whose content now belongs to another circular is gone for the one it was filed for.
fn mark_gone(
    desks: &[Desk<'_>],
    before: &BTreeMap<String, Seen>,
    taken: &Taken,
) -> Result<(), RunError> {
    for desk in desks {
        let now: BTreeMap<String, Seen> = desk.ledger.seen()?;
        for (entry, seen) in &now {
            let there = taken.there.contains(entry);
            let elsewhere = desks.len() > 1 && there && filed_elsewhere(desks, desk, entry, seen)?;
            let gone = !there || elsewhere;
            // what was read anew is remembered already
            let stale = before.get(entry) == Some(seen) || elsewhere;
            if seen.gone != gone && stale {
                desk.ledger.remember_seen(entry, &Seen { gone, ..seen.clone() })?;
            }
        }
    }
    Ok(())
}

/// Whether what lies there now is on file, but not here.
fn filed_elsewhere(
    desks: &[Desk<'_>],
    here: &Desk<'_>,
    entry: &str,
    seen: &Seen,
) -> Result<bool, RunError> {
    let Some(content) = &seen.content else { return Ok(false) };
    let has = |desk: &Desk<'_>| -> Result<bool, RunError> {
        Ok(desk.ledger.filed_content(entry)?.as_ref() == Some(content))
    };
    if here.ledger.filed_content(entry)?.is_none() || has(here)? {
        return Ok(false);
    }
    for desk in desks {
        if has(desk)? {
            return Ok(true);
        }
    }
    Ok(false)
}
