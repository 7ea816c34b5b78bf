//! DD-01 … DD-15: what the file is.

use super::book::{self, Roster, people};
use super::package::{docx, ods, ole, xls, xlsb, xml_2003};
use super::{UNIT, checked, look, read};
use crate::office::{Office, applicant, codes, each, submission, text};
use crate::people::{Person, jpeg, roster};
use std::collections::BTreeMap;

const PLAIN: &str = "<manifest:manifest/>";

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str) -> Vec<u8> {
    [b"\xFF\xFE".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
}

#[test]
fn every_workbook_format_is_read_by_its_content() {
    let table = people(2);
    let macros = {
        let mut book = std::io::Cursor::new(table.xlsx());
        let mut package = zip::ZipWriter::new_append(&mut book).unwrap();
        package.start_file("xl/vbaProject.bin", zip::write::SimpleFileOptions::default()).unwrap();
        package.finish().unwrap();
        book.into_inner()
    };
    let books: [(&str, Vec<u8>, &str, &[&str]); 7] = [
        ("表.xlsx", table.xlsx(), "xlsx", &[]),
        ("表.xlsm", macros, "xlsm", &["IN-141 warn"]),
        ("表.xls", xls(&table, &[], &[]), "xls", &[]),
        ("表.xlsb", xlsb(&table, &[]), "xlsb", &[]),
        ("表.ods", ods(&table, PLAIN), "ods", &[]),
        ("表2.xls", table.xlsx(), "xlsx", &["IN-142 info"]),
        ("表2.xlsx", xls(&table, &[], &[]), "xls", &["IN-142 info"]),
    ];
    for (name, bytes, kind, says) in books {
        let Some(seen) = read(name, &bytes) else { return };
        assert_eq!(seen.file(name), [kind, "used", "roster", ""]);
        assert_eq!(seen.words(), says, "{name}");
        seen.clean(2, 2);
    }
}

#[test]
fn html_xml_and_text_in_the_clothes_of_xls_are_read() {
    let table = people(2);
    for (kind, bytes) in [
        ("html", table.html().into_bytes()),
        ("xml", xml_2003(&table).into_bytes()),
        ("csv", gb18030(&table.csv('\t'))),
    ] {
        let Some(seen) = read("导出.xls", &bytes) else { return };
        assert_eq!(seen.file("导出.xls"), [kind, "used", "roster", ""]);
        assert_eq!(seen.words(), ["IN-142 info"], "{kind}");
        seen.clean(2, 2);
    }
    let Some(seen) = read("导出.csv", &gb18030(&table.csv('\t'))) else { return };
    assert!(seen.words().is_empty(), "{:?}", seen.words());
}

#[test]
fn other_text_formats_are_named_and_refused() {
    for (bytes, word) in [
        (&b"ID;PWXL;N;E\nC;Y1;X1;K\"a\"\nE\n"[..], "SYLK"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\na,b\nc,d\n", "mht"),
        (b"{\\rtf1\\ansi a}", "RTF"),
        (b"\x03\x77\x05\x0b\x02\x00\x00\x00\x41\x00\x10\x00\x00\x00\x00\x00", "dBase"),
        (b"\x03\x77\x0d\x0b\x02\x00\x00\x00\x41\x00\x10\x00\x00\x00\x00\x00", "无法识别"),
    ] {
        let Some(seen) = read("导出.xls", bytes) else { return };
        let refused = seen.said("IN-112");
        assert_eq!(text(&refused["severity"]), "refuse");
        assert!(text(&refused["message"]).contains(word), "{refused}");
        assert_eq!(seen.file("导出.xls")[1..], ["held", "", "IN-112"]);
    }
}

#[test]
fn a_wps_table_is_read_and_anything_else_called_et_is_not() {
    let Some(seen) = read("申报表.et", &xls(&people(1), &[], &[])) else { return };
    assert_eq!(seen.file("申报表.et"), ["xls", "used", "roster", ""]);
    assert!(seen.words().is_empty(), "{:?}", seen.words());
    let Some(seen) = read("申报表.et", b"\x00\x01\x02\x03 no table") else { return };
    assert_eq!(seen.file("申报表.et")[1..], ["held", "", "IN-112"]);
}

#[test]
fn a_password_is_named_as_the_cause_in_every_format() {
    let modern = ole(&[("EncryptionInfo", vec![4, 0, 4, 0]), ("EncryptedPackage", vec![1; 64])]);
    let old = xls(&people(1), &[(0x002F, &[1, 0, 1, 0, 1, 0])], &[]);
    let open = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    for (name, bytes) in [("表.xlsx", modern), ("表.xls", old), ("表.ods", ods(&people(1), open))]
    {
        let Some(seen) = read(name, &bytes) else { return };
        assert_eq!(seen.file(name)[1..], ["held", "", "IN-113"], "{name}");
        let said = seen.said("IN-113");
        assert_eq!(text(&said["severity"]), "refuse");
        assert!(text(&said["hint"]).contains("取消密码"), "{said}");
    }
    let Some(seen) = read("表.xls", &xls(&people(1), &[], &[])) else { return };
    seen.clean(2, 1);
}

#[test]
fn a_damaged_workbook_is_not_called_locked() {
    let whole = people(3).xlsx();
    let Some(seen) = read("表.xlsx", &whole[..whole.len() / 2]) else { return };
    assert_eq!(seen.file("表.xlsx")[1..], ["held", "", "IN-103"]);
    let cut = &xls(&people(3), &[], &[])[..1500];
    let Some(seen) = read("表.xls", cut) else { return };
    assert_eq!(seen.file("表.xls")[1..], ["held", "", "IN-103"]);
}

#[test]
fn litter_is_ignored_without_a_word() {
    let files: [(&str, &[u8]); 6] = [
        ("申报汇总表.xlsx", &people(1).xlsx()),
        ("~$申报汇总表.xlsx", b"\x06owner"),
        ("Thumbs.db", b"\xD0\xCF\x11\xE0"),
        (".DS_Store", b"\0\0\0\x01Bud1"),
        ("__MACOSX/._申报汇总表.xlsx", b"\0\x05\x16\x07"),
        ("desktop.ini", b"[.ShellClassInfo]"),
    ];
    let Some(seen) = look(&files) else { return };
    assert!(seen.words().is_empty(), "{:?}", seen.words());
    for (path, _) in &files[1..] {
        assert_eq!(seen.file(path)[1], "ignored", "{path}");
    }
    seen.clean(2, 1);
}

#[test]
fn text_is_read_in_every_encoding_and_garbled_text_is_an_error() {
    let text = people(2).csv(',');
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    for bytes in [text.clone().into_bytes(), marked, gb18030(&text), utf16(&people(2).csv('\t'))] {
        let Some(seen) = read("申报表.csv", &bytes) else { return };
        assert_eq!(seen.file("申报表.csv"), ["csv", "used", "roster", ""]);
        assert!(seen.words().is_empty(), "{:?}", seen.words());
        seen.clean(2, 2);
    }
    let mut broken = people(2);
    broken.set("W3", "备注甲");
    let mut bytes = gb18030(&broken.csv(','));
    let at = bytes.windows(2).rposition(|pair| pair == gb18030("甲")).unwrap();
    bytes[at] = 0xFF;
    let Some(seen) = read("申报表.csv", &bytes) else { return };
    // the person of the garbled cell cannot pass, the other one is not touched
    assert_eq!(seen.at("W3"), ["SS-101 error"]);
    assert!(codes(seen.row(3)).contains(&"SS-101") && !codes(seen.row(2)).contains(&"SS-101"));
}

#[test]
fn the_separator_is_the_one_that_gives_columns() {
    for separator in [',', ';', '\t', '，'] {
        let mut table = people(3);
        table.above(&[&["汇总表（收银审核工种）"]]);
        let Some(seen) = read("申报表.csv", table.csv(separator).as_bytes()) else { return };
        seen.clean(3, 3);
        assert!(!seen.has("SS-112"), "{separator:?} {:?}", seen.words());
    }
}

#[test]
fn wrappers_that_keep_a_number_text_are_taken_off() {
    let mut table = people(4);
    table.set("E2", format!("=\"{}\"", book::id(1)));
    table.set("E3", format!("'{}", book::id(2)));
    table.set("E4", format!("{}\t", book::id(3)));
    let Some(seen) = read("申报表.csv", table.csv(',').as_bytes()) else { return };
    assert!(seen.words().is_empty(), "{:?}", seen.words());
    seen.clean(2, 4);
}

#[test]
fn a_zip_with_gbk_names_is_read_and_a_rar_is_sent_back() {
    let Some(office) = Office::open() else { return };
    let mut files = BTreeMap::new();
    files.insert("申报表/申报汇总表.xlsx".to_owned(), people(1).xlsx());
    files.insert(format!("01{}/01身份证.jpg", book::name(1)), jpeg(60, 84, 1));
    office.zip("甲单位.zip", &files);
    let packed = std::fs::read(office.path("inbox/甲单位.zip")).unwrap();
    office.drop_file("乙单位.zip", &gbk_names(&packed));
    for entry in ["甲单位.zip", "乙单位.zip"] {
        let seen = checked(&office, entry);
        assert_eq!(seen.file("申报表/申报汇总表.xlsx")[1..3], ["used", "roster"], "{entry}");
        assert_eq!(seen.file(&format!("01{}/01身份证.jpg", book::name(1)))[1], "used", "{entry}");
    }
    for (entry, magic) in
        [("丙单位.rar", &b"Rar!\x1A\x07\x01\x00"[..]), ("丁单位.7z", b"7z\xBC\xAF\x27\x1C\0\x04")]
    {
        office.drop_file(entry, magic);
        let seen = checked(&office, entry);
        assert_eq!(text(&seen.submission()["state"]), "returned");
        assert_eq!(text(&seen.said("IN-114")["severity"]), "refuse");
    }
}

/// The same archive with its names in GBK and without the flag of UTF-8.
fn gbk_names(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let (mut out, mut list, mut count) = (Vec::new(), Vec::new(), 0u16);
    for n in 0..archive.len() {
        let mut member = archive.by_index(n).unwrap();
        let name = gb18030(&member.name().unwrap());
        let mut data = Vec::new();
        std::io::Read::read_to_end(&mut member, &mut data).unwrap();
        let (crc, length) = (member.crc32().to_le_bytes(), (data.len() as u32).to_le_bytes());
        let common = [&[0; 8][..], &crc, &length, &length, &(name.len() as u16).to_le_bytes()];
        let common = [&[20, 0][..], &common.concat()].concat();
        let at = (out.len() as u32).to_le_bytes();
        out.extend([b"PK\x03\x04", &common[..], &[0, 0], &name, &data].concat());
        list.extend([b"PK\x01\x02\x14\0", &common[..], &[0; 12], &at, &name].concat());
        count += 1;
    }
    let (length, at) = ((list.len() as u32).to_le_bytes(), (out.len() as u32).to_le_bytes());
    let n = count.to_le_bytes();
    out.extend(&list);
    out.extend([&b"PK\x05\x06\0\0\0\0"[..], &n, &n, &length, &at, &[0, 0]].concat());
    out
}

#[test]
fn a_half_copied_workbook_waits_and_an_empty_one_is_refused() {
    let Some(office) = Office::open() else { return };
    let whole = people(2).xlsx();
    office.drop_file("甲单位/申报表.xlsx", &whole[..whole.len() - 30]);
    office.drop_file("乙单位/申报表.xlsx", b"");
    office.pass().exits(1);
    let report = office.report();
    assert_eq!(text(&submission(&report, "甲单位")["state"]), "unsettled");
    let empty = submission(&report, "乙单位");
    assert_eq!(text(&empty["files"][0]["code"]), "IN-102");
    assert_eq!(text(&empty["state"]), "returned");
    office.drop_file("甲单位/申报表.xlsx", &whole);
    office.pass().exits(1);
    assert_eq!(each(&submission(&office.report(), "甲单位")["applicants"]).len(), 2);
}

#[test]
fn the_same_bytes_under_another_name_are_said_once() {
    let Some(office) = Office::open() else { return };
    let bytes = roster(&[&Person::clean(1)]);
    office.drop_file("申报表.xlsx", &bytes);
    office.pass_at("2019-06-12T10:00:00+08:00").exits(1);
    office.drop_file("申报表（最终）.xlsx", &bytes);
    office.pass_at("2019-06-12T11:00:00+08:00").exits(1);
    let again = submission(&office.report(), "申报表（最终）.xlsx");
    assert_eq!(text(&again["state"]), "duplicate");
    assert_eq!(codes(&again), ["IN-121"]);
    assert_eq!(text(&again["findings"][0]["severity"]), "info");
}

#[test]
fn a_new_version_wins_and_whoever_it_leaves_out_stays() {
    let Some(office) = Office::open() else { return };
    let (mut first, second) = (Person::clean(1), Person::clean(2));
    let place = format!("{UNIT}/汇总表.xlsx");
    office.drop_file(&place, &roster(&[&first, &second]));
    office.pass_at("2019-06-12T10:00:00+08:00").exits(1);
    std::fs::remove_file(office.path("inbox").join(&place)).unwrap();
    first.education = "本科".to_owned();
    office.drop_file(&format!("{UNIT}/汇总表(2)最终版.xlsx"), &roster(&[&first]));
    office.pass_at("2019-06-12T11:00:00+08:00").exits(1);
    let report = office.report();
    let rank = &applicant(&report, &first.name)["record"]["education.rank"];
    assert_eq!(text(&rank["value"]), "大学本科");
    let left = applicant(&report, &second.name);
    let asked = each(&left["findings"]).iter().find(|f| f["code"] == "DU-131").unwrap();
    assert_eq!((text(&asked["severity"]), &asked["needs_person"]), ("warn", &true.into()));
}

#[test]
fn a_picture_of_a_table_is_no_table() {
    let picture = || rust_xlsxwriter::Image::new_from_buffer(&jpeg(60, 84, 1)).unwrap();
    let bytes = book::with(&Roster::default(), |page| {
        page.insert_image(1, 1, &picture()).unwrap();
    });
    let Some(seen) = read("表.xlsx", &bytes) else { return };
    assert_eq!(seen.file("表.xlsx")[1..], ["held", "", "SS-131"]);
    assert_eq!(text(&seen.said("SS-131")["severity"]), "refuse");
    let bytes = book::with(&people(1), |page| {
        page.insert_image(9, 1, &picture()).unwrap();
    });
    let Some(seen) = read("表.xlsx", &bytes) else { return };
    seen.clean(2, 1);
    assert!(!seen.has("SS-131"));
}

#[test]
fn a_filled_form_is_a_roster_of_one() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let row = |cells: &[&str]| {
        format!("<w:tr>{}</w:tr>", cells.iter().map(|c| cell(c)).collect::<String>())
    };
    let table = [
        row(&["姓  名", &book::name(1), "性别", "男"]),
        row(&["身份证号码", &book::id(1), "参加工作时间", "1995.08"]),
        row(&["申报工种", "收银审核", "申报等级", "高级技师"]),
    ];
    let Some(seen) = read("登记表.docx", &docx(&table.concat())) else { return };
    assert_eq!(seen.file("登记表.docx"), ["docx", "used", "form", ""]);
    assert_eq!(seen.names(), [book::name(1)]);
    let record = &seen.people()[0]["record"];
    assert_eq!(text(&record["person.work_start"]["value"]), "1995-08");
    assert_eq!(text(&record["apply.trade"]["value"]), "收银审核");
}

#[test]
fn names_of_files_in_capitals_full_width_and_with_blanks() {
    for name in ["申报表.XLSX", "申报表．ｘｌｓｘ", "申报表.xlsx ", "申报表.Xls"] {
        let bytes =
            if name.ends_with("Xls") { xls(&people(1), &[], &[]) } else { people(1).xlsx() };
        let Some(seen) = read(name, &bytes) else { return };
        assert_eq!(seen.file(name)[1..], ["used", "roster", ""], "{name}");
        assert!(seen.words().is_empty(), "{name} {:?}", seen.words());
    }
}
