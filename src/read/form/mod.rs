//! Filled forms (`.docx`): paragraphs outside tables, and every table with the grid its cells lie on.
//!
//! Names are compared without their namespace: transitional and strict files differ only there.
//! What a person does not see is not read: text struck out, hidden, deleted or moved away, the
//! prompt of a control nobody filled in, and the second rendering of the same content.

mod marks;
#[cfg(test)]
mod tests;

use super::package::Package;
use super::refusal::Refusal;
use super::{Area, FilledForm, FormCell, FormTable};
use crate::wall::Limits;
use marks::Font;
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeMap;

/// Most nodes of one document.
const NODES: u32 = 2_000_000;
/// Deepest nesting that is followed, whatever the configured limit: each level is a call.
const DEPTH: u32 = 256;
/// Most characters of all cells and paragraphs: the text of nested tables counts at every level.
const CHARS: u64 = 16 << 20;
/// Most grid columns one table may have.
const COLUMNS: u32 = 1_024;

/// Reads a docx whose package is already examined.
pub(super) fn read(package: &mut Package, limits: &Limits) -> Result<FilledForm, Refusal> {
    let part = package.main_part()?.unwrap_or_else(|| "word/document.xml".to_owned());
    let text = package.text(&part)?.ok_or_else(Refusal::damaged)?;
    read_xml(&text, limits)
}

fn read_xml(text: &str, limits: &Limits) -> Result<FilledForm, Refusal> {
    let options = ParsingOptions { nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Refusal::TooLarge(format!("{NODES} 个节点")),
        roxmltree::Error::DtdDetected => Refusal::Doctype,
        _ => Refusal::damaged(),
    })?;
    let body = child(document.root_element(), "body").ok_or_else(Refusal::damaged)?;
    let mut walk = Walk {
        limits,
        deepest: limits.xml_depth.min(DEPTH),
        cells: 0,
        chars: 0,
        form: FilledForm::default(),
    };
    walk.blocks(body, 0)?;
    Ok(walk.form)
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|n| is(*n, name))
}

fn value<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attributes().find(|a| a.name() == "val").map(|a| a.value())
}

/// An on-off setting: present without a value means on.
fn is_on(node: Node<'_, '_>) -> bool {
    !matches!(value(node), Some("0" | "false" | "off"))
}

fn has(properties: Option<Node<'_, '_>>, name: &str) -> bool {
    properties.and_then(|p| child(p, name)).is_some_and(is_on)
}

fn number(properties: Option<Node<'_, '_>>, name: &str) -> Option<u32> {
    value(properties.and_then(|p| child(p, name))?)?.trim().parse().ok()
}

/// Elements that only wrap what counts.
fn is_wrapper(node: Node<'_, '_>) -> bool {
    const NAMES: [&str; 8] =
        ["sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "Choice", "Fallback"];
    NAMES.iter().any(|n| is(node, n))
}

/// The rendering that counts of content that is there several times: the first that says anything.
fn rendering<'a, 'i>(alternate: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let says = |n: &Node<'a, 'i>| n.descendants().any(|d| is(d, "t") || is(d, "sym"));
    let all = || alternate.children().filter(|n| is(*n, "Choice") || is(*n, "Fallback"));
    all().find(says).or_else(|| all().next())
}

/// What a content control holds.
enum Control {
    /// A check box: its mark, whatever character draws it.
    Box(&'static str),
    /// The prompt of a control nobody filled in.
    Prompt,
    /// Its content.
    Content,
}

fn control(sdt: Node<'_, '_>) -> Control {
    let properties = child(sdt, "sdtPr");
    if let Some(mark) = properties.and_then(marks::control) {
        return Control::Box(mark);
    }
    if has(properties, "showingPlcHdr") { Control::Prompt } else { Control::Content }
}

/// A paragraph being read: its text, and the text boxes anchored in it.
#[derive(Default)]
struct Line<'a, 'i> {
    text: String,
    boxes: Vec<Node<'a, 'i>>,
}

/// A cell in its row: the element, and what stands for its content when a control wraps it.
type Placed<'a, 'i> = (Node<'a, 'i>, Option<&'static str>);

struct Walk<'l> {
    limits: &'l Limits,
    deepest: u32,
    cells: u64,
    chars: u64,
    form: FilledForm,
}

impl Walk<'_> {
    fn deeper(&self, depth: u32) -> Result<u32, Refusal> {
        if depth >= self.deepest {
            return Err(Refusal::TooLarge(format!("{} 层", self.deepest)));
        }
        Ok(depth + 1)
    }

    fn count(&mut self, text: &str) -> Result<(), Refusal> {
        self.chars += text.chars().count() as u64;
        if self.chars > CHARS {
            return Err(Refusal::TooLarge(format!("{CHARS} 个字符")));
        }
        Ok(())
    }

    /// Paragraphs and tables outside tables, through wrappers.
    fn blocks(&mut self, node: Node<'_, '_>, depth: u32) -> Result<(), Refusal> {
        let depth = self.deeper(depth)?;
        for child in node.children() {
            if is(child, "p") {
                let mut line = Line::default();
                self.inline(child, Font::Text, &mut line, depth)?;
                let text = line.text.trim();
                if !text.is_empty() {
                    self.count(text)?;
                    self.form.titles.push(text.to_owned());
                }
                for found in line.boxes {
                    self.blocks(found, depth)?;
                }
            } else if is(child, "tbl") {
                self.table(child, depth)?;
            } else if is(child, "AlternateContent") {
                if let Some(chosen) = rendering(child) {
                    self.blocks(chosen, depth)?;
                }
            } else if is(child, "sdt") {
                match control(child) {
                    Control::Box(mark) => self.form.titles.push(mark.to_owned()),
                    Control::Prompt => {}
                    Control::Content => self.blocks(child, depth)?,
                }
            } else if is(child, "altChunk") {
                // some web exports put the whole form there; half a form would be a guess
                return Err(Refusal::Foreign {
                    sniffed: "嵌有其他文件的 Word 文档",
                    remedy: Some("用 Word/WPS 打开，确认内容后另存为 docx"),
                });
            } else if is_wrapper(child) {
                self.blocks(child, depth)?;
            }
        }
        Ok(())
    }

    /// Reads a table into its place in the list and gives its rows as texts.
    fn table(&mut self, node: Node<'_, '_>, depth: u32) -> Result<Vec<String>, Refusal> {
        let depth = self.deeper(depth)?;
        let at = self.form.tables.len();
        let above = self.form.titles.len();
        self.form.tables.push(FormTable { above, cells: Vec::new() });
        let mut rows = Vec::new();
        self.collect(node, "tr", None, &mut rows, depth)?;
        let kept = rows.into_iter().filter(|(row, _)| !has(child(*row, "trPr"), "del"));
        let mut cells: Vec<FormCell> = Vec::new();
        // left column → the cell a vertical merge goes on from
        let mut open: BTreeMap<u32, usize> = BTreeMap::new();
        let mut lines = Vec::new();
        for (y, (row, _)) in (0_u32..).zip(kept) {
            lines.push(self.row(row, y, &mut cells, &mut open, depth)?);
        }
        self.form.tables[at].cells = cells;
        Ok(lines)
    }

    fn row(
        &mut self,
        row: Node<'_, '_>,
        y: u32,
        cells: &mut Vec<FormCell>,
        open: &mut BTreeMap<u32, usize>,
        depth: u32,
    ) -> Result<String, Refusal> {
        let mut found = Vec::new();
        self.collect(row, "tc", None, &mut found, depth)?;
        let mut left = number(child(row, "trPr"), "gridBefore").unwrap_or(0).min(COLUMNS);
        let mut said: Vec<String> = Vec::new();
        let before = std::mem::take(open);
        for (index, (cell, given)) in (0_u32..).zip(found) {
            self.cells += 1;
            if self.cells > self.limits.workbook_cells {
                return Err(Refusal::cells(self.limits));
            }
            let properties = child(cell, "tcPr");
            let span = number(properties, "gridSpan").unwrap_or(1).clamp(1, COLUMNS);
            let right = (left + span - 1).min(COLUMNS);
            let text = match given {
                Some(given) => given.to_owned(),
                None if properties.is_some_and(|p| child(p, "cellDel").is_some()) => String::new(),
                None => self.cell_text(cell, depth)?,
            };
            self.count(&text)?;
            let goes_on = |merge: &str| {
                let mark = properties.and_then(|p| child(p, merge));
                mark.is_some_and(|m| value(m) != Some("restart"))
            };
            let above = before.get(&left).copied().filter(|_| goes_on("vMerge"));
            let beside = cells.len().checked_sub(1).filter(|_| index > 0 && goes_on("hMerge"));
            match (above, beside) {
                (Some(above), _) => {
                    cells[above].area.bottom = y;
                    join(&mut cells[above].text, &text);
                    open.insert(left, above);
                }
                (None, Some(beside)) => {
                    cells[beside].area.right = right;
                    join(&mut cells[beside].text, &text);
                }
                (None, None) => {
                    open.insert(left, cells.len());
                    let area = Area { top: y, left, bottom: y, right };
                    cells.push(FormCell { area, index, text: text.clone() });
                }
            }
            said.push(text);
            left = (right + 1).min(COLUMNS);
        }
        Ok(said.join(" ").trim().to_owned())
    }

    /// The children of this name, through wrappers.
    fn collect<'a, 'i>(
        &self,
        node: Node<'a, 'i>,
        name: &str,
        given: Option<&'static str>,
        out: &mut Vec<Placed<'a, 'i>>,
        depth: u32,
    ) -> Result<(), Refusal> {
        let depth = self.deeper(depth)?;
        for child in node.children() {
            if is(child, name) {
                out.push((child, given));
            } else if is(child, "AlternateContent") {
                if let Some(chosen) = rendering(child) {
                    self.collect(chosen, name, given, out, depth)?;
                }
            } else if is(child, "sdt") {
                let given = match control(child) {
                    Control::Box(mark) => Some(mark),
                    Control::Prompt => Some(""),
                    Control::Content => given,
                };
                self.collect(child, name, given, out, depth)?;
            } else if is_wrapper(child) {
                self.collect(child, name, given, out, depth)?;
            }
        }
        Ok(())
    }

    /// The paragraphs of a cell as lines; a nested table gives a line per row, and stands in the
    /// list of tables as well: some forms lie in a cell as a whole.
    fn cell_text(&mut self, cell: Node<'_, '_>, depth: u32) -> Result<String, Refusal> {
        let mut lines = Vec::new();
        self.cell_lines(cell, &mut lines, depth)?;
        Ok(lines.join("\n").trim().to_owned())
    }

    fn cell_lines(
        &mut self,
        node: Node<'_, '_>,
        lines: &mut Vec<String>,
        depth: u32,
    ) -> Result<(), Refusal> {
        let depth = self.deeper(depth)?;
        for child in node.children() {
            if is(child, "p") {
                let mut line = Line::default();
                self.inline(child, Font::Text, &mut line, depth)?;
                lines.push(line.text);
                for found in line.boxes {
                    self.cell_lines(found, lines, depth)?;
                }
            } else if is(child, "tbl") {
                lines.extend(self.table(child, depth)?);
            } else if is(child, "AlternateContent") {
                if let Some(chosen) = rendering(child) {
                    self.cell_lines(chosen, lines, depth)?;
                }
            } else if is(child, "sdt") {
                match control(child) {
                    Control::Box(mark) => lines.push(mark.to_owned()),
                    Control::Prompt => {}
                    Control::Content => self.cell_lines(child, lines, depth)?,
                }
            } else if is_wrapper(child) {
                self.cell_lines(child, lines, depth)?;
            }
        }
        Ok(())
    }

    /// The text of a paragraph or of a part of it.
    fn inline<'a, 'i>(
        &self,
        node: Node<'a, 'i>,
        font: Font,
        out: &mut Line<'a, 'i>,
        depth: u32,
    ) -> Result<(), Refusal> {
        let depth = self.deeper(depth)?;
        for part in node.children().filter(Node::is_element) {
            match part.tag_name().name() {
                "t" => {
                    let text = part.children().filter_map(|n| n.text());
                    text.for_each(|text| out.text.extend(text.chars().map(|c| font.shown(c))));
                }
                "tab" | "ptab" => out.text.push('\t'),
                "br" | "cr" => out.text.push('\n'),
                "noBreakHyphen" => out.text.push('-'),
                "sym" => out.text.extend(marks::symbol(part)),
                "ffData" => out.text.push_str(&marks::legacy(part)),
                "txbxContent" => out.boxes.push(part),
                "r" => {
                    let properties = child(part, "rPr");
                    let unseen = ["strike", "dstrike", "vanish"];
                    if !unseen.iter().any(|name| has(properties, name)) {
                        self.inline(part, Font::of(properties), out, depth)?;
                    }
                }
                "sdt" => match control(part) {
                    Control::Box(mark) => out.text.push_str(mark),
                    Control::Prompt => {}
                    Control::Content => self.inline(part, font, out, depth)?,
                },
                "AlternateContent" => {
                    if let Some(chosen) = rendering(part) {
                        self.inline(chosen, font, out, depth)?;
                    }
                }
                // struck out or moved away, properties, and the small print over a character
                "del" | "moveFrom" | "pPr" | "rPr" | "sdtPr" | "rt" => {}
                _ => self.inline(part, font, out, depth)?,
            }
        }
        Ok(())
    }
}

/// What a cell says that a merge goes on over: some programs repeat the text there.
fn join(text: &mut String, more: &str) {
    if more.is_empty() || text == more {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}
