//! One row of a roster becomes one record with its findings.

use super::fact::{Note, Parsed};
use super::flags;
use super::header::label;
use super::id_number::{self, IdFacts};
use super::level::Level;
use super::{Field, Record, Row, Source, Value, cell, date, field, level, merit, name, trade};
use crate::diag::{Finding, Origin, Severity};
use crate::pack::Pack;
use crate::read::CellValue;
use crate::text::PartialDate;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A value under a known label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    pub(super) field: String,
    /// A year in the label.
    pub(super) year: Option<i32>,
    pub(super) value: CellValue,
    pub(super) origin: Origin,
}

/// Columns that ask for yes or no.
const FLAGS: [&str; 3] = ["person.staffed", "apply.transferred", "apply.failed_before"];

/// What all rows of a delivery share.
pub(super) struct Ctx<'a> {
    pub(super) pack: &'a Pack,
    pub(super) now: NaiveDate,
    /// The year 合格 alone means in 继续教育.
    pub(super) training_year: Option<i32>,
    /// Required facts, `appraisal.*` spelled out by year.
    pub(super) required: BTreeSet<String>,
    /// Folders that name a trade (`01张三（电工）`): folder and trade.
    pub(super) folders: Vec<(String, String)>,
}

impl<'a> Ctx<'a> {
    pub(super) fn new(pack: &'a Pack, now: NaiveDate, paths: &[&str]) -> Self {
        let list =
            |name: &str| pack.reference.get(name).and_then(|r| r.list.clone()).unwrap_or_default();
        let training_year = match list("training_years").as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        let mut required = BTreeSet::new();
        for fact in &pack.roster.required {
            if fact == "appraisal.*" {
                required.extend(list("appraisal_years").iter().map(|y| format!("appraisal.{y}")));
            } else {
                required.insert(fact.clone());
            }
        }
        Self { pack, now, training_year, required, folders: folders(pack, paths) }
    }
}

/// Folders whose name ends with a trade of the pack in brackets.
fn folders(pack: &Pack, paths: &[&str]) -> Vec<(String, String)> {
    let dirs =
        paths.iter().filter_map(|path| path.rsplit_once('/')).flat_map(|(d, _)| d.split('/'));
    let named: BTreeSet<&str> = dirs.collect();
    named
        .into_iter()
        .filter_map(|dir| {
            let (_, tail) = dir.split_once(['（', '('])?;
            let trade = trade::canonical(tail.trim_end_matches(['）', ')']), pack)?;
            Some((dir.to_owned(), trade))
        })
        .collect()
}

/// The row while it is being read.
struct Build<'a> {
    ctx: &'a Ctx<'a>,
    record: Record,
    findings: Vec<Finding>,
    withdrawn: bool,
    id: Option<IdFacts>,
    /// The note that stood behind the name.
    moved: Option<(Slot, String)>,
    /// Fields whose cell already has a finding that stands for its emptiness.
    spoken: BTreeSet<String>,
    /// Fields that have a column.
    asked: BTreeSet<String>,
}

/// Reads one row. `slots` holds every asked column, empty cells too; `spare` stands in for
/// what no column gave; `missing` are required facts without a column.
pub(super) fn build(
    ctx: &Ctx<'_>,
    slots: &[Slot],
    spare: &[Slot],
    missing: &[Finding],
    origin: Origin,
) -> Row {
    let mut build = Build {
        ctx,
        record: Record::new(),
        findings: missing.to_vec(),
        withdrawn: false,
        id: None,
        moved: None,
        spoken: BTreeSet::new(),
        asked: slots.iter().map(|slot| slot.field.clone()).collect(),
    };
    build.read_all(slots);
    for slot in spare {
        if !build.record.contains_key(&slot.field) {
            build.read(slot);
        }
    }
    // a joined cell gave what no column was asked for
    let record = &build.record;
    let given = |f: &Finding| f.field.as_ref().is_some_and(|field| record.contains_key(field));
    build.findings.retain(|f| f.code.as_str() != "SS-112" || !given(f));
    super::grades::choose(&mut build.record);
    build.same_under_two_names();
    build.swapped(slots);
    build.fill_from_id();
    build.ask_required(slots, &origin);
    build.sanity();
    Row { record: build.record, origin, findings: build.findings, withdrawn: build.withdrawn }
}

impl Build<'_> {
    /// The ID first: it decides what other cells mean; trades after levels: a column beats a
    /// joined cell; 备注 last: it adds to what columns say.
    fn read_all(&mut self, slots: &[Slot]) {
        let rank = |slot: &&Slot| match slot.field.as_str() {
            "person.id_no" => 0,
            "apply.trade" | "post.trade" | "apply.both" | "post.both" => 2,
            "apply.note" => 3,
            _ => 1,
        };
        let mut ordered: Vec<&Slot> = slots.iter().collect();
        ordered.sort_by_key(rank);
        for slot in ordered {
            self.read(slot);
        }
        if let Some((slot, note)) = self.moved.take() {
            self.note(&slot, &note);
        }
    }

    fn read(&mut self, slot: &Slot) {
        let field = slot.field.as_str();
        // two columns of education (全日制, 在职): the higher counts
        let blank = |f: &Field| f.raw.trim().is_empty() && field == "post.level";
        if self.record.get(field).is_some_and(|f| !blank(f))
            && !["training.passed_years", "education.rank"].contains(&field)
        {
            return;
        }
        match &slot.value {
            value if is_error(value) => {
                let value = value.text();
                let finding = Finding::new("SS-128", slot.origin.clone())
                    .arg("cell", slot.origin.cell.as_deref().unwrap_or("—"))
                    .arg("value", value);
                self.findings.push(finding.field(field).build());
                self.spoken.insert(field.to_owned());
                return;
            }
            CellValue::Uncalculated => {
                let weight = if self.ctx.required.contains(field) {
                    Severity::Error
                } else {
                    Severity::Warn
                };
                let finding = Finding::new("SS-127", slot.origin.clone())
                    .arg("cell", slot.origin.cell.as_deref().unwrap_or("—"))
                    .arg("label", label(field))
                    .severity(weight);
                self.findings.push(finding.field(field).build());
                self.spoken.insert(field.to_owned());
                return;
            }
            CellValue::Text(_)
            | CellValue::Number(_)
            | CellValue::Date(_)
            | CellValue::Bool(_)
            | CellValue::Error(_) => {}
        }
        let text = slot.value.text();
        if cell::is_pending(&text) {
            let args = [("label", label(field)), ("value", text.trim().to_owned())];
            self.say(&Note { code: "FD-109", args: args.to_vec() }, slot);
        }
        // to a question of yes and no, 无 is an answer
        let answered = FLAGS.contains(&field) && cell::yes_no(&text).is_some();
        if cell::is_empty(&text) && !answered {
            if field == "post.level" {
                self.store(slot, field, Parsed::text("none"));
            } else if crate::pack::pattern_matches("papers.*.date", field)
                || (self.belongs(field) && !self.ctx.required.contains(field))
            {
                // that it was asked and left open is told, and where
                self.store(slot, field, Parsed::default());
            }
            return;
        }
        self.read_filled(slot, &text);
    }

    /// Whether the pack asks for the field together with others.
    fn belongs(&self, field: &str) -> bool {
        let groups = &self.ctx.pack.roster.complete;
        groups.iter().any(|group| group.facts.iter().any(|fact| fact == field))
    }

    fn read_filled(&mut self, slot: &Slot, text: &str) {
        match slot.field.as_str() {
            "seq" => {}
            "person.name" => self.name(slot, text),
            "person.id_no" => self.id_no(slot),
            "apply.note" => self.note(slot, text),
            "education.rank" => self.education(slot, text),
            "post.trade" | "post.both" => self.trade(slot, text, "post"),
            "apply.trade" | "apply.both" => self.trade(slot, text, "apply"),
            "post.level" | "apply.level" | "cert.level" => self.level(slot, text),
            "training.passed_years" => self.training(slot, text),
            "appraisal" => self.appraisals(slot, text),
            "title" => self.title(slot, text),
            "papers" => self.papers(slot, text),
            "experts" => self.experts(slot, text),
            "apply.exception" => {
                if let Some(items) = merit::exception(text, self.ctx.pack) {
                    self.store(slot, "apply.exception", Parsed::value(Value::List(items)));
                }
            }
            other => {
                let known = self.id.map(|id| id.birth).filter(|_| other == "person.birth");
                let parsed = field::read(other, &slot.value, known.as_ref(), self.ctx.pack);
                self.store(slot, other, parsed);
            }
        }
    }

    fn say(&mut self, note: &Note, slot: &Slot) {
        self.findings.push(note.at(&slot.origin, &slot.field));
    }

    fn store(&mut self, slot: &Slot, id: &str, parsed: Parsed) {
        for note in &parsed.notes {
            self.findings.push(note.at(&slot.origin, id));
        }
        self.record.insert(
            id.to_owned(),
            Field {
                value: parsed.value,
                raw: slot.value.text(),
                origin: slot.origin.clone(),
                repairs: parsed.repairs,
                source: Source::Read,
            },
        );
    }

    fn name(&mut self, slot: &Slot, text: &str) {
        let (parsed, note) = name::read(text);
        self.store(slot, "person.name", parsed);
        if let Some(note) = note.filter(|n| n.chars().any(char::is_alphanumeric)) {
            let moved = Slot {
                field: "apply.note".to_owned(),
                value: CellValue::Text(note.clone()),
                ..slot.clone()
            };
            self.moved = Some((moved, note));
        }
    }

    fn id_no(&mut self, slot: &Slot) {
        let place = slot.origin.cell.clone().unwrap_or_default();
        let (parsed, facts) = id_number::read(&slot.value, &place);
        self.id = facts;
        self.store(slot, "person.id_no", parsed);
    }

    /// 备注: kept whole, its flags set the facts they name.
    fn note(&mut self, slot: &Slot, text: &str) {
        let flags = flags::read(text);
        self.withdrawn |= flags.withdrawn;
        for (id, value) in flags.facts {
            self.store(slot, id, Parsed::value(Value::Bool(value)).repair("由备注标记"));
        }
        let own = text.trim();
        match self.record.get_mut("apply.note") {
            // what moved here from another cell stands behind what was written here
            Some(Field { value: Some(Value::Text(earlier)), repairs, .. }) => {
                *earlier = format!("{earlier}；{own}");
                repairs.push("附注移入备注".to_owned());
            }
            _ => self.store(slot, "apply.note", Parsed::text(own)),
        }
    }

    fn education(&mut self, slot: &Slot, text: &str) {
        let read = super::education::read(text);
        if read.special {
            let flag = Parsed::value(Value::Bool(true)).repair("由学历栏标记");
            self.store(slot, "education.special_cert", flag);
            self.spoken.insert("education.rank".to_owned());
        }
        let known = self.text("education.rank");
        if let (Some(known), Some(Value::Text(new))) = (&known, &read.parsed.value)
            && super::education::higher(known, new) == known.as_str()
        {
            return;
        }
        if known.is_none() || read.parsed.value.is_some() {
            self.store(slot, "education.rank", read.parsed);
        }
    }

    fn trade(&mut self, slot: &Slot, text: &str, side: &str) {
        let read = trade::read(text, self.ctx.pack);
        let mut parsed = Parsed::text(read.name);
        parsed.repairs = read.repairs;
        if let Some(level) = read.level {
            let id = format!("{side}.level");
            // an empty cell of levels yields to the joined one; a written 无 does not
            let told = self.record.get(&id).is_some_and(|f| {
                f.value.is_some() && f.raw.chars().any(char::is_alphanumeric)
                    || f.value.as_ref().is_some_and(|v| v.text() != "none")
            });
            if !told {
                self.store(slot, &id, Parsed::text(level).repair("工种与等级拆分"));
            }
        }
        self.store(slot, &format!("{side}.trade"), parsed);
    }

    fn level(&mut self, slot: &Slot, text: &str) {
        let present = slot.field == "post.level";
        let parsed = match level::read(text) {
            Level::Known(name) if name == text => Parsed::text(name),
            Level::Known(name) => Parsed::text(name).repair("等级名称规范"),
            Level::Unskilled if present => Parsed::text("普通工"),
            Level::Absent if present => Parsed::text("none"),
            Level::Unskilled | Level::Absent | Level::Unknown => {
                if self.joined_level(slot, text) {
                    return;
                }
                Parsed::fault("FD-161", text.trim())
            }
        };
        self.store(slot, &slot.field, parsed);
    }

    /// 电工/技师 under a label of levels, where no column asks for the trade.
    fn joined_level(&mut self, slot: &Slot, text: &str) -> bool {
        let Some(side) = slot.field.strip_suffix(".level").filter(|s| *s != "cert") else {
            return false;
        };
        let read = trade::read(text, self.ctx.pack);
        let known = trade::canonical(&read.name, self.ctx.pack).is_some();
        let (Some(level), true) = (read.level, known) else { return false };
        let id = format!("{side}.trade");
        if self.asked.contains(&id) {
            return false;
        }
        self.store(slot, &slot.field, Parsed::text(level).repair("工种与等级拆分"));
        self.store(slot, &id, Parsed::text(read.name).repair("工种与等级拆分"));
        true
    }

    fn training(&mut self, slot: &Slot, text: &str) {
        let single = slot.year.or(self.ctx.training_year);
        let years = cell::years(text, single);
        let earlier = match self.record.get("training.passed_years").and_then(|f| f.value.clone()) {
            Some(Value::Years(set)) => Some(set),
            _ => None,
        };
        let all = match (earlier, years) {
            (Some(a), Some(b)) => Some(a.union(&b).copied().collect()),
            (a, b) => a.or(b),
        };
        let parsed = all.map_or_else(Parsed::default, |set| Parsed::value(Value::Years(set)));
        self.store(slot, "training.passed_years", parsed);
    }

    /// 2014优秀、2015合格 … in one cell, or one grade for several years (2014-2018年均合格).
    fn appraisals(&mut self, slot: &Slot, text: &str) {
        for (year, grade) in field::appraisals(text) {
            let id = format!("appraisal.{year}");
            if !self.record.contains_key(&id) {
                self.store(slot, &id, Parsed::text(grade).repair("由合并填写的考核栏拆分"));
            }
        }
    }

    fn title(&mut self, slot: &Slot, text: &str) {
        let (name, rank) = merit::title(text);
        self.store(slot, "title.name", Parsed::text(name));
        let parsed = rank.map_or_else(Parsed::default, Parsed::text);
        self.store(slot, "title.rank", parsed);
    }

    fn papers(&mut self, slot: &Slot, text: &str) {
        for (n, paper) in merit::papers(text).into_iter().enumerate() {
            for (key, value) in paper {
                self.store(slot, &format!("papers.{}.{key}", n + 1), Parsed::value(value));
            }
        }
    }

    fn experts(&mut self, slot: &Slot, text: &str) {
        for (n, parts) in merit::experts(text).into_iter().enumerate() {
            for (key, part) in ["name", "title", "unit"].iter().zip(parts) {
                if let Some(part) = part.filter(|p| !p.is_empty()) {
                    self.store(slot, &format!("experts.{}.{key}", n + 1), Parsed::text(part));
                }
            }
        }
    }

    /// An unusable identity number beside a sound one in the column of phones: filled in crosswise.
    fn swapped(&mut self, slots: &[Slot]) {
        let sound = |slot: &Slot| id_number::read(&slot.value, "").0.value.is_some();
        if !slots.iter().any(|slot| slot.field == "contact.phone" && sound(slot)) {
            return;
        }
        for finding in self.findings.iter_mut().filter(|f| f.code.as_str() == "ID-102") {
            finding.hint = "联系电话栏内是身份证号码，两栏可能填反，请对调".to_owned();
        }
    }

    /// 本工种年限 is one fact under two ids.
    fn same_under_two_names(&mut self) {
        let pair = ["post.trade_years", "service.trade_years"];
        for (from, to) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            if !self.record.contains_key(to)
                && let Some(known) = self.record.get(from).cloned()
            {
                self.record.insert(to.to_owned(), known);
            }
        }
    }

    /// Sex and birth of a valid ID fill empty cells and are held against filled ones.
    fn fill_from_id(&mut self) {
        let (Some(id), Some(field)) = (self.id, self.record.get("person.id_no").cloned()) else {
            return;
        };
        let sex = if id.male { "男" } else { "女" };
        match self.record.get("person.sex").map(|f| (f.value.clone(), f.origin.clone())) {
            Some((Some(Value::Text(written)), origin)) if written != sex => {
                let note = Note::new("ID-107", &[("sex", &written)]);
                self.findings.push(note.at(&origin, "person.sex"));
            }
            Some((Some(_), _)) => {}
            Some((None, _)) | None => self.fill("person.sex", Value::Text(sex.to_owned()), &field),
        }
        match self.record.get("person.birth").map(|f| (f.value.clone(), f.origin.clone())) {
            Some((Some(Value::Date(written)), origin)) => {
                if !same_month(&written, &id.birth) {
                    let (a, b) = (written.to_string(), id.birth.to_string());
                    let note = Note::new("DT-121", &[("a", &a), ("b", &b)]);
                    self.findings.push(note.at(&origin, "person.birth"));
                }
            }
            Some((Some(_), _)) => {}
            Some((None, _)) | None => self.fill("person.birth", Value::Date(id.birth), &field),
        }
    }

    fn fill(&mut self, to: &str, value: Value, from: &Field) {
        // an unreadable cell keeps its finding; an empty one, or a formula nobody calculated, is filled
        let uncalculated =
            |f: &Finding| f.code.as_str() == "SS-127" && f.field.as_deref() == Some(to);
        let spoken = self.spoken.contains(to) && !self.findings.iter().any(uncalculated);
        if self.record.contains_key(to) || spoken {
            return;
        }
        self.findings.push(Note::new("FD-111", &[]).at(&from.origin, to));
        let filled = Field {
            value: Some(value),
            raw: String::new(),
            origin: from.origin.clone(),
            repairs: vec!["由身份证号码补全".to_owned()],
            source: Source::Filled,
        };
        self.record.insert(to.to_owned(), filled);
    }

    /// Required cells left empty; a person without a level has no certificate to fill in.
    fn ask_required(&mut self, slots: &[Slot], row: &Origin) {
        let no_level = self.text("post.level").is_some_and(|l| l == "none");
        for fact in &self.ctx.required {
            let exempt = fact == "post.level" || (no_level && fact.starts_with("cert."));
            let silent = self.record.contains_key(fact) || self.spoken.contains(fact);
            if exempt || silent {
                continue;
            }
            let of_grade = super::grades::of_level(fact, self.text("post.level").as_deref());
            let column = slots
                .iter()
                .find(|slot| slot.field == *fact)
                .or_else(|| slots.iter().find(|slot| Some(&slot.field) == of_grade.as_ref()));
            let joined = fact.split_once('.').is_some_and(|(side, kind)| {
                matches!(kind, "trade" | "level")
                    && slots.iter().any(|s| s.field == format!("{side}.both"))
            }) || (fact.starts_with("appraisal.")
                && slots.iter().any(|s| s.field == "appraisal"));
            if column.is_none() && !joined {
                continue;
            }
            let origin = column.map_or_else(|| row.clone(), |slot| slot.origin.clone());
            let code = self.ctx.pack.roster.empty.get(fact).map_or("FD-101", String::as_str);
            let name = self.text("person.name").unwrap_or_else(|| "—".to_owned());
            let finding = Finding::new(code, origin)
                .arg("label", label(fact))
                .arg("name", name)
                .arg("value", "空")
                .clause(&self.ctx.pack.roster.clause)
                .field(fact);
            self.findings.push(finding.build());
        }
    }

    fn text(&self, id: &str) -> Option<String> {
        self.record.get(id)?.value.as_ref().map(Value::text)
    }

    fn date(&self, id: &str) -> Option<(PartialDate, Origin)> {
        let field = self.record.get(id)?;
        match field.value {
            Some(Value::Date(date)) => Some((date, field.origin.clone())),
            _ => None,
        }
    }

    /// Dates that cannot be right.
    fn sanity(&mut self) {
        for id in ["person.birth", "person.work_start", "cert.date"] {
            // nobody of an earlier year is still in post
            const EARLIEST: i32 = 1940;
            let Some((date, origin)) = self.date(id) else { continue };
            let code = match () {
                () if date.first() > self.ctx.now => "DT-111",
                () if date.year() < EARLIEST => "DT-115",
                () => continue,
            };
            let note = Note::new(code, &[("label", &label(id)), ("value", &date.to_string())]);
            self.findings.push(note.at(&origin, id));
        }
        if let Some((date, origin)) = self.date("education.date") {
            // nobody finishes any school before this age
            const YOUNGEST: i32 = 11;
            let birth = self.date("person.birth").map(|(birth, _)| birth);
            let young = birth.is_some_and(|birth| date::full_years(&birth, &date) < YOUNGEST);
            if young || date.first() > self.ctx.now {
                let note = Note::new("FD-134", &[("limit", &YOUNGEST.to_string())]);
                self.findings.push(note.at(&origin, "education.date"));
            }
        }
        let start = self.date("person.work_start");
        if let (Some((birth, _)), Some((start, origin))) = (self.date("person.birth"), &start) {
            let age = date::full_years(&birth, start);
            if age < 16 {
                let note = Note::new("DT-112", &[("n", &age.to_string())]);
                self.findings.push(note.at(origin, "person.work_start"));
            }
        }
        if let (Some((cert, origin)), Some((start, _))) = (self.date("cert.date"), &start)
            && cert.lt(start) == Some(true)
        {
            self.findings.push(Note::new("DT-113", &[]).at(&origin, "cert.date"));
        }
    }
}

/// An error value, also one that a text format keeps as its word.
fn is_error(value: &CellValue) -> bool {
    const WORDS: [&str; 8] =
        ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"];
    match value {
        CellValue::Error(_) => true,
        CellValue::Text(text) => WORDS.contains(&text.trim()),
        CellValue::Number(_)
        | CellValue::Date(_)
        | CellValue::Bool(_)
        | CellValue::Uncalculated => false,
    }
}

fn same_month(a: &PartialDate, b: &PartialDate) -> bool {
    a.year() == b.year() && (a.month_of().is_none() || a.month_of() == b.month_of())
}
