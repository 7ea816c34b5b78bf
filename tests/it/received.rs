//! What came is told with its size, whatever became of it.

use crate::office::{Office, each, text};
use crate::people::workbook;

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
