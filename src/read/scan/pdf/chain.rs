//! What the tables of a PDF still say when a reader gave up on them and searched the file for objects:
//! it finds something, but which state of the file that is can only be told by them.

use lopdf::ObjectId;
use memchr::memmem;
use std::collections::BTreeSet;

/// How far a trailer may lie behind its table, and how long a dictionary may be.
const TABLE: usize = 4 << 20;
const DICTIONARY: usize = 4096;

/// Follows `startxref` and `/Prev` from the end.
pub(super) fn loops(bytes: &[u8]) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = memmem::rfind(bytes, b"startxref").and_then(|at| number(bytes, at + 9));
    while let Some(place) = next {
        if !seen.insert(place) {
            return true;
        }
        next = previous(bytes, place);
    }
    false
}

/// The catalog that the last trailer names; `None` when no trailer can be read. Tables that are
/// streams are not asked: other readers do not search for them either.
pub(super) fn root(bytes: &[u8]) -> Option<ObjectId> {
    memmem::rfind_iter(bytes, b"trailer").find_map(|at| {
        let dictionary = bytes.get(at + 7..)?.trim_ascii_start();
        let dictionary = dictionary.get(..dictionary.len().min(DICTIONARY))?;
        if !dictionary.starts_with(b"<<") {
            return None;
        }
        let end = memmem::find(dictionary, b"startxref").unwrap_or(dictionary.len());
        let dictionary = dictionary.get(..end)?;
        let at = memmem::find(dictionary, b"/Root")? + 5;
        let object = u32::try_from(number(dictionary, at)?).ok()?;
        let rest = dictionary.get(at..)?.trim_ascii_start();
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        Some((object, u16::try_from(number(rest, digits)?).ok()?))
    })
}

/// Where the table before the one at `place` lies.
fn previous(bytes: &[u8], place: usize) -> Option<usize> {
    let table = bytes.get(place..)?;
    let table = table.get(..table.len().min(TABLE))?;
    let classic = table.trim_ascii_start().starts_with(b"xref");
    let start = if classic { memmem::find(table, b"trailer")? } else { 0 };
    let dictionary = table.get(start..)?;
    let dictionary = dictionary.get(..dictionary.len().min(DICTIONARY))?;
    let end = if classic { b"startxref".as_slice() } else { b"stream" };
    let dictionary = dictionary.get(..memmem::find(dictionary, end).unwrap_or(dictionary.len()))?;
    number(dictionary, memmem::find(dictionary, b"/Prev")? + 5)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?.trim_ascii_start();
    let digits = rest.iter().take(12).take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_is_the_one_the_last_trailer_names() {
        let of = |text: &str| root(text.as_bytes());
        assert_eq!(of("trailer <</Size 7 /Root 1 0 R>>\nstartxref"), Some((1, 0)));
        assert_eq!(of("trailer<</Root 1 0 R>> x trailer\n<</Root  23 4 R>>"), Some((23, 4)));
        assert_eq!(of("trailer 3 <</Root 1 0 R>>"), None);
        assert_eq!(of("9 0 obj <</Root 7 0 R/Type/XRef>>stream x"), None);
        assert_eq!(of("trailer <</Size 7>> startxref /Root 1 0 R"), None);
    }

    #[test]
    fn a_chain_that_ends_and_one_that_does_not() {
        let table = |prev: &str| {
            let entry = "0000000000 65535 f ";
            format!("xref\n0 1\n{entry}\ntrailer\n<</Size 1{prev}>>\nstartxref\n")
        };
        let first = format!("{}0\n%%EOF\n", table(""));
        let whole = format!("{first}{}{}\n%%EOF", table("/Prev 0"), first.len());
        assert!(!loops(whole.as_bytes()));
        assert!(loops(format!("{}0\n%%EOF", table("/Prev 0")).as_bytes()));
        let stream = "9 0 obj<</Type/XRef/Prev 0>>stream\n/Prev 7";
        assert!(loops(format!("{stream}\nstartxref 0\n%%EOF").as_bytes()));
        for nothing in ["", "startxref", "startxref\n999\n%%EOF", "startxref\nx"] {
            assert!(!loops(nothing.as_bytes()), "{nothing}");
        }
    }
}
