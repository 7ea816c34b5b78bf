//! The papers of each accepted person: forms, check sheet and the bound booklet.

use super::context::{photo_blob, text};
use super::{EPOCH, Judged, Office, RunError};
use crate::bind::{self, BindPlan, Chapter, Leaf, LeafSource};
use crate::blobs::sha256_hex;
use crate::check::{Decision, Judgement};
use crate::export::{self, Format};
use crate::ledger::{Case, Ledger};
use crate::normalize::{Applicant, FiledMaterial, MaterialFile};
use crate::pack::{Form, Material};
use crate::publish::{Item, ItemSource, Manifest, ReleasedFile, safe_name};
use crate::text::mask_ids;
use rayon::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Builds (or keeps) the papers of everyone accepted.
pub(crate) fn build(
    office: &Office,
    ledger: &mut Ledger,
    judged: &Judged,
    root: &Path,
    work: &Path,
) -> Result<Vec<Item>, RunError> {
    let before: BTreeMap<String, ReleasedFile> =
        Manifest::read(root).files.into_iter().map(|f| (f.path.clone(), f)).collect();
    let mut jobs = Vec::new();
    let mut taken = BTreeSet::new();
    for (_, applicant, case, judgement) in judged.people() {
        if judgement.decision != Decision::Accepted {
            continue;
        }
        let folder = folder(applicant, judgement, case, &mut taken);
        let key = task_key(office, applicant, judgement, case, &folder);
        let kept = kept(ledger, &before, root, &key)?;
        jobs.push((folder, key, kept, applicant, case, judgement));
    }
    let made: Vec<Result<(Option<String>, Vec<Item>), RunError>> = jobs
        .into_par_iter()
        .map(|(folder, key, kept, applicant, case, judgement)| match kept {
            Some(items) => Ok((None, items)),
            None => {
                let items = papers(office, applicant, judgement, case, &folder, work)?;
                Ok((Some(key), on_disk(items, case, work)?))
            }
        })
        .collect();
    let mut out = Vec::new();
    let mut done = BTreeMap::new();
    for result in made {
        let (key, items) = result?;
        let files: Vec<&ReleasedFile> = items.iter().map(|item| &item.file).collect();
        if let (Some(key), Ok(body)) = (key, serde_json::to_string(&files)) {
            done.insert(key, body);
        }
        out.extend(items);
    }
    ledger.remember_tasks(&done)?;
    Ok(out)
}

/// Finished papers wait in the work folder: memory must not grow with the number of people.
fn on_disk(items: Vec<Item>, case: &Case, work: &Path) -> Result<Vec<Item>, RunError> {
    let stem = safe_name(&case.number);
    let put = |(n, mut item): (usize, Item)| {
        if let ItemSource::Bytes(bytes) = &item.source {
            let path = work.join(format!("{stem}-{n}"));
            std::fs::write(&path, bytes).map_err(RunError::io("cannot write a paper"))?;
            item.source = ItemSource::File(path);
        }
        Ok(item)
    };
    items.into_iter().enumerate().map(put).collect()
}

/// `60-卷宗/<单位>/<姓名>-<工种>-<等级>`; a second of the same name gets the case number.
fn folder(a: &Applicant, j: &Judgement, case: &Case, taken: &mut BTreeSet<String>) -> String {
    let field = |id: &str| safe_name(&text(&j.record, id));
    let name =
        format!("{}-{}-{}", field("person.name"), field("apply.trade"), field("apply.level"));
    let mut path = format!("60-卷宗/{}/{name}", safe_name(&a.unit));
    if !taken.insert(path.clone()) {
        path = format!("{path}-{}", safe_name(&case.number));
        taken.insert(path.clone());
    }
    path
}

/// Hash of everything the papers of a person depend on.
fn task_key(
    office: &Office,
    applicant: &Applicant,
    judgement: &Judgement,
    case: &Case,
    folder: &str,
) -> String {
    let body = json!({
        "epoch": EPOCH, "pack": office.pack.hash, "templates": office.templates.hash(),
        "folder": folder, "case": case.number, "applicant": applicant, "judgement": judgement,
    });
    sha256_hex(body.to_string().as_bytes())
}

fn kept(
    ledger: &Ledger,
    before: &BTreeMap<String, ReleasedFile>,
    root: &Path,
    key: &str,
) -> Result<Option<Vec<Item>>, RunError> {
    let Some(body) = ledger.task(key)? else { return Ok(None) };
    let Ok(files) = serde_json::from_str::<Vec<ReleasedFile>>(&body) else { return Ok(None) };
    let there = files.iter().all(|file| {
        before.get(&file.path).is_some_and(|old| old.sha256 == file.sha256)
            && root.join(&file.path).is_file()
    });
    let items = files.into_iter().map(|file| Item { file, source: ItemSource::Kept });
    Ok(there.then(|| items.collect()))
}

fn papers(
    office: &Office,
    applicant: &Applicant,
    judgement: &Judgement,
    case: &Case,
    folder: &str,
    work: &Path,
) -> Result<Vec<Item>, RunError> {
    let mut data = office.person_data(case, applicant, judgement);
    data["rows"] = bag_rows(office, applicant);
    let mut images = BTreeMap::new();
    if let Some(blob) = photo_blob(applicant) {
        let bytes = office.blobs.get(blob).map_err(RunError::io("cannot fetch a photo"))?;
        images.insert("photo".to_owned(), bytes);
    }
    let mut out = Vec::new();
    for form in office.pack.pack.forms.iter().filter(|form| separate(form)) {
        let stem = format!("{folder}/{}", form_stem(form));
        let both = [Format::Pdf, Format::Docx];
        let made = office.papers(&form.template, &data, images.clone(), &both, &stem, &form.id)?;
        out.extend(made.into_iter().map(|mut item| {
            item.file.case = Some(case.number.clone());
            item
        }));
    }
    let (sheet, pages) = check_sheet(office, applicant, judgement, &data)?;
    out.push(item(folder, "核对单.pdf", "check_sheet", case, sheet, Some(pages)));
    out.push(booklet(office, applicant, judgement, case, folder, work, &data)?);
    Ok(out)
}

/// Forms printed on their own: per person, not part of the booklet.
fn separate(form: &Form) -> bool {
    !form.in_booklet && !form.generated && form.per.iter().any(|per| per == "person")
}

/// File name of a form without its ending: the contract's short names for the usual ones, else the form's title.
fn form_stem(form: &Form) -> String {
    match form.id.as_str() {
        "approval" => "审批表".to_owned(),
        "bag_cover" => "材料袋封面".to_owned(),
        _ => safe_name(&form.title),
    }
}

fn item(
    folder: &str,
    name: &str,
    kind: &str,
    case: &Case,
    bytes: Vec<u8>,
    pages: Option<u32>,
) -> Item {
    let mut item = Item::bytes(&format!("{folder}/{name}"), kind, bytes);
    item.file.case = Some(case.number.clone());
    item.file.pages = pages;
    item
}

impl Office {
    /// Composes a template and exports it: (pages, bytes).
    pub(crate) fn pdf(
        &self,
        template: &str,
        data: &Json,
        images: BTreeMap<String, Vec<u8>>,
    ) -> Result<(u32, Vec<u8>), RunError> {
        let document = self.templates.compose(template, data, images)?;
        let artifact = self.exporter.export(&document)?;
        Ok((artifact.pages.unwrap_or(0), artifact.bytes))
    }

    /// Composes a template once and exports it in each of `formats`, as `stem` and the ending.
    pub(crate) fn papers(
        &self,
        template: &str,
        data: &Json,
        images: BTreeMap<String, Vec<u8>>,
        formats: &[Format],
        stem: &str,
        kind: &str,
    ) -> Result<Vec<Item>, RunError> {
        let document = self.templates.compose(template, data, images)?;
        let mut items = Vec::with_capacity(formats.len());
        for format in formats {
            let (artifact, ending) = match format {
                Format::Pdf => (self.exporter.export(&document)?, "pdf"),
                Format::Docx => (export::docx(&document)?, "docx"),
                Format::Xlsx => (export::xlsx(&document)?, "xlsx"),
            };
            let mut item = Item::bytes(&format!("{stem}.{ending}"), kind, artifact.bytes);
            item.file.pages = artifact.pages;
            items.push(item);
        }
        Ok(items)
    }
}

fn check_sheet(
    office: &Office,
    applicant: &Applicant,
    judgement: &Judgement,
    data: &Json,
) -> Result<(Vec<u8>, u32), RunError> {
    let mut images = BTreeMap::new();
    let mut rows = Vec::new();
    for (field, label, material) in CLAIMS {
        let value = judgement.record.get(*field).and_then(|f| f.value.as_ref());
        let Some(value) = value else { continue };
        let file = evidence(applicant, material);
        let image = file.and_then(|f| f.scan.as_ref()?.thumbnail.clone()).unwrap_or_default();
        if !image.is_empty() && !images.contains_key(&image) {
            let bytes =
                office.blobs.get(&image).map_err(RunError::io("cannot fetch a thumbnail"))?;
            images.insert(image.clone(), bytes);
        }
        rows.push(json!({
            "label": label, "value": super::context::printed(value),
            "file": file.map_or_else(String::new, |f| mask_ids(&f.path)), "thumb": image,
        }));
    }
    let lines: Vec<Json> = judgement
        .check_lines
        .iter()
        .chain(judgement.findings.iter().filter(|f| !f.blocks()))
        .map(|f| json!(format!("{}（{}）", mask_ids(&f.message), f.code)))
        .collect();
    let mut data = data.clone();
    data["rows"] = Json::Array(rows);
    data["lines"] = Json::Array(lines);
    let (pages, bytes) = office.pdf("check_sheet.html", &data, images)?;
    Ok((bytes, pages))
}

/// Claimed values and the material that shows them.
const CLAIMS: &[(&str, &str, &str)] = &[
    ("person.name", "姓名", "id_card"),
    ("person.id_no", "身份证号码", "id_card"),
    ("education.rank", "学历", "diploma"),
    ("cert.no", "技师证书号码", "cert"),
    ("cert.date", "技师证书取得时间", "cert"),
    ("cert.issuer", "发证机关", "cert"),
    ("training.passed_years", "继续教育合格年度", "training"),
    ("appraisal.2018", "年度考核", "appraisals"),
    ("papers.count", "论文篇数", "paper"),
    ("apply.trade_licence", "上岗证", "licence"),
];

fn evidence<'a>(applicant: &'a Applicant, material: &str) -> Option<&'a MaterialFile> {
    applicant.materials.iter().find(|m| m.id == material)?.files.first()
}

fn booklet(
    office: &Office,
    applicant: &Applicant,
    judgement: &Judgement,
    case: &Case,
    folder: &str,
    work: &Path,
    data: &Json,
) -> Result<Item, RunError> {
    let filed: Vec<(&Material, &FiledMaterial)> = office
        .pack
        .pack
        .materials
        .iter()
        .filter_map(|m| Some((m, applicant.materials.iter().find(|f| f.id == m.id)?)))
        .collect();
    let mut plan = BindPlan {
        title: format!("{} 申报材料", text(&judgement.record, "person.name")),
        recto: true,
        chapters: filed.iter().map(|(m, f)| chapter(office, m, f)).collect(),
    };
    let numbers = bind::layout(&plan);
    let mut data = data.clone();
    data["rows"] = catalogue_rows(&filed, &numbers);
    for (at, (template, title)) in
        [("booklet_cover.html", "封面"), ("catalogue.html", "目录")].into_iter().enumerate()
    {
        let (pages, bytes) = office.pdf(template, &data, BTreeMap::new())?;
        let leaf = Leaf { title: title.to_owned(), source: LeafSource::Pdf(bytes), pages };
        let front = Chapter {
            title: title.to_owned(),
            numbered: false,
            stamp: Vec::new(),
            leaves: vec![leaf],
        };
        plan.chapters.insert(at, front);
    }
    let path = work.join(format!("{}.pdf", safe_name(&case.number)));
    let packet =
        bind::bind(&plan, &office.blobs, &office.stamp, &path).map_err(|error| RunError::Io {
            what: format!("cannot bind {}", case.number),
            error: std::io::Error::other(error.to_string()),
        })?;
    let file = ReleasedFile {
        path: format!("{folder}/装订册.pdf"),
        sha256: packet.sha256,
        bytes: packet.bytes,
        pages: Some(packet.pages),
        kind: "booklet".to_owned(),
        case: Some(case.number.clone()),
        inputs: filed.iter().flat_map(|(_, f)| &f.files).map(|f| f.sha256.clone()).collect(),
    };
    Ok(Item { file, source: ItemSource::File(path) })
}

/// What lies in the bag: the materials with their copies and pages.
fn bag_rows(office: &Office, applicant: &Applicant) -> Json {
    let name = |id: &str| office.pack.pack.materials.iter().find(|m| m.id == id).map(|m| &m.name);
    let rows = applicant.materials.iter().map(|m| {
        let pages: u32 = m.files.iter().map(MaterialFile::pages).sum();
        json!({"name": name(&m.id), "copies": m.files.len(), "pages": pages})
    });
    Json::Array(rows.collect())
}

fn chapter(office: &Office, material: &Material, filed: &FiledMaterial) -> Chapter {
    let copied = material.parts.iter().any(|part| part.copies.is_some());
    let stamp = match &office.pack.pack.binding.copy_note {
        Some(note) if copied => vec![
            note.text.clone(),
            format!("{}：", note.sign),
            format!("（{}）", note.seal),
            "年　月　日".to_owned(),
        ],
        _ => Vec::new(),
    };
    let leaves = filed.files.iter().filter_map(|file| {
        let scan = file.scan.clone()?;
        let title = file.path.rsplit('/').next().unwrap_or(&file.path).to_owned();
        Some(Leaf { title, pages: scan.pages.len() as u32, source: LeafSource::Scan(scan) })
    });
    Chapter { title: material.name.clone(), numbered: true, stamp, leaves: leaves.collect() }
}

fn catalogue_rows(filed: &[(&Material, &FiledMaterial)], numbers: &[Option<(u32, u32)>]) -> Json {
    let rows = filed.iter().zip(numbers).map(|((material, filed), range)| {
        let pages: u32 = filed.files.iter().map(MaterialFile::pages).sum();
        let (from, to) = range.unwrap_or_default();
        json!({
            "name": material.name, "copies": filed.files.len(), "pages": pages,
            "from": from, "to": to, "note": material.group,
        })
    });
    Json::Array(rows.collect())
}
