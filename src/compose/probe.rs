//! Any bytes as a rendered template: what `fuzz/` calls, and what replays its finds.

use std::collections::BTreeMap;

/// Bytes as a document of the dialect: a document or a flaw with its place, never anything else.
pub fn dialect(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(flaw) = super::parse::document(&text, &BTreeMap::new()) {
        let lines = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX);
        assert!(flaw.line <= lines, "line {} of {lines}: {}", flaw.line, flaw.what);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn what_fuzzing_found_stays_found() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/crashes/dialect");
        for file in std::fs::read_dir(&dir).unwrap() {
            super::dialect(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}
