//! Every limit of `[limits]`: what is past it is refused and named, and the same file passes under
//! the usual limits. What takes time or memory is told apart in `wall.rs`.

use crate::office::{Office, each, repo, text};
use crate::people::{Files, workbook};
use dossier::wall::Limits;
use serde_json::Value;
use std::io::Write as _;

/// One limit set low, a file that is past it, and what is said of it.
struct Case {
    key: &'static str,
    low: u64,
    name: &'static str,
    bytes: Vec<u8>,
    code: &'static str,
    words: &'static str,
}

fn sheet(rows: usize, columns: usize) -> Vec<u8> {
    let row = |r| (0..columns).map(|c| format!("{r}.{c}")).collect();
    workbook("表", &(0..rows).map(row).collect::<Vec<Vec<String>>>())
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A docx with tables in tables.
fn nested(depth: usize) -> Vec<u8> {
    let (open, close) =
        ("<w:tbl><w:tr><w:tc>".repeat(depth), "</w:tc></w:tr></w:tbl>".repeat(depth));
    let document =
        format!("<w:document xmlns:w='w'><w:body>{open}<w:p/>{close}</w:body></w:document>");
    zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())])
}

/// A picture that hardly shrinks: BMP rows stand as they are.
fn noise(side: u32) -> Vec<u8> {
    let mut state = 1u32;
    let pixels: Vec<u8> = (0..side * side * 3)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    let mut bytes = b"BM".to_vec();
    let header =
        [54 + pixels.len() as u32, 0, 54, 40, side, side, 1 | 24 << 16, 0, 0, 2835, 2835, 0, 0];
    bytes.extend(header.iter().flat_map(|word| word.to_le_bytes()));
    bytes.extend(pixels);
    bytes
}

fn png(side: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(side, side, |x, y| image::Rgb([(x * y) as u8; 3]));
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

fn pdf(pages: usize) -> Vec<u8> {
    let mut text = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    let kids: Vec<String> = (0..pages).map(|n| format!("{} 0 R", n + 3)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Count {pages}/Kids[{}]>>", kids.join(" ")),
    ];
    objects
        .extend((0..pages).map(|_| "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_owned()));
    for (number, object) in (1..).zip(&objects) {
        places.push(text.len());
        text += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let start = text.len();
    text += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        text += &format!("{place:010} 00000 n \n");
    }
    text += &format!(
        "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    );
    text.into_bytes()
}

fn cases() -> Vec<Case> {
    let case = |key, low, name, bytes, code, words| Case { key, low, name, bytes, code, words };
    let (small, noisy) = (png(40), noise(800));
    let long = workbook("表", &[vec!["字".repeat(300)]]);
    let members = zip(&[("甲.txt", b"1"), ("乙.txt", b"2"), ("丙.txt", b"3")]);
    vec![
        case("written-bytes", 100_000, "图.bmp", noisy, "IN-105", "写出 100000 字节"),
        case("file-bytes", 1000, "表.xlsx", sheet(20, 5), "IN-104", "1000 字节"),
        case("unpacked-bytes", 3000, "单位.zip", zip(&[("表.csv", &[b'a'; 4000])]), "IN-116", ""),
        case("unpacked-bytes", 1 << 20, "表.xlsx", sheet(5000, 20), "IN-105", "解压后 1 MB"),
        case("part-bytes", 1 << 20, "表.xlsx", sheet(5000, 20), "IN-105", "1 MB"),
        case("archive-entries", 2, "单位.zip", members, "IN-116", ""),
        case("archive-entries", 2, "表.xlsx", sheet(2, 2), "IN-105", "2 个成员"),
        case("xml-depth", 40, "表.docx", nested(30), "IN-105", "40 层"),
        case("sheet-rows", 9, "表.xlsx", sheet(10, 3), "SS-132", "9"),
        case("sheet-columns", 9, "表.xlsx", sheet(3, 10), "IN-105", "9 列"),
        case("workbook-cells", 20, "表.xlsx", sheet(7, 3), "IN-105", "20 个单元格"),
        case("cell-chars", 200, "表.xlsx", long, "IN-105", "200"),
        case("image-pixels", 1000, "图.png", small.clone(), "IN-105", "总数最多 1000"),
        case("image-side", 30, "图.png", small, "IN-105", "每边最多 30"),
        case("pages", 2, "册.pdf", pdf(3), "IN-105", "2"),
    ]
}

fn findings(report: &Value) -> Vec<Value> {
    each(&report["submissions"]).iter().flat_map(|s| each(&s["findings"]).to_vec()).collect()
}

#[test]
fn every_limit_refuses_and_is_named() {
    let Some(office) = Office::open() else { return };
    for case in cases() {
        office.drop_dir("单位", &Files::from([(case.name.to_owned(), case.bytes.clone())]));
        let seen = |more: &str| {
            office.configure(&repo("templates"), &repo("fonts"), more);
            let ran = office.run(&["check", "inbox/单位", "--json"]);
            findings(&serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}")))
        };
        let refused = |all: &[Value]| {
            let hit = |f: &&Value| {
                text(&f["code"]) == case.code && text(&f["message"]).contains(case.words)
            };
            all.iter().any(|f| hit(&f))
        };
        let low = seen(&format!("[limits]\n{} = {}\n", case.key, case.low));
        assert!(refused(&low), "{} of {}: {low:#?}", case.key, case.name);
        let usual = seen("");
        assert!(!refused(&usual), "{} of {}: {usual:#?}", case.key, case.name);
        std::fs::remove_dir_all(office.path("inbox/单位")).unwrap();
    }
}

#[test]
fn the_table_of_limits_is_whole_and_true() {
    let table = std::fs::read_to_string(repo("docs/limits.md")).unwrap();
    let shipped = std::fs::read_to_string(repo("pipeline.toml")).unwrap();
    let limits = serde_json::to_value(Limits::default()).unwrap();
    let tested: Vec<&str> = cases().iter().map(|case| case.key).collect();
    for (key, value) in limits.as_object().unwrap() {
        assert!(
            table.contains(&format!("| `{key}` | {value} |")),
            "{key} = {value} in docs/limits.md"
        );
        assert!(
            shipped.contains(&format!("\n{key} = {value} ")),
            "{key} = {value} in pipeline.toml"
        );
        let elsewhere = ["address-space-mib", "cpu-secs", "wall-secs"].contains(&key.as_str());
        assert!(elsewhere || tested.contains(&key.as_str()), "{key} has no test");
    }
}
