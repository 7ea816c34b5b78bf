//! `00-先看这里.html`: the page of the day. No script; opens from a file share; prints on A4.

use super::{WireApplicant, WireFinding, WireReport, WireSubmission};
use crate::diag::Severity;
use std::fmt::Write as _;

const STYLE: &str = "body{font:16px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:60em;margin:1.5em auto;padding:0 1em;color:#222}
h1{font-size:1.5em}h2{font-size:1.2em;border-bottom:1px solid #999;margin-top:1.6em}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #999;padding:.25em .5em;text-align:left;vertical-align:top}.n{text-align:right}
.e{color:#a00}.w{color:#850}.ok{color:#060}details{margin:.3em 0}summary{cursor:pointer}
@media print{body{font-size:11pt;max-width:none;margin:0}details{break-inside:avoid}}@page{size:A4;margin:18mm}";

/// Renders the page. `changes` are lines of what changed since the last pass.
pub fn day_page(title: &str, report: &WireReport, changes: &[String]) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>先看这里</title><style>{STYLE}</style></head><body>\n<h1>{}</h1>\n<p>处理时间：{}</p>\n",
        escape(title),
        escape(&report.run.now)
    );
    overview(&mut out, report);
    phone(&mut out, report);
    waiting(&mut out, report);
    printable(&mut out, report);
    let _ = write!(out, "<h2 id=\"changes\">与上一次相比</h2>\n<ul>");
    for line in changes {
        let _ = write!(out, "<li>{}</li>", escape(line));
    }
    if changes.is_empty() {
        out.push_str("<li>没有变化</li>");
    }
    out.push_str("</ul>\n<h2 id=\"all\">全部来件</h2>\n");
    for (n, submission) in report.submissions.iter().enumerate() {
        entry(&mut out, n, submission);
    }
    out.push_str("</body></html>\n");
    out
}

fn overview(out: &mut String, report: &WireReport) {
    let c = &report.counts;
    let _ = write!(
        out,
        "<table><tr><th>来件</th><th>申报人</th><th>机审通过（待人工核对）</th><th>退回补正</th><th>待定</th><th>文件</th></tr>\
         <tr><td class=n><a href=\"#all\">{}</a></td><td class=n>{}</td><td class=\"n ok\"><a href=\"#print\">{}</a></td><td class=\"n e\"><a href=\"#phone\">{}</a></td><td class=\"n w\"><a href=\"#wait\">{}</a></td><td class=n>{}</td></tr></table>\n\
         <p>文件 {} 个 ＝ 采用 {} ＋ 忽略 {} ＋ 重复 {} ＋ 暂扣 {} ＋ 未传完 {}</p>\n",
        c.submissions,
        c.applicants,
        c.accepted,
        c.returned,
        c.held,
        c.files,
        c.files,
        c.files_used,
        c.files_ignored,
        c.files_duplicate,
        c.files_held,
        c.files_unsettled
    );
}

fn phone(out: &mut String, report: &WireReport) {
    out.push_str("<h2 id=\"phone\">要打电话的单位</h2>\n<table><tr><th>单位</th><th>退回人数</th><th>问题</th></tr>\n");
    let mut none = true;
    for (n, s) in report.submissions.iter().enumerate() {
        let returned: Vec<_> = s.applicants.iter().filter(|a| a.decision == "returned").collect();
        let own = s.findings.iter().filter(|f| f.severity >= Severity::Error).count();
        if returned.is_empty() && own == 0 {
            continue;
        }
        none = false;
        let names: Vec<String> = returned
            .iter()
            .map(|a| {
                let errors = a.findings.iter().filter(|f| f.severity >= Severity::Error).count();
                format!("{}（{errors} 项）", a.name)
            })
            .collect();
        let _ = writeln!(
            out,
            "<tr><td><a href=\"#s{n}\">{}</a></td><td class=n>{}</td><td>{}</td></tr>",
            escape(&s.unit),
            returned.len(),
            escape(&names.join("、"))
        );
    }
    if none {
        out.push_str("<tr><td colspan=3>没有</td></tr>");
    }
    out.push_str("</table>\n");
}

fn waiting(out: &mut String, report: &WireReport) {
    out.push_str("<h2 id=\"wait\">等我决定的事项</h2>\n<p>填写 20-待定/待定事项.xlsx 的“答复”一栏，放回收件箱即可。</p>\n<ul>");
    let mut none = true;
    for s in &report.submissions {
        for a in &s.applicants {
            for f in a.findings.iter().filter(|f| f.needs_person) {
                none = false;
                let _ = write!(
                    out,
                    "<li>{} {}：{}</li>",
                    escape(&a.case),
                    escape(&a.name),
                    escape(&f.message)
                );
            }
        }
    }
    if none {
        out.push_str("<li>没有</li>");
    }
    out.push_str("</ul>\n");
}

fn printable(out: &mut String, report: &WireReport) {
    out.push_str("<h2 id=\"print\">可以打印的</h2>\n<table><tr><th>案号</th><th>姓名</th><th>工种</th><th>等级</th><th>文件</th></tr>\n");
    for s in &report.submissions {
        for a in s.applicants.iter().filter(|a| a.decision == "accepted") {
            let links: Vec<String> = a
                .outputs
                .iter()
                .map(|o| {
                    let name = o.path.rsplit('/').next().unwrap_or(&o.path);
                    format!("<a href=\"{}\">{}</a>", link(&o.path), escape(name))
                })
                .collect();
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(&a.case),
                escape(&a.name),
                escape(&a.trade),
                escape(&a.level),
                links.join(" ")
            );
        }
    }
    out.push_str("</table>\n");
}

fn entry(out: &mut String, n: usize, s: &WireSubmission) {
    let _ = writeln!(
        out,
        "<details id=\"s{n}\"><summary>{}：{}，{} 人，{} 个文件</summary>",
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
        "<p><b>{}</b> {} {} {} {}：{}</p>",
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
        let _ = write!(
            out,
            "<li class=\"{class}\">{} {}{}</li>",
            escape(&f.code),
            escape(&f.message),
            if f.hint.is_empty() {
                String::new()
            } else {
                format!(" 建议：{}", escape(&f.hint))
            }
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

fn state_word(state: &str) -> &'static str {
    match state {
        "accepted" => "全部机审通过",
        "partly" => "部分机审通过",
        "returned" => "退回补正",
        "duplicate" => "重复来件",
        "unsettled" => "尚未传完",
        _ => "待定",
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// A relative link: everything but unreserved ASCII is percent-encoded.
fn link(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_prints_literally() {
        let report = WireReport::default();
        let page = day_page("<script>alert(1)</script>", &report, &["a & b".to_owned()]);
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(page.contains("a &amp; b"));
        assert!(!page.contains("<script"));
    }
}
