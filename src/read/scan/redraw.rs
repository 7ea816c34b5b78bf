//! BMP, WEBP, GIF and mirrored photos: drawn anew as an upright JPEG. A page of the booklet can take in
//! none of these formats, and can turn an image but not mirror it.

use super::raster::{self, Views};
use super::shape::Shape;
use super::{Admitted, Desk, single};
use crate::diag::Finding;
use crate::read::ScanKind;
use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder as _, DynamicImage, ImageDecoder as _};
use std::io::Cursor;

/// Little is lost, and the original stays in the blob store.
const QUALITY: u8 = 92;

/// Whether an EXIF orientation mirrors the image.
pub(super) fn mirrors(orientation: u8) -> bool {
    matches!(orientation, 2 | 4 | 5 | 7)
}

/// Admits a BMP.
pub(super) fn bmp(desk: &Desk, bytes: &[u8]) -> Admitted {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(|_| desk.damaged())?;
    let (width, height) = decoder.dimensions();
    desk.check_size(width, height)?;
    let full = DynamicImage::from_decoder(decoder).map_err(|_| desk.damaged())?;
    upright(desk, full, &Shape { width, height, orientation: 1, density: bitmap_density(bytes) })
}

/// Admits a WEBP.
pub(super) fn webp(desk: &Desk, bytes: &[u8]) -> Admitted {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| desk.damaged())?;
    let (width, height) = decoder.dimensions();
    desk.check_size(width, height)?;
    let orientation = decoder.orientation().map_or(1, Orientation::to_exif);
    let full = DynamicImage::from_decoder(decoder).map_err(|_| desk.damaged())?;
    upright(desk, full, &Shape { width, height, orientation, density: None })
}

/// Admits a GIF: its first picture, for a page does not move. That there are more is said.
pub(super) fn gif(desk: &Desk, bytes: &[u8]) -> Admitted {
    let decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|_| desk.damaged())?;
    let (width, height) = decoder.dimensions();
    desk.check_size(width, height)?;
    let mut frames = decoder.into_frames();
    let first = frames.next().and_then(Result::ok).ok_or_else(|| desk.damaged())?;
    let full = DynamicImage::ImageRgba8(first.into_buffer());
    let shape = Shape { width, height, orientation: 1, density: None };
    let (scan, mut findings) = upright(desk, full, &shape)?;
    if frames.next().is_some() {
        findings.push(Finding::new("MT-155", desk.file()).arg("file", &desk.task.path).build());
    }
    Ok((scan, findings))
}

/// Turns and mirrors the whole image and admits what came of it.
pub(super) fn upright(desk: &Desk, mut full: DynamicImage, shape: &Shape) -> Admitted {
    if let Some(orientation) = Orientation::from_exif(shape.orientation) {
        full.apply_orientation(orientation);
    }
    let rgb = raster::on_white(full);
    let turned = shape.orientation >= 5;
    let density = shape.density.map(|(x, y)| if turned { (y, x) } else { (x, y) });
    let shape = Shape { width: rgb.width(), height: rgb.height(), orientation: 1, density };
    let blob = desk.store(&raster::encode(&rgb, QUALITY))?;
    let views = Views::of(DynamicImage::ImageRgb8(rgb), &shape);
    let (scan, findings) = single(desk, ScanKind::Jpeg, &shape, &views)?;
    Ok((super::Scan { blob, ..scan }, findings))
}

/// Dots per inch a bitmap states, across and down; scanners write dots per metre behind the size.
fn bitmap_density(bytes: &[u8]) -> Option<(f64, f64)> {
    let word = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    // the oldest header ends before them
    if word(14)? < 40 {
        return None;
    }
    let per_metre = |at: usize| word(at).map(|n| f64::from(n) * 0.0254).filter(|n| *n > 1.0);
    per_metre(38).zip(per_metre(42))
}
