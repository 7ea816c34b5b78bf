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
        () if starts(b"BM") && at(6, &[0; 4]) => FileKind::Bmp,
        () if starts(b"RIFF") && at(8, b"WEBP") => FileKind::Webp,
        () if at(4, b"ftyp") && is_heif(head.get(8..12).unwrap_or_default()) => FileKind::Heic,
        () if starts(b"Rar!\x1A\x07") => FileKind::Rar,
        () if starts(b"7z\xBC\xAF\x27\x1C") => FileKind::SevenZip,
        () if first_kib.windows(5).any(|w| w == b"%PDF-") => FileKind::Pdf,
        () => return None,
    })
}

fn is_heif(brand: &[u8]) -> bool {
    const BRANDS: [&[u8]; 10] =
        [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"];
    BRANDS.contains(&brand)
}

fn by_text(head: &[u8], path: &str) -> FileKind {
    let wide = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let plain: Vec<u8> = if wide {
        head.iter().copied().skip(2).filter(|b| *b != 0).collect()
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
        () if TEXTUAL.contains(&name::ending(path).as_str()) => FileKind::Text,
        () => FileKind::Unknown,
    }
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
        assert_eq!(sniff(b"junk\n%PDF-1.4", "a.pdf"), FileKind::Pdf);
        assert_eq!(sniff(b"", "a.pdf"), FileKind::Empty);
        assert_eq!(sniff(b"MZ\x90\0\x03\0\0\0", "a.txt"), FileKind::Unknown);
        assert_eq!(sniff(b"@echo off\r\n", "a.bat"), FileKind::Unknown);
        assert_eq!(sniff(b"BM is a unit", "a.txt"), FileKind::Text);
    }
}
