//! TIFF: one page per directory; strips go in as they are wherever PDF has the same filter.
//!
//! Fax, JPEG, LZW, deflate, run length and plain strips are stacked as one image object each: this
//! costs no decoding. Tiles, 16-bit samples, alpha and separate planes are decoded and deflated.

use super::image::{Picture, decoded, image_dict};
use super::writer::{Head, PdfWriter, deflate, name};
use super::{BindError, Id};
use lopdf::{Dictionary, Object, dictionary};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};

/// More strips than this are decoded, so that a page is not thousands of objects.
const MOST_STRIPS: usize = 256;
/// A directory chain longer than this is a loop.
const MOST_PAGES: usize = 10_000;

/// One directory: numbers by tag.
#[derive(Debug, Default)]
struct Directory {
    offset: u32,
    tags: BTreeMap<u16, Vec<u32>>,
}

impl Directory {
    fn all(&self, tag: u16) -> &[u32] {
        self.tags.get(&tag).map_or(&[], Vec::as_slice)
    }

    fn one(&self, tag: u16, default: u32) -> u32 {
        self.all(tag).first().copied().unwrap_or(default)
    }
}

/// The bytes of a TIFF and how they are read.
pub(super) struct Tiff {
    bytes: Vec<u8>,
    big: bool,
    pages: Vec<Directory>,
}

impl Tiff {
    /// Reads the directories.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, BindError> {
        let big = match bytes.get(..4) {
            Some(b"II*\0") => false,
            Some(b"MM\0*") => true,
            _ => return Err(BindError::Image("no TIFF".to_owned())),
        };
        let mut tiff = Self { bytes, big, pages: Vec::new() };
        let mut at = tiff.u32(4)?;
        while at != 0 {
            let (directory, next) = tiff.directory(at)?;
            tiff.pages.push(directory);
            if tiff.pages.len() > MOST_PAGES {
                return Err(BindError::Image("TIFF directories run in a circle".to_owned()));
            }
            at = next;
        }
        Ok(tiff)
    }

    /// How many pages it has.
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    fn slice(&self, at: usize, length: usize) -> Result<&[u8], BindError> {
        at.checked_add(length)
            .and_then(|end| self.bytes.get(at..end))
            .ok_or_else(|| BindError::Image("TIFF is cut off".to_owned()))
    }

    fn u16(&self, at: usize) -> Result<u16, BindError> {
        let mut two = [0; 2];
        two.copy_from_slice(self.slice(at, 2)?);
        Ok(if self.big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn u32(&self, at: usize) -> Result<u32, BindError> {
        let mut four = [0; 4];
        four.copy_from_slice(self.slice(at, 4)?);
        Ok(if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    fn directory(&self, offset: u32) -> Result<(Directory, u32), BindError> {
        let base = offset as usize;
        let entries = usize::from(self.u16(base)?);
        let mut found = Directory { offset, tags: BTreeMap::new() };
        for i in 0..entries {
            let at = base + 2 + i * 12;
            let count = self.u32(at + 4)? as usize;
            let size = match self.u16(at + 2)? {
                1 | 7 => 1,
                3 => 2,
                4 => 4,
                _ => continue,
            };
            let length = count.saturating_mul(size);
            let place = if length <= 4 { at + 8 } else { self.u32(at + 8)? as usize };
            self.slice(place, length)?;
            let values: Result<Vec<u32>, BindError> = (0..count)
                .map(|n| match size {
                    1 => Ok(self.slice(place + n, 1)?.iter().map(|b| u32::from(*b)).sum()),
                    2 => self.u16(place + n * 2).map(u32::from),
                    _ => self.u32(place + n * 4),
                })
                .collect();
            found.tags.insert(self.u16(at)?, values?);
        }
        let next = self.u32(base + 2 + entries * 12)?;
        Ok((found, next))
    }

    /// Puts page `index` in.
    pub(super) fn picture<W: Write>(
        &self,
        writer: &mut PdfWriter<W>,
        index: usize,
    ) -> Result<Picture, BindError> {
        let Some(page) = self.pages.get(index) else {
            return Err(BindError::Image(format!("TIFF has no page {}", index + 1)));
        };
        match Recipe::of(page) {
            Some(recipe) => self.strips(writer, page, &recipe),
            None => self.decode(writer, page),
        }
    }

    fn strips<W: Write>(
        &self,
        writer: &mut PdfWriter<W>,
        page: &Directory,
        recipe: &Recipe,
    ) -> Result<Picture, BindError> {
        let height = page.one(257, 0);
        let pitch = page.one(278, height).min(height).max(1);
        let mut parts = Vec::new();
        let (mut top, lengths) = (0, page.all(279));
        // all strips but the last have the same rows, and so the same dictionary
        let mut head = (0, Head::of(Dictionary::new())?);
        for (&offset, &length) in page.all(273).iter().zip(lengths) {
            let rows = pitch.min(height.saturating_sub(top));
            if rows == 0 {
                break;
            }
            let strip = self.slice(offset as usize, length as usize)?;
            if head.0 != rows {
                head = (rows, Head::of(recipe.dict(rows))?);
            }
            parts.push((recipe.write(writer, &head.1, strip)?, top, rows));
            top += rows;
        }
        if top != height || height == 0 {
            return Err(BindError::Image("TIFF strips do not fill the page".to_owned()));
        }
        Ok(Picture { height, parts })
    }

    /// The decoder only knows the first directory: the header is made to point at this one.
    fn decode<W: Write>(
        &self,
        writer: &mut PdfWriter<W>,
        page: &Directory,
    ) -> Result<Picture, BindError> {
        let mut bytes = self.bytes.clone();
        let place = if self.big { page.offset.to_be_bytes() } else { page.offset.to_le_bytes() };
        if let Some(slot) = bytes.get_mut(4..8) {
            slot.copy_from_slice(&place);
        }
        let reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Tiff);
        let image = reader.decode().map_err(|e| BindError::Image(e.to_string()))?;
        decoded(writer, &image)
    }
}

/// How the strips of a page are written without decoding.
struct Recipe {
    /// Everything but the number of rows.
    dict: Dictionary,
    filter: Option<&'static str>,
    parms: Dictionary,
    /// Bits come lowest first and must be turned.
    turn: bool,
    /// JPEG tables that each strip shares.
    tables: Vec<u8>,
}

impl Recipe {
    /// `None` when PDF has no filter for this page.
    fn of(page: &Directory) -> Option<Self> {
        let (width, bits) = (page.one(256, 0), page.one(258, 1));
        let samples = page.one(277, 1);
        let compression = page.one(259, 1);
        let fax = matches!(compression, 2..=4);
        let turn = page.one(266, 1) == 2;
        let plain = width > 0
            && page.all(322).is_empty()
            && page.all(338).is_empty()
            && !page.all(273).is_empty()
            && page.all(273).len() == page.all(279).len()
            && (samples == 1 || page.one(284, 1) == 1)
            && page.all(258).iter().all(|b| *b == bits)
            && matches!(bits, 1 | 2 | 4 | 8);
        let photometric = page.one(262, 0);
        if !plain || (!fax && (turn || page.all(273).len() > MOST_STRIPS)) {
            return None;
        }
        let (space, inverted) = match (photometric, samples) {
            (0, 1) => (name("DeviceGray"), !fax),
            (1, 1) => (name("DeviceGray"), false),
            (2, 3) => (name("DeviceRGB"), false),
            (3, 1) => (palette(page.all(320), bits)?, false),
            (5, 4) => (name("DeviceCMYK"), false),
            (6, 3) if compression == 7 => (name("DeviceRGB"), false),
            _ => return None,
        };
        let (filter, parms) = filter(page, compression, samples)?;
        let mut dict = image_dict(width, 0, u8::try_from(bits).ok()?, space);
        if inverted {
            dict.set("Decode", vec![Object::Integer(1), Object::Integer(0)]);
        }
        let tables = page.all(347).iter().filter_map(|b| u8::try_from(*b).ok()).collect();
        Some(Self { dict, filter, parms, turn, tables })
    }

    /// The dictionary of a strip of that many rows.
    fn dict(&self, rows: u32) -> Dictionary {
        let mut dict = self.dict.clone();
        dict.set("Height", i64::from(rows));
        dict.set("Filter", name(self.filter.unwrap_or("FlateDecode")));
        if !self.parms.is_empty() {
            let mut parms = self.parms.clone();
            if self.filter == Some("CCITTFaxDecode") {
                parms.set("Rows", i64::from(rows));
            }
            dict.set("DecodeParms", parms);
        }
        dict
    }

    fn write<W: Write>(
        &self,
        writer: &mut PdfWriter<W>,
        head: &Head,
        strip: &[u8],
    ) -> Result<Id, BindError> {
        if self.filter.is_none() {
            return Ok(writer.add_under(head, &deflate(strip)?)?);
        }
        if self.turn {
            let turned: Vec<u8> = strip.iter().map(|b| b.reverse_bits()).collect();
            return Ok(writer.add_under(head, &turned)?);
        }
        if let (Some((_, tables)), Some(rest)) =
            (self.tables.split_last_chunk::<2>().map(|(t, e)| (e, t)), strip.get(2..))
        {
            return Ok(writer.add_under(head, &[tables, rest].concat())?);
        }
        Ok(writer.add_under(head, strip)?)
    }
}

/// The PDF filter of a TIFF compression; the outer `None` when there is none.
fn filter(
    page: &Directory,
    compression: u32,
    samples: u32,
) -> Option<(Option<&'static str>, Dictionary)> {
    let width = i64::from(page.one(256, 0));
    let bits = i64::from(page.one(258, 1));
    let predicted = || match page.one(317, 1) {
        1 => Some(Dictionary::new()),
        2 => Some(dictionary! {
            "Predictor" => 2,
            "Colors" => i64::from(samples),
            "BitsPerComponent" => bits,
            "Columns" => width,
        }),
        _ => None,
    };
    Some(match compression {
        1 => (None, Dictionary::new()),
        2..=4 if samples == 1 && bits == 1 => {
            let two_dimensional = page.one(292, 0) & 1 == 1;
            let k = match compression {
                4 => -1,
                3 if two_dimensional => 4,
                _ => 0,
            };
            let parms = dictionary! {
                "K" => k,
                "Columns" => width,
                // Rows are known: an end mark some scanners leave out is not waited for.
                "EndOfBlock" => false,
                "EncodedByteAlign" => compression == 2,
                "BlackIs1" => page.one(262, 0) == 1,
            };
            (Some("CCITTFaxDecode"), parms)
        }
        5 => (Some("LZWDecode"), predicted()?),
        // Without the Adobe mark a reader would guess the colour transform.
        7 => {
            let transform = i64::from(page.one(262, 0) == 6);
            (Some("DCTDecode"), dictionary! { "ColorTransform" => transform })
        }
        8 | 32946 => (Some("FlateDecode"), predicted()?),
        32773 => (Some("RunLengthDecode"), Dictionary::new()),
        _ => return None,
    })
}

/// The colour table: TIFF has 16-bit planes, PDF 8-bit triples.
fn palette(map: &[u32], bits: u32) -> Option<Object> {
    let colours = 1_usize << bits;
    if map.len() != colours * 3 || bits > 8 {
        return None;
    }
    let mut table = Vec::with_capacity(map.len());
    for i in 0..colours {
        for plane in 0..3 {
            table.push(u8::try_from(map.get(plane * colours + i)? >> 8).ok()?);
        }
    }
    Some(Object::Array(vec![
        name("Indexed"),
        name("DeviceRGB"),
        Object::Integer(i64::try_from(colours).ok()? - 1),
        Object::String(table, lopdf::StringFormat::Hexadecimal),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(tags: &[(u16, &[u32])]) -> Directory {
        let tags = tags.iter().map(|(t, v)| (*t, v.to_vec())).collect();
        Directory { offset: 8, tags }
    }

    #[test]
    fn fax_polarity_follows_the_photometric_tag() {
        for (photometric, black_is_one) in [(0, false), (1, true)] {
            let page = page(&[
                (256, &[16]),
                (257, &[2]),
                (259, &[4]),
                (262, &[photometric]),
                (273, &[100]),
                (279, &[5]),
            ]);
            let recipe = Recipe::of(&page).unwrap();
            assert_eq!(recipe.filter, Some("CCITTFaxDecode"));
            assert_eq!(recipe.parms.get(b"BlackIs1").unwrap(), &Object::Boolean(black_is_one));
            assert!(!recipe.dict.has(b"Decode"));
        }
    }

    #[test]
    fn tiles_and_alpha_are_not_passed_through() {
        let base: &[(u16, &[u32])] =
            &[(256, &[16]), (258, &[8]), (262, &[1]), (273, &[100]), (279, &[5])];
        assert!(Recipe::of(&page(base)).is_some());
        assert!(Recipe::of(&page(&[base, &[(322, &[16])]].concat())).is_none());
        assert!(Recipe::of(&page(&[base, &[(338, &[2])]].concat())).is_none());
        assert!(Recipe::of(&page(&[base, &[(266, &[2])]].concat())).is_none());
    }

    #[test]
    fn directory_circle_and_cut_off_file_are_errors() {
        // One empty directory at 8 whose next is itself.
        let mut circle = b"II*\0\x08\0\0\0\0\0\x08\0\0\0".to_vec();
        assert!(Tiff::open(circle.clone()).is_err());
        circle.truncate(11);
        assert!(Tiff::open(circle).is_err());
        assert!(Tiff::open(b"%PDF".to_vec()).is_err());
    }
}
