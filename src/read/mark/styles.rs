//! styles.xml: one fill per tone, and a copy of a cell's format with that fill.

use super::Tone;
use super::xml::{Edits, child, children, prefix};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// The sections of a style sheet in the order of the schema.
const ORDER: [&str; 11] = [
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
];

/// The colour of a tone.
pub(super) fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Error => "FFFFC7CE",
        Tone::Warn => "FFFFEB9C",
        Tone::Ask => "FFBDD7EE",
    }
}

/// Fill of a new format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Paint {
    Tone(Tone),
    None,
}

/// A style sheet with what is added to it.
pub(super) struct Styles<'d> {
    text: &'d str,
    doc: &'d Document<'d>,
    xfs: Vec<Range<usize>>,
    /// Whether a format paints one of our colours.
    ours: Vec<bool>,
    fills: usize,
    tones: Vec<Tone>,
    added: Vec<String>,
    known: BTreeMap<(usize, Paint), usize>,
}

impl<'d> Styles<'d> {
    /// `doc` is the parse of `text`.
    pub(super) fn new(text: &'d str, doc: &'d Document<'d>) -> Self {
        let root = doc.root_element();
        let fills: Vec<bool> = child(root, "fills")
            .map(|all| children(all, "fill").map(is_ours).collect())
            .unwrap_or_default();
        let formats: Vec<Node<'_, '_>> =
            child(root, "cellXfs").map(|all| children(all, "xf").collect()).unwrap_or_default();
        let painted = |xf: &Node<'_, '_>| {
            let id = xf.attribute("fillId").and_then(|id| id.parse::<usize>().ok());
            id.and_then(|id| fills.get(id).copied()).unwrap_or(false)
        };
        Self {
            text,
            doc,
            ours: formats.iter().map(painted).collect(),
            xfs: formats.iter().map(Node::range).collect(),
            // a sheet without fills gets the two that must stand first
            fills: if fills.is_empty() { 2 } else { fills.len() },
            tones: Vec::new(),
            added: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    /// The format like `base`, filled with the colour of `tone`.
    pub(super) fn toned(&mut self, base: usize, tone: Tone) -> usize {
        self.painted(base, Paint::Tone(tone))
    }

    /// The format like `base` without a colour of ours; `base` itself when it has none.
    pub(super) fn plain(&mut self, base: usize) -> usize {
        if self.ours.get(base).copied().unwrap_or(false) {
            self.painted(base, Paint::None)
        } else {
            base
        }
    }

    fn painted(&mut self, base: usize, paint: Paint) -> usize {
        if let Some(known) = self.known.get(&(base, paint)) {
            return *known;
        }
        let fill = match paint {
            Paint::None => 0,
            Paint::Tone(tone) => {
                let at = self.tones.iter().position(|t| *t == tone).unwrap_or_else(|| {
                    self.tones.push(tone);
                    self.tones.len() - 1
                });
                self.fills + at
            }
        };
        let format = self.copy(base, fill);
        self.added.push(format);
        let index = self.xfs.len().max(1) + self.added.len() - 1;
        self.known.insert((base, paint), index);
        index
    }

    /// The text of format `base` with another fill.
    fn copy(&self, base: usize, fill: usize) -> String {
        let range = self.xfs.get(base).or_else(|| self.xfs.first());
        let node = range.and_then(|range| {
            self.doc.descendants().find(|n| n.is_element() && n.range() == *range)
        });
        let Some(node) = node else {
            let p = prefix(self.doc.root_element(), self.text);
            return format!(
                "<{p}xf numFmtId=\"0\" fontId=\"0\" fillId=\"{fill}\" borderId=\"0\" xfId=\"0\" applyFill=\"1\"/>"
            );
        };
        let mut edits = Edits::default();
        edits.attribute(node, self.text, "fillId", &fill.to_string());
        edits.attribute(node, self.text, "applyFill", if fill == 0 { "0" } else { "1" });
        edits.apply_within(self.text, node.range())
    }

    /// The style sheet with fills and formats added; none when nothing was.
    pub(super) fn write(&self) -> Option<String> {
        if self.added.is_empty() {
            return None;
        }
        let p = prefix(self.doc.root_element(), self.text);
        let mut fills = String::new();
        for tone in &self.tones {
            let _ = write!(
                fills,
                "<{p}fill><{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"{}\"/><{p}bgColor indexed=\"64\"/></{p}patternFill></{p}fill>",
                colour(*tone)
            );
        }
        let (none, grey) = ("none", "gray125");
        let first = format!(
            "<{p}fill><{p}patternFill patternType=\"{none}\"/></{p}fill><{p}fill><{p}patternFill patternType=\"{grey}\"/></{p}fill>"
        );
        let font = format!("<{p}font><{p}sz val=\"11\"/><{p}name val=\"宋体\"/></{p}font>");
        let border = format!(
            "<{p}border><{p}left/><{p}right/><{p}top/><{p}bottom/><{p}diagonal/></{p}border>"
        );
        let plain = format!("<{p}xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>");
        let mut edits = Edits::default();
        self.section(&mut edits, "fonts", 1, &font, "", 0);
        self.section(&mut edits, "fills", 2, &first, &fills, self.tones.len());
        self.section(&mut edits, "borders", 1, &border, "", 0);
        self.section(&mut edits, "cellXfs", 1, &plain, &self.added.concat(), self.added.len());
        let text = edits.apply(self.text);
        Some(text)
    }

    /// Adds `new` (of `count` children) to a section, which is made with `first` when it is absent
    /// or empty.
    fn section(
        &self,
        edits: &mut Edits,
        name: &'static str,
        least: usize,
        first: &str,
        new: &str,
        count: usize,
    ) {
        let root = self.doc.root_element();
        let p = prefix(root, self.text);
        let found = child(root, name);
        let held = found.map_or(0, |section| section.children().filter(Node::is_element).count());
        if let Some(section) = found.filter(|_| held > 0) {
            if count > 0 {
                edits.attribute(section, self.text, "count", &(held + count).to_string());
                edits.append(section, self.text, new);
            }
            return;
        }
        let whole = format!("<{p}{name} count=\"{}\">{first}{new}</{p}{name}>", least + count);
        if let Some(empty) = found {
            edits.replace(empty.range(), whole);
            return;
        }
        let rank = |name: &str| ORDER.iter().position(|n| *n == name).unwrap_or(ORDER.len());
        let after =
            root.children().find(|n| n.is_element() && rank(n.tag_name().name()) > rank(name));
        let end = || {
            let at = self.text.get(root.range())?.rfind("</")?;
            Some(root.range().start + at)
        };
        if let Some(at) = after.map(|node| node.range().start).or_else(end) {
            edits.insert(at, whole);
        }
    }
}

/// Whether a fill is one this program paints.
fn is_ours(fill: Node<'_, '_>) -> bool {
    let Some(pattern) = child(fill, "patternFill") else { return false };
    let rgb = child(pattern, "fgColor").and_then(|c| c.attribute("rgb"));
    let tones = [Tone::Error, Tone::Warn, Tone::Ask];
    pattern.attribute("patternType") == Some("solid")
        && tones.iter().any(|tone| rgb == Some(colour(*tone)))
}

/// A style sheet for a workbook that has none.
pub(super) fn empty(namespace: &str) -> String {
    format!("<styleSheet xmlns=\"{namespace}\">\n</styleSheet>")
}

#[cfg(test)]
mod tests {
    use super::super::xml::parse;
    use super::*;

    fn written(text: &str, work: impl FnOnce(&mut Styles<'_>)) -> String {
        let doc = parse(text).unwrap();
        let mut styles = Styles::new(text, &doc);
        work(&mut styles);
        styles.write().unwrap()
    }

    #[test]
    fn a_format_is_copied_with_one_fill() {
        let text = "<styleSheet xmlns=\"u\"><fonts count=\"1\"><font/></fonts><fills count=\"2\"><fill/><fill/></fills><borders><border/></borders><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"49\" fillId=\"1\"><alignment wrapText=\"1\"/></xf></cellXfs></styleSheet>";
        let out = written(text, |styles| {
            assert_eq!(styles.toned(1, Tone::Error), 2);
            assert_eq!(styles.toned(1, Tone::Error), 2);
            assert_eq!(styles.toned(0, Tone::Warn), 3);
            assert_eq!(styles.toned(99, Tone::Warn), 4);
        });
        assert!(out.contains("<fills count=\"4\">"), "{out}");
        assert!(out.contains("<cellXfs count=\"5\">"), "{out}");
        assert!(
            out.contains(
                "<xf applyFill=\"1\" numFmtId=\"49\" fillId=\"2\"><alignment wrapText=\"1\"/></xf>"
            ),
            "{out}"
        );
        assert!(out.contains("numFmtId=\"0\"/></cellXfs>"), "{out}");
    }

    #[test]
    fn missing_sections_are_made_in_their_order() {
        let text = "<x:styleSheet xmlns:x=\"u\"><x:fonts count=\"1\"><x:font/></x:fonts><x:cellStyles/></x:styleSheet>";
        let out = written(text, |styles| assert_eq!(styles.toned(0, Tone::Ask), 1));
        let doc = parse(&out).unwrap();
        let names: Vec<&str> = doc
            .root_element()
            .children()
            .filter(Node::is_element)
            .map(|n| n.tag_name().name())
            .collect();
        assert_eq!(names, ["fonts", "fills", "borders", "cellXfs", "cellStyles"]);
        assert!(out.contains("<x:fills count=\"3\">"), "{out}");
    }

    #[test]
    fn an_old_mark_is_taken_off_and_nothing_else() {
        let text = "<styleSheet xmlns=\"u\"><fonts><font/></fonts><fills><fill/><fill/><fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFFFC7CE\"/></patternFill></fill><fill><patternFill patternType=\"solid\"><fgColor rgb=\"FF00FF00\"/></patternFill></fill></fills><borders><border/></borders><cellXfs><xf fillId=\"2\"/><xf fillId=\"3\"/></cellXfs></styleSheet>";
        let out = written(text, |styles| {
            assert_eq!(styles.plain(1), 1);
            assert_eq!(styles.plain(0), 2);
        });
        assert!(out.contains("<xf applyFill=\"0\" fillId=\"0\"/></cellXfs>"), "{out}");
    }
}
