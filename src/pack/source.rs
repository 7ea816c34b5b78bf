//! The texts of a chain laid one behind the other, so that whatever they merge to has its place.

use super::{merge, time};
use crate::blobs::hex;
use crate::diag::Origin;
use chrono::{DateTime, FixedOffset};
use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue, Error};

/// The texts a pack is made of, its own first.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    layers: Vec<Layer>,
    /// Amendments that take effect later are left out; `None`: all are in force.
    until: Option<DateTime<FixedOffset>>,
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
    /// No texts yet, as they are in force at a moment (at its end, when none is given).
    pub(super) fn at(until: Option<DateTime<FixedOffset>>) -> Self {
        Self { layers: Vec::new(), until }
    }

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
        self.amend(&mut merged);
        merge::drop_removed(&mut merged);
        Ok(merged)
    }

    /// Lays the changes of the amendments in force over the whole, in the order of their effect.
    fn amend<'a>(&self, merged: &mut DeTable<'a>) {
        let list = merged.get("amendment").and_then(|list| list.get_ref().as_array());
        let mut changes: Vec<(DateTime<FixedOffset>, DeTable<'a>)> = Vec::new();
        for entry in list.into_iter().flatten() {
            let entry = entry.get_ref();
            let effective = entry.get("effective").and_then(|v| match v.get_ref() {
                DeValue::Datetime(at) => time::first_moment(at),
                _ => None,
            });
            let table = entry.get("changes").and_then(|v| v.get_ref().as_table());
            // what is wrong with an amendment is told when it is read as one
            let (Some(effective), Some(table)) = (effective, table) else { continue };
            if self.until.is_none_or(|until| effective <= until) {
                changes.push((effective, table.clone()));
            }
        }
        changes.sort_by_key(|(effective, _)| *effective);
        for (_, table) in changes {
            merge::merge(merged, table);
        }
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
