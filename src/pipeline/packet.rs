//! The papers of each accepted person: forms, check sheet and the bound booklet.

use super::context::{photo_blob, text};
use super::{EPOCH, Judged, Observer, Office, RunError, parallel, sheet};
use crate::bind::{self, BindPlan, Chapter, Leaf, LeafSource, Packet};
use crate::blobs::sha256_hex;
use crate::check::{Decision, Judgement};
use crate::diag::{Finding, Origin};
use crate::export::Format;
use crate::ledger::{Case, Ledger};
use crate::normalize::{Applicant, MaterialFile};
use crate::pack::{Form, Material};
use crate::publish::{Item, ItemSource, Manifest, ReleasedFile, safe_name};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Builds (or keeps) the papers of everyone accepted.
pub(crate) fn build(
    office: &Office,
    ledger: &Ledger,
    judged: &Judged,
    root: &Path,
    work: &Path,
    observer: &dyn Observer,
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
    observer.note(&|| {
        let kept = jobs.iter().filter(|job| job.2.is_some()).count();
        format!("packets: {} to make, {kept} kept as they are", jobs.len() - kept)
    });
    let threads = office.settings.jobs;
    let made = parallel::each(jobs, threads, |(folder, key, kept, applicant, case, judgement)| {
        if let Some(items) = kept {
            return Ok::<_, RunError>((None, items));
        }
        let items = papers(office, applicant, judgement, case, &folder, work)?;
        Ok((Some(key), on_disk(items, &safe_name(&case.number), work)?))
    });
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

/// Finished papers wait in the work folder: memory must not grow with the number of people or units.
/// Their names there begin with `stem` and say nothing of anybody.
pub(super) fn on_disk(items: Vec<Item>, stem: &str, work: &Path) -> Result<Vec<Item>, RunError> {
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
        "epoch": EPOCH, "pack": office.pack.paper_hash, "templates": office.templates.hash(),
        "fonts": office.type_case.fonts, "folder": folder, "case": case.number, "applicant": applicant, "judgement": judgement,
    });
    sha256_hex(body.to_string().as_bytes())
}

pub(super) fn kept(
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
    data["copies"] = json!(1);
    let booked = Booked::of(office, applicant);
    let mut images = BTreeMap::new();
    if let Some(blob) = photo_blob(applicant) {
        let bytes = office.blobs.get(blob).map_err(RunError::io("cannot fetch a photo"))?;
        images.insert("photo".to_owned(), bytes);
    }
    let mut out = Vec::new();
    let binding = &office.pack.pack.binding;
    let no_bag =
        |form: &Form| binding.bag == Some(false) && binding.bag_cover.as_ref() == Some(&form.id);
    let own = |form: &&Form| separate(form) && judgement.forms.contains(&form.id) && !no_bag(form);
    let mut taken = BTreeSet::new();
    for form in office.pack.pack.forms.iter().filter(own) {
        data["form"] = json!({"id": form.id, "title": form.title});
        let mut name = form_stem(form);
        if !taken.insert(name.clone()) {
            // two forms from one template: the second by its title, at worst by its id
            name = [safe_name(&form.title), safe_name(&form.id)]
                .into_iter()
                .find(|name| taken.insert(name.clone()))
                .unwrap_or(name);
        }
        let stem = format!("{folder}/{name}");
        let both = [Format::Pdf, Format::Docx];
        data["copies"] = json!(form.copies.unwrap_or(1));
        let made = office.papers(&form.template, &data, images.clone(), &both, &stem, &form.id)?;
        out.extend(made.into_iter().map(|mut item| {
            item.file.case = Some(case.number.clone());
            item
        }));
    }
    let sheet = sheet::Sheet { office, applicant, judgement, booked: &booked };
    let mut sheet = sheet.item(&data, images, folder)?;
    sheet.file.case = Some(case.number.clone());
    out.push(sheet);
    out.push(booklet(office, judgement, case, folder, work, &data, booked)?);
    Ok(out)
}

/// Forms printed on their own: per person, not part of the booklet.
fn separate(form: &Form) -> bool {
    !form.in_booklet && !form.generated && form.per.iter().any(|per| per == "person")
}

/// File name of a form without its ending: the contract's short names for the usual ones, else the form's title.
fn form_stem(form: &Form) -> String {
    match form.template.as_str() {
        "approval.html" => "审批表".to_owned(),
        "bag_cover.html" => "材料袋封面".to_owned(),
        _ => safe_name(&form.title),
    }
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
        let artifact = self.type_case.exporter.export(&document)?;
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
        let made = self.type_case.exporter.export_as(&document, formats)?;
        let items = made.into_iter().map(|artifact| {
            let ending = match artifact.format {
                Format::Pdf => "pdf",
                Format::Docx => "docx",
                Format::Xlsx => "xlsx",
            };
            let mut item = Item::bytes(&format!("{stem}.{ending}"), kind, artifact.bytes);
            item.file.pages = artifact.pages;
            item.file.notes = artifact.notes;
            item
        });
        Ok(items.collect())
    }
}

/// One chapter of the numbered part: a material, or what a person found to hold all of them.
struct Bundle<'a> {
    name: &'a str,
    note: &'a str,
    files: &'a [MaterialFile],
    /// Copies, which carry the 原件已核 block.
    copied: bool,
}

/// What goes into the numbered part, in the pack's order.
fn bundles<'a>(office: &'a Office, applicant: &'a Applicant) -> Vec<Bundle<'a>> {
    let material = |m: &'a Material| {
        let filed = applicant.materials.iter().find(|f| f.id == m.id)?;
        let copied = m.parts.iter().any(|part| part.copies.is_some());
        Some(Bundle { name: &m.name, note: &m.group, files: &filed.files, copied })
    };
    let pack = &office.pack.pack;
    let out = |m: &&Material| {
        let left = &pack.binding.exclude;
        left.contains(&m.id) || m.form.as_ref().is_some_and(|form| left.contains(form))
    };
    let mut bundles: Vec<Bundle<'a>> =
        pack.materials.iter().filter(|m| !out(m)).filter_map(material).collect();
    if !applicant.whole.is_empty() {
        let (name, note) = ("合订材料（各项合为一份）", "已人工核对齐全");
        bundles.push(Bundle { name, note, files: &applicant.whole, copied: true });
    }
    bundles
}

/// The numbered part of a booklet: what is filed, as chapters, and the page numbers of each.
pub(super) struct Booked<'a> {
    filed: Vec<Bundle<'a>>,
    chapters: Vec<Chapter>,
    numbers: Vec<Option<(u32, u32)>>,
}

impl<'a> Booked<'a> {
    fn of(office: &'a Office, applicant: &'a Applicant) -> Self {
        let filed = bundles(office, applicant);
        let chapters: Vec<Chapter> = filed.iter().map(|f| chapter(office, f)).collect();
        let plan = BindPlan { title: String::new(), recto: true, chapters };
        let numbers = bind::layout(&plan);
        Self { filed, chapters: plan.chapters, numbers }
    }

    /// The printed page numbers of a file, `None` when it is not bound.
    pub(super) fn pages(&self, file: &MaterialFile) -> Option<(u32, u32)> {
        let filed = self.filed.iter().zip(&self.numbers);
        let (files, from) = filed
            .filter_map(|(bundle, range)| Some((bundle.files, range.as_ref()?.0)))
            .find(|(files, _)| files.iter().any(|f| f == file))?;
        let before: u32 = files.iter().take_while(|f| *f != file).map(MaterialFile::pages).sum();
        let pages = file.pages();
        (pages > 0).then(|| (from + before, from + before + pages - 1))
    }
}

fn booklet(
    office: &Office,
    judgement: &Judgement,
    case: &Case,
    folder: &str,
    work: &Path,
    data: &Json,
    booked: Booked<'_>,
) -> Result<Item, RunError> {
    let Booked { filed, chapters, numbers } = booked;
    let mut plan = BindPlan {
        title: format!("{} 申报材料", text(&judgement.record, "person.name")),
        recto: true,
        chapters,
    };
    let mut data = data.clone();
    data["rows"] = catalogue_rows(&filed, &numbers);
    let catalogue = office.pack.pack.binding.catalogue != Some(false);
    let fronts = [("booklet_cover.html", "封面", true), ("catalogue.html", "目录", catalogue)];
    for (at, (template, title, _)) in fronts.into_iter().filter(|front| front.2).enumerate() {
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
    let (packet, notes) = bound(office, &mut plan, case, &data, &path)?;
    let file = ReleasedFile {
        path: format!("{folder}/装订册.pdf"),
        sha256: packet.sha256,
        bytes: packet.bytes,
        pages: Some(packet.pages),
        kind: "booklet".to_owned(),
        case: Some(case.number.clone()),
        inputs: filed.iter().flat_map(|f| f.files).map(|f| f.sha256.clone()).collect(),
        notes,
    };
    Ok(Item { file, source: ItemSource::File(path) })
}

/// Binds the plan. A scan that passed its admission and yet cannot be bound must not keep all others
/// from their papers: pages that say so stand in for it, and the person is told.
fn bound(
    office: &Office,
    plan: &mut BindPlan,
    case: &Case,
    data: &Json,
    path: &Path,
) -> Result<(Packet, Vec<(String, String)>), RunError> {
    let mut notes = Vec::new();
    loop {
        let error = match bind::bind(plan, &office.blobs, &office.type_case.stamp, path) {
            Ok(packet) => return Ok((packet, notes)),
            Err(error) => error,
        };
        let place = error.bad_leaf();
        let leaf = place.and_then(|(chapter, leaf)| {
            plan.chapters.get_mut(chapter).and_then(|chapter| chapter.leaves.get_mut(leaf))
        });
        match leaf {
            Some(leaf) if matches!(leaf.source, LeafSource::Scan(_)) => {
                log::error!("{}: a page stands in for a scan: {error}", case.number);
                notes.push(stand_in(office, leaf, data)?);
            }
            _ => {
                let what = format!("cannot bind {}", case.number);
                return Err(RunError::Io { what, error: std::io::Error::other(error.to_string()) });
            }
        }
    }
}

/// Puts pages in the place of a scan; gives what there is to say about it.
fn stand_in(office: &Office, leaf: &mut Leaf, data: &Json) -> Result<(String, String), RunError> {
    let mut data = data.clone();
    data["title"] = json!(leaf.title);
    data["pages"] = json!((1..=leaf.pages).collect::<Vec<u32>>());
    let (pages, bytes) = office.pdf("stand_in.html", &data, BTreeMap::new())?;
    leaf.source = LeafSource::Pdf(bytes);
    leaf.pages = pages;
    let said = Finding::new("RD-114", Origin::default())
        .arg("material", &leaf.title)
        .arg("error", "扫描件的数据不能写入 PDF");
    Ok(("RD-114".to_owned(), said.build().message))
}

/// What lies in the bag: the materials with their copies and pages.
fn bag_rows(office: &Office, applicant: &Applicant) -> Json {
    let rows = bundles(office, applicant).into_iter().map(|bundle| {
        let pages: u32 = bundle.files.iter().map(MaterialFile::pages).sum();
        json!({"name": bundle.name, "copies": bundle.files.len(), "pages": pages})
    });
    Json::Array(rows.collect())
}

fn chapter(office: &Office, bundle: &Bundle<'_>) -> Chapter {
    let stamp = match &office.pack.pack.binding.copy_note {
        Some(note) if bundle.copied => vec![
            note.text.clone(),
            format!("{}：", note.sign),
            format!("（{}）", note.seal),
            "年　月　日".to_owned(),
        ],
        _ => Vec::new(),
    };
    let leaves = bundle.files.iter().filter_map(|file| {
        let scan = file.scan.clone()?;
        let title = file.path.rsplit('/').next().unwrap_or(&file.path).to_owned();
        Some(Leaf { title, pages: scan.pages.len() as u32, source: LeafSource::Scan(scan) })
    });
    Chapter { title: bundle.name.to_owned(), numbered: true, stamp, leaves: leaves.collect() }
}

fn catalogue_rows(filed: &[Bundle<'_>], numbers: &[Option<(u32, u32)>]) -> Json {
    let rows = filed.iter().zip(numbers).map(|(bundle, range)| {
        let pages: u32 = bundle.files.iter().map(MaterialFile::pages).sum();
        let (from, to) = range.unwrap_or_default();
        json!({
            "name": bundle.name, "copies": bundle.files.len(), "pages": pages,
            "from": from, "to": to, "note": bundle.note,
        })
    });
    Json::Array(rows.collect())
}
