//! Small readers shared by the columns: empty words, yes and no, counts, durations, years, phones.

use super::Value;
use super::fact::Parsed;
use crate::read::CellValue;
use crate::text::{fold, strip_blanks};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// Whether the text stands for nothing.
pub(super) fn is_empty(text: &str) -> bool {
    let folded = fold(text);
    folded.is_empty()
        || folded.chars().all(|c| "-—–/\\_~*.、'\"".contains(c))
        || ["无", "n/a", "na", "空", "none", "null", "暂无"].contains(&folded.as_str())
        || is_pending(text)
}

/// Whether the text promises an answer later.
pub(super) fn is_pending(text: &str) -> bool {
    ["待定", "不详", "待补", "待补充", "未知", "待核"].contains(&fold(text).as_str())
}

/// 是/否, √/×, 有/无, Y/N, 1/0, ■/□.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    match fold(text).as_str() {
        "是" | "√" | "✓" | "✔" | "☑" | "有" | "y" | "yes" | "1" | "■" | "true" | "对" | "已" => {
            Some(true)
        }
        "否" | "×" | "✗" | "✘" | "无" | "n" | "no" | "0" | "□" | "☐" | "false" | "没有"
        | "不是" | "未" | "x" => Some(false),
        _ => None,
    }
}

/// 25, 二十五, 〇; `None` when it is no Chinese numeral below 10,000.
pub(super) fn chinese_number(text: &str) -> Option<i64> {
    let (mut total, mut digit, mut any) = (0, 0, false);
    for c in text.chars() {
        any = true;
        match c {
            '百' => {
                total += if digit == 0 { 1 } else { digit } * 100;
                digit = 0;
            }
            '十' => {
                total += if digit == 0 { 1 } else { digit } * 10;
                digit = 0;
            }
            '零' | '〇' | '○' => digit = 0,
            '两' => digit = 2,
            _ => digit = "〇一二三四五六七八九".chars().position(|d| d == c)? as i64,
        }
    }
    any.then_some(total + digit)
}

/// A count: 12, １２, 12人, 共12人, 十二.
pub(super) fn count(text: &str) -> Option<i64> {
    let folded = fold(text);
    let core = folded.trim_start_matches(['共', '约']);
    let core = core.trim_end_matches(['人', '名', '个', '年', '项', '份', '篇', '次']);
    let core = core.strip_suffix(".0").unwrap_or(core);
    core.parse().ok().or_else(|| chinese_number(core))
}

/// A duration in months: 25年, 25年3个月, 二十五, 25.5.
pub(super) fn months(text: &str) -> Option<i64> {
    let folded = fold(text).replace(['(', ')'], "").replace("周年", "年");
    let folded = folded.trim_end_matches(['以', '上', '满', '余', '多']);
    let (years, rest) = match folded.split_once('年') {
        Some((years, rest)) => (years, rest.trim_start_matches(['零', '又', '整'])),
        None if folded.contains('月') => ("0", folded),
        None => (folded, ""),
    };
    let rest = rest.trim_end_matches(['个', '月', '整']);
    let more =
        if rest.is_empty() { Some(0) } else { rest.parse().ok().or_else(|| chinese_number(rest)) };
    let years = years.trim_start_matches(['满', '约']);
    let whole = match years.parse::<f64>() {
        Ok(n) if n.is_finite() && (0.0..100.0).contains(&n) => Some((n * 12.0).round() as i64),
        Ok(_) => None,
        Err(_) => chinese_number(years).map(|n| n * 12),
    };
    Some(whole? + more?)
}

/// 继续教育: years passed. `single` is the year meant when only 合格 is written.
pub(super) fn years(text: &str, single: Option<i32>) -> Option<BTreeSet<i32>> {
    let wide: String = text.nfkc().collect();
    let mut out = BTreeSet::new();
    let mut understood = false;
    let parts: Vec<&str> = wide
        .split(['、', ',', ';', '；', '，', '\n', '。'])
        .filter(|p| !p.trim().is_empty())
        .collect();
    for (at, part) in parts.iter().copied().enumerate() {
        if let Some(year) = bare_year(part, parts.get(at + 1..).unwrap_or_default()) {
            out.insert(year);
            understood = true;
            continue;
        }
        let failed = part.contains(['不', '未', '没', '无', '缺', '否', '×', '✗', '✘']);
        let found = spoken_years(part);
        understood |= failed || !found.is_empty();
        if failed {
            continue;
        }
        match found.as_slice() {
            [first, last] if first < last && is_range(part) => out.extend(*first..=*last),
            [] if passed(part) => {
                out.insert(single?);
                understood = true;
            }
            list => out.extend(list),
        }
    }
    understood.then_some(out)
}

/// 15 of 15、16年: two digits, when a year of two digits and 年 follows.
fn bare_year(part: &str, later: &[&str]) -> Option<i32> {
    let two = |text: &str| text.chars().count() == 2 && text.chars().all(|c| c.is_ascii_digit());
    let part = part.trim();
    let said =
        |next: &str| next.trim().split_once('年').is_some_and(|(digits, _)| two(digits.trim()));
    let year = part.parse::<i32>().ok().filter(|_| two(part))?;
    let mut run = later.iter().skip_while(|next| two(next.trim()));
    run.next().filter(|next| said(next)).map(|_| 2000 + year)
}

/// Words that say the training was passed; digits that are no hours or points stand for
/// something unread, and then nothing is known.
fn passed(part: &str) -> bool {
    let digits = part.chars().any(|c| c.is_ascii_digit());
    let hours = ["学时", "课时", "学分", "分", "天"].iter().any(|w| part.contains(w));
    let words = ["合格", "完成", "通过", "达标", "已参加"];
    yes_no(part) == Some(true) || (!digits || hours) && words.iter().any(|w| part.contains(w))
}

/// Years with four digits, or with two before 年 (17年, 16-18年度).
fn spoken_years(part: &str) -> Vec<i32> {
    let full = years_in(part);
    if !full.is_empty() {
        return full;
    }
    let mut out = Vec::new();
    let mut rest = part.trim();
    loop {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let (2, Ok(year)) = (digits.chars().count(), digits.parse::<i32>()) else {
            return Vec::new();
        };
        out.push(2000 + year);
        let tail = tail.trim_start();
        if tail.starts_with('年') {
            return out;
        }
        let next = tail.trim_start_matches(['-', '—', '–', '~', '至', '到', '/', '.']);
        if next.len() == tail.len() {
            return Vec::new();
        }
        rest = next;
    }
}

fn is_range(part: &str) -> bool {
    part.contains(['-', '—', '–', '~', '至', '到'])
}

/// Years 1950–2099 written with four digits.
pub(super) fn years_in(text: &str) -> Vec<i32> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 4)
        .filter_map(|run| run.parse().ok())
        .filter(|year| (1950..2100).contains(year))
        .collect()
}

/// Phones: one or two numbers.
pub(super) fn phones(cell: &CellValue) -> Parsed {
    let raw = cell.text();
    let wide: String = raw.nfkc().collect();
    let mut list = Vec::new();
    let mut bad = false;
    for part in wide.split(['、', ',', ';', '/', '\n', '，', '；']).filter(|p| !p.trim().is_empty())
    {
        // two numbers set off by a blank, or one in groups
        let pieces: Vec<String> = part.split_whitespace().map(phone_core).collect();
        let apart = pieces.len() > 1 && pieces.iter().all(|piece| phone_ok(piece));
        let pieces = if apart { pieces } else { vec![phone_core(part)] };
        bad |= !pieces.iter().all(|piece| phone_ok(piece));
        list.extend(pieces);
    }
    let repaired = list.join("、") != raw;
    let mut parsed = Parsed::value(Value::List(list));
    if repaired {
        parsed = parsed.repair("电话格式规范");
    }
    if bad { parsed.note("FD-151", &[("value", &raw)]) } else { parsed }
}

/// One number without blanks, its label and the code of the country; a mobile number without dashes.
fn phone_core(part: &str) -> String {
    let core: String = strip_blanks(part).chars().filter(|c| !"'‘’\"“”".contains(*c)).collect();
    let core = core.trim_end_matches(['.', '。']);
    let core = core.strip_suffix(".0").unwrap_or(core);
    let core = match core.split_once(':') {
        Some((label, number)) if !label.chars().any(|c| c.is_ascii_digit()) => number,
        _ => core.trim_start_matches(['手', '机', '电', '话']),
    };
    let digits: String = core.chars().filter(|c| !"-()+".contains(*c)).collect();
    let digits = digits.strip_prefix("0086").unwrap_or(&digits);
    let mobile = [digits, digits.strip_prefix("86").unwrap_or(digits)];
    if let Some(number) = mobile.into_iter().find(|n| n.starts_with('1') && phone_ok(n)) {
        return number.to_owned();
    }
    let core = core.strip_prefix("+86").or_else(|| core.strip_prefix("0086")).unwrap_or(core);
    core.trim_start_matches('-').to_owned()
}

fn phone_ok(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !text.chars().all(|c| c.is_ascii_digit() || "-()转".contains(c)) {
        return false;
    }
    let mobile = digits.len() == 11 && digits.starts_with('1') && {
        let second = digits.chars().nth(1);
        second.is_some_and(|c| ('3'..='9').contains(&c)) && text == digits
    };
    let land = match text.strip_prefix('(').unwrap_or(text).starts_with('0') {
        true => (10..=17).contains(&digits.len()),
        false => {
            matches!(digits.len(), 7 | 8) || (text.contains(['-', '转']) && digits.len() <= 12)
        }
    };
    mobile || land
}

/// Text without outer quotes and blanks.
pub(super) fn plain(text: &str) -> Parsed {
    let quotes = |c: char| c.is_whitespace() || "'\"“”‘’\u{200B}\u{FEFF}＂".contains(c);
    let out = text.trim_matches(quotes);
    if out == text { Parsed::text(out) } else { Parsed::text(out).repair("去除空格或引号") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_pending() {
        for word in ["", " ", "-", "—", "/", "无", "N/A", "空", "待定"] {
            assert!(is_empty(word), "{word}");
        }
        assert!(is_pending(" 待定"));
        assert!(!is_empty("无线电"));
    }

    #[test]
    fn durations_and_counts() {
        for (text, n) in [
            ("25年", 300),
            ("25年3个月", 303),
            ("二十五", 300),
            ("25.5", 306),
            ("25", 300),
            ("8个月", 8),
            ("25（年）", 300),
            ("25周年", 300),
            ("25年整", 300),
        ] {
            assert_eq!(months(text), Some(n), "{text}");
        }
        assert_eq!(months("很久"), None);
        assert_eq!(count("12人"), Some(12));
        assert_eq!(count("１２"), Some(12));
        assert_eq!(count("共 3 人"), Some(3));
        assert_eq!(count("若干"), None);
    }

    #[test]
    fn training_years() {
        let set = |list: &[i32]| Some(list.iter().copied().collect::<BTreeSet<i32>>());
        assert_eq!(years("2016、2017、2018", None), set(&[2016, 2017, 2018]));
        assert_eq!(years("2018年合格", None), set(&[2018]));
        assert_eq!(years("2016-2018", None), set(&[2016, 2017, 2018]));
        assert_eq!(years("合格", Some(2018)), set(&[2018]));
        assert_eq!(years("合格", None), None);
        assert_eq!(years("2017年合格，2018年不合格", Some(2018)), set(&[2017]));
        assert_eq!(years("不合格", Some(2018)), set(&[]));
        assert_eq!(years("见附件", Some(2018)), None);
        assert_eq!(years("已完成", Some(2018)), set(&[2018]));
        assert_eq!(years("未完成", Some(2018)), set(&[]));
        assert_eq!(years("2018年没有参加", Some(2018)), set(&[]));
        assert_eq!(years("2017年合格，2018年×", Some(2018)), set(&[2017]));
        assert_eq!(years("17年合格", Some(2018)), set(&[2017]));
        assert_eq!(years("15、16年", Some(2018)), set(&[2015, 2016]));
        assert_eq!(years("15、16、17年度合格", None), set(&[2015, 2016, 2017]));
        assert_eq!(years("16-18年合格", Some(2018)), set(&[2016, 2017, 2018]));
        assert_eq!(years("合格（72学时）", Some(2018)), set(&[2018]));
        assert_eq!(years("72学时", Some(2018)), None);
        assert_eq!(years("合格3", Some(2018)), None);
    }

    #[test]
    fn phone_forms() {
        let read = |t: &str| phones(&CellValue::Text(t.to_owned()));
        assert_eq!(read("+86 138 0000 1553").shown(), "13800001553");
        assert_eq!(read("0513-85520883").codes(), Vec::<&str>::new());
        assert_eq!(read("13800001553、85520883").shown(), "13800001553、85520883");
        assert_eq!(read("1380000155").codes(), ["FD-151"]);
        for raw in [
            "138-0000-1553",
            "86-13800001553",
            "8613800001553",
            "手机：13800001553",
            "13800001553.0",
            "‘13800001553",
        ] {
            assert_eq!((read(raw).shown().as_str(), read(raw).codes().len()), ("13800001553", 0));
        }
        assert_eq!(read("13800001553 0513-85520883").shown(), "13800001553、0513-85520883");
        assert_eq!(read("0513-8552 0883").shown(), "0513-85520883");
        assert_eq!(phones(&CellValue::Number(13_800_001_553.0)).codes(), Vec::<&str>::new());
        assert_eq!(read("1.38E+10").codes(), ["FD-151"]);
    }

    #[test]
    fn yes_and_no() {
        for word in ["是", "√", "有", "Y", "1", "■"] {
            assert_eq!(yes_no(word), Some(true), "{word}");
        }
        for word in ["否", "×", "无", "N", "0", "□"] {
            assert_eq!(yes_no(word), Some(false), "{word}");
        }
        assert_eq!(yes_no("转岗"), None);
    }
}
