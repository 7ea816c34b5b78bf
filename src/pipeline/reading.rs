//! One delivery through the readers, with what was read before taken from the ledger.

use super::{Office, RunError};
use crate::blobs::{Blobs, sha256_hex};
use crate::intake::Delivery;
use crate::ledger::Ledger;
use crate::normalize::{self, Filing};
use crate::pack::Pack;
use crate::read::{self, Content, Parsed, ReadTask, Reading};
use crate::wall::{Limits, Pool};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Reads one delivery, remembers what its files are, and tells how many of them were known.
pub(crate) fn read(
    office: &Office,
    ledger: &mut Ledger,
    pool: &Pool,
    delivery: Delivery,
) -> Result<(Reading, usize), RunError> {
    let fresh: Mutex<BTreeMap<String, String>> = Mutex::default();
    let known = AtomicUsize::new(0);
    let salt = salt(&office.settings.limits);
    let reading = {
        let shared = Mutex::new(&mut *ledger);
        let cached = |key: &str| -> Option<Parsed> {
            let body = shared.lock().ok()?.parsed(&salted(&salt, key)).ok()??;
            let parsed = serde_json::from_str(&body).ok()?;
            known.fetch_add(1, Ordering::Relaxed);
            Some(parsed)
        };
        let store = |key: &str, parsed: &Parsed| {
            if let (Ok(body), Ok(mut fresh)) = (serde_json::to_string(parsed), fresh.lock()) {
                fresh.insert(salted(&salt, key), body);
            }
        };
        let call = |task: &ReadTask| pool.call::<ReadTask, Parsed>("read", task);
        read::read(delivery, &call, &office.blobs, &cached, &store)
    };
    let blobs = blobs_of(&reading);
    office.blobs.settle(&blobs).map_err(RunError::io("cannot write the blob store"))?;
    ledger.remember_parsed(&fresh.into_inner().unwrap_or_default())?;
    Ok((reading, known.into_inner()))
}

/// Every blob that the ledger will name because of a reading.
fn blobs_of(reading: &Reading) -> BTreeSet<&str> {
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

/// Reads and normalizes one delivery and remembers nothing.
pub(crate) fn once(
    delivery: Delivery,
    blobs: &Blobs,
    pool: &Pool,
    pack: &Pack,
    today: NaiveDate,
) -> Filing {
    let call = |task: &ReadTask| pool.call::<ReadTask, Parsed>("read", task);
    let reading = read::read(delivery, &call, blobs, &|_| None, &|_, _| {});
    normalize::normalize(&reading, pack, today)
}

/// Reads a delivery, with what a ledger remembers of its files; remembers nothing.
pub(crate) fn again(
    delivery: Delivery,
    blobs: &Blobs,
    pool: &Pool,
    ledger: Option<&mut Ledger>,
    limits: &Limits,
) -> Reading {
    let salt = salt(limits);
    let shared = Mutex::new(ledger);
    let cached = |key: &str| -> Option<Parsed> {
        let body = shared.lock().ok()?.as_ref()?.parsed(&salted(&salt, key)).ok()??;
        serde_json::from_str(&body).ok()
    };
    let call = |task: &ReadTask| pool.call::<ReadTask, Parsed>("read", task);
    read::read(delivery, &call, blobs, &cached, &|_, _| {})
}

/// A file past a limit is read as a refusal: under other limits it is another answer.
fn salt(limits: &Limits) -> String {
    serde_json::to_string(limits).unwrap_or_default()
}

fn salted(salt: &str, key: &str) -> String {
    sha256_hex(format!("{key}|{salt}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_part_of_the_key() {
        let usual = Limits::default();
        let tight = Limits { image_pixels: 1000, ..Limits::default() };
        let key = |limits: &Limits| salted(&salt(limits), "ab");
        assert_eq!(key(&usual), key(&Limits::default()));
        assert_ne!(key(&usual), key(&tight));
    }
}
