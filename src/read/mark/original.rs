//! Which file a marked copy was made of: a custom document property, because it stays when the copy
//! is mended and saved under another name.

use super::xml::{Edits, children, escape, parse, prefix};
use crate::read::package::Package;
use std::fmt::Write as _;

/// Name of the property.
pub(super) const NAME: &str = "dossier-original";

/// Kind of its relation in the package: usual and strict dialect.
pub(super) const RELATIONS: [&str; 2] = ["custom-properties", "customProperties"];

/// The SHA-256 of the file this workbook is a marked copy of; none when it says nothing of the kind.
pub(in crate::read) fn named(package: &mut Package) -> Option<String> {
    let part = RELATIONS.iter().find_map(|kind| package.root_part(kind).ok().flatten());
    let text = package.text(part.as_deref().unwrap_or("meta.xml")).ok().flatten()?;
    let doc = parse(&text)?;
    let says = |node: &roxmltree::Node<'_, '_>| {
        // OpenDocument calls it user-defined
        matches!(node.tag_name().name(), "property" | "user-defined")
            && node.attributes().any(|a| a.name() == "name" && a.value() == NAME)
    };
    let node = doc.descendants().find(says)?;
    let value: String =
        node.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
    let value = value.trim();
    let is_hash = value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit());
    is_hash.then(|| value.to_ascii_lowercase())
}

/// The part of custom properties with the original named; `old` is the part of before.
pub(super) fn properties(old: Option<&str>, sha256: &str, strict: bool) -> Option<String> {
    let (namespace, values) = if strict {
        (
            "http://purl.oclc.org/ooxml/officeDocument/customProperties",
            "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes",
        )
    } else {
        (
            "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
            "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
        )
    };
    let empty = format!("<Properties xmlns=\"{namespace}\" xmlns:vt=\"{values}\"></Properties>");
    let text = old.unwrap_or(&empty);
    let doc = parse(text)?;
    let root = doc.root_element();
    let mut edits = Edits::default();
    let mut last = 1;
    for property in children(root, "property") {
        if property.attribute("name") == Some(NAME) {
            edits.replace(property.range(), String::new());
        } else {
            let id = property.attribute("pid").and_then(|id| id.trim().parse().ok());
            last = last.max(id.unwrap_or(1));
        }
    }
    let p = prefix(root, text);
    let mut new = String::new();
    let _ = write!(
        new,
        "<{p}property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{}\" name=\"{NAME}\"><v:lpwstr xmlns:v=\"{values}\">{}</v:lpwstr></{p}property>",
        last + 1u32,
        escape(sha256)
    );
    edits.append(root, text, &new);
    Some(edits.apply(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_properties_stay_and_the_own_one_is_replaced() {
        let hash = "ab".repeat(32);
        let fresh = properties(None, &hash, false).unwrap();
        assert!(fresh.contains("pid=\"2\"") && fresh.contains(&hash), "{fresh}");
        let old = fresh.replace(
            "</Properties>",
            "<property pid=\"7\" name=\"科室\"><vt:lpwstr>财务</vt:lpwstr></property></Properties>",
        );
        let newer = properties(Some(&old), &"cd".repeat(32), false).unwrap();
        assert!(newer.contains("科室") && newer.contains("pid=\"8\""), "{newer}");
        assert!(!newer.contains(&hash) && newer.matches(NAME).count() == 1, "{newer}");
        let self_closed = "<Properties xmlns=\"u\"/>";
        assert!(properties(Some(self_closed), &hash, true).unwrap().contains("</Properties>"));
        assert!(properties(Some("no xml"), &hash, false).is_none());
    }
}
