//! A pass that finds nothing new ends here: nothing is judged, composed or written again.

use super::{EPOCH, Office, Outcome, RunError};
use crate::blobs::sha256_hex;
use crate::ledger::Ledger;
use crate::publish::{Manifest, WireReport};
use std::path::PathBuf;

/// What the last finished pass stood on.
pub(super) struct Standing {
    id: String,
}

impl Standing {
    /// Everything that decides what a pass publishes, but for entries that are not settled.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub(super) fn of(office: &Office, ledger: &Ledger) -> Result<Self, RunError> {
        // of the clock only the day counts: arrivals carry their own time
        let day = office.now.with_timezone(&office.pack.pack.offset()).date_naive();
        let text = format!(
            "{EPOCH}|{}|{}|{}|{}|{}|{day}|{}",
            crate::read::EPOCH,
            office.pack.hash,
            office.templates.hash(),
            office.type_case.fonts,
            registers(office)?,
            ledger.standing()?
        );
        Ok(Self { id: sha256_hex(text.as_bytes()) })
    }

    /// The outcome of the last pass, when it stood on the same and what it published lies there
    /// still.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub(super) fn outcome(
        &self,
        office: &Office,
        ledger: &Ledger,
    ) -> Result<Option<Outcome>, RunError> {
        let Some(run) = ledger.task(&self.key())? else { return Ok(None) };
        let root = root(office);
        let manifest = Manifest::read(&root);
        if manifest.run.id != run || !manifest.stands(&root) {
            return Ok(None);
        }
        let Ok(body) = std::fs::read(root.join("report.json")) else { return Ok(None) };
        let Ok(mut report) = serde_json::from_slice::<WireReport>(&body) else { return Ok(None) };
        report.run.now = office.now.to_rfc3339();
        Ok(Some(Outcome { report, changed: false, root }))
    }

    /// Remembers that `run` was published on this standing.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub(super) fn remember(&self, ledger: &Ledger, run: &str) -> Result<(), RunError> {
        if ledger.task(&self.key())?.as_deref() != Some(run) {
            ledger.remember_tasks(&[(self.key(), run.to_owned())].into())?;
        }
        Ok(())
    }

    fn key(&self) -> String {
        format!("pass:{}", self.id)
    }
}

/// The registers of the office are read on every pass; they are few.
fn registers(office: &Office) -> Result<String, RunError> {
    let mut text = String::new();
    for (name, path) in &office.settings.registers {
        let bytes = match std::fs::read(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(RunError::io(path.display().to_string()))?,
        };
        text.push_str(&format!("{name}={};", sha256_hex(&bytes)));
    }
    Ok(text)
}

fn root(office: &Office) -> PathBuf {
    office.settings.outbox.join(&office.settings.circular)
}
