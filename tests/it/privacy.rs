//! Full ID numbers leave the office only on the forms that need them.

use crate::office::{Office, Ran};
use crate::people::{Person, entry};
use std::fs;
use std::io::Read;

#[track_caller]
fn hides(what: &str, text: &str, ids: &[&str]) {
    for id in ids {
        assert!(!text.contains(id), "{id} in {what}: {text}");
    }
}

/// The text of a published file that is no PDF: the parts of a workbook, else the file itself.
fn readable(path: &std::path::Path) -> Option<String> {
    let bytes = fs::read(path).unwrap();
    match path.extension()?.to_str()? {
        "pdf" => None,
        "xlsx" | "docx" => {
            let own = path.to_string_lossy().contains("-已标注");
            let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            let mut all = String::new();
            for at in 0..zip.len() {
                // the sender's own table goes back as it came: only what we wrote into it is ours
                if own && !zip.by_index(at).unwrap().name().unwrap().contains("omments") {
                    continue;
                }
                let mut part = Vec::new();
                zip.by_index(at).unwrap().read_to_end(&mut part).unwrap();
                all.push_str(&String::from_utf8_lossy(&part));
            }
            Some(all)
        }
        _ => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

#[test]
fn no_full_id_number_in_names_reports_and_messages() {
    let Some(office) = Office::open() else { return };
    let (clean, twin, mut asked, mut wrong) =
        (Person::clean(1), Person::clean(2), Person::clean(3), Person::clean(4));
    asked.education = "高中".to_owned();
    asked.exception = "B4".to_owned();
    wrong.id.replace_range(17.., if wrong.id.ends_with('1') { "2" } else { "1" });
    let people = [&clean, &twin, &asked, &wrong];
    // the number in the names of folders and files, as many units send it
    let renamed = entry(&people).into_iter().map(|(path, bytes)| {
        let person = people.iter().find(|p| path.starts_with(&p.folder()));
        match person {
            Some(p) => (path.replace(&p.folder(), &format!("{}{}", p.name, p.id)), bytes),
            None => (path, bytes),
        }
    });
    let mut files: crate::people::Files = renamed.collect();
    files.insert(format!("{}/{}.txt", clean.name, twin.id), b"?".to_vec());
    office.drop_dir("南通市测试中心", &files);
    office.drop_file(&format!("{}{}.rar", wrong.name, wrong.id), b"Rar!\x1a\x07\x01\0");
    let ids: Vec<&str> = people.iter().map(|p| p.id.as_str()).collect();

    let said = |ran: Ran| hides("the output", &format!("{}{}", ran.stdout, ran.stderr), &ids);
    said(office.pass());
    said(office.run(&["run", "--json"]));
    said(office.run(&["status"]));
    said(office.run(&["status", "--json"]));
    for path in office.files().keys() {
        hides("a file name", path, &ids);
        if let Some(text) = readable(&office.path("outbox").join(path)) {
            hides(path, &text, &ids);
        }
    }
}
