//! The weight a pack gives a finding.

use super::Pack;
use crate::diag::{Finding, Severity};

impl Pack {
    /// A finding after `[severity]`; `off` drops it. A file that was refused stays refused.
    pub fn weigh(&self, mut finding: Finding) -> Option<Finding> {
        if finding.severity == Severity::Refuse {
            return Some(finding);
        }
        match self.severity.get(finding.code.as_str()).map(String::as_str) {
            Some("off") => return None,
            Some("error") => finding.severity = Severity::Error,
            Some("warn") => finding.severity = Severity::Warn,
            Some("info") => finding.severity = Severity::Info,
            _ => {}
        }
        Some(finding)
    }
}
