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
    for part in
        ["测试甲", "机审通过（待人工核对） → 退回补正", "+ EL-111", "依据 一(一)", "+EL-111 1 人"]
    {
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
fn an_amendment_reaches_only_those_it_concerns() {
    let Some(office) = Office::open() else { return };
    let notice = "[[amendment]]\nid = \"degree\"\ndoc_number = \"通人社考〔2019〕12号\"\neffective = 2019-06-12T12:00:00+08:00\n\
                  clause = \"补一\"\n[[amendment.changes.rule]]\nid = \"education\"\nclause = \"补一\"\n\
                  any = [{ fact = \"education.rank\", op = \"ge\", value = \"大学本科\" }]\n";
    pack(&office, "amended", notice);
    let mut learned = Person::clean(2);
    learned.education = "本科".to_owned();
    office.drop_dir("南通市测试中心", &entry(&[&Person::clean(1), &learned]));
    let pass =
        |now: &str| office.run(&["run", "--settle", "0", "--circular", "amended", "--now", now]);
    pass("2019-06-12T10:00:00+08:00").exits(0);
    let before = office.files();
    let own = |path: &String| path.contains("测试乙") && path.contains("60-卷宗");
    assert!(before.keys().any(|path| own(path) && path.ends_with("装订册.pdf")), "{before:?}");
    let said = pass("2019-06-12T12:00:00+08:00").exits(1).stdout;
    assert!(said.contains("退回补正 1"), "{said}");
    let after = office.files();
    assert!(!after.keys().any(|path| path.contains("测试甲") && path.contains("60-卷宗")));
    for (path, file) in before.iter().filter(|(path, _)| own(path)) {
        assert_eq!(after.get(path), Some(file), "{path} was made anew");
    }
    let report = fs::read_to_string(office.path("outbox/amended/report.json")).unwrap();
    assert!(report.contains("\"EL-122\"") && report.contains("\"补一\""), "{report}");
}

#[test]
fn a_pack_that_is_not_there_is_named() {
    let Some(office) = Office::open() else { return };
    office.drop_file("申报表.xlsx", &roster(&[&Person::clean(1)]));
    let ran = office.run(&["compare", "nantong-2019", "nantong-2199"]).exits(2);
    assert!(ran.stderr.contains("nantong-2199"), "{}", ran.stderr);
}
