//! Names: litter, markers, endings, the sender, and names that are not UTF-8.

use std::ffi::OsStr;

/// Endings of archives, workbooks and forms; the rest of such a name is the sender.
const CARRIERS: [&str; 19] = [
    "zip", "rar", "7z", "xlsx", "xlsm", "xlsb", "xls", "et", "ett", "ods", "csv", "tsv", "txt",
    "docx", "doc", "wps", "pdf", "ofd", "tar",
];

/// Endings of tables and forms: what a roster may be written in.
const TABLES: [&str; 10] =
    ["xlsx", "xlsm", "xlsb", "xls", "et", "ods", "csv", "tsv", "docx", "doc"];

/// Whether a name (not a path) is system litter: no entry, no part of the content.
pub fn is_litter(name: &str) -> bool {
    let name = name.to_lowercase();
    matches!(name.as_str(), "thumbs.db" | ".ds_store" | "desktop.ini" | "__macosx")
        || ["~$", ".~lock", "._"].iter().any(|start| name.starts_with(start))
        || [".tmp", ".part", ".crdownload"].iter().any(|end| name.ends_with(end))
}

/// Whether any part of a path is litter.
pub(super) fn lies_in_litter(path: &str) -> bool {
    path.split('/').any(is_litter)
}

/// What a `*.txt` with a known name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// `提交完成.txt`
    Complete,
    /// `撤回.txt`
    Withdrawn,
}

/// Reads a file name as a marker. Windows hides endings, so `提交完成.txt.txt` is common.
pub(super) fn marker(path: &str) -> Option<Marker> {
    let name = path.rsplit('/').next().unwrap_or(path).trim();
    let (mut stem, mut end) = split_ending(name);
    if end != "txt" {
        return None;
    }
    while end == "txt" {
        (stem, end) = split_ending(stem.trim());
        if end != "txt" && !end.is_empty() {
            return None;
        }
    }
    match stem.trim() {
        "提交完成" => Some(Marker::Complete),
        "撤回" => Some(Marker::Withdrawn),
        _ => None,
    }
}

/// Splits a file name into stem and lower-case ending; `．` counts as a dot.
pub(super) fn split_ending(name: &str) -> (&str, String) {
    let name = name.trim_end();
    match name.rsplit_once(['.', '．']) {
        Some((stem, end)) if !stem.is_empty() => (stem, end.trim().to_lowercase()),
        _ => (name, String::new()),
    }
}

/// The lower-case ending of a path.
pub(super) fn ending(path: &str) -> String {
    split_ending(path.rsplit('/').next().unwrap_or(path)).1
}

/// Whether a path ends like a table or a form.
pub(super) fn is_table(path: &str) -> bool {
    TABLES.contains(&ending(path).as_str())
}

/// The sender: the name of the entry without the ending of an archive or workbook.
pub(super) fn sender(entry: &str, folder: bool) -> String {
    let (stem, end) = split_ending(entry);
    let bare = if !folder && CARRIERS.contains(&end.as_str()) { stem } else { entry };
    bare.trim().to_owned()
}

/// A name of the file system as text. Old archives unpacked on Linux leave GBK bytes.
#[cfg(unix)]
pub(super) fn text_of(name: &OsStr) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    decode_legacy(name.as_bytes())
}

/// A name of the file system as text.
#[cfg(not(unix))]
pub(super) fn text_of(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

/// UTF-8 when it is, else GB18030.
pub(super) fn decode_legacy(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn litter_is_told_by_the_whole_name() {
        for name in ["THUMBS.DB", ".ds_store", "~$表.xlsx", ".~lock.a#", "a.PART", "__MACOSX"] {
            assert!(is_litter(name), "{name}");
        }
        for name in ["thumbs.dbx", "表~$.xlsx", "part", "tmp.xlsx"] {
            assert!(!is_litter(name), "{name}");
        }
        assert!(lies_in_litter("__MACOSX/张三/._身份证.jpg"));
    }

    #[test]
    fn markers_survive_hidden_endings() {
        assert_eq!(marker("提交完成.TXT"), Some(Marker::Complete));
        assert_eq!(marker("01张三/撤回.txt.txt"), Some(Marker::Withdrawn));
        assert_eq!(marker("提交完成"), None);
        assert_eq!(marker("提交完成.docx.txt"), None);
        assert_eq!(marker("未提交完成.txt"), None);
    }

    #[test]
    fn sender_loses_only_the_ending_of_a_carrier() {
        assert_eq!(sender("海安市人社局.ZIP", false), "海安市人社局");
        assert_eq!(sender("如东县．xls ", false), "如东县");
        assert_eq!(sender("一院.zip", true), "一院.zip");
        assert_eq!(sender("安装.exe", false), "安装.exe");
    }
}
