//! Levels: five names and their spellings.

use crate::text::fold;

/// What a level cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// One of the five, canonical.
    Known(&'static str),
    /// 普通工: a present level only.
    Unskilled,
    /// 无, 学徒, 见习, —: no level yet.
    Absent,
    /// Anything else; never guessed.
    Unknown,
}

/// Canonical names with all spellings; a whole cell must equal one.
const SPELLINGS: [(&str, &[&str]); 5] = [
    (
        "高级技师",
        &["高级技师", "高技", "一级", "技术工一级", "一级工", "1级", "机关事业单位高级技师"],
    ),
    ("技师", &["技师", "二级", "技术工二级", "二级工", "2级"]),
    ("高级工", &["高级工", "高级", "三级", "三级工", "技术工三级", "高级技工", "3级"]),
    ("中级工", &["中级工", "中级", "四级", "四级工", "技术工四级", "中级技工", "4级"]),
    ("初级工", &["初级工", "初级", "五级", "五级工", "技术工五级", "初级技工", "5级"]),
];

/// Reads a level: one spelling, or two that agree (三级/高级工, 高级工（三级）).
pub(super) fn read(text: &str) -> Level {
    let folded = fold(text).replace('壹', "一").replace('贰', "二").replace('叁', "三");
    let folded = folded.trim_matches(['“', '”', '"', '\'', '。', '.', ',', ';']).to_owned();
    if super::cell::is_empty(text)
        || ["学徒", "学徒工", "见习", "见习期", "无等级"].contains(&folded.as_str())
    {
        return Level::Absent;
    }
    if folded == "普通工" || folded == "普工" {
        return Level::Unskilled;
    }
    let mut found = None;
    for part in folded.split(['/', '(', ')', '、', '-', '[', ']']).filter(|p| !p.is_empty()) {
        let Some(name) = exact(part).or_else(|| agreed(part)) else {
            return Level::Unknown;
        };
        if found.is_some_and(|known| known != name) {
            return Level::Unknown;
        }
        found = Some(name);
    }
    found.map_or(Level::Unknown, Level::Known)
}

/// The canonical name of one spelling.
pub(super) fn exact(part: &str) -> Option<&'static str> {
    SPELLINGS.iter().find(|(_, all)| all.contains(&part)).map(|(name, _)| *name)
}

/// A spelling with the words of its system (国家职业资格二级, 工勤技能一级岗位), or two spellings
/// side by side that agree (一级高级技师, 技师二级).
fn agreed(part: &str) -> Option<&'static str> {
    const SYSTEMS: [&str; 8] = [
        "机关事业单位",
        "国家职业资格",
        "职业技能等级",
        "职业资格",
        "工勤技能岗位",
        "工勤技能",
        "工勤岗位",
        "岗位",
    ];
    let mut core = part;
    for word in SYSTEMS {
        core = core.strip_prefix(word).unwrap_or(core);
    }
    for word in ["岗位", "资格", "证书", "等级", "岗"] {
        core = core.strip_suffix(word).unwrap_or(core);
    }
    if core.is_empty() {
        return None;
    }
    if let Some(name) = exact(core) {
        return Some(name);
    }
    SPELLINGS.iter().find_map(|(name, all)| {
        let rest = all.iter().filter_map(|s| core.strip_prefix(s)).filter(|r| !r.is_empty());
        rest.into_iter().any(|rest| exact(rest) == Some(*name)).then_some(*name)
    })
}

/// The highest level named in a longer text, full names only (titles).
pub(super) fn in_text(text: &str) -> Option<&'static str> {
    let folded = fold(text);
    SPELLINGS.iter().map(|(name, _)| *name).find(|name| folded.contains(name))
}

/// Splits a level off either end of a joined text: 电工中级工, 中级工电工.
pub(super) fn split_off(text: &str) -> Option<(String, &'static str)> {
    for (name, _) in SPELLINGS {
        let rest = text.strip_suffix(name).or_else(|| text.strip_prefix(name));
        if let Some(rest) = rest.filter(|r| !r.is_empty()) {
            return Some((rest.to_owned(), name));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_and_strangers() {
        for (text, expect) in [
            ("高级技师", Level::Known("高级技师")),
            ("高级技师（一级）", Level::Known("高级技师")),
            ("一级/高级技师", Level::Known("高级技师")),
            ("高技", Level::Known("高级技师")),
            ("二级", Level::Known("技师")),
            ("技 师", Level::Known("技师")),
            ("三级/高级工", Level::Known("高级工")),
            ("高级工（三级）", Level::Known("高级工")),
            ("高级技工", Level::Known("高级工")),
            ("技术工三级", Level::Known("高级工")),
            ("初级", Level::Known("初级工")),
            ("普通工", Level::Unskilled),
            ("无", Level::Absent),
            ("—", Level::Absent),
            ("", Level::Absent),
            ("正高级", Level::Unknown),
            ("高级技师二级", Level::Unknown),
            ("一级技师", Level::Unknown),
            ("技师一级", Level::Unknown),
            ("一级高级技师", Level::Known("高级技师")),
            ("技师二级", Level::Known("技师")),
            ("国家职业资格二级", Level::Known("技师")),
            ("高级技师（国家职业资格一级）", Level::Known("高级技师")),
            ("技师（国家职业资格一级）", Level::Unknown),
            ("工勤技能岗位二级", Level::Known("技师")),
            ("高级技师岗位", Level::Known("高级技师")),
            ("壹级", Level::Known("高级技师")),
            ("“技师”", Level::Known("技师")),
            ("岗位", Level::Unknown),
            ("一级/技师", Level::Unknown),
            ("特级技师", Level::Unknown),
        ] {
            assert_eq!(read(text), expect, "{text}");
        }
    }

    #[test]
    fn splits_joined_text() {
        assert_eq!(split_off("电工中级工"), Some(("电工".to_owned(), "中级工")));
        assert_eq!(split_off("电工高级技师"), Some(("电工".to_owned(), "高级技师")));
        assert_eq!(split_off("中级工电工"), Some(("电工".to_owned(), "中级工")));
        assert_eq!(split_off("电工"), None);
    }
}
