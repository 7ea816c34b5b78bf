//! DD-69 … DD-75 and DD-78: levels, trades, sex, birth, groups, schools, units.

use super::book::{self, people};
use super::{UNIT, each_reads, look_in, read, reads};
use crate::misuse::copy_tree;
use crate::office::{Office, codes, each, repo, text};

#[test]
fn words_for_levels() {
    let level = |raw: &str, value| reads(raw, value, "等级名称", &[]);
    each_reads(
        "现有等级",
        "post.level",
        &[
            reads("技师", "技师", "", &[]),
            level("技 师", "技师"),
            level("二级", "技师"),
            level("二级/技师", "技师"),
            level("技师（二级）", "技师"),
            level("技术工二级", "技师"),
            level("高级技工", "高级工"),
            level("技术工三级", "高级工"),
            level("三级/高级工", "高级工"),
            level("高级工（三级）", "高级工"),
            level("四级工", "中级工"),
            level("初级技工", "初级工"),
            level("五级/初级工", "初级工"),
            level("一级/高级技师", "高级技师"),
            level("高技", "高级技师"),
            reads("普通工", "普通工", "", &[]),
            reads("无", "none", "", &[]),
            reads("学徒", "none", "", &[]),
            reads("正高级", "—", "", &["FD-161 error"]),
            reads("一级/技师", "—", "", &["FD-161 error"]),
        ],
    );
}

#[test]
fn trades_by_their_other_names_are_named_and_unknown_ones_get_the_nearest() {
    let mut table = people(4);
    for (row, trade) in (2..).zip(["收银员", "收银　审核", "维修电工", "收银审計"])
    {
        table.set(&format!("N{row}"), trade).set(&format!("I{row}"), trade);
    }
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    let told = |row: usize| {
        let codes = codes(seen.row(row));
        (seen.value(row, "apply.trade"), codes.contains(&"SC-113"), codes.contains(&"SC-114"))
    };
    assert_eq!(told(2), ("收银审核".to_owned(), true, false));
    assert_eq!(told(3), ("收银审核".to_owned(), false, false));
    assert_eq!(told(4), ("电工".to_owned(), true, false));
    assert_eq!(told(5), ("收银审計".to_owned(), false, true));
    assert_eq!(text(&seen.said("SC-113")["severity"]), "info");
    // the scope of this circular is not complete: unknown is a warning, with the nearest name
    let said = seen.said("SC-114");
    assert_eq!(text(&said["severity"]), "warn");
    assert!(text(&said["message"]).contains("收银审核"), "{said}");
}

#[test]
fn a_complete_scope_refuses_what_is_not_in_it() {
    let Some(office) = strict("complete = false", "complete = true") else { return };
    let mut table = people(2);
    table.set("N2", "收银审計").set("I2", "收银审計");
    let Some(seen) = look_in(&office, &[("表.xlsx", &table.xlsx())]) else { return };
    let said = seen.said("SC-101");
    assert_eq!(text(&said["severity"]), "error");
    assert!(text(&said["hint"]).contains("收银审核"), "{said}");
    assert!(!codes(seen.row(3)).contains(&"SC-101"));
}

/// An office whose circular reads otherwise in one place.
fn strict(from: &str, to: &str) -> Option<Office> {
    let office = Office::open()?;
    let templates = office.path("templates");
    copy_tree(&repo("templates"), &templates);
    let place = templates.join("nantong-2019/circular.toml");
    let pack = std::fs::read_to_string(&place).unwrap();
    assert!(pack.contains(from), "{from}");
    std::fs::write(&place, pack.replacen(from, to, 1)).unwrap();
    office.configure(&templates, &repo("fonts"), "");
    Some(office)
}

#[test]
fn a_trade_and_a_level_in_one_cell_are_taken_apart() {
    let mut table = people(4);
    for (row, joined) in
        (2..).zip(["收银审核/高级技师", "收银审核高级技师", "高级技师（收银审核）", "收银审核"])
    {
        table.set(&format!("N{row}"), joined);
    }
    for row in 2..=4 {
        table.set(&format!("O{row}"), "");
    }
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    for row in 2..=5 {
        assert_eq!(seen.value(row, "apply.trade"), "收银审核");
        assert_eq!(seen.value(row, "apply.level"), "高级技师");
    }
    let repairs = seen.repairs(3, "apply.level");
    assert!(repairs.iter().any(|r| r.contains("拆分")), "{repairs:?}");
    assert!(seen.repairs(5, "apply.trade").is_empty() && seen.words().is_empty());
}

#[test]
fn a_missing_sex_is_filled_and_a_wrong_one_is_an_error() {
    let mut table = people(4);
    table.set("C2", "").set("C3", "女").set("C4", "1").set("C5", "不明");
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    let filled = &seen.row(2)["record"]["person.sex"];
    assert_eq!((text(&filled["value"]), text(&filled["source"])), ("男", "filled"));
    let of = |row: usize, code: &str| {
        let all = each(&seen.row(row)["findings"]);
        let found = all.iter().find(|f| f["code"] == code && f["field"] == "person.sex");
        found.map(|f| text(&f["severity"]).to_owned())
    };
    assert_eq!(of(2, "FD-111").as_deref(), Some("info"));
    assert_eq!(seen.at("C3"), ["ID-107 error"]);
    assert_eq!((seen.value(4, "person.sex"), seen.at("C4")), ("男".to_owned(), vec![]));
    assert_eq!(seen.at("C5"), ["FD-112 error"]);
    assert!(of(4, "FD-111").is_none());
}

#[test]
fn a_missing_birth_is_filled_and_another_one_is_asked_about() {
    let mut table = people(3);
    table.set("F2", "").set("F3", "1974.01");
    let Some(seen) = read("表.xlsx", &table.xlsx()) else { return };
    let filled = &seen.row(2)["record"]["person.birth"];
    assert_eq!((text(&filled["value"]), text(&filled["source"])), ("1975-03-02", "filled"));
    assert_eq!(text(&seen.said("FD-111")["severity"]), "info");
    assert_eq!(seen.at("F3"), ["DT-121 warn"]);
    assert_eq!(seen.value(3, "person.birth"), "1974-01");
    assert!(seen.at("F4").is_empty());
}

#[test]
fn the_han_are_written_in_full() {
    each_reads(
        "民族",
        "person.ethnic",
        &[
            reads("汉", "汉族", "民族", &[]),
            reads("汉族", "汉族", "", &[]),
            reads("汉 族", "汉族", "空格", &[]),
            reads("土家", "土家族", "民族", &[]),
            reads("土", "土族", "民族", &[]),
            reads("穿青人", "穿青人", "", &["FD-121 warn"]),
        ],
    );
}

#[test]
fn schools_in_free_words_and_of_two_the_higher() {
    let rank = |raw: &str, value| reads(raw, value, "学历", &[]);
    each_reads(
        "文化程度",
        "education.rank",
        &[
            rank("大专（函授）", "大学专科"),
            rank("本科/学士", "大学本科"),
            rank("大学", "大学本科"),
            rank("专科", "大学专科"),
            rank("中技", "技校"),
            reads("大学专科", "大学专科", "", &[]),
            reads("高中（中专）", "中专", "最高", &["FD-135 warn"]),
            reads("大专、本科", "大学本科", "最高", &["FD-135 warn"]),
            reads("本科肄业", "—", "学历", &["FD-132 warn"]),
            reads("识字班", "—", "", &["FD-131 error"]),
        ],
    );
}

#[test]
fn units_by_their_short_names_with_seals_and_departments() {
    let units = "\n[aliases.units]\n\"南通市第一测试医院\" = [\"市测一院\"]\n\n[aliases.issuers]";
    let Some(office) = strict("\n[aliases.issuers]", units) else { return };
    let names = [
        "市测一院",
        "南通市第一测试医院（盖章）",
        "南通市第一测试医院后勤科",
        "南通市第一测试医院",
        "南通市第一测试医院分院",
    ];
    let mut table = people(names.len());
    let letter = table.add("单位", &names.map(book::Cell::from));
    let Some(seen) = look_in(&office, &[("表.xlsx", &table.xlsx())]) else { return };
    let full = "南通市第一测试医院";
    for (row, value, says) in [
        (2, full, &["FD-141 info"][..]),
        (3, full, &[]),
        (4, full, &["FD-141 info"]),
        (5, full, &[]),
        (6, "南通市第一测试医院分院", &[]),
    ] {
        assert_eq!(seen.value(row, "unit.name"), value);
        assert_eq!(seen.at(&format!("{letter}{row}")), says, "{row}");
    }
    assert!(seen.repairs(3, "unit.name").iter().any(|r| r.contains("盖章")));
    assert_eq!(text(&seen.submission()["source"]), UNIT);
}
