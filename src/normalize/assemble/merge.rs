//! Versions and copies: which files of a person stand.

use super::gather::People;
use super::material::Choice;
use super::person::Person;
use super::{Fate, Item, newer};
use crate::diag::{Finding, Origin};
use crate::pack::Pack;
use crate::read::ScanKind;
use std::collections::{BTreeMap, BTreeSet};

/// Settles versions and copies; returns findings per person.
pub(super) fn settle(
    items: &mut [Item<'_>],
    people: &People<'_>,
    pack: &Pack,
) -> Vec<Vec<Finding>> {
    let mut notes = vec![Vec::new(); people.list.len()];
    let mut slots: BTreeMap<(usize, Choice), Vec<usize>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let counts = matches!(item.choice, Choice::Material(_) | Choice::Photo);
        if counts && item.fate == Fate::Keep {
            slots.entry((item.person, item.choice)).or_default().push(index);
        }
    }
    for ((person, choice), mut slot) in slots {
        let key = |&i: &usize| {
            let item = &items[i];
            (item.filing.arrival.at, &item.filing.entry, &item.filing.content, &item.file.path)
        };
        slot.sort_by(|a, b| key(a).cmp(&key(b)));
        settle_versions(items, &slot, choice, pack);
        if choice == Choice::Photo {
            one_photo(items, &slot);
        }
        outdate_refused(items, &slot);
        notes[person].extend(versions_note(items, &slot, choice, pack));
    }
    copies(items, people, pack, &mut notes);
    notes
}

/// Walks the deliveries of one material of one person from the oldest: each file replaces the
/// older files that it and its companions cover; the bytes that stand already change nothing.
fn settle_versions(items: &mut [Item<'_>], slot: &[usize], choice: Choice, pack: &Pack) {
    let parts = match choice {
        Choice::Material(m) => pack.materials[m].parts.as_slice(),
        _ => &[],
    };
    // 辅助 materials without parts are collections: a later entry adds to them
    let collects = matches!(choice, Choice::Material(m) if parts.is_empty() && pack.materials[m].group != "必备");
    let count = |part: Option<usize>| {
        let part = part.and_then(|index| parts.get(index));
        part.and_then(|part| part.count).unwrap_or(1).max(1) as usize
    };
    let mut standing: Vec<usize> = Vec::new();
    let mut rest = slot;
    while let Some(&first) = rest.first() {
        let filing = items[first].filing;
        let same = rest.iter().take_while(|&&i| std::ptr::eq(items[i].filing, filing)).count();
        let (batch, after) = rest.split_at(same);
        rest = after;
        let mut fresh: BTreeSet<usize> = BTreeSet::new();
        let mut added: Vec<usize> = Vec::new();
        for &i in batch {
            if items[i].refused {
                continue;
            }
            let copy = |&&j: &&usize| {
                items[j].fill == items[i].fill && items[j].file.sha256 == items[i].file.sha256
            };
            let twin = standing.iter().chain(&added).find(copy).copied();
            if twin.is_some() {
                items[i].fate = Fate::Duplicate;
            } else {
                added.push(i);
            }
            fresh.insert(twin.unwrap_or(i));
        }
        if !collects {
            let covered = |&old: &usize| {
                let covers = |unit: i32| {
                    let by = |j: &&usize| {
                        items[**j].fill.part == items[old].fill.part
                            && items[**j].fill.units().contains(&unit)
                    };
                    fresh.iter().filter(by).count() >= count(items[old].fill.part)
                };
                !fresh.contains(&old) && items[old].fill.units().into_iter().all(covers)
            };
            let (gone, kept): (Vec<usize>, Vec<usize>) = standing.iter().partition(|i| covered(i));
            gone.into_iter().for_each(|i| items[i].fate = Fate::Older);
            standing = kept;
        }
        standing.extend(added);
    }
}

/// Of several photos in one content one is taken: a JPEG before others, then by path.
fn one_photo(items: &mut [Item<'_>], slot: &[usize]) {
    let stands = |i: &&usize| !items[**i].refused && items[**i].fate == Fate::Keep;
    let mut standing: Vec<usize> = slot.iter().filter(stands).copied().collect();
    let jpeg = |i: usize| items[i].file.scan.as_ref().is_some_and(|s| s.kind == ScanKind::Jpeg);
    standing.sort_by_key(|&i| (!jpeg(i), items[i].file.path.clone()));
    for &i in standing.iter().skip(1) {
        items[i].fate = Fate::Older;
    }
}

/// A refused file no longer counts once a newer delivery brought what it should have been.
fn outdate_refused(items: &mut [Item<'_>], slot: &[usize]) {
    let refused: Vec<usize> = slot.iter().filter(|&&i| items[i].refused).copied().collect();
    for i in refused {
        let item = &items[i];
        let good = |&&j: &&usize| {
            let other = &items[j];
            !other.refused
                && other.fate == Fate::Keep
                && newer(other.filing, item.filing)
                && other.fill.part == item.fill.part
        };
        let covered: BTreeSet<i32> =
            slot.iter().filter(good).flat_map(|&j| items[j].fill.units()).collect();
        if item.fill.units().is_subset(&covered) {
            items[i].fate = Fate::Older;
        }
    }
}

/// MT-114 when a version was replaced; PH-134 when one of several photos handed in together was
/// taken, which is no newer than the others.
fn versions_note(
    items: &[Item<'_>],
    slot: &[usize],
    choice: Choice,
    pack: &Pack,
) -> Option<Finding> {
    let of = |fate: Fate| move |i: &&usize| !items[**i].refused && items[**i].fate == fate;
    let older = slot.iter().filter(of(Fate::Older)).count();
    let taken = items.get(*slot.iter().rfind(of(Fate::Keep))?)?;
    if older == 0 {
        return None;
    }
    let no = match choice {
        Choice::Material(m) => pack.materials[m].no.to_string(),
        _ => "照片".to_owned(),
    };
    let name = taken.file.path.rsplit('/').next().unwrap_or_default();
    let together = slot.iter().filter(of(Fate::Older));
    let together = together.filter(|&&i| std::ptr::eq(items[i].filing, taken.filing)).count();
    let code = if choice == Choice::Photo && together > 0 { "PH-134" } else { "MT-114" };
    let finding = Finding::new(code, Origin::file(&taken.file.path));
    Some(finding.arg("no", no).arg("n", older + 1).arg("file", name).build())
}

/// The same bytes for two materials of one person (MT-151) or for two people: an error for what
/// only one can own (MT-152), a warning for papers that people share (MT-151, PH-131).
fn copies(items: &[Item<'_>], people: &People<'_>, pack: &Pack, notes: &mut [Vec<Finding>]) {
    let mut by_hash: BTreeMap<&str, Vec<&Item<'_>>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.fate == Fate::Keep && !item.refused) {
        if matches!(item.choice, Choice::Material(_) | Choice::Photo) {
            by_hash.entry(&item.file.sha256).or_default().push(item);
        }
    }
    for mut group in by_hash.into_values().filter(|group| group.len() > 1) {
        group.sort_by_key(|item| (item.person, &item.filing.entry, &item.file.path));
        for (at, item) in group.iter().enumerate() {
            let before = group[..at].iter().find(|other| other.person == item.person);
            if let Some(first) = before {
                let finding = Finding::new("MT-151", Origin::file(&item.file.path))
                    .arg("a", label(first, pack))
                    .arg("b", label(item, pack));
                notes[item.person].push(finding.build());
            } else {
                notes[item.person].extend(of_others(item, &group, people, pack));
            }
        }
    }
}

/// The finding about others who handed in the same bytes as `item`.
fn of_others(
    item: &Item<'_>,
    group: &[&Item<'_>],
    people: &People<'_>,
    pack: &Pack,
) -> Option<Finding> {
    let own = &people.list[item.person];
    let others: Vec<&&Item<'_>> =
        group.iter().filter(|o| !same_human(own, &people.list[o.person])).collect();
    let names: BTreeSet<&str> =
        others.iter().map(|o| people.list[o.person].name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let photo = |i: &Item<'_>| i.choice == Choice::Photo;
    let other = names.into_iter().collect::<Vec<_>>().join("、");
    let say = |code: &str| Finding::new(code, Origin::file(&item.file.path));
    if photo(item) && others.iter().all(|o| photo(o)) {
        return Some(say("PH-131").arg("name", &own.name).arg("other", other).build());
    }
    if personal(item, pack) || others.iter().any(|o| personal(o, pack)) {
        return Some(say("MT-152").arg("name", &own.name).arg("other", other).build());
    }
    let what = label(item, pack);
    let finding = say("MT-151").arg("a", format!("{}的{what}", own.name));
    Some(finding.arg("b", format!("{other}的{what}")).build())
}

/// Whether only one person can own the file, wherever it was put.
fn personal(item: &Item<'_>, pack: &Pack) -> bool {
    let Choice::Material(m) = item.choice else { return item.choice == Choice::Photo };
    let part = item.fill.part.and_then(|index| pack.materials[m].parts.get(index));
    part.is_some_and(|part| part.personal)
}

fn same_human(a: &Person<'_>, b: &Person<'_>) -> bool {
    match (&a.id, &b.id) {
        (Some(a), Some(b)) => a == b,
        _ => a.name_key == b.name_key && a.unit_key == b.unit_key,
    }
}

fn label(item: &Item<'_>, pack: &Pack) -> String {
    let Choice::Material(m) = item.choice else { return "照片".to_owned() };
    let material = &pack.materials[m];
    let part = item.fill.part.and_then(|index| material.parts.get(index));
    let what = part.map_or(material.name.as_str(), |part| part.what.as_str());
    let years: Vec<String> = item.fill.years.iter().map(ToString::to_string).collect();
    if years.is_empty() {
        what.to_owned()
    } else {
        format!("{what}（{}年度）", years.join("、"))
    }
}
