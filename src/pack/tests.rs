//! Lint, over the shipped pack with slips written into its text.

use super::{LoadedPack, lint, load, told};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The shipped pack with each first text replaced by the second.
fn with(changes: &[(&str, &str)]) -> (LoadedPack, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut text = fs::read_to_string(root.join("nantong-2019/circular.toml")).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("nantong-2019")).unwrap();
    fs::write(dir.path().join("nantong-2019/circular.toml"), &text).unwrap();
    (load(dir.path(), "nantong-2019").unwrap(), text)
}

fn lines(loaded: &LoadedPack) -> Vec<String> {
    let findings = lint(loaded, &|fact| fact != "score.theory");
    let ours = findings.iter().filter(|f| !f.message.contains("模板"));
    ours.map(told).collect()
}

/// Where a text stands, in words.
fn place(text: &str, needle: &str) -> String {
    let at = text.find(needle).unwrap_or_else(|| panic!("{needle}"));
    let before = text.get(..at).unwrap();
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("nantong-2019/circular.toml 第 {} 行第 {column} 列", before.matches('\n').count() + 1)
}

#[test]
fn the_shipped_pack_has_only_assumptions() {
    let (loaded, _) = with(&[]);
    let lines = lines(&loaded);
    assert!(lines.iter().all(|l| l.starts_with("PK-111") || l.starts_with("PK-112")), "{lines:#?}");
    assert!(lines.iter().all(|l| l.contains(" 列：")), "{lines:#?}");
    assert_eq!(lines.iter().filter(|l| l.starts_with("PK-112")).count(), 4);
}

/// One slip alone, where it is told, and how.
fn slip(from: &str, to: &str, at: &str, code: &str, said: &str) {
    let (loaded, text) = with(&[(from, to)]);
    let lines = lines(&loaded);
    let expected = format!("{code} {}：", place(&text, at));
    let hit = lines.iter().find(|line| line.starts_with(&expected) && line.contains(said));
    assert!(hit.is_some(), "{expected}…{said} not in {lines:#?}");
}

#[test]
fn each_fault_is_told_at_its_key() {
    let rule = "fact = \"cert.date\", op = \"le\", ref = \"cert_latest\"";
    let name = "rule[cert_year].all[1]";
    slip(
        rule,
        &rule.replace("cert.date", "cert.dat"),
        "\"cert.dat\"",
        "PK-107",
        &format!("{name}.fact = \"cert.dat\"，是否为 cert.date？"),
    );
    slip(
        rule,
        &rule.replace("latest", "lates"),
        "\"cert_lates\"",
        "PK-103",
        &format!("{name}.ref = \"cert_lates\"，是否为 cert_latest？"),
    );
    slip(
        rule,
        &rule.replace("cert_latest", "training_years"),
        "\"training_years\" }]\n\n[[rule]]\nid = \"in_post\"",
        "PK-103",
        "要用 date",
    );
    slip(
        rule,
        "fact = \"cert.date\", op = \"le\"",
        "{ fact = \"cert.date\", op = \"le\" }",
        "PK-103",
        "缺 value / ref / other",
    );
    slip(rule, &rule.replace("\"le\"", "\"lte\""), "\"lte\"", "PK-107", "op = \"lte\"，是否为 l");
    slip(
        "id = \"in_post\"",
        "id = \"holder\"",
        "\"holder\"\nfinding = \"EL-112\"",
        "PK-104",
        "holder",
    );
    slip(
        "finding = \"SC-101\"\ngroup",
        "finding = \"XX-999\"\ngroup",
        "\"XX-999\"",
        "PK-107",
        "rule[trade_in_scope].finding = \"XX-999\"",
    );
    slip(
        "clause = \"一(二)1\"\ntext = \"近5年",
        "clause = \"\"\ntext = \"近5年",
        "\"\"\ntext = \"近5年",
        "PK-103",
        "rule[appraisal].clause",
    );
    slip(
        "min = 10, max = 19",
        "min = 11, max = 19",
        "[\n  { min = 20",
        "PK-106",
        "common_trades 有空档或重叠：10",
    );
    slip(
        "[[route]]\nid = \"counties\"\ndefault = true",
        "[[route]]\nid = \"counties\"",
        "[[route]]",
        "PK-108",
        "",
    );
    slip(
        "doc_number = \"通人社考〔2019〕10号\"",
        "doc_number = \"通人社考[2019]10号\"",
        "\"通人社考[2019]10号\"",
        "PK-131",
        "",
    );
}

#[test]
fn windows_turned_or_open_together_are_told() {
    slip("end   = 2019-06-13T16:00:00+08:00", "end = 2019-06-09", "2019-06-09", "PK-105", "online");
    let second = |level: &str, start: &str| {
        format!(
            "[[window]]\nid = \"again\"\nstage = \"register\"\nlevels = [\"{level}\"]\nstart = {start}\nclause = \"二\"\n\n\
             # ---------------------------------------------------------------- scope of trades"
        )
    };
    let before =
        "# ---------------------------------------------------------------- scope of trades";
    let same = second("高级技师", "2019-06-13");
    slip(before, &same, "[[window]]\nid = \"again\"", "PK-109", "online 与 again 同属 register");
    for apart in [second("技师", "2019-06-13"), second("高级技师", "2019-06-14")] {
        let (loaded, _) = with(&[(before, &apart)]);
        let lines = lines(&loaded);
        assert!(!lines.iter().any(|l| l.starts_with("PK-109")), "{lines:#?}");
    }
}

#[test]
fn every_word_the_program_acts_on_is_checked() {
    for (from, to, word, near) in [
        ("late  = \"reject\"", "late = \"rejct\"", "window[online].late = \"rejct\"", "reject"),
        ("stage = \"paper\"", "stage = \"papr\"", "window[onsite].stage = \"papr\"", "paper"),
        (
            "on_unknown_trade = \"warn\"",
            "on_unknown_trade = \"err\"",
            "scope.on_unknown_trade = \"err\"",
            "",
        ),
        (
            "compute = \"retirement\"",
            "compute = \"retirment\"",
            "derive.\"person.retire_on\".compute = \"retirment\"",
            "retirement",
        ),
        (
            "levels = [\"高级技师\"]\nstart",
            "levels = [\"高级技帅\"]\nstart",
            "window[online].levels[1] = \"高级技帅\"",
            "高级技师",
        ),
        (
            "seq_scope = [\"year\",",
            "seq_scope = [\"years\",",
            "numbering.seq_scope[1] = \"years\"",
            "year",
        ),
        ("{area_code3}", "{area_code}", "numbering.application = \"area_code\"", "area_code3"),
        (
            "op = \"ge\", value = \"大学专科\"",
            "op = \"ge\", value = \"大学转科\"",
            "rule[education].any[1].value = \"大学转科\"",
            "大学专科",
        ),
        (
            "op = \"eq\", value = \"市直\"",
            "op = \"eq\", value = \"市直属\"",
            "route[city_units].when.value = \"市直属\"",
            "市直",
        ),
        (
            "value = { rank = \"市级\"",
            "value = { rnak = \"市级\"",
            "exception[A].any[1].value = \"rnak\"",
            "rank",
        ),
        ("grade = \"三等奖\"", "grade = \"三级奖\"", "value.grade = \"三级奖\"", "三等奖"),
        (
            "from = \"已报名\"",
            "from = \"己报名\"",
            "workflow[application].transitions[2].from = \"己报名\"",
            "已报名",
        ),
        (
            "window = \"photo_review\"",
            "window = \"photo_revew\"",
            "window = \"photo_revew\"",
            "photo_review",
        ),
        (
            "waives = [\"education\"]",
            "waives = [\"educaton\"]",
            "exception[A].waives[1] = \"educaton\"",
            "education",
        ),
    ] {
        let (loaded, _) = with(&[(from, to)]);
        let lines = lines(&loaded);
        let near = if near.is_empty() { String::new() } else { format!("，是否为 {near}？") };
        let said = format!("{word}{near}");
        assert!(lines.iter().any(|line| line.contains(&said)), "{said} not in {lines:#?}");
    }
}

#[test]
fn a_rule_on_a_fact_nothing_brings_is_told() {
    let rule = "all = [{ fact = \"training.passed_years\", op = \"contains_all\", ref = \"training_years\" }]";
    let scored = "all = [{ fact = \"score.theory\", op = \"ge\", value = 60 }]";
    slip(rule, scored, "\"score.theory\"", "PK-113", "\"业务理论考核\"没有任何来源");
    let derived = "[derive]\n\"score.theory\" = { value = 60 }\n";
    let (loaded, _) = with(&[(rule, scored), ("[derive] ", &format!("{derived}# "))]);
    let lines = lines(&loaded);
    assert!(!lines.iter().any(|l| l.starts_with("PK-113")), "{lines:#?}");
}

#[test]
fn a_number_in_quotes_is_no_limit() {
    let text = "fact = \"papers.count\", op = \"ge\", value = 1";
    let quoted = text.replace("value = 1", "value = \"12\"");
    slip(text, &quoted, "\"12\"", "PK-107", "12");
}

#[test]
fn an_unknown_code_is_told_with_the_nearest() {
    slip("finding = \"EL-111\"", "finding = \"EL-1111\"", "\"EL-1111\"", "PK-107", "EL-111");
}

#[test]
fn the_words_of_a_filled_form_are_checked() {
    let field = "{ label = \"所在单位推荐意见\", field = \"opinion.unit\" }";
    slip(
        field,
        &field.replace("opinion.unit", "opinion.unti"),
        "\"opinion.unti\"",
        "PK-107",
        "filled[approval].fields[3].field = \"opinion.unti\"，是否为 opinion.unit？",
    );
    slip(
        field,
        &field.replace("见\",", "见\", place = \"rigth\","),
        "\"rigth\"",
        "PK-107",
        "filled[approval].fields[3].place = \"rigth\"，是否为 right？",
    );
    slip(
        field,
        &field.replace("所在单位推荐意见", "　"),
        "\"　\"",
        "PK-103",
        "filled[approval].fields[3].label = \"\"",
    );
    slip(
        field,
        &format!("{field},\n  {field}"),
        "\"所在单位推荐意见\", field = \"opinion.unit\" },\n  { label = \"主管",
        "PK-104",
        "所在单位推荐意见",
    );
    slip(
        field,
        &field.replace("opinion.unit", "experts.*.name"),
        "\"experts.*.name\"",
        "PK-103",
        "filled[approval].fields[3].field = \"experts.*.name\"（带 * 的要用 below）",
    );
    let title = "title = \"技术等级考核审批表\"";
    slip(title, "title = \" \"", "\" \"\nfields", "PK-103", "filled[approval].title = \"\"");
    let map = format!("[[filled]]\nid = \"again\"\n{title}\n\n[[filled]]\nid = \"approval\"");
    slip(
        "[[filled]]\nid = \"approval\"",
        &map,
        "\"技术等级考核审批表\"\nfields",
        "PK-104",
        "技术等级考核审批表",
    );
    let id = "[[filled]]\nid = \"approval\"\ntitle = \"乙\"\n\n[[filled]]\nid = \"approval\"";
    slip("[[filled]]\nid = \"approval\"", id, "\"approval\"\ntitle = \"技术", "PK-104", "approval");
}

#[test]
fn an_unknown_key_of_a_filled_form_ends_the_loading() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let text = fs::read_to_string(root.join("nantong-2019/circular.toml")).unwrap();
    for (from, to, said) in [
        (
            "id = \"approval\"\ntitle = \"技术",
            "id = \"approval\"\ntitel = \"技术",
            "titel，是否为 title？",
        ),
        (
            "{ label = \"主管部门意见\", field",
            "{ labell = \"主管部门意见\", field",
            "labell，是否为 label？",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("nantong-2019")).unwrap();
        let slipped = text.replacen(from, to, 1);
        fs::write(dir.path().join("nantong-2019/circular.toml"), slipped).unwrap();
        let told = load(dir.path(), "nantong-2019").unwrap_err().to_string();
        assert!(told.contains(said) && told.starts_with("PK-107"), "{told}");
    }
}

#[test]
fn what_a_filled_form_brings_has_a_source() {
    let rule = "all = [{ fact = \"training.passed_years\", op = \"contains_all\", ref = \"training_years\" }]";
    let scored = "all = [{ fact = \"score.theory\", op = \"ge\", value = 60 }]";
    let field = "{ label = \"设区市工考部门意见\", field = \"opinion.city\" }";
    let brought = format!("{field},\n  {{ label = \"理论成绩\", field = \"score.theory\" }}");
    let (loaded, _) = with(&[(rule, scored), (field, &brought)]);
    let lines = lines(&loaded);
    assert!(!lines.iter().any(|l| l.starts_with("PK-113")), "{lines:#?}");
}

/// The keys a pack may have, as the structs of the schema name them.
fn keys_of(source: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let (mut reads, mut inside, mut renamed, mut skipped) = (false, false, None, false);
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            reads = line.contains("Deserialize");
        } else if line.starts_with("pub struct ") {
            inside = reads && line.ends_with('{');
        } else if line == "}" {
            inside = false;
        } else if let Some(attribute) = line.strip_prefix("#[serde(") {
            renamed = attribute.split_once("rename = \"").map(|(_, rest)| rest);
            skipped = attribute.starts_with("skip");
        } else if let Some((name, _)) = line.strip_prefix("pub ").and_then(|l| l.split_once(':')) {
            let name = renamed.and_then(|rest| rest.split('"').next()).unwrap_or(name);
            if inside && !skipped {
                keys.push(name.to_owned());
            }
            (renamed, skipped) = (None, false);
        }
    }
    keys
}

#[test]
fn every_key_is_explained_to_the_office() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/packs.md")).unwrap();
    let words: BTreeSet<&str> =
        page.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
    let mut count = 0;
    for file in ["types.rs", "papers.rs", "filled.rs"] {
        let source = fs::read_to_string(root.join("src/pack").join(file)).unwrap();
        for key in keys_of(&source) {
            assert!(words.contains(key.as_str()), "{file}: {key}");
            count += 1;
        }
    }
    assert!(count > 150, "{count}");
}
