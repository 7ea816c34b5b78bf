//! What calamine does not say about an xls: passwords of every kind, hidden rows and columns,
//! pictures. Walks the records of the workbook stream without reading cells.

use super::Layout;

const BOF: [u16; 4] = [0x0009, 0x0209, 0x0409, 0x0809];
const EOF: u16 = 0x000A;
const DATEMODE: u16 = 0x0022;
const FILEPASS: u16 = 0x002F;
const OBJ: u16 = 0x005D;
const COLINFO: u16 = 0x007D;
const BOUNDSHEET: u16 = 0x0085;
const ROW: u16 = 0x0208;

/// Kind and content of every record from `at` on.
fn records(stream: &[u8], at: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream.get(at..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, length) = (word(rest, 0)?, usize::from(word(rest, 2)?));
        let data = rest.get(4..4 + length)?;
        rest = rest.get(4 + length..)?;
        Some((kind, data))
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

/// Whether the stream is encrypted.
pub(super) fn is_locked(stream: &[u8]) -> bool {
    records(stream, 0).take_while(|(kind, _)| *kind != EOF).any(|(kind, _)| kind == FILEPASS)
}

/// Whether serial numbers count days from 1904.
pub(super) fn date1904(stream: &[u8]) -> bool {
    let mut globals = records(stream, 0).take_while(|(kind, _)| *kind != EOF);
    globals.any(|(kind, data)| kind == DATEMODE && word(data, 0) == Some(1))
}

/// One layout per sheet, in the order of the workbook.
pub(super) fn layouts(stream: &[u8]) -> Vec<Layout> {
    records(stream, 0)
        .take_while(|(kind, _)| *kind != EOF)
        .filter(|(kind, _)| *kind == BOUNDSHEET)
        .map(|(_, data)| {
            let at = data.get(..4).and_then(|b| Some(u32::from_le_bytes(b.try_into().ok()?)));
            at.map(|at| layout(stream, at as usize)).unwrap_or_default()
        })
        .collect()
}

fn layout(stream: &[u8], at: usize) -> Layout {
    let mut layout = Layout::default();
    // embedded charts are streams within the stream
    let mut depth = 0_u32;
    for (kind, data) in records(stream, at) {
        match kind {
            kind if BOF.contains(&kind) => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            ROW if word(data, 12).is_some_and(|flags| flags & 0x20 != 0) => {
                layout.rows.extend(word(data, 0).map(u32::from));
            }
            COLINFO if word(data, 8).is_some_and(|flags| flags & 1 != 0) => {
                if let (Some(from), Some(to)) = (word(data, 0), word(data, 2)) {
                    layout.columns.extend(u32::from(from)..=u32::from(to.min(255)));
                }
            }
            // the first part of an object names its type; 8 is a picture
            OBJ => layout.pictures |= word(data, 0) == Some(0x15) && word(data, 4) == Some(8),
            _ => {}
        }
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = data.len() as u16;
        [&kind.to_le_bytes()[..], &length.to_le_bytes()[..], data].concat()
    }

    #[test]
    fn finds_what_is_hidden() {
        let globals =
            [record(0x809, &[]), record(BOUNDSHEET, &[24, 0, 0, 0, 0, 0, 0, 0]), record(EOF, &[])];
        let mut stream = globals.concat();
        stream.resize(24, 0);
        let mut row = [0; 16];
        row[0] = 7;
        row[12] = 0x20;
        let sheet = [
            record(0x809, &[]),
            record(ROW, &row),
            record(ROW, &[0; 16]),
            record(COLINFO, &[2, 0, 3, 0, 0, 0, 0, 0, 1, 0]),
            record(0x809, &[]),
            record(EOF, &[]),
            record(OBJ, &[0x15, 0, 0x12, 0, 8, 0]),
            record(EOF, &[]),
            record(ROW, &[9; 16]),
        ];
        stream.extend(sheet.concat());
        let expect = Layout {
            rows: BTreeSet::from([7]),
            columns: BTreeSet::from([2, 3]),
            pictures: true,
            ..Layout::default()
        };
        assert_eq!(layouts(&stream), [expect]);
        assert!(!is_locked(&stream) && !date1904(&stream));
        let mode = |value| [record(0x809, &[]), record(DATEMODE, &[value, 0])].concat();
        assert!(date1904(&mode(1)) && !date1904(&mode(0)));
        assert!(is_locked(&[record(0x809, &[]), record(FILEPASS, &[0, 0])].concat()));
    }

    #[test]
    fn cut_streams_end() {
        for stream in [&[][..], &[0x85, 0, 9, 0], &[0x85, 0, 4, 0, 255, 255, 255, 255]] {
            let _ = layouts(stream);
        }
    }
}
