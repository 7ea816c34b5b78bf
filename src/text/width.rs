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

/// Masks every identity number that stands in a text (a path, a message): 18 characters with a
/// region and a birth date, in ASCII or full width. Other long numbers stay.
pub fn mask_ids(text: &str) -> String {
    const LENGTH: usize = 18;
    let chars: Vec<char> = text.chars().collect();
    let plain: Vec<Option<u32>> = chars.iter().map(|&c| ascii(c).to_digit(10)).collect();
    let mut out = chars.clone();
    let mut at = 0;
    while at + LENGTH <= chars.len() {
        let alone = at == 0 || plain[at - 1].is_none();
        let last = at + LENGTH - 1;
        let ends = plain.get(last + 1).is_none_or(Option::is_none);
        let tail = plain[last].is_some() || matches!(ascii(chars[last]), 'X' | 'x');
        let digits: Option<Vec<u32>> = plain[at..last].iter().copied().collect();
        if alone && ends && tail && digits.is_some_and(|digits| is_number(&digits)) {
            out[at + 6..at + 14].fill('*');
            at += LENGTH;
        } else {
            at += 1;
        }
    }
    out.into_iter().collect()
}

/// Region and birth date as an identity number has them.
fn is_number(digits: &[u32]) -> bool {
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    (1..=9).contains(&digits[0])
        && matches!(two(6), 18..=20)
        && (1..=12).contains(&two(10))
        && (1..=31).contains(&two(12))
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
}
