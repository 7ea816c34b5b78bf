//! The file is valid, says what the model says, and is the same every time.

use super::super::paper::{place, text_of};
use super::super::{docx, xlsx};
use crate::compose::{
    Align, Block, Document, Page, Paragraph, Run, Table, TableCell, TableRow, Templates,
};
use crate::export::ExportError;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

pub(in crate::export) fn text(text: &str) -> Paragraph {
    let run = Run::Text { text: text.to_owned(), face: None, bold: false };
    Paragraph { runs: vec![run], ..Paragraph::default() }
}

pub(in crate::export) fn cell(words: &str) -> TableCell {
    TableCell { content: vec![text(words)], ..TableCell::default() }
}

pub(in crate::export) fn table(columns: usize, rows: Vec<Vec<TableCell>>) -> Table {
    Table {
        columns: vec![1.0; columns],
        header_rows: 1,
        rows: rows
            .into_iter()
            .map(|cells| TableRow { height: None, exact: false, cells })
            .collect(),
        plain: false,
        keep: false,
    }
}

fn picture(jpeg: bool) -> Vec<u8> {
    let format = if jpeg { image::ImageFormat::Jpeg } else { image::ImageFormat::Png };
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(50, 70, |x, y| image::Rgb([(y * 3) as u8, 170, (x * 5) as u8]))
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

/// Everything there is in the model, and text that looks like markup.
fn rich() -> Document {
    let image = |name: &str| Paragraph {
        runs: vec![Run::Image { name: name.to_owned(), width: 25.0, height: 35.0 }],
        align: Align::Center,
        ..Paragraph::default()
    };
    let tall = |rowspan, words: &str| TableCell { rowspan, ..cell(words) };
    let first = vec![
        TableCell { vertical: true, label: true, rowspan: 3, ..cell("工作简历") },
        TableCell { colspan: 2, label: true, ..cell("</w:t>&<b>\"'") },
        TableCell { rowspan: 2, content: vec![image("a"), image("b")], ..TableCell::default() },
    ];
    let mut form = table(
        4,
        vec![
            first,
            vec![cell("=cmd()|' /C calc'!A0"), cell("{{x}} {% if %}")],
            vec![
                tall(1, "32068419751012001X"),
                TableCell { seal: true, colspan: 2, ..cell("（盖章）\n年　月　日") },
            ],
        ],
    );
    for row in &mut form.rows {
        (row.height, row.exact) = (Some(30.0), true);
    }
    let boxes = Paragraph {
        runs: vec![Run::Box { ticked: true }, Run::Box { ticked: false }],
        indent: 2.0,
        size: Some(14.0),
        align: Align::Justify,
    };
    Document {
        title: "表 <一> & 二".to_owned(),
        page: Page {
            duplex: true,
            footer: "第 {page} 页　共 {pages} 页".to_owned(),
            ..Page::default()
        },
        blocks: vec![
            Block::Heading { level: 1, runs: text("标题\u{1}\u{b}\u{ffff}").runs },
            Block::Heading { level: 2, runs: text("一、小标题").runs },
            Block::Paragraph(boxes),
            Block::Table(form.clone()),
            Block::Table(Table { plain: true, ..form }),
            Block::Space(10.0),
            Block::PageBreak,
            Block::PageBreak,
            Block::Table(table(
                2,
                vec![vec![cell("头"), cell("头")], vec![cell("甲"), cell("\u{0}乙\t丙")]],
            )),
        ],
        images: BTreeMap::from([("a".to_owned(), picture(true)), ("b".to_owned(), picture(false))]),
    }
}

/// The office's summary table with rows.
pub(in crate::export) fn summary() -> Document {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let templates = Templates::open(&[root.join("templates/common")]).unwrap();
    let rows: Vec<_> = (0..30)
        .map(|i| {
            json!({"name": format!("买买提·阿不都{i}"), "sex": "男", "birth": "1975-10",
            "work_start": "1994-08", "education": "大学专科", "trade": "汽车修理工", "level": "技师",
            "cert_date": "2012-12-28", "apply_level": "高级技师", "public_result": "无异议",
            "note": if i == 3 { "=cmd() </w:t> {{x}}" } else { "" }})
        })
        .collect();
    let data = json!({"title": "申报汇总表", "trade": "汽车修理工", "rows": rows,
        "unit": {"name": "甲站", "supervisor": ""}, "contact": {"person": "周文", "phone": "0513"},
        "notes": ["备注：本表按工种填报。"]});
    templates.compose("summary.html", &data, BTreeMap::new()).unwrap()
}

/// Texts of all cells of all tables, row by row.
pub(in crate::export) fn cells(document: &Document) -> Vec<String> {
    let mut out = Vec::new();
    for block in &document.blocks {
        if let Block::Table(table) = block {
            let placed = place(table).unwrap();
            let slots = placed.iter().flatten().filter(|slot| slot.first);
            out.extend(slots.map(|slot| text_of(&slot.cell.content)));
        }
    }
    out
}

/// A file for other programs to read.
pub(in crate::export) fn lay(name: &str, bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(name).tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

/// What a Python program prints as JSON; `None` when a module it wants is not here.
pub(in crate::export) fn python(modules: &str, program: &str, path: &Path) -> Option<Vec<String>> {
    let there = Command::new("python3").args(["-c", &format!("import {modules}")]).output();
    if !there.is_ok_and(|out| out.status.success()) {
        println!("skipped: no python3 with {modules}");
        return None;
    }
    let out = Command::new("python3").args(["-c", program]).arg(path).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(serde_json::from_slice(&out.stdout).unwrap())
}

const READ: &str = r#"
import sys, json, docx
out, seen = [], []
for t in docx.Document(sys.argv[1]).tables:
    for r in t.rows:
        for c in r.cells:
            if not any(c._tc is tc for tc in seen):
                seen.append(c._tc); out.append(c.text)
print(json.dumps(out))
"#;

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = String::new();
    std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut out).unwrap();
    out
}

#[test]
fn valid_by_the_schema() {
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/ooxml/check.py");
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/ooxml/check.py");
    let Some(check) = [check, other].into_iter().find(|p| p.is_file()) else {
        println!("skipped: no schema check here");
        return;
    };
    for (name, document) in [("rich.docx", rich()), ("summary.docx", summary())] {
        let path = lay(name, &docx(&document).unwrap().bytes);
        let out = Command::new("python3").arg(&check).arg(path.path()).output().unwrap();
        let words = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
        if words.contains("No module named") {
            println!("skipped: no lxml here");
            return;
        }
        assert!(out.status.success(), "{words}");
    }
}

#[test]
fn says_what_the_model_says() {
    for (name, document) in [("rich2.docx", rich()), ("summary2.docx", summary())] {
        let path = lay(name, &docx(&document).unwrap().bytes);
        let Some(read) = python("docx", READ, path.path()) else { return };
        assert_eq!(read, cells(&document), "{name}");
    }
}

#[test]
fn same_bytes_every_time() {
    assert_eq!(docx(&rich()).unwrap(), docx(&rich()).unwrap());
    assert_eq!(xlsx(&rich()).unwrap(), xlsx(&rich()).unwrap());
}

#[test]
fn markup_is_text_and_what_docx_rs_lacks_is_there() {
    let bytes = docx(&rich()).unwrap().bytes;
    let body = part(&bytes, "word/document.xml");
    assert!(body.contains("&lt;/w:t&gt;&amp;&lt;b&gt;"), "{body}");
    assert!(body.contains("{{x}} {% if %}"));
    assert_eq!(body.matches("<w:tblHeader/>").count(), 3);
    assert!(body.contains("标题<"), "control characters are dropped");
    assert!(part(&bytes, "word/settings.xml").contains("<w:mirrorMargins/>"));
    let footer = part(&bytes, "word/footer1.xml");
    assert!(footer.contains("NUMPAGES") && footer.contains("PAGE"), "{footer}");
    let relations = part(&bytes, "word/_rels/document.xml.rels");
    assert!(relations.contains("media/image1.jpeg") && relations.contains("media/image2.png"));
    assert!(!part(&docx(&summary()).unwrap().bytes, "word/settings.xml").contains("mirror"));
}

#[test]
fn exact_rows_do_not_hide_text() {
    let mut document = rich();
    let long = "主持完成养护机械改造，效果良好。".repeat(80);
    document.blocks = vec![Block::Table(table(2, vec![vec![cell(&long), cell("短")]]))];
    let Some(Block::Table(table)) = document.blocks.first_mut() else { unreachable!() };
    (table.rows[0].height, table.rows[0].exact) = (Some(20.0), true);
    let body = part(&docx(&document).unwrap().bytes, "word/document.xml");
    assert!(body.contains("atLeast") && !body.contains("hRule=\"exact\""), "{body}");
}

#[test]
fn inconsistent_documents_are_refused() {
    let mut document = rich();
    document.images.remove("a");
    assert!(matches!(docx(&document), Err(ExportError::MissingImage(_))));
    document.images.insert("a".to_owned(), b"GIF89a".to_vec());
    assert!(matches!(docx(&document), Err(ExportError::BadImage(_))));
    let bad = Document { blocks: vec![Block::Table(table(3, vec![vec![cell("一")]]))], ..rich() };
    assert!(matches!(docx(&bad), Err(ExportError::Table)));
    assert!(matches!(xlsx(&bad), Err(ExportError::Table)));
}
