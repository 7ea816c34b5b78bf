//! The sender's own workbooks with the bad cells marked.

use super::desk::Desk;
use super::{Judged, Sender, is_accepted};
use crate::blobs::sha256_hex;
use crate::diag::{Finding, Severity};
use crate::intake::FileKind;
use crate::normalize::{FiledFile, Submission, Verdict};
use crate::pipeline::{RunError, pool};
use crate::publish::{Item, ItemSource, ReleasedFile};
use crate::read::{Mark, MarkTask, Marked, ReadTask, Tone};
use crate::text::mask_ids;
use rayon::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Raised whenever the same marks give other bytes.
const EPOCH: u32 = 2;

/// The marked copies by the folder they go to.
pub(super) type Copies = BTreeMap<String, Vec<Item>>;

/// A workbook to mark.
struct Job {
    folder: String,
    stem: &'static str,
    key: String,
    task: MarkTask,
}

/// Marks every workbook in which something must be mended.
pub(super) fn marked(
    desk: &Desk<'_>,
    judged: &Judged,
    senders: &[Sender<'_>],
) -> Result<Copies, RunError> {
    let jobs: Vec<Job> = senders.iter().flat_map(|sender| jobs(desk, judged, sender)).collect();
    let mut known = BTreeMap::new();
    for job in &jobs {
        if let Some(copy) = remembered(desk, &job.key)? {
            known.insert(job.key.clone(), copy);
        }
    }
    let settings = &desk.office.settings;
    let pool = pool(settings)?;
    let fresh: Vec<(String, Option<Marked>)> = jobs
        .par_iter()
        .filter(|job| !known.contains_key(&job.key))
        // a workbook that cannot be marked goes back by its notice alone
        .filter_map(|job| Some((job.key.clone(), pool.call("mark", &job.task).ok()?)))
        .collect();
    for (key, copy) in fresh {
        if let Ok(body) = serde_json::to_string(&copy) {
            desk.ledger.remember_task(&key, &body)?;
        }
        known.insert(key, copy);
    }
    let mut copies = Copies::new();
    for job in jobs {
        let Some(Some(copy)) = known.get(&job.key) else { continue };
        let items = copies.entry(job.folder.clone()).or_default();
        let path = free(&job, &copy.ending, items);
        items.push(item(desk, path, copy, &job.task.file.sha256));
    }
    Ok(copies)
}

/// A copy made before; the outer none when it was never tried or is lost.
fn remembered(desk: &Desk<'_>, key: &str) -> Result<Option<Option<Marked>>, RunError> {
    let Some(body) = desk.ledger.task(key)? else { return Ok(None) };
    let copy: Option<Option<Marked>> = serde_json::from_str(&body).ok().map(Some).unwrap_or(None);
    let there = |copy: &Option<Marked>| {
        copy.as_ref().is_none_or(|copy| desk.office.blobs.has(&copy.sha256))
    };
    Ok(copy.filter(there))
}

/// The first free name: `申报表-已标注.xlsx`, then `-2`, `-3`.
fn free(job: &Job, ending: &str, taken: &[Item]) -> String {
    let stem = format!("{}/{}-已标注", job.folder, job.stem);
    let is_free = |path: &String| {
        let bare = |path: &str| path.rsplit_once('.').map(|(stem, _)| stem.to_owned());
        taken.iter().all(|item| bare(&item.file.path) != bare(path))
    };
    let numbered = (2..).map(|n: u32| format!("{stem}-{n}.{ending}"));
    std::iter::once(format!("{stem}.{ending}"))
        .chain(numbered)
        .find(is_free)
        .expect("only finitely many names are taken")
}

fn item(desk: &Desk<'_>, path: String, copy: &Marked, from: &str) -> Item {
    let file = ReleasedFile {
        path,
        sha256: copy.sha256.clone(),
        bytes: copy.bytes,
        pages: None,
        kind: "marked".to_owned(),
        case: None,
        inputs: vec![from.to_owned()],
        notes: Vec::new(),
    };
    Item { file, source: ItemSource::File(desk.office.blobs.path(&copy.sha256)) }
}

fn jobs(desk: &Desk<'_>, judged: &Judged, sender: &Sender<'_>) -> Vec<Job> {
    let mut jobs = Vec::new();
    for submission in &sender.submissions {
        for file in &submission.files {
            let Some(kind) = container(file) else { continue };
            let marks = marks(judged, submission, file);
            if !marks.iter().any(|mark| mark.tone == Tone::Error) {
                continue;
            }
            let blobs = &desk.office.blobs;
            let task = MarkTask {
                file: ReadTask {
                    blob: blobs.path(&file.sha256),
                    blobs: blobs.root().to_owned(),
                    path: file.path.clone(),
                    kind,
                    sha256: file.sha256.clone(),
                },
                kind: file.kind.clone(),
                marks: marks.into_iter().collect(),
            };
            let key = json!({"mark": EPOCH, "sha256": file.sha256, "kind": file.kind,
                "path": file.path, "marks": task.marks});
            let stem = if file.used_as.as_deref() == Some("census") {
                "技师人数"
            } else {
                "申报表"
            };
            let key = sha256_hex(key.to_string().as_bytes());
            jobs.push(Job { folder: sender.folder(), stem, key, task });
        }
    }
    jobs
}

/// How the reader is to take a workbook; none for other files.
fn container(file: &FiledFile) -> Option<FileKind> {
    let table = matches!(file.used_as.as_deref(), None | Some("roster" | "census"));
    // what came late is not used: nothing in it is to be mended
    let late = file.code.as_deref().is_some_and(|code| code.starts_with("WN-"));
    if !table || late || file.sha256.is_empty() || file.verdict == Verdict::Duplicate {
        return None;
    }
    match file.kind.as_str() {
        "xlsx" | "xlsm" | "xlsb" | "ods" => Some(FileKind::Zip),
        "xls" => Some(FileKind::Ole),
        "html" | "xml" => Some(FileKind::Markup),
        "csv" => Some(FileKind::Text),
        _ => None,
    }
}

/// Everything to be said in one file, about the entry and about those who were not accepted.
fn marks(judged: &Judged, submission: &Submission, file: &FiledFile) -> BTreeSet<Mark> {
    let own = judged.report.submissions.get(&submission.source);
    // who is missing from the newest roster has a row only in an older one
    let people = submission
        .applicants
        .iter()
        .filter(|a| !a.omitted && !is_accepted(judged, a))
        .filter_map(|a| judged.report.judgements.get(&a.key.text));
    submission
        .findings
        .iter()
        .chain(&file.findings)
        .chain(own.into_iter().flatten())
        .chain(people.flat_map(|judgement| &judgement.findings))
        .filter(|finding| finding.origin.path == file.path)
        .filter_map(mark)
        .collect()
}

/// What a finding says at its cell; a grave one about a whole sheet stands at its first cell.
fn mark(finding: &Finding) -> Option<Mark> {
    let (tone, word) = if finding.blocks() {
        (Tone::Error, "必须改")
    } else if finding.needs_person {
        (Tone::Ask, "我们在问")
    } else if finding.severity == Severity::Warn {
        (Tone::Warn, "建议改")
    } else {
        return None;
    };
    let sheet = finding.origin.sheet.clone()?;
    let cell = match &finding.origin.cell {
        Some(cell) => cell.clone(),
        None => finding.blocks().then(|| "A1".to_owned())?,
    };
    let mut text = format!("{word}：{}", finding.message);
    if !finding.hint.is_empty() {
        text.push_str(&format!("\n怎样改：{}", finding.hint));
    }
    if !finding.clause.is_empty() {
        text.push_str(&format!("\n依据：{}", finding.clause));
    }
    Some(Mark { sheet, cell, tone, text: mask_ids(&text) })
}
