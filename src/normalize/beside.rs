//! Two tables beside each other on one sheet are two sheets.

use super::grid::Grid;
use super::table::{self, Header};
use crate::read::Sheet;

/// The sheet cut where a second table begins in the row of the header, with the column it begins
/// at; `None` when there is one table.
pub(super) fn split(sheet: &Sheet, header: &Header) -> Option<(u32, Sheet, Sheet)> {
    let first = header.columns.first()?;
    let again = |c: &&table::Column| c.index > first.index && c.label == first.label;
    let start = header.columns.iter().find(again)?.index;
    let left = part(sheet, header.top, |column| column < start);
    let right = part(sheet, header.top, |column| column >= start);
    let whole =
        |part: &Sheet| table::find(&Grid::new(part)).is_some_and(|found| found.top == header.top);
    (whole(&left) && whole(&right)).then_some((start, left, right))
}

/// Some columns of a sheet; the titles above the header speak for both tables.
fn part(sheet: &Sheet, top: u32, keep: impl Fn(u32) -> bool) -> Sheet {
    let mut part = sheet.clone();
    part.cells.retain(|cell| cell.row < top || keep(cell.column));
    part.merges.retain(|area| area.bottom < top || keep(area.left));
    part
}
