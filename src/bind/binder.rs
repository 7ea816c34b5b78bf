//! The walk through a plan: chapter by chapter, leaf by leaf, page by page into the writer.

use super::image::{self, Picture};
use super::import::{Imported, Source};
use super::outline::{Bookmark, Label, page_labels, write_outline};
use super::stamp::{self, Lettering};
use super::tiff::Tiff;
use super::writer::{Id, PdfWriter, Written, name, reference, text};
use super::{A4, BindError, BindPlan, Chapter, Leaf, LeafSource, MM, StampFonts};
use crate::blobs::Blobs;
use crate::read::{PageInfo, Scan, ScanKind};
use lopdf::{Dictionary, Object, dictionary};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;

/// The inner margin wanted for three-hole binding, and the least one.
const INNER: f64 = 28.0 * MM;
const INNER_LEAST: f64 = 20.0 * MM;
const OUTER: f64 = 10.0 * MM;
const TOP: f64 = 10.0 * MM;
/// Room for the page number.
const BOTTOM: f64 = 15.0 * MM;

/// What one page draws and needs.
#[derive(Default)]
struct Body {
    before: String,
    contents: Vec<Object>,
    after: String,
    resources: Dictionary,
    group: Option<Object>,
}

impl From<Imported> for Body {
    fn from(page: Imported) -> Self {
        Self {
            before: page.before,
            contents: page.contents,
            after: page.after,
            resources: page.resources,
            group: page.group,
        }
    }
}

/// A packet in the making.
pub(super) struct Binder<'a, W: Write> {
    writer: PdfWriter<W>,
    blobs: &'a Blobs,
    lettering: Lettering,
    recto: bool,
    tree: Id,
    pages: Vec<Id>,
    labels: Vec<Label>,
    marks: Vec<Bookmark>,
    /// Last printed number.
    number: u32,
    /// All printed numbers.
    total: u32,
    roman: u32,
}

/// What came out of a walk.
pub(super) struct Bound {
    pub(super) pages: u32,
    pub(super) written: Written,
    pub(super) missing: String,
}

impl<'a, W: Write> Binder<'a, W> {
    /// Begins a packet: the font goes first, for its characters are known from the plan.
    pub(super) fn begin(
        out: W,
        plan: &BindPlan,
        blobs: &'a Blobs,
        fonts: &StampFonts,
    ) -> Result<Self, BindError> {
        let total = super::layout(plan).into_iter().flatten().map(|(_, last)| last).max();
        let total = total.unwrap_or(0);
        let mut writer = PdfWriter::new(out)?;
        let lettering = Lettering::embed(&mut writer, fonts, &characters(plan, total))?;
        let tree = writer.reserve();
        Ok(Self {
            writer,
            blobs,
            lettering,
            recto: plan.recto,
            tree,
            pages: Vec::new(),
            labels: Vec::new(),
            marks: Vec::new(),
            number: 0,
            total,
            roman: 0,
        })
    }

    /// Binds the chapter with that place in the plan.
    pub(super) fn chapter(&mut self, number: usize, chapter: &Chapter) -> Result<(), BindError> {
        if chapter.leaves.iter().all(|leaf| leaf.pages == 0) {
            return Ok(());
        }
        if self.recto && self.pages.len() % 2 == 1 {
            self.blank()?;
        }
        let first = self.pages.len();
        let mut below = Vec::new();
        for (at, leaf) in chapter.leaves.iter().enumerate() {
            let start = self.pages.len();
            let fault = |error: BindError| error.of((number, at), &leaf.title);
            self.leaf(chapter, leaf).map_err(fault)?;
            let found = u32::try_from(self.pages.len() - start).unwrap_or(u32::MAX);
            if found != leaf.pages {
                return Err(fault(BindError::Pages { expected: leaf.pages, found }));
            }
            if let Some(&page) = self.pages.get(start) {
                below.push(Bookmark { title: leaf.title.clone(), page, below: Vec::new() });
            }
        }
        // A single leaf that says the same is no level of its own.
        if below.len() == 1 && below.iter().all(|mark| mark.title == chapter.title) {
            below.clear();
        }
        if let Some(&page) = self.pages.get(first) {
            self.marks.push(Bookmark { title: chapter.title.clone(), page, below });
        }
        Ok(())
    }

    fn leaf(&mut self, chapter: &Chapter, leaf: &Leaf) -> Result<(), BindError> {
        match &leaf.source {
            LeafSource::Pdf(bytes) => self.pdf(chapter, bytes),
            LeafSource::Scan(scan) => match scan.kind {
                ScanKind::Pdf => {
                    let bytes = self.blobs.get(&scan.blob)?;
                    self.pdf(chapter, &bytes)
                }
                ScanKind::Jpeg | ScanKind::Png => {
                    let file = self.blobs.open_blob(&scan.blob)?;
                    let picture = if scan.kind == ScanKind::Jpeg {
                        image::jpeg(&mut self.writer, file)?
                    } else {
                        image::png(&mut self.writer, file)?
                    };
                    self.picture(chapter, scan, 0, &picture)
                }
                ScanKind::Tiff => {
                    let tiff = Tiff::open(self.blobs.get(&scan.blob)?)?;
                    for index in 0..tiff.len() {
                        let picture = tiff.picture(&mut self.writer, index)?;
                        self.picture(chapter, scan, index, &picture)?;
                    }
                    Ok(())
                }
            },
        }
    }

    fn pdf(&mut self, chapter: &Chapter, bytes: &[u8]) -> Result<(), BindError> {
        let mut source = Source::open(bytes)?;
        for index in 0..source.len() {
            let page = source.page(&mut self.writer, index)?;
            self.page(chapter, index == 0, page.into())?;
        }
        Ok(())
    }

    fn picture(
        &mut self,
        chapter: &Chapter,
        scan: &Scan,
        index: usize,
        picture: &Picture,
    ) -> Result<(), BindError> {
        let info = scan
            .pages
            .get(index)
            .ok_or_else(|| BindError::Image(format!("nothing is known of page {}", index + 1)))?;
        let mirrored = self.recto && self.pages.len() % 2 == 1;
        let mut names = Dictionary::new();
        let mut before = format!("q {} cm\n", placement(info, mirrored));
        let rows = picture.height.max(1);
        if picture.parts.len() > 1 {
            // from here on the page is as many units high as the picture has rows
            let _ = writeln!(before, "1 0 0 {:.12} 0 0 cm", 1.0 / f64::from(rows));
        }
        for (i, &(id, top, height)) in picture.parts.iter().enumerate() {
            names.set(format!("Im{i}"), reference(id));
            if picture.parts.len() == 1 {
                let _ = writeln!(before, "/Im{i} Do");
                continue;
            }
            let bottom = rows.saturating_sub(top + height);
            let _ = writeln!(before, "q 1 0 0 {height} 0 {bottom} cm /Im{i} Do Q");
        }
        before.push_str("Q\n");
        let resources = dictionary! { "XObject" => names };
        self.page(chapter, index == 0, Body { before, resources, ..Body::default() })
    }

    /// Writes a page with its number and, on the first page of a leaf, the 原件已核 block.
    fn page(&mut self, chapter: &Chapter, first: bool, mut body: Body) -> Result<(), BindError> {
        if first && !chapter.stamp.is_empty() {
            self.lettering.draw_block(&mut body.after, &chapter.stamp);
        }
        let label = if chapter.numbered {
            self.number += 1;
            self.lettering.draw_number(&mut body.after, self.number, self.total);
            Label::Decimal(self.number)
        } else {
            self.roman += 1;
            Label::Roman(self.roman)
        };
        self.write_page(body, label)
    }

    fn blank(&mut self) -> Result<(), BindError> {
        self.write_page(Body::default(), Label::Blank)
    }

    fn write_page(&mut self, mut body: Body, label: Label) -> Result<(), BindError> {
        let mut contents = Vec::new();
        if body.contents.is_empty() {
            body.before.push_str(&body.after);
            body.after.clear();
        }
        if !body.before.is_empty() {
            let id = self.writer.add_stream(Dictionary::new(), body.before.as_bytes())?;
            contents.push(reference(id));
        }
        contents.append(&mut body.contents);
        if !body.after.is_empty() {
            let id = self.writer.add_stream(Dictionary::new(), body.after.as_bytes())?;
            contents.push(reference(id));
        }
        let mut fonts = match body.resources.remove(b"Font") {
            Some(Object::Dictionary(fonts)) => fonts,
            _ => Dictionary::new(),
        };
        fonts.set(stamp::FONT, reference(self.lettering.font));
        body.resources.set("Font", fonts);
        let mut page = dictionary! {
            "Type" => name("Page"),
            "Parent" => reference(self.tree),
            "MediaBox" => a4(),
            "Resources" => body.resources,
            "Contents" => contents,
        };
        if let Some(group) = body.group {
            page.set("Group", group);
        }
        let id = self.writer.add(&Object::Dictionary(page))?;
        self.pages.push(id);
        self.labels.push(label);
        Ok(())
    }

    /// Writes the page tree, the bookmarks and the catalogue.
    pub(super) fn finish(mut self, title: &str) -> Result<Bound, BindError> {
        let count = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        let kids: Vec<Object> = self.pages.iter().map(|id| reference(*id)).collect();
        let tree = dictionary! {
            "Type" => name("Pages"), "Count" => i64::from(count), "Kids" => kids,
        };
        self.writer.put(self.tree, &Object::Dictionary(tree))?;
        let outline = write_outline(&mut self.writer, &self.marks)?;
        let labels = self.writer.add(&Object::Dictionary(page_labels(&self.labels)))?;
        let mut view = dictionary! { "DisplayDocTitle" => true };
        if self.recto {
            view.set("Duplex", name("DuplexFlipLongEdge"));
        }
        let mut catalog = dictionary! {
            "Type" => name("Catalog"),
            "Pages" => reference(self.tree),
            "PageLabels" => reference(labels),
            "PageMode" => name("UseOutlines"),
            "Lang" => Object::string_literal("zh-CN"),
            "ViewerPreferences" => view,
        };
        if let Some(outline) = outline {
            catalog.set("Outlines", reference(outline));
        }
        let root = self.writer.add(&Object::Dictionary(catalog))?;
        let info = dictionary! {
            "Title" => text(title), "Producer" => Object::string_literal("dossier"),
        };
        let info = self.writer.add(&Object::Dictionary(info))?;
        let written = self.writer.finish(root, info)?;
        Ok(Bound { pages: count, written, missing: self.lettering.missing })
    }
}

fn a4() -> Object {
    let side = |n: f64| Object::Real(n as f32);
    Object::Array(vec![Object::Integer(0), Object::Integer(0), side(A4.0), side(A4.1)])
}

/// Every character the binder will print.
fn characters(plan: &BindPlan, total: u32) -> BTreeSet<char> {
    let mut found = BTreeSet::new();
    if total > 0 {
        found.extend(stamp::number_line(0, 123_456_789).chars());
    }
    let stamps = plan.chapters.iter().flat_map(|c| &c.stamp);
    found.extend(stamps.flat_map(|line| line.chars()));
    found
}

/// The matrix that puts an image upright between the margins, never larger than it is.
fn placement(info: &PageInfo, mirrored: bool) -> String {
    let (box_w, box_h) = (A4.0 - INNER_LEAST - OUTER, A4.1 - TOP - BOTTOM);
    let (shown_w, shown_h) = (info.width_pt.max(1.0), info.height_pt.max(1.0));
    let s = (box_w / shown_w).min(box_h / shown_h).min(1.0);
    let (w, h) = (shown_w * s, shown_h * s);
    let wide = A4.0 - INNER - OUTER;
    // Narrow images keep clear of the holes; wide ones keep to the outer margin.
    let left = if w <= wide { INNER + (wide - w) / 2.0 } else { A4.0 - OUTER - w };
    let x = if mirrored { A4.0 - left - w } else { left };
    let y = BOTTOM + (box_h - h) / 2.0;
    let matrix = match info.rotate % 360 {
        90 => [0.0, -h, w, 0.0, x, y + h],
        180 => [-w, 0.0, 0.0, -h, x + w, y + h],
        270 => [0.0, h, -w, 0.0, x + w, y],
        _ => [w, 0.0, 0.0, h, x, y],
    };
    matrix.map(|n| format!("{n:.3}")).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(width_pt: f64, height_pt: f64, rotate: u16) -> PageInfo {
        PageInfo { width_pt, height_pt, rotate, blank: false, dpi: None }
    }

    fn numbers(text: &str) -> Vec<f64> {
        text.split(' ').map(|n| n.parse().unwrap()).collect()
    }

    #[test]
    fn images_shrink_but_never_grow() {
        let small = numbers(&placement(&info(100.0, 50.0, 0), false));
        assert_eq!((small[0], small[3]), (100.0, 50.0));
        let full = numbers(&placement(&info(A4.0, A4.1, 0), false));
        assert!(full[0] <= A4.0 - INNER_LEAST - OUTER + 0.01);
        assert!(full[4] >= INNER_LEAST - 0.01 && full[5] >= BOTTOM - 0.01);
        assert!(full[5] + full[3] <= A4.1 - TOP + 0.01);
    }

    #[test]
    fn backs_are_mirrored() {
        let front = numbers(&placement(&info(300.0, 300.0, 0), false));
        let back = numbers(&placement(&info(300.0, 300.0, 0), true));
        assert!((front[4] + back[4] + 300.0 - A4.0).abs() < 0.01);
        assert!(front[4] > back[4]);
    }
}
