//! Edits of an XML text at the places a parser found, so that all the rest stays as it was written.

use roxmltree::{Document, Node, ParsingOptions};
use std::fmt::Write as _;
use std::ops::Range;

/// Most nodes of a part that is edited.
const NODES: u32 = 8_000_000;

/// Parses a part; none when it is no XML.
pub(super) fn parse(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions { nodes_limit: NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).ok()
}

/// The child elements of a local name, whatever their prefix.
pub(super) fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.tag_name().name() == name && child.is_element())
}

/// The first child element of a local name.
pub(super) fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// An element's name as it is written, with its prefix.
pub(super) fn written<'t>(node: Node<'_, '_>, text: &'t str) -> &'t str {
    let tag = text.get(node.range().start + 1..).unwrap_or_default();
    let end = tag.find(|c: char| c.is_whitespace() || c == '>' || c == '/');
    tag.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// The prefix an element is written with, colon included; empty when there is none.
pub(super) fn prefix<'t>(node: Node<'_, '_>, text: &'t str) -> &'t str {
    let name = written(node, text);
    name.find(':').and_then(|at| name.get(..=at)).unwrap_or_default()
}

/// Replacements and insertions, all in places of the text as it was.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Puts `new` before what stands at `at`.
    pub(super) fn insert(&mut self, at: usize, new: String) {
        self.0.push((at..at, new));
    }

    /// Puts `new` in the place of a range.
    pub(super) fn replace(&mut self, range: Range<usize>, new: String) {
        self.0.push((range, new));
    }

    /// Sets an attribute without prefix.
    pub(super) fn attribute(&mut self, node: Node<'_, '_>, text: &str, name: &str, value: &str) {
        let own = |a: &roxmltree::Attribute<'_, '_>| a.name() == name && a.namespace().is_none();
        match node.attributes().find(own) {
            Some(attribute) => self.replace(attribute.range_value(), value.to_owned()),
            None => {
                let at = node.range().start + 1 + written(node, text).len();
                self.insert(at, format!(" {name}=\"{value}\""));
            }
        }
    }

    /// Puts `new` behind the last child. Only once for an element: an empty one is opened by it.
    pub(super) fn append(&mut self, node: Node<'_, '_>, text: &str, new: &str) {
        let range = node.range();
        let whole = text.get(range.clone()).unwrap_or_default();
        if whole.ends_with("/>") {
            let name = written(node, text);
            self.replace(range.end - 2..range.end, format!(">{new}</{name}>"));
        } else if let Some(at) = whole.rfind("</") {
            self.insert(range.start + at, new.to_owned());
        }
    }

    /// The text with every edit.
    pub(super) fn apply(self, text: &str) -> String {
        self.apply_within(text, 0..text.len())
    }

    /// A part of the text with the edits that lie in it.
    pub(super) fn apply_within(mut self, text: &str, within: Range<usize>) -> String {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(within.len() + 256);
        let mut at = within.start;
        for (range, new) in self.0 {
            if range.start < at || range.end > within.end {
                continue;
            }
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(&new);
            at = range.end;
        }
        out.push_str(text.get(at..within.end).unwrap_or_default());
        out
    }
}

/// Text as the content of an element. Excel reads `_x000D_` as a sign: what looks so is escaped.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            '_' if is_escape(rest.as_str()) => out.push_str("_x005F_"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => out.push(c),
        }
    }
    out
}

fn is_escape(after: &str) -> bool {
    let sign: Vec<char> = after.chars().take(6).collect();
    matches!(sign.as_slice(), ['x', a, b, c, d, '_'] if [a, b, c, d].iter().all(|h| h.is_ascii_hexdigit()))
}

/// A part as it is written back: UTF-8, and saying so.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let body = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or(text, |(_, body)| body),
        None => text,
    };
    let mut out = String::with_capacity(body.len() + 64);
    let _ = write!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>");
    out.push_str(body);
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_touch_only_their_places() {
        let text = "<x:a xmlns:x='u'  n='1'><x:b/><c>1 &amp; 2</c></x:a>";
        let doc = parse(text).unwrap();
        let root = doc.root_element();
        let mut edits = Edits::default();
        edits.attribute(root, text, "n", "2");
        edits.attribute(root, text, "m", "3");
        edits.append(child(root, "b").unwrap(), text, "<x:d/>");
        edits.append(root, text, "<e/>");
        assert_eq!(
            edits.apply(text),
            "<x:a m=\"3\" xmlns:x='u'  n='2'><x:b><x:d/></x:b><c>1 &amp; 2</c><e/></x:a>"
        );
        assert_eq!(prefix(root, text), "x:");
    }

    #[test]
    fn text_is_never_markup() {
        assert_eq!(escape("<a> & \"b\"\u{1}\n"), "&lt;a&gt; &amp; &quot;b&quot;\n");
        assert_eq!(escape("_x0041_ _x_"), "_x005F_x0041_ _x_");
    }

    #[test]
    fn a_part_says_its_encoding() {
        let old = "<?xml version='1.0' encoding='UTF-16'?><a/>";
        let text = String::from_utf8(bytes(old)).unwrap();
        assert_eq!(text, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><a/>");
    }
}
