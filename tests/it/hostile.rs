//! What attacks the reader harms nobody else.

use crate::office::{Office, applicant, each, grave, submission, text};
use crate::people::{Person, entry};

#[test]
fn hostile_files_beside_a_clean_applicant() {
    let Some(office) = Office::open() else { return };
    let corpus = crate::office::repo("../shared/corpus/hostile");
    let corpus =
        if corpus.is_dir() { corpus } else { crate::office::repo("../../shared/corpus/hostile") };
    if !corpus.is_dir() {
        println!("skipped: no corpus of hostile files here");
        return;
    }
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    let names = [
        "d1_nested_00300.docx",
        "d5_unclosed_body.docx",
        "x01_two_corner_cells.xlsx",
        "x09_xxe.xlsx",
        "z01_slip.zip",
        "z03_symlink.zip",
        "z09_size_lie.zip",
        "p01_kids_self.pdf",
        "p11_prev_loop.pdf",
        "i09_tif_ifd_loop.tif",
        "i07_gif_huge.gif",
    ];
    for name in names {
        let bytes = std::fs::read(corpus.join(name)).unwrap();
        office.drop_file(name, &bytes);
        office.drop_file(&format!("南通市测试学校/{name}"), &bytes);
    }
    let ran = office.pass();
    assert!(matches!(ran.code, 0 | 1), "{ran:?}");
    let report = office.report();
    let clean = applicant(&report, &person.name);
    assert_eq!((text(&clean["decision"]), grave(&clean)), ("accepted", vec![]));
    for name in names {
        let alone = submission(&report, name);
        assert!(matches!(text(&alone["state"]), "returned" | "held" | "unsettled"), "{alone}");
        assert!(!each(&alone["files"]).is_empty(), "{alone}");
    }
    let together = submission(&report, "南通市测试学校");
    for name in names {
        // an archive that could be opened counts by its members
        let within = format!("{}/", name.split('.').next().unwrap());
        let mut files = each(&together["files"]).iter();
        let told = files.any(|file| {
            let path = text(&file["path"]);
            (path == name || path.starts_with(&within)) && !text(&file["verdict"]).is_empty()
        });
        assert!(told, "{name} in {together}");
    }
}

/// Somebody drops the list of the whole town: its notice stays short enough to be read.
#[test]
fn a_list_of_hundreds_who_lack_everything_stops_nobody() {
    let Some(office) = Office::open() else { return };
    let person = Person::clean(1);
    office.drop_dir("南通市测试中心", &entry(&[&person]));
    let rows: String = (0..400).map(|n| format!("测试{n},男,{n}\n")).collect();
    office.drop_file("全市名单.csv", format!("姓名,性别,备注\n{rows}").as_bytes());
    office.pass().exits(1);
    let report = office.report();
    let clean = applicant(&report, &person.name);
    assert_eq!((text(&clean["decision"]), grave(&clean)), ("accepted", vec![]));
    assert_eq!(each(&submission(&report, "全市名单.csv")["applicants"]).len(), 400);
    let files = office.files();
    let notice = files.keys().find(|path| path.ends_with("补正通知.pdf")).unwrap();
    let place = office.root().join(notice.strip_prefix("nantong-2019/").unwrap());
    if let Ok(out) = std::process::Command::new("pdftotext").arg(place).arg("-").output() {
        let printed: String = String::from_utf8_lossy(&out.stdout).split_whitespace().collect();
        assert!(printed.contains("测试0") && printed.contains("不再逐一列出"), "{printed}");
        assert!(!printed.contains("测试399"), "{printed}");
    }
}
