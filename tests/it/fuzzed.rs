//! What fuzzing found stays found, and fuzzes what the program is made of.

use crate::office::repo;
use dossier::blobs::Blobs;
use dossier::intake::unpack::{UnpackTask, unpack};
use dossier::intake::{FileKind, sniff};
use dossier::read::{ReadTask, parse};
use dossier::wall::Limits;
use std::fs;
use std::io::Write as _;

/// Every kept find of a target.
fn finds(target: &str) -> Vec<Vec<u8>> {
    let dir = fs::read_dir(repo("fuzz/crashes").join(target)).unwrap();
    let mut paths: Vec<_> = dir.map(|item| item.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

fn docx(document: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, part) in [("[Content_Types].xml", &b"<Types/>"[..]), ("word/document.xml", document)]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(part).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn kept_finds_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).unwrap();
    let limits = Limits::default();
    let read = |bytes: &[u8], kind: FileKind, path: &str| {
        let sha256 = blobs.put(bytes).unwrap().sha256;
        let (blob, blobs) = (blobs.path(&sha256), blobs.root().to_owned());
        parse(&ReadTask { blob, blobs, path: path.to_owned(), kind, sha256 }, &limits)
    };
    for bytes in finds("table") {
        read(&bytes, FileKind::Text, "表.csv");
    }
    for bytes in finds("docx") {
        read(&docx(&bytes), FileKind::Zip, "表.docx");
    }
    for bytes in finds("pdf") {
        read(&bytes, FileKind::Pdf, "证书.pdf");
    }
    for bytes in finds("image") {
        read(&bytes, sniff(&bytes, "照片.jpg"), "照片.jpg");
    }
    for bytes in finds("archive") {
        let (sha256, path) = (blobs.put(&bytes).unwrap().sha256, "单位.zip".to_owned());
        let blobs = blobs.root().to_owned();
        unpack(&UnpackTask { blobs, sha256, path, prefix: String::new() }, &limits).unwrap();
    }
}

/// The requirements of a manifest as far as they are alike in both.
fn requirements(path: &str) -> toml::Table {
    let manifest: toml::Table = fs::read_to_string(repo(path)).unwrap().parse().unwrap();
    manifest["dependencies"].as_table().unwrap().clone()
}

#[test]
fn fuzzing_builds_with_the_crates_of_the_program() {
    let (own, program) = (requirements("fuzz/Cargo.toml"), requirements("Cargo.toml"));
    for (name, wanted) in own.iter().filter(|(name, _)| *name != "libfuzzer-sys") {
        assert_eq!(Some(wanted), program.get(name), "{name} in fuzz/Cargo.toml");
    }
}

#[test]
fn every_target_has_seeds_and_a_place_for_its_finds() {
    for item in fs::read_dir(repo("fuzz/fuzz_targets")).unwrap() {
        let name = item.unwrap().file_name().into_string().unwrap();
        let target = name.strip_suffix(".rs").unwrap();
        let seeds = fs::read_dir(repo("fuzz/seeds").join(target)).unwrap();
        assert!(seeds.count() > 0, "{target} has no seeds");
        assert!(repo("fuzz/crashes").join(target).is_dir(), "{target}");
        let script = fs::read_to_string(repo("scripts/fuzz.sh")).unwrap();
        assert!(
            script.contains(&format!("{target} ")) || script.contains(&format!(" {target}\"}}")),
            "{target}"
        );
    }
}
