//! Facts that no column asks for: copied, presumed or computed, as `[derive]` says.

use super::case::Case;
use super::predicate::{birth, plain};
use crate::diag::Origin;
use crate::normalize::{Field, Record, Source, Value};
use crate::pack::Derive;
use crate::text::{PartialDate, fold};
use chrono::Datelike as _;
use std::collections::BTreeMap;

/// How many of a unit apply, for `applicants_per_level` and `note_two_one`.
#[derive(Debug, Clone, Default)]
pub(super) struct Batch {
    /// Grade (`L1` … `L5`) → applicants.
    pub(super) per_level: BTreeMap<String, i64>,
    /// Applicants with 退二进一 in 备注.
    pub(super) two_one: i64,
}

/// Adds what needs no material. A value that was read wins over all of these.
pub(super) fn facts(case: &Case<'_>, batch: &Batch) -> Record {
    let mut record = case.record.clone();
    for (fact, how) in &case.pack.derive {
        if how.when_material.is_some() {
            continue;
        }
        if how.compute.as_deref() == Some("applicants_per_level") {
            for (grade, n) in &batch.per_level {
                add(&mut record, &format!("{fact}.{grade}"), Value::Int(*n), Source::Derived, None);
            }
            continue;
        }
        let now = Case { record: &record, ..*case };
        if let Some(path) = how.when_file.as_deref().and_then(|word| named_file(word, case)) {
            let written = record.get(fact).is_some_and(|f| f.value.is_some());
            if !written {
                let field = Field {
                    value: Some(Value::Bool(true)),
                    raw: String::new(),
                    origin: Origin::file(path),
                    repairs: vec!["由材料文件名得出".to_owned()],
                    source: Source::Derived,
                };
                record.insert(fact.clone(), field);
            }
            continue;
        }
        if let Some((value, source, from)) = derived(fact, how, &now, batch) {
            add(&mut record, fact, value, source, from.as_deref());
        }
    }
    record
}

/// A file whose name holds the word, among those of the materials that look for the word.
fn named_file<'a>(word: &str, case: &Case<'a>) -> Option<&'a str> {
    let key = fold(word);
    let looks = |id: &str| {
        let material = case.pack.materials.iter().find(|m| m.id == id);
        material.is_some_and(|m| m.words.iter().any(|w| fold(w) == key))
    };
    let filed = case.applicant.materials.iter().filter(|m| looks(&m.id));
    let mut files = filed.flat_map(|m| &m.files).map(|f| f.path.as_str());
    files.find(|path| fold(path).contains(&key))
}

/// Adds what stands when a material is complete; `complete` knows.
pub(super) fn facts_of_materials(
    record: &mut Record,
    derive: &BTreeMap<String, Derive>,
    complete: impl Fn(&str) -> bool,
) {
    for (fact, how) in derive {
        if let (Some(material), Some(value)) = (&how.when_material, &how.value)
            && complete(material)
            && let Some(value) = plain(value)
        {
            add(record, fact, value, Source::Derived, None);
        }
    }
}

fn add(record: &mut Record, fact: &str, value: Value, source: Source, from: Option<&str>) {
    let written = record.get(fact).is_some_and(|f| f.value.is_some() || !f.raw.trim().is_empty());
    if written {
        return;
    }
    let origin =
        from.and_then(|f| record.get(f)).map_or_else(Origin::default, |f| f.origin.clone());
    let repairs = match source {
        Source::Presumed => vec!["推定".to_owned()],
        _ => Vec::new(),
    };
    let raw = String::new();
    record.insert(fact.to_owned(), Field { value: Some(value), raw, origin, repairs, source });
}

type Derived = (Value, Source, Option<String>);

fn derived(fact: &str, how: &Derive, case: &Case<'_>, batch: &Batch) -> Option<Derived> {
    if let Some(from) = &how.copy {
        return Some((case.value(from)?.clone(), Source::Derived, Some(from.clone())));
    }
    if let Some(presumed) = &how.presume {
        return Some((plain(presumed)?, Source::Presumed, None));
    }
    if let Some(value) = &how.value {
        return Some((plain(value)?, Source::Derived, None));
    }
    let birth_cell = Some("person.birth".to_owned());
    match how.compute.as_deref()? {
        "retirement" => {
            let date = retirement(case, Track::of(case)?)?;
            Some((Value::Date(date), Source::Derived, birth_cell))
        }
        "age" => {
            let on = case.pack.reference.get("age_on").and_then(|r| r.as_date());
            let age = full_years(birth(case)?, on.unwrap_or(case.today));
            Some((Value::Int(age), Source::Derived, birth_cell))
        }
        "scope.licence" => {
            let trade = case.pack.find_trade(case.text("apply.trade")?, case.level())?;
            let licences = Value::List(trade.licence.clone());
            let some = !trade.licence.is_empty();
            some.then(|| (licences, Source::Derived, Some(fact.replace("_licence", ""))))
        }
        "note_two_one" => Some((Value::Int(batch.two_one), Source::Derived, None)),
        _ => None,
    }
}

/// Years completed on a day; a month of birth counts from its first day.
fn full_years(birth: PartialDate, on: PartialDate) -> i64 {
    let (b, d) = (birth.first(), on.last());
    i64::from(d.year() - b.year()) - i64::from((d.month(), d.day()) < (b.month(), b.day()))
}

/// A legal age of retirement, a row of `data/retirement.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Track {
    sex: &'static str,
    /// Years of age until the end of 2024.
    age: i32,
    /// From 2025-01 on, for every so many months a month later …
    step: i32,
    /// … up to so many months.
    most: i32,
    /// As a clerk says it.
    pub(super) words: &'static str,
}

impl Track {
    fn all() -> impl Iterator<Item = Self> {
        include_str!("../../data/retirement.tsv").lines().skip(1).filter_map(|line| {
            let mut parts = line.split('\t');
            let mut next = || parts.next().map(str::trim);
            let sex = next()?;
            let [age, step, most] = [next()?, next()?, next()?].map(str::parse);
            Some(Self { sex, age: age.ok()?, step: step.ok()?, most: most.ok()?, words: next()? })
        })
    }

    /// The usual track of the person's sex: the first of the table.
    pub(super) fn of(case: &Case<'_>) -> Option<Self> {
        let sex = case.text("person.sex")?;
        Self::all().find(|track| track.sex == sex)
    }

    /// The later age that may hold for the same sex.
    pub(super) fn later(self) -> Option<Self> {
        Self::all().find(|track| track.sex == self.sex && track.age > self.age)
    }

    /// The month of retirement: the old age until 2024, from 2025-01 one month later for every step,
    /// up to the new age.
    fn month(self, year: i32, month: i32) -> Option<PartialDate> {
        let old = (year + self.age) * 12 + month - 1;
        let since_reform = old - 2025 * 12;
        let delay =
            if since_reform < 0 { 0 } else { (since_reform / self.step + 1).min(self.most) };
        let at = old + delay;
        PartialDate::month(at.div_euclid(12), u32::try_from(at.rem_euclid(12) + 1).ok()?)
    }
}

/// The month of legal retirement.
pub(super) fn retirement(case: &Case<'_>, track: Track) -> Option<PartialDate> {
    let birth = birth(case)?;
    track.month(birth.year(), birth.month_of()? as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retirement_follows_the_published_table() {
        let cases = [
            (1959, 5, "man", "2019-05"),
            (1964, 12, "man", "2024-12"),
            (1965, 1, "man", "2025-02"),
            (1965, 4, "man", "2025-05"),
            (1965, 5, "man", "2025-07"),
            (1976, 8, "man", "2039-07"),
            (1976, 9, "man", "2039-09"),
            (1976, 12, "man", "2039-12"),
            (1974, 12, "woman", "2024-12"),
            (1975, 1, "woman", "2025-02"),
            (1975, 3, "woman", "2025-05"),
            (1984, 12, "woman", "2039-12"),
            (1970, 1, "woman_late", "2025-02"),
            (1981, 12, "woman_late", "2039-12"),
        ];
        for (year, month, name, expected) in cases {
            let (sex, age) = match name {
                "man" => ("男", 60),
                "woman" => ("女", 50),
                _ => ("女", 55),
            };
            let track = Track::all().find(|t| (t.sex, t.age) == (sex, age)).unwrap();
            let date = track.month(year, month).unwrap();
            assert_eq!(date.to_string(), expected, "{year}-{month} {name}");
        }
    }

    #[test]
    fn a_year_of_age_ends_on_the_birthday() {
        let birth = PartialDate::day(1974, 6, 13).unwrap();
        assert_eq!(full_years(birth, PartialDate::day(2019, 6, 13).unwrap()), 45);
        assert_eq!(full_years(birth, PartialDate::day(2019, 6, 12).unwrap()), 44);
    }
}
