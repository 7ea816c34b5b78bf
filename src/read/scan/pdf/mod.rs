//! PDF: two readers must agree on the pages, then the document is rewritten into clean objects.

mod chain;
mod copy;
mod hide;
mod layers;
mod look;
mod pictures;
mod removed;
mod stamp;
mod tree;

use super::{Admitted, Desk, blurred, coarse, shape, with_oversize};
use crate::diag::{Finding, Origin, Severity};
use crate::read::{PageInfo, Scan, ScanKind};
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use lopdf::xref::XrefRecovery;
use lopdf::{Document, LoadOptions};
use std::panic::catch_unwind;
use std::sync::Arc;
use tree::{Leaf, TreeError};

/// Most bytes one stream may inflate to.
const STREAM_BYTES: usize = 64 << 20;
/// Where the end mark must lie, counted from the end: some servers append to what they send.
const TAIL: usize = 64 << 10;

/// Admits a PDF.
pub(super) fn admit(desk: &Desk, bytes: Vec<u8>) -> Admitted {
    let bytes = Arc::new(bytes);
    if !has_tail(&bytes) {
        return Err(desk.unreadable("文件不完整（缺少结尾），请重新扫描或重新传送"));
    }
    let document = load(desk, &bytes)?;
    let rebuilt = document.xref_recovery == Some(XrefRecovery::Reconstructed);
    if rebuilt && (chain::loops(&bytes) || !begins_where_stated(&document, &bytes)) {
        return Err(desk.unreadable("文件内部目录已损坏，页数不能确认：请另存为 PDF 或重新扫描"));
    }
    let leaves = pages(desk, &document)?;
    let witnessed = witness(&bytes).map_err(|locked| refuse_load(desk, locked))?;
    if witnessed != leaves.len() {
        return Err(uncertain(desk, witnessed, leaves.len()));
    }
    drop(bytes);
    let clean = copy::clean(&document, &leaves).map_err(|stop| match stop {
        copy::Stop::TooLarge => desk.too_large("解压体积"),
        copy::Stop::Broken => desk.unreadable("页面内容无法解压，请另存为 PDF 或重新扫描"),
    })?;
    drop(document);
    let (scan, mut findings) = publish(desk, &leaves, clean)?;
    if rebuilt {
        let note = Finding::new("MT-154", desk.file()).arg("file", &desk.task.path);
        findings.push(note.build());
    }
    Ok((scan, findings))
}

/// Whether the catalog that was found is the one the file names.
fn begins_where_stated(document: &Document, bytes: &[u8]) -> bool {
    let found = document.trailer.get(b"Root").and_then(lopdf::Object::as_reference).ok();
    found.is_some_and(|found| chain::root(bytes) == Some(found) && document.has_object(found))
}

/// Stores the rewritten document and says what its pages are.
fn publish(desk: &Desk, leaves: &[Leaf], clean: copy::Clean) -> Admitted {
    let blob = desk.store(&clean.bytes)?;
    let seen = look::look(clean.bytes, &clean.pages)
        .ok_or_else(|| desk.unreadable("页面内容无法显示，请另存为 PDF 或重新扫描"))?;
    if seen.pages != leaves.len() {
        return Err(uncertain(desk, seen.pages, leaves.len()));
    }
    let mut findings = Vec::new();
    let mut pages = Vec::new();
    let looked = seen.blank.into_iter().zip(seen.pictures);
    for ((number, leaf), (blank, picture)) in (1u32..).zip(leaves).zip(looked) {
        let at = || Origin::page(desk.task.path.clone(), number);
        let (width_pt, height_pt) = leaf.shown();
        if blank {
            findings.push(Finding::new("MT-142", at()).arg("page", number).build());
        }
        if leaf.rotate != 0 {
            let turned = Finding::new("MT-145", at()).severity(Severity::Info);
            findings.push(turned.arg("page", number).arg("deg", leaf.rotate).build());
        }
        let dpi = picture.map(|p| p.dpi);
        if let Some(dpi) = dpi.filter(|dpi| !blank && *dpi < shape::LOW_DPI) {
            findings.push(coarse(desk, number, dpi));
        }
        let edge = picture.and_then(|p| p.edge).zip(dpi);
        findings.extend(edge.and_then(|(edge, dpi)| blurred(desk, number, edge, dpi)));
        pages.push(PageInfo { width_pt, height_pt, rotate: leaf.rotate, blank, dpi });
    }
    if !clean.removed.is_empty() {
        let note = Finding::new("MT-148", desk.file()).arg("file", &desk.task.path);
        let note = note.arg("what", removed::words(&clean.removed));
        findings.push(note.build());
    }
    if clean.unsure {
        let note = Finding::new("MT-149", desk.file()).arg("file", &desk.task.path);
        findings.push(note.build());
    }
    let findings = with_oversize(desk, &pages, findings);
    let thumbnail = seen.thumbnail.map(|jpeg| desk.store(&jpeg)).transpose()?;
    Ok((Scan { kind: ScanKind::Pdf, blob, pages, thumbnail, image: None }, findings))
}

fn has_tail(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
    tail.windows(5).any(|w| w == b"%%EOF")
}

fn load(desk: &Desk, bytes: &[u8]) -> Result<Document, Box<Finding>> {
    let options = LoadOptions::with_max_decompressed_size(STREAM_BYTES);
    let document = match Document::load_mem_with_options(bytes, options) {
        Ok(document) => document,
        Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })) => {
            return Err(desk.too_large("解压体积"));
        }
        Err(_) => return Err(refuse_load(desk, needs_password(bytes))),
    };
    if document.trailer.has(b"Encrypt") {
        return Err(refuse_load(desk, true));
    }
    let stated = document.linearization.as_ref().map_or(0, |l| l.file_length);
    if stated > bytes.len() as u64 {
        return Err(desk.unreadable("文件不完整（长度不足），请重新扫描或重新传送"));
    }
    Ok(document)
}

fn refuse_load(desk: &Desk, locked: bool) -> Box<Finding> {
    if locked {
        desk.unreadable("文件已加密，请去掉打开密码后重新提交")
    } else {
        desk.damaged()
    }
}

/// Asked only about files the first reader refused: those the second must not see either, it runs
/// for ever on a cross-reference stream with fields of no width.
fn needs_password(bytes: &[u8]) -> bool {
    bytes.windows(8).any(|w| w == b"/Encrypt")
}

/// The page count as the second reader sees it; `Err(true)` when it asks for a password.
fn witness(bytes: &Arc<Vec<u8>>) -> Result<usize, bool> {
    let bytes = Arc::clone(bytes);
    let count = || Pdf::new(bytes).map(|pdf| pdf.pages().len());
    match catch_unwind(count) {
        Ok(Ok(count)) => Ok(count),
        Ok(Err(LoadPdfError::Decryption(_))) => Err(true),
        Ok(Err(LoadPdfError::Invalid)) | Err(_) => Err(false),
    }
}

fn pages(desk: &Desk, document: &Document) -> Result<Vec<Leaf>, Box<Finding>> {
    match tree::walk(document, desk.limits.pages) {
        Ok(tree) if tree.leaves.is_empty() => Err(uncertain(desk, 0, tree.declared)),
        Ok(tree) if tree.declared != tree.leaves.len().to_string() => {
            Err(uncertain(desk, tree.leaves.len(), tree.declared))
        }
        Ok(tree) => Ok(tree.leaves),
        Err(TreeError::Cyclic { read, declared }) => Err(uncertain(desk, read, declared)),
        Err(TreeError::TooMany) => Err(desk.too_large(&format!("页数超过 {}", desk.limits.pages))),
        Err(TreeError::Missing) => {
            Err(desk.unreadable("文件里没有页面目录，请另存为 PDF 或重新扫描"))
        }
    }
}

fn uncertain(desk: &Desk, read: usize, declared: impl ToString) -> Box<Finding> {
    let finding = Finding::new("MT-147", desk.file()).arg("file", &desk.task.path);
    Box::new(finding.arg("a", read).arg("b", declared).build())
}
