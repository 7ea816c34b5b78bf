//! Education (GB/T 4658 words, DD-75).

use super::fact::Parsed;
use crate::text::fold;

/// What an education cell says.
pub(super) struct Education {
    /// The rank.
    pub(super) parsed: Parsed,
    /// 专业证书(班) is named.
    pub(super) special: bool,
}

/// Words from high to low; a longer word stands before a shorter one it contains.
const WORDS: [(&str, &[&str]); 9] = [
    ("研究生", &["研究生", "博士", "硕士"]),
    ("大学本科", &["大学本科", "本科", "学士", "专升本"]),
    ("大学专科", &["大学专科", "大专", "专科", "高职", "高专", "电大", "夜大"]),
    ("中专", &["中专", "中师", "中等专业"]),
    ("职高", &["职高", "职业高中", "职业中学"]),
    ("技校", &["技校", "中技", "技工学校", "技工"]),
    ("高中", &["高中"]),
    ("初中", &["初中"]),
    ("小学", &["小学"]),
];

/// Reads an education. Two ranks: the highest, with a repair that says so.
pub(super) fn read(raw: &str) -> Education {
    let folded = fold(raw);
    let special = folded.contains("专业证书");
    let mut rest = folded.replace("专业证书班", "").replace("专业证书", "");
    let cut_short = ["结业", "肄业"].iter().any(|w| rest.contains(w));
    let mut found: Vec<&str> = Vec::new();
    for (rank, words) in WORDS {
        for word in words {
            if rest.contains(word) {
                rest = rest.replace(word, " ");
                if !found.contains(&rank) {
                    found.push(rank);
                }
            }
        }
    }
    if found.is_empty() && (rest == "大学" || rest.starts_with("大学毕业")) {
        found.push("大学本科");
    }
    let parsed = match found.as_slice() {
        [] if special => Parsed::default().repair("专业证书不作学历"),
        [] => Parsed::fault("FD-131", raw.trim()),
        [rank, ..] => {
            let mut parsed = Parsed::text(*rank);
            if found.len() > 1 {
                parsed = parsed.repair("填有多个学历，取最高");
            }
            if *rank != raw {
                parsed = parsed.repair("学历名称规范");
            }
            if cut_short {
                // 结业 and 肄业 are no graduation: what they count for is for a person to say
                parsed.value = None;
                parsed = parsed.note("FD-132", &[("value", raw.trim())]);
            }
            parsed
        }
    };
    Education { parsed, special }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text() {
        for (raw, expect, codes) in [
            ("大专（函授）", "大学专科", ""),
            ("本科/学士", "大学本科", ""),
            ("大学", "大学本科", ""),
            ("专科", "大学专科", ""),
            ("高中（中专）", "中专", ""),
            ("高 中", "高中", ""),
            ("硕士研究生", "研究生", ""),
            ("中技", "技校", ""),
            ("职业高中", "职高", ""),
            ("本科肄业", "-", "FD-132"),
            ("大专结业", "-", "FD-132"),
            ("识字班", "-", "FD-131"),
        ] {
            let read = read(raw);
            let got = (read.parsed.shown(), read.parsed.codes().join(" "));
            assert_eq!((got.0.as_str(), got.1.as_str()), (expect, codes), "{raw}");
        }
        let read = read("专业证书班（2015）");
        assert!(read.special && read.parsed.value.is_none() && read.parsed.notes.is_empty());
    }
}
