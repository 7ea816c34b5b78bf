//! `pipeline.toml` as written.

use crate::wall::Limits;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is wrong with the configuration; the operator's problem.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error(
        "cannot read `{path}`: {error}\nhint: run in the folder with pipeline.toml or give --config FILE"
    )]
    Missing {
        /// Its path.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file cannot be understood.
    #[error("`{path}`, line {line}: {what}{hint}")]
    Syntax {
        /// Its path.
        path: PathBuf,
        /// Line from 1.
        line: usize,
        /// What is wrong.
        what: String,
        /// How to mend it.
        hint: String,
    },
    /// The values do not fit together.
    #[error("{0}")]
    Value(String),
}

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// Where things lie.
    pub paths: PathOptions,
    /// The run.
    pub run: RunOptions,
    /// Taking in.
    pub intake: InboxOptions,
    /// Limits on foreign files.
    pub limits: Limits,
    /// Office-wide registers by name (`units`, `census`, `integrity`, `last-year`): workbooks.
    pub registers: BTreeMap<String, PathBuf>,
}

/// `[paths]`, relative to the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PathOptions {
    /// The drop folder; only read.
    pub inbox: PathBuf,
    /// Where results appear.
    pub outbox: PathBuf,
    /// Ledger and blobs; local disk.
    pub state: PathBuf,
    /// Packs and templates.
    pub templates: PathBuf,
    /// Folders with fonts, the office's own first.
    pub fonts: Vec<PathBuf>,
}

impl Default for PathOptions {
    fn default() -> Self {
        Self {
            inbox: "inbox".into(),
            outbox: "outbox".into(),
            state: "state".into(),
            templates: "templates".into(),
            fonts: vec!["fonts".into()],
        }
    }
}

/// `[run]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunOptions {
    /// The circular to judge by: the name of a folder under `templates/`; a list of them when the
    /// inbox takes what is for several.
    pub circular: Circulars,
    /// The run's clock, RFC 3339; empty: the system's.
    pub now: String,
    /// Parallel jobs; 0: one per core.
    pub jobs: usize,
}

/// One name, or a list of names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMore")]
pub struct Circulars(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Circulars {
    fn from(value: OneOrMore) -> Self {
        let mut ids = match value {
            OneOrMore::One(id) => vec![id],
            OneOrMore::More(ids) => ids,
        };
        ids.retain(|id| !id.is_empty());
        Self(ids)
    }
}

/// `[intake]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct InboxOptions {
    /// Quiet time before an entry is taken, in seconds.
    pub settle_secs: u64,
    /// After this a file without its end is taken as it is, in seconds.
    pub patience_secs: u64,
    /// Pause between two looks of `watch`, in seconds.
    pub scan_secs: u64,
}

impl Default for InboxOptions {
    fn default() -> Self {
        Self { settle_secs: 10, patience_secs: 600, scan_secs: 5 }
    }
}

/// All keys the file may have, for suggestions.
const KEYS: &[&str] = &[
    "paths",
    "run",
    "intake",
    "limits",
    "registers",
    "inbox",
    "outbox",
    "state",
    "templates",
    "fonts",
    "circular",
    "now",
    "jobs",
    "settle-secs",
    "patience-secs",
    "scan-secs",
    "address-space-mib",
    "cpu-secs",
    "wall-secs",
    "written-bytes",
    "file-bytes",
    "unpacked-bytes",
    "part-bytes",
    "archive-entries",
    "xml-depth",
    "sheet-rows",
    "sheet-columns",
    "workbook-cells",
    "cell-chars",
    "image-pixels",
    "image-side",
    "pages",
];

impl Options {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// When it is absent or cannot be understood; unknown keys come with the nearest known one.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Missing { path: path.to_owned(), error })?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(at).filter(|b| *b == b'\n').count() + 1;
            let what = error.message().to_owned();
            let hint = unknown_key(&what).map_or_else(String::new, |key| suggest(&key));
            ConfigError::Syntax { path: path.to_owned(), line, what, hint }
        })
    }
}

fn unknown_key(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    rest.split_once('`').map(|(key, _)| key.to_owned())
}

fn suggest(key: &str) -> String {
    KEYS.iter()
        .map(|known| (strsim::damerau_levenshtein(key, known), known))
        .min()
        .filter(|(distance, _)| *distance <= 4)
        .map_or_else(String::new, |(_, known)| format!("\nhint: did you mean `{known}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_key() {
        let error = Options::parse("[intake]\nsetle-secs = 3\n", Path::new("p.toml")).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("line 2"), "{text}");
        assert!(text.contains("did you mean `settle-secs`?"), "{text}");
    }

    #[test]
    fn knows_every_limit_by_name() {
        let limits = toml::Table::try_from(Limits::default()).unwrap();
        for key in limits.keys() {
            assert!(KEYS.contains(&key.as_str()), "{key}");
        }
    }
}
