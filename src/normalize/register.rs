//! Registers of the office: units, census, integrity record, last year's results.

use super::date;
use super::grid::Grid;
use super::{Value, cell, census, id_number, level, trade, unit};
use crate::diag::Origin;
use crate::pack::{Ban, Pack, Registers, ResultRow, UnitCensus, UnitRow};
use crate::read::{CellValue, Sheet, Workbook, a1};
use crate::text::{PartialDate, fold};

/// A header is looked for in this many rows.
const HEADER_ROWS: usize = 30;

/// Reads one register into `out`; false when no sheet of the workbook is one of that name.
pub fn read_register(
    out: &mut Registers,
    name: &str,
    path: &str,
    book: &Workbook,
    pack: &Pack,
) -> bool {
    let mut any = false;
    for sheet in book.sheets.iter().filter(|s| !s.hidden) {
        let table = Table { grid: Grid::new(sheet), sheet, path, pack };
        any |= match name {
            "units" => table.units(&mut out.units),
            "census" => table.census(&mut out.census),
            "integrity" => table.bans(&mut out.bans),
            "last-year" => table.results(out.results.get_or_insert_default()),
            _ => false,
        };
    }
    any
}

const UNIT: &[&str] = &["单位", "单位名称", "所在单位", "工作单位", "填报单位", "申报单位"];
const NAME: &[&str] = &["姓名"];
const ID_NO: &[&str] = &["身份证号码", "身份证号", "身份证", "公民身份号码", "证件号码"];
const TRADE: &[&str] = &["工种", "工种名称", "技术工种", "申报工种"];

/// Columns of the unit register and the facts they fill.
const UNIT_FACTS: [(&str, &[&str]); 5] = [
    ("unit.kind", &["组织类别", "单位性质", "单位类别", "隶属关系"]),
    ("unit.system", &["系统", "所属系统"]),
    ("unit.area", &["属地", "所在地区", "所属地区", "县(市、区)", "县(市)区"]),
    ("unit.supervisor", &["主管部门", "主管单位", "主管局"]),
    ("unit.has_system", &["已装申报系统", "是否安装系统", "安装系统", "使用系统"]),
];

/// What last year's archive may tell of a person that stays as it was.
const KEPT: [&str; 6] =
    ["person.sex", "person.ethnic", "person.birth", "person.work_start", "cert.date", "cert.no"];

struct Table<'a> {
    grid: Grid<'a>,
    sheet: &'a Sheet,
    path: &'a str,
    pack: &'a Pack,
}

impl Table<'_> {
    /// The first row that has one label of each group.
    fn header(&self, groups: &[&[&str]]) -> Option<u32> {
        let all = |row: &u32| groups.iter().all(|names| self.column(*row, names).is_some());
        self.grid.rows.iter().take(HEADER_ROWS).copied().find(all)
    }

    /// The column of row `top` with one of the labels; the earlier label wins.
    fn column(&self, top: u32, names: &[&str]) -> Option<u32> {
        let cells = self.grid.row(top);
        names.iter().find_map(|name| {
            let found = cells.iter().find(|(_, v)| fold(&v.text()) == *name);
            found.map(|(column, _)| *column)
        })
    }

    /// The column whose label holds one of the words.
    fn column_with(&self, top: u32, words: &[&str]) -> Option<u32> {
        let cells = self.grid.row(top);
        let holds = |text: &str| words.iter().any(|w| text.contains(w));
        cells.iter().find(|(_, v)| holds(&fold(&v.text()))).map(|(column, _)| *column)
    }

    fn below(&self, top: u32) -> impl Iterator<Item = u32> {
        self.grid.rows.iter().copied().filter(move |row| *row > top)
    }

    /// The text of a cell, also of one merged over several rows; empty for words for nothing.
    fn text(&self, row: u32, column: Option<u32>) -> String {
        let seen = column.and_then(|c| self.grid.seen(row, c));
        let text = seen.map(|(v, _)| v.text()).unwrap_or_default();
        if cell::is_empty(&text) { String::new() } else { text.trim().to_owned() }
    }

    fn place(&self, row: u32, column: u32) -> Origin {
        Origin::cell(self.path, &self.sheet.name, a1(row, column))
    }

    fn unit(&self, row: u32, column: Option<u32>) -> String {
        let text = self.text(row, column);
        unit::read(&text, self.pack).value.map_or(text, |v| v.text())
    }

    fn id_no(&self, row: u32, column: Option<u32>) -> String {
        let value = column.and_then(|c| self.grid.get(row, c));
        let read = value.and_then(|v| id_number::read(v, "").0.value);
        read.map(|v| v.text()).unwrap_or_default()
    }

    fn name(&self, row: u32, column: Option<u32>) -> String {
        crate::text::strip_blanks(&self.text(row, column))
    }

    fn date(&self, row: u32, column: Option<u32>) -> Option<PartialDate> {
        let value = self.grid.get(row, column?)?;
        match date::read(value, None).value {
            Some(Value::Date(date)) => Some(date),
            _ => None,
        }
    }

    fn units(&self, out: &mut Vec<UnitRow>) -> bool {
        let Some(top) = self.header(&[UNIT]) else { return false };
        let columns: Vec<(&'static str, u32)> = UNIT_FACTS
            .iter()
            .filter_map(|(fact, names)| Some((*fact, self.column(top, names)?)))
            .collect();
        if columns.is_empty() {
            return false;
        }
        let own = self.column(top, UNIT);
        for row in self.below(top) {
            let name = self.unit(row, own);
            if name.is_empty() || UNIT.contains(&name.as_str()) {
                continue;
            }
            let filled = columns.iter().filter_map(|(fact, column)| {
                let text = self.text(row, Some(*column));
                (!text.is_empty()).then(|| (*fact, text, self.place(row, *column)))
            });
            out.push(UnitRow { unit: name, facts: filled.collect() });
        }
        true
    }

    fn census(&self, out: &mut Vec<UnitCensus>) -> bool {
        let words: Vec<String> =
            census::LEVELS.iter().flat_map(|level| census::count_labels(level)).collect();
        let counts: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some(top) = self.header(&[UNIT, TRADE, &counts]) else { return false };
        let labels = |(column, value): (u32, &CellValue)| (fold(&value.text()), column);
        let columns = census::count_columns(self.grid.row(top).into_iter().map(labels));
        let (own, trade_at) = (self.column(top, UNIT), self.column(top, TRADE));
        let count_at = columns.values().next().copied().unwrap_or_default();
        let asked = self.column_with(top, &["上一年度", "上年"]);
        for row in self.below(top) {
            let (unit, name) = (self.unit(row, own), self.text(row, trade_at));
            if unit.is_empty() || name.is_empty() || TRADE.contains(&name.as_str()) {
                continue;
            }
            let number = |column| cell::count(&self.grid.text(row, column));
            let (present, others) = census::counted(&columns, number);
            out.push(UnitCensus {
                unit,
                trade: trade::read(&name, self.pack).name,
                present,
                others,
                applied_last_year: asked.and_then(|c| cell::yes_no(&self.grid.text(row, c))),
                origin: self.place(row, count_at),
            });
        }
        true
    }

    fn bans(&self, out: &mut Vec<Ban>) -> bool {
        let Some(top) = self.header(&[NAME]) else { return false };
        let (name_at, id_at) = (self.column(top, NAME), self.column(top, ID_NO));
        let until =
            self.column_with(top, &["截止", "有效期至", "至何时", "解除", "禁止申报至", "期满"]);
        let since = self.column_with(
            top,
            &["记录日期", "记录时间", "记入", "处理日期", "处理时间", "日期", "时间"],
        );
        for row in self.below(top) {
            let name = self.name(row, name_at);
            if name.is_empty() || NAME.contains(&name.as_str()) {
                continue;
            }
            out.push(Ban {
                name,
                id_no: self.id_no(row, id_at),
                unit: self.unit(row, self.column(top, UNIT)),
                since: self.date(row, since.filter(|c| Some(*c) != until)),
                until: self.date(row, until),
                origin: self.place(row, name_at.unwrap_or_default()),
            });
        }
        true
    }

    fn results(&self, out: &mut Vec<ResultRow>) -> bool {
        const RESULT: &[&str] =
            &["结果", "评审结果", "考评结果", "综合评审", "综合评审结果", "是否通过"];
        let Some(top) = self.header(&[NAME, RESULT]) else { return false };
        let (name_at, result_at) = (self.column(top, NAME), self.column(top, RESULT));
        let level_at = self.column(top, &["申报等级", "等级"]);
        let kept = self.kept(top);
        for row in self.below(top) {
            let name = self.name(row, name_at);
            if name.is_empty() || NAME.contains(&name.as_str()) {
                continue;
            }
            let level = match level::read(&self.text(row, level_at)) {
                level::Level::Known(name) => Some(name.to_owned()),
                _ => None,
            };
            let at = self.text(row, self.column(top, TRADE));
            out.push(ResultRow {
                name,
                id_no: self.id_no(row, self.column(top, ID_NO)),
                unit: self.unit(row, self.column(top, UNIT)),
                trade: if at.is_empty() { at } else { trade::read(&at, self.pack).name },
                level,
                passed: passed(&self.text(row, result_at)),
                facts: self.facts(row, &kept),
                origin: self.place(row, result_at.unwrap_or_default()),
            });
        }
        true
    }

    /// The columns of row `top` that hold what stays as it was.
    fn kept(&self, top: u32) -> Vec<(&'static str, u32)> {
        let meaning = |text: &str| super::header::meaning(None, text).map(|found| found.field);
        let column = |(column, label): (u32, &CellValue)| {
            let field = meaning(&label.text())?;
            KEPT.iter().find(|fact| **fact == field).map(|fact| (*fact, column))
        };
        self.grid.row(top).into_iter().filter_map(column).collect()
    }

    /// What they hold in one row, read as a roster is.
    fn facts(&self, row: u32, columns: &[(&'static str, u32)]) -> Vec<(&'static str, String)> {
        let value = |(fact, column): &(&'static str, u32)| {
            let cell = self.grid.get(row, *column)?;
            let value = super::field::read(fact, cell, None, self.pack).value?;
            Some((*fact, value.text()))
        };
        columns.iter().filter_map(value).collect()
    }
}

fn passed(text: &str) -> Option<bool> {
    let folded = fold(text);
    if ["未通过", "不通过", "没有通过", "未过", "不合格", "落选"].iter().any(|w| folded.contains(w))
    {
        return Some(false);
    }
    if ["通过", "合格", "取得"].iter().any(|w| folded.contains(w)) {
        return Some(true);
    }
    cell::yes_no(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Cell;
    use std::path::Path;

    fn book(table: &[&[&str]]) -> Workbook {
        let cells = table.iter().zip(0u32..).flat_map(|(line, row)| {
            line.iter().zip(0u32..).filter(|(text, _)| !text.is_empty()).map(
                move |(text, column)| Cell {
                    row,
                    column,
                    value: CellValue::Text((*text).to_owned()),
                },
            )
        });
        let sheet = Sheet { name: "表".to_owned(), cells: cells.collect(), ..Sheet::default() };
        Workbook { sheets: vec![sheet], original: None }
    }

    fn read(name: &str, table: &[&[&str]]) -> (Registers, bool) {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let pack = crate::pack::load(&templates, "nantong-2019").unwrap().pack;
        let mut out = Registers::default();
        let any = read_register(&mut out, name, "名册.xlsx", &book(table), &pack);
        (out, any)
    }

    #[test]
    fn units_have_what_routes_ask() {
        let (out, any) = read(
            "units",
            &[
                &["单位名册"],
                &["序号", "单位名称", "组织类别", "系统", "属地", "主管部门"],
                &["1", "某市中学", "市直", "其他", "崇川区", "市教育局"],
                &["2", "某镇小学", "县（市、区）属", "", "—", ""],
            ],
        );
        assert!(any);
        let facts = &out.unit("某市 中学").unwrap().facts;
        let shown: Vec<(&str, &str)> = facts.iter().map(|(f, v, _)| (*f, v.as_str())).collect();
        let want = [
            ("unit.kind", "市直"),
            ("unit.system", "其他"),
            ("unit.area", "崇川区"),
            ("unit.supervisor", "市教育局"),
        ];
        assert_eq!(shown, want);
        assert_eq!(out.unit("某镇小学").unwrap().facts.len(), 1);
        assert!(out.unit("别处").is_none());
        assert!(!read("units", &[&["姓名", "电话"], &["甲", "1"]]).1);
    }

    #[test]
    fn census_bans_and_results() {
        let (out, any) = read(
            "census",
            &[
                &["单位", "工种", "现有技师人数", "上一年度是否申报高级技师"],
                &["某市中学", "收银员", "12人", "否"],
            ],
        );
        assert!(any && out.census[0].present == Some(12));
        assert_eq!(out.census[0].trade, "收银审核");
        assert_eq!(out.census[0].applied_last_year, Some(false));
        let (out, _) = read(
            "integrity",
            &[
                &["姓名", "身份证号码", "记录日期", "截止日期"],
                &["测 试", "11010519491231002x", "2018-05-01", "2021-05-01"],
            ],
        );
        let ban = &out.bans[0];
        assert_eq!((ban.name.as_str(), ban.id_no.as_str()), ("测试", "11010519491231002X"));
        assert_eq!(ban.since.unwrap().to_string(), "2018-05-01");
        assert_eq!(ban.until.unwrap().to_string(), "2021-05-01");
        let (out, _) = read(
            "last-year",
            &[
                &["姓名", "单位", "申报工种", "申报等级", "评审结果"],
                &["甲", "某市中学", "电工", "高级技师", "未通过"],
                &["乙", "某市中学", "电工", "高级技师", "通过"],
                &["丙", "某市中学", "电工", "", "待定"],
            ],
        );
        let passed: Vec<Option<bool>> =
            out.results.iter().flatten().map(|row| row.passed).collect();
        assert_eq!(passed, [Some(false), Some(true), None]);
    }
}
