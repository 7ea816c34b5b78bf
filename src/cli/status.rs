//! `dossier status`, `show` and `why`: what the last published report says.

use super::{Exit, Failure, Outcome, args::Common, decision, print_json, settings, state, weight};
use crate::pipeline;
use crate::text::shown;
use serde_json::{Value, json};

fn usage(message: String) -> Failure {
    Failure { message, exit: Exit::Usage }
}

fn last_report(common: &Common) -> Result<Value, Failure> {
    let settings = settings(common)?;
    let path = settings.outbox.join(&settings.circular).join("report.json");
    let bytes = std::fs::read(&path).map_err(|error| {
        usage(format!("cannot read `{}`: {error}\nhint: run `dossier run` first", path.display()))
    })?;
    serde_json::from_slice(&bytes).map_err(|error| Failure {
        message: format!("`{}` is damaged: {error}\nhint: run `dossier run` again", path.display()),
        exit: Exit::Failed,
    })
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A value that anybody may have written, on one line.
fn free(value: &Value, key: &str) -> String {
    shown(word(value, key))
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

pub(super) fn status(common: &Common) -> Outcome {
    let report = last_report(common)?;
    if common.json {
        let body = json!({"schema": "dossier/status/1", "run": report["run"], "counts": report["counts"], "submissions": report["submissions"]});
        print_json(&body)?;
        return Ok(Exit::Clean);
    }
    for finding in pipeline::remaining(&settings(common)?).unwrap_or_default() {
        say!("{}（{}）", finding.message, finding.code);
    }
    for submission in list(&report, "submissions") {
        say!(
            "{}  {}  {} 人",
            state(word(submission, "state")),
            free(submission, "source"),
            list(submission, "applicants").len()
        );
        for finding in list(submission, "findings") {
            if word(submission, "state") == "unsettled" {
                say!("  {}  {}", free(finding, "message"), free(finding, "hint"));
            }
        }
        for applicant in list(submission, "applicants") {
            say!(
                "  {}  {}  {}  {}  {}",
                word(applicant, "case"),
                decision(word(applicant, "decision")),
                free(applicant, "name"),
                free(applicant, "trade"),
                free(applicant, "level")
            );
        }
    }
    Ok(Exit::Clean)
}

fn find(report: &Value, case: &str) -> Result<Value, Failure> {
    list(report, "submissions")
        .iter()
        .flat_map(|s| list(s, "applicants"))
        .find(|a| word(a, "case") == case || list(a, "former").iter().any(|old| old == case))
        .cloned()
        .ok_or_else(|| {
            usage(format!("no case `{case}`\nhint: `dossier status` lists the case numbers"))
        })
}

pub(super) fn show(common: &Common, case: &str) -> Outcome {
    let found = find(&last_report(common)?, case)?;
    let log = pipeline::case_log(&settings(common)?, case)?;
    if common.json {
        print_json(&json!({"schema": "dossier/case/1", "applicant": found, "ledger": log}))?;
        return Ok(Exit::Clean);
    }
    let (number, name) = (word(&found, "case"), free(&found, "name"));
    say!("{number}  {name}  {}", decision(word(&found, "decision")));
    let former: Vec<&str> = list(&found, "former").iter().filter_map(Value::as_str).collect();
    if !former.is_empty() {
        say!("  原号：{}", former.join("、"));
    }
    if !log.states.is_empty() {
        say!("  状态：{}", log.states.join("、"));
    }
    for line in &log.log {
        let opinion =
            if line.opinion.is_empty() { String::new() } else { format!("（{}）", line.opinion) };
        say!("  {}  {} {} → {}{opinion}", line.at, line.by, line.event, line.answer);
    }
    if !log.next.is_empty() {
        say!("  下一步：{}", log.next.join("、"));
    }
    for finding in list(&found, "findings") {
        say!(
            "  {} {}  {}  {}",
            serde_json::from_value(finding["severity"].clone()).map_or("", weight),
            word(finding, "code"),
            free(finding, "message"),
            free(finding, "hint")
        );
    }
    for output in list(&found, "outputs") {
        say!("  {}", free(output, "path"));
    }
    Ok(Exit::Clean)
}

pub(super) fn why(common: &Common, case: &str, field: &str) -> Outcome {
    let found = find(&last_report(common)?, case)?;
    let Some(value) = found.get("record").and_then(|record| record.get(field)) else {
        let known: Vec<&String> = found
            .get("record")
            .and_then(Value::as_object)
            .map(|record| record.keys().collect())
            .unwrap_or_default();
        return Err(usage(format!("case {case} has no `{field}`\nhint: it has {known:?}")));
    };
    if common.json {
        print_json(
            &json!({"schema": "dossier/field/1", "case": case, "field": field, "why": value}),
        )?;
        return Ok(Exit::Clean);
    }
    let origin = &value["origin"];
    say!("{field} = {}", value["value"]);
    say!("  原文：{}", free(value, "raw"));
    say!("  出处：{} {} {}", free(origin, "path"), free(origin, "sheet"), free(origin, "cell"));
    say!("  来源：{}", free(value, "source"));
    for repair in list(value, "repairs") {
        say!("  整理：{}", shown(repair.as_str().unwrap_or("")));
    }
    Ok(Exit::Clean)
}
