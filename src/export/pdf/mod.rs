//! PDF by the embedded Typst: PDF/A-2b, same document, same bytes.
//!
//! The layout program is fixed (`form.typ`); documents reach it as data, so no text of a
//! document can become markup. Typst's warnings are errors: a missing face would otherwise
//! print in another one and nobody would know.

mod data;
mod fonts;
mod world;

pub use fonts::{FaceFound, faces};

use super::{Artifact, Format};
use crate::compose::Document;
use fonts::Faces;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use thiserror::Error;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Label, Selector, Smart, Value};
use typst::introspection::{Introspector, MetadataElem};
use typst::syntax::Source;
use typst::utils::{LazyHash, PicoStr};
use typst::{Library, LibraryExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::{FormWorld, file_id};

/// How many documents Typst's caches may grow over before old entries go.
const EVICT_EVERY: usize = 10;

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
    main: Source,
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
            main: Source::new(file_id("/form.typ"), include_str!("form.typ").to_owned()),
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
        let result = self.lay_out_and_write(document);
        // On the error path too: a run of bad documents must not eat the memory.
        if self.done.fetch_add(1, Ordering::Relaxed) % EVICT_EVERY == EVICT_EVERY - 1 {
            comemo::evict(EVICT_EVERY);
        }
        result
    }

    fn lay_out_and_write(&self, document: &Document) -> Result<Artifact, ExportError> {
        let (mut pages, mut notes) = self.lay_out(document, false)?;
        if document.page.duplex && pages.pages().len() % 2 == 1 {
            let odd = pages.pages().len();
            (pages, notes) = self.lay_out(document, true)?;
            notes.push((
                "RD-105".to_owned(),
                format!("页数 {odd} 为奇数，已补空白页以便正反面打印"),
            ));
        }
        let moved = moved(&pages);
        for (n, field) in moved {
            notes.push(("FM-102".to_owned(), format!("{field}内容超出表格，已转附页{n}")));
        }
        let bytes =
            typst_pdf::pdf(&pages, &self.options).map_err(|e| failed(&document.title, &e))?;
        Ok(Artifact {
            bytes,
            format: Format::Pdf,
            pages: u32::try_from(pages.pages().len()).ok(),
            notes,
        })
    }

    fn lay_out(
        &self,
        document: &Document,
        blank: bool,
    ) -> Result<(PagedDocument, Vec<(String, String)>), ExportError> {
        let prepared = data::prepare(document, &self.faces, blank)?;
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
        let world = FormWorld {
            library: &self.library,
            faces: &self.faces,
            main: &self.main,
            data: Bytes::from_string(prepared.json.to_string()),
            images,
        };
        let result = typst::compile::<PagedDocument>(&world);
        let pages = result.output.map_err(|e| failed(&document.title, &e))?;
        if result.warnings.is_empty() {
            Ok((pages, prepared.notes))
        } else {
            Err(failed(&document.title, &result.warnings))
        }
    }
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

/// What the layout moved to an 附页: its number and the name of the field.
fn moved(pages: &PagedDocument) -> Vec<(i64, String)> {
    let Some(label) = Label::new(PicoStr::intern("moved")) else {
        return Vec::new();
    };
    pages
        .introspector()
        .query(&Selector::Label(label))
        .iter()
        .filter_map(|content| {
            let Value::Dict(dict) = &content.to_packed::<MetadataElem>()?.value else {
                return None;
            };
            let Ok(Value::Int(n)) = dict.get("n") else {
                return None;
            };
            let field = match dict.get("field") {
                Ok(Value::Str(field)) => field.to_string(),
                _ => String::new(),
            };
            Some((*n, field))
        })
        .collect()
}

#[cfg(test)]
mod tests;
