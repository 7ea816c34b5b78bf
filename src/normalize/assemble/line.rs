//! Folded text that remembers where blanks stood.

use unicode_normalization::UnicodeNormalization;

/// A file or folder name folded for matching (width, case, blanks, middle dots), with the places
/// of the blanks: `02 2014年` carries the number 02, `022014年` does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    chars: Vec<char>,
    gaps: Vec<bool>,
}

impl Line {
    /// Folds `text`.
    pub(super) fn new(text: &str) -> Self {
        let mut line = Self::default();
        let mut gap = false;
        // ②2015 is a 2 and a year, not 22015
        let apart = |c: char| [Some(c), ('①'..='⒛').contains(&c).then_some(' ')];
        for c in text.chars().flat_map(apart).flatten().nfkc() {
            if is_blank(c) {
                gap = true;
                continue;
            }
            for lower in c.to_lowercase() {
                line.chars.push(dot(lower));
                line.gaps.push(gap);
                gap = false;
            }
        }
        line
    }

    /// The characters without blanks.
    pub(super) fn chars(&self) -> &[char] {
        &self.chars
    }

    /// The text without blanks.
    pub(super) fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// Whether a blank stood before character `at`.
    pub(super) fn gap(&self, at: usize) -> bool {
        self.gaps.get(at).copied().unwrap_or(false)
    }

    /// The line without what only separates its words.
    pub(super) fn joined(&self) -> Self {
        let separates = |c: char| c.is_ascii_punctuation() || "、，—–·～（）【】《》“”".contains(c);
        let kept: Vec<usize> =
            (0..self.chars.len()).filter(|&i| !separates(self.chars[i])).collect();
        Self {
            chars: kept.iter().map(|&i| self.chars[i]).collect(),
            gaps: kept.iter().map(|&i| self.gaps[i]).collect(),
        }
    }

    /// The line without the characters `from..to`.
    pub(super) fn without(&self, from: usize, to: usize) -> Self {
        let keep = |i: &usize| *i < from || *i >= to;
        let kept: Vec<usize> = (0..self.chars.len()).filter(keep).collect();
        Self {
            chars: kept.iter().map(|&i| self.chars[i]).collect(),
            gaps: kept.iter().map(|&i| self.gaps[i] || i == to).collect(),
        }
    }

    /// The line without the places where `word` stands apart from other letters.
    pub(super) fn without_word(&self, word: &[char]) -> Self {
        let mut line = self.clone();
        let mut from = 0;
        while !word.is_empty() && from + word.len() <= line.chars.len() {
            let to = from + word.len();
            let apart = |at: Option<usize>| {
                at.and_then(|at| line.chars.get(at)).is_none_or(|c| !c.is_alphabetic())
            };
            let left = apart(from.checked_sub(1)) || line.gap(from);
            if line.at(from, word) && left && (apart(Some(to)) || line.gap(to)) {
                line = line.without(from, to);
            } else {
                from += 1;
            }
        }
        line
    }

    /// Whether `word` stands at `at`.
    pub(super) fn at(&self, at: usize, word: &[char]) -> bool {
        self.chars.get(at..).is_some_and(|rest| rest.starts_with(word))
    }

    /// Whether `word` ends right before `at`.
    pub(super) fn ends(&self, at: usize, word: &[char]) -> bool {
        self.chars.get(..at).is_some_and(|head| head.ends_with(word))
    }

    /// The runs of ASCII digits not broken by a blank: start and end.
    pub(super) fn digits(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (i, c) in self.chars.iter().enumerate() {
            if !c.is_ascii_digit() {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.1 == i && !self.gap(i) => run.1 = i + 1,
                _ => runs.push((i, i + 1)),
            }
        }
        runs
    }

    /// The number written in `from..to`.
    pub(super) fn number(&self, from: usize, to: usize) -> Option<u32> {
        self.chars.get(from..to)?.iter().collect::<String>().parse().ok()
    }
}

/// A word to look for, folded like a [`Line`].
pub(super) fn word(text: &str) -> Vec<char> {
    Line::new(text).chars
}

/// A file name without its ending; a name that is only an ending stays.
pub(super) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && is_ending(ending) => stem,
        _ => name,
    }
}

/// The ending of a file name in lower case; empty when there is none.
pub(super) fn ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && is_ending(ending) => ending.to_lowercase(),
        _ => String::new(),
    }
}

fn is_ending(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Names of minorities carry a middle dot that keyboards write in many ways.
fn dot(c: char) -> char {
    match c {
        '•' | '・' | '‧' | '∙' | '⋅' | '●' => '·',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_break_numbers_but_not_words() {
        let line = Line::new("０2 2014 年度\u{3000}考核表");
        assert_eq!(line.text(), "022014年度考核表");
        assert_eq!(line.digits(), vec![(0, 2), (2, 6)]);
        assert_eq!(Line::new("022014").digits(), vec![(0, 6)]);
    }

    #[test]
    fn middle_dots_are_one() {
        assert_eq!(word("阿不都•热西提"), word("阿不都・热西提"));
    }

    #[test]
    fn endings_are_short_and_ascii() {
        assert_eq!((stem("a.1.身份证"), ending("a.1.身份证")), ("a.1.身份证", String::new()));
        assert_eq!((stem("照片.JPG"), ending("照片.JPG")), ("照片", "jpg".to_owned()));
    }

    #[test]
    fn words_go_where_they_stand_apart() {
        let trade = word("汽车调度管理");
        let kept = |text: &str| Line::new(text).without_word(&trade).text();
        assert_eq!(kept("_汽车调度管理_身份证"), "__身份证");
        assert_eq!(kept("汽车调度管理"), "");
        assert_eq!(kept("汽车调度管理任职文件"), "汽车调度管理任职文件");
    }

    #[test]
    fn cutting_leaves_a_gap() {
        let line = Line::new("01张三2014年");
        assert_eq!(line.without(2, 4).digits(), vec![(0, 2), (2, 6)]);
    }
}
