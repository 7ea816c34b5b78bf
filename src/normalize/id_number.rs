//! Identity numbers (GB 11643): read, upgraded, checked, never reconstructed.

use super::Value;
use super::fact::Parsed;
use crate::read::CellValue;
use crate::text::{PartialDate, Region, mask_id, regions, strip_blanks};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// What a valid number says about its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IdFacts {
    pub(super) birth: PartialDate,
    pub(super) male: bool,
}

/// Reads an identity number; `cell` names the place in the message of lost digits.
pub(super) fn read(value: &CellValue, cell: &str) -> (Parsed, Option<IdFacts>) {
    let raw = value.text();
    if let CellValue::Number(n) = value {
        if *n >= 1e15 {
            return (lost(&raw, cell), None);
        }
        let (parsed, facts) = judge(&raw, Vec::new(), cell);
        return (parsed.repair("数字转文本"), facts);
    }
    let text = clean(&raw);
    let mut repairs = Vec::new();
    if text != raw {
        repairs.push("身份证号码去除空格符号、全角转半角".to_owned());
    }
    let (parsed, facts) = judge(&text, repairs, cell);
    match look_alike(&raw).filter(|_| parsed.value.is_some()) {
        Some(from) => (parsed.note("ID-112", &[("from", &from.to_string())]), facts),
        None => (parsed, facts),
    }
}

/// Marks after a number that are no part of it.
const TAIL: [char; 7] = ['、', '.', '。', ',', ';', ':', '·'];

/// The last character, when it only looks like an X.
fn look_alike(raw: &str) -> Option<char> {
    let last = strip_blanks(raw).trim_end_matches(TAIL).chars().last()?;
    "ХхΧχ×✕╳*＊乂ⅹⅩ".contains(last).then_some(last)
}

fn digits(chars: &[char]) -> Option<u32> {
    chars.iter().collect::<String>().parse().ok()
}

/// The check character of the first 17 digits.
fn expected(chars: &[char]) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let mut sum = 0;
    for (c, weight) in chars.iter().zip(WEIGHTS) {
        sum += c.to_digit(10)? * weight;
    }
    "10X98765432".chars().nth((sum % 11) as usize)
}

fn clean(raw: &str) -> String {
    let folded: String = raw.nfkc().collect();
    let kept: String =
        strip_blanks(&folded).chars().filter(|c| !"-—–‐‑−_'‘’“”\"`".contains(*c)).collect();
    let kept = kept.trim_end_matches(TAIL).to_uppercase();
    // 3.20621E+17 keeps its point: it tells the lost digits
    if kept.contains('E') { kept } else { kept.replace(['.', '·', '/'], "") }
}

fn lost(raw: &str, cell: &str) -> Parsed {
    let shown = mask_id(raw);
    Parsed::default().note("ID-103", &[("cell", cell), ("value", &shown)])
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once('E') else {
        return false;
    };
    mantissa.parse::<f64>().is_ok() && exponent.trim_start_matches('+').parse::<u32>().is_ok()
}

fn judge(text: &str, mut repairs: Vec<String>, cell: &str) -> (Parsed, Option<IdFacts>) {
    if is_scientific(text) {
        return (lost(text, cell), None);
    }
    let mut chars: Vec<char> = text.chars().collect();
    let masked = |c: &char| matches!(c, '*' | '×' | '●' | '•' | '?' | '#');
    let inner = chars.len().saturating_sub(1).min(17);
    if chars[..inner].iter().any(masked) || text.contains("XX") {
        return (Parsed::fault("ID-105", &mask_id(text)), None);
    }
    if chars.len() == 18 && matches!(chars[17], 'Х' | '×' | '*' | 'Χ' | '乂' | '✕' | '╳') {
        chars[17] = 'X';
        repairs.push("末位形近字符转 X".to_owned());
    }
    let (mut parsed, facts) = match chars.len() {
        15 if chars.iter().all(char::is_ascii_digit) => upgrade(&chars),
        18 => eighteen(&chars, cell),
        n => {
            let n = n.to_string();
            let shown = mask_id(text);
            (Parsed::default().note("ID-102", &[("value", &shown), ("n", &n)]), None)
        }
    };
    repairs.append(&mut parsed.repairs);
    parsed.repairs = repairs;
    (parsed, facts)
}

fn upgrade(old: &[char]) -> (Parsed, Option<IdFacts>) {
    let mut chars: Vec<char> = old[..6].to_vec();
    chars.extend(['1', '9']);
    chars.extend(&old[6..]);
    chars.extend(expected(&chars));
    let (parsed, facts) = eighteen(&chars, "");
    if parsed.value.is_none() {
        return (parsed, facts);
    }
    let shown = mask_id(&chars.iter().collect::<String>());
    (parsed.repair("15位升18位").note("ID-104", &[("value", &shown)]), facts)
}

fn eighteen(chars: &[char], cell: &str) -> (Parsed, Option<IdFacts>) {
    let mut chars = chars.to_vec();
    let mut parsed = Parsed::default();
    if chars[..17].iter().any(|c| matches!(c, 'O' | 'I' | 'L')) {
        parsed = parsed.note("ID-108", &[]).repair("字母 O/I/l 转数字");
        for c in &mut chars[..17] {
            *c = match *c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
        }
    }
    let text: String = chars.iter().collect();
    let Some(expect) = expected(&chars[..17]) else {
        let n = chars.iter().filter(|c| c.is_ascii_digit()).count().to_string();
        return (Parsed::default().note("ID-102", &[("value", &mask_id(&text)), ("n", &n)]), None);
    };
    let (year, month, day) =
        (digits(&chars[6..10]), digits(&chars[10..12]), digits(&chars[12..14]));
    let birth = match (year, month, day) {
        (Some(y @ 1850..2100), Some(m), Some(d)) => PartialDate::day(y as i32, m, d),
        _ => None,
    };
    if chars[17] != expect && text.ends_with("000") {
        return (lost(&text, cell), None);
    }
    let Some(birth) = birth else {
        let shown: String = chars[6..14].iter().collect();
        parsed.repairs.clear();
        return (parsed.note("ID-109", &[("value", &shown)]), None);
    };
    if chars[17] != expect {
        parsed.repairs.clear();
        return (parsed.note("ID-106", &[("expect", &expect.to_string())]), None);
    }
    parsed = region(parsed, &chars, &birth);
    parsed.value = Some(Value::Text(text));
    let male = chars[16].to_digit(10).is_some_and(|n| n % 2 == 1);
    (parsed, Some(IdFacts { birth, male }))
}

/// Code → name and the last year it was in force.
type Regions = BTreeMap<&'static str, (&'static str, Option<i32>)>;

static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
    let mut map = Regions::new();
    for Region { code, name, end } in regions() {
        let entry = map.entry(code).or_insert((name, end));
        // several lives of one code: the latest end counts, an open end wins
        if let (Some(known), Some(new)) = (entry.1, end) {
            entry.1 = Some(known.max(new));
        } else {
            entry.1 = None;
        }
    }
    map
});

fn region(parsed: Parsed, chars: &[char], birth: &PartialDate) -> Parsed {
    let code: String = chars[..6].iter().collect();
    match REGIONS.get(code.as_str()) {
        None => parsed.note("ID-110", &[("code", &code)]),
        // a number is never given before birth; a code younger than the person is usual
        Some((name, Some(end))) if *end < birth.year() => parsed.note(
            "ID-111",
            &[("code", &code), ("place", name), ("birth", &birth.year().to_string())],
        ),
        Some(_) => parsed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(t: &str) -> (String, String) {
        let (p, _) = read(&CellValue::Text(t.to_owned()), "E5");
        (p.shown(), p.codes().join(" "))
    }

    #[test]
    fn valid_numbers_in_every_dress() {
        for raw in [
            "11010519491231002X",
            "11010519491231002x",
            "'11010519491231002X",
            "110105 19491231 002X",
            "110105-19491231-002X",
            "110105.19491231.002X",
            "\u{202D}11010519491231002X\u{202C}",
            "１１０１０５１９４９１２３１００２Ｘ",
            "11010519491231002X、",
        ] {
            assert_eq!(text(raw), ("11010519491231002X".into(), String::new()), "{raw}");
        }
        for last in ["Х", "х", "×", "*", "＊", "χ", "ⅹ", "Ⅹ", "乂"] {
            let raw = format!("11010519491231002{last}");
            assert_eq!(text(&raw), ("11010519491231002X".into(), "ID-112".into()), "{raw}");
        }
        assert_eq!(text("44052418800101001*").1, "ID-106");
        assert_eq!(text("110105491231002"), ("11010519491231002X".into(), "ID-104".into()));
        let (p, _) = read(&CellValue::Number(110_105_491_231_002.0), "E5");
        assert_eq!((p.shown(), p.codes()), ("11010519491231002X".to_owned(), vec!["ID-104"]));
    }

    #[test]
    fn faults_are_named_and_never_repaired() {
        for (raw, code) in [
            ("1101051949123100", "ID-102"),
            ("1101051949123100211", "ID-102"),
            ("1.10105E+17", "ID-103"),
            ("1.10105e+17", "ID-103"),
            ("110105194912310000", "ID-103"),
            ("110105********002X", "ID-105"),
            ("110105194912310021", "ID-106"),
            ("110105194913310025", "ID-109"),
        ] {
            let (shown, codes) = text(raw);
            assert_eq!((shown.as_str(), codes.as_str()), ("-", code), "{raw}");
        }
        let (p, _) = read(&CellValue::Number(320_621_197_510_012_300.0), "E5");
        assert_eq!(p.codes(), ["ID-103"]);
        assert_eq!(text("1101O519491231002X"), ("11010519491231002X".into(), "ID-108".into()));
        assert_eq!(text("1101O5194912310021").0, "-");
    }

    #[test]
    fn says_sex_and_birth() {
        let (_, facts) = read(&CellValue::Text("440524188001010014".to_owned()), "E5");
        let facts = facts.unwrap();
        assert!(facts.male);
        assert_eq!(facts.birth.to_string(), "1880-01-01");
    }
}
