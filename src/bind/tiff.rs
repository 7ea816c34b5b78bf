//! TIFF: one page per directory; strips go in as they are wherever PDF has the same filter.
//!
//! Fax, JPEG, LZW, deflate, run length and plain strips are stacked as one image object each: this
//! costs no decoding. Tiles, 16-bit samples, alpha and separate planes are decoded and deflated.

use super::image::{Picture, decoded, image_dict, indexed};
use super::writer::{Head, PdfWriter, deflate, name};
use super::{BindError, Id};
use crate::read::{Colour, Filter, Passage, TiffPage};
use lopdf::{Dictionary, Object, dictionary};
use std::io::{Cursor, Write};

/// The bytes of a TIFF and its pages.
pub(super) struct Tiff {
    bytes: Vec<u8>,
    pages: Vec<TiffPage>,
}

impl Tiff {
    /// Reads the directories.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, BindError> {
        let pages = TiffPage::all(&bytes).ok_or_else(|| {
            BindError::Image("no TIFF, or its directories are cut off".to_owned())
        })?;
        Ok(Self { bytes, pages })
    }

    /// How many pages it has.
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Puts page `index` in.
    pub(super) fn picture<W: Write>(
        &self,
        writer: &mut PdfWriter<W>,
        index: usize,
    ) -> Result<Picture, BindError> {
        match self.pages.get(index) {
            Some(TiffPage { passage: Some(passage), .. }) => self.strips(writer, passage),
            Some(TiffPage { offset, passage: None }) => self.decode(writer, *offset),
            None => Err(BindError::Image(format!("TIFF has no page {}", index + 1))),
        }
    }

    fn strips<W: Write>(
        &self,
        writer: &mut PdfWriter<W>,
        passage: &Passage,
    ) -> Result<Picture, BindError> {
        let height = passage.height;
        let recipe = Recipe::of(passage);
        let mut parts = Vec::new();
        let mut top = 0;
        // all strips but the last have the same rows, and so the same dictionary
        let mut head = (0, Head::of(Dictionary::new())?);
        for (offset, length) in &passage.strips {
            let rows = passage.pitch.min(height.saturating_sub(top));
            if rows == 0 {
                break;
            }
            let strip = offset.checked_add(*length).and_then(|end| self.bytes.get(*offset..end));
            let strip = strip.ok_or_else(|| BindError::Image("TIFF is cut off".to_owned()))?;
            if head.0 != rows {
                head = (rows, Head::of(recipe.dict(rows))?);
            }
            parts.push((recipe.write(writer, &head.1, strip)?, top, rows));
            top += rows;
        }
        Ok(Picture { height, parts })
    }

    /// The decoder only knows the first directory: the header is made to point at this one.
    fn decode<W: Write>(
        &self,
        writer: &mut PdfWriter<W>,
        offset: u32,
    ) -> Result<Picture, BindError> {
        let mut bytes = self.bytes.clone();
        let big = bytes.starts_with(b"MM");
        let place = if big { offset.to_be_bytes() } else { offset.to_le_bytes() };
        if let Some(slot) = bytes.get_mut(4..8) {
            slot.copy_from_slice(&place);
        }
        let reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Tiff);
        let image = reader.decode().map_err(|e| BindError::Image(e.to_string()))?;
        decoded(writer, &image)
    }
}

/// The dictionary of the strips of one page.
struct Recipe<'a> {
    passage: &'a Passage,
    /// Everything but the number of rows.
    dict: Dictionary,
    parms: Dictionary,
}

impl<'a> Recipe<'a> {
    fn of(passage: &'a Passage) -> Self {
        let space = match &passage.colour {
            Colour::Grey => name("DeviceGray"),
            Colour::Rgb => name("DeviceRGB"),
            Colour::Cmyk => name("DeviceCMYK"),
            Colour::Palette(table) => indexed(table),
        };
        let mut dict = image_dict(passage.width, 0, passage.bits, space);
        if passage.inverted {
            dict.set("Decode", vec![Object::Integer(1), Object::Integer(0)]);
        }
        dict.set("Filter", name(filter(&passage.filter)));
        Self { dict, parms: parms(passage), passage }
    }

    /// The dictionary of a strip of that many rows.
    fn dict(&self, rows: u32) -> Dictionary {
        let mut dict = self.dict.clone();
        dict.set("Height", i64::from(rows));
        if !self.parms.is_empty() {
            let mut parms = self.parms.clone();
            if matches!(self.passage.filter, Filter::Fax { .. }) {
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
        if self.passage.filter == Filter::Plain {
            return Ok(writer.add_under(head, &deflate(strip)?)?);
        }
        if self.passage.turn {
            let turned: Vec<u8> = strip.iter().map(|b| b.reverse_bits()).collect();
            return Ok(writer.add_under(head, &turned)?);
        }
        // the tables end with a mark, the strip begins with one
        if let (Some((_, tables)), Some(rest)) =
            (self.passage.tables.split_last_chunk::<2>().map(|(t, e)| (e, t)), strip.get(2..))
        {
            return Ok(writer.add_under(head, &[tables, rest].concat())?);
        }
        Ok(writer.add_under(head, strip)?)
    }
}

/// The PDF filter; plain strips are deflated.
fn filter(filter: &Filter) -> &'static str {
    match filter {
        Filter::Fax { .. } => "CCITTFaxDecode",
        Filter::Lzw { .. } => "LZWDecode",
        Filter::Jpeg { .. } => "DCTDecode",
        Filter::Plain | Filter::Deflate { .. } => "FlateDecode",
        Filter::RunLength => "RunLengthDecode",
    }
}

fn parms(passage: &Passage) -> Dictionary {
    let width = i64::from(passage.width);
    match passage.filter {
        Filter::Fax { k, aligned, black_is_one } => dictionary! {
            "K" => i64::from(k),
            "Columns" => width,
            // Rows are known: an end mark some scanners leave out is not waited for.
            "EndOfBlock" => false,
            "EncodedByteAlign" => aligned,
            "BlackIs1" => black_is_one,
        },
        Filter::Jpeg { ycbcr } => dictionary! { "ColorTransform" => i64::from(ycbcr) },
        Filter::Lzw { predicted: true } | Filter::Deflate { predicted: true } => dictionary! {
            "Predictor" => 2,
            "Colors" => samples(&passage.colour),
            "BitsPerComponent" => i64::from(passage.bits),
            "Columns" => width,
        },
        _ => Dictionary::new(),
    }
}

fn samples(colour: &Colour) -> i64 {
    match colour {
        Colour::Grey | Colour::Palette(_) => 1,
        Colour::Rgb => 3,
        Colour::Cmyk => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
