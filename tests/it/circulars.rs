//! One inbox for several circulars: what belongs where is told by what it says, never guessed.

use crate::office::{Office, codes, each, repo, submission, text};
use crate::people::{Person, entry};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use std::fs;

fn office() -> Option<Office> {
    let office = Office::open()?;
    let text = fs::read_to_string(office.path("pipeline.toml")).unwrap();
    let both = text
        .replace("circular = \"nantong-2019\"", "circular = [\"nantong-2019\", \"jiangdu-2020\"]");
    assert_ne!(text, both);
    fs::write(office.path("pipeline.toml"), both).unwrap();
    Some(office)
}

/// A table of one person with a title.
fn table(title: &str, level: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, title).unwrap();
    let labels = ["姓名", "身份证号码", "现工种", "申报工种", "申报等级", "继续教育合格年度"];
    let values = ["测试戊", "11010519491231002X", "电工", "电工", level, "2018、2019"];
    for (n, (label, value)) in (0..).zip(labels.iter().zip(values)) {
        sheet.write_string(1, n, *label).unwrap();
        sheet.write_string(2, n, value).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn report(office: &Office, circular: &str) -> Value {
    let path = office.path(&format!("outbox/{circular}/report.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn sources(report: &Value) -> Vec<&str> {
    each(&report["submissions"]).iter().map(|s| text(&s["source"])).collect()
}

#[test]
fn levels_years_and_places_tell_the_circular() {
    let Some(office) = office() else { return };
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1)]));
    office.drop_file("技师申报表.xlsx", &table("申报汇总表", "技师"));
    office.drop_file("某单位.xlsx", &table("2020年申报汇总表", "高级技师"));
    office.drop_file("某局.xlsx", &table("扬江人社〔2020〕36号 申报汇总表", "高级技师"));
    office.pass().exits(1);
    assert_eq!(sources(&report(&office, "nantong-2019")), ["南通市测试中心"]);
    let jiangdu = report(&office, "jiangdu-2020");
    assert_eq!(sources(&jiangdu), ["技师申报表.xlsx", "某单位.xlsx", "某局.xlsx"]);
    assert_eq!(jiangdu["run"]["circular"], "jiangdu-2020");
    assert!(office.path("outbox/nantong-2019/60-卷宗").exists());
    // a pass that finds nothing new writes nothing, in neither
    let before = office.files();
    office.pass().exits(1);
    assert_eq!(office.files(), before);
}

#[test]
fn what_may_belong_to_both_is_held_and_said() {
    let Some(office) = office() else { return };
    office.drop_file("单位甲.xlsx", &table("申报汇总表", "高级技师"));
    office.pass().exits(1);
    let unclear = submission(&report(&office, "nantong-2019"), "单位甲.xlsx");
    assert_eq!(codes(&unclear), ["IN-122"]);
    assert_eq!(
        (text(&unclear["state"]), &unclear["files"][0]["code"]),
        ("returned", &"IN-122".into())
    );
    let of_code = |f: &&Value| f["code"] == "IN-122";
    let told = text(&each(&unclear["findings"]).iter().find(of_code).unwrap()["message"]);
    assert!(told.contains("2019年南通市") && told.contains("转发省人力资源"), "{told}");
    assert!(sources(&report(&office, "jiangdu-2020")).is_empty());
    // named by its folder it goes where it belongs, and is no longer unclear
    fs::remove_file(office.path("inbox/单位甲.xlsx")).unwrap();
    office.drop_file("jiangdu-2020/单位甲.xlsx", &table("申报汇总表", "高级技师"));
    office.pass().exits(1);
    assert_eq!(sources(&report(&office, "jiangdu-2020")), ["jiangdu-2020"]);
}

#[test]
fn commands_find_the_circular_a_case_is_of() {
    let Some(office) = office() else { return };
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1)]));
    office.drop_file("技师申报表.xlsx", &table("申报汇总表", "技师"));
    office.pass().exits(1);
    let second = report(&office, "jiangdu-2020");
    let case = text(&each(&second["submissions"])[0]["applicants"][0]["case"]).to_owned();
    assert!(case.starts_with("JD"), "{case}");
    let status = office.run(&["status"]).exits(0).stdout;
    assert!(status.contains("南通市测试中心") && status.contains(&case), "{status}");
    assert!(office.run(&["show", &case]).exits(0).stdout.contains("测试戊"));
    let why = office.run(&["why", &case, "person.name"]).exits(0).stdout;
    assert!(why.contains("测试戊"), "{why}");
    // known, and told what is open there: not that there is no such case
    let refused = office.run(&["decide", &case, "盖章", "--by", "李四"]).exits(2).stderr;
    assert!(refused.contains("审核通过") || refused.contains("提交审核"), "{refused}");
    let checked = office.run(&["check", "inbox/技师申报表.xlsx", "--json"]).stdout;
    let checked: Value = serde_json::from_str(&checked).unwrap();
    assert_eq!(checked["run"]["circular"], "jiangdu-2020");
    // a list is of one circular
    office.run(&["export", "--out", "all.xlsx"]).exits(2);
    office.run(&["export", "--out", "one.xlsx", "--circular", "jiangdu-2020"]).exits(0);
    assert!(office.path("one.xlsx").is_file());
    office.run(&["export", "--out", "inbox/one.xlsx", "--circular", "jiangdu-2020"]).exits(2);
    // an entry is witnessed for all of them, once
    let came = office.run(&["receive", "技师申报表.xlsx", "--by", "李四"]).exits(0).stdout;
    assert_eq!(came.matches("技师申报表.xlsx").count(), 1, "{came}");
}

#[test]
fn one_circular_alone_takes_everything() {
    let Some(office) = Office::open() else { return };
    office.drop_file("单位甲.xlsx", &table("2020年申报汇总表", "高级技师"));
    office.pass().exits(1);
    let own = submission(&office.report(), "单位甲.xlsx");
    assert!(!codes(&own).contains(&"IN-122"));
    assert!(repo("templates/jiangdu-2020").exists());
}
