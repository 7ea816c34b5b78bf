//! The registers of the office: workbooks beside the inbox, read through the wall as any other.

use super::{RunError, program, sound_pack};
use crate::blobs::{Blobs, sha256_hex};
use crate::config::Settings;
use crate::intake::sniff;
use crate::normalize;
use crate::pack::LoadedPack;
use crate::read::{Content, Parsed, ReadTask};
use crate::wall::Pool;
use std::path::Path;

/// The registers there can be.
const NAMES: [&str; 4] = ["units", "census", "integrity", "last-year"];

/// Reads the registers that the configuration names into the pack, whose hash then names them too.
pub(crate) fn attach(
    pack: &mut LoadedPack,
    settings: &Settings,
    blobs: &Blobs,
) -> Result<(), RunError> {
    if settings.registers.is_empty() {
        return Ok(());
    }
    let pool = Pool::new(program()?, 1, settings.limits.clone());
    let mut registers = pack.pack.registers.clone();
    let mut named = pack.hash.clone();
    for (name, path) in &settings.registers {
        let wrong = |what: String| RunError::Register { name: name.clone(), what };
        if !NAMES.contains(&name.as_str()) {
            return Err(wrong(format!("there is no such register, only {}", NAMES.join(", "))));
        }
        let shown = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
        let task = task(path, &shown, blobs).map_err(&wrong)?;
        let parsed = pool.call::<ReadTask, Parsed>("read", &task);
        let parsed = parsed.map_err(|death| wrong(format!("reading {shown} ended: {death:?}")))?;
        let Content::Workbook(book) = &parsed.content else {
            let why: Vec<&str> = parsed.findings.iter().map(|f| f.message.as_str()).collect();
            return Err(wrong(format!("{shown} is no workbook {}", why.join("; "))));
        };
        if !normalize::read_register(&mut registers, name, &shown, book, &pack.pack) {
            return Err(wrong(format!("{shown} has no table with the columns of this register")));
        }
        named.push_str(&format!("|{name}={}", task.sha256));
    }
    pack.pack.registers = registers;
    pack.hash = sha256_hex(named.as_bytes());
    Ok(())
}

/// The pack with the registers, read through a folder that is gone afterwards.
pub(super) fn loaded(settings: &Settings) -> Result<LoadedPack, RunError> {
    let mut pack = sound_pack(settings)?;
    if !settings.registers.is_empty() {
        let dir = tempfile::Builder::new()
            .prefix("dossier-registers-")
            .tempdir()
            .map_err(RunError::io("cannot make a folder for temporary files"))?;
        let blobs = Blobs::open(dir.path()).map_err(RunError::io("cannot keep temporary files"))?;
        attach(&mut pack, settings, &blobs)?;
    }
    Ok(pack)
}

fn task(path: &Path, shown: &str, blobs: &Blobs) -> Result<ReadTask, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let stored = blobs.put(&bytes).map_err(|e| e.to_string())?;
    Ok(ReadTask {
        blob: blobs.path(&stored.sha256),
        blobs: blobs.root().to_owned(),
        path: shown.to_owned(),
        kind: sniff(&stored.head, shown),
        sha256: stored.sha256,
    })
}
