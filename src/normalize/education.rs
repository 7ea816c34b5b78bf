//! Education (words of GB/T 4658).

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
    ("大学本科", &["大学本科", "本科", "学士", "专升本", "大本"]),
    ("大学专科", &["大学专科", "大专", "专科", "高职", "高专"]),
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
    let cut_short = |part: &String| ["结业", "肄业"].iter().any(|w| part.contains(w));
    let going_on = |part: &String| {
        [
            "在读",
            "在学",
            "就读",
            "未毕业",
            "未取得",
            "进修中",
            "以下",
            "低于",
            "非",
            "不足",
            "同等学",
        ]
        .iter()
        .any(|w| part.contains(w))
    };
    // what is still studied, or only compared with, is no education; what was broken off counts
    // only alone
    let split = raw.split(['\n', '；', ';', '、', '，', ',', '/']).map(fold);
    let parts: Vec<String> = split
        .map(|part| part.replace("专业证书班", "").replace("专业证书", ""))
        .filter(|part| !going_on(part))
        .collect();
    // what a diploma of a Party school counts for is for a person to say
    let party = |part: &String| part.contains("党校");
    let complete: Vec<&str> =
        parts.iter().filter(|p| !cut_short(p) && !party(p)).map(String::as_str).collect();
    let mut found = ranks(&complete.join(" "));
    if found.is_empty() && parts.iter().any(party) {
        return Education {
            parsed: Parsed::default().repair("党校学历待人工认定"), special
        };
    }
    let cut_short = parts.iter().any(cut_short);
    let only = found.is_empty() && cut_short;
    if only {
        found = ranks(&parts.join(" "));
    }
    let parsed = match found.as_slice() {
        [] if special => Parsed::default().repair("专业证书不作学历"),
        [] => Parsed::fault("FD-131", raw.trim()),
        [rank, ..] => {
            let mut parsed = Parsed::text(*rank);
            if found.len() > 1 {
                let args = [("value", raw.trim()), ("expect", *rank)];
                parsed = parsed.repair("填有多个学历，取最高").note("FD-135", &args);
            }
            if *rank != raw {
                parsed = parsed.repair("学历名称规范");
            }
            if only {
                // 结业 and 肄业 are no graduation: what they count for is for a person to say
                parsed.value = None;
            }
            if cut_short {
                parsed = parsed.note("FD-132", &[("value", raw.trim())]);
            }
            parsed
        }
    };
    Education { parsed, special }
}

/// The ranks a text names, highest first.
fn ranks(text: &str) -> Vec<&'static str> {
    let mut rest = text.to_owned();
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
    if found.is_empty() {
        for word in
            ["毕业", "学历", "在职", "全日制", "函授", "自考", "自学考试", "成人", "业余", "网络"]
        {
            rest = rest.replace(word, "");
        }
        // schools that gave several ranks; without another word theirs is the lowest of them
        if rest.contains("电大") || rest.contains("夜大") {
            found.push("大学专科");
        }
        if rest.trim_matches(['(', ')', ' ', '/', '.', '。']) == "大学" {
            found.push("大学本科");
        }
    }
    found
}

/// The higher of two ranks.
pub(super) fn higher<'a>(a: &'a str, b: &'a str) -> &'a str {
    let place = |rank: &str| WORDS.iter().position(|(name, _)| *name == rank);
    match (place(a), place(b)) {
        (Some(x), Some(y)) if y < x => b,
        (None, Some(_)) => b,
        _ => a,
    }
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
            ("高中（中专）", "中专", "FD-135"),
            ("大专、本科", "大学本科", "FD-135"),
            ("高 中", "高中", ""),
            ("硕士研究生", "研究生", ""),
            ("中技", "技校", ""),
            ("职业高中", "职高", ""),
            ("党校大专", "-", ""),
            ("中央党校本科（函授）", "-", ""),
            ("大专，党校本科", "大学专科", ""),
            ("本科肄业", "-", "FD-132"),
            ("大专结业", "-", "FD-132"),
            ("大专\n本科肄业", "大学专科", "FD-132"),
            ("大学（在职）", "大学本科", ""),
            ("大本", "大学本科", ""),
            ("本科在读", "-", "FD-131"),
            ("大专，本科在读", "大学专科", ""),
            ("大学普通班", "-", "FD-131"),
            ("电大", "大学专科", ""),
            ("电大中专", "中专", ""),
            ("大专以下", "-", "FD-131"),
            ("非大专", "-", "FD-131"),
            ("大专同等学力", "-", "FD-131"),
            ("高中、大专在读", "高中", ""),
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
