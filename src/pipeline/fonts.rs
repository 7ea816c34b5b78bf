//! The fonts of a run: which page numbers are set in, and what makes them others.

use super::RunError;
use crate::bind::StampFonts;
use crate::blobs::sha256_hex;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The face of page numbers and stamps.
pub(super) const STAMP: &str = "NotoSerifCJK-Regular.ttc";

/// The font of page numbers and stamps: the first 宋体 of the font folders.
pub(super) fn stamp(dirs: &[PathBuf]) -> Result<StampFonts, RunError> {
    let Some(path) = stamp_path(dirs) else {
        return Err(RunError::Io {
            what: format!(
                "no font for page numbers: {STAMP} is in none of the font folders\nhint: `make run` fills fonts/"
            ),
            error: std::io::ErrorKind::NotFound.into(),
        });
    };
    let bytes = std::fs::read(&path).map_err(RunError::io(path.display().to_string()))?;
    StampFonts::load(bytes, 2).map_err(|e| RunError::Io {
        what: path.display().to_string(),
        error: std::io::Error::other(e.to_string()),
    })
}

/// Where it lies.
pub(super) fn stamp_path(dirs: &[PathBuf]) -> Option<PathBuf> {
    dirs.iter().map(|dir| dir.join(STAMP)).find(|path| path.is_file())
}

/// Names the fonts by folder order, file name, length and time: papers set in others are made anew.
/// Their bytes are not read for this; there are hundreds of megabytes of them.
pub(super) fn hash(dirs: &[PathBuf]) -> String {
    let mut text = String::new();
    for dir in dirs {
        let mut files = files(dir);
        files.sort();
        text.push_str(&files.concat());
        text.push('\n');
    }
    sha256_hex(text.as_bytes())
}

fn files(dir: &Path) -> Vec<String> {
    let items = walkdir::WalkDir::new(dir).follow_links(true).into_iter().filter_map(Result::ok);
    items
        .filter(|item| item.file_type().is_file())
        .filter_map(|item| {
            let meta = item.metadata().ok()?;
            let name = item.path().strip_prefix(dir).ok()?.display().to_string();
            let time = meta.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            Some(format!("{name}\0{}\0{}\0", meta.len(), time.as_nanos()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_font_another_hash() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(a.path().join("x.otf"), b"one").unwrap();
        let dirs = [a.path().to_owned(), b.path().to_owned()];
        let first = hash(&dirs);
        assert_eq!(hash(&dirs), first);
        std::fs::write(b.path().join("y.otf"), b"two").unwrap();
        let second = hash(&dirs);
        assert_ne!(second, first);
        let turned = [b.path().to_owned(), a.path().to_owned()];
        assert_ne!(hash(&turned), second);
        std::fs::write(b.path().join("y.otf"), b"three").unwrap();
        assert_ne!(hash(&dirs), second);
    }
}
