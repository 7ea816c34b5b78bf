//! What every word of a pack stands for, and whether it does: codes, facts, references, ids, and
//! the closed lists of words the program acts on. A word the program compares with others and that
//! is not of this table is taken for its default in silence: new words of the schema come here.

use super::filled::PLACES;
use super::lint::{Lint, Spot};
use super::ranks::{grades, words_of};
use super::{
    FilledField, Pack, expr_facts, expr_holds, facts, grade_rank, pattern_matches, place_rank,
    rank_of,
};
use crate::diag::{Code, all_codes};
use crate::text::{PartialDate, fold};
use std::collections::BTreeSet;
use toml::Spanned;
use toml::de::DeValue;

/// Whether a word names a level.
pub(super) fn is_level(word: &str) -> bool {
    LEVEL_NAMES.contains(&word)
}

/// What a word must be.
#[derive(Clone, Copy)]
enum Kind {
    /// A finding code.
    Code,
    /// A fact.
    Fact,
    /// A fact, or the running number of a table.
    Column,
    /// A sum of `[[check]]`.
    Expr,
    /// A key of `[reference]`: a date or a list.
    Reference,
    /// An id of another table.
    Material,
    Form,
    MaterialOrForm,
    Window,
    /// The group of a rule.
    Group,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

const LEVEL_NAMES: &[&str] = &["高级技师", "技师", "高级工", "中级工", "初级工"];
const LEVELS: Kind = Kind::OneOf(LEVEL_NAMES);
const WEIGHTS: Kind = Kind::OneOf(&["error", "warn", "info"]);

/// Paths of values, `*` for the elements of a list and for free keys, `**` for any depth.
const VALUES: &[(&str, Kind)] = &[
    ("**.finding", Kind::Code),
    ("**.on_unknown", Kind::Code),
    ("workflow.**.says", Kind::Code),
    ("workflow.**.waits.*", Kind::Code),
    ("roster.empty.*", Kind::Code),
    ("roster.complete.*.facts.*", Kind::Fact),
    ("severity.*", Kind::OneOf(&["error", "warn", "info", "off"])),
    ("**.severity", WEIGHTS),
    ("**.fact", Kind::Fact),
    ("**.other", Kind::Fact),
    ("roster.required.*", Kind::Fact),
    ("roster.asked.*", Kind::Fact),
    ("unit_record.required.*", Kind::Fact),
    ("derive.*.copy", Kind::Fact),
    ("material.*.since", Kind::Fact),
    ("convention.*.field", Kind::Fact),
    ("summary.columns.*", Kind::Column),
    ("summary.sort_by.*", Kind::Column),
    ("check.*.expr", Kind::Expr),
    ("**.ref", Kind::Reference),
    ("**.years_ref", Kind::Reference),
    ("material.*.parts.*.per", Kind::Reference),
    ("exception.*.materials.*", Kind::Material),
    ("derive.*.when_material", Kind::Material),
    ("quant.item.*.proof", Kind::Material),
    ("material.*.form", Kind::Form),
    ("channel.*.form", Kind::Form),
    ("binding.bag_cover", Kind::Form),
    ("binding.exclude.*", Kind::MaterialOrForm),
    ("binding.order", Kind::OneOf(&["as_listed", "materials"])),
    ("form.*.printable_when", Kind::OneOf(&["photo_accepted", "system_approved"])),
    ("exception.*.waives.*", Kind::Group),
    ("workflow.**.window", Kind::Window),
    ("workflow.**.needs.*", Kind::OneOf(&["opinion", "upload_if_first"])),
    ("window.*.stage", Kind::OneOf(&["register", "photo", "paper", "selection_exam", "report_up"])),
    ("window.*.late", Kind::OneOf(&["reject", "abandon", "system_closed", "warn"])),
    ("scope.on_unknown_trade", Kind::OneOf(&["error", "warn"])),
    ("material.*.medium", Kind::OneOf(&["scan", "paper"])),
    ("material.*.group", Kind::OneOf(&["必备", "辅助", "单位"])),
    ("material.*.parts.*.original", Kind::OneOf(&["show", "keep"])),
    ("form.*.per.*", Kind::OneOf(&["person", "trade", "unit-trade", "unit"])),
    ("filled.*.fields.*.field", Kind::Fact),
    ("filled.*.fields.*.place", Kind::OneOf(&PLACES)),
    ("photo.formats.*", Kind::OneOf(&["jpg", "jpeg", "png", "tif", "tiff"])),
    (
        "derive.*.compute",
        Kind::OneOf(&[
            "retirement",
            "age",
            "scope.licence",
            "applicants_per_level",
            "note_two_one",
        ]),
    ),
    ("numbering.seq_scope.*", Kind::OneOf(&["year", "level", "area"])),
    ("**.levels.*", LEVELS),
    ("scope.trade.*.level", LEVELS),
    ("quota.*.applies.level", LEVELS),
];

/// Paths of keys that are words themselves.
const KEYS: &[(&str, Kind)] = &[
    ("severity.*", Kind::Code),
    ("roster.empty.*", Kind::Fact),
    ("derive.*", Kind::Fact),
    ("convention.*.month_day.*", LEVELS),
    ("convention.*.value.*", LEVELS),
];

/// Operations of comparisons, and the keys of which each needs one.
const OPS: &[(&str, &[&str])] = &[
    ("eq", &["value"]),
    ("ne", &["value"]),
    ("in", &["value"]),
    ("not_in", &["value"]),
    ("lt", &["value", "ref", "other"]),
    ("le", &["value", "ref", "other"]),
    ("gt", &["value", "ref", "other"]),
    ("ge", &["value", "ref", "other"]),
    ("exists", &[]),
    ("missing", &[]),
    ("matches", &["value"]),
    ("contains_all", &["value", "ref"]),
    ("all_in", &["value"]),
    ("all_ge", &["value", "ref", "other"]),
    ("any_ge", &["value", "ref", "other"]),
    ("count_ge", &["value"]),
    ("years_ge", &["value"]),
    ("in_scope", &[]),
    ("eq_fact", &["other"]),
    ("claimed", &[]),
    ("honour_ge", &["value"]),
    ("contest_in", &["value"]),
    ("award_ge", &["value"]),
];

/// Checks every word.
pub(super) fn check(lint: &mut Lint<'_>) {
    let names = Names::of(lint.pack);
    let root = lint.root;
    let top = Spot { at: 0, key: String::new() };
    let mut walk = Walk { lint, names, path: Vec::new() };
    for (key, value) in root {
        walk.key(key, value, &top);
    }
}

/// Whether a text gives a password away: 密码 or 口令 with letters and digits right behind it.
fn holds_password(text: &str) -> bool {
    let text = fold(text);
    ["密码", "口令", "password"].iter().any(|word| {
        text.split(word).skip(1).any(|rest| {
            let rest = rest.trim_start_matches([':', '是', '为', '均', '都', '"', '“', '=', ' ']);
            rest.chars().take_while(char::is_ascii_alphanumeric).count() >= 4
        })
    })
}

/// What words may refer to.
struct Names<'a> {
    references: BTreeSet<&'a str>,
    materials: BTreeSet<&'a str>,
    forms: BTreeSet<&'a str>,
    windows: BTreeSet<&'a str>,
    groups: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(p: &'a Pack) -> Self {
        let windows = p.windows.iter().flat_map(|w| [w.id.as_str(), w.stage.as_str()]);
        Self {
            references: p.reference.keys().map(String::as_str).collect(),
            materials: p.materials.iter().map(|m| m.id.as_str()).collect(),
            forms: p.forms.iter().map(|f| f.id.as_str()).collect(),
            windows: windows.collect(),
            groups: p.rules.iter().map(|r| r.group.as_str()).collect(),
        }
    }
}

struct Walk<'l, 'a> {
    lint: &'l mut Lint<'a>,
    names: Names<'a>,
    path: Vec<String>,
}

type Node<'n> = Spanned<DeValue<'n>>;

impl Walk<'_, '_> {
    fn key(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Node<'_>, above: &Spot) {
        let name: &str = key.get_ref();
        let spot = above.below(name, value);
        self.path.push(name.to_owned());
        if let Some(kind) = kind(KEYS, &self.path) {
            let of_key = Spot { at: key.span().start, key: above.key.clone() };
            self.word(kind, name, &of_key);
        }
        self.value(value, &spot);
        self.path.pop();
    }

    fn value(&mut self, value: &Node<'_>, spot: &Spot) {
        match value.get_ref() {
            DeValue::String(word) => {
                if holds_password(word) {
                    self.lint.say("PK-132", spot.at, &[("key", &spot.key)]);
                }
                if let Some(kind) = kind(VALUES, &self.path) {
                    self.word(kind, word, spot);
                }
            }
            DeValue::Array(list) => {
                self.path.push("*".to_owned());
                for (n, part) in list.iter().enumerate() {
                    self.value(part, &spot.element(n, part));
                }
                self.path.pop();
            }
            DeValue::Table(table) => {
                if table.contains_key("op") {
                    self.comparison(value, spot);
                }
                for (key, part) in table {
                    self.key(key, part, spot);
                }
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    fn word(&mut self, kind: Kind, word: &str, spot: &Spot) {
        let known = match kind {
            Kind::OneOf(words) => {
                if !words.contains(&word) {
                    self.lint.unknown("PK-107", spot, word, words);
                }
                return;
            }
            Kind::Code => {
                if Code::find(word).is_none() {
                    let codes: Vec<&str> = all_codes().map(|(code, _)| code.as_str()).collect();
                    self.lint.unknown("PK-107", spot, word, &codes);
                }
                return;
            }
            Kind::Expr => return self.expression(word, spot),
            Kind::Column if word == "seq" => return,
            Kind::Fact | Kind::Column => return self.fact(word, spot),
            Kind::Reference => &self.names.references,
            Kind::Material => &self.names.materials,
            Kind::Form => &self.names.forms,
            Kind::MaterialOrForm if self.names.forms.contains(word) => return,
            Kind::MaterialOrForm => &self.names.materials,
            Kind::Window => &self.names.windows,
            Kind::Group => &self.names.groups,
        };
        if !known.contains(word) {
            let known: Vec<&str> = known.iter().copied().collect();
            self.lint.unknown("PK-103", spot, word, &known);
        }
    }

    fn fact(&mut self, fact: &str, spot: &Spot) {
        if !facts::is_known_fact(fact) && !self.lint.pack.vocabulary.contains_key(fact) {
            let known: Vec<&str> = facts::all().collect();
            self.lint.unknown("PK-107", spot, fact, &known);
        } else if self.path.first().is_some_and(|table| table == "rule") && !self.supplied(fact) {
            let label = facts::fact_label(fact);
            let said = format!("{} = \"{fact}\"", spot.key);
            self.lint.say("PK-113", spot.at, &[("fact", &said), ("label", &label)]);
        }
    }

    /// Whether anything brings the fact: a column, a form, a register, or `[derive]`.
    fn supplied(&self, fact: &str) -> bool {
        let derived = |key: &String| {
            pattern_matches(key, fact)
                || fact.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        let mapped = |field: &FilledField| pattern_matches(&field.field, fact);
        let mut maps = self.lint.pack.filled.iter().flat_map(|form| &form.fields);
        (self.lint.readable)(fact) || self.lint.pack.derive.keys().any(derived) || maps.any(mapped)
    }

    fn expression(&mut self, expr: &str, spot: &Spot) {
        if expr_holds(expr, &|_| Some(0)).is_none() {
            self.lint.unknown("PK-107", spot, expr, &[]);
        }
        for fact in expr_facts(expr) {
            self.fact(&fact, spot);
        }
    }

    /// An operation, whether it has what it compares with, and the words of that.
    fn comparison(&mut self, table: &Node<'_>, spot: &Spot) {
        let get = |key: &str| table.get_ref().get(key);
        let word = |key: &str| get(key).and_then(|v| v.get_ref().as_str());
        let (op, fact) = (word("op").unwrap_or_default(), word("fact").unwrap_or_default());
        let at = |key: &str| get(key).map(|value| spot.below(key, value));
        let Some((_, needed)) = OPS.iter().find(|(known, _)| *known == op) else {
            let known: Vec<&str> = OPS.iter().map(|(op, _)| *op).collect();
            if let Some(spot) = at("op") {
                self.lint.unknown("PK-107", &spot, op, &known);
            }
            return;
        };
        if !needed.is_empty() && !needed.iter().any(|key| get(key).is_some()) {
            let told = format!("{}（缺 {}）", spot.key, needed.join(" / "));
            self.lint.say("PK-103", spot.at, &[("ref", &told)]);
        }
        self.reference(op, word("ref"), at("ref"), op == "contains_all");
        self.reference(op, word("years_ref"), at("years_ref"), true);
        let (Some(value), Some(spot)) = (get("value"), at("value")) else { return };
        let number = value.get_ref().is_integer() || value.get_ref().is_float();
        match op {
            "years_ge" | "count_ge" if !value.get_ref().is_integer() => {
                self.lint.unknown("PK-107", &spot, "这里要写不带引号的整数", &[]);
            }
            "lt" | "le" | "gt" | "ge" if number && facts::is_date(fact) => {
                let said = "日期不能和数字比：年限用 years_ge，日期写成 2019-06-13";
                self.lint.unknown("PK-107", &spot, said, &[]);
            }
            "lt" | "le" | "gt" | "ge" => self.ranked(fact, value, &spot),
            "eq" | "ne" | "in" | "not_in" if facts::is_date(fact) => {
                let said = "日期不用 eq、in 比：用 le、lt、ge、gt";
                self.lint.unknown("PK-107", &spot, said, &[]);
            }
            "eq" | "ne" | "in" | "not_in" => self.among(fact, value, &spot),
            "honour_ge" => self.merit(value, &spot, &["rank", "kinds"]),
            "award_ge" => self.merit(value, &spot, &["rank", "grade", "person_certificate"]),
            "contest_in" => {
                for (n, row) in value.get_ref().as_array().into_iter().flatten().enumerate() {
                    self.merit(row, &spot.element(n, row), &["rank", "places"]);
                }
            }
            _ => {}
        }
    }

    /// A reference of the other kind is never met: a list where a date is compared, or turned.
    fn reference(&mut self, op: &str, name: Option<&str>, spot: Option<Spot>, list: bool) {
        let (Some(name), Some(spot)) = (name, spot) else { return };
        let pack = self.lint.pack;
        let Some(reference) = pack.reference.get(name) else { return };
        let fits = if list { reference.list.is_some() } else { reference.as_date().is_some() };
        if !fits {
            let wanted = if list { "list" } else { "date" };
            let told = format!("{} = \"{name}\"（{op} 要用 {wanted}）", spot.key);
            self.lint.say("PK-103", spot.at, &[("ref", &told)]);
        }
    }

    /// A word that is compared by rank must have one, unless it is a date.
    fn ranked(&mut self, fact: &str, value: &Node<'_>, spot: &Spot) {
        let Some(word) = value.get_ref().as_str() else { return };
        // a number in quotes would be read as a year
        let quoted = word.len() != 4 && word.chars().all(|c| c.is_ascii_digit());
        let date = !quoted && PartialDate::try_from(word.to_owned()).is_ok();
        if rank_of(fact, word).is_none() && !date {
            self.lint.unknown("PK-107", spot, word, &words_of(fact));
        }
    }

    /// A word a fact never has is never equal.
    fn among(&mut self, fact: &str, value: &Node<'_>, spot: &Spot) {
        let pack = self.lint.pack;
        let known: Vec<&str> = match pack.vocabulary.get(fact) {
            Some(words) => words.iter().map(String::as_str).collect(),
            None if fact.ends_with(".level") => words_of(fact),
            None => return,
        };
        let mut words: Vec<(&str, Spot)> = Vec::new();
        let list = value.get_ref().as_array().into_iter().flatten().enumerate();
        let parts = list.map(|(n, part)| (part, spot.element(n, part)));
        words.extend(parts.filter_map(|(part, spot)| Some((part.get_ref().as_str()?, spot))));
        if let Some(word) = value.get_ref().as_str() {
            words.push((word, Spot { at: spot.at, key: spot.key.clone() }));
        }
        for (word, spot) in words.iter().filter(|(word, _)| !known.contains(word)) {
            self.lint.unknown("PK-107", spot, word, &known);
        }
    }

    /// What an exception asks of honours, places and awards: a key nobody reads asks nothing.
    fn merit(&mut self, asked: &Node<'_>, spot: &Spot, keys: &[&str]) {
        for (key, value) in asked.get_ref().as_table().into_iter().flatten() {
            let name: &str = key.get_ref();
            if !keys.contains(&name) {
                let of_key = Spot { at: key.span().start, key: spot.key.clone() };
                self.lint.unknown("PK-107", &of_key, name, keys);
                continue;
            }
            let Some(word) = value.get_ref().as_str() else { continue };
            let here = spot.below(name, value);
            if name == "rank" && place_rank(word).is_none() {
                self.lint.unknown("PK-107", &here, word, &words_of(""));
            }
            if name == "grade" && grade_rank(word).is_none() {
                self.lint.unknown("PK-107", &here, word, &grades());
            }
        }
    }
}

fn kind(table: &[(&str, Kind)], path: &[String]) -> Option<Kind> {
    let found = table.iter().find(|(pattern, _)| {
        let pattern: Vec<&str> = pattern.split('.').collect();
        fits(&pattern, path)
    });
    found.map(|(_, kind)| *kind)
}

fn fits(pattern: &[&str], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            (0..=path.len()).any(|skip| path.get(skip..).is_some_and(|tail| fits(rest, tail)))
        }
        (Some((first, pattern)), Some((name, path))) => {
            (*first == "*" || first == name) && fits(pattern, path)
        }
        _ => false,
    }
}
