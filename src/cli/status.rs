//! `dossier status`, `show` and `why`: what the last published report says.

use super::{Exit, Failure, Outcome, args::Common, decision, print_json, settings, state, weight};
use crate::config::Settings;
use crate::pipeline;
use crate::text::shown;
use serde_json::{Value, json};

fn usage(message: String) -> Failure {
    Failure { message, exit: Exit::Usage }
}

/// The last report of one circular.
fn last_report(settings: &Settings) -> Result<Value, Failure> {
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
    let settings = settings(common)?;
    let mut bodies = Vec::new();
    for circular in &settings.circulars {
        let own = settings.of(circular);
        let report = last_report(&own)?;
        if common.json {
            bodies.push(json!({"schema": "dossier/status/1", "run": report["run"], "counts": report["counts"], "submissions": report["submissions"]}));
            continue;
        }
        if settings.circulars.len() > 1 {
            say!("{circular}");
        }
        let open = pipeline::remaining(&own).unwrap_or_default();
        let waits = pipeline::waiting(&own).unwrap_or_default();
        for finding in open.iter().chain(&waits) {
            say!("{}（{}）", finding.message, finding.code);
        }
        list(&report, "submissions").iter().for_each(submission);
    }
    if common.json {
        match bodies.as_slice() {
            [one] => print_json(one)?,
            many => print_json(&many)?,
        }
    }
    Ok(Exit::Clean)
}

fn submission(submission: &Value) {
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

/// A case in the last report of the circular it is of.
fn find(settings: &Settings, case: &str) -> Result<Value, Failure> {
    let named =
        |a: &&Value| word(a, "case") == case || list(a, "former").iter().any(|old| old == case);
    for circular in &settings.circulars {
        let report = last_report(&settings.of(circular))?;
        let mut people = list(&report, "submissions").iter().flat_map(|s| list(s, "applicants"));
        if let Some(found) = people.find(named) {
            return Ok(found.clone());
        }
    }
    Err(usage(format!("no case `{case}`\nhint: `dossier status` lists the case numbers")))
}

pub(super) fn show(common: &Common, case: &str) -> Outcome {
    let settings = settings(common)?;
    let found = find(&settings, case)?;
    let log = pipeline::case_log(&settings, case)?;
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
            "  {} {}  {}  {}{}",
            serde_json::from_value(finding["severity"].clone()).map_or("", weight),
            word(finding, "code"),
            free(finding, "message"),
            free(finding, "hint"),
            rests_on(finding)
        );
    }
    for output in list(&found, "outputs") {
        say!("  {}", free(output, "path"));
    }
    Ok(Exit::Clean)
}

/// Clause and place of a finding, as far as it has them.
fn rests_on(finding: &Value) -> String {
    let origin = &finding["origin"];
    let place: Vec<String> = ["path", "sheet", "cell"]
        .iter()
        .map(|key| free(origin, key))
        .filter(|part| !part.is_empty())
        .collect();
    let clause = free(finding, "clause");
    let clause = if clause.is_empty() { clause } else { format!("依据：{clause}") };
    let parts: Vec<String> =
        [clause, place.join(" › ")].into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { String::new() } else { format!("（{}）", parts.join("；")) }
}

pub(super) fn why(common: &Common, case: &str, field: &str) -> Outcome {
    let found = find(&settings(common)?, case)?;
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
