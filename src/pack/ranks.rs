//! Ranked words: education, titles, levels, administrative ranks, prize grades.

/// Lowest first; words of one row are equal.
const EDUCATION: &[&[&str]] = &[
    &["小学"],
    &["初中"],
    &[
        "高中",
        "普通高中",
        "中专",
        "中等专科",
        "中等职业",
        "职高",
        "职业高中",
        "技校",
        "技工学校",
        "中技",
        "中师",
    ],
    &["大学专科", "大专", "专科", "高职", "高专"],
    &["大学本科", "本科", "大学"],
    &["研究生", "研究生班", "硕士", "硕士研究生", "博士", "博士研究生"],
];
const TITLES: &[&[&str]] = &[
    &["初级", "员级", "助理级", "助理"],
    &["中级"],
    &["副高", "副高级"],
    &["正高", "正高级", "高级"],
];
const LEVELS: &[&[&str]] = &[
    &["none", "无", "普通工", "学徒"],
    &["初级工"],
    &["中级工"],
    &["高级工"],
    &["技师"],
    &["高级技师"],
];
const PLACES: &[&[&str]] = &[
    &["县级", "区县级", "县（市、区）级"],
    &["市级", "市", "设区市级"],
    &["省部级", "省级", "部级", "省、部级"],
    &["国家级", "全国"],
];
const GRADES: &[&[&str]] =
    &[&["优秀奖", "鼓励奖"], &["三等奖"], &["二等奖"], &["一等奖"], &["特等奖"]];

fn rank(ladder: &[&[&str]], word: &str) -> Option<usize> {
    ladder.iter().position(|step| step.contains(&word))
}

/// The ladder the words of a fact stand on.
fn ladder(fact: &str) -> &'static [&'static [&'static str]] {
    match fact {
        _ if fact.starts_with("education.") => EDUCATION,
        _ if fact.starts_with("title.") => TITLES,
        _ if fact.ends_with(".level") => LEVELS,
        _ => PLACES,
    }
}

/// The rank of a word of a fact; `None` when the ladder does not have it.
pub fn rank_of(fact: &str, word: &str) -> Option<usize> {
    rank(ladder(fact), word.trim())
}

/// 县级 < 市级 < 省部级 < 国家级.
pub fn place_rank(word: &str) -> Option<usize> {
    rank(PLACES, word.trim())
}

/// 三等奖 < 二等奖 < 一等奖 < 特等奖.
pub fn grade_rank(word: &str) -> Option<usize> {
    rank(GRADES, word.trim())
}

/// One word of every step of the ladder of a fact that has one of its own.
pub fn ladder_words(fact: &str) -> Vec<String> {
    let own =
        fact.starts_with("education.") || fact.starts_with("title.") || fact.ends_with(".level");
    let steps = ladder(fact).iter().filter_map(|step| step.first());
    steps.filter(|_| own).map(|word| (*word).to_owned()).collect()
}

/// The words `rank_of` knows for a fact.
pub(super) fn words_of(fact: &str) -> Vec<&'static str> {
    ladder(fact).concat()
}

/// The words `grade_rank` knows.
pub(super) fn grades() -> Vec<&'static str> {
    GRADES.concat()
}
