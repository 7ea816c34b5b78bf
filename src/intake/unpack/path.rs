//! Names of members: decoding, safety, the common top folder, names that collide.

use super::directory::Member;
use crate::intake::name;
use std::collections::BTreeSet;

/// A decoded name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// Neither flagged nor valid as UTF-8.
    pub(super) legacy: bool,
}

/// UTF-8 flag, valid UTF-8, the Info-ZIP field, GB18030: in this order.
pub(super) fn decode(member: &Member) -> Decoded {
    let known = match std::str::from_utf8(&member.raw_name) {
        Ok(text) if member.says_utf8() || member.unicode_name.is_none() => Some(text.to_owned()),
        // Plain ASCII beside a Unicode field: the field holds the real name (`____.jpg`).
        _ => member.unicode_name.clone(),
    };
    let legacy = known.is_none();
    let text = known.unwrap_or_else(|| name::decode_legacy(&member.raw_name));
    Decoded { text: text.replace('\\', "/"), legacy }
}

/// The path when it stays inside the archive; `None` for absolute paths, drives, `..` and NUL.
pub(super) fn inside(text: &str) -> Option<String> {
    let drive = {
        let mut start = text.chars();
        start.next().is_some_and(|c| c.is_ascii_alphabetic()) && start.next() == Some(':')
    };
    if text.starts_with('/') || drive || text.contains('\0') {
        return None;
    }
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// A refused name as it may be shown.
pub(super) fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).take(255).collect()
}

/// The top folder all paths share and that means nothing: the archive looks like a folder entry
/// without it. A folder of one applicant stays: its name is the only one who says whose it is.
pub(super) fn common_top(paths: &[&str]) -> Option<String> {
    let meant: Vec<&str> = paths.iter().copied().filter(|p| !name::lies_in_litter(p)).collect();
    let (top, _) = meant.first()?.split_once('/')?;
    let inner: Option<Vec<&str>> =
        meant.iter().map(|p| p.strip_prefix(top)?.strip_prefix('/')).collect();
    let direct: Vec<&str> = inner?
        .into_iter()
        .filter(|path| !path.contains('/') && name::marker(path).is_none())
        .collect();
    let roster = direct.iter().any(|path| name::is_table(path));
    (roster || direct.is_empty() || !looks_personal(top)).then(|| top.to_owned())
}

/// `01张三（电工）`, `张三`, `张三320602…`: a number, or a short name, or an identity number.
fn looks_personal(folder: &str) -> bool {
    let name: String = folder.chars().take_while(|c| !"（(-_ —+".contains(*c)).collect();
    let digits = folder.chars().filter(char::is_ascii_digit).count();
    folder.starts_with(|c: char| c.is_ascii_digit()) || digits >= 15 || name.chars().count() <= 4
}

/// Gives each path once, told apart without case; the later one gets ` (2)` before its ending.
#[derive(Debug, Default)]
pub(in crate::intake) struct Taken(BTreeSet<String>);

impl Taken {
    pub(in crate::intake) fn claim(&mut self, path: String) -> String {
        if self.0.insert(path.to_lowercase()) {
            return path;
        }
        let (folder, file) = match path.rsplit_once('/') {
            Some((folder, file)) => (format!("{folder}/"), file),
            None => (String::new(), path.as_str()),
        };
        let (stem, end) = match file.rsplit_once('.') {
            Some((stem, end)) if !stem.is_empty() => (stem, format!(".{end}")),
            _ => (file, String::new()),
        };
        let mut n = 2u64;
        loop {
            let other = format!("{folder}{stem} ({n}){end}");
            if self.0.insert(other.to_lowercase()) {
                return other;
            }
            n += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(raw: &[u8], flags: u16, unicode: Option<&str>) -> Member {
        Member {
            raw_name: raw.to_vec(),
            flags,
            method: 0,
            crc: 0,
            packed: 0,
            bytes: 0,
            header: 0,
            mode: 0,
            unicode_name: unicode.map(str::to_owned),
        }
    }

    #[test]
    fn names_are_decoded_in_order() {
        let gbk = b"\xD5\xC5\xC8\xFD/\xC9\xED\xB7\xDD\xD6\xA4.jpg";
        let decoded = decode(&member(gbk, 0, None));
        assert_eq!((decoded.text.as_str(), decoded.legacy), ("张三/身份证.jpg", true));
        assert_eq!(decode(&member("䶮.jpg".as_bytes(), 0, None)).text, "䶮.jpg");
        assert_eq!(decode(&member(b"__.jpg", 0, Some("张三.jpg"))).text, "张三.jpg");
        assert!(!decode(&member(gbk, 0, Some("张三.jpg"))).legacy);
        assert_eq!(decode(&member(b"a\\b.jpg", 0, None)).text, "a/b.jpg");
        // A rare character that only the four-byte form of GB18030 has.
        let rare = encoding_rs::GB18030.encode("𬭊.jpg").0.into_owned();
        assert_eq!(decode(&member(&rare, 0, None)).text, "𬭊.jpg");
    }

    #[test]
    fn nothing_leads_outside() {
        for bad in ["/etc/evil", "C:/evil", "a/../../b", "../x", "a\0b", "", "./"] {
            assert_eq!(inside(bad), None, "{bad}");
        }
        assert_eq!(inside("./a//b.jpg").as_deref(), Some("a/b.jpg"));
        assert_eq!(inside("a..b/c").as_deref(), Some("a..b/c"));
    }

    #[test]
    fn the_top_folder_goes_unless_it_is_a_person() {
        assert_eq!(common_top(&["一院/表.xls", "一院/01张三/a.jpg"]).as_deref(), Some("一院"));
        assert_eq!(common_top(&["一院/01张三/a.jpg", "__MACOSX/x"]).as_deref(), Some("一院"));
        assert_eq!(common_top(&["01张三（电工）/a.jpg", "01张三（电工）/b.jpg"]), None);
        assert_eq!(common_top(&["张三/a.jpg"]), None);
        assert_eq!(
            common_top(&["南通市第一人民医院/张三.jpg"]).as_deref(),
            Some("南通市第一人民医院")
        );
        assert_eq!(common_top(&["一院/表.xls", "二院/表.xls"]), None);
        assert_eq!(common_top(&["表.xls", "一院/a.jpg"]), None);
    }

    #[test]
    fn equal_names_are_all_kept() {
        let mut taken = Taken::default();
        assert_eq!(taken.claim("a/表.xls".into()), "a/表.xls");
        assert_eq!(taken.claim("A/表.XLS".into()), "A/表 (2).XLS");
        assert_eq!(taken.claim("a/表.xls".into()), "a/表 (3).xls");
        assert_eq!(taken.claim("b/表.xls".into()), "b/表.xls");
    }
}
