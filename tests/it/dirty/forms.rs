//! A wrong form dropped in place of the roster: the sender hears what it looks like.

use super::book::{Roster, people};
use super::read;
use crate::office::text;

/// What is said when only this sheet is handed in.
fn like(rows: &[&[&str]]) -> Option<String> {
    let seen = read("申报表.xlsx", &Roster::of(rows).xlsx())?;
    assert_eq!(seen.file("申报表.xlsx")[1..], ["held", "", "SS-111"]);
    assert_eq!(text(&seen.submission()["state"]), "returned");
    Some(text(&seen.said("SS-111")["message"]).to_owned())
}

#[test]
fn papers_that_are_no_roster_are_called_by_their_names() {
    let posts: &[&[&str]] = &[
        &["重庆市机关事业单位工勤岗位使用情况备案表"],
        &["填报单位（盖章）：南通市测试中心"],
        &["岗位情况", "等级", "一级（高级技师）", "二级（技师）", "三级（高级工）"],
        &["岗位情况", "核准岗位数", "2", "5", "9"],
        &["岗位情况", "现聘人数", "1", "4", "9"],
        &["岗位情况", "空缺岗位", "1", "1", "0"],
        &["填报人：测某", "联系电话：13800001553"],
    ];
    let counted: &[&[&str]] = &[
        &["2019年高级技师申报情况汇总表"],
        &["序号", "工种", "申报人数"],
        &["1", "收银审核", "3"],
    ];
    let wages: &[&[&str]] =
        &[&["2019年5月工资发放表"], &["部门", "人员", "实发"], &["后勤", "测某", "1"]];
    for (rows, word) in [
        (posts, "这像是附件4《岗位使用情况备案表》"),
        (&posts[3..6], "这像是附件4《岗位使用情况备案表》"),
        (counted, "这像是只有人数、没有人员名单的汇总表"),
        (wages, "这像是《2019年5月工资发放表》"),
    ] {
        let Some(said) = like(rows) else { return };
        assert!(said.contains(word), "{said}");
    }
    let Some(said) = like(&[&["各单位："], &["请于本月报送。"]]) else { return };
    assert!(said.contains("没有找到表头") && !said.contains("这像是"), "{said}");
}

#[test]
fn a_census_alone_is_no_roster() {
    let rows: &[&[&str]] =
        &[&["工种", "现有技师人数", "上一年度是否申报高级技师"], &["收银审核", "25", "否"]];
    let Some(seen) = read("申报表.xlsx", &Roster::of(rows).xlsx()) else { return };
    let said = seen.said("SS-116");
    assert_eq!(text(&said["severity"]), "warn");
    assert!(text(&said["message"]).contains("这像是技师人数统计表"), "{said}");
    // under its own name it is what it says, and comes after the roster
    let Some(seen) = read("技师人数.xlsx", &Roster::of(rows).xlsx()) else { return };
    assert_eq!(seen.file("技师人数.xlsx")[1..3], ["used", "census"]);
    assert!(!seen.has("SS-116"));
}

#[test]
fn a_table_of_another_level_is_seen_as_a_whole() {
    let mut table = people(2);
    table.set("O2", "技师").set("O3", "技师");
    let Some(seen) = read("申报表.xlsx", &table.xlsx()) else { return };
    let said = seen.said("SS-116");
    assert!(text(&said["message"]).contains("这像是技师的申报汇总表"), "{said}");
    assert!(seen.has("SC-121"));
    // one of two: a slip in a row, not another table
    table.set("O3", "高级技师");
    let Some(seen) = read("申报表.xlsx", &table.xlsx()) else { return };
    assert!(!seen.has("SS-116") && seen.has("SC-121"));
}

#[test]
fn a_table_made_for_printing_is_told_from_a_roster() {
    let mut table = people(1);
    table.without("身份证号码");
    table.add("公示结果", &[super::Cell::from("无异议")]);
    table.above(&[&["2019年南通市高级技师申报汇总表"]]);
    let Some(seen) = read("申报表.xlsx", &table.xlsx()) else { return };
    let said = text(&seen.said("SS-116")["message"]).to_owned();
    assert!(said.contains("打印用的《2019年南通市高级技师申报汇总表》"), "{said}");
    assert_eq!(text(&seen.said("SS-112")["severity"]), "error");
    let mut table = people(1);
    table.add("公示结果", &[super::Cell::from("无异议")]);
    table.above(&[&["2019年南通市高级技师申报汇总表"]]);
    let Some(seen) = read("申报表.xlsx", &table.xlsx()) else { return };
    assert!(seen.words().is_empty(), "{:?}", seen.words());
}
