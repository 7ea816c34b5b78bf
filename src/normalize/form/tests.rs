//! Forms drawn by hand: `|` between cells, `^` goes on from above, `>2` covers two columns.

use super::*;
use crate::normalize::Row;
use crate::pack::{Pack, load};
use crate::read::{Area, FormCell, FormTable};
use chrono::NaiveDate;
use std::path::Path;

const ID: &str = "320602197501201217";

fn pack() -> Pack {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), "nantong-2019").unwrap().pack
}

pub(super) fn drawn(above: usize, rows: &[&str]) -> FormTable {
    let mut cells: Vec<FormCell> = Vec::new();
    for (y, row) in (0_u32..).zip(rows) {
        let mut left = 0;
        for (index, part) in (0_u32..).zip(row.split('|')) {
            let (text, span) = match part.split_once('>') {
                Some((text, span)) => (text, span.parse().unwrap()),
                None => (part, 1),
            };
            if text == "^" {
                let found = cells.iter_mut().rev().find(|c| c.area.left == left).unwrap();
                found.area.bottom = y;
                left = found.area.right + 1;
                continue;
            }
            let area = Area { top: y, left, bottom: y, right: left + span - 1 };
            cells.push(FormCell { area, index, text: text.to_owned() });
            left += span;
        }
    }
    FormTable { above, cells }
}

fn form(titles: &[&str], rows: &[&str]) -> FilledForm {
    let titles: Vec<String> = titles.iter().map(|t| (*t).to_owned()).collect();
    FilledForm { tables: vec![drawn(titles.len(), rows)], titles }
}

fn outcome(form: &FilledForm) -> Read {
    let pack = pack();
    let ctx = Ctx::new(&pack, NaiveDate::from_ymd_opt(2019, 6, 12).unwrap(), &[]);
    read(&ctx, "登记表.docx", form, "某单位")
}

#[track_caller]
fn person(form: &FilledForm) -> Row {
    match outcome(form) {
        Read::Person(row) => row,
        other => panic!("{other:?}"),
    }
}

pub(super) fn value(row: &Row, field: &str) -> String {
    let value = row.record.get(field).and_then(|f| f.value.as_ref());
    value.map_or_else(|| "-".to_owned(), crate::normalize::Value::text)
}

#[track_caller]
pub(super) fn holds(row: &Row, all: &[(&str, &str)]) {
    let got: Vec<(&str, String)> = all.iter().map(|(f, _)| (*f, value(row, f))).collect();
    let want: Vec<(&str, String)> = all.iter().map(|(f, v)| (*f, (*v).to_owned())).collect();
    assert_eq!(got, want);
}

pub(super) fn codes<'r>(row: &'r Row, field: &str) -> Vec<&'r str> {
    let about = |f: &&Finding| f.field.as_deref() == Some(field);
    row.findings.iter().filter(about).map(|f| f.code.as_str()).collect()
}

/// Name and number, then these rows.
fn with(rows: &[&str]) -> FilledForm {
    let first = format!("姓名|张三|身份证号码|{ID}");
    let all: Vec<&str> = std::iter::once(first.as_str()).chain(rows.iter().copied()).collect();
    form(&["技术等级考核审批表"], &all)
}

#[test]
fn a_form_of_chongqing_is_read_by_its_labels() {
    let number = format!("身份证号码|{ID}>3|出生\n年月|1975年1月|^");
    let form = form(
        &["附件2", "重庆市机关事业单位工勤人员", "申报技术等级（岗位）考核情况登记表"],
        &[
            "姓  名|张三|性别|男|民族|汉|贴\n照\n片",
            &number,
            "参加工作\n时间|1995.8>5|^",
            "所在单位|某市某局>3|本技术工种\n年限|24年|^",
            "单位地址|某路1号|邮编|226000|联系电话|13800001553>2",
            "工  龄|24>2|现工种/等级>2|电工/技师>2",
            "从事现工种\n等级年限|12>2|申报工种/等级>2|电工/高级技师>2",
        ],
    );
    let row = person(&form);
    holds(
        &row,
        &[
            ("person.name", "张三"),
            ("person.sex", "男"),
            ("person.ethnic", "汉族"),
            ("person.id_no", ID),
            ("person.birth", "1975-01"),
            ("person.work_start", "1995-08"),
            ("unit.name", "某市某局"),
            ("post.trade_years", "24年"),
            ("unit.address", "某路1号"),
            ("unit.postcode", "226000"),
            ("contact.phone", "13800001553"),
            ("service.years", "24年"),
            ("post.trade", "电工"),
            ("post.level", "技师"),
            ("post.level_years", "12年"),
            ("apply.trade", "电工"),
            ("apply.level", "高级技师"),
        ],
    );
    let place = &row.record["person.id_no"].origin;
    assert_eq!((place.sheet.as_deref(), place.cell.as_deref()), (Some("表1"), Some("B2")));
    let strange = row.findings.iter().find(|f| f.code.as_str() == "FM-142").unwrap();
    assert!(strange.message.contains("申报技术等级（岗位）考核情况登记表"), "{strange:?}");
    assert!(
        strange.message.contains("年度考核") && strange.message.contains("学历"),
        "{strange:?}"
    );
    assert!(!strange.message.contains("姓名"), "{strange:?}");
}

#[test]
fn the_tall_cell_at_the_left_speaks_for_its_rows() {
    let number = format!("^|性别|男|身份证号|{ID}");
    let form = form(
        &["技术等级考核审批表"],
        &[
            "基\n本\n情\n况|姓\n名|张三|单位|某局",
            &number,
            "现岗位情况|工种|电工|等级|技师",
            "^|取得时间|2007.11|证书编号|0732060001",
            "学历情况|学历|大专|专业|机电",
            "^|证书编号|xl-1|毕业时间|2003.7",
            "申报情况|工种|电工|等级|高级技师",
            "^|是否转岗|否|备注|",
        ],
    );
    holds(
        &person(&form),
        &[
            ("person.name", "张三"),
            ("unit.name", "某局"),
            ("post.trade", "电工"),
            ("post.level", "技师"),
            ("cert.date", "2007-11"),
            ("cert.no", "0732060001"),
            ("education.rank", "大学专科"),
            ("education.no", "xl-1"),
            ("education.date", "2003-07"),
            ("apply.level", "高级技师"),
            ("apply.transferred", "否"),
        ],
    );
}

#[test]
fn labels_over_their_values_and_the_highest_diploma_speaks() {
    let row = person(&with(&[
        "学  历|毕业时间|毕业院校|证书编号",
        "高中|1993.7|某中学|A-1",
        "大专|2003.7|某学院|B-2",
        "|||",
    ]));
    holds(
        &row,
        &[
            ("education.rank", "大学专科"),
            ("education.date", "2003-07"),
            ("education.school", "某学院"),
            ("education.no", "B-2"),
            ("education.2.school", "某中学"),
            ("education.2.date", "1993-07"),
            ("cert.no", "-"),
        ],
    );
    // left empty, the cells are still asked
    let row = person(&with(&["学历|毕业时间|毕业院校|证书编号", "|||"]));
    assert_eq!(codes(&row, "education.rank"), ["FD-101"]);
}

#[test]
fn labels_below_a_wide_one_are_its_parts() {
    let row = person(&with(&[
        "现职业技术工种>3|申报工种",
        "名称|等级|获得时间|电工",
        "电工|技师|2007.11|",
    ]));
    holds(&row, &[("post.trade", "电工"), ("post.level", "技师"), ("cert.date", "2007-11")]);
}

#[test]
fn schools_beside_one_label_and_labels_by_their_words() {
    let row = person(&with(&[
        "学历\n学位|全日制\n教育|高中|毕业院校",
        "^|在职\n教育|大专|某学院",
        "技师资格批准时间|2007.11|出生年月（岁）|1975.01\n（44岁）",
        "拟申报职业（工种）|电工|父亲姓名|李四",
    ]));
    holds(
        &row,
        &[
            ("education.rank", "大学专科"),
            ("cert.date", "2007-11"),
            ("person.birth", "1975-01"),
            ("apply.trade", "电工"),
            ("person.name", "张三"),
        ],
    );
}

#[test]
fn years_over_grades_in_every_dress() {
    let expect = [("appraisal.2014", "合格"), ("appraisal.2015", "优秀"), ("appraisal.2016", "-")];
    for rows in [
        &["近五年\n年度考核|2014|2015|2016", "^|合格|优秀|"][..],
        &["年度|2014年度|2015年度|2016年度", "考核结果|合格|优秀|"][..],
        &["年度考核|2014年|合格|2015年", "^|优秀|2016年|"][..],
        &["2014年度考核|合格|2015年度考核|优秀"][..],
        &["年度考核|2014|合格>2", "^|2015|优秀>2", "^|2016|>2"][..],
    ] {
        let row = person(&with(rows));
        if rows[0].contains("2014年|合格") {
            holds(&row, &[("appraisal.2014", "合格")]);
            continue;
        }
        holds(&row, &expect);
    }
}

#[test]
fn a_job_of_the_past_is_no_field_of_the_person() {
    let row = person(&with(&[
        "工\n作\n简\n历|年 月至 年 月|单位|工种",
        "^|1995.08—2003.05|某旧厂|钳工",
        "^|2003年6月至今|某局|电工",
        "^|||",
        "学习简历|起止时间|学校|学历",
        "^|1990—1993|某小学|小学",
        "家庭成员|姓名|性别|单位",
        "^|李四|女|某外厂",
    ]));
    holds(
        &row,
        &[
            ("person.name", "张三"),
            ("person.sex", "男"),
            ("unit.name", "某单位"),
            ("apply.trade", "-"),
            ("education.rank", "-"),
            ("resume.1.from", "1995-08"),
            ("resume.1.to", "2003-05"),
            ("resume.1.unit", "某旧厂"),
            ("resume.1.trade", "钳工"),
            ("resume.2.from", "2003-06"),
            ("resume.2.to", "至今"),
            ("resume.3.unit", "-"),
        ],
    );
    assert_eq!(row.record["resume.1.to"].raw, "1995.08—2003.05");
    // a heading above speaks as a tall cell does
    let row = person(&with(&[
        "工作简历>4",
        "时间|工作单位|职务|证明人",
        "1995-08-2003-05|某旧厂|钳工|王五",
    ]));
    holds(&row, &[("resume.1.to", "2003-05"), ("resume.1.trade", "钳工"), ("unit.name", "某单位")]);
}

#[test]
fn papers_stand_in_rows() {
    let row = person(&with(&[
        "论文|论文题目|发表刊物及刊号|发表时间",
        "^|收银审核的内部控制|会计之友\nCN14-1063/F 2016年第3期|2016年3月",
        "^|||",
    ]));
    holds(
        &row,
        &[
            ("papers.1.title", "收银审核的内部控制"),
            ("papers.1.journal", "会计之友"),
            ("papers.1.issn", "CN14-1063/F"),
            ("papers.1.issue", "2016年第3期"),
            ("papers.1.date", "2016-03"),
            ("papers.2.title", "-"),
        ],
    );
}

#[test]
fn blanks_to_fill_in_are_empty() {
    let row = person(&with(&[
        "出生年月|    年  月|参加工作时间|____年__月",
        "取得时间|年   月   日|证书号码|＿＿＿＿",
        "学历|   |现工种|__电工__",
    ]));
    holds(&row, &[("cert.date", "-"), ("cert.no", "-"), ("post.trade", "电工")]);
    assert_eq!(codes(&row, "cert.date"), ["FD-101"]);
    assert_eq!(codes(&row, "person.work_start"), Vec::<&str>::new());
    assert_eq!(row.record["post.trade"].raw, "__电工__");
}

#[test]
fn label_and_value_in_one_cell_or_line() {
    let number = format!("身份证号码：{ID}");
    let mut form = form(
        &["技术等级考核审批表", "工作单位：某局", "申报工种：____", "申报等级_高级技师_"],
        &["姓名：张三\n性别：☑男 ☐女|民族：汉", &number],
    );
    form.titles.push("联系电话：13800001553".to_owned());
    let row = person(&form);
    holds(
        &row,
        &[
            ("person.name", "张三"),
            ("person.sex", "男"),
            ("person.ethnic", "汉族"),
            ("person.id_no", ID),
            ("unit.name", "某局"),
            ("contact.phone", "13800001553"),
        ],
    );
    assert_eq!(codes(&row, "apply.trade"), ["FD-101"]);
}

#[test]
fn a_hint_above_the_place_to_write_in_is_no_value() {
    let row = person(&with(&[
        "主要专业\n技术业绩|生产（工种）成就、技术攻关等情况。（篇幅不够，可另加附页）>3",
        "^|带徒三人。\n革新两项。>3",
        "何时何地受过何种奖励或处分|2016年嘉奖>3",
    ]));
    holds(&row, &[("achievements", "带徒三人。\n革新两项。"), ("awards_text", "2016年嘉奖")]);
    assert!(row.record["achievements"].raw.contains("篇幅不够"));
}

#[test]
fn an_identity_number_in_boxes() {
    let boxes: Vec<String> = ID.chars().map(String::from).collect();
    let line = format!("身份证号码|{}", boxes.join("|"));
    let name = "姓名|张三>17|";
    let row = person(&form(&["审批表"], &[name, &line, "学历|大专>18"]));
    holds(&row, &[("person.id_no", ID), ("person.name", "张三")]);
    let short = format!("身份证号码|{}", boxes[..14].join("|"));
    let row = person(&form(&["审批表"], &[name, &short, "学历|大专>18"]));
    assert_ne!(value(&row, "person.id_no"), ID);
}

#[test]
fn a_choice_is_the_value_and_no_choice_is_told() {
    let row = person(&with(&[
        "性别|☑男 ☐女|是否转岗|是□ 否☑",
        "申报等级|☑高级技师\n☐技师|是否破格及条款|☑是（A2） ☐否",
    ]));
    holds(
        &row,
        &[
            ("person.sex", "男"),
            ("apply.transferred", "否"),
            ("apply.level", "高级技师"),
            ("apply.exception", "A2"),
        ],
    );
    assert_eq!(row.record["person.sex"].raw, "☑男 ☐女");
    assert!(row.record["person.sex"].repairs.contains(&"按勾选取值".to_owned()));
    let row = person(&with(&["性别|☐男 ☐女|申报等级|☑高级技师 ☑技师"]));
    // the number would tell the sex, but the form does not
    holds(&row, &[("person.sex", "-"), ("apply.level", "-")]);
    assert_eq!(codes(&row, "person.sex"), ["FM-141"]);
    let told = row.findings.iter().find(|f| f.field.as_deref() == Some("apply.level")).unwrap();
    assert_eq!((told.code.as_str(), told.severity), ("FM-141", Severity::Error));
    assert!(told.message.contains("☑高级技师 ☑技师"), "{}", told.message);
    assert_eq!(told.origin.cell.as_deref(), Some("D2"));
}

#[test]
fn a_title_with_several_levels_names_none() {
    assert_eq!(titled("技师、高级技师申报表"), None);
    assert_eq!(titled("高级技师考评审批表"), Some("高级技师"));
    assert_eq!(titled("申报等级：初级工／中级工／高级工"), None);
}

#[test]
fn the_map_of_the_pack_names_what_labels_cannot() {
    let seal = "同意推荐。\n负责人：　　　（公章）　\n　\n年　　月　　日　";
    let line = format!("所在单位\n推荐意见|{seal}>3");
    let rows = [
        "继续教育\n合格年度|2018>3",
        "是否破格\n及条款|A2>3",
        &line,
        "主管部门\n意　　见|负责人：　　（公章）\n年　月　日>3",
    ];
    let row = person(&with(&rows));
    holds(
        &row,
        &[
            ("training.passed_years", "2018"),
            ("apply.exception", "A2"),
            ("opinion.unit", "同意推荐。"),
            ("opinion.supervisor", "-"),
        ],
    );
    // without its title the form is read by its labels alone
    let mut other = with(&rows);
    other.titles = vec!["登记表".to_owned()];
    holds(&person(&other), &[("opinion.unit", "-"), ("training.passed_years", "-")]);
}

#[test]
fn a_map_finds_values_below_and_inside() {
    let mut pack = pack();
    pack.filled = toml::from_str::<toml::Table>(
        "filled = [{ id = 'x', title = '甲表', fields = [\
           { label = '本人绝技', place = 'below', field = 'unique_skill' },\
           { label = '专家', place = 'below', field = 'experts.*.name' },\
           { label = '工龄说明', place = 'inside', field = 'service.years' }] }]",
    )
    .map(|table| table["filled"].clone().try_into().unwrap())
    .unwrap();
    let ctx = Ctx::new(&pack, NaiveDate::from_ymd_opt(2019, 6, 12).unwrap(), &[]);
    let first = format!("姓名|张三|身份证号码|{ID}");
    let form =
        form(&["甲表"], &[&first, "本人绝技|专家|工龄说明：25年|", "钎焊|王五||", "x|李四||"]);
    let Read::Person(row) = read(&ctx, "a.docx", &form, "") else { panic!("no person") };
    holds(
        &row,
        &[
            ("unique_skill", "钎焊"),
            ("experts.1.name", "王五"),
            ("experts.2.name", "李四"),
            ("service.years", "25年"),
        ],
    );
}

#[test]
fn a_form_without_a_person_says_what_is_missing() {
    let told = |rows: &[&str]| match outcome(&form(&["审批表"], rows)) {
        Read::Unfilled(finding) => finding.message,
        other => panic!("{other:?}"),
    };
    let blank = told(&["姓名||性别|", "身份证号码||出生年月|  年  月"]);
    assert!(blank.contains("各栏都没有填写"), "{blank}");
    let nameless = told(&["姓名||性别|男", "身份证号码|1|学历|大专"]);
    assert!(nameless.contains("\"姓名\"栏为空"), "{nameless}");
    let other = told(&["考生|张三|性别|男", "身份证号码|1|学历|大专"]);
    assert!(other.contains("没有找到\"姓名\"栏"), "{other}");
    let letter = FilledForm {
        titles: vec!["情况说明：张三工作认真。".to_owned()], tables: vec![]
    };
    assert!(matches!(outcome(&letter), Read::Other));
}

#[test]
fn a_paper_that_proves_something_is_no_application() {
    let rows = ["姓名|王五|单位|某局", "职称|高级工程师|联系电话|13800001553"];
    for title in ["专家推荐意见书", "高级技师量化考评表", "事业单位工作人员年度考核登记表"]
    {
        assert!(matches!(outcome(&form(&[title], &rows)), Read::Other), "{title}");
    }
    for title in ["高级技师考评登记表", "技术等级考核审批表", "王五"] {
        assert!(matches!(outcome(&form(&[title], &rows)), Read::Person(_)), "{title}");
    }
}

#[test]
fn a_first_empty_place_yields_to_a_later_one() {
    let mut twice = with(&["学历|大专|民族|"]);
    twice.tables.insert(0, drawn(1, &["姓    名：|________", "申报工种：|电工"]));
    let row = person(&twice);
    holds(&row, &[("person.name", "张三"), ("apply.trade", "电工")]);
    assert!(codes(&row, "person.name").is_empty());
}

const JOBS: &str = "1995.01-2006.10 海门市文化馆 收银\n2006.11至今 海门市文化馆 收银审核";

#[test]
fn a_working_life_told_in_one_cell_becomes_a_row_for_each_line() {
    let both = [
        ("resume.1.from", "1995-01"),
        ("resume.1.to", "2006-10"),
        ("resume.1.unit", "海门市文化馆"),
        ("resume.1.trade", "收银"),
        ("resume.2.from", "2006-11"),
        ("resume.2.to", "至今"),
        ("resume.2.trade", "收银审核"),
    ];
    let merged = format!("工作简历|{JOBS}>3");
    holds(&person(&with(&[&merged])), &both);
    // in the column of the time, below its heading
    let crowded = format!("工作简历|起止年月|在何单位|从事何工种\n^|{JOBS}||");
    let rows: Vec<&str> = crowded.split("\n^").collect();
    let second = format!("^{}", rows[1]);
    holds(&person(&with(&[rows[0], &second])), &both);
    // lines that stand beside each other
    let beside = "^|1995.01-2006.10\n2006.11至今|海门市文化馆\n海门市文化馆|收银\n收银审核";
    holds(&person(&with(&["工作简历|起止年月|在何单位|从事何工种", beside])), &both);
}

#[test]
fn a_working_life_nobody_can_tell_apart_is_named() {
    let row = person(&with(&["工作简历|一直在海门市文化馆做收银工作>3"]));
    let told = row.findings.iter().find(|f| f.code.as_str() == "FM-144").unwrap();
    assert!(told.needs_person && told.message.contains("一直在海门市文化馆"), "{told:?}");
    let row = person(&with(&["工作简历|>3"]));
    assert!(row.findings.iter().all(|f| f.code.as_str() != "FM-144"));
}

#[test]
fn what_a_form_says_twice_and_not_alike_is_asked() {
    let row = person(&with(&["申报工种|电工|申报等级|高级技师", "申报工种|汽车驾驶员|备注|无"]));
    assert_eq!(codes(&row, "apply.trade"), ["FM-145"]);
    let row = person(&with(&["申报工种|电 工|申报等级|高级技师", "申报工种|电工|备注|无"]));
    assert!(codes(&row, "apply.trade").is_empty(), "{:?}", row.findings);
}
