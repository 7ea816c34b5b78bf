//! What is known only when the pages are there: their feet, and a blank back.

use super::content;
use super::sheet::Sheet;
use super::world::FormWorld;
use typst::diag::SourceResult;
use typst::layout::{Abs, Frame, HAlignment, Point};
use typst_layout::{Page, PagedDocument};

/// How deep the foot hangs in the lower margin, as a part of it.
const DESCENT: f64 = 0.35;

/// The document with a foot on every page, and a blank page at the end when `blank`.
///
/// # Errors
/// What Typst says.
pub(super) fn finish(
    world: &FormWorld<'_>,
    sheet: &Sheet,
    document: &PagedDocument,
    blank: bool,
) -> SourceResult<PagedDocument> {
    let total = document.pages().len();
    let mut pages: Vec<Page> = document.pages().to_vec();
    for (number, page) in (1..).zip(&mut pages) {
        if sheet.foot.text.is_empty() || (sheet.foot.cover && number == 1) {
            continue;
        }
        let text = sheet
            .foot
            .text
            .replace("{pages}", &total.to_string())
            .replace("{page}", &number.to_string());
        let odd = number % 2 == 1;
        let align = match (sheet.foot.outside, odd) {
            (false, _) => HAlignment::Center,
            (true, true) => HAlignment::Right,
            (true, false) => HAlignment::Left,
        };
        let foot = content::foot(world, sheet, &text, align)?;
        page.frame.push_frame(place(sheet, odd), foot);
    }
    if blank && let Some(last) = pages.last() {
        let frame = Frame::hard(last.frame.size());
        let back = Page { frame, number: last.number + 1, ..last.clone() };
        pages.push(back);
    }
    let info = typst::model::Document::info(document).clone();
    Ok(PagedDocument::new(pages.into_iter().collect(), info))
}

/// Where the foot begins.
fn place(sheet: &Sheet, odd: bool) -> Point {
    let paper = &sheet.paper;
    let [_, right, bottom, left] = paper.margin;
    let start = if paper.duplex && !odd { right } else { left };
    Point::new(Abs::mm(start), Abs::mm(paper.height - bottom * (1.0 - DESCENT)))
}
