//! What calamine does not say about an xlsb: hidden rows and columns, merges, pictures.

use super::super::Area;
use super::super::package::Package;
use super::super::refusal::Refusal;
use super::{LAST_COLUMN, LAST_ROW, Layout, layout};
use std::collections::BTreeMap;

const ROW: u32 = 0;
const COLUMN: u32 = 60;
const SETTINGS: u32 = 153;
const SHEET: u32 = 156;
const MERGE: u32 = 176;
const DRAWING: u32 = 550;

/// The layout of every sheet by its name.
pub(super) fn layouts(package: &mut Package) -> Result<BTreeMap<String, Layout>, Refusal> {
    let mut layouts = BTreeMap::new();
    let Some(book) = package.main_part()? else { return Ok(layouts) };
    let targets = layout::targets(package, &book)?;
    let media = package.has_under("xl/media/");
    let bytes = package.part(&book)?.unwrap_or_default();
    for (_, data) in records(&bytes).filter(|(kind, _)| *kind == SHEET) {
        let Some((id, rest)) = data.get(8..).and_then(text) else { continue };
        let Some((name, _)) = text(rest) else { continue };
        if let Some(part) = targets.get(&id)
            && let Some(sheet) = package.part(part)?
        {
            layouts.insert(name, sheet_layout(&sheet, media));
        }
    }
    Ok(layouts)
}

/// Whether serial numbers count days from 1904.
pub(super) fn date1904(package: &mut Package) -> Result<bool, Refusal> {
    let Some(book) = package.main_part()? else { return Ok(false) };
    let bytes = package.part(&book)?.unwrap_or_default();
    Ok(counts_from_1904(&bytes))
}

fn counts_from_1904(book: &[u8]) -> bool {
    let mut settings = records(book).filter(|(kind, _)| *kind == SETTINGS);
    settings.any(|(_, data)| data.first().is_some_and(|flags| flags & 1 != 0))
}

/// Kind and content of every record.
fn records(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let kind = number(&mut rest, 2)?;
        let length = number(&mut rest, 4)? as usize;
        let (data, after) = rest.split_at_checked(length)?;
        rest = after;
        Some((kind, data))
    })
}

/// A number in groups of seven bits, lowest first.
fn number(rest: &mut &[u8], most: u32) -> Option<u32> {
    let mut value = 0;
    for group in 0..most {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u32::from(byte & 0x7F) << (7 * group);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}

fn word(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A counted UTF-16 text and what follows it.
fn text(data: &[u8]) -> Option<(String, &[u8])> {
    let length = (word(data, 0)? as usize).checked_mul(2)?;
    let (units, rest) = data.get(4..)?.split_at_checked(length)?;
    let units: Vec<u16> = units
        .chunks_exact(2)
        .filter_map(|c| Some(u16::from_le_bytes(c.try_into().ok()?)))
        .collect();
    Some((String::from_utf16_lossy(&units), rest))
}

fn sheet_layout(bytes: &[u8], media: bool) -> Layout {
    let mut layout = Layout::default();
    for (kind, data) in records(bytes) {
        match kind {
            ROW if data.get(11).is_some_and(|flags| flags & 0x10 != 0) => {
                layout.rows.extend(word(data, 0));
            }
            COLUMN if data.get(16).is_some_and(|flags| flags & 1 != 0) => {
                if let (Some(from), Some(to)) = (word(data, 0), word(data, 4)) {
                    layout.columns.extend(from..=to.min(LAST_COLUMN));
                }
            }
            MERGE => layout.merges.extend(merge(data)),
            DRAWING => layout.pictures |= media,
            _ => {}
        }
    }
    layout
}

fn merge(data: &[u8]) -> Option<Area> {
    let area = Area {
        top: word(data, 0)?,
        bottom: word(data, 4)?,
        left: word(data, 8)?,
        right: word(data, 12)?,
    };
    let sound = area.top <= area.bottom
        && area.left <= area.right
        && area.bottom <= LAST_ROW
        && area.right <= LAST_COLUMN;
    sound.then_some(area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn reads_the_records_of_a_sheet() {
        let mut bytes = vec![0, 12, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10];
        bytes.extend([60, 18, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        bytes.extend([0xB0, 0x01, 16, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
        bytes.extend([0xA6, 0x04, 0]);
        let expect = Layout {
            rows: BTreeSet::from([7]),
            columns: BTreeSet::from([2, 3]),
            merges: vec![Area { top: 1, left: 3, bottom: 2, right: 4 }],
            pictures: true,
        };
        assert_eq!(sheet_layout(&bytes, true), expect);
        for length in 0..bytes.len() {
            let _ = sheet_layout(&bytes[..length], true);
        }
        assert_eq!(text(&[1, 0, 0, 0, b'a', 0, 9]), Some(("a".to_owned(), &[9][..])));
        assert_eq!(text(&[255, 255, 255, 255, 0]), None);
        assert!(counts_from_1904(&[0x99, 0x01, 2, 1, 0]));
        assert!(!counts_from_1904(&[0x99, 0x01, 2, 0, 0]));
    }
}
