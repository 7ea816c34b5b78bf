//! Text and links as HTML, and the look of the page.

use std::fmt::Write as _;

pub(super) const STYLE: &str = "body{font:16px/1.55 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:62em;margin:1em auto;padding:0 1em;color:#222}
h1{font-size:1.4em;margin:.4em 0}h2{font-size:1.15em;border-bottom:1px solid #999;margin-top:1.5em}p{margin:.4em 0}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top}
.n{text-align:right;white-space:nowrap}.count td{text-align:center;font-size:1.5em}.count th{text-align:center;font-weight:normal}
.now th{width:7em;white-space:nowrap;background:#f3f3f3}.e{color:#a00}.w{color:#850}.ok{color:#060}.dim{color:#666}
details{margin:.3em 0}summary{cursor:pointer}ul{margin:.2em 0;padding-left:1.4em}
@media print{body{font-size:10.5pt;max-width:none;margin:0;padding:0}a{color:inherit;text-decoration:none}tr,li{break-inside:avoid}h2{break-after:avoid}}@page{size:A4;margin:16mm}";

/// Text as text.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push('\u{FFFD}'),
            // shown, not done: it would make a name lie
            c if crate::text::is_invisible(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// A relative link: everything but unreserved ASCII is percent-encoded.
pub(super) fn link(path: &str) -> String {
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

/// A link to a file of the outbox, named by `text`.
pub(super) fn file(path: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", link(path), escape(text))
}

/// A link to a place of the page, named by `text`.
pub(super) fn place(id: &str, text: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", link(id), escape(text))
}

/// A list that is long stands folded.
pub(super) fn folded(out: &mut String, count: usize, most: usize, name: &str, body: &str) {
    if count > most {
        let _ = writeln!(
            out,
            "<details><summary>{}（{count}）</summary>{body}</details>",
            escape(name)
        );
    } else {
        out.push_str(body);
        out.push('\n');
    }
}
