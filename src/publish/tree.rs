//! The outbox tree: built aside, swapped in.

use super::{Manifest, Release, ReleasedFile, RunInfo};
use crate::blobs::{AT_ONCE, flush, sha256_hex, sync_file};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file to publish.
#[derive(Debug, Clone)]
pub struct Item {
    /// What the manifest will say (path, pages, kind, case, inputs); hash and length included.
    pub file: ReleasedFile,
    /// Where its bytes are.
    pub source: ItemSource,
}

/// Where the bytes of an item are.
#[derive(Debug, Clone)]
pub enum ItemSource {
    /// In memory.
    Bytes(Vec<u8>),
    /// In a finished file that nobody changes any more (taken over, or copied).
    File(PathBuf),
    /// In the outbox already, unchanged since the last manifest.
    Kept,
}

impl Item {
    /// An item in memory.
    pub fn bytes(path: &str, kind: &str, bytes: Vec<u8>) -> Self {
        let file = ReleasedFile {
            path: path.to_owned(),
            sha256: sha256_hex(&bytes),
            bytes: bytes.len() as u64,
            pages: None,
            kind: kind.to_owned(),
            case: None,
            inputs: Vec::new(),
            notes: Vec::new(),
        };
        Self { file, source: ItemSource::Bytes(bytes) }
    }
}

/// Why publishing stopped; what is published is whole.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot publish `{path}`: {error}\nhint: what was published before is untouched; free space or mend rights and run again"
)]
pub struct PublishError {
    /// The path in the outbox.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

type Result<T> = std::result::Result<T, PublishError>;

fn at<T>(path: &Path, result: io::Result<T>) -> Result<T> {
    result.map_err(|error| PublishError { path: path.to_owned(), error })
}

/// Makes `root` hold exactly `items`, then writes the manifest.
///
/// # Errors
/// When the disk says no. Units swapped in so far stay, each whole; the next run finishes.
pub fn publish(root: &Path, mut items: Vec<Item>, run: RunInfo) -> Result<Release> {
    items.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    at(root, fs::create_dir_all(root))?;
    sweep(root)?;
    let before = Manifest::read(root);
    let mut groups: BTreeMap<String, Vec<&Item>> = BTreeMap::new();
    for item in &items {
        groups.entry(group_of(&item.file.path)).or_default().push(item);
    }
    let stood: Stood<'_> = before.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let old = by_group(&before);
    let news: Vec<(&String, &Vec<&Item>)> =
        groups.iter().filter(|(g, items)| !unchanged(root, old.get(*g), items)).collect();
    // everything stands aside and is on the disk before the first rename shows anything
    for (group, members) in &news {
        set_aside(root, &stood, group, members)?;
    }
    let mut changed = !news.is_empty();
    if changed {
        at(root, flush(root))?;
    }
    for (group, members) in &news {
        show(root, group, members)?;
    }
    changed |= remove_gone(root, &before, &groups)?;
    let files: Vec<ReleasedFile> = items.into_iter().map(|item| item.file).collect();
    if changed || before.files != files {
        let manifest =
            Manifest { schema: "dossier/manifest/1".to_owned(), run, files: files.clone() };
        let path = root.join("manifest.json");
        let mut text = at(&path, serde_json::to_vec_pretty(&manifest).map_err(io::Error::other))?;
        text.push(b'\n');
        let item = Item::bytes("manifest.json", "manifest", text);
        let aside = aside_of(root, &item.file.path);
        write_item(root, &item, &aside)?;
        at(&aside, sync_file(&aside))?;
        show_single(root, &item)?;
        changed = true;
    }
    Ok(Release { files, changed })
}

/// A file name made of a normalized value: separators, control and reserved characters become `_`,
/// identity numbers are masked, at most 80 characters; never empty, never a dot name.
pub fn safe_name(value: &str) -> String {
    let cleaned: String = crate::text::mask_ids(value)
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            c if c.is_control() || crate::text::is_invisible(c) => '_',
            c => c,
        })
        .take(80)
        .collect();
    let trimmed = cleaned.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if trimmed.is_empty() { "_".to_owned() } else { trimmed.to_owned() }
}

/// The folder that is swapped as a whole: `60-卷宗/<单位>`; other files stand alone.
fn group_of(path: &str) -> String {
    let mut parts = path.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(top), Some(unit), Some(_)) => format!("{top}/{unit}"),
        _ => path.to_owned(),
    }
}

/// What the last manifest says, by group.
fn by_group(before: &Manifest) -> BTreeMap<String, BTreeSet<(&str, &str)>> {
    let mut groups: BTreeMap<String, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for file in &before.files {
        let of = groups.entry(group_of(&file.path)).or_default();
        of.insert((file.path.as_str(), file.sha256.as_str()));
    }
    groups
}

fn unchanged(root: &Path, old: Option<&BTreeSet<(&str, &str)>>, members: &[&Item]) -> bool {
    let new: BTreeSet<(&str, &str)> =
        members.iter().map(|item| (item.file.path.as_str(), item.file.sha256.as_str())).collect();
    old == Some(&new) && members.iter().all(|item| root.join(&item.file.path).is_file())
}

/// What the last manifest says, by path.
type Stood<'a> = BTreeMap<&'a str, &'a ReleasedFile>;

/// Where a folder or file is built before it is shown.
fn aside_of(root: &Path, path: &str) -> PathBuf {
    root.join(format!(".tmp-{}", sha256_hex(path.as_bytes()).split_at(16).0))
}

/// Whether a group is one file that stands alone.
fn is_single(group: &str, members: &[&Item]) -> bool {
    members.iter().any(|item| item.file.path == group)
}

fn set_aside(root: &Path, stood: &Stood<'_>, group: &str, members: &[&Item]) -> Result<()> {
    if is_single(group, members) {
        return members
            .iter()
            .try_for_each(|item| write_item(root, item, &aside_of(root, &item.file.path)));
    }
    let temp = aside_of(root, group);
    for item in members {
        let inner = item.file.path.strip_prefix(group).unwrap_or(&item.file.path);
        let path = temp.join(inner.trim_start_matches('/'));
        if !carried(root, stood, item, &path)? {
            write_item(root, item, &path)?;
        }
    }
    if AT_ONCE { Ok(()) } else { sync_folders(&temp) }
}

fn show(root: &Path, group: &str, members: &[&Item]) -> Result<()> {
    if is_single(group, members) {
        return members.iter().try_for_each(|item| show_single(root, item));
    }
    let (target, temp) = (root.join(group), aside_of(root, group));
    if let Some(parent) = target.parent() {
        at(parent, fs::create_dir_all(parent))?;
    }
    if target.exists() {
        let old = root.join(format!(".old-{}", sha256_hex(group.as_bytes()).split_at(16).0));
        exchange(&temp, &target, &old)?;
    } else {
        at(&target, fs::rename(&temp, &target))?;
    }
    sync_folder(target.parent().unwrap_or(root))
}

fn show_single(root: &Path, item: &Item) -> Result<()> {
    let target = root.join(&item.file.path);
    let temp = aside_of(root, &item.file.path);
    if let Some(parent) = target.parent() {
        at(parent, fs::create_dir_all(parent))?;
    }
    at(&target, fs::rename(&temp, &target))?;
    sync_folder(target.parent().unwrap_or(root))
}

/// Takes a file that stays as it is along into the new folder: not a byte of it is written again.
/// `false` where it changed or the file system has no hard links.
fn carried(root: &Path, stood: &Stood<'_>, item: &Item, path: &Path) -> Result<bool> {
    let stays = |old: &&ReleasedFile| {
        old.sha256 == item.file.sha256
            && fs::metadata(root.join(&old.path)).is_ok_and(|meta| meta.len() == old.bytes)
    };
    if !stood.get(item.file.path.as_str()).is_some_and(stays) {
        return Ok(false);
    }
    if let Some(parent) = path.parent() {
        at(parent, fs::create_dir_all(parent))?;
    }
    Ok(fs::hard_link(root.join(&item.file.path), path).is_ok())
}

/// Puts `temp` in the place of `target` and removes what was there.
fn exchange(temp: &Path, target: &Path, old: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, temp, CWD, target, RenameFlags::EXCHANGE).is_ok() {
            return at(temp, fs::remove_dir_all(temp));
        }
    }
    at(target, fs::rename(target, old))?;
    at(target, fs::rename(temp, target))?;
    at(old, fs::remove_dir_all(old))
}

fn write_item(root: &Path, item: &Item, path: &Path) -> Result<()> {
    if let Some(parent) = path.parent() {
        at(parent, fs::create_dir_all(parent))?;
    }
    match &item.source {
        ItemSource::Bytes(bytes) => {
            let mut out = at(path, create(path))?;
            at(path, out.write_all(bytes))?;
        }
        ItemSource::File(from) => taken_over(from, path)?,
        ItemSource::Kept => copy(&root.join(&item.file.path), path)?,
    }
    if AT_ONCE { Ok(()) } else { at(path, sync_file(path)) }
}

/// A finished file of the same file system is taken over as it is: its bytes are not written twice.
fn taken_over(from: &Path, path: &Path) -> Result<()> {
    if fs::hard_link(from, path).is_err() {
        return copy(from, path);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        at(path, fs::set_permissions(path, fs::Permissions::from_mode(0o640)))?;
    }
    Ok(())
}

fn copy(from: &Path, path: &Path) -> Result<()> {
    let mut file = at(from, File::open(from))?;
    let mut out = at(path, create(path))?;
    at(from, io::copy(&mut file, &mut out))?;
    Ok(())
}

/// Creates a file that the office can read and others cannot.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o640);
    }
    options.open(path)
}

/// Removes groups of the last manifest that are no longer wanted.
fn remove_gone(
    root: &Path,
    before: &Manifest,
    groups: &BTreeMap<String, Vec<&Item>>,
) -> Result<bool> {
    let old: BTreeSet<String> = before.files.iter().map(|file| group_of(&file.path)).collect();
    let mut removed = false;
    for group in old.iter().filter(|group| !groups.contains_key(*group)) {
        let path = root.join(group);
        if path.is_dir() {
            at(&path, fs::remove_dir_all(&path))?;
        } else if path.exists() {
            at(&path, fs::remove_file(&path))?;
        }
        // a folder that still holds something stays
        let empty = path.ancestors().skip(1).take_while(|dir| *dir != root);
        empty.take_while(|dir| fs::remove_dir(dir).is_ok()).for_each(drop);
        removed = true;
    }
    Ok(removed)
}

/// Removes what a killed run left half done.
fn sweep(root: &Path) -> Result<()> {
    for entry in at(root, fs::read_dir(root))? {
        let entry = at(root, entry)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with(".tmp-") && !name.starts_with(".old-") {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            at(&path, fs::remove_dir_all(&path))?;
        } else {
            at(&path, fs::remove_file(&path))?;
        }
    }
    Ok(())
}

fn sync_folders(dir: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(dir).into_iter().flatten() {
        if entry.file_type().is_dir() {
            sync_folder(entry.path())?;
        }
    }
    Ok(())
}

fn sync_folder(dir: &Path) -> Result<()> {
    #[cfg(unix)]
    at(dir, File::open(dir).and_then(|file| file.sync_all()))?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> RunInfo {
        RunInfo::default()
    }

    #[test]
    fn publishes_changes_only_and_removes_what_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("out");
        let a = || Item::bytes("60-卷宗/甲/张三/审批表.pdf", "approval", b"one".to_vec());
        let b = || Item::bytes("60-卷宗/乙/李四/审批表.pdf", "approval", b"two".to_vec());
        assert!(publish(&root, vec![a(), b()], run()).unwrap().changed);
        let stamp =
            fs::metadata(root.join("60-卷宗/乙/李四/审批表.pdf")).unwrap().modified().unwrap();
        assert!(!publish(&root, vec![a(), b()], run()).unwrap().changed);
        let mut changed = Item::bytes("60-卷宗/甲/张三/审批表.pdf", "approval", b"new".to_vec());
        changed.file.pages = Some(4);
        assert!(publish(&root, vec![changed, b()], run()).unwrap().changed);
        assert_eq!(fs::read(root.join("60-卷宗/甲/张三/审批表.pdf")).unwrap(), b"new");
        assert_eq!(
            fs::metadata(root.join("60-卷宗/乙/李四/审批表.pdf")).unwrap().modified().unwrap(),
            stamp
        );
        publish(&root, vec![b()], run()).unwrap();
        assert!(!root.join("60-卷宗/甲").exists());
        assert_eq!(Manifest::read(&root).files.len(), 1);
    }

    #[test]
    fn kept_files_survive_a_swap() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("out");
        let keep = Item::bytes("60-卷宗/甲/张三/a.pdf", "approval", b"keep".to_vec());
        let kept = Item { file: keep.file.clone(), source: ItemSource::Kept };
        publish(&root, vec![keep], run()).unwrap();
        let new = Item::bytes("60-卷宗/甲/李四/a.pdf", "approval", b"x".to_vec());
        publish(&root, vec![kept, new], run()).unwrap();
        assert_eq!(fs::read(root.join("60-卷宗/甲/张三/a.pdf")).unwrap(), b"keep");
    }

    #[test]
    fn a_file_in_a_top_folder_stands_alone() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("out");
        let item = || Item::bytes("20-待定/待定事项.xlsx", "questions", b"q".to_vec());
        publish(&root, vec![item()], run()).unwrap();
        assert_eq!(fs::read(root.join("20-待定/待定事项.xlsx")).unwrap(), b"q");
        assert!(!publish(&root, vec![item()], run()).unwrap().changed);
        let other = Item::bytes("50-汇总/电工.pdf", "summary", b"s".to_vec());
        publish(&root, vec![other], run()).unwrap();
        assert!(!root.join("20-待定").exists());
        assert!(root.join("50-汇总").is_dir());
    }

    #[test]
    fn names_never_escape() {
        assert_eq!(safe_name("../../etc"), "_.._etc");
        assert_eq!(safe_name("a\u{202E}b\n"), "a_b_");
        assert_eq!(safe_name("…"), "…");
        assert_eq!(safe_name("张三32062319710526975X"), "张三320623________975X");
        assert_eq!(safe_name(".."), "_");
        assert_eq!(safe_name("阿不都·热西提"), "阿不都·热西提");
    }
}
