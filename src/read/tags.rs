//! A tolerant scanner of tags, for markup that no strict parser would take.
//!
//! It never fails and never recurses: whatever is not a tag is text. Names are compared without
//! their prefix and without case, because system exports write both ways.

/// One piece of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text between tags, entities not yet decoded.
    Text(&'a str),
    /// An opening tag.
    Open(Tag<'a>),
    /// The name of a closing tag.
    Close(&'a str),
}

/// An opening tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    /// Written as `<a/>`.
    pub(super) empty: bool,
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Whether a name as written is this local name.
pub(super) fn named(written: &str, name: &str) -> bool {
    local(written).eq_ignore_ascii_case(name)
}

impl<'a> Tag<'a> {
    /// Whether it has this local name.
    pub(super) fn is(&self, name: &str) -> bool {
        named(self.name, name)
    }

    /// An attribute by its local name, entities decoded.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (key, after) = rest.split_at_checked(end)?;
            let after = after.trim_start();
            let Some(after) = after.strip_prefix('=') else {
                rest = after;
                continue;
            };
            let (value, next) = attribute_value(after.trim_start());
            if named(key, name) {
                return Some(decode_entities(value));
            }
            rest = next.trim_start();
        }
        None
    }

    /// An attribute as a number.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// Whether an attribute says yes (`1`, `true`).
    pub(super) fn flag(&self, name: &str) -> bool {
        self.attribute(name).is_some_and(|v| matches!(v.trim(), "1" | "true" | "on"))
    }
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Walks over markup.
pub(super) struct Scanner<'a> {
    rest: &'a str,
    html: bool,
}

impl<'a> Scanner<'a> {
    /// Over XML.
    pub(super) fn xml(text: &'a str) -> Self {
        Self { rest: text, html: false }
    }

    /// Over HTML: the content of `script` and `style` is skipped.
    pub(super) fn html(text: &'a str) -> Self {
        Self { rest: text, html: true }
    }

    fn skip_past(&mut self, end: &str) {
        self.rest = self.rest.split_once(end).map_or("", |(_, after)| after);
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn tag(&mut self) -> Option<Piece<'a>> {
        let inner = self.rest.strip_prefix('<').unwrap_or(self.rest);
        let mut quote = None;
        let end = inner.find(|c: char| match (quote, c) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(c);
                false
            }
            (Some(open), c) if open == c => {
                quote = None;
                false
            }
            _ => false,
        });
        // an unclosed quote must not swallow the rest of the file
        let end = end.or_else(|| inner.find('>'))?;
        let (body, after) = inner.split_at_checked(end)?;
        self.rest = after.strip_prefix('>').unwrap_or(after);
        if let Some(name) = body.strip_prefix('/') {
            return Some(Piece::Close(name.trim()));
        }
        let empty = body.ends_with('/');
        let body = body.strip_suffix('/').unwrap_or(body);
        let end = body.find(char::is_whitespace).unwrap_or(body.len());
        let (name, attributes) = body.split_at_checked(end)?;
        if self.html && !empty {
            for raw in ["script", "style"] {
                if name.eq_ignore_ascii_case(raw) {
                    self.skip_raw(raw);
                }
            }
        }
        Some(Piece::Open(Tag { name, attributes, empty }))
    }

    fn skip_raw(&mut self, name: &str) {
        while let Some((_, after)) = self.rest.split_once("</") {
            self.rest = after;
            if after.get(..name.len()).is_some_and(|s| s.eq_ignore_ascii_case(name)) {
                self.skip_past(">");
                return;
            }
        }
        self.rest = "";
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            if let Some(cdata) = self.rest.strip_prefix("<![CDATA[") {
                let (text, after) = cdata.split_once("]]>").unwrap_or((cdata, ""));
                self.rest = after;
                return Some(Piece::Text(text));
            }
            if self.rest.starts_with("<!--") {
                self.skip_past("-->");
            } else if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
                self.skip_past(">");
            } else if is_tag(self.rest) {
                if let Some(piece) = self.tag() {
                    return Some(piece);
                }
                return Some(Piece::Text(self.take(usize::MAX)));
            } else {
                let from = usize::from(self.rest.starts_with('<'));
                let end = self.rest.get(from..).and_then(|r| r.find('<'));
                return Some(Piece::Text(self.take(end.map_or(usize::MAX, |e| e + from))));
            }
        }
    }
}

/// `<` followed by a letter or `/`: a lone `<` in text (`3<5`) is no tag.
fn is_tag(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('<')
        && chars.next().is_some_and(|c| c == '/' || c == '_' || c.is_alphabetic())
}

/// Replaces the entities that matter; an unknown one stays as written.
pub(super) fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let found = after
            .split_once(';')
            .filter(|(name, _)| name.len() <= 10)
            .and_then(|(name, next)| entity(name).map(|c| (c, next)));
        match found {
            Some((c, next)) => {
                out.push(c);
                rest = next;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ensp" => '\u{2002}',
        "emsp" => '\u{2003}',
        "middot" => '·',
        "mdash" => '—',
        "ndash" => '–',
        "hellip" => '…',
        "times" => '×',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sloppy_markup() {
        let text = "<?xml?><!-- <td> --><TD colspan=2 x='a>b'>3<5 &amp; &#x4e2d;</td><br/>";
        let pieces: Vec<_> = Scanner::html(text).collect();
        let Piece::Open(tag) = pieces[0] else { panic!("{pieces:?}") };
        assert!(tag.is("td"));
        assert_eq!(tag.number("colspan"), Some(2));
        assert_eq!(tag.attribute("x").unwrap(), "a>b");
        let text: String = pieces
            .iter()
            .filter_map(|p| if let Piece::Text(t) = p { Some(decode_entities(t)) } else { None })
            .collect();
        assert_eq!(text, "3<5 & 中");
        assert!(matches!(pieces.last(), Some(Piece::Open(tag)) if tag.empty));
    }

    #[test]
    fn survives_cut_and_unclosed_markup() {
        for text in
            ["<td", "<td a=\"", "<!-- x", "<![CDATA[x", "a &#xffffffff; &", "<script>x", "<"]
        {
            let _ = Scanner::html(text).count();
            let _ = decode_entities(text);
        }
        let names: Vec<_> = Scanner::xml("<a:b c=\"x>1</a:b>").collect();
        assert!(matches!(names[0], Piece::Open(tag) if tag.is("b")));
    }
}
