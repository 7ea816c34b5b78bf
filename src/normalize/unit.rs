//! Units and issuers: trimmed, never invented.

use super::fact::Parsed;
use crate::pack::Pack;
use crate::text::{fold, strip_blanks};

/// Reads the name of a unit: seals' words off, the pack's full name for a short one.
pub(super) fn read(raw: &str, pack: &Pack) -> Parsed {
    let text = bare(raw);
    let wanted = fold(&text);
    let full = pack.aliases.units.iter().find(|(name, others)| {
        let listed = others.iter().any(|other| fold(other) == wanted || is_part(&text, other));
        fold(name) != wanted && (listed || is_part(&text, name))
    });
    let repaired = text != raw;
    let mut parsed = match full {
        Some((name, _)) => Parsed::text(name.clone())
            .repair("单位按通知别名规范")
            .note("FD-141", &[("a", &text), ("b", name)]),
        None => Parsed::text(text),
    };
    if repaired {
        parsed = parsed.repair("去除空格或盖章字样");
    }
    parsed
}

/// Whether a text is a listed name with a department inside it (后勤科): a 处 or a 中心 may be a unit
/// of its own, these are not.
fn is_part(text: &str, name: &str) -> bool {
    let Some(rest) = text.strip_prefix(name) else { return false };
    let short = (2..=8).contains(&rest.chars().count());
    short && ["科", "科室", "股", "班", "班组", "车间"].iter().any(|word| rest.ends_with(word))
}

/// The name without blanks, quotes and the words of a seal.
fn bare(raw: &str) -> String {
    let mut text = strip_blanks(raw);
    for word in ["（盖章）", "(盖章)", "（公章）", "(公章)", "（章）", "(章)", "盖章"]
    {
        if let Some(rest) = text.strip_suffix(word) {
            text = rest.to_owned();
        }
    }
    let marks = ['"', '\'', '“', '”', '‘', '’', '：', ':', '。', '，', '、', '；', ';', ','];
    text.trim_matches(marks).to_owned()
}

/// Reads an issuer: the pack's name for a listed other one, else the text as written.
pub(super) fn issuer(raw: &str, pack: &Pack) -> Parsed {
    let text = bare(raw);
    if text.chars().all(|c| c.is_whitespace() || "年月日_（）()".contains(c)) {
        // the seal and date of a form nobody filled in
        return Parsed::default();
    }
    let wanted = fold(&text);
    for (name, others) in &pack.aliases.issuers {
        if *name != text && others.iter().any(|other| fold(other) == wanted) {
            return Parsed::text(name.clone()).repair("发证机关按通知别名规范");
        }
    }
    if text == raw {
        Parsed::text(text)
    } else {
        Parsed::text(text).repair("去除空格或盖章字样")
    }
}
