//! A ZIP as old archivers on Chinese Windows write it: names in GBK and no UTF-8 flag.

/// Stored members; names that GBK lacks take the four bytes of GB 18030.
pub(super) fn gbk_zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut directory = Vec::new();
    for (path, bytes) in files {
        let name = encoding_rs::GB18030.encode(path).0;
        let offset = small(body.len());
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        // version, flags, method, time 12:00, day 2019-06-05
        let mut fields: Vec<u8> =
            [20_u16, 0, 0, 0x6000, 0x4ec5].iter().flat_map(|half| half.to_le_bytes()).collect();
        for word in [crc.sum(), small(bytes.len()), small(bytes.len())] {
            fields.extend(word.to_le_bytes());
        }
        fields.extend(half(name.len()));
        fields.extend([0, 0]);
        body.extend(b"PK\x03\x04");
        body.extend(&fields);
        body.extend(name.as_ref());
        body.extend(bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fields);
        // no comment, disk 0, no attributes
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_ref());
    }
    let start = small(body.len());
    body.extend(&directory);
    body.extend(b"PK\x05\x06\0\0\0\0");
    body.extend(half(files.len()));
    body.extend(half(files.len()));
    body.extend(small(directory.len()).to_le_bytes());
    body.extend(start.to_le_bytes());
    body.extend([0, 0]);
    body
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn half(n: usize) -> [u8; 2] {
    u16::try_from(n).unwrap_or(u16::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    #[test]
    fn readable_with_raw_names() {
        let bytes = gbk_zip(&[("王䶮/照片.jpg".to_owned(), b"abc".to_vec())]);
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut member = zip.by_index(0).unwrap();
        let name = encoding_rs::GB18030.decode(member.name_raw()).0.into_owned();
        assert_eq!(name, "王䶮/照片.jpg");
        let mut text = String::new();
        member.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }
}
