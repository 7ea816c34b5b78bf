//! Check boxes in a text: which option is chosen. None or several chosen is no answer.

use crate::normalize::level;
use crate::text::{fold, strip_blanks};

/// What a text of options says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// It holds no options.
    Plain,
    /// The options that are marked: one, or several where several may be.
    Chosen(String),
    /// None is marked, or more than one.
    Unknown,
}

/// Fields that a form may offer as boxes; a box in free text is a bullet.
const OFFERED: [&str; 25] = [
    "person.sex",
    "person.ethnic",
    "person.politics",
    "person.identity",
    "person.staffed",
    "unit.kind",
    "unit.system",
    "unit.area",
    "unit.has_system",
    "post.trade",
    "post.level",
    "post.both",
    "apply.trade",
    "apply.level",
    "apply.both",
    "apply.transferred",
    "apply.exception",
    "apply.failed_before",
    "education.rank",
    "education.special_cert",
    "cert.level",
    "cert.path",
    "title.rank",
    "training.passed_years",
    "public_result",
];

/// Of these several options may be true at once.
const SEVERAL: [&str; 2] = ["apply.exception", "training.passed_years"];

/// Words that stand for a choice as long as none of them is marked or struck out.
const PAIRS: [&[&str]; 4] = [&["男", "女"], &["是", "否"], &["有", "无"], &["在编", "编外"]];

/// Reads the choice a text makes for `field`.
pub(super) fn read(field: &str, text: &str) -> Choice {
    if !OFFERED.contains(&field) && !field.starts_with("appraisal.") {
        return Choice::Plain;
    }
    let tokens = tokens(text);
    let marks = tokens.iter().filter(|t| matches!(t, Token::Mark { .. })).count();
    if marks == 0 {
        return if undecided(field, text) { Choice::Unknown } else { Choice::Plain };
    }
    if marks == tokens.len() {
        // a box alone answers its label
        let on = tokens.iter().any(|t| matches!(t, Token::Mark { on: true, .. }));
        return Choice::Chosen(if on { "是" } else { "否" }.to_owned());
    }
    let Some(options) = options(&tokens) else { return Choice::Unknown };
    let chosen: Vec<&str> = options.iter().filter(|(_, on)| *on).map(|(word, _)| *word).collect();
    match chosen.as_slice() {
        [one] => Choice::Chosen((*one).to_owned()),
        [_, ..] if SEVERAL.contains(&field) => Choice::Chosen(chosen.join("、")),
        _ => Choice::Unknown,
    }
}

/// The boxes of a text in plain words for messages: what a person sees, on one line.
pub(super) fn shown(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the text is only the list of what may be chosen: 初级工／中级工／高级工, 男 女.
fn undecided(field: &str, text: &str) -> bool {
    let parts: Vec<String> = text
        .split(|c: char| c.is_whitespace() || "/／、，,|".contains(c))
        .map(strip_blanks)
        .filter(|p| !p.is_empty())
        .collect();
    if parts.len() < 2 {
        return false;
    }
    if field.ends_with(".level") {
        let levels: Option<Vec<_>> = parts.iter().map(|p| level::exact(&fold(p))).collect();
        return levels.is_some_and(|all| all.iter().any(|level| *level != all[0]));
    }
    PAIRS.iter().any(|pair| *pair == parts.as_slice())
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A box; whether a word stands right before and right after it.
    Mark {
        on: bool,
        before: bool,
        after: bool,
    },
    Word(String),
}

/// Whether a character is a mark, and a checked one.
fn mark(c: char) -> Option<bool> {
    match c {
        '☑' | '☒' | '■' | '✔' | '✓' | '√' | '⊠' | '▣' | '◼' | '●' | '◉' | '⦿' | '✅' | '🗹' => {
            Some(true)
        }
        '☐' | '□' | '▢' | '◻' | '⬜' | '○' | '◯' | '❏' | '❑' | '❒' | '×' | '✗' | '✘' => {
            Some(false)
        }
        _ => None,
    }
}

/// A mark in brackets, (√) or [ ], at the beginning of `rest`: its state and its length.
fn bracketed(rest: &[char]) -> Option<(bool, usize)> {
    let (first, inner) = rest.split_first()?;
    let close = match first {
        '(' | '（' => [')', '）'],
        '[' | '［' | '【' => [']', '］'],
        _ => return None,
    };
    let at = inner.iter().position(|c| close.contains(c) || *c == '】')?;
    let held: Vec<char> = inner.get(..at)?.iter().copied().filter(|c| !c.is_whitespace()).collect();
    let on = match held.as_slice() {
        [] => false,
        [one] => mark(*one).or_else(|| "xXvV".contains(*one).then_some(true))?,
        _ => return None,
    };
    Some((on, at + 2))
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let edge = |c: Option<&char>| c.is_some_and(|c| !c.is_whitespace() && mark(*c).is_none());
    let mut out: Vec<Token> = Vec::new();
    let mut word = String::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let found = mark(chars[at]).map(|on| (on, 1)).or_else(|| bracketed(rest));
        let Some((on, length)) = found else {
            word.push(chars[at]);
            at += 1;
            continue;
        };
        flush(&mut word, &mut out);
        let before = at.checked_sub(1).is_some_and(|i| edge(chars.get(i)));
        let after = edge(chars.get(at + length));
        match out.last_mut() {
            // □√: the tick was set beside the printed box
            Some(Token::Mark { on: earlier, after: open, .. }) => {
                *earlier |= on;
                *open = after;
            }
            _ => out.push(Token::Mark { on, before, after }),
        }
        at += length;
    }
    flush(&mut word, &mut out);
    out
}

fn flush(word: &mut String, out: &mut Vec<Token>) {
    let separators = |c: char| c.is_whitespace() || "、，,;；/／|：:".contains(c);
    let bare = word.trim_matches(separators);
    if !bare.is_empty() {
        out.push(Token::Word(bare.to_owned()));
    }
    word.clear();
}

/// Options with their state: all boxes stand before their words, or all behind.
fn options(tokens: &[Token]) -> Option<Vec<(&str, bool)>> {
    let leading = matches!(tokens.first(), Some(Token::Mark { .. }));
    let trailing = matches!(tokens.last(), Some(Token::Mark { .. }));
    match (leading, trailing) {
        (true, false) => pairs(tokens, true),
        (false, true) => pairs(tokens, false),
        // 是√ 否, 是 √否: the box belongs to the word it touches
        (false, false) => match tokens {
            [Token::Word(a), Token::Mark { on: true, before, after }, Token::Word(b)] => {
                match (before, after) {
                    (true, false) => Some(vec![(a, true), (b, false)]),
                    (false, true) => Some(vec![(a, false), (b, true)]),
                    _ => None,
                }
            }
            _ => None,
        },
        (true, true) => None,
    }
}

fn pairs(tokens: &[Token], before: bool) -> Option<Vec<(&str, bool)>> {
    let mut out = Vec::new();
    for pair in tokens.chunks(2) {
        match pair {
            [Token::Mark { on, .. }, Token::Word(word)] if before => out.push((word.as_str(), *on)),
            [Token::Word(word), Token::Mark { on, .. }] if !before => {
                out.push((word.as_str(), *on));
            }
            _ => return None,
        }
    }
    // √男 女: one tick before words that have no boxes of their own
    match out.as_slice() {
        [(word, true)] if before => {
            let mut parts = word.split_whitespace();
            let (first, rest) = (parts.next()?, parts.next().is_some());
            let listed = PAIRS.iter().any(|pair| pair.contains(&first));
            Some(vec![(if rest && listed { first } else { *word }, true)])
        }
        [(word, true)] => {
            // 男 女√
            let parts: Vec<&str> = word.split_whitespace().collect();
            let last = parts.last().copied()?;
            let listed = PAIRS.iter().any(|pair| pair.contains(&last));
            Some(vec![(if parts.len() > 1 && listed { last } else { *word }, true)])
        }
        _ => Some(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(field: &str, text: &str) -> String {
        match read(field, text) {
            Choice::Plain => "plain".to_owned(),
            Choice::Chosen(word) => word,
            Choice::Unknown => "?".to_owned(),
        }
    }

    #[test]
    fn one_box_is_marked() {
        for (text, expect) in [
            ("☑男 ☐女", "男"),
            ("☐ 男　☑ 女", "女"),
            ("□男■女", "女"),
            ("√男 □女", "男"),
            ("男√ 女", "男"),
            ("男 √女", "女"),
            ("√男 女", "男"),
            ("男 女√", "女"),
            ("□√男 □女", "男"),
            ("男□√ 女□", "男"),
            ("男（√） 女（ ）", "男"),
            ("（）男（√）女", "女"),
            ("[x] 男 [ ] 女", "男"),
            ("[ ]男 [√]女", "女"),
            ("●男 ○女", "男"),
            ("☒男\n☐女", "男"),
            ("男", "plain"),
        ] {
            assert_eq!(picked("person.sex", text), expect, "{text}");
        }
        assert_eq!(picked("apply.transferred", "是□ 否☑"), "否");
        assert_eq!(picked("apply.transferred", "☑"), "是");
        assert_eq!(picked("apply.transferred", "□"), "否");
        assert_eq!(picked("apply.level", "☑初级工 □中级工 □高级工"), "初级工");
        assert_eq!(picked("apply.level", "初级工□／中级工□／高级工☑"), "高级工");
        assert_eq!(picked("apply.exception", "☑A1 ☐A2 ☑B3"), "A1、B3");
        assert_eq!(picked("apply.exception", "☑是（A2） ☐否"), "是（A2）");
    }

    #[test]
    fn none_or_two_are_no_answer() {
        for text in [
            "☐男 ☐女",
            "☑男 ☑女",
            "□男□女",
            "男□ 女□",
            "男（ ） 女（ ）",
            "○男 ○女",
            "男／女",
            "男 女",
            "☑男 ☐女 ☐",
            "男√女",
            "男 √ 女",
        ] {
            assert_eq!(picked("person.sex", text), "?", "{text}");
        }
        assert_eq!(picked("apply.level", "初级工／中级工／高级工"), "?");
        assert_eq!(picked("apply.level", "三级／高级工"), "plain");
        assert_eq!(picked("apply.level", "／／高级工"), "plain");
    }

    #[test]
    fn bullets_and_names_are_no_boxes() {
        assert_eq!(picked("achievements", "■ 2015年技术革新 □"), "plain");
        assert_eq!(picked("person.name", "阿不都●热西提"), "plain");
        assert_eq!(picked("person.birth", "一九七○年"), "plain");
        assert_eq!(picked("apply.level", "高级工（三级）"), "plain");
    }
}
