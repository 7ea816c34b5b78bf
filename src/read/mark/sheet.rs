//! A worksheet: formats of single cells, and the link to its comments.

use super::Tone;
use super::styles::Styles;
use super::xml::{Edits, child, children, prefix};
use crate::read::a1;
use roxmltree::{Document, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What stands after `legacyDrawing` in a worksheet.
const AFTER: [&str; 9] = [
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "AlternateContent",
];

/// Row and column from 0.
pub(super) type Place = (u32, u32);

/// A worksheet as it was sent.
pub(super) struct SheetPart<'d> {
    text: &'d str,
    root: Node<'d, 'd>,
}

impl<'d> SheetPart<'d> {
    /// `doc` is the parse of `text`; none when it is no worksheet.
    pub(super) fn new(text: &'d str, doc: &'d Document<'d>) -> Option<Self> {
        let root = doc.root_element();
        (root.tag_name().name() == "worksheet").then_some(Self { text, root })
    }

    /// The cell that shows what stands at `place`: of a merged area its first.
    pub(super) fn shown(&self, place: Place) -> Place {
        let Some(merges) = child(self.root, "mergeCells") else { return place };
        let area = children(merges, "mergeCell").find_map(|merge| {
            let (from, to) = merge.attribute("ref")?.split_once(':')?;
            let (from, to) = (parse_place(from)?, parse_place(to)?);
            let inside = (from.0..=to.0).contains(&place.0) && (from.1..=to.1).contains(&place.1);
            inside.then_some(from)
        });
        area.unwrap_or(place)
    }

    /// The relation of its comments' drawing, when it has one.
    pub(super) fn legacy(&self) -> Option<&'d str> {
        let legacy = child(self.root, "legacyDrawing")?;
        legacy.attributes().find(|a| a.name() == "id").map(|a| a.value())
    }

    /// The sheet with `tones` painted, `stale` places unpainted and the drawing `legacy` linked.
    pub(super) fn painted(
        &self,
        tones: &BTreeMap<Place, Tone>,
        stale: &BTreeSet<Place>,
        legacy: Option<&str>,
        styles: &mut Styles<'_>,
    ) -> Option<String> {
        let data = child(self.root, "sheetData")?;
        let mut edits = Edits::default();
        let mut rows: BTreeMap<u32, BTreeMap<u32, Option<Tone>>> = BTreeMap::new();
        for (row, column) in stale {
            rows.entry(*row).or_default().insert(*column, None);
        }
        for ((row, column), tone) in tones {
            rows.entry(*row).or_default().insert(*column, Some(*tone));
        }
        let made = self.rows(data, rows, styles, &mut edits);
        if !made.end.is_empty() {
            edits.append(data, self.text, &made.end);
        }
        if made.any
            && let Some(size) = child(self.root, "dimension")
        {
            // only a hint, and no longer true
            edits.replace(size.range(), String::new());
        }
        if let Some(id) = legacy {
            self.link(id, &mut edits);
        }
        Some(edits.apply(self.text))
    }

    fn rows(
        &self,
        data: Node<'d, 'd>,
        mut wanted: BTreeMap<u32, BTreeMap<u32, Option<Tone>>>,
        styles: &mut Styles<'_>,
        edits: &mut Edits,
    ) -> Made {
        let mut made = Made::default();
        let mut next = 0;
        let rows: Vec<(u32, Node<'_, '_>)> = children(data, "row")
            .map(|row| {
                let number = row.attribute("r").and_then(|r| r.trim().parse::<u32>().ok());
                let at = number.map_or(next, |r| r.saturating_sub(1));
                next = at + 1;
                (at, row)
            })
            .collect();
        for (at, row) in &rows {
            if let Some(cells) = wanted.remove(at) {
                made.any |= self.row(*row, *at, &cells, styles, edits);
            }
        }
        let p = prefix(data, self.text);
        for (at, cells) in wanted {
            let mut new = String::new();
            for (column, tone) in cells {
                let Some(tone) = tone else { continue };
                let style = styles.toned(self.column_style(column), tone);
                let _ = write!(new, "<{p}c r=\"{}\" s=\"{style}\"/>", a1(at, column));
            }
            if new.is_empty() {
                continue;
            }
            made.any = true;
            let new = format!("<{p}row r=\"{}\">{new}</{p}row>", at + 1);
            match rows.iter().find(|(row, _)| *row > at) {
                Some((_, row)) => edits.insert(row.range().start, new),
                None => made.end.push_str(&new),
            }
        }
        made
    }

    /// Paints cells of a row that is there; says whether a cell had to be made.
    fn row(
        &self,
        row: Node<'d, 'd>,
        at: u32,
        wanted: &BTreeMap<u32, Option<Tone>>,
        styles: &mut Styles<'_>,
        edits: &mut Edits,
    ) -> bool {
        let mut next = 0;
        let cells: Vec<(u32, Node<'_, '_>)> = children(row, "c")
            .map(|cell| {
                let place = cell.attribute("r").and_then(parse_place);
                let column = place.map_or(next, |(_, column)| column);
                next = column + 1;
                (column, cell)
            })
            .collect();
        let p = prefix(row, self.text);
        let (mut end, mut made) = (String::new(), false);
        for (column, tone) in wanted {
            if let Some((_, cell)) = cells.iter().find(|(c, _)| c == column) {
                let base = index(cell.attribute("s"));
                let style = match tone {
                    Some(tone) => styles.toned(base, *tone),
                    None => styles.plain(base),
                };
                if style != base {
                    edits.attribute(*cell, self.text, "s", &style.to_string());
                }
                continue;
            }
            let Some(tone) = tone else { continue };
            made = true;
            let base = match row.attribute("s") {
                Some(s) if flag(row.attribute("customFormat")) => index(Some(s)),
                _ => self.column_style(*column),
            };
            let style = styles.toned(base, *tone);
            let new = format!("<{p}c r=\"{}\" s=\"{style}\"/>", a1(at, *column));
            match cells.iter().find(|(c, _)| c > column) {
                Some((_, cell)) => edits.insert(cell.range().start, new),
                None => end.push_str(&new),
            }
        }
        if !end.is_empty() {
            edits.append(row, self.text, &end);
        }
        if made && let Some(spans) = row.attributes().find(|a| a.name() == "spans") {
            edits.replace(spans.range(), String::new());
        }
        made
    }

    /// The format of an empty cell of a column.
    fn column_style(&self, column: u32) -> usize {
        let Some(columns) = child(self.root, "cols") else { return 0 };
        let number = |n: Option<&str>| n.and_then(|n| n.trim().parse::<u32>().ok()).unwrap_or(0);
        let own = children(columns, "col").find(|c| {
            (number(c.attribute("min"))..=number(c.attribute("max"))).contains(&(column + 1))
        });
        own.map_or(0, |c| index(c.attribute("style")))
    }

    fn link(&self, id: &str, edits: &mut Edits) {
        let p = prefix(self.root, self.text);
        let namespace = if self.is_strict() { super::STRICT } else { super::TRANSITIONAL };
        let new = format!("<{p}legacyDrawing xmlns:dr=\"{namespace}\" dr:id=\"{id}\"/>");
        let after = self
            .root
            .children()
            .skip_while(|n| n.tag_name().name() != "sheetData")
            .find(|n| n.is_element() && AFTER.contains(&n.tag_name().name()));
        match after {
            Some(node) => edits.insert(node.range().start, new),
            None => edits.append(self.root, self.text, &new),
        }
    }

    /// Whether it is written in the strict dialect.
    pub(super) fn is_strict(&self) -> bool {
        self.root.tag_name().namespace().is_some_and(|n| n.starts_with("http://purl.oclc.org/"))
    }
}

/// What had to be made new.
#[derive(Default)]
struct Made {
    any: bool,
    /// Rows behind the last one.
    end: String,
}

fn index(attribute: Option<&str>) -> usize {
    attribute.and_then(|s| s.trim().parse().ok()).unwrap_or(0)
}

fn flag(attribute: Option<&str>) -> bool {
    matches!(attribute, Some("1" | "true"))
}

/// `$B$12` → (11, 1).
pub(super) fn parse_place(text: &str) -> Option<Place> {
    let text = text.replace('$', "");
    let (letters, digits) = text.split_at_checked(text.find(|c: char| c.is_ascii_digit())?)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut column = 0u32;
    for letter in letters.chars() {
        column = column * 26 + letter.to_digit(36)?.checked_sub(9)?;
    }
    let row: u32 = digits.parse().ok()?;
    let place = (row.checked_sub(1)?, column.checked_sub(1)?);
    (place.0 < 1_048_576 && place.1 < 16_384).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::super::xml::parse;
    use super::*;

    const STYLES: &str = "<styleSheet xmlns=\"u\"><fonts><font/></fonts><fills><fill/><fill/></fills><borders><border/></borders><cellXfs><xf/><xf/></cellXfs></styleSheet>";

    fn painted(sheet: &str, places: &[&str], legacy: Option<&str>) -> String {
        let (doc, styles) = (parse(sheet).unwrap(), parse(STYLES).unwrap());
        let part = SheetPart::new(sheet, &doc).unwrap();
        let tones =
            places.iter().map(|p| (part.shown(parse_place(p).unwrap()), Tone::Error)).collect();
        let mut styles = Styles::new(STYLES, &styles);
        let out = part.painted(&tones, &BTreeSet::new(), legacy, &mut styles).unwrap();
        assert!(parse(&out).is_some(), "{out}");
        out
    }

    #[test]
    fn missing_rows_and_cells_are_made_in_order() {
        let sheet = "<worksheet xmlns=\"u\"><dimension ref=\"A2:C4\"/><cols><col min=\"2\" max=\"2\" style=\"1\"/></cols><sheetData><row r=\"2\" spans=\"1:3\"><c r=\"A2\"/><c r=\"C2\" s=\"1\"/></row><row r=\"4\"/></sheetData></worksheet>";
        let out = painted(sheet, &["B2", "C2", "D2", "A3", "B4", "B9"], None);
        assert_eq!(
            out,
            "<worksheet xmlns=\"u\"><cols><col min=\"2\" max=\"2\" style=\"1\"/></cols><sheetData><row r=\"2\" ><c r=\"A2\"/><c r=\"B2\" s=\"2\"/><c r=\"C2\" s=\"2\"/><c r=\"D2\" s=\"3\"/></row><row r=\"3\"><c r=\"A3\" s=\"3\"/></row><row r=\"4\"><c r=\"B4\" s=\"2\"/></row><row r=\"9\"><c r=\"B9\" s=\"2\"/></row></sheetData></worksheet>"
        );
    }

    #[test]
    fn rows_and_cells_without_names_are_counted() {
        let sheet = "<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row><x:c t=\"inlineStr\"><x:is><x:t>甲</x:t></x:is></x:c><x:c/></x:row><x:row><x:c/></x:row></x:sheetData></x:worksheet>";
        let out = painted(sheet, &["A1", "B2"], None);
        assert!(
            out.contains("<x:c s=\"2\" t=\"inlineStr\"><x:is><x:t>甲</x:t></x:is></x:c>"),
            "{out}"
        );
        assert!(out.contains("<x:row><x:c/><x:c r=\"B2\" s=\"2\"/></x:row>"), "{out}");
    }

    #[test]
    fn a_merged_area_is_painted_at_its_first_cell() {
        let sheet = "<worksheet xmlns=\"u\"><sheetData/><mergeCells><mergeCell ref=\"B2:B5\"/></mergeCells></worksheet>";
        assert!(painted(sheet, &["B4"], None).contains("<c r=\"B2\""));
    }

    #[test]
    fn the_drawing_is_linked_where_the_schema_wants_it() {
        let sheet =
            "<worksheet xmlns=\"u\"><sheetData/><drawing/><tableParts/><extLst/></worksheet>";
        let out = painted(sheet, &["A1"], Some("rId7"));
        assert!(out.contains("<drawing/><legacyDrawing "), "{out}");
        assert!(out.contains("dr:id=\"rId7\"/><tableParts/>"), "{out}");
    }
}
