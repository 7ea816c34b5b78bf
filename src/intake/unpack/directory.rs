//! The central directory of a ZIP, read by hand: the usual crate merges members of one name and
//! stops at the count the archive claims, and here neither may lose a file silently.

use std::io::{self, Read, Seek, SeekFrom};

/// Longest end record with its comment.
const END_TAIL: u64 = 22 + 65_535;
const ENTRY: usize = 46;

/// Why a directory is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// No end record: not complete.
    Cut,
    /// It contradicts itself.
    Wrong,
    /// More members or bytes than allowed.
    Limit,
}

/// One member as the directory states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) raw_name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) bytes: u64,
    pub(super) header: u64,
    /// Unix mode, 0 when the archive has none.
    pub(super) mode: u32,
    /// The Info-ZIP field 0x7075, when its checksum fits the raw name.
    pub(super) unicode_name: Option<String>,
}

impl Member {
    pub(super) fn encrypted(&self) -> bool {
        self.flags & 0x2041 != 0
    }

    pub(super) fn says_utf8(&self) -> bool {
        self.flags & 0x0800 != 0
    }
}

/// Reads the directory; refuses one whose count differs from the members seen, or whose members
/// overlap.
pub(super) fn read<R: Read + Seek>(
    file: &mut R,
    most: u64,
) -> io::Result<Result<Vec<Member>, Fault>> {
    let end = match find_end(file)? {
        Ok(end) => end,
        Err(fault) => return Ok(Err(fault)),
    };
    if end.count > most {
        return Ok(Err(Fault::Limit));
    }
    // Names, extra fields and comments are 64 KiB each at most; nobody needs half of that.
    if end.size > most.saturating_mul(1 << 16).min(64 << 20) {
        return Ok(Err(Fault::Limit));
    }
    let Some(shift) = end.at.checked_sub(end.size).and_then(|at| at.checked_sub(end.start)) else {
        return Ok(Err(Fault::Wrong));
    };
    file.seek(SeekFrom::Start(end.start + shift))?;
    let mut bytes = Vec::new();
    file.take(end.size).read_to_end(&mut bytes)?;
    Ok(members(&bytes, shift)
        .filter(|members| sound(members, end.count, end.start + shift))
        .ok_or(Fault::Wrong))
}

fn sound(members: &[Member], count: u64, directory: u64) -> bool {
    let mut spans: Vec<(u64, u64)> =
        members.iter().map(|m| (m.header, m.header.saturating_add(m.packed))).collect();
    spans.sort_unstable();
    let apart = spans.windows(2).all(|pair| match pair {
        [(_, end), (next, _)] => end <= next,
        _ => true,
    });
    let inside = spans.last().is_none_or(|(_, end)| *end <= directory);
    members.len() as u64 == count && apart && inside
}

struct End {
    count: u64,
    size: u64,
    start: u64,
    /// Where the end record (of the 64-bit kind, when there is one) begins.
    at: u64,
}

fn find_end<R: Read + Seek>(file: &mut R) -> io::Result<Result<End, Fault>> {
    let len = file.seek(SeekFrom::End(0))?;
    let base = len.saturating_sub(END_TAIL);
    file.seek(SeekFrom::Start(base))?;
    let mut tail = Vec::new();
    file.take(END_TAIL).read_to_end(&mut tail)?;
    let Some(position) = tail.windows(4).rposition(|w| w == b"PK\x05\x06") else {
        return Ok(Err(Fault::Cut));
    };
    let record = tail.get(position..).unwrap_or_default();
    let at = base + position as u64;
    let fields = (|| {
        let disks = (u16_at(record, 4)?, u16_at(record, 6)?, u16_at(record, 8)?);
        let _comment = u16_at(record, 20)?;
        Some((disks, u16_at(record, 10)?, u32_at(record, 12)?, u32_at(record, 16)?))
    })();
    let Some((disks, count, size, start)) = fields else { return Ok(Err(Fault::Cut)) };
    if count == u16::MAX || size == u32::MAX || start == u32::MAX {
        return end64(file, at);
    }
    if disks.0 != 0 || disks.1 != 0 || disks.2 != count {
        return Ok(Err(Fault::Wrong));
    }
    Ok(Ok(End { count: count.into(), size: size.into(), start: start.into(), at }))
}

fn end64<R: Read + Seek>(file: &mut R, end_at: u64) -> io::Result<Result<End, Fault>> {
    let Some(locator_at) = end_at.checked_sub(20) else { return Ok(Err(Fault::Wrong)) };
    let locator = bytes_at(file, locator_at, 20)?;
    let at = match u64_at(&locator, 8) {
        Some(at) if locator.starts_with(b"PK\x06\x07") && at < locator_at => at,
        _ => return Ok(Err(Fault::Wrong)),
    };
    let record = bytes_at(file, at, 56)?;
    let fields = (|| Some((u64_at(&record, 32)?, u64_at(&record, 40)?, u64_at(&record, 48)?)))();
    Ok(match fields {
        Some((count, size, start)) if record.starts_with(b"PK\x06\x06") => {
            Ok(End { count, size, start, at })
        }
        _ => Err(Fault::Wrong),
    })
}

fn bytes_at<R: Read + Seek>(file: &mut R, at: u64, len: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All members until the directory is used up; `None` when something else lies in it.
fn members(mut bytes: &[u8], shift: u64) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    while !bytes.is_empty() {
        // A digital signature may end a directory.
        if bytes.starts_with(b"PK\x05\x05") {
            break;
        }
        let (member, rest) = member(bytes, shift)?;
        members.push(member);
        bytes = rest;
    }
    Some(members)
}

fn member(bytes: &[u8], shift: u64) -> Option<(Member, &[u8])> {
    if !bytes.starts_with(b"PK\x01\x02") {
        return None;
    }
    let name_len = usize::from(u16_at(bytes, 28)?);
    let extra_len = usize::from(u16_at(bytes, 30)?);
    let comment_len = usize::from(u16_at(bytes, 32)?);
    let raw_name = bytes.get(ENTRY..ENTRY + name_len)?.to_vec();
    let extra = bytes.get(ENTRY + name_len..ENTRY + name_len + extra_len)?;
    let rest = bytes.get(ENTRY + name_len + extra_len + comment_len..)?;
    let mut member = Member {
        flags: u16_at(bytes, 8)?,
        method: u16_at(bytes, 10)?,
        crc: u32_at(bytes, 16)?,
        packed: u32_at(bytes, 20)?.into(),
        bytes: u32_at(bytes, 24)?.into(),
        header: u32_at(bytes, 42)?.into(),
        mode: u32_at(bytes, 38)? >> 16,
        unicode_name: None,
        raw_name,
    };
    extra_fields(&mut member, extra)?;
    member.header = member.header.checked_add(shift)?;
    Some((member, rest))
}

fn extra_fields(member: &mut Member, mut extra: &[u8]) -> Option<()> {
    // Short rests are padding that some writers leave.
    while let (Some(id), Some(len)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(len);
        let Some(field) = extra.get(4..end) else { break };
        match id {
            0x0001 => wide_sizes(member, field)?,
            0x7075 => member.unicode_name = unicode_name(&member.raw_name, field),
            _ => {}
        }
        extra = extra.get(end..).unwrap_or_default();
    }
    let narrow = u64::from(u32::MAX);
    (member.bytes != narrow && member.packed != narrow && member.header != narrow).then_some(())
}

fn wide_sizes(member: &mut Member, field: &[u8]) -> Option<()> {
    let mut at = 0;
    for value in [&mut member.bytes, &mut member.packed, &mut member.header] {
        if *value == u64::from(u32::MAX) {
            *value = u64_at(field, at)?;
            at += 8;
        }
    }
    Some(())
}

fn unicode_name(raw_name: &[u8], field: &[u8]) -> Option<String> {
    let mut crc = flate2::Crc::new();
    crc.update(raw_name);
    let fits = field.first() == Some(&1) && u32_at(field, 1) == Some(crc.sum());
    let name = std::str::from_utf8(field.get(5..)?).ok()?;
    (fits && !name.is_empty()).then(|| name.to_owned())
}

/// Where the bytes of a member begin; `None` when no local header is there.
pub(super) fn data_start<R: Read + Seek>(file: &mut R, member: &Member) -> io::Result<Option<u64>> {
    let header = bytes_at(file, member.header, 30)?;
    let lens = (|| Some((u16_at(&header, 26)?, u16_at(&header, 28)?)))();
    Ok(lens
        .filter(|_| header.starts_with(b"PK\x03\x04"))
        .map(|(name, extra)| member.header + 30 + u64::from(name) + u64::from(extra)))
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};

    fn archive(large: bool) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [("a.txt", "first"), ("张三/身份证.jpg", "second second second")] {
            let options = zip::write::SimpleFileOptions::default().large_file(large);
            writer.start_file(name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn seen(bytes: &[u8]) -> Result<Vec<Member>, Fault> {
        read(&mut Cursor::new(bytes), 100).unwrap()
    }

    #[test]
    fn members_are_found_also_behind_foreign_bytes() {
        for large in [false, true] {
            let bytes = archive(large);
            let members = seen(&bytes).unwrap();
            assert_eq!(members.len(), 2);
            assert_eq!((members[1].bytes, members[1].says_utf8()), (20, true));
            let shifted = [b"MZ self-extractor", &bytes[..]].concat();
            let mut file = Cursor::new(&shifted);
            let member = &seen(&shifted).unwrap()[0];
            assert!(data_start(&mut file, member).unwrap().is_some());
        }
    }

    #[test]
    fn no_damage_panics_and_no_cut_is_taken_for_whole() {
        for bytes in [archive(false), archive(true)] {
            for cut in 0..bytes.len() {
                assert!(seen(&bytes[..cut]).is_err(), "{cut}");
            }
            for at in 0..bytes.len() {
                for value in [0, 1, 0x7F, 0x80, 0xFF] {
                    let mut damaged = bytes.clone();
                    damaged[at] = value;
                    for member in seen(&damaged).unwrap_or_default() {
                        let _ = data_start(&mut Cursor::new(&damaged), &member).unwrap();
                    }
                }
            }
        }
    }

    #[test]
    fn overlapping_members_are_refused() {
        let mut bytes = archive(false);
        let second = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
        bytes[second + 42..second + 46].fill(0);
        assert_eq!(seen(&bytes), Err(Fault::Wrong));
    }
}
