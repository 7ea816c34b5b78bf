//! Whole files through [`super::parse`] and [`super::read`].

use super::*;
use crate::blobs::Blobs;
use crate::diag::Origin;
use crate::intake::{Arrival, EntryKind, FileKind, Witness};
use crate::wall::{Death, Limits};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Image, Workbook as Writer};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

fn parse_as(bytes: &[u8], path: &str, kind: FileKind, limits: &Limits) -> Parsed {
    let dir = tempfile::tempdir().unwrap();
    let blob = dir.path().join("blob");
    std::fs::write(&blob, bytes).unwrap();
    let task = ReadTask {
        blob,
        blobs: dir.path().to_owned(),
        path: path.to_owned(),
        kind,
        sha256: String::new(),
    };
    parse(&task, limits)
}

fn parse_zip(bytes: &[u8], path: &str) -> Parsed {
    parse_as(bytes, path, FileKind::Zip, &Limits::default())
}

fn book(parsed: &Parsed) -> &Workbook {
    match &parsed.content {
        Content::Workbook(book) => book,
        other => panic!("{other:?} {:?}", parsed.findings),
    }
}

fn codes(parsed: &Parsed) -> Vec<&str> {
    parsed.findings.iter().map(|f| f.code.as_str()).collect()
}

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

fn roster() -> Vec<u8> {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet().set_name("汇总 & 表").unwrap();
    sheet.merge_range(1, 1, 1, 4, "标题", &Format::new()).unwrap();
    sheet.write(2, 1, " 张　三\n").unwrap();
    sheet.write(2, 2, 320_621_197_003_151_234.0).unwrap();
    let date = ExcelDateTime::from_ymd(1970, 1, 15).unwrap();
    let format = Format::new().set_num_format("yyyy\"年\"m\"月\"");
    sheet.write_with_format(2, 3, &date, &format).unwrap();
    sheet.write(2, 4, true).unwrap();
    sheet.write(3, 1, Formula::new("=1+1").set_result("2")).unwrap();
    sheet.write(3, 2, Formula::new("=NA()").set_result("#N/A")).unwrap();
    sheet.write(1_048_575, 0, "远").unwrap();
    sheet.set_row_hidden(3).unwrap();
    sheet.set_row_hidden(9).unwrap();
    sheet.set_column_hidden(2).unwrap();
    sheet.insert_image(5, 5, &Image::new_from_buffer(PNG).unwrap()).unwrap();
    let hidden = writer.add_worksheet().set_name("旧").unwrap();
    hidden.write(0, 0, "秘密").unwrap();
    hidden.set_hidden(true);
    writer.add_worksheet().set_name("空").unwrap();
    writer.save_to_buffer().unwrap()
}

#[test]
fn xlsx_is_read_with_its_layout() {
    let parsed = parse_zip(&roster(), "甲/表.xls");
    assert_eq!(parsed.kind, "xlsx");
    assert_eq!(codes(&parsed), ["SS-124", "IN-142"]);
    assert_eq!(parsed.findings[0].origin.sheet.as_deref(), Some("旧"));
    let book = book(&parsed);
    let sheet = &book.sheets[0];
    assert_eq!(sheet.name, "汇总 & 表");
    let got: Vec<_> = sheet.cells.iter().map(|c| (c.row, c.column, c.value.clone())).collect();
    let text = |t: &str| CellValue::Text(t.to_owned());
    assert_eq!(
        got,
        [
            (1, 1, text("标题")),
            (2, 1, text(" 张　三\n")),
            (2, 2, CellValue::Number(320_621_197_003_151_234.0)),
            (2, 3, CellValue::Date("1970-01-15".to_owned())),
            (2, 4, CellValue::Bool(true)),
            (3, 1, CellValue::Number(2.0)),
            (3, 2, CellValue::Error("#N/A".to_owned())),
            (1_048_575, 0, text("远")),
        ]
    );
    assert_eq!(sheet.merges, [Area { top: 1, left: 1, bottom: 1, right: 4 }]);
    assert_eq!(sheet.hidden_rows, [3]);
    assert_eq!(sheet.hidden_columns, [2]);
    assert!(sheet.pictures);
    assert!(book.sheets[1].hidden && book.sheets[1].cells.is_empty());
    assert!(!book.sheets[2].hidden && !book.sheets[2].pictures);
}

#[test]
fn layout_is_read_around_the_cells() {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet();
    sheet.merge_range(0, 0, 1, 0, "a", &Format::new()).unwrap();
    sheet.insert_image(5, 5, &Image::new_from_buffer(PNG).unwrap()).unwrap();
    let parsed = parse_zip(&writer.save_to_buffer().unwrap(), "表.xlsx");
    let sheet = &book(&parsed).sheets[0];
    assert_eq!(sheet.merges, [Area { top: 0, left: 0, bottom: 1, right: 0 }]);
    assert!(sheet.pictures && sheet.hidden_rows.is_empty());
    let mut writer = Writer::new();
    let image = Image::new_from_buffer(PNG).unwrap();
    writer.add_worksheet().insert_image(5, 5, &image).unwrap();
    let parsed = parse_zip(&writer.save_to_buffer().unwrap(), "表.xlsx");
    let sheet = &book(&parsed).sheets[0];
    assert!(sheet.pictures && sheet.cells.is_empty());
}

const CONTENT_TYPES: (&str, &str) = (
    "[Content_Types].xml",
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
);

const MAIN: &str = "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"/xl/workbook.xml\"/></Relationships>";

/// A workbook by hand: the properties of the book and the data of its only sheet.
fn bare(properties: &str, data: &str) -> Vec<u8> {
    let book = format!(
        "<workbook xmlns:r=\"r\">{properties}<sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let rels = "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    let styles = "<styleSheet><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    let sheet = format!("<worksheet><sheetData>{data}</sheetData></worksheet>");
    package(&[
        CONTENT_TYPES,
        ("_rels/.rels", MAIN),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", rels),
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

#[test]
fn formulas_without_result_and_the_1904_calendar() {
    let data = "<row r=\"3\"><c r=\"B3\"><f>A1+1</f></c><c r=\"C3\" s=\"1\"><v>24121</v></c><c r=\"D3\" t=\"str\"><f>\"\"</f><v></v></c></row>";
    let parsed = parse_zip(&bare("<workbookPr date1904=\"1\"/>", data), "表.xlsx");
    let got: Vec<_> =
        book(&parsed).sheets[0].cells.iter().map(|c| (c.row, c.column, c.value.clone())).collect();
    assert_eq!(
        got,
        [(2, 1, CellValue::Uncalculated), (2, 2, CellValue::Date("1970-01-15".to_owned())),]
    );
}

#[test]
fn sheets_say_which_calendar_their_numbers_count_by() {
    let data = "<row r=\"1\"><c r=\"A1\"><v>24121</v></c></row>";
    for (setting, since_1904) in [
        ("<workbookPr date1904=\"1\"/>", true),
        ("<workbookPr date1904=\"true\"/>", true),
        ("<workbookPr date1904=\"0\"/>", false),
        ("<workbookPr/>", false),
        ("", false),
    ] {
        let parsed = parse_zip(&bare(setting, data), "表.xlsx");
        let sheet = &book(&parsed).sheets[0];
        assert_eq!(sheet.date1904, since_1904, "{setting}");
        assert_eq!(sheet.cells[0].value, CellValue::Number(24_121.0));
    }
}

#[test]
fn traps_in_packages_are_refused_before_parsing() {
    let doctype =
        package(&[CONTENT_TYPES, ("xl/workbook.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")]);
    assert_eq!(codes(&parse_zip(&doctype, "表.xlsx")), ["IN-106"]);
    let deep = "<a>".repeat(300);
    let deep = package(&[CONTENT_TYPES, ("word/document.xml", &deep)]);
    assert_eq!(codes(&parse_zip(&deep, "表.docx")), ["IN-105"]);
    let flat = " ".repeat(11 << 20);
    let flat = package(&[CONTENT_TYPES, ("xl/workbook.xml", "<a/>"), ("xl/x.xml", &flat)]);
    let parsed = parse_zip(&flat, "表.xlsx");
    assert_eq!(codes(&parsed), ["IN-105"]);
    assert_eq!(parsed.content, Content::Refused);
    let roster = roster();
    assert_eq!(codes(&parse_zip(&roster[..roster.len() / 2], "表.xlsx")), ["IN-103"]);
    let limits = Limits { workbook_cells: 3, ..Limits::default() };
    assert_eq!(codes(&parse_as(&roster, "表.xlsx", FileKind::Zip, &limits)), ["IN-105"]);
    let limits = Limits { sheet_rows: 2, ..Limits::default() };
    assert_eq!(codes(&parse_as(&roster, "表.xlsx", FileKind::Zip, &limits)), ["SS-132"]);
}

#[test]
fn a_package_with_a_lying_directory_is_refused() {
    let mut bytes = roster();
    let at = bytes.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    bytes[at + 8] -= 1;
    bytes[at + 10] -= 1;
    let parsed = parse_zip(&bytes, "表.xlsx");
    assert_eq!(parsed.content, Content::Refused, "{parsed:?}");
}

#[test]
fn macros_are_named_and_only_data_is_read() {
    let mut parts = bare("", "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>");
    let mut zip = zip::ZipWriter::new_append(Cursor::new(&mut parts)).unwrap();
    zip.start_file("xl/vbaProject.bin", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    let parsed = parse_zip(&parts, "表.xlsm");
    assert_eq!((parsed.kind.as_str(), codes(&parsed)), ("xlsm", vec!["IN-141"]));
    assert_eq!(book(&parsed).sheets[0].cells.len(), 1);
}

#[test]
fn ods_is_read_without_expanding_empty_repeats() {
    let content = r#"<office:document-content><office:automatic-styles>
<style:style style:name="h"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="表">
<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>
<table:table-row><table:table-cell table:number-columns-spanned="3" table:number-rows-spanned="1" office:value-type="string"><text:p>标<text:s text:c="2"/>题</text:p><text:p>二</text:p></table:table-cell><table:covered-table-cell table:number-columns-repeated="2"/></table:table-row>
<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
<table:table-row table:visibility="filter"><table:table-cell office:value-type="date" office:date-value="1970-01-15T08:00:00"><text:p>70.1</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="18"><office:annotation><text:p>注</text:p></office:annotation><text:p>18</text:p></table:table-cell>
<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""><text:p>#N/A</text:p></table:table-cell><table:table-cell table:formula="of:=A1"/></table:table-row>
</table:table><table:table table:name="隐" table:style-name="h"><table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>"#;
    let mime = ("mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    let parsed = parse_zip(&package(&[mime, ("content.xml", content)]), "表.ods");
    assert_eq!((parsed.kind.as_str(), codes(&parsed)), ("ods", vec!["SS-124"]));
    let sheet = &book(&parsed).sheets[0];
    let got: Vec<_> = sheet.cells.iter().map(|c| (c.row, c.column, c.value.clone())).collect();
    assert_eq!(
        got,
        [
            (0, 0, CellValue::Text("标  题\n二".to_owned())),
            (1_000_001, 0, CellValue::Date("1970-01-15".to_owned())),
            (1_000_001, 1, CellValue::Number(18.0)),
            (1_000_001, 2, CellValue::Number(18.0)),
            (1_000_001, 3, CellValue::Error("#N/A".to_owned())),
            (1_000_001, 4, CellValue::Uncalculated),
        ]
    );
    assert_eq!(sheet.merges, [Area { top: 0, left: 0, bottom: 0, right: 2 }]);
    assert_eq!(
        (sheet.hidden_rows.as_slice(), sheet.hidden_columns.as_slice()),
        (&[1_000_001][..], &[2][..])
    );
    let bomb = content.replace(
        "<table:table-cell table:number-columns-repeated=\"16384\"/>",
        "<table:table-cell office:value-type=\"float\" office:value=\"1\"/>",
    );
    let parsed = parse_zip(&package(&[mime, ("content.xml", &bomb)]), "表.ods");
    assert_eq!(codes(&parsed), ["SS-132"]);
}

#[test]
fn docx_is_a_form() {
    let document = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>登记表</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>姓名</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>";
    let parsed = parse_zip(&package(&[CONTENT_TYPES, ("word/document.xml", document)]), "表.docx");
    assert_eq!(parsed.kind, "docx");
    let Content::Form(form) = &parsed.content else { panic!("{parsed:?}") };
    assert_eq!(
        (form.titles[0].as_str(), form.tables[0].cells[0].text.as_str()),
        ("登记表", "姓名")
    );
}

/// Bytes, name, sniffed kind; then the word and the codes they give.
type Case<'a> = (&'a [u8], &'a str, FileKind, &'a str, &'a [&'a str]);

#[test]
fn content_decides_not_the_name() {
    let limits = Limits::default();
    let compound = |names: &[&str]| ole::tests::compound(names);
    let locked = compound(&["EncryptionInfo", "EncryptedPackage"]);
    let cases: [Case; 14] = [
        (b"a,b\n1,2\n", "表.xls", FileKind::Text, "csv", &["IN-142"]),
        (b"hello\n", "readme.txt", FileKind::Text, "text", &["IN-111"]),
        (b"MIME-Version: 1.0\na,b\nc,d\n", "表.xls", FileKind::Text, "text", &["IN-112"]),
        (b"{\\rtf1 a}", "表.doc", FileKind::Text, "text", &["IN-112"]),
        (b"<table><tr><td>a</td></tr></table>", "表.xls", FileKind::Markup, "html", &["IN-142"]),
        (b"<?xml version='1.0'?><a/>", "表.xls", FileKind::Markup, "xml", &["IN-112"]),
        (&locked, "表.xlsx", FileKind::Ole, "ole", &["IN-113"]),
        (&compound(&["WordDocument"]), "表.doc", FileKind::Ole, "doc", &["IN-112"]),
        (&compound(&["Workbook"]), "表.xls", FileKind::Ole, "xls", &["IN-103"]),
        (b"\xD0\xCF\x11\xE0", "表.xls", FileKind::Ole, "ole", &["IN-103"]),
        (b"\0\x01", "表.xlsx", FileKind::Unknown, "unknown", &["IN-112"]),
        (b"\0\x01", "说明.exe", FileKind::Unknown, "unknown", &["IN-111"]),
        (b"Rar!", "材料.rar", FileKind::Rar, "rar", &["IN-114"]),
        (b"heic", "照.heic", FileKind::Heic, "heic", &["IN-131"]),
    ];
    for (bytes, path, kind, word, expect) in cases {
        let parsed = parse_as(bytes, path, kind, &limits);
        assert_eq!((parsed.kind.as_str(), codes(&parsed)), (word, expect.to_vec()), "{path}");
        let refuses = parsed.findings.iter().any(Finding::blocks);
        assert_eq!(parsed.content == Content::Refused, refuses, "{path}");
    }
    let ofd = package(&[("OFD.xml", "<a/>")]);
    assert_eq!(codes(&parse_zip(&ofd, "证明.ofd")), ["IN-131"]);
    assert_eq!(codes(&parse_zip(&package(&[("a.txt", "")]), "a.zip")), ["IN-111"]);
}

#[test]
fn gbk_html_is_decoded() {
    let (bytes, ..) = encoding_rs::GBK
        .encode("<html><meta charset=gb2312><table><tr><td>姓名</td></tr></table></html>");
    let parsed = parse_as(&bytes, "表.xls", FileKind::Markup, &Limits::default());
    assert_eq!(book(&parsed).sheets[0].cells[0].value.text(), "姓名");
}

fn source(path: &str, sha256: &str) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        sha256: sha256.to_owned(),
        bytes: 1,
        kind: FileKind::Text,
        litter: false,
        refused: None,
    }
}

#[test]
fn every_file_is_answered_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).unwrap();
    let mut files: Vec<_> = ["crash", "slow", "system", "fine"]
        .iter()
        .map(|n| source(&format!("{n}.csv"), n))
        .collect();
    files.push(SourceFile { litter: true, ..source("Thumbs.db", "") });
    let refused = Finding::new("IN-102", Origin::file("空.csv")).arg("file", "空.csv").build();
    files.push(SourceFile { refused: Some(refused), ..source("空.csv", "") });
    let at = chrono::DateTime::parse_from_rfc3339("2019-05-01T00:00:00+08:00").unwrap();
    let delivery = Delivery {
        entry: "甲".to_owned(),
        sender: "甲".to_owned(),
        kind: EntryKind::Folder,
        content: String::new(),
        files,
        arrival: Arrival { at, by: Witness::Run, last_look: None },
        settled: true,
        findings: Vec::new(),
    };
    let kept: Mutex<Vec<(String, Parsed)>> = Mutex::new(Vec::new());
    let call = |task: &ReadTask| match task.sha256.as_str() {
        "crash" => Err(Death::Crashed(String::new())),
        "slow" => Err(Death::TimedOut(30)),
        "system" => Err(Death::System(String::new())),
        _ => Ok(Parsed { kind: "csv".to_owned(), content: Content::Unknown, findings: Vec::new() }),
    };
    let store = |key: &str, parsed: &Parsed| {
        kept.lock().unwrap().push((key.to_owned(), parsed.clone()));
    };
    let reading = read(delivery.clone(), &call, &blobs, &|_| None, &store);
    let got: Vec<_> = reading
        .files
        .iter()
        .map(|f| (f.file.path.as_str(), f.findings.first().map_or("", |f| f.code.as_str())))
        .collect();
    assert_eq!(
        got,
        [
            ("crash.csv", "IN-107"),
            ("slow.csv", "IN-108"),
            ("system.csv", "SY-101"),
            ("fine.csv", ""),
            ("Thumbs.db", ""),
            ("空.csv", "IN-102"),
        ]
    );
    assert_eq!(reading.files[4].content, Content::Litter);
    assert_eq!(reading.files[5].content, Content::Refused);
    let kept = kept.into_inner().unwrap();
    assert_eq!(kept.len(), 1);
    let cached = |key: &str| kept.iter().find(|(k, _)| k == key).map(|(_, p)| p.clone());
    let never = |task: &ReadTask| {
        assert_ne!(task.sha256, "fine");
        call(task)
    };
    let again = read(delivery, &never, &blobs, &cached, &store_nothing);
    assert_eq!(again, reading);
}

fn store_nothing(key: &str, _: &Parsed) {
    assert_eq!(key.len(), 64);
}

/// Prints what a folder reads as, for trying by hand: `DOSSIER_TRY=<folder>`.
#[test]
fn try_a_folder() {
    let Ok(root) = std::env::var("DOSSIER_TRY") else { return };
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry.unwrap();
        let Some(kind) = entry.file_type().is_file().then(|| kind_of(entry.path())).flatten()
        else {
            continue;
        };
        let task = ReadTask {
            blob: entry.path().to_owned(),
            blobs: PathBuf::new(),
            path: entry.file_name().to_string_lossy().into_owned(),
            kind,
            sha256: String::new(),
        };
        let started = std::time::Instant::now();
        let parsed = parse(&task, &Limits::default());
        println!("{} {} {:?}", task.path, summary(&parsed), started.elapsed());
        if entry.metadata().unwrap().len() < 100_000 {
            println!("{parsed:#?}");
        }
    }
}

/// Every file of the public collections, when they lie beside the project: none may panic.
#[test]
fn collections_are_read_or_refused() {
    let Some(root) =
        ["../shared/corpus", "../../shared/corpus"].into_iter().map(Path::new).find(|p| p.is_dir())
    else {
        return;
    };
    let mut lines = Vec::new();
    for folder in ["hostile", "calamine-tests", "sheetjs"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name() {
            let entry = entry.unwrap();
            let Some(kind) = entry.file_type().is_file().then(|| kind_of(entry.path())).flatten()
            else {
                continue;
            };
            let task = ReadTask {
                blob: entry.path().to_owned(),
                blobs: PathBuf::new(),
                path: entry.file_name().to_string_lossy().into_owned(),
                kind,
                sha256: String::new(),
            };
            let outcome = std::panic::catch_unwind(|| parse(&task, &Limits::default()));
            lines.push(match outcome {
                Ok(parsed) => format!("{} {} {}", task.path, parsed.kind, summary(&parsed)),
                Err(_) => format!("{} PANIC", task.path),
            });
        }
    }
    if let Ok(path) = std::env::var("DOSSIER_COLLECTIONS") {
        std::fs::write(path, lines.join("\n")).unwrap();
    }
    assert!(lines.iter().any(|l| l.ends_with("SS-124")));
}

fn summary(parsed: &Parsed) -> String {
    let cells = match &parsed.content {
        Content::Workbook(book) => book.sheets.iter().map(|s| s.cells.len()).sum(),
        _ => 0,
    };
    let word = match &parsed.content {
        Content::Workbook(_) => "book",
        Content::Form(_) => "form",
        Content::Refused => "refused",
        _ => "other",
    };
    let layout = match &parsed.content {
        Content::Workbook(book) => book.sheets.iter().fold([0; 4], |[r, c, m, p], s| {
            let (rows, columns) = (s.hidden_rows.len(), s.hidden_columns.len());
            [r + rows, c + columns, m + s.merges.len(), p + usize::from(s.pictures)]
        }),
        _ => [0; 4],
    };
    format!("{word} {cells} {layout:?} {}", codes(parsed).join(","))
}

/// A rough sniff; files that only a separate process survives are left to the tests of the worker.
fn kind_of(path: &Path) -> Option<FileKind> {
    let name = path.file_name()?.to_string_lossy();
    if name.contains("OOM") || name.contains("dos") || std::fs::metadata(path).ok()?.len() > 6 << 20
    {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    match bytes.get(..4)? {
        b"PK\x03\x04" => Some(FileKind::Zip),
        b"\xD0\xCF\x11\xE0" => Some(FileKind::Ole),
        [b'<', ..] => Some(FileKind::Markup),
        _ if name.ends_with(".csv") => Some(FileKind::Text),
        _ => None,
    }
}
