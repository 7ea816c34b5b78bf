//! Dates as people write them.

use super::Value;
use super::cell::chinese_number;
use super::fact::Parsed;
use crate::read::CellValue;
use crate::text::{PartialDate, Precision};
use chrono::{Datelike, Days, NaiveDate};
use unicode_normalization::UnicodeNormalization;

/// Reads a date. `known` is the birth date of the ID number: it decides between January and
/// October when the last 0 of `1975.10` was lost.
pub(super) fn read(cell: &CellValue, known: Option<&PartialDate>) -> Parsed {
    match cell {
        CellValue::Date(iso) => from_text(iso, known, false),
        CellValue::Number(n) => from_number(*n, known),
        CellValue::Text(_) | CellValue::Bool(_) | CellValue::Error(_) | CellValue::Uncalculated => {
            from_text(&cell.text(), known, false)
        }
    }
}

/// Reads a date, or the end of a stretch of time (2014.9—2017.6): a diploma is given at the end.
pub(super) fn read_end(cell: &CellValue) -> Parsed {
    let parsed = read(cell, None);
    let text = cell.text();
    if parsed.value.is_some() || !matches!(cell, CellValue::Text(_)) {
        return parsed;
    }
    for mark in ["至", "到", "~", "～", "—", "–", "-", "－"] {
        let Some((from, to)) = text.split_once(mark) else { continue };
        let to = to.trim_start_matches(['—', '–', '-', '－']);
        let one = |part: &str| read(&CellValue::Text(part.trim().to_owned()), None);
        let (from, to) = (one(from), one(to));
        if let (Some(Value::Date(from)), Some(Value::Date(end))) = (&from.value, &to.value)
            && from.lt(end) == Some(true)
        {
            return to.repair("取起止时间的后一个");
        }
    }
    parsed
}

/// Full years from `birth` to `then`, on the days most in favour of the person.
pub(super) fn full_years(birth: &PartialDate, then: &PartialDate) -> i32 {
    let (from, to) = (birth.first(), then.last());
    let early = (to.month(), to.day()) < (from.month(), from.day());
    to.year() - from.year() - i32::from(early)
}

fn done(date: PartialDate) -> Parsed {
    Parsed::value(Value::Date(date))
}

fn from_number(n: f64, known: Option<&PartialDate>) -> Parsed {
    if (10_000.0..60_000.0).contains(&n) {
        return from_serial(n.trunc() as u64, &n.to_string());
    }
    from_text(&n.to_string(), known, true)
}

/// The day of a serial number that counts from 1904-01-01, in ISO form.
pub(super) fn from_1904(n: f64) -> Option<String> {
    let serial = (8_538.0..60_000.0).contains(&n).then_some(n.trunc() as u64)?;
    let base = NaiveDate::from_ymd_opt(1904, 1, 1)?;
    Some(base.checked_add_days(Days::new(serial))?.format("%Y-%m-%d").to_string())
}

fn from_serial(days: u64, raw: &str) -> Parsed {
    let date = NaiveDate::from_ymd_opt(1899, 12, 30)
        .and_then(|base| base.checked_add_days(Days::new(days)))
        .and_then(|d| PartialDate::day(d.year(), d.month(), d.day()));
    match date {
        Some(date) => done(date)
            .repair("日期序列号转日期")
            .note("DT-105", &[("value", raw), ("expect", &date.to_string())]),
        None => Parsed::fault("DT-101", raw),
    }
}

fn from_text(raw: &str, known: Option<&PartialDate>, number: bool) -> Parsed {
    let shown = raw.trim();
    let wide: String = shown.nfkc().collect();
    if ["农历", "阴历", "正月", "腊月", "冬月", "初"].iter().any(|w| wide.contains(w)) {
        return Parsed::fault("DT-106", shown);
    }
    if let Some(date) = month_by_name(&wide, shown) {
        return date;
    }
    let text = chinese_digits(&cut_time(&wide).replace("元月", "1月"));
    let Some(groups) = split(&text) else {
        return Parsed::fault("DT-106", shown);
    };
    let mut parsed = by_groups(&groups, shown, known, number);
    if parsed.value.is_some() && wide != text && !text.is_empty() && wide.contains('年') {
        let chinese = wide.chars().any(|c| "一二三四五六七八九十〇○".contains(c));
        if chinese {
            parsed = parsed.repair("中文数字转阿拉伯数字");
        }
    }
    parsed
}

/// Mar-70, 15-Mar-1970: what a table program makes of a date cell when it writes text.
fn month_by_name(text: &str, raw: &str) -> Option<Parsed> {
    const NAMES: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.trim().to_ascii_lowercase();
    let parts: Vec<&str> =
        lower.split(['-', '/', ' ', ',', '.']).filter(|p| !p.is_empty()).collect();
    let named = |part: &str| {
        let month = NAMES.iter().position(|name| part.starts_with(name))?;
        part.chars().all(|c| c.is_ascii_alphabetic()).then_some(month as u32 + 1)
    };
    let (day, month, year) = match parts.as_slice() {
        [month, year] => (0, named(month)?, *year),
        [day, month, year] => (day.parse().ok()?, named(month)?, *year),
        _ => return None,
    };
    let number = year.parse().ok()?;
    match year.chars().count() {
        4 => Some(full(number, month, day, raw)),
        2 => Some(two_digit(number, month, day, raw)),
        _ => None,
    }
}

fn cut_time(text: &str) -> String {
    let Some((date, _)) = text.split_once(':') else {
        return text.to_owned();
    };
    let kept = date.trim_end_matches(|c: char| c.is_ascii_digit());
    kept.trim_end_matches(['T', 't', ' ']).to_owned()
}

/// 一九七五年十月一日 → 1975年10月1日; text without Chinese numerals stays.
fn chinese_digits(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once('\0')) {
        let zero = matches!(c, 'O' | 'o' | '○' | '〇' | '零' | '◯');
        if zero || "一二三四五六七八九十".contains(c) {
            run.push(if zero { '〇' } else { c });
            continue;
        }
        if !run.is_empty() {
            out.push_str(&number_run(&run));
            run.clear();
        }
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn number_run(run: &str) -> String {
    if run.contains('十') {
        return chinese_number(run).map_or_else(|| run.to_owned(), |n| n.to_string());
    }
    run.chars()
        .map(|c| "〇一二三四五六七八九".chars().position(|d| d == c).unwrap_or(0).to_string())
        .collect()
}

/// A run of digits and the character after it.
struct Group {
    digits: String,
    after: Option<char>,
}

impl Group {
    fn number(&self) -> u32 {
        self.digits.parse().unwrap_or(u32::MAX)
    }

    fn len(&self) -> usize {
        self.digits.chars().count()
    }
}

/// Digit runs between separators; `None` when other text stands in it. A blank separates after a
/// year (`1970 3`), but not inside what other separators hold together (`0 3 月`).
fn split(text: &str) -> Option<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut open, mut told) = (false, false);
    for c in text.chars() {
        if crate::text::strip_blanks(&c.to_string()).is_empty() {
            let year = groups.last().is_some_and(|g| g.len() == 4 || groups.len() > 1);
            open = open && (told || !year);
        } else if c.is_ascii_digit() {
            if !open {
                groups.push(Group { digits: String::new(), after: None });
            }
            open = true;
            groups.last_mut()?.digits.push(c);
        } else if "年月日号./\\-、,。—–~:;'\"“”‘’·份生".contains(c) {
            told = true;
            if open && let Some(group) = groups.last_mut() {
                group.after = Some(c);
            }
            open = false;
        } else {
            return None;
        }
    }
    (!groups.is_empty()).then_some(groups)
}

fn by_groups(groups: &[Group], raw: &str, known: Option<&PartialDate>, number: bool) -> Parsed {
    match groups {
        [one] => single(one, raw),
        [year, month] if year.len() == 4 => {
            // 1975.1 as a number has lost the 0 of 1975.10 or never had one
            let short = month.digits == "1" && year.after == Some('.');
            if short && let Some(date) = from_known(year.number(), known) {
                return date;
            }
            if short && number {
                return lost_zero(year.number(), raw);
            }
            if year.after == Some('.') && month.len() == 4 {
                let n = month.number();
                return full(year.number(), n / 100, n % 100, raw);
            }
            full(year.number(), month.number(), 0, raw)
        }
        [month, year] if year.len() == 4 && month.len() <= 2 => {
            full(year.number(), month.number(), 0, raw)
        }
        [year, month] if year.len() == 2 && month.len() <= 2 => {
            // 70.1 as a number is as unsure as 1970.1
            let short = month.digits == "1" && year.after == Some('.');
            if short && let Some(date) = from_known(century(year.number()), known) {
                return date;
            }
            if short && number {
                return lost_zero(century(year.number()), raw);
            }
            two_digit(year.number(), month.number(), 0, raw)
        }
        [year, month, day] if year.len() == 4 => {
            full(year.number(), month.number(), day.number(), raw)
        }
        [year, month, day]
            if year.len() == 2 && (year.number() > 31 || year.after == Some('年')) =>
        {
            two_digit(year.number(), month.number(), day.number(), raw)
        }
        _ => Parsed::fault("DT-102", raw),
    }
}

fn single(group: &Group, raw: &str) -> Parsed {
    let n = group.number();
    match group.len() {
        8 => full(n / 10_000, n / 100 % 100, n % 100, raw),
        6 if (1900..2100).contains(&(n / 100)) => full(n / 100, n % 100, 0, raw),
        5 if (10_000..60_000).contains(&n) => from_serial(u64::from(n), raw),
        4 if (1900..2100).contains(&n) => year_only(n, raw),
        2 if group.after == Some('年') => year_only(century(n), raw).repair("两位年份补全"),
        _ => Parsed::fault("DT-102", raw),
    }
}

fn year_only(year: u32, raw: &str) -> Parsed {
    match PartialDate::year_only(year as i32) {
        Some(date) => done(date).note("DT-104", &[("value", raw)]),
        None => Parsed::fault("DT-101", raw),
    }
}

fn from_known(year: u32, known: Option<&PartialDate>) -> Option<Parsed> {
    let known = known.filter(|k| k.year() == year as i32)?;
    let month = known.month_of().filter(|m| *m == 1 || *m == 10)?;
    Some(done(PartialDate::month(year as i32, month)?).repair("按身份证号码确定月份"))
}

fn lost_zero(year: u32, raw: &str) -> Parsed {
    // the year is certain, the month is not: the interval says exactly that
    match PartialDate::year_only(year as i32) {
        Some(date) => done(date).note("DT-103", &[("value", raw)]),
        None => Parsed::fault("DT-101", raw),
    }
}

/// 30–99 → 19xx, 00–29 → 20xx.
fn century(year: u32) -> u32 {
    if year >= 30 { 1900 + year } else { 2000 + year }
}

fn two_digit(year: u32, month: u32, day: u32, raw: &str) -> Parsed {
    let year = century(year);
    let mut parsed = full(year, month, day, raw);
    if let Some(value) = &parsed.value {
        let expect = value.text();
        parsed = parsed.repair("两位年份补全");
        parsed = parsed.note("DT-105", &[("value", raw), ("expect", &expect)]);
    }
    parsed
}

/// A date of numbers; `day` 0: none was written.
fn full(year: u32, month: u32, day: u32, raw: &str) -> Parsed {
    if !(1800..2200).contains(&year) {
        return Parsed::fault("DT-101", raw);
    }
    let year_i = year as i32;
    let date = match (month, day) {
        (0, 0) => return year_only(year, raw),
        (_, 0) => PartialDate::month(year_i, month),
        _ => PartialDate::day(year_i, month, day),
    };
    let Some(date) = date else {
        return Parsed::fault("DT-101", raw);
    };
    let plain = match date.precision() {
        Precision::Day | Precision::Month => date.to_string(),
        Precision::Year => raw.to_owned(),
    };
    if plain == raw { done(date) } else { done(date).repair("日期格式规范") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(t: &str) -> (String, String) {
        let p = read(&CellValue::Text(t.to_owned()), None);
        (p.shown(), p.codes().join(" "))
    }

    fn number(n: f64) -> (String, String) {
        let p = read(&CellValue::Number(n), None);
        (p.shown(), p.codes().join(" "))
    }

    #[test]
    fn reads_every_written_form() {
        for (raw, expect) in [
            ("1975.10", "1975-10"),
            ("1975.1", "1975-01"),
            ("1975-10", "1975-10"),
            ("1975/10", "1975-10"),
            ("1975、10", "1975-10"),
            ("1975,10", "1975-10"),
            ("1975。10", "1975-10"),
            ("1975．10", "1975-10"),
            ("1975年10月1日", "1975-10-01"),
            ("1975 年 10 月", "1975-10"),
            ("一九七五年十月", "1975-10"),
            ("一九七五年十月二十一日", "1975-10-21"),
            ("二○一九年五月", "2019-05"),
            ("二Ｏ一九年五月", "2019-05"),
            ("1975-10-01 00:00:00", "1975-10-01"),
            ("1975-10-01T00:00:00", "1975-10-01"),
            ("19750101", "1975-01-01"),
            ("197501", "1975-01"),
            ("10/1975", "1975-10"),
        ] {
            assert_eq!(text(raw), (expect.to_owned(), String::new()), "{raw}");
        }
        for (raw, expect) in [
            ("1975\\10", "1975-10"),
            ("1975 3", "1975-03"),
            ("1975 3 5", "1975-03-05"),
            ("1975 03", "1975-03"),
            ("1 9 7 5 年 0 3 月", "1975-03"),
            ("1975年元月", "1975-01"),
            ("Mar-1975", "1975-03"),
            ("5-Mar-1975", "1975-03-05"),
        ] {
            assert_eq!(text(raw), (expect.to_owned(), String::new()), "{raw}");
        }
        assert_eq!(text("Jul-12"), ("2012-07".into(), "DT-105".into()));
        assert_eq!(text("5-Mar").0, "-");
        assert_eq!(text("75.10"), ("1975-10".into(), "DT-105".into()));
        assert_eq!(text("75年10月"), ("1975-10".into(), "DT-105".into()));
        assert_eq!(text("05年3月"), ("2005-03".into(), "DT-105".into()));
    }

    #[test]
    fn numbers_in_date_columns() {
        assert_eq!(number(25583.0), ("1970-01-15".into(), "DT-105".into()));
        assert_eq!(number(19_750_101.0), ("1975-01-01".into(), String::new()));
        assert_eq!(number(197_501.0), ("1975-01".into(), String::new()));
        assert_eq!(number(1975.1), ("1975".into(), "DT-103".into()));
        assert_eq!(number(75.1), ("1975".into(), "DT-103".into()));
        assert_eq!(number(75.2), ("1975-02".into(), "DT-105".into()));
        assert_eq!(number(1975.01), ("1975-01".into(), String::new()));
        assert_eq!(number(1975.11), ("1975-11".into(), String::new()));
        assert_eq!(number(1975.2), ("1975-02".into(), String::new()));
        assert_eq!(number(1995.0), ("1995".into(), "DT-104".into()));
        let id = PartialDate::day(1975, 10, 3).unwrap();
        assert_eq!(read(&CellValue::Number(1975.1), Some(&id)).shown(), "1975-10");
        let other = PartialDate::day(1975, 3, 3).unwrap();
        assert_eq!(read(&CellValue::Number(1975.1), Some(&other)).codes(), ["DT-103"]);
    }

    #[test]
    fn serials_from_1904() {
        assert_eq!(from_1904(24_121.0).as_deref(), Some("1970-01-15"));
        assert_eq!(from_1904(24_121.75).as_deref(), Some("1970-01-15"));
        // a year, a month, a day written as a number is no serial
        for n in [1970.0, 197_001.0, 19_700_115.0, 1970.1] {
            assert_eq!(from_1904(n), None, "{n}");
        }
    }

    #[test]
    fn the_end_of_a_stretch() {
        let end = |t: &str| read_end(&CellValue::Text(t.to_owned()));
        for raw in [
            "2014.9—2017.6",
            "2014.9-2017.6",
            "2014年9月至2017年6月",
            "2014.09 ～ 2017.06",
            "2017.6",
        ] {
            assert_eq!(end(raw).shown(), "2017-06", "{raw}");
        }
        assert_eq!(end("2017.6-2014.9").codes(), ["DT-102"]);
        assert_eq!(text("2014.9—2017.6").1, "DT-102");
    }

    #[test]
    fn refuses_what_cannot_be() {
        for (raw, code) in [
            ("1990.02.30", "DT-101"),
            ("2019.13", "DT-101"),
            ("10/1/75", "DT-102"),
            ("10-1-75", "DT-102"),
            ("农历八月", "DT-106"),
            ("1975年正月", "DT-106"),
            ("年轻时", "DT-106"),
        ] {
            assert_eq!(text(raw), ("-".to_owned(), code.to_owned()), "{raw}");
        }
        assert_eq!(text("1975.00"), ("1975".into(), "DT-104".into()));
        assert_eq!(text("1995年"), ("1995".into(), "DT-104".into()));
    }
}
