//! DOCX by docx-rs and a tidy pass: a file that the office can go on typing in.

mod package;
#[cfg(test)]
pub(super) mod tests;
mod tidy;
mod write;

use super::{Artifact, ExportError, Format};
use crate::compose::Document;

/// Writes `document` as DOCX; same document, same bytes.
///
/// # Errors
/// When a table, a picture or the paper is not consistent.
pub fn docx(document: &Document) -> Result<Artifact, ExportError> {
    let written = write::write(document)?;
    let parts = written.docx.build();
    let body = tidy::tidy(&parts.document, &written.headers, document.page.cover)?;
    let footer = match parts.footers.first() {
        Some(footer) => Some(tidy::tidy(footer, &[], false)?),
        None => None,
    };
    let bytes = package::package(document, &body, footer.as_deref(), &written.pictures)?;
    Ok(Artifact { bytes, format: Format::Docx, pages: None, notes: Vec::new() })
}
