//! What calamine does not say about an OOXML sheet: hidden rows and columns, merges, drawings, zeros
//! at the front of a number.

use super::super::encoding::xml_text;
use super::super::package::Package;
use super::super::refusal::Refusal;
use super::super::tags::{Piece, Scanner, Tag};
use super::super::{Area, CellValue, Sheet};
use super::{LAST_COLUMN, LAST_ROW};
use memchr::memmem;
use std::collections::{BTreeMap, BTreeSet};

/// The part of every sheet of an xlsx by its name.
pub(super) fn sheet_parts(package: &mut Package) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(book) = package.main_part()? else { return Ok(BTreeMap::new()) };
    let targets = targets(package, &book)?;
    let text = package.text(&book)?.unwrap_or_default();
    Ok(tags(&text, "sheet")
        .filter_map(|tag| {
            Some((tag.attribute("name")?, targets.get(&tag.attribute("id")?)?.clone()))
        })
        .collect())
}

/// Whether serial numbers of an xlsx count days from 1904.
pub(super) fn date1904(package: &mut Package) -> Result<bool, Refusal> {
    let Some(book) = package.main_part()? else { return Ok(false) };
    let text = package.text(&book)?.unwrap_or_default();
    Ok(tags(&text, "workbookPr").any(|tag| tag.flag("date1904")))
}

/// The parts a part points to, by the id of the relation.
pub(super) fn targets(
    package: &mut Package,
    part: &str,
) -> Result<BTreeMap<String, String>, Refusal> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let join =
        |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    let rels = package.text(&join(&format!("_rels/{name}.rels")))?.unwrap_or_default();
    Ok(tags(&rels, "Relationship")
        .filter_map(|tag| {
            let target = tag.attribute("Target")?;
            let path = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => join(&target),
            };
            Some((tag.attribute("Id")?, path))
        })
        .collect())
}

fn tags<'a>(text: &'a str, name: &'static str) -> impl Iterator<Item = Tag<'a>> {
    Scanner::xml(text).filter_map(move |piece| match piece {
        Piece::Open(tag) if tag.is(name) => Some(tag),
        _ => None,
    })
}

/// Fills merges, hidden rows and columns and pictures of `sheet` from its part.
pub(super) fn fill(package: &mut Package, part: &str, sheet: &mut Sheet) -> Result<(), Refusal> {
    let media = package.has_under("xl/media/");
    // WPS and Excel keep pictures inside cells in parts of their own
    sheet.pictures =
        media && (package.has("xl/cellimages.xml") || package.has_under("xl/richData/"));
    let Some(bytes) = package.part(part)? else { return Ok(()) };
    if has_codes(&bytes) {
        restore(&codes(&xml_text(bytes.clone())), sheet);
    }
    for text in telling(bytes) {
        fill_from(&text, media, sheet);
    }
    sheet.hidden_rows.sort_unstable();
    sheet.hidden_rows.dedup();
    sheet.merges.sort_unstable();
    Ok(())
}

/// Whether some value begins with a zero and another digit: no program writes a number so.
fn has_codes(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, b"v>0").any(|at| bytes.get(at + 3).is_some_and(u8::is_ascii_digit))
}

/// Cells without a type whose value is a code, as written.
fn codes(text: &str) -> BTreeMap<(u32, u32), String> {
    let mut found = BTreeMap::new();
    let (mut cell, mut open) = (None, false);
    for piece in Scanner::xml(text) {
        match piece {
            Piece::Open(tag) if tag.is("c") => {
                let number = tag.attribute("t").is_none_or(|t| t == "n");
                cell = tag.attribute("r").filter(|_| number).and_then(|r| place(&r));
            }
            Piece::Open(tag) => open = tag.is("v"),
            Piece::Close(_) => open = false,
            Piece::Text(text) if open && super::is_code(text.trim()) => {
                found.extend(cell.map(|at| (at, text.trim().to_owned())));
            }
            Piece::Text(_) => {}
        }
    }
    found
}

/// A number that was a code is text again.
fn restore(codes: &BTreeMap<(u32, u32), String>, sheet: &mut Sheet) {
    for cell in &mut sheet.cells {
        if let (CellValue::Number(_), Some(code)) =
            (&cell.value, codes.get(&(cell.row, cell.column)))
        {
            cell.value = CellValue::Text(code.clone());
        }
    }
}

/// What of a part may say something here. The cells are most of it, and say nothing unless a row is
/// hidden; then, and in UTF-16, it is the whole part.
fn telling(bytes: Vec<u8>) -> Vec<String> {
    let find = |needle: &[u8]| memmem::find(&bytes, needle);
    if memchr::memchr(0, &bytes).is_some() || find(b"hidden=").is_some() {
        return vec![xml_text(bytes)];
    }
    let first = find(b"sheetData").unwrap_or(bytes.len());
    // `<sheetData/>` has no end of its own
    let last = memmem::rfind(&bytes, b"sheetData").unwrap_or(bytes.len());
    let part = |range: &[u8]| xml_text(range.to_vec());
    vec![part(bytes.get(..first).unwrap_or_default()), part(bytes.get(last..).unwrap_or_default())]
}

fn fill_from(text: &str, media: bool, sheet: &mut Sheet) {
    let filled: BTreeSet<u32> = sheet.cells.iter().map(|c| c.row).collect();
    let mut next_row = 0;
    for piece in Scanner::xml(text) {
        let Piece::Open(tag) = piece else { continue };
        if tag.is("row") {
            let row = tag.number("r").map_or(next_row, |r| r.saturating_sub(1));
            next_row = row.saturating_add(1);
            // an empty hidden row hides nothing
            if tag.flag("hidden") && filled.contains(&row) {
                sheet.hidden_rows.push(row);
            }
        } else if tag.is("col") {
            if tag.flag("hidden") {
                hide_columns(&tag, sheet);
            }
        } else if tag.is("mergeCell") {
            sheet.merges.extend(tag.attribute("ref").and_then(|r| area(&r)));
        } else if tag.is("drawing") || tag.is("picture") {
            sheet.pictures |= media;
        }
    }
}

fn hide_columns(tag: &Tag<'_>, sheet: &mut Sheet) {
    let (Some(min), Some(max)) = (tag.number("min"), tag.number("max")) else { return };
    let filled: BTreeSet<u32> = sheet.cells.iter().map(|c| c.column).collect();
    let range = min.saturating_sub(1)..=max.saturating_sub(1).min(LAST_COLUMN);
    sheet.hidden_columns.extend(filled.into_iter().filter(|c| range.contains(c)));
}

/// `B2:D3` → an area of more than one cell.
fn area(text: &str) -> Option<Area> {
    let (from, to) = text.split_once(':')?;
    let ((top, left), (bottom, right)) = (place(from)?, place(to)?);
    (top <= bottom && left <= right).then_some(Area { top, left, bottom, right })
}

fn place(text: &str) -> Option<(u32, u32)> {
    let text = text.replace('$', "");
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at_checked(digits)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut column = 0;
    for letter in letters.chars() {
        column = column * 26 + (letter.to_digit(36)?.checked_sub(9)?);
    }
    let row: u32 = digits.parse().ok()?;
    let place = (row.checked_sub(1)?, column.checked_sub(1)?);
    (place.0 <= LAST_ROW && place.1 <= LAST_COLUMN).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_left_out_where_no_row_is_hidden() {
        let whole = |text: &str| telling(text.as_bytes().to_vec()).concat();
        let plain = "<cols/><sheetData><row><c/></row></sheetData><mergeCell ref='A1:B2'/>";
        assert_eq!(whole(plain), "<cols/><sheetData><mergeCell ref='A1:B2'/>");
        assert_eq!(whole("<a/><sheetData/><b/>"), "<a/><sheetData/><b/>");
        assert_eq!(whole("<worksheet/>"), "<worksheet/>");
        let hidden = plain.replace("<row>", "<row hidden='1'>");
        assert_eq!(whole(&hidden), hidden);
        let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(telling(wide).concat(), plain);
    }

    #[test]
    fn reads_references() {
        assert_eq!(area("$A$1:C2"), Some(Area { top: 0, left: 0, bottom: 1, right: 2 }));
        assert_eq!(place("XFD1048576"), Some((LAST_ROW, LAST_COLUMN)));
        for bad in ["A", "1", "A0", "XFE1", "A99999999999", "ÄA1", "C2:A1"] {
            assert_eq!(area(bad).map(|_| ()).or(place(bad).map(|_| ())), None, "{bad}");
        }
    }
}
