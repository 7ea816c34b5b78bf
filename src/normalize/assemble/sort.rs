//! Every file gets its owner, its material and its verdict.

use super::gather::People;
use super::line::{Line, ending, stem};
use super::material::{Choice, Guide, Nature};
use super::part::{Fill, fill};
use super::person::text_of;
use super::place::{Finder, Owner, Pools};
use super::{Chain, Draft, Fate, Item, late};
use crate::diag::{Finding, Origin};
use crate::normalize::{FiledFile, Filing, Verdict};
use crate::pack::Material;
use crate::read::ScanKind;
use crate::text::is_han;
use std::collections::{BTreeMap, BTreeSet};

/// All files of all entries, sorted.
pub(super) struct Sorted<'a> {
    /// One per chain.
    pub(super) drafts: Vec<Draft>,
    /// The files that belong to a person.
    pub(super) items: Vec<Item<'a>>,
    /// People with a 撤回.txt.
    pub(super) withdrawn: BTreeSet<usize>,
    /// Findings per person.
    pub(super) notes: Vec<Vec<Finding>>,
}

/// Sorts the files of all chains (sorted by entry).
pub(super) fn sort<'a>(chains: &[&'a Chain], people: &People<'a>, guide: &Guide<'_>) -> Sorted<'a> {
    let mut sorted = Sorted {
        drafts: Vec::new(),
        items: Vec::new(),
        withdrawn: BTreeSet::new(),
        notes: vec![Vec::new(); people.list.len()],
    };
    let finder = Finder::new(people, guide);
    for (index, chain) in chains.iter().enumerate() {
        let draft = sort_entry(index, &chain.current, people, guide, &finder, &mut sorted);
        sorted.drafts.push(draft);
    }
    recall_in_time(chains, people, guide, &finder, &mut sorted);
    recall_past(people, guide, &finder, &mut sorted);
    sorted
}

fn sort_entry<'a>(
    chain: usize,
    filing: &'a Filing,
    people: &People<'a>,
    guide: &Guide<'_>,
    finder: &Finder<'_>,
    sorted: &mut Sorted<'a>,
) -> Draft {
    let pools = finder.pools(chain, filing);
    let owners: Vec<Option<Owner>> = filing
        .files
        .iter()
        .map(|file| (is_scan(file) || is_marker(file)).then(|| finder.owner(&pools, &file.path)))
        .collect();
    let around = unit_dirs(filing, &owners);
    let mut draft =
        Draft { files: filing.files.clone(), findings: Vec::new(), owners: BTreeSet::new() };
    let mut named: BTreeSet<(&str, String)> = BTreeSet::new();
    for (spot, (file, owner)) in filing.files.iter().zip(&owners).enumerate() {
        let out = &mut draft.files[spot];
        match owner {
            None => unknown(out, &mut draft.findings),
            Some(Owner::One { person, .. }) if is_marker(file) => {
                sorted.withdrawn.insert(*person);
            }
            Some(owner @ Owner::One { person, .. }) => {
                draft.owners.insert(*person);
                let mut item = item_of(owner, *person, filing, file, people, guide);
                item.spot = Some((chain, spot));
                match people.list[*person].misses(filing, guide.pack) {
                    Some(sure) => {
                        item.fate = Fate::Late(sure);
                        decide(out, &item, guide, &mut Vec::new());
                    }
                    None => decide(out, &item, guide, &mut sorted.notes[*person]),
                }
                sorted.items.push(item);
            }
            Some(Owner::Several { dir, people: several }) => {
                set_aside(out, "DU-112");
                if named.insert(("DU-112", dir.clone())) {
                    let finding = Finding::new("DU-112", Origin::file(dir)).arg("dir", dir).build();
                    several.iter().for_each(|&p| sorted.notes[p].push(finding.clone()));
                    draft.findings.push(finding);
                }
            }
            Some(Owner::Unit | Owner::Nobody) if photo_of_nobody(file, guide) => {
                set_aside(out, "PH-133");
                let name = file.path.rsplit('/').next().unwrap_or(&file.path);
                let finding = Finding::new("PH-133", Origin::file(&file.path)).arg("file", name);
                draft.findings.push(finding.build());
            }
            Some(Owner::Unit) => unit_paper(out),
            Some(Owner::Nobody) => match lost(&file.path, &around) {
                Lost::Beside if !nameless(&file.path) => unit_paper(out),
                Lost::Beside | Lost::Loose => {
                    set_aside(out, "MT-111");
                    draft.findings.push(stray(&file.path));
                }
                Lost::Folder(dir) => {
                    set_aside(out, "IN-117");
                    if named.insert(("IN-117", dir.clone())) {
                        let finding = Finding::new("IN-117", Origin::file(&dir)).arg("dir", &dir);
                        draft.findings.push(finding.build());
                    }
                }
            },
        }
    }
    no_roster(filing, &mut draft);
    draft
}

/// IN-118: neither people nor files of people nor answers. An error when nothing is used at all.
fn no_roster(filing: &Filing, draft: &mut Draft) {
    let says = !(filing.answers.is_empty() && filing.census.is_empty() && filing.posts.is_empty());
    // of what belongs to no circular yet nothing was looked at
    let says = says || filing.findings.iter().any(|f| f.code.as_str() == "IN-122");
    if !filing.rows.is_empty() || !draft.owners.is_empty() || says {
        return;
    }
    let finding = Finding::new("IN-118", Origin::default()).arg("unit", &filing.sender);
    let used = draft.files.iter().any(|file| file.verdict == Verdict::Used);
    let finding = if used { finding } else { finding.severity(crate::diag::Severity::Error) };
    draft.findings.push(finding.build());
}

/// Who came in time keeps the files of the newest content that came in time, when newer content of
/// the entry did not.
fn recall_in_time<'a>(
    chains: &[&'a Chain],
    people: &People<'a>,
    guide: &Guide<'_>,
    finder: &Finder<'_>,
    sorted: &mut Sorted<'a>,
) {
    let mut recalled = Vec::new();
    for (index, chain) in chains.iter().enumerate().filter(|(_, chain)| !chain.earlier.is_empty()) {
        let mut wanted: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (p, person) in people.list.iter().enumerate() {
            let misses = |filing: &Filing| person.misses(filing, guide.pack).is_some();
            if misses(&chain.current)
                && let Some(at) = chain.earlier.iter().rposition(|filing| !misses(filing))
            {
                wanted.entry(at).or_default().insert(p);
            }
        }
        for (at, whose) in wanted {
            let filing = &chain.earlier[at];
            let pools = finder.pools(index, filing);
            for file in filing.files.iter().filter(|file| is_scan(file)) {
                let owner = finder.owner(&pools, &file.path);
                let Owner::One { person, .. } = owner else { continue };
                if whose.contains(&person) {
                    let item = item_of(&owner, person, filing, file, people, guide);
                    decide(&mut file.clone(), &item, guide, &mut sorted.notes[person]);
                    recalled.push(item);
                }
            }
        }
    }
    late::reunite(&mut sorted.items, recalled);
}

/// People kept from an earlier content keep the files of that content, when no current entry has
/// files of theirs.
fn recall_past<'a>(
    people: &People<'a>,
    guide: &Guide<'_>,
    finder: &Finder<'_>,
    sorted: &mut Sorted<'a>,
) {
    let standing = sorted.items.iter().filter(|item| !matches!(item.fate, Fate::Late(_)));
    let has_files: BTreeSet<usize> = standing.map(|item| item.person).collect();
    let mut pools: Option<(&Filing, Pools<'_>)> = None;
    let mut past: Vec<usize> =
        (0..people.list.len()).filter(|i| people.list[*i].past && !has_files.contains(i)).collect();
    past.sort_by_key(|&i| (people.list[i].chain, people.list[i].filing.content.clone()));
    let mut left: BTreeSet<usize> = past.iter().copied().collect();
    for i in past {
        let filing = people.list[i].filing;
        if !left.contains(&i) || pools.as_ref().is_some_and(|(f, _)| std::ptr::eq(*f, filing)) {
            continue;
        }
        let near = finder.pools(people.list[i].chain, filing);
        for file in filing.files.iter().filter(|file| is_scan(file)) {
            let owner = finder.owner(&near, &file.path);
            if let Owner::One { person, .. } = owner
                && left.contains(&person)
                && std::ptr::eq(people.list[person].filing, filing)
            {
                sorted.items.push(item_of(&owner, person, filing, file, people, guide));
            }
        }
        left.retain(|&p| !std::ptr::eq(people.list[p].filing, filing));
        pools = Some((filing, near));
    }
}

fn item_of<'a>(
    owner: &Owner,
    person: usize,
    filing: &'a Filing,
    file: &'a FiledFile,
    people: &People<'a>,
    guide: &Guide<'_>,
) -> Item<'a> {
    let (inside, around): (&[Line], &[Line]) = match owner {
        Owner::One { inside, around, .. } => (inside, around),
        _ => (&[], &[]),
    };
    let nature = nature_of(file, text_of(&people.list[person].record, "person.id_no").as_deref());
    let mut lines = inside.to_vec();
    let mut choice = guide.choose(&lines, nature);
    let by_folder = choice == Choice::Stray && !around.is_empty();
    if by_folder {
        // 身份证/张三.jpg: a folder per material
        lines = around.iter().chain(inside).cloned().collect();
        choice = guide.choose(&lines, nature);
    }
    let pages = file.scan.as_ref().map_or(0, |scan| scan.pages.len());
    let fill = match choice {
        Choice::Material(m) => {
            fill(guide.pack, &guide.pack.materials[m], &guide.materials[m], &lines, pages)
        }
        Choice::Photo | Choice::Whole | Choice::Stray => Fill::default(),
    };
    let refused = file.scan.is_none();
    Item { person, filing, file, spot: None, choice, by_folder, fill, refused, fate: Fate::Keep }
}

/// The verdict of a file of a person, before versions are settled.
fn decide(out: &mut FiledFile, item: &Item<'_>, guide: &Guide<'_>, notes: &mut Vec<Finding>) {
    out.used_as = match item.choice {
        Choice::Material(m) => Some(guide.pack.materials[m].id.clone()),
        Choice::Photo => Some("photo".to_owned()),
        Choice::Whole | Choice::Stray => None,
    };
    if item.refused {
        return;
    }
    out.pages = out.pages.or(out.scan.as_ref().map(|scan| scan.pages.len() as u32));
    match item.choice {
        Choice::Material(m) => {
            out.verdict = Verdict::Used;
            out.code = None;
            if item.by_folder {
                notes.push(by_folder(&out.path, &guide.pack.materials[m]));
            }
        }
        Choice::Photo => {
            out.verdict = Verdict::Used;
            out.code = None;
        }
        Choice::Whole => {
            out.verdict = Verdict::Held;
            out.code = Some("MT-112".to_owned());
            notes.push(Finding::new("MT-112", Origin::file(&out.path)).build());
        }
        Choice::Stray => {
            set_aside(out, "MT-111");
            notes.push(stray(&out.path));
        }
    }
}

fn stray(path: &str) -> Finding {
    let name = path.rsplit('/').next().unwrap_or(path);
    Finding::new("MT-111", Origin::file(path)).arg("file", name).build()
}

/// MT-113: the name says nothing, the folder does.
fn by_folder(path: &str, material: &Material) -> Finding {
    let name = path.rsplit('/').next().unwrap_or(path);
    let finding = Finding::new("MT-113", Origin::file(path)).arg("file", name);
    finding.arg("no", material.no).arg("material", &material.name).build()
}

/// PH-133: the name or the folder says a photo, and nothing whose.
fn photo_of_nobody(file: &FiledFile, guide: &Guide<'_>) -> bool {
    let mut parts = file.path.rsplit('/');
    let name = stem(parts.next().unwrap_or_default());
    let lines: Vec<Line> = parts.take(1).chain([name]).map(Line::new).collect();
    let photos = guide.pack.photo.is_some();
    photos && guide.choose(&lines, nature_of(file, None)) == Choice::Photo
}

/// DSC001.jpg: a name that says nothing.
fn nameless(path: &str) -> bool {
    !stem(path.rsplit('/').next().unwrap_or(path)).chars().any(is_han)
}

/// A refused file stays held: that it could not be read weighs more than whose it is.
fn set_aside(out: &mut FiledFile, code: &str) {
    out.used_as = None;
    if matches!(out.verdict, Verdict::Used | Verdict::Ignored) && out.scan.is_some() {
        out.verdict = Verdict::Ignored;
        out.code = Some(code.to_owned());
    }
}

fn unit_paper(out: &mut FiledFile) {
    if out.scan.is_some() {
        out.verdict = Verdict::Used;
        out.used_as = Some("unit-paper".to_owned());
        out.code = None;
        out.pages = out.pages.or(out.scan.as_ref().map(|scan| scan.pages.len() as u32));
    }
}

/// A file that is neither scan nor used as anything is ignored by name: never silently.
fn unknown(out: &mut FiledFile, findings: &mut Vec<Finding>) {
    let open = matches!(out.verdict, Verdict::Used | Verdict::Ignored)
        && out.used_as.is_none()
        && out.code.is_none()
        && out.scan.is_none();
    let name = out.path.rsplit('/').next().unwrap_or_default();
    let ext = ending(name);
    // 说明.docx: read as a form, but no form of the circular
    let paper = matches!(ext.as_str(), "docx" | "doc" | "wps") && !name.starts_with(['~', '.']);
    if !open || (out.verdict == Verdict::Ignored && !paper) {
        return;
    }
    let code = if paper { "MT-111" } else { "IN-111" };
    if !out.findings.iter().any(|f| f.code.as_str() == code) {
        let finding = Finding::new(code, Origin::file(&out.path)).arg("ext", &ext);
        findings.push(finding.arg("file", name).build());
    }
    out.verdict = Verdict::Ignored;
    out.code = Some(code.to_owned());
}

/// Whether the file is for a person to be found: an admitted scan, or one that was refused.
fn is_scan(file: &FiledFile) -> bool {
    match file.verdict {
        Verdict::Used | Verdict::Ignored if file.scan.is_some() => !is_table(file),
        // a HEIC or OFD photo of a page: somebody's file, though nothing can read it
        Verdict::Ignored => looks_like_scan(file) && !file.findings.is_empty(),
        Verdict::Used => false,
        Verdict::Held => file.scan.is_some() || looks_like_scan(file),
        Verdict::Duplicate | Verdict::Unsettled => false,
    }
}

fn is_table(file: &FiledFile) -> bool {
    matches!(file.used_as.as_deref(), Some("roster" | "form" | "census"))
}

fn looks_like_scan(file: &FiledFile) -> bool {
    is_image_word(&file.kind)
        || file.kind == "pdf"
        || is_image_word(&ending(&file.path))
        || matches!(ending(&file.path).as_str(), "pdf" | "ofd" | "ceb" | "cebx")
}

fn is_image_word(word: &str) -> bool {
    matches!(
        word,
        "jpeg" | "jpg" | "png" | "tiff" | "tif" | "bmp" | "webp" | "gif" | "heic" | "heif" | "avif"
    )
}

/// 撤回.txt, also with a name before it.
fn is_marker(file: &FiledFile) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    file.scan.is_none() && ending(name) == "txt" && Line::new(stem(name)).text().ends_with("撤回")
}

fn nature_of(file: &FiledFile, id: Option<&str>) -> Nature {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let own = Line::new(stem(name));
    let id_alone = id.is_some_and(|id| !id.is_empty() && Line::new(id).chars() == own.chars());
    match &file.scan {
        Some(scan) => {
            let pdf = scan.kind == ScanKind::Pdf;
            Nature { image: !pdf, pdf, id_alone }
        }
        None => {
            let image = is_image_word(&file.kind)
                || (file.kind != "pdf" && is_image_word(&ending(&file.path)));
            Nature { image, pdf: !image, id_alone }
        }
    }
}

/// Folders that hold a roster or folders of people: what lies right in them is the unit's.
fn unit_dirs(filing: &Filing, owners: &[Option<Owner>]) -> BTreeSet<String> {
    let mut dirs = BTreeSet::new();
    let mut add = |dir: &str| {
        let names: Vec<&str> = dir.split('/').filter(|name| !name.is_empty()).collect();
        dirs.extend((0..=names.len()).map(|n| names[..n].join("/")));
    };
    for (file, owner) in filing.files.iter().zip(owners) {
        match owner {
            Some(Owner::One { above, .. }) => add(above),
            _ if is_table(file) => add(parent(&file.path)),
            _ => {}
        }
    }
    dirs
}

/// Where a file lies that names nobody.
enum Lost {
    /// Beside the roster or the folders of people.
    Beside,
    /// At the top of an entry without either.
    Loose,
    /// In a folder that names nobody.
    Folder(String),
}

fn lost(path: &str, around: &BTreeSet<String>) -> Lost {
    let dir = parent(path);
    if around.contains(dir) {
        return Lost::Beside;
    }
    if dir.is_empty() {
        return Lost::Loose;
    }
    let names: Vec<&str> = dir.split('/').collect();
    let outer = (1..=names.len()).map(|n| names[..n].join("/")).find(|d| !around.contains(d));
    Lost::Folder(outer.unwrap_or_else(|| dir.to_owned()))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}
