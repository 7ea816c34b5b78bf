//! XLSX: all blocks one under the other on one sheet, ready to print, every cell text.

#[cfg(test)]
mod tests;

use super::paper::{
    Look, POINT, clean, family, head_face, lines, look, paper, place, runs_text, text_of,
};
use super::{Artifact, ExportError, Format};
use crate::compose::{Align, Block, Document, Paragraph, Run, Table, TableCell};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format as Style, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

/// Highest row Excel takes, in points.
const TALLEST: f64 = 409.0;

/// Writes `document` as XLSX; same document, same bytes.
///
/// # Errors
/// When a table or the paper is not consistent, or a cell is too long for Excel.
pub fn xlsx(document: &Document) -> Result<Artifact, ExportError> {
    let (width, _) = paper(&document.page)?;
    let [_, right, _, left] = document.page.margin;
    let mut workbook = Workbook::new();
    // Bytes must not depend on the day.
    let time = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    let properties = DocProperties::new().set_title(clean(&document.title));
    workbook.set_properties(&properties.set_creation_datetime(&time));
    let mut writer = Writer {
        look: look(&document.page.style),
        widths: columns(document, width - left - right),
        sheet: workbook.add_worksheet(),
        row: 0,
        repeated: false,
        breaks: Vec::new(),
    };
    writer.set_up(document).map_err(failed)?;
    for block in &document.blocks {
        writer.block(block)?;
    }
    let breaks = std::mem::take(&mut writer.breaks);
    writer.sheet.set_page_breaks(&breaks).map_err(failed)?;
    let bytes = workbook.save_to_buffer().map_err(failed)?;
    Ok(Artifact { bytes, format: Format::Xlsx, pages: None, notes: Vec::new() })
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn failed(error: XlsxError) -> ExportError {
    ExportError::Xlsx(error.to_string())
}

/// Widths in mm of the sheet's columns: those of the table with the most.
fn columns(document: &Document, width: f64) -> Vec<f64> {
    let mut most: &[f64] = &[1.0];
    for block in &document.blocks {
        if let Block::Table(table) = block
            && table.columns.len() > most.len()
        {
            most = &table.columns;
        }
    }
    let sum: f64 = most.iter().sum();
    most.iter().map(|share| share / sum * width).collect()
}

/// For each column of a table the column of the sheet it starts at, and the end: the nearest
/// edges, each of its own.
fn snap(table: &[f64], sheet: &[f64]) -> Vec<usize> {
    let sum: f64 = table.iter().sum();
    let all: f64 = sheet.iter().sum();
    let (mut at, mut out) = (0.0, vec![0]);
    for (i, share) in table.iter().enumerate() {
        at += share / sum * all;
        let low = out.last().map_or(0, |last| last + 1);
        let high = sheet.len().saturating_sub(table.len() - i - 1).max(low);
        let edge = |n: usize| (sheet.iter().take(n).sum::<f64>() - at).abs();
        let near = (low..=high).min_by(|a, b| edge(*a).total_cmp(&edge(*b)));
        out.push(if i + 1 == table.len() { sheet.len() } else { near.unwrap_or(low) });
    }
    out
}

struct Writer<'w> {
    look: Look,
    widths: Vec<f64>,
    sheet: &'w mut Worksheet,
    row: u32,
    repeated: bool,
    breaks: Vec<u32>,
}

impl Writer<'_> {
    fn set_up(&mut self, document: &Document) -> Result<(), XlsxError> {
        let page = &document.page;
        let [top, right, bottom, left] = page.margin.map(|mm| mm / 25.4);
        self.sheet.set_name("表")?;
        for (column, mm) in (0u16..).zip(&self.widths) {
            self.sheet.set_column_width_pixels(column, pixels(*mm))?;
        }
        self.sheet
            .set_paper_size(if page.paper == "A3" { 8 } else { 9 })
            .set_print_fit_to_pages(1, 0)
            .set_margins(left, right, top, bottom, top / 2.0, bottom / 2.0);
        if page.landscape {
            self.sheet.set_landscape();
        }
        if !page.footer.is_empty() {
            let text = clean(&page.footer).replace('&', "&&");
            let text = text.replace("{pages}", "&N").replace("{page}", "&P");
            self.sheet.set_footer(format!("&C{text}"));
        }
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), ExportError> {
        match block {
            Block::Heading { level, runs } => {
                let level = (*level).clamp(1, 3);
                let size = self.look.heads[usize::from(level - 1)];
                let align = if level == 1 { Align::Center } else { Align::Left };
                let format = look_of(head_face(level), size, align).set_bold();
                self.line(&runs_text(runs), size, &format).map_err(failed)
            }
            Block::Paragraph(p) => {
                let size = p.size.unwrap_or(self.look.size);
                let mut format = look_of(self.look.value, size, p.align);
                if p.indent > 0.0 && p.align == Align::Left {
                    format = format.set_indent(1);
                }
                self.line(&runs_text(&p.runs), size, &format).map_err(failed)
            }
            Block::Space(mm) => {
                self.height(self.row, mm / POINT).map_err(failed)?;
                self.row += 1;
                Ok(())
            }
            Block::PageBreak => {
                self.breaks.push(self.row);
                Ok(())
            }
            Block::Table(table) => self.table(table),
        }
    }

    /// A line over the whole width.
    fn line(&mut self, text: &str, size: f64, format: &Style) -> Result<(), XlsxError> {
        let all: f64 = self.widths.iter().sum();
        self.height(self.row, points(lines(text, all, size), size))?;
        self.put(self.row, 0, self.row, self.widths.len(), text, format)?;
        self.row += 1;
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), ExportError> {
        let placed = place(table)?;
        let edges = snap(&table.columns, &self.widths);
        let edge = |n: usize| edges.get(n).copied().ok_or(ExportError::Table);
        for ((y, row), slots) in (self.row..).zip(&table.rows).zip(&placed) {
            let mut height = row.height.map_or(0.0, |mm| mm / POINT);
            for slot in slots.iter().filter(|slot| slot.first) {
                let (from, to) = (edge(slot.column)?, edge(slot.column + slot.span)?);
                let text = text_of(&slot.cell.content);
                let tall = slot.cell.rowspan.max(1);
                let last = y + u32::try_from(tall - 1).map_err(|_| ExportError::Table)?;
                let size = size_of(slot.cell, &self.look);
                if tall == 1 && !slot.cell.vertical {
                    let width: f64 = self.widths.iter().skip(from).take(to - from).sum();
                    height = height.max(points(lines(&text, width - 2.0, size), size));
                }
                let format = self.cell_look(slot.cell, table.plain, size);
                self.put(y, from, last, to, &text, &format).map_err(failed)?;
            }
            if height > 0.0 {
                self.height(y, height).map_err(failed)?;
            }
        }
        let rows = |n: usize| u32::try_from(n).map_err(|_| ExportError::Table);
        let heads = rows(table.header_rows.min(table.rows.len()))?;
        if heads > 0 && !self.repeated {
            self.repeated = true;
            self.sheet.set_repeat_rows(self.row, self.row + heads - 1).map_err(failed)?;
        }
        self.row += rows(table.rows.len())?;
        Ok(())
    }

    fn cell_look(&self, cell: &TableCell, plain: bool, size: f64) -> Style {
        let face = if cell.label { self.look.label } else { self.look.value };
        let align = match cell.content.first().map_or(Align::Left, |p| p.align) {
            Align::Left if cell.seal => Align::Right,
            Align::Left if cell.label && !plain => Align::Center,
            other => other,
        };
        let mut format = look_of(face, size, align);
        if !plain {
            format = format.set_border(FormatBorder::Thin);
        }
        if cell.vertical {
            // 270 stands for characters one under the other.
            format = format.set_rotation(270);
        }
        match (cell.seal, cell.top) {
            (true, _) => format.set_align(FormatAlign::Bottom),
            (false, true) => format.set_align(FormatAlign::Top),
            (false, false) => format,
        }
    }

    /// Text into a cell or a merged range; columns up to and without `to`.
    fn put(
        &mut self,
        top: u32,
        from: usize,
        bottom: u32,
        to: usize,
        text: &str,
        format: &Style,
    ) -> Result<(), XlsxError> {
        let column = |n: usize| u16::try_from(n).map_err(|_| XlsxError::RowColumnLimitError);
        let (left, right) = (column(from)?, column(to.saturating_sub(1))?);
        if top == bottom && left == right {
            self.sheet.write_string_with_format(top, left, text, format)?;
        } else {
            // `merge_range` reads numbers out of text; the text is written over it as text.
            self.sheet.merge_range(top, left, bottom, right, "", format)?;
            self.sheet.write_string_with_format(top, left, text, format)?;
        }
        Ok(())
    }

    fn height(&mut self, row: u32, points: f64) -> Result<(), XlsxError> {
        self.sheet.set_row_height(row, points.clamp(1.0, TALLEST)).map(|_| ())
    }
}

fn look_of(face: &str, size: f64, align: Align) -> Style {
    Style::new()
        .set_font_name(family(face))
        .set_font_size(size)
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_align(match align {
            Align::Left => FormatAlign::Left,
            Align::Center => FormatAlign::Center,
            Align::Right => FormatAlign::Right,
            Align::Justify => FormatAlign::Justify,
        })
}

fn size_of(cell: &TableCell, look: &Look) -> f64 {
    let worded = |p: &&Paragraph| p.runs.iter().any(|run| !matches!(run, Run::Image { .. }));
    cell.content.iter().find(worded).and_then(|p| p.size).unwrap_or(look.size)
}

fn points(lines: usize, size: f64) -> f64 {
    f64::from(u32::try_from(lines).unwrap_or(u32::MAX)) * size * 1.3 + 4.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a column is narrower than the paper"
)]
fn pixels(mm: f64) -> u32 {
    (mm * 96.0 / 25.4).round().clamp(1.0, 5000.0) as u32
}
