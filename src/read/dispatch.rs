//! Which reader takes a file: by its content, never by its name.

use super::package::Package;
use super::refusal::{Refusal, extension, file_name};
use super::{Content, Workbook, csv, encoding, form, html, mark, ole, scan, workbook};
use crate::diag::{Finding, Origin, Severity};
use crate::intake::FileKind;
use crate::text::byte_words;
use crate::wall::{Limits, Task};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

/// One file for the worker to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadTask {
    /// Where its bytes are.
    pub blob: PathBuf,
    /// Root of the blob store, for what the reader makes of it.
    pub blobs: PathBuf,
    /// Path inside the entry, for origins.
    pub path: String,
    /// What intake saw in its first and last bytes.
    pub kind: FileKind,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

impl Task for ReadTask {
    fn subject(&self) -> &str {
        &self.sha256
    }
}

/// What a file holds, as the worker says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// The true kind in one word.
    pub kind: String,
    /// Its content.
    pub content: Content,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

impl Parsed {
    /// A file that is not used. What the office may leave unread (severity below refuse) is unknown.
    pub(super) fn refused(kind: &str, refusal: &Refusal, path: &str) -> Self {
        let finding = refusal.finding(path);
        let content = match finding.severity {
            Severity::Refuse | Severity::Error => Content::Refused,
            Severity::Warn | Severity::Info => Content::Unknown,
        };
        Self { kind: kind.to_owned(), content, findings: vec![finding] }
    }
}

/// A kind and what was read of it, or why nothing was.
type Outcome = (&'static str, Result<(Content, Vec<Finding>), Refusal>);

/// Reads one file. Runs in the worker process only.
pub fn parse(task: &ReadTask, limits: &Limits) -> Parsed {
    let (kind, result) = match task.kind {
        FileKind::Zip => office(task, limits),
        FileKind::Ole => compound(task, limits),
        FileKind::Markup => markup(task, limits),
        FileKind::Text => text(task, limits),
        FileKind::Jpeg
        | FileKind::Png
        | FileKind::Tiff
        | FileKind::Pdf
        | FileKind::Bmp
        | FileKind::Webp
        | FileKind::Gif => return scan::admit(task, limits),
        FileKind::Heic => ("heic", Err(Refusal::Unread)),
        FileKind::Rar | FileKind::SevenZip => (task.kind.word(), Err(Refusal::Archive)),
        FileKind::Empty => ("empty", Err(Refusal::Damaged("文件为空"))),
        FileKind::Unknown => ("unknown", Err(unknown(task))),
    };
    match result {
        Ok((content, mut findings)) => {
            if matches!(content, Content::Workbook(_)) {
                findings.extend(disguise(kind, &task.path));
            }
            Parsed { kind: kind.to_owned(), content, findings }
        }
        Err(refusal) => Parsed::refused(kind, &refusal, &task.path),
    }
}

/// A table that calls itself another format than it is: read, and said.
fn disguise(kind: &str, path: &str) -> Option<Finding> {
    let ext = extension(path);
    let honest: &[&str] = match ext.as_str() {
        "xls" | "et" | "ett" => &["xls"],
        "xlsx" | "xlsm" => &["xlsx", "xlsm"],
        "xlsb" => &["xlsb"],
        "ods" => &["ods"],
        "csv" | "tsv" | "txt" => &["csv"],
        _ => return None,
    };
    let sniffed = match kind {
        "html" => "网页（HTML）",
        "xml" => "XML 电子表格",
        "csv" => "文本（CSV）",
        other => other,
    };
    let lie = || {
        Finding::new("IN-142", Origin::file(path))
            .arg("file", file_name(path))
            .arg("ext", ext.to_uppercase())
            .arg("sniffed", sniffed)
            .build()
    };
    (!honest.contains(&kind)).then(lie)
}

/// Bytes that are no file we take in; what can be named is named.
fn unknown(task: &ReadTask) -> Refusal {
    let mut head = Vec::new();
    let opened = fs::File::open(&task.blob);
    // a file that cannot be read has no bytes to name it by
    let _ = opened.and_then(|file| file.take(64).read_to_end(&mut head));
    other_text(&head)
        .or_else(|| {
            let sniffed = is_dbase(&head).then_some("dBase 数据表（dbf）")?;
            Some(Refusal::Foreign { sniffed, remedy: None })
        })
        .unwrap_or_else(|| unrecognised(&task.path))
}

/// The header of a dBase table: its version, the day it was written, and a length of the header
/// that leaves room for whole fields.
fn is_dbase(head: &[u8]) -> bool {
    let [version, _, month, day, _, _, _, _, low, high, ..] = head else { return false };
    let header = u16::from_le_bytes([*low, *high]);
    [0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5].contains(version)
        && (1..=12).contains(month)
        && (1..=31).contains(day)
        && header > 32
        && matches!(header % 32, 1 | 8)
}

/// A text format that would pass for a table.
fn other_text(bytes: &[u8]) -> Option<Refusal> {
    let (_, sniffed, remedy) = OTHER_TEXT.iter().find(|(mark, ..)| bytes.starts_with(mark))?;
    Some(Refusal::Foreign { sniffed, remedy: *remedy })
}

/// Bytes of no known format: a lie when the name claims one, else merely unknown.
fn unrecognised(path: &str) -> Refusal {
    let claims = |list: &[&str]| list.contains(&extension(path).as_str());
    if claims(&["xlsx", "xlsm", "xlsb", "xls", "et", "ods", "csv"]) {
        Refusal::Foreign { sniffed: "无法识别的数据", remedy: None }
    } else if claims(&["docx", "doc", "wps"]) {
        Refusal::Foreign {
            sniffed: "无法识别的数据", remedy: Some("用 Word/WPS 另存为 docx")
        }
    } else if claims(&["pdf", "jpg", "jpeg", "png", "tif", "tiff"]) {
        Refusal::Foreign {
            sniffed: "无法识别的数据", remedy: Some("重新扫描后提交 PDF 或 JPG")
        }
    } else if claims(&["ofd", "ceb", "heic", "heif"]) {
        Refusal::Unread
    } else {
        Refusal::Unknown
    }
}

/// What to do with a document of another format.
const AS_DOCX: Option<&str> = Some("用 Word/WPS 打开后另存为 docx 再提交");

/// A ZIP package: told apart by its parts.
fn office(task: &ReadTask, limits: &Limits) -> Outcome {
    let mut package = match Package::open(&task.blob, limits) {
        Ok(package) => package,
        Err(refusal) => return ("zip", Err(refusal)),
    };
    let kind = match package_kind(&mut package) {
        Ok(kind) => kind,
        Err(refusal) => return ("zip", Err(refusal)),
    };
    let result = match kind {
        "ofd" => Err(Refusal::Unread),
        "odt" => Err(Refusal::Foreign { sniffed: "ODF 文字文档（odt）", remedy: AS_DOCX }),
        "zip" => Err(Refusal::Unknown),
        _ => package.examine(limits).and_then(|()| read_package(kind, task, &mut package, limits)),
    };
    (kind, result)
}

fn package_kind(package: &mut Package) -> Result<&'static str, Refusal> {
    if package.has("OFD.xml") {
        return Ok("ofd");
    }
    if package.has("[Content_Types].xml") {
        let main = package.main_part()?.unwrap_or_default();
        if main.ends_with(".bin") {
            return Ok("xlsb");
        }
        if package.has_under("xl/") || main.contains("workbook") {
            return Ok(if has_macros(package) { "xlsm" } else { "xlsx" });
        }
        if package.has_under("word/") || main.contains("document") {
            return Ok("docx");
        }
    }
    let mime = package.text("mimetype")?.unwrap_or_default();
    let odf = |kind: &str| mime.starts_with(&format!("application/vnd.oasis.opendocument.{kind}"));
    Ok(match () {
        () if odf("spreadsheet") => "ods",
        () if odf("text") => "odt",
        () => "zip",
    })
}

fn has_macros(package: &Package) -> bool {
    package.ending("vbaProject.bin").is_some()
}

fn read_package(
    kind: &str,
    task: &ReadTask,
    package: &mut Package,
    limits: &Limits,
) -> Result<(Content, Vec<Finding>), Refusal> {
    let mut book = match kind {
        "docx" => return Ok((Content::Form(form::read(package, limits)?), Vec::new())),
        "ods" => workbook::read_ods(package, limits)?,
        "xlsb" => workbook::read_xlsb(&task.blob, package, limits)?,
        _ => workbook::read_xlsx(&task.blob, package, limits)?,
    };
    book.original = mark::original(package);
    Ok(finish(book, &task.path, has_macros(package)))
}

/// A compound file: told apart by its streams.
fn compound(task: &ReadTask, limits: &Limits) -> Outcome {
    let bytes = match load(task, limits) {
        Ok(bytes) => bytes,
        Err(refusal) => return ("ole", Err(refusal)),
    };
    let Some(compound) = ole::Compound::open(&bytes) else {
        return ("ole", Err(Refusal::damaged()));
    };
    let has = |name: &str| compound.has(name);
    if has("EncryptedPackage") || has("EncryptionInfo") {
        ("ole", Err(Refusal::Locked))
    } else if has("Workbook") || has("Book") {
        let stream = compound.stream("Workbook").or_else(|| compound.stream("Book"));
        let book = workbook::read_xls(&bytes, &stream.unwrap_or_default(), limits);
        ("xls", book.map(|book| finish(book, &task.path, has("_VBA_PROJECT_CUR"))))
    } else if has("WordDocument") {
        ("doc", Err(Refusal::Foreign { sniffed: "旧版 Word 文档（doc）", remedy: AS_DOCX }))
    } else {
        ("ole", Err(unrecognised(&task.path)))
    }
}

/// HTML or XML.
fn markup(task: &ReadTask, limits: &Limits) -> Outcome {
    let bytes = match load(task, limits) {
        Ok(bytes) => bytes,
        Err(refusal) => return ("markup", Err(refusal)),
    };
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or_default());
    let text = encoding::decode(&bytes, declared_charset(&head).as_deref()).text;
    let head: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    if head.contains("urn:schemas-microsoft-com:office:spreadsheet") && head.contains("<?xml") {
        if head.contains("<!doctype") {
            return ("xml", Err(Refusal::Doctype));
        }
        let book = workbook::read_xml(&text, limits);
        return ("xml", book.map(|book| finish(book, &task.path, false)));
    }
    // the table may begin after a long style sheet
    let tables = ["<table", "<TABLE", "<Table"].iter().any(|t| text.contains(t));
    if tables || head.contains("<html") {
        let book = html::read(&text, &task.path, limits);
        return ("html", book.map(|book| finish(book, &task.path, false)));
    }
    ("xml", Err(unrecognised(&task.path)))
}

/// The charset an HTML or XML text names in its head.
fn declared_charset(head: &str) -> Option<String> {
    let lower = head.to_ascii_lowercase();
    let (_, after) = lower.split_once("charset=").or_else(|| lower.split_once("encoding="))?;
    let name = after.trim_start_matches(['"', '\'']);
    Some(name.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect())
}

/// Text formats that would pass for a table: how they begin, what they are, what to do.
const OTHER_TEXT: [(&[u8], &str, Option<&str>); 3] = [
    (b"MIME-Version:", "网页归档（mht）", None),
    (b"ID;P", "SYLK 表格", None),
    (b"{\\rtf", "RTF 文档", AS_DOCX),
];

/// CSV and its kin.
fn text(task: &ReadTask, limits: &Limits) -> Outcome {
    let bytes = match load(task, limits) {
        Ok(bytes) => bytes,
        Err(refusal) => return ("text", Err(refusal)),
    };
    if let Some(refusal) = other_text(&bytes) {
        return ("text", Err(refusal));
    }
    match csv::read(&bytes, &task.path, limits) {
        // a note, not a table
        Ok(read) if !read.tabular && !is_table_name(&task.path) => {
            ("text", Err(unrecognised(&task.path)))
        }
        Ok(read) => ("csv", Ok((Content::Workbook(read.workbook), read.findings))),
        Err(refusal) => ("csv", Err(refusal)),
    }
}

fn is_table_name(path: &str) -> bool {
    ["csv", "tsv", "xls", "xlsx", "et"].contains(&extension(path).as_str())
}

/// The bytes of a file that must be held whole.
fn load(task: &ReadTask, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let length = fs::metadata(&task.blob).map_err(|_| Refusal::damaged())?.len();
    if length > limits.part_bytes {
        return Err(Refusal::TooLarge(byte_words(limits.part_bytes)));
    }
    fs::read(&task.blob).map_err(|_| Refusal::damaged())
}

/// A workbook with what is to be said about it as a whole.
fn finish(book: Workbook, path: &str, macros: bool) -> (Content, Vec<Finding>) {
    let mut findings = Vec::new();
    for sheet in book.sheets.iter().filter(|s| s.hidden) {
        let origin = Origin { sheet: Some(sheet.name.clone()), ..Origin::file(path) };
        findings.push(Finding::new("SS-124", origin).arg("sheet", &sheet.name).build());
    }
    if macros {
        let finding = Finding::new("IN-141", Origin::file(path)).arg("file", file_name(path));
        findings.push(finding.build());
    }
    (Content::Workbook(book), findings)
}
