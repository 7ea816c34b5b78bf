//! Bookmarks (chapter › leaf) and page labels.

use super::writer::{Id, PdfWriter, name, reference, text};
use lopdf::{Dictionary, Object, dictionary};
use std::io::{self, Write};

/// A bookmark and the ones below it.
pub(super) struct Bookmark {
    pub(super) title: String,
    /// The page object it leads to.
    pub(super) page: Id,
    pub(super) below: Vec<Self>,
}

/// Writes the bookmarks; `None` when there are none.
pub(super) fn write_outline<W: Write>(
    writer: &mut PdfWriter<W>,
    marks: &[Bookmark],
) -> io::Result<Option<Id>> {
    if marks.is_empty() {
        return Ok(None);
    }
    let root = writer.reserve();
    let (first, last) = write_level(writer, root, marks)?;
    let dict = dictionary! {
        "Type" => name("Outlines"),
        "First" => reference(first),
        "Last" => reference(last),
        "Count" => count(marks),
    };
    writer.put(root, &Object::Dictionary(dict))?;
    Ok(Some(root))
}

fn count(marks: &[Bookmark]) -> i64 {
    i64::try_from(marks.len()).unwrap_or(i64::MAX)
}

fn write_level<W: Write>(
    writer: &mut PdfWriter<W>,
    parent: Id,
    marks: &[Bookmark],
) -> io::Result<(Id, Id)> {
    let ids: Vec<Id> = marks.iter().map(|_| writer.reserve()).collect();
    for (i, (mark, &id)) in marks.iter().zip(&ids).enumerate() {
        let target =
            vec![reference(mark.page), name("XYZ"), Object::Null, Object::Null, Object::Null];
        let mut dict = dictionary! {
            "Title" => text(&mark.title),
            "Parent" => reference(parent),
            "Dest" => target,
        };
        if let Some(&previous) = i.checked_sub(1).and_then(|n| ids.get(n)) {
            dict.set("Prev", reference(previous));
        }
        if let Some(&next) = ids.get(i + 1) {
            dict.set("Next", reference(next));
        }
        if !mark.below.is_empty() {
            let (first, last) = write_level(writer, id, &mark.below)?;
            dict.set("First", reference(first));
            dict.set("Last", reference(last));
            // Negative: closed when the file is opened.
            dict.set("Count", -count(&mark.below));
        }
        writer.put(id, &Object::Dictionary(dict))?;
    }
    match (ids.first(), ids.last()) {
        (Some(&first), Some(&last)) => Ok((first, last)),
        _ => Err(io::Error::other("empty level of bookmarks")),
    }
}

/// What a viewer shows as the number of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// Cover, catalogue and the like: i, ii, iii.
    Roman(u32),
    /// The printed number.
    Decimal(u32),
    /// A blank back.
    Blank,
}

impl Label {
    /// Whether this label follows from the range that holds `before`.
    fn continues(self, before: Self) -> bool {
        match (before, self) {
            (Self::Roman(a), Self::Roman(b)) | (Self::Decimal(a), Self::Decimal(b)) => a + 1 == b,
            (Self::Blank, Self::Blank) => true,
            (Self::Roman(_) | Self::Decimal(_) | Self::Blank, _) => false,
        }
    }

    fn range(self) -> Dictionary {
        match self {
            Self::Roman(n) => dictionary! { "S" => name("r"), "St" => i64::from(n) },
            Self::Decimal(n) => dictionary! { "S" => name("D"), "St" => i64::from(n) },
            Self::Blank => Dictionary::new(),
        }
    }
}

/// The number tree of page labels.
pub(super) fn page_labels(labels: &[Label]) -> Dictionary {
    let mut numbers = Vec::new();
    let mut before = None;
    for (i, &label) in labels.iter().enumerate() {
        if !before.is_some_and(|b| label.continues(b)) {
            numbers.push(Object::Integer(i64::try_from(i).unwrap_or(i64::MAX)));
            numbers.push(Object::Dictionary(label.range()));
        }
        before = Some(label);
    }
    dictionary! { "Nums" => numbers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_ranges() {
        let labels =
            [Label::Roman(1), Label::Blank, Label::Decimal(1), Label::Decimal(2), Label::Roman(2)];
        let dict = page_labels(&labels);
        let starts: Vec<i64> = dict
            .get(b"Nums")
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|o| o.as_i64().ok())
            .collect();
        assert_eq!(starts, [0, 1, 2, 4]);
    }
}
