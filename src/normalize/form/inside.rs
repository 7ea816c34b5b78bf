//! Label and value in one text: 姓名：张三　性别：男, 申报工种：____.

use crate::normalize::header::{self, Meaning};
use crate::text::strip_blanks;

/// Words a label may be set apart into: 单    位.
const PIECES: usize = 4;
/// A longer word before a colon is no label.
const LABEL: usize = 16;
/// A longer line is prose.
const LINE: usize = 2_000;

/// A word of a line, and what follows it.
struct Piece {
    text: String,
    /// Where it begins and ends, in characters.
    from: usize,
    to: usize,
    colon: bool,
    /// A line to write on.
    rule: bool,
}

/// A label of a line with the text that follows it.
pub(super) struct Pair {
    pub(super) meaning: Meaning,
    pub(super) value: String,
}

/// Labels of a line that a colon or a line to write on follows, each with its value.
pub(super) fn pairs(line: &str) -> Vec<Pair> {
    let chars: Vec<char> = line.chars().take(LINE).collect();
    let pieces = pieces(&chars);
    // first and last piece of each label; one that means nothing only ends the value before it
    let mut labels: Vec<(usize, usize, Option<Meaning>)> = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        if let Some((last, meaning)) = label(&pieces, at) {
            labels.push((at, last, Some(meaning)));
            at = last + 1;
            continue;
        }
        if pieces[at].colon && is_word(&pieces[at].text) {
            labels.push((at, at, None));
        }
        at += 1;
    }
    let mut out = Vec::new();
    for (n, (_, last, meaning)) in labels.iter().enumerate() {
        let Some(meaning) = meaning else { continue };
        let end = labels.get(n + 1).map_or(chars.len(), |(first, ..)| pieces[*first].from);
        let value: String = chars[pieces[*last].to..end].iter().collect();
        let value = value.trim_matches(is_separator).to_owned();
        out.push(Pair { meaning: meaning.clone(), value });
    }
    out
}

/// The text after `label` in a cell that begins with it, for labels only a map knows.
pub(super) fn after(label: &str, text: &str) -> Option<String> {
    let mut wanted = label.chars().filter(|c| !is_separator(*c)).peekable();
    let mut rest = text.chars();
    while wanted.peek().is_some() {
        let c = rest.next()?;
        if is_separator(c) {
            continue;
        }
        if wanted.next() != Some(c) {
            return None;
        }
    }
    let tail: String = rest.collect();
    let bare = tail.trim_start_matches(|c: char| c.is_whitespace());
    // 主管部门意见书 is another word
    let ends = bare.is_empty() || tail.starts_with(is_separator) || bare.starts_with(['(', '（']);
    ends.then(|| bare.trim_matches(is_separator).to_owned())
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || "_＿:：,，;；".contains(c)
}

/// The longest label that begins at a piece and ends with one that a colon or a rule follows.
fn label(pieces: &[Piece], at: usize) -> Option<(usize, Meaning)> {
    let open = (at..pieces.len().min(at + PIECES)).find(|i| pieces[*i].colon || pieces[*i].rule)?;
    let text: String = pieces[at..=open].iter().map(|p| p.text.as_str()).collect();
    let meaning = header::meaning(None, &text).filter(|m| m.exact && m.field != "seq")?;
    Some((open, meaning))
}

/// Whether a word before a colon may be a label: short, no digits, no end of a sentence.
fn is_word(text: &str) -> bool {
    let word = strip_blanks(text);
    let plain = |c: char| c.is_alphabetic() || "（）()".contains(c);
    word.chars().count() <= LABEL
        && word.chars().all(plain)
        && word.chars().any(char::is_alphabetic)
}

fn pieces(chars: &[char]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if is_separator(chars[at]) {
            at += 1;
            continue;
        }
        let word = chars[at..].iter().take_while(|c| !is_separator(**c));
        let text: String = word.collect();
        let to = at + text.chars().count();
        let tail: Vec<char> =
            chars[to..].iter().copied().take_while(|c| is_separator(*c)).collect();
        let first = tail.iter().find(|c| !c.is_whitespace());
        let colon = first.is_some_and(|c| matches!(c, ':' | '：'));
        let rule = tail.iter().filter(|c| matches!(c, '_' | '＿')).count() >= 2;
        out.push(Piece { text, from: at, to, colon, rule });
        at = to + tail.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<(String, String)> {
        pairs(line).into_iter().map(|p| (p.meaning.field, p.value)).collect()
    }

    fn expect(line: &str, all: &[(&str, &str)]) {
        let all: Vec<(String, String)> =
            all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(read(line), all, "{line}");
    }

    #[test]
    fn labels_with_a_colon_or_a_rule() {
        expect("姓名：张三", &[("person.name", "张三")]);
        expect("姓    名：  张 三  ", &[("person.name", "张 三")]);
        expect(
            "姓名：张三  性别：男  身份证号码: 320602197501201210",
            &[
                ("person.name", "张三"),
                ("person.sex", "男"),
                ("person.id_no", "320602197501201210"),
            ],
        );
        expect("申报工种：____", &[("apply.trade", "")]);
        expect(
            "申报工种__电工__ 申报等级__技师__",
            &[("apply.trade", "电工"), ("apply.level", "技师")],
        );
        expect(
            "姓　名（签字）：张三；电话：13800001553",
            &[("person.name", "张三"), ("contact.phone", "13800001553")],
        );
        expect("性别：☑男 ☐女 民族：汉", &[("person.sex", "☑男 ☐女"), ("person.ethnic", "汉")]);
    }

    #[test]
    fn an_unknown_label_ends_the_value_before_it() {
        expect("姓名：张三 邮箱：a", &[("person.name", "张三")]);
        expect("填表日期：2019年6月1日", &[]);
        expect("本人姓名张三，单位同意", &[]);
        expect("会议于12：30开始", &[]);
    }

    #[test]
    fn a_map_may_name_what_begins_a_cell() {
        assert_eq!(after("单位推荐意见", "单位推荐\n意见：同意").as_deref(), Some("同意"));
        assert_eq!(after("单位推荐意见", "单位推荐意见").as_deref(), Some(""));
        assert_eq!(after("单位推荐意见", "单位推荐意见书一份"), None);
        assert_eq!(after("单位推荐意见", "单位"), None);
    }
}
