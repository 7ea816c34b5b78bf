//! Labels nobody listed, understood by the words in them; a word of another matter forbids it.

/// What a field may not be called: a label with such a word speaks of something else.
const FOREIGN: [(&str, &[&str]); 9] = [
    (
        "person.name",
        &[
            "负责", "联系", "配偶", "法人", "推荐", "专家", "领导", "审核", "填表", "经办", "家属",
            "曾用", "拼音", "单位",
        ],
    ),
    (
        "person.id_no",
        &["地址", "住址", "有效期", "期限", "签发", "复印", "扫描", "照片", "正面", "反面"],
    ),
    ("person.birth", &["地", "籍", "证明"]),
    (
        "unit.name",
        &["意见", "评价", "电话", "地址", "性质", "公示", "负责", "代码", "类别", "审核"],
    ),
    ("unit.supervisor", &["意见", "电话", "审核", "负责"]),
    ("contact.phone", &["单位电话", "办公"]),
    ("training.passed_years", &["证", "编号", "学时", "时间"]),
    ("education.rank", &["学位证", "编号", "时间", "证书"]),
    ("apply.level", &["时间", "年限", "证"]),
];

/// Papers that are not the certificate of the present level.
const OTHER_PAPERS: [&str; 14] = [
    "职称",
    "继续教育",
    "继教",
    "培训",
    "论文",
    "获奖",
    "荣誉",
    "专利",
    "驾驶",
    "驾照",
    "上岗",
    "特种",
    "党",
    "学位",
];

fn has(label: &str, words: &[&str]) -> bool {
    words.iter().any(|word| label.contains(word))
}

/// The field a near match may stand for: none when the label speaks of something else, that of
/// the diploma when it names one.
pub(super) fn sane(label: &str, field: &'static str) -> Option<&'static str> {
    if FOREIGN.iter().any(|(id, words)| *id == field && has(label, words)) {
        return None;
    }
    if field == "person.work_start" && !has(label, &["参加", "参工", "开始", "起始", "首次"])
    {
        return None;
    }
    if !field.starts_with("cert.") {
        return Some(field);
    }
    if has(label, &["毕业", "学历"]) {
        return match field {
            "cert.date" => Some("education.date"),
            "cert.no" => Some("education.no"),
            _ => None,
        };
    }
    (!has(label, &OTHER_PAPERS)).then_some(field)
}

const PRESENT: [&str; 7] = ["现", "原", "目前", "已", "技师", "本人", "从事"];
const WANTED: [&str; 7] = ["申报", "拟", "报考", "报名", "参评", "申请", "考评"];

fn side(label: &str) -> Option<&'static str> {
    if has(label, &WANTED) {
        Some("apply")
    } else if has(label, &PRESENT) {
        Some("post")
    } else {
        None
    }
}

/// A label by its words: 现从事岗位（工种）, 申报技能等级, 技师资格批准时间, 是否破格人员.
pub(super) fn by_words(label: &str) -> Option<&'static str> {
    if has(label, &["时间", "日期", "年月"]) {
        let given = ["取得", "获得", "获证", "发证", "颁证", "颁发", "批准", "核发", "领证"];
        return match () {
            () if label.contains("出生") => Some("person.birth"),
            () if has(label, &given) => Some("cert.date"),
            () => None,
        };
    }
    if has(label, &["年限", "工龄", "年数", "证", "意见", "代码", "是否一致"]) {
        return None;
    }
    let trade = label.contains("工种");
    let level = has(label, &["等级", "级别", "等次"]) && !label.contains("考核");
    match (side(label), trade, level) {
        (Some("apply"), true, true) => Some("apply.both"),
        (Some("post"), true, true) => Some("post.level"),
        (Some("apply"), true, false) => Some("apply.trade"),
        (Some("post"), true, false) => Some("post.trade"),
        (Some("apply"), false, true) => Some("apply.level"),
        (Some("post"), false, true) => Some("post.level"),
        _ if label.contains("破格") => Some("apply.exception"),
        _ if label.contains("转岗") => Some("apply.transferred"),
        _ if label.contains("未通过") => Some("apply.failed_before"),
        _ if label.contains("考核") && has(label, &["年度", "五年", "5年", "历年", "近年"]) => {
            Some("appraisal")
        }
        _ => None,
    }
}

/// A child label that means little without the one above it: 编号 under 技师证书.
pub(super) fn under(parent: &str, child: &str) -> Option<&'static str> {
    let is = |list: &[&str]| list.contains(&child);
    let number = is(&["编号", "号码", "号", "证号", "证书号", "证书编号", "证书号码"]);
    let date = is(&["时间", "日期", "年月"]);
    if has(parent, &["学历", "毕业", "教育情况"]) && !parent.contains("继续") {
        return match () {
            () if number => Some("education.no"),
            () if date || is(&["取得时间", "发证时间"]) => Some("education.date"),
            () if is(&["专业"]) => Some("education.major"),
            () if is(&["学校", "院校"]) => Some("education.school"),
            () => None,
        };
    }
    if has(parent, &OTHER_PAPERS) {
        return None;
    }
    if side(parent) != Some("apply") && (parent.contains("证书") || parent.contains("资格")) {
        return match () {
            () if number => Some("cert.no"),
            () if date => Some("cert.date"),
            () if is(&["机关", "单位", "部门"]) => Some("cert.issuer"),
            () if is(&["等级", "级别"]) => Some("post.level"),
            () if is(&["工种", "名称"]) => Some("post.trade"),
            () => None,
        };
    }
    let trade = is(&["工种", "工种名称", "职业工种"]) || child == "名称" && parent.contains("工种");
    let level = is(&["等级", "级别", "技术等级", "技能等级"]);
    match (side(parent)?, trade, level) {
        ("apply", true, _) => Some("apply.trade"),
        ("apply", _, true) => Some("apply.level"),
        ("post", true, _) => Some("post.trade"),
        ("post", _, true) => Some("post.level"),
        ("post", ..) if date => Some("cert.date"),
        _ => None,
    }
}
