//! The document in the words of docx-rs.

use super::ExportError;
use crate::compose::{Align, Block, Document, Paragraph, Run, Table, TableRow};
use crate::export::paper::{
    Look, POINT, Slot, TWIPS, clean, family, head_face, lines, look, paper, place, runs_text, tick,
};
use docx_rs as word;
use std::io::Cursor;

/// Air at the sides of a cell, and above and below, in twips.
const SIDE: usize = 68;
const AIR: usize = 30;
/// Under the date of a seal place, in twips.
const FOOT: u32 = 113;
/// Below this nobody can read a form.
const SMALLEST: f64 = 8.0;
const EMU: f64 = 36_000.0;

/// What `write` hands to the tidy pass and the package.
pub(super) struct Written<'a> {
    pub(super) docx: word::Docx,
    /// Heading rows of each table.
    pub(super) headers: Vec<usize>,
    pub(super) pictures: Vec<Picture<'a>>,
}

/// A picture and where it lies in the package.
pub(super) struct Picture<'a> {
    pub(super) id: String,
    pub(super) target: String,
    pub(super) bytes: &'a [u8],
}

/// Writes all blocks.
pub(super) fn write(document: &Document) -> Result<Written<'_>, ExportError> {
    let (width, height) = paper(&document.page)?;
    let [top, right, bottom, left] = document.page.margin;
    let foot = (bottom / 2.0).max(5.0);
    let mut docx = word::Docx::new()
        .page_size(twips(width).unsigned_abs(), twips(height).unsigned_abs())
        .page_margin(word::PageMargin {
            top: twips(top),
            left: twips(left),
            bottom: twips(bottom),
            right: twips(right),
            header: twips((top / 2.0).max(5.0)),
            footer: twips(foot),
            gutter: 0,
        });
    if document.page.landscape {
        docx = docx.page_orient(word::PageOrientationType::Landscape);
    }
    let mut writer = Writer {
        document,
        look: look(&document.page.style),
        width: width - left - right,
        headers: Vec::new(),
        pictures: Vec::new(),
        pending: false,
    };
    if !document.page.footer.is_empty() {
        docx = docx.footer(word::Footer::new().add_paragraph(writer.footer()));
    }
    let blocks = &document.blocks;
    for (i, block) in blocks.iter().enumerate() {
        docx = writer.block(docx, block, blocks.get(i + 1))?;
    }
    if writer.pending {
        docx = docx.add_paragraph(writer.broken(thin()));
    }
    Ok(Written { docx, headers: writer.headers, pictures: writer.pictures })
}

struct Writer<'a> {
    document: &'a Document,
    look: Look,
    width: f64,
    headers: Vec<usize>,
    pictures: Vec<Picture<'a>>,
    /// A page break waits for the next paragraph: a break of its own would add a line.
    pending: bool,
}

impl<'a> Writer<'a> {
    fn block(
        &mut self,
        docx: word::Docx,
        block: &'a Block,
        next: Option<&Block>,
    ) -> Result<word::Docx, ExportError> {
        Ok(match block {
            Block::Heading { level, runs } => {
                let level = (*level).clamp(1, 3);
                let size = self.look.heads[usize::from(level - 1)];
                let space = |em: f64| twips(em * size * POINT).unsigned_abs();
                let spacing = word::LineSpacing::new()
                    .line_rule(word::LineSpacingType::Exact)
                    .line(twips(size * 1.5 * POINT))
                    .before(space(0.3))
                    .after(space(0.5));
                let mut p = word::Paragraph::new()
                    .style(&format!("Heading{level}"))
                    .line_spacing(spacing)
                    .align(alignment(if level == 1 { Align::Center } else { Align::Left }));
                p = self.runs(p, runs, head_face(level), size)?;
                docx.add_paragraph(self.broken(p))
            }
            Block::Paragraph(p) => {
                let p = self.paragraph(p, self.look.value, 1.0, None)?;
                docx.add_paragraph(self.broken(p))
            }
            Block::Space(mm) => {
                let p = exactly(word::Paragraph::new(), mm.clamp(0.4, 500.0));
                docx.add_paragraph(self.broken(p))
            }
            Block::PageBreak => {
                let twice = self.pending;
                self.pending = true;
                if twice { docx.add_paragraph(self.broken_again()) } else { docx }
            }
            Block::Table(table) => {
                let mut docx = docx;
                if self.pending {
                    docx = docx.add_paragraph(self.broken(thin()));
                }
                docx = docx.add_table(self.table(table)?);
                // Two tables in a row would grow together, and a table cannot be the last.
                match next {
                    None | Some(Block::Table(_)) => docx.add_paragraph(thin()),
                    Some(_) => docx,
                }
            }
        })
    }

    fn broken(&mut self, p: word::Paragraph) -> word::Paragraph {
        if std::mem::take(&mut self.pending) { p.page_break_before(true) } else { p }
    }

    fn broken_again(&mut self) -> word::Paragraph {
        let p = self.broken(thin());
        self.pending = true;
        p
    }

    fn footer(&self) -> word::Paragraph {
        let align =
            if self.document.page.style == "official" { Align::Right } else { Align::Center };
        let mut p = word::Paragraph::new().style("Footer").align(alignment(align));
        let text = clean(&self.document.page.footer);
        for (i, part) in text.split("{pages}").enumerate() {
            if i > 0 {
                p = p.add_num_pages(word::NumPages::new());
            }
            for (j, words) in part.split("{page}").enumerate() {
                if j > 0 {
                    p = p.add_page_num(word::PageNum::new());
                }
                if !words.is_empty() {
                    p = p.add_run(word::Run::new().add_text(words));
                }
            }
        }
        p
    }

    /// A paragraph at `scale` of its size; in a cell of a seal it stands at the right.
    fn paragraph(
        &mut self,
        p: &'a Paragraph,
        face: &str,
        scale: f64,
        align: Option<Align>,
    ) -> Result<word::Paragraph, ExportError> {
        let size = (p.size.unwrap_or(self.look.size) * scale).max(SMALLEST);
        let mut out = word::Paragraph::new().align(alignment(align.unwrap_or(p.align)));
        // An exact line would cut a picture off.
        if !p.runs.iter().any(|run| matches!(run, Run::Image { .. })) {
            out = out.line_spacing(self.spacing(p, scale));
        }
        if p.indent > 0.0 {
            let first = twips(p.indent * size * POINT);
            let special = word::SpecialIndentType::FirstLine(first);
            out = out.indent(None, Some(special), None, None);
        }
        self.runs(out, &p.runs, face, size)
    }

    /// The line of a paragraph at `scale` of its size.
    fn spacing(&self, p: &Paragraph, scale: f64) -> word::LineSpacing {
        let size = (p.size.unwrap_or(self.look.size) * scale).max(SMALLEST);
        pitch(size * (1.0 + self.look.lead) * POINT)
    }

    fn runs(
        &mut self,
        mut p: word::Paragraph,
        runs: &'a [Run],
        default: &str,
        size: f64,
    ) -> Result<word::Paragraph, ExportError> {
        for run in runs {
            p = p.add_run(match run {
                Run::Text { text, face, bold } => {
                    let face = face.as_deref().unwrap_or(default);
                    let mut out = looks(family(face), size);
                    if *bold {
                        out = out.bold();
                    }
                    for (i, line) in clean(text).split('\n').enumerate() {
                        if i > 0 {
                            out = out.add_break(word::BreakType::TextWrapping);
                        }
                        if !line.is_empty() {
                            out = out.add_text(line);
                        }
                    }
                    out
                }
                Run::Box { ticked } => looks("MS Gothic", size).add_text(tick(*ticked)),
                Run::Image { name, width, height } => {
                    word::Run::new().add_image(self.picture(name, *width, *height)?)
                }
            });
        }
        Ok(p)
    }

    fn picture(&mut self, name: &str, width: f64, height: f64) -> Result<word::Pic, ExportError> {
        let images = &self.document.images;
        let bytes = images.get(name).ok_or_else(|| ExportError::MissingImage(name.to_owned()))?;
        let ending = if bytes.starts_with(b"\xff\xd8\xff") {
            "jpeg"
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            "png"
        } else {
            return Err(ExportError::BadImage(name.to_owned()));
        };
        let bad = || ExportError::BadImage(name.to_owned());
        let reader =
            image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| bad())?;
        let (w, h) = reader.into_dimensions().map_err(|_| bad())?;
        let (w, h) = (f64::from(w.max(1)), f64::from(h.max(1)));
        let scale = (width / w).min(height / h);
        let n = self.pictures.len() + 1;
        let id = format!("rIdImage{n}");
        let target = format!("media/image{n}.{ending}");
        self.pictures.push(Picture { id: id.clone(), target, bytes });
        let emu = |mm: f64| twips(mm * EMU / TWIPS).unsigned_abs();
        // The bytes go into the package under their true name, not through docx-rs.
        Ok(word::Pic::new_with_dimensions(Vec::new(), 1, 1)
            .id(id)
            .size(emu(w * scale), emu(h * scale)))
    }

    fn table(&mut self, table: &'a Table) -> Result<word::Table, ExportError> {
        let placed = place(table)?;
        let sum: f64 = table.columns.iter().sum();
        let widths: Vec<f64> = table.columns.iter().map(|share| share / sum * self.width).collect();
        let mut rows = Vec::with_capacity(placed.len());
        for ((y, row), slots) in table.rows.iter().enumerate().zip(&placed) {
            rows.push(self.row(table, y, row, slots, &widths)?);
        }
        self.headers.push(table.header_rows.min(rows.len()));
        let grid = widths.iter().map(|mm| count(*mm)).collect();
        let out =
            if table.plain { word::Table::without_borders(rows) } else { word::Table::new(rows) };
        Ok(out
            .set_grid(grid)
            .layout(word::TableLayoutType::Fixed)
            .width(count(self.width), word::WidthType::Dxa)
            .align(word::TableAlignmentType::Center)
            .margins(word::TableCellMargins::new().margin(AIR, SIDE, AIR, SIDE)))
    }

    fn row(
        &mut self,
        table: &Table,
        y: usize,
        row: &TableRow,
        slots: &[Slot<'a>],
        widths: &[f64],
    ) -> Result<word::TableRow, ExportError> {
        let mut cells = Vec::with_capacity(slots.len());
        let mut exact = row.exact;
        for slot in slots {
            let width = widths.iter().skip(slot.column).take(slot.span).sum::<f64>();
            let over = table.rows.iter().skip(y).take(slot.cell.rowspan.max(1));
            let tall = over.map(|r| r.height.filter(|_| r.exact)).sum::<Option<f64>>();
            let scale = tall.map_or(Some(1.0), |tall| self.scale(slot, width, tall));
            exact &= !slot.first || scale.is_some();
            let keep = table.keep && y + 1 < table.rows.len();
            cells.push(self.cell(slot, width, scale.unwrap_or(0.0), keep)?);
        }
        let mut out = word::TableRow::new(cells).cant_split();
        if let Some(height) = row.height {
            #[expect(clippy::cast_possible_truncation, reason = "a page is less than 600 mm")]
            let height = (height * TWIPS).round() as f32;
            // Text that does not fit even at the smallest size must not vanish.
            let rule = if exact { word::HeightRule::Exact } else { word::HeightRule::AtLeast };
            out = out.row_height(height).height_rule(rule);
        }
        Ok(out)
    }

    /// The share of its size at which the text of a cell fits, as far as can be reckoned.
    fn scale(&self, slot: &Slot<'_>, width: f64, tall: f64) -> Option<f64> {
        if slot.cell.vertical {
            return Some(1.0);
        }
        let (room, tall) = (width - 2.0 * 1.2, tall - 2.0 * 0.55);
        let need = |scale: f64| {
            slot.cell.content.iter().fold(0.0, |sum, p| {
                let size = (p.size.unwrap_or(self.look.size) * scale).max(SMALLEST);
                let picture = p.runs.iter().map(|run| match run {
                    Run::Image { height, .. } => *height,
                    Run::Text { .. } | Run::Box { .. } => 0.0,
                });
                let many = lines(&runs_text(&p.runs), room - p.indent * size * POINT, size);
                let text = f64::from(u32::try_from(many).unwrap_or(u32::MAX))
                    * size
                    * (1.0 + self.look.lead)
                    * POINT;
                sum + picture.fold(text, f64::max)
            })
        };
        [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.66].into_iter().find(|s| need(*s) <= tall)
    }

    fn cell(
        &mut self,
        slot: &Slot<'a>,
        width: f64,
        scale: f64,
        keep: bool,
    ) -> Result<word::TableCell, ExportError> {
        let cell = slot.cell;
        let mut out = word::TableCell::new().width(count(width), word::WidthType::Dxa);
        if slot.span > 1 {
            out = out.grid_span(slot.span);
        }
        if cell.rowspan > 1 {
            let kind =
                if slot.first { word::VMergeType::Restart } else { word::VMergeType::Continue };
            out = out.vertical_merge(kind);
        }
        out = out.vertical_align(match (cell.seal, cell.top) {
            (true, _) => word::VAlignType::Bottom,
            (false, true) => word::VAlignType::Top,
            (false, false) => word::VAlignType::Center,
        });
        if cell.vertical {
            out = out.text_direction(word::TextDirectionType::TbRlV);
        }
        let face = if cell.label { self.look.label } else { self.look.value };
        let content = if slot.first { cell.content.as_slice() } else { &[] };
        for (i, p) in content.iter().enumerate() {
            let align = match p.align {
                Align::Left if cell.seal => Some(Align::Right),
                Align::Left if cell.vertical => Some(Align::Center),
                Align::Left | Align::Center | Align::Right | Align::Justify => None,
            };
            let mut made = self.paragraph(p, face, scale, align)?;
            if cell.seal && i + 1 == content.len() {
                // The date keeps off the rule below.
                made = made.line_spacing(self.spacing(p, scale).after(FOOT));
            }
            out = out.add_paragraph(made.keep_next(keep));
        }
        Ok(if content.is_empty() { out.add_paragraph(thin().keep_next(keep)) } else { out })
    }
}

fn looks(family: &str, size: f64) -> word::Run {
    let fonts =
        word::RunFonts::new().ascii(family).hi_ansi(family).east_asia(family).hint("eastAsia");
    word::Run::new().fonts(fonts).size(half_points(size))
}

fn exactly(p: word::Paragraph, mm: f64) -> word::Paragraph {
    p.line_spacing(pitch(mm))
}

fn pitch(mm: f64) -> word::LineSpacing {
    word::LineSpacing::new()
        .line_rule(word::LineSpacingType::Exact)
        .line(twips(mm).max(1))
        .before(0)
        .after(0)
}

/// A paragraph that takes next to no room.
fn thin() -> word::Paragraph {
    exactly(word::Paragraph::new(), POINT)
}

fn alignment(align: Align) -> word::AlignmentType {
    match align {
        Align::Left => word::AlignmentType::Left,
        Align::Center => word::AlignmentType::Center,
        Align::Right => word::AlignmentType::Right,
        Align::Justify => word::AlignmentType::Both,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "lengths on paper are small")]
fn twips(mm: f64) -> i32 {
    (mm * TWIPS).round() as i32
}

fn count(mm: f64) -> usize {
    usize::try_from(twips(mm)).unwrap_or(0)
}

fn half_points(points: f64) -> usize {
    count(points * 2.0 / TWIPS)
}
