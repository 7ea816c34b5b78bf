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
/// Ways of a bitmap to write its rows: plain, and with masks that say which bits are which colour.
const PLAIN: u32 = 0;
const MASKED: [u32; 2] = [3, 6];
/// Red, green and blue of plain pixels of 16 bits, and of more.
const FIVE_BITS: [u32; 3] = [0x7c00, 0x03e0, 0x001f];
const EIGHT_BITS: [u32; 3] = [0x00ff_0000, 0x0000_ff00, 0x0000_00ff];

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
    /// Which bits of a pixel are red, green and blue.
    masks: [u32; 3],
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
        if header == 12 {
            return Self::old(bytes, rows);
        }
        let height = word(22)?.cast_signed();
        let (bits, method) = (short(28)?, word(30)?);
        let masked = MASKED.contains(&method) && matches!(bits, 16 | 32);
        let masks = match bits {
            _ if masked => [word(54)?, word(58)?, word(62)?],
            16 => FIVE_BITS,
            _ => EIGHT_BITS,
        };
        let known = (method == PLAIN || masked) && matches!(bits, 1 | 4 | 8 | 16 | 24 | 32);
        if header < 40 || !known {
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
            masks,
            rows,
            palette,
            density: per_metre(38).zip(per_metre(42)),
        })
    }

    /// The header of the first Windows and of OS/2: shorter, and colours of three bytes.
    fn old(bytes: &[u8], rows: usize) -> Option<Self> {
        let short = |at: usize| Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let bits = short(24)?;
        let colours = if bits <= 8 { bytes.get(26..rows)? } else { &[] };
        let palette = colours.as_chunks().0.iter().take(1 << bits.min(8));
        matches!(bits, 1 | 4 | 8 | 24).then_some(Self {
            width: short(18)?.into(),
            height: short(20)?.into(),
            from_top: false,
            bits,
            masks: EIGHT_BITS,
            rows,
            palette: palette.map(|[b, g, r]| [*b, *g, *r, 0]).collect(),
            density: None,
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
        if bits >= 16 {
            let bytes = line.get(x * bits / 8..)?.get(..bits / 8)?;
            let pixel = bytes.iter().rev().fold(0, |all, byte| all << 8 | u32::from(*byte));
            return Some(self.masks.map(|mask| level(pixel, mask)));
        }
        let byte = *line.get(x * bits / 8)?;
        let shift = 8 - bits - x * bits % 8;
        let index = usize::from(byte >> shift) & ((1 << bits) - 1);
        let [blue, green, red] = *self.palette.get(index)?.first_chunk()?;
        Some([red, green, blue])
    }
}

/// One colour of a pixel, from as many bits as its mask has to eight.
fn level(pixel: u32, mask: u32) -> u8 {
    let most = u64::from(mask >> mask.trailing_zeros().min(31));
    let value = u64::from((pixel & mask) >> mask.trailing_zeros().min(31));
    u8::try_from((value * 255 + most / 2) / most.max(1)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bitmap of one row with these pixels.
    fn bitmap(bits: u16, method: u32, masks: &[u32], row: &[u8]) -> Vec<u8> {
        let rows = 54 + masks.len() as u32 * 4;
        let mut bytes = b"BM".to_vec();
        let head = [rows, 0, rows, 40, 2, 1, 1 | u32::from(bits) << 16, method, 0, 0, 0, 0, 0];
        bytes.extend(head.iter().chain(masks).flat_map(|word| word.to_le_bytes()));
        bytes.extend(row);
        bytes
    }

    fn pixels(bytes: &[u8]) -> Option<Vec<[u8; 3]>> {
        let image = Bitmap::read(bytes)?.pixels(bytes)?;
        Some(image.pixels().map(|p| p.0).collect())
    }

    #[test]
    fn colours_come_from_their_bits() {
        let white_and_red = Some(vec![[255, 255, 255], [255, 0, 0]]);
        let five = bitmap(16, PLAIN, &[], &[0xff, 0x7f, 0x00, 0x7c]);
        assert_eq!(pixels(&five), white_and_red);
        let masks = [0xf800, 0x07e0, 0x001f];
        let six = bitmap(16, 3, &masks, &[0xff, 0xff, 0x00, 0xf8]);
        assert_eq!(pixels(&six), white_and_red);
        let plain = bitmap(32, PLAIN, &[], &[255, 255, 255, 0, 0, 0, 255, 0]);
        assert_eq!(pixels(&plain), white_and_red);
        let turned = [0xff, 0xff00, 0x00ff_0000];
        let swapped = bitmap(32, 3, &turned, &[255, 255, 255, 0, 255, 0, 0, 0]);
        assert_eq!(pixels(&swapped), white_and_red);
        assert_eq!(pixels(&bitmap(16, 3, &[0, 0, 0], &[1, 2, 3, 4])), Some(vec![[0; 3]; 2]));
        assert_eq!(pixels(&bitmap(32, PLAIN, &[], &[0; 4])), None, "half a row");
        assert_eq!(pixels(&bitmap(8, 1, &[], &[0; 4])), None, "run lengths are not read");
    }

    #[test]
    fn the_oldest_header_has_colours_of_three_bytes() {
        let mut bytes = b"BM".to_vec();
        bytes.extend([32u32, 0, 32, 12].iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend([2u16, 1, 1, 1].iter().flat_map(|short| short.to_le_bytes()));
        bytes.extend([255, 255, 255, 0, 0, 255, 0b0100_0000, 0, 0, 0]);
        assert_eq!(pixels(&bytes), Some(vec![[255, 255, 255], [255, 0, 0]]));
    }
}
