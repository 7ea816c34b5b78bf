//! From the document model to the sheet the layout takes.
//!
//! Every choice is made here: the width of every cell, the face of every run, what to do with
//! characters the face lacks.

use super::ExportError;
use super::fonts::{FALLBACK, Faces};
use super::sheet::{Cell, Foot, Grid, Paper, Par, Piece, Row, Sheet, Text, Word};
use crate::compose::{Align, Block, Document, Paragraph, Run, Table, TableCell};
use crate::export::paper::{Look, dropped, head_face, look, paper};
use std::collections::{BTreeMap, BTreeSet};

/// The sheet, the pictures in the order of their numbers, and the notes so far.
pub(super) struct Prepared {
    pub(super) sheet: Sheet,
    pub(super) images: Vec<String>,
    pub(super) notes: Vec<(String, String)>,
    /// Characters no font has.
    pub(super) absent: BTreeSet<char>,
}

/// Prepare `document`.
pub(super) fn prepare(document: &Document, faces: &Faces) -> Result<Prepared, ExportError> {
    let style = look(&document.page.style);
    let page = &document.page;
    let (width, height) = paper(page)?;
    let mut preparer = Preparer {
        faces,
        images: BTreeMap::new(),
        document,
        noted: BTreeSet::new(),
        notes: Vec::new(),
        absent: BTreeSet::new(),
        style,
        width: width - page.margin[1] - page.margin[3],
    };
    let mut pieces = Vec::with_capacity(document.blocks.len());
    for block in &document.blocks {
        pieces.push(preparer.block(block)?);
    }
    let (text, face) = preparer.clean(&page.footer, "song");
    let sheet = Sheet {
        title: document.title.clone(),
        paper: Paper { width, height, margin: page.margin, duplex: page.duplex },
        foot: Foot {
            text,
            family: faces.family(face),
            size: preparer.style.foot,
            cover: page.cover,
            outside: page.style == "official",
        },
        family: faces.family("song"),
        size: preparer.style.size,
        lead: preparer.style.lead,
        heads: preparer.style.heads,
        pieces,
    };
    let mut images: Vec<(usize, String)> =
        preparer.images.into_iter().map(|(k, v)| (v, k)).collect();
    images.sort_unstable();
    Ok(Prepared {
        sheet,
        images: images.into_iter().map(|(_, name)| name).collect(),
        notes: preparer.notes,
        absent: preparer.absent,
    })
}

struct Preparer<'a> {
    faces: &'a Faces,
    document: &'a Document,
    images: BTreeMap<String, usize>,
    noted: BTreeSet<char>,
    notes: Vec<(String, String)>,
    absent: BTreeSet<char>,
    style: Look,
    width: f64,
}

impl Preparer<'_> {
    fn block(&mut self, block: &Block) -> Result<Piece, ExportError> {
        Ok(match block {
            Block::Heading { level, runs } => {
                let level = (*level).clamp(1, 3);
                let words = self.runs(runs, head_face(level))?;
                Piece::Heading { level: usize::from(level), words }
            }
            Block::Paragraph(p) => Piece::Par(self.paragraph(p, self.style.value)?),
            Block::Table(table) => Piece::Grid(self.table(table)?),
            Block::Space(mm) => Piece::Space(*mm),
            Block::PageBreak => Piece::PageBreak,
        })
    }

    fn paragraph(&mut self, p: &Paragraph, face: &str) -> Result<Par, ExportError> {
        let words = self.runs(&p.runs, face)?;
        Ok(Par { words, align: p.align, indent: p.indent, size: p.size })
    }

    fn runs(&mut self, runs: &[Run], face: &str) -> Result<Vec<Word>, ExportError> {
        runs.iter().map(|run| self.run(run, face)).collect()
    }

    fn run(&mut self, run: &Run, default: &str) -> Result<Word, ExportError> {
        Ok(match run {
            Run::Text { text, face, bold } => {
                let face = self.faces.known(face.as_deref().unwrap_or(default));
                let (text, face) = self.clean(text, face);
                let bold = *bold || face == "title";
                Word::Text(Text { text, family: self.faces.family(face), bold })
            }
            Run::Box { ticked } => Word::Tick(*ticked),
            Run::Image { name, width, height } => Word::Picture(self.image(name)?, *width, *height),
        })
    }

    /// The number of a picture.
    fn image(&mut self, name: &str) -> Result<usize, ExportError> {
        let bytes = self
            .document
            .images
            .get(name)
            .ok_or_else(|| ExportError::MissingImage(name.to_owned()))?;
        if !(bytes.starts_with(b"\xff\xd8\xff") || bytes.starts_with(b"\x89PNG\r\n\x1a\n")) {
            return Err(ExportError::BadImage(name.to_owned()));
        }
        let next = self.images.len();
        Ok(*self.images.entry(name.to_owned()).or_insert(next))
    }

    /// The text as it can be set, and the face that has all of it. A run with one character
    /// its face lacks is set in the fallback as a whole: a name in two faces looks forged.
    fn clean(&mut self, text: &str, face: &'static str) -> (String, &'static str) {
        let text: String = text
            .chars()
            .filter(|c| !dropped(*c))
            .map(|c| {
                let blank = c.is_whitespace() && c != '\n' && !self.faces.has(face, c);
                if c == '\t' || blank { ' ' } else { c }
            })
            .collect();
        let mut chosen = face;
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if c == '\n' || self.faces.has(face, c) {
                out.push(c);
                continue;
            }
            chosen = "fallback";
            let instead = if self.faces.fallback_has(c) {
                out.push(c);
                FALLBACK
            } else {
                out.push_str(&instead_of(c));
                self.absent.insert(c);
                "□"
            };
            if self.noted.insert(c) {
                self.notes.push(("RD-103".to_owned(), missing(c, instead)));
            }
        }
        (breakable(&out), chosen)
    }

    fn table(&mut self, table: &Table) -> Result<Grid, ExportError> {
        let sum: f64 = table.columns.iter().sum();
        if table.columns.is_empty() || !sum.is_finite() || sum <= 0.0 {
            return Err(ExportError::Table);
        }
        let cols: Vec<f64> = table.columns.iter().map(|share| share / sum * self.width).collect();
        let mut covered = vec![0usize; cols.len()];
        let mut rows = Vec::with_capacity(table.rows.len());
        for (y, row) in table.rows.iter().enumerate() {
            let mut cells = Vec::with_capacity(row.cells.len());
            let mut x = 0;
            for cell in &row.cells {
                while covered.get(x).is_some_and(|left| *left > 0) {
                    x += 1;
                }
                let end = x + cell.colspan.max(1);
                let below = y + cell.rowspan.max(1);
                let (Some(over), Some(spanned)) = (cols.get(x..end), table.rows.get(y..below))
                else {
                    return Err(ExportError::Table);
                };
                let exact = spanned.iter().all(|r| r.exact && r.height.is_some());
                let tall = spanned.iter().map(|r| r.height).sum::<Option<f64>>();
                cells.push(self.cell(cell, over.iter().sum(), tall, exact)?);
                for left in &mut covered[x..end] {
                    *left = cell.rowspan.max(1);
                }
                x = end;
            }
            for left in &mut covered {
                *left = left.saturating_sub(1);
            }
            rows.push(Row { height: row.height, cells });
        }
        Ok(Grid {
            columns: cols,
            header: table.header_rows.min(table.rows.len()),
            plain: table.plain,
            keep: table.keep,
            rows,
        })
    }

    fn cell(
        &mut self,
        cell: &TableCell,
        width: f64,
        tall: Option<f64>,
        exact: bool,
    ) -> Result<Cell, ExportError> {
        let face = if cell.label { self.style.label } else { self.style.value };
        let mut pars = Vec::with_capacity(cell.content.len());
        for p in &cell.content {
            let mut par = self.paragraph(p, face)?;
            if cell.seal && par.align == Align::Left {
                par.align = Align::Right;
            }
            pars.push(par);
        }
        Ok(Cell {
            colspan: cell.colspan.max(1),
            rowspan: cell.rowspan.max(1),
            width,
            exact,
            easy: easy(cell, &self.style, width, tall),
            upright: if cell.vertical { columns(&pars) } else { Vec::new() },
            token: if cell.vertical { None } else { longest(&pars) },
            pars,
            label: cell.label,
            seal: cell.seal,
            top: cell.top,
        })
    }
}

/// What prints for a character no font has.
pub(super) fn instead_of(c: char) -> String {
    format!("□U+{:04X}", u32::from(c))
}

fn missing(c: char, instead: &str) -> String {
    format!("字体缺少字符\"{c}\"（U+{:04X}），用 {instead} 代替", u32::from(c))
}

/// A word longer than any identity number may break, else it would run over the rules.
fn breakable(text: &str) -> String {
    const LONGEST: usize = 20;
    const STEP: usize = 10;
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        let long = word.len() > LONGEST;
        for (i, c) in word.drain(..).enumerate() {
            if long && i > 0 && i % STEP == 0 {
                out.push('\u{200b}');
            }
            out.push(c);
        }
    };
    for c in text.chars() {
        if c.is_ascii_graphic() {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out
}

/// Whether the cell surely holds its content at full size, reckoned on the safe side: most
/// cells do, and measuring each of them would take most of the time of a form.
fn easy(cell: &TableCell, style: &Look, width: f64, tall: Option<f64>) -> bool {
    const MM: f64 = 25.4 / 72.0;
    let side = if cell.label { 1.2 } else { 1.8 };
    let room = width - 2.0 * side;
    let (mut height, mut most) = (0.0_f64, 0.0_f64);
    for p in &cell.content {
        let em = p.size.unwrap_or(style.size) * MM;
        let mut lines = vec![p.indent];
        for run in &p.runs {
            match run {
                Run::Image { .. } => return false,
                Run::Box { .. } => lines.iter_mut().last().into_iter().for_each(|l| *l += 1.0),
                Run::Text { text, .. } => {
                    for c in text.chars() {
                        match (c, lines.last_mut()) {
                            ('\n', _) => lines.push(0.0),
                            (c, Some(line)) => *line += advance(c),
                            (_, None) => {}
                        }
                    }
                }
            }
        }
        let longest = lines.iter().copied().fold(0.0, f64::max);
        if cell.vertical {
            // One character a line, wide gaps between them; side by side with other lines.
            most += lines.len() as f64 * 1.3 * em;
            height = height.max(longest * 1.45 * em);
        } else {
            most = most.max(longest * em);
            height += lines.len() as f64 * (1.0 + style.lead) * em;
        }
    }
    most <= room && tall.is_none_or(|tall| height <= tall - 2.4)
}

/// Width of a character in em, never less than it takes.
fn advance(c: char) -> f64 {
    match c {
        '0'..='9' | ' ' | '.' | ',' | '-' | ':' | '/' => 0.62,
        // A character no font has prints as □U+XXXXX.
        c if u32::from(c) >= 0xE000 && !('\u{ff00}'..='\u{ffef}').contains(&c) => 8.0,
        _ => 1.0,
    }
}

/// The characters of a vertical label, one list for each of its lines.
fn columns(pars: &[Par]) -> Vec<Vec<Word>> {
    let mut columns = Vec::new();
    for par in pars {
        let mut column = Vec::new();
        for word in &par.words {
            let Word::Text(text) = word else {
                column.push(word.clone());
                continue;
            };
            for c in text.text.chars() {
                if c == '\n' {
                    columns.push(std::mem::take(&mut column));
                } else if !c.is_whitespace() && c != '\u{200b}' {
                    column.push(Word::Text(Text { text: c.to_string(), ..text.clone() }));
                }
            }
        }
        columns.push(column);
    }
    columns.retain(|column| !column.is_empty());
    if columns.is_empty() {
        columns.push(Vec::new());
    }
    columns
}

/// The longest piece that cannot break: a number, a word, a date.
fn longest(pars: &[Par]) -> Option<Text> {
    let mut best: Option<(usize, Text)> = None;
    for word in pars.iter().flat_map(|par| &par.words) {
        let Word::Text(text) = word else { continue };
        let unbroken = |c: char| c.is_ascii_graphic() || "年月日页份".contains(c);
        for token in text.text.split(|c| !unbroken(c)).filter(|t| !t.is_empty()) {
            let size: usize = token.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            if best.as_ref().is_none_or(|(most, _)| size > *most) {
                best = Some((size, Text { text: token.to_owned(), ..text.clone() }));
            }
        }
    }
    best.map(|(_, token)| token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::Page;

    #[test]
    fn long_words_may_break_and_identity_numbers_may_not() {
        let id = "32010119800101001X";
        assert_eq!(breakable(id), id);
        assert_eq!(breakable(&"a".repeat(25)).matches('\u{200b}').count(), 2);
    }

    #[test]
    fn longest_token_is_a_date_or_a_number() {
        let par = |text: &str| {
            let text = Text { text: text.to_owned(), family: "SimSun", bold: false };
            Par { words: vec![Word::Text(text)], align: Align::Left, indent: 0.0, size: None }
        };
        let token = longest(&[par("自 2019年6月12日 起 abc")]).unwrap();
        assert_eq!(token.text, "2019年6月12日");
        assert_eq!(longest(&[par("甲乙")]), None);
    }

    #[test]
    fn short_text_is_easy_and_long_text_is_measured() {
        let cell = |text: &str| TableCell {
            content: vec![Paragraph {
                runs: vec![Run::Text { text: text.to_owned(), face: None, bold: false }],
                ..Paragraph::default()
            }],
            ..TableCell::default()
        };
        let form = look("form");
        assert!(easy(&cell("张三"), &form, 20.0, Some(10.0)));
        assert!(!easy(&cell("张三李四王五"), &form, 20.0, Some(10.0)));
        assert!(!easy(&cell("张\n三\n李"), &form, 20.0, Some(10.0)));
        assert!(easy(&cell("张\n三\n李"), &form, 20.0, None));
        let vertical = TableCell { vertical: true, ..cell("工作简历") };
        assert!(easy(&vertical, &form, 14.0, Some(40.0)));
        assert!(!easy(&vertical, &form, 14.0, Some(12.0)));
    }

    #[test]
    fn papers() {
        let page =
            |paper: &str, landscape| Page { paper: paper.to_owned(), landscape, ..Page::default() };
        assert_eq!(paper(&page("A4", true)).unwrap(), (297.0, 210.0));
        assert_eq!(paper(&page("230x330", false)).unwrap(), (230.0, 330.0));
        assert!(paper(&page("A5?", false)).is_err());
        assert!(paper(&page("40x40", false)).is_err());
    }
}
