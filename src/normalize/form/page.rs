//! A table of a form by place: who lies beside, below and around a cell.

use crate::diag::Origin;
use crate::read::{FormCell, FormTable, a1};

/// A table with its cells at hand by row.
pub(super) struct Page<'a> {
    path: &'a str,
    /// 表1, 表2 …
    sheet: String,
    pub(super) cells: &'a [FormCell],
    /// Cells that cover a row, from the left.
    pub(super) rows: Vec<Vec<usize>>,
}

impl<'a> Page<'a> {
    pub(super) fn new(path: &'a str, number: usize, table: &'a FormTable) -> Self {
        let last = table.cells.iter().map(|c| c.area.bottom).max();
        let mut rows = vec![Vec::new(); last.map_or(0, |n| n as usize + 1)];
        for (index, cell) in table.cells.iter().enumerate() {
            for row in cell.area.top..=cell.area.bottom {
                rows[row as usize].push(index);
            }
        }
        for row in &mut rows {
            row.sort_by_key(|i: &usize| table.cells[*i].area.left);
        }
        Self { path, sheet: format!("表{number}"), cells: &table.cells, rows }
    }

    pub(super) fn text(&self, cell: usize) -> &'a str {
        &self.cells[cell].text
    }

    pub(super) fn row(&self, row: u32) -> &[usize] {
        self.rows.get(row as usize).map_or(&[], Vec::as_slice)
    }

    /// The cell that covers a place of the grid.
    pub(super) fn at(&self, row: u32, column: u32) -> Option<usize> {
        let cells = self.row(row);
        let next = cells.partition_point(|i| self.cells[*i].area.left <= column);
        let found = *cells.get(next.checked_sub(1)?)?;
        (self.cells[found].area.right >= column).then_some(found)
    }

    /// The next cell to the right in the first row of a cell.
    pub(super) fn right(&self, cell: usize) -> Option<usize> {
        let row = self.row(self.cells[cell].area.top);
        let at = row.iter().position(|i| *i == cell)?;
        row.get(at + 1).copied()
    }

    /// The cell right below, when it covers the same columns.
    pub(super) fn below(&self, cell: usize) -> Option<usize> {
        let area = self.cells[cell].area;
        let found = self.at(area.bottom + 1, area.left)?;
        let under = self.cells[found].area;
        (under.left == area.left && under.right == area.right).then_some(found)
    }

    /// The cell right above, when it covers the columns of this one.
    pub(super) fn above(&self, cell: usize) -> Option<usize> {
        let area = self.cells[cell].area;
        let found = self.at(area.top.checked_sub(1)?, area.left)?;
        (self.cells[found].area.right >= area.right).then_some(found)
    }

    /// The tall cell at the left that speaks for the rows beside it.
    pub(super) fn group(&self, cell: usize) -> Option<usize> {
        let area = self.cells[cell].area;
        let row = self.row(area.top);
        let at = row.iter().position(|i| *i == cell)?;
        row[..at].iter().rev().copied().find(|i| {
            let other = self.cells[*i].area;
            other.top <= area.top && other.bottom >= area.bottom && tall(other) > tall(area)
        })
    }

    /// Where a cell stands: its row, and its number in the row.
    pub(super) fn origin(&self, cell: usize) -> Origin {
        let found = &self.cells[cell];
        Origin::cell(self.path, &self.sheet, a1(found.area.top, found.index))
    }
}

fn tall(area: crate::read::Area) -> u32 {
    area.bottom - area.top
}
