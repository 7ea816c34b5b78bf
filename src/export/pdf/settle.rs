//! What the layout could not place: long text goes to an 附页, a character no font has prints as
//! its number. Decided once, on the document itself, so that every format says the same.

use super::data::instead_of;
use crate::compose::{Align, Block, Document, Paragraph, Run, TableCell};
use std::collections::BTreeSet;

/// Size of the reference on the form, in points.
const REFERENCE: f64 = 10.0;
/// Size of the text of an 附页, in points.
const APPENDED: f64 = 12.0;

/// A cell whose text does not fit: block, row, and cell in the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) block: usize,
    pub(super) row: usize,
    pub(super) cell: usize,
}

/// The document with the text of `moved` on an 附页 and `absent` characters spelled out, and the
/// notes of what was moved.
pub(super) fn settle(
    document: &Document,
    moved: &BTreeSet<Place>,
    absent: &BTreeSet<char>,
) -> (Document, Vec<(String, String)>) {
    let mut out = document.clone();
    let (mut notes, mut appended) = (Vec::new(), Vec::new());
    for (n, place) in (1..).zip(moved) {
        let Some(cell) = cell_at(&mut out, *place) else { continue };
        let text = take(cell, n);
        notes.push(("FM-102".to_owned(), format!("{}内容超出表格，已转附页{n}", cell.field)));
        let title = format!("附页{n}　{}", cell.field);
        let run = Run::Text { text: title.trim_end().to_owned(), face: None, bold: false };
        appended.push(Block::Heading { level: 2, runs: vec![run] });
        appended.extend(text.into_iter().map(Block::Paragraph));
    }
    if !appended.is_empty() {
        out.blocks.push(Block::PageBreak);
        out.blocks.append(&mut appended);
    }
    if !absent.is_empty() {
        for runs in all_runs(&mut out) {
            spell(runs, absent);
        }
    }
    (out, notes)
}

fn cell_at(document: &mut Document, place: Place) -> Option<&mut TableCell> {
    match document.blocks.get_mut(place.block)? {
        Block::Table(table) => table.rows.get_mut(place.row)?.cells.get_mut(place.cell),
        Block::Heading { .. } | Block::Paragraph(_) | Block::Space(_) | Block::PageBreak => None,
    }
}

/// Takes the text out of a cell and leaves the reference; name and date of a seal place stay.
fn take(cell: &mut TableCell, n: usize) -> Vec<Paragraph> {
    let all = std::mem::take(&mut cell.content);
    let foot = |p: &Paragraph| cell.seal && p.align != Align::Justify;
    let (stays, mut goes): (Vec<_>, Vec<_>) = all.into_iter().partition(foot);
    let run =
        Run::Text { text: format!("见附页{n}"), face: Some("kai".to_owned()), bold: false };
    cell.content.push(Paragraph {
        runs: vec![run],
        align: if cell.seal { Align::Justify } else { Align::Center },
        indent: 0.0,
        size: Some(REFERENCE),
    });
    cell.content.extend(stays);
    cell.top = false;
    for p in &mut goes {
        p.size = Some(APPENDED);
        if p.align == Align::Center {
            p.align = Align::Left;
        }
    }
    goes
}

fn all_runs(document: &mut Document) -> Vec<&mut Vec<Run>> {
    let mut out = Vec::new();
    for block in &mut document.blocks {
        match block {
            Block::Heading { runs, .. } => out.push(runs),
            Block::Paragraph(p) => out.push(&mut p.runs),
            Block::Table(table) => {
                let cells = table.rows.iter_mut().flat_map(|row| &mut row.cells);
                out.extend(cells.flat_map(|cell| &mut cell.content).map(|p| &mut p.runs));
            }
            Block::Space(_) | Block::PageBreak => {}
        }
    }
    out
}

fn spell(runs: &mut [Run], absent: &BTreeSet<char>) {
    for run in runs {
        let Run::Text { text, .. } = run else { continue };
        if text.chars().any(|c| absent.contains(&c)) {
            *text = text
                .chars()
                .map(|c| if absent.contains(&c) { instead_of(c) } else { c.to_string() })
                .collect();
        }
    }
}
