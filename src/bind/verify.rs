//! The written file is opened again and its pages are counted: what was planned must be there.

use super::BindError;
use lopdf::Document;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Files up to this length are parsed as a whole; longer ones are walked by their offsets.
const WHOLE: u64 = 200 << 20;

/// Counts the pages of the file at `path`.
pub(super) fn count_pages(path: &Path) -> Result<u32, BindError> {
    let length = std::fs::metadata(path)?.len();
    let walked = walk(path)?;
    if length > WHOLE {
        return Ok(walked);
    }
    let document = Document::load(path).map_err(|e| BindError::Pdf(e.to_string()))?;
    let parsed = u32::try_from(document.page_iter().count()).unwrap_or(u32::MAX);
    // Two readers must agree; the lower count is the one to complain about.
    Ok(parsed.min(walked))
}

/// Follows the table of offsets and counts the objects that say they are pages of this packet.
fn walk(path: &Path) -> Result<u32, BindError> {
    let bad = |text: &str| BindError::Pdf(format!("written file: {text}"));
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(64)))?;
    let mut tail = String::new();
    BufReader::new(&file).read_to_string(&mut tail).map_err(|_| bad("no plain end"))?;
    let start = tail
        .split("startxref\n")
        .nth(1)
        .and_then(|rest| rest.lines().next())
        .and_then(|line| line.parse::<u64>().ok())
        .ok_or_else(|| bad("no startxref"))?;
    let offsets = offsets(&mut file, start)?;
    let mut pages = 0;
    for (number, offset) in offsets.iter().enumerate().skip(1) {
        let mut head = [0; HEAD];
        let n = read_at(&mut file, &mut head, *offset)?;
        let head = head.get(..n).unwrap_or_default();
        let Some(object) = head.strip_prefix(format!("{number} 0 obj\n").as_bytes()) else {
            return Err(bad("an offset does not lead to its object"));
        };
        // Our pages begin with their type; imported objects are never pages.
        pages += u32::from(object.starts_with(b"<</Type/Page/"));
    }
    Ok(pages)
}

/// Enough of an object to see its number and its type.
const HEAD: usize = 48;

/// One call of the system for each object: a packet of faxes has tens of thousands.
#[cfg(unix)]
fn read_at(file: &mut File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_at(file: &mut File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek(SeekFrom::Start(offset))?;
    file.read(buffer)
}

fn offsets(file: &mut File, start: u64) -> Result<Vec<u64>, BindError> {
    let bad = || BindError::Pdf("written file: no table of offsets".to_owned());
    file.seek(SeekFrom::Start(start))?;
    let mut lines = BufReader::new(file).lines();
    let mut next = || -> Result<String, BindError> { Ok(lines.next().ok_or_else(bad)??) };
    if next()? != "xref" {
        return Err(bad());
    }
    let size = next()?.split(' ').nth(1).and_then(|n| n.parse::<usize>().ok()).ok_or_else(bad)?;
    let mut offsets = Vec::new();
    for _ in 0..size {
        let line = next()?;
        offsets.push(line.split(' ').next().and_then(|n| n.parse().ok()).ok_or_else(bad)?);
    }
    Ok(offsets)
}
