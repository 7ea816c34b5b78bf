//! Whether a file has the end its format must have.

use super::FileKind;
use super::copy;
use super::discover::{Listed, Nature};
use super::sniff::sniff;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

const ZIP_TAIL: u64 = 64 * 1024 + 22;
const PNG_TAIL: u64 = 64 * 1024;
const PDF_TAIL: u64 = 1024;
const THUMBNAIL_REACH: u64 = 256 * 1024;

/// Whether nothing speaks against the file being whole. What may not be opened is whole as far as
/// waiting goes: it is refused when it is copied.
pub(super) fn has_end(file: &Listed) -> bool {
    if let Nature::Unreadable(kind) = file.nature {
        return !copy::may_pass(kind);
    }
    if file.nature != Nature::Regular || file.litter || file.len == 0 {
        return true;
    }
    let whole =
        copy::open_regular(&file.place).and_then(|mut open| check(&mut open, &file.path, file.len));
    whole.unwrap_or_else(|e| !copy::may_pass(e.kind()))
}

fn check(file: &mut File, path: &str, len: u64) -> io::Result<bool> {
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head)?;
    Ok(match sniff(&head, path) {
        FileKind::Zip => {
            let mut end = tail(file, len, ZIP_TAIL)?;
            // The record itself must be whole, without its signature.
            end.truncate(end.len().saturating_sub(22 - 4));
            contains(&end, b"PK\x05\x06")
        }
        FileKind::Pdf => contains(&tail(file, len, PDF_TAIL)?, b"%%EOF"),
        FileKind::Png => contains(&tail(file, len, PNG_TAIL)?, b"IEND"),
        // Beyond the reach of a thumbnail the last two bytes tell; the file is read once less.
        FileKind::Jpeg if len > THUMBNAIL_REACH && tail(file, len, 2)? == b"\xFF\xD9" => true,
        FileKind::Jpeg => {
            file.seek(SeekFrom::Start(2))?;
            jpeg_ends(&mut BufReader::with_capacity(64 * 1024, file))?
        }
        // Space that was reserved and not yet written.
        FileKind::Unknown => head.iter().any(|byte| *byte != 0),
        FileKind::Ole
        | FileKind::Tiff
        | FileKind::Bmp
        | FileKind::Webp
        | FileKind::Gif
        | FileKind::Heic
        | FileKind::Rar
        | FileKind::SevenZip
        | FileKind::Markup
        | FileKind::Text
        | FileKind::Empty => true,
    })
}

fn tail(file: &mut File, len: u64, most: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(len.saturating_sub(most)))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Walks the markers after SOI. Segments are skipped by their length, so that the end marker of an
/// embedded thumbnail does not count; entropy-coded data escapes 0xFF, so an end marker there is one.
fn jpeg_ends(reader: &mut impl BufRead) -> io::Result<bool> {
    let mut scanned = false;
    loop {
        // To the next marker: filler before, entropy-coded data after the first scan.
        reader.skip_until(0xFF)?;
        let mut marker = next(reader)?;
        while marker == Some(0xFF) {
            marker = next(reader)?;
        }
        match marker {
            None => return Ok(false),
            Some(0xD9) => return Ok(scanned),
            Some(0x00 | 0x01 | 0xD0..=0xD8) => continue,
            Some(0xDA) => scanned = true,
            Some(_) => {}
        }
        let (Some(high), Some(low)) = (next(reader)?, next(reader)?) else { return Ok(false) };
        let rest = u64::from(u16::from_be_bytes([high, low])).saturating_sub(2);
        if io::copy(&mut reader.by_ref().take(rest), &mut io::sink())? < rest {
            return Ok(false);
        }
    }
}

fn next(reader: &mut impl Read) -> io::Result<Option<u8>> {
    let mut byte = [0];
    Ok((reader.read(&mut byte)? == 1).then_some(byte[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(name: &str, bytes: &[u8]) -> bool {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("f");
        std::fs::write(&place, bytes).unwrap();
        check(&mut File::open(place).unwrap(), name, bytes.len() as u64).unwrap()
    }

    #[test]
    fn a_thumbnail_does_not_end_a_jpeg() {
        // SOI, APP1 of 6 bytes holding SOS and EOI, SOS of 2, data with an escape.
        let open = b"\xFF\xD8\xFF\xE1\x00\x06\xFF\xDA\xFF\xD9\xFF\xDA\x00\x02ab\xFF\x00cd";
        assert!(!ends("a.jpg", open));
        assert!(ends("a.jpg", &[&open[..], b"\xFF\xD9"].concat()));
        assert!(ends("a.jpg", &[&open[..], b"\xFF\xD9 trailing bytes"].concat()));
        assert!(!ends("a.jpg", &open[..9]));
    }

    #[test]
    fn the_other_formats_by_their_last_bytes() {
        assert!(!ends("a.zip", b"PK\x03\x04half"));
        assert!(!ends("a.zip", b"PK\x03\x04....PK\x05\x06\0\0\0\0"));
        assert!(ends("a.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
        assert!(!ends("a.pdf", b"%PDF-1.4 half"));
        assert!(ends("a.pdf", b"%PDF-1.4\n%%EOF\n"));
        assert!(!ends("a.pdf", &[&b"%PDF-1.4\n%%EOF\n"[..], &[b' '; 2000]].concat()));
        assert!(!ends("a.png", b"\x89PNG\r\n\x1A\nhalf"));
        assert!(!ends("a.xlsx", &[0; 5000]));
        assert!(ends("a.csv", b"a,b\n"));
    }
}
