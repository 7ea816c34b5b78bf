//! PDF by the embedded Typst: PDF/A-2b, same document, same bytes.
//!
//! A document becomes a sheet (`data`: every choice made), the sheet becomes content and pages
//! (`content`), the pages get their feet (`feet`). No text of a document is ever parsed. Typst's
//! warnings are errors: they would be about paper that is not as meant.

mod content;
mod data;
mod feet;
mod fonts;
mod settle;
mod sheet;
mod tokens;
mod world;

pub use fonts::{FaceFound, faces};

use super::{Artifact, Format};
use crate::compose::Document;
use fonts::Faces;
use settle::Place;
use sheet::Sheet;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use thiserror::Error;
use typst::diag::SourceDiagnostic;
use typst::engine::Sink;
use typst::foundations::{Bytes, Datetime, Smart};
use typst::syntax::{FileId, RootedPath, VirtualPath, VirtualRoot};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::FormWorld;

/// How many documents Typst's caches may grow over before old entries go.
const EVICT_EVERY: usize = 10;
/// How many of those rounds an entry lives without being asked for. What all forms share is asked
/// for in every round; what is kept beyond that is the pictures of other people.
const ROUNDS: usize = 2;

/// Why a document could not be exported; for the operator's log.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A workbook could not be built.
    #[error("a workbook cannot be built: {0}")]
    Xlsx(String),
    /// A DOCX file could not be built.
    #[error("a DOCX file cannot be built: {0}")]
    Docx(String),
    /// A font family that the forms need is in none of the folders.
    #[error("font family {family:?} not found in the font folders: {remedy}")]
    MissingFont {
        /// Family name.
        family: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The document names a picture that it does not bring along.
    #[error("the document has no picture named {0:?}")]
    MissingImage(String),
    /// A picture that is neither JPEG nor PNG.
    #[error("picture {0:?} is neither JPEG nor PNG")]
    BadImage(String),
    /// A paper size that is unknown or leaves no room between the margins.
    #[error("paper {0:?} is unknown or smaller than its margins")]
    Paper(String),
    /// A table whose cells do not lie on its columns.
    #[error("a table's cells do not lie on its column grid")]
    Table,
    /// Typst refused or warned.
    #[error("layout of {title:?} failed: {what}")]
    Layout {
        /// Title of the document.
        title: String,
        /// Typst's words.
        what: String,
    },
}

/// The PDF exporter; one for the whole run, shared between threads.
pub struct PdfExporter {
    faces: Faces,
    library: LazyHash<Library>,
    main: FileId,
    options: PdfOptions,
    done: AtomicUsize,
}

impl std::fmt::Debug for PdfExporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PdfExporter").finish_non_exhaustive()
    }
}

impl PdfExporter {
    /// An exporter with the fonts of `font_dirs`, the first folder's first, and no others.
    ///
    /// # Errors
    /// When a family that the forms need is missing.
    pub fn new(font_dirs: &[PathBuf]) -> Result<Self, ExportError> {
        let faces = Faces::scan(font_dirs)?;
        let standards = PdfStandards::new(&[PdfStandard::A_2b]).map_err(|e| {
            ExportError::Layout { title: "PDF/A-2b".to_owned(), what: e.message().to_string() }
        })?;
        Ok(Self {
            faces,
            library: LazyHash::new(Library::default()),
            main: nowhere(),
            options: PdfOptions {
                ident: Smart::Auto,
                creator: Smart::Custom(Some("dossier".to_owned())),
                // Bytes must not depend on the day; the day of a form is in its text.
                timestamp: Datetime::from_ymd_hms(2000, 1, 1, 0, 0, 0).map(Timestamp::new_utc),
                standards,
                ..PdfOptions::default()
            },
            done: AtomicUsize::new(0),
        })
    }

    /// Lay out `document` and write it as PDF/A-2b.
    ///
    /// # Errors
    /// When the document is not consistent or Typst refuses it.
    pub fn export(&self, document: &Document) -> Result<Artifact, ExportError> {
        let mut made = self.export_as(document, &[Format::Pdf])?;
        made.pop().ok_or_else(|| ExportError::Layout {
            title: document.title.clone(),
            what: "no format".to_owned(),
        })
    }

    /// Writes `document` in each of `formats`, in their order. What goes to an 附页 is settled by
    /// the layout once, so that all of them carry the same text. The notes stand at each.
    ///
    /// # Errors
    /// When the document is not consistent or an exporter refuses it.
    pub fn export_as(
        &self,
        document: &Document,
        formats: &[Format],
    ) -> Result<Vec<Artifact>, ExportError> {
        let result = self.settle_and_write(document, formats);
        // On the error path too: a run of bad documents must not eat the memory.
        if self.done.fetch_add(1, Ordering::Relaxed) % EVICT_EVERY == EVICT_EVERY - 1 {
            comemo::evict(ROUNDS);
        }
        result
    }

    fn settle_and_write(
        &self,
        document: &Document,
        formats: &[Format],
    ) -> Result<Vec<Artifact>, ExportError> {
        let mut laid = self.lay_out(document)?;
        let mut document = Cow::Borrowed(document);
        if !laid.moved.is_empty() || !laid.absent.is_empty() {
            let (settled, moves) = settle::settle(&document, &laid.moved, &laid.absent);
            let again = self.lay_out(&settled)?;
            document = Cow::Owned(settled);
            laid = Laid { pages: again.pages, sheet: again.sheet, ..laid };
            laid.notes.extend(moves);
        }
        let odd = laid.pages.pages().len();
        let blank = document.page.duplex && odd % 2 == 1;
        if blank {
            laid.notes.push((
                "RD-105".to_owned(),
                format!("页数 {odd} 为奇数，已补空白页以便正反面打印"),
            ));
        }
        laid.pages = feet::finish(&self.world(), &laid.sheet, &laid.pages, blank)
            .map_err(|e| failed(&document.title, &e))?;
        formats.iter().map(|format| self.write(&document, &laid, *format)).collect()
    }

    fn write(
        &self,
        document: &Document,
        laid: &Laid,
        format: Format,
    ) -> Result<Artifact, ExportError> {
        let mut artifact = match format {
            Format::Pdf => {
                let bytes = typst_pdf::pdf(&laid.pages, &self.options)
                    .map_err(|e| failed(&document.title, &e))?;
                let pages = u32::try_from(laid.pages.pages().len()).ok();
                Artifact { bytes, format, pages, notes: Vec::new() }
            }
            Format::Docx => super::docx(document)?,
            Format::Xlsx => super::xlsx(document)?,
        };
        artifact.notes.clone_from(&laid.notes);
        Ok(artifact)
    }

    fn world(&self) -> FormWorld<'_> {
        FormWorld { library: &self.library, faces: &self.faces, main: self.main }
    }

    fn lay_out(&self, document: &Document) -> Result<Laid, ExportError> {
        let prepared = data::prepare(document, &self.faces)?;
        let images = prepared
            .images
            .iter()
            .map(|name| {
                document
                    .images
                    .get(name)
                    .map(|bytes| Bytes::new(bytes.clone()))
                    .ok_or_else(|| ExportError::MissingImage(name.clone()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut sink = Sink::new();
        let pages = content::lay_out(&self.world(), &prepared.sheet, &images, &mut sink)
            .map_err(|e| failed(&document.title, &e))?;
        let told = [sink.delayed(), sink.warnings()].concat();
        if !told.is_empty() {
            return Err(failed(&document.title, &told));
        }
        Ok(Laid {
            pages: pages.document,
            sheet: prepared.sheet,
            notes: prepared.notes,
            absent: prepared.absent,
            moved: pages.moved,
        })
    }
}

/// A document on pages, and what is to be settled about it.
struct Laid {
    pages: PagedDocument,
    sheet: Sheet,
    notes: Vec<(String, String)>,
    absent: BTreeSet<char>,
    moved: BTreeSet<Place>,
}

fn failed(title: &str, diagnostics: &[SourceDiagnostic]) -> ExportError {
    let words: Vec<String> = diagnostics
        .iter()
        .map(|d| {
            let hints: String = d.hints.iter().map(|h| format!(" ({})", h.v)).collect();
            format!("{}{hints}", d.message)
        })
        .collect();
    ExportError::Layout { title: title.to_owned(), what: words.join("; ") }
}

/// Typst wants a main file; ours is never read.
fn nowhere() -> FileId {
    let path = VirtualPath::new("/form").expect("the path is plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

#[cfg(test)]
mod tests;
