//! JPEG: the markers are walked, then the whole image is decoded strictly.

use super::raster::Views;
use super::shape::Shape;
use super::{Admitted, Desk, exif, redraw, single};
use crate::read::ScanKind;
use image::{DynamicImage, GrayImage, RgbImage};
use std::hash::{DefaultHasher, Hasher};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// What the markers say.
#[derive(Debug, Default, PartialEq)]
struct Header {
    size: Option<(u32, u32)>,
    components: u8,
    orientation: Option<u8>,
    jfif: Option<(f64, f64)>,
    exif: Option<(f64, f64)>,
    /// Where the end mark lies that follows a scan.
    end: Option<usize>,
    /// Coefficients come in several rounds, not block after block.
    progressive: bool,
    /// A Huffman table gives a meaning to a row of ones, which the standard forbids.
    crowded: bool,
}

/// Admits a JPEG.
pub(super) fn admit(desk: &Desk, bytes: &[u8]) -> Admitted {
    let header = walk(bytes).ok_or_else(|| desk.damaged())?;
    let (width, height) = header.size.ok_or_else(|| desk.damaged())?;
    desk.check_size(width, height)?;
    let end = header.end.ok_or_else(|| desk.damaged())?;
    let orientation = header.orientation.unwrap_or(1);
    let shape = Shape { width, height, orientation, density: header.jfif.or(header.exif) };
    let full = whole(bytes, end, &header).ok_or_else(|| desk.damaged())?;
    if redraw::mirrors(orientation) {
        return redraw::upright(desk, full, &shape);
    }
    single(desk, ScanKind::Jpeg, &shape, &Views::of(full, &shape))
}

/// Walks the markers up to the end mark; bytes after it (phones add a second picture) are allowed.
fn walk(bytes: &[u8]) -> Option<Header> {
    let mut header = Header::default();
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    let mut scans = 0;
    loop {
        // Fill bytes and leftovers before a marker are skipped, as every reader does.
        let at = rest.windows(2).position(|w| w[0] == 0xFF && !matches!(w[1], 0x00 | 0xFF));
        let Some(at) = at else { return Some(header) };
        let marker = *rest.get(at + 1)?;
        rest = rest.get(at + 2..)?;
        match marker {
            0xD9 => {
                header.end = (scans > 0).then_some(bytes.len() - rest.len() - 2);
                return Some(header);
            }
            0x01 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
        let Some(body) = rest.get(2..length) else { return Some(header) };
        note(&mut header, marker, body)?;
        scans += u32::from(marker == 0xDA);
        rest = rest.get(length..)?;
    }
}

/// Takes from one segment what is needed; `None` when a frame header is nonsense.
fn note(header: &mut Header, marker: u8, body: &[u8]) -> Option<()> {
    match marker {
        0xC4 => header.crowded |= crowded(body),
        0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
            header.progressive |= matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
            let [_, h1, h2, w1, w2, components] = *body.first_chunk::<6>()?;
            let side = |a, b| u32::from(u16::from_be_bytes([a, b]));
            if header.size.is_some() {
                return None;
            }
            header.size = Some((side(w1, w2), side(h1, h2)));
            header.components = components;
        }
        0xE0 if header.jfif.is_none() => header.jfif = jfif(body),
        0xE1 if header.orientation.is_none() => {
            if let Some(block) = body.strip_prefix(b"Exif\0\0") {
                let (orientation, density) = exif::photo_facts(block);
                header.orientation = Some(orientation);
                header.exif = density;
            }
        }
        _ => {}
    }
    Some(())
}

fn jfif(body: &[u8]) -> Option<(f64, f64)> {
    let [_, _, unit, x1, x2, y1, y2] = *body.strip_prefix(b"JFIF\0")?.first_chunk::<7>()?;
    let (x, y) = (u16::from_be_bytes([x1, x2]), u16::from_be_bytes([y1, y2]));
    let per_inch = match unit {
        1 => 1.0,
        2 => 2.54,
        _ => return None,
    };
    Some((f64::from(x) * per_inch, f64::from(y) * per_inch))
}

/// Whether one of the tables uses every code there is (ITU-T T.81, annex C keeps the code of ones
/// alone free).
fn crowded(mut tables: &[u8]) -> bool {
    while let Some((lengths, rest)) = tables.get(1..).and_then(|t| t.split_first_chunk::<16>()) {
        let taken: u32 =
            lengths.iter().zip(1..).map(|(n, bits)| u32::from(*n) << (16 - bits)).sum();
        if taken >= 1 << 16 {
            return true;
        }
        let values: usize = lengths.iter().map(|n| usize::from(*n)).sum();
        tables = rest.get(values..).unwrap_or_default();
    }
    false
}

/// The picture, when it does not end before its end mark does: a cut file that some program closed
/// again is not whole.
///
/// A decoder that runs into the end mark too early goes on with zero bits and says nothing. So ones
/// are put before the mark: no code is all ones, a picture that needs them cannot be decoded, and
/// one that is whole never comes to them.
fn whole(bytes: &[u8], end: usize, header: &Header) -> Option<DynamicImage> {
    if !header.progressive && !header.crowded {
        let full = decode(&filled(bytes, end, &[0xFF, 0x00]), header, true);
        if full.is_some() {
            return full;
        }
    }
    let full = decode(bytes, header, true)?;
    (!hollow(bytes, end, header, fingerprint(&full))).then_some(full)
}

/// Where ones say nothing: two pictures with other bits before the end mark are the same when the
/// bits are not needed.
fn hollow(bytes: &[u8], end: usize, header: &Header, whole: u64) -> bool {
    let other = decode(&filled(bytes, end, &[0x5A]), header, false);
    other.is_none_or(|full| fingerprint(&full) != whole)
}

/// The file with more bits before its end mark.
fn filled(bytes: &[u8], end: usize, with: &[u8]) -> Vec<u8> {
    const FILL: usize = 4096;
    let data = bytes.get(..end).unwrap_or_default();
    let mut out = Vec::with_capacity(end + FILL + 2);
    out.extend_from_slice(data);
    out.extend(with.iter().cycle().take(FILL));
    out.extend([0xFF, 0xD9]);
    out
}

fn fingerprint(image: &DynamicImage) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(image.as_bytes());
    hasher.finish()
}

/// Decodes; `image` cannot be asked to be strict and paints what is missing of a cut photo grey.
fn decode(bytes: &[u8], header: &Header, strict: bool) -> Option<DynamicImage> {
    let (width, height) = header.size?;
    let grey = header.components == 1;
    let out = if grey { ColorSpace::Luma } else { ColorSpace::RGB };
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(out)
        .set_strict_mode(strict)
        .set_max_width(usize::try_from(width).ok()?)
        .set_max_height(usize::try_from(height).ok()?);
    let pixels = JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode().ok()?;
    if grey {
        GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8)
    } else {
        RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;

    #[test]
    fn one_decoding_tells_a_whole_picture_from_a_cut_one() {
        let picture = RgbImage::from_fn(160, 120, |x, y| {
            image::Rgb([(x * 7 + y * 13) as u8, (x * x) as u8, (y * 5) as u8])
        });
        let mut bytes = Vec::new();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90)).unwrap();
        let header = walk(&bytes).unwrap();
        assert!(!header.crowded && !header.progressive);
        let end = header.end.unwrap();
        let ones = |end| decode(&filled(&bytes, end, &[0xFF, 0x00]), &header, true);
        assert!(ones(end).is_some());
        for cut in [end - 3, end - 40, end / 2] {
            assert!(ones(cut).is_none(), "{cut}");
        }
    }

    #[test]
    fn a_table_with_all_codes_is_crowded() {
        let mut table = [0; 19];
        table[1] = 1;
        assert!(!crowded(&table[..18]));
        table[1] = 2;
        assert!(crowded(&table));
    }
}
