//! Tables inside a sheet: the header, what stands above it, and the rows that are people.

use super::grid::Grid;
use super::header::{self, Meaning};
use crate::read::{CellValue, a1};
use crate::text::{fold, strip_blanks};
use std::collections::{BTreeMap, BTreeSet};

/// A header is looked for in this many rows.
const HEADER_ROWS: usize = 30;

/// Titles stand at most this far above a header.
const TITLE_ROWS: u32 = 30;

/// A column that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) index: u32,
    pub(super) label: String,
    pub(super) meaning: Meaning,
}

/// A header: where its rows are and what its columns mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) top: u32,
    pub(super) last: u32,
    pub(super) columns: Vec<Column>,
    /// Labels that mean nothing known: text and column.
    pub(super) unknown: Vec<(String, u32)>,
    /// A field that stands in two columns: label and places.
    pub(super) doubled: Vec<(String, String)>,
    /// Rightmost column with a label.
    pub(super) width: u32,
    /// Folded labels of the top row, to know repeats.
    labels: Vec<(u32, String)>,
}

impl Header {
    /// Columns of a field, left to right.
    pub(super) fn of<'h>(&'h self, field: &'h str) -> impl Iterator<Item = &'h Column> {
        self.columns.iter().filter(move |c| c.meaning.field == field)
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.of(field).next().is_some()
    }

    fn name_column(&self) -> u32 {
        self.of("person.name").next().map_or(0, |c| c.index)
    }
}

/// Finds the header within the first rows.
pub(super) fn find(grid: &Grid<'_>) -> Option<Header> {
    grid.rows.iter().take(HEADER_ROWS).find_map(|row| at(grid, *row))
}

/// Reads row `row` as a header: at least three known labels, 姓名 among them.
fn at(grid: &Grid<'_>, row: u32) -> Option<Header> {
    let cells = grid.row(row);
    if !cells.iter().any(|(_, v)| is_name_label(v)) {
        return None;
    }
    let child = child_row(grid, row, &cells);
    let mut columns = Vec::new();
    let mut unknown = Vec::new();
    let mut width = 0;
    for index in label_columns(grid, row, child) {
        let (parent, label) = labels_of(grid, row, child, index);
        width = width.max(index);
        let shown = match &parent {
            Some(parent) => format!("{}/{}", strip_blanks(parent), strip_blanks(&label)),
            None => strip_blanks(&label),
        };
        if let Some(meaning) = header::meaning(parent.as_deref(), &label) {
            columns.push(Column { index, label: shown, meaning });
        } else {
            unknown.push((shown, index));
        }
    }
    let mut columns = settle(columns);
    years_alone(&mut columns, &mut unknown);
    super::grades::tell_apart(&mut columns);
    let known: BTreeSet<&str> = columns.iter().map(|c| c.meaning.field.as_str()).collect();
    if known.len() < 3 || !known.contains("person.name") {
        return None;
    }
    let doubled = doubled(&columns);
    let labels = cells.iter().map(|(c, v)| (*c, fold(&v.text()))).collect();
    Some(Header { top: row, last: child.unwrap_or(row), columns, unknown, doubled, width, labels })
}

fn is_name_label(value: &CellValue) -> bool {
    matches!(value, CellValue::Text(text) if header::is_name(text))
}

/// The second row of a two-row header, when there is one.
fn child_row(grid: &Grid<'_>, row: u32, cells: &[(u32, &CellValue)]) -> Option<u32> {
    let next = row + 1;
    let below = grid.row(next);
    let name = cells.iter().find(|(_, v)| is_name_label(v)).map(|(c, _)| *c)?;
    if below.is_empty() || below.iter().any(|(c, _)| *c == name) {
        return None;
    }
    // a row of values under single labels is a person without a name, not a part of the header
    let under_single = below.iter().filter(|(c, _)| is_single(grid, row, *c)).count();
    let telling = below.iter().filter(|(c, value)| {
        let parent = parent_of(grid, row, *c);
        let field = |m: Option<Meaning>| m.map(|m| m.field);
        parent.is_some_and(|p| {
            let both = field(header::meaning(Some(&p), &value.text()));
            both.is_some() && both != field(header::meaning(None, &p))
        })
    });
    if under_single * 2 > below.len() && telling.count() * 2 < below.len() {
        return None;
    }
    let joins = below.iter().any(|(c, value)| {
        let parent = parent_of(grid, row, *c);
        parent.is_some_and(|p| header::meaning(Some(&p), &value.text()).is_some())
    });
    joins.then_some(next)
}

/// Whether the label at a place stands over its own column only.
fn is_single(grid: &Grid<'_>, row: u32, column: u32) -> bool {
    let empty = |r: u32, c: u32| strip_blanks(&grid.text(r, c)).is_empty();
    if empty(row, column) {
        return false;
    }
    let wide = grid.area(row, column).is_some_and(|a| a.left < a.right);
    let goes_on = empty(row, column + 1) && !empty(row + 1, column + 1);
    !wide && !goes_on
}

/// The label above a child cell: by merge, or carried right where merges are unknown.
fn parent_of(grid: &Grid<'_>, row: u32, column: u32) -> Option<String> {
    let own = grid.text(row, column);
    if !strip_blanks(&own).is_empty() {
        return Some(own);
    }
    if let Some(area) = grid.area(row, column) {
        return Some(grid.text(area.top, area.left)).filter(|t| !t.is_empty());
    }
    // no merge: the label to the left goes on, if the row below speaks under it too
    let left = grid.row(row).into_iter().rev().find(|(c, _)| *c < column)?;
    let alone = grid.has_merges() && strip_blanks(&grid.text(row + 1, left.0)).is_empty();
    (!alone).then(|| left.1.text())
}

fn label_columns(grid: &Grid<'_>, row: u32, child: Option<u32>) -> BTreeSet<u32> {
    let rows = std::iter::once(row).chain(child);
    rows.flat_map(|r| grid.row(r)).map(|(column, _)| column).collect()
}

fn labels_of(
    grid: &Grid<'_>,
    row: u32,
    child: Option<u32>,
    column: u32,
) -> (Option<String>, String) {
    let below = child.map(|r| grid.text(r, column)).filter(|t| !strip_blanks(t).is_empty());
    if let Some(below) = below {
        return (parent_of(grid, row, column), below);
    }
    // a group label above a one-row header: 现职业技术工种 over 名称, 等级
    let above = row.checked_sub(1).and_then(|r| {
        let area = grid.area(r, column).filter(|a| a.top == a.bottom && a.left < a.right)?;
        let whole = area.right - area.left + 1 >= grid.row(row).len() as u32;
        (!whole).then(|| grid.text(area.top, area.left)).filter(|t| !t.is_empty())
    });
    (above, grid.text(row, column))
}

/// Bare 工种 and 等级 get the field that has no column; near matches yield to exact ones.
fn settle(columns: Vec<Column>) -> Vec<Column> {
    let exact: BTreeSet<String> =
        columns.iter().filter(|c| c.meaning.exact).map(|c| c.meaning.field.clone()).collect();
    let all: BTreeSet<String> = columns.iter().map(|c| c.meaning.field.clone()).collect();
    let has = |side: &str, kind: &str| {
        all.contains(&format!("{side}.{kind}")) || all.contains(&format!("{side}.both"))
    };
    columns
        .into_iter()
        .filter(|c| c.meaning.exact || !exact.contains(&c.meaning.field))
        .filter_map(|mut column| {
            if let Some(kind) = column.meaning.field.strip_prefix("any.") {
                let target = ["apply", "post"].into_iter().find(|side| !has(side, kind))?;
                column.meaning.field = format!("{target}.{kind}");
            }
            Some(column)
        })
        .collect()
}

/// Three years or more as labels of their own (2014, 2015年, 2016年度) are those of the appraisals.
fn years_alone(columns: &mut Vec<Column>, unknown: &mut Vec<(String, u32)>) {
    let year = |label: &str| {
        let text = fold(label);
        let digits = text.trim_end_matches("度").trim_end_matches("年");
        let year = digits.parse::<i32>().ok().filter(|_| digits.chars().count() == 4)?;
        let field = format!("appraisal.{year}");
        ((1990..2100).contains(&year) && !columns.iter().any(|c| c.meaning.field == field))
            .then_some(field)
    };
    let found: Vec<(String, String, u32)> =
        unknown.iter().filter_map(|(text, at)| Some((year(text)?, text.clone(), *at))).collect();
    if found.len() < 3 {
        return;
    }
    unknown.retain(|(_, at)| found.iter().all(|(_, _, own)| own != at));
    columns.extend(found.into_iter().map(|(field, label, index)| {
        let meaning = Meaning { field, exact: false, year: None };
        Column { index, label, meaning }
    }));
    columns.sort_by_key(|column| column.index);
}

fn doubled(columns: &[Column]) -> Vec<(String, String)> {
    let mut seen: BTreeMap<&str, Vec<&Column>> = BTreeMap::new();
    for column in columns.iter().filter(|c| c.meaning.field != "training.passed_years") {
        seen.entry(&column.meaning.field).or_default().push(column);
    }
    seen.values()
        .filter(|list| list.len() > 1)
        .map(|list| {
            let cells: Vec<String> = list.iter().map(|c| letters(c.index)).collect();
            (list[0].label.clone(), cells.join("、"))
        })
        .collect()
}

fn letters(column: u32) -> String {
    a1(0, column).trim_end_matches('1').to_owned()
}

/// What a row below a header is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A person.
    Person,
    /// Blank, title, note.
    Skip,
    /// The header again, down to this row.
    Repeat(u32),
    /// Another header: the rows below follow it.
    Second(Box<Header>),
    /// 合计 and the number it says.
    Total(Option<i64>),
    /// An example row.
    Sample(String),
}

/// Tells what row `row` is, under `header`.
pub(super) fn kind(grid: &Grid<'_>, header: &Header, row: u32) -> Kind {
    let cells = grid.row(row);
    let filled: Vec<_> = cells.iter().filter(|(_, v)| !super::cell::is_empty(&v.text())).collect();
    if cells.is_empty() || filled.is_empty() && !has_uncalculated(&cells) {
        return Kind::Skip;
    }
    if let Some(second) = at(grid, row) {
        return if second.labels == header.labels {
            Kind::Repeat(second.last)
        } else {
            Kind::Second(Box::new(second))
        };
    }
    let column = header.name_column();
    if numbered_person(grid, header, row) {
        return Kind::Person;
    }
    let first = cells.first().map(|(_, v)| fold(&v.text())).unwrap_or_default();
    if let Some(total) = total(&cells, &first) {
        return Kind::Total(total);
    }
    if grid.get(row, column).is_none() && grid.seen(row, column).is_some() {
        // the name is merged over this row: more lines of one person
        return Kind::Skip;
    }
    let name = grid.text(row, column);
    if is_note(grid, header, row, &first, &name)
        || is_count(&cells, &name)
        || is_hint(&cells)
        || filled.len() == 1 && !is_called(&name)
    {
        return Kind::Skip;
    }
    if let Some(sample) = sample(grid, header, row, &name) {
        return Kind::Sample(sample);
    }
    let known = header.columns.iter().filter(|c| c.meaning.field != "seq");
    let values = known.filter(|c| grid.get(row, c.index).is_some()).count();
    if strip_blanks(&name).is_empty() && values < 3 { Kind::Skip } else { Kind::Person }
}

/// A row with a name and an identity number is a person, whatever its first word is (a unit may
/// be called 审核中心); the example row is looked at apart.
fn numbered_person(grid: &Grid<'_>, header: &Header, row: u32) -> bool {
    let name = strip_blanks(&grid.text(row, header.name_column()));
    let numbered = header.of("person.id_no").any(|c| {
        let text = fold(&grid.text(row, c.index));
        text.chars().filter(char::is_ascii_digit).count() >= 15
    });
    numbered && is_called(&name) && sample(grid, header, row, &name).is_none()
}

/// Whether a text may be somebody's name: two to fifteen letters, no punctuation, no word of a form.
fn is_called(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "盖章",
        "签字",
        "签名",
        "日期",
        "附件",
        "汇总表",
        "一览表",
        "花名册",
        "说明",
        "必填",
        "工种",
        "年月",
    ];
    let name = strip_blanks(text);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    (2..=15).contains(&letters)
        && !name.chars().any(|c| "：:；;，,。、《》/".contains(c))
        && !WORDS.iter().any(|word| name.contains(word))
}

/// The row of column numbers under a header: 1 2 3 …, （1） （2） …, 甲 乙 1 2.
fn is_count(cells: &[(u32, &CellValue)], name: &str) -> bool {
    let number = |text: &str| {
        let text = fold(text);
        let core = text.trim_matches(['(', ')', '[', ']', '<', '>', '.', '、']);
        let letter = ["甲", "乙", "丙", "丁", "戊", "己"].contains(&core);
        let digits = core.strip_suffix(".0").unwrap_or(core);
        letter || digits.parse::<u32>().is_ok_and(|n| n < 200)
    };
    cells.len() >= 3 && number(name) && cells.iter().all(|(_, v)| number(&v.text()))
}

/// A row that tells how to fill in the columns: 必填, 如：1970.01, 与身份证一致.
fn is_hint(cells: &[(u32, &CellValue)]) -> bool {
    const HINTS: [&str; 14] = [
        "必填",
        "选填",
        "可不填",
        "如:",
        "例如",
        "格式",
        "填写",
        "yyyy",
        "与身份证一致",
        "18位",
        "下拉选择",
        "文本型",
        "同身份证",
        "按证书",
    ];
    let hints =
        cells.iter().filter(|(_, v)| HINTS.iter().any(|h| fold(&v.text()).contains(h))).count();
    hints >= 2 && hints * 2 >= cells.len()
}

fn has_uncalculated(cells: &[(u32, &CellValue)]) -> bool {
    cells.iter().any(|(_, v)| matches!(v, CellValue::Uncalculated))
}

/// 合计 / 小计 / 总计 / 共 N 人; the number is that of a total, not of a subtotal.
fn total(cells: &[(u32, &CellValue)], first: &str) -> Option<Option<i64>> {
    let words = ["合计", "总计", "小计", "总人数", "共计"];
    let counted = first.starts_with('共') && first.contains('人');
    if !counted && !words.iter().any(|w| first.starts_with(w)) {
        return None;
    }
    if first.starts_with("小计") {
        return Some(None);
    }
    let number = cells.iter().find_map(|(_, value)| {
        let folded = fold(&value.text());
        let core = words.iter().fold(folded, |text, word| text.replace(word, ""));
        super::cell::count(core.trim_matches([':', ',', '。', '.']))
    });
    Some(number)
}

fn is_note(grid: &Grid<'_>, header: &Header, row: u32, first: &str, name: &str) -> bool {
    let words = [
        "备注",
        "填写",
        "盖章",
        "签字",
        "日期",
        "※",
        "注:",
        "注1",
        "说明",
        "填表",
        "填报",
        "审核",
        "制表",
        "联系人",
        "联系电话",
        "单位负责人",
        "负责人",
        "年月日",
        "单位(盖章)",
        "主管部门",
        "经办人",
    ];
    if words.iter().any(|w| first.starts_with(w)) || first == "注" {
        return true;
    }
    let Some((column, _)) = grid.row(row).first().copied() else {
        return true;
    };
    let wide = grid.area(row, column).is_some_and(|a| {
        let columns = a.right - a.left + 1;
        columns > 2 && columns * 10 >= header.width * 6
    });
    wide || (grid.row(row).len() == 1 && strip_blanks(name).is_empty())
}

fn sample(grid: &Grid<'_>, header: &Header, row: u32, name: &str) -> Option<String> {
    let name = strip_blanks(name);
    let marked = |field: &str| {
        header.of(field).any(|c| {
            let text = fold(&grid.text(row, c.index));
            ["例", "例:", "示例", "样例", "例如", "举例", "示例行", "样表"].contains(&text.as_str())
        })
    };
    if marked("seq") || marked("apply.note") || name.starts_with("示例") || name.starts_with("例：")
    {
        return Some(name);
    }
    let known = ["张三", "李四", "王五", "赵六", "某某", "张某某", "样表", "例", "XXX", "×××"];
    if !known.contains(&name.as_str()) {
        return None;
    }
    let valid = header.of("person.id_no").any(|c| {
        grid.get(row, c.index).is_some_and(|v| super::id_number::read(v, "").0.value.is_some())
    });
    (!valid).then_some(name)
}

/// What the lines above a header say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Titles {
    pub(super) trade: Option<(String, String)>,
    pub(super) unit: Option<(String, String)>,
    pub(super) supervisor: Option<(String, String)>,
    pub(super) phone: Option<(String, String)>,
    pub(super) level: Option<(String, String)>,
}

/// Reads title lines above row `top`: value and place of each.
pub(super) fn titles(grid: &Grid<'_>, top: u32) -> Titles {
    let mut out = Titles::default();
    let near = top.saturating_sub(TITLE_ROWS);
    for row in grid.rows.iter().copied().filter(|row| (near..top).contains(row)) {
        // a row of many cells is a person of the table before, no title
        if grid.row(row).len() > 8 {
            continue;
        }
        for (column, value) in grid.row(row) {
            let text = value.text();
            let place = a1(row, column);
            let next = || {
                let right = grid.row(row).into_iter().find(|(c, _)| *c > column);
                right.map(|(_, v)| v.text()).filter(|t| !t.contains(['：', ':']))
            };
            let take = |slot: &mut Option<(String, String)>, labels: &[&str]| {
                if slot.is_none() {
                    *slot = after_label(&text, labels)
                        .or_else(|| ends_with_label(&text, labels).then(next).flatten())
                        .map(|v| (v, place.clone()));
                }
            };
            take(&mut out.unit, &["填报单位", "申报单位", "单位名称", "工作单位"]);
            take(&mut out.supervisor, &["主管部门"]);
            take(&mut out.phone, &["联系电话", "电话"]);
            take(&mut out.trade, &["申报工种", "工种"]);
            if out.trade.is_none() {
                out.trade = bracket_trade(&text).map(|v| (v, place.clone()));
            }
            if out.level.is_none() {
                out.level = super::level::in_text(&text).map(|v| (v.to_owned(), place.clone()));
            }
        }
    }
    out
}

/// 填报单位：某某中心  联系电话：… → 某某中心
fn after_label(text: &str, labels: &[&str]) -> Option<String> {
    let wide = text.replace(':', "：");
    for label in labels {
        let mut rest = wide.as_str();
        while let Some((_, after)) = rest.split_once(label) {
            rest = after;
            let after = after.trim_start();
            // 填报单位（章）：
            let after = match after.strip_prefix(['（', '(']) {
                Some(hint) => hint.split_once(['）', ')']).map_or("", |(_, tail)| tail),
                None => after,
            };
            let Some(value) = after.trim_start().strip_prefix('：') else { continue };
            // up to the next label: a word before ：, set off by blanks
            let value = value.trim_start();
            let end = value.split(|c: char| c.is_whitespace()).next().unwrap_or("");
            let end = end.trim_matches(['_', '，', ',', '；', ';']);
            if !end.is_empty() && !end.contains('：') {
                return Some(end.to_owned());
            }
        }
    }
    None
}

fn ends_with_label(text: &str, labels: &[&str]) -> bool {
    let bare = strip_blanks(text);
    let bare = bare.trim_end_matches(['：', ':']);
    let bare = bare.split_once(['（', '(']).map_or(bare, |(label, _)| label);
    labels.contains(&bare)
}

/// （ 电工 工种）
fn bracket_trade(text: &str) -> Option<String> {
    let wide = text.replace('(', "（").replace(')', "）");
    for part in wide.split('（').skip(1) {
        let (inner, _) = part.split_once('）')?;
        if let Some(trade) = strip_blanks(inner).strip_suffix("工种") {
            let trade = trade.trim_matches('_');
            if !trade.is_empty() {
                return Some(trade.to_owned());
            }
        }
    }
    None
}
