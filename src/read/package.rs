//! Office files are ZIP packages: opened, measured and searched for traps before any parser runs.

use super::refusal::Refusal;
use super::tags::{Piece, Scanner};
use crate::text::byte_words;
use crate::wall::Limits;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use zip::ZipArchive;

/// Inflating less than this is never a bomb.
const RATIO_FROM: u64 = 10 << 20;
/// Most times a package may inflate.
const RATIO: u64 = 200;
/// Where a document type declaration must stand to count.
const DOCTYPE_WITHIN: usize = 4096;
/// Where the end record of a ZIP file lies, from the end.
const END_WITHIN: u64 = 66_000;
/// Room made for a part by what its entry says; more is made as it comes.
const PART_AT_ONCE: u64 = 128 << 20;
/// Largest directory that is looked through.
const DIRECTORY: u64 = 16 << 20;

/// An opened package.
pub(super) struct Package {
    zip: ZipArchive<BufReader<File>>,
    names: Vec<String>,
    part_bytes: u64,
}

impl Package {
    /// Opens the package and reads its directory.
    pub(super) fn open(path: &Path, limits: &Limits) -> Result<Self, Refusal> {
        let mut file = File::open(path).map_err(|_| Refusal::damaged())?;
        let listed = listed_entries(&mut file);
        file.rewind().map_err(|_| Refusal::damaged())?;
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|_| Refusal::damaged())?;
        let entries = zip.len() as u64;
        if entries > limits.archive_entries {
            return Err(Refusal::TooLarge(format!("{} 个成员", limits.archive_entries)));
        }
        // the crate keeps one of several equal names: two readers would see two files
        if listed.is_some_and(|listed| listed != entries) {
            return Err(Refusal::Damaged("压缩包目录与内容不符"));
        }
        // some programs write names with backslashes; a name that cannot be decoded is no part
        let names =
            zip.file_names().map(|n| n.map(|n| n.replace('\\', "/")).unwrap_or_default()).collect();
        Ok(Self { zip, names, part_bytes: limits.part_bytes })
    }

    /// Whether a part is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n.eq_ignore_ascii_case(name))
    }

    /// Whether any part's name starts so.
    pub(super) fn has_under(&self, prefix: &str) -> bool {
        self.names.iter().any(|n| n.starts_with(prefix))
    }

    /// The first part whose name ends so.
    pub(super) fn ending(&self, suffix: &str) -> Option<&str> {
        self.names.iter().find(|n| n.ends_with(suffix)).map(String::as_str)
    }

    /// The bytes of a part, or none when it is absent.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(index) = self.names.iter().position(|n| n.eq_ignore_ascii_case(name)) else {
            return Ok(None);
        };
        let entry = self.zip.by_index(index).map_err(|_| Refusal::damaged())?;
        let stated = entry.size().min(self.part_bytes).min(PART_AT_ONCE);
        let mut bytes = Vec::with_capacity(usize::try_from(stated).unwrap_or_default());
        entry.take(self.part_bytes).read_to_end(&mut bytes).map_err(|_| Refusal::damaged())?;
        Ok(Some(bytes))
    }

    /// A part as text; bytes that are no UTF-8 are replaced.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        Ok(self.part(name)?.map(super::encoding::xml_text))
    }

    /// The main part of an office file by the relations of the package.
    pub(super) fn main_part(&mut self) -> Result<Option<String>, Refusal> {
        self.root_part("officeDocument")
    }

    /// The part that the package itself is related to in this way.
    pub(super) fn root_part(&mut self, kind: &str) -> Result<Option<String>, Refusal> {
        let rels = self.text("_rels/.rels")?.unwrap_or_default();
        let is = |written: &str| written.rsplit('/').next() == Some(kind);
        let target = Scanner::xml(&rels).find_map(|piece| match piece {
            Piece::Open(tag) if is(&tag.attribute("Type")?) => tag.attribute("Target"),
            _ => None,
        });
        Ok(target.map(|t| t.trim_start_matches('/').to_owned()))
    }

    /// Inflates everything once without keeping it: sizes, document types, nesting.
    pub(super) fn examine(&mut self, limits: &Limits) -> Result<(), Refusal> {
        let (mut inflated, mut packed) = (0, 0);
        let mut buffer = vec![0; 64 * 1024];
        for index in 0..self.zip.len() {
            let mut entry = self.zip.by_index(index).map_err(|_| Refusal::damaged())?;
            packed += entry.compressed_size();
            let name = entry.name().map(|n| n.to_ascii_lowercase()).unwrap_or_default();
            let mut gauge = is_xml(&name).then(Gauge::default);
            let flat = is_sheet(&name);
            let mut part = 0;
            loop {
                let n = entry.read(&mut buffer).map_err(|_| Refusal::damaged())?;
                if n == 0 {
                    break;
                }
                part += n as u64;
                inflated += n as u64;
                if part > limits.part_bytes {
                    return Err(mebibytes("单个部件解压后", limits.part_bytes));
                }
                if inflated > limits.unpacked_bytes {
                    return Err(mebibytes("解压后", limits.unpacked_bytes));
                }
                if inflated > RATIO_FROM && inflated > RATIO * packed.max(1) {
                    return Err(Refusal::TooLarge(format!("压缩比 {RATIO} 倍")));
                }
                // nothing that reads the cells of a sheet follows their nesting
                if let Some(gauge) = gauge.as_mut().filter(|g| !flat || g.seen < DOCTYPE_WITHIN) {
                    gauge.feed(buffer.get(..n).unwrap_or_default(), limits)?;
                }
            }
        }
        Ok(())
    }
}

fn mebibytes(what: &str, bytes: u64) -> Refusal {
    Refusal::TooLarge(format!("{what} {}", byte_words(bytes)))
}

fn is_xml(name: &str) -> bool {
    [".xml", ".rels", ".vml", ".rdf"].iter().any(|ext| name.ends_with(ext))
}

fn is_sheet(name: &str) -> bool {
    name.replace('\\', "/").starts_with("xl/worksheets/sheet")
}

/// How many entries stand in the directory of a ZIP file itself; none when it cannot be told
/// (ZIP64).
fn listed_entries(file: &mut File) -> Option<u64> {
    let length = file.seek(SeekFrom::End(0)).ok()?;
    let tail = read_at(file, length.saturating_sub(END_WITHIN), END_WITHIN)?;
    let at = tail.windows(4).rposition(|w| w == b"PK\x05\x06")?;
    let size = tail.get(at + 12..at + 16)?.try_into().ok().map(u32::from_le_bytes)?;
    // bytes may stand before the archive: the directory ends where its end record begins
    let end = length.saturating_sub(END_WITHIN).checked_add(at as u64)?;
    let directory = read_at(file, end.checked_sub(size.into())?, size.into())?;
    let (mut entries, mut rest) = (0, directory.as_slice());
    while rest.starts_with(b"PK\x01\x02") {
        let word = |at: usize| {
            let bytes = [*rest.get(at)?, *rest.get(at + 1)?];
            Some(usize::from(u16::from_le_bytes(bytes)))
        };
        rest = rest.get(46 + word(28)? + word(30)? + word(32)?..)?;
        entries += 1;
    }
    rest.is_empty().then_some(entries)
}

fn read_at(file: &mut File, from: u64, length: u64) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(length.min(END_WITHIN.max(DIRECTORY))).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Follows the nesting of XML byte by byte without keeping it.
#[derive(Default)]
struct Gauge {
    state: State,
    depth: u32,
    seen: usize,
    head: Vec<u8>,
    last: [u8; 2],
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Just after `<`.
    Begin,
    Open,
    Quoted(u8),
    Close,
    /// `<!` or `<?`, up to `>`.
    Other,
    Comment,
    Cdata,
}

impl Gauge {
    fn feed(&mut self, bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
        let plain = memchr::memchr(0, bytes).is_none();
        let mut rest = bytes;
        loop {
            if plain && self.seen >= DOCTYPE_WITHIN {
                rest = self.skip(rest);
            }
            let Some((&byte, after)) = rest.split_first() else { return Ok(()) };
            rest = after;
            // the nul bytes of UTF-16 say nothing about structure
            if byte == 0 {
                continue;
            }
            if self.seen < DOCTYPE_WITHIN {
                self.seen += 1;
                self.head.push(byte.to_ascii_uppercase());
                if self.head.ends_with(b"<!DOCTYPE") {
                    return Err(Refusal::Doctype);
                }
            }
            self.step(byte);
            if self.depth > limits.xml_depth {
                return Err(Refusal::TooLarge(format!("{} 层", limits.xml_depth)));
            }
            self.last = [self.last[1], byte];
        }
    }

    /// Passes over bytes that change nothing: nearly all of a large sheet.
    fn skip<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let next = match self.state {
            State::Text => memchr::memchr(b'<', bytes),
            State::Open => memchr::memchr3(b'"', b'\'', b'>', bytes),
            State::Quoted(open) => memchr::memchr(open, bytes),
            State::Close => memchr::memchr(b'>', bytes),
            State::Begin | State::Other | State::Comment | State::Cdata => Some(0),
        };
        let (passed, rest) = bytes.split_at(next.unwrap_or(bytes.len()));
        for &byte in passed.get(passed.len().saturating_sub(2)..).unwrap_or_default() {
            self.last = [self.last[1], byte];
        }
        rest
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Text, b'<') => State::Begin,
            (State::Begin, b'/') => State::Close,
            (State::Begin, b'!' | b'?') => State::Other,
            (State::Begin | State::Open, b'>') => {
                if self.last[1] != b'/' {
                    self.depth += 1;
                }
                State::Text
            }
            (State::Begin, _) => State::Open,
            (State::Open, b'"' | b'\'') => State::Quoted(byte),
            (State::Quoted(open), b) if open == b => State::Open,
            (State::Close, b'>') => {
                self.depth = self.depth.saturating_sub(1);
                State::Text
            }
            (State::Other, b'-') if self.last == *b"!-" => State::Comment,
            (State::Other, b'[') if self.last == *b"TA" => State::Cdata,
            (State::Other, b'>') => State::Text,
            (State::Comment, b'>') if self.last == *b"--" => State::Text,
            (State::Cdata, b'>') if self.last == *b"]]" => State::Text,
            (state, _) => state,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(text: &str) -> Result<u32, Refusal> {
        let mut gauge = Gauge::default();
        gauge.feed(text.as_bytes(), &Limits { xml_depth: 3, ..Limits::default() })?;
        Ok(gauge.depth)
    }

    #[test]
    fn follows_nesting() {
        assert_eq!(feed("<a><b x='/>'/><!-- <c><c><c><c> --><![CDATA[<c><c><c>]]></a>"), Ok(0));
        assert_eq!(feed("<a><b><c>"), Ok(3));
        assert!(matches!(feed("<a><b><c><d>"), Err(Refusal::TooLarge(_))));
        assert_eq!(feed("<?xml version='1.0'?><!doctype a>"), Err(Refusal::Doctype));
    }

    #[test]
    fn passing_over_quiet_bytes_changes_nothing() {
        let long = format!(
            "<a>{}<b x=\"/>\" y='\"'/><b t = 'v' >{}<!-- <c>' --><![CDATA[<c>\"]]></b ></a>",
            "文字 ".repeat(3000),
            "<c k=\"v\">1</c><c/>".repeat(500)
        );
        assert_eq!(feed(&long), Ok(0));
        assert_eq!(feed(&format!("{long}<a><b ><c x='>'>")), Ok(3));
        assert!(feed(&format!("{long}<a><b ><c x='>'><d>")).is_err());
    }
}
