//! BMP, WEBP and mirrored photos: drawn anew as an upright JPEG. A page of the booklet can take in
//! neither format, and can turn an image but not mirror it.

use super::raster::{self, Views};
use super::shape::Shape;
use super::{Admitted, Desk, single};
use crate::read::ScanKind;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, Rgb, RgbImage};
use std::io::Cursor;

/// Little is lost, and the original stays in the blob store.
const QUALITY: u8 = 92;
/// Colours without a mask and `BITFIELDS` with the usual ones.
const PLAIN: u32 = 0;
const MASKED: u32 = 3;
const MASKS: [u32; 3] = [0x00ff_0000, 0x0000_ff00, 0x0000_00ff];

/// Whether an EXIF orientation mirrors the image.
pub(super) fn mirrors(orientation: u8) -> bool {
    matches!(orientation, 2 | 4 | 5 | 7)
}

/// Admits a BMP.
pub(super) fn bmp(desk: &Desk, bytes: &[u8]) -> Admitted {
    let head = Bitmap::read(bytes).ok_or_else(|| desk.damaged())?;
    desk.check_size(head.width, head.height)?;
    let shape =
        Shape { width: head.width, height: head.height, orientation: 1, density: head.density };
    let full = head.pixels(bytes).ok_or_else(|| desk.damaged())?;
    upright(desk, DynamicImage::ImageRgb8(full), &shape)
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

/// The header of a bitmap that is not compressed.
struct Bitmap {
    width: u32,
    height: u32,
    /// Rows run from the top.
    from_top: bool,
    bits: u16,
    /// Where the rows begin.
    rows: usize,
    /// Blue, green, red and a spare byte for each colour.
    palette: Vec<[u8; 4]>,
    density: Option<(f64, f64)>,
}

impl Bitmap {
    fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let short = |at: usize| Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let (rows, header) = (usize::try_from(word(10)?).ok()?, usize::try_from(word(14)?).ok()?);
        let height = word(22)?.cast_signed();
        let (bits, method) = (short(28)?, word(30)?);
        let masks = [word(54)?, word(58)?, word(62)?];
        let usual = method == PLAIN || (method == MASKED && bits == 32 && masks == MASKS);
        if header < 40 || !usual || !matches!(bits, 1 | 4 | 8 | 24 | 32) {
            return None;
        }
        let start = header.checked_add(14)?;
        let room = if bits <= 8 { bytes.get(start..rows)? } else { &[] };
        let palette = room.as_chunks().0.iter().copied().take(1 << bits.min(8)).collect();
        let per_metre = |at: usize| word(at).map(|n| f64::from(n) * 0.0254).filter(|n| *n > 1.0);
        Some(Self {
            width: word(18)?,
            height: height.unsigned_abs(),
            from_top: height < 0,
            bits,
            rows,
            palette,
            density: per_metre(38).zip(per_metre(42)),
        })
    }

    /// All pixels; `None` when rows are missing.
    fn pixels(&self, bytes: &[u8]) -> Option<RgbImage> {
        let stride = (u64::from(self.width) * u64::from(self.bits)).div_ceil(32) * 4;
        let stride = usize::try_from(stride).ok()?;
        let height = usize::try_from(self.height).ok()?;
        let all = bytes.get(self.rows..)?.get(..stride.checked_mul(height)?)?;
        let mut image = RgbImage::new(self.width, self.height);
        for (row, line) in (0u32..).zip(all.chunks_exact(stride)) {
            let y = if self.from_top { row } else { self.height - 1 - row };
            for x in 0..self.width {
                image.put_pixel(x, y, Rgb(self.colour(line, x as usize)?));
            }
        }
        Some(image)
    }

    fn colour(&self, line: &[u8], x: usize) -> Option<[u8; 3]> {
        let bits = usize::from(self.bits);
        let [blue, green, red] = if bits >= 24 {
            *line.get(x * bits / 8..)?.first_chunk()?
        } else {
            let byte = *line.get(x * bits / 8)?;
            let shift = 8 - bits - x * bits % 8;
            let index = usize::from(byte >> shift) & ((1 << bits) - 1);
            *self.palette.get(index)?.first_chunk()?
        };
        Some([red, green, blue])
    }
}
