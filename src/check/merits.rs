//! Honours, contest places and awards against what an exception asks for.

use super::predicate::{and, or};
use crate::normalize::{Merit, Value};
use crate::pack::{grade_rank, place_rank};

fn list(value: &Value) -> Option<&[Merit]> {
    match value {
        Value::Merits(merits) => Some(merits),
        _ => None,
    }
}

fn words(table: &toml::Value, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(|w| w.as_str().map(str::to_owned)).collect()
}

/// Whether a merit's rank is at least the one asked for; an unstated rank is unknown.
fn rank_ge(merit: &Merit, asked: Option<&str>) -> Option<bool> {
    let Some(asked) = asked else { return Some(true) };
    Some(place_rank(merit.rank.as_deref()?)? >= place_rank(asked)?)
}

/// An honour of one of the kinds, of at least the rank.
pub(super) fn honour_ge(value: &Value, asked: &toml::Value) -> Option<bool> {
    let kinds = words(asked, "kinds");
    let rank = asked.get("rank").and_then(toml::Value::as_str);
    or(list(value)?.iter().map(|merit| {
        let named = |kind: &String| {
            merit.grade.as_deref().is_some_and(|g| g.contains(kind.as_str()))
                || merit.name.contains(kind.as_str())
        };
        let kind = kinds.is_empty() || kinds.iter().any(named);
        and([Some(kind), rank_ge(merit, rank)].into_iter())
    }))
}

/// A place in a contest of exactly the rank, among the places. A national contest is often run by
/// a ministry: whether it counts as 部级 is for a person to say.
pub(super) fn contest_in(value: &Value, asked: &toml::Value) -> Option<bool> {
    let rows = asked.as_array()?;
    or(list(value)?.iter().flat_map(|merit| rows.iter().map(move |row| contest(merit, row))))
}

fn contest(merit: &Merit, row: &toml::Value) -> Option<bool> {
    let rank = row.get("rank").and_then(toml::Value::as_str).and_then(place_rank);
    let own = merit.rank.as_deref().and_then(place_rank);
    let same_rank = own.map(|r| Some(r) == rank);
    let places = row.get("places").and_then(toml::Value::as_array)?;
    let place = merit.place.map(i64::from);
    let last = places.iter().filter_map(toml::Value::as_integer).max();
    if own == place_rank("国家级") && rank == place_rank("省部级") && place <= last {
        return None;
    }
    let placed = place.map(|p| places.iter().any(|x| x.as_integer() == Some(p)));
    and([same_rank, placed].into_iter())
}

/// An award of at least rank and grade, with a personal certificate when one is asked for.
pub(super) fn award_ge(value: &Value, asked: &toml::Value) -> Option<bool> {
    let personal = asked.get("person_certificate").and_then(toml::Value::as_bool) == Some(true);
    or(list(value)?.iter().map(|merit| {
        let own = if personal { merit.personal } else { Some(true) };
        and([worthy(merit, asked), own].into_iter())
    }))
}

fn worthy(merit: &Merit, asked: &toml::Value) -> Option<bool> {
    let rank = rank_ge(merit, asked.get("rank").and_then(toml::Value::as_str));
    let grade = match asked.get("grade").and_then(toml::Value::as_str) {
        None => Some(true),
        Some(asked) => match (merit.grade.as_deref().and_then(grade_rank), grade_rank(asked)) {
            (Some(have), Some(least)) => Some(have >= least),
            _ => None,
        },
    };
    and([rank, grade].into_iter())
}

/// Whether an award would do, were it not the team's.
pub(super) fn team_only(value: &Value, asked: &toml::Value) -> bool {
    let team = |m: &Merit| worthy(m, asked) == Some(true) && m.personal == Some(false);
    award_ge(value, asked) == Some(false) && list(value).is_some_and(|l| l.iter().any(team))
}
