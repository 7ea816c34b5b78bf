//! Documents of people with the longest, rarest and nastiest values, made as a pass makes them.

use crate::office::repo;
use dossier::compose::{Document, Templates, blank_record};
use dossier::export::pdf::PdfExporter;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NAMES: [&str; 8] = [
    "缪忞",
    "王䶮",
    "李珺",
    "阿不都·热西提",
    "𠮷田",
    "欧阳堃玥",
    "买买提·阿不都热西提·伊明",
    "张三",
];
const NASTY: [&str; 6] = [
    "A<B & \"C\"",
    "=cmd()|' /C calc'!A0",
    "{{ x }} {% if y %}",
    "#read(\"/etc/passwd\")",
    "</w:t>]]>",
    "-1+1@x",
];
const UNIT: &str = "南通市通州湾江海联动开发示范区公路养护与应急保障中心机械化作业大队城东养护工区";

/// Templates and exporter; `None` (with a printed line) where the fonts are missing.
pub(crate) fn kit() -> Option<(Templates, PdfExporter)> {
    if !repo("fonts/FandolFang-Regular.otf").is_file() {
        println!("skipped: fonts/ is empty; scripts/fonts.sh fills it");
        return None;
    }
    let templates =
        Templates::open(&[repo("templates/nantong-2019"), repo("templates/common")]).unwrap();
    Some((templates, PdfExporter::new(&[repo("fonts")]).unwrap()))
}

/// A picture of one grey: ink, and lighter than any rule.
pub(crate) fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(250, 350, image::Luma([180]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn pick<'a>(from: &[&'a str], i: usize) -> &'a str {
    from[i % from.len()]
}

/// Text of about `length` characters, no two people's the same.
fn story(i: usize, length: usize) -> String {
    let mut text = format!("第{i}号材料：{}。", pick(&NASTY, i));
    while text.chars().count() < length {
        text.push_str("主持完成养护机械改造，带教青年职工12人，2016年6月通过验收。\n");
    }
    text.trim_end().chars().take(length).collect()
}

/// What the templates are given about person `i`; every fifth field of every third is empty.
pub(crate) fn data(i: usize) -> Value {
    let mut p = blank_record();
    let fields = [
        ("person.name", pick(&NAMES, i).to_owned()),
        ("person.sex", "男".to_owned()),
        ("person.ethnic", "维吾尔族".to_owned()),
        ("person.birth", "1975-10".to_owned()),
        ("person.id_no", format!("3206841975{i:08}")),
        ("person.work_start", "1994-08".to_owned()),
        ("education.rank", "大学专科（成人高等教育专业证书）".to_owned()),
        ("education.school", format!("{}{}", pick(&NASTY, i), UNIT)),
        ("education.major", pick(&NASTY, i + 1).to_owned()),
        ("education.date", "2006-07".to_owned()),
        ("post.trade", "汽车调度管理".to_owned()),
        ("post.level", "技师".to_owned()),
        ("cert.no", format!("ABCDEFGHIJKLMNOPQRSTUVWXYZ{i:012}")),
        ("cert.date", "2012-12-28".to_owned()),
        ("cert.issuer", "江苏省人力资源和社会保障厅".to_owned()),
        ("apply.trade", "汽车调度管理".to_owned()),
        ("apply.level", "高级技师".to_owned()),
        ("apply.transferred", "否".to_owned()),
        ("apply.exception", "一(三)2：省、部级竞赛第四名至第六名或者市级第二、三名".to_owned()),
        ("training.passed_years", "2018".to_owned()),
        ("service.trade_years", "25".to_owned()),
        ("contact.phone", "13800000000、0513-00000000".to_owned()),
        (
            "opinion.unit",
            if i.is_multiple_of(9) { story(i + 500, 900) } else { "同意推荐。".to_owned() },
        ),
    ];
    for (at, (path, value)) in fields.into_iter().enumerate() {
        let (group, name) = path.split_once('.').unwrap();
        p[group][name] = if i % 3 == 1 && at % 5 == 4 { "".into() } else { value.into() };
    }
    p["achievements"] = story(i, if i.is_multiple_of(4) { 3000 } else { 200 + i }).into();
    p["awards_text"] = story(i + 1, i % 7 * 60).into();
    p["resume"] = (0..i % 9)
        .map(|n| {
            json!({"from": format!("{}-01", 1990 + n), "to": "至今",
            "unit": if n == 1 { UNIT } else { "甲站" }, "trade": pick(&NASTY, i + n)})
        })
        .collect();
    p["papers"] = (0..i % 3)
        .map(|n| {
            json!({"title": story(n, 30 + i % 90), "journal": "《公路养护》", "issn": "1009-0000",
            "issue": "2017年第6期", "date": "2017-06"})
        })
        .collect();
    let rows = 1 + i % 13;
    json!({
        "circular": {"title": "关于开展2019年南通市机关事业单位工勤技能岗位高级技师考评工作的通知",
            "doc_number": "通人社考〔2019〕10号", "issuer": "南通市人力资源和社会保障局", "year": 2019,
            "website": "http://rsks.rsj.nantong.gov.cn", "website_note": pick(&NASTY, i)},
        "form": {"id": "", "title": "南通市机关事业单位工勤技能岗位技术等级考核审批表"},
        "case": {"number": format!("NT2019-1-684-{i:04}"), "version": 1, "decision": "机审通过（待人工核对）"},
        "unit": {"name": UNIT, "supervisor": if i.is_multiple_of(2) { UNIT } else { "" }, "area": "通州湾示范区"},
        "contact": {"person": pick(&NAMES, i), "phone": "0513-00000000"},
        "number": "通工考补〔2019〕3号", "date": "2019-06-12", "deadline": "2019年6月13日16:00",
        "title": "高级技师申报汇总表", "trade": pick(&NASTY, i), "notes": ["备注：本表按工种填报。"],
        "copies": 2, "photo": "photo",
        "p": p,
        "appraisals": (2014..=2018).map(|y| json!({"year": y, "grade": "合格"})).collect::<Vec<_>>(),
        "rows": (0..rows).map(|n| row(i + n)).collect::<Vec<_>>(),
        "people": (0..1 + i % 3).map(|n| mending(i + n)).collect::<Vec<_>>(),
        "groups": (0..3).map(|n| json!({
            "rows": vec![json!({"label": "身份证号码", "value": pick(&NASTY, n)}); 1 + n],
            "files": [{"name": "近5年无重大交通事故证明及车队长任职文件.jpg", "at": "装订册第1页"}],
            "thumbs": vec!["photo"; n]})).collect::<Vec<_>>(),
        "years": (2014..=2018).map(|y| json!({"year": y, "grade": "合格",
            "name": format!("02 {y}年度事业单位工作人员考核登记表.jpg"), "at": "装订册第2页",
            "thumb": "photo"})).collect::<Vec<_>>(),
        "lines": [story(i, 120), pick(&NASTY, i)],
        "known": i.is_multiple_of(2), "closed": i.is_multiple_of(5), "unlisted": i % 2, "pages": [1, 2], "returned": i % 3, "marked": [format!("{UNIT}-已标注.xlsx")],
        "general": mending(i),
        "received": "2019年6月12日10:21", "window": "（在受理时间内）",
        "files": [{"name": format!("{UNIT}/{}/01身份证.jpg", pick(&NAMES, i)), "size": "1234567",
            "state": "采用", "hash": "9f86d081884c7d659a2feaa0c55ad015"}],
    })
}

/// A row of every table that has rows: what each of them asks for.
fn row(i: usize) -> Value {
    json!({"name": pick(&NAMES, i), "sex": "男", "birth": "1975-10", "work_start": "1994-08",
        "education": "大学专科", "trade": pick(&NASTY, i), "level": "技师", "cert_date": "2012-12-28",
        "apply_level": "高级技师", "public_result": "无异议", "note": if i.is_multiple_of(2) { "必备" } else { "" },
        "copies": 12, "pages": 118, "from": i * 3 + 1, "to": i * 3 + 3, "rule": pick(&NASTY, i + 2),
        "max": 10})
}

fn mending(i: usize) -> Value {
    let finding = json!({"where": format!("{UNIT}/名册.xlsx › Sheet1 › F5"), "what": story(i, 80),
        "clause": "二(一)3", "how": pick(&NASTY, i)});
    json!({"name": pick(&NAMES, i), "trade": pick(&NASTY, i), "level": "高级技师",
        "must": [finding], "should": [], "asking": [finding]})
}

/// The document of one template about person `i`.
pub(crate) fn document(templates: &Templates, template: &str, i: usize) -> Document {
    let images = BTreeMap::from([("photo".to_owned(), picture())]);
    templates.compose(template, &data(i), images).unwrap_or_else(|e| panic!("{template}: {e}"))
}
