//! These need the faces of `fonts/`; without them they say so and pass.

use super::*;
use crate::compose::{Block, Page, Paragraph, Run, Table, TableCell, TableRow};
use std::io::Write;
use std::process::{Command, Stdio};

fn exporter() -> Option<PdfExporter> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fonts");
    if !dir.join("FandolFang-Regular.otf").is_file() {
        println!("skipped: fonts/ is empty; scripts/fonts.sh fills it");
        return None;
    }
    Some(PdfExporter::new(&[dir]).expect("the fonts are complete"))
}

fn text_of(artifact: &Artifact) -> Option<String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&artifact.bytes).unwrap();
    let out = Command::new("pdftotext").arg(file.path()).arg("-").stderr(Stdio::null()).output();
    let Ok(out) = out else {
        println!("skipped: no pdftotext here");
        return None;
    };
    let text = String::from_utf8(out.stdout).unwrap();
    Some(text.chars().filter(|c| !c.is_whitespace()).collect())
}

fn para(text: &str) -> Paragraph {
    Paragraph {
        runs: vec![Run::Text { text: text.to_owned(), face: None, bold: false }],
        ..Paragraph::default()
    }
}

fn cell(text: &str) -> TableCell {
    TableCell {
        content: vec![para(text)], field: "主要业绩".to_owned(), ..TableCell::default()
    }
}

fn one_cell(text: &str, exact: bool) -> Document {
    Document {
        title: "试".to_owned(),
        blocks: vec![Block::Table(Table {
            columns: vec![1.0, 2.0],
            rows: vec![TableRow {
                height: Some(12.0), exact, cells: vec![cell("项"), cell(text)]
            }],
            ..Table::default()
        })],
        ..Document::default()
    }
}

#[test]
fn rare_characters_print_and_are_noted() {
    let Some(exporter) = exporter() else { return };
    let artifact = exporter.export(&one_cell("黄忞䶮 李珺 阿·买买提 \u{f8ff}", false)).unwrap();
    assert_eq!(artifact.pages, Some(1));
    let codes: Vec<_> = artifact.notes.iter().map(|(c, _)| c.as_str()).collect();
    assert!(codes.iter().all(|c| *c == "RD-103"), "{codes:?}");
    assert!(artifact.notes.iter().any(|(_, t)| t.contains("U+4DAE")));
    if let Some(text) = text_of(&artifact) {
        for c in ["忞䶮", "珺", "·", "□U+F8FF"] {
            assert!(text.contains(c), "{c} in {text}");
        }
    }
}

#[test]
fn markup_prints_literally() {
    let Some(exporter) = exporter() else { return };
    let nasty = "#read(\"/etc/passwd\") $x$ *b* _i_ {{ config }} </td> \\u{41} @a <b> // c";
    let artifact = exporter.export(&one_cell(nasty, false)).unwrap();
    if let Some(text) = text_of(&artifact) {
        let want: String = nasty.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(text.replace('\u{200b}', "").contains(&want), "{text}");
    }
}

#[test]
fn overlong_text_goes_to_a_page_of_its_own() {
    let Some(exporter) = exporter() else { return };
    let long = "多年从事汽车维修工作。".repeat(60);
    let artifact = exporter.export(&one_cell(&long, true)).unwrap();
    assert_eq!(artifact.pages, Some(2));
    assert!(
        artifact.notes.iter().any(|(c, t)| c == "FM-102" && t.contains("主要业绩")),
        "{:?}",
        artifact.notes
    );
    if let Some(text) = text_of(&artifact) {
        assert!(text.contains("见附页1") && text.contains(&long));
    }
    // A row that may grow keeps the same text where it is.
    let grown = exporter.export(&one_cell(&long, false)).unwrap();
    assert_eq!((grown.pages, grown.notes.len()), (Some(1), 0));
}

#[test]
fn same_document_same_bytes() {
    let Some(exporter) = exporter() else { return };
    let document = one_cell("张三 2019年6月12日", true);
    let first = exporter.export(&document).unwrap();
    let second = self::exporter().unwrap().export(&document).unwrap();
    assert!(first.bytes == second.bytes, "bytes differ");
}

#[test]
fn duplex_has_an_even_number_of_pages() {
    let Some(exporter) = exporter() else { return };
    let mut document = one_cell("一", false);
    document.page =
        Page {
            duplex: true, footer: "第 {page} 页 共 {pages} 页".to_owned(), ..Page::default()
        };
    let artifact = exporter.export(&document).unwrap();
    assert_eq!(artifact.pages, Some(2));
    assert_eq!(artifact.notes.first().map(|n| n.0.as_str()), Some("RD-105"));
    if let Some(text) = text_of(&artifact) {
        assert!(text.contains("第1页共1页") && !text.contains("第2页"), "{text}");
    }
}

#[test]
fn wrong_documents_are_errors() {
    let Some(exporter) = exporter() else { return };
    let mut document = one_cell("一", false);
    if let Block::Table(table) = &mut document.blocks[0] {
        table.rows[0].cells[1].colspan = 3;
    }
    assert!(matches!(exporter.export(&document), Err(ExportError::Table)));
    document.blocks = vec![Block::Paragraph(Paragraph {
        runs: vec![Run::Image { name: "p.jpg".to_owned(), width: 25.0, height: 35.0 }],
        ..Paragraph::default()
    })];
    assert!(matches!(exporter.export(&document), Err(ExportError::MissingImage(_))));
    document.images.insert("p.jpg".to_owned(), b"\xff\xd8\xff junk".to_vec());
    assert!(matches!(exporter.export(&document), Err(ExportError::Layout { .. })));
}

#[test]
fn missing_fonts_name_the_remedy() {
    let empty = tempfile::tempdir().unwrap();
    let error = PdfExporter::new(&[empty.path().to_owned()]).unwrap_err();
    assert!(error.to_string().contains("make run"), "{error}");
}
