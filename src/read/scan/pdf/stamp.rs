//! Annotations that show something (seals, signatures, filled fields, notes drawn on the page)
//! become part of the page; what they would do is left behind.

use super::removed::Removed;
use super::tree::{dictionary, number};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::BTreeSet;

/// Most annotations of one page that are looked at.
const MOST: usize = 5_000;

/// An appearance and the matrix that puts it in its place.
pub(super) struct Stamp {
    /// The form in the source document.
    pub(super) form: ObjectId,
    scale: (f64, f64),
    shift: (f64, f64),
}

impl Stamp {
    /// The operators that draw it.
    pub(super) fn draw(&self, name: &str) -> String {
        let ((sx, sy), (tx, ty)) = (self.scale, self.shift);
        format!("q {sx:.6} 0 0 {sy:.6} {tx:.4} {ty:.4} cm /{name} Do Q\n")
    }
}

/// What the annotations of a page show, and what else they do. `hidden` leaves out those on
/// layers nobody sees.
pub(super) fn stamps(
    source: &Document,
    page: &Dictionary,
    mut hidden: impl FnMut(&Dictionary) -> bool,
) -> (Vec<Stamp>, BTreeSet<Removed>) {
    let Ok(annotations) = page.get_deref(b"Annots", source).and_then(Object::as_array) else {
        return (Vec::new(), BTreeSet::new());
    };
    let mut stamps = Vec::new();
    let mut removed = BTreeSet::new();
    for annotation in annotations.iter().take(MOST) {
        let Some(annotation) = dictionary(source, annotation) else { continue };
        removed.extend(beyond_showing(source, annotation));
        if !hidden(annotation) {
            stamps.extend(stamp(source, annotation));
        }
    }
    (stamps, removed)
}

/// What an annotation does or carries besides showing something.
fn beyond_showing(source: &Document, annotation: &Dictionary) -> Vec<Removed> {
    let action = annotation.get_deref(b"A", source).and_then(Object::as_dict).ok();
    let kind = annotation.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    let trigger = annotation.has(b"AA").then_some(Removed::Trigger);
    let by_action = action.and_then(Removed::by_action);
    [trigger, by_action, Removed::by_annotation(kind)].into_iter().flatten().collect()
}

fn stamp(source: &Document, annotation: &Dictionary) -> Option<Stamp> {
    let flags = annotation.get_deref(b"F", source).and_then(Object::as_i64).unwrap_or(0);
    let hidden = flags & 0b10_0010 != 0;
    let kind = annotation.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    if hidden || matches!(kind, b"Popup" | b"Link") {
        return None;
    }
    let form = appearance(source, annotation)?;
    let stream = source.get_object(form).ok()?.as_stream().ok()?;
    let rect = values::<4>(source, annotation, b"Rect")?;
    let bounds = values::<4>(source, &stream.dict, b"BBox")?;
    let matrix =
        values::<6>(source, &stream.dict, b"Matrix").unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let [x1, y1, x2, y2] = transformed(bounds, matrix);
    let (left, bottom) = (rect[0].min(rect[2]), rect[1].min(rect[3]));
    let (width, height) = ((rect[2] - rect[0]).abs(), (rect[3] - rect[1]).abs());
    if x2 - x1 < 1e-6 || y2 - y1 < 1e-6 || width < 1e-6 || height < 1e-6 {
        return None;
    }
    let scale = (width / (x2 - x1), height / (y2 - y1));
    Some(Stamp { form, scale, shift: (left - x1 * scale.0, bottom - y1 * scale.1) })
}

/// The normal appearance, in the state the annotation is in.
fn appearance(source: &Document, annotation: &Dictionary) -> Option<ObjectId> {
    let normal = annotation.get_deref(b"AP", source).ok()?.as_dict().ok()?.get(b"N").ok()?;
    let states = match source.dereference(normal).ok()?.1 {
        Object::Stream(_) => return normal.as_reference().ok(),
        Object::Dictionary(states) => states,
        _ => return None,
    };
    let state = annotation.get(b"AS").and_then(Object::as_name).ok()?;
    states.get(state).ok()?.as_reference().ok()
}

/// The box around a box after a matrix.
fn transformed([x1, y1, x2, y2]: [f64; 4], [a, b, c, d, e, f]: [f64; 6]) -> [f64; 4] {
    let corners = [(x1, y1), (x1, y2), (x2, y1), (x2, y2)];
    let points = corners.map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    let start = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    points.iter().fold(start, |[l, b, r, t], &(x, y)| [l.min(x), b.min(y), r.max(x), t.max(y)])
}

fn values<const N: usize>(source: &Document, from: &Dictionary, key: &[u8]) -> Option<[f64; N]> {
    let array = from.get_deref(key, source).ok()?.as_array().ok()?;
    let value = |o: &Object| source.dereference(o).ok().and_then(|(_, o)| number(o));
    let values: Option<Vec<f64>> = array.iter().map(value).collect();
    values?.try_into().ok()
}
