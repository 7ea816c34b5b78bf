//! What a value reader gives back: a value, its repairs and what must be said about it.

use super::Value;
use crate::diag::{Finding, Origin};

/// Something to say about a value; becomes a finding once its place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) code: &'static str,
    pub(super) args: Vec<(&'static str, String)>,
}

impl Note {
    pub(super) fn new(code: &'static str, args: &[(&'static str, &str)]) -> Self {
        Self { code, args: args.iter().map(|(k, v)| (*k, (*v).to_owned())).collect() }
    }

    pub(super) fn at(&self, origin: &Origin, field: &str) -> Finding {
        let mut finding = Finding::new(self.code, origin.clone()).field(field);
        for (key, value) in &self.args {
            finding = finding.arg(key, value);
        }
        finding.build()
    }
}

/// A value as read from one cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parsed {
    pub(super) value: Option<Value>,
    pub(super) repairs: Vec<String>,
    pub(super) notes: Vec<Note>,
}

impl Parsed {
    pub(super) fn value(value: Value) -> Self {
        Self { value: Some(value), ..Self::default() }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::value(Value::Text(text.into()))
    }

    pub(super) fn fault(code: &'static str, value: &str) -> Self {
        Self { notes: vec![Note::new(code, &[("value", value)])], ..Self::default() }
    }

    pub(super) fn repair(mut self, what: &str) -> Self {
        if !self.repairs.iter().any(|known| known == what) {
            self.repairs.push(what.to_owned());
        }
        self
    }

    pub(super) fn note(mut self, code: &'static str, args: &[(&'static str, &str)]) -> Self {
        self.notes.push(Note::new(code, args));
        self
    }

    #[cfg(test)]
    pub(super) fn codes(&self) -> Vec<&'static str> {
        self.notes.iter().map(|note| note.code).collect()
    }

    #[cfg(test)]
    pub(super) fn shown(&self) -> String {
        self.value.as_ref().map_or_else(|| "-".to_owned(), Value::text)
    }
}
