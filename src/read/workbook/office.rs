//! xlsx, xlsm and xlsb, streamed cell by cell.

use super::super::package::Package;
use super::super::refusal::Refusal;
use super::super::{CellValue, Sheet, Workbook};
use super::{Sink, hidden_sheet, layout, xlsb};
use crate::wall::Limits;
use calamine::{
    DataRef, Reader, SheetType, SheetVisible, Xlsb, XlsbError, Xlsx, XlsxError,
    open_workbook_from_rs,
};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

type Input = BufReader<File>;

fn input(path: &Path) -> Result<Input, Refusal> {
    File::open(path).map(BufReader::new).map_err(|_| Refusal::damaged())
}

/// Name and whether it is hidden, of every sheet that can hold cells.
fn listed<R: Reader<Input>>(book: &R) -> Vec<(String, bool)> {
    book.sheets_metadata()
        .iter()
        .filter(|s| matches!(s.typ, SheetType::WorkSheet))
        .map(|s| (s.name.clone(), s.visible != SheetVisible::Visible))
        .collect()
}

/// Reads an xlsx or xlsm; `package` is the same file, already examined.
pub(in super::super) fn read_xlsx(
    path: &Path,
    package: &mut Package,
    limits: &Limits,
) -> Result<Workbook, Refusal> {
    let mut book: Xlsx<_> = open_workbook_from_rs(input(path)?).map_err(|e| xlsx_refusal(&e))?;
    let parts = layout::sheet_parts(package)?;
    let date1904 = layout::date1904(package)?;
    let mut workbook = Workbook::default();
    let mut total = 0;
    for (name, hidden) in listed(&book) {
        if hidden {
            workbook.sheets.push(hidden_sheet(&name));
            continue;
        }
        let mut sheet = xlsx_sheet(&mut book, &name, limits, &mut total)?;
        sheet.date1904 = date1904;
        workbook.sheets.push(sheet);
    }
    // the shared strings go before the parts are looked at again
    drop(book);
    for sheet in workbook.sheets.iter_mut().filter(|sheet| !sheet.hidden) {
        if let Some(part) = parts.get(&sheet.name) {
            layout::fill(package, part, sheet)?;
        }
    }
    Ok(workbook)
}

fn xlsx_sheet(
    book: &mut Xlsx<Input>,
    name: &str,
    limits: &Limits,
    total: &mut u64,
) -> Result<Sheet, Refusal> {
    let mut sink = Sink::new(limits, total);
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        Err(XlsxError::NotAWorksheet(_)) => return Ok(sink.into_sheet(name)),
        Err(e) => return Err(xlsx_refusal(&e)),
    };
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|e| xlsx_refusal(&e))? {
        let (row, column) = cell.pos;
        if cell.formula.is_some() && matches!(cell.value, DataRef::Empty) {
            sink.put(row, column, CellValue::Uncalculated)?;
        } else {
            sink.put_data(row, column, cell.value.into())?;
        }
    }
    Ok(sink.into_sheet(name))
}

fn xlsx_refusal(error: &XlsxError) -> Refusal {
    if matches!(error, XlsxError::Password) { Refusal::Locked } else { Refusal::damaged() }
}

/// Reads an xlsb, which always stores the result of a formula; `package` as for xlsx.
pub(in super::super) fn read_xlsb(
    path: &Path,
    package: &mut Package,
    limits: &Limits,
) -> Result<Workbook, Refusal> {
    let mut book: Xlsb<_> = open_workbook_from_rs(input(path)?).map_err(|e| xlsb_refusal(&e))?;
    let layouts = xlsb::layouts(package)?;
    let date1904 = xlsb::date1904(package)?;
    let mut workbook = Workbook::default();
    let mut total = 0;
    for (name, hidden) in listed(&book) {
        if hidden {
            workbook.sheets.push(hidden_sheet(&name));
            continue;
        }
        let mut sink = Sink::new(limits, &mut total);
        let mut reader = book.worksheet_cells_reader(&name).map_err(|e| xlsb_refusal(&e))?;
        while let Some(cell) = reader.next_cell().map_err(|e| xlsb_refusal(&e))? {
            let (row, column) = cell.get_position();
            sink.put_data(row, column, cell.get_value().clone().into())?;
        }
        let mut sheet = sink.into_sheet(&name);
        if let Some(layout) = layouts.get(&name) {
            layout.mark(&mut sheet);
        }
        sheet.date1904 = date1904;
        workbook.sheets.push(sheet);
    }
    Ok(workbook)
}

fn xlsb_refusal(error: &XlsbError) -> Refusal {
    if matches!(error, XlsbError::Password) { Refusal::Locked } else { Refusal::damaged() }
}
