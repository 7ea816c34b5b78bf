//! Who waits in a state that the circular wants somebody reminded of.

use super::judging::Table;
use super::standing::machine;
use super::{RunError, local, registers};
use crate::config::Settings;
use crate::diag::{Finding, Origin};
use crate::ledger::Ledger;
use std::collections::BTreeMap;

/// The code of each such state with the number of cases in it, in the order of the pack. Nothing
/// without a ledger; nothing is written.
///
/// # Errors
/// When the pack or the ledger cannot be read.
pub fn waiting(settings: &Settings) -> Result<Vec<Finding>, RunError> {
    let pack = registers::loaded(settings)?.pack;
    if pack.workflow.iter().all(|flow| flow.waits.is_empty()) {
        return Ok(Vec::new());
    }
    let Some(ledger) = Ledger::look(&settings.state, &settings.circular)? else {
        return Ok(Vec::new());
    };
    let table = Table::lay(&pack, &ledger)?;
    let report = table.judge(&pack, local(settings.now));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (key, judgement) in &report.judgements {
        for state in machine(&pack, judgement, &table.reviews, key).standing().states {
            *counts.entry(state).or_default() += 1;
        }
    }
    let states = pack.workflow.iter().flat_map(|flow| flow.waits.iter().map(move |w| (flow, w)));
    let told = states.filter_map(|(flow, (state, code))| {
        let count = counts.get(state)?;
        let finding = Finding::new(code, Origin::default()).arg("n", count).arg("stage", state);
        Some(finding.clause(&flow.clause).build())
    });
    Ok(told.collect())
}
