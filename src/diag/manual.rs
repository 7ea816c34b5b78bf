//! The manual: what each code looks at, what it rests on, why, an example, and how to mend it.
//!
//! One file of `manual/` is one family of checks; `manual/README.md` says how a page is written.

use super::{Code, CodeSeverity};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

macro_rules! families {
    ($($name:literal,)*) => {
        /// The families by the names of their files.
        const FAMILIES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("manual/", $name, ".toml")))),*];
    };
}

families! {
    "appraisal_training",
    "archives",
    "binding",
    "certificate",
    "certificate_fields",
    "corrections",
    "dates",
    "deliveries",
    "duplicates",
    "education",
    "exceptions",
    "experts_public",
    "file_formats",
    "files",
    "form_opinions_votes",
    "forms_filled",
    "headers",
    "identity_number",
    "in_post",
    "materials_missing",
    "materials_review",
    "materials_sorting",
    "names",
    "pack",
    "pack_notes",
    "papers",
    "person_fields",
    "photo",
    "photo_look",
    "posts",
    "printing",
    "program",
    "publishing",
    "quota",
    "registers",
    "resume",
    "routes",
    "rows",
    "scans",
    "scope",
    "sheets",
    "steps",
    "units_and_contacts",
    "unjudged",
    "windows",
    "years",
}

/// A file of the manual.
#[derive(Debug, Deserialize)]
struct Family {
    family: String,
    why: String,
    #[serde(flatten)]
    pages: BTreeMap<String, Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    title: String,
    checks: String,
    basis: String,
    why: Option<String>,
    example: String,
    mend: String,
}

/// The manual page of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The code.
    pub code: Code,
    /// What is wrong, in a few words.
    pub title: String,
    /// The family of checks it belongs to.
    pub family: String,
    /// 检查内容
    pub checks: String,
    /// 依据
    pub basis: String,
    /// 为什么
    pub why: String,
    /// 例
    pub example: String,
    /// 怎样改正
    pub mend: String,
}

static PAGES: LazyLock<Vec<Page>> =
    LazyLock::new(|| FAMILIES.iter().flat_map(|(name, text)| family(name, text)).collect());

fn family(name: &str, text: &str) -> Vec<Page> {
    let family: Family = toml::from_str(text)
        .unwrap_or_else(|e| panic!("manual/{name}.toml is part of the program: {e}"));
    let page = |(code, text): (String, Text)| Page {
        code: Code::find(&code).unwrap_or_else(|| panic!("manual/{name}.toml: no code {code}")),
        title: text.title,
        family: family.family.clone(),
        checks: text.checks,
        basis: text.basis,
        why: text.why.unwrap_or_else(|| family.why.clone()),
        example: text.example,
        mend: text.mend,
    };
    family.pages.into_iter().map(page).collect()
}

/// All pages, by family.
pub fn pages() -> &'static [Page] {
    &PAGES
}

/// The page of a code; a test asks that there is one.
pub fn page(code: Code) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.code == code)
}

impl Page {
    /// What the code means for whoever gets it.
    pub fn weight(&self) -> String {
        let entry = self.code.entry();
        let weight = match entry.severity {
            CodeSeverity::Refuse => "该文件不采用，须重交",
            CodeSeverity::Error => "必须改，退回补正",
            CodeSeverity::Warn => "提醒，不退回",
            CodeSeverity::Info => "告知",
            CodeSeverity::Check => "核对单上由人核对",
        };
        let person = if entry.needs_person { "，待人工决定" } else { "" };
        format!("{weight}{person}")
    }

    /// What the finding says, with … for what each case fills in.
    pub fn message(&self) -> String {
        let mut out = String::new();
        let mut rest = self.code.entry().message.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (_, tail) = after.split_once('}').unwrap_or(("", ""));
            out.push_str(before);
            out.push('…');
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// The parts of the page in their order, each under its heading.
    pub fn parts(&self) -> [(&'static str, String); 6] {
        [
            ("提示", self.message()),
            ("检查内容", self.checks.clone()),
            ("依据", self.basis.clone()),
            ("为什么", self.why.clone()),
            ("例", self.example.clone()),
            ("怎样改正", self.mend.clone()),
        ]
    }
}

/// The whole manual as Markdown: `docs/rules.md`.
pub fn markdown() -> String {
    let mut out = String::from(
        "# 检查说明\n\n每个提示代码一节：检查内容、依据、为什么、例、怎样改正。\
         由 `dossier rule --all --markdown` 生成，不在这里改。\n",
    );
    let mut family = "";
    for page in pages() {
        if page.family != family {
            family = &page.family;
            let _ = write!(out, "\n## {family}\n");
        }
        let _ = write!(out, "\n### {} {}\n\n", page.code, page.title);
        let _ = writeln!(out, "（{}）\n", page.weight());
        for (heading, text) in page.parts() {
            let _ = writeln!(out, "- **{heading}**：{}", text.replace('\n', " "));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::all_codes;
    use super::*;
    use std::path::Path;

    #[test]
    fn every_code_has_one_page_and_every_file_is_read() {
        for (code, _) in all_codes() {
            let own = pages().iter().filter(|page| page.code == code).count();
            assert_eq!(own, 1, "{code}");
        }
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diag/manual");
        for item in std::fs::read_dir(dir).unwrap() {
            let name = item.unwrap().file_name().into_string().unwrap();
            let Some(name) = name.strip_suffix(".toml") else { continue };
            assert!(FAMILIES.iter().any(|(known, _)| *known == name), "{name} is not read");
        }
    }

    #[test]
    fn pages_are_whole_and_show_no_places() {
        for page in pages() {
            for (heading, text) in page.parts() {
                assert!(!text.trim().is_empty(), "{} {heading}", page.code);
                assert!(!text.contains(['{', '}']), "{} {heading}: {text}", page.code);
            }
            assert!(page.title.chars().count() <= 14, "{} {}", page.code, page.title);
        }
    }

    #[test]
    fn the_collected_manual_is_up_to_date() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert!(there == markdown(), "run `dossier rule --all --markdown > docs/rules.md`");
    }
}
