//! What readers paint over a page: electronic seals, filled fields and notes become part of it.
//!
//! The appearance of a signature is often the only visible seal of an electronic certificate;
//! dropping the annotation would print the certificate without its seal.

use super::import::Source;
use lopdf::{Dictionary, Object};
use std::fmt::Write as _;

/// Flags of an annotation.
const HIDDEN: i64 = 2;
const PRINT: i64 = 4;
const NO_VIEW: i64 = 32;

/// The drawing of all visible annotations of a page; their appearances join `resources` (still
/// with the numbers of the source).
pub(super) fn draw(source: &Source, page: &Dictionary, resources: &mut Dictionary) -> String {
    let annots = page.get(b"Annots").ok().and_then(|a| source.follow(a)?.as_array().ok());
    let mut forms = source.dictionary(resources.get(b"XObject").ok()).cloned().unwrap_or_default();
    let mut out = String::new();
    for (i, annot) in annots.into_iter().flatten().enumerate() {
        let Some(annot) = source.dictionary(Some(annot)) else { continue };
        let Some((appearance, matrix)) = visible(source, annot) else { continue };
        let _ = writeln!(out, "q {matrix} cm /DsrAn{i} Do Q");
        forms.set(format!("DsrAn{i}"), appearance);
    }
    if !out.is_empty() {
        resources.set("XObject", forms);
    }
    out
}

/// The appearance a reader paints, and the matrix that brings it into its rectangle.
fn visible(source: &Source, annot: &Dictionary) -> Option<(Object, String)> {
    let flags = source.number(annot.get(b"F").ok()).unwrap_or(0.0) as i64;
    let shown = flags & HIDDEN == 0 && (flags & PRINT != 0 || flags & NO_VIEW == 0);
    let kind = annot.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    if !shown || matches!(kind, b"Popup" | b"Link") {
        return None;
    }
    let rect = source.area(annot.get(b"Rect").ok())?;
    let appearance = source.dictionary(annot.get(b"AP").ok())?.get(b"N").ok()?;
    let appearance = match source.follow(appearance)? {
        Object::Stream(_) => appearance,
        // One appearance for each state, such as a ticked box.
        Object::Dictionary(states) => states.get(annot.get(b"AS").ok()?.as_name().ok()?).ok()?,
        _ => return None,
    };
    let form = &source.follow(appearance)?.as_stream().ok()?.dict;
    let drawn = bounds(source, form)?;
    let (sx, sy) =
        ((rect[2] - rect[0]) / (drawn[2] - drawn[0]), (rect[3] - rect[1]) / (drawn[3] - drawn[1]));
    let (tx, ty) = (rect[0] - drawn[0] * sx, rect[1] - drawn[1] * sy);
    Some((appearance.clone(), format!("{sx:.5} 0 0 {sy:.5} {tx:.3} {ty:.3}")))
}

/// The box of a form after its own matrix.
fn bounds(source: &Source, form: &Dictionary) -> Option<[f64; 4]> {
    let [l, b, r, t] = source.area(form.get(b"BBox").ok())?;
    let matrix = form.get(b"Matrix").ok().and_then(|m| source.numbers(m));
    let m =
        <[f64; 6]>::try_from(matrix.unwrap_or_default()).unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let corners = [(l, b), (r, b), (l, t), (r, t)]
        .map(|(x, y)| (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]));
    let (mut low, mut high) = (corners[0], corners[0]);
    for (x, y) in corners {
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    (high.0 - low.0 > 0.01 && high.1 - low.1 > 0.01).then_some([low.0, low.1, high.0, high.1])
}
