//! PNG: the chunks are walked, then the whole image is decoded.

use super::raster::Views;
use super::shape::Shape;
use super::{Admitted, Desk, exif, redraw, single};
use crate::read::ScanKind;
use image::codecs::png::PngDecoder;
use image::{DynamicImage, Limits};
use std::io::Cursor;

/// Room for colour profiles and buffers beside the pixels.
const OVERHEAD: u64 = 32 << 20;

/// Admits a PNG.
pub(super) fn admit(desk: &Desk, bytes: &[u8]) -> Admitted {
    let shape = walk(bytes).ok_or_else(|| desk.damaged())?;
    desk.check_size(shape.width, shape.height)?;
    let full = decode(bytes, &shape).ok_or_else(|| desk.damaged())?;
    if redraw::mirrors(shape.orientation) {
        return redraw::upright(desk, full, &shape);
    }
    single(desk, ScanKind::Png, &shape, &Views::of(full, &shape))
}

/// Walks the chunks; `None` when one is cut off or a needed one is missing. A header beyond the
/// limits is enough, the rest is then not looked at.
fn walk(bytes: &[u8]) -> Option<Shape> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut shape: Option<Shape> = None;
    let mut data = false;
    loop {
        let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let name: [u8; 4] = *rest.get(4..)?.first_chunk()?;
        let body = rest.get(8..8usize.checked_add(length)?)?;
        rest.get(8 + length..12 + length)?;
        match (&name, &mut shape) {
            (b"IHDR", None) => shape = Some(size(body)?),
            (_, None) => return None,
            (b"IDAT", _) => data = true,
            (b"IEND", Some(shape)) => return data.then_some(*shape),
            (b"pHYs", Some(shape)) => shape.density = density(body),
            (b"eXIf", Some(shape)) => shape.orientation = exif::photo_facts(body).0,
            _ => {}
        }
        rest = rest.get(12 + length..)?;
    }
}

fn size(body: &[u8]) -> Option<Shape> {
    let width = u32::from_be_bytes(*body.first_chunk()?);
    let height = u32::from_be_bytes(*body.get(4..)?.first_chunk()?);
    Some(Shape { width, height, orientation: 1, density: None })
}

fn density(body: &[u8]) -> Option<(f64, f64)> {
    let per_metre = |at: usize| {
        body.get(at..).and_then(|b| b.first_chunk()).map(|b| f64::from(u32::from_be_bytes(*b)))
    };
    (body.get(8) == Some(&1)).then_some(())?;
    Some((per_metre(0)? * 0.0254, per_metre(4)? * 0.0254))
}

fn decode(bytes: &[u8], shape: &Shape) -> Option<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(shape.width);
    limits.max_image_height = Some(shape.height);
    limits.max_alloc = Some(u64::from(shape.width) * u64::from(shape.height) * 8 + OVERHEAD);
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits).ok()?;
    DynamicImage::from_decoder(decoder).ok()
}
