//! TIFF: the directories are walked (one page each), then the pages are decoded where possible.

use super::exif::{Directory, Tiff};
use super::passage::Passage;
use super::raster::{Look, Views};
use super::shape::Shape;
use super::{Admitted, Desk, image_page, single, with_oversize};
use crate::diag::Finding;
use crate::read::{Scan, ScanKind};
use image::codecs::tiff::TiffDecoder;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};
use std::collections::BTreeSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most pixels decoded per file to look for blank pages: a long fax would use up the CPU time of
/// the worker. Pages beyond it are admitted by their structure, if they need no decoding later.
const DECODED_PIXELS: u64 = 240_000_000;

/// Most bytes one decoded page may take.
const MOST_BYTES: u64 = 512 << 20;

/// Why pixels are not there.
enum NoPixels {
    /// The compression or colour is not one the decoder knows.
    Unknown,
    /// The data is broken.
    Broken,
}

/// Admits a TIFF.
pub(super) fn admit(desk: &Desk, mut bytes: Vec<u8>) -> Admitted {
    if matches!(bytes.get(..4), Some(b"II\x2b\0" | b"MM\0\x2b")) {
        return Err(desk.unreadable("这是 BigTIFF 文件，请另存为普通 TIFF、PDF 或 JPG"));
    }
    let pages = walk(desk, &bytes)?;
    let mut budget = DECODED_PIXELS;
    let mut first = None;
    let mut looks = Vec::new();
    for page in &pages {
        let pixels = u64::from(page.shape.width) * u64::from(page.shape.height);
        let views = if pixels <= budget {
            budget -= pixels;
            look(desk, &mut bytes, page)?
        } else if page.passes {
            None
        } else {
            return Err(desk.too_large("各页像素合计"));
        };
        looks.push(views.as_ref().map(Views::look).unwrap_or_default());
        // A page's copies take several MB, so only those of the first page are kept.
        if looks.len() == 1 {
            first = views;
        }
    }
    if let ([page], Some(views)) = (pages.as_slice(), &first) {
        return single(desk, ScanKind::Tiff, &page.shape, views);
    }
    many(desk, &pages, &looks, first.as_ref())
}

/// One directory of the file.
struct Page {
    offset: u32,
    shape: Shape,
    /// It goes into a booklet without being decoded.
    passes: bool,
}

fn many(desk: &Desk, pages: &[Page], looks: &[Look], first: Option<&Views>) -> Admitted {
    let (mut infos, mut findings) = (Vec::new(), Vec::new());
    for ((number, page), look) in (1u32..).zip(pages).zip(looks) {
        let (info, said) = image_page(desk, number, &page.shape, *look);
        infos.push(info);
        findings.extend(said);
    }
    let thumbnail = first.map(|views| desk.store(&views.copy())).transpose()?;
    let findings = with_oversize(desk, &infos, findings);
    let blob = desk.task.sha256.clone();
    let scan = Scan { kind: ScanKind::Tiff, blob, pages: infos, thumbnail, image: None };
    Ok((scan, findings))
}

/// Every page, in the order of the file.
fn walk(desk: &Desk, bytes: &[u8]) -> Result<Vec<Page>, Box<Finding>> {
    let tiff = Tiff::new(bytes).ok_or_else(|| desk.damaged())?;
    let mut offset = tiff.first().ok_or_else(|| desk.damaged())?;
    let mut seen = BTreeSet::new();
    let mut pages = Vec::new();
    while offset != 0 {
        if !seen.insert(offset) {
            return Err(desk.damaged());
        }
        if pages.len() as u64 >= u64::from(desk.limits.pages) {
            return Err(desk.too_large(&format!("页数超过 {}", desk.limits.pages)));
        }
        let directory = tiff.directory(offset).ok_or_else(|| desk.damaged())?;
        let shape = shape(&tiff, &directory).ok_or_else(|| desk.damaged())?;
        desk.check_size(shape.width, shape.height)?;
        if !data_inside(&tiff, &directory, bytes.len() as u64) {
            return Err(desk.damaged());
        }
        let passes = Passage::of(&tiff, &directory).is_some();
        pages.push(Page { offset, shape, passes });
        offset = directory.1;
    }
    if pages.is_empty() { Err(desk.damaged()) } else { Ok(pages) }
}

fn shape(tiff: &Tiff, directory: &Directory) -> Option<Shape> {
    Some(Shape {
        width: u32::try_from(tiff.number(directory, 256)?).ok()?,
        height: u32::try_from(tiff.number(directory, 257)?).ok()?,
        orientation: tiff.orientation(directory),
        density: tiff.density(directory),
    })
}

/// Whether all strips (or tiles) lie within the file.
fn data_inside(tiff: &Tiff, directory: &Directory, length: u64) -> bool {
    let list = |tag| directory.0.get(&tag).and_then(|entry| tiff.numbers(*entry));
    let pair = |offsets, counts| Some((list(offsets)?, list(counts)?));
    let Some((offsets, counts)) = pair(273, 279).or_else(|| pair(324, 325)) else { return false };
    let inside = |(offset, count): (&u64, &u64)| *count > 0 && offset + count <= length;
    !offsets.is_empty() && offsets.len() == counts.len() && offsets.iter().zip(&counts).all(inside)
}

/// Decodes one page. `None` when the decoder does not know how, and need not.
fn look(desk: &Desk, bytes: &mut [u8], page: &Page) -> Result<Option<Views>, Box<Finding>> {
    match decode(bytes, page.offset, &page.shape) {
        Ok(full) => Ok(Some(Views::of(full, &page.shape))),
        Err(NoPixels::Unknown) if page.passes => Ok(None),
        Err(NoPixels::Unknown) => {
            Err(desk.unreadable("这种压缩或颜色方式的 TIFF 不能入册，请另存为 JPG 或 PDF"))
        }
        Err(NoPixels::Broken) => Err(desk.damaged()),
    }
}

/// The decoder reads the first directory only, so the header is pointed at the wanted one.
fn decode(bytes: &mut [u8], offset: u32, shape: &Shape) -> Result<DynamicImage, NoPixels> {
    let little = bytes.starts_with(b"II");
    let place = if little { offset.to_le_bytes() } else { offset.to_be_bytes() };
    bytes.get_mut(4..8).ok_or(NoPixels::Broken)?.copy_from_slice(&place);
    let page: &[u8] = bytes;
    let run = || {
        let mut decoder = TiffDecoder::new(Cursor::new(page))?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(shape.width);
        limits.max_image_height = Some(shape.height);
        decoder.set_limits(limits)?;
        if decoder.total_bytes() > MOST_BYTES {
            return Ok(None);
        }
        DynamicImage::from_decoder(decoder).map(Some)
    };
    // The decoder panics on planar tiles of odd sizes.
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(Some(image))) => Ok(image),
        Ok(Ok(None) | Err(ImageError::Unsupported(_))) | Err(_) => Err(NoPixels::Unknown),
        Ok(Err(_)) => Err(NoPixels::Broken),
    }
}
