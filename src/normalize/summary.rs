//! 汇总表 of a unit, where the circular prints one for each trade: one trade a table, and a head
//! that is filled in.

use super::grid::Grid;
use super::row::Ctx;
use super::sheet::SheetRows;
use super::{Record, Value};
use crate::diag::{Finding, Origin};
use crate::pack::Form;
use crate::read::a1;
use crate::text::{fold, strip_blanks};
use std::collections::BTreeSet;

/// The words above the table, and where on the paper they are asked for.
const HEAD: [&str; 4] = ["主管部门", "填报单位", "填报人", "联系电话"];

/// SS-141 and SS-143, on everybody of the table: nobody of it passes before it is mended. A table
/// that is not the circular's own form is asked for neither.
pub(super) fn check(
    ctx: &Ctx<'_>,
    grid: &Grid<'_>,
    top: u32,
    (path, sheet): (&str, &str),
    out: &mut SheetRows,
) {
    let Some(form) = form(ctx, grid, top) else { return };
    let place = |row: u32, column: u32| Origin::cell(path, sheet, a1(row, column));
    let mut told = Vec::new();
    let trades = trades(out);
    if trades.len() > 1 {
        let list = trades.iter().cloned().collect::<Vec<_>>().join("、");
        let finding = Finding::new("SS-141", place(top, 0)).arg("trades", list);
        told.push(finding.clause(&form.clause).build());
    }
    if let Some((missing, row)) = head(grid, top) {
        let finding = Finding::new("SS-143", place(row, 0)).arg("cols", missing.join("、"));
        told.push(finding.clause(&form.clause).build());
    }
    for row in &mut out.rows {
        row.findings.extend(told.iter().cloned());
    }
}

/// The form of the pack that the table is: one printed for each trade of a unit, by its title.
fn form<'a>(ctx: &Ctx<'a>, grid: &Grid<'_>, top: u32) -> Option<&'a Form> {
    let above = grid.rows.iter().copied().take_while(|row| *row < top);
    let titles: Vec<String> =
        above.flat_map(|row| grid.row(row)).map(|(_, value)| fold(&value.text())).collect();
    let own = |form: &&Form| {
        let title = fold(&form.title);
        form.per.iter().any(|per| per == "unit-trade") && titles.iter().any(|t| t.contains(&title))
    };
    ctx.pack.forms.iter().find(own)
}

/// The trades of the table: what each applies for, or has where no column asks for that.
fn trades(out: &SheetRows) -> BTreeSet<String> {
    let text = |record: &Record, fact: &str| {
        let field = record.get(fact).filter(|field| field.origin.cell.is_some())?;
        field.value.as_ref().map(Value::text)
    };
    let titled: BTreeSet<Option<&Origin>> =
        out.rows.iter().map(|row| row.record.get("apply.trade").map(|f| &f.origin)).collect();
    // one cell for all of them is the title: then the trades they have tell
    let fact = if titled.len() == 1 && out.rows.len() > 1 { "post.trade" } else { "apply.trade" };
    let moved = |record: &Record| {
        record.get("apply.transferred").and_then(|f| f.value.as_ref()) == Some(&Value::Bool(true))
    };
    let rows = out.rows.iter().filter(|row| fact == "apply.trade" || !moved(&row.record));
    rows.filter_map(|row| text(&row.record, fact)).collect()
}

/// Words of the head that are missing or have nothing behind them, with the row they belong in.
fn head(grid: &Grid<'_>, top: u32) -> Option<(Vec<&'static str>, u32)> {
    let above: Vec<u32> = grid.rows.iter().copied().filter(|row| *row < top).collect();
    let mut missing = Vec::new();
    let mut line = top.saturating_sub(1);
    for word in HEAD {
        let found = above.iter().find_map(|row| Some((*row, filled(grid, *row, word)?)));
        if let Some((row, _)) = found {
            line = row;
        }
        if found.is_none_or(|(_, filled)| !filled) {
            missing.push(word);
        }
    }
    (!missing.is_empty()).then_some((missing, line))
}

/// Whether something stands behind a word of row `row`; `None`: the word is not there.
fn filled(grid: &Grid<'_>, row: u32, word: &str) -> Option<bool> {
    let cells = grid.row(row);
    let at = cells.iter().position(|(_, value)| fold(&value.text()).contains(word))?;
    let text = fold(&cells[at].1.text());
    let (_, behind) = text.split_once(word)?;
    let own = behind.split_once(':').map_or(behind, |(_, value)| value);
    // the next word of the same cell ends the value
    let own =
        HEAD.iter().fold(own, |own, next| own.split_once(next).map_or(own, |(value, _)| value));
    let own: String = strip_blanks(own).chars().filter(|c| !"_()章盖手机".contains(*c)).collect();
    let next = || {
        let (_, value) = cells.get(at + 1)?;
        let text = fold(&value.text());
        (!HEAD.iter().any(|word| text.contains(word))).then_some(text)
    };
    Some(!own.is_empty() || next().is_some_and(|text| !text.is_empty()))
}
