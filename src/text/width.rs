//! Width, blanks and masks.

use unicode_normalization::UnicodeNormalization;

/// Returns `text` folded for matching only: NFKC, lower case, all white space and zero-width
/// characters removed. Stored text keeps the original.
pub fn fold(text: &str) -> String {
    text.nfkc().filter(|c| !is_blank(*c)).flat_map(char::to_lowercase).collect()
}

/// Returns `text` without any white space, no-break or zero-width character.
pub fn strip_blanks(text: &str) -> String {
    text.chars().filter(|c| !is_blank(*c)).collect()
}

/// Whether `c` is a Han character (unified ideographs, extensions, 〇).
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

/// Masks an identity number: the first 6 and last 4 characters stay, the rest become `*`.
/// Anything of ten characters or fewer keeps only its first two.
pub fn mask_id(id: &str) -> String {
    let n = id.chars().count();
    let keep = |i: usize| if n > 10 { i < 6 || i >= n - 4 } else { i < 2 };
    id.chars().enumerate().map(|(i, c)| if keep(i) { c } else { '*' }).collect()
}

/// A text for one line of a terminal or a log: identity numbers are masked, and what would move the
/// cursor, end the line or turn the writing around is shown instead of done.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in mask_ids(text).chars() {
        if c.is_control() || is_invisible(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Bidirectional controls and zero-width characters, which would make a name lie.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// What clerks type between the parts of an identity number.
const JOINTS: &str = " \u{3000}\u{a0}-－‐–—_.．·";

/// Masks every identity number that stands in a text (a path, a message): 18 places, or 15 of the
/// old kind, with a region and a birth date, in ASCII or full width, also when blanks or hyphens
/// stand between their parts. Other long numbers stay.
pub fn mask_ids(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = chars.clone();
    let runs = runs(&chars);
    let mut first = 0;
    while first < runs.len() {
        let mut places: Vec<usize> = Vec::new();
        let mut next = first;
        let mut hit = false;
        while let Some(run) = runs.get(next).filter(|r| next == first || r.joined) {
            places.extend(run.from..run.to);
            next += 1;
            if is_number(&chars, &places) {
                let hidden = if places.len() == 18 { 6..14 } else { 6..11 };
                places[hidden].iter().for_each(|&at| out[at] = '*');
                hit = true;
                break;
            }
            if places.len() >= 18 {
                break;
            }
        }
        first = if hit { next } else { first + 1 };
    }
    out.into_iter().collect()
}

/// A run of digits, with the X of an identity number at its end.
struct Run {
    from: usize,
    to: usize,
    /// Only one or two joints stand between it and the run before.
    joined: bool,
}

fn runs(chars: &[char]) -> Vec<Run> {
    let digit = |at: usize| chars.get(at).is_some_and(|&c| ascii(c).is_ascii_digit());
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let gap = runs.last().map_or(usize::MAX, |r| at - r.to);
        let joined =
            (1..=2).contains(&gap) && chars[at - gap..at].iter().all(|c| JOINTS.contains(*c));
        let cross = |at: usize| {
            let letter = |c: &char| ascii(*c).is_ascii_alphanumeric();
            let is_x = chars.get(at).is_some_and(|&c| matches!(ascii(c), 'X' | 'x'));
            is_x && !chars.get(at + 1).is_some_and(letter)
        };
        let mut to = at;
        while digit(to) {
            to += 1;
        }
        if (to > at || joined) && cross(to) {
            to += 1;
        }
        if to > at {
            runs.push(Run { from: at, to, joined });
        }
        at = to.max(at + 1);
    }
    runs
}

/// Region and birth date as an identity number has them.
fn is_number(chars: &[char], places: &[usize]) -> bool {
    let digits: Vec<u32> =
        places.iter().map_while(|&at| ascii(*chars.get(at)?).to_digit(10)).collect();
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let day = |month: usize| (1..=12).contains(&two(month)) && (1..=31).contains(&two(month + 2));
    let province = || matches!(two(0), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    match (places.len(), digits.len()) {
        (18, 17 | 18) => digits[0] > 0 && matches!(two(6), 18..=20) && day(10),
        // the old kind has no century and no check digit: only real provinces count
        (15, 15) => province() && day(8),
        _ => false,
    }
}

fn ascii(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' | '\u{00AD}' | '\u{180E}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_width_blanks_and_case() {
        assert_eq!(fold("身份证 号码\u{3000}（１８位）\n"), "身份证号码(18位)");
        assert_eq!(strip_blanks("严\u{3000}飞\u{200B}"), "严飞");
        // marks of direction come along when a number is copied from a chat
        assert_eq!(strip_blanks("\u{202D}320602\u{202C}\u{2066}"), "320602");
    }

    #[test]
    fn masks_by_characters() {
        assert_eq!(mask_id("32062319710526975X"), "320623********975X");
        assert_eq!(mask_id("3206231971052697"), "320623******2697");
        assert_eq!(mask_id("忞䶮"), "忞䶮");
    }

    #[test]
    fn masks_the_numbers_inside_a_text() {
        assert_eq!(mask_ids("张三32062319710526975X/a.jpg"), "张三320623********975X/a.jpg");
        assert_eq!(
            mask_ids("３２０６２３１９７１０５２６９７５８"),
            "３２０６２３********９７５８"
        );
        for other in ["", "14320600011", "105215200806001234", "3206231971052697581", "忞320623"] {
            assert_eq!(mask_ids(other), other);
        }
        let two = "320623197105269758，320623197105269758";
        assert_eq!(mask_ids(two), "320623********9758，320623********9758");
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(shown("甲\n乙\u{1b}[31m\t"), "甲\\n乙\\u{1b}[31m\\t");
        assert_eq!(shown("\u{202e}fdp"), "\\u{202e}fdp");
        assert_eq!(shown("320623197105269758 䶮"), "320623********9758 䶮");
    }

    #[test]
    fn masks_old_and_split_numbers() {
        for (text, expect) in [
            ("张三320623710526975/a.jpg", "张三320623*****6975/a.jpg"),
            ("320623 19710526 9758", "320623 ******** 9758"),
            ("320623-1971-0526-975X", "320623-****-****-975X"),
            ("3206 2319 7105 2697 58.jpg", "3206 23** **** **97 58.jpg"),
            ("32062319710526975 X", "320623********975 X"),
            ("01 320623197105269758", "01 320623********9758"),
            ("320623 710526 975", "320623 *****6 975"),
            ("３２０６２３７１０５２６９７５", "３２０６２３*****６９７５"),
        ] {
            assert_eq!(mask_ids(text), expect, "{text}");
        }
        for other in [
            "13800001553、85520883",
            "2014-2018年度考核 2019-06-01",
            "IMG_20190612_103012345",
            "201906121030123",
            "073206020150001",
            "0513-85520883 13800001553",
            "CN35-1262/TH 2017.06.12",
        ] {
            assert_eq!(mask_ids(other), other);
        }
    }
}
