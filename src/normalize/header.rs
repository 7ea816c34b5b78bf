//! Column labels and what they mean.

use super::cell::years_in;
use super::labels::FIELDS;
use super::words;
use crate::text::fold;

/// Two-character labels that may end a longer one (家庭电话); others would match too much.
const SHORT_ENDINGS: [&str; 8] = ["姓名", "性别", "民族", "学历", "电话", "手机", "工龄", "备注"];

/// What a label means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    /// Field id, or one of `seq`, `appraisal`, `title`, `papers`, `experts`, `post.both`,
    /// `apply.both`, `any.trade`, `any.level`.
    pub(super) field: String,
    /// Whole label equal to an accepted one.
    pub(super) exact: bool,
    /// A year in the label (2018年继续教育).
    pub(super) year: Option<i32>,
}

/// The label of a field in messages.
pub(super) fn label(field: &str) -> String {
    if let Some(year) = field.strip_prefix("appraisal.") {
        return if year == "*" { "年度考核".to_owned() } else { format!("{year}年度考核") };
    }
    FIELDS
        .iter()
        .find(|(id, _, _)| *id == field)
        .map_or_else(|| field.to_owned(), |(_, label, _)| (*label).to_owned())
}

/// Reads a label, with the label above it in a two-row header.
pub(super) fn meaning(parent: Option<&str>, child: &str) -> Option<Meaning> {
    let child_forms = forms(child);
    let parent_forms = parent.map(forms).unwrap_or_default();
    let above = parent_forms.first().map_or("", String::as_str);
    let own = child_forms.first()?;
    // 2014—2018年度考核 over 2014: the year is that of the child
    let found = with_year(&format!("{above}{own}")).or_else(|| under_years(above, own));
    if found.is_some() {
        return found;
    }
    if parent.is_none()
        && let Some(found) = child_forms.iter().find_map(|form| side_by_side(form))
    {
        return Some(found);
    }
    for p in &parent_forms {
        for c in &child_forms {
            let joined = format!("{p}/{c}");
            if let Some(field) = exact(&joined).or_else(|| exact_joined(&format!("{p}{c}"))) {
                return Some(Meaning { field: field.to_owned(), exact: true, year: None });
            }
        }
    }
    if let Some(field) = parent_forms.iter().find_map(|p| words::under(p, own)) {
        return Some(Meaning { field: field.to_owned(), exact: true, year: None });
    }
    if let Some(field) = child_forms.iter().find_map(|c| exact(c).or_else(|| exact_joined(c))) {
        return Some(Meaning { field: field.to_owned(), exact: true, year: None });
    }
    // 现从事岗位（工种）: the words tell the side that 岗位（工种） leaves open
    let near = |c: &String| match ending(c) {
        Some(open) if open.starts_with("any.") => words::by_words(c).or(Some(open)),
        Some(field) => Some(field),
        None => words::by_words(c).or_else(|| containing(c)),
    };
    let field = child_forms.iter().find_map(|c| words::sane(c, near(c)?))?;
    Some(Meaning { field: field.to_owned(), exact: false, year: None })
}

/// 现工种/等级 in one cell asks for both.
fn side_by_side(label: &str) -> Option<Meaning> {
    let (trade, level) = label.split_once('/')?;
    if level != "等级" && level != "级别" {
        return None;
    }
    let field = match exact(trade)? {
        "post.trade" => "post.both",
        "apply.trade" | "any.trade" => "apply.both",
        _ => return None,
    };
    Some(Meaning { field: field.to_owned(), exact: true, year: None })
}

/// A year under a label of years: 2014 or 14年 under 近五年（2014-2018）年度考核.
fn under_years(above: &str, own: &str) -> Option<Meaning> {
    let digits: String = own.chars().filter(char::is_ascii_digit).collect();
    let rest: String = own.chars().filter(|c| !c.is_ascii_digit()).collect();
    if !["", "年", "年度"].contains(&rest.as_str()) || above.is_empty() {
        return None;
    }
    let year: i32 = match digits.chars().count() {
        4 => digits.parse().ok()?,
        2 => 2000 + digits.parse::<i32>().ok()?,
        _ => return None,
    };
    let words: String = above.chars().filter(|c| !c.is_ascii_digit()).collect();
    with_year(&format!("{words}{year}"))
}

/// Whether a label is exactly one of 姓名; cheap enough for every cell of a table.
pub(super) fn is_name(label: &str) -> bool {
    label.chars().count() <= 30
        && forms(label).iter().any(|form| {
            exact(form) == Some("person.name")
                || form.ends_with("姓名") && words::sane(form, "person.name").is_some()
        })
}

/// The folded label with and without its bracketed hints; ： and * dropped.
fn forms(label: &str) -> Vec<String> {
    let folded = fold(label);
    let bare = |text: &str| text.chars().filter(|c| !":*★☆※'\"_".contains(*c)).collect::<String>();
    let full = bare(&folded);
    let mut cut = String::new();
    let mut depth = 0_usize;
    for c in full.chars() {
        match c {
            '(' | '[' | '【' | '〔' => depth += 1,
            ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            _ if depth == 0 => cut.push(c),
            _ => {}
        }
    }
    let mut out: Vec<String> = [full, cut].into_iter().filter(|f| !f.is_empty()).collect();
    out.dedup();
    out
}

fn exact(label: &str) -> Option<&'static str> {
    FIELDS.iter().find(|(_, _, names)| names.contains(&label)).map(|(field, _, _)| *field)
}

/// A two-row label written in one row: 现职业技术工种名称.
fn exact_joined(label: &str) -> Option<&'static str> {
    FIELDS
        .iter()
        .find(|(_, _, names)| names.iter().any(|n| n.contains('/') && n.replace('/', "") == label))
        .map(|(field, _, _)| *field)
}

fn longest(accept: impl Fn(&str) -> bool) -> Option<&'static str> {
    let all = FIELDS.iter().flat_map(|(field, _, names)| names.iter().map(move |n| (*field, *n)));
    all.filter(|(_, name)| accept(name))
        .max_by_key(|(_, name)| name.chars().count())
        .map(|(field, _)| field)
}

fn ending(label: &str) -> Option<&'static str> {
    let allowed = |name: &str| name.chars().count() >= 3 || SHORT_ENDINGS.contains(&name);
    longest(|name| allowed(name) && label.ends_with(name))
}

fn containing(label: &str) -> Option<&'static str> {
    longest(|name| name.chars().count() >= 3 && label.contains(name))
}

/// 2018年度考核, 近五年年度考核/2018, 2018考核等次, 2018年继续教育.
fn with_year(label: &str) -> Option<Meaning> {
    let years = years_in(label);
    let [year] = years.as_slice() else {
        return None;
    };
    let other = ["工种", "时间", "单位", "材料", "得分", "申报"];
    if (label.contains("考核") || label.contains("考评"))
        && !other.iter().any(|w| label.contains(w))
    {
        let field = format!("appraisal.{year}");
        return Some(Meaning { field, exact: true, year: Some(*year) });
    }
    if label.contains("继续教育") || label.contains("继教") {
        let field = "training.passed_years".to_owned();
        return Some(Meaning { field, exact: true, year: Some(*year) });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(label: &str) -> String {
        meaning(None, label).map_or_else(|| "-".to_owned(), |m| m.field)
    }

    #[test]
    fn labels_of_every_dress() {
        for (label, expect) in [
            ("姓  名*", "person.name"),
            ("身份证\n号码（18位）", "person.id_no"),
            ("出生\n年月", "person.birth"),
            ("参加工\n作时间", "person.work_start"),
            ("主管单位", "unit.supervisor"),
            ("现职业技术工种名称", "post.trade"),
            ("现职业技术工种获得时间", "cert.date"),
            ("近五年年度考核2014", "appraisal.2014"),
            ("2018年考核结果", "appraisal.2018"),
            ("继续教育情况", "training.passed_years"),
            ("从事本工种（专业）工作年限", "service.trade_years"),
            ("毕业证书编号", "education.no"),
            ("联系人电话", "contact.phone"),
            ("单位负责人", "-"),
            ("家庭住址", "-"),
            ("姓名拼音", "-"),
            ("申报工种/等级", "apply.both"),
            ("现工种/等级", "post.both"),
            ("工种/等级", "apply.both"),
            ("现从事岗位（工种）", "post.trade"),
            ("拟申报职业（工种）", "apply.trade"),
            ("申报高级技师工种", "apply.trade"),
            ("申报技能等级", "apply.level"),
            ("现聘等级", "post.level"),
            ("技师取得时间", "cert.date"),
            ("技师资格批准时间", "cert.date"),
            ("毕业证书发证时间", "education.date"),
            ("毕业证书编号（学历）", "education.no"),
            ("申报人员姓名", "person.name"),
            ("联系人姓名", "contact.person"),
            ("单位负责人姓名", "-"),
            ("职称取得时间", "-"),
            ("上岗证编号", "-"),
            ("身份证地址", "-"),
            ("身份证有效期", "-"),
            ("现岗位工作时间", "-"),
            ("参加革命工作时间", "person.work_start"),
            ("申报单位意见", "-"),
            ("2019年考评申报工种", "apply.trade"),
            ("近五年（2014-2018）年度考核等次", "appraisal"),
            ("继续教育证书编号", "-"),
            ("出生地", "-"),
        ] {
            assert_eq!(field(label), expect, "{label}");
        }
    }

    #[test]
    fn every_listed_label_is_known() {
        for (expect, labels) in [
            ("seq", "序号 编号 No NO. 号"),
            ("person.name", "姓名 名字 职工姓名 人员姓名 申报人 申报人姓名 考生姓名"),
            (
                "person.id_no",
                "身份证号码 身份证号 身份证 公民身份号码 居民身份证号 证件号码 证件号",
            ),
            ("person.birth", "出生年月 出生日期 出生时间 出生年月日 生日"),
            ("person.work_start", "参加工作时间 参加工作年月 参工时间 工作时间 参加工作日期"),
            ("education.rank", "学历 文化程度 最高学历 学历层次"),
            ("education.no", "学历证书编号 毕业证号"),
            ("unit.name", "单位 工作单位 所在单位 单位名称 填报单位 申报单位"),
            ("unit.supervisor", "主管部门 主管单位 主管局"),
            ("post.trade", "现工种 现岗位工种 从事工种 现从事工种"),
            ("post.level", "现等级 现技术等级 原等级 现有等级 现工种等级"),
            (
                "cert.date",
                "获得时间 取得时间 取得资格时间 发证时间 发证日期 证书时间 现等级取得时间",
            ),
            ("cert.no", "证书号码 证书编号 原证书号 等级证书编号"),
            ("cert.issuer", "发证机关 发证单位 资格审批单位 审批单位"),
            ("apply.trade", "申报工种 报考工种 申报工种名称 报名工种"),
            ("apply.level", "申报等级 报考等级 申报级别 拟申报等级"),
            ("service.years", "工龄 工作年限"),
            ("contact.phone", "联系电话 手机 手机号 手机号码 电话 移动电话 联系方式"),
            ("public_result", "公示结果 公示情况"),
            ("apply.note", "备注 说明 特殊情况"),
            ("training.passed_years", "继续教育 继续教育情况 继教 继续教育年度"),
            ("appraisal.2018", "2018年度考核 2018年考核结果 2018考核等次"),
            ("apply.exception", "破格 破格条款 是否破格 破格情况 破格依据"),
            ("apply.transferred", "转岗 是否转岗 转岗情况"),
            ("apply.failed_before", "往年未通过 往年申报情况 是否往年未通过 上年未通过"),
            ("person.staffed", "在编 是否在编 编制性质 编制"),
            ("person.identity", "本人身份 身份 人员身份"),
            ("cert.path", "取得资格途径 取得途径"),
            ("title", "职称 专业技术职称 专业技术职务"),
            ("honours", "荣誉 荣誉称号 称号 获得荣誉"),
            ("contests", "竞赛 技能竞赛 竞赛名次 竞赛获奖"),
            ("awards", "成果 成果奖励 科技成果 技术创新 奖励"),
            ("coached.top10_city", "带徒 培养人才 指导培养 传授技艺"),
            ("papers", "论文 发表论文"),
            ("papers.1.journal", "刊物 刊物名称 期刊"),
            ("experts", "专家 推荐专家 业内专家"),
            ("service.trade_years", "从事本工种年限 从事本工种工作年限 从事本专业年限 本工种工龄"),
            ("unit.kind", "单位性质 组织类别 单位类别 隶属关系"),
            ("unit.area", "属地 所在地区 县（市、区）"),
            ("unit.uscc", "统一社会信用代码 信用代码"),
            ("contact.person", "联系人 经办人"),
        ] {
            for text in labels.split(' ') {
                assert_eq!(field(text), expect, "{text}");
            }
        }
    }

    #[test]
    fn two_rows() {
        let two = |p: &str, c: &str| meaning(Some(p), c).map(|m| m.field).unwrap_or_default();
        assert_eq!(two("现职业技术工种", "名称"), "post.trade");
        assert_eq!(two("现职业技术工种", "等级"), "post.level");
        assert_eq!(two("近五年年度考核", "2018"), "appraisal.2018");
        assert_eq!(two("近五年年度考核情况", "2018年"), "appraisal.2018");
        assert_eq!(two("基本情况", "姓名"), "person.name");
        assert_eq!(two("2014—2018年年度考核", "2014"), "appraisal.2014");
        assert_eq!(two("近五年（2014-2018年）年度考核结果", "14年"), "appraisal.2014");
        assert_eq!(two("现岗位情况", "工种"), "post.trade");
        assert_eq!(two("现岗位情况", "等级"), "post.level");
        assert_eq!(two("申报情况", "等级"), "apply.level");
        assert_eq!(two("技师证书", "编号"), "cert.no");
        assert_eq!(two("技师证书", "取得时间"), "cert.date");
        assert_eq!(two("学历", "毕业时间"), "education.date");
        assert_eq!(two("毕业证书", "编号"), "education.no");
        assert_eq!(two("基本情况", "编号"), "seq");
    }
}
