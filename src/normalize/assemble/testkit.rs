//! Fabricated filings for the tests.

use super::Chain;
use crate::diag::Origin;
use crate::intake::{Arrival, Witness};
use crate::normalize::{
    Applicant, Field, FiledFile, Filing, Record, Row, Source, Submission, Value, Verdict,
};
use crate::pack::Pack;
use crate::read::{PageInfo, Scan, ScanKind};
use sha2::{Digest, Sha256};

/// The pack of the circular in the repository.
pub(super) fn pack() -> Pack {
    toml::from_str(include_str!("../../../templates/nantong-2019/circular.toml")).unwrap()
}

/// An ID number with its check digit, for `seq` 0…999.
pub(super) fn id(seq: u32) -> String {
    let head = format!("32060119700101{seq:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = head.chars().zip(weights).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap();
    format!("{head}{check}")
}

/// A row with name and ID number; an ID number of other length counts as unreadable.
pub(super) fn row(name: &str, id: &str) -> Row {
    let mut record = Record::new();
    let mut put = |key: &str, text: &str, readable: bool| {
        let field = Field {
            value: readable.then(|| Value::Text(text.to_owned())),
            raw: text.to_owned(),
            origin: Origin::cell("汇总表.xlsx", "Sheet1", "A1"),
            repairs: Vec::new(),
            source: Source::Read,
        };
        record.insert(key.to_owned(), field);
    };
    put("person.name", name, true);
    put("person.id_no", id, id.chars().count() == 18);
    put("apply.level", "高级技师", true);
    Row {
        record,
        origin: Origin::cell("汇总表.xlsx", "Sheet1", "A4"),
        findings: Vec::new(),
        withdrawn: false,
    }
}

/// `row` with a text field set.
pub(super) fn with(mut row: Row, key: &str, text: &str) -> Row {
    let mut field = row.record["person.name"].clone();
    field.value = Some(Value::Text(text.to_owned()));
    field.raw = text.to_owned();
    row.record.insert(key.to_owned(), field);
    row
}

/// A file as normalization hands it over; its bytes are named after the path.
pub(super) fn file(path: &str) -> FiledFile {
    file_of(path, path)
}

/// A file with given bytes.
pub(super) fn file_of(path: &str, content: &str) -> FiledFile {
    let ending = path.rsplit('.').next().unwrap().to_lowercase();
    let kind = match ending.as_str() {
        "jpg" | "jpeg" => Some(("jpeg", ScanKind::Jpeg)),
        "png" => Some(("png", ScanKind::Png)),
        "tif" | "tiff" => Some(("tiff", ScanKind::Tiff)),
        "pdf" => Some(("pdf", ScanKind::Pdf)),
        _ => None,
    };
    let page = PageInfo { width_pt: 595.0, height_pt: 842.0, rotate: 0, blank: false, dpi: None };
    let sha256: String = Sha256::digest(content).iter().map(|b| format!("{b:02x}")).collect();
    let scan = kind.map(|(_, kind)| Scan {
        kind,
        blob: sha256.clone(),
        pages: vec![page],
        thumbnail: None,
        image: None,
    });
    let (verdict, used_as) = match ending.as_str() {
        "xlsx" | "xls" | "csv" if path.contains("技师人数") => (Verdict::Used, Some("census")),
        "xlsx" | "xls" | "csv" if !path.contains("~$") => (Verdict::Used, Some("roster")),
        _ => (Verdict::Ignored, None),
    };
    FiledFile {
        path: path.to_owned(),
        sha256,
        bytes: content.len() as u64,
        kind: kind.map_or("unknown", |(word, _)| word).to_owned(),
        verdict,
        used_as: used_as.map(str::to_owned),
        pages: None,
        scan,
        original: None,
        code: None,
        findings: Vec::new(),
    }
}

/// A file the reader refused.
pub(super) fn refused(path: &str) -> FiledFile {
    let finding = crate::diag::Finding::new("MT-141", Origin::file(path)).arg("file", path).build();
    FiledFile {
        verdict: Verdict::Held,
        scan: None,
        code: Some("MT-141".to_owned()),
        findings: vec![finding],
        ..file(path)
    }
}

/// A filing that came on day `day` of June 2019; the sender is the entry without its ending.
pub(super) fn filing(entry: &str, day: u32, rows: Vec<Row>, files: Vec<FiledFile>) -> Filing {
    let at = format!("2019-06-{day:02}T10:00:00+08:00").parse().unwrap();
    Filing {
        entry: entry.to_owned(),
        sender: super::line::stem(entry).to_owned(),
        content: format!("{entry}@{day}"),
        arrival: Arrival { at, by: Witness::Run, last_look: None },
        rows,
        files,
        census: Vec::new(),
        posts: Vec::new(),
        answers: Vec::new(),
        findings: Vec::new(),
    }
}

/// An entry with one content only.
pub(super) fn chain(current: Filing) -> Chain {
    Chain { current, earlier: Vec::new() }
}

/// The one applicant of that name.
pub(super) fn find<'a>(submissions: &'a [Submission], name: &str) -> &'a Applicant {
    let mut found = submissions
        .iter()
        .flat_map(|s| &s.applicants)
        .filter(|a| a.record["person.name"].raw == name);
    let one = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} stands twice");
    one
}

/// Paths of one material of an applicant.
pub(super) fn paths<'a>(applicant: &'a Applicant, material: &str) -> Vec<&'a str> {
    let filed = applicant.materials.iter().find(|m| m.id == material);
    filed.map(|m| m.files.iter().map(|f| f.path.as_str()).collect()).unwrap_or_default()
}

/// Codes of findings.
pub(super) fn codes(findings: &[crate::diag::Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}
