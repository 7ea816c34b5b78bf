//! The closed list of facts a pack may name, with their Chinese labels.

/// Whether a fact holds a date.
pub fn is_date(fact: &str) -> bool {
    fact.ends_with(".date")
        || fact.ends_with("_on")
        || ["person.birth", "person.work_start"].contains(&fact)
}

/// Facts and their labels; `*` stands for an index, a year or a grade.
const FACTS: &[(&str, &str)] = &[
    ("person.name", "姓名"),
    ("person.sex", "性别"),
    ("person.ethnic", "民族"),
    ("person.id_no", "身份证号码"),
    ("person.birth", "出生年月"),
    ("person.work_start", "参加工作时间"),
    ("person.photo", "照片"),
    ("person.politics", "政治面貌"),
    ("person.identity", "本人身份"),
    ("person.staffed", "在编"),
    ("person.retire_on", "退休时间"),
    ("person.age", "年龄"),
    ("unit.name", "所在单位"),
    ("unit.address", "单位地址"),
    ("unit.postcode", "邮编"),
    ("unit.phone", "联系电话"),
    ("unit.uscc", "统一社会信用代码"),
    ("unit.supervisor", "主管部门"),
    ("unit.kind", "组织类别"),
    ("unit.system", "系统"),
    ("unit.area", "属地"),
    ("unit.has_system", "已装申报系统"),
    ("post.trade", "现工种"),
    ("post.level", "现等级"),
    ("post.trade_years", "从事现技术工种年限"),
    ("post.level_years", "从事现工种等级年限"),
    ("service.years", "工龄"),
    ("service.trade_years", "从事本工种（专业）工作年限"),
    ("apply.trade", "申报工种"),
    ("apply.level", "申报等级"),
    ("apply.transferred", "转岗"),
    ("apply.exception", "破格条款"),
    ("apply.failed_before", "往年未通过综合评审"),
    ("apply.trade_licence", "持证上岗工种"),
    ("apply.note", "备注"),
    ("education.rank", "学历"),
    ("education.major", "所学专业"),
    ("education.school", "毕业院校"),
    ("education.date", "毕业时间"),
    ("education.no", "学历证书编号"),
    ("education.*.rank", "学历"),
    ("education.*.major", "所学专业"),
    ("education.*.school", "毕业院校"),
    ("education.*.date", "毕业时间"),
    ("education.*.no", "学历证书编号"),
    ("education.special_cert", "专业证书"),
    ("title.name", "专业技术职称"),
    ("title.rank", "职称等级"),
    ("resume.*.from", "起始年月"),
    ("resume.*.to", "截止年月"),
    ("resume.*.unit", "在何单位"),
    ("resume.*.trade", "从事何工种"),
    ("awards_text", "何时何地受过何种奖励或处分"),
    ("achievements", "主要专业技术业绩"),
    ("cert.level", "证书等级"),
    ("cert.trade", "证书工种"),
    ("cert.no", "证书号码"),
    ("cert.date", "取得资格时间"),
    ("cert.issuer", "资格审批单位"),
    ("cert.path", "取得资格途径"),
    ("cert.l1.date", "高级技师证书取得时间"),
    ("cert.l2.date", "技师证书取得时间"),
    ("cert.l3.date", "高级工证书取得时间"),
    ("cert.l4.date", "中级工证书取得时间"),
    ("cert.l5.date", "初级工证书取得时间"),
    ("cert.*.no", "证书号码"),
    ("cert.*.issuer", "资格审批单位"),
    ("appraisal.*", "年度考核"),
    ("training.passed_years", "继续教育合格年度"),
    ("papers.count", "论文篇数"),
    ("papers.*.title", "论文题目"),
    ("papers.*.journal", "发表刊物"),
    ("papers.*.issn", "刊号"),
    ("papers.*.issue", "期号"),
    ("papers.*.date", "论文发表时间"),
    ("experts.*.name", "专家姓名"),
    ("experts.*.title", "专家职称"),
    ("experts.*.unit", "专家单位"),
    ("honours", "荣誉称号"),
    ("honours.*", "荣誉称号"),
    ("contests", "竞赛名次"),
    ("contests.*", "竞赛名次"),
    ("awards", "成果奖励"),
    ("awards.*", "成果奖励"),
    ("coached.top10_city", "培养出的市级以上竞赛前10名人数"),
    ("unique_skill", "绝技绝活"),
    ("opinion.unit", "单位推荐意见"),
    ("opinion.supervisor", "主管部门意见"),
    ("opinion.county", "区县意见"),
    ("opinion.city", "市办意见"),
    ("score.theory", "业务理论考核"),
    ("score.practice", "实际操作考核"),
    ("score.review", "综合评审考试"),
    ("vote.due", "应到"),
    ("vote.present", "实到"),
    ("vote.yes", "同意"),
    ("vote.no", "不同意"),
    ("vote.abstain", "弃权"),
    ("public_result", "公示结果"),
    ("posts.approved.*", "核准岗位数"),
    ("posts.employed.*", "现聘人数"),
    ("posts.special.*", "特设岗位聘用人数"),
    ("posts.vacant.*", "空缺岗位"),
    ("posts.applied.*", "申报数量"),
    ("posts.two_one.*", "退二进一"),
    ("posts.no_limit.*", "不受限额"),
    ("batch.applicants", "本单位该等级申报人数"),
    ("batch.applicants.*", "本单位该等级申报人数"),
    ("batch.two_one", "备注标退二进一人数"),
    ("contact.person", "联系人"),
    ("contact.phone", "联系电话（手机）"),
];

/// Whether a pack may name this fact (`appraisal.*`, `appraisal.2018`, `person.name` …).
pub fn is_known_fact(fact: &str) -> bool {
    find(fact).is_some()
}

/// The Chinese label of a fact; a year is written in front (`2018年度考核`).
pub fn fact_label(fact: &str) -> String {
    let Some((pattern, label)) = find(fact) else { return fact.to_owned() };
    match fact.strip_prefix("appraisal.") {
        Some(year) if year != "*" && pattern == "appraisal.*" => format!("{year}{label}"),
        _ => label.to_owned(),
    }
}

/// Whether `fact` is `pattern` or one of its repetitions (`*` stands for one part).
pub fn pattern_matches(pattern: &str, fact: &str) -> bool {
    let (mut a, mut b) = (pattern.split('.'), fact.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if x == "*" || x == y => {}
            _ => return false,
        }
    }
}

fn find(fact: &str) -> Option<(&'static str, &'static str)> {
    let exact = FACTS.iter().find(|(pattern, _)| *pattern == fact);
    exact.or_else(|| FACTS.iter().find(|(pattern, _)| pattern_matches(pattern, fact))).copied()
}

/// All facts, for suggesting the nearest.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    FACTS.iter().map(|(fact, _)| *fact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_facts_match_their_pattern() {
        assert!(is_known_fact("appraisal.2018") && is_known_fact("papers.*.date"));
        assert!(is_known_fact("education.2.rank") && !is_known_fact("person.nmae"));
        assert_eq!(fact_label("appraisal.2018"), "2018年度考核");
        assert_eq!(fact_label("education.rank"), "学历");
        assert!(!pattern_matches("appraisal.*", "appraisal"));
    }
}
