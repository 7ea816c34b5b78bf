//! The page tree, walked with a memory: cycles are seen, inherited attributes are carried down.

use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::BTreeSet;

/// Deepest nesting of page tree nodes.
const DEEPEST: usize = 256;
/// The box of a page that states none.
const A4: [f64; 4] = [0.0, 0.0, 595.28, 841.89];

/// A page tree that was walked to its end.
pub(super) struct Tree {
    pub(super) leaves: Vec<Leaf>,
    /// `/Count` of the root, as the file states it.
    pub(super) declared: String,
}

/// Why there is no page list.
pub(super) enum TreeError {
    /// A node leads back to itself.
    Cyclic { read: usize, declared: String },
    /// More pages than the limit.
    TooMany,
    /// No catalog or no page tree.
    Missing,
}

/// One page with what it inherits.
#[derive(Debug, Clone, Default)]
pub(super) struct Leaf {
    /// Its own dictionary.
    pub(super) page: Dictionary,
    pub(super) media: Option<[f64; 4]>,
    pub(super) crop: Option<[f64; 4]>,
    pub(super) resources: Option<Object>,
    /// 0, 90, 180, 270.
    pub(super) rotate: u16,
    /// Points per unit of its boxes, in multiples of a point.
    pub(super) unit: f64,
}

impl Leaf {
    /// The media box, A4 when the page states none.
    pub(super) fn media(&self) -> [f64; 4] {
        self.media.unwrap_or(A4)
    }

    /// Width and height in points as shown: the crop box within the media box, rotated.
    pub(super) fn shown(&self) -> (f64, f64) {
        let media = self.media();
        let [x1, y1, x2, y2] = self.crop.and_then(|crop| common(crop, media)).unwrap_or(media);
        let (width, height) = ((x2 - x1) * self.unit, (y2 - y1) * self.unit);
        if self.rotate % 180 == 90 { (height, width) } else { (width, height) }
    }
}

fn common(a: [f64; 4], b: [f64; 4]) -> Option<[f64; 4]> {
    let both = [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])];
    (both[2] - both[0] > 0.5 && both[3] - both[1] > 0.5).then_some(both)
}

/// Walks the tree of a document.
pub(super) fn walk(document: &Document, most: u32) -> Result<Tree, TreeError> {
    let root = document.catalog().ok().and_then(|c| c.get(b"Pages").ok());
    let root = root.ok_or(TreeError::Missing)?;
    let node = dictionary(document, root).ok_or(TreeError::Missing)?;
    let declared = match node.get_deref(b"Count", document) {
        Ok(Object::Integer(n)) => n.to_string(),
        _ => "未写明".to_owned(),
    };
    let mut walker =
        Walker { document, most: most as usize, leaves: Vec::new(), above: BTreeSet::new() };
    match walker.node(root, &Leaf { unit: 1.0, ..Leaf::default() }, 0) {
        Ok(()) => Ok(Tree { leaves: walker.leaves, declared }),
        Err(Halt::Cyclic) => Err(TreeError::Cyclic { read: walker.leaves.len(), declared }),
        Err(Halt::TooMany) => Err(TreeError::TooMany),
    }
}

struct Walker<'a> {
    document: &'a Document,
    most: usize,
    leaves: Vec<Leaf>,
    /// The nodes from the root to here.
    above: BTreeSet<ObjectId>,
}

enum Halt {
    Cyclic,
    TooMany,
}

impl Walker<'_> {
    fn node(&mut self, object: &Object, inherited: &Leaf, depth: usize) -> Result<(), Halt> {
        let id = object.as_reference().ok();
        let Some(node) = dictionary(self.document, object) else { return Ok(()) };
        if depth > DEEPEST || id.is_some_and(|id| self.above.contains(&id)) {
            return Err(Halt::Cyclic);
        }
        let here = inherit(self.document, node, inherited);
        let Ok(kids) = node.get_deref(b"Kids", self.document).and_then(Object::as_array) else {
            return self.leaf(node, here);
        };
        self.above.extend(id);
        for kid in kids {
            self.node(kid, &here, depth + 1)?;
        }
        if let Some(id) = id {
            self.above.remove(&id);
        }
        Ok(())
    }

    fn leaf(&mut self, node: &Dictionary, here: Leaf) -> Result<(), Halt> {
        if node.get_type().is_ok_and(|kind| kind == b"Pages") {
            return Ok(());
        }
        if self.leaves.len() >= self.most {
            return Err(Halt::TooMany);
        }
        let unit = node.get_deref(b"UserUnit", self.document).ok().and_then(number);
        let unit = unit.filter(|u| (0.01..=100.0).contains(u)).unwrap_or(1.0);
        self.leaves.push(Leaf { page: node.clone(), unit, ..here });
        Ok(())
    }
}

fn inherit(document: &Document, node: &Dictionary, above: &Leaf) -> Leaf {
    let rotate = match node.get_deref(b"Rotate", document).ok().and_then(number) {
        #[expect(clippy::cast_possible_truncation, reason = "a cast of floats saturates")]
        Some(turn) => u16::try_from((turn as i64).rem_euclid(360) / 90 * 90).unwrap_or(0),
        None => above.rotate,
    };
    Leaf {
        page: Dictionary::new(),
        media: rectangle(document, node, b"MediaBox").or(above.media),
        crop: rectangle(document, node, b"CropBox").or(above.crop),
        resources: node.get(b"Resources").ok().cloned().or_else(|| above.resources.clone()),
        rotate,
        unit: 1.0,
    }
}

/// A box with its corners in order; `None` when it is no box or has no area.
fn rectangle(document: &Document, node: &Dictionary, key: &[u8]) -> Option<[f64; 4]> {
    let values = node.get_deref(key, document).ok()?.as_array().ok()?;
    let [a, b, c, d] = values.as_slice() else { return None };
    let value = |o: &Object| document.dereference(o).ok().and_then(|(_, o)| number(o));
    let (a, b, c, d) = (value(a)?, value(b)?, value(c)?, value(d)?);
    let all = [a.min(c), b.min(d), a.max(c), b.max(d)];
    let sane = all.iter().all(|v| v.abs() < 1e6) && all[2] - all[0] > 0.5 && all[3] - all[1] > 0.5;
    sane.then_some(all)
}

/// A number of either kind.
pub(super) fn number(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from).filter(|n| n.is_finite())
}

/// The dictionary an object is or refers to.
pub(super) fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}
