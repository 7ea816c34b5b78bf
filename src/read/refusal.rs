//! Why a file is not used.

use crate::diag::{Finding, Origin};
use crate::wall::Limits;

/// Why the bytes of a file are not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Broken or cut short.
    Damaged(&'static str),
    /// More than a limit allows; the limit in words.
    TooLarge(String),
    /// More rows with data than allowed.
    Rows(u32),
    /// A document type declaration.
    Doctype,
    /// Needs a password to open.
    Locked,
    /// Its content is another format than it says; what it is, and what to do.
    Foreign {
        /// What the content is.
        sniffed: &'static str,
        /// What to do, when the general advice does not fit.
        remedy: Option<&'static str>,
    },
    /// A format that is known but not read.
    Unread,
    /// An archive format that is not opened.
    Archive,
    /// Nothing the reader knows.
    Unknown,
}

impl Refusal {
    /// The general word for a broken file.
    pub(super) fn damaged() -> Self {
        Self::Damaged("文件已损坏或不完整")
    }

    /// More cells than the workbook may have.
    pub(super) fn cells(limits: &Limits) -> Self {
        Self::TooLarge(format!("{} 个单元格", limits.workbook_cells))
    }

    /// The finding for the file at `path`.
    pub(super) fn finding(&self, path: &str) -> Finding {
        let file = file_name(path);
        let origin = Origin::file(path);
        let ext = extension(path);
        match self {
            Self::Damaged(error) => {
                Finding::new("IN-103", origin).arg("file", file).arg("error", error).build()
            }
            Self::TooLarge(limit) => {
                Finding::new("IN-105", origin).arg("file", file).arg("limit", limit).build()
            }
            Self::Rows(limit) => Finding::new("SS-132", origin).arg("limit", limit).build(),
            Self::Doctype => Finding::new("IN-106", origin).arg("file", file).build(),
            Self::Locked => Finding::new("IN-113", origin).arg("file", file).build(),
            Self::Foreign { sniffed, remedy } => {
                let mut finding = Finding::new("IN-112", origin)
                    .arg("file", file)
                    .arg("ext", shown_extension(&ext))
                    .arg("sniffed", sniffed)
                    .build();
                if let Some(remedy) = remedy {
                    finding.hint = (*remedy).to_owned();
                }
                finding
            }
            Self::Unread => Finding::new("IN-131", origin)
                .arg("file", file)
                .arg("ext", shown_extension(&ext))
                .build(),
            Self::Archive => {
                Finding::new("IN-114", origin).arg("ext", shown_extension(&ext)).build()
            }
            Self::Unknown => Finding::new("IN-111", origin)
                .arg("file", file)
                .arg("ext", shown_extension(&ext))
                .build(),
        }
    }
}

fn shown_extension(ext: &str) -> String {
    if ext.is_empty() { "无扩展名".to_owned() } else { ext.to_uppercase() }
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The file name without its ending.
pub(super) fn file_stem(path: &str) -> &str {
    let name = file_name(path);
    name.rsplit_once(['.', '．'])
        .map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

/// The ending in lower case, full-width letters and trailing blanks taken away; empty when none.
pub(super) fn extension(path: &str) -> String {
    file_name(path)
        .rsplit_once(['.', '．'])
        .map(|(_, ext)| crate::text::fold(ext))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_read_leniently() {
        assert_eq!(extension("a.b/汇总表．ＸＬＳＸ "), "xlsx");
        assert_eq!(extension("a.b/汇总表"), "");
        assert_eq!(file_stem("x/汇总表.最终.csv"), "汇总表.最终");
        assert_eq!(file_stem(".csv"), ".csv");
    }

    #[test]
    fn refusals_name_the_file_and_leave_no_gap() {
        let all = [
            Refusal::damaged(),
            Refusal::TooLarge("100 MB".to_owned()),
            Refusal::Rows(5),
            Refusal::Doctype,
            Refusal::Locked,
            Refusal::Foreign { sniffed: "Word 97 文档", remedy: Some("另存为 docx") },
            Refusal::Unread,
            Refusal::Archive,
            Refusal::Unknown,
        ];
        for refusal in all {
            let finding = refusal.finding("张三/表.doc");
            assert!(!finding.message.contains('—'), "{}", finding.message);
            assert_eq!(finding.origin.path, "张三/表.doc");
        }
    }
}
