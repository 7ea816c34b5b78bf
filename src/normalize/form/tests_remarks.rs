//! The forms of Chongqing: which one, what an opinion must say, scores and votes.

use super::tests::{codes, drawn, holds};
use super::*;
use crate::pack::{Pack, load};
use chrono::NaiveDate;
use std::path::Path;

const ID: &str = "500112197503040110";

fn pack() -> Pack {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), "chongqing").unwrap().pack
}

/// A form with a mark, what is applied for, and these rows.
#[track_caller]
fn filled(mark: &str, level: &str, rows: &[&str]) -> Row {
    let first = format!("姓名|张三|身份证号码|{ID}");
    let second = format!("申报工种|电工|申报等级|{level}");
    let all: Vec<&str> =
        [first.as_str(), second.as_str()].into_iter().chain(rows.iter().copied()).collect();
    let title = "重庆市机关事业单位工勤人员申报技术等级（岗位）考核情况登记表";
    let titles = [mark, title].map(str::to_owned).to_vec();
    let form = FilledForm { tables: vec![drawn(titles.len(), &all)], titles };
    let pack = pack();
    let ctx = Ctx::new(&pack, NaiveDate::from_ymd_opt(2022, 6, 12).unwrap(), &[]);
    match read(&ctx, "登记表.docx", &form, "某单位") {
        Read::Person(row) => row,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_form_of_other_levels_is_told() {
    for (mark, level, told) in [
        ("附件1", "中级工", false),
        ("附件2", "技师", false),
        ("附件1", "技师", true),
        ("附件2", "☑高级工", true),
        // without its mark the printed choice tells the form
        ("登记表", "☐技师／☑高级技师", false),
        ("登记表", "技师", false),
    ] {
        let row = filled(mark, level, &[]);
        let said = codes(&row, "apply.level").contains(&"FM-101");
        assert_eq!(said, told, "{mark} {level}: {:?}", row.findings);
    }
    let row = filled("附件1", "技师", &[]);
    let finding = row.findings.iter().find(|f| f.code.as_str() == "FM-101").unwrap();
    assert!(finding.message.contains("附件2《重庆市"), "{}", finding.message);
    assert_eq!((finding.clause.as_str(), finding.blocks()), ("附件2", true));
}

#[test]
fn an_opinion_must_say_what_the_form_asks() {
    let opinion = |text: &str| {
        let cell = format!(
            "单位推荐意见：（请说明有无相应空岗或不受岗位限额参评的情形）\n{text}\n（公章）\n年　月　日>4"
        );
        filled("附件2", "技师", &[&cell, "何时何地受过何种奖励或处分|>3"])
    };
    let good = opinion("本单位有技师空岗1个，同意推荐。");
    assert_eq!(codes(&good, "opinion.unit"), ["FM-112"]);
    holds(&good, &[("opinion.unit", "本单位有技师空岗1个，同意推荐。")]);
    assert_eq!(codes(&good, "awards_text"), ["FM-103"]);
    for bad in ["同意推荐。", ""] {
        let row = opinion(bad);
        assert!(codes(&row, "opinion.unit").contains(&"FM-111"), "{bad}: {:?}", row.findings);
    }
    let dated = filled(
        "附件2",
        "技师",
        &[
            "单位推荐意见：不受岗位限额。\n2022年5月3日>4",
            "何时何地受过何种奖励或处分|2015年先进>3",
        ],
    );
    assert_eq!(codes(&dated, "opinion.unit"), [""; 0]);
    assert_eq!(codes(&dated, "awards_text"), [""; 0]);
}

#[test]
fn scores_are_numbers_or_words() {
    let scores = |a: &str, b: &str, c: &str| {
        let values = format!("{a}|{b}|{c}|");
        filled("附件2", "技师", &["业务理论考核|实际操作考试|综合评审考试|备注", &values])
    };
    let good = scores("86", "92.5分", "合格");
    holds(&good, &[("score.theory", "86"), ("score.practice", "92.5"), ("score.review", "合格")]);
    let bad = scores("101", "优", "");
    assert_eq!(codes(&bad, "score.theory"), ["FM-122"]);
    assert_eq!(codes(&bad, "score.practice"), ["FM-122"]);
    // nothing entered yet is no score, and not zero
    assert_eq!(codes(&bad, "score.review"), [""; 0]);
    holds(&bad, &[("score.review", "-")]);
}
