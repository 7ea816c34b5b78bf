//! Workbooks that are small on the disk and large in memory, or that reach outside themselves.

use super::book::{Cell, Roster, people, with};
use super::package::{ods, zip};
use super::{Seen, look_in, read};
use crate::office::{Office, repo, text};

/// The one file was refused with this code, and the reason holds this word.
#[track_caller]
fn refused(seen: &Seen, path: &str, code: &str, word: &str) {
    assert_eq!(seen.file(path)[1..], ["held", "", code], "{:?}", seen.words());
    let said = seen.said(code);
    assert!(text(&said["message"]).contains(word), "{said}");
}

#[test]
fn two_cells_in_far_corners_are_two_cells() {
    let bytes = with(&people(2), |page| {
        page.write_string(1_048_575, 16_383, "远").unwrap();
    });
    let Some(seen) = read("表.xlsx", &bytes) else { return };
    seen.clean(2, 2);
    assert_eq!(seen.words(), ["SS-121 info"]);
}

#[test]
fn what_unfolds_beyond_its_limit_is_refused_by_the_limit() {
    let Some(office) = Office::open() else { return };
    office.configure(&repo("templates"), &repo("fonts"), "\n[limits]\npart-bytes = 2097152\n");
    let strings = format!("<sst>{}</sst>", "<si><t>字</t></si>".repeat(200_000));
    let small = people(1).raw("", "");
    let mut book = std::io::Cursor::new(small.clone());
    let mut package = zip::ZipWriter::new_append(&mut book).unwrap();
    package.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut package, strings.as_bytes()).unwrap();
    package.finish().unwrap();
    let files = [("大.xlsx", &book.into_inner()[..]), ("小.xlsx", &small)];
    let Some(seen) = look_in(&office, &files) else { return };
    refused(&seen, "大.xlsx", "IN-105", "2 MB");
    assert_eq!(seen.file("小.xlsx")[1..3], ["used", "roster"]);
}

#[test]
fn entities_and_depth_are_refused_before_they_are_read() {
    let book = |xml: &str| {
        zip(&[
            ("[Content_Types].xml", super::package::CONTENT_TYPES.as_bytes()),
            ("xl/workbook.xml", xml.as_bytes()),
        ])
    };
    let entity = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><workbook>&e;</workbook>";
    let Some(seen) = read("表.xlsx", &book(entity)) else { return };
    refused(&seen, "表.xlsx", "IN-106", "DOCTYPE");
    assert!(!seen.0.to_string().contains("root:"));
    let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    let Some(seen) = read("表.xlsx", &book(&deep)) else { return };
    refused(&seen, "表.xlsx", "IN-105", "256 层");
}

#[test]
fn a_cell_repeated_a_million_times_is_refused_and_an_empty_one_is_nothing() {
    let repeated = |value: &str| {
        let cell = format!("<table:table-cell table:number-columns-repeated=\"16384\"{value}/>");
        format!("<table:table-row table:number-rows-repeated=\"1000000\">{cell}</table:table-row>")
    };
    let sheet = |rows: String| {
        let mut table = people(1);
        table.rows.push(vec![Cell::from("尾")]);
        let bytes = ods(&table, "");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut content = String::new();
        let mut part = archive.by_name("content.xml").unwrap();
        std::io::Read::read_to_string(&mut part, &mut content).unwrap();
        let content = content.replace("</table:table>", &format!("{rows}</table:table>"));
        let mime = "application/vnd.oasis.opendocument.spreadsheet";
        zip(&[("mimetype", mime.as_bytes()), ("content.xml", content.as_bytes())])
    };
    let Some(seen) = read("表.ods", &sheet(repeated(""))) else { return };
    assert_eq!(seen.file("表.ods")[1..3], ["used", "roster"]);
    let filled = repeated(" office:value-type=\"float\" office:value=\"1\"");
    let Some(seen) = read("表.ods", &sheet(filled)) else { return };
    assert_eq!(seen.file("表.ods")[1..2], ["held"]);
    assert!(seen.has("SS-132") || seen.has("IN-105"), "{:?}", seen.words());
    let Some(seen) = read("表.ods", &ods(&Roster::default(), "")) else { return };
    refused(&seen, "表.ods", "SS-111", "没有找到表头");
}
