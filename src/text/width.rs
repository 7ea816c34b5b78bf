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

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_width_blanks_and_case() {
        assert_eq!(fold("身份证 号码\u{3000}（１８位）\n"), "身份证号码(18位)");
        assert_eq!(strip_blanks("严\u{3000}飞\u{200B}"), "严飞");
    }

    #[test]
    fn masks_by_characters() {
        assert_eq!(mask_id("32062319710526975X"), "320623********975X");
        assert_eq!(mask_id("3206231971052697"), "320623******2697");
        assert_eq!(mask_id("忞䶮"), "忞䶮");
    }
}
