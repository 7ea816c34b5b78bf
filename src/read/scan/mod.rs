//! Admission of images and PDFs: what passes here may be bound without being looked into again.
//!
//! Comes in: the bytes of one file. Goes out: a [`Scan`] whose page count, sizes and orientation
//! are facts, or a refusal with its reason. Runs in the worker only. Headers are believed before
//! anything is decoded, and decoding is strict: a half photo is refused, never shown grey below.

mod exif;
mod jpeg;
mod passage;
mod pdf;
mod png;
mod raster;
mod redraw;
mod shape;
mod sharp;
mod tiff;

pub(crate) use passage::{Colour, Filter, Passage, TiffPage};

use super::{Content, ImageInfo, PageInfo, Parsed, ReadTask, Scan, ScanKind};
use crate::blobs::Blobs;
use crate::diag::{Finding, Origin, Severity};
use crate::intake::FileKind;
use crate::wall::Limits;
use raster::{Look, Views};
use shape::Shape;
use std::io;

/// What a reader of one format returns: the scan and its findings, or the one finding that refuses.
type Admitted = Result<(Scan, Vec<Finding>), Box<Finding>>;

/// What every reader of a format needs.
struct Desk<'a> {
    task: &'a ReadTask,
    limits: &'a Limits,
    blobs: Blobs,
}

impl Desk<'_> {
    fn file(&self) -> Origin {
        Origin::file(self.task.path.clone())
    }

    /// The file is broken or cut off.
    fn damaged(&self) -> Box<Finding> {
        Box::new(Finding::new("MT-141", self.file()).arg("file", &self.task.path).build())
    }

    /// As [`Desk::damaged`], with a better hint.
    fn unreadable(&self, hint: &str) -> Box<Finding> {
        let mut finding = self.damaged();
        hint.clone_into(&mut finding.hint);
        finding
    }

    /// The file asks for more than the limits give.
    fn too_large(&self, limit: &str) -> Box<Finding> {
        let finding = Finding::new("IN-105", self.file()).arg("file", &self.task.path);
        Box::new(finding.arg("limit", limit).build())
    }

    /// Stores what was made of the file; a full disk is told as such, not blamed on the file.
    fn store(&self, bytes: &[u8]) -> Result<String, Box<Finding>> {
        match self.blobs.put(bytes) {
            Ok(stored) => Ok(stored.sha256),
            Err(error) => Err(self.disk(&error)),
        }
    }

    fn disk(&self, error: &io::Error) -> Box<Finding> {
        self.unreadable(&format!("本机读写文件失败（{}），处理后重新运行", error.kind()))
    }

    /// Checks the size of one image against the limits.
    fn check_size(&self, width: u32, height: u32) -> Result<(), Box<Finding>> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(self.damaged());
        }
        let side = self.limits.image_side;
        if pixels > self.limits.image_pixels || width > side || height > side {
            let most = self.limits.image_pixels;
            return Err(
                self.too_large(&format!("{width}×{height} 像素，每边最多 {side}，总数最多 {most}"))
            );
        }
        Ok(())
    }
}

/// Admits one image or PDF; called in the worker only.
pub fn admit(task: &ReadTask, limits: &Limits) -> Parsed {
    let result = admit_kind(task, limits);
    let (content, findings) = match result {
        Ok((scan, findings)) => (Content::Scan(scan), findings),
        Err(finding) => (Content::Refused, vec![*finding]),
    };
    Parsed { kind: task.kind.word().to_owned(), content, findings }
}

fn admit_kind(task: &ReadTask, limits: &Limits) -> Admitted {
    let blobs = Blobs::open(&task.blobs).map_err(|e| {
        let hint = format!("本机读写文件失败（{}），处理后重新运行", e.kind());
        let mut finding =
            Finding::new("MT-141", Origin::file(task.path.clone())).arg("file", &task.path).build();
        finding.hint = hint;
        Box::new(finding)
    })?;
    let desk = Desk { task, limits, blobs };
    let read = [
        FileKind::Jpeg,
        FileKind::Png,
        FileKind::Tiff,
        FileKind::Bmp,
        FileKind::Webp,
        FileKind::Gif,
        FileKind::Pdf,
    ];
    if !read.contains(&task.kind) {
        return Err(foreign_kind(task));
    }
    let bytes = std::fs::read(&task.blob).map_err(|e| desk.disk(&e))?;
    match task.kind {
        FileKind::Jpeg => jpeg::admit(&desk, &bytes),
        FileKind::Png => png::admit(&desk, &bytes),
        FileKind::Tiff => tiff::admit(&desk, bytes),
        FileKind::Bmp => redraw::bmp(&desk, &bytes),
        FileKind::Webp => redraw::webp(&desk, &bytes),
        FileKind::Gif => redraw::gif(&desk, &bytes),
        _ => pdf::admit(&desk, bytes),
    }
}

/// Kinds of pictures nothing here reads.
fn foreign_kind(task: &ReadTask) -> Box<Finding> {
    let code = if task.kind == FileKind::Heic { "IN-131" } else { "IN-111" };
    let mut finding = Finding::new(code, Origin::file(task.path.clone()))
        .arg("file", &task.path)
        .arg("ext", task.kind.word())
        .severity(Severity::Refuse)
        .build();
    "用看图软件打开后另存为 JPG 再提交".clone_into(&mut finding.hint);
    Box::new(finding)
}

/// The scan of a one-page image: page, photo facts, print copy and thumbnail.
fn single(desk: &Desk, kind: ScanKind, shape: &Shape, views: &Views) -> Admitted {
    let (page, findings) = image_page(desk, 1, shape, views.look());
    let copy = desk.store(&views.copy())?;
    let image = ImageInfo {
        width: shape.shown().0,
        height: shape.shown().1,
        grey: views.grey(),
        uneven: views.uneven(),
        print: Some(copy.clone()),
    };
    let scan = Scan {
        kind,
        blob: desk.task.sha256.clone(),
        pages: vec![page],
        thumbnail: Some(copy),
        image: Some(image),
    };
    let findings = with_oversize(desk, &scan.pages, findings);
    Ok((scan, findings))
}

/// One page that is an image, and what there is to say about it.
fn image_page(desk: &Desk, number: u32, shape: &Shape, look: Look) -> (PageInfo, Vec<Finding>) {
    let paper = shape.paper();
    let page = PageInfo {
        width_pt: paper.width_pt,
        height_pt: paper.height_pt,
        rotate: shape.rotate(),
        blank: look.blank,
        dpi: Some(paper.dpi),
    };
    let mut findings = Vec::new();
    if !page.blank && paper.dpi < shape::LOW_DPI && (paper.stated || shape.is_tiny()) {
        findings.push(coarse(desk, number, paper.dpi));
    }
    findings.extend(look.edge.and_then(|edge| blurred(desk, number, edge, paper.dpi)));
    let mut say = |finding: crate::diag::FindingBuilder| {
        findings.push(finding.arg("page", number).build());
    };
    let at = || Origin::page(desk.task.path.clone(), number);
    if page.blank {
        say(Finding::new("MT-142", at()));
    }
    if page.rotate != 0 {
        let turned = Finding::new("MT-145", at()).severity(Severity::Info);
        say(turned.arg("deg", page.rotate));
    }
    (page, findings)
}

/// A page with too few dots per inch.
fn coarse(desk: &Desk, number: u32, dpi: u32) -> Finding {
    let at = Origin::page(desk.task.path.clone(), number);
    let low = format!("{} dpi", shape::LOW_DPI);
    Finding::new("MT-143", at).arg("page", number).arg("dpi", dpi).arg("limit", low).build()
}

/// Edges wider than this, in millimetres on the paper, are out of focus: the strokes of a
/// character of 10 points are 0.3 mm wide and as far apart.
const SOFT_EDGE: f64 = 0.6;

/// Tells of a page out of focus. With few dots per inch the edges say nothing: that is another
/// fault.
fn blurred(desk: &Desk, number: u32, edge: f64, dpi: u32) -> Option<Finding> {
    let millimetres = edge / f64::from(dpi.max(1)) * 25.4;
    if dpi < shape::LOW_DPI || millimetres < SOFT_EDGE {
        return None;
    }
    let at = Origin::page(desk.task.path.clone(), number);
    Some(Finding::new("MT-150", at).arg("page", number).build())
}

/// Adds the note on the first page larger than A4, once per file.
fn with_oversize(desk: &Desk, pages: &[PageInfo], mut findings: Vec<Finding>) -> Vec<Finding> {
    let large = (1u32..).zip(pages).find(|(_, p)| shape::beyond_a4(p.width_pt, p.height_pt));
    if let Some((number, page)) = large {
        let size = shape::size_words(page.width_pt, page.height_pt);
        let note = Finding::new("MT-144", Origin::page(desk.task.path.clone(), number));
        let note = note.arg("page", number).arg("size", size).severity(Severity::Info);
        findings.push(note.build());
    }
    findings
}

#[cfg(test)]
mod tests;
