//! A large roster through our reader beside calamine's bare stream of cells.

use super::kit::{Table, get, median, number, one as measure, peak_mib, scratch, timed};
use calamine::Reader as _;
use dossier::intake::FileKind;
use dossier::read::{Content, Parsed, ReadTask, parse};
use dossier::wall::{Limits, Pool};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

const COLUMNS: u16 = 12;
const TURNS: usize = 3;

pub(crate) fn rows(table: &mut Table) {
    let rows = number("BENCH_ROWS", 100_000).to_string();
    let mut ratios = Vec::new();
    let mut last = Value::Null;
    for _ in 0..TURNS {
        let bare = measure(&["roster", "calamine", &rows]);
        last = measure(&["roster", "ours", &rows]);
        ratios.push(get(&last, "secs") / get(&bare, "secs"));
    }
    let (ratio, peak) = (median(ratios), get(&last, "peak_mib"));
    let what = format!("roster of {rows} × {COLUMNS}");
    table.row(
        &format!("{what}, beside calamine's stream"),
        format!("{ratio:.2} × ({:.2} s)", get(&last, "secs")),
        "≤ 1.5 ×",
        ratio <= 1.5,
    );
    table.row(&format!("{what}, memory"), format!("{peak:.0} MiB"), "≤ 200 MiB", peak <= 200.0);
    let wall = measure(&["roster", "wall", &rows]);
    table.note(
        &format!("{what}, through the wall"),
        format!("{:.2} s, {:.0} MiB in the parent", get(&wall, "secs"), get(&wall, "peak_mib")),
    );
}

/// `roster WAY ROWS`
pub(crate) fn one(args: &[&str]) -> Value {
    let rows: u32 = args.get(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let path = workbook(rows);
    let (cells, secs, _) = match args.first().copied().unwrap_or_default() {
        "calamine" => timed(|| bare(&path)),
        "wall" => timed(|| cells(walled(&path))),
        _ => timed(|| cells(parse(&task(&path), &limits()))),
    };
    let expected = (u64::from(rows) + 1) * u64::from(COLUMNS);
    assert_eq!(cells, expected, "cells read");
    json!({"secs": secs, "peak_mib": peak_mib(), "cells": cells})
}

fn limits() -> Limits {
    Limits { sheet_rows: 2_000_000, workbook_cells: 30_000_000, ..Limits::default() }
}

fn task(path: &Path) -> ReadTask {
    ReadTask {
        blob: path.to_owned(),
        blobs: scratch("roster-blobs"),
        path: "汇总表.xlsx".to_owned(),
        kind: FileKind::Zip,
        sha256: "0".repeat(64),
    }
}

fn walled(path: &Path) -> Parsed {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_dossier"));
    let pool = Pool::new(program, 1, limits());
    pool.call("read", &task(path)).expect("the child answers")
}

fn cells(parsed: Parsed) -> u64 {
    match parsed.content {
        Content::Workbook(book) => book.sheets.iter().map(|s| s.cells.len() as u64).sum(),
        other => panic!("no workbook: {other:?}, {:?}", parsed.findings),
    }
}

fn bare(path: &Path) -> u64 {
    let file = BufReader::new(File::open(path).expect("just written"));
    let mut book = calamine::Xlsx::new(file).expect("a workbook");
    let name = book.sheet_names().first().cloned().expect("it has a sheet");
    let mut reader = book.worksheet_cells_reader(&name).expect("a sheet");
    let mut cells = 0;
    while let Some(cell) = reader.next_cell().expect("a sound sheet") {
        cells += u64::from(!matches!(cell.get_value(), calamine::DataRef::Empty));
    }
    cells
}

/// Names, numbers as text, dates as text, numbers: as rosters are.
fn workbook(rows: u32) -> PathBuf {
    let path = scratch(&format!("roster-{rows}.xlsx"));
    if path.is_file() {
        return path;
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().expect("a new book has room");
    let fault = "a sheet has room for it";
    let heads = [
        "序号",
        "姓名",
        "性别",
        "身份证号码",
        "出生年月",
        "工作单位",
        "申报工种",
        "申报等级",
        "证书编号",
        "发证日期",
        "联系电话",
        "备注",
    ];
    for (column, head) in (0..).zip(heads) {
        sheet.write_string(0, column, head).expect(fault);
    }
    for row in 1..=rows {
        sheet.write_number(row, 0, row).expect(fault);
        let texts = [
            format!("王{}", char::from_u32(0x4E00 + row % 5000).unwrap_or('一')),
            if row.is_multiple_of(2) { "男" } else { "女" }.to_owned(),
            format!(
                "320684{}{:02}{:02}{:04}",
                1960 + row % 30,
                1 + row % 12,
                1 + row % 28,
                row % 10_000
            ),
            format!("{}.{}", 1960 + row % 30, 1 + row % 12),
            format!("第{}公路管理站", row % 300),
            ["汽车修理工", "电工", "园林绿化"][row as usize % 3].to_owned(),
            "高级技师".to_owned(),
            format!("14320000{row:08}"),
            format!("{}-{:02}-28", 2000 + row % 15, 1 + row % 12),
            format!("138{row:08}"),
            "无".to_owned(),
        ];
        for (column, text) in (1..).zip(texts) {
            sheet.write_string(row, column, text).expect(fault);
        }
    }
    book.save(&path).expect("the target folder is ours");
    path
}
