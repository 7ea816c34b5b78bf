//! Directories of a TIFF structure: the EXIF block of a photo, or a whole TIFF file.

use std::collections::BTreeMap;

/// Most values of one entry that are read; more is nonsense in a scan.
const MOST_VALUES: u64 = 200_000;

/// A TIFF structure in memory.
#[derive(Clone, Copy)]
pub(super) struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

/// One entry of a directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    kind: u16,
    count: u64,
    /// Where the values lie.
    at: u64,
}

/// A directory: its entries and the place of the next one (0: none).
pub(super) type Directory = (BTreeMap<u16, Entry>, u32);

impl<'a> Tiff<'a> {
    /// Reads the header; `None` when it is not a (classic) TIFF structure.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let tiff = Self { bytes, little };
        (tiff.u16(2)? == 42).then_some(tiff)
    }

    /// The place of the first directory.
    pub(super) fn first(&self) -> Option<u32> {
        self.u32(4)
    }

    /// Reads the directory at `offset`.
    pub(super) fn directory(&self, offset: u32) -> Option<Directory> {
        let start = u64::from(offset);
        let count = u64::from(self.u16(start)?);
        let mut entries = BTreeMap::new();
        for i in 0..count {
            let at = start + 2 + i * 12;
            let (kind, values) = (self.u16(at + 2)?, u64::from(self.u32(at + 4)?));
            let inline = width(kind) * values <= 4;
            let place = if inline { at + 8 } else { u64::from(self.u32(at + 8)?) };
            entries.entry(self.u16(at)?).or_insert(Entry { kind, count: values, at: place });
        }
        Some((entries, self.u32(start + 2 + count * 12)?))
    }

    /// The whole numbers of an entry; `None` when it lies outside or is not of whole numbers.
    pub(super) fn numbers(&self, entry: Entry) -> Option<Vec<u64>> {
        if entry.count > MOST_VALUES {
            return None;
        }
        let value = |i: u64| {
            let at = entry.at + i * width(entry.kind);
            match entry.kind {
                1 | 7 => self.u8(at),
                3 => self.u16(at).map(u64::from),
                4 | 13 => self.u32(at).map(u64::from),
                _ => None,
            }
        };
        (0..entry.count).map(value).collect()
    }

    /// The first whole number of a tag.
    pub(super) fn number(&self, directory: &Directory, tag: u16) -> Option<u64> {
        let entry = *directory.0.get(&tag)?;
        self.numbers(Entry { count: entry.count.min(1), ..entry })?.first().copied()
    }

    /// Orientation of a directory, 1 when unstated or nonsense.
    pub(super) fn orientation(&self, directory: &Directory) -> u8 {
        let value = self.number(directory, 274).and_then(|v| u8::try_from(v).ok());
        value.filter(|v| (1..=8).contains(v)).unwrap_or(1)
    }

    /// Density of a directory in dots per inch.
    pub(super) fn density(&self, directory: &Directory) -> Option<(f64, f64)> {
        let x = self.fraction(*directory.0.get(&282)?)?;
        let y = self.fraction(*directory.0.get(&283)?)?;
        match self.number(directory, 296).unwrap_or(2) {
            2 => Some((x, y)),
            3 => Some((x * 2.54, y * 2.54)),
            _ => None,
        }
    }

    fn fraction(&self, entry: Entry) -> Option<f64> {
        if entry.kind != 5 || entry.count == 0 {
            return None;
        }
        let (top, bottom) = (self.u32(entry.at)?, self.u32(entry.at + 4)?);
        (bottom != 0).then(|| f64::from(top) / f64::from(bottom))
    }

    fn u8(&self, at: u64) -> Option<u64> {
        self.bytes.get(usize::try_from(at).ok()?).copied().map(u64::from)
    }

    fn u16(&self, at: u64) -> Option<u16> {
        let bytes = self.take(at)?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&self, at: u64) -> Option<u32> {
        let bytes = self.take(at)?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn take<const N: usize>(&self, at: u64) -> Option<[u8; N]> {
        self.bytes.get(usize::try_from(at).ok()?..)?.first_chunk().copied()
    }
}

/// Bytes of one value of a kind; unknown kinds count as one byte and are never read.
fn width(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 => 8,
        _ => 1,
    }
}

/// Orientation and density of an EXIF block (without its `Exif\0\0` mark).
pub(super) fn photo_facts(block: &[u8]) -> (u8, Option<(f64, f64)>) {
    let read = || {
        let tiff = Tiff::new(block)?;
        let directory = tiff.directory(tiff.first()?)?;
        Some((tiff.orientation(&directory), tiff.density(&directory)))
    };
    read().unwrap_or((1, None))
}
