//! The usual names of clerks: file name → material and part.

use super::line::Line;
use super::material::{Choice, Guide, Nature};
use super::part::fill;
use super::testkit::pack;

/// Path inside the folder of the applicant, material, part.
const NAMES: &[(&str, &str, &str)] = &[
    ("身份证", "id_card", "身份证"),
    ("1.身份证正反面", "id_card", "身份证"),
    ("二代证", "id_card", "身份证"),
    ("2014考核", "appraisals", "年度考核表"),
    ("2015年考核结果", "appraisals", "年度考核表"),
    ("近五年考核/2016", "appraisals", "年度考核表"),
    ("2014-2018年度考核登记表", "appraisals", "年度考核表"),
    ("毕业证", "diploma", "学历证书"),
    ("大专毕业证书", "diploma", "学历证书"),
    ("文凭", "diploma", "学历证书"),
    ("成人高等教育专业证书", "diploma", "学历证书"),
    ("教育部学历证书电子注册备案表", "diploma", "学历认证材料"),
    ("学历证书认证报告", "diploma", "学历认证材料"),
    ("中国高等教育学历认证报告", "diploma", "学历认证材料"),
    ("学信网截图", "diploma", "学历认证材料"),
    ("学信网学历证书查询", "diploma", "学历认证材料"),
    ("毕业证书认证", "diploma", "学历认证材料"),
    ("在线验证报告", "diploma", "学历认证材料"),
    ("2018继续教育", "training", "继续教育记录合格单"),
    ("2018年继续教育考核合格证", "training", "继续教育记录合格单"),
    ("公需科目合格证", "training", "继续教育记录合格单"),
    ("技师证", "cert", "申报工种技师证书"),
    ("05技师证书", "cert", "申报工种技师证书"),
    ("技师职业资格证书", "cert", "申报工种技师证书"),
    ("技师等级证书", "cert", "申报工种技师证书"),
    ("转岗前技师证", "cert", "转岗前的技师证书"),
    ("转岗前技师证书", "cert", "转岗前的技师证书"),
    ("转岗前的技师证书", "cert", "转岗前的技师证书"),
    ("05原技师证书", "cert", "转岗前的技师证书"),
    ("原工种技师证书", "cert", "转岗前的技师证书"),
    ("原岗位技师证", "cert", "转岗前的技师证书"),
    ("转岗前等级证书", "cert", "转岗前的技师证书"),
    ("专家推荐意见书（一）", "experts", "专家推荐意见书"),
    ("专家意见2", "experts", "专家推荐意见书"),
    ("推荐意见书", "experts", "专家推荐意见书"),
    ("专家职称证书", "experts", "专家技术职称证书"),
    ("06专家高级技师证书", "experts", "专家技术职称证书"),
    ("高级技师证", "experts", "专家技术职称证书"),
    ("专家高级工程师证", "experts", "专家技术职称证书"),
    ("专家任职资格证", "experts", "专家技术职称证书"),
    ("量化考评表", "quant", "高级技师量化考评表"),
    ("07量化考评", "quant", "高级技师量化考评表"),
    ("量化考核表", "quant", "高级技师量化考评表"),
    ("量化考评公示说明", "quant", "量化考评公示说明"),
    ("量化考评结果公示", "quant", "量化考评公示说明"),
    ("07公示", "quant", "量化考评公示说明"),
    ("综合评价表", "unit_eval", "高级技师申报单位综合评价表"),
    ("08单位综合评价", "unit_eval", "高级技师申报单位综合评价表"),
    ("综合评价证明材料", "unit_eval", "量化考评相关证明材料"),
    ("量化考评相关证明材料", "unit_eval", "量化考评相关证明材料"),
    ("佐证材料", "unit_eval", "量化考评相关证明材料"),
    ("推荐情况说明", "recommend", "推荐情况说明"),
    ("主管部门推荐意见", "recommend", "推荐情况说明"),
    ("单位推荐意见", "recommend", "推荐情况说明"),
    ("公示结果说明", "recommend", "公示结果说明"),
    ("公示无异议证明", "recommend", "公示结果说明"),
    ("09公示", "recommend", "公示结果说明"),
    ("推荐情况公示", "recommend", "公示结果说明"),
    ("论文/封面", "paper", "封面页"),
    ("论文封面", "paper", "封面页"),
    ("期刊目录", "paper", "目录页"),
    ("论文", "paper", "论文正文"),
    ("论文/内页1", "paper", "论文正文"),
    ("近5年无交通事故证明", "driver_safe", "近5年无重大交通事故证明"),
    ("安全行车证明", "driver_safe", "近5年无重大交通事故证明"),
    ("车队长任职文件", "driver_safe", "车队长或调度管理书面任职文件（证明）"),
    ("调度管理任职文件", "driver_safe", "车队长或调度管理书面任职文件（证明）"),
    ("财务管理工作经历证明", "cashier_exp", ""),
    ("电工上岗证", "licence", ""),
    ("特种作业操作证", "licence", ""),
    ("低压电工证", "licence", ""),
    ("市技能竞赛获奖", "aux_awards", ""),
    ("先进工作者奖状", "aux_awards", ""),
    ("高新技术培训结业证书", "aux_hightech", ""),
    ("自编教材", "aux_teaching", ""),
    ("专业技术工作业绩总结", "aux_summary", ""),
    ("个人工作总结", "aux_summary", ""),
    ("破格申请", "aux_exception", ""),
    ("破格证明材料", "aux_exception", ""),
    // the trade of the person is no word of a material
    ("汽车调度管理-身份证", "id_card", "身份证"),
    ("电工技师证书", "cert", "申报工种技师证书"),
];

/// Names that tell nothing: nobody may guess.
const UNTOLD: &[&str] =
    &["扫描全能王 2019-06-01", "IMG_2034", "证书", "公示", "目录", "新建文件夹/扫描"];

#[test]
fn clerks_names_find_material_and_part() {
    let pack = pack();
    let guide = Guide::new(&pack);
    let image = Nature { image: true, pdf: false, id_alone: false };
    for (path, id, what) in NAMES {
        let inside: Vec<Line> = path.split('/').map(Line::new).collect();
        let Choice::Material(index) = guide.choose(&inside, image) else {
            panic!("{path} is of no material");
        };
        let material = &pack.materials[index];
        assert_eq!(material.id, *id, "{path}");
        let part = fill(&pack, material, &guide.materials[index], &inside, 1).part;
        let named = part.map_or("", |part| material.parts[part].what.as_str());
        assert_eq!(named, *what, "{path}");
    }
    for path in UNTOLD {
        let inside: Vec<Line> = path.split('/').map(Line::new).collect();
        assert_eq!(guide.choose(&inside, image), Choice::Stray, "{path}");
    }
}
