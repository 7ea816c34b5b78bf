//! Pages of admitted PDFs: reachable objects are copied with new numbers, nothing is decoded.

use super::writer::{Id, PdfWriter, reference};
use super::{A4, BindError, MM, annots};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::BTreeMap;
use std::io::Write;

/// Content longer than this when inflated is taken as balanced without looking.
const MOST_CONTENT: usize = 64 << 20;
/// The page tree is never deeper than this.
const MOST_PARENTS: usize = 64;

/// A page ready to be put into the packet: what surrounds its content, and what it needs.
pub(super) struct Imported {
    /// Drawn before the content.
    pub(super) before: String,
    /// The content streams.
    pub(super) contents: Vec<Object>,
    /// Drawn after the content.
    pub(super) after: String,
    /// Resources with new numbers; the font table is direct.
    pub(super) resources: Dictionary,
    /// The transparency group of the page.
    pub(super) group: Option<Object>,
}

/// One source PDF while its pages are copied; shared objects are copied once.
pub(super) struct Source {
    document: Document,
    pages: Vec<ObjectId>,
    copied: BTreeMap<ObjectId, Id>,
}

impl Source {
    /// Reads a PDF.
    pub(super) fn open(bytes: &[u8]) -> Result<Self, BindError> {
        let document = Document::load_mem(bytes).map_err(|e| BindError::Pdf(e.to_string()))?;
        let pages: Vec<_> = document.page_iter().collect();
        // lopdf opens a locked or cut-off file as one without pages.
        if document.is_encrypted() || pages.is_empty() {
            return Err(BindError::Pdf("locked, damaged or without pages".to_owned()));
        }
        Ok(Self { document, pages, copied: BTreeMap::new() })
    }

    /// How many pages it has.
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Copies what page `index` needs.
    pub(super) fn page<W: Write>(
        &mut self,
        writer: &mut PdfWriter<W>,
        index: usize,
    ) -> Result<Imported, BindError> {
        let missing = || BindError::Pdf(format!("no page {}", index + 1));
        let id = *self.pages.get(index).ok_or_else(missing)?;
        let page = self.document.get_dictionary(id).map_err(|e| BindError::Pdf(e.to_string()))?;
        let area = self.visible(page);
        let turn = self.number(self.inherited(page, b"Rotate")).unwrap_or(0.0) as i64;
        let unit = self.number(page.get(b"UserUnit").ok()).filter(|u| *u > 0.0).unwrap_or(1.0);
        let mut resources = self.resources(page);
        let painted = annots::draw(self, page, &mut resources);
        let contents = self.contents(page);
        let group = page.get(b"Group").ok().cloned();
        let balance = self
            .document
            .get_page_content_with_limit(id, MOST_CONTENT)
            .map(|bytes| Balance::of(&bytes))
            .unwrap_or_default();

        let mut queue = Vec::new();
        let contents = contents.iter().map(|c| self.renumber(writer, c, &mut queue)).collect();
        for (_, value) in resources.iter_mut() {
            *value = self.renumber(writer, value, &mut queue);
        }
        let group = group.map(|g| self.renumber(writer, &g, &mut queue));
        while let Some((old, new)) = queue.pop() {
            self.copy(writer, old, new, &mut queue)?;
        }
        let before = format!(
            "q {} cm {:.3} {:.3} {:.3} {:.3} re W n {}\n",
            fit(area, turn, unit),
            area[0],
            area[1],
            area[2] - area[0],
            area[3] - area[1],
            "q ".repeat(balance.missing_saves),
        );
        let after = format!("\n{}\n{painted}Q\n", "Q ".repeat(balance.open));
        Ok(Imported { before, contents, after, resources, group })
    }

    /// Writes one object of the source under its new number; the bytes of streams as they are.
    fn copy<W: Write>(
        &mut self,
        writer: &mut PdfWriter<W>,
        old: ObjectId,
        new: Id,
        queue: &mut Vec<(ObjectId, Id)>,
    ) -> Result<(), BindError> {
        if let Ok(Object::Stream(stream)) = self.document.get_object(old) {
            let mut dict = stream.dict.clone();
            dict.remove(b"Length");
            let dict = self.renumber_dict(writer, &dict, queue);
            let stream = self.document.get_object(old).and_then(Object::as_stream);
            let stream = stream.map_err(|e| BindError::Pdf(e.to_string()))?;
            return Ok(writer.put_stream(new, dict, &stream.content)?);
        }
        let object = self.document.get_object(old).cloned().unwrap_or(Object::Null);
        let object = self.renumber(writer, &object, queue);
        Ok(writer.put(new, &object)?)
    }

    /// The same object with the numbers of the packet; objects met first go into the queue.
    fn renumber<W: Write>(
        &mut self,
        writer: &mut PdfWriter<W>,
        object: &Object,
        queue: &mut Vec<(ObjectId, Id)>,
    ) -> Object {
        match object {
            Object::Reference(old) => {
                if self.leads_back(*old) {
                    return Object::Null;
                }
                let new = *self.copied.entry(*old).or_insert_with(|| {
                    let new = writer.reserve();
                    queue.push((*old, new));
                    new
                });
                reference(new)
            }
            Object::Array(items) => {
                Object::Array(items.iter().map(|i| self.renumber(writer, i, queue)).collect())
            }
            Object::Dictionary(dict) => Object::Dictionary(self.renumber_dict(writer, dict, queue)),
            // Streams are never inside other objects.
            Object::Stream(_) => Object::Null,
            Object::Null
            | Object::Boolean(_)
            | Object::Integer(_)
            | Object::Real(_)
            | Object::Name(_)
            | Object::String(..) => object.clone(),
        }
    }

    fn renumber_dict<W: Write>(
        &mut self,
        writer: &mut PdfWriter<W>,
        dict: &Dictionary,
        queue: &mut Vec<(ObjectId, Id)>,
    ) -> Dictionary {
        let mut out = Dictionary::new();
        for (key, value) in dict.iter() {
            // Structure trees lead to the whole file.
            if !matches!(key.as_slice(), b"StructParent" | b"StructParents" | b"PieceInfo") {
                out.set(key.clone(), self.renumber(writer, value, queue));
            }
        }
        out
    }

    /// Whether an object is part of the tree above pages: following it would copy the whole file.
    fn leads_back(&self, id: ObjectId) -> bool {
        let Ok(dict) = self.document.get_dictionary(id) else { return false };
        let kind = dict.get(b"Type").and_then(Object::as_name).unwrap_or_default();
        matches!(kind, b"Page" | b"Pages" | b"Catalog" | b"StructTreeRoot" | b"StructElem")
    }

    /// The object behind a reference.
    pub(super) fn follow<'a>(&'a self, object: &'a Object) -> Option<&'a Object> {
        self.document.dereference(object).ok().map(|(_, found)| found)
    }

    pub(super) fn number(&self, object: Option<&Object>) -> Option<f64> {
        self.follow(object?)?.as_float().ok().map(f64::from).filter(|n| n.is_finite())
    }

    /// An entry of the page or of the nearest parent that has it.
    fn inherited<'a>(&'a self, page: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        let mut node = page;
        for _ in 0..MOST_PARENTS {
            if let Some(found) = node.get(key).ok().and_then(|o| self.follow(o)) {
                return Some(found);
            }
            node = self.follow(node.get(b"Parent").ok()?)?.as_dict().ok()?;
        }
        None
    }

    pub(super) fn numbers(&self, object: &Object) -> Option<Vec<f64>> {
        let items = self.follow(object)?.as_array().ok()?;
        Some(items.iter().filter_map(|n| self.number(Some(n))).collect())
    }

    pub(super) fn dictionary<'a>(&'a self, object: Option<&'a Object>) -> Option<&'a Dictionary> {
        self.follow(object?)?.as_dict().ok()
    }

    /// A rectangle with its corners in order; none that is thinner than a point.
    pub(super) fn area(&self, object: Option<&Object>) -> Option<[f64; 4]> {
        let numbers = self.numbers(object?)?;
        let &[a, b, c, d] = numbers.as_slice() else { return None };
        let area = [a.min(c), b.min(d), a.max(c), b.max(d)];
        (area[2] - area[0] > 1.0 && area[3] - area[1] > 1.0).then_some(area)
    }

    /// What a reader shows of the page: the crop box inside the media box.
    fn visible(&self, page: &Dictionary) -> [f64; 4] {
        let media = self.area(self.inherited(page, b"MediaBox")).unwrap_or([0.0, 0.0, A4.0, A4.1]);
        let Some(crop) = self.area(self.inherited(page, b"CropBox")) else { return media };
        let both = [
            crop[0].max(media[0]),
            crop[1].max(media[1]),
            crop[2].min(media[2]),
            crop[3].min(media[3]),
        ];
        if both[2] - both[0] > 1.0 && both[3] - both[1] > 1.0 { both } else { media }
    }

    /// The resources of the page itself, with a direct font table the stamp font can join.
    fn resources(&self, page: &Dictionary) -> Dictionary {
        let found = self.inherited(page, b"Resources").and_then(|r| r.as_dict().ok());
        let mut resources = found.cloned().unwrap_or_default();
        let fonts = self.dictionary(resources.get(b"Font").ok()).cloned().unwrap_or_default();
        resources.set("Font", fonts);
        resources
    }

    fn contents(&self, page: &Dictionary) -> Vec<Object> {
        let Ok(found) = page.get(b"Contents") else { return Vec::new() };
        match self.follow(found) {
            Some(Object::Array(parts)) => parts.clone(),
            Some(Object::Stream(_)) => vec![found.clone()],
            _ => Vec::new(),
        }
    }
}

/// The matrix that turns a page upright and fits it into A4.
fn fit(area: [f64; 4], rotate: i64, unit: f64) -> String {
    let (w, h) = (area[2] - area[0], area[3] - area[1]);
    let mut turn = rotate.rem_euclid(360) / 90 % 4;
    let shown = if turn % 2 == 0 { (w, h) } else { (h, w) };
    // A landscape page lies with its head to the left, on front and back alike; one that is small
    // enough to stand stays as it is.
    if shown.0 > shown.1 && shown.0 * unit > A4.0 + 2.0 * MM {
        turn = (turn + 3) % 4;
    }
    let (shown_w, shown_h) =
        if turn % 2 == 0 { (w * unit, h * unit) } else { (h * unit, w * unit) };
    let near = (shown_w - A4.0).abs() <= 2.0 * MM && (shown_h - A4.1).abs() <= 2.0 * MM;
    let s = if near { unit } else { unit * (A4.0 / shown_w).min(A4.1 / shown_h) };
    // Clockwise turns about the origin, moved back into the positive quarter.
    let (a, b, c, d, e, f) = match turn {
        0 => (s, 0.0, 0.0, s, -area[0] * s, -area[1] * s),
        1 => (0.0, -s, s, 0.0, -area[1] * s, area[2] * s),
        2 => (-s, 0.0, 0.0, -s, area[2] * s, area[3] * s),
        _ => (0.0, s, -s, 0.0, area[3] * s, -area[0] * s),
    };
    let (final_w, final_h) = (shown_w * s / unit, shown_h * s / unit);
    let (e, f) = (e + (A4.0 - final_w) / 2.0, f + (A4.1 - final_h) / 2.0);
    [a, b, c, d, e, f].map(|n| format!("{:.5}", n + 0.0)).join(" ")
}

/// How a content stream leaves the stack of graphics states; careless producers leave it open.
#[derive(Debug, Default, PartialEq, Eq)]
struct Balance {
    /// `Q` without `q`: that many states must be saved before.
    missing_saves: usize,
    /// `q` without `Q` at the end.
    open: usize,
}

impl Balance {
    fn of(content: &[u8]) -> Self {
        let mut found = Self::default();
        let mut rest = content;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = match byte {
                b'(' => after_string(tail),
                b'%' => after(tail, |b| b == b'\n' || b == b'\r'),
                b'/' => skip_word(tail),
                _ if is_plain(byte) => {
                    let next = skip_word(rest);
                    let word = rest.get(..rest.len() - next.len()).unwrap_or_default();
                    found.count(word);
                    if word == b"ID" { after_inline_image(next) } else { next }
                }
                _ => tail,
            };
        }
        found
    }

    fn count(&mut self, word: &[u8]) {
        match word {
            b"q" => self.open += 1,
            b"Q" if self.open > 0 => self.open -= 1,
            b"Q" => self.missing_saves += 1,
            _ => {}
        }
    }
}

fn is_plain(byte: u8) -> bool {
    !matches!(
        byte,
        0 | 9
            | 10
            | 12
            | 13
            | 32
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'/'
            | b'%'
    )
}

fn skip_word(bytes: &[u8]) -> &[u8] {
    let length = bytes.iter().position(|b| !is_plain(*b)).unwrap_or(bytes.len());
    bytes.get(length..).unwrap_or_default()
}

fn after(bytes: &[u8], stop: impl Fn(u8) -> bool) -> &[u8] {
    let at = bytes.iter().position(|b| stop(*b)).map_or(bytes.len(), |n| n + 1);
    bytes.get(at..).unwrap_or_default()
}

fn after_string(bytes: &[u8]) -> &[u8] {
    let (mut depth, mut escaped) = (1, false);
    for (i, &byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return bytes.get(i + 1..).unwrap_or_default();
        }
    }
    &[]
}

fn after_inline_image(bytes: &[u8]) -> &[u8] {
    let space = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace());
    let end = bytes.windows(2).enumerate().position(|(i, w)| {
        w == b"EI" && i > 0 && space(bytes.get(i - 1)) && space(bytes.get(i + 2))
    });
    end.and_then(|at| bytes.get(at + 2..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_states_outside_strings_and_images() {
        let of = |text: &str| {
            let b = Balance::of(text.as_bytes());
            (b.missing_saves, b.open)
        };
        assert_eq!(of("q 1 0 0 1 0 0 cm Q"), (0, 0));
        assert_eq!(of("q q (Q \\) Q (q) Q) Tj Q"), (0, 1));
        assert_eq!(of("Q Q q"), (2, 1));
        assert_eq!(of("/Q gs % q\nq"), (0, 1));
        assert_eq!(of("BI /W 1 ID Q q EI Q q"), (1, 1));
    }

    #[test]
    fn a4_is_left_alone_and_landscape_is_turned() {
        assert_eq!(
            fit([0.0, 0.0, A4.0, A4.1], 0, 1.0),
            "1.00000 0.00000 0.00000 1.00000 0.00000 0.00000"
        );
        assert!(
            fit([0.0, 0.0, A4.1, A4.0], 0, 1.0).starts_with("0.00000 1.00000 -1.00000 0.00000")
        );
        // Stored landscape but shown upright by /Rotate.
        assert!(fit([0.0, 0.0, A4.1, A4.0], 90, 1.0).starts_with("0.00000 -1.00000 1.00000"));
        // A3 shrinks by the square root of two.
        assert!(fit([0.0, 0.0, A4.0 * 2.0, A4.1 * 2.0], 180, 1.0).starts_with("-0.50000"));
    }
}
