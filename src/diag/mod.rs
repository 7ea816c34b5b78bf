//! What can be said about a submission: findings with a code, a place, a clause and a hint.
//!
//! Bad input is data: a stage returns its value together with findings and never stops at the first.
//! The texts live in `codes.toml`; a finding without a place is a bug.

mod code;
mod finding;
mod manual;

pub use code::{Code, CodeEntry, CodeSeverity, all_codes};
pub use finding::{Finding, FindingBuilder, Origin, Severity};
pub use manual::{Page, markdown, page, pages};
