//! The lists of the page: every count leads to its cases.

use super::super::{WireApplicant, WireFinding, WireReport, WireSubmission};
use super::day::Day;
use super::html::{escape, file, folded, place};
use super::{anchor, linked, minute};
use crate::diag::Severity;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A list of more lines stands folded.
const OPEN: usize = 40;

pub(super) fn phone(out: &mut String, day: &Day<'_>, paths: &BTreeSet<&str>) {
    out.push_str("<h2 id=\"phone\">要打电话的单位</h2>\n");
    if day.calls.is_empty() {
        out.push_str("<p>没有</p>\n");
        return;
    }
    let mut body = "<table><tr><th>单位或来件</th><th>联系电话</th><th>退回</th><th>是谁、为什么</th><th>退回的东西</th></tr>\n".to_owned();
    for call in &day.calls {
        let people: Vec<String> = call
            .returned
            .iter()
            .map(|a| {
                let grave = a.findings.iter().filter(|f| f.severity >= Severity::Error).count();
                format!("{}（{grave}项）", place(&anchor(a), &a.name))
            })
            .collect();
        let mut why = people.join("、");
        for message in &call.own {
            if !why.is_empty() {
                why.push_str("<br>");
            }
            why.push_str(&escape(message));
        }
        let back: Vec<String> = paths
            .range(call.folder.as_str()..)
            .take_while(|path| path.starts_with(call.folder.as_str()))
            .filter(|path| path.rsplit_once('/').is_some_and(|(dir, _)| dir == call.folder))
            .filter(|path| !path.ends_with(".docx"))
            .map(|path| file(path, path.rsplit('/').next().unwrap_or(path)))
            .collect();
        let phone = if call.phone.is_empty() { "未填" } else { &call.phone };
        let _ = writeln!(
            body,
            "<tr><td>{}</td><td>{}</td><td class=n>{}</td><td>{why}</td><td>{}</td></tr>",
            escape(call.unit),
            escape(phone),
            if people.is_empty() { "整份".to_owned() } else { format!("{}人", people.len()) },
            back.join("<br>")
        );
    }
    body.push_str("</table>");
    folded(out, day.calls.len(), OPEN, "全部单位", &body);
}

pub(super) fn waiting(out: &mut String, day: &Day<'_>, paths: &BTreeSet<&str>) {
    out.push_str("<h2 id=\"wait\">等我决定的事项</h2>\n");
    if day.decisions() == 0 {
        out.push_str("<p>没有</p>\n");
        return;
    }
    let book = linked(paths, "20-待定/待定事项.xlsx", "20-待定/待定事项.xlsx");
    if !book.is_empty() {
        let _ = writeln!(out, "<p>填写 {book} 的“答复”一栏，放回收件箱即可。</p>");
    }
    let mut body =
        "<table><tr><th>案号</th><th>姓名</th><th>单位</th><th>要决定什么</th></tr>\n".to_owned();
    for (_, a) in &day.waiting {
        let asked: Vec<String> =
            a.findings.iter().filter(|f| f.needs_person).map(|f| escape(&f.message)).collect();
        let _ = writeln!(
            body,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&a.case),
            place(&anchor(a), &a.name),
            escape(&a.unit),
            asked.join("<br>")
        );
    }
    for s in &day.stuck {
        let asked: Vec<String> =
            s.findings.iter().filter(|f| f.needs_person).map(|f| escape(&f.message)).collect();
        let _ = writeln!(
            body,
            "<tr><td>（来件）</td><td></td><td>{}</td><td>{}</td></tr>",
            escape(&s.source),
            asked.join("<br>")
        );
    }
    body.push_str("</table>");
    folded(out, day.decisions(), OPEN, "全部事项", &body);
}

pub(super) fn printable(out: &mut String, day: &Day<'_>, paths: &BTreeSet<&str>) {
    out.push_str("<h2 id=\"print\">可以打印的</h2>\n");
    let tables: Vec<String> = paths
        .range("50-汇总/"..)
        .take_while(|path| path.starts_with("50-汇总/"))
        .filter(|path| path.ends_with(".pdf"))
        .map(|path| file(path, path.trim_start_matches("50-汇总/")))
        .collect();
    if !tables.is_empty() {
        let mut body = String::new();
        let _ = write!(body, "<p>汇总表：{}</p>", tables.join("　"));
        folded(out, tables.len(), OPEN, "汇总表", &body);
    }
    if day.accepted.is_empty() {
        out.push_str("<p>没有</p>\n");
        return;
    }
    let open = if day.report.counts.accepted > OPEN { "" } else { " open" };
    for (unit, people) in &day.accepted {
        let _ = writeln!(
            out,
            "<details{open}><summary>{}：{} 人</summary><table><tr><th>案号</th><th>姓名</th><th>工种</th><th>等级</th><th>文件</th></tr>",
            escape(unit),
            people.len()
        );
        for a in people {
            let links: Vec<String> = a
                .outputs
                .iter()
                .filter(|o| o.path.ends_with(".pdf"))
                .map(|o| {
                    let name = o.path.rsplit('/').next().unwrap_or(&o.path);
                    file(&o.path, name.trim_end_matches(".pdf"))
                })
                .collect();
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(&a.case),
                place(&anchor(a), &a.name),
                escape(&a.trade),
                escape(&a.level),
                links.join(" ")
            );
        }
        out.push_str("</table></details>\n");
    }
}

/// What changed, by kind: `新增 3`.
pub(super) fn kinds(changes: &[String]) -> Vec<String> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for line in changes {
        *kinds.entry(line.split(' ').next().unwrap_or_default()).or_default() += 1;
    }
    kinds.into_iter().map(|(kind, n)| escape(&format!("{kind} {n}"))).collect()
}

pub(super) fn changed(out: &mut String, changes: &[String]) {
    out.push_str("<h2 id=\"changes\">与上一次相比</h2>\n");
    let mut body = "<ul>".to_owned();
    for line in changes {
        let _ = write!(body, "<li>{}</li>", escape(line));
    }
    if changes.is_empty() {
        body.push_str("<li>没有变化</li>");
    }
    body.push_str("</ul>");
    folded(out, changes.len(), OPEN / 2, "全部变化", &body);
}

pub(super) fn entries(out: &mut String, report: &WireReport) {
    let c = &report.counts;
    let _ = write!(
        out,
        "<h2 id=\"all\">全部来件</h2>\n<p>文件 {} 个 ＝ 采用 {} ＋ 忽略 {} ＋ 重复 {} ＋ 暂扣 {} ＋ 未传完 {}</p>\n",
        c.files, c.files_used, c.files_ignored, c.files_duplicate, c.files_held, c.files_unsettled
    );
    for (n, submission) in report.submissions.iter().enumerate() {
        entry(out, n, submission);
    }
}

fn entry(out: &mut String, n: usize, s: &WireSubmission) {
    let _ = writeln!(
        out,
        "<details id=\"s{n}\"><summary>{}　{}：{}，{} 人，{} 个文件</summary>",
        escape(&minute(&s.received.at)),
        escape(&s.source),
        state_word(&s.state),
        s.applicants.len(),
        s.files.len()
    );
    findings(out, &s.findings);
    for a in &s.applicants {
        person(out, a);
    }
    out.push_str("</details>\n");
}

fn person(out: &mut String, a: &WireApplicant) {
    let _ = write!(
        out,
        "<p id=\"{}\"><b>{}</b> {} {} {} {}：{}</p>",
        super::html::link(&anchor(a)),
        escape(&a.name),
        escape(&a.id_no),
        escape(&a.trade),
        escape(&a.level),
        escape(&a.case),
        decision_word(&a.decision)
    );
    findings(out, &a.findings);
}

fn findings(out: &mut String, findings: &[WireFinding]) {
    if findings.is_empty() {
        return;
    }
    out.push_str("<ul>");
    for f in findings {
        let class = match f.severity {
            Severity::Refuse | Severity::Error => "e",
            Severity::Warn => "w",
            Severity::Info => "",
        };
        let hint = if f.hint.is_empty() {
            String::new()
        } else {
            format!(" 建议：{}", escape(&f.hint))
        };
        let _ = write!(
            out,
            "<li class=\"{class}\">{} {}{hint}</li>",
            escape(&f.code),
            escape(&f.message)
        );
    }
    out.push_str("</ul>");
}

/// The word of a decision for people.
fn decision_word(decision: &str) -> &'static str {
    match decision {
        "accepted" => "机审通过（待人工核对）",
        "returned" => "退回补正",
        _ => "待定",
    }
}

/// The word of a state for people.
pub(super) fn state_word(state: &str) -> &'static str {
    match state {
        "accepted" => "全部机审通过",
        "partly" => "部分机审通过",
        "returned" => "退回补正",
        "duplicate" => "重复来件",
        "unsettled" => "尚未传完",
        _ => "待定",
    }
}
