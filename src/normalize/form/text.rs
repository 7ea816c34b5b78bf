//! What a form is printed with and nobody wrote: lines to write on, blanks of a date, the words of
//! a seal place, hints in brackets; and text that went to an 附页.

use crate::text::{fold, strip_blanks};

/// Fields of free text, in cells that also hold the place of a seal and hints.
pub(super) fn is_long(field: &str) -> bool {
    field.starts_with("opinion.")
        || ["achievements", "awards_text", "unique_skill", "apply.note"].contains(&field)
}

/// The text somebody wrote; empty when nobody wrote any.
pub(super) fn bare(field: &str, text: &str) -> String {
    let text = if is_long(field) { written(text) } else { text.to_owned() };
    let ruled = |c: char| c.is_whitespace() || matches!(c, '_' | '＿');
    let text = text.trim_matches(ruled);
    // 1975.01（44岁）
    let aged = text
        .split_once(['（', '('])
        .filter(|(_, age)| field == "person.birth" && age.contains('岁'));
    let text = aged.map_or(text, |(birth, _)| birth.trim_end());
    if is_blank(text) { String::new() } else { text.to_owned() }
}

/// Blanks to fill in: 年  月  日, ____, （  ）, 年　个月.
fn is_blank(text: &str) -> bool {
    strip_blanks(text).chars().all(|c| "年月日至个岁_＿-—－~～.．。、:：;；（）()/／".contains(c))
}

/// The lines of free text without those the form is printed with.
fn written(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(|line| after_hint(line.trim_end()))
        .filter(|line| !is_printed(line))
        .collect();
    lines.join("\n")
}

/// What stands behind a hint in brackets at the beginning of a line.
fn after_hint(line: &str) -> &str {
    let behind =
        line.trim_start().strip_prefix(['（', '(']).and_then(|rest| rest.split_once(['）', ')']));
    match behind {
        Some((hint, rest)) if hint.starts_with('请') && !rest.trim().is_empty() => {
            rest.trim_start()
        }
        _ => line,
    }
}

fn is_printed(line: &str) -> bool {
    const SIGNS: [&str; 8] =
        ["负责人", "经办人", "审核人", "推荐人", "本人", "单位", "领导", "签字人"];
    const SEALS: [&str; 9] =
        ["(公章)", "(盖章)", "(签章)", "(章)", "(签字)", "(签名)", "盖章", "签字:", "签名:"];
    const HINTS: [&str; 6] = ["请", "另加", "填写", "篇幅", "可附", "粘贴"];
    let folded: String = fold(line).chars().filter(|c| *c != '_').collect();
    if is_blank(&folded) {
        return true;
    }
    if SEALS.iter().any(|seal| folded.contains(seal)) {
        let rest = SEALS.iter().fold(folded, |text, seal| text.replace(seal, ""));
        let rest = SIGNS.iter().fold(rest, |text, sign| text.replace(sign, ""));
        return rest.chars().filter(|c| !"年月日:".contains(*c)).count() <= 4;
    }
    if let Some((sign, rest)) = folded.split_once(':') {
        return SIGNS.contains(&sign) && is_blank(rest);
    }
    if ["篇幅不够", "可另加附页", "可附页"].iter().any(|h| folded.contains(h)) {
        return true;
    }
    folded.starts_with('(') && folded.ends_with(')') && HINTS.iter().any(|h| folded.contains(h))
}

/// The text of the 附页 a cell refers to: what follows its heading, up to the next one.
pub(super) fn appended(text: &str, titles: &[String]) -> Option<String> {
    let folded = fold(text);
    let number = folded.lines().find_map(|line| line.strip_prefix("见附页"))?;
    let number: String = number.chars().take_while(char::is_ascii_digit).collect();
    let heading = |title: &String, number: &str| {
        let rest = fold(title);
        let rest = rest.strip_prefix("附页").map(str::to_owned);
        rest.is_some_and(|rest| {
            let own: String = rest.chars().take_while(char::is_ascii_digit).collect();
            !own.is_empty() && (number.is_empty() || own == number)
        })
    };
    let at = titles.iter().position(|title| heading(title, &number))?;
    let lines: Vec<&str> =
        titles.iter().skip(at + 1).take_while(|t| !heading(t, "")).map(String::as_str).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_no_value() {
        for text in
            ["", "   ", "年   月   日", "____", "　　年　　个月", "（　　）", "— —", "＿＿年＿月"]
        {
            assert_eq!(bare("person.birth", text), "", "{text}");
        }
        assert_eq!(bare("person.name", "__张三__"), "张三");
        assert_eq!(bare("person.birth", " 1970年 3 月 "), "1970年 3 月");
        assert_eq!(bare("person.birth", "1970.03\n（49岁）"), "1970.03");
    }

    #[test]
    fn an_opinion_is_what_was_written() {
        let cell = "（请说明有无相应空岗或不受岗位限额参评的情形）\n同意推荐，有空岗。\n负责人：　　　　（公章）　\n　\n年　　月　　日　　";
        assert_eq!(bare("opinion.unit", cell), "同意推荐，有空岗。");
        assert_eq!(bare("opinion.unit", "负责人：　　（公章）\n年　月　日"), "");
        assert_eq!(bare("opinion.unit", "同意。\n经办人：\n（盖章） 年 月 日"), "同意。");
        let beside = "（请说明有无相应空岗）同意推荐。\n年　月　日";
        assert_eq!(bare("opinion.unit", beside), "同意推荐。");
        // what somebody wrote about seals stays
        let told = "负责档案室盖章管理工作十五年，无差错";
        assert_eq!(bare("achievements", told), told);
    }

    #[test]
    fn long_text_lies_on_its_own_page() {
        let titles = ["登记表", "附页1　主要业绩", "一。", "二。", "附页2　奖惩情况", "三。"];
        let titles = titles.map(str::to_owned);
        assert_eq!(appended("见附页1", &titles).as_deref(), Some("一。\n二。"));
        assert_eq!(appended("见附页2", &titles).as_deref(), Some("三。"));
        assert_eq!(appended("见附页3", &titles), None);
        assert_eq!(appended("另见材料", &titles), None);
    }
}
