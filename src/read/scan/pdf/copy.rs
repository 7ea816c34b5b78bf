//! Rewrites a document into clean objects: pages, their contents and resources, nothing else.
//!
//! What is not named here does not come along, so a new kind of action needs no new rule. Streams
//! keep their filters: nothing is decoded. The appearance of annotations (seals, filled fields) is
//! part of what the paper shows and becomes page content.

use super::layers::Layers;
use super::removed::{self, Removed};
use super::stamp::{self, Stamp};
use super::tree::{self, Leaf};
use super::{STREAM_BYTES, hide};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::{BTreeMap, BTreeSet};

/// Deepest nesting of direct objects.
const DEEPEST: u32 = 64;

/// The rewritten document.
pub(super) struct Clean {
    pub(super) bytes: Vec<u8>,
    /// What was left behind that acts or carries.
    pub(super) removed: BTreeSet<Removed>,
    /// What its layers show cannot be told for certain.
    pub(super) unsure: bool,
    /// One per page.
    pub(super) pages: Vec<PageFacts>,
}

/// What the copy noticed of a page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PageFacts {
    /// Its contents draw nothing.
    pub(super) empty: bool,
    /// It shows text by its own contents: a renderer without the font would take it for blank.
    pub(super) text: bool,
    /// Pixels of the images it brought along: what rendering it costs.
    pub(super) pixels: u64,
    /// All its images have black and white alone, so that none can be out of focus.
    pub(super) bilevel: bool,
}

/// Why there is no copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// A page's contents inflate beyond the limit.
    TooLarge,
    /// A page's contents cannot be read.
    Broken,
}

/// Which keys of a dictionary may be dropped by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// Keys have their meaning from the standard.
    Plain,
    /// A resource dictionary: its values are categories.
    Resources,
    /// A category: its keys are free names.
    Category,
}

/// Copies the pages into a new document.
pub(super) fn clean(source: &Document, leaves: &[Leaf]) -> Result<Clean, Stop> {
    let mut copier = Copier::new(source);
    copier.removed = removed::of_catalog(source);
    let root = copier.out.new_object_id();
    let mut kids: Vec<Object> = Vec::new();
    let mut pages = Vec::new();
    for leaf in leaves {
        let (page, facts) = copier.page(leaf, root)?;
        kids.push(Object::Reference(copier.out.add_object(page)));
        copier.drain();
        let pixels = std::mem::take(&mut copier.pixels);
        let bilevel = !std::mem::take(&mut copier.shades);
        pages.push(PageFacts { pixels, bilevel, ..facts });
    }
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    let mut tree = Dictionary::new();
    tree.set("Type", Object::Name(b"Pages".to_vec()));
    tree.set("Count", count);
    tree.set("Kids", kids);
    copier.out.objects.insert(root, Object::Dictionary(tree));
    let mut catalog = Dictionary::new();
    catalog.set("Type", Object::Name(b"Catalog".to_vec()));
    catalog.set("Pages", root);
    let catalog = copier.out.add_object(catalog);
    copier.out.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    copier.out.save_to(&mut bytes).map_err(|_| Stop::Broken)?;
    Ok(Clean { bytes, removed: copier.removed, unsure: copier.unsure, pages })
}

/// Copies what is reachable, once.
pub(super) struct Copier<'a> {
    source: &'a Document,
    out: Document,
    made: BTreeMap<(ObjectId, Role), ObjectId>,
    /// Objects that have a number but are not copied yet.
    queue: Vec<(ObjectId, Role, ObjectId)>,
    removed: BTreeSet<Removed>,
    layers: Layers<'a>,
    unsure: bool,
    /// Resources of the page in hand: contents without resources of their own use them.
    resources: Option<Object>,
    /// Pixels of the images copied since the last page.
    pixels: u64,
    /// Whether one of them has more than black and white.
    shades: bool,
}

impl<'a> Copier<'a> {
    fn new(source: &'a Document) -> Self {
        let layers = Layers::of(source);
        Self {
            source,
            unsure: layers.torn,
            layers,
            resources: None,
            out: Document::with_version("1.7"),
            made: BTreeMap::new(),
            queue: Vec::new(),
            removed: BTreeSet::new(),
            pixels: 0,
            shades: false,
        }
    }

    /// The new page of a leaf.
    fn page(&mut self, leaf: &Leaf, root: ObjectId) -> Result<(Dictionary, PageFacts), Stop> {
        let mut page = Dictionary::new();
        page.set("Type", Object::Name(b"Page".to_vec()));
        page.set("Parent", root);
        page.set("MediaBox", numbers(&leaf.media()));
        if let Some(crop) = leaf.crop {
            page.set("CropBox", numbers(&crop));
        }
        if leaf.rotate != 0 {
            page.set("Rotate", i64::from(leaf.rotate));
        }
        for key in [&b"UserUnit"[..], b"Group"] {
            if let Ok(value) = leaf.page.get(key) {
                let value = self.value(value, Role::Plain, 0);
                page.set(key, value);
            }
        }
        self.resources.clone_from(&leaf.resources);
        let (contents, mut facts) = self.contents(leaf)?;
        let resources = leaf.resources.clone().unwrap_or_else(|| Dictionary::new().into());
        let resources = self.value(&resources, Role::Resources, 0);
        let source = self.source;
        let (stamps, removed) = stamp::stamps(source, &leaf.page, |note| self.hidden(note));
        self.removed.extend(removed);
        self.removed.extend(leaf.page.has(b"AA").then_some(Removed::Trigger));
        if stamps.is_empty() {
            page.set("Contents", contents);
            page.set("Resources", resources);
        } else {
            facts.empty = false;
            self.stamp(&mut page, contents, &resources, &stamps);
        }
        Ok((page, facts))
    }

    /// Puts the appearances of annotations on top of the contents.
    fn stamp(
        &mut self,
        page: &mut Dictionary,
        contents: Vec<Object>,
        resources: &Object,
        stamps: &[Stamp],
    ) {
        let mut drawn = b"\nQ\n".to_vec();
        let mut forms = Dictionary::new();
        for (number, stamp) in stamps.iter().enumerate() {
            let name = format!("Seal{number}");
            let form = self.value(&Object::Reference(stamp.form), Role::Plain, 0);
            drawn.extend(stamp.draw(&name).into_bytes());
            forms.set(name, form);
        }
        let before = self.out.add_object(Stream::new(Dictionary::new(), b"q\n".to_vec()));
        let after = self.out.add_object(Stream::new(Dictionary::new(), drawn));
        let mut all = vec![Object::Reference(before)];
        all.extend(contents);
        all.push(Object::Reference(after));
        page.set("Contents", all);
        self.drain();
        page.set("Resources", self.with_forms(resources, &forms));
    }

    /// A copy of resources with further forms in it.
    fn with_forms(&self, resources: &Object, forms: &Dictionary) -> Object {
        let plain = |object: &Object| {
            self.out.dereference(object).ok().and_then(|(_, o)| o.as_dict().ok().cloned())
        };
        let mut resources = plain(resources).unwrap_or_default();
        let mut all = resources.get(b"XObject").ok().and_then(plain).unwrap_or_default();
        all.extend(forms);
        resources.set("XObject", all);
        resources.into()
    }

    /// The content streams of a page, inflated once within the limit to see what they do.
    fn contents(&mut self, leaf: &Leaf) -> Result<(Vec<Object>, PageFacts), Stop> {
        let Ok(contents) = leaf.page.get(b"Contents") else {
            return Ok((Vec::new(), PageFacts { empty: true, ..PageFacts::default() }));
        };
        let (_, resolved) = self.source.dereference(contents).map_err(|_| Stop::Broken)?;
        let parts: Vec<&Object> = match resolved {
            Object::Array(parts) => parts.iter().collect(),
            Object::Stream(_) => vec![contents],
            Object::Null => Vec::new(),
            _ => return Err(Stop::Broken),
        };
        let mut room = STREAM_BYTES;
        let mut plain = Vec::new();
        for part in &parts {
            let stream = self.source.dereference(part).ok().and_then(|(_, o)| o.as_stream().ok());
            let inflated = inflate(stream.ok_or(Stop::Broken)?, room)?;
            room -= inflated.len().min(room);
            // a mark may end in another part than it began
            plain.extend(inflated);
            plain.push(b'\n');
        }
        let shown = self.shown(&plain, leaf.resources.as_ref());
        let seen = shown.as_ref().unwrap_or(&plain);
        let facts = PageFacts {
            empty: draws_nothing(seen),
            text: seen.windows(2).any(|w| matches!(w, b"Tj" | b"TJ")),
            ..PageFacts::default()
        };
        let copied = match shown {
            Some(shown) => {
                let stream = packed(Stream::new(Dictionary::new(), shown));
                vec![Object::Reference(self.out.add_object(stream))]
            }
            None => parts.iter().map(|part| self.value(part, Role::Plain, 0)).collect(),
        };
        Ok((copied, facts))
    }

    /// Contents without what hidden layers paint; `None` when all of it is shown.
    fn shown(&mut self, plain: &[u8], resources: Option<&Object>) -> Option<Vec<u8>> {
        if !self.layers.present {
            return None;
        }
        let inside = |object: &Object, key: &[u8]| {
            tree::dictionary(self.source, object).and_then(|d| d.get(key).ok().cloned())
        };
        let properties = resources.and_then(|resources| inside(resources, b"Properties"))?;
        let mut unsure = false;
        let shown = hide::without(plain, |name| {
            let hides = inside(&properties, name).map(|layer| self.layers.hides(&layer));
            unsure |= hides == Some(None);
            hides.flatten() == Some(true)
        });
        self.unsure |= unsure;
        shown
    }

    /// Copies everything that was promised.
    fn drain(&mut self) {
        while let Some((old, role, new)) = self.queue.pop() {
            let object = self.source.get_object(old).cloned().unwrap_or(Object::Null);
            let copied = self.value(&object, role, 0);
            self.out.objects.insert(new, copied);
        }
    }

    /// The copy of a value; references get new numbers and are copied later.
    fn value(&mut self, object: &Object, role: Role, depth: u32) -> Object {
        if depth > DEEPEST {
            return Object::Null;
        }
        match object {
            Object::Reference(old) => self.reference(*old, role),
            Object::Array(values) => Object::Array(
                values.iter().map(|v| self.value(v, Role::Plain, depth + 1)).collect(),
            ),
            Object::Dictionary(dictionary) => self.dictionary(dictionary, role, depth),
            Object::Stream(stream) => self.stream(stream, depth),
            other => other.clone(),
        }
    }

    fn reference(&mut self, old: ObjectId, role: Role) -> Object {
        if let Some(new) = self.made.get(&(old, role)) {
            return Object::Reference(*new);
        }
        // A chain of references ends here; a missing object is null by the standard.
        match self.source.get_object(old) {
            Ok(Object::Null) | Err(_) => Object::Null,
            Ok(_) => {
                let new = self.out.new_object_id();
                self.made.insert((old, role), new);
                self.queue.push((old, role, new));
                Object::Reference(new)
            }
        }
    }

    fn dictionary(&mut self, dictionary: &Dictionary, role: Role, depth: u32) -> Object {
        if role == Role::Plain && foreign(dictionary) {
            self.removed.extend(Removed::by_action(dictionary).filter(|_| acts(dictionary)));
            return Object::Null;
        }
        let mut copied = Dictionary::new();
        for (key, value) in dictionary {
            if role == Role::Plain && DROPPED.contains(&key.as_slice()) {
                self.removed.extend(Removed::by_key(key));
                continue;
            }
            let inner = match (role, key.as_slice()) {
                (Role::Resources, _) => Role::Category,
                (Role::Plain, b"Resources") => Role::Resources,
                // Names of glyphs and colours are free too.
                (Role::Plain, b"CharProcs" | b"Colorants") => Role::Category,
                _ => Role::Plain,
            };
            let value = self.value(value, inner, depth + 1);
            copied.set(key.clone(), value);
        }
        Object::Dictionary(copied)
    }

    fn stream(&mut self, stream: &Stream, depth: u32) -> Object {
        let Object::Dictionary(mut dictionary) = self.dictionary(&stream.dict, Role::Plain, depth)
        else {
            return Object::Null;
        };
        // A stream whose data lies in another file is not followed; PostScript is not run.
        let outside = [&b"F"[..], b"FFilter", b"FDecodeParms"];
        if outside.iter().any(|key| dictionary.has(key)) || is_name(&dictionary, b"Subtype", b"PS")
        {
            return Object::Null;
        }
        if self.hidden(&stream.dict) {
            return nothing();
        }
        dictionary.remove(b"Length");
        let pixels = pixels(self.source, &stream.dict);
        self.pixels = self.pixels.saturating_add(pixels);
        self.shades |= pixels > 0 && !is_bilevel(self.source, &stream.dict);
        if let Some(shown) = self.shown_inside(stream) {
            dictionary.remove(b"Filter");
            dictionary.remove(b"DecodeParms");
            return packed(Stream::new(dictionary, shown)).into();
        }
        Object::Stream(Stream::new(dictionary, stream.content.clone()).with_compression(false))
    }

    /// Whether a layer hides what a dictionary describes.
    fn hidden(&mut self, dictionary: &Dictionary) -> bool {
        let hides = self.layers.hidden(dictionary);
        self.unsure |= hides.is_none();
        hides == Some(true)
    }

    /// What is left of a form or a pattern; `None` when all of it is shown.
    fn shown_inside(&mut self, stream: &Stream) -> Option<Vec<u8>> {
        let draws = is_name(&stream.dict, b"Subtype", b"Form") || stream.dict.has(b"PatternType");
        if !draws || !self.layers.present {
            return None;
        }
        let Ok(plain) = inflate(stream, STREAM_BYTES) else {
            self.unsure = true;
            return None;
        };
        let resources = stream.dict.get(b"Resources").ok().cloned();
        let resources = resources.or_else(|| self.resources.clone());
        self.shown(&plain, resources.as_ref())
    }
}

/// A form that paints nothing, so that whoever draws it finds something.
fn nothing() -> Object {
    let mut form = Dictionary::new();
    form.set("Type", Object::Name(b"XObject".to_vec()));
    form.set("Subtype", Object::Name(b"Form".to_vec()));
    form.set("BBox", numbers(&[0.0; 4]));
    Stream::new(form, Vec::new()).into()
}

/// A stream written anew, deflated where that makes it smaller.
fn packed(mut stream: Stream) -> Stream {
    // left as it is when it cannot be deflated
    let _ = stream.compress();
    stream
}

/// Keys that do not come along where keys have their meaning from the standard.
const DROPPED: [&[u8]; 20] = [
    b"AA",
    b"AF",
    b"AcroForm",
    b"Alternates",
    b"Annots",
    b"EmbeddedFiles",
    b"JS",
    b"JavaScript",
    b"Launch",
    b"Metadata",
    b"Names",
    b"OC",
    b"OPI",
    b"OpenAction",
    b"PieceInfo",
    b"Ref",
    b"StructParent",
    b"StructParents",
    b"StructTreeRoot",
    b"XFA",
];
/// Dictionaries that have no business below a page's contents.
const FOREIGN: [&[u8]; 10] = [
    b"Action",
    b"Annot",
    b"Catalog",
    b"EmbeddedFile",
    b"Filespec",
    b"Page",
    b"Pages",
    b"Sig",
    b"StructElem",
    b"StructTreeRoot",
];
const ACTIONS: [&[u8]; 14] = [
    b"GoTo",
    b"GoToE",
    b"GoToR",
    b"Hide",
    b"ImportData",
    b"JavaScript",
    b"Launch",
    b"Movie",
    b"Named",
    b"Rendition",
    b"ResetForm",
    b"Sound",
    b"SubmitForm",
    b"URI",
];

fn foreign(dictionary: &Dictionary) -> bool {
    FOREIGN.iter().any(|kind| is_name(dictionary, b"Type", kind)) || acts(dictionary)
}

/// Whether a dictionary is an action.
pub(super) fn acts(dictionary: &Dictionary) -> bool {
    ACTIONS.iter().any(|action| is_name(dictionary, b"S", action))
}

fn is_name(dictionary: &Dictionary, key: &[u8], name: &[u8]) -> bool {
    dictionary.get(key).and_then(Object::as_name).is_ok_and(|value| value == name)
}

/// Pixels of an image; a side that is not stated counts as the largest.
fn pixels(source: &Document, dictionary: &Dictionary) -> u64 {
    if !is_name(dictionary, b"Subtype", b"Image") {
        return 0;
    }
    let side = |key: &[u8]| {
        let stated = dictionary.get_deref(key, source).and_then(Object::as_i64).ok();
        stated.and_then(|side| u64::try_from(side).ok()).unwrap_or(u64::from(u32::MAX))
    };
    side(b"Width").saturating_mul(side(b"Height"))
}

/// Whether an image or a mask has one bit a pixel.
fn is_bilevel(source: &Document, dictionary: &Dictionary) -> bool {
    let bits = dictionary.get_deref(b"BitsPerComponent", source).and_then(Object::as_i64);
    let mask = dictionary.get_deref(b"ImageMask", source).and_then(Object::as_bool);
    bits.is_ok_and(|bits| bits == 1) || mask.unwrap_or(false)
}

/// A box as an array.
fn numbers(values: &[f64; 4]) -> Vec<Object> {
    #[expect(clippy::cast_possible_truncation, reason = "points below a million")]
    values.iter().map(|v| Object::Real(*v as f32)).collect()
}

fn inflate(stream: &Stream, room: usize) -> Result<Vec<u8>, Stop> {
    match stream.get_plain_content_with_limit(room) {
        Ok(plain) => Ok(plain),
        Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })) => {
            Err(Stop::TooLarge)
        }
        Err(_) => Err(Stop::Broken),
    }
}

/// Whether contents hold nothing but white space and saving and restoring of the state.
fn draws_nothing(contents: &[u8]) -> bool {
    contents
        .split(|b| b.is_ascii_whitespace() || *b == 0)
        .all(|word| matches!(word, b"" | b"q" | b"Q"))
}
