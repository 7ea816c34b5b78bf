//! xls (BIFF, also WPS .et).

use super::super::Workbook;
use super::super::refusal::Refusal;
use super::{Sink, areas, biff, hidden_sheet};
use crate::wall::Limits;
use calamine::{Reader, SheetType, SheetVisible, Xls, XlsError, open_workbook_from_rs};
use std::io::Cursor;

/// Reads an xls; `stream` is its workbook stream. The whole grid is made in memory by the crate:
/// the limits of the process hold.
pub(in super::super) fn read_xls(
    bytes: &[u8],
    stream: &[u8],
    limits: &Limits,
) -> Result<Workbook, Refusal> {
    if biff::is_locked(stream) {
        return Err(Refusal::Locked);
    }
    let mut book: Xls<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|e| refusal(&e))?;
    let sheets = book.sheets_metadata().to_vec();
    let layouts = biff::layouts(stream);
    let date1904 = biff::date1904(stream);
    let mut workbook = Workbook::default();
    let mut total = 0;
    for (index, meta) in sheets.iter().enumerate() {
        if !matches!(meta.typ, SheetType::WorkSheet) {
            continue;
        }
        if meta.visible != SheetVisible::Visible {
            workbook.sheets.push(hidden_sheet(&meta.name));
            continue;
        }
        let range = book.worksheet_range(&meta.name).map_err(|e| refusal(&e))?;
        // positions of used cells are relative to the first used cell
        let (top, left) = range.start().unwrap_or_default();
        let mut sink = Sink::new(limits, &mut total);
        for (row, column, data) in range.used_cells() {
            sink.put_data(top + row as u32, left + column as u32, data.clone())?;
        }
        let mut sheet = sink.into_sheet(&meta.name);
        sheet.merges = areas(&book.merge_cells_by_sheet_name(&meta.name).unwrap_or_default());
        if let Some(layout) = layouts.get(index) {
            layout.mark(&mut sheet);
        }
        sheet.date1904 = date1904;
        workbook.sheets.push(sheet);
    }
    Ok(workbook)
}

fn refusal(error: &XlsError) -> Refusal {
    if matches!(error, XlsError::Password) { Refusal::Locked } else { Refusal::damaged() }
}
