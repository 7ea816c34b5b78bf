//! Submissions for tests: one applicant without a fault, to be broken by each test.

use super::{Decision, History, Judgement, Report, check};
use crate::diag::Origin;
use crate::intake::{Arrival, Witness};
use crate::normalize::{
    Applicant, CaseKey, CensusRow, Field, FiledMaterial, MaterialFile, Merit, Source, Submission,
    Value,
};
use crate::pack::{Pack, load};
use crate::read::{ImageInfo, PageInfo, Scan, ScanKind};
use crate::text::PartialDate;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeSet;
use std::path::Path;

pub(super) fn pack() -> Pack {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    load(&templates, "nantong-2019").unwrap().pack
}

pub(super) fn time(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

pub(super) fn now() -> DateTime<FixedOffset> {
    time("2019-06-12T10:00:00+08:00")
}

pub(super) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

pub(super) fn date(value: &str) -> Value {
    Value::Date(PartialDate::try_from(value.to_owned()).unwrap())
}

pub(super) fn claim(items: &[&str]) -> Value {
    Value::List(items.iter().map(|&i| i.to_owned()).collect())
}

pub(super) fn merit(
    name: &str,
    rank: Option<&str>,
    grade: Option<&str>,
    place: Option<u32>,
) -> Merit {
    let owned = |s: Option<&str>| s.map(str::to_owned);
    Merit {
        name: name.to_owned(),
        rank: owned(rank),
        grade: owned(grade),
        place,
        ..Merit::default()
    }
}

pub(super) fn arrival(at: &str, by: Witness, last_look: Option<&str>) -> Arrival {
    Arrival { at: time(at), by, last_look: last_look.map(time) }
}

pub(super) fn set(a: &mut Applicant, fact: &str, value: Value) {
    let origin = Origin::cell("申报汇总表.xlsx", "Sheet1", format!("C{}", a.record.len() + 1));
    let raw = value.text();
    let field =
        Field { value: Some(value), raw, origin, repairs: Vec::new(), source: Source::Read };
    a.record.insert(fact.to_owned(), field);
}

/// A cell with text nobody can read.
pub(super) fn unreadable(a: &mut Applicant, fact: &str, raw: &str) {
    set(a, fact, text(raw));
    a.record.get_mut(fact).unwrap().value = None;
}

pub(super) fn file(path: &str, part: Option<usize>, years: &[i32]) -> MaterialFile {
    MaterialFile {
        entry: "某单位".to_owned(),
        path: path.to_owned(),
        sha256: path.to_owned(),
        bytes: 1000,
        kind: "pdf".to_owned(),
        part,
        years: years.iter().copied().collect(),
        sides: 1,
        scan: None,
    }
}

pub(super) fn photo(bytes: u64, kind: &str, width: u32, height: u32) -> MaterialFile {
    let page = PageInfo { width_pt: 99.0, height_pt: 139.0, rotate: 0, blank: false, dpi: None };
    let image = ImageInfo { width, height, grey: false, uneven: false, print: None };
    let scan = Scan {
        kind: ScanKind::Jpeg,
        blob: String::new(),
        pages: vec![page],
        thumbnail: None,
        image: Some(image),
    };
    let file = file("照片.jpg", None, &[]);
    MaterialFile { bytes, kind: kind.to_owned(), scan: Some(scan), ..file }
}

/// The file with a scan whose pages are blank or not.
pub(super) fn scanned(file: MaterialFile, blank: &[bool]) -> MaterialFile {
    let photo = photo(1000, "pdf", 827, 1169).scan.unwrap();
    let page = |blank: &bool| PageInfo { blank: *blank, ..photo.pages[0].clone() };
    let scan = Scan { kind: ScanKind::Pdf, pages: blank.iter().map(page).collect(), ..photo };
    MaterialFile { scan: Some(scan), ..file }
}

fn material(id: &str, files: Vec<MaterialFile>) -> FiledMaterial {
    FiledMaterial { id: id.to_owned(), files }
}

/// All materials of a trade without extra papers, complete.
fn materials() -> Vec<FiledMaterial> {
    let parts = |id: &str, n: usize| {
        material(id, (0..n).map(|p| file(&format!("{id}{p}.pdf"), Some(p), &[])).collect())
    };
    let mut id_card = file("01身份证正反面.jpg", Some(0), &[]);
    id_card.sides = 2;
    let years = [2014, 2015, 2016, 2017, 2018];
    let appraisals = years.map(|y| file(&format!("02 {y}年度考核表.pdf"), Some(0), &[y])).to_vec();
    let experts = [(0, "信1"), (0, "信2"), (1, "证1"), (1, "证2")];
    vec![
        material("id_card", vec![id_card]),
        material("appraisals", appraisals),
        parts("diploma", 2),
        material("training", vec![file("04合格单.pdf", Some(0), &[])]),
        material("cert", vec![file("05技师证书.pdf", Some(0), &[])]),
        material("experts", experts.map(|(p, name)| file(name, Some(p), &[])).to_vec()),
        parts("quant", 2),
        parts("unit_eval", 2),
        parts("recommend", 2),
        parts("paper", 3),
        material("cashier_exp", vec![file("12财务管理.pdf", None, &[])]),
        material("aux_summary", vec![file("总结.pdf", None, &[])]),
    ]
}

/// A 收银审核 applicant with nothing to find fault with.
pub(super) fn person(name: &str, id_no: &str) -> Applicant {
    let mut a = Applicant {
        key: CaseKey { text: format!("id:{id_no}:高级技师"), provisional: false },
        unit: "某单位".to_owned(),
        record: Default::default(),
        materials: materials(),
        photo: Some(photo(18_000, "jpeg", 413, 579)),
        refused: Vec::new(),
        has_scans: true,
        whole: Vec::new(),
        omitted: false,
        withdrawn: false,
        arrival: arrival("2019-06-11T10:00:00+08:00", Witness::Run, None),
        late: Vec::new(),
        findings: Vec::new(),
    };
    for (fact, value) in [
        ("person.name", name),
        ("person.id_no", id_no),
        ("person.sex", "男"),
        ("apply.trade", "收银审核"),
        ("apply.level", "高级技师"),
        ("post.trade", "收银审核"),
        ("post.level", "技师"),
        ("cert.no", id_no),
        ("cert.issuer", "江苏省人社厅"),
        ("education.rank", "大学专科"),
    ] {
        set(&mut a, fact, text(value));
    }
    set(&mut a, "person.birth", date("1973-01"));
    set(&mut a, "person.work_start", date("1992-04"));
    set(&mut a, "cert.date", date("2010-11"));
    for year in 2014..=2018 {
        set(&mut a, &format!("appraisal.{year}"), text("合格"));
    }
    set(&mut a, "training.passed_years", Value::Years(BTreeSet::from([2018])));
    a
}

pub(super) fn submission(
    applicants: Vec<Applicant>,
    present: Option<u32>,
    last_year: Option<bool>,
) -> Submission {
    let census = CensusRow {
        others: Vec::new(),
        trade: "收银审核".to_owned(),
        present,
        applied_last_year: last_year,
        origin: Origin::file("技师人数.xlsx"),
    };
    Submission {
        source: "某单位".to_owned(),
        unit: "某单位".to_owned(),
        content: String::new(),
        arrival: arrival("2019-06-11T10:00:00+08:00", Witness::Run, None),
        applicants,
        files: Vec::new(),
        census: vec![census],
        posts: Vec::new(),
        findings: Vec::new(),
    }
}

pub(super) fn report(submissions: &[Submission]) -> Report {
    check(submissions, &pack(), &History::default(), now())
}

/// Judges one person alone in a unit with room in its quota.
pub(super) fn judged(a: Applicant) -> Judgement {
    judged_with(a, &[])
}

/// The same with answers (question, answer).
pub(super) fn judged_with(a: Applicant, answers: &[(&str, &str)]) -> Judgement {
    let mut history = History::default();
    for (question, said) in answers {
        history.answers.insert((a.key.text.clone(), (*question).to_owned()), (*said).to_owned());
    }
    let submissions = [submission(vec![a], Some(9), Some(false))];
    let report = check(&submissions, &pack(), &history, now());
    report.judgements.into_values().next().unwrap()
}

/// Breaks the person without fault and judges.
pub(super) fn broken(change: impl FnOnce(&mut Applicant)) -> Judgement {
    let mut a = person("张三", "11010519491231002X");
    change(&mut a);
    judged(a)
}

pub(super) fn codes(j: &Judgement) -> Vec<&'static str> {
    j.findings.iter().map(|f| f.code.as_str()).collect()
}

pub(super) fn has(j: &Judgement, code: &str) -> bool {
    codes(j).contains(&code)
}

/// Asserts codes of errors (exactly) and the decision.
#[track_caller]
pub(super) fn expect(j: &Judgement, errors: &[&str], decision: Decision) {
    let found: Vec<&str> =
        j.findings.iter().filter(|f| f.blocks()).map(|f| f.code.as_str()).collect();
    assert_eq!(found, errors, "{:#?}", j.findings);
    assert_eq!(j.decision, decision, "{:#?}", j.findings);
}
