//! From a sheet to the content that Typst lays out, and the layout itself.
//!
//! The content is built here and not by a program in Typst's own language: interpreting one took
//! most of the time of a form. No text becomes markup, for none is ever parsed.

use super::settle::Place;
use super::sheet::{Cell, Grid, Par, Piece, Sheet, Text, Word};
use super::tokens::unbroken;
use super::world::FormWorld;
use crate::compose::Align;
use comemo::Track;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use typst::World;
use typst::diag::SourceResult;
use typst::engine::{Engine, Route, Sink, Traced};
use typst::foundations::{
    Bytes, Content, Derived, NativeElement, Packed, Smart, StyleChain, Styles, Value,
};
use typst::introspection::{EmptyIntrospector, Introspector, Locator};
use typst::layout::{
    Abs, Alignment, Axes, BaselinePos, Binding, BlockBody, BlockElem, BoxElem, Celled, Dir, Em,
    Frame, GridCell, GridChild, GridElem, GridItem, HAlignment, HElem, HideElem, Length, Margin,
    PageElem, PagebreakElem, PlaceElem, Ratio, Region, Rel, Sides, Size, Sizing, Spacing,
    StackChild, StackElem, TrackSizings, VAlignment, VElem,
};
use typst::loading::{DataSource, LoadSource, Loaded};
use typst::model::{ParElem, TableCell, TableChild, TableElem, TableHeader, TableItem};
use typst::pdf::ArtifactKind;
use typst::syntax::{Span, Spanned};
use typst::text::{
    BottomEdge, FontFamily, FontList, FontWeight, Lang, LinebreakElem, TextElem, TextSize, TopEdge,
};
use typst::utils::Protected;
use typst::visualize::{ImageElem, ImageFit, LineElem, Stroke};
use typst_layout::{PagedDocument, layout_document, layout_frame};

/// Below it nobody can read.
const SMALLEST: f64 = 8.0;
/// Air above and below the content of a cell, in millimetres.
const INSET: f64 = 1.2;
/// Thickness of rules in points.
const RULE: f64 = 0.5;
/// What two lengths may differ by and still be the same, in points.
const SLACK: f64 = 0.1;

/// Pages, and the cells whose text does not fit.
pub(super) struct Pages {
    pub(super) document: PagedDocument,
    pub(super) moved: BTreeSet<Place>,
}

/// Lays a sheet out. `sink` receives what Typst warns of.
///
/// # Errors
/// What Typst says.
pub(super) fn lay_out(
    world: &FormWorld<'_>,
    sheet: &Sheet,
    images: &[Bytes],
    sink: &mut Sink,
) -> SourceResult<Pages> {
    within(world, sheet, sink, |engine, styles| {
        let mut setter = Setter { engine, styles, sheet, images, moved: BTreeSet::new() };
        let content = setter.pieces()?;
        let moved = setter.moved;
        let mut document = layout_document(engine, &content, styles)?;
        document.info_mut().title = Some(sheet.title.as_str().into());
        Ok(Pages { document, moved })
    })
}

/// The line at the foot of a page, as wide as the text.
///
/// # Errors
/// What Typst says.
pub(super) fn foot(
    world: &FormWorld<'_>,
    sheet: &Sheet,
    text: &str,
    align: HAlignment,
) -> SourceResult<Frame> {
    let [_, right, _, left] = sheet.paper.margin;
    let width = Abs::mm(sheet.paper.width - left - right);
    let content = TextElem::packed(text)
        .set(TextElem::size, TextSize(points(sheet.foot.size)))
        .set(TextElem::font, family(sheet.foot.family))
        .aligned(align.into())
        .artifact(ArtifactKind::Footer);
    within(world, sheet, &mut Sink::new(), |engine, styles| {
        let region = Region::new(Size::new(width, Abs::inf()), Axes::new(true, false));
        layout_frame(engine, &content, Locator::root(), styles, region)
    })
}

/// Calls `work` with an engine and the styles of the document. Nothing we set asks where something
/// else came to lie, so one walk is enough.
fn within<T>(
    world: &FormWorld<'_>,
    sheet: &Sheet,
    sink: &mut Sink,
    work: impl FnOnce(&mut Engine<'_>, StyleChain<'_>) -> SourceResult<T>,
) -> SourceResult<T> {
    let styles = page_styles(sheet);
    let (traced, nothing) = (Traced::default(), EmptyIntrospector);
    let world: &dyn World = world;
    let nothing: &dyn Introspector = &nothing;
    let mut engine = Engine {
        library: world.library(),
        world: world.track(),
        introspector: Protected::new(nothing.track()),
        traced: traced.track(),
        sink: sink.track_mut(),
        route: Route::default(),
    };
    let base = StyleChain::new(&world.library().styles);
    work(&mut engine, base.chain(&styles))
}

/// What holds for the whole document.
fn page_styles(sheet: &Sheet) -> Styles {
    let mut styles = Styles::new();
    let paper = &sheet.paper;
    styles.set(PageElem::width, Smart::Custom(length(paper.width)));
    styles.set(PageElem::height, Smart::Custom(length(paper.height)));
    let [top, right, bottom, left] = paper.margin.map(|m| Some(Smart::Custom(rel(length(m)))));
    let sides = Sides::new(left, top, right, bottom);
    styles.set(PageElem::margin, Smart::Custom(Margin { sides, two_sided: Some(paper.duplex) }));
    styles.set(PageElem::binding, Smart::Custom(Binding::Left));
    styles.set(TextElem::lang, Lang::CHINESE);
    styles.set(TextElem::region, "cn".parse().ok());
    styles.set(TextElem::font, family(sheet.family));
    styles.set(TextElem::size, TextSize(points(sheet.size)));
    styles.set(TextElem::fallback, false);
    styles.set(TextElem::cjk_latin_spacing, Smart::Custom(None));
    styles.set(TextElem::top_edge, TopEdge::Length(Em::new(0.88).into()));
    styles.set(TextElem::bottom_edge, BottomEdge::Length(Em::new(-0.12).into()));
    styles.set(TextElem::hyphenate, Smart::Custom(false));
    styles.set(ParElem::leading, Em::new(sheet.lead).into());
    styles.set(ParElem::spacing, Em::new(sheet.lead).into());
    styles
}

struct Setter<'a, 'e> {
    engine: &'a mut Engine<'e>,
    styles: StyleChain<'a>,
    sheet: &'a Sheet,
    images: &'a [Bytes],
    moved: BTreeSet<Place>,
}

impl Setter<'_, '_> {
    fn pieces(&mut self) -> SourceResult<Content> {
        let sheet = self.sheet;
        let mut all = Vec::with_capacity(sheet.pieces.len());
        for (index, piece) in sheet.pieces.iter().enumerate() {
            all.push(match piece {
                Piece::Grid(grid) => self.grid(grid, index)?,
                Piece::Heading { level, words } => self.heading(*level, words),
                Piece::Par(par) => self.par(par, par.size.unwrap_or(sheet.size)),
                Piece::Space(mm) => VElem::new(spacing(length(*mm))).with_weak(false).pack(),
                Piece::PageBreak => PagebreakElem::new().pack(),
            });
        }
        Ok(Content::sequence(all))
    }

    // --- runs ---------------------------------------------------------------------------

    fn words(&self, words: &[Word], size: f64) -> Content {
        Content::sequence(words.iter().map(|word| self.word(word, size)))
    }

    fn word(&self, word: &Word, size: f64) -> Content {
        match word {
            Word::Text(text) => self.text(text),
            Word::Tick(ticked) => {
                let gap = HElem::new(spacing(points(0.2 * size))).pack();
                Content::sequence([tick_box(*ticked, size), gap])
            }
            Word::Picture(number, width, height) => self.picture(*number, *width, *height),
        }
    }

    fn text(&self, Text { text, family: face, bold }: &Text) -> Content {
        let mut parts = Vec::new();
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                parts.push(LinebreakElem::shared().clone());
            }
            for (piece, whole) in unbroken(line) {
                let set = TextElem::packed(piece);
                parts.push(if whole { BoxElem::new().with_body(Some(set)).pack() } else { set });
            }
        }
        let mut content = Content::sequence(parts);
        if *face != self.sheet.family {
            content = content.set(TextElem::font, family(face));
        }
        if *bold {
            content = content.set(TextElem::weight, FontWeight::BOLD);
        }
        content
    }

    fn picture(&self, number: usize, width: f64, height: f64) -> Content {
        let bytes = self.images.get(number).cloned().unwrap_or_else(|| Bytes::new(Vec::new()));
        let loaded = Loaded::new(Spanned::new(LoadSource::Bytes, Span::detached()), bytes.clone());
        let image = ImageElem::new(Derived::new(DataSource::Bytes(bytes), loaded))
            .with_width(Smart::Custom(rel(length(width))))
            .with_height(Sizing::Rel(rel(length(height))))
            .with_fit(ImageFit::Contain);
        BoxElem::new().with_body(Some(image.pack())).pack()
    }

    // --- paragraphs ---------------------------------------------------------------------

    /// The line or lines of a paragraph.
    fn inline(&self, par: &Par, size: f64) -> Content {
        let mut parts = Vec::with_capacity(par.words.len() + 1);
        if par.indent > 0.0 {
            parts.push(HElem::new(spacing(points(par.indent * size))).pack());
        }
        parts.extend(par.words.iter().map(|word| self.word(word, size)));
        if par.words.is_empty() {
            parts.push(HideElem::new(TextElem::packed("一")).pack());
        }
        Content::sequence(parts)
    }

    /// Inline content in the size and leading of a paragraph.
    fn sized(&self, content: Content, par: &Par, size: f64) -> Content {
        let lead = points(self.sheet.lead * size);
        let mut content = content
            .set(TextElem::size, TextSize(points(size)))
            .set(ParElem::leading, lead)
            .set(ParElem::spacing, lead);
        if par.align == Align::Justify {
            content = content.set(ParElem::justify, true);
        }
        content
    }

    fn par(&self, par: &Par, size: f64) -> Content {
        let gap = Smart::Custom(spacing(points(self.sheet.lead * size)));
        let block = BlockElem::new()
            .with_width(Smart::Custom(Rel::one()))
            .with_above(gap)
            .with_below(gap)
            .with_body(Some(BlockBody::Content(self.inline(par, size))));
        self.sized(block.pack().aligned(side_of(par.align).into()), par, size)
    }

    fn heading(&self, level: usize, words: &[Word]) -> Content {
        let size = self.sheet.heads.get(level - 1).copied().unwrap_or(self.sheet.size);
        let (lift, drop) = if level == 1 { (0.6, 0.8) } else { (0.8, 0.6) };
        let align = if level == 1 { HAlignment::Center } else { HAlignment::Left };
        let gap = |em: f64| Smart::Custom(spacing(points(em * size)));
        let words = self.words(words, size).aligned(align.into());
        BlockElem::new()
            .with_width(Smart::Custom(Rel::one()))
            .with_above(gap(lift))
            .with_below(gap(drop))
            .with_sticky(true)
            .with_body(Some(BlockBody::Content(words)))
            .pack()
            .set(TextElem::size, TextSize(points(size)))
            .set(ParElem::leading, points(0.5 * size))
    }

    // --- cells --------------------------------------------------------------------------

    /// The size a cell asks for.
    fn base_size(&self, cell: &Cell) -> f64 {
        let given = cell.pars.iter().filter_map(|par| par.size);
        given.reduce(f64::max).unwrap_or(self.sheet.size)
    }

    fn par_size(&self, par: &Par, size: f64, base: f64) -> f64 {
        (par.size.unwrap_or(self.sheet.size) * size / base).max(SMALLEST)
    }

    fn pars<'p>(&self, pars: impl Iterator<Item = &'p Par>, size: f64, base: f64) -> Content {
        Content::sequence(pars.map(|par| self.par(par, self.par_size(par, size, base))))
    }

    /// What a cell shows, set in `size`.
    fn shown(&self, cell: &Cell, size: f64) -> Content {
        if !cell.upright.is_empty() {
            return self.upright(&cell.upright, size);
        }
        let base = self.base_size(cell);
        match cell.pars.as_slice() {
            // the cell itself aligns it: most cells are of this kind
            [par] => {
                let size = self.par_size(par, size, base);
                self.sized(self.inline(par, size), par, size)
            }
            pars => self.pars(pars.iter(), size, base),
        }
    }

    /// Every character upright, one under the other; a second line of the label stands to the left
    /// of the first, as in Word.
    fn upright(&self, lines: &[Vec<Word>], size: f64) -> Content {
        let tallest = lines.iter().map(Vec::len).max().unwrap_or_default();
        let gap = if tallest > 5 { 0.18 } else { 0.45 };
        let columns = lines.iter().rev().map(|line| {
            let signs = line.iter().map(|word| StackChild::Block(self.word(word, size)));
            StackElem::new(signs.collect())
                .with_dir(Dir::TTB)
                .with_spacing(Some(spacing(points(gap * size))))
                .pack()
        });
        let columns: Vec<Content> = columns.collect();
        let middle = HAlignment::Center + VAlignment::Horizon;
        let content = if columns.len() == 1 {
            Content::sequence(columns)
        } else {
            let tracks = std::iter::repeat_n(Sizing::Auto, columns.len());
            let cells = columns.into_iter().map(|c| GridChild::Item(grid_item(c)));
            GridElem::new(cells.collect())
                .with_columns(TrackSizings(tracks.collect()))
                .with_column_gutter(TrackSizings(
                    [Sizing::Rel(rel(points(0.3 * size)))].into_iter().collect(),
                ))
                .with_align(Celled::Value(Smart::Custom(middle)))
                .pack()
        };
        content.set(TextElem::size, TextSize(points(size))).aligned(middle)
    }

    /// Words at the top of a seal place, name and date at its foot.
    fn seal(&self, cell: &Cell, size: f64, tall: Abs) -> Content {
        let base = self.base_size(cell);
        let at_foot = |par: &&Par| par.align != Align::Justify;
        let words = self.pars(cell.pars.iter().filter(|par| !at_foot(par)), size, base);
        let foot = self.pars(cell.pars.iter().filter(at_foot), size, base);
        let back = rel(length(-2.0));
        let foot = PlaceElem::new(foot)
            .with_alignment(Smart::Custom(HAlignment::Right + VAlignment::Bottom))
            .with_dx(back)
            .with_dy(back);
        let words =
            PlaceElem::new(words).with_alignment(Smart::Custom(HAlignment::Left + VAlignment::Top));
        BlockElem::new()
            .with_width(Smart::Custom(Rel::one()))
            .with_height(Sizing::Rel(Rel::new(Ratio::zero(), tall.into())))
            .with_body(Some(BlockBody::Content(Content::sequence([words.pack(), foot.pack()]))))
            .pack()
    }

    // --- what fits ----------------------------------------------------------------------

    fn measure(&mut self, content: &Content, width: Abs) -> SourceResult<Size> {
        let region = Region::new(Size::new(width, Abs::inf()), Axes::splat(false));
        let frame = layout_frame(self.engine, content, Locator::root(), self.styles, region)?;
        Ok(frame.size())
    }

    fn fits(
        &mut self,
        cell: &Cell,
        size: f64,
        width: Abs,
        tall: Option<Abs>,
    ) -> SourceResult<bool> {
        if let Some(token) = &cell.token {
            let token = self.text(token).set(TextElem::size, TextSize(points(size)));
            if self.measure(&token, Abs::inf())?.x > width {
                return Ok(false);
            }
        }
        let need = self.measure(&self.shown(cell, size), width)?;
        let slack = Abs::pt(SLACK);
        Ok(need.x <= width + slack && tall.is_none_or(|tall| need.y <= tall + slack))
    }

    /// The largest size at which a cell holds its content; `None`: there is none.
    fn fitted(&mut self, cell: &Cell, width: Abs, tall: Option<Abs>) -> SourceResult<Option<f64>> {
        let mut size = self.base_size(cell);
        while size > SMALLEST {
            if self.fits(cell, size, width, tall)? {
                return Ok(Some(size));
            }
            size -= 0.5;
        }
        Ok(self.fits(cell, SMALLEST, width, tall)?.then_some(SMALLEST))
    }

    // --- tables -------------------------------------------------------------------------

    /// Heights first (a row grows before its text shrinks), then the cells. What does not fit even
    /// at the smallest size is named; it goes to an 附页, and all is laid out again.
    fn grid(&mut self, grid: &Grid, index: usize) -> SourceResult<Content> {
        let mut heights: Vec<Option<Abs>> =
            grid.rows.iter().map(|row| row.height.map(Abs::mm)).collect();
        let mut sizes = Vec::with_capacity(grid.rows.len());
        for (y, row) in grid.rows.iter().enumerate() {
            let mut of_row = Vec::with_capacity(row.cells.len());
            for (x, cell) in row.cells.iter().enumerate() {
                let place = Place { block: index, row: y, cell: x };
                of_row.push(self.size(cell, place, &mut heights)?);
            }
            sizes.push(of_row);
        }
        let mut rows: Vec<Vec<TableItem>> = Vec::with_capacity(grid.rows.len());
        for (y, (row, sizes)) in grid.rows.iter().zip(&sizes).enumerate() {
            let cells = row.cells.iter().zip(sizes).enumerate().map(|(x, (cell, size))| {
                let span = heights.get(y..y + cell.rowspan).unwrap_or_default();
                let away = self.moved.contains(&Place { block: index, row: y, cell: x });
                self.cell(cell, *size, span, away)
            });
            rows.push(cells.collect());
        }
        Ok(framed(grid, &heights, rows))
    }

    /// The size of a cell; a row that may grow grows for it.
    fn size(
        &mut self,
        cell: &Cell,
        place: Place,
        heights: &mut [Option<Abs>],
    ) -> SourceResult<f64> {
        if cell.easy {
            return Ok(self.base_size(cell));
        }
        let width = Abs::mm(cell.width - 2.0 * side(cell));
        let span = heights.get(place.row..place.row + cell.rowspan).unwrap_or_default();
        let tall: Option<Abs> = span.iter().copied().sum();
        if let (true, Some(tall)) = (cell.exact, tall) {
            let size = self.fitted(cell, width, Some(tall - Abs::mm(2.0 * INSET)))?;
            if size.is_none() {
                self.moved.insert(place);
            }
            return Ok(size.unwrap_or(SMALLEST));
        }
        let size = self.fitted(cell, width, None)?.unwrap_or(SMALLEST);
        if let Some(tall) = tall {
            let need = self.measure(&self.shown(cell, size), width)?.y + Abs::mm(2.0 * INSET);
            let last = heights.get_mut(place.row + cell.rowspan - 1).and_then(Option::as_mut);
            if let (true, Some(last)) = (need > tall, last) {
                *last += need - tall;
                let [top, _, bottom, _] = self.sheet.paper.margin;
                // A row taller than the page must be able to break.
                if *last > Abs::mm(self.sheet.paper.height - top - bottom)
                    && let Some(row) = heights.get_mut(place.row + cell.rowspan - 1)
                {
                    *row = None;
                }
            }
        }
        Ok(size)
    }

    fn cell(&self, cell: &Cell, size: f64, span: &[Option<Abs>], away: bool) -> TableItem {
        let tall: Option<Abs> = span.iter().copied().sum();
        let body = match tall {
            _ if away => {
                let first = cell.pars.iter().take(1).cloned().collect();
                self.shown(&Cell { pars: first, ..cell.clone() }, SMALLEST)
            }
            Some(tall) if cell.seal => self.seal(cell, size, tall - Abs::mm(2.0 * INSET)),
            _ => self.shown(cell, size),
        };
        let (x, y) = (Some(rel(length(side(cell)))), Some(rel(length(INSET))));
        let cell = TableCell::new(body)
            .with_colspan(NonZeroUsize::new(cell.colspan).unwrap_or(NonZeroUsize::MIN))
            .with_rowspan(NonZeroUsize::new(cell.rowspan).unwrap_or(NonZeroUsize::MIN))
            .with_inset(Smart::Custom(Sides::new(x, y, x, y)))
            .with_align(Smart::Custom(position(cell)))
            .with_breakable(Smart::Custom(tall.is_none()));
        TableItem::Cell(Packed::new(cell))
    }
}

/// The table around its cells.
fn framed(grid: &Grid, heights: &[Option<Abs>], mut rows: Vec<Vec<TableItem>>) -> Content {
    let body = rows.split_off(grid.header.min(rows.len()));
    let head: Vec<TableItem> = rows.into_iter().flatten().collect();
    let mut children = Vec::new();
    if !head.is_empty() {
        let header = TableHeader::new(head).with_repeat(true);
        children.push(TableChild::Header(Packed::new(header)));
    }
    children.extend(body.into_iter().flatten().map(TableChild::Item));
    let columns = grid.columns.iter().map(|mm| Sizing::Rel(rel(length(*mm))));
    let rows = heights.iter().map(|height| {
        height.map_or(Sizing::Auto, |h| Sizing::Rel(Rel::new(Ratio::zero(), h.into())))
    });
    let rule = (!grid.plain)
        .then(|| Arc::new(Stroke { thickness: Smart::Custom(points(RULE)), ..Stroke::default() }));
    let table = TableElem::new(children)
        .with_columns(TrackSizings(columns.collect()))
        .with_rows(TrackSizings(rows.collect()))
        .with_stroke(Celled::Value(Sides::splat(Some(rule))))
        .pack();
    if !grid.keep {
        return table;
    }
    BlockElem::new().with_breakable(false).with_body(Some(BlockBody::Content(table))).pack()
}

fn grid_item(body: Content) -> GridItem {
    GridItem::Cell(Packed::new(GridCell::new(body)))
}

/// A label may come close to the rules, a value keeps some air.
fn side(cell: &Cell) -> f64 {
    if cell.label { 1.2 } else { 1.8 }
}

fn position(cell: &Cell) -> Alignment {
    let own = match cell.pars.as_slice() {
        [par] if cell.upright.is_empty() => side_of(par.align),
        _ if cell.seal => HAlignment::Right,
        _ => HAlignment::Left,
    };
    if cell.seal {
        own + VAlignment::Bottom
    } else if cell.top {
        own + VAlignment::Top
    } else {
        own + VAlignment::Horizon
    }
}

fn side_of(align: Align) -> HAlignment {
    match align {
        Align::Left | Align::Justify => HAlignment::Left,
        Align::Center => HAlignment::Center,
        Align::Right => HAlignment::Right,
    }
}

fn tick_box(ticked: bool, size: f64) -> Content {
    let side = rel(points(0.78 * size));
    let stroke = |pt: f64| Stroke { thickness: Smart::Custom(points(pt)), ..Stroke::default() };
    let line = |from: [f64; 2], to: [f64; 2]| {
        let at = |[x, y]: [f64; 2]| {
            let part = |v: f64| Rel::new(Ratio::new(v), Length::zero());
            Axes::new(part(x), part(y))
        };
        let drawn =
            LineElem::new().with_start(at(from)).with_end(Some(at(to))).with_stroke(stroke(1.1));
        PlaceElem::new(drawn.pack()).pack()
    };
    let tick = ticked.then(|| {
        Content::sequence([line([0.12, 0.5], [0.42, 0.84]), line([0.42, 0.84], [0.92, 0.1])])
    });
    BoxElem::new()
        .with_width(Sizing::Rel(side))
        .with_height(Smart::Custom(side))
        .with_baseline(shifted(points(0.05 * size)))
        .with_stroke(Sides::splat(Some(Some(stroke(0.6)))))
        .with_body(tick)
        .pack()
}

/// A baseline so far above the foot of a box.
fn shifted(by: Length) -> BaselinePos {
    Value::Relative(rel(by)).cast().unwrap_or_default()
}

fn family(name: &str) -> FontList {
    FontList(vec![FontFamily::new(name)])
}

fn length(mm: f64) -> Length {
    Abs::mm(mm).into()
}

fn points(pt: f64) -> Length {
    Abs::pt(pt).into()
}

fn rel(length: Length) -> Rel<Length> {
    length.into()
}

fn spacing(length: Length) -> Spacing {
    Spacing::Rel(rel(length))
}
