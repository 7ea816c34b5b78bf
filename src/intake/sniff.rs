//! Kinds of files by their first bytes. Only fixed offsets are looked at; nothing is parsed.

use super::{FileKind, name};

/// Endings under which plain text is a table or a note (system exports call text `.xls`).
const TEXTUAL: [&str; 11] =
    ["csv", "tsv", "txt", "prn", "tab", "dat", "xls", "xlsx", "et", "ods", ""];

/// The kind of a file from its head (the first bytes, at most 4,096 are needed); the name only
/// tells text from what merely looks like it.
pub fn sniff(head: &[u8], path: &str) -> FileKind {
    if head.is_empty() {
        return FileKind::Empty;
    }
    by_magic(head).unwrap_or_else(|| by_text(head, path))
}

fn by_magic(head: &[u8]) -> Option<FileKind> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|h| h.starts_with(magic));
    let first_kib = head.get(..1024).unwrap_or(head);
    Some(match () {
        () if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || starts(b"PK\x07\x08") => {
            FileKind::Zip
        }
        () if starts(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") => FileKind::Ole,
        () if starts(b"\xFF\xD8\xFF") => FileKind::Jpeg,
        () if starts(b"\x89PNG\r\n\x1A\n") => FileKind::Png,
        () if [&b"II*\0"[..], b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|m| starts(m)) => {
            FileKind::Tiff
        }
        () if starts(b"BM") && is_bitmap(head) => FileKind::Bmp,
        () if starts(b"RIFF") && at(8, b"WEBP") => FileKind::Webp,
        () if starts(b"GIF87a") || starts(b"GIF89a") => FileKind::Gif,
        () if at(4, b"ftyp") && is_heif(head.get(8..12).unwrap_or_default()) => FileKind::Heic,
        () if starts(b"Rar!\x1A\x07") => FileKind::Rar,
        () if starts(b"7z\xBC\xAF\x27\x1C") => FileKind::SevenZip,
        () if first_kib.windows(5).any(|w| w == b"%PDF-") => FileKind::Pdf,
        () => return None,
    })
}

/// Whether a header of a known length follows the file header.
fn is_bitmap(head: &[u8]) -> bool {
    const LENGTHS: [u32; 8] = [12, 16, 40, 52, 56, 64, 108, 124];
    let length = head.get(14..).and_then(|h| h.first_chunk()).map(|h| u32::from_le_bytes(*h));
    length.is_some_and(|length| LENGTHS.contains(&length))
}

fn is_heif(brand: &[u8]) -> bool {
    const BRANDS: [&[u8]; 10] =
        [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"];
    BRANDS.contains(&brand)
}

fn by_text(head: &[u8], path: &str) -> FileKind {
    let wide = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let plain: Vec<u8> = if wide {
        narrow(head)
    } else {
        head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).to_vec()
    };
    // A NUL or many control characters: no text in any encoding the field uses.
    let controls = plain.iter().filter(|b| **b < 0x20 && !b"\t\n\r\x0C".contains(b)).count();
    if (!wide && plain.contains(&0)) || controls * 50 > plain.len() {
        return FileKind::Unknown;
    }
    let mut visible = plain.iter().copied().skip_while(u8::is_ascii_whitespace);
    let markup = visible.next() == Some(b'<')
        && visible.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'!' || b == b'?');
    match () {
        () if markup => FileKind::Markup,
        // named as a document or as nothing known: the reader tells what it is
        () if plain.starts_with(b"{\\rtf") => FileKind::Text,
        () if TEXTUAL.contains(&name::ending(path).as_str()) => FileKind::Text,
        () => FileKind::Unknown,
    }
}

/// UTF-16 after its mark, one byte a character: what is no ASCII stands as `~`. Half of a Chinese
/// character may look like a control character; the whole never is one.
fn narrow(head: &[u8]) -> Vec<u8> {
    let little = head.starts_with(b"\xFF\xFE");
    head.chunks_exact(2)
        .skip(1)
        .map(|pair| match (little, pair) {
            (true, [low, high]) | (false, [high, low]) if *high == 0 => *low,
            _ => b'~',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_wins_over_the_ending() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1A\n", "a.jpg"), FileKind::Png);
        assert_eq!(sniff(b"<html><table>", "a.xls"), FileKind::Markup);
        assert_eq!(sniff("\u{feff}\n<?xml version".as_bytes(), "a.xls"), FileKind::Markup);
        assert_eq!(sniff("姓名\t工种\n".as_bytes(), "a.xls"), FileKind::Text);
        assert_eq!(sniff(b"\xD0\xD5\xC3\xFB,1\n", "a.csv"), FileKind::Text);
        assert_eq!(sniff(b"\xFF\xFE\xD3\x59\x0D\x54", "a.csv"), FileKind::Text);
        let table = "出生年月\t参加工作时间\t申报工种\r\n";
        let little: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = table.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(sniff(&[b"\xFF\xFE", little.as_slice()].concat(), "a.txt"), FileKind::Text);
        assert_eq!(sniff(&[b"\xFE\xFF", big.as_slice()].concat(), "a.csv"), FileKind::Text);
        assert_eq!(sniff(b"\xFF\xFE\x01\x00\x02\x00\x03\x00", "a.csv"), FileKind::Unknown);
        assert_eq!(sniff(b"junk\n%PDF-1.4", "a.pdf"), FileKind::Pdf);
        assert_eq!(sniff(b"", "a.pdf"), FileKind::Empty);
        assert_eq!(sniff(b"MZ\x90\0\x03\0\0\0", "a.txt"), FileKind::Unknown);
        assert_eq!(sniff(b"@echo off\r\n", "a.bat"), FileKind::Unknown);
        assert_eq!(sniff(b"BM is a unit", "a.txt"), FileKind::Text);
        assert_eq!(sniff(b"{\\rtf1\\ansi", "a.doc"), FileKind::Text);
    }
}
