//! `dossier lint` over the shipped packs, and over packs broken on purpose: each slip is told with
//! its code, its place in the file and the word that is wrong.

use crate::office::{Office, repo};
use std::fs;
use std::path::PathBuf;

/// One slip: pack, what stands there, what is written instead, code and a word of the message.
struct Slip(&'static str, &'static str, &'static str, &'static str, &'static str);

const NT: &str = "nantong-2019";
const JD: &str = "jiangdu-2020";
const JS: &str = "jiangsu-2020";
const CQ: &str = "chongqing";
const LY: &str = "lianyungang-2018";

const SLIPS: [Slip; 48] = [
    Slip(
        NT,
        "schema = \"circular-pack/1\"",
        "schema = \"circular-pack/2\"",
        "PK-101",
        "circular-pack/2",
    ),
    Slip(NT, "year       = 2019", "year       = \"二〇一九\"", "PK-102", "circular.year"),
    Slip(NT, "issuer     = ", "issuer     == ", "PK-102", ""),
    Slip(NT, "[roster]", "[rooster]", "PK-107", "roster"),
    Slip(NT, "required = [\"person.name\"", "required = [\"person.nmae\"", "PK-107", "person.name"),
    Slip(NT, "copy = \"post.level\"", "copy = \"post.levle\"", "PK-107", "post.level"),
    Slip(NT, "compute = \"age\"", "compute = \"ages\"", "PK-107", "age"),
    Slip(NT, "when_material = \"paper\"", "when_material = \"papers\"", "PK-103", "paper"),
    Slip(
        NT,
        "end   = 2019-06-13T16:00:00+08:00",
        "end   = 2019-06-03T16:00:00+08:00",
        "PK-105",
        "online",
    ),
    Slip(NT, "late  = \"reject\"", "late  = \"refuse\"", "PK-107", "refuse"),
    Slip(NT, "finding = \"EL-111\"", "finding = \"EL-911\"", "PK-107", "EL-911"),
    Slip(
        NT,
        "op = \"le\", ref = \"cert_latest\"",
        "op = \"before\", ref = \"cert_latest\"",
        "PK-107",
        "before",
    ),
    Slip(
        NT,
        "op = \"le\", ref = \"cert_latest\"",
        "op = \"le\", ref = \"cert_lastest\"",
        "PK-103",
        "cert_latest",
    ),
    Slip(NT, "ref = \"training_years\" }", "ref = \"in_post_until\" }", "PK-103", "list"),
    Slip(
        NT,
        "years_ref = \"appraisal_years\"",
        "years_ref = \"appraisals\"",
        "PK-103",
        "appraisals",
    ),
    Slip(NT, "id = \"education\"\nfinding", "id = \"training\"\nfinding", "PK-104", "training"),
    Slip(NT, "waives = [\"education\"]", "waives = [\"eduction\"]", "PK-103", "education"),
    Slip(
        NT,
        "materials = [\"aux_exception\"]",
        "materials = [\"aux_exeption\"]",
        "PK-103",
        "aux_exception",
    ),
    Slip(NT, "{ min = 5,  max = 9,", "{ min = 6,  max = 9,", "PK-106", "5"),
    Slip(NT, "{ min = 10, max = 19,", "{ min = 10, max = 20,", "PK-106", "20"),
    Slip(NT, "template = \"quant.html\"", "template = \"quants.html\"", "", "quants.html"),
    Slip(NT, "form = \"quant\"", "form = \"quantt\"", "PK-103", "quant"),
    Slip(NT, "per = \"training_years\"", "per = \"training_year\"", "PK-103", "training_years"),
    Slip(NT, "since = \"cert.date\"", "since = \"cert.dates\"", "PK-107", "cert.date"),
    Slip(NT, "to = \"照片待审\"", "to = \"照片代审\"", "PK-103", "照片待审"),
    Slip(NT, "seq_scope = [\"year\"", "seq_scope = [\"yaer\"", "PK-107", "year"),
    Slip(
        NT,
        "op = \"ge\", value = \"大学专科\"",
        "op = \"ge\", value = \"大砖\"",
        "PK-107",
        "大砖",
    ),
    // nobody could pass, and nobody could fail
    Slip(
        NT,
        "all = [{ fact = \"cert.date\", op = \"le\", ref = \"cert_latest\" }]",
        "all = [{ fact = \"cert.date\", op = \"le\", ref = \"cert_latest\" }, { fact = \"cert.date\", op = \"gt\", ref = \"in_post_until\" }]",
        "PK-114",
        "没有人能通过",
    ),
    Slip(
        NT,
        "{ fact = \"education.special_cert\", op = \"eq\", value = true },",
        "{ fact = \"education.rank\", op = \"lt\", value = \"大学专科\" }, { fact = \"education.rank\", op = \"missing\" },",
        "PK-114",
        "谁都不会被挡住",
    ),
    Slip(JD, "extends    = \"jiangsu-2020\"", "extends    = \"jiangsu-2O20\"", "", "jiangsu-2O20"),
    Slip(JD, "default = true\n", "", "PK-108", ""),
    Slip(
        JS,
        "levels = [\"高级工\", \"中级工\", \"初级工\"]\nstart",
        "levels = [\"高级技师\", \"中级工\", \"初级工\"]\nstart",
        "PK-109",
        "l3_5",
    ),
    Slip(
        JS,
        "all = [{ fact = \"person.retire_on\", op = \"gt\", ref = \"in_post_until_l2\" }]",
        "all = []",
        "PK-114",
        "in_post_l2",
    ),
    Slip(
        CQ,
        "posts.approved.* - (posts.employed.*",
        "posts.approved.* - posts.employed.*",
        "PK-107",
        "vacancy",
    ),
    Slip(LY, "field = \"cert.path\"", "field = \"cert.paht\"", "PK-107", "cert.path"),
    Slip(
        JD,
        "website = ",
        "website_note = \"默认密码：Gk123456\"\nwebsite = ",
        "PK-132",
        "contact.website_note",
    ),
    // what would load and then keep everybody out, or nobody
    Slip(NT, "finding = \"EL-111\"", "finding = \"EX-111\"", "PK-114", "只是告知"),
    Slip(NT, "  { no = 1, text = \"获得市级", "  { text = \"获得市级", "PK-103", "没有 no"),
    Slip(NT, "  { no = 2, text = ", "  { no = 1, text = ", "PK-104", "第 1 项"),
    Slip(
        NT,
        "{ from = \"09:00\", to = \"11:30\" }",
        "{ from = \"11:30\", to = \"9\" }",
        "PK-105",
        "11:30",
    ),
    Slip(NT, "-{seq:04}\"", "\"", "PK-107", "案号会重复"),
    Slip(NT, "op = \"le\", ref = \"cert_latest\"", "op = \"le\", value = 2015", "PK-107", "日期"),
    Slip(
        NT,
        "op = \"le\", ref = \"cert_latest\"",
        "op = \"eq\", value = \"2015-12-31\"",
        "PK-107",
        "日期",
    ),
    Slip(
        NT,
        "required = [\"person.name\"",
        "required = [\"person.age\", \"person.name\"",
        "PK-107",
        "没有哪一栏",
    ),
    Slip(NT, "form = \"quant\"\n", "", "PK-103", "quant"),
    Slip(JS, "copy_of = \"技师\"", "copy_of = \"技士\"", "PK-103", "技师"),
    Slip(JD, "returned = \"待提交\"", "returned = \"己提交\"", "PK-103", "待提交"),
    Slip(CQ, "waits = { \"待缴费确认\"", "waits = { \"待缴费\"", "PK-103", "workflow[exam].waits"),
];

#[test]
fn the_shipped_packs_are_clean_and_say_what_they_assume() {
    let Some(office) = Office::open() else { return };
    for id in [NT, JD, CQ, LY] {
        let ran = office.run(&["lint", "--circular", id]).exits(0);
        assert!(ran.stdout.contains(&format!("{id}: ok")), "{}", ran.stdout);
        assert!(ran.stdout.contains("PK-111"), "{id} assumes nothing: {}", ran.stdout);
    }
}

/// An office with packs of its own, to be broken.
fn workshop() -> Option<(Office, PathBuf)> {
    let office = Office::open()?;
    let templates = office.path("templates");
    crate::misuse::copy_tree(&repo("templates"), &templates);
    office.configure(&templates, &repo("fonts"), "");
    Some((office, templates))
}

#[test]
fn every_slip_is_told_with_its_code_and_place() {
    let Some((office, templates)) = workshop() else { return };
    let mut caught = 0;
    for Slip(pack, from, to, code, said) in SLIPS {
        let place = templates.join(pack).join("circular.toml");
        let whole = fs::read_to_string(&place).unwrap();
        assert!(whole.contains(from), "{pack}: {from}");
        fs::write(&place, whole.replacen(from, to, 1)).unwrap();
        let judged = if pack == JS { JD } else { pack };
        let ran = office.run(&["lint", "--circular", judged]);
        let told = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, 2, "{to}: {told}");
        assert!(told.contains(code) && told.contains(said), "{code} {said}: {told}");
        assert!(code.is_empty() || told.contains("/circular.toml 第 "), "{told}");
        // nothing is judged by such a pack
        assert!(!office.path("state").exists());
        fs::write(&place, whole).unwrap();
        caught += 1;
    }
    assert!(caught >= 30, "{caught}");
}

#[test]
fn a_copy_that_forgot_its_year_is_told() {
    let Some((office, templates)) = workshop() else { return };
    let clean = office.run(&["lint", "--circular", NT]).exits(0).stdout;
    assert!(!clean.contains("PK-133"), "{clean}");
    let place = templates.join(NT).join("circular.toml");
    let whole = fs::read_to_string(&place).unwrap();
    let later = whole.replacen("year       = 2019", "year       = 2021", 1);
    assert_ne!(whole, later);
    fs::write(&place, later).unwrap();
    let told = office.run(&["lint", "--circular", NT]).exits(0).stdout;
    assert!(told.contains("PK-133") && told.contains("2019-06-13"), "{told}");
    assert!(told.contains("2019 与通知年度 2021 对不上"), "{told}");
}
