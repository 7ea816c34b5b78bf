//! `dossier export`: the list of cases as a workbook, for whoever may see them.

use super::args::{Common, ExportArgs};
use super::{Exit, Failure, Outcome, print_json, settings};
use crate::config::Settings;
use crate::pipeline::{self, Query, Role};
use serde_json::json;
use std::io::Write as _;
use std::path::Path;

pub(super) fn export(common: &Common, args: &ExportArgs) -> Outcome {
    let settings = settings(common)?;
    if settings.circulars.len() > 1 {
        let known = settings.circulars.join(" ");
        return Err(usage(&format!("a list is of one circular\nhint: --circular, one of {known}")));
    }
    let role = role(&args.role)?;
    not_in_the_inbox(&settings, &args.out)?;
    if args.out.exists() {
        return Err(usage(&format!(
            "`{}` is there already\nhint: give another name, or remove it first: steps may be filled in",
            args.out.display()
        )));
    }
    let query = Query {
        unit: args.unit.clone(),
        trade: args.trade.clone(),
        level: args.level.clone(),
        decision: args.decision.clone(),
        state: args.in_state.clone(),
    };
    let (bytes, count) = pipeline::export(&settings, &role, &query)?;
    if count == 0 {
        return Err(usage(
            "nobody is on this list\nhint: `dossier export --out FILE` without more lists all units, levels and states",
        ));
    }
    write(&args.out, &bytes).map_err(|error| Failure {
        message: format!("cannot write `{}`: {error}", args.out.display()),
        exit: Exit::Failed,
    })?;
    if common.json {
        print_json(&json!({"schema": "dossier/export/1", "out": args.out, "rows": count}))?;
    } else if !common.quiet {
        say!("已导出 {count} 人：{}", args.out.display());
    }
    Ok(Exit::Clean)
}

fn usage(message: &str) -> Failure {
    Failure { message: message.to_owned(), exit: Exit::Usage }
}

fn role(text: &str) -> Result<Role, Failure> {
    match text.split_once([':', '：']) {
        None if text == "city" => Ok(Role::City),
        Some(("unit", name)) if !name.trim().is_empty() => Ok(Role::Unit(name.trim().to_owned())),
        Some(("district", name)) if !name.trim().is_empty() => {
            Ok(Role::District(name.trim().to_owned()))
        }
        _ => Err(usage(&format!(
            "`{text}` is no role\nhint: --as unit:某中学, --as district:渝中区 or --as city"
        ))),
    }
}

/// Nothing is ever written where units drop their files.
fn not_in_the_inbox(settings: &Settings, out: &Path) -> Result<(), Failure> {
    let real = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    if real(out).starts_with(real(&settings.inbox)) {
        return Err(usage("the inbox is only read\nhint: give --out another folder"));
    }
    Ok(())
}

/// Whole or not at all.
fn write(out: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let dir = out.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(out)?;
    Ok(())
}
