//! Every form composed once with nobody's data, so that a slip in a template is found before
//! anything is written.

use super::{RunError, fonts};
use crate::check;
use crate::compose::{ComposeError, Templates, blank_record};
use crate::config::Settings;
use crate::diag::Finding;
use crate::export::PdfExporter;
use crate::normalize;
use crate::pack::{self, LoadedPack, Pack};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Templates a pass uses without the pack naming them.
const COMMON: &[&str] = &[
    "booklet_cover.html",
    "catalogue.html",
    "check_sheet.html",
    "notice.html",
    "receipt.html",
    "stand_in.html",
    "summary.html",
];

/// The smallest PNG, for templates that place a picture.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What is wrong with the templates: all of them, in the order of their names. A file whose name
/// starts with `_` is a part of others.
pub(crate) fn trial(pack: &Pack, templates: &Templates) -> Vec<ComposeError> {
    let mut faults: Vec<ComposeError> = missing(pack, templates);
    for name in templates.names().iter().filter(|name| !name.starts_with('_')) {
        let fault = [blank(pack, name), with_one_of_each(pack, name)]
            .iter()
            .find_map(|data| templates.compose(name, data, pictures()).err());
        faults.extend(fault);
    }
    faults
}

fn missing(pack: &Pack, templates: &Templates) -> Vec<ComposeError> {
    let named = pack.forms.iter().map(|form| form.template.as_str());
    let mut names: Vec<&str> = named.chain(COMMON.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !templates.has(name));
    let absent = |name: &str| ComposeError::Template {
        template: name.to_owned(),
        what: "there is no such file in the folder of the pack, of what it extends, or in common/"
            .to_owned(),
    };
    names.into_iter().map(absent).collect()
}

fn pictures() -> BTreeMap<String, Vec<u8>> {
    BTreeMap::from([("photo".to_owned(), DOT.to_vec())])
}

/// Every name a template may use, with nothing known. A producer of papers that gives a template a
/// new name adds it here.
fn blank(pack: &Pack, template: &str) -> Json {
    let circular = &pack.circular;
    let mut data = json!({
        "circular": {
            "title": circular.title, "doc_number": circular.doc_number,
            "issuer": circular.issuer, "year": circular.year, "id": circular.id, "website": "",
            "website_note": "",
        },
        "case": {"number": "", "version": 1, "decision": ""},
        "form": {"id": "", "title": ""},
        "posts": blank_posts(),
        "unit": {"name": "", "supervisor": "", "area": ""},
        "contact": {"person": "", "phone": "", "address": ""},
        "p": blank_record(),
        "appraisals": [], "rows": [], "lines": [], "people": [], "files": [], "notes": [],
        "photo": "", "today": "", "deadline": "", "number": "", "date": "", "title": "",
        "trade": "", "received": "", "window": "",
        "groups": [], "pages": [], "years": [], "known": false, "closed": false, "returned": 0, "unlisted": 0, "marked": [],
        "general": {"must": [], "should": [], "asking": []},
    });
    if template == "receipt.html" {
        data["people"] = json!(0);
    }
    data
}

/// The numbers of 岗位使用情况备案表 with nothing known.
pub(crate) fn blank_posts() -> Json {
    let mut posts = json!({});
    for kind in ["approved", "employed", "special", "vacant", "applied", "two_one", "no_limit"] {
        posts[kind] = json!({"L1": "", "L2": "", "L3": "", "L4": "", "L5": ""});
    }
    posts
}

/// The same with one element in every list, so that the insides of loops are looked at, too.
fn with_one_of_each(pack: &Pack, template: &str) -> Json {
    let mut data = blank(pack, template);
    let finding = json!({"where": "", "what": "", "clause": "", "how": "", "code": ""});
    data["photo"] = json!("photo");
    data["appraisals"] = json!([{"year": circular_year(pack), "grade": ""}]);
    data["lines"] = json!([""]);
    data["known"] = json!(true);
    data["returned"] = json!(1);
    data["unlisted"] = json!(1);
    data["marked"] = json!([""]);
    data["general"] = json!({"must": [finding], "should": [finding], "asking": [finding]});
    data["groups"] = json!([{
        "rows": [{"label": "", "value": ""}], "files": [{"name": "", "at": "x"}],
        "thumbs": ["photo"],
    }]);
    data["years"] = json!([{"year": circular_year(pack), "grade": "x", "name": "", "at": "x", "thumb": "photo"}]);
    data["notes"] = json!([""]);
    data["pages"] = json!([1]);
    data["files"] = json!([{"name": "", "size": "", "hash": "", "state": ""}]);
    data["rows"] = json!([{
        "name": "", "copies": 1, "pages": 1, "from": 1, "to": 1, "note": "",
        "label": "", "value": "", "file": "", "thumb": "photo", "rule": "", "max": "",
        "unit": "", "case": "", "sex": "", "birth": "", "work_start": "", "education": "",
        "trade": "", "level": "", "cert_date": "", "apply_level": "", "public_result": "",
    }]);
    if data["people"].is_array() {
        data["people"] = json!([{
            "name": "", "trade": "", "level": "",
            "must": [finding], "should": [finding], "asking": [finding],
        }]);
    }
    data["p"]["resume"] = json!([{"from": "", "to": "", "unit": "", "trade": ""}]);
    data["p"]["papers"] =
        json!([{"title": "", "journal": "", "issn": "", "issue": "", "date": ""}]);
    data
}

fn circular_year(pack: &Pack) -> i32 {
    pack.circular.year - 1
}

/// Checks pack and templates without touching the inbox.
///
/// # Errors
/// When pack or templates cannot be used.
pub fn lint(settings: &Settings) -> Result<Vec<Finding>, RunError> {
    let loaded = pack::load(&settings.templates, &settings.circular)?;
    let templates = Templates::open(&loaded.template_dirs)?;
    let faults = trial(&loaded.pack, &templates);
    if !faults.is_empty() {
        return Err(RunError::Forms(faults));
    }
    let mut findings = judged(&loaded);
    if !loaded.pack.amendments.is_empty() {
        // as it is today, and as it will be when everything is in force
        findings.extend(judged(&pack::load_at(
            &settings.templates,
            &settings.circular,
            settings.now,
        )?));
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.cmp(b)));
        findings.dedup();
    }
    Ok(findings)
}

/// What is wrong with a pack by its text, and which of its rules nobody can pass or fail.
pub(super) fn judged(loaded: &LoadedPack) -> Vec<Finding> {
    let mut findings = pack::lint(loaded, &normalize::reads);
    findings.extend(check::one_sided(loaded));
    findings
}

/// Whether the fonts are complete.
///
/// # Errors
/// What is missing.
pub(super) fn fonts_complete(settings: &Settings) -> Result<(), RunError> {
    PdfExporter::new(&settings.fonts)?;
    fonts::stamp(&settings.fonts)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn shipped() -> (Pack, Templates) {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let loaded = pack::load(&dir, "nantong-2019").unwrap();
        let templates = Templates::open(&loaded.template_dirs).unwrap();
        (loaded.pack, templates)
    }

    #[test]
    fn what_is_shipped_composes_quickly() {
        let (pack, templates) = shipped();
        let start = std::time::Instant::now();
        let faults = trial(&pack, &templates);
        assert!(faults.is_empty(), "{faults:?}");
        println!("{:?}", start.elapsed());
    }

    #[test]
    fn every_fact_the_shipped_rules_ask_for_comes_from_somewhere() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let loaded = pack::load(&dir, "nantong-2019").unwrap();
        let findings = pack::lint(&loaded, &normalize::reads);
        assert!(findings.iter().all(|f| !f.blocks()), "{findings:?}");
        assert!(!findings.iter().any(|f| f.code.as_str() == "PK-113"), "{findings:?}");
        let nothing_read = pack::lint(&loaded, &|_| false);
        assert!(nothing_read.iter().any(|f| f.code.as_str() == "PK-113"));
    }

    #[test]
    fn a_slip_inside_a_loop_and_a_missing_form_are_found_together() {
        let (mut pack, _) = shipped();
        let dir = tempfile::tempdir().unwrap();
        for name in COMMON {
            std::fs::write(dir.path().join(name), "<document><p>{{ unit.name }}</p></document>")
                .unwrap();
        }
        let slip =
            "<document>\n{% for row in rows %}<p>{{ row.nmae }}</p>{% endfor %}\n</document>";
        std::fs::write(dir.path().join("catalogue.html"), slip).unwrap();
        std::fs::write(dir.path().join("_part.html"), "{{ nothing }}").unwrap();
        pack.forms.retain(|form| form.id == "approval" || form.id == "catalogue");
        let templates = Templates::open(&[dir.path().to_owned()]).unwrap();
        let faults: Vec<String> =
            trial(&pack, &templates).iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].contains("approval.html"), "{}", faults[0]);
        for part in ["catalogue.html:2:", "nmae", "copies"] {
            assert!(faults[1].contains(part), "{part}: {}", faults[1]);
        }
    }
}
