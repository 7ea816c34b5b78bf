//! `00-先看这里.html`: the page of the day. No script; opens from a file share; prints on A4.

mod day;
mod html;
mod lists;
#[cfg(test)]
mod tests;

use super::{Item, WireApplicant, WireReport};
use day::Day;
use html::{STYLE, escape, file, place};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Most names on one line of the first screen.
const NAMES: usize = 6;

/// Renders the page. `changes` are lines of what changed since the last pass, `items` what is
/// published beside it.
pub fn day_page(title: &str, report: &WireReport, changes: &[String], items: &[Item]) -> String {
    let paths: BTreeSet<&str> = items.iter().map(|item| item.file.path.as_str()).collect();
    let day = Day::of(report);
    let mut out = String::new();
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>先看这里</title><style>{STYLE}</style></head><body>\n<h1>{}</h1>\n<p class=\"dim\">处理时间：{}</p>\n",
        escape(title),
        escape(&minute(&report.run.now))
    );
    counts(&mut out, &day);
    now(&mut out, &day, changes);
    lists::phone(&mut out, &day, &paths);
    lists::waiting(&mut out, &day, &paths);
    lists::printable(&mut out, &day, &paths);
    lists::changed(&mut out, changes);
    lists::entries(&mut out, report);
    out.push_str("</body></html>\n");
    out
}

fn counts(out: &mut String, day: &Day<'_>) {
    let c = &day.report.counts;
    let cell = |class: &str, id: &str, n: usize| {
        format!("<td class=\"{class}\">{}</td>", place(id, &n.to_string()))
    };
    let _ = writeln!(
        out,
        "<table class=\"count\"><tr><th>来件</th><th>申报人</th><th>机审通过（待人工核对）</th><th>退回补正</th><th>等我决定</th></tr><tr>{}{}{}{}{}</tr></table>",
        cell("", "all", c.submissions),
        cell("", "all", c.applicants),
        cell("ok", "print", c.accepted),
        cell("e", "phone", c.returned),
        cell("w", "wait", c.held)
    );
}

/// The first screen: one line for each thing there is to know.
fn now(out: &mut String, day: &Day<'_>, changes: &[String]) {
    let mut came: Vec<_> = day.report.submissions.iter().enumerate().collect();
    came.sort_by_key(|(_, s)| std::cmp::Reverse(s.applicants.len()));
    let came = came.into_iter().map(|(n, s)| {
        let people = s.applicants.len();
        let count = if people == 0 {
            lists::state_word(&s.state).to_owned()
        } else {
            format!("{people}人")
        };
        format!("{}（{count}）", place(&format!("s{n}"), &s.source))
    });
    let calls = day.calls.iter().map(|call| {
        let phone = if call.phone.is_empty() { String::new() } else { format!(" {}", call.phone) };
        escape(&format!("{}{phone}", call.unit))
    });
    let waits = day
        .waiting
        .iter()
        .map(|(_, a)| place(&anchor(a), &a.name))
        .chain(day.stuck.iter().map(|s| escape(&s.source)));
    let prints =
        day.accepted.iter().map(|(unit, people)| escape(&format!("{unit}（{}人）", people.len())));
    let lines = [
        ("谁来了", "all", day.report.submissions.len(), "份来件", few(came)),
        ("给谁打电话", "phone", day.calls.len(), "家", few(calls)),
        ("等我决定", "wait", day.decisions(), "件", few(waits)),
        ("可以打印", "print", day.report.counts.accepted, "人", few(prints)),
        ("与上次相比", "changes", changes.len(), "处变化", few(lists::kinds(changes).into_iter())),
    ];
    out.push_str("<table class=\"now\">\n");
    for (name, id, count, word, names) in lines {
        let said = if count == 0 {
            "没有".to_owned()
        } else {
            let notes = if id == "all" { came_notes(day) } else { String::new() };
            format!("{}{notes}：{names}", place(id, &format!("{count} {word}")))
        };
        let _ = writeln!(out, "<tr><th>{name}</th><td>{said}</td></tr>");
    }
    out.push_str("</table>\n");
}

/// What is to be known of the entries as they lie in the inbox.
fn came_notes(day: &Day<'_>) -> String {
    let notes = [(day.unsettled, "还没传完"), (day.gone, "已从收件箱移走，内容仍然有效")];
    let said: Vec<String> = notes
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} 份{what}"))
        .collect();
    if said.is_empty() { String::new() } else { format!("（{}）", said.join("；")) }
}

/// The first few of a list, and that there are more.
fn few(list: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = list.collect();
    let more = if all.len() > NAMES { " 等" } else { "" };
    all.into_iter().take(NAMES).collect::<Vec<_>>().join("、") + more
}

/// Where a case stands on the page.
fn anchor(a: &WireApplicant) -> String {
    format!("c-{}", a.case)
}

/// `2019-06-12T10:00:00+08:00` → `2019-06-12 10:00`.
fn minute(time: &str) -> String {
    match time.split_once('T') {
        Some((day, clock)) => format!("{day} {}", clock.chars().take(5).collect::<String>()),
        None => time.to_owned(),
    }
}

/// A link to a published file; nothing when it was not published.
fn linked(paths: &BTreeSet<&str>, path: &str, name: &str) -> String {
    if paths.contains(path) { file(path, name) } else { String::new() }
}
