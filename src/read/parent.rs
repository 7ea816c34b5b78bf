//! The parent side: every file of a delivery goes through the wall, or comes from the cache.

use super::refusal::Refusal;
use super::{Content, FileReading, Parsed, ReadTask, Reading};
use crate::blobs::{Blobs, sha256_hex};
use crate::intake::{Delivery, SourceFile};
use crate::wall::Death;
use rayon::prelude::*;

/// Raised whenever the readers read differently; everything cached before is read again.
pub const EPOCH: u32 = 9;

/// How a task reaches the worker.
pub type Call<'a> = &'a (dyn Fn(&ReadTask) -> Result<Parsed, Death> + Sync);
/// Looks up what was read before under a key.
pub type Cached<'a> = &'a (dyn Fn(&str) -> Option<Parsed> + Sync);
/// Keeps what was read under a key.
pub type Store<'a> = &'a (dyn Fn(&str, &Parsed) + Sync);

/// Reads every file of a delivery, in order.
pub fn read(
    delivery: Delivery,
    call: Call<'_>,
    blobs: &Blobs,
    cached: Cached<'_>,
    store: Store<'_>,
) -> Reading {
    let files =
        delivery.files.par_iter().map(|file| read_file(file, call, blobs, cached, store)).collect();
    Reading { delivery, files }
}

fn read_file(
    file: &SourceFile,
    call: Call<'_>,
    blobs: &Blobs,
    cached: Cached<'_>,
    store: Store<'_>,
) -> FileReading {
    let without = |content, findings| FileReading {
        file: file.clone(),
        kind: file.kind.word().to_owned(),
        content,
        findings,
    };
    if file.litter {
        return without(Content::Litter, Vec::new());
    }
    if let Some(finding) = &file.refused {
        return without(Content::Refused, vec![finding.clone()]);
    }
    if file.sha256.is_empty() {
        return without(Content::Refused, vec![Refusal::damaged().finding(&file.path)]);
    }
    let key = key(file);
    let parsed = match cached(&key) {
        Some(parsed) => parsed,
        None => {
            let task = ReadTask {
                blob: blobs.path(&file.sha256),
                blobs: blobs.root().to_owned(),
                path: file.path.clone(),
                kind: file.kind,
                sha256: file.sha256.clone(),
            };
            match call(&task) {
                Ok(parsed) => {
                    store(&key, &parsed);
                    parsed
                }
                // not kept with what was read: the pool knows what ended its children
                Err(death) => {
                    return without(
                        Content::Refused,
                        vec![death.obituary(&file.path, &file.sha256)],
                    );
                }
            }
        }
    };
    FileReading {
        file: file.clone(),
        kind: parsed.kind,
        content: parsed.content,
        findings: parsed.findings,
    }
}

/// The path is part of the key: findings and sheet names carry it.
fn key(file: &SourceFile) -> String {
    let parts = ["read", &EPOCH.to_string(), file.kind.word(), &file.sha256, &file.path];
    sha256_hex(parts.join("\0").as_bytes())
}
