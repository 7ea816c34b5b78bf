//! DD-56 … DD-68: dates.

use super::book::{Cell, people};
use super::{Reads, each_reads_in, read, reads};
use crate::office::text;

/// Dates in a column where nothing else on the row is held against them.
#[track_caller]
fn dates(cases: &[Reads]) {
    let mut table = people(cases.len());
    table.without("参加工作时间");
    each_reads_in(table, "取得资格时间", "cert.date", cases);
}

#[test]
fn a_date_cell_is_a_date_whatever_its_format_shows() {
    let day = |format| Cell::Date(2007, 11, 1, format);
    dates(&[
        reads(day("yyyy-mm-dd"), "2007-11-01", "", &[]),
        reads(day("yyyy\"年\"m\"月\""), "2007-11-01", "", &[]),
        reads(day("[DBNum1][$-804]yyyy\"年\"m\"月\""), "2007-11-01", "", &[]),
        reads(day("[$-804]yyyy\"年\"m\"月\"d\"日\";@"), "2007-11-01", "", &[]),
        reads(day("yyyy\\.mm"), "2007-11-01", "", &[]),
        reads(day("mmm-yy"), "2007-11-01", "", &[]),
    ]);
}

#[test]
fn a_serial_number_in_a_date_column_is_a_day() {
    dates(&[
        reads(39_387.0, "2007-11-01", "序列号", &["DT-105 info"]),
        reads("39387", "2007-11-01", "序列号", &["DT-105 info"]),
        reads("2007.11", "2007-11", "规范", &[]),
    ]);
}

#[test]
fn eight_and_six_digits() {
    dates(&[
        reads("20071101", "2007-11-01", "规范", &[]),
        reads(20_071_101.0, "2007-11-01", "规范", &[]),
        reads("200711", "2007-11", "规范", &[]),
        reads(200_711.0, "2007-11", "规范", &[]),
        reads("20071301", "—", "", &["DT-101 error"]),
    ]);
}

#[test]
fn october_in_text_is_october() {
    dates(&[
        reads("2007.10", "2007-10", "规范", &[]),
        reads("2007.1", "2007-01", "规范", &[]),
        reads("2007.01", "2007-01", "规范", &[]),
    ]);
}

#[test]
fn a_number_that_may_have_lost_its_zero_is_asked_about() {
    dates(&[
        reads(2007.1, "2007", "", &["DT-103 warn"]),
        reads(2007.01, "2007-01", "规范", &[]),
        reads(2007.11, "2007-11", "规范", &[]),
        reads(2007.12, "2007-12", "规范", &[]),
        reads(2007.2, "2007-02", "规范", &[]),
        reads(2007.9, "2007-09", "规范", &[]),
    ]);
    // of the birth the identity number knows the month; people 8 and 1 are of October and March
    let mut table = people(8);
    table.set("F9", 1975.1).set("F2", 1975.1).set("K3", "2007.1");
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    assert_eq!((seen.value(9, "person.birth"), seen.at("F9")), ("1975-10".to_owned(), vec![]));
    let repairs = seen.repairs(9, "person.birth");
    assert!(repairs.iter().any(|r| r.contains("身份证")), "{repairs:?}");
    assert!(seen.at("F2").contains(&"DT-103 warn".to_owned()), "{:?}", seen.at("F2"));
    // a table of text has lost what was typed: there it is as unsure as a number
    let mut table = people(2);
    table.set("K2", "2007.1").set("K3", "2007.10");
    let Some(seen) = read("表.csv", table.csv(',').as_bytes()) else { return };
    assert_eq!(
        (seen.value(2, "cert.date"), seen.at("K2")),
        ("2007".to_owned(), vec!["DT-103 warn".to_owned()])
    );
    assert_eq!((seen.value(3, "cert.date"), seen.at("K3")), ("2007-10".to_owned(), vec![]));
}

#[test]
fn every_separator_and_two_digit_years() {
    let month = |raw: &str| reads(raw, "2007-10", "规范", &[]);
    let short = |raw: &str, value| reads(raw, value, "两位年份", &["DT-105 info"]);
    dates(&[
        month("2007/10"),
        month("2007、10"),
        month("2007,10"),
        month("2007。10"),
        month("2007．10"),
        month("２００７．１０"),
        reads("2007-10", "2007-10", "", &[]),
        short("75.10", "1975-10"),
        short("75年10月", "1975-10"),
        short("07年10月", "2007-10"),
        reads("30-01", "1930-01", "两位年份", &["DT-105 info", "DT-115 warn"]),
    ]);
}

#[test]
fn dates_in_chinese() {
    dates(&[
        reads("2007年10月1日", "2007-10-01", "规范", &[]),
        reads("2007 年 10 月", "2007-10", "规范", &[]),
        reads("二〇〇七年十月", "2007-10", "中文数字", &[]),
        reads("二○○七年五月", "2007-05", "中文数字", &[]),
        reads("二零零七年十二月二十一日", "2007-12-21", "中文数字", &[]),
        reads("二Ｏ一O年五月", "2010-05", "中文数字", &[]),
        reads("2007年元月", "2007-01", "规范", &[]),
        reads("农历二〇〇七年腊月", "—", "", &["DT-106 error"]),
    ]);
}

#[test]
fn a_time_of_day_is_cut_off() {
    dates(&[
        reads("2007-10-01 00:00:00", "2007-10-01", "规范", &[]),
        reads("2007-10-01T08:30:00", "2007-10-01", "规范", &[]),
        reads("2007-10-01", "2007-10-01", "", &[]),
    ]);
}

#[test]
fn days_that_do_not_exist_are_errors() {
    dates(&[
        reads("1990.02.30", "—", "", &["DT-101 error"]),
        reads("2009.13", "—", "", &["DT-101 error"]),
        reads("2007.00", "2007", "", &["DT-104 warn"]),
        reads("1992.02.29", "1992-02-29", "规范", &[]),
    ]);
}

#[test]
fn a_year_alone_is_asked_about() {
    dates(&[
        reads("2007", "2007", "", &["DT-104 warn"]),
        reads("2007年", "2007", "", &["DT-104 warn"]),
        reads(2007.0, "2007", "", &["DT-104 warn"]),
    ]);
}

#[test]
fn dates_that_cannot_be() {
    let mut table = people(6);
    table.set("K2", "2019.07").set("K3", "1994.07").set("G4", "1989.01").set("G5", "1935.07");
    table.set("K6", "2019.06").set("K7", "1995.08");
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    assert_eq!(seen.at("K2"), ["DT-111 error"]);
    assert_eq!(seen.at("K3"), ["DT-113 error"]);
    assert_eq!(seen.at("G4"), ["DT-112 warn"]);
    assert_eq!(seen.at("G5"), ["DT-112 warn", "DT-115 warn"]);
    // this month, and the month work began, may be
    assert!(seen.at("K6").is_empty() && seen.at("K7").is_empty());
    assert!(text(&seen.said("DT-115")["message"]).contains("参加工作时间"));
}

#[test]
fn an_american_order_is_not_guessed() {
    dates(&[
        reads("10/1/07", "—", "", &["DT-102 error"]),
        reads("10-1-07", "—", "", &["DT-102 error"]),
        reads("10/1/2007", "—", "", &["DT-102 error"]),
        reads("2007/10/1", "2007-10-01", "规范", &[]),
    ]);
}

#[test]
fn a_job_that_goes_on_has_an_open_end() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let row = |cells: &[&str]| {
        format!("<w:tr>{}</w:tr>", cells.iter().map(|c| cell(c)).collect::<String>())
    };
    for (end, expect) in [("至今", "至今"), ("现在", "至今"), ("", "至今"), ("2003.05", "2003-05")]
    {
        let table = [
            row(&["姓名", &super::book::name(1), "身份证号码", &super::book::id(1)]),
            row(&["申报工种", "收银审核", "申报等级", "高级技师"]),
            row(&["起止时间", "工作单位", "从事工种", "证明人"]),
            row(&[&format!("1995.08—{end}"), "某旧厂", "收银员", "某某"]),
        ];
        let Some(seen) = read("登记表.docx", &super::package::docx(&table.concat())) else {
            return;
        };
        let record = &seen.people()[0]["record"];
        assert_eq!(text(&record["resume.1.from"]["value"]), "1995-08", "{end} {record}");
        assert_eq!(text(&record["resume.1.to"]["value"]), expect, "{end}");
        // the former unit and trade are none of the person's own
        assert_eq!(text(&record["unit.name"]["value"]), super::UNIT);
        assert_eq!(text(&record["apply.trade"]["value"]), "收银审核");
        assert!(record["post.trade"].is_null());
    }
}
