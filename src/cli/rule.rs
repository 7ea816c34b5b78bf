//! `dossier rule CODE`: the manual page of a finding code.

use super::{Exit, Failure, Outcome};
use crate::diag::{Code, CodeEntry, CodeSeverity, all_codes};

pub(super) fn rule(code: Option<&str>, all: bool) -> Outcome {
    if all {
        for (code, entry) in all_codes() {
            print(code, entry);
        }
        return Ok(Exit::Clean);
    }
    let Some(text) = code else {
        return Err(Failure {
            message: "give a code or --all, e.g. `dossier rule ID-103`".into(),
            exit: Exit::Usage,
        });
    };
    let found = Code::find(&text.to_uppercase()).ok_or_else(|| Failure {
        message: format!("no code `{text}`\nhint: `dossier rule --all` lists them"),
        exit: Exit::Usage,
    })?;
    print(found, found.entry());
    Ok(Exit::Clean)
}

fn print(code: Code, entry: &CodeEntry) {
    let weight = match entry.severity {
        CodeSeverity::Refuse => "拒收该文件",
        CodeSeverity::Error => "退回补正",
        CodeSeverity::Warn => "提醒",
        CodeSeverity::Info => "告知",
        CodeSeverity::Check => "核对单上由人核对",
    };
    let person = if entry.needs_person { "，须人工决定" } else { "" };
    say!("{code}（{weight}{person}）\n  {}", entry.message);
    if !entry.clause.is_empty() {
        say!("  依据：{}", entry.clause);
    }
    if !entry.hint.is_empty() {
        say!("  怎样改正：{}", entry.hint);
    }
}
