//! OLE compound files: enough to tell what lies in them and to fetch the stream of a workbook.

/// An opened compound file.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    header: Header,
    fat: Vec<u32>,
    entries: Vec<Entry>,
}

impl<'a> Compound<'a> {
    /// Reads the directory; none when it is broken.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let header = Header::read(bytes)?;
        let fat = header.fat(bytes)?;
        let mut directory = Vec::new();
        for sector in chain(header.directory, &fat) {
            directory.extend_from_slice(header.sector(bytes, sector)?);
        }
        let root = entry(&directory, 0)?;
        let mut entries = Vec::new();
        // children of a storage form a tree of siblings; a damaged one may be a loop
        let mut open = vec![root.child];
        let mut steps = directory.len() / ENTRY;
        while let Some(id) = open.pop() {
            if id == NONE {
                continue;
            }
            steps = steps.checked_sub(1)?;
            let entry = entry(&directory, id)?;
            open.extend([entry.left, entry.right]);
            entries.push(entry);
        }
        Some(Self { bytes, header, fat, entries })
    }

    /// Whether a stream or storage of this name lies at the root.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.name.eq_ignore_ascii_case(name))
    }

    /// A stream at the root; none when it is absent, broken, or so small that it lies elsewhere.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entry(name)?;
        if entry.size < SMALL {
            return None;
        }
        let mut out = Vec::new();
        for sector in chain(entry.start, &self.fat) {
            // the last sector of a file may be short
            let Some(bytes) = self.header.sector(self.bytes, sector) else { break };
            out.extend_from_slice(bytes);
        }
        out.truncate(entry.size as usize);
        Some(out)
    }
}

/// Streams smaller than this lie in a stream of their own.
const SMALL: u32 = 4096;
const ENTRY: usize = 128;
const NONE: u32 = 0xFFFF_FFFF;
/// From here on sector numbers have a special meaning.
const SPECIAL: u32 = 0xFFFF_FFFA;

struct Header {
    size: usize,
    directory: u32,
    fat: Vec<u32>,
    more: u32,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let shift = u16::from_le_bytes([*bytes.get(30)?, *bytes.get(31)?]);
        if !matches!(shift, 9 | 12) {
            return None;
        }
        let fat = (0..109).map(|i| u32_at(bytes, 76 + i * 4)).collect::<Option<Vec<_>>>()?;
        let (directory, more) = (u32_at(bytes, 48)?, u32_at(bytes, 68)?);
        Some(Self { size: 1 << shift, directory, fat, more })
    }

    fn sector<'a>(&self, bytes: &'a [u8], number: u32) -> Option<&'a [u8]> {
        let from = (number as usize).checked_add(1)?.checked_mul(self.size)?;
        bytes.get(from..from.checked_add(self.size)?)
    }

    /// The whole table of chains.
    fn fat(&self, bytes: &[u8]) -> Option<Vec<u32>> {
        let mut sectors: Vec<u32> = self.fat.iter().copied().filter(|s| *s < SPECIAL).collect();
        let most = bytes.len() / self.size + 1;
        let mut next = self.more;
        while next < SPECIAL && sectors.len() <= most {
            let sector = self.sector(bytes, next)?;
            let numbers: Vec<u32> = words(sector).collect();
            let (last, listed) = numbers.split_last()?;
            sectors.extend(listed.iter().filter(|s| **s < SPECIAL));
            next = *last;
        }
        let mut fat = Vec::new();
        for sector in sectors.into_iter().take(most) {
            // the last sectors of a file cut short are missing
            fat.extend(words(self.sector(bytes, sector).unwrap_or_default()));
        }
        Some(fat)
    }
}

fn words(sector: &[u8]) -> impl Iterator<Item = u32> {
    sector.chunks_exact(4).filter_map(|c| Some(u32::from_le_bytes(c.try_into().ok()?)))
}

fn chain(from: u32, fat: &[u32]) -> Vec<u32> {
    let mut sectors = Vec::new();
    let mut next = from;
    while next < SPECIAL && sectors.len() < fat.len() {
        sectors.push(next);
        next = fat.get(next as usize).copied().unwrap_or(NONE);
    }
    sectors
}

struct Entry {
    name: String,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    size: u32,
}

fn entry(directory: &[u8], id: u32) -> Option<Entry> {
    let from = (id as usize).checked_mul(ENTRY)?;
    let bytes = directory.get(from..from.checked_add(ENTRY)?)?;
    let length = usize::from(u16::from_le_bytes([*bytes.get(64)?, *bytes.get(65)?])).min(64);
    let units: Vec<u16> = bytes
        .get(..length.saturating_sub(2))?
        .chunks_exact(2)
        .filter_map(|c| Some(u16::from_le_bytes(c.try_into().ok()?)))
        .collect();
    Some(Entry {
        name: String::from_utf16_lossy(&units),
        left: u32_at(bytes, 68)?,
        right: u32_at(bytes, 72)?,
        child: u32_at(bytes, 76)?,
        start: u32_at(bytes, 116)?,
        size: u32_at(bytes, 120)?,
    })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A compound file with empty streams of these names at the root.
    pub(in super::super) fn compound(names: &[&str]) -> Vec<u8> {
        let mut bytes = vec![0; 512 * 3];
        bytes[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
        bytes[30] = 9;
        bytes[48..52].copy_from_slice(&1_u32.to_le_bytes());
        bytes[68..72].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
        bytes[76..512].fill(0xFF);
        bytes[76..80].copy_from_slice(&0_u32.to_le_bytes());
        bytes[512..1024].fill(0xFF);
        bytes[512..516].copy_from_slice(&0xFFFF_FFFD_u32.to_le_bytes());
        bytes[516..520].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
        let all: Vec<&str> = std::iter::once("Root Entry").chain(names.iter().copied()).collect();
        for (i, name) in all.iter().enumerate() {
            let at = 1024 + i * 128;
            for (j, unit) in name.encode_utf16().enumerate() {
                bytes[at + j * 2..at + j * 2 + 2].copy_from_slice(&unit.to_le_bytes());
            }
            bytes[at + 64] = (name.encode_utf16().count() * 2 + 2) as u8;
            bytes[at + 68..at + 80].fill(0xFF);
            let next = if i == 0 { at + 76 } else { at + 72 };
            if i + 1 < all.len() {
                bytes[next..next + 4].copy_from_slice(&(i as u32 + 1).to_le_bytes());
            }
        }
        bytes
    }

    #[test]
    fn lists_the_root() {
        let bytes = compound(&["EncryptionInfo", "EncryptedPackage"]);
        let opened = Compound::open(&bytes).unwrap();
        assert!(opened.has("EncryptedPackage") && opened.has("EncryptionInfo"));
        assert!(!opened.has("Workbook") && opened.stream("EncryptionInfo").is_none());
    }

    #[test]
    fn loops_and_cuts_end() {
        let mut bytes = compound(&["Workbook"]);
        bytes[1024 + 128 + 68..1024 + 128 + 72].copy_from_slice(&1_u32.to_le_bytes());
        assert!(Compound::open(&bytes).is_none());
        let bytes = compound(&["Workbook"]);
        for length in [0, 8, 100, 512, 1024, 1200] {
            assert!(Compound::open(&bytes[..length]).is_none());
        }
    }
}
