//! Layers (optional content): which of them a reader shows when it opens the file.
//!
//! The settings of layers do not come along into the packet, so what a reader would hide is left
//! behind here, and everything else is shown.

use super::tree::dictionary;
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::BTreeSet;

/// Deepest nesting of a visibility expression.
const DEEPEST: u32 = 16;

/// The layers of a document as it opens.
pub(super) struct Layers<'a> {
    source: &'a Document,
    off: BTreeSet<ObjectId>,
    /// The document has settings of layers; without, a reader shows everything.
    pub(super) present: bool,
    /// Some layers differ on the screen and on paper.
    pub(super) torn: bool,
}

impl<'a> Layers<'a> {
    pub(super) fn of(source: &'a Document) -> Self {
        let mut layers = Self { source, off: BTreeSet::new(), present: false, torn: false };
        let catalog = source.catalog().ok();
        let all = catalog.and_then(|c| c.get(b"OCProperties").ok());
        if let Some(all) = all.and_then(|all| dictionary(source, all)) {
            layers.present = true;
            layers.read(all);
        }
        layers
    }

    fn read(&mut self, all: &Dictionary) {
        let nothing = Dictionary::new();
        let groups = references(self.source, all, b"OCGs");
        let start = all.get(b"D").ok().and_then(|d| dictionary(self.source, d)).unwrap_or(&nothing);
        if is_name(start, b"BaseState", b"OFF") {
            self.off.extend(&groups);
        }
        for on in references(self.source, start, b"ON") {
            self.off.remove(&on);
        }
        self.off.extend(references(self.source, start, b"OFF"));
        let (mut screen, mut paper) = (self.off.clone(), self.off.clone());
        let rules = start.get_deref(b"AS", self.source).and_then(Object::as_array);
        for rule in rules.into_iter().flatten().filter_map(|rule| dictionary(self.source, rule)) {
            let (off, usage) = match rule.get(b"Event").and_then(Object::as_name) {
                Ok(b"View") => (&mut screen, [&b"View"[..], b"ViewState"]),
                Ok(b"Print") => (&mut paper, [&b"Print"[..], b"PrintState"]),
                _ => continue,
            };
            for group in references(self.source, rule, b"OCGs") {
                match self.wish(group, usage) {
                    Some(true) => _ = off.remove(&group),
                    Some(false) => _ = off.insert(group),
                    None => {}
                }
            }
        }
        self.torn = screen != paper;
        self.off = screen;
        // a group that is only about how the drawing was made hides nothing
        let (source, mut off) = (self.source, std::mem::take(&mut self.off));
        off.retain(|group| is_for_viewing(source, *group));
        self.off = off;
    }

    /// What a group wants in an event: `/Usage << /View << /ViewState /OFF >> >>`.
    fn wish(&self, group: ObjectId, [kind, state]: [&[u8]; 2]) -> Option<bool> {
        let group = self.source.get_dictionary(group).ok()?;
        let usage = dictionary(self.source, group.get(b"Usage").ok()?)?;
        let wanted = dictionary(self.source, usage.get(kind).ok()?)?;
        match wanted.get(state).and_then(Object::as_name).ok()? {
            b"ON" => Some(true),
            b"OFF" => Some(false),
            _ => None,
        }
    }

    /// Whether a reader hides what belongs to `/OC`; `None`: it cannot be told.
    pub(super) fn hides(&self, content: &Object) -> Option<bool> {
        if !self.present {
            return Some(false);
        }
        let Some(found) = dictionary(self.source, content) else { return Some(false) };
        if !is_name(found, b"Type", b"OCMD") {
            let group = content.as_reference().ok();
            return Some(group.is_some_and(|group| self.off.contains(&group)));
        }
        if let Ok(expression) = found.get_deref(b"VE", self.source) {
            return self.shows(expression, 0).map(|shown| !shown);
        }
        let groups = match found.get(b"OCGs") {
            Ok(Object::Reference(id)) if self.source.get_dictionary(*id).is_ok() => vec![*id],
            _ => references(self.source, found, b"OCGs"),
        };
        let mut on = groups.iter().map(|group| !self.off.contains(group));
        let shown = match found.get(b"P").and_then(Object::as_name) {
            _ if groups.is_empty() => true,
            Err(_) | Ok(b"AnyOn") => on.any(|on| on),
            Ok(b"AllOn") => on.all(|on| on),
            Ok(b"AnyOff") => on.any(|on| !on),
            Ok(b"AllOff") => on.all(|on| !on),
            Ok(_) => return None,
        };
        Some(!shown)
    }

    /// Whether the layer an image, a form or an annotation lies on is hidden.
    pub(super) fn hidden(&self, content: &Dictionary) -> Option<bool> {
        content.get(b"OC").map_or(Some(false), |layer| self.hides(layer))
    }

    /// A visibility expression: a group, or `[/And …]`, `[/Or …]`, `[/Not …]`.
    fn shows(&self, expression: &Object, depth: u32) -> Option<bool> {
        if depth > DEEPEST {
            return None;
        }
        let (id, resolved) = self.source.dereference(expression).ok()?;
        let parts = match resolved {
            Object::Dictionary(_) => return Some(!self.off.contains(&id?)),
            Object::Array(parts) => parts,
            _ => return None,
        };
        let (operator, operands) = parts.split_first()?;
        let shown: Option<Vec<bool>> =
            operands.iter().map(|part| self.shows(part, depth + 1)).collect();
        match (operator.as_name().ok()?, shown?.as_slice()) {
            (b"Not", [shown]) => Some(!shown),
            (b"And", all @ [_, ..]) => Some(all.iter().all(|shown| *shown)),
            (b"Or", all @ [_, ..]) => Some(all.iter().any(|shown| *shown)),
            _ => None,
        }
    }
}

fn is_for_viewing(source: &Document, group: ObjectId) -> bool {
    let Ok(group) = source.get_dictionary(group) else { return true };
    let viewing = |intent: &Object| intent.as_name().is_ok_and(|n| n == b"View" || n == b"All");
    match group.get_deref(b"Intent", source) {
        Ok(Object::Array(intents)) => intents.is_empty() || intents.iter().any(viewing),
        Ok(intent) => viewing(intent),
        Err(_) => true,
    }
}

fn references(source: &Document, from: &Dictionary, key: &[u8]) -> Vec<ObjectId> {
    let list = from.get_deref(key, source).and_then(Object::as_array);
    list.into_iter().flatten().filter_map(|object| object.as_reference().ok()).collect()
}

fn is_name(dictionary: &Dictionary, key: &[u8], name: &[u8]) -> bool {
    dictionary.get(key).and_then(Object::as_name).is_ok_and(|value| value == name)
}
