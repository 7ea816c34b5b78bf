//! The papers of one applicant under nantong-2019, named as clerks name them.

use super::SampleError;
use super::paper::{Press, Sheet};
use super::people::{Fault, Person, YEARS};
use super::photo;
use super::rng::Rng;

/// How the scans of a unit lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// One folder per applicant.
    Folders,
    /// All in one folder, each name beginning with the applicant's.
    Flat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Jpeg,
    Png,
    Pdf,
}

/// One paper: number in the list (empty for none), file name, heading on the page.
struct Paper {
    no: &'static str,
    name: String,
    title: String,
    pages: u32,
}

const LISTED: [(&str, &str, &str, u32); 16] = [
    ("01", "身份证正反面", "居民身份证复印件（正反面）", 1),
    ("03", "毕业证书", "毕业证书", 1),
    ("03", "学信网学历认证报告", "学历证书电子注册备案表", 1),
    ("04", "2018年继续教育合格单", "2018年继续教育记录合格单", 1),
    ("05", "技师证书", "江苏省机关事业单位技师证书", 1),
    ("06", "专家推荐意见书（一）", "专家推荐意见书", 1),
    ("06", "专家推荐意见书（二）", "专家推荐意见书", 1),
    ("06", "专家职称证书（一）", "专业技术资格证书", 1),
    ("06", "专家职称证书（二）", "专业技术资格证书", 1),
    ("07", "高级技师量化考评表", "高级技师量化考评表", 1),
    ("07", "量化考评公示说明", "量化考评公示说明", 1),
    ("08", "申报单位综合评价表", "高级技师申报单位综合评价表", 1),
    ("08", "综合评价证明材料", "量化考评相关证明材料", 1),
    ("09", "推荐情况说明", "推荐情况说明", 1),
    ("09", "公示结果说明", "公示结果说明", 1),
    ("", "专业技术工作业绩总结", "专业技术工作业绩总结", 1),
];

fn papers(person: &Person) -> Vec<Paper> {
    let paper = |(no, name, title, pages): &(&'static str, &str, &str, u32)| Paper {
        no,
        name: (*name).to_owned(),
        title: (*title).to_owned(),
        pages: *pages,
    };
    let mut all: Vec<Paper> = LISTED.iter().map(paper).collect();
    all.extend(YEARS.iter().map(|year| Paper {
        no: "02",
        name: format!("{year}年度考核表"),
        title: format!("事业单位工作人员{year}年度考核登记表"),
        pages: 1,
    }));
    all.extend(
        [
            ("10", "论文封面", "《工勤技能实践》2017年第3期", 1),
            ("10", "论文目录", "目 录", 1),
            ("10", "论文正文", "谈本工种安全操作规程的改进", 2),
        ]
        .iter()
        .map(paper),
    );
    let own: &[(&'static str, &str, &str, u32)] = match person.trade {
        "汽车调度管理" => &[
            ("11", "近5年无重大交通事故证明", "近5年无重大交通事故证明", 1),
            ("11", "车队长任职文件", "关于车队长任职的通知", 1),
        ],
        "收银审核" => &[("12", "财务管理工作经历证明", "财务管理工作经历证明", 1)],
        "电工" => &[("13", "上岗证书", "特种作业操作证（电工）", 1)],
        _ => &[],
    };
    all.extend(own.iter().map(paper));
    if !person.claim.is_empty() {
        all.push(paper(&("", "破格申请及证明材料", "破格申报申请", 1)));
    }
    let left_out = match person.fault {
        Some(Fault::AppraisalMissing) => "2016年度考核表",
        Some(Fault::NoNotice) => "公示结果说明",
        _ => "",
    };
    all.retain(|paper| paper.name != left_out);
    all
}

/// Path and bytes of every scan of the person, the photo among them.
pub(super) fn scans(
    press: &Press,
    rng: &Rng,
    unit: &str,
    place: usize,
    person: &Person,
    lie: Lie,
) -> Result<Vec<(String, Vec<u8>)>, SampleError> {
    let path = |no: &str, name: &str, ending: &str| match lie {
        Lie::Folders => {
            let trade = person.trade;
            let number = if no == "02" || no == "04" { format!("{no} ") } else { no.to_owned() };
            format!("{:02}{}（{trade}）/{number}{name}.{ending}", place + 1, person.name)
        }
        Lie::Flat => format!("{}-{name}.{ending}", person.name),
    };
    let mut rng = rng.fork(&format!("scans {unit} {place}"));
    let big = person.fault == Some(Fault::BigPhoto);
    let mut files = vec![(path("", "照片", "jpg"), photo::draw(&mut rng, big)?)];
    for paper in papers(person) {
        let sheets: Vec<Sheet> = (0..paper.pages).map(|n| sheet(&paper, n, person, unit)).collect();
        let (ending, bytes) = match form(&paper, &mut rng) {
            Form::Pdf => ("pdf", press.pdf(&sheets, &mut rng)?),
            Form::Png => ("png", press.png(&sheets[0], &mut rng)?),
            Form::Jpeg => ("jpg", press.jpeg(&sheets[0], &mut rng)?),
        };
        files.push((path(paper.no, &paper.name, ending), bytes));
    }
    Ok(files)
}

fn form(paper: &Paper, rng: &mut Rng) -> Form {
    match rng.below(8) {
        _ if paper.pages > 1 => Form::Pdf,
        0..=2 => Form::Pdf,
        3 if paper.no == "05" || paper.no == "04" => Form::Png,
        _ => Form::Jpeg,
    }
}

fn sheet(paper: &Paper, page: u32, person: &Person, unit: &str) -> Sheet {
    let row = |label: &str, value: String| (label.to_owned(), value);
    let (year, month, _) = person.birth;
    let mut rows = vec![row("姓名", person.name.clone())];
    match paper.no {
        "01" => {
            rows.push(row("性别　民族", format!("{}　{}", person.sex, person.ethnic)));
            rows.push(row("公民身份号码", person.id_no.clone()));
        }
        "02" => {
            let years = YEARS.iter().zip(person.ranks);
            let rank =
                years.filter(|(y, _)| paper.name.starts_with(&y.to_string())).map(|(_, r)| r);
            rows.push(row("考核等次", rank.collect()));
        }
        "03" => rows.push(row("学历", person.education.to_owned())),
        "05" => {
            rows.push(row("工种　等级", format!("{}　技师", person.trade)));
            rows.push(row("证书编号", person.cert_no.clone()));
            rows.push(row("发证时间", format!("{}年{}月", person.cert.0, person.cert.1)));
        }
        _ => rows.push(row("申报工种", format!("{}　高级技师", person.trade))),
    }
    rows.push(row("出生年月", format!("{year}年{month:02}月")));
    rows.push(row("工作单位", unit.to_owned()));
    let lines = vec![
        format!(
            "{}，{}，系我单位在编在职工勤人员，从事{}工作。",
            person.name, person.sex, person.trade
        ),
        "该同志遵守操作规程，服从安排，按时完成各项任务，以上情况属实。".to_owned(),
    ];
    let title = if page == 0 { paper.title.clone() } else { format!("{}（续）", paper.title) };
    Sheet { title, rows, lines, unit: unit.to_owned(), day: "2019年5月20日".to_owned() }
}

/// The unit's own paper on the public notice.
pub(super) fn notice(press: &Press, rng: &Rng, unit: &str) -> Result<Vec<u8>, SampleError> {
    let sheet = Sheet {
        title: "公示说明".to_owned(),
        rows: vec![("单位".to_owned(), unit.to_owned())],
        lines: vec!["申报人员名单已在本单位公示栏公示五个工作日，无异议。".to_owned()],
        unit: unit.to_owned(),
        day: "2019年6月3日".to_owned(),
    };
    press.pdf(&[sheet], &mut rng.fork(&format!("notice {unit}")))
}
