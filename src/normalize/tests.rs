//! Whole deliveries, typed in by hand.

use super::*;
use crate::diag::Severity;
use crate::intake::{Delivery, EntryKind, FileKind, SourceFile, Witness};
use crate::pack::Pack;
use crate::read::{
    Area, Cell, CellValue, Content, FileReading, FilledForm, FormCell, FormTable, Reading, Sheet,
    Workbook,
};
use chrono::{DateTime, NaiveDate};

fn pack() -> Pack {
    toml::from_str(
        r#"
        schema = "circular-pack/1"
        [circular]
        id = "t"
        title = "t"
        issuer = "t"
        year = 2019
        levels = ["高级技师"]
        [reference]
        appraisal_years = { list = [2017, 2018] }
        training_years = { list = [2018] }
        [roster]
        required = ["person.name", "person.id_no", "apply.trade", "apply.level", "post.trade",
          "post.level", "cert.date", "cert.no", "cert.issuer", "education.rank", "appraisal.*",
          "training.passed_years"]
        empty = { "person.id_no" = "ID-101", "cert.no" = "FD-162" }
        [scope]
        [[scope.trade]]
        level = "高级技师"
        name = "汽车调度管理"
        aliases = ["汽车调度"]
        [[scope.trade]]
        level = "高级技师"
        name = "电工"
        aliases = ["维修电工"]
        [aliases.units]
        "南通市第一人民医院" = ["市一院"]
        "#,
    )
    .unwrap()
}

pub(super) fn sheet(name: &str, rows: &[&[&str]]) -> Sheet {
    let mut cells = Vec::new();
    for (r, row) in rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let value = CellValue::Text((*text).to_owned());
            cells.push(Cell { row: r as u32, column: c as u32, value });
        }
    }
    Sheet { name: name.to_owned(), cells, ..Sheet::default() }
}

fn reading(files: Vec<(&str, &str, Content)>) -> Reading {
    let source = |path: &str| SourceFile {
        path: path.to_owned(),
        sha256: "00".to_owned(),
        bytes: 1,
        kind: FileKind::Zip,
        litter: false,
        refused: None,
    };
    Reading {
        delivery: Delivery {
            entry: "某单位".to_owned(),
            sender: "某单位".to_owned(),
            kind: EntryKind::Folder,
            content: "c".to_owned(),
            files: files.iter().map(|(path, _, _)| source(path)).collect(),
            arrival: Arrival {
                at: DateTime::parse_from_rfc3339("2019-06-12T10:00:00+08:00").unwrap(),
                by: Witness::Run,
                last_look: None,
            },
            settled: true,
            findings: Vec::new(),
        },
        files: files
            .into_iter()
            .map(|(path, kind, content)| FileReading {
                file: source(path),
                kind: kind.to_owned(),
                content,
                findings: Vec::new(),
            })
            .collect(),
    }
}

pub(super) fn run(kind: &str, sheets: Vec<Sheet>) -> Filing {
    let file = ("申报汇总表.xlsx", kind, Content::Workbook(Workbook { sheets, original: None }));
    normalize(&reading(vec![file]), &pack(), NaiveDate::from_ymd_opt(2019, 6, 12).unwrap())
}

pub(super) fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

pub(super) fn value(row: &Row, field: &str) -> String {
    let field = row.record.get(field);
    field.map_or("(absent)".to_owned(), |f| f.value.as_ref().map_or("-".to_owned(), Value::text))
}

const ONE_ROW: [&str; 16] = [
    "序 号",
    "姓名*",
    "性别",
    "身份证号码（18位）",
    "出生\n年月",
    "参加工\n作时间",
    "文化程度",
    "现工种",
    "现有等级",
    "取得资格时间",
    "证书号码",
    "发证单位",
    "报考工种",
    "报考等级",
    "2017年度考核",
    "2018年度考核",
];

pub(super) fn one_row() -> Vec<&'static str> {
    let mut labels = ONE_ROW.to_vec();
    labels.extend(["继续教育情况", "备 注"]);
    labels
}

pub(super) fn person() -> Vec<&'static str> {
    vec![
        "1",
        "严 飞",
        "",
        "110105 19491231 002X",
        "",
        "1970.03",
        "大专（函授）",
        "汽车调度",
        "技师（二级）",
        "二○○六年十一月",
        "0632",
        "江苏省人社厅",
        "汽车调度管理",
        "高级技师（一级）",
        "合格",
        "优秀",
        "2018年合格",
        "",
    ]
}

#[test]
fn a_row_with_titles_notes_and_totals() {
    let labels = one_row();
    let good = person();
    let mut sample = vec![""; 18];
    (sample[0], sample[1], sample[3]) = ("例", "张三", "110105000000000000");
    let filing = run(
        "csv",
        vec![sheet(
            "Sheet1",
            &[
                &["2019年申报人员汇总表"],
                &[
                    "主管部门（章）：交通局 填报单位（章）：市一院 填报人：某 联系电话（手机）：13000000000",
                ],
                &labels,
                &sample,
                &good,
                &[],
                &labels,
                &["合计", "2人"],
                &["备注：1.本表一式三份。"],
                &["填表人：某 审核人： 年 月 日"],
            ],
        )],
    );
    assert_eq!(codes(&filing.findings), ["SS-129", "SS-122", "SS-121"]);
    let row = &filing.rows[0];
    for (field, expect) in [
        ("person.name", "严飞"),
        ("person.id_no", "11010519491231002X"),
        ("person.sex", "女"),
        ("person.birth", "1949-12-31"),
        ("person.work_start", "1970-03"),
        ("education.rank", "大学专科"),
        ("post.trade", "汽车调度管理"),
        ("post.level", "技师"),
        ("cert.date", "2006-11"),
        ("apply.level", "高级技师"),
        ("appraisal.2018", "优秀"),
        ("training.passed_years", "2018"),
        ("unit.name", "南通市第一人民医院"),
        ("unit.supervisor", "交通局"),
        ("contact.phone", "13000000000"),
    ] {
        assert_eq!(value(row, field), expect, "{field}");
    }
    assert_eq!(row.record["person.sex"].source, Source::Filled);
    assert_eq!(row.record["post.trade"].repairs, ["工种按通知别名规范"]);
    assert_eq!(row.record["person.name"].origin.cell.as_deref(), Some("B5"));
    assert_eq!(codes(&row.findings), ["FD-106", "FD-141", "FD-111", "FD-111"]);
    assert_eq!(filing.files[0].verdict, Verdict::Used);
    assert_eq!(filing.files[0].used_as.as_deref(), Some("roster"));
}

#[test]
fn faults_stand_at_their_cells() {
    let labels = one_row();
    let mut bad = person();
    (bad[2], bad[3], bad[10], bad[13]) = ("男", "11010519491231002X", "", "正高级");
    (bad[5], bad[9], bad[17]) = ("1960.01", "1950.01", "转岗；撤回");
    let mut new = person();
    (new[3], new[8], new[9], new[10], new[11]) = ("1101051949123100", "无", "", "", "");
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &bad, &new])]);
    let mut first = codes(&filing.rows[0].findings);
    first.sort_unstable();
    assert_eq!(first, ["DT-112", "DT-113", "FD-106", "FD-111", "FD-161", "FD-162", "ID-107"]);
    let level = filing.rows[0].findings.iter().find(|f| f.code.as_str() == "FD-161").unwrap();
    assert_eq!(level.origin, Origin::cell("申报汇总表.xlsx", "Sheet1", "N2"));
    assert_eq!(level.field.as_deref(), Some("apply.level"));
    assert!(filing.rows[0].withdrawn);
    assert_eq!(value(&filing.rows[0], "apply.transferred"), "是");
    // no present level: no certificate is asked for
    assert_eq!(codes(&filing.rows[1].findings), ["ID-102", "FD-106"]);
    assert_eq!(value(&filing.rows[1], "post.level"), "none");
    assert_eq!(value(&filing.rows[1], "person.id_no"), "-");
}

#[test]
fn two_row_headers_with_and_without_merges() {
    let top = [
        "姓名",
        "身份证号",
        "学历",
        "现职业技术工种",
        "",
        "",
        "证书编号",
        "发证机关",
        "申报工种",
        "申报等级",
        "近五年年度考核",
        "",
        "继续教育",
    ];
    let child = ["", "", "", "名称", "等级", "获得时间", "", "", "", "", "2017", "2018", ""];
    let data = [
        "吴静",
        "11010519491231002X",
        "本科",
        "电工",
        "技师",
        "2006.11",
        "1",
        "省厅",
        "电工",
        "高级技师",
        "合格",
        "合格",
        "合格",
    ];
    let bare = sheet("Sheet1", &[&top, &child, &data]);
    let mut merged = bare.clone();
    merged.merges = vec![
        Area { top: 0, left: 3, bottom: 0, right: 5 },
        Area { top: 0, left: 10, bottom: 0, right: 11 },
        Area { top: 0, left: 0, bottom: 1, right: 0 },
    ];
    for page in [bare, merged] {
        let filing = run("xlsx", vec![page]);
        assert_eq!(filing.rows.len(), 1);
        assert_eq!(value(&filing.rows[0], "post.level"), "技师");
        assert_eq!(value(&filing.rows[0], "cert.date"), "2006-11");
        assert_eq!(value(&filing.rows[0], "appraisal.2018"), "合格");
        assert_eq!(value(&filing.rows[0], "training.passed_years"), "2018");
        assert!(codes(&filing.findings).is_empty());
    }
}

#[test]
fn second_tables_and_filled_down_merges() {
    let a = ["姓名", "单位", "身份证号", "申报工种"];
    let b = ["姓名", "身份证号", "申报等级", "现等级"];
    let mut page = sheet(
        "Sheet1",
        &[
            &a,
            &["甲乙", "某局", "1", "电工/高级技师"],
            &["丙丁", "", "2", "电工"],
            &b,
            &["戊己", "3", "高级技师", "技师"],
        ],
    );
    page.merges = vec![Area { top: 1, left: 1, bottom: 2, right: 1 }];
    let filing = run("xlsx", vec![page]);
    assert_eq!(filing.rows.len(), 3);
    assert_eq!(value(&filing.rows[1], "unit.name"), "某局");
    assert_eq!(value(&filing.rows[0], "apply.level"), "高级技师");
    assert!(codes(&filing.findings).contains(&"SS-126"));
    let missing = filing.findings.iter().find(|f| f.code.as_str() == "SS-112").unwrap();
    assert!(missing.message.contains("证书号码") && missing.message.contains("2018年度考核"));
    assert!(filing.rows[2].findings.iter().any(|f| f.field.as_deref() == Some("apply.trade")));
}

#[test]
fn sheet_names_titles_and_folders_stand_for_the_trade() {
    let labels = ["姓名", "身份证号", "申报等级"];
    let row = ["甲乙", "11010519491231002X", "高级技师"];
    let trade = |filing: &Filing| value(&filing.rows[0], "apply.trade");
    assert_eq!(trade(&run("xlsx", vec![sheet("电工", &[&labels, &row])])), "电工");
    let titled = sheet("Sheet1", &[&["汇总表（ 维修电工 工种）"], &labels, &row]);
    assert_eq!(trade(&run("xlsx", vec![titled])), "电工");
    let book = Content::Workbook(Workbook {
        sheets: vec![sheet("Sheet1", &[&labels, &row])],
        original: None,
    });
    let files =
        vec![("表.xlsx", "xlsx", book), ("01甲乙（电工）/照片.jpg", "jpeg", Content::Unknown)];
    let now = NaiveDate::from_ymd_opt(2019, 6, 12).unwrap();
    assert_eq!(trade(&normalize(&reading(files), &pack(), now)), "电工");
}

#[test]
fn error_values_and_formulas_without_result() {
    let labels = one_row();
    let mut page = sheet("Sheet1", &[&labels, &person()]);
    for cell in &mut page.cells {
        match (cell.row, cell.column) {
            (1, 10) => cell.value = CellValue::Error("#N/A".to_owned()),
            (1, 5) => cell.value = CellValue::Uncalculated,
            _ => {}
        }
    }
    let filing = run("xlsx", vec![page]);
    let found: Vec<_> =
        filing.rows[0].findings.iter().map(|f| (f.code.as_str(), f.severity)).collect();
    assert!(found.contains(&("SS-128", Severity::Error)));
    assert!(found.contains(&("SS-127", Severity::Warn)));
    assert!(!found.iter().any(|(code, _)| *code == "FD-162"));
}

#[test]
fn workbooks_that_are_no_rosters() {
    let census = sheet(
        "技师人数",
        &[
            &["某单位现有技师人数统计表"],
            &["序号", "工种", "现有技师人数", "上一年度是否申报高级技师"],
            &["1", "汽车调度", "9人", "否"],
            &["2", "电工", "若干", ""],
            &["合计", "", "9", ""],
        ],
    );
    let answers = sheet(
        "待定事项",
        &[
            &["案号", "问题编号", "问题", "答复", "答复人"],
            &["NT2019-1-602-0001", "EL-199", "在编？", "是", "王某"],
            &["NT2019-1-602-0002", "EL-199", "在编？", "", ""],
        ],
    );
    let blank = sheet("Sheet1", &[&["各单位："], &["请于本月报送。"]]);
    let pictures = Sheet { name: "图".to_owned(), pictures: true, ..Sheet::default() };
    let book = |sheet| Content::Workbook(Workbook { sheets: vec![sheet], original: None });
    let filing = normalize(
        &reading(vec![
            ("单位材料/技师人数.xlsx", "xlsx", book(census)),
            ("待定事项.xlsx", "xlsx", book(answers)),
            ("空白.xlsx", "xlsx", book(blank.clone())),
            ("图.xlsx", "xlsx", book(pictures)),
            ("单位材料/备案表.xlsx", "xlsx", book(blank)),
            ("怪.xyz", "unknown", Content::Unknown),
        ]),
        &pack(),
        NaiveDate::from_ymd_opt(2019, 6, 12).unwrap(),
    );
    assert_eq!(filing.census.len(), 2);
    assert_eq!(
        (filing.census[0].trade.as_str(), filing.census[0].present),
        ("汽车调度管理", Some(9))
    );
    assert_eq!(filing.census[1].present, None);
    assert_eq!(filing.answers.len(), 1);
    let seen: Vec<_> = filing
        .files
        .iter()
        .map(|f| (f.verdict, f.used_as.as_deref().unwrap_or(""), f.code.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        seen,
        [
            (Verdict::Used, "census", ""),
            (Verdict::Used, "answers", ""),
            (Verdict::Held, "", "SS-111"),
            (Verdict::Held, "", "SS-131"),
            (Verdict::Used, "unit-paper", ""),
            (Verdict::Ignored, "", "IN-111"),
        ]
    );
}

/// A form of one table without merged cells.
pub(super) fn form_of(titles: &[&str], rows: &[&[&str]]) -> FilledForm {
    let mut cells = Vec::new();
    for (y, row) in (0_u32..).zip(rows) {
        for (x, text) in (0_u32..).zip(*row) {
            let area = Area { top: y, left: x, bottom: y, right: x };
            cells.push(FormCell { area, index: x, text: (*text).to_owned() });
        }
    }
    let titles: Vec<String> = titles.iter().map(|t| (*t).to_owned()).collect();
    FilledForm { tables: vec![FormTable { above: titles.len(), cells }], titles }
}

#[test]
fn a_filled_form_is_a_roster_of_one() {
    let form = form_of(
        &["高级技师考评登记表"],
        &[
            &["姓  名", "王芳", "性别", "女", "民族", "汉"],
            &["身份证号码", "11010519491231002X", "申报工种", "电工"],
            &["学历", "", "工作单位", "市一院"],
        ],
    );
    let filing = normalize(
        &reading(vec![("王芳.docx", "docx", Content::Form(form))]),
        &pack(),
        NaiveDate::from_ymd_opt(2019, 6, 12).unwrap(),
    );
    let row = &filing.rows[0];
    assert_eq!(value(row, "person.id_no"), "11010519491231002X");
    assert_eq!(value(row, "person.ethnic"), "汉族");
    assert_eq!(value(row, "apply.level"), "高级技师");
    assert_eq!(value(row, "unit.name"), "南通市第一人民医院");
    // only the facts the form has a cell for are asked
    let asked: Vec<_> = row.findings.iter().filter(|f| f.code.as_str() == "FD-101").collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].field.as_deref(), Some("education.rank"));
    assert_eq!(filing.files[0].used_as.as_deref(), Some("form"));
}

#[test]
fn trades_and_units_follow_the_pack() {
    let pack = pack();
    for (raw, name, level) in [
        ("电 工", "电工", None),
        ("维修电工", "电工", None),
        ("电工/中级工", "电工", Some("中级工")),
        ("电工中级工", "电工", Some("中级工")),
        ("中级工（电工）", "电工", Some("中级工")),
        ("汽车调度（技师）", "汽车调度管理", Some("技师")),
        ("花卉园艺", "花卉园艺", None),
        ("汽车驾驶员（大型）", "汽车驾驶员（大型）", None),
    ] {
        let read = trade::read(raw, &pack);
        assert_eq!((read.name.as_str(), read.level), (name, level), "{raw}");
    }
    let read = unit::read("市一院（盖章）", &pack);
    assert_eq!((read.shown(), read.codes()), ("南通市第一人民医院".to_owned(), vec!["FD-141"]));
    assert_eq!(unit::read(" 某局（公章） ", &pack).shown(), "某局");
}

#[test]
fn repeated_two_row_headers_and_names_over_two_lines() {
    let top = ["姓名", "身份证号", "现职业技术工种", "", "论文"];
    let child = ["", "", "名称", "等级", ""];
    let mut page = sheet(
        "Sheet1",
        &[
            &top,
            &child,
            &["甲乙", "1", "电工", "技师", "《一》"],
            &["", "", "电工", "技师", "《二》"],
            &top,
            &child,
            &["丙丁", "2", "电工", "技师", ""],
        ],
    );
    page.merges = vec![
        Area { top: 2, left: 0, bottom: 3, right: 0 },
        Area { top: 0, left: 2, bottom: 0, right: 3 },
        Area { top: 4, left: 2, bottom: 4, right: 3 },
    ];
    let filing = run("xlsx", vec![page]);
    let names: Vec<String> = filing.rows.iter().map(|row| value(row, "person.name")).collect();
    assert_eq!(names, ["甲乙", "丙丁"]);
}

#[test]
fn three_years_as_labels_are_appraisals() {
    let labels = ["姓名", "身份证号码", "申报工种", "2016", "2017年", "2018年度"];
    let cells = ["严飞", "11010519491231002X", "电工", "合格", "优秀", "合格"];
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &cells])]);
    let row = &filing.rows[0];
    for (year, grade) in [("2016", "合格"), ("2017", "优秀"), ("2018", "合格")] {
        assert_eq!(value(row, &format!("appraisal.{year}")), grade);
    }
    // two may be anything, the years of training among them
    let two = ["姓名", "身份证号码", "申报工种", "2017", "2018"];
    let filing = run("xlsx", vec![sheet("Sheet1", &[&two, &cells[..5]])]);
    assert_eq!(value(&filing.rows[0], "appraisal.2018"), "(absent)");
}

#[test]
fn columns_beyond_the_template_are_told_where_the_circular_has_one() {
    let mut pack = pack();
    let clause = "附件2附录".to_owned();
    pack.roster.template = Some(crate::pack::FileTemplate { severity: None, clause });
    let more = |label: &'static str| {
        let (mut labels, mut cells) = (one_row(), person());
        labels.push(label);
        cells.push("1");
        let sheets = vec![sheet("Sheet1", &[&labels, &cells])];
        let book = Content::Workbook(Workbook { sheets, original: None });
        normalize(
            &reading(vec![("申报汇总表.xlsx", "xlsx", book)]),
            &pack,
            NaiveDate::from_ymd_opt(2019, 6, 12).unwrap(),
        )
    };
    let strange = more("爱好");
    let found = strange.findings.iter().find(|f| f.code.as_str() == "SS-151").unwrap();
    assert!(found.message.contains("多出 “爱好”"), "{}", found.message);
    assert!(!codes(&more("备注").findings).contains(&"SS-151"));
}

#[test]
fn a_misspelt_required_label_is_pointed_at() {
    let mut labels = one_row();
    labels[3] = "身份正号码";
    let filing = run("xlsx", vec![sheet("Sheet1", &[&labels, &person()])]);
    assert_eq!(codes(&filing.findings), ["SS-115", "SS-112"]);
    assert!(filing.rows[0].findings.iter().any(|f| f.field.as_deref() == Some("person.id_no")));
}

#[test]
fn serial_numbers_count_from_the_day_the_workbook_says() {
    let birth = |date1904: bool| {
        let mut table = sheet("Sheet1", &[&["姓名", "身份证号", "出生年月", "参加工作时间"]]);
        for (column, value) in [
            CellValue::Text("测试甲".to_owned()),
            CellValue::Text("11010519491231002X".to_owned()),
            CellValue::Number(17_166.0),
            CellValue::Number(26_000.0),
        ]
        .into_iter()
        .enumerate()
        {
            table.cells.push(Cell { row: 1, column: column as u32, value });
        }
        let filing = run("xlsx", vec![Sheet { date1904, ..table }]);
        [value(&filing.rows[0], "person.birth"), value(&filing.rows[0], "person.work_start")]
    };
    assert_eq!(birth(true), ["1950-12-31", "1975-03-09"]);
    assert_eq!(birth(false), ["1946-12-30", "1971-03-08"]);
}

#[test]
fn titles_and_labels_that_do_not_fit_are_told() {
    let table = |trade: &str, label: &str| {
        let title = ["申报工种：电工"];
        let head = ["姓名", "身份证号", "申报工种", label];
        let row = ["测试甲", "11010519491231002X", trade, "x"];
        run("xlsx", vec![sheet("Sheet1", &[&title, &head, &row])])
    };
    let other = table("收银审核", "星座");
    assert!(codes(&other.rows[0].findings).contains(&"SS-142"));
    assert!(codes(&other.findings).contains(&"SS-114"));
    let same = table("电工", "备注");
    assert!(!codes(&same.rows[0].findings).contains(&"SS-142"));
    assert!(!codes(&same.findings).contains(&"SS-114"));
}

#[test]
fn a_graduation_that_cannot_be_is_noticed() {
    let graduated = |day: &str| {
        let head = ["姓名", "身份证号", "出生年月", "毕业时间"];
        let row = ["测试甲", "11010519491231002X", "1949.12", day];
        let filing = run("xlsx", vec![sheet("Sheet1", &[&head, &row])]);
        codes(&filing.rows[0].findings).contains(&"FD-134")
    };
    assert!(graduated("1955.06") && graduated("2020.07"));
    assert!(!graduated("1972.07") && !graduated("2019.06"));
}
