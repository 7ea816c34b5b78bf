//! `dossier lint`: pipeline.toml, pack and templates, without the inbox.

use super::{Exit, Failure, Outcome, args::Common, settings};
use crate::config::Settings;
use crate::diag::Severity;
use crate::pack::told;
use crate::pipeline;

pub(super) fn lint(common: &Common) -> Outcome {
    let settings = settings(common)?;
    for circular in &settings.circulars {
        one(&settings.of(circular))?;
    }
    Ok(Exit::Clean)
}

/// One circular of those the inbox takes things for.
fn one(settings: &Settings) -> Result<(), Failure> {
    let findings = pipeline::lint(settings)?;
    for finding in &findings {
        let weight = match finding.severity {
            Severity::Refuse | Severity::Error => "error",
            Severity::Warn => "warn",
            Severity::Info => "info",
        };
        say!("{weight} {}", told(finding));
    }
    let errors = findings.iter().filter(|f| f.severity >= Severity::Error).count();
    if errors > 0 {
        return Err(Failure {
            message: format!("{errors} faults in the pack of `{}`", settings.circular),
            exit: Exit::Usage,
        });
    }
    say!("{}: ok, {} notes", settings.circular, findings.len());
    Ok(())
}
