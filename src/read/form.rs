//! Filled forms (`.docx`): paragraphs outside tables, and every table as a grid of texts.
//!
//! Names are compared without their namespace: transitional and strict files differ only there.
//! The package was examined before, so nesting is bounded and no document type is declared.

use super::FilledForm;
use super::package::Package;
use super::refusal::Refusal;
use roxmltree::{Document, Node, ParsingOptions};

/// Most nodes of one document.
const NODES: u32 = 2_000_000;

/// Reads a docx whose package is already examined.
pub(super) fn read(package: &mut Package) -> Result<FilledForm, Refusal> {
    let part = package.main_part()?.unwrap_or_else(|| "word/document.xml".to_owned());
    let text = package.text(&part)?.ok_or_else(Refusal::damaged)?;
    read_xml(&text)
}

fn read_xml(text: &str) -> Result<FilledForm, Refusal> {
    let options = ParsingOptions { nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Refusal::TooLarge(format!("{NODES} 个节点")),
        roxmltree::Error::DtdDetected => Refusal::Doctype,
        _ => Refusal::damaged(),
    })?;
    let body =
        document.root_element().children().find(|n| is(*n, "body")).ok_or_else(Refusal::damaged)?;
    let mut form = FilledForm::default();
    blocks(body, &mut form);
    Ok(form)
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn value<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attributes().find(|a| a.name() == "val").map(|a| a.value())
}

/// Elements that only wrap what counts.
fn is_wrapper(node: Node<'_, '_>) -> bool {
    ["sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"].iter().any(|n| is(node, n))
}

/// Paragraphs and tables of the body, through wrappers.
fn blocks(node: Node<'_, '_>, form: &mut FilledForm) {
    for child in node.children() {
        if is(child, "p") {
            let mut text = String::new();
            inline(child, &mut text);
            let text = text.trim();
            if !text.is_empty() {
                form.titles.push(text.to_owned());
            }
        } else if is(child, "tbl") {
            form.tables.push(table(child));
        } else if is_wrapper(child) {
            blocks(child, form);
        }
    }
}

fn table(node: Node<'_, '_>) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    collect(node, "tr", &mut |row| {
        let mut cells = Vec::new();
        collect(row, "tc", &mut |cell| cells.push(cell_text(cell)));
        rows.push(cells);
    });
    rows
}

/// Calls `found` for every child of this name, through wrappers.
fn collect<'a, 'i>(node: Node<'a, 'i>, name: &str, found: &mut dyn FnMut(Node<'a, 'i>)) {
    for child in node.children() {
        if is(child, name) {
            found(child);
        } else if is_wrapper(child) {
            collect(child, name, found);
        }
    }
}

/// The paragraphs of a cell as lines; a nested table gives a line per row.
fn cell_text(cell: Node<'_, '_>) -> String {
    let mut lines = Vec::new();
    cell_lines(cell, &mut lines);
    lines.join("\n").trim().to_owned()
}

fn cell_lines(node: Node<'_, '_>, lines: &mut Vec<String>) {
    for child in node.children() {
        if is(child, "p") {
            let mut text = String::new();
            inline(child, &mut text);
            lines.push(text);
        } else if is(child, "tbl") {
            lines.extend(table(child).into_iter().map(|row| row.join(" ")));
        } else if is(child, "sdt") {
            match box_of(child) {
                Some(mark) => lines.push(mark.to_owned()),
                None => cell_lines(child, lines),
            }
        } else if is_wrapper(child) {
            cell_lines(child, lines);
        }
    }
}

/// The text of a paragraph.
fn inline(node: Node<'_, '_>, out: &mut String) {
    for child in node.children().filter(Node::is_element) {
        match child.tag_name().name() {
            "t" => out.push_str(child.text().unwrap_or_default()),
            "tab" if !is(node, "tabs") => out.push('\t'),
            "br" | "cr" => out.push('\n'),
            "noBreakHyphen" => out.push('-'),
            "sym" => out.extend(symbol(child)),
            "sdt" => match box_of(child) {
                Some(mark) => out.push_str(mark),
                None => inline(child, out),
            },
            "ffData" => out.push_str(legacy_box(child).unwrap_or_default()),
            // the second rendering of the same content, and text that was struck out or moved away
            "Fallback" | "del" | "moveFrom" | "pPr" | "rPr" | "sdtPr" => {}
            _ => inline(child, out),
        }
    }
}

fn mark(checked: bool) -> &'static str {
    if checked { "☑" } else { "☐" }
}

/// An on-off setting: present without a value means on.
fn is_on(node: Node<'_, '_>) -> bool {
    !matches!(value(node), Some("0" | "false" | "off"))
}

/// The state of a check box control.
fn box_of(sdt: Node<'_, '_>) -> Option<&'static str> {
    let properties = sdt.children().find(|n| is(*n, "sdtPr"))?;
    let control = properties.children().find(|n| is(*n, "checkbox"))?;
    Some(mark(control.children().find(|n| is(*n, "checked")).is_some_and(is_on)))
}

/// The state of a check box of old forms.
fn legacy_box(data: Node<'_, '_>) -> Option<&'static str> {
    let control = data.children().find(|n| is(*n, "checkBox"))?;
    let state = |name| control.children().find(|n| is(*n, name));
    Some(mark(state("checked").or_else(|| state("default")).is_some_and(is_on)))
}

/// Boxes drawn with a symbol font.
fn symbol(node: Node<'_, '_>) -> Option<char> {
    let code = node.attributes().find(|a| a.name() == "char")?.value();
    let code = u32::from_str_radix(code, 16).ok()?;
    match code {
        0xF052 | 0xF0FE | 0xF054 | 0xF0FD | 0xF0FC => Some('☑'),
        0xF0A3 | 0xF06F | 0xF0A8 | 0xF071 | 0xF072 => Some('☐'),
        _ => char::from_u32(code).filter(|c| !('\u{E000}'..='\u{F8FF}').contains(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str) -> FilledForm {
        read_xml(&format!(
            "<w:document xmlns:w='http://purl.oclc.org/ooxml/wordprocessingml/main' \
             xmlns:w14='x' xmlns:mc='y'><w:body>{body}</w:body></w:document>"
        ))
        .unwrap()
    }

    #[test]
    fn reads_titles_and_grids() {
        let form = form(
            "<w:p><w:r><w:t>登记</w:t></w:r><w:ins><w:r><w:t>表</w:t></w:r></w:ins>\
             <w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p><w:p/>\
             <w:sdt><w:sdtContent><w:tbl><w:tr><w:tc><w:tcPr/><w:p><w:r><w:t>姓 名</w:t></w:r></w:p></w:tc>\
             <w:sdt><w:sdtContent><w:tc><w:p><w:r><w:t>张</w:t><w:tab/><w:t>三</w:t></w:r></w:p>\
             <w:p><w:r><w:t>二行</w:t></w:r></w:p></w:tc></w:sdtContent></w:sdt></w:tr></w:tbl></w:sdtContent></w:sdt>",
        );
        assert_eq!(form.titles, ["登记表"]);
        assert_eq!(form.tables, [[["姓 名", "张\t三\n二行"]]]);
    }

    #[test]
    fn boxes_have_two_states() {
        let form = form(
            "<w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val='1'/></w14:checkbox></w:sdtPr>\
             <w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt>\
             <w:r><w:sym w:font='Wingdings' w:char='F0A8'/></w:r>\
             <w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val='0'/></w:checkBox></w:ffData></w:fldChar></w:r>\
             <w:r><w:sym w:font='Wingdings 2' w:char='F052'/><w:t>是</w:t></w:r></w:p>",
        );
        assert_eq!(form.titles, ["☑☐☐☑是"]);
    }

    #[test]
    fn broken_documents_are_damaged() {
        for text in ["", "<a/>", "<w:document xmlns:w='x'><w:body>"] {
            assert_eq!(read_xml(text), Err(Refusal::damaged()), "{text}");
        }
        assert_eq!(read_xml("<!DOCTYPE a><a/>"), Err(Refusal::Doctype));
    }
}
