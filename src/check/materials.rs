//! Materials: which ones apply to a person, and what of them is missing.

use super::case::{Case, Docket};
use super::photo;
use super::predicate::truth;
use crate::diag::{Finding, FindingBuilder, Origin, Severity};
use crate::normalize::{MaterialFile, Value};
use crate::pack::{Material, Part, Predicate, Required};

/// Materials that apply to this person, in the pack's order.
pub(super) fn applicable<'a>(case: &Case<'a>) -> Vec<&'a Material> {
    let applies = |m: &&Material| {
        !m.unit_level && m.when.as_ref().is_none_or(|when| truth(when, case) == Some(true))
    };
    case.pack.materials.iter().filter(applies).collect()
}

/// Whether a material is there with all its parts.
pub(super) fn complete(id: &str, case: &Case<'_>) -> bool {
    applicable(case)
        .into_iter()
        .filter(|m| m.id == id)
        .any(|m| !files(m, case).is_empty() && gaps(m, case).is_empty())
}

fn handed_in<'a>(material: &Material, case: &Case<'a>) -> &'a [MaterialFile] {
    let found = case.applicant.materials.iter().find(|m| m.id == material.id);
    found.map_or(&[], |m| m.files.as_slice())
}

/// Files that show something of a material: blank pages are none.
fn files<'a>(material: &Material, case: &Case<'a>) -> Vec<&'a MaterialFile> {
    handed_in(material, case).iter().filter(|file| !file.is_blank()).collect()
}

/// Said behind what is missing where a blank file lies in its place: of that part, and of that year
/// when a paper is asked for each year.
fn blank_note(
    material: &Material,
    part: Option<usize>,
    year: Option<i32>,
    case: &Case<'_>,
) -> String {
    let here = |f: &&MaterialFile| {
        f.is_blank()
            && (part.is_none() || f.part == part)
            && year.is_none_or(|year| f.years.contains(&year))
    };
    let blank = handed_in(material, case).iter().find(here);
    blank.map_or_else(String::new, |file| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        format!("（所交的“{name}”是空白页）")
    })
}

/// A part that is missing or short.
struct Gap<'a> {
    part: &'a Part,
    what: String,
    have: u32,
    need: u32,
    /// The year whose paper is missing.
    year: Option<i32>,
}

fn gaps<'a>(material: &'a Material, case: &Case<'_>) -> Vec<Gap<'a>> {
    let asked =
        |p: &Part| !p.photo && p.when.as_ref().is_none_or(|when| truth(when, case) == Some(true));
    let parts: Vec<(usize, &Part)> =
        material.parts.iter().enumerate().filter(|(_, p)| asked(p)).collect();
    let lone = parts.len() == 1;
    let mut gaps = Vec::new();
    for (index, part) in parts {
        // a file of no part fills the part when there is only one it could mean
        let mine = |f: &&MaterialFile| f.part == Some(index) || (lone && f.part.is_none());
        let files: Vec<&MaterialFile> = files(material, case).into_iter().filter(mine).collect();
        gaps.extend(part_gaps(part, &files, case).into_iter().map(|gap| {
            let note = blank_note(material, Some(index), gap.year, case);
            let what = format!("{}{note}", gap.what);
            Gap { what, ..gap }
        }));
    }
    gaps
}

fn part_gaps<'a>(part: &'a Part, files: &[&MaterialFile], case: &Case<'_>) -> Vec<Gap<'a>> {
    let have = files.len() as u32;
    let years = part.per.as_deref().and_then(|per| case.pack.reference.get(per)?.list.clone());
    if let Some(years) = years {
        let single = years.len() == 1;
        let covered = |year: &i32| {
            files.iter().any(|f| f.years.contains(year) || (single && f.years.is_empty()))
        };
        let missing = years.iter().filter(|year| !covered(year));
        let gap = |year: &i32| Gap {
            part,
            what: format!("{}（{year} 年度）", part.what),
            have: 0,
            need: 1,
            year: Some(*year),
        };
        return missing.map(gap).collect();
    }
    let sides: u32 = files.iter().map(|f| sides(f)).sum();
    let need = part.count.unwrap_or(1);
    let wanted_sides = part.sides.unwrap_or(1);
    if have < need {
        let what = if need > 1 {
            format!("{}（应 {need} 份，实有 {have} 份）", part.what)
        } else {
            part.what.clone()
        };
        return vec![Gap { part, what, have, need, year: None }];
    }
    if sides < wanted_sides {
        let what = format!("{}的另一面（正面、背面都要）", part.what);
        return vec![Gap { part, what, have: sides, need: wanted_sides, year: None }];
    }
    Vec::new()
}

/// Sides a file shows; a document of two pages shows both.
fn sides(file: &MaterialFile) -> u32 {
    file.sides.max(1).max(if file.pages() >= 2 { 2 } else { 1 })
}

/// How a gap weighs while a document of many materials is unread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Error,
    Open,
}

/// Judges the materials and the photo of one person.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    refused(case, docket);
    let applicable = applicable(case);
    if !case.applicant.has_scans {
        if wants_scans(&applicable, case) {
            let clause = &case.pack.binding.clause;
            let finding =
                Finding::new("MT-131", case.row()).arg("name", case.name()).clause(clause);
            docket.say(finding.build());
        }
        return;
    }
    photo::check(case, docket);
    let weight = all_in_one(case, docket);
    for material in applicable.into_iter().filter(|m| m.medium == "scan") {
        if let Some(weight) = weight {
            missing(material, weight, case, docket);
        }
        dated(material, case, docket);
    }
}

fn wants_scans(applicable: &[&Material], case: &Case<'_>) -> bool {
    let electronic = case.pack.binding.electronic.as_ref().is_some_and(|e| e.required);
    let material = |m: &&Material| m.medium == "scan" && m.required == Required::Yes;
    electronic
        || applicable.iter().any(material)
        || case.pack.photo.as_ref().is_some_and(|p| p.required)
}

/// Asks about a document that holds everything. `None`: a person found all materials in it.
fn all_in_one(case: &Case<'_>, docket: &mut Docket) -> Option<Weight> {
    if case.applicant.whole.is_empty() {
        return Some(Weight::Error);
    }
    match case.answer("MT-112") {
        Some(true) => None,
        Some(false) => Some(Weight::Error),
        None => {
            let told = case.applicant.findings.iter().find(|f| f.code.as_str() == "MT-112");
            let origin = told.map_or_else(|| case.row(), |f| f.origin.clone());
            let clause = &case.pack.binding.clause;
            let finding = Finding::new("MT-112", origin).clause(clause).build();
            let text = format!("{}：合订的 PDF 中各项材料是否齐全？", case.name());
            docket.ask("MT-112", text, finding.message.clone(), finding);
            Some(Weight::Open)
        }
    }
}

fn missing(material: &Material, weight: Weight, case: &Case<'_>, docket: &mut Docket) {
    let empty = files(material, case).is_empty();
    let mut tell = |finding: FindingBuilder, name: &str| {
        let finding = finding.clause(&material.clause).arg("no", material.no).arg("material", name);
        docket.say(match weight {
            Weight::Error => finding.build(),
            Weight::Open => finding.severity(Severity::Warn).needs_person(true).build(),
        });
    };
    match material.required {
        Required::No => return,
        Required::Recommended => {
            let advice = Finding::new("MT-104", case.row()).needs_person(false);
            if empty {
                tell(advice.severity(Severity::Warn), &material.name);
            }
            return;
        }
        Required::Yes => {}
    }
    let own_gaps = gaps(material, case);
    for gap in own_gaps.iter().filter(|gap| !empty && gap.part.finding.is_none()) {
        let Some(when) = &gap.part.when else { continue };
        let finding = Finding::new("MT-103", at(material, case)).arg("reason", reason(when));
        tell(finding, &gap.what);
    }
    let note = if empty { blank_note(material, None, None, case) } else { String::new() };
    let named = format!("{}{note}", material.name);
    let mut say = |finding: FindingBuilder| tell(finding, &named);
    if empty {
        say(match &material.when {
            Some(when) => Finding::new("MT-103", case.row()).arg("reason", reason(when)),
            None => Finding::new("MT-101", case.row()),
        });
    }
    let pages: u32 = files(material, case).iter().map(|file| file.pages()).sum();
    if let Some(least) = material.min_pages.filter(|least| !empty && pages < *least) {
        let finding = Finding::new("MT-105", at(material, case));
        say(finding.arg("n", format!("{pages} 页")).arg("expect", format!("至少 {least} 页")));
    }
    for gap in own_gaps {
        match &gap.part.finding {
            Some(code) => {
                let finding =
                    Finding::new(code, case.row()).arg("n", gap.have).arg("expect", gap.need);
                say(finding.arg("part", &gap.what));
            }
            // the whole material was named already
            None if empty || gap.part.when.is_some() => {}
            None => say(Finding::new("MT-102", at(material, case)).arg("part", &gap.what)),
        }
    }
}

/// Why a conditional paper is asked of this person.
fn reason(when: &Predicate) -> &'static str {
    match when.fact.as_deref() {
        Some("apply.transferred") => "转岗",
        Some("apply.exception") => "破格申报",
        Some("apply.trade_licence") => "该工种须持证上岗",
        Some("apply.trade") => "申报工种",
        Some("apply.level") => "申报等级",
        _ => "本人情况",
    }
}

/// The folder a material's first file lies in, else the person's row: what is missing is none of the
/// files that are there.
fn at(material: &Material, case: &Case<'_>) -> Origin {
    let files = files(material, case);
    let folder = files.first().and_then(|f| f.path.rsplit_once('/'));
    folder.map_or_else(|| case.row(), |(folder, _)| Origin::file(folder))
}

/// Supporting papers from before the certificate do not count.
fn dated(material: &Material, case: &Case<'_>, docket: &mut Docket) {
    let Some(since) = material.since.as_deref().and_then(|fact| case.date(fact)) else { return };
    for file in files(material, case) {
        let last = file.years.last().copied().or_else(|| year_named(&file.path));
        if let Some(last) = last.filter(|year| *year < since.year()) {
            let finding = Finding::new("MT-121", Origin::file(&file.path)).arg("date", last);
            docket.say(finding.arg("cert", since).clause(&material.clause).build());
        }
    }
}

/// The last year a file name tells.
fn year_named(path: &str) -> Option<i32> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let runs = name.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
    runs.filter_map(|run| run.parse().ok()).filter(|year| (1950..2100).contains(year)).max()
}

/// Files of the person that were refused, when no finding about the file says so yet.
fn refused(case: &Case<'_>, docket: &mut Docket) {
    for file in &case.applicant.refused {
        let about = |f: &&mut Finding| f.origin.path == file.path;
        if docket.findings.iter_mut().filter(about).any(|f| f.blocks()) {
            continue;
        }
        // why it is not read was said, as advice to the entry; from this person the paper is missing
        let said = |f: &&mut Finding| about(f) && f.code.as_str().starts_with("IN-");
        if let Some(told) = docket.findings.iter_mut().find(said) {
            told.severity = Severity::Error;
        } else {
            let finding = Finding::new("MT-141", Origin::file(&file.path)).arg("file", &file.path);
            docket.say(finding.build());
        }
    }
}

/// What only the content of a scan shows: lines of the reviewer's check sheet.
pub(super) fn check_lines(case: &Case<'_>, docket: &mut Docket) {
    let mut lines = Vec::new();
    let asked = case.pack.reviews.iter().filter(|review| {
        review.levels.is_empty()
            || case.level().is_some_and(|l| review.levels.iter().any(|o| o == l))
    });
    lines.extend(asked.map(|review| {
        Finding::new("EL-134", case.row()).arg("text", &review.text).clause(&review.clause)
    }));
    lines.extend(portrait(case));
    let note = &case.pack.binding;
    let mut any = false;
    for material in applicable(case).into_iter().filter(|m| !files(m, case).is_empty()) {
        any = true;
        let sealed = material.parts.iter().any(|p| p.seal.is_some());
        if sealed {
            lines.push(Finding::new("MT-133", at(material, case)).clause(&material.clause));
        }
        if material.since.is_some() {
            let line =
                Finding::new("MT-122", at(material, case)).arg("trade", case.shown("apply.trade"));
            lines.push(line.clause(&material.clause));
        }
        if material.parts.iter().any(|p| p.finding.as_deref() == Some("EL-131"))
            && let Some(experts) = &case.pack.experts
        {
            let names: Vec<String> = experts_named(case);
            let line = Finding::new("EL-132", at(material, case)).clause(&experts.clause);
            lines.push(if names.is_empty() { line } else { line.arg("name", names.join("、")) });
        }
    }
    if any {
        if let Some(stamp) = &note.copy_note {
            let line = Finding::new("MT-132", case.row()).arg("text", &stamp.text);
            lines.push(line.clause(&note.clause));
        }
        lines.push(Finding::new("FD-107", case.origin("person.name")).arg("b", case.name()));
    }
    docket.check_lines.extend(lines.into_iter().map(FindingBuilder::build));
}

/// What no program sees of a photo, where the pack asks for it.
fn portrait(case: &Case<'_>) -> Option<FindingBuilder> {
    let (rules, photo) = (case.pack.photo.as_ref()?, case.applicant.photo.as_ref()?);
    let asked = [(rules.recent, "近期"), (rules.bareheaded, "免冠"), (rules.colour, "彩色")];
    let words: Vec<&str> =
        asked.iter().filter(|(asked, _)| *asked).map(|(_, word)| *word).collect();
    let finding = Finding::new("EL-134", Origin::file(&photo.path)).clause(&rules.clause);
    let unseen = rules.recent || rules.bareheaded;
    unseen.then(|| finding.arg("text", format!("照片是本人{}照片", words.join("、"))))
}

fn experts_named(case: &Case<'_>) -> Vec<String> {
    let names =
        case.record.iter().filter(|(k, _)| k.starts_with("experts.") && k.ends_with(".name"));
    names.filter_map(|(_, f)| f.value.as_ref().map(Value::text)).collect()
}
