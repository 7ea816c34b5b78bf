//! Which of several circulars something belongs to.

use super::RunError;
use crate::config::Settings;
use crate::ledger::Ledger;

/// The settings of the circular a case number is of; those given where it is of none.
pub(super) fn of(settings: &Settings, number: &str) -> Result<Settings, RunError> {
    Ok(find(settings, number)?.unwrap_or_else(|| settings.clone()))
}

/// The settings of the circular a case number is of.
pub(super) fn find(settings: &Settings, number: &str) -> Result<Option<Settings>, RunError> {
    for circular in &settings.circulars {
        let Some(ledger) = Ledger::look(&settings.state, circular)? else { continue };
        if ledger.cases()?.values().any(|case| case.is_called(number)) {
            return Ok(Some(settings.of(circular)));
        }
    }
    Ok(None)
}
