//! Words in 备注 that stand for facts (DD-81).

use crate::text::fold;

/// What 备注 says besides its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// 撤回: the person withdraws.
    pub(super) withdrawn: bool,
    /// Facts of the record.
    pub(super) facts: Vec<(&'static str, bool)>,
}

/// Reads the flags of a note.
pub(super) fn read(text: &str) -> Flags {
    let folded = fold(text);
    let has = |word: &str| {
        folded
            .split_once(word)
            .is_some_and(|(before, _)| !before.ends_with(['未', '非', '无', '不']))
    };
    let mut facts = Vec::new();
    if has("转岗") {
        facts.push(("apply.transferred", true));
    }
    if has("编外") {
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
        assert_eq!(read("证书班（2015）").facts, [("education.special_cert", true)]);
        assert_eq!(read("2018年未通过评审").facts, [("apply.failed_before", true)]);
        assert!(read("撤 回").withdrawn);
        assert!(read("未转岗；退伍兵；连续三年优秀").facts.is_empty());
    }
}
