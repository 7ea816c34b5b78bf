//! The small world of one document: constant paths, shared fonts and library.

use super::fonts::Faces;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

/// What Typst sees while it lays out one document.
pub(super) struct FormWorld<'a> {
    pub(super) library: &'a LazyHash<Library>,
    pub(super) faces: &'a Faces,
    pub(super) main: &'a Source,
    pub(super) data: Bytes,
    pub(super) images: Vec<Bytes>,
}

/// The interned id of a constant path.
pub(super) fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the layout program's own paths are plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for FormWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.faces.store.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.vpath().get_without_slash();
        if path == "data.json" {
            return Ok(self.data.clone());
        }
        path.strip_prefix("img")
            .and_then(|n| n.parse::<usize>().ok())
            .and_then(|n| self.images.get(n))
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.faces.store.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
