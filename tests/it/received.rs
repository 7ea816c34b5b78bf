//! What came is told with its size, whatever became of it.

use crate::office::{Office, codes, each, submission, text};
use crate::people::{Person, entry, workbook};

#[test]
fn what_came_is_told_with_its_size() {
    let Some(office) = Office::open() else { return };
    let cell = |text: &str| text.to_owned();
    let bytes = workbook("表", &[vec![cell("姓名")], vec![cell("王甲")]]);
    office.drop_file("一院/说明.xlsx", &bytes);
    office.drop_file("一院/其他/备忘.txt", b"12345");
    office.pass().exits(1);
    let report = office.report();
    let submission = &each(&report["submissions"])[0];
    let told: Vec<&str> = each(&submission["findings"])
        .iter()
        .filter(|finding| text(&finding["code"]) == "IN-101")
        .map(|finding| text(&finding["message"]))
        .collect();
    let size = bytes.len() + 5;
    assert_eq!(told, [format!("已接收文件\"一院\"（{size} 字节，2 个文件）")]);
}

#[test]
fn a_list_in_the_inbox_is_no_decision() {
    let Some(office) = Office::open() else { return };
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1)]));
    office.pass();
    office.run(&["export", "--out", "名单.xlsx"]).exits(0);
    let list = std::fs::read(office.path("名单.xlsx")).unwrap();
    office.drop_file("名单.xlsx", &list);
    office.pass();
    let quiet = submission(&office.report(), "名单.xlsx");
    assert!(!codes(&quiet).contains(&"RT-124"), "nothing is chosen");
    let report = office.report();
    let case = text(&each(&report["submissions"])[0]["applicants"][0]["case"]).to_owned();
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let ticked = [row(["案号", "办理", "意见", "办理人"]), row([&case, "照片合格", "", "李四"])];
    office.drop_file("名单.xlsx", &workbook("查询结果", &ticked));
    office.pass();
    let told = submission(&office.report(), "名单.xlsx");
    assert!(codes(&told).contains(&"RT-124"), "{told}");
    assert!(!office.run(&["show", &case]).exits(0).stdout.contains("李四"));
}
