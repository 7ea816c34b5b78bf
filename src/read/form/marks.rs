//! Check boxes: controls, fields of old forms, and characters of symbol fonts.

use super::{child, has, is, is_on, value};
use roxmltree::Node;

const CHECKED: &str = "☑";
const OPEN: &str = "☐";

fn mark(checked: bool) -> &'static str {
    if checked { CHECKED } else { OPEN }
}

/// The mark of a check box control, by its state: what draws it may be any character.
pub(super) fn control(properties: Node<'_, '_>) -> Option<&'static str> {
    let control = child(properties, "checkbox")?;
    Some(mark(has(Some(control), "checked")))
}

/// A check box or a list of an old form.
pub(super) fn legacy(data: Node<'_, '_>) -> String {
    if let Some(control) = child(data, "checkBox") {
        let state = |name| child(control, name);
        let on = state("checked").or_else(|| state("default")).is_some_and(is_on);
        return mark(on).to_owned();
    }
    let Some(list) = child(data, "ddList") else { return String::new() };
    let chosen = child(list, "result").or_else(|| child(list, "default"));
    let chosen = chosen.and_then(value).and_then(|n| n.parse().ok()).unwrap_or(0);
    let entries = list.children().filter(|n| is(*n, "listEntry"));
    entries.filter_map(value).nth(chosen).unwrap_or_default().to_owned()
}

/// What the characters of a run are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    Text,
    Wingdings,
    Wingdings2,
    Webdings,
}

impl Font {
    pub(super) fn of(properties: Option<Node<'_, '_>>) -> Self {
        let fonts = properties.and_then(|p| child(p, "rFonts"));
        let named = fonts.and_then(|f| f.attributes().find(|a| a.name() == "ascii"));
        named.map_or(Self::Text, |a| Self::named(a.value()))
    }

    fn named(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "wingdings" => Self::Wingdings,
            "wingdings 2" => Self::Wingdings2,
            "webdings" => Self::Webdings,
            _ => Self::Text,
        }
    }

    /// The box a character draws in this font, else the character.
    pub(super) fn shown(self, c: char) -> char {
        match u32::from(c) {
            code @ (0x21..=0xFF | 0xF020..=0xF0FF) if self != Self::Text => {
                self.mark(code & 0xFF).unwrap_or(c)
            }
            // a symbol whose font is named elsewhere: the signs of check boxes by any name
            code @ 0xF020..=0xF0FF => by_any(code & 0xFF).unwrap_or(c),
            _ => c,
        }
    }

    fn mark(self, code: u32) -> Option<char> {
        let (checked, open): (&[u32], &[u32]) = match self {
            Self::Wingdings => (&[0x6E, 0xFC, 0xFD, 0xFE], &[0x6F, 0x70, 0x71, 0x72, 0xA1, 0xA8]),
            Self::Wingdings2 => (&[0x50, 0x51, 0x52, 0x53, 0x54], &[0x2A, 0xA2, 0xA3]),
            Self::Webdings => (&[0x61, 0x67], &[0x63]),
            Self::Text => (&[], &[]),
        };
        if checked.contains(&code) {
            Some('☑')
        } else if open.contains(&code) {
            Some('☐')
        } else {
            None
        }
    }
}

fn by_any(code: u32) -> Option<char> {
    match code {
        0x52 | 0x54 | 0xFC | 0xFD | 0xFE => Some('☑'),
        0x6F | 0x71 | 0x72 | 0xA3 | 0xA8 => Some('☐'),
        _ => None,
    }
}

/// A character of a symbol font: a box, or itself when it is no private one.
pub(super) fn symbol(node: Node<'_, '_>) -> Option<char> {
    let attribute = |name: &str| node.attributes().find(|a| a.name() == name).map(|a| a.value());
    let code = u32::from_str_radix(attribute("char")?, 16).ok()?;
    let own = char::from_u32(code)?;
    let shown = attribute("font").map_or(Font::Text, Font::named).shown(own);
    (!('\u{E000}'..='\u{F8FF}').contains(&shown)).then_some(shown)
}
