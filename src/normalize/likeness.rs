//! What a workbook looks like that is no roster: the sender hears more than "no header".

use super::grid::Grid;
use crate::read::{CellValue, Workbook};
use crate::text::{fold, strip_blanks};

/// How many rows of a sheet may tell what it is.
const TELLING_ROWS: usize = 30;
/// Longest title.
const TITLE: usize = 40;

/// Papers of the trade: what they are called, a word of their title, labels that stand on them.
const PAPERS: [(&str, &str, &[&str]); 9] = [
    ("附件4《岗位使用情况备案表》", "岗位使用情况", &["核准岗位数", "空缺岗位"]),
    ("技师人数统计表", "技师人数", &["现有技师人数"]),
    ("《高级技师量化考评表》", "量化考评", &["考评项目", "得分"]),
    ("《申报单位综合评价表》", "综合评价", &["综合评价", "评价意见"]),
    ("专家推荐意见书", "推荐意见", &["推荐意见", "专家姓名"]),
    ("材料目录", "材料目录", &["材料名称", "页码"]),
    ("没有填写的登记表或审批表", "登记表", &["姓名", "身份证号码", "照片"]),
    ("没有填写的登记表或审批表", "审批表", &["姓名", "主管部门意见"]),
    ("只有人数、没有人员名单的汇总表", "统计表", &["工种", "人数"]),
];

/// What the workbook looks like, in words of the clerk: a known paper, or what it calls itself.
pub(super) fn of(book: &Workbook) -> Option<String> {
    let mut titles = Vec::new();
    let mut labels = Vec::new();
    for sheet in book.sheets.iter().filter(|sheet| !sheet.hidden) {
        let grid = Grid::new(sheet);
        for row in grid.rows.iter().copied().take(TELLING_ROWS) {
            for (_, value) in grid.row(row) {
                let CellValue::Text(text) = value else { continue };
                let text = strip_blanks(text);
                if text.chars().count() <= TITLE {
                    labels.push(fold(&text));
                    titles.push(text);
                }
            }
        }
    }
    let entitled = |word: &str| titles.iter().any(|title| title.contains(word));
    let labelled = |own: &[&str]| {
        let stands = |label: &&str| labels.iter().any(|text| text.ends_with(&fold(label)));
        own.iter().all(stands)
    };
    let paper = PAPERS.iter().find(|(_, word, own)| entitled(word) || labelled(own));
    let named = || titles.iter().find(|title| is_title(title)).map(|title| format!("《{title}》"));
    paper.map(|(name, ..)| (*name).to_owned()).or_else(named)
}

/// A line that names a paper.
fn is_title(text: &str) -> bool {
    let long = text.chars().count() >= 4;
    long && ["表", "册", "单", "目录", "意见书", "证明"].iter().any(|word| text.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::tests::sheet;

    fn like(rows: &[&[&str]]) -> Option<String> {
        of(&Workbook { sheets: vec![sheet("Sheet1", rows)], original: None })
    }

    #[test]
    fn papers_by_title_and_by_labels() {
        let posts = "附件4《岗位使用情况备案表》";
        for (rows, expect) in [
            (&[&["某市工勤岗位使用情况备案表"][..]][..], Some(posts)),
            (&[&["核准岗位数", "12"], &["空缺岗位", "3"]], Some(posts)),
            (&[&["工种", "申报人数"], &["电工", "3"]], Some("只有人数、没有人员名单的汇总表")),
            (&[&["2019年度工资发放表"], &["a", "1"]], Some("《2019年度工资发放表》")),
            (&[&["各单位："], &["请于本月报送。"]], None),
        ] {
            assert_eq!(like(rows).as_deref(), expect, "{rows:?}");
        }
    }
}
