//! The texts of a chain laid one behind the other, so that whatever they merge to has its place.

use super::merge;
use crate::blobs::hex;
use crate::diag::Origin;
use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue, Error};

/// The texts a pack is made of, its own first.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    layers: Vec<Layer>,
}

#[derive(Debug, Clone)]
struct Layer {
    path: String,
    /// The text behind as many blanks as there are bytes before it: an offset names its text, too.
    padded: String,
    start: usize,
}

impl Layer {
    fn text(&self) -> &str {
        self.padded.get(self.start..).unwrap_or_default()
    }
}

impl Source {
    /// Adds the text of what the last one extends.
    pub(super) fn push(&mut self, path: String, text: &str) {
        // one more, so that the end of a text is not the start of the next
        let start = self.layers.last().map_or(0, |last| last.padded.len() + 1);
        let padded = format!("{}{}", " ".repeat(start), text.trim_start_matches('\u{feff}'));
        self.layers.push(Layer { path, padded, start });
    }

    /// The text added last, as a table.
    pub(super) fn last(&self) -> Result<DeTable<'_>, Error> {
        self.layers.last().map_or_else(|| Ok(DeTable::new()), parsed)
    }

    /// All texts as one table, each laid over what it extends.
    pub(super) fn merged(&self) -> Result<DeTable<'_>, Error> {
        let mut tables = self.layers.iter().rev().map(parsed);
        let mut merged = tables.next().unwrap_or_else(|| Ok(DeTable::new()))?;
        for own in tables {
            // being only half a pack is a property of one text, not of those that complete it
            if let Some(DeValue::Table(circular)) =
                merged.get_mut("circular").map(toml::Spanned::get_mut)
            {
                circular.remove("partial");
            }
            merge::merge(&mut merged, own?);
        }
        merge::drop_removed(&mut merged);
        Ok(merged)
    }

    /// Where the text added last begins.
    pub(super) fn start(&self) -> usize {
        self.layers.last().map_or(0, |last| last.start)
    }

    /// File, line and column of an offset.
    pub(super) fn place(&self, offset: usize) -> Origin {
        let Some(layer) = self.layers.iter().rev().find(|layer| layer.start <= offset) else {
            return Origin::default();
        };
        let before = layer.padded.get(layer.start..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Origin { cell: Some(format!("{line}:{column}")), ..Origin::file(&layer.path) }
    }

    /// SHA-256 over all texts, in hex.
    pub(super) fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for layer in &self.layers {
            hasher.update((layer.text().len() as u64).to_le_bytes());
            hasher.update(layer.text().as_bytes());
        }
        hex(&hasher.finalize())
    }
}

fn parsed(layer: &Layer) -> Result<DeTable<'_>, Error> {
    DeTable::parse(&layer.padded).map(toml::Spanned::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_the_text_it_was_written_in() {
        let mut source = Source::default();
        source.push("own".into(), "\u{feff}[[w]]\nid = '甲' # 乙\n");
        source.push("base".into(), "a = 1\n[[w]]\nid = '甲'\nlate = 'x'\n[[w]]\nid = '丙'\n");
        let merged = source.merged().unwrap();
        let windows = merged.get("w").unwrap().get_ref();
        let at = |n: usize, key: &str| {
            let place =
                source.place(windows.get(n).unwrap().get_ref().get(key).unwrap().span().start);
            format!("{} {}", place.path, place.cell.unwrap())
        };
        assert_eq!(at(0, "id"), "own 2:6");
        assert_eq!(at(0, "late"), "base 4:8");
        assert_eq!(at(1, "id"), "base 6:6");
    }
}
