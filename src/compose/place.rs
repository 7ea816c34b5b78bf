//! Where in the template files a place of the rendered text comes from.
//!
//! The templates are rendered once more with a mark before every piece of their own text; the mark
//! behind which a place lies names file, line and column. This holds through loops, branches and
//! included files alike, and costs nothing as long as nothing is wrong.

use std::fmt::Write as _;

/// Opens and closes a mark: no data holds this character, see `legal`.
const MARK: char = '\u{fffe}';

/// A place of a template file; line and column from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Number of the file, as given to [`Pieces::mark`].
    pub(super) file: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The pieces of text that are printed as they stand, none longer than a line, in the order of
/// their marks: where each begins, and its length.
#[derive(Debug, Default)]
pub(super) struct Pieces(Vec<(Place, usize)>);

impl Pieces {
    /// The text of a template with a mark before each piece.
    pub(super) fn mark(&mut self, file: usize, text: &str) -> String {
        let mut out = String::with_capacity(text.len() * 2);
        let mut here = Place { file, line: 1, column: 1 };
        let mut tag = Tag::default();
        let mut inside = false;
        for (at, c) in text.char_indices() {
            if tag.holds(text.get(at..).unwrap_or_default(), c) || c == '\n' {
                inside = false;
            } else if inside {
                self.0.last_mut().into_iter().for_each(|(_, length)| *length += 1);
            } else if !c.is_whitespace() {
                // blanks have no mark: a tag with `-` takes them away, and `extends` comes first
                let _ = write!(out, "{MARK}{}{MARK}", self.0.len());
                self.0.push((here, 1));
                inside = true;
            }
            out.push(c);
            here.column += 1;
            if c == '\n' {
                here = Place { file, line: here.line + 1, column: 1 };
            }
        }
        out
    }

    /// Takes the marks out of a rendered text: the text, and which piece begins at which byte.
    pub(super) fn unmark(marked: &str) -> (String, Vec<(usize, usize)>) {
        let (mut text, mut starts) = (String::with_capacity(marked.len()), Vec::new());
        for (n, part) in marked.split(MARK).enumerate() {
            match part.parse() {
                Ok(piece) if n % 2 == 1 => starts.push((text.len(), piece)),
                _ => text.push_str(part),
            }
        }
        (text, starts)
    }

    /// The place of a template that a line and a column of the unmarked text come from.
    pub(super) fn place(
        &self,
        (text, starts): &(String, Vec<(usize, usize)>),
        line: u32,
        column: u32,
    ) -> Option<Place> {
        let lines = text.split_inclusive('\n').take((line as usize).saturating_sub(1));
        let start: usize = lines.map(str::len).sum();
        let chars = text.get(start..)?.chars().take((column as usize).saturating_sub(1));
        let at = start + chars.map(char::len_utf8).sum::<usize>();
        let (begin, piece) = starts.iter().rev().find(|(begin, _)| *begin <= at)?;
        let (place, length) = self.0.get(*piece)?;
        // behind the piece stands what a tag printed: then its end is the nearest place
        let into = text.get(*begin..at)?.chars().count().min(*length);
        Some(Place { column: place.column + into, ..*place })
    }
}

/// The tag of the template language the reader is in.
#[derive(Default)]
struct Tag {
    end: Option<&'static str>,
    quote: Option<char>,
    /// Characters of an opening or closing sign still to come.
    sign: u8,
}

impl Tag {
    /// Whether the character `c`, with which `rest` begins, belongs to a tag.
    fn holds(&mut self, rest: &str, c: char) -> bool {
        if self.sign > 0 {
            self.sign -= 1;
            return true;
        }
        let Some(end) = self.end else {
            let pairs = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
            self.end = pairs.iter().find(|(start, _)| rest.starts_with(start)).map(|(_, end)| *end);
            self.sign = u8::from(self.end.is_some());
            return self.end.is_some();
        };
        match self.quote {
            Some(quote) if quote == c => self.quote = None,
            Some(_) => {}
            None if rest.starts_with(end) => (self.end, self.sign) = (None, 1),
            None if end != "#}" && matches!(c, '"' | '\'' | '`') => self.quote = Some(c),
            None => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_begin_at_their_places() {
        let mut pieces = Pieces::default();
        let text = "{# 注 #}<p>甲{{ \"}}\" }}乙\n  {%- if x -%}\n  丙 {% endif %}</p>";
        let marked = pieces.mark(7, text);
        let at: Vec<(usize, usize, usize)> =
            pieces.0.iter().map(|(p, length)| (p.line, p.column, *length)).collect();
        assert_eq!(at, [(1, 8, 4), (1, 22, 1), (3, 3, 2), (3, 16, 4)]);
        let unmarked = Pieces::unmark(&marked);
        assert_eq!(unmarked.0, text);
        // the third sign of the second piece of the text as it stands
        assert_eq!(pieces.place(&unmarked, 1, 9), Some(Place { file: 7, line: 1, column: 9 }));
    }
}
