//! Bytes to text, for files that do not say or do not know their encoding.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Decoded text.
pub(super) struct Decoded {
    /// The text, without a byte order mark.
    pub(super) text: String,
    /// Name of the encoding for people.
    pub(super) encoding: &'static str,
    /// How many characters could not be read.
    pub(super) broken: usize,
}

/// Decodes by byte order mark, else as valid UTF-8, else as GB18030. `declared` (a charset a file
/// names itself) is asked only when the bytes are no UTF-8: exports often lie about it.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> Decoded {
    let encoding = if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        encoding
    } else if let Some(encoding) = utf16_without_mark(bytes) {
        encoding
    } else if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        declared
            .and_then(|label| Encoding::for_label(label.as_bytes()))
            .filter(|e| *e != UTF_8 && *e != encoding_rs::GBK)
            .unwrap_or(GB18030)
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    let broken = text.chars().filter(|c| *c == '\u{FFFD}').count();
    Decoded { text: text.into_owned(), encoding: encoding.name(), broken }
}

/// Half the bytes of Latin text in UTF-16 are nul; no other text has them.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(4096))?;
    let nuls = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    if odd > even && odd * 10 > head.len() {
        Some(UTF_16LE)
    } else if even > odd && even * 10 > head.len() {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The text of an XML part: UTF-8 or UTF-16. A large part is not copied when it need not be.
pub(super) fn xml_text(bytes: Vec<u8>) -> String {
    let encoding = Encoding::for_bom(&bytes)
        .map(|(encoding, _)| encoding)
        .or_else(|| utf16_without_mark(&bytes))
        .unwrap_or(UTF_8);
    let marked = Encoding::for_bom(&bytes).is_some();
    let bytes = if encoding == UTF_8 && !marked {
        match String::from_utf8(bytes) {
            Ok(text) => return text,
            Err(error) => error.into_bytes(),
        }
    } else {
        bytes
    };
    encoding.decode_with_bom_removal(&bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_encoding() {
        let utf16: Vec<u8> =
            "\u{feff}姓名\t性别".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: [(&[u8], &str, usize); 5] = [
            ("姓名".as_bytes(), "姓名", 0),
            (b"\xEF\xBB\xBF\xE5\xA7\x93", "姓", 0),
            (b"\xD0\xD5\xC3\xFB", "姓名", 0),
            (&utf16, "姓名\t性别", 0),
            (b"\xD0\xD5\xFF\xC3\xFB", "姓\u{FFFD}名", 1),
        ];
        for (bytes, text, broken) in cases {
            let decoded = decode(bytes, Some("utf-8"));
            assert_eq!((decoded.text.as_str(), decoded.broken), (text, broken));
        }
    }
}
