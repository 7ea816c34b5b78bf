//! Ledger: what was seen, judged and published, and by whom.
//!
//! Comes in: filings, reports, decisions of persons. Goes out: a [`Case`] per applicant, with its
//! number. SQLite lives here and nowhere else; local disk only; one writer.

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
}
