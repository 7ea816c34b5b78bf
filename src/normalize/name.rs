//! Names of people.

use super::fact::Parsed;
use crate::text::{is_han, strip_blanks};
use unicode_normalization::UnicodeNormalization;

/// Reads a name; the second value is a bracketed note that belongs into 备注.
pub(super) fn read(raw: &str) -> (Parsed, Option<String>) {
    let mut parsed = Parsed::default();
    let quotes = |c: char| c.is_whitespace() || "'‘’`\"“”＇＂\u{FEFF}".contains(c);
    let (name, note) = cut_note(raw.trim_matches(quotes));
    if let Some(note) = &note {
        parsed = parsed.note("FD-103", &[("note", note)]).repair("附注移入备注");
    }
    let spaced = join_blanks(&name);
    if spaced != name || name.chars().count() != raw.chars().count() && note.is_none() {
        parsed = parsed.repair("去除空格");
    }
    // 严 飞: printed with a blank to line up with names of three characters
    if name.chars().any(char::is_whitespace) && name.chars().any(is_han) {
        parsed = parsed.note("FD-106", &[("value", &spaced)]);
    }
    let dotted = dots(&spaced);
    if dotted != spaced {
        parsed = parsed.repair("间隔号规范");
    }
    let (clean, swapped) = compatibility(&dotted);
    for (from, to) in &swapped {
        parsed = parsed.note("FD-104", &[("from", from), ("to", to)]).repair("兼容字符替换");
    }
    if let Some(bad) = clean.chars().find(|c| unreadable(*c)) {
        let hex = format!("{:04X}", u32::from(bad));
        return (parsed.note("FD-105", &[("hex", &hex)]), note);
    }
    let han = clean.chars().any(is_han);
    if let Some(letter) = clean.chars().find(|c| han && c.is_ascii_alphabetic()) {
        let hex = format!("{:04X}", u32::from(letter));
        return (parsed.note("FD-105", &[("hex", &hex)]), note);
    }
    let length = clean.chars().count();
    if length < 2
        || length > 15 && han
        || clean.chars().any(char::is_numeric) && !clean.contains('〇')
        || clean.contains(NO_NAME)
    {
        parsed = parsed.note("FD-102", &[("value", &clean)]);
    }
    parsed.value = Parsed::text(clean).value;
    (parsed, note)
}

/// Marks that no name has: two people in one cell, or a slip of the hand.
const NO_NAME: [char; 11] = ['、', '，', ',', '；', ';', '：', ':', '/', '\\', '+', '&'];

fn cut_note(raw: &str) -> (String, Option<String>) {
    let bare = raw.trim_end_matches(['*', '＊', '※', '★']);
    let starred = bare.len() != raw.len();
    if let Some((name, rest)) = bare.split_once(['（', '(', '［', '[', '【'])
        && !name.trim().is_empty()
    {
        let note = rest.trim_end_matches(['）', ')', '］', ']', '】']).trim();
        return (name.trim().to_owned(), Some(note.to_owned()));
    }
    let note = starred.then(|| raw.chars().skip(bare.chars().count()).collect());
    (bare.trim().to_owned(), note)
}

/// No blank between Han characters, one between Latin words.
fn join_blanks(name: &str) -> String {
    if name.chars().any(is_han) {
        return strip_blanks(name);
    }
    name.split_whitespace().map(strip_blanks).collect::<Vec<_>>().join(" ")
}

fn dots(name: &str) -> String {
    name.chars().map(|c| if "•・‧．.。∙⋅･●".contains(c) { '·' } else { c }).collect()
}

/// Kangxi radicals and compatibility ideographs become the unified character.
fn compatibility(name: &str) -> (String, Vec<(String, String)>) {
    let mut out = String::new();
    let mut swapped = Vec::new();
    for c in name.chars() {
        let radical = matches!(u32::from(c), 0x2E80..=0x2FDF | 0xF900..=0xFAFF | 0x2F800..=0x2FA1F);
        let wide = matches!(u32::from(c), 0xFF01..=0xFF5E);
        if !radical && !wide {
            out.push(c);
            continue;
        }
        let to = match simplified(c) {
            Some(to) => to.to_string(),
            None => c.nfkc().collect(),
        };
        if radical && to != c.to_string() {
            swapped.push((c.to_string(), to.clone()));
        }
        out.push_str(&to);
    }
    (out, swapped)
}

/// Radicals that NFKC leaves as they are although each is a whole character (⻢ for 马): text
/// copied out of a PDF is full of them.
fn simplified(c: char) -> Option<char> {
    const PAIRS: [(char, char); 25] = [
        ('⺠', '民'),
        ('⻅', '见'),
        ('⻆', '角'),
        ('⻉', '贝'),
        ('⻋', '车'),
        ('⻓', '长'),
        ('⻔', '门'),
        ('⻘', '青'),
        ('⻙', '韦'),
        ('⻚', '页'),
        ('⻛', '风'),
        ('⻜', '飞'),
        ('⻝', '食'),
        ('⻢', '马'),
        ('⻣', '骨'),
        ('⻤', '鬼'),
        ('⻥', '鱼'),
        ('⻦', '鸟'),
        ('⻧', '卤'),
        ('⻨', '麦'),
        ('⻩', '黄'),
        ('⻬', '齐'),
        ('⻮', '齿'),
        ('⻰', '龙'),
        ('⻳', '龟'),
    ];
    PAIRS.iter().find(|(from, _)| *from == c).map(|(_, to)| *to)
}

/// Private use, replacement, signs for a missing character, a character described by its parts, or
/// a radical that stands for no whole character.
fn unreadable(c: char) -> bool {
    matches!(
        u32::from(c),
        0xE000..=0xF8FF | 0xF0000..=0x10FFFD | 0xFFFD | 0x2FF0..=0x2FFF | 0x2E80..=0x2FDF
    ) || "?？□■〓".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_flagged() {
        for (raw, expect, codes) in [
            ("严 飞", "严飞", "FD-106"),
            ("严\u{3000}飞", "严飞", "FD-106"),
            ("严\u{A0}飞\u{200B}", "严飞", "FD-106"),
            ("严\n飞", "严飞", "FD-106"),
            ("John  Smith", "John Smith", ""),
            ("'严飞", "严飞", ""),
            ("“严飞”", "严飞", ""),
            ("\u{202D}严飞\u{202C}", "严飞", ""),
            ("阿不都•热西提", "阿不都·热西提", ""),
            ("阿不都．热西提", "阿不都·热西提", ""),
            ("张伟（退役）", "张伟", "FD-103"),
            ("王芳*", "王芳", "FD-103"),
            ("⽅正", "方正", "FD-104"),
            ("⻢⻜", "马飞", "FD-104 FD-104"),
            ("张⻊", "-", "FD-105"),
            ("张⿰氵奂", "-", "FD-105"),
            ("张伟、李明", "张伟、李明", "FD-102"),
            ("张?", "-", "FD-105"),
            ("张\u{E123}", "-", "FD-105"),
            ("李biao", "-", "FD-105"),
            ("张", "张", "FD-102"),
            ("张3丰", "张3丰", "FD-102"),
            ("𠮷田", "𠮷田", ""),
        ] {
            let (parsed, _) = read(raw);
            assert_eq!(
                (parsed.shown().as_str(), parsed.codes().join(" ").as_str()),
                (expect, codes),
                "{raw}"
            );
        }
        assert_eq!(read("张伟（退役）").1.as_deref(), Some("退役"));
    }
}
