//! The parts of an xlsx that marking touches, and the package written again around them.

use super::notes;
use super::original::{RELATIONS, properties};
use super::sheet::{Place, SheetPart};
use super::styles::{self, Styles};
use super::xml::{self, child, children, parse};
use super::{STRICT, Said, TRANSITIONAL, Tone};
use crate::read::package::Package;
use crate::wall::Limits;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Largest part that is edited.
const MOST_PART: usize = 64 << 20;

/// The workbook with its cells marked and its `sha256` named; none when it cannot be edited part by
/// part.
pub(super) fn edit(
    path: &Path,
    sha256: &str,
    said: &BTreeMap<String, Said>,
    limits: &Limits,
) -> Option<Vec<u8>> {
    let mut package = Package::open(path, limits).ok()?;
    package.examine(limits).ok()?;
    let mut editor = Editor { package, changed: BTreeMap::new(), new: Vec::new(), vml: false };
    editor.workbook(sha256, said)?;
    let Editor { changed, .. } = editor;
    rewrite(path, &changed)
}

struct Editor {
    package: Package,
    /// Parts that change or come new, by name.
    changed: BTreeMap<String, String>,
    /// New parts and their kind, for the list of types.
    new: Vec<(String, &'static str)>,
    /// Whether a drawing was made.
    vml: bool,
}

/// A relation of a part.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Editor {
    fn text(&mut self, part: &str) -> Option<String> {
        if let Some(text) = self.changed.get(part) {
            return Some(text.clone());
        }
        self.package.text(part).ok().flatten().filter(|text| text.len() <= MOST_PART)
    }

    fn workbook(&mut self, sha256: &str, said: &BTreeMap<String, Said>) -> Option<()> {
        let book = self.package.main_part().ok()??;
        let relations = self.relations(&book);
        let text = self.text(&book)?;
        let strict = text.contains("http://purl.oclc.org/ooxml/spreadsheetml/main");
        let styles_part = relations.iter().find(|r| r.kind.ends_with("/styles"));
        let (styles_part, style_text) = match styles_part {
            Some(relation) => (relation.target.clone(), self.text(&relation.target)),
            None => (beside(&book, "styles.xml"), None),
        };
        let namespace = main_namespace(strict);
        let fresh = style_text.is_none();
        let style_text = style_text.unwrap_or_else(|| styles::empty(namespace));
        let style_doc = parse(&style_text)?;
        if !fresh && !style_doc.root_element().has_children() {
            return None;
        }
        let mut styles = Styles::new(&style_text, &style_doc);
        let sheets = sheets(&text, &relations)?;
        let mut any = false;
        for (index, (name, part)) in sheets.iter().enumerate() {
            let empty = Said::new();
            let said = said.get(name).unwrap_or(&empty);
            any |= self.sheet(index, part, said, strict, &mut styles)? && !said.is_empty();
        }
        if !any {
            return None;
        }
        if let Some(text) = styles.write() {
            self.changed.insert(styles_part.clone(), text);
            if fresh {
                self.relate(&book, vec![("styles", styles_part.clone())], strict)?;
                self.new.push((styles_part, notes::STYLES));
            }
        }
        self.name_original(sha256, strict)?;
        self.types()
    }

    /// Says of which file this is a copy.
    fn name_original(&mut self, sha256: &str, strict: bool) -> Option<()> {
        let known = RELATIONS.iter().find_map(|kind| self.package.root_part(kind).ok().flatten());
        let part = match known {
            Some(part) => part,
            None => {
                let part = self.free("docProps/custom.xml");
                let kind = RELATIONS[usize::from(strict)];
                self.relate("", vec![(kind, part.clone())], strict)?;
                self.new.push((part.clone(), notes::CUSTOM));
                part
            }
        };
        let text = properties(self.text(&part).as_deref(), sha256, strict)?;
        self.changed.insert(part, text);
        Some(())
    }

    /// Marks one sheet; `false` when it has nothing to mark and no mark of before.
    fn sheet(
        &mut self,
        index: usize,
        part: &str,
        said: &Said,
        strict: bool,
        styles: &mut Styles<'_>,
    ) -> Option<bool> {
        let relations = self.relations(part);
        let held = relations.iter().find(|r| r.kind.ends_with("/comments"));
        let old = match held {
            Some(relation) => self.text(&relation.target),
            None => None,
        };
        let marked_before = old.as_ref().is_some_and(|text| text.contains(notes::MARKER));
        if said.is_empty() && !marked_before {
            return Some(false);
        }
        let text = self.text(part)?;
        let doc = parse(&text)?;
        let Some(sheet) = SheetPart::new(&text, &doc) else { return Some(false) };
        let (tones, said) = shown(&sheet, said);
        let strict = strict || sheet.is_strict();
        let old = old.unwrap_or_else(|| notes::empty(main_namespace(strict)));
        let made = notes::comments(&old, &said)?;
        let mut wanted = Vec::new();
        let comments = match held {
            Some(relation) => relation.target.clone(),
            None => {
                let part = self.free(&format!("xl/markComments{}.xml", index + 1));
                self.new.push((part.clone(), notes::COMMENTS));
                wanted.push(("comments", part.clone()));
                part
            }
        };
        self.changed.insert(comments, made.text);
        let drawing = match sheet.legacy() {
            // a link to nothing cannot be added to
            Some(id) => Some(relations.iter().find(|r| r.id == id)?.target.clone()),
            None => None,
        };
        let (vml, old, link) = match drawing {
            Some(part) => (part.clone(), self.text(&part)?, false),
            None => {
                let part = self.free(&format!("xl/drawings/markDrawing{}.vml", index + 1));
                self.vml = true;
                wanted.push(("vmlDrawing", part.clone()));
                (part, notes::empty_drawing(index, said.len()), true)
            }
        };
        let boxes = notes::drawing(&old, index, &made.fresh, &made.stale, &said)?;
        self.changed.insert(vml, boxes);
        let ids = self.relate(part, wanted, strict)?;
        let id = if link { ids.last().map(String::as_str) } else { None };
        let unpainted: BTreeSet<Place> = made
            .stale
            .union(&made.trimmed)
            .filter(|place| !tones.contains_key(place))
            .copied()
            .collect();
        let painted = sheet.painted(&tones, &unpainted, id, styles)?;
        self.changed.insert(part.to_owned(), painted);
        Some(true)
    }

    /// A part name that is not taken.
    fn free(&self, name: &str) -> String {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let others = (2..).map(|n| format!("{stem}-{n}.{end}"));
        std::iter::once(name.to_owned())
            .chain(others)
            .find(|name| !self.package.has(name) && !self.changed.contains_key(name))
            .unwrap_or_default()
    }

    fn relations(&mut self, part: &str) -> Vec<Relation> {
        let text = self.text(&relations_of(part)).unwrap_or_default();
        let Some(doc) = parse(&text) else { return Vec::new() };
        let read = |node: roxmltree::Node<'_, '_>| {
            Some(Relation {
                id: node.attribute("Id")?.to_owned(),
                kind: node.attribute("Type")?.to_owned(),
                target: resolve(part, node.attribute("Target")?),
            })
        };
        children(doc.root_element(), "Relationship").filter_map(read).collect()
    }

    /// Adds relations from `part`; gives their ids.
    fn relate(
        &mut self,
        part: &str,
        new: Vec<(&str, String)>,
        strict: bool,
    ) -> Option<Vec<String>> {
        if new.is_empty() {
            return Some(Vec::new());
        }
        let base = if strict { STRICT } else { TRANSITIONAL };
        let new: Vec<(String, String)> = new
            .into_iter()
            .map(|(kind, target)| (format!("{base}/{kind}"), format!("/{target}")))
            .collect();
        let place = relations_of(part);
        let (text, ids) = notes::relate(self.text(&place).as_deref(), &new)?;
        self.changed.insert(place, text);
        Some(ids)
    }

    fn types(&mut self) -> Option<()> {
        const PART: &str = "[Content_Types].xml";
        if self.new.is_empty() && !self.vml {
            return Some(());
        }
        let text = self.text(PART)?;
        let text = notes::types(&text, self.vml, &self.new)?;
        self.changed.insert(PART.to_owned(), text);
        Some(())
    }
}

/// What is said, at the cells that show it.
fn shown(sheet: &SheetPart<'_>, said: &Said) -> (BTreeMap<Place, Tone>, BTreeMap<Place, String>) {
    let (mut tones, mut texts) = (BTreeMap::new(), BTreeMap::<Place, String>::new());
    for (place, (tone, text)) in said {
        let place = sheet.shown(*place);
        let worst = tones.entry(place).or_insert(*tone);
        *worst = (*worst).max(*tone);
        match texts.get_mut(&place) {
            Some(all) => {
                all.push('\n');
                all.push_str(text.strip_prefix(notes::MARKER).unwrap_or(text));
            }
            None => {
                texts.insert(place, text.clone());
            }
        }
    }
    (tones, texts)
}

/// Name and part of every sheet, in order.
fn sheets(text: &str, relations: &[Relation]) -> Option<Vec<(String, String)>> {
    let doc = parse(text)?;
    let list = child(doc.root_element(), "sheets")?;
    let part = |node: roxmltree::Node<'_, '_>| {
        let id = node.attributes().find(|a| a.name() == "id" && a.namespace().is_some())?;
        let relation = relations.iter().find(|r| r.id == id.value())?;
        Some((node.attribute("name")?.to_owned(), relation.target.clone()))
    };
    Some(children(list, "sheet").filter_map(part).collect())
}

fn main_namespace(strict: bool) -> &'static str {
    if strict {
        "http://purl.oclc.org/ooxml/spreadsheetml/main"
    } else {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    }
}

fn beside(part: &str, name: &str) -> String {
    part.rsplit_once('/').map_or_else(|| name.to_owned(), |(dir, _)| format!("{dir}/{name}"))
}

fn relations_of(part: &str) -> String {
    let (dir, name) = part.rsplit_once('/').unwrap_or(("", part));
    if dir.is_empty() { format!("_rels/{name}.rels") } else { format!("{dir}/_rels/{name}.rels") }
}

/// The part a relation of `part` points to.
fn resolve(part: &str, target: &str) -> String {
    let mut names: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => part.rsplit_once('/').map_or(Vec::new(), |(dir, _)| dir.split('/').collect()),
    };
    for name in target.split('/').filter(|name| !name.is_empty() && *name != ".") {
        if name == ".." {
            names.pop();
        } else {
            names.push(name);
        }
    }
    names.join("/")
}

/// The package with parts changed or added; all others are copied as they lie in the file.
fn rewrite(path: &Path, changed: &BTreeMap<String, String>) -> Option<Vec<u8>> {
    let mut from = ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut left: BTreeMap<String, (&str, &str)> = changed
        .iter()
        .map(|(name, text)| (name.to_ascii_lowercase(), (name.as_str(), text.as_str())))
        .collect();
    for index in 0..from.len() {
        let entry = from.by_index_raw(index).ok()?;
        let name = entry.name().ok()?.into_owned();
        match left.remove(&name.replace('\\', "/").to_ascii_lowercase()) {
            Some((_, text)) => put(&mut to, &name, text, options)?,
            None => to.raw_copy_file(entry).ok()?,
        }
    }
    for (name, text) in left.into_values() {
        put(&mut to, name, text, options)?;
    }
    Some(to.finish().ok()?.into_inner())
}

fn put(
    to: &mut ZipWriter<Cursor<Vec<u8>>>,
    name: &str,
    text: &str,
    options: SimpleFileOptions,
) -> Option<()> {
    to.start_file(name, options).ok()?;
    let bytes = if name.ends_with(".vml") { text.as_bytes().to_vec() } else { xml::bytes(text) };
    to.write_all(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_from_their_part() {
        assert_eq!(resolve("xl/worksheets/sheet1.xml", "../comments1.xml"), "xl/comments1.xml");
        assert_eq!(resolve("xl/workbook.xml", "worksheets/./s.xml"), "xl/worksheets/s.xml");
        assert_eq!(resolve("xl/workbook.xml", "/x/s.xml"), "x/s.xml");
        assert_eq!(relations_of("workbook.xml"), "_rels/workbook.xml.rels");
    }
}
