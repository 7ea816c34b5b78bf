//! Judging people that are read already, with the full pack: time and memory per applicant.

use super::kit::{Table, get, number, one as measure, peak_mib, repo, timed};
use chrono::{DateTime, FixedOffset};
use dossier::check::{Decision, History, check};
use dossier::diag::Origin;
use dossier::intake::{Arrival, Witness};
use dossier::normalize::{
    Applicant, CaseKey, CensusRow, Field, FiledMaterial, MaterialFile, Record, Source, Submission,
    Value,
};
use dossier::pack::{Pack, load};
use dossier::read::{ImageInfo, PageInfo, Scan, ScanKind};
use dossier::text::PartialDate;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Applicants of one unit.
const UNIT: usize = 10;
const NOW: &str = "2019-06-12T10:00:00+08:00";

pub(crate) fn rows(table: &mut Table) {
    let most = number("BENCH_JUDGED", 100_000);
    let sizes = [most / 100, most / 10, most];
    let runs: Vec<Json> = sizes.iter().map(|n| measure(&["judge", &n.to_string()])).collect();
    let each = |run: &Json| get(run, "secs") / get(run, "applicants") * 1e6;
    for run in &runs {
        table.note(
            &format!("judging {} applicants, full pack", get(run, "applicants")),
            format!(
                "{:.2} s, {:.0} µs each, {:.0} MiB ({:.1} KiB each beside what was read)",
                get(run, "secs"),
                each(run),
                get(run, "peak_mib"),
                get(run, "kib_each"),
            ),
        );
    }
    let (small, large) = (each(&runs[1]), each(&runs[2]));
    let growth = large / small;
    table.row(
        "judging, time per applicant, last size beside the one before",
        format!("{growth:.2} ×"),
        "≤ 1.1 ×",
        growth <= 1.1,
    );
}

/// `judge APPLICANTS`
pub(crate) fn one(args: &[&str]) -> Json {
    let wanted: usize = args.first().and_then(|n| n.parse().ok()).unwrap_or(1000);
    let pack = load(&repo("templates"), "nantong-2019").expect("the shipped pack loads").pack;
    let now = time();
    let submissions: Vec<Submission> =
        (0..wanted.div_ceil(UNIT)).map(|unit| submission(unit, &pack)).collect();
    let before = peak_mib();
    let (report, secs, cpu) = timed(|| check(&submissions, &pack, &History::default(), now));
    let applicants = report.judgements.len();
    assert_eq!(applicants, submissions.len() * UNIT, "everybody is judged");
    let accepted = report.judgements.values().filter(|j| j.decision == Decision::Accepted).count();
    let peak = peak_mib();
    json!({
        "applicants": applicants, "accepted": accepted, "secs": secs, "cpu": cpu,
        "peak_mib": peak, "kib_each": (peak - before) * 1024.0 / applicants as f64,
    })
}

fn time() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(NOW).expect("a moment")
}

fn submission(unit: usize, pack: &Pack) -> Submission {
    let name = format!("测试单位{unit}");
    let arrival = Arrival { at: time(), by: Witness::Run, last_look: None };
    let applicants = (0..UNIT).map(|n| applicant(unit * UNIT + n, &name, pack)).collect();
    let census = CensusRow {
        others: Vec::new(),
        trade: "收银审核".to_owned(),
        present: Some(9),
        applied_last_year: Some(false),
        origin: Origin::file("技师人数.xlsx"),
    };
    Submission {
        source: name.clone(),
        unit: name,
        content: unit.to_string(),
        arrival,
        applicants,
        files: Vec::new(),
        census: vec![census],
        posts: Vec::new(),
        findings: Vec::new(),
    }
}

/// Somebody who passes, or (one in five) lacks something.
fn applicant(number: usize, unit: &str, pack: &Pack) -> Applicant {
    let id = format!("{:06}19730101{:04}", 320_600 + number / 10_000, number % 10_000);
    let mut record = Record::new();
    let mut put = |fact: &str, value: Value| {
        let origin = Origin::cell("申报汇总表.xlsx", "Sheet1", format!("A{}", number % UNIT + 2));
        let raw = value.text();
        let field =
            Field { value: Some(value), raw, origin, repairs: Vec::new(), source: Source::Read };
        record.insert(fact.to_owned(), field);
    };
    let text = |word: &str| Value::Text(word.to_owned());
    let month = |y, m| Value::Date(PartialDate::month(y, m).expect("a month"));
    put("person.name", Value::Text(format!("测试{number}")));
    put("person.id_no", Value::Text(id.clone()));
    put("person.sex", text("男"));
    put("person.birth", month(1973, 1));
    put("person.work_start", month(1992, 4));
    // two of a unit in one trade would be over its quota: each has a trade of its own
    let trade = Value::Text(format!("工种{}", number % UNIT));
    put("apply.trade", trade.clone());
    put("post.trade", trade);
    put("apply.level", text("高级技师"));
    put("post.level", text("技师"));
    put("cert.no", Value::Text(id.clone()));
    put("cert.date", month(if number.is_multiple_of(5) { 2017 } else { 2010 }, 11));
    put("cert.issuer", text("江苏省人社厅"));
    put("education.rank", text("大学专科"));
    for year in 2014..=2018 {
        put(&format!("appraisal.{year}"), text("合格"));
    }
    put("training.passed_years", Value::Years(BTreeSet::from([2018])));
    Applicant {
        key: CaseKey { text: format!("id:{id}:高级技师"), provisional: false },
        unit: unit.to_owned(),
        record,
        materials: materials(number, pack),
        photo: Some(file("照片.jpg", number, None, &[])),
        refused: Vec::new(),
        has_scans: true,
        whole: Vec::new(),
        omitted: false,
        withdrawn: false,
        arrival: Arrival { at: time(), by: Witness::Run, last_look: None },
        late: Vec::new(),
        findings: Vec::new(),
    }
}

/// All the pack asks of everybody.
fn materials(number: usize, pack: &Pack) -> Vec<FiledMaterial> {
    let asked = pack.materials.iter().filter(|m| m.when.is_none() && m.group == "必备");
    asked
        .map(|m| {
            let files = m.parts.iter().enumerate().filter(|(_, part)| !part.photo);
            let files = files.flat_map(|(n, part)| {
                let years: Vec<i32> = part
                    .per
                    .as_ref()
                    .and_then(|per| pack.reference.get(per)?.list.clone())
                    .unwrap_or_default();
                let copies = part.count.unwrap_or(1).max(years.len() as u32);
                (0..copies as usize).map(move |copy| {
                    let years: Vec<i32> = years.get(copy).copied().into_iter().collect();
                    file(&format!("{}{copy}.jpg", part.what), number, Some(n), &years)
                })
            });
            FiledMaterial { id: m.id.clone(), files: files.collect() }
        })
        .collect()
}

fn file(name: &str, number: usize, part: Option<usize>, years: &[i32]) -> MaterialFile {
    MaterialFile {
        entry: format!("测试单位{}", number / UNIT),
        path: format!("{number}/{name}"),
        sha256: format!("{number:064}"),
        bytes: 18_000,
        kind: "jpeg".to_owned(),
        part,
        years: years.iter().copied().collect(),
        sides: 2,
        scan: Some(scan(number)),
    }
}

fn scan(number: usize) -> Scan {
    let page =
        PageInfo { width_pt: 595.0, height_pt: 842.0, rotate: 0, blank: false, dpi: Some(200) };
    Scan {
        kind: ScanKind::Jpeg,
        blob: format!("{number:064}"),
        pages: vec![page],
        thumbnail: None,
        image: Some(ImageInfo { width: 413, height: 579, grey: false, uneven: false, print: None }),
    }
}
