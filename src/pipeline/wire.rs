//! The report as the contract writes it.

use super::Judged;
use super::context::text;
use crate::check::{Decision, Judgement};
use crate::diag::{Code, Finding, Origin, Severity};
use crate::intake::{Arrival, Delivery, Witness};
use crate::ledger::Case;
use crate::normalize::{Applicant, Field, FiledFile, Source, Submission, Value, Verdict};
use crate::publish::{
    Item, Manifest, RunInfo, WireApplicant, WireCounts, WireField, WireFile, WireFinding,
    WireOrigin, WireOutput, WireReceived, WireReport, WireSubmission, safe_name,
};
use crate::text::{byte_words, mask_id, mask_ids};
use std::collections::{BTreeMap, BTreeSet};

/// How identity numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pen {
    /// First 6, last 4.
    Masked,
    /// In full, for whoever asked for it.
    Open,
}

impl Pen {
    fn id(self, id: &str) -> String {
        match self {
            Self::Masked => mask_id(id),
            Self::Open => id.to_owned(),
        }
    }

    fn ids(self, text: &str) -> String {
        match self {
            Self::Masked => mask_ids(text),
            Self::Open => text.to_owned(),
        }
    }
}

/// Builds `report.json`.
pub(crate) fn report(
    judged: &Judged,
    unsettled: &[Delivery],
    items: &[Item],
    run: RunInfo,
    pen: Pen,
) -> WireReport {
    let mut outputs: BTreeMap<&str, Vec<WireOutput>> = BTreeMap::new();
    for item in items {
        let Some(case) = &item.file.case else { continue };
        outputs.entry(case).or_default().push(WireOutput {
            kind: item.file.kind.clone(),
            path: item.file.path.clone(),
            sha256: item.file.sha256.clone(),
            pages: item.file.pages,
        });
    }
    let notes = notes(items);
    let mut submissions: Vec<WireSubmission> =
        judged.submissions.iter().map(|s| submission(judged, s, &outputs, &notes, pen)).collect();
    submissions.extend(unsettled.iter().map(|d| waiting(d, pen)));
    submissions.sort_by(|a, b| a.source.cmp(&b.source));
    let counts = counts(&submissions);
    WireReport { schema: "dossier/report/1".to_owned(), run, counts, submissions }
}

/// What was noticed while papers were made (a rare character, text on an 附页): by case number,
/// for papers of a unit by its folder. The formats of one paper say the same once.
fn notes(items: &[Item]) -> BTreeMap<String, Vec<WireFinding>> {
    let mut out: BTreeMap<String, Vec<WireFinding>> = BTreeMap::new();
    let mut said = BTreeSet::new();
    for file in items.iter().map(|item| &item.file) {
        let unit = file.path.split('/').nth(1).unwrap_or_default();
        let of = file.case.clone().unwrap_or_else(|| unit.to_owned());
        for (code, text) in &file.notes {
            let Some(known) = Code::find(code) else { continue };
            if !said.insert((of.clone(), file.kind.clone(), text.clone())) {
                continue;
            }
            let entry = known.entry();
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            out.entry(of.clone()).or_default().push(WireFinding {
                code: code.clone(),
                severity: entry.severity.raised(),
                needs_person: entry.needs_person,
                message: format!("{name}：{}", mask_ids(text)),
                hint: entry.hint.clone(),
                clause: entry.clause.clone(),
                field: None,
                origin: WireOrigin { path: mask_ids(&file.path), ..WireOrigin::default() },
            });
        }
    }
    out
}

fn submission(
    judged: &Judged,
    s: &Submission,
    outputs: &BTreeMap<&str, Vec<WireOutput>>,
    notes: &BTreeMap<String, Vec<WireFinding>>,
    pen: Pen,
) -> WireSubmission {
    let applicants: Vec<WireApplicant> = s
        .applicants
        .iter()
        .filter_map(|a| {
            let case = judged.cases.get(&a.key.text)?;
            let judgement = judged.report.judgements.get(&a.key.text)?;
            Some(applicant(a, case, judgement, outputs, notes, pen))
        })
        .collect();
    let came = came(s);
    let mut all: Vec<&Finding> = std::iter::once(&came).chain(&s.findings).collect();
    all.extend(judged.report.submissions.get(&s.source).into_iter().flatten());
    let of_files = s.files.iter().flat_map(|f| &f.findings);
    all.extend(of_files);
    let seen: BTreeSet<&Finding> = all.into_iter().collect();
    let mut findings: Vec<WireFinding> = seen.into_iter().map(|f| finding(f, pen)).collect();
    findings.extend(notes.get(&safe_name(&s.unit)).into_iter().flatten().cloned());
    WireSubmission {
        source: pen.ids(&s.source),
        unit: pen.ids(&s.unit),
        version: judged.versions.get(&s.source).copied().unwrap_or(1),
        received: received(&s.arrival),
        state: state(&applicants, &findings, &s.files).to_owned(),
        findings,
        files: s
            .files
            .iter()
            .map(|f| WireFile {
                path: pen.ids(&f.path),
                sha256: f.sha256.clone(),
                kind: f.kind.clone(),
                verdict: verdict(f.verdict).to_owned(),
                used_as: f.used_as.clone(),
                pages: f.pages,
                code: f.code.clone(),
            })
            .collect(),
        applicants,
    }
}

/// IN-101: what came, how large it is, and how many files it holds.
fn came(s: &Submission) -> Finding {
    let bytes: u64 = s.files.iter().map(|file| file.bytes).sum();
    Finding::new("IN-101", Origin::default())
        .arg("file", &s.source)
        .arg("size", byte_words(bytes))
        .arg("kind", format!("{} 个文件", s.files.len()))
        .build()
}

/// The state of a submission by its applicants; without any, by its own findings.
fn state(
    applicants: &[WireApplicant],
    findings: &[WireFinding],
    files: &[FiledFile],
) -> &'static str {
    let of = |word: &str| applicants.iter().filter(|a| a.decision == word).count();
    let idle = |f: &FiledFile| matches!(f.verdict, Verdict::Duplicate | Verdict::Ignored);
    let again = files.iter().any(|f| f.verdict == Verdict::Duplicate) && files.iter().all(idle);
    if applicants.is_empty() && again {
        return "duplicate";
    }
    if applicants.is_empty() {
        if findings.iter().any(|f| {
            f.severity >= Severity::Error
                || f.code == "IN-118"
                || f.code == "IN-114"
                || f.code == "IN-111"
                || f.code == "IN-122"
        }) {
            return "returned";
        }
        return if findings.iter().any(|f| f.needs_person) { "held" } else { "accepted" };
    }
    match (of("accepted"), of("returned")) {
        (n, _) if n == applicants.len() => "accepted",
        (n, _) if n > 0 => "partly",
        (_, n) if n > 0 => "returned",
        _ => "held",
    }
}

fn applicant(
    a: &Applicant,
    case: &Case,
    judgement: &Judgement,
    outputs: &BTreeMap<&str, Vec<WireOutput>>,
    notes: &BTreeMap<String, Vec<WireFinding>>,
    pen: Pen,
) -> WireApplicant {
    let record = &judgement.record;
    let id = record.get("person.id_no");
    let id = id.map_or("", |f| f.raw.as_str());
    let shown = text(record, "person.id_no");
    WireApplicant {
        case: case.number.clone(),
        former: case.former.clone(),
        unit: pen.ids(&a.unit),
        name: pen.ids(&text(record, "person.name")),
        id_no: pen.id(if shown.is_empty() { id } else { &shown }),
        trade: pen.ids(&text(record, "apply.trade")),
        level: pen.ids(&text(record, "apply.level")),
        decision: decision(judgement.decision).to_owned(),
        record: record.iter().map(|(id, f)| (id.clone(), field(id, f, pen))).collect(),
        findings: {
            let made = notes.get(&case.number).into_iter().flatten().cloned();
            judgement.findings.iter().map(|f| finding(f, pen)).chain(made).collect()
        },
        outputs: outputs.get(case.number.as_str()).cloned().unwrap_or_default(),
    }
}

fn field(id: &str, f: &Field, pen: Pen) -> WireField {
    let masked = |text: &str| if id == "person.id_no" { pen.id(text) } else { pen.ids(text) };
    let value = match &f.value {
        None => serde_json::Value::Null,
        Some(Value::Bool(b)) => (*b).into(),
        Some(Value::Int(n)) => (*n).into(),
        Some(Value::List(list)) => list.iter().map(|text| masked(text)).collect::<Vec<_>>().into(),
        Some(Value::Years(years)) => years.iter().copied().collect::<Vec<_>>().into(),
        Some(other) => masked(&other.text()).into(),
    };
    WireField {
        value,
        raw: masked(&f.raw),
        origin: origin(&f.origin, pen),
        repairs: f.repairs.iter().map(|repair| pen.ids(repair)).collect(),
        source: match f.source {
            Source::Read => "read",
            Source::Filled => "filled",
            Source::Derived => "derived",
            Source::Presumed => "presumed",
            Source::Person => "person",
        }
        .to_owned(),
    }
}

fn origin(o: &Origin, pen: Pen) -> WireOrigin {
    WireOrigin {
        path: pen.ids(&o.path),
        sheet: o.sheet.as_deref().map(|sheet| pen.ids(sheet)),
        cell: o.cell.clone(),
        page: o.page,
    }
}

fn finding(f: &Finding, pen: Pen) -> WireFinding {
    WireFinding {
        code: f.code.to_string(),
        severity: f.severity,
        needs_person: f.needs_person,
        message: pen.ids(&f.message),
        hint: pen.ids(&f.hint),
        clause: f.clause.clone(),
        field: f.field.clone(),
        origin: origin(&f.origin, pen),
    }
}

fn waiting(d: &Delivery, pen: Pen) -> WireSubmission {
    WireSubmission {
        source: pen.ids(&d.entry),
        unit: pen.ids(&d.sender),
        version: 1,
        received: received(&d.arrival),
        state: "unsettled".to_owned(),
        findings: d.findings.iter().map(|f| finding(f, pen)).collect(),
        files: d
            .files
            .iter()
            .map(|f| WireFile {
                path: pen.ids(&f.path),
                sha256: f.sha256.clone(),
                kind: f.kind.word().to_owned(),
                verdict: "unsettled".to_owned(),
                used_as: None,
                pages: None,
                code: None,
            })
            .collect(),
        applicants: Vec::new(),
    }
}

fn received(arrival: &Arrival) -> WireReceived {
    let by = match arrival.by {
        Witness::Watch => "watch",
        Witness::Run => "run",
        Witness::Person => "person",
    };
    WireReceived { at: arrival.at.to_rfc3339(), by: by.to_owned() }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Used => "used",
        Verdict::Ignored => "ignored",
        Verdict::Duplicate => "duplicate",
        Verdict::Held => "held",
        Verdict::Unsettled => "unsettled",
    }
}

fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Accepted => "accepted",
        Decision::Returned => "returned",
        Decision::Held => "held",
    }
}

fn counts(submissions: &[WireSubmission]) -> WireCounts {
    let mut c = WireCounts { submissions: submissions.len(), ..WireCounts::default() };
    for file in submissions.iter().flat_map(|s| &s.files) {
        c.files += 1;
        match file.verdict.as_str() {
            "used" => c.files_used += 1,
            "ignored" => c.files_ignored += 1,
            "duplicate" => c.files_duplicate += 1,
            "held" => c.files_held += 1,
            _ => c.files_unsettled += 1,
        }
    }
    for applicant in submissions.iter().flat_map(|s| &s.applicants) {
        c.applicants += 1;
        match applicant.decision.as_str() {
            "accepted" => c.accepted += 1,
            "returned" => c.returned += 1,
            _ => c.held += 1,
        }
    }
    c
}

/// What changed since the last manifest, one line per unit folder or file.
pub(crate) fn changes(before: &Manifest, items: &[Item]) -> Vec<String> {
    let place = |path: &str| path.split('/').take(3).collect::<Vec<_>>().join("/");
    let old: BTreeMap<&str, &str> =
        before.files.iter().map(|f| (f.path.as_str(), f.sha256.as_str())).collect();
    let mut lines = BTreeSet::new();
    for item in items {
        match old.get(item.file.path.as_str()) {
            None => lines.insert(format!("新增 {}", place(&item.file.path))),
            Some(sha) if *sha != item.file.sha256 => {
                lines.insert(format!("更新 {}", place(&item.file.path)))
            }
            Some(_) => false,
        };
    }
    let new: BTreeSet<&str> = items.iter().map(|i| i.file.path.as_str()).collect();
    for path in old.keys().filter(|p| p.contains('/') && !new.contains(**p)) {
        lines.insert(format!("撤下 {}", place(path)));
    }
    lines.into_iter().collect()
}
