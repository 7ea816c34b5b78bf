//! What was left behind when a document was rewritten, in words for the report.

use lopdf::{Dictionary, Document, Object};
use std::collections::BTreeSet;

/// Something that acts, hides or carries, and is no part of what the paper shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Removed {
    Script,
    OpenAction,
    Trigger,
    Launch,
    Attachment,
    Link,
    Submission,
    Xfa,
    Form,
    Media,
    OtherAction,
}

impl Removed {
    fn word(self) -> &'static str {
        match self {
            Self::Script => "JavaScript 脚本",
            Self::OpenAction => "打开时的动作",
            Self::Trigger => "触发动作",
            Self::Launch => "启动程序的动作",
            Self::Attachment => "嵌入的附件",
            Self::Link => "网址或其他文件的链接",
            Self::Submission => "表单的提交、导入动作",
            Self::Xfa => "XFA 表单",
            Self::Form => "可填写的表单域（已填内容保留）",
            Self::Media => "音视频",
            Self::OtherAction => "其他动作",
        }
    }

    /// What an action dictionary does; jumps within the file are not worth a note.
    pub(super) fn by_action(action: &Dictionary) -> Option<Self> {
        Some(match action.get(b"S").and_then(Object::as_name).ok()? {
            b"GoTo" => return None,
            b"JavaScript" => Self::Script,
            b"Launch" => Self::Launch,
            b"URI" | b"GoToR" | b"GoToE" => Self::Link,
            b"SubmitForm" | b"ImportData" | b"ResetForm" => Self::Submission,
            b"Movie" | b"Sound" | b"Rendition" => Self::Media,
            _ => Self::OtherAction,
        })
    }

    /// What a key of the standard brings along.
    pub(super) fn by_key(key: &[u8]) -> Option<Self> {
        Some(match key {
            b"AA" => Self::Trigger,
            b"OpenAction" => Self::OpenAction,
            b"JS" | b"JavaScript" => Self::Script,
            b"Launch" => Self::Launch,
            b"AF" | b"EmbeddedFiles" | b"Collection" => Self::Attachment,
            b"URI" => Self::Link,
            b"XFA" => Self::Xfa,
            _ => return None,
        })
    }

    /// What a kind of annotation is besides what it shows.
    pub(super) fn by_annotation(kind: &[u8]) -> Option<Self> {
        Some(match kind {
            b"FileAttachment" => Self::Attachment,
            b"RichMedia" | b"Screen" | b"Movie" | b"Sound" => Self::Media,
            _ => return None,
        })
    }
}

/// Their words, for a finding.
pub(super) fn words(removed: &BTreeSet<Removed>) -> String {
    removed.iter().map(|r| r.word()).collect::<Vec<_>>().join("、")
}

/// What the catalog names.
pub(super) fn of_catalog(source: &Document) -> BTreeSet<Removed> {
    let mut removed = BTreeSet::new();
    let Ok(catalog) = source.catalog() else { return removed };
    let under = |key: &[u8]| catalog.get_deref(key, source).and_then(Object::as_dict).ok();
    if let Some(action) = under(b"OpenAction") {
        removed.insert(Removed::OpenAction);
        removed.extend(Removed::by_action(action));
    }
    let own: [&[u8]; 4] = [b"AA", b"AF", b"Collection", b"URI"];
    removed.extend(own.iter().filter(|k| catalog.has(k)).filter_map(|k| Removed::by_key(k)));
    let names: [&[u8]; 2] = [b"JavaScript", b"EmbeddedFiles"];
    let hidden = |key: &&&[u8]| under(b"Names").is_some_and(|names| names.has(key));
    removed.extend(names.iter().filter(hidden).filter_map(|k| Removed::by_key(k)));
    if let Some(form) = under(b"AcroForm") {
        removed.extend(form.has(b"XFA").then_some(Removed::Xfa));
        let fields = form.get_deref(b"Fields", source).and_then(Object::as_array);
        removed.extend(fields.is_ok_and(|f| !f.is_empty()).then_some(Removed::Form));
    }
    removed
}
