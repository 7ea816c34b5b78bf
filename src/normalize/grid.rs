//! A sheet as a grid: cells by place, merges, the text a person sees.

use crate::read::{Area, CellValue, Sheet, a1};
use crate::text::strip_blanks;
use std::collections::{BTreeMap, BTreeSet};

/// Cells by place, with merged areas at hand.
pub(super) struct Grid<'a> {
    cells: BTreeMap<(u32, u32), &'a CellValue>,
    /// Merges of one column: column → top row → area.
    tall: BTreeMap<u32, BTreeMap<u32, Area>>,
    /// Merges of one row: row → left column → area.
    wide: BTreeMap<u32, BTreeMap<u32, Area>>,
    /// All other merges.
    blocks: Vec<Area>,
    pub(super) rows: Vec<u32>,
}

impl<'a> Grid<'a> {
    pub(super) fn new(sheet: &'a Sheet) -> Self {
        let cells: BTreeMap<_, _> =
            sheet.cells.iter().map(|c| ((c.row, c.column), &c.value)).collect();
        let rows: BTreeSet<u32> = cells.keys().map(|(row, _)| *row).collect();
        let mut grid = Self {
            cells,
            tall: BTreeMap::new(),
            wide: BTreeMap::new(),
            blocks: Vec::new(),
            rows: rows.into_iter().collect(),
        };
        for area in &sheet.merges {
            if area.left == area.right {
                grid.tall.entry(area.left).or_default().insert(area.top, *area);
            } else if area.top == area.bottom {
                grid.wide.entry(area.top).or_default().insert(area.left, *area);
            } else {
                grid.blocks.push(*area);
            }
        }
        grid
    }

    pub(super) fn get(&self, row: u32, column: u32) -> Option<&'a CellValue> {
        self.cells.get(&(row, column)).copied()
    }

    /// The text of a cell, empty when nothing stands there.
    pub(super) fn text(&self, row: u32, column: u32) -> String {
        self.get(row, column).map(CellValue::text).unwrap_or_default()
    }

    /// Cells of a row that hold something visible.
    pub(super) fn row(&self, row: u32) -> Vec<(u32, &'a CellValue)> {
        self.cells
            .range((row, 0)..=(row, u32::MAX))
            .filter(|(_, v)| {
                matches!(v, CellValue::Uncalculated) || !strip_blanks(&v.text()).is_empty()
            })
            .map(|((_, column), value)| (*column, *value))
            .collect()
    }

    /// The merged area a cell lies in.
    pub(super) fn area(&self, row: u32, column: u32) -> Option<Area> {
        let holds =
            |a: &Area| (a.top..=a.bottom).contains(&row) && (a.left..=a.right).contains(&column);
        let last = |map: Option<&BTreeMap<u32, Area>>, to: u32| {
            map.and_then(|m| m.range(..=to).next_back()).map(|(_, area)| *area)
        };
        last(self.tall.get(&column), row)
            .filter(holds)
            .or_else(|| last(self.wide.get(&row), column).filter(holds))
            .or_else(|| self.blocks.iter().copied().find(holds))
    }

    pub(super) fn has_merges(&self) -> bool {
        !(self.tall.is_empty() && self.wide.is_empty() && self.blocks.is_empty())
    }

    /// The cell a person sees at a place: its own, or that of the vertical merge it lies in.
    /// Gives the place the value stands at.
    pub(super) fn seen(&self, row: u32, column: u32) -> Option<(&'a CellValue, String)> {
        if let Some(value) = self.get(row, column) {
            return Some((value, a1(row, column)));
        }
        let area = self.area(row, column).filter(|a| a.top < row && a.left == a.right)?;
        self.get(area.top, area.left).map(|value| (value, a1(area.top, area.left)))
    }
}
