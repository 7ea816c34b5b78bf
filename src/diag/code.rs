//! The table of finding codes.

use super::Severity;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// One row of `codes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CodeEntry {
    /// How much it weighs when no pack overrides it.
    pub severity: CodeSeverity,
    /// Whether a person must decide.
    #[serde(default)]
    pub needs_person: bool,
    /// The standard it rests on, when no rule of a pack raises it.
    #[serde(default)]
    pub clause: String,
    /// The message with `{places}`.
    pub message: String,
    /// What to do.
    #[serde(default)]
    pub hint: String,
    /// The line of the 核对单: a question, because nobody claims the fault yet.
    #[serde(default)]
    pub ask: String,
    /// What a person is asked in 待定事项 to be answered with 是 or 否, where the message is no
    /// question by itself.
    #[serde(default)]
    pub question: String,
}

/// Severity as the table writes it: `check` is a line of the 核对单, never raised by the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeSeverity {
    /// The file is not used.
    Refuse,
    /// The applicant cannot pass until it is fixed.
    Error,
    /// Listed for the reviewer.
    Warn,
    /// Information.
    Info,
    /// A line of the reviewer's check sheet.
    Check,
}

impl CodeSeverity {
    /// The severity of a raised finding.
    pub fn raised(self) -> Severity {
        match self {
            Self::Refuse => Severity::Refuse,
            Self::Error => Severity::Error,
            Self::Warn => Severity::Warn,
            Self::Info | Self::Check => Severity::Info,
        }
    }
}

static TABLE: LazyLock<BTreeMap<String, CodeEntry>> = LazyLock::new(|| {
    toml::from_str(include_str!("codes.toml")).expect("the table of codes is part of the program")
});

/// All codes with their entries, in order.
pub fn all_codes() -> impl Iterator<Item = (Code, &'static CodeEntry)> {
    TABLE.iter().map(|(code, entry)| (Code(code), entry))
}

/// A finding code of the table, e.g. `ID-103`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// Looks a code up; `None` when the table does not have it.
    pub fn find(text: &str) -> Option<Self> {
        TABLE.get_key_value(text).map(|(key, _)| Self(key))
    }

    /// The code as text.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Its row of the table.
    pub fn entry(self) -> &'static CodeEntry {
        TABLE.get(self.0).expect("a code is made only from the table")
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::find(&text).ok_or_else(|| serde::de::Error::custom(format!("unknown code `{text}`")))
    }
}
