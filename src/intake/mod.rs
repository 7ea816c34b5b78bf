//! Intake: the inbox becomes deliveries.
//!
//! Comes in: the inbox folder and what the ledger has seen. Goes out: one [`Delivery`] per top-level
//! entry, every byte copied once into the blob store and hashed while copying, archives unpacked
//! behind the wall. Never writes, moves or deletes anything under the inbox; never follows a link;
//! never decides what a file means.

mod collect;
mod copy;
mod discover;
mod name;
mod settle;
mod sniff;
pub mod unpack;

pub use collect::{Arrived, Inbox, IntakeError, Look, Seen, collect_one, fingerprint};
pub use name::is_litter;
pub use sniff::sniff;

use crate::diag::Finding;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

/// One top-level item of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Name of the top-level item as it lies in the inbox (`海安市人社局.zip`).
    pub entry: String,
    /// The sender: the name without the ending of an archive or workbook.
    pub sender: String,
    /// What kind of item it is.
    pub kind: EntryKind,
    /// Hash over the sorted (path, sha256) of its files; names this content.
    pub content: String,
    /// Its files, sorted by path.
    pub files: Vec<SourceFile>,
    /// When this content was first seen, and by whom.
    pub arrival: Arrival,
    /// Whether it may be judged now.
    pub settled: bool,
    /// What intake noticed (about the entry or its files).
    pub findings: Vec<Finding>,
}

/// Kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A ZIP archive.
    Zip,
    /// A single file.
    Lone,
}

/// When a content was first seen complete in size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The moment, in the time zone of the circular.
    pub at: DateTime<FixedOffset>,
    /// Who saw it.
    pub by: Witness,
    /// The last pass or watch scan before it, when there was one (decides whether a late arrival
    /// is witnessed).
    pub last_look: Option<DateTime<FixedOffset>>,
}

impl Arrival {
    /// Whether an arrival after `end` certainly was: a person says when, nobody ever looked before
    /// (the first pass of the ledger is the arrival), or someone looked after `end` and it was not
    /// there.
    pub fn is_certainly_after(&self, end: DateTime<FixedOffset>) -> bool {
        self.by == Witness::Person || self.last_look.is_none_or(|look| look > end)
    }
}

/// Who witnessed an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Witness {
    /// The scan loop.
    Watch,
    /// A pass.
    Run,
    /// A person, by `dossier receive`.
    Person,
}

/// One file inside an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Path inside the entry, decoded, `/` between parts. A lone file: its name.
    pub path: String,
    /// SHA-256 of its bytes; the blob's name. Empty when it was not stored (`refused` says why).
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// By content (magic numbers of head and tail), not by extension.
    pub kind: FileKind,
    /// System litter or a marker (`提交完成.txt`, `撤回.txt`): counted as ignored.
    pub litter: bool,
    /// Why it is not used, when intake itself refused it (empty, link, too large, no access).
    pub refused: Option<Finding>,
}

/// Kinds of files by their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A ZIP container: xlsx, xlsm, xlsb, ods, docx, ofd or a plain archive (the reader decides).
    Zip,
    /// An OLE compound file: xls, et, doc, or an encrypted office file (the reader decides).
    Ole,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF.
    Tiff,
    /// BMP.
    Bmp,
    /// WEBP.
    Webp,
    /// GIF.
    Gif,
    /// HEIC or AVIF.
    Heic,
    /// PDF.
    Pdf,
    /// RAR.
    Rar,
    /// 7z.
    SevenZip,
    /// HTML or XML text (also an .xls in disguise).
    Markup,
    /// Plain text: CSV, TSV, TXT in any encoding.
    Text,
    /// Nothing in it.
    Empty,
    /// Anything else.
    Unknown,
}

impl FileKind {
    /// The word of report.json `kind`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Ole => "ole",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Pdf => "pdf",
            Self::Rar => "rar",
            Self::SevenZip => "7z",
            Self::Markup => "markup",
            Self::Text => "text",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }
}
