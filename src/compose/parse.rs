//! The strict dialect: XML in, document out; whatever is not of the dialect is an error with
//! its place.

use super::{Align, Block, Document, Page, Paragraph, Run, Table, TableCell, TableRow};
use roxmltree::{Node, ParsingOptions};
use std::collections::BTreeMap;

/// Deepest nesting of inline elements.
const DEEPEST: usize = 8;
const FACES: [&str; 5] = ["song", "fang", "kai", "hei", "title"];
/// Most nodes of one document.
const MOST_NODES: u32 = 2_000_000;

/// What is wrong, and where in the rendered text.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) what: String,
}

type Parsed<T> = Result<T, Flaw>;

/// Read a rendered template that may place `images`; they are not yet in the document.
pub(super) fn document(text: &str, images: &BTreeMap<String, Vec<u8>>) -> Parsed<Document> {
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let xml = roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| malformed(text, &error))?;
    let root = xml.root_element();
    let reader = Reader { images };
    if root.tag_name().name() != "document" {
        return Err(flaw(root, "the outermost element is <document>"));
    }
    let page = page(root)?;
    let mut blocks = Vec::new();
    for node in children(root)? {
        blocks.push(reader.block(node)?);
    }
    let title = root.attribute("title").unwrap_or("").to_owned();
    Ok(Document { title, page, blocks, images: BTreeMap::new() })
}

fn malformed(text: &str, error: &roxmltree::Error) -> Flaw {
    let what = match error {
        roxmltree::Error::UnknownEntityReference(name, _) => {
            format!("&{name}; is not known here: write the character itself")
        }
        // without its place: that is told apart
        other => other.to_string().replace(&format!(" at {}", other.pos()), ""),
    };
    let (line, column) = match error {
        // what is missing is missing at the end
        roxmltree::Error::UnclosedRootNode => end(text),
        other => (other.pos().row, other.pos().col),
    };
    Flaw { line, column, what }
}

/// Line and column behind the last word.
fn end(text: &str) -> (u32, u32) {
    let text = text.trim_end();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let last = text.rsplit('\n').next().unwrap_or_default();
    (count(text.matches('\n').count() + 1), count(last.chars().count() + 1))
}

fn flaw(node: Node<'_, '_>, what: impl Into<String>) -> Flaw {
    let pos = node.document().text_pos_at(node.range().start);
    Flaw { line: pos.row, column: pos.col, what: what.into() }
}

/// Child elements; text beside them is a slip that would vanish from the paper.
fn children<'a, 'i>(node: Node<'a, 'i>) -> Parsed<Vec<Node<'a, 'i>>> {
    let mut out = Vec::new();
    for child in node.children() {
        if child.is_element() {
            out.push(child);
        } else if child.is_text() && !child.text().unwrap_or("").trim().is_empty() {
            let name = node.tag_name().name();
            return Err(flaw(child, format!("text directly inside <{name}>")));
        }
    }
    Ok(out)
}

fn known(node: Node<'_, '_>, names: &[&str]) -> Parsed<()> {
    for attribute in node.attributes() {
        if !names.contains(&attribute.name()) {
            let (tag, name) = (node.tag_name().name(), attribute.name());
            let list = names.join(" ");
            return Err(flaw(node, format!("<{tag}> has no attribute {name}; it has: {list}")));
        }
    }
    Ok(())
}

fn number(node: Node<'_, '_>, name: &str) -> Parsed<Option<f64>> {
    node.attribute(name)
        .map(|text| {
            text.trim()
                .parse::<f64>()
                .ok()
                .filter(|v| v.is_finite() && (0.0..=2000.0).contains(v))
                .ok_or_else(|| {
                    flaw(node, format!("{name}={text:?} is not a number from 0 to 2000"))
                })
        })
        .transpose()
}

fn count(node: Node<'_, '_>, name: &str, default: usize, least: usize) -> Parsed<usize> {
    node.attribute(name).map_or(Ok(default), |text| {
        text.trim().parse::<usize>().ok().filter(|n| (least..=1000).contains(n)).ok_or_else(|| {
            flaw(node, format!("{name}={text:?} is not a count from {least} to 1000"))
        })
    })
}

fn truth(node: Node<'_, '_>, name: &str) -> Parsed<bool> {
    match node.attribute(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(flaw(node, format!("{name}={other:?} is not true or false"))),
    }
}

fn numbers(node: Node<'_, '_>, name: &str, text: &str) -> Parsed<Vec<f64>> {
    text.split_whitespace()
        .map(|part| {
            part.parse::<f64>()
                .ok()
                .filter(|v| v.is_finite() && (0.0..=2000.0).contains(v))
                .ok_or_else(|| flaw(node, format!("{name}: {part:?} is not a number")))
        })
        .collect()
}

fn align(node: Node<'_, '_>, default: Align) -> Parsed<Align> {
    match node.attribute("align") {
        None => Ok(default),
        Some("left") => Ok(Align::Left),
        Some("center") => Ok(Align::Center),
        Some("right") => Ok(Align::Right),
        Some("justify") => Ok(Align::Justify),
        Some(other) => {
            Err(flaw(node, format!("align={other:?} is none of left center right justify")))
        }
    }
}

fn page(root: Node<'_, '_>) -> Parsed<Page> {
    known(root, &["title", "paper", "landscape", "margin", "duplex", "footer", "cover", "style"])?;
    let default = Page::default();
    let margin = match root.attribute("margin") {
        None => default.margin,
        Some(text) => numbers(root, "margin", text)?
            .try_into()
            .map_err(|_| flaw(root, "margin wants four numbers: top right bottom left"))?,
    };
    let style = root.attribute("style").unwrap_or("form");
    if !["form", "official", "table"].contains(&style) {
        return Err(flaw(root, format!("style={style:?} is none of form official table")));
    }
    Ok(Page {
        paper: root.attribute("paper").unwrap_or("A4").to_owned(),
        landscape: truth(root, "landscape")?,
        margin,
        duplex: truth(root, "duplex")?,
        footer: root.attribute("footer").unwrap_or("").to_owned(),
        cover: truth(root, "cover")?,
        style: style.to_owned(),
    })
}

struct Reader<'a> {
    images: &'a BTreeMap<String, Vec<u8>>,
}

impl Reader<'_> {
    fn block(&self, node: Node<'_, '_>) -> Parsed<Block> {
        let name = node.tag_name().name();
        Ok(match name {
            "h1" | "h2" | "h3" => {
                known(node, &[])?;
                let level = match name {
                    "h1" => 1,
                    "h2" => 2,
                    _ => 3,
                };
                Block::Heading { level, runs: self.runs(node)? }
            }
            "p" => Block::Paragraph(self.paragraph(node, Align::Left)?),
            "table" => Block::Table(self.table(node)?),
            "space" => {
                known(node, &["mm"])?;
                Block::Space(number(node, "mm")?.ok_or_else(|| flaw(node, "space wants mm"))?)
            }
            "pagebreak" => {
                known(node, &[])?;
                Block::PageBreak
            }
            _ => {
                return Err(flaw(
                    node,
                    format!("<{name}> is none of h1 h2 h3 p table space pagebreak"),
                ));
            }
        })
    }

    fn paragraph(&self, node: Node<'_, '_>, default: Align) -> Parsed<Paragraph> {
        known(node, &["align", "indent", "size"])?;
        Ok(Paragraph {
            runs: self.runs(node)?,
            align: align(node, default)?,
            indent: number(node, "indent")?.unwrap_or(0.0),
            size: number(node, "size")?,
        })
    }

    fn runs(&self, node: Node<'_, '_>) -> Parsed<Vec<Run>> {
        let mut runs = Vec::new();
        self.inline(node, None, false, DEEPEST, &mut runs)?;
        Ok(fold(runs))
    }

    fn inline(
        &self,
        node: Node<'_, '_>,
        face: Option<&str>,
        bold: bool,
        depth: usize,
        runs: &mut Vec<Run>,
    ) -> Parsed<()> {
        let depth =
            depth.checked_sub(1).ok_or_else(|| flaw(node, "inline elements nested too deeply"))?;
        let text = |text: String| Run::Text { text, face: face.map(str::to_owned), bold };
        for child in node.children() {
            if child.is_text() {
                runs.push(text(child.text().unwrap_or("").to_owned()));
            } else if child.is_element() {
                match child.tag_name().name() {
                    "b" => self.inline(child, face, true, depth, runs)?,
                    "face" => {
                        known(child, &["name"])?;
                        let name = child.attribute("name").unwrap_or("");
                        if !FACES.contains(&name) {
                            let list = FACES.join(" ");
                            return Err(flaw(child, format!("face {name:?} is none of {list}")));
                        }
                        self.inline(child, Some(name), bold, depth, runs)?;
                    }
                    "br" => runs.push(text("\u{2028}".to_owned())),
                    "box" => {
                        known(child, &["ticked"])?;
                        runs.push(Run::Box { ticked: truth(child, "ticked")? });
                    }
                    "img" => runs.push(self.image(child)?),
                    other => {
                        return Err(flaw(child, format!("<{other}> is none of b face br box img")));
                    }
                }
            }
        }
        Ok(())
    }

    fn image(&self, node: Node<'_, '_>) -> Parsed<Run> {
        known(node, &["src", "width", "height"])?;
        let name = node.attribute("src").unwrap_or("");
        if !self.images.contains_key(name) {
            let have: Vec<&str> = self.images.keys().map(String::as_str).collect();
            return Err(flaw(node, format!("no picture {name:?}; there are: {}", have.join(" "))));
        }
        let side = |side: &str| {
            number(node, side)?.ok_or_else(|| flaw(node, format!("img wants {side} in mm")))
        };
        Ok(Run::Image { name: name.to_owned(), width: side("width")?, height: side("height")? })
    }

    fn table(&self, node: Node<'_, '_>) -> Parsed<Table> {
        known(node, &["cols", "header", "plain", "keep"])?;
        let columns = numbers(node, "cols", node.attribute("cols").unwrap_or(""))?;
        if columns.is_empty() || columns.iter().any(|c| *c <= 0.0) {
            return Err(flaw(node, "cols wants the relative widths, such as \"2 1 3\""));
        }
        let header_rows = count(node, "header", 0, 0)?;
        let rows = children(node)?;
        let mut covered = vec![0usize; columns.len()];
        let mut out = Vec::with_capacity(rows.len());
        for (y, row) in rows.iter().enumerate() {
            let left = rows.len() - y;
            // A heading repeated on the next page cannot take part of a row along.
            let within = if y < header_rows { header_rows - y } else { left };
            out.push(self.row(*row, &mut covered, within.min(left))?);
        }
        if header_rows > out.len() {
            return Err(flaw(node, "fewer rows than header says"));
        }
        let (plain, keep) = (truth(node, "plain")?, truth(node, "keep")?);
        Ok(Table { columns, header_rows, rows: out, plain, keep })
    }

    /// One row; `covered` counts for each column the rows that a cell above still covers.
    fn row(&self, node: Node<'_, '_>, covered: &mut [usize], within: usize) -> Parsed<TableRow> {
        let name = node.tag_name().name();
        if name != "tr" {
            return Err(flaw(node, format!("<{name}> inside <table>, only <tr> may be")));
        }
        known(node, &["height", "exact"])?;
        let width = covered.len();
        let mut filled = covered.iter().filter(|left| **left > 0).count();
        let mut x = 0;
        let mut cells = Vec::new();
        for child in children(node)? {
            let cell = self.cell(child)?;
            while covered.get(x).is_some_and(|left| *left > 0) {
                x += 1;
            }
            let end = x + cell.colspan;
            if cell.rowspan > within {
                return Err(flaw(child, "rowspan reaches below the last row it may cover"));
            }
            match covered.get_mut(x..end) {
                Some(span) if span.iter().all(|left| *left == 0) => span.fill(cell.rowspan),
                _ => {
                    let have = filled + cell.colspan;
                    return Err(flaw(
                        child,
                        format!("row fills {have} of {width} columns, or runs into a rowspan"),
                    ));
                }
            }
            filled += cell.colspan;
            x = end;
            cells.push(cell);
        }
        if filled != width {
            return Err(flaw(node, format!("row fills {filled} of {width} columns")));
        }
        for left in covered {
            *left = left.saturating_sub(1);
        }
        Ok(TableRow { height: number(node, "height")?, exact: truth(node, "exact")?, cells })
    }

    fn cell(&self, node: Node<'_, '_>) -> Parsed<TableCell> {
        let name = node.tag_name().name();
        if name != "td" {
            return Err(flaw(node, format!("<{name}> inside <tr>, only <td> may be")));
        }
        known(node, &["colspan", "rowspan", "class", "field"])?;
        let mut cell = TableCell {
            colspan: count(node, "colspan", 1, 1)?,
            rowspan: count(node, "rowspan", 1, 1)?,
            field: node.attribute("field").unwrap_or("").replace('\u{2028}', " "),
            ..TableCell::default()
        };
        let mut own = None;
        for class in node.attribute("class").unwrap_or("").split_whitespace() {
            match class {
                "label" => cell.label = true,
                "vertical" => cell.vertical = true,
                "seal" => cell.seal = true,
                "top" => cell.top = true,
                "left" => own = Some(Align::Left),
                "center" => own = Some(Align::Center),
                "right" => own = Some(Align::Right),
                other => {
                    return Err(flaw(
                        node,
                        format!(
                            "class {other:?} is none of label vertical seal top left center right"
                        ),
                    ));
                }
            }
        }
        let default = own.unwrap_or(match (cell.label, cell.seal) {
            (true, _) => Align::Center,
            (false, true) => Align::Right,
            (false, false) => Align::Left,
        });
        let has_paragraphs = node.children().any(|c| c.is_element() && c.tag_name().name() == "p");
        if has_paragraphs {
            for child in children(node)? {
                if child.tag_name().name() != "p" {
                    return Err(flaw(child, "a <td> with <p> holds nothing else"));
                }
                cell.content.push(self.paragraph(child, default)?);
            }
        } else {
            cell.content.push(Paragraph {
                runs: self.runs(node)?,
                align: default,
                ..Paragraph::default()
            });
        }
        Ok(cell)
    }
}

/// Join neighbours of one look and fold white space: a line break of the template between two
/// Han characters is nothing, else a blank; a line break of the data stays.
fn fold(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::with_capacity(runs.len());
    let mut blank = false;
    let mut last = None;
    for run in runs {
        let Run::Text { text, face, bold } = run else {
            if blank && last.is_some_and(|c: char| c != '\n') {
                push(&mut out, " ", &None, false);
            }
            (blank, last) = (false, Some('\u{fffc}'));
            out.push(run);
            continue;
        };
        let mut folded = String::with_capacity(text.len());
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r') {
                blank = true;
                continue;
            }
            let c = if c == '\u{2028}' { '\n' } else { c };
            let between = |c: char| c != '\n' && c.is_ascii();
            if blank
                && let Some(before) = last
                && c != '\n'
                && before != '\n'
                && (between(c) || between(before) || !text.contains('\n'))
            {
                folded.push(' ');
            }
            blank = false;
            last = Some(c);
            folded.push(c);
        }
        if !folded.is_empty() {
            push(&mut out, &folded, &face, bold);
        }
    }
    out
}

fn push(out: &mut Vec<Run>, more: &str, face: &Option<String>, bold: bool) {
    if let Some(Run::Text { text, face: f, bold: b }) = out.last_mut()
        && *f == *face
        && *b == bold
    {
        text.push_str(more);
    } else {
        out.push(Run::Text { text: more.to_owned(), face: face.clone(), bold });
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
