//! The trades of the scope, whichever way the pack writes them, and their names.

use super::{Pack, Scope, Site};
use crate::text::{fold, strip_blanks};

/// One trade of the scope table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeEntry {
    /// Levels it is open for.
    pub levels: Vec<String>,
    /// Its category.
    pub category: String,
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Names before trades were merged.
    pub old_names: Vec<String>,
    /// Whether it is a 通用工种; `None`: not said.
    pub common: Option<bool>,
    /// Licences it needs.
    pub licence: Vec<String>,
}

/// A trade name as compared: full width and blanks do not matter.
pub fn fold_trade(name: &str) -> String {
    strip_blanks(&fold(name))
}

impl Pack {
    /// All trades of the scope, in the order of the pack.
    pub fn trades(&self) -> Vec<TradeEntry> {
        let Some(scope) = &self.scope else { return Vec::new() };
        let mut trades: Vec<TradeEntry> = scope
            .trades
            .iter()
            .map(|t| TradeEntry {
                levels: vec![t.level.clone()],
                category: t.category.clone(),
                name: t.name.clone(),
                aliases: t.aliases.clone(),
                old_names: t.old_names.clone(),
                common: t.common,
                licence: t.licence.clone(),
            })
            .collect();
        for (group, table) in &scope.groups {
            for (category, name) in group_trades(scope, table, 0) {
                trades.push(TradeEntry {
                    levels: group_levels(group, table),
                    category,
                    name,
                    aliases: Vec::new(),
                    old_names: Vec::new(),
                    common: None,
                    licence: Vec::new(),
                });
            }
        }
        trades
    }

    /// The name a trade is compared by: aliases of the scope and of `[aliases.trades]` become the
    /// name they stand for, then `same_as` pairs their first spelling.
    pub fn canonical_trade(&self, name: &str) -> String {
        self.one_spelling(self.trade_alias(name))
    }

    /// The first spelling of a `same_as` pair.
    fn one_spelling(&self, name: String) -> String {
        let key = fold_trade(&name);
        let pairs = self.scope.as_ref().map_or(&[][..], |s| s.same_as.as_slice());
        let pair = pairs.iter().find(|[_, other]| fold_trade(other) == key);
        pair.map_or(name, |[first, _]| first.clone())
    }

    /// The official name behind an alias; the name itself when it is none.
    pub fn trade_alias(&self, name: &str) -> String {
        let key = fold_trade(name);
        let of_aliases = self.aliases.trades.iter().find_map(|(official, others)| {
            others.iter().any(|o| fold_trade(o) == key).then(|| official.clone())
        });
        let of_scope = || {
            let trades = self.scope.as_ref().map_or(&[][..], |s| s.trades.as_slice());
            trades.iter().find_map(|t| {
                let hit =
                    fold_trade(&t.name) == key || t.aliases.iter().any(|a| fold_trade(a) == key);
                hit.then(|| t.name.clone())
            })
        };
        of_aliases.or_else(of_scope).unwrap_or_else(|| strip_blanks(name))
    }

    /// The scope entry of a trade for a level (any level when `None`).
    pub fn find_trade(&self, name: &str, level: Option<&str>) -> Option<TradeEntry> {
        let key = fold_trade(&self.canonical_trade(name));
        self.trades().into_iter().find(|t| {
            level.is_none_or(|level| t.levels.iter().any(|l| l == level))
                && fold_trade(&self.one_spelling(t.name.clone())) == key
        })
    }

    /// The site where units of an area hand in.
    pub fn site_of(&self, area: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.area == area || site.districts.contains_key(area))
    }

    /// The issuer a name stands for.
    pub fn canonical_issuer(&self, name: &str) -> String {
        let key = fold_trade(name);
        let found =
            self.aliases.issuers.iter().find(|(_, o)| o.iter().any(|o| fold_trade(o) == key));
        found.map_or(key, |(official, _)| official.clone())
    }
}

fn group_levels(name: &str, table: &toml::Table) -> Vec<String> {
    match table.get("levels").and_then(toml::Value::as_array) {
        Some(levels) => levels.iter().filter_map(|l| l.as_str().map(str::to_owned)).collect(),
        None => vec![name.to_owned()],
    }
}

/// The (category, trade) pairs of a group; a copy of a copy ends after eight steps.
fn group_trades(scope: &Scope, table: &toml::Table, depth: u8) -> Vec<(String, String)> {
    if let Some(source) = table.get("copy_of").and_then(toml::Value::as_str) {
        let minus = minus_of(table);
        let source = scope.groups.get(source).filter(|_| depth < 8);
        let mut pairs = source.map_or_else(Vec::new, |t| group_trades(scope, t, depth + 1));
        pairs.retain(|pair| !minus.contains(pair));
        return pairs;
    }
    let lists = table.iter().filter_map(|(category, v)| v.as_array().map(|list| (category, list)));
    lists
        .filter(|(category, _)| !matches!(category.as_str(), "levels" | "minus"))
        .flat_map(|(category, list)| {
            list.iter().filter_map(move |t| Some((category.clone(), t.as_str()?.to_owned())))
        })
        .collect()
}

fn minus_of(table: &toml::Table) -> Vec<(String, String)> {
    let list = table.get("minus").and_then(toml::Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|pair| {
            let pair = pair.as_array()?;
            Some((pair.first()?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned()))
        })
        .collect()
}
