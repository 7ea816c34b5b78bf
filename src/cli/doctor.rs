//! `dossier doctor`: what a run needs from the machine.

use super::{Exit, Outcome, args::Common, print_json, settings};
use crate::config::Options;
use crate::pipeline::{self, Health};
use serde_json::json;

pub(super) fn doctor(common: &Common) -> Outcome {
    let settings = settings(common)?;
    let pinned = common.now.is_some() || !Options::read(&common.config)?.run.now.is_empty();
    let checks = pipeline::doctor(&settings, pinned);
    let worst = checks.iter().map(|check| check.health).max().unwrap_or(Health::Ok);
    if common.json {
        print_json(&json!({"schema": "dossier/doctor/1", "health": worst, "checks": checks}))?;
    } else {
        for check in &checks {
            let word = match check.health {
                Health::Ok => "ok  ",
                Health::Warn => "warn",
                Health::Fail => "fail",
            };
            let wanted = check.health == Health::Fail || !common.quiet;
            if wanted && check.remedy.is_empty() {
                say!("{word}  {}：{}", check.name, check.found);
            } else if wanted {
                say!("{word}  {}：{}（{}）", check.name, check.found, check.remedy);
            }
        }
    }
    Ok(if worst == Health::Fail { Exit::Usage } else { Exit::Clean })
}
