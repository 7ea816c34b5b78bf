//! `dossier compare`: the same applicants under two circulars.

use crate::office::{Office, repo};
use crate::people::{Person, entry, roster};
use std::fs;

/// A pack that extends the shipped one with `more`.
fn pack(office: &Office, id: &str, more: &str) {
    let templates = office.path("templates");
    if !templates.exists() {
        crate::misuse::copy_tree(&repo("templates"), &templates);
        office.configure(&templates, &repo("fonts"), "");
    }
    let text = format!(
        "schema = \"circular-pack/1\"\n[circular]\nid = \"{id}\"\ntitle = \"t\"\nissuer = \"i\"\nyear = 2020\n\
         levels = [\"高级技师\"]\nextends = \"nantong-2019\"\n{more}"
    );
    fs::create_dir_all(templates.join(id)).unwrap();
    fs::write(templates.join(id).join("circular.toml"), text).unwrap();
}

#[test]
fn who_flips_is_named_with_the_rule_and_nothing_is_kept() {
    let Some(office) = Office::open() else { return };
    // the certificates of the sample people are of 2007; next year's window is another
    let stricter = "[reference]\ncert_latest = { date = 2006-12-31, clause = \"一(一)\" }\n\
                    [[window]]\nid = \"online\"\nstart = 2020-06-10\nend = 2020-06-13\n";
    pack(&office, "next", stricter);
    pack(&office, "same", "[[window]]\nid = \"online\"\nstart = 2020-06-10\nend = 2020-06-13\n");
    let mut failing = Person::clean(2);
    failing.education = "高中".to_owned();
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1), &failing]));
    // of the inbox, before any pass
    let ran = office.run(&["compare", "nantong-2019", "next"]).exits(1);
    assert!(ran.stdout.contains("收件箱中 2 人，结论变化 1 人"), "{}", ran.stdout);
    for part in ["测试甲", "机审通过（待人工核对） → 退回补正", "+ EL-111", "依据 一(一)", "+EL-111 1 人"] {
        assert!(ran.stdout.contains(part), "{part} in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("测试乙") && !office.path("state").exists());
    // of the ledger, with what it remembers
    office.pass().exits(1);
    let before = office.hashes();
    let ran = office.run(&["compare", "nantong-2019", "next", "--json"]).exits(1);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((json["source"].as_str(), json["applicants"].as_u64()), (Some("ledger"), Some(2)));
    assert_eq!(json["flips"][0]["because"][0]["code"], "EL-111");
    assert_eq!(json["flips"].as_array().map(Vec::len), Some(1));
    office.run(&["compare", "nantong-2019", "same"]).exits(0);
    assert_eq!(office.hashes(), before);
}

#[test]
fn a_pack_that_is_not_there_is_named() {
    let Some(office) = Office::open() else { return };
    office.drop_file("申报表.xlsx", &roster(&[&Person::clean(1)]));
    let ran = office.run(&["compare", "nantong-2019", "nantong-2199"]).exits(2);
    assert!(ran.stderr.contains("nantong-2199"), "{}", ran.stderr);
}
