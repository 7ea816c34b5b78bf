//! PDF, DOCX and XLSX of one document carry the same text, cell by cell, row by row.

use crate::worst::{document, kit};
use dossier::compose::{Block, Document};
use dossier::export::Format;
use dossier::export::pdf::PdfExporter;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// How many people, and which other papers are made of some of them.
const PEOPLE: usize = 200;
const OTHERS: [&str; 7] = [
    "bag_cover.html",
    "catalogue.html",
    "quant.html",
    "unit_eval.html",
    "booklet_cover.html",
    "notice.html",
    "summary.html",
];
const FORMATS: [Format; 3] = [Format::Pdf, Format::Docx, Format::Xlsx];

/// Reads every file of a folder once. A DOCX is rows of cells, with its repeated heading rows; an
/// XLSX is rows of cells; a PDF is its pages in the order they were drawn.
const READER: &str = r#"
import json, os, subprocess, sys
import docx, openpyxl
from docx.oxml.ns import qn

def said(element):
    return "".join(t.text or "" for t in element.iter(qn("w:t")))

def of_docx(path):
    rows, heads = [], []
    for block in docx.Document(path).element.body:
        if block.tag == qn("w:p"):
            rows.append([said(block)])
        elif block.tag == qn("w:tbl"):
            for tr in block.iterchildren(qn("w:tr")):
                cells = []
                for tc in tr.iterchildren(qn("w:tc")):
                    merge = tc.find(qn("w:tcPr") + "/" + qn("w:vMerge"))
                    if merge is None or merge.get(qn("w:val")) == "restart":
                        cells.append(said(tc))
                rows.append(cells)
                if tr.find(qn("w:trPr") + "/" + qn("w:tblHeader")) is not None:
                    heads += cells
    return {"rows": rows, "heads": heads}

def of_xlsx(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return {"rows": [[str(c.value) for c in row if c.value is not None] for row in sheet.iter_rows()]}

def of_pdf(path):
    text = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True).stdout
    return {"pages": text.decode().split("\f")[:-1]}

out, reader = {}, {"docx": of_docx, "xlsx": of_xlsx, "pdf": of_pdf}
for name in sorted(os.listdir(sys.argv[1])):
    out[name] = reader[name.rsplit(".", 1)[1]](os.path.join(sys.argv[1], name))
json.dump(out, sys.stdout)
"#;

/// What was read of all files; `None` (with a printed line) without the tools.
fn read(dir: &Path) -> Option<BTreeMap<String, Value>> {
    let has = |program: &str, args: &[&str]| {
        Command::new(program).args(args).output().is_ok_and(|out| out.status.success())
    };
    if !has("pdftotext", &["-v"]) || !has("python3", &["-c", "import docx, openpyxl"]) {
        println!("skipped: pdftotext or python3 with python-docx and openpyxl is not here");
        return None;
    }
    let out = Command::new("python3").arg("-c").arg(READER).arg(dir).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(serde_json::from_slice(&out.stdout).unwrap())
}

/// Text without blanks and without what only allows a line to break.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

/// Rows of cells that say something.
fn rows(of: &Value) -> Vec<Vec<String>> {
    let cells = |row: &Value| -> Vec<String> {
        let texts = row.as_array().unwrap().iter().map(|cell| bare(cell.as_str().unwrap()));
        texts.filter(|text| !text.is_empty()).collect()
    };
    of["rows"].as_array().unwrap().iter().map(cells).filter(|row| !row.is_empty()).collect()
}

/// What is left of `drawn` without `cell`.
fn taken(drawn: &str, cell: &str) -> Option<String> {
    drawn.contains(cell).then(|| drawn.replacen(cell, "\u{1}", 1))
}

/// The same for a cell that begins on one page and ends on the next: its other columns and the
/// repeated head stand between.
fn torn(drawn: &str, cell: &str) -> Option<String> {
    cell.char_indices().rev().filter(|(at, _)| *at > 0).find_map(|(at, _)| {
        let (upper, lower) = cell.split_at(at);
        let (before, after) = drawn.split_once(upper)?;
        Some(format!("{before}\u{1}{}", taken(after, lower)?))
    })
}

/// How the three differ; `None` when they say the same. `footer` stands on pages, page by page.
fn difference(pdf: &Value, docx: &Value, xlsx: &Value, footer: &str) -> Option<String> {
    let (left, right) = (rows(docx), rows(xlsx));
    if left != right {
        let odd = left.iter().zip(&right).find(|(a, b)| a != b);
        return Some(format!("{} rows and {} rows, {odd:?}", left.len(), right.len()));
    }
    let pages = pdf["pages"].as_array().unwrap();
    // A blank back is not counted.
    let count = pages.iter().filter(|page| !bare(page.as_str().unwrap()).is_empty()).count();
    let mut drawn = String::new();
    for (n, page) in (1..).zip(pages) {
        let line = footer.replace("{pages}", &count.to_string()).replace("{page}", &n.to_string());
        let text = bare(page.as_str().unwrap());
        let line = bare(&line);
        drawn.push_str(&if line.is_empty() { text } else { text.replacen(&line, "", 1) });
    }
    // The longest first, so that no short text is found inside a long one.
    let mut cells: Vec<String> =
        left.into_iter().flatten().map(|text| text.replace(['☐', '☑'], "")).collect();
    cells.retain(|text| !text.is_empty());
    cells.sort_by_key(|text| std::cmp::Reverse(text.chars().count()));
    for cell in &cells {
        match taken(&drawn, cell).or_else(|| torn(&drawn, cell).filter(|_| count > 1)) {
            Some(rest) => drawn = rest,
            None => return Some(format!("not in the PDF: {cell:?}, left: {drawn}")),
        }
    }
    let mut heads: Vec<String> =
        docx["heads"].as_array().unwrap().iter().map(|h| bare(h.as_str().unwrap())).collect();
    heads.sort_by_key(|text| std::cmp::Reverse(text.chars().count()));
    for head in heads.iter().filter(|head| !head.is_empty()) {
        drawn = drawn.replace(head.as_str(), "");
    }
    drawn.retain(|c| c != '\u{1}');
    (!drawn.is_empty()).then(|| format!("only in the PDF: {drawn}"))
}

fn write(exporter: &PdfExporter, dir: &Path, stem: &str, document: &Document, formats: &[Format]) {
    for made in exporter.export_as(document, formats).unwrap_or_else(|e| panic!("{stem}: {e}")) {
        let ending = match made.format {
            Format::Pdf => "pdf",
            Format::Docx => "docx",
            Format::Xlsx => "xlsx",
        };
        std::fs::write(dir.join(format!("{stem}.{ending}")), made.bytes).unwrap();
    }
}

/// The document without one row: block, row.
fn without(document: &Document, block: usize, row: usize) -> Document {
    let mut out = document.clone();
    let Some(Block::Table(table)) = out.blocks.get_mut(block) else { panic!("no table") };
    table.rows.remove(row);
    out
}

/// Rows that can go without leaving a hole, and that say something.
fn loose_rows(document: &Document) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (b, block) in document.blocks.iter().enumerate() {
        let Block::Table(table) = block else { continue };
        let mut covered = 0;
        for (r, row) in table.rows.iter().enumerate() {
            let tall = row.cells.iter().map(|cell| cell.rowspan).max().unwrap_or(1);
            if covered == 0 && tall == 1 && r >= table.header_rows {
                out.push((b, r));
            }
            covered = covered.max(tall).saturating_sub(1);
        }
    }
    out
}

#[test]
fn the_three_outputs_carry_the_same_text() {
    let Some((templates, exporter)) = kit() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut papers: Vec<(String, Document)> = (0..PEOPLE)
        .map(|i| (format!("approval-{i:03}"), document(&templates, "approval.html", i)))
        .collect();
    for (n, template) in OTHERS.iter().enumerate() {
        papers.extend((0..4).map(|k| {
            let i = n + k * 41;
            (format!("{template}-{i}").replace(".html", ""), document(&templates, template, i))
        }));
    }
    // Threads of our own: see `pipeline::parallel`.
    let (maker, place) = (&exporter, dir.path());
    std::thread::scope(|scope| {
        for half in papers.chunks(papers.len().div_ceil(2)) {
            scope.spawn(move || {
                for (stem, paper) in half {
                    write(maker, place, stem, paper, &FORMATS);
                }
            });
        }
    });

    // One row less in one of the exporters.
    let (_, whole) = &papers[2];
    let rows = loose_rows(whole);
    assert!(rows.len() >= 8, "{rows:?}");
    for (n, (block, row)) in rows.iter().enumerate() {
        for format in FORMATS {
            let less = without(whole, *block, *row);
            write(&exporter, dir.path(), &format!("less-{n}"), &less, &[format]);
        }
    }

    let Some(read) = read(dir.path()) else { return };
    let of = |stem: &str, ending: &str| &read[&format!("{stem}.{ending}")];
    for (stem, paper) in &papers {
        let footer = paper.page.footer.as_str();
        let found = difference(of(stem, "pdf"), of(stem, "docx"), of(stem, "xlsx"), footer);
        assert_eq!(found, None, "{stem}");
    }
    let (stem, footer) = (&papers[2].0, whole.page.footer.as_str());
    let (pdf, docx, xlsx) = (of(stem, "pdf"), of(stem, "docx"), of(stem, "xlsx"));
    for (n, place) in rows.iter().enumerate() {
        let less = |ending: &str| of(&format!("less-{n}"), ending);
        for (what, found) in [
            ("PDF", difference(less("pdf"), docx, xlsx, footer)),
            ("DOCX", difference(pdf, less("docx"), xlsx, footer)),
            ("XLSX", difference(pdf, docx, less("xlsx"), footer)),
        ] {
            assert!(found.is_some(), "row {place:?} is missing in the {what} and nobody saw it");
        }
    }
}
