//! People and files become applicants and submissions.

use super::gather::People;
use super::material::Choice;
use super::person::{Person, changes};
use super::sort::Sorted;
use super::{Chain, Fate, Item, late, replaced};
use crate::diag::{Finding, Origin};
use crate::intake::Arrival;
use crate::normalize::{Applicant, FiledMaterial, MaterialFile, Submission, Verdict};
use crate::pack::Pack;
use std::collections::{BTreeMap, BTreeSet};

/// Writes the submissions, one per chain, same order.
pub(super) fn finish(
    chains: &[&Chain],
    people: &People<'_>,
    pack: &Pack,
    mut sorted: Sorted<'_>,
    merged: Vec<Vec<Finding>>,
) -> Vec<Submission> {
    for item in &sorted.items {
        if let Some((chain, spot)) = item.spot {
            settle_verdict(&mut sorted.drafts[chain].files[spot], item);
        }
    }
    for (notes, more) in sorted.notes.iter_mut().zip(merged) {
        notes.extend(more);
    }
    let mut own: Vec<Vec<&Item<'_>>> = people.list.iter().map(|_| Vec::new()).collect();
    for item in &sorted.items {
        own[item.person].push(item);
    }
    let mut seats: Vec<Vec<Applicant>> = chains.iter().map(|_| Vec::new()).collect();
    for (index, person) in people.list.iter().enumerate() {
        let withdrawn = person.withdrawn || sorted.withdrawn.contains(&index);
        let notes = std::mem::take(&mut sorted.notes[index]);
        seats[person.chain].push(applicant(person, &own[index], withdrawn, notes, pack));
    }
    let mut submissions = Vec::with_capacity(chains.len());
    let drafts = chains.iter().zip(sorted.drafts).zip(seats).enumerate();
    for (index, ((chain, mut draft), mut applicants)) in drafts {
        late::hold(index, chain, people, pack, &mut draft);
        replaced::set_aside(index, &people.replaced, &mut draft);
        let old = |path: &str| people.replaced.contains_key(&(index, path.to_owned()));
        let mut census = late::census(chain, pack, &draft.files);
        census.retain(|row| !old(&row.origin.path));
        let mut posts = late::posts(chain, pack, &draft.files);
        posts.retain(|form| !old(&form.origin.path));
        let mut findings = late::findings(chain, pack, &draft.files);
        findings.retain(|finding| !old(&finding.origin.path));
        findings.extend(draft.findings);
        findings.extend(omissions(chain, &mut applicants));
        let filing = &chain.current;
        let units = applicants.iter().map(|a| a.unit.as_str());
        let lent = draft.owners.iter().map(|&i| people.list[i].unit.as_str());
        let unit = most_common(units).or_else(|| most_common(lent));
        submissions.push(Submission {
            source: filing.entry.clone(),
            unit: unit.unwrap_or(&filing.sender).to_owned(),
            content: filing.content.clone(),
            arrival: filing.arrival.clone(),
            applicants,
            files: draft.files,
            census,
            posts,
            findings,
        });
    }
    submissions
}

fn settle_verdict(file: &mut crate::normalize::FiledFile, item: &Item<'_>) {
    match item.fate {
        Fate::Duplicate => file.verdict = Verdict::Duplicate,
        Fate::Older if !item.refused => {
            file.verdict = Verdict::Ignored;
            file.code = Some("MT-114".to_owned());
        }
        Fate::Late(sure) if !item.refused => late::set_late(file, sure),
        Fate::Keep | Fate::Older | Fate::Late(_) => {}
    }
}

fn applicant(
    person: &Person<'_>,
    items: &[&Item<'_>],
    withdrawn: bool,
    notes: Vec<Finding>,
    pack: &Pack,
) -> Applicant {
    let standing: Vec<&&Item<'_>> = items.iter().filter(|item| item.fate == Fate::Keep).collect();
    let used = |item: &&&&Item<'_>| !item.refused;
    let photo = standing.iter().filter(used).find(|item| item.choice == Choice::Photo);
    let mut refused: Vec<MaterialFile> =
        standing.iter().filter(|item| item.refused).map(|item| material_file(item)).collect();
    refused.sort_by(|a, b| (&a.entry, &a.path).cmp(&(&b.entry, &b.path)));
    let mut findings = person.findings.clone();
    standing.iter().for_each(|item| findings.extend(file_findings(item)));
    findings.extend(notes);
    Applicant {
        key: person.key.clone(),
        unit: person.unit.clone(),
        record: person.record.clone(),
        materials: materials(&standing, pack),
        photo: photo.map(|item| material_file(item)),
        refused,
        has_scans: items.iter().any(|item| !matches!(item.fate, Fate::Late(_))),
        whole: whole(&standing),
        omitted: person.omitted,
        withdrawn,
        arrival: arrival(person, &standing),
        late: late::of_person(person, items),
        findings,
    }
}

fn whole(standing: &[&&Item<'_>]) -> Vec<MaterialFile> {
    let mut files: Vec<MaterialFile> = standing
        .iter()
        .filter(|item| item.choice == Choice::Whole && !item.refused)
        .map(|item| material_file(item))
        .collect();
    files.sort_by(|a, b| (&a.path, &a.entry).cmp(&(&b.path, &b.entry)));
    files
}

fn materials(standing: &[&&Item<'_>], pack: &Pack) -> Vec<FiledMaterial> {
    let mut by_material: BTreeMap<usize, Vec<MaterialFile>> = BTreeMap::new();
    for item in standing.iter().filter(|item| !item.refused) {
        if let Choice::Material(index) = item.choice {
            by_material.entry(index).or_default().push(material_file(item));
        }
    }
    let filed = |(index, mut files): (usize, Vec<MaterialFile>)| {
        let part = |file: &MaterialFile| file.part.unwrap_or(usize::MAX);
        files.sort_by(|a, b| {
            (part(a), &a.years, &a.path, &a.entry).cmp(&(part(b), &b.years, &b.path, &b.entry))
        });
        FiledMaterial { id: pack.materials[index].id.clone(), files }
    };
    by_material.into_iter().map(filed).collect()
}

fn material_file(item: &Item<'_>) -> MaterialFile {
    MaterialFile {
        entry: item.filing.entry.clone(),
        path: item.file.path.clone(),
        sha256: item.file.sha256.clone(),
        bytes: item.file.bytes,
        kind: item.file.kind.clone(),
        part: item.fill.part,
        years: item.fill.years.clone(),
        sides: item.fill.sides.len() as u32,
        scan: item.file.scan.clone(),
    }
}

/// What the reader said about a file that stands. A photo is no page of the booklet, so remarks on
/// pages do not concern it; a photo that cannot be opened is PH-105.
fn file_findings(item: &Item<'_>) -> Vec<Finding> {
    let photo = item.choice == Choice::Photo;
    let page = |f: &Finding| {
        matches!(f.code.as_str(), "MT-142" | "MT-143" | "MT-144" | "MT-145" | "MT-146" | "MT-150")
    };
    let mut findings: Vec<Finding> =
        item.file.findings.iter().filter(|f| !photo || !page(f)).cloned().collect();
    // the reader's own words say more: a format that is not read, a size past a limit
    let named =
        |f: &Finding| f.code.as_str() != "MT-141" && (f.blocks() || f.code.as_str() == "IN-131");
    if photo && item.refused && !item.file.findings.iter().any(named) {
        findings.retain(|f| f.code.as_str() != "MT-141");
        findings.push(Finding::new("PH-105", Origin::file(&item.file.path)).build());
    }
    findings
}

/// When the newest thing of the person came.
fn arrival(person: &Person<'_>, standing: &[&&Item<'_>]) -> Arrival {
    let files = standing.iter().map(|item| &item.filing.arrival);
    let newest = files.fold(&person.filing.arrival, |a, b| if b.at > a.at { b } else { a });
    newest.clone()
}

/// DU-131: people the newest roster of the entry does not name, on the entry and on each of them.
fn omissions(chain: &Chain, applicants: &mut [Applicant]) -> Option<Finding> {
    let asked = |a: &&mut Applicant| a.omitted && !a.withdrawn;
    let names: BTreeSet<String> = applicants
        .iter()
        .filter(|a| a.omitted && !a.withdrawn)
        .map(|a| super::person::text_of(&a.record, "person.name").unwrap_or_default())
        .collect();
    if names.is_empty() {
        return None;
    }
    let (added, changed) = changes(chain);
    let list = names.into_iter().collect::<Vec<_>>().join("、");
    let finding = |unit: &str| {
        Finding::new("DU-131", Origin::default())
            .arg("unit", unit)
            .arg("a", added)
            .arg("b", changed)
            .arg("names", &list)
            .build()
    };
    for applicant in applicants.iter_mut().filter(asked) {
        let own = finding(&applicant.unit);
        applicant.findings.push(own);
    }
    Some(finding(&chain.current.sender))
}

/// The most common text; the first by order of two equally common.
fn most_common<'a>(texts: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, n)| *n).map(|(text, _)| text)
}
