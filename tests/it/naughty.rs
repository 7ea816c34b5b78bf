//! Any text from a cell or a file name prints as itself: it is never run, never taken for markup,
//! and never splits a line of a log.

use crate::office::{Office, each, text};
use crate::people::{Files, Person, census, entry, workbook};
use crate::worst::{data, kit, picture};
use dossier::export::Format;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What attacks templates, markup, spreadsheets, shells and readers.
const OWN: &[&str] = &[
    "A<B & \"C\" 'D'",
    "<script>alert(1)</script>",
    "]]><w:p/>",
    "</w:t></w:r>",
    "{{ config }}{% raw %}",
    "{# 注 #}{{7*7}}",
    "#read(\"/etc/passwd\")",
    "#set page(width: 1cm)",
    "$x^2$ *粗* _斜_ `码` @引用 <标签>",
    "=1+1",
    "=HYPERLINK(\"http://a\",\"点\")",
    "+1-1",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "＋86",
    "－1",
    "＠某",
    "&#65; &amp; &lt;",
    "%s%n%x ${HOME} $(id) `id`",
    "../../etc/passwd",
    "C:\\Windows\\x",
    "NULL",
    "undefined",
    "\\u0041\\n",
    "阿不都·热西提",
    "王䶮忞",
    "１２３ＡＢＣ",
    "甲　乙",
    "'; DROP TABLE x; --",
];

/// The public list, when it lies beside the checkout.
fn public() -> Vec<String> {
    let places = ["../shared/corpus", "../../shared/corpus"].map(crate::office::repo);
    let list = places.iter().map(|p| p.join("naughty-strings/blns.json")).find(|p| p.is_file());
    let Some(list) = list else {
        println!("note: no public list of naughty strings here");
        return Vec::new();
    };
    serde_json::from_slice(&std::fs::read(list).unwrap()).unwrap()
}

fn strings() -> Vec<String> {
    let long_or_empty = |s: &String| s.trim().is_empty() || s.chars().count() > 60;
    let mut all: Vec<String> = OWN.iter().map(|s| (*s).to_owned()).collect();
    all.extend(public().into_iter().filter(|s| !long_or_empty(s)));
    all
}

/// Values that are dates, hashes, picture names and such: nobody types them.
const TYPED: [&str; 14] = [
    "photo",
    "thumb",
    "thumbs",
    "date",
    "birth",
    "from",
    "to",
    "work_start",
    "cert_date",
    "received",
    "deadline",
    "hash",
    "size",
    "passed_years",
];

/// Puts the strings into every text, one after the other.
fn fill(value: &mut Value, strings: &[String], at: &mut usize) {
    match value {
        Value::String(text) if text != "photo" => {
            text.clone_from(&strings[*at % strings.len()]);
            *at += 1;
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, strings, at)),
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                if !TYPED.contains(&key.as_str()) {
                    fill(field, strings, at);
                }
            }
        }
        _ => {}
    }
}

/// Without blanks, and without what has no place on paper or in a document.
fn bare(text: &str) -> String {
    let unseen = |c: char| {
        c.is_whitespace() || c.is_control() || "\u{200b}\u{feff}\u{fffe}\u{ffff}\u{ad}".contains(c)
    };
    text.chars().filter(|c| !unseen(*c)).collect()
}

/// Whether it is written with what every font has, from left to right.
fn plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii() || ('\u{4e00}'..='\u{9fa5}').contains(&c))
}

const READER: &str = r#"
import json, os, subprocess, sys
import docx, openpyxl
from docx.oxml.ns import qn

def of_docx(path):
    body = docx.Document(path).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:tc"), qn("w:p"))]

def of_xlsx(path):
    cells = [c for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for c in row]
    odd = [c.coordinate for c in cells if c.data_type == "f"]
    assert not odd, f"{path}: formulas in {odd}"
    return [str(c.value) for c in cells if c.value is not None]

def of_pdf(path):
    return [subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True).stdout.decode()]

out, reader = {}, {"docx": of_docx, "xlsx": of_xlsx, "pdf": of_pdf}
for name in sorted(os.listdir(sys.argv[1])):
    out[name] = reader[name.rsplit(".", 1)[1]](os.path.join(sys.argv[1], name))
json.dump(out, sys.stdout)
"#;

fn read(dir: &std::path::Path) -> Option<BTreeMap<String, Vec<String>>> {
    let out = Command::new("python3").arg("-c").arg(READER).arg(dir).output().ok()?;
    if !out.status.success() {
        let why = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(why.contains("No module") || why.contains("No such file"), "{why}");
        println!("skipped: pdftotext or python3 with python-docx and openpyxl is not here");
        return None;
    }
    Some(serde_json::from_slice(&out.stdout).unwrap())
}

#[test]
fn every_string_prints_as_itself_on_every_form() {
    let Some((templates, exporter)) = kit() else { return };
    let strings = strings();
    let dir = tempfile::tempdir().unwrap();
    let mut made: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let forms = ["approval", "quant", "unit_eval", "bag_cover", "booklet_cover", "catalogue"];
    let others = ["notice", "receipt", "summary", "check_sheet"];
    for form in forms.into_iter().chain(others) {
        let mut at = 0;
        // so often that every string was in every field that takes many, and in some of the others
        for round in 0..12 {
            let mut values = data(round * 3 + 2);
            at += round * 7;
            let from = at;
            fill(&mut values, &strings, &mut at);
            let images = BTreeMap::from([("photo".to_owned(), picture())]);
            let document = templates.compose(&format!("{form}.html"), &values, images);
            let document = document.unwrap_or_else(|e| panic!("{form}: {e}"));
            let formats = [Format::Pdf, Format::Docx, Format::Xlsx];
            for paper in
                exporter.export_as(&document, &formats).unwrap_or_else(|e| panic!("{form}: {e}"))
            {
                let ending = match paper.format {
                    Format::Pdf => "pdf",
                    Format::Docx => "docx",
                    Format::Xlsx => "xlsx",
                };
                std::fs::write(dir.path().join(format!("{form}-{round}.{ending}")), paper.bytes)
                    .unwrap();
            }
            let put = (from..at).map(|n| strings[n % strings.len()].clone());
            made.entry(form.to_owned()).or_default().extend(put);
        }
    }
    let Some(read) = read(dir.path()) else { return };
    for (form, put) in made {
        let said = |ending: &str| {
            let own = read.iter().filter(|(name, _)| {
                name.starts_with(&format!("{form}-")) && name.ends_with(ending)
            });
            own.map(|(_, texts)| texts.iter().map(|t| bare(t)).collect::<Vec<_>>().join("\u{241f}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let (pdf, docx, xlsx) = (said(".pdf"), said(".docx"), said(".xlsx"));
        // a short one may be part of another
        let shown: Vec<&String> =
            put.iter().filter(|s| bare(s).len() > 3 && docx.contains(&bare(s))).collect();
        assert!(shown.len() >= 12, "{form}: {} of {}", shown.len(), put.len());
        let missing = |text: &str| -> Vec<&&String> {
            shown.iter().filter(|s| !text.contains(&bare(s))).collect()
        };
        assert_eq!(missing(&xlsx), Vec::<&&String>::new(), "{form} as XLSX");
        let plainly: Vec<&&String> = missing(&pdf).into_iter().filter(|s| plain(s)).collect();
        assert_eq!(plainly, Vec::<&&String>::new(), "{form} as PDF");
        for escaped in ["&amp;lt;", "&amp;amp;"] {
            assert!(
                !docx.contains(escaped) && !xlsx.contains(escaped) && !pdf.contains(escaped),
                "{form}: {escaped}"
            );
        }
    }
}

/// The elements of the page of the day.
const TAGS: [&str; 30] = [
    "!doctype", "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "a", "ul",
    "ol", "li", "b", "span", "div", "table", "thead", "tbody", "tr", "th", "td", "details",
    "summary", "section", "br", "small", "nav",
];

/// Names of all tags, and every attribute that would run something.
fn tags(page: &str) -> Vec<String> {
    let mut out = Vec::new();
    for piece in page.split('<').skip(1) {
        let inside = piece.split('>').next().unwrap();
        let name: String =
            inside.trim_start_matches('/').chars().take_while(|c| !c.is_whitespace()).collect();
        let runs = |word: &str| {
            let word = word.to_lowercase();
            (word.starts_with("on") && word.contains('=')) || word.contains("=\"javascript:")
        };
        out.extend(inside.split_whitespace().skip(1).filter(|w| runs(w)).map(str::to_owned));
        out.push(name.to_lowercase());
    }
    out
}

/// A roster whose free cells hold the strings, and files that are called so.
fn nasty_entry(strings: &[String]) -> Files {
    let head = [
        "序号",
        "姓名",
        "性别",
        "身份证号码",
        "工作单位",
        "证书号码",
        "发证单位",
        "毕业院校",
        "报考工种",
        "报考等级",
        "备注",
    ];
    let mut table = vec![head.map(str::to_owned).to_vec()];
    for (number, chunk) in (1..).zip(strings.chunks(6)) {
        let cell = |at: usize| chunk.get(at).cloned().unwrap_or_default();
        table.push(vec![
            number.to_string(),
            cell(0),
            "男".into(),
            crate::people::id_number(&format!("3206021975011{number:04}")),
            cell(1),
            cell(2),
            cell(3),
            cell(4),
            "收银审核".into(),
            "高级技师".into(),
            cell(5),
        ]);
    }
    let mut files = Files::from([("申报汇总表.xlsx".to_owned(), workbook("汇总表", &table))]);
    files.insert("单位材料/技师人数.xlsx".to_owned(), census());
    for (number, string) in strings.iter().enumerate().filter(|(_, s)| s.len() < 200) {
        let name: String = string.chars().filter(|c| !"/\0".contains(*c)).collect();
        files.insert(format!("{number}{name}.txt"), b"?".to_vec());
    }
    files
}

#[cfg(unix)]
#[test]
fn a_whole_pass_over_naughty_cells_and_names() {
    let Some(office) = Office::open() else { return };
    let strings = strings();
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    office.drop_dir("<b>单位</b> & {{x}}", &nasty_entry(&strings));
    office.drop_file("甲\n2019-06-12 ERROR 假的一行.rar", b"Rar!\x1a\x07\x01\0");
    office.drop_file("\u{1b}[31m红\u{1b}]0;题\u{7}.rar", b"Rar!\x1a\x07\x01\0");
    office.drop_file("\u{202e}fdp.rar", b"Rar!\x1a\x07\x01\0");
    let ran = office.run(&["run", "--settle", "0", "-v"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let status = office.run(&["status"]);
    for said in [&ran.stdout, &ran.stderr, &status.stdout, &status.stderr] {
        let odd = said
            .chars()
            .find(|c| (c.is_control() && !"\n\t".contains(*c)) || "\u{202e}\u{200b}".contains(*c));
        assert_eq!(odd, None, "{said}");
        assert!(!said.lines().any(|line| line.starts_with("2019-06-12 ERROR")), "{said}");
    }
    let page = std::fs::read_to_string(office.root().join("00-先看这里.html")).unwrap();
    let foreign: BTreeSet<String> =
        tags(&page).into_iter().filter(|t| !TAGS.contains(&t.as_str())).collect();
    assert_eq!(foreign, BTreeSet::new(), "in 00-先看这里.html");
    assert!(page.contains("&lt;b&gt;单位"), "the folder is named");
    for path in office.files().keys() {
        let odd = path
            .chars()
            .find(|c| c.is_control() || "\u{202e}\u{202d}\u{200b}<>:\"|?*\\".contains(*c));
        assert_eq!(odd, None, "{path}");
    }
    outbox_has_no_formula(&office);
    let report = office.report();
    assert_eq!(report["counts"]["accepted"], 1, "{}", report["counts"]);
    let listed: Vec<&str> = each(&report["submissions"])
        .iter()
        .flat_map(|s| each(&s["files"]))
        .map(|f| text(&f["path"]))
        .collect();
    assert_eq!(report["counts"]["files"], listed.len());
}

/// No cell of any workbook we publish is a formula, but for what the sender wrote into their own.
fn outbox_has_no_formula(office: &Office) {
    for path in office.files().keys().filter(|p| p.ends_with(".xlsx")) {
        let bytes = std::fs::read(office.path("outbox").join(path)).unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        for at in 0..zip.len() {
            let mut part = zip.by_index(at).unwrap();
            if !part.name().unwrap().contains("worksheets/sheet") {
                continue;
            }
            let mut xml = String::new();
            std::io::Read::read_to_string(&mut part, &mut xml).unwrap();
            assert!(!xml.contains("<f>") && !xml.contains("<f "), "{path}");
        }
    }
}
