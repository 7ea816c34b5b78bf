//! Puts the elements of docx-rs into the order of the schema, and what it cannot write in.

use super::ExportError;
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

/// Order of children, where the schema wants one.
const ORDER: &[(&str, &str)] = &[
    (
        "pPr",
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers \
         pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE \
         autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents \
         suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle \
         rPr sectPr pPrChange",
    ),
    (
        "rPr",
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint \
         noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u \
         effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
    ),
    (
        "tblPr",
        "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc \
         tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
    ),
    (
        "tcPr",
        "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText \
         vAlign hideMark",
    ),
    ("tblBorders", "top left bottom right insideH insideV"),
    ("tcBorders", "top left bottom right insideH insideV tl2br tr2bl"),
    ("tblCellMar", "top left bottom right"),
    (
        "sectPr",
        "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders \
         lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter \
         docGrid",
    ),
];

/// A first page of its own kind: it has no footer because none is named for it.
const TITLE: &str = "<w:titlePg/>";
const AFTER_TITLE: [&str; 4] = ["textDirection", "bidi", "rtlGutter", "docGrid"];

/// The tidied part; `headers` has the number of heading rows of every table of the body; with a
/// `cover` the first page carries no footer.
pub(super) fn tidy(part: &[u8], headers: &[usize], cover: bool) -> Result<String, ExportError> {
    let fail = |what: String| ExportError::Docx(what);
    let source = std::str::from_utf8(part).map_err(|e| fail(e.to_string()))?;
    let tree = Document::parse(source).map_err(|e| fail(e.to_string()))?;
    let mut writer = Writer {
        source,
        out: String::with_capacity(source.len()),
        headings: headings(&tree, headers),
        pictures: 0,
        cover,
    };
    writer.raw(0, tree.root_element().range().start);
    writer.element(tree.root_element());
    Ok(writer.out)
}

/// Where the properties of heading rows start in the source.
fn headings(tree: &Document<'_>, headers: &[usize]) -> BTreeSet<usize> {
    let named = |name: &'static str| move |n: &Node<'_, '_>| n.tag_name().name() == name;
    let body = tree.root_element().children().filter(named("body"));
    body.flat_map(|b| b.children().filter(named("tbl")))
        .zip(headers)
        .flat_map(|(table, count)| table.children().filter(named("tr")).take(*count))
        .flat_map(|row| row.children().filter(named("trPr")))
        .map(|n| n.range().start)
        .collect()
}

struct Writer<'a> {
    source: &'a str,
    out: String,
    headings: BTreeSet<usize>,
    pictures: usize,
    cover: bool,
}

impl Writer<'_> {
    fn raw(&mut self, from: usize, to: usize) {
        self.out.push_str(self.source.get(from..to).unwrap_or_default());
    }

    fn element(&mut self, node: Node<'_, '_>) {
        let range = node.range();
        match node.tag_name().name() {
            "gridCol" => return self.grid_column(node),
            "trPr" => return self.row_properties(node),
            // Each drawing of a file has its own number.
            "docPr" => {
                self.pictures += 1;
                let n = self.pictures;
                self.out.push_str(&format!("<wp:docPr id=\"{n}\" name=\"图片{n}\"/>"));
                return;
            }
            _ => {}
        }
        let (Some(first), Some(last)) = (node.first_child(), node.last_child()) else {
            return self.raw(range.start, range.end);
        };
        self.raw(range.start, first.range().start);
        let mut children: Vec<Node<'_, '_>> = node.children().collect();
        if let Some((_, order)) = ORDER.iter().find(|(n, _)| *n == node.tag_name().name()) {
            children.sort_by_key(|child| {
                let name = child.tag_name().name();
                order.split(' ').filter(|n| !n.is_empty()).position(|n| n == name)
            });
        }
        let mut title = self.cover && node.tag_name().name() == "sectPr";
        for child in children {
            if title && AFTER_TITLE.contains(&child.tag_name().name()) {
                title = false;
                self.out.push_str(TITLE);
            }
            self.element(child);
        }
        if title {
            self.out.push_str(TITLE);
        }
        self.raw(last.range().end, range.end);
    }

    fn grid_column(&mut self, node: Node<'_, '_>) {
        let width = node.attributes().find(|a| a.name() == "w").map_or("0", |a| a.value());
        self.out.push_str(&format!("<w:gridCol w:w=\"{width}\"/>"));
    }

    fn row_properties(&mut self, node: Node<'_, '_>) {
        let heading = self.headings.contains(&node.range().start);
        self.out.push_str("<w:trPr>");
        for child in node.children() {
            self.element(child);
        }
        self.out.push_str(if heading { "<w:tblHeader/></w:trPr>" } else { "</w:trPr>" });
    }
}
