//! Trades: the pack's names, their aliases and joined forms.

use super::level;
use crate::pack::Pack;
use crate::text::{fold, strip_blanks};

/// A trade cell taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trade {
    /// The pack's name, or the text as written.
    pub(super) name: String,
    /// A level written in the same cell.
    pub(super) level: Option<&'static str>,
    /// What was done.
    pub(super) repairs: Vec<String>,
}

/// Reads a trade. A name the pack does not know stays as written.
pub(super) fn read(raw: &str, pack: &Pack) -> Trade {
    let text = strip_blanks(raw);
    let mut repairs = Vec::new();
    if text != raw {
        repairs.push("去除空格".to_owned());
    }
    if let Some(name) = canonical(&text, pack) {
        return named(name, &text, None, repairs);
    }
    if let Some((rest, level)) = split(&text) {
        repairs.push("工种与等级拆分".to_owned());
        let name = canonical(&rest, pack).unwrap_or_else(|| rest.clone());
        return named(name, &rest, Some(level), repairs);
    }
    Trade { name: text, level: None, repairs }
}

fn named(
    name: String,
    written: &str,
    level: Option<&'static str>,
    mut repairs: Vec<String>,
) -> Trade {
    if name != written {
        repairs.push("工种按通知别名规范".to_owned());
    }
    Trade { name, level, repairs }
}

/// 电工/中级工, 中级工（电工）, 电工(技师), 电工中级工.
fn split(text: &str) -> Option<(String, &'static str)> {
    let parts: Vec<&str> = text
        .split(['/', '／', '－', '-', '（', '(', '）', ')', '—', '、', '，', ',', '；', ';'])
        .filter(|p| !p.is_empty())
        .collect();
    if let [a, b] = parts.as_slice() {
        if let Some(level) = level::exact(&fold(b)) {
            return Some(((*a).to_owned(), level));
        }
        if let Some(level) = level::exact(&fold(a)) {
            return Some(((*b).to_owned(), level));
        }
    }
    level::split_off(text)
}

/// The pack's name of a trade: scope first, then aliases.
pub(super) fn canonical(text: &str, pack: &Pack) -> Option<String> {
    let wanted = fold(text);
    if wanted.is_empty() {
        return None;
    }
    let scope = pack.scope.iter().flat_map(|scope| &scope.trades);
    if let Some(trade) = scope.clone().find(|t| fold(&t.name) == wanted) {
        return Some(trade.name.clone());
    }
    if let Some(name) = grouped(pack).into_iter().find(|name| fold(name) == wanted) {
        return Some(name);
    }
    if let Some(trade) = scope.clone().find(|t| t.aliases.iter().any(|a| fold(a) == wanted)) {
        return Some(trade.name.clone());
    }
    let known = pack.aliases.trades.iter();
    known
        .clone()
        .find(|(name, others)| fold(name) == wanted || others.iter().any(|o| fold(o) == wanted))
        .map(|(name, _)| name.clone())
}

/// Trades of `[scope.groups]`: category = list of trades.
fn grouped(pack: &Pack) -> Vec<String> {
    let mut out = Vec::new();
    let groups = pack.scope.iter().flat_map(|scope| scope.groups.values());
    for list in groups.flat_map(|table| table.iter()).filter_map(|(key, value)| {
        (!["levels", "minus", "copy_of"].contains(&key.as_str()))
            .then(|| value.as_array())
            .flatten()
    }) {
        out.extend(list.iter().filter_map(|v| v.as_str()).map(str::to_owned));
    }
    out
}
