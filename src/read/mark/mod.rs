//! A workbook goes back to its sender with the bad cells coloured and commented.
//!
//! Comes in: the workbook as it came and what is to be said at which cell. Goes out: a copy in the
//! blob store. Of an xlsx only the marked sheets, their comments and the style sheet are edited, and
//! in those only the places concerned; every other part is copied as it is. A workbook of another
//! format is written anew from the cells that were read. The copy names the file it was made of. Runs in the worker process only.

mod fresh;
mod notes;
mod original;
mod sheet;
mod styles;
#[cfg(test)]
mod tests;
mod workbook;
mod xml;

pub(super) use original::named as original;

use super::{Content, ReadTask, parse};
use crate::blobs::Blobs;
use crate::wall::{Limits, Task};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;

/// Namespace of relations in the usual dialect.
const TRANSITIONAL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// Namespace of relations in the strict dialect.
const STRICT: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships";

/// Most marks of one workbook.
const MOST_MARKS: usize = 2_000;
/// Largest workbook that is sent back.
const MOST_BYTES: u64 = 64 << 20;
/// Most characters of one comment.
const MOST_CHARS: usize = 1_500;

/// How grave a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// We are asking.
    Ask,
    /// Better changed.
    Warn,
    /// Must be changed.
    Error,
}

/// Something to be said at a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// The sheet.
    pub sheet: String,
    /// The cell in A1 form.
    pub cell: String,
    /// How grave it is.
    pub tone: Tone,
    /// What is said.
    pub text: String,
}

/// One workbook for the worker to mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkTask {
    /// The workbook as for reading.
    pub file: ReadTask,
    /// Its true kind in one word.
    pub kind: String,
    /// What to mark.
    pub marks: Vec<Mark>,
}

impl Task for MarkTask {
    fn subject(&self) -> &str {
        &self.file.sha256
    }
}

/// A marked copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// SHA-256 of the copy in the blob store.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Its ending: `xlsx` or `xlsm`.
    pub ending: String,
}

/// What is said in one sheet, by cell.
type Said = BTreeMap<sheet::Place, (Tone, String)>;

/// Marks a workbook; none when nothing could be marked. Runs in the worker process only.
///
/// # Errors
/// When the blob store fails.
pub fn mark(task: &MarkTask, limits: &Limits) -> io::Result<Option<Marked>> {
    if std::fs::metadata(&task.file.blob)?.len() > MOST_BYTES {
        return Ok(None);
    }
    let said = by_sheet(&task.marks);
    let surgical = match task.kind.as_str() {
        "xlsx" | "xlsm" => workbook::edit(&task.file.blob, &task.file.sha256, &said, limits),
        _ => None,
    };
    let (bytes, ending) = match surgical {
        Some(bytes) => (bytes, task.kind.as_str()),
        None => match parse(&task.file, limits).content {
            Content::Workbook(book) => match fresh::write(&book, &task.file.sha256, &said) {
                Some(bytes) => (bytes, "xlsx"),
                None => return Ok(None),
            },
            _ => return Ok(None),
        },
    };
    let stored = Blobs::open(&task.file.blobs)?.put(&bytes)?;
    Ok(Some(Marked { sha256: stored.sha256, bytes: stored.bytes, ending: ending.to_owned() }))
}

/// The marks of each sheet by cell: the gravest tone, everything that is said.
fn by_sheet(marks: &[Mark]) -> BTreeMap<String, Said> {
    let mut out: BTreeMap<String, Said> = BTreeMap::new();
    for mark in marks.iter().take(MOST_MARKS) {
        let Some(place) = sheet::parse_place(&mark.cell) else { continue };
        let said = out.entry(mark.sheet.clone()).or_default();
        say(said, place, mark.tone, &mark.text);
    }
    out
}

fn say(said: &mut Said, place: sheet::Place, tone: Tone, text: &str) {
    let (worst, all) = said.entry(place).or_insert_with(|| (tone, notes::MARKER.to_owned()));
    *worst = (*worst).max(tone);
    let room = MOST_CHARS.saturating_sub(all.chars().count());
    if room > 1 {
        if all != notes::MARKER {
            all.push('\n');
        }
        all.extend(text.chars().take(room));
    }
}
