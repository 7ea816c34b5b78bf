//! Rosters in the dialects of offices: rows that are no people, labels nobody listed, forms.

use super::tests::{codes, one_row, person, run, sheet, value};
use super::*;
use crate::read::{Area, CellValue, Sheet};

fn names(filing: &Filing) -> Vec<String> {
    filing.rows.iter().map(|row| value(row, "person.name")).collect()
}

#[test]
fn rows_of_numbers_and_hints_are_no_people() {
    let labels = one_row();
    let numbers: Vec<String> = (1..=labels.len()).map(|n| n.to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let mut hints = vec!["必填"; labels.len()];
    (hints[1], hints[3], hints[4]) = ("与身份证一致", "18位", "如：1970.01");
    let good = person();
    let filing = run(
        "xlsx",
        vec![sheet("Sheet1", &[&labels, &numbers, &hints, &good, &["", "盖章："], &["", "附件3"]])],
    );
    assert_eq!(names(&filing), ["严飞"]);
}

#[test]
fn a_person_is_no_note_whatever_the_first_cell_says() {
    let mut labels = one_row();
    labels[0] = "单位";
    let mut good = person();
    good[0] = "审核管理中心";
    let filing =
        run("xlsx", vec![sheet("Sheet1", &[&labels, &good, &["审核：王某", "填表：李某"]])]);
    assert_eq!(names(&filing), ["严飞"]);
    assert_eq!(value(&filing.rows[0], "unit.name"), "审核管理中心");
}

#[test]
fn a_first_row_without_a_name_is_no_second_header_row() {
    let labels = one_row();
    let mut nameless = person();
    nameless[1] = "";
    let good = person();
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &nameless, &good])]);
    assert_eq!(filing.rows.len(), 2);
    assert!(codes(&filing.rows[0].findings).contains(&"FD-101"));
    assert_eq!(value(&filing.rows[1], "cert.no"), "0632");
    assert_eq!(codes(&filing.rows[1].findings), ["FD-106", "FD-111", "FD-111"]);
}

#[test]
fn groups_without_merges_go_on_to_the_right() {
    let mut labels = one_row();
    (labels[7], labels[8], labels[9]) = ("现职业技术工种", "", "");
    let mut children = vec![""; labels.len()];
    (children[7], children[8], children[9]) = ("名称", "等级", "获得时间");
    let good = person();
    let mut page = sheet("Sheet1", &[&["申报汇总表"], &labels, &children, &good]);
    page.merges.push(Area { top: 0, left: 0, bottom: 0, right: 17 });
    let filing = run("xlsx", vec![page]);
    assert_eq!(value(&filing.rows[0], "post.trade"), "汽车调度管理");
    assert_eq!(value(&filing.rows[0], "cert.date"), "2006-11");
    assert_eq!(codes(&filing.rows[0].findings), ["FD-106", "FD-111", "FD-111"]);
}

#[test]
fn trade_and_level_under_one_label() {
    let mut labels = one_row();
    (labels[7], labels[8]) = ("现工种/等级", "籍贯");
    let mut good = person();
    (good[7], good[8]) = ("维修电工/技师", "南通");
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &good])]);
    assert_eq!(value(&filing.rows[0], "post.trade"), "电工");
    assert_eq!(value(&filing.rows[0], "post.level"), "技师");
    (labels[7], labels[8]) = ("籍贯", "现工种等级");
    (good[7], good[8]) = ("南通", "电工技师");
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &good])]);
    assert_eq!(value(&filing.rows[0], "post.trade"), "电工");
    assert_eq!(value(&filing.rows[0], "post.level"), "技师");
    assert!(!codes(&filing.rows[0].findings).contains(&"SS-112"));
    good[8] = "宇航员技师";
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &good])]);
    assert!(codes(&filing.rows[0].findings).contains(&"FD-161"));
}

#[test]
fn a_written_none_is_not_overruled_by_the_trade() {
    let labels = one_row();
    let mut row = person();
    row[7] = "汽车调度（技师）";
    row[8] = "";
    let level = |row: &[&str]| {
        let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, row])]);
        value(&filing.rows[0], "post.level")
    };
    assert_eq!(level(&row), "技师");
    row[8] = "无";
    assert_eq!(level(&row), "none");
}

#[test]
fn error_words_of_a_text_format_are_errors() {
    let labels = one_row();
    let mut row = person();
    row[11] = "#REF!";
    let filing = run("csv", vec![sheet("Sheet1", &[&labels, &row])]);
    assert!(codes(&filing.rows[0].findings).contains(&"SS-128"));
}

#[test]
fn two_columns_of_education_give_the_higher() {
    let mut labels = one_row();
    (labels[6], labels[17]) = ("学历（全日制）", "学历（在职）");
    let mut row = person();
    (row[6], row[17]) = ("高中", "大专");
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &row])]);
    assert_eq!(value(&filing.rows[0], "education.rank"), "大学专科");
    (row[6], row[17]) = ("大专", "");
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &row])]);
    assert_eq!(value(&filing.rows[0], "education.rank"), "大学专科");
}

fn card() -> Sheet {
    let mut page = sheet(
        "严飞",
        &[
            &["高级技师申报审批表"],
            &["填报单位：市一院"],
            &["姓名", "严 飞", "性别", "女", "照片"],
            &["身份证号码", "11010519491231002X", "", "出生年月", "1949.12"],
            &["现工种", "汽车调度", "现等级", "技师", "获得时间", "2006.11"],
            &["证书号码", "0632", "发证机关", "江苏省人社厅"],
            &["学历", "大专", "申报工种", "汽车调度管理", "申报等级", "高级技师"],
            &["年度", "2017", "2018"],
            &["年度考核结果", "合格", "优秀"],
            &["继续教育", "", "备注", ""],
        ],
    );
    page.merges.push(Area { top: 3, left: 1, bottom: 3, right: 2 });
    page
}

#[test]
fn a_sheet_for_one_person() {
    let mut second = card();
    for cell in &mut second.cells {
        let text = cell.value.text();
        if text == "严 飞" {
            cell.value = CellValue::Text("严 二".to_owned());
        } else if text.len() == 18 {
            cell.value = CellValue::Text("110105194912310039".to_owned());
        }
    }
    let filing = run("xlsx", vec![card(), second]);
    assert_eq!(names(&filing), ["严飞", "严二"]);
    let row = &filing.rows[0];
    for (field, expect) in [
        ("person.id_no", "11010519491231002X"),
        ("person.birth", "1949-12"),
        ("post.trade", "汽车调度管理"),
        ("post.level", "技师"),
        ("cert.date", "2006-11"),
        ("apply.level", "高级技师"),
        ("appraisal.2017", "合格"),
        ("appraisal.2018", "优秀"),
        ("training.passed_years", "(absent)"),
        ("unit.name", "南通市第一人民医院"),
    ] {
        assert_eq!(value(row, field), expect, "{field}");
    }
    assert_eq!(row.record["cert.no"].origin.cell.as_deref(), Some("B6"));
    assert!(filing.findings.is_empty(), "{:?}", codes(&filing.findings));
}

#[test]
fn two_forms_below_each_other_and_grades_under_their_years() {
    let form = |name: &'static str, id: &'static str, grade: &'static str| {
        [
            vec!["姓名", name, "性别", "女"],
            vec!["身份证号码", id],
            vec!["现工种", "电工、技师", "学历", "大专"],
            vec!["近五年年度考核", "2017年", "2018年"],
            vec!["", grade, "优秀"],
            vec!["单位意见", "同意"],
        ]
    };
    let rows: Vec<Vec<&str>> = form("严飞", "11010519491231002X", "合格")
        .into_iter()
        .chain(form("严二", "11010519491231003", "不合格"))
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let mut page = sheet("Sheet1", &rows);
    for top in [3, 9] {
        page.merges.push(Area { top, left: 0, bottom: top + 1, right: 0 });
    }
    let filing = run("html", vec![page]);
    assert_eq!(names(&filing), ["严飞", "严二"]);
    assert_eq!(value(&filing.rows[0], "appraisal.2017"), "合格");
    assert_eq!(value(&filing.rows[1], "appraisal.2017"), "不合格");
    assert_eq!(value(&filing.rows[1], "appraisal.2018"), "优秀");
    assert_eq!(value(&filing.rows[0], "post.trade"), "电工");
    assert_eq!(value(&filing.rows[0], "post.level"), "技师");
}

#[test]
fn a_roster_turned_on_its_side() {
    let filing = run(
        "xlsx",
        vec![sheet(
            "Sheet1",
            &[
                &["姓名", "严 飞", "严 二"],
                &["身份证号码", "11010519491231002X", "11010519491231003"],
                &["学历", "大专", ""],
                &["申报工种", "电工", "维修电工"],
                &["申报等级", "高级技师", "高级技师"],
                &["现等级", "技师", "技师"],
            ],
        )],
    );
    assert_eq!(names(&filing), ["严飞", "严二"]);
    assert_eq!(value(&filing.rows[1], "apply.trade"), "电工");
    assert!(codes(&filing.rows[1].findings).contains(&"ID-102"));
    assert!(codes(&filing.rows[1].findings).contains(&"FD-101"));
}

#[test]
fn a_sheet_with_a_name_alone_is_no_form() {
    let filing = run(
        "xlsx",
        vec![sheet(
            "量化",
            &[&["姓名", "严飞"], &["工龄", "20"], &["学历", "大专"], &["得分", "5"]],
        )],
    );
    assert!(filing.rows.is_empty());
}
