//! The trade against the scope table: levels, aliases, old names, an incomplete table.

use super::case::{Case, Docket};
use crate::diag::Finding;
use crate::pack::fold_trade;

/// Says what the rules do not: closed levels, aliases, unlisted trades.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    if let Some(level) = case.level()
        && !case.pack.circular.levels.iter().any(|l| l == level)
    {
        let finding = Finding::new("SC-121", case.origin("apply.level")).arg("level", level);
        docket.say(finding.field("apply.level").build());
        return;
    }
    let (Some(trade), Some(scope)) = (case.text("apply.trade"), &case.pack.scope) else { return };
    let clause = rule_clause(case);
    let at = || case.origin("apply.trade");
    spelled_otherwise(case, trade, docket);
    if case.value("apply.transferred") == Some(&crate::normalize::Value::Bool(true)) {
        let finding = Finding::new("SC-103", at()).arg("trade", trade).clause(&clause);
        docket.say(finding.field("apply.transferred").build());
    }
    let listed = case.pack.find_trade(trade, case.level()).is_some();
    let strict = scope.complete || scope.on_unknown_trade.as_deref() == Some("error");
    if !listed && !strict && case.level().is_some() {
        let near = nearest(case);
        let list = if near.is_empty() { "没有相近的".to_owned() } else { near.join("、") };
        let finding = Finding::new("SC-114", at()).arg("trade", trade).arg("list", list);
        docket.say(finding.clause(&clause).field("apply.trade").build());
    }
}

/// SC-113 when an alias was written, SC-112 when the circular spells the trade in two ways.
fn spelled_otherwise(case: &Case<'_>, trade: &str, docket: &mut Docket) {
    let raw = case.record.get("apply.trade").map_or("", |f| f.raw.as_str());
    let written = if raw.trim().is_empty() { trade } else { raw };
    let official = case.pack.trade_alias(trade);
    let at = || case.origin("apply.trade");
    if fold_trade(&case.pack.trade_alias(written)) != fold_trade(written) {
        let finding = Finding::new("SC-113", at()).arg("a", written.trim()).arg("b", &official);
        docket.say(finding.field("apply.trade").build());
    }
    let pairs = case.pack.scope.iter().flat_map(|s| &s.same_as);
    for [a, b] in pairs {
        if [a, b].iter().any(|x| fold_trade(x) == fold_trade(written)) {
            docket.say(
                Finding::new("SC-112", at()).arg("a", a).arg("b", b).field("apply.trade").build(),
            );
        }
    }
}

/// The new name, when a trade fact holds a name from before the merger.
pub(super) fn old_name(fact: &str, case: &Case<'_>) -> Option<String> {
    let key = fold_trade(case.text(fact)?);
    let level = case.level()?;
    let trades = case.pack.trades();
    let of_level = trades.into_iter().filter(|t| t.levels.iter().any(|l| l == level));
    let mut old = of_level.filter(|t| t.old_names.iter().any(|o| fold_trade(o) == key));
    old.next().map(|t| t.name)
}

/// The clause of the rule that asks for the scope.
fn rule_clause(case: &Case<'_>) -> String {
    let asks = |p: &crate::pack::Predicate| p.op.as_deref() == Some("in_scope");
    let rule = case.pack.rules.iter().find(|r| r.all.iter().flatten().any(asks));
    let of_scope = case.pack.scope.as_ref().map(|s| s.clause.clone()).unwrap_or_default();
    rule.map_or(of_scope, |r| r.clause.clone())
}

/// What to write instead of an unlisted trade.
pub(super) fn nearest_hint(case: &Case<'_>) -> String {
    let near = nearest(case);
    if near.is_empty() {
        return "对照通知的考评范围".to_owned();
    }
    format!("对照通知的考评范围，最接近：{}", near.join("、"))
}

/// The three nearest trades of the level.
fn nearest(case: &Case<'_>) -> Vec<String> {
    let trade = fold_trade(case.text("apply.trade").unwrap_or_default());
    let trades = case.pack.trades();
    let of_level =
        trades.iter().filter(|t| case.level().is_none_or(|l| t.levels.iter().any(|x| x == l)));
    let mut scored: Vec<(u32, &str)> = of_level
        .filter(|t| strsim::jaro_winkler(&trade, &t.name) > 0.6)
        .map(|t| {
            let likeness = strsim::jaro_winkler(&trade, &t.name);
            // whole thousandths, so that the order is the same everywhere
            (1000 - (likeness * 1000.0).round() as u32, t.name.as_str())
        })
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}
