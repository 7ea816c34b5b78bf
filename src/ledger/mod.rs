//! Ledger: what was seen, judged and published, and by whom.
//!
//! Comes in: filings, reports, decisions of persons. Goes out: a [`Case`] per applicant, with its
//! number. SQLite lives here and nowhere else; local disk only; one writer. Nothing is ever
//! erased: old contents, numbers and answers stay.

mod lock;
mod numbers;
mod reviews;
mod standing;
mod state;
mod store;

pub use lock::{InstanceLock, LockError};
pub use numbers::{NumberKey, Numbering};
pub use reviews::{ReviewKind, ReviewRow, WitnessRow};
pub use state::{StateError, prepare_state, sweep_state};
pub use store::{Ledger, LedgerError};

use crate::check::Decision;
use serde::{Deserialize, Serialize};

/// An application with its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Case number, e.g. `NT2019-1-602-0001`.
    pub number: String,
    /// The key it was made for.
    pub key: String,
    /// The last decision.
    pub decision: Decision,
    /// Numbers it had before its level or area was known, oldest first; they still name it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
}

impl Case {
    /// Whether a number names the case, now or formerly.
    pub fn is_called(&self, number: &str) -> bool {
        self.number == number || self.former.iter().any(|old| old == number)
    }
}
