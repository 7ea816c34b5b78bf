//! Forms filled in by applicants, through the program itself.

use crate::office::{Office, Ran, applicant, codes, each, grave, repo, submission, text};
use crate::people::{Files, Person, entry, workbook};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};

const UNIT: &str = "南通市测试中心";
const TYPES: &str = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Default Extension='xml' ContentType='application/xml'/></Types>";
const RELS: &str = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='word/document.xml'/></Relationships>";

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(part.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn docx(body: &str) -> Vec<u8> {
    let document = format!(
        "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' \
         xmlns:w14='http://schemas.microsoft.com/office/word/2010/wordml'><w:body>{body}</w:body></w:document>"
    );
    package(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELS),
        ("word/document.xml", &document),
    ])
}

pub(crate) fn p(line: &str) -> String {
    format!("<w:p><w:r><w:t xml:space='preserve'>{line}</w:t></w:r></w:p>")
}

/// A table; `|` between cells, `/` between the paragraphs of a cell.
pub(crate) fn table(rows: &[&str]) -> String {
    let cell = |text: &str| {
        let lines: String = text.split('/').map(p).collect();
        format!("<w:tc>{lines}</w:tc>")
    };
    let row = |row: &&str| format!("<w:tr>{}</w:tr>", row.split('|').map(cell).collect::<String>());
    format!("<w:tbl>{}</w:tbl>", rows.iter().map(row).collect::<String>())
}

/// A form with the title of the circular.
fn form(rows: &[&str]) -> Vec<u8> {
    let title = p("南通市机关事业单位工勤技能岗位技术等级考核审批表");
    docx(&format!("{title}{}", table(rows)))
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"))
}

/// The report of a dry run over one file or folder.
fn checked(office: &Office, path: &str) -> Value {
    report(&office.run(&["check", path, "--json", "--show-ids"]))
}

fn alone(office: &Office, name: &str, bytes: &[u8]) -> Value {
    office.drop_file(name, bytes);
    checked(office, &format!("inbox/{name}"))
}

fn value(person: &Value, field: &str) -> String {
    text(&person["record"][field]["value"]).to_owned()
}

#[test]
fn a_form_alone_is_an_applicant() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let rows = [
        &format!("姓　　名|{}|性别|☐男　☑女", person.name),
        &format!("身份证号码|{}|民族|汉", person.id),
        "工作单位|南通市测试中心|申报工种|收银审核",
        "申报等级|高级技师|是否转岗|☐是 ☐否",
    ];
    let report = alone(&office, "登记表.docx", &form(&rows));
    let found = applicant(&report, &person.name);
    assert_eq!(text(&found["unit"]), UNIT);
    assert_eq!(value(&found, "person.sex"), "女");
    assert_eq!(value(&found, "apply.level"), "高级技师");
    let place = &found["record"]["person.id_no"]["origin"];
    assert_eq!((text(&place["sheet"]), text(&place["cell"])), ("表1", "B2"));
    assert!(codes(&found).contains(&"FM-141"), "{found}");
    assert_eq!(text(&each(&submission(&report, "登记表.docx")["files"])[0]["as"]), "form");
    assert!(!office.path("state").exists());
}

/// Fields that the printed form shows.
const SHOWN: [&str; 36] = [
    "person.name",
    "person.sex",
    "person.ethnic",
    "person.id_no",
    "person.birth",
    "person.work_start",
    "contact.phone",
    "service.trade_years",
    "unit.name",
    "unit.supervisor",
    "education.rank",
    "education.school",
    "education.major",
    "education.date",
    "post.trade",
    "post.level",
    "cert.no",
    "cert.date",
    "cert.issuer",
    "apply.trade",
    "apply.level",
    "apply.transferred",
    "training.passed_years",
    "appraisal.2014",
    "appraisal.2015",
    "appraisal.2016",
    "appraisal.2017",
    "appraisal.2018",
    "resume.1.from",
    "resume.1.to",
    "resume.1.unit",
    "resume.2.to",
    "achievements",
    "awards_text",
    "papers.1.title",
    "opinion.unit",
];

/// A roster with everything the form asks, and the person's own form with what no column holds.
fn told_in_full(person: &Person, achievements: &str) -> Files {
    let year = person.id.get(6..10).unwrap();
    let month = person.id.get(10..12).unwrap();
    let birth = format!("{year}.{month}");
    let sex = if person.id.as_bytes()[16] % 2 == 1 { "男" } else { "女" };
    let columns = [
        ("序号", "1"),
        ("姓名", &person.name),
        ("性别", sex),
        ("民族", "汉族"),
        ("身份证号码", &person.id),
        ("出生年月", &birth),
        ("参加工作时间", "1995.08"),
        ("单位", UNIT),
        ("主管部门", "南通市测试局"),
        ("联系电话", "13800001553、0513-85520883"),
        ("从事本工种年限", "23年6个月"),
        ("学历", "大专"),
        ("毕业院校", "南通测试学院"),
        ("所学专业", "会计"),
        ("毕业时间", "2003.07"),
        ("现工种", "收银审核"),
        ("现有等级", "技师"),
        ("取得资格时间", "2007.11.30"),
        ("证书号码", "07320600001"),
        ("发证单位", "江苏省人力资源和社会保障厅"),
        ("报考工种", "收银审核"),
        ("报考等级", "高级技师"),
        ("2014年度考核", "合格"),
        ("2015年度考核", "优秀"),
        ("2016年度考核", "合格"),
        ("2017年度考核", "合格"),
        ("2018年度考核", "合格"),
        ("继续教育情况", "2017、2018"),
        ("主要业绩", achievements),
        ("奖惩情况", "2016年受单位嘉奖"),
        ("论文", "《收银审核的内部控制》，会计之友，CN14-1063/F，2016年第3期，2016.03"),
    ];
    let rows: [Vec<String>; 2] = [
        columns.iter().map(|(head, _)| (*head).to_owned()).collect(),
        columns.iter().map(|(_, cell)| (*cell).to_owned()).collect(),
    ];
    let own = table(&[
        &format!("姓名|{}|身份证号码|{}", person.name, person.id),
        "申报工种|收银审核|申报等级|高级技师",
        "所在单位推荐意见|同意推荐，有空岗。/负责人：　　（公章）/年　月　日",
    ]);
    let jobs = table(&[
        "起止年月|在何单位|从事何工种",
        "1995.08—2003.05|南通测试厂|收银",
        "2003.06至今|南通市测试中心|收银审核",
    ]);
    let title = p("南通市机关事业单位工勤技能岗位技术等级考核审批表");
    let own = docx(&format!("{title}{own}{}{jobs}", p("工作简历")));
    let mut files = entry(&[person]);
    files.insert("申报汇总表.xlsx".to_owned(), workbook("汇总表", &rows));
    files.insert(format!("{}/登记表.docx", person.folder()), own);
    files
}

fn part(docx: &[u8], name: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut bytes = Vec::new();
    zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn round_trip(achievements: &str) {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir(UNIT, &told_in_full(&person, achievements));
    office.pass().exits(0);
    let before = applicant(&office.report(), &person.name);
    let folder = format!("60-卷宗/{UNIT}/{}-收银审核-高级技师", person.name);
    let printed = fs::read(office.root().join(folder).join("审批表.docx")).unwrap();
    let moved = String::from_utf8(part(&printed, "word/document.xml")).unwrap().contains("附页1");
    assert_eq!(moved, achievements.chars().count() > 1_000);

    let Some(again) = Office::open() else { return };
    let after = applicant(&alone(&again, "审批表.docx", &printed), &person.name);
    for field in SHOWN {
        if field == "person.id_no" {
            assert_eq!(value(&after, field), person.id);
            continue;
        }
        let [a, b] = [&before, &after].map(|p| &p["record"][field]["value"]);
        assert!(!a.is_null(), "the first pass has no {field}");
        assert_eq!(a, b, "{field}");
    }
    // nothing else was read from roster and form that the printed form does not give again
    let read = |person: &Value| -> BTreeMap<String, Value> {
        let record = person["record"].as_object().unwrap().iter();
        record.map(|(field, told)| (field.clone(), told["value"].clone())).collect()
    };
    let (first, again) = (read(&before), read(&after));
    // the number is masked in a published report, and papers are counted by their scans
    let apart = ["person.id_no", "papers.count"];
    let fields = first.keys().chain(again.keys()).filter(|f| !apart.contains(&f.as_str()));
    let lost: Vec<&String> = fields.filter(|f| first.get(*f) != again.get(*f)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(!codes(&after).iter().any(|c| c.starts_with("FM-14")), "{after}");
}

#[test]
fn our_own_form_dropped_back_loses_nothing() {
    round_trip("主持修订收银审核流程。\n培训新人十二名。");
}

#[test]
fn what_went_to_a_page_of_its_own_comes_back_too() {
    let line = "主持修订单位收银审核流程与票据管理办法，逐月核对现金日记账，连续多年无差错。";
    round_trip(&vec![line; 40].join("\n"));
}

#[test]
fn roster_and_form_must_tell_the_same() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let name = format!("{}/登记表.docx", person.folder());
    let mut files = entry(&[&person]);
    let same = form(&[
        &format!("姓　名|测 试 甲|身份证号码|{}", person.id),
        "申报工种|收银审核|申报等级|高级技师（一级）",
        "参加工作时间|1995年8月|取得时间|二○○七年十一月",
        "证书号码|０７３２０６０ ０００１|发证机关|省人力资源社会保障厅",
        "2014年度考核|合格等次|学历|大学专科",
    ]);
    files.insert(name.clone(), same);
    office.drop_dir(UNIT, &files);
    let found = applicant(&checked(&office, &format!("inbox/{UNIT}")), &person.name);
    assert!(!codes(&found).contains(&"DU-141"), "{found}");
    assert_eq!((text(&found["decision"]), grave(&found)), ("accepted", vec![]));

    let other = form(&[
        &format!("姓　名|{}|身份证号码|{}", person.name, person.id),
        "申报工种|电工|申报等级|高级技师",
        "参加工作时间|1996年8月|学历|大专",
    ]);
    office.drop_file(&format!("{UNIT}/{name}"), &other);
    let found = applicant(&checked(&office, &format!("inbox/{UNIT}")), &person.name);
    let told: Vec<&Value> =
        each(&found["findings"]).iter().filter(|f| text(&f["code"]) == "DU-141").collect();
    assert_eq!(told.len(), 2, "{found}");
    for (finding, cell, a, b) in
        [(told[0], "B2", "收银审核", "电工"), (told[1], "B3", "1995-08", "1996-08")]
    {
        let place = &finding["origin"];
        assert_eq!((text(&place["path"]), text(&place["cell"])), (name.as_str(), cell));
        let message = text(&finding["message"]);
        assert!(message.contains(a) && message.contains(b), "{message}");
    }
    assert_eq!(text(&found["decision"]), "returned");
}

/// A compound file with empty streams of these names.
fn compound(names: &[&str]) -> Vec<u8> {
    let mut bytes = vec![0; 512 * 3];
    bytes[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    bytes[30] = 9;
    bytes[48..52].copy_from_slice(&1_u32.to_le_bytes());
    bytes[68..72].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    bytes[76..512].fill(0xFF);
    bytes[76..80].copy_from_slice(&0_u32.to_le_bytes());
    bytes[512..1024].fill(0xFF);
    bytes[512..516].copy_from_slice(&0xFFFF_FFFD_u32.to_le_bytes());
    bytes[516..520].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    let all: Vec<&str> = std::iter::once("Root Entry").chain(names.iter().copied()).collect();
    for (i, name) in all.iter().enumerate() {
        let at = 1024 + i * 128;
        for (j, unit) in name.encode_utf16().enumerate() {
            bytes[at + j * 2..at + j * 2 + 2].copy_from_slice(&unit.to_le_bytes());
        }
        bytes[at + 64] = u8::try_from(name.encode_utf16().count() * 2 + 2).unwrap();
        bytes[at + 68..at + 80].fill(0xFF);
        let next = if i == 0 { at + 76 } else { at + 72 };
        if i + 1 < all.len() {
            bytes[next..next + 4].copy_from_slice(&u32::try_from(i + 1).unwrap().to_le_bytes());
        }
    }
    bytes
}

#[test]
fn what_is_no_docx_is_refused_with_the_remedy() {
    let Some(office) = Office::open() else { return };
    let old = compound(&["WordDocument", "1Table"]);
    let locked = compound(&["EncryptionInfo", "EncryptedPackage"]);
    let whole = form(&["姓名|测试甲|身份证号码|1|学历|大专"]);
    let mut torn = whole.clone();
    let middle = torn.len() / 3;
    torn[middle..middle + 60].fill(0);
    let odt = package(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", "<a/>"),
    ]);
    for (name, bytes, code, said, remedy) in [
        ("登记表.doc", old.as_slice(), "IN-112", "旧版 Word", "另存为 docx"),
        ("登记表2.docx", old.as_slice(), "IN-112", "旧版 Word", "另存为 docx"),
        ("登记表.wps", old.as_slice(), "IN-112", "旧版 Word", "另存为 docx"),
        ("登记表3.docx", locked.as_slice(), "IN-113", "打开密码", "取消密码"),
        ("登记表.rtf", b"{\\rtf1\\ansi x}", "IN-112", "RTF", "另存为 docx"),
        ("登记表4.doc", b"{\\rtf1\\ansi x}", "IN-112", "RTF", "另存为 docx"),
        ("登记表5.docx", b"{\\rtf1\\ansi x}", "IN-112", "RTF", "另存为 docx"),
        ("登记表6.docx", torn.as_slice(), "IN-103", "损坏", "重新保存"),
        ("登记表7.docx", &whole[..whole.len() / 2], "IN-103", "损坏", "重新保存"),
        ("登记表8.docx", b"\0\x01garbage\0\x02", "IN-112", "无法识别", "另存为 docx"),
        ("登记表.odt", odt.as_slice(), "IN-112", "ODF", "另存为 docx"),
    ] {
        let report = alone(&office, name, bytes);
        let entry = submission(&report, name);
        assert_eq!(text(&entry["state"]), "returned", "{entry}");
        let found = each(&entry["findings"]).iter().find(|f| text(&f["code"]) == code);
        let found = found.unwrap_or_else(|| panic!("{name} {code} in {entry}"));
        assert!(text(&found["message"]).contains(said), "{name} {found}");
        assert!(text(&found["hint"]).contains(remedy), "{name} {found}");
    }
}

#[test]
fn a_workbook_named_as_a_document_is_read_as_what_it_is() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let roster = entry(&[&person]).remove("申报汇总表.xlsx").unwrap();
    let report = alone(&office, "汇总表.docx", &roster);
    let entry = submission(&report, "汇总表.docx");
    assert_eq!(text(&each(&entry["files"])[0]["kind"]), "xlsx");
    assert_eq!(value(&applicant(&report, &person.name), "apply.trade"), "收银审核");
}

#[test]
fn a_roster_written_as_a_document_is_a_roster() {
    let Some(office) = Office::open() else { return };
    let (a, b) = (Person::clean(1), Person::clean(2));
    let line = |p: &Person| format!("1|{}|{}|收银审核|高级技师", p.name, p.id);
    let body = table(&["序号|姓名|身份证号码|申报工种|申报等级", &line(&a), &line(&b)]);
    let report = alone(&office, "汇总表.docx", &docx(&format!("{}{body}", p("申报汇总表"))));
    for person in [&a, &b] {
        assert_eq!(value(&applicant(&report, &person.name), "person.id_no"), person.id);
    }
}

#[test]
fn a_form_that_names_nobody_is_told_not_forgotten() {
    let Some(office) = Office::open() else { return };
    let blank = form(&["姓名||性别|□男 □女", "身份证号码||出生年月|   年  月"]);
    let nameless = form(&["姓名||性别|男", "身份证号码|1|学历|大专"]);
    for (name, bytes, said) in
        [("空表.docx", &blank, "各栏都没有填写"), ("无名.docx", &nameless, "\"姓名\"栏为空")]
    {
        let report = alone(&office, name, bytes);
        let entry = submission(&report, name);
        assert_eq!(text(&entry["state"]), "returned", "{entry}");
        let found = each(&entry["findings"]).iter().find(|f| text(&f["code"]) == "FM-143");
        let found = found.unwrap_or_else(|| panic!("{entry}"));
        assert!(text(&found["message"]).contains(said), "{found}");
        assert!(text(&found["hint"]).contains("重新提交"), "{found}");
        let file = &each(&entry["files"])[0];
        assert_eq!((text(&file["verdict"]), text(&file["code"])), ("held", "FM-143"));
    }
}

#[test]
fn a_form_of_another_circular_is_read_and_told() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let title = p("某某市机关事业单位工人技术等级报名登记表");
    let body = table(&[
        &format!("姓名|{}|身份证号码|{}", person.name, person.id),
        "申报工种|收银审核|申报等级|高级技师",
    ]);
    let report = alone(&office, "报名.docx", &docx(&format!("{title}{body}")));
    let found = applicant(&report, &person.name);
    let strange = each(&found["findings"]).iter().find(|f| text(&f["code"]) == "FM-142").unwrap();
    let message = text(&strange["message"]);
    assert!(message.contains("某某市机关事业单位工人技术等级报名登记表"), "{message}");
    assert!(message.contains("年度考核") && message.contains("证书号码"), "{message}");
    assert!(!text(&strange["hint"]).is_empty());
}

#[test]
fn a_letter_beside_the_scans_is_named_and_harms_nobody() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    let mut files = entry(&[&person]);
    let letter = docx(&p("关于测试甲同志工作情况的说明：该同志工作认真。"));
    files.insert(format!("{}/情况说明.docx", person.folder()), letter);
    office.drop_dir(UNIT, &files);
    let report = checked(&office, &format!("inbox/{UNIT}"));
    let entry = submission(&report, UNIT);
    assert_eq!(each(&entry["applicants"]).len(), 1, "{entry}");
    let told = |of: &Value| {
        each(&of["findings"]).iter().any(|f| text(&f["message"]).contains("情况说明.docx"))
    };
    assert!(told(&entry) || told(&applicant(&report, &person.name)), "{entry}");
}

#[test]
fn a_letter_alone_is_sent_back() {
    let Some(office) = Office::open() else { return };
    let report = alone(&office, "情况说明.docx", &docx(&p("该同志工作认真。")));
    let entry = submission(&report, "情况说明.docx");
    assert_eq!(text(&entry["state"]), "returned", "{entry}");
    let told: Vec<&str> = codes(&entry);
    assert!(told.contains(&"IN-118") && told.contains(&"MT-111"), "{told:?}");
}

#[test]
fn every_document_of_the_corpus_is_answered() {
    let Some(office) = Office::open() else { return };
    let places = ["../shared/corpus", "../../shared/corpus"].map(repo);
    let Some(corpus) = places.iter().find(|place| place.is_dir()) else {
        println!("skipped: no corpus here");
        return;
    };
    let mut names = Vec::new();
    for part in ["python-docx", "docx-rs", "hostile"] {
        for item in walkdir::WalkDir::new(corpus.join(part)).sort_by_file_name() {
            let item = item.unwrap();
            if item.path().extension().is_some_and(|e| e == "docx") {
                let name = format!("{:03}.docx", names.len());
                let bytes = fs::read(item.path()).unwrap();
                office.drop_file(&format!("{UNIT}/{name}"), &bytes);
                names.push(name);
            }
        }
    }
    assert!(names.len() > 50);
    let ran = office.run(&["check", &format!("inbox/{UNIT}"), "--json"]);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let entry = submission(&report(&ran), UNIT);
    let files = each(&entry["files"]);
    assert_eq!(files.len(), names.len());
    assert!(files.iter().all(|f| !text(&f["verdict"]).is_empty()));
    assert!(!files.iter().any(|f| text(&f["code"]) == "IN-107" || text(&f["code"]) == "IN-108"));
}
