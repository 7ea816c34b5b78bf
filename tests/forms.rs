//! Every form that is shipped: composed with full data and with none, laid out, and read again.
//! The pages are left in the target folder (`tmp/forms`) for the eye.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use dossier::compose::{Document, Templates, blank_record};
use dossier::export::Artifact;
use dossier::export::pdf::PdfExporter;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn templates() -> Templates {
    let dir = root().join("templates");
    Templates::open(&[dir.join("nantong-2019"), dir.join("common")]).expect("templates are sound")
}

fn exporter() -> Option<PdfExporter> {
    let dir = root().join("fonts");
    if !dir.join("FandolFang-Regular.otf").is_file() {
        println!("skipped: fonts/ is empty; scripts/fonts.sh fills it");
        return None;
    }
    Some(PdfExporter::new(&[dir]).expect("the fonts are complete"))
}

fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(250, 350, |x, y| {
        image::Rgb([150 + (y / 7) as u8, 170, 200 - (x / 5) as u8])
    })
    .write_to(&mut bytes, image::ImageFormat::Png)
    .expect("a picture in memory");
    bytes.into_inner()
}

fn base() -> Value {
    json!({
        "circular": {
            "title": "关于开展2019年南通市机关事业单位工勤技能岗位高级技师考评工作的通知",
            "doc_number": "通人社考〔2019〕10号",
            "issuer": "南通市人力资源和社会保障局",
            "year": 2019, "website": "http://rsks.rsj.nantong.gov.cn", "website_note": "",
        },
        "form": {"id": "approval", "title": "南通市机关事业单位工勤技能岗位技术等级考核审批表"},
        "case": {"number": "NT2019-2-684-0012", "version": 1, "decision": "机审通过（待人工核对）"},
        "unit": {"name": "海门市公路管理站", "supervisor": "海门市交通运输局", "area": "海门市"},
        "contact": {"person": "周文", "phone": "0513-00000000"},
        "number": "通工考补〔2019〕3号",
        "p": blank_record(),
        "appraisals": [],
        "copies": 2,
        "photo": "",
        "rows": [],
        "lines": [],
    })
}

fn set(p: &mut Value, path: &str, value: &str) {
    let (group, name) = path.split_once('.').expect("a field id with a dot");
    p[group][name] = value.into();
}

fn full() -> Value {
    let mut data = base();
    let p = &mut data["p"];
    for (path, value) in [
        ("person.name", "黄忞"),
        ("person.sex", "男"),
        ("person.ethnic", "汉族"),
        ("person.birth", "1975-10"),
        ("person.id_no", "32068419751012001X"),
        ("person.work_start", "1994-08"),
        ("education.rank", "大学专科"),
        ("education.major", "汽车运用与维修"),
        ("education.school", "江苏省广播电视大学"),
        ("education.date", "2006-07-01"),
        ("post.trade", "汽车修理工"),
        ("post.level", "技师"),
        ("cert.no", "1432000000201234"),
        ("cert.date", "2012-12-28"),
        ("cert.issuer", "江苏省人力资源和社会保障厅"),
        ("apply.trade", "汽车修理工"),
        ("apply.level", "高级技师"),
        ("apply.transferred", "否"),
        ("apply.exception", "否"),
        ("training.passed_years", "2018"),
        ("service.trade_years", "25年"),
        ("contact.phone", "13800000000"),
    ] {
        set(p, path, value);
    }
    p["achievements"] = "长期从事汽车维修工作，主持完成发动机电控系统故障诊断流程的整理，\
        带教青年职工12人，其中4人取得高级工证书。\n2016年参与全市公路养护机械技术改造。"
        .into();
    p["awards_text"] = "2015年获全市交通系统职工技能竞赛二等奖；无处分。".into();
    p["resume"] = json!([
        {"from": "1994-08", "to": "2003-06", "unit": "海门市汽车运输公司", "trade": "汽车修理工"},
        {"from": "2003-07", "to": "2012-12", "unit": "海门市公路管理站", "trade": "汽车修理工"},
        {"from": "2013-01", "to": "至今", "unit": "海门市公路管理站机械养护中心", "trade": "汽车修理工（技师）"},
    ]);
    p["papers"] = json!([{"title": "公路养护车辆电控系统常见故障的诊断与排除", "journal": "《汽车维修》",
        "issn": "1009-0000", "issue": "2017年第6期", "date": "2017-06"}]);
    data["appraisals"] = (2014..=2018)
        .map(|y| json!({"year": y, "grade": if y == 2016 { "优秀" } else { "合格" }}))
        .collect();
    data["photo"] = "photo".into();
    data
}

fn compose(name: &str, data: &Value) -> Document {
    let images = BTreeMap::from([("photo".to_owned(), picture())]);
    templates().compose(name, data, images).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn export(exporter: &PdfExporter, name: &str, document: &Document) -> Artifact {
    let artifact = exporter.export(document).unwrap_or_else(|e| panic!("{name}: {e}"));
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("forms");
    std::fs::create_dir_all(&dir).expect("the target folder is ours");
    std::fs::write(dir.join(format!("{name}.pdf")), &artifact.bytes).expect("written");
    let docx = dossier::export::docx(document).unwrap_or_else(|e| panic!("{name}: {e}"));
    std::fs::write(dir.join(format!("{name}.docx")), &docx.bytes).expect("written");
    artifact
}

/// Text without blanks, for one form; `None` without pdftotext.
fn text(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("forms").join(format!("{name}.pdf"));
    let Ok(out) = Command::new("pdftotext").arg("-raw").arg(path).arg("-").output() else {
        println!("skipped: no pdftotext here");
        return None;
    };
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    Some(text.chars().filter(|c| !c.is_whitespace()).collect())
}

fn has(name: &str, parts: &[&str]) {
    if let Some(text) = text(name) {
        for part in parts {
            assert!(text.contains(part), "{name}: {part} in {text}");
        }
    }
}

#[test]
fn approval_has_four_pages_and_all_values() {
    let document = compose("approval.html", &full());
    let Some(exporter) = exporter() else { return };
    let artifact = export(&exporter, "approval", &document);
    assert_eq!(artifact.pages, Some(4), "{:?}", artifact.notes);
    assert!(artifact.notes.iter().all(|(code, _)| code == "RD-103"), "{:?}", artifact.notes);
    has(
        "approval",
        &[
            "黄忞",
            "32068419751012001X",
            "1975年10月",
            "2012年12月28日",
            "1994.08—2003.06",
            "第4页共4页",
            "本表一式两份",
            "江苏省人力资源和社会保障厅",
            "带教青年职工12人",
        ],
    );
    if let Some(text) = text("approval") {
        assert!(text.contains("第2页") && !text.contains("第1页"), "a cover carries no number");
    }
    photo_fills_its_box();
}

/// At least 25 × 35 mm on paper, and as wide as high as it is.
fn photo_fills_its_box() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("forms/approval.pdf");
    let Ok(out) = Command::new("pdfimages").arg("-list").arg(path).output() else {
        println!("skipped: no pdfimages here");
        return;
    };
    let list = String::from_utf8_lossy(&out.stdout).into_owned();
    let row: Vec<&str> = list.lines().last().expect("a row").split_whitespace().collect();
    let number = |at: usize| row[at].parse::<f64>().unwrap_or_else(|_| panic!("{list}"));
    let (x, y) = (number(12), number(13));
    assert!((x - y).abs() <= 2.0, "distorted: {list}");
    let (w, h) = (number(3) / x * 25.4, number(4) / y * 25.4);
    assert!(w >= 25.0 && h >= 35.0, "{w} × {h} mm");
}

#[test]
fn approval_of_nobody_and_of_somebody_with_too_much_to_say() {
    let blank = compose("approval.html", &base());
    let mut data = full();
    data["p"]["achievements"] = "主持完成养护机械改造，效果良好。".repeat(120).into();
    data["unit"]["name"] =
        "南通市通州湾江海联动开发示范区公路养护与应急保障中心机械化作业大队".into();
    data["p"]["resume"] = (0..9)
        .map(|i| json!({"from": format!("{}-01", 1994 + i), "to": "", "unit": "某单位", "trade": "工"}))
        .collect();
    let much = compose("approval.html", &data);
    let Some(exporter) = exporter() else { return };
    assert_eq!(export(&exporter, "approval-blank", &blank).pages, Some(4));
    let artifact = export(&exporter, "approval-much", &much);
    assert_eq!(artifact.pages, Some(6), "{:?}", artifact.notes);
    assert!(artifact.notes.iter().any(|(code, _)| code == "FM-102"));
    has("approval-much", &["见附页1", "附页1主要专业技术业绩"]);
}

#[test]
fn covers_and_catalogue() {
    let mut data = full();
    let names = [
        "高级技师量化考评表、申报单位综合评价表",
        "近5年年度考核表",
        "身份证复印件",
        "技师证书复印件",
        "继续教育合格证书复印件",
        "学历证书复印件",
        "论文（封面、目录、正文）",
        "专业技术工作总结",
        "专家推荐意见书",
    ];
    data["rows"] = names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            json!({"name": name, "copies": 1, "pages": i + 1, "from": i * 3 + 1,
            "to": i * 3 + 3, "note": ""})
        })
        .collect();
    let documents = ["bag_cover", "catalogue", "booklet_cover"]
        .map(|name| (name, compose(&format!("{name}.html"), &data)));
    let Some(exporter) = exporter() else { return };
    for (name, document) in &documents {
        assert_eq!(export(&exporter, name, document).pages, Some(1), "{name}");
    }
    data["rows"] = json!([]);
    for (name, title) in
        [("quant", "高级技师量化考评表"), ("unit_eval", "高级技师申报单位综合评价表")]
    {
        data["form"]["title"] = title.into();
        let document = compose(&format!("{name}.html"), &data);
        assert_eq!(export(&exporter, name, &document).pages, Some(1), "{name}");
    }
    data["rows"] = (0..13)
        .map(|i| json!({"name": if i % 4 == 0 { "近5年无重大交通事故证明及车队长或调度管理书面任职文件（证明）和附件" } else { names[i % 9] },
            "copies": 12, "pages": 118}))
        .collect();
    data["unit"] = json!({"name": "南通市通州湾江海联动开发示范区公路养护与应急保障中心机械化作业大队城东养护工区",
        "supervisor": "南通市通州湾江海联动开发示范区交通运输与城市综合管理局", "area": "通州湾示范区"});
    data["p"]["person"]["name"] = "阿不都热西提·阿卜杜外力·买买提伊明".into();
    let full = compose("bag_cover.html", &data);
    let artifact = export(&exporter, "bag_cover-full", &full);
    assert_eq!((artifact.pages, artifact.notes.iter().any(|n| n.0 == "FM-102")), (Some(1), false));
    has("bag_cover", &["申报高级技师材料", "黄忞", "专家推荐意见书"]);
    has("catalogue", &["材料目录", "25—27", "1/9"]);
    has("booklet_cover", &["申报高级技师评审材料"]);
}

#[test]
fn check_sheet_and_notice() {
    let mut data = full();
    let file = |i: usize| json!({"name": format!("{i}身份证正反面扫描件.jpg"), "at": format!("装订册第{i}页")});
    let row = json!({"label": "身份证号码", "value": "32068419751012001X"});
    data["groups"] = (0..6)
        .map(|i| {
            json!({"rows": vec![row.clone(); 1 + i % 3], "files": [file(i), file(i + 9)],
            "thumbs": vec!["photo"; i % 3]})
        })
        .collect();
    data["years"] = (2014..=2018)
        .map(|y| {
            json!({"year": y, "grade": "合格", "name": format!("{y}年度考核表.jpg"),
            "at": "", "thumb": if y == 2016 { "" } else { "photo" }})
        })
        .collect();
    data["lines"] =
        json!(["论文发表时间不明，请对照目录页确认晚于取得现等级证书", "照片与身份证是否同一人"]);
    let sheet = compose("check_sheet.html", &data);
    let finding = |what: &str| {
        json!({"where": "名册.xlsx 第5行 身份证号码", "what": what,
        "clause": "通人社考〔2019〕10号 二(一)3", "how": "核对身份证原件，改正后重报"})
    };
    let must = finding("身份证号码第18位校验不符，应为X");
    let mut notice = base();
    notice["deadline"] = "2019年6月13日16:00".into();
    notice["date"] = "2019-06-12".into();
    notice["people"] = json!([
        {"name": "黄忞", "trade": "汽车修理工", "level": "高级技师", "must": [must, must],
         "should": [finding("照片偏小")], "asking": [finding("工龄与简历不一致")]},
        {"name": "李珺", "trade": "", "level": "", "must": [must], "should": [], "asking": []},
    ]);
    notice["received"] = "2019年6月12日10:21".into();
    notice["known"] = true.into();
    notice["returned"] = 2.into();
    notice["marked"] = json!(["申报表-已标注.xlsx"]);
    notice["closed"] = false.into();
    notice["unlisted"] = 0.into();
    notice["general"] = json!({"must": [], "should": [finding("无法对应的文件夹")], "asking": []});
    let mut long = notice.clone();
    long["people"][0]["must"] = (0..60).map(|_| must.clone()).collect();
    let notice = compose("notice.html", &notice);
    let long = compose("notice.html", &long);
    let Some(exporter) = exporter() else { return };
    assert_eq!(export(&exporter, "check_sheet", &sheet).pages, Some(2));
    has(
        "check_sheet",
        &["相符", "审核人签名", "机审通过（待人工核对）", "2016年度：合格", "（无图）"],
    );
    export(&exporter, "notice", &notice);
    assert!(export(&exporter, "notice-long", &long).pages > Some(2));
    if let Some(text) = text("notice-long") {
        assert_eq!(text.matches("第18位校验不符").count(), 61);
    }
    has("notice", &["补正截止", "2019年6月13日16:00", "二、李珺", "怎样改"]);
}

#[test]
fn receipt_and_summary() {
    let mut data = base();
    data["received"] = "2019年6月12日10:21".into();
    data["window"] = "（在受理时间内）".into();
    data["people"] = 12.into();
    data["files"] = (0..5)
        .map(|i| json!({"name": format!("海门市公路管理站/黄忞/{i}.jpg"), "size": "1.2 MB",
            "state": "已收", "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}))
        .collect();
    let receipt = compose("receipt.html", &data);
    let mut data = base();
    data["title"] = "机关事业单位工勤人员技术等级晋升申报汇总表".into();
    data["trade"] = "汽车修理工".into();
    data["notes"] = json!(["备注：本表按工种填报，一个工种一张表。"]);
    data["rows"] = (0..30)
        .map(|_| json!({"name": "买买提·阿不都", "sex": "男", "birth": "1975-10",
            "work_start": "1994-08", "education": "大学专科", "trade": "汽车修理工", "level": "技师",
            "cert_date": "2012-12-28", "apply_level": "高级技师", "public_result": "无异议", "note": "三年优秀"}))
        .collect();
    let summary = compose("summary.html", &data);
    let Some(exporter) = exporter() else { return };
    export(&exporter, "receipt", &receipt);
    has("receipt", &["收到时间", "不代表材料齐全"]);
    let artifact = export(&exporter, "summary", &summary);
    let pages = artifact.pages.expect("a PDF has pages");
    assert!(pages > 1);
    if let Some(text) = text("summary") {
        assert_eq!(text.matches("现职业技术工种").count(), pages as usize);
    }
}

#[test]
fn many_forms_in_a_row() {
    let Some(exporter) = exporter() else { return };
    let mut data = full();
    let documents: Vec<_> = (0..20)
        .map(|i| {
            data["p"]["contact"]["phone"] = format!("138000000{i:02}").into();
            compose("approval.html", &data)
        })
        .collect();
    let start = std::time::Instant::now();
    for document in &documents {
        exporter.export(document).expect("exports");
    }
    println!("{} ms a form", start.elapsed().as_millis() / 20);
}
