//! Column labels and what they mean (6.3), as data.

use super::cell::years_in;
use super::words;
use crate::text::fold;

/// Field → label in messages → accepted labels (folded, without hints). A label with `/` is
/// parent/child of a two-row header; joined without the `/` it is accepted as well.
const FIELDS: &[(&str, &str, &[&str])] = &[
    ("seq", "序号", &["序", "顺序号", "#", "序号", "编号", "no", "no.", "号"]),
    (
        "person.name",
        "姓名",
        &[
            "人员名称",
            "申报人员",
            "参评人",
            "参评人员",
            "申报对象",
            "姓名/name",
            "姓名name",
            "姓名",
            "名字",
            "职工姓名",
            "人员姓名",
            "申报人",
            "申报人姓名",
            "考生姓名",
            "申请人",
            "申请人姓名",
        ],
    ),
    ("person.sex", "性别", &["男/女", "性別", "性别"]),
    ("person.ethnic", "民族", &["民族"]),
    (
        "person.id_no",
        "身份证号码",
        &[
            "身份号码",
            "身份证件号码",
            "身份证编号",
            "公民身份证号",
            "有效身份证件号码",
            "身份证号码",
            "身份证号",
            "身份证",
            "公民身份号码",
            "居民身份证号",
            "居民身份证号码",
            "证件号码",
            "证件号",
            "公民身份证号码",
        ],
    ),
    (
        "person.birth",
        "出生年月",
        &["出生", "出生年、月", "生年月", "出生年月", "出生日期", "出生时间", "出生年月日", "生日"],
    ),
    (
        "person.work_start",
        "参加工作时间",
        &["参加工作时间", "参加工作年月", "参工时间", "工作时间", "参加工作日期", "参加工作"],
    ),
    ("person.politics", "政治面貌", &["政治面貌"]),
    (
        "person.staffed",
        "在编",
        &[
            "在编情况",
            "编制情况",
            "是否编内",
            "是否在编在岗",
            "在编",
            "是否在编",
            "编制性质",
            "编制",
            "在编在职",
        ],
    ),
    ("person.identity", "本人身份", &["本人身份", "身份", "人员身份"]),
    (
        "education.rank",
        "学历",
        &[
            "学历学位",
            "学历情况",
            "文化水平",
            "学历/学位",
            "学历",
            "文化程度",
            "最高学历",
            "学历层次",
        ],
    ),
    ("education.major", "所学专业", &["专业", "所学专业"]),
    ("education.school", "毕业院校", &["毕业院校", "毕业学校"]),
    (
        "education.date",
        "毕业时间",
        &[
            "毕业证书取得时间",
            "毕业证取得时间",
            "毕业证发证时间",
            "毕业时间",
            "毕业年月",
            "毕业日期",
        ],
    ),
    (
        "education.no",
        "学历证书编号",
        &[
            "毕业证编号",
            "毕业证号码",
            "学历证书号码",
            "学历证号",
            "学历证书编号",
            "毕业证号",
            "毕业证书编号",
            "毕业证书号",
            "学历证书号",
        ],
    ),
    (
        "unit.name",
        "单位",
        &[
            "单位全称",
            "所属单位",
            "用人单位",
            "聘用单位",
            "现单位",
            "单位",
            "工作单位",
            "所在单位",
            "单位名称",
            "填报单位",
            "申报单位",
            "工作单位名称",
            "申报单位名称",
        ],
    ),
    ("unit.supervisor", "主管部门", &["主管部门", "主管单位", "主管局"]),
    ("unit.address", "单位地址", &["单位地址"]),
    ("unit.postcode", "邮编", &["邮编", "邮政编码"]),
    ("unit.phone", "单位电话", &["单位电话", "单位联系电话"]),
    ("unit.kind", "单位性质", &["单位性质", "组织类别", "单位类别", "隶属关系"]),
    ("unit.system", "系统", &["系统", "所属系统"]),
    ("unit.area", "属地", &["属地", "所在地区", "县(市、区)", "县市区"]),
    ("unit.uscc", "统一社会信用代码", &["统一社会信用代码", "信用代码", "社会信用代码"]),
    (
        "post.trade",
        "现工种",
        &[
            "现工种",
            "现职业技术工种/名称",
            "现岗位工种",
            "从事工种",
            "现从事工种",
            "现职业技术工种",
            "现技术工种",
            "现工种/名称",
            "现职业工种",
        ],
    ),
    (
        "post.level",
        "现等级",
        &[
            "现等级",
            "现职业技术工种/等级",
            "现技术等级",
            "原等级",
            "现有等级",
            "现工种等级",
            "现工种/等级",
            "现职业资格等级",
            "现技能等级",
        ],
    ),
    (
        "post.both",
        "现工种等级",
        &[
            "现岗位工种及等级",
            "现工种(等级)",
            "现职业技术工种及等级",
            "现工种及等级",
            "现工种和等级",
            "现工种、等级",
        ],
    ),
    ("post.level_years", "从事现工种等级年限", &["从事现工种等级年限", "现等级年限"]),
    (
        "cert.date",
        "获得时间",
        &[
            "获证时间",
            "获证日期",
            "批准时间",
            "批准日期",
            "发证年月",
            "获得日期",
            "获得年月",
            "取得日期",
            "取得年月",
            "取得现等级时间",
            "获得现等级时间",
            "取得技师资格时间",
            "取得证书时间",
            "获得时间",
            "现职业技术工种/获得时间",
            "取得时间",
            "取得资格时间",
            "发证时间",
            "发证日期",
            "证书时间",
            "现等级取得时间",
            "现工种/获得时间",
            "现等级/获得时间",
        ],
    ),
    (
        "cert.no",
        "证书号码",
        &[
            "证号",
            "技师证号",
            "技师证编号",
            "证书号码(编号)",
            "证书编号(号码)",
            "证书号码",
            "证书编号",
            "原证书号",
            "等级证书编号",
            "技师证书编号",
            "证书号",
        ],
    ),
    (
        "cert.issuer",
        "发证机关",
        &[
            "发证机构",
            "颁证机关",
            "颁发机关",
            "颁发单位",
            "核发机关",
            "核发单位",
            "发证部门",
            "证书颁发单位",
            "批准机关",
            "审批机关",
            "审批部门",
            "签发机关",
            "签发单位",
            "发证机关",
            "发证单位",
            "资格审批单位",
            "审批单位",
        ],
    ),
    ("cert.path", "取得资格途径", &["取得资格途径", "取得途径"]),
    ("cert.level", "证书等级", &["证书等级"]),
    ("cert.trade", "证书工种", &["证书工种"]),
    (
        "apply.trade",
        "申报工种",
        &["申报工种", "报考工种", "申报工种名称", "报名工种", "申报/工种", "申报职业工种"],
    ),
    (
        "apply.level",
        "申报等级",
        &["申报等级", "报考等级", "申报级别", "拟申报等级", "申报/等级", "申报技术等级"],
    ),
    (
        "apply.both",
        "申报工种等级",
        &["申报工种和等级", "申报工种/等级", "申报工种及等级", "申报工种等级", "申报工种、等级"],
    ),
    (
        "any.trade",
        "工种",
        &[
            "职业工种",
            "技术工种",
            "岗位工种",
            "职业(工种)",
            "岗位(工种)",
            "工种(职业)",
            "专业工种",
            "工种",
            "工种名称",
        ],
    ),
    (
        "any.level",
        "等级",
        &[
            "技术等级",
            "技能等级",
            "岗位等级",
            "职业资格等级",
            "职业技能等级",
            "级别",
            "工种等级",
            "等级",
        ],
    ),
    (
        "apply.exception",
        "破格",
        &[
            "破格申报",
            "破格类型",
            "是否破格申报",
            "破格",
            "破格条款",
            "是否破格",
            "破格情况",
            "破格依据",
        ],
    ),
    ("apply.transferred", "转岗", &["转岗", "是否转岗", "转岗情况"]),
    (
        "apply.failed_before",
        "往年未通过",
        &["往年未通过", "往年申报情况", "是否往年未通过", "上年未通过"],
    ),
    (
        "apply.note",
        "备注",
        &["其他说明", "其它说明", "备注栏", "情况说明", "备注", "说明", "特殊情况", "备注说明"],
    ),
    ("service.years", "工龄", &["工龄", "工作年限"]),
    (
        "post.trade_years",
        "本工种年限",
        &["本工种工作年限", "本工种年限", "本技术工种年限", "从事现技术工种年限"],
    ),
    (
        "service.trade_years",
        "从事本工种年限",
        &[
            "从事本工种年限",
            "从事本工种工作年限",
            "从事本专业年限",
            "本工种工龄",
            "从事本工种(专业)工作年限",
        ],
    ),
    (
        "contact.phone",
        "联系电话",
        &[
            "电话号码",
            "手机电话",
            "手机/电话",
            "电话/手机",
            "联系电话",
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "移动电话",
            "联系方式",
            "本人电话",
            "联系人电话",
        ],
    ),
    ("contact.person", "联系人", &["联系人", "经办人", "联系人姓名"]),
    ("public_result", "公示结果", &["公示结果", "公示情况"]),
    (
        "training.passed_years",
        "继续教育",
        &["继教情况", "继续教育合格年度", "继续教育", "继续教育情况", "继教", "继续教育年度"],
    ),
    (
        "appraisal",
        "年度考核",
        &[
            "年度考核等次",
            "近五年考核",
            "考核情况",
            "考核结果",
            "考核等次",
            "历年考核情况",
            "年度考核",
            "近五年年度考核",
            "近5年年度考核",
            "年度考核情况",
            "年度考核结果",
        ],
    ),
    ("title", "职称", &["职称", "专业技术职称", "专业技术职务"]),
    ("honours", "荣誉称号", &["荣誉", "荣誉称号", "称号", "获得荣誉"]),
    ("contests", "竞赛名次", &["竞赛", "技能竞赛", "竞赛名次", "竞赛获奖"]),
    ("awards", "成果奖励", &["成果", "成果奖励", "科技成果", "技术创新", "奖励"]),
    ("coached.top10_city", "带徒", &["带徒", "培养人才", "指导培养", "传授技艺"]),
    ("unique_skill", "绝技绝活", &["绝技绝活", "绝活", "绝技"]),
    ("papers", "论文", &["论文", "发表论文"]),
    ("papers.1.title", "论文题目", &["论文题目", "题目", "论文/题目"]),
    ("papers.1.journal", "刊物", &["刊物", "刊物名称", "期刊", "论文/刊物"]),
    ("papers.1.issn", "刊号", &["刊号", "论文/刊号"]),
    ("papers.1.date", "发表时间", &["发表时间", "发表日期", "论文/发表时间"]),
    ("experts", "推荐专家", &["专家", "推荐专家", "业内专家"]),
    ("experts.1.name", "专家姓名", &["专家姓名", "推荐专家/姓名", "专家/姓名"]),
    ("experts.1.title", "专家职称", &["专家职称", "推荐专家/职称", "专家/职称"]),
    ("experts.1.unit", "专家单位", &["专家单位", "推荐专家/单位", "专家/单位"]),
    ("awards_text", "奖惩情况", &["何时何地受过何种奖励或处分", "奖惩情况", "奖励或处分"]),
    ("achievements", "主要业绩", &["主要专业技术业绩", "工作业绩", "主要业绩"]),
];

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
    let near = |c: &String| ending(c).or_else(|| words::by_words(c)).or_else(|| containing(c));
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
