//! JPEG and PNG: bytes go in as they are; only headers are read.

use super::writer::{PdfWriter, name};
use super::{BindError, Id};
use image::DynamicImage;
use lopdf::{Dictionary, Object, dictionary};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

/// An image in the packet: one object, or several stacked from the top.
pub(super) struct Picture {
    /// Rows of the whole image.
    pub(super) height: u32,
    /// Objects with their first row and their number of rows.
    pub(super) parts: Vec<(Id, u32, u32)>,
}

impl Picture {
    pub(super) fn whole(id: Id, height: u32) -> Self {
        Self { height, parts: vec![(id, 0, height)] }
    }
}

/// The entries every image has.
pub(super) fn image_dict(width: u32, height: u32, bits: u8, space: Object) -> Dictionary {
    dictionary! {
        "Type" => name("XObject"),
        "Subtype" => name("Image"),
        "Width" => i64::from(width),
        "Height" => i64::from(height),
        "BitsPerComponent" => i64::from(bits),
        "ColorSpace" => space,
    }
}

/// What the frame header of a JPEG says.
#[derive(Debug, PartialEq, Eq)]
struct Frame {
    width: u32,
    height: u32,
    components: u8,
    adobe: bool,
}

fn take<const N: usize>(reader: &mut dyn Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Walks the markers of a JPEG up to its frame header.
fn frame<R: Read + Seek>(reader: &mut R) -> io::Result<Frame> {
    let bad = |text: &'static str| io::Error::new(io::ErrorKind::InvalidData, text);
    if take::<2>(reader)? != [0xff, 0xd8] {
        return Err(bad("no JPEG"));
    }
    let mut adobe = false;
    loop {
        // leftovers before a marker are skipped, as admission and every reader do
        while take::<1>(reader)? != [0xff] {}
        let mut code = 0xff;
        while code == 0xff {
            [code] = take::<1>(reader)?;
        }
        if matches!(code, 0x00 | 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let length = u16::from_be_bytes(take::<2>(reader)?);
        let body = length.checked_sub(2).ok_or_else(|| bad("JPEG segment too short"))?;
        match code {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let [_, h1, h0, w1, w0, components] = take::<6>(reader)?;
                let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
                return Ok(Frame { width: width.into(), height: height.into(), components, adobe });
            }
            0xee if body >= 12 => {
                adobe = take::<5>(reader)? == *b"Adobe";
                reader.seek_relative(i64::from(body) - 5)?;
            }
            0xd9 | 0xda => return Err(bad("JPEG without frame header")),
            _ => reader.seek_relative(i64::from(body))?,
        }
    }
}

/// Puts a JPEG file in as it is.
pub(super) fn jpeg<W: Write>(writer: &mut PdfWriter<W>, file: File) -> Result<Picture, BindError> {
    let length = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let found = frame(&mut reader)?;
    let space = match found.components {
        1 => "DeviceGray",
        3 => "DeviceRGB",
        4 => "DeviceCMYK",
        n => return Err(BindError::Image(format!("JPEG with {n} components"))),
    };
    let mut dict = image_dict(found.width, found.height, 8, name(space));
    dict.set("Filter", name("DCTDecode"));
    // Adobe writes CMYK inverted.
    if found.components == 4 && found.adobe {
        let inverted = [1, 0].repeat(4).into_iter().map(Object::Integer).collect::<Vec<_>>();
        dict.set("Decode", inverted);
    }
    reader.seek(SeekFrom::Start(0))?;
    let id = writer.add_copy(dict, length, &mut reader)?;
    Ok(Picture::whole(id, found.height))
}

/// The parts of a PNG that matter.
#[derive(Debug, Default)]
struct Png {
    width: u32,
    height: u32,
    depth: u8,
    colour: u8,
    interlaced: bool,
    palette: Vec<u8>,
    transparent: bool,
    /// Place and length of each IDAT body.
    data: Vec<(u64, u64)>,
}

fn png_parts<R: Read + Seek>(reader: &mut R) -> io::Result<Png> {
    let bad = |text: &'static str| io::Error::new(io::ErrorKind::InvalidData, text);
    if take::<8>(reader)? != *b"\x89PNG\r\n\x1a\n" {
        return Err(bad("no PNG"));
    }
    let mut png = Png::default();
    loop {
        let length = u32::from_be_bytes(take::<4>(reader)?);
        let kind = take::<4>(reader)?;
        let start = reader.stream_position()?;
        match &kind {
            b"IHDR" => {
                png.width = u32::from_be_bytes(take::<4>(reader)?);
                png.height = u32::from_be_bytes(take::<4>(reader)?);
                let [depth, colour, _, _, interlace] = take::<5>(reader)?;
                (png.depth, png.colour, png.interlaced) = (depth, colour, interlace != 0);
            }
            b"PLTE" if length <= 768 => {
                reader.by_ref().take(length.into()).read_to_end(&mut png.palette)?;
            }
            b"tRNS" => png.transparent = true,
            b"IDAT" => png.data.push((start, length.into())),
            b"IEND" => break,
            _ => {}
        }
        reader.seek(SeekFrom::Start(start + u64::from(length) + 4))?;
    }
    if png.width == 0 || png.height == 0 || png.data.is_empty() {
        return Err(bad("PNG without image"));
    }
    Ok(png)
}

/// Reads the IDAT bodies one after the other.
struct Chunks<'a, R> {
    reader: &'a mut R,
    rest: std::vec::IntoIter<(u64, u64)>,
    left: u64,
}

impl<R: Read + Seek> Read for Chunks<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            let Some((start, length)) = self.rest.next() else { return Ok(0) };
            self.reader.seek(SeekFrom::Start(start))?;
            self.left = length;
        }
        let n = self.reader.by_ref().take(self.left).read(buffer)?;
        self.left -= n as u64;
        if n == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(n) }
    }
}

/// Puts a PNG file in. Its compressed rows pass through; only transparency and interlacing, which
/// PDF has no filter for, are decoded (onto white) and deflated again.
pub(super) fn png<W: Write>(writer: &mut PdfWriter<W>, file: File) -> Result<Picture, BindError> {
    let mut reader = BufReader::new(file);
    let png = png_parts(&mut reader)?;
    let (space, colours) = match png.colour {
        0 => (name("DeviceGray"), 1),
        2 => (name("DeviceRGB"), 3),
        3 => (indexed(&png.palette), 1),
        _ => (Object::Null, 0),
    };
    if colours == 0 || png.interlaced || png.transparent {
        reader.seek(SeekFrom::Start(0))?;
        let image = image::ImageReader::with_format(reader, image::ImageFormat::Png).decode();
        return decoded(writer, &image.map_err(|e| BindError::Image(e.to_string()))?);
    }
    let mut dict = image_dict(png.width, png.height, png.depth, space);
    dict.set("Filter", name("FlateDecode"));
    dict.set(
        "DecodeParms",
        dictionary! {
            "Predictor" => 15,
            "Colors" => colours,
            "BitsPerComponent" => i64::from(png.depth),
            "Columns" => i64::from(png.width),
        },
    );
    let length = png.data.iter().map(|(_, n)| n).sum();
    let mut body = Chunks { reader: &mut reader, rest: png.data.into_iter(), left: 0 };
    let id = writer.add_copy(dict, length, &mut body)?;
    Ok(Picture::whole(id, png.height))
}

/// A colour space of numbered colours, red, green and blue of each.
pub(super) fn indexed(palette: &[u8]) -> Object {
    let colours = palette.len() / 3;
    let table = palette.iter().take(colours * 3).copied().collect();
    Object::Array(vec![
        name("Indexed"),
        name("DeviceRGB"),
        Object::Integer(i64::try_from(colours.saturating_sub(1)).unwrap_or(0)),
        Object::String(table, lopdf::StringFormat::Hexadecimal),
    ])
}

/// Writes decoded pixels on white, deflated.
pub(super) fn decoded<W: Write>(
    writer: &mut PdfWriter<W>,
    image: &DynamicImage,
) -> Result<Picture, BindError> {
    let (width, height) = (image.width(), image.height());
    let colour = image.color();
    let (space, bytes) = if colour.has_alpha() {
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for pixel in image.to_rgba8().pixels() {
            let [r, g, b, a] = pixel.0;
            rgb.extend([r, g, b].map(|c| on_white(c, a)));
        }
        ("DeviceRGB", rgb)
    } else if colour.has_color() {
        ("DeviceRGB", image.to_rgb8().into_raw())
    } else {
        ("DeviceGray", image.to_luma8().into_raw())
    };
    let id = writer.add_deflated(image_dict(width, height, 8, name(space)), &bytes)?;
    Ok(Picture::whole(id, height))
}

fn on_white(colour: u8, alpha: u8) -> u8 {
    let (c, a) = (u32::from(colour), u32::from(alpha));
    u8::try_from((c * a + 255 * (255 - a) + 127) / 255).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn frame_header_is_found_behind_other_segments() {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1, 0, 4, 1, 2];
        bytes.extend([0xff, 0xee, 0, 14]);
        bytes.extend(b"Adobe\0\0\0\0\0\0\0");
        bytes.extend([0xff, 0xff, 0xc2, 0, 20, 8, 0, 30, 0, 40, 4]);
        let found = frame(&mut Cursor::new(bytes)).unwrap();
        assert_eq!(found, Frame { width: 40, height: 30, components: 4, adobe: true });
    }

    #[test]
    fn jpeg_without_frame_is_an_error() {
        assert!(frame(&mut Cursor::new([0xff, 0xd8, 0xff, 0xda, 0, 2])).is_err());
        assert!(frame(&mut Cursor::new(b"GIF89a")).is_err());
        assert!(frame(&mut Cursor::new([0xff, 0xd8, 0xff, 0xe0, 0, 1])).is_err());
    }

    #[test]
    fn transparency_falls_on_white() {
        assert_eq!(on_white(10, 0), 255);
        assert_eq!(on_white(10, 255), 10);
        assert_eq!(on_white(0, 128), 127);
    }
}
