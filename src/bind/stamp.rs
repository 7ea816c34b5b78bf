//! Text the binder prints over pages: page numbers and the 原件已核 block, in an embedded subset.

use super::writer::{PdfWriter, deflate, name, reference};
use super::{A4, BindError, Id, MM};
use lopdf::{Object, dictionary};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write;
use subsetter::GlyphRemapper;
use ttf_parser::Face;

/// The name of the stamp font in the resources of each page.
pub(super) const FONT: &str = "DsrStamp";
/// Size of the page number.
const NUMBER_PT: f64 = 9.0;
/// Size of the 原件已核 block.
const BLOCK_PT: f64 = 10.5;
/// Line pitch of the block: room for a signature.
const BLOCK_PITCH: f64 = 20.0;
/// The block is never narrower: a signature must fit behind 审核人：.
const BLOCK_MIN_WIDTH: f64 = 118.0;

/// The font of page numbers and stamps.
#[derive(Debug, Clone)]
pub struct StampFonts {
    bytes: Vec<u8>,
    index: u32,
}

impl StampFonts {
    /// Takes one font file (OTF, TTF or TTC) that has Chinese glyphs.
    ///
    /// # Errors
    /// When the bytes are no font with outlines that can be embedded.
    pub fn load(bytes: Vec<u8>, index: u32) -> Result<Self, BindError> {
        let face = Face::parse(&bytes, index).map_err(|e| BindError::Font(e.to_string()))?;
        if face.tables().glyf.is_none() && face.tables().cff.is_none() {
            return Err(BindError::Font("no TrueType or CFF outlines".to_owned()));
        }
        Ok(Self { bytes, index })
    }
}

/// 第 N 页 共 M 页.
pub(super) fn number_line(number: u32, total: u32) -> String {
    format!("第 {number} 页 共 {total} 页")
}

/// The embedded subset: how each character is written and how wide it is.
pub(super) struct Lettering {
    glyphs: BTreeMap<char, (u16, f64)>,
    /// Characters the font lacks.
    pub(super) missing: String,
    /// The font object.
    pub(super) font: Id,
}

impl Lettering {
    /// Embeds the subset of `fonts` for exactly `characters`.
    pub(super) fn embed<W: Write>(
        writer: &mut PdfWriter<W>,
        fonts: &StampFonts,
        characters: &BTreeSet<char>,
    ) -> Result<Self, BindError> {
        let fault = |e: &dyn std::fmt::Display| BindError::Font(e.to_string());
        let face = Face::parse(&fonts.bytes, fonts.index).map_err(|e| fault(&e))?;
        let unit = 1000.0 / f64::from(face.units_per_em());
        let mut remapper = GlyphRemapper::new();
        let mut glyphs = BTreeMap::new();
        let mut missing = String::new();
        for &c in characters {
            let Some(glyph) = face.glyph_index(c) else {
                missing.push(c);
                continue;
            };
            let width = f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * unit;
            glyphs.insert(c, (remapper.remap(glyph.0), width));
        }
        let subset =
            subsetter::subset(&fonts.bytes, fonts.index, &remapper).map_err(|e| fault(&e))?;
        let font = write_font(writer, &face, &subset, &glyphs)?;
        Ok(Self { glyphs, missing, font })
    }

    fn width(&self, line: &str, size: f64) -> f64 {
        line.chars().filter_map(|c| self.glyphs.get(&c)).map(|(_, w)| w * size / 1000.0).sum()
    }

    fn show(&self, out: &mut String, line: &str, size: f64, x: f64, y: f64) {
        let _ = write!(out, "BT /{FONT} {size} Tf {x:.2} {y:.2} Td <");
        for (glyph, _) in line.chars().filter_map(|c| self.glyphs.get(&c)) {
            let _ = write!(out, "{glyph:04x}");
        }
        out.push_str("> Tj ET\n");
    }

    /// Draws the page number at the bottom centre on a white strip.
    pub(super) fn draw_number(&self, out: &mut String, number: u32, total: u32) {
        let line = number_line(number, total);
        let width = self.width(&line, NUMBER_PT);
        let (x, y) = ((A4.0 - width) / 2.0, 8.0 * MM);
        let _ = writeln!(
            out,
            "q 1 g {:.2} {:.2} {:.2} {:.2} re f 0 g",
            x - 4.0,
            y - 4.0,
            width + 8.0,
            NUMBER_PT + 6.0
        );
        self.show(out, &line, NUMBER_PT, x, y);
        out.push_str("Q\n");
    }

    /// Draws the boxed block at the lower right, above the page number.
    pub(super) fn draw_block(&self, out: &mut String, lines: &[String]) {
        let pad = 8.0;
        let inner = lines.iter().map(|l| self.width(l, BLOCK_PT)).fold(BLOCK_MIN_WIDTH, f64::max);
        let width = inner + 2.0 * pad;
        let height = lines.len() as f64 * BLOCK_PITCH + pad;
        let (left, bottom) = (A4.0 - 10.0 * MM - width, 16.0 * MM);
        let _ =
            writeln!(out, "q 1 g 0 G 0.8 w {left:.2} {bottom:.2} {width:.2} {height:.2} re B 0 g");
        for (i, line) in lines.iter().enumerate() {
            let y = bottom + height - BLOCK_PITCH * (i as f64 + 1.0) + 3.0;
            self.show(out, line, BLOCK_PT, left + pad, y);
        }
        out.push_str("Q\n");
    }
}

fn write_font<W: Write>(
    writer: &mut PdfWriter<W>,
    face: &Face<'_>,
    subset: &[u8],
    glyphs: &BTreeMap<char, (u16, f64)>,
) -> Result<Id, BindError> {
    let cff = ttf_parser::RawFace::parse(subset, 0)
        .ok()
        .and_then(|raw| raw.table(ttf_parser::Tag::from_bytes(b"CFF ")));
    let file = match cff {
        // Bare CFF: the subset has no character map, which a whole OpenType file would need.
        Some(cff) => {
            let dict = dictionary! { "Subtype" => name("CIDFontType0C") };
            ("FontFile3", writer.add_deflated(dict, cff)?)
        }
        None => {
            let dict = dictionary! { "Length1" => i64::try_from(subset.len()).unwrap_or(i64::MAX) };
            ("FontFile2", writer.add_deflated(dict, subset)?)
        }
    };
    let base = name(&format!("DSRSTP+{}", postscript_name(face)));
    let descriptor = descriptor(face, &base, file);
    let descriptor = writer.add(&descriptor)?;
    let mut widths = Vec::new();
    let by_glyph: BTreeMap<u16, f64> = glyphs.values().copied().collect();
    for (glyph, width) in by_glyph {
        widths.push(Object::Integer(i64::from(glyph)));
        widths.push(Object::Array(vec![Object::Real(width as f32)]));
    }
    let mut descendant = dictionary! {
        "Type" => name("Font"),
        "Subtype" => name(if cff.is_some() { "CIDFontType0" } else { "CIDFontType2" }),
        "BaseFont" => base.clone(),
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"),
            "Supplement" => 0,
        },
        "FontDescriptor" => reference(descriptor),
        "DW" => 1000,
        "W" => widths,
    };
    if cff.is_none() {
        descendant.set("CIDToGIDMap", name("Identity"));
    }
    let descendant = writer.add(&Object::Dictionary(descendant))?;
    let map = deflate(to_unicode(glyphs).as_bytes())?;
    let map = writer.add_stream(dictionary! { "Filter" => name("FlateDecode") }, &map)?;
    let font = dictionary! {
        "Type" => name("Font"),
        "Subtype" => name("Type0"),
        "BaseFont" => base,
        "Encoding" => name("Identity-H"),
        "DescendantFonts" => vec![reference(descendant)],
        "ToUnicode" => reference(map),
    };
    Ok(writer.add(&Object::Dictionary(font))?)
}

fn descriptor(face: &Face<'_>, base: &Object, file: (&str, Id)) -> Object {
    let unit = 1000.0 / f64::from(face.units_per_em());
    let scaled = |value: i16| Object::Integer((f64::from(value) * unit).round() as i64);
    let area = face.global_bounding_box();
    Object::Dictionary(dictionary! {
        "Type" => name("FontDescriptor"),
        "FontName" => base.clone(),
        "Flags" => 4,
        "FontBBox" => vec![
            scaled(area.x_min), scaled(area.y_min), scaled(area.x_max), scaled(area.y_max),
        ],
        "ItalicAngle" => 0,
        "Ascent" => scaled(face.ascender()),
        "Descent" => scaled(face.descender()),
        "CapHeight" => scaled(face.capital_height().unwrap_or_else(|| face.ascender())),
        "StemV" => 80,
        file.0 => reference(file.1),
    })
}

/// The name in the font file, reduced to what a PDF name may hold everywhere.
fn postscript_name(face: &Face<'_>) -> String {
    let wanted = ttf_parser::name_id::POST_SCRIPT_NAME;
    let found = face
        .names()
        .into_iter()
        .find_map(|n| if n.name_id == wanted { n.to_string() } else { None });
    let kept: String = found
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(60)
        .collect();
    if kept.is_empty() { "Stamp".to_owned() } else { kept }
}

/// The character map that makes the stamps searchable.
fn to_unicode(glyphs: &BTreeMap<char, (u16, f64)>) -> String {
    let mut out = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
    );
    let pairs: Vec<_> = glyphs.iter().collect();
    for chunk in pairs.chunks(100) {
        let _ = writeln!(out, "{} beginbfchar", chunk.len());
        for (c, (glyph, _)) in chunk {
            let _ = write!(out, "<{glyph:04x}> <");
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "{unit:04x}");
            }
            out.push_str(">\n");
        }
        out.push_str("endbfchar\n");
    }
    out.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    out
}
