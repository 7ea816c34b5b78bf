//! Whole workbooks through [`super::mark`].

use super::*;
use crate::intake::FileKind;
use crate::read::{CellValue, Workbook};
use std::io::{Cursor, Read, Write};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const TYPES: &str = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";

struct Parts(Vec<(String, String)>);

impl Parts {
    /// A workbook of one sheet `表`, in the usual or the strict dialect, without styles.
    fn new(sheet: &str, strict: bool) -> Self {
        let (main, rel) = if strict {
            ("http://purl.oclc.org/ooxml/spreadsheetml/main", STRICT)
        } else {
            (MAIN, TRANSITIONAL)
        };
        let relations = |kind: &str, target: &str| {
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{rel}/{kind}\" Target=\"{target}\"/></Relationships>"
            )
        };
        let sheet = sheet.replace("MAIN", main).replace("REL", rel);
        let book = format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{rel}\"><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
        );
        let parts = [
            ("[Content_Types].xml", TYPES.to_owned()),
            ("_rels/.rels", relations("officeDocument", "xl/workbook.xml")),
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", relations("worksheet", "worksheets/sheet1.xml")),
            ("xl/worksheets/sheet1.xml", sheet),
            ("docProps/custom.xml", "<a/>".to_owned()),
        ];
        Self(parts.map(|(name, text)| (name.to_owned(), text)).to_vec())
    }

    fn zip(&self) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in &self.0 {
            zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

fn at(cell: &str, text: &str) -> Mark {
    Mark { sheet: "表".into(), cell: cell.into(), tone: Tone::Error, text: text.into() }
}

struct Shop(tempfile::TempDir);

impl Shop {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn task(
        &self,
        bytes: &[u8],
        name: &str,
        file: FileKind,
        kind: &str,
        marks: &[Mark],
    ) -> MarkTask {
        let blobs = Blobs::open(self.0.path()).unwrap();
        let stored = blobs.put(bytes).unwrap();
        let file = ReadTask {
            blob: blobs.path(&stored.sha256),
            blobs: self.0.path().to_owned(),
            path: name.to_owned(),
            kind: file,
            sha256: stored.sha256,
        };
        MarkTask { file, kind: kind.to_owned(), marks: marks.to_vec() }
    }

    fn mark(&self, task: &MarkTask) -> Vec<u8> {
        let marked = mark(task, &Limits::default()).unwrap().unwrap();
        Blobs::open(self.0.path()).unwrap().get(&marked.sha256).unwrap()
    }

    fn xlsx(&self, bytes: &[u8], marks: &[Mark]) -> Vec<u8> {
        self.mark(&self.task(bytes, "a.xlsx", FileKind::Zip, "xlsx", marks))
    }

    fn read(&self, bytes: &[u8]) -> Workbook {
        let task = self.task(bytes, "a.xlsx", FileKind::Zip, "xlsx", &[]);
        match parse(&task.file, &Limits::default()).content {
            Content::Workbook(book) => book,
            other => panic!("{other:?}"),
        }
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn names(bytes: &[u8]) -> Vec<String> {
    let zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

const PLAIN: &str = "<worksheet xmlns=\"MAIN\" xmlns:r=\"REL\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c></row><row r=\"3\"><c r=\"B3\" t=\"inlineStr\"><is><t>张三</t></is></c></row></sheetData></worksheet>";

#[test]
fn a_bare_workbook_gets_styles_comments_and_a_drawing() {
    for strict in [false, true] {
        let shop = Shop::new();
        let bytes = Parts::new(PLAIN, strict).zip();
        let out = shop.xlsx(&bytes, &[at("B3", "姓名有误"), at("D3", "缺少"), at("A2", "空行")]);
        let said = part(&out, "xl/markComments1.xml");
        assert!(said.contains("【审核】姓名有误"), "{said}");
        assert_eq!(part(&out, "docProps/custom.xml"), "<a/>");
        assert!(part(&out, "xl/styles.xml").contains("FFFFC7CE"));
        assert!(part(&out, "[Content_Types].xml").contains("/xl/styles.xml"));
        assert!(names(&out).contains(&"xl/drawings/markDrawing1.vml".to_owned()));
        // what a reader sees is the same as before
        assert_eq!(shop.read(&out).sheets, shop.read(&bytes).sheets, "strict: {strict}");
        let original = Some(crate::blobs::sha256_hex(&bytes));
        assert_eq!(shop.read(&out).original, original, "strict: {strict}");
        assert_eq!(shop.read(&bytes).original, None);
    }
}

#[test]
fn prefixes_are_kept() {
    let sheet = "<x:worksheet xmlns:x=\"MAIN\"><x:sheetData><x:row r=\"1\"><x:c r=\"A1\" t=\"inlineStr\"><x:is><x:t>张三</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>";
    let shop = Shop::new();
    let bytes = Parts::new(sheet, false).zip();
    let out = shop.xlsx(&bytes, &[at("A1", "甲"), at("B7", "乙")]);
    let text = part(&out, "xl/worksheets/sheet1.xml");
    assert!(text.contains("<x:row r=\"7\"><x:c r=\"B7\""), "{text}");
    assert!(text.contains("<x:legacyDrawing "), "{text}");
    assert_eq!(shop.read(&out).sheets, shop.read(&bytes).sheets);
}

#[test]
fn marking_again_leaves_only_what_is_still_wrong() {
    let shop = Shop::new();
    let first = shop.xlsx(&Parts::new(PLAIN, false).zip(), &[at("B3", "甲"), at("D3", "乙")]);
    let again = shop.xlsx(&first, &[at("D3", "丙")]);
    let said = part(&again, "xl/markComments1.xml");
    assert!(said.contains('丙') && !said.contains('甲') && !said.contains('乙'), "{said}");
    let boxes = part(&again, "xl/drawings/markDrawing1.vml");
    assert_eq!(boxes.matches("<v:shape ").count(), 1, "{boxes}");
    let sheet = part(&again, "xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("legacyDrawing").count(), 1, "{sheet}");
    assert_eq!(names(&again).len(), names(&first).len());
}

#[test]
fn same_marks_same_bytes() {
    let shop = Shop::new();
    let bytes = Parts::new(PLAIN, false).zip();
    let marks = [at("B3", "甲"), at("D3", "乙")];
    assert_eq!(shop.xlsx(&bytes, &marks), shop.xlsx(&bytes, &marks));
}

#[test]
fn macros_stay_as_they_are() {
    let shop = Shop::new();
    let mut parts = Parts::new(PLAIN, false);
    parts.0.push(("xl/vbaProject.bin".to_owned(), "not to be run".to_owned()));
    let task = shop.task(&parts.zip(), "a.xlsm", FileKind::Zip, "xlsm", &[at("B3", "甲")]);
    let marked = mark(&task, &Limits::default()).unwrap().unwrap();
    assert_eq!(marked.ending, "xlsm");
    assert_eq!(part(&shop.mark(&task), "xl/vbaProject.bin"), "not to be run");
}

#[test]
fn a_table_of_another_format_is_written_anew() {
    let shop = Shop::new();
    let csv = "姓名,身份证号码\n张三,320621197003151234\n".as_bytes();
    let marks = [
        Mark { sheet: "名单".into(), ..at("B2", "校验码不对") },
        Mark { sheet: "名单".into(), ..at("C2", "缺少") },
    ];
    let out = shop.mark(&shop.task(csv, "名单.csv", FileKind::Text, "csv", &marks));
    let book = shop.read(&out);
    let texts: Vec<String> = book.sheets[0].cells.iter().map(|c| c.value.text()).collect();
    assert_eq!(texts, ["姓名", "身份证号码", "张三", "320621197003151234"]);
    assert!(matches!(book.sheets[0].cells[3].value, CellValue::Text(_)));
    assert!(part(&out, "xl/comments1.xml").contains("校验码不对"));
    // its own marks are known as such when it comes back
    let again = shop.xlsx(&out, &[Mark { sheet: "名单".into(), ..at("A1", "丙") }]);
    assert!(!part(&again, "xl/comments1.xml").contains("校验码不对"));
}

#[test]
fn a_place_that_is_not_there_marks_nothing() {
    let shop = Shop::new();
    let bytes = Parts::new(PLAIN, false).zip();
    for mark_at in [Mark { sheet: "别的表".into(), ..at("A1", "甲") }, at("第一格", "甲")] {
        let task = shop.task(&bytes, "a.xlsx", FileKind::Zip, "xlsx", &[mark_at]);
        assert!(mark(&task, &Limits::default()).unwrap().is_none());
    }
}

#[test]
fn marks_of_one_cell_stand_together_and_are_bounded() {
    let long = "长".repeat(4_000);
    let said =
        by_sheet(&[at("A1", "甲"), Mark { tone: Tone::Ask, ..at("A1", "乙") }, at("B1", &long)]);
    let (tone, text) = &said["表"][&(0, 0)];
    assert_eq!((*tone, text.as_str()), (Tone::Error, "【审核】甲\n乙"));
    assert!(said["表"][&(0, 1)].1.chars().count() <= MOST_CHARS);
    let many: Vec<Mark> = (1..=3_000).map(|row| at(&format!("A{row}"), "甲")).collect();
    assert_eq!(by_sheet(&many)["表"].len(), MOST_MARKS);
}
