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

#[cfg(test)]
mod tests {
    use crate::normalize::row::Ctx;
    use crate::normalize::tests::sheet as page;
    use crate::pack::load;
    use chrono::NaiveDate;
    use std::path::Path;

    const TITLE: &str = "重庆市机关事业单位工勤人员技术等级晋升申报汇总表";
    const HEAD: &str =
        "主管部门（章）：某局　填报单位（章）：某中心　填报人：陈平　联系电话（手机）：13800000000";

    /// Codes of the first person of a table with these lines above and these present trades.
    fn codes(title: &str, head: &str, trades: &[&str]) -> Vec<String> {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let pack = load(&templates, "chongqing").unwrap().pack;
        let ctx = Ctx::new(&pack, NaiveDate::from_ymd_opt(2022, 6, 12).unwrap(), &[]);
        let labels = ["姓名", "身份证号码", "现工种", "申报等级", "公示结果"];
        let people: Vec<[&str; 5]> = trades
            .iter()
            .map(|trade| ["张三丰", "11010519491231002X", trade, "高级工", "无异议"])
            .collect();
        let mut rows: Vec<&[&str]> = vec![&[], &[], &[]];
        let (title, head) = ([title], [head]);
        (rows[0], rows[1], rows[2]) = (&title, &["（ 电工 工种）"], &head);
        rows.push(&labels);
        rows.extend(people.iter().map(|row| &row[..]));
        let read =
            crate::normalize::sheet::read(&ctx, "a.xlsx", &page("Sheet1", &rows), false, "某中心");
        let first = read.unwrap().rows.swap_remove(0);
        first.findings.iter().map(|f| f.code.to_string()).collect()
    }

    #[test]
    fn one_trade_a_table_and_a_head_that_is_filled() {
        let has = |all: &[String], code: &str| all.iter().any(|own| own == code);
        let good = codes(TITLE, HEAD, &["电工", "电工"]);
        assert!(!has(&good, "SS-141") && !has(&good, "SS-143"), "{good:?}");
        let mixed = codes(TITLE, HEAD, &["电工", "汽车修理"]);
        assert!(has(&mixed, "SS-141") && !has(&mixed, "SS-143"), "{mixed:?}");
        let open = codes(
            TITLE,
            "主管部门（章）：　填报单位（章）：某中心　填报人：陈平　联系电话（手机）：",
            &["电工"],
        );
        assert!(has(&open, "SS-143"), "{open:?}");
        // another table than the circular's own is asked for neither
        let other = codes("申报人员名单", "", &["电工", "汽车修理"]);
        assert!(!has(&other, "SS-141") && !has(&other, "SS-143"), "{other:?}");
    }
}
