//! The small world of one document: shared fonts and library, no files.

use super::fonts::Faces;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

/// What Typst sees while it lays out a document. Content is built by us and pictures come along as
/// bytes, so there is nothing to be read.
pub(super) struct FormWorld<'a> {
    pub(super) library: &'a LazyHash<Library>,
    pub(super) faces: &'a Faces,
    pub(super) main: FileId,
}

impl World for FormWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.faces.store.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, _id: FileId) -> FileResult<Source> {
        Err(FileError::AccessDenied)
    }

    fn file(&self, _id: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.faces.store.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
