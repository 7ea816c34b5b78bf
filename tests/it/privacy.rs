//! Full ID numbers leave the office only on the forms that need them.

use crate::office::{Office, Ran, each, text};
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
        if let Some(content) = readable(&office.path("outbox").join(path)) {
            hides(path, &content, &ids);
        }
    }
}

/// A thousand people in all the places where a number may stand, good and bad.
fn canaries(ids: &[String]) -> crate::people::Files {
    use crate::people::{Files, workbook};
    let head =
        ["序号", "姓名", "身份证号码", "联系电话", "工作单位", "报考工种", "报考等级", "备注"];
    let row = |number: usize, id: &str| -> Vec<String> {
        let mut row = [
            &number.to_string(),
            "测试甲",
            id,
            "13800000000",
            "测试单位",
            "收银审核",
            "高级技师",
            "",
        ]
        .map(str::to_owned)
        .to_vec();
        match number % 8 {
            1 => row[2] = [0..6, 6..14, 14..18].map(|part| id.get(part).unwrap()).join(" "),
            2 => row.swap(2, 3),
            3 => row[1] = format!("测试甲{id}"),
            4 => row[7] = format!("身份证{id}，与{}同一人", ids[0]),
            5 => row[2] = id.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect(),
            6 => row[4] = format!("测试单位（{id}）"),
            7 => row[5] = id.to_owned(),
            _ => {}
        }
        row
    };
    let mut files = Files::new();
    let (rows, names) = ids.split_at(600);
    for (sheet, part) in rows.chunks(200).enumerate() {
        let mut table =
            vec![vec![format!("填报单位：测试单位 {}", part[0])], head.map(str::to_owned).to_vec()];
        table.extend(part.iter().enumerate().map(|(n, id)| row(n, id)));
        files.insert(format!("汇总表{}.xlsx", part[1]), workbook(&format!("表{sheet}"), &table));
    }
    let broken: [(&str, &[u8]); 8] = [
        ("jpg", b"\xFF\xD8\xFF half"),
        ("pdf", b"%PDF-1.4\n<</Encrypt 1 0 R>>\n%%EOF"),
        ("xlsx", b"PK\x03\x04 half"),
        ("xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 half"),
        ("docx", b"{\\rtf1 }"),
        ("rar", b"Rar!\x1a\x07\x01\0"),
        ("csv", b"\xFF\xFF\xFF"),
        ("txt", b"?"),
    ];
    for (number, id) in names.iter().enumerate() {
        let (ending, bytes) = broken[number % broken.len()];
        let content = [bytes, id.as_bytes()].concat();
        let path = match number % 3 {
            0 => format!("测试乙{id}/01身份证.{ending}"),
            1 => format!("测试丙/{id}-学历证书.{ending}"),
            _ => format!("{id}.{ending}"),
        };
        files.insert(path, content);
    }
    files
}

/// Names of everything below a folder.
fn names(dir: &std::path::Path, out: &mut Vec<String>) {
    for item in fs::read_dir(dir).into_iter().flatten().flatten() {
        out.push(item.file_name().to_string_lossy().into_owned());
        names(&item.path(), out);
    }
}

#[cfg(unix)]
#[test]
fn a_thousand_canaries_leave_no_full_number_behind() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(office) = Office::open() else { return };
    let number = |n: usize| {
        let (day, rest) = (n % 28 + 1, n / 28);
        crate::people::id_number(&format!(
            "3206821971{:02}{day:02}{:03}",
            rest % 12 + 1,
            500 + rest / 12
        ))
    };
    let ids: Vec<String> = (0..1000).map(number).collect();
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), 1000);
    let files = canaries(&ids);
    office.drop_dir("测试单位", &files);
    let few: crate::people::Files = files.into_iter().take(40).collect();
    office.zip(&format!("{}.zip", ids[999]), &few);
    office.drop_file(&format!("{}测试甲.docx", ids[998]), b"PK\x05\x06 half");
    // one that ends its worker: what a dying process says must not name anybody
    let low = "[limits]\nwritten-bytes = 64\n";
    office.configure(&crate::office::repo("templates"), &crate::office::repo("fonts"), low);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut said = Vec::new();
    let mut say = |ran: Ran| said.push(format!("{}{}", ran.stdout, ran.stderr));
    say(office.run(&["run", "--settle", "0", "-v"]));
    office.configure(&crate::office::repo("templates"), &crate::office::repo("fonts"), "");
    say(office.run(&["run", "--settle", "0", "-v"]));
    say(office.run(&["status"]));
    say(office.run(&["status", "--json"]));
    say(office.run(&["check", "inbox/测试单位", "--json"]));
    say(office.run(&["check", "inbox/测试单位"]));
    for case in
        each(&office.report()["submissions"]).iter().flat_map(|s| each(&s["applicants"])).take(3)
    {
        say(office.run(&["show", text(&case["case"])]));
        say(office.run(&["why", text(&case["case"]), "person.id_no"]));
    }
    let mut found = Vec::new();
    names(&office.path("state"), &mut found);
    names(&office.path("outbox"), &mut found);
    said.push(found.join("\n"));
    for path in office.files().keys() {
        said.extend(readable(&office.path("outbox").join(path)));
    }
    for text in &said {
        let leak = ids.iter().find(|id| text.contains(**id));
        assert_eq!(leak, None, "{:?}", excerpt(text, leak.unwrap_or(&"")));
    }
    let mode = |path: &str| fs::metadata(office.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("state"), 0o700);
    for path in office.files().keys() {
        assert_eq!(mode(&format!("outbox/{path}")) & 0o007, 0, "{path}");
    }
}

/// The lines around a leak.
fn excerpt<'a>(text: &'a str, leak: &str) -> Vec<&'a str> {
    text.lines().filter(|line| !leak.is_empty() && line.contains(leak)).take(3).collect()
}
