//! Words in 备注 that stand for facts.

use crate::text::fold;

/// What 备注 says besides its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// 撤回: the person withdraws.
    pub(super) withdrawn: bool,
    /// Facts of the record.
    pub(super) facts: Vec<(&'static str, bool)>,
}

/// Whether a folded text claims a word: `None` when it does not name it, `Some(false)` when it
/// denies it (未转岗, 没有转岗, 是否转岗：否).
pub(super) fn says(folded: &str, word: &str) -> Option<bool> {
    let (before, after) = folded.split_once(word)?;
    if before.ends_with("是否") {
        let answer = after.trim_start_matches([':', ',', '(']);
        return Some(answer.starts_with(['是', '√', 'y']));
    }
    let denials = ['未', '非', '无', '不', '没', '否'];
    let before = before.trim_end_matches(['有', '申', '请', '过', '曾']);
    Some(
        !before.ends_with(denials)
            && !after.trim_start_matches([':', '(']).starts_with(['否', '无', '×']),
    )
}

/// Reads the flags of a note.
pub(super) fn read(text: &str) -> Flags {
    let folded = fold(text);
    let has = |word: &str| says(&folded, word) == Some(true);
    let mut facts = Vec::new();
    if has("转岗") {
        facts.push(("apply.transferred", true));
    }
    // 合同制工人 may be of the establishment: only words that leave no doubt
    const OUTSIDE: [&str; 8] =
        ["编外", "劳务派遣", "派遣制", "临时工", "临时人员", "外聘", "返聘", "公益性岗位"];
    if OUTSIDE.iter().any(|word| has(word)) {
        facts.push(("person.staffed", false));
    }
    if has("证书班") || has("专业证书") {
        facts.push(("education.special_cert", true));
    }
    let failed = ["未通过", "没有通过", "不通过"].iter().any(|w| folded.contains(w));
    let review = ["评审", "往年", "上年", "年未", "综合"].iter().any(|w| folded.contains(w));
    if failed && review {
        facts.push(("apply.failed_before", true));
    }
    Flags { withdrawn: has("撤回"), facts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_notes() {
        assert_eq!(read("转岗").facts, [("apply.transferred", true)]);
        assert_eq!(read("编外人员").facts, [("person.staffed", false)]);
        for text in ["劳务派遣人员", "临时工", "退休返聘"] {
            assert_eq!(read(text).facts, [("person.staffed", false)], "{text}");
        }
        assert!(read("非外聘；原合同制工人").facts.is_empty());
        assert_eq!(read("证书班（2015）").facts, [("education.special_cert", true)]);
        assert_eq!(read("2018年未通过评审").facts, [("apply.failed_before", true)]);
        assert!(read("撤 回").withdrawn);
        assert!(read("未转岗；退伍兵；连续三年优秀").facts.is_empty());
        for text in ["没有转岗", "是否转岗：否", "转岗：无", "未申请转岗"] {
            assert!(read(text).facts.is_empty(), "{text}");
        }
        assert_eq!(read("是否转岗：是").facts, [("apply.transferred", true)]);
        assert!(!read("未撤回").withdrawn);
    }
}
