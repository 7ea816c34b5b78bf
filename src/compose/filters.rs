//! What templates may do with a value on its way to paper.

use crate::text::mask_id;
use std::fmt::Write as _;
use tera::{Error, Kwargs, State, StringInput, Tera, TeraResult, Value};

/// Most blank rows a template may ask for.
const MOST_ROWS: usize = 500;

pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("cn_date", |v: &str, _: Kwargs, _: &State| cn_date(v));
    tera.register_filter("cn_num", |v: i64, _: Kwargs, _: &State| cn_num(v));
    tera.register_filter("id_mask", |v: &str, _: Kwargs, _: &State| mask_id(v));
    tera.register_filter("pad_rows", pad_rows);
    tera.register_filter("boxes", boxes);
    tera.register_filter("lines", |v: &str, _: Kwargs, _: &State| lines(v));
}

/// 2019-06-12 → 2019年6月12日, 1975-10 → 1975年10月; anything else as it stands.
fn cn_date(text: &str) -> String {
    let parts: Vec<&str> = text.trim().split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
    let numbers: Option<Vec<u32>> = parts
        .iter()
        .map(|p| p.bytes().all(|b| b.is_ascii_digit()).then(|| p.parse().ok())?)
        .collect();
    match (lengths.as_slice(), numbers.as_deref()) {
        ([4, 1..=2, 1..=2], Some([y, m @ 1..=12, d @ 1..=31])) => format!("{y}年{m}月{d}日"),
        ([4, 1..=2], Some([y, m @ 1..=12])) => format!("{y}年{m}月"),
        _ => text.to_owned(),
    }
}

/// 0–9999 in Chinese numerals; other numbers in digits.
fn cn_num(n: i64) -> String {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    const UNITS: [(i64, &str); 4] = [(1000, "千"), (100, "百"), (10, "十"), (1, "")];
    if !(0..=9999).contains(&n) {
        return n.to_string();
    }
    if n == 0 {
        return "〇".to_owned();
    }
    let digit = |d: i64| usize::try_from(d).ok().and_then(|d| DIGITS.get(d)).copied();
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in UNITS {
        let d = n / unit % 10;
        if d == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        if !(d == 1 && unit == 10 && out.is_empty()) {
            out.extend(digit(d));
        }
        out.push_str(name);
    }
    out
}

/// Rows up to `n`; `keys` (blank-separated) names what every row must have, "" when it has not.
#[expect(clippy::needless_pass_by_value, reason = "the signature of a filter")]
fn pad_rows(rows: &[Value], args: Kwargs, _: &State) -> TeraResult<Value> {
    let n: usize = args.must_get("n")?;
    if n > MOST_ROWS {
        return Err(Error::message(format!("pad_rows: n is at most {MOST_ROWS}")));
    }
    let keys: &str = args.get("keys")?.unwrap_or("");
    let plain: Vec<serde_json::Value> = rows
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()
        .map_err(|e| Error::message(e.to_string()))?;
    let mut names: Vec<String> = keys.split_whitespace().map(str::to_owned).collect();
    if let (true, Some(first)) = (names.is_empty(), plain.first().and_then(|r| r.as_object())) {
        names = first.keys().cloned().collect();
    }
    let mut out = Vec::with_capacity(n.max(plain.len()));
    for i in 0..n.max(plain.len()) {
        let mut row = plain
            .get(i)
            .cloned()
            .unwrap_or_else(|| serde_json::Value::Object(serde_json::Map::new()));
        if let Some(row) = row.as_object_mut() {
            for name in &names {
                row.entry(name.clone()).or_insert_with(|| "".into());
            }
        }
        out.push(row);
    }
    Value::try_from_serializable(&out)
}

/// The lines of a long text, for a paragraph each; one empty line when there is no text.
fn lines(text: &str) -> Vec<String> {
    let found: Vec<String> =
        text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    if found.is_empty() { vec![String::new()] } else { found }
}

/// A drawn box before each of `options` (blank-separated), ticked where the value names it.
#[expect(clippy::needless_pass_by_value, reason = "the signature of a filter")]
fn boxes(value: StringInput<'_>, args: Kwargs, _: &State) -> TeraResult<Value> {
    let options: &str = args.must_get("options")?;
    let chosen: Vec<&str> =
        value.as_str().split([' ', '、', ',', '，', ';', '；']).filter(|c| !c.is_empty()).collect();
    let mut out = String::new();
    for (i, option) in options.split_whitespace().enumerate() {
        if i > 0 {
            out.push('　');
        }
        let ticked = chosen.contains(&option);
        // Infallible: writing to a string.
        let _ = write!(out, "<box ticked=\"{ticked}\"/>");
        escape_into(option, &mut out);
    }
    Ok(Value::safe_string(&out))
}

/// Escape text for the dialect. A line break in data becomes U+2028, so that it survives the
/// folding of the template's own white space.
pub(super) fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push('\u{2028}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(cn_date("2019-06-12"), "2019年6月12日");
        assert_eq!(cn_date("1975-10"), "1975年10月");
        for odd in ["", "2019", "2019-13", "19-1-1", "2019-06-12-1", "至今", "-"] {
            assert_eq!(cn_date(odd), odd);
        }
    }

    #[test]
    fn lines_of_text() {
        assert_eq!(lines("一\n\n 二 "), ["一", "二"]);
        assert_eq!(lines(" \n"), [""]);
    }

    #[test]
    fn numerals() {
        let cases = [
            (0, "〇"),
            (7, "七"),
            (10, "十"),
            (15, "十五"),
            (20, "二十"),
            (105, "一百零五"),
            (110, "一百一十"),
            (1001, "一千零一"),
            (-1, "-1"),
        ];
        for (n, want) in cases {
            assert_eq!(cn_num(n), want);
        }
    }
}
