//! Whether bands and routes cover every case, and each of them once.

use super::{Band, Pack, Predicate, Route};
use std::collections::BTreeSet;

/// The first number that no band or more than one band holds.
pub(super) fn band_fault(bands: &[Band]) -> Option<u32> {
    let mut sorted: Vec<&Band> = bands.iter().collect();
    sorted.sort_by_key(|b| b.min);
    let mut next = Some(0);
    for band in sorted {
        match next {
            Some(expected)
                if band.min == expected && band.max.is_none_or(|max| max >= band.min) => {}
            Some(expected) => return Some(expected.min(band.min)),
            None => return Some(band.min),
        }
        next = band.max.map(|max| max + 1);
    }
    next
}

pub(super) type Case = Vec<(String, String)>;

/// Every combination of vocabulary values and levels that the routes ask about.
pub(super) fn cases(pack: &Pack) -> Vec<Case> {
    let mut used = BTreeSet::new();
    for route in &pack.routes {
        collect_facts(route.when.as_ref(), &mut used);
    }
    let mut cases: Vec<Case> = vec![Vec::new()];
    for fact in used {
        let values = match pack.vocabulary.get(&fact) {
            Some(words) => words.clone(),
            None if fact == "apply.level" => pack.circular.levels.clone(),
            // an open fact: any value none of the routes names
            None => vec!["（其他）".to_owned()],
        };
        cases = cases
            .iter()
            .flat_map(|case| {
                values.iter().map(|v| [case.clone(), vec![(fact.clone(), v.clone())]].concat())
            })
            .collect();
    }
    cases
}

fn collect_facts(predicate: Option<&Predicate>, into: &mut BTreeSet<String>) {
    let Some(predicate) = predicate else { return };
    into.extend(predicate.fact.clone());
    let subs = predicate.all.iter().flatten().chain(predicate.any.iter().flatten());
    for sub in subs.chain(predicate.not.as_deref()) {
        collect_facts(Some(sub), into);
    }
}

pub(super) fn takes(route: &Route, case: &Case) -> bool {
    route.default || route.when.as_ref().is_some_and(|when| holds(when, case))
}

/// A predicate over plain words; operations other than comparing words do not hold.
fn holds(predicate: &Predicate, case: &Case) -> bool {
    if let Some(all) = &predicate.all {
        return all.iter().all(|p| holds(p, case));
    }
    if let Some(any) = &predicate.any {
        return any.iter().any(|p| holds(p, case));
    }
    if let Some(not) = &predicate.not {
        return !holds(not, case);
    }
    let value = case.iter().find(|(fact, _)| Some(fact) == predicate.fact.as_ref()).map(|(_, v)| v);
    let Some(value) = value else { return false };
    let among = match &predicate.value {
        Some(toml::Value::String(word)) => word == value,
        Some(toml::Value::Array(words)) => words.iter().any(|w| w.as_str() == Some(value)),
        _ => false,
    };
    match predicate.op.as_deref() {
        Some("eq" | "in") => among,
        Some("ne" | "not_in") => !among,
        Some("exists") => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_everything_once() {
        let band =
            |min, max| Band { min, max, max_apply: 1, consecutive_years: None, assumed_max: false };
        assert_eq!(band_fault(&[band(5, None), band(0, Some(4))]), None);
        assert_eq!(band_fault(&[band(0, Some(4))]), Some(5));
        assert_eq!(band_fault(&[band(0, Some(4)), band(4, None)]), Some(4));
        assert_eq!(band_fault(&[band(1, None)]), Some(0));
        assert_eq!(band_fault(&[band(0, None), band(5, None)]), Some(5));
    }
}
