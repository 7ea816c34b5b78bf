//! DD-76, DD-77 and DD-79 … DD-85: phones, years, flags, counts, merges, empty words, codes.

use super::book::{Cell, people};
use super::package::{ods, xls, xml_2003};
use super::{each_reads, look, read, reads};
use crate::office::{codes, each, text};
use crate::people::workbook;

#[test]
fn phones_in_every_form() {
    let phone = |raw: &str, value| reads(raw, value, "电话", &[]);
    each_reads(
        "联系电话",
        "contact.phone",
        &[
            reads(13_800_001_553.0, "13800001553", "", &[]),
            reads("13800001553", "13800001553", "", &[]),
            phone("138 0000 1553", "13800001553"),
            phone("+86 13800001553", "13800001553"),
            phone("13800001553/0513-85520883", "13800001553、0513-85520883"),
            reads("0513-85520883", "0513-85520883", "", &[]),
            reads("661553", "661553", "", &["FD-151 warn"]),
            reads("1380000155", "1380000155", "", &["FD-151 warn"]),
            reads("1.38E+10", "1.38E+10", "", &["FD-151 warn"]),
        ],
    );
}

#[test]
fn years_of_service_become_months() {
    each_reads(
        "工龄",
        "service.years",
        &[
            reads("24年", "24年", "", &[]),
            reads("23年3个月", "23年3个月", "", &[]),
            reads("二十四", "24年", "", &[]),
            reads(23.5, "23年6个月", "", &[]),
            reads("23.5", "23年6个月", "", &[]),
            reads("很久", "—", "", &[]),
        ],
    );
}

#[test]
fn quotes_around_a_value_are_no_part_of_it() {
    let school = |raw: &str| reads(raw, "南通开放大学", "引号", &[]);
    each_reads(
        "毕业院校",
        "education.school",
        &[
            school("“南通开放大学”"),
            school("\"南通开放大学\""),
            school("'南通开放大学"),
            school("　南通开放大学 "),
            reads("南通开放大学", "南通开放大学", "", &[]),
            reads("南通“开放”大学", "南通“开放”大学", "", &[]),
        ],
    );
}

#[test]
fn yes_and_no_in_every_sign() {
    let cases: Vec<super::Reads> =
        [(["是", "√", "有", "Y", "1", "■"], "true"), (["否", "×", "无", "N", "0", "□"], "false")]
            .into_iter()
            .flat_map(|(words, value)| words.map(|word| reads(word, value, "", &[])))
            .collect();
    each_reads("是否在编", "person.staffed", &cases);
    each_reads("是否转岗", "apply.transferred", &cases);
}

#[test]
fn remarks_set_flags_and_stay_as_they_are() {
    let words = [
        "退二进1",
        "证书班（2015）",
        "3年优秀",
        "连续三年优秀",
        "退伍兵",
        "退役军人",
        "转岗",
        "编外",
        "撤回",
        "未转岗",
    ];
    let mut table = people(words.len());
    for (row, word) in (2..).zip(words) {
        table.set(&format!("W{row}"), word);
    }
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    assert!(seen.words().is_empty(), "{:?}", seen.words());
    for (row, word) in (2..).zip(words).filter(|(_, word)| *word != "撤回") {
        assert_eq!(seen.value(row, "apply.note"), word);
    }
    let flag = |row: usize, field: &str| {
        let field = &seen.row(row)["record"][field];
        (field["value"].as_bool(), text(&field["source"]).to_owned())
    };
    let read_as = |value| (Some(value), "read".to_owned());
    assert_eq!(flag(3, "education.special_cert"), read_as(true));
    assert_eq!(flag(8, "apply.transferred"), read_as(true));
    assert_eq!(flag(9, "person.staffed"), read_as(false));
    assert_eq!(flag(11, "apply.transferred").1, "presumed");
    // who withdraws applies no more, and is asked for nothing
    let gone = seen.row(10);
    assert_eq!(text(&gone["decision"]), "returned");
    let said: Vec<&str> = codes(gone);
    assert_eq!(said, ["DU-131"]);
    assert!(seen.people().iter().filter(|p| codes(p).contains(&"DU-131")).count() == 1);
}

#[test]
fn counts_in_text_with_words_and_in_full_width() {
    each_reads(
        "带徒",
        "coached.top10_city",
        &[
            reads("3", "3", "", &[]),
            reads("3人", "3", "", &[]),
            reads("３", "3", "", &[]),
            reads(3.0, "3", "", &[]),
        ],
    );
    // the census of the unit: the same number in any dress gives the same quota
    let quota = |count: &str| {
        let rows =
            [["工种", "现有技师人数", "上一年度是否申报高级技师"], ["收银审核", count, "否"]];
        let census = workbook("技师人数", &rows.map(|row| row.map(str::to_owned).to_vec()));
        let roster = people(1).xlsx();
        let seen = look(&[("申报表.xlsx", &roster), ("单位材料/技师人数.xlsx", &census)])?;
        let said = seen.findings().into_iter().filter(|f| text(&f["code"]).starts_with("QT"));
        Some(said.map(|f| text(&f["message"]).to_owned()).collect::<Vec<_>>())
    };
    let Some(plain) = quota("25") else { return };
    for count in ["25人", "２５", "共25人", "二十五"] {
        assert_eq!(quota(count).unwrap(), plain, "{count}");
    }
    assert_ne!(quota("若干").unwrap(), plain);
}

#[test]
fn merged_values_fill_the_rows_they_cover() {
    let mut table = people(3);
    for (column, range) in [(13, 1..=3), (7, 1..=2)] {
        table.merges.push((*range.start(), column, *range.end(), column));
        for row in range.skip(1) {
            table.rows[row as usize][usize::from(column)] = Cell::from("");
        }
    }
    for (name, bytes) in [("表.xlsx", table.xlsx()), ("表.xls", xls(&table, &[], &[]))] {
        let Some(seen) = read(name, &bytes) else { return };
        assert!(seen.words().is_empty(), "{:?}", seen.words());
        for row in 2..=4 {
            assert_eq!(seen.value(row, "apply.trade"), "收银审核");
            assert_eq!(seen.value(row, "education.rank"), "大学专科");
        }
        assert_eq!(text(&seen.row(4)["record"]["apply.trade"]["origin"]["cell"]), "N2");
    }
    // without the merge the empty cell is empty
    table.merges.clear();
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    assert_eq!(seen.at("N3"), ["FD-101 error"]);
}

#[test]
fn dashes_and_words_for_nothing_are_empty() {
    let words = ["-", "—", "/", "无", "N/A", "空", "－－", "待定", "不详"];
    let mut table = people(words.len() + 1);
    for (row, word) in (2..).zip(words) {
        table.set(&format!("D{row}"), word).set(&format!("H{row}"), word);
    }
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    for (row, word) in (2..).zip(words) {
        assert!(seen.row(row)["record"]["person.ethnic"].is_null(), "{word}");
        let (optional, required) = (seen.at(&format!("D{row}")), seen.at(&format!("H{row}")));
        if ["待定", "不详"].contains(&word) {
            assert_eq!(optional, ["FD-109 warn"], "{word}");
            assert_eq!(required, ["FD-101 error", "FD-109 warn"], "{word}");
        } else {
            assert!(optional.is_empty(), "{word} {optional:?}");
            assert_eq!(required, ["FD-101 error"], "{word}");
        }
    }
    let last = words.len() + 2;
    assert!(seen.at(&format!("H{last}")).is_empty());
    assert_eq!(seen.value(last, "person.ethnic"), "汉族");
}

#[test]
fn zeros_at_the_front_of_a_code_are_kept_or_missed() {
    // an untyped value: the zero is in the file, and is not lost
    let mut table = people(3);
    table.set("L2", Cell::Raw("<c r=\"{at}\"><v>0732060001</v></c>")).set("L3", "0732060002");
    let Some(seen) = read("表.xlsx", &table.raw("", "")) else { return };
    assert_eq!(seen.value(2, "cert.no"), "0732060001");
    assert!(seen.words().is_empty(), "{:?}", seen.words());
    // a format of zeros: the file shows the code as it was meant
    let mut table = people(2);
    table.set("L2", Cell::Raw("<table:table-cell office:value-type=\"float\" office:value=\"732060001\"><text:p>0732060001</text:p></table:table-cell>"));
    let Some(seen) = read("表.ods", &ods(&table, "")) else { return };
    assert_eq!(seen.value(2, "cert.no"), "0732060001");
    table.set("L2", Cell::Raw("<Cell><Data ss:Type=\"Number\">0732060001</Data></Cell>"));
    let Some(seen) = read("表.xml", xml_2003(&table).as_bytes()) else { return };
    assert_eq!(seen.value(2, "cert.no"), "0732060001");
    // a number shorter than the codes beside it has lost them
    let mut table = people(3);
    table.set("L2", 7_320_600_001.0).set("L4", 17_320_600_003.0);
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    assert_eq!(seen.at("L2"), ["FD-164 warn"]);
    assert!(seen.at("L3").is_empty() && seen.at("L4").is_empty());
    let all = each(&seen.row(2)["findings"]);
    let said = all.iter().find(|f| f["code"] == "FD-164").unwrap();
    assert_eq!(said["field"], "cert.no");
}
