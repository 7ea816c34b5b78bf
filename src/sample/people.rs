//! Synthetic people: consistent where they are clean, wrong in one known way where they are not.

use super::rng::Rng;
use std::collections::BTreeSet;

/// The years the circular asks appraisals of.
pub(super) const YEARS: [u32; 5] = [2014, 2015, 2016, 2017, 2018];
/// Trades with a quota, in the order they are given out.
pub(super) const COMMON: [&str; 3] = ["汽车调度管理", "收银审核", "电工"];
/// Trades outside the table of the circular: no quota, no extra papers.
const OTHER: [&str; 4] = ["园林绿化", "中式烹调", "汽车维修", "管道安装"];
/// How many of one trade a unit with 20 技师 or more may send.
const QUOTA: usize = 3;

const SURNAMES: &[&str] = &[
    "王", "李", "张", "陈", "顾", "陆", "施", "季", "黄", "徐", "沈", "葛", "吴", "倪", "袁", "丁",
    "曹", "缪", "管", "邵",
];
const GIVEN: &[&str] = &[
    "建", "卫", "国", "平", "明", "华", "志", "伟", "海", "云", "春", "晓", "永", "泉", "松", "林",
    "宏", "兵", "峰", "荣", "素", "琴", "玉", "芳", "红", "霞", "燕", "萍",
];
/// Names that programs stumble over, one each in the first unit.
const RARE: [(&str, &str); 3] = [("缪忞", "汉族"), ("王䶮", "汉族"), ("阿不都·热西提", "维吾尔族")];
/// Codes of Nantong that were in force when these people got their numbers.
const REGIONS: &[&str] = &["320602", "320611", "320623", "320624"];

/// What is wrong with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The appraisal of 2016 is not among the scans.
    AppraisalMissing,
    /// The last character of the ID number is wrong.
    CheckDigit,
    /// The photo is larger than 20 KB.
    BigPhoto,
    /// Certificate of 2016, one year too young.
    LateCertificate,
    /// 中专, and no 专业证书.
    LowEducation,
    /// The unit has few 技师 of the trade and sent somebody last year.
    OverQuota,
    /// Certificate of 2016, 绝技绝活 claimed with papers: a person decides.
    UniqueSkill,
    /// 基本合格 in 2015.
    PoorAppraisal,
    /// No paper on the result of the public notice.
    NoNotice,
    /// A lone workbook: no scans at all.
    NoScans,
}

impl Fault {
    /// The order in which faults are planted; [`Self::NoScans`] comes with the kind of entry.
    pub(super) const PLANTED: [Self; 9] = [
        Self::AppraisalMissing,
        Self::CheckDigit,
        Self::BigPhoto,
        Self::LateCertificate,
        Self::LowEducation,
        Self::OverQuota,
        Self::UniqueSkill,
        Self::PoorAppraisal,
        Self::NoNotice,
    ];

    /// The decision the case must get.
    pub(super) fn decision(self) -> &'static str {
        if self == Self::UniqueSkill { "held" } else { "returned" }
    }

    /// The code that must be among the findings.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::AppraisalMissing => "MT-102",
            Self::CheckDigit => "ID-106",
            Self::BigPhoto => "PH-103",
            Self::LateCertificate => "EL-111",
            Self::LowEducation => "EL-122",
            Self::OverQuota => "QT-102",
            Self::UniqueSkill => "EX-121",
            Self::PoorAppraisal => "EL-121",
            Self::NoNotice => "EL-133",
            Self::NoScans => "MT-131",
        }
    }
}

/// One applicant as the unit writes them down.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) sex: &'static str,
    pub(super) ethnic: &'static str,
    pub(super) id_no: String,
    pub(super) birth: (u32, u32, u32),
    pub(super) work_start: (u32, u32),
    pub(super) education: &'static str,
    pub(super) trade: &'static str,
    pub(super) cert_no: String,
    pub(super) cert: (u32, u32),
    pub(super) ranks: [&'static str; 5],
    pub(super) phone: String,
    pub(super) claim: &'static str,
    pub(super) fault: Option<Fault>,
}

/// The applicants of unit number `unit`, with these faults (one place each).
pub(super) fn people(rng: &Rng, unit: usize, faults: &[Option<Fault>]) -> Vec<Person> {
    let mut rng = rng.fork(&format!("people {unit}"));
    let mut taken = BTreeSet::new();
    let electric = !faults.contains(&Some(Fault::OverQuota));
    let mut free = trades(electric, faults.len()).into_iter();
    let mut all = Vec::new();
    for (place, fault) in faults.iter().enumerate() {
        let trade = match fault {
            Some(Fault::OverQuota) => COMMON[2],
            _ => free.next().unwrap_or(OTHER[0]),
        };
        let rare = RARE.get(place).filter(|_| unit == 0);
        let (name, ethnic) = rare.map_or_else(
            || (new_name(&mut rng, &mut taken), "汉族"),
            |(name, ethnic)| ((*name).to_owned(), *ethnic),
        );
        all.push(person(&mut rng, unit, place, name, ethnic, trade, *fault));
    }
    all
}

/// Trades for `n` people, none over its quota.
fn trades(electric: bool, n: usize) -> Vec<&'static str> {
    let common = if electric { &COMMON[..] } else { &COMMON[..2] };
    let capacity = QUOTA * common.len();
    (0..n)
        .map(|i| {
            if i < capacity {
                common[i % common.len()]
            } else {
                OTHER[(i - capacity) % OTHER.len()]
            }
        })
        .collect()
}

/// A name that nobody in the unit has yet.
fn new_name(rng: &mut Rng, taken: &mut BTreeSet<String>) -> String {
    for _ in 0..64 {
        let mut name = format!("{}{}", rng.pick(SURNAMES), rng.pick(GIVEN));
        if rng.below(4) > 0 {
            name.push_str(rng.pick(GIVEN));
        }
        // a name that begins another one would make flat file names ambiguous
        let clash = |other: &String| other.starts_with(&name) || name.starts_with(other.as_str());
        if !taken.iter().any(clash) {
            taken.insert(name.clone());
            return name;
        }
    }
    let name = format!("欧阳{}{}{}", rng.pick(GIVEN), rng.pick(GIVEN), rng.pick(GIVEN));
    taken.insert(name.clone());
    name
}

fn person(
    rng: &mut Rng,
    unit: usize,
    place: usize,
    name: String,
    ethnic: &'static str,
    trade: &'static str,
    fault: Option<Fault>,
) -> Person {
    let birth = (rng.between(1972, 1980), rng.between(1, 12), rng.between(1, 28));
    let sequence = rng.between(900, 998);
    let sex = if sequence % 2 == 1 { "男" } else { "女" };
    let region = rng.pick(REGIONS);
    let mut id_no = id_number(region, birth, sequence);
    if fault == Some(Fault::CheckDigit) {
        let last = id_no.pop();
        id_no.push(if last == Some('3') { '4' } else { '3' });
    }
    let work_start = (birth.0 + rng.between(18, 21), rng.between(1, 12));
    let late = matches!(fault, Some(Fault::LateCertificate | Fault::UniqueSkill));
    let cert_year = if late { 2016 } else { rng.between(2005, 2013) };
    let mut ranks = [(); 5].map(|()| if rng.below(4) == 0 { "优秀" } else { "合格" });
    if fault == Some(Fault::PoorAppraisal) {
        ranks[1] = "基本合格";
    }
    let education = match fault {
        Some(Fault::LowEducation) => "中专",
        _ if rng.below(4) == 0 => "大学本科",
        _ => "大专",
    };
    Person {
        name,
        sex,
        ethnic,
        id_no,
        birth,
        work_start,
        education,
        trade,
        cert_no: format!("{:02}320600{:05}", cert_year % 100, unit * 1000 + place + 1),
        cert: (cert_year, rng.between(9, 12)),
        ranks,
        phone: format!("139{:04}{:04}", rng.below(10_000), rng.below(10_000)),
        claim: if fault == Some(Fault::UniqueSkill) { "B4" } else { "" },
        fault,
    }
}

/// The 18 characters, with the check character of GB 11643.
fn id_number(region: &str, (year, month, day): (u32, u32, u32), sequence: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let mut number = format!("{region}{year:04}{month:02}{day:02}{sequence:03}");
    let digits = number.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    number.push(CHECKS[(sum % 11) as usize]);
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn check_characters() {
        // the worked example of GB 11643-1999
        assert_eq!(id_number("110105", (1949, 12, 31), 2), "11010519491231002X");
        let one = people(&Rng::new(3), 0, &[None, Some(Fault::CheckDigit)]);
        assert!(one[0].id_no.starts_with("3206") && one[0].id_no.chars().count() == 18);
        let wrong = &one[1];
        let right = id_number(
            &wrong.id_no.chars().take(6).collect::<String>(),
            wrong.birth,
            wrong.id_no.chars().skip(14).take(3).collect::<String>().parse().unwrap(),
        );
        assert_ne!(right, wrong.id_no);
    }

    #[test]
    fn clean_people_stay_within_the_quota_and_have_names_of_their_own() {
        let faults: Vec<_> = (0..40).map(|i| (i == 7).then_some(Fault::OverQuota)).collect();
        let all = people(&Rng::new(9), 1, &faults);
        let names: BTreeSet<_> = all.iter().map(|p| &p.name).collect();
        assert_eq!(names.len(), 40);
        let mut count = BTreeMap::new();
        for person in &all {
            *count.entry(person.trade).or_insert(0) += 1;
        }
        assert_eq!((count["电工"], count["收银审核"], count["汽车调度管理"]), (1, 3, 3));
    }
}
