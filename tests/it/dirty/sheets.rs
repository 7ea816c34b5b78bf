//! DD-16 … DD-29 and DD-34 … DD-37: what stands on a sheet besides its people.

use super::book::{self, Cell, Roster, at, people, with, workbook};
use super::package::{ods, xls, xlsb, xml_2003};
use super::{look, look_in, read};
use crate::office::{Office, codes, repo, text};

#[test]
fn titles_above_the_header_speak_for_the_rows() {
    let mut table = people(2);
    table.without("报考工种").without("报考等级");
    table.above(&[
        &["附件3"],
        &["2019年高级技师申报汇总表"],
        &["（ 收银审核 工种）"],
        &["主管部门（章）：市商务局  填报单位（章）：南通市测试二厂  填报人：测某  联系电话（手机）：13800001553"],
    ]);
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    for (field, value) in [
        ("apply.trade", "收银审核"),
        ("apply.level", "高级技师"),
        ("unit.supervisor", "市商务局"),
        ("unit.name", "南通市测试二厂"),
        ("contact.phone", "13800001553"),
    ] {
        assert_eq!(seen.value(6, field), value, "{field}");
    }
    assert!(!seen.has("SS-112") && !seen.has("FD-101"), "{:?}", seen.words());
}

/// A header of two rows: the present trade with name, level and date under it.
fn two_rows() -> Roster {
    let mut table = people(2);
    let mut below = vec![Cell::from(""); table.rows[0].len()];
    for (column, label) in [(8, "名称"), (9, "等级"), (10, "获得时间")] {
        table.rows[0][column] = Cell::from("");
        below[column] = Cell::from(label);
    }
    table.rows[0][8] = Cell::from("现职业技术工种");
    table.rows.insert(1, below);
    table
}

#[test]
fn a_header_of_two_rows_with_and_without_merges() {
    let bare = two_rows();
    let mut merged = bare.clone();
    merged.merges.push((0, 8, 0, 10));
    merged.merges.extend((0..8).map(|column| (0, column, 1, column)));
    for bytes in [bare.xlsx(), merged.xlsx()] {
        let Some(seen) = read("汇总表.xlsx", &bytes) else { return };
        seen.clean(3, 2);
        assert_eq!(seen.value(3, "post.level"), "技师");
        assert!(seen.words().is_empty(), "{:?}", seen.words());
    }
    for (name, bytes) in
        [("汇总表.csv", bare.csv(',').into_bytes()), ("汇总表.xls", xls(&merged, &[], &[]))]
    {
        let Some(seen) = read(name, &bytes) else { return };
        seen.clean(3, 2);
    }
}

#[test]
fn labels_with_blanks_and_line_breaks() {
    let mut table = people(1);
    for (cell, label) in [
        ("B1", "姓　名"),
        ("F1", "出生\n年月"),
        ("G1", "参加工\n作时间"),
        ("E1", "身份证号码\n（18位）*"),
        ("O1", "报考\r\n等级"),
    ] {
        table.set(cell, label);
    }
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    seen.clean(2, 1);
    assert_eq!(seen.value(2, "person.work_start"), "1995-08");
    assert!(seen.words().is_empty(), "{:?}", seen.words());
}

#[test]
fn a_header_repeated_on_every_page_is_no_person() {
    let mut table = people(4);
    let head = table.rows[0].clone();
    table.rows.insert(3, head);
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    assert_eq!(seen.names(), [1, 2, 3, 4].map(book::name));
    assert!(seen.words().is_empty(), "{:?}", seen.words());
}

#[test]
fn blank_and_formatted_rows_end_nothing() {
    let mut table = people(3);
    table.rows.insert(2, Vec::new());
    table.rows.insert(2, vec![Cell::from(" "), Cell::from("　")]);
    let bytes = with(&table, |page| {
        let format = rust_xlsxwriter::Format::new().set_border(rust_xlsxwriter::FormatBorder::Thin);
        for row in 6..206 {
            page.write_blank(row, 0, &format).unwrap();
        }
    });
    let Some(seen) = read("汇总表.xlsx", &bytes) else { return };
    assert_eq!(seen.names(), [1, 2, 3].map(book::name));
    assert!(seen.words().iter().all(|word| word == "SS-121 info"), "{:?}", seen.words());
}

#[test]
fn notes_below_the_table_are_no_people() {
    let mut table = people(2);
    table.below(&[
        &["备注：1.本表一式三份。"],
        &["说明：", "如实填写"],
        &["填表人：测某", "", "审核人：测某某"],
        &["联系电话：13800001553"],
        &["", "", "2019年6月12日"],
        &["本表由申报单位填写，一人一行，不得涂改，不得空项"],
    ]);
    table.merges.push((8, 0, 8, 22));
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    seen.clean(2, 2);
    assert_eq!(seen.words(), ["SS-121 info"]);
    assert!(text(&seen.said("SS-121")["message"]).contains('6'));
}

#[test]
fn totals_are_dropped_and_held_against_the_rows() {
    for (total, differs) in [("2人", false), ("5人", true)] {
        let mut table = people(2);
        table.below(&[&["合计", total]]);
        let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
        seen.clean(2, 2);
        assert_eq!(seen.at("A4").contains(&"SS-122 warn".to_owned()), differs, "{total}");
        assert!(seen.has("SS-121"));
    }
    let mut table = people(2);
    table.below(&[&["共 3 人"]]);
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    let said = text(&seen.said("SS-122")["message"]).to_owned();
    assert!(said.contains('3') && said.contains('2'), "{said}");
}

#[test]
fn a_hidden_sheet_is_named_and_not_read() {
    for very in [false, true] {
        let mut book = rust_xlsxwriter::Workbook::new();
        people(1).fill(book.add_worksheet().set_name("汇总表").unwrap());
        let old = book.add_worksheet().set_name("去年的表").unwrap();
        let mut table = people(3);
        table.rows.remove(1);
        table.fill(old);
        if very {
            old.set_very_hidden(true)
        } else {
            old.set_hidden(true)
        };
        let Some(seen) = read("汇总表.xlsx", &book.save_to_buffer().unwrap()) else { return };
        seen.clean(2, 1);
        assert_eq!(seen.words(), ["SS-124 warn"]);
        assert!(text(&seen.said("SS-124")["message"]).contains("去年的表"));
    }
}

#[test]
fn hidden_and_filtered_rows_and_columns_are_read_and_named() {
    let table = people(6);
    let hidden = with(&table, |page| {
        page.set_row_hidden(2).unwrap();
        page.set_row_hidden(4).unwrap();
        page.set_row_hidden(5).unwrap();
        page.set_row_hidden(30).unwrap();
        page.set_column_hidden(6).unwrap();
    });
    let filtered = with(&table, |page| {
        page.autofilter(0, 0, 6, 22).unwrap();
        let only = rust_xlsxwriter::FilterCondition::new().add_list_filter("1");
        page.filter_column(0, &only).unwrap();
    });
    let mut row = [0; 16];
    row[0] = 3;
    row[12] = 0x20;
    for (name, bytes, rows) in [
        ("表.xlsx", hidden, "第3行、第5—6行、G列"),
        ("表.xlsx", filtered, "第3—7行"),
        ("表.xls", xls(&table, &[], &[(0x0208, &row)]), "第4行"),
        ("表.xlsb", xlsb(&table, &[2, 3]), "第3—4行"),
        ("表.ods", ods(&table, "").to_vec(), ""),
    ] {
        let Some(seen) = read(name, &bytes) else { return };
        seen.clean(2, 6);
        if rows.is_empty() {
            assert!(!seen.has("SS-125"), "{name}");
            continue;
        }
        let said = seen.said("SS-125");
        assert_eq!(text(&said["severity"]), "warn");
        assert!(text(&said["message"]).contains(&format!("（{rows}）")), "{said}");
    }
    let xml = xml_2003(&table).replacen("</Row><Row>", "</Row><Row ss:Hidden=\"1\">", 1);
    let Some(seen) = read("表.xml", xml.as_bytes()) else { return };
    assert!(text(&seen.said("SS-125")["message"]).contains("第2行"));
    let html = table.html().replacen("</tr>\n<tr>", "</tr>\n<tr style='display:none'>", 1);
    let Some(seen) = read("表.html", html.as_bytes()) else { return };
    assert!(text(&seen.said("SS-125")["message"]).contains("第2行"));
}

#[test]
fn a_sheet_for_every_trade_lends_its_name() {
    let mut cashiers = people(1);
    let mut movers = people(2);
    movers.rows.remove(1);
    for table in [&mut cashiers, &mut movers] {
        table.without("报考工种");
    }
    let own = {
        let mut own = people(3);
        own.rows.drain(1..3);
        own.set("N2", "收银审核");
        own
    };
    let bytes = workbook(&[("收银审核", &cashiers), ("汽车调度", &movers), ("电工", &own)]);
    let Some(seen) = read("汇总表.xlsx", &bytes) else { return };
    let trade = |name: String| {
        let person = seen.people().iter().find(|p| p["name"] == name.as_str()).unwrap();
        text(&person["record"]["apply.trade"]["value"]).to_owned()
    };
    assert_eq!(trade(book::name(1)), "收银审核");
    assert_eq!(trade(book::name(2)), "汽车调度管理");
    // a column of its own is stronger than the name of the sheet
    assert_eq!(trade(book::name(3)), "收银审核");
    assert!(!seen.has("SS-112"), "{:?}", seen.words());
}

#[test]
fn sheets_without_a_table_are_passed_over_and_none_at_all_is_refused() {
    let (empty, help) = (Roster::default(), Roster::of(&[&["填表说明"], &["一、如实填写"]]));
    let lists = Roster::of(&[&["代码", "名称"], &["01", "收银审核"]]);
    let bytes = workbook(&[
        ("填表说明", &help),
        ("汇总表", &people(2)),
        ("代码", &lists),
        ("Sheet2", &empty),
        ("Sheet3", &empty),
    ]);
    let Some(seen) = read("汇总表.xlsx", &bytes) else { return };
    seen.clean(2, 2);
    assert!(seen.words().is_empty(), "{:?}", seen.words());
    let bytes = workbook(&[("填表说明", &help), ("代码", &lists), ("Sheet3", &empty)]);
    let Some(seen) = read("汇总表.xlsx", &bytes) else { return };
    assert_eq!(seen.file("汇总表.xlsx")[1..], ["held", "", "SS-111"]);
    assert_eq!(text(&seen.said("SS-111")["severity"]), "refuse");
    assert_eq!(text(&seen.submission()["state"]), "returned");
}

#[test]
fn a_table_that_does_not_begin_in_the_corner_keeps_its_places() {
    let mut table = people(2);
    for row in &mut table.rows {
        row.insert(0, Cell::from(""));
    }
    table.rows.splice(0..0, [Vec::new(), Vec::new()]);
    table.set("F5", "32060219");
    for (name, bytes) in [
        ("表.xlsx", table.xlsx()),
        ("表.xls", xls(&table, &[], &[])),
        ("表.xlsb", xlsb(&table, &[])),
        ("表.ods", ods(&table, "")),
    ] {
        let Some(seen) = read(name, &bytes) else { return };
        assert_eq!(seen.at("F5"), ["ID-102 error"], "{name}");
        assert_eq!(seen.value(4, "person.name"), book::name(1));
    }
}

#[test]
fn a_second_table_below_or_beside_is_read_and_said() {
    let mut below = people(3);
    let head: Vec<Cell> = {
        let mut head = below.rows[0].clone();
        head.swap(1, 2);
        head
    };
    below.rows[3].swap(1, 2);
    below.rows.insert(3, head);
    let Some(seen) = read("汇总表.xlsx", &below.xlsx()) else { return };
    assert_eq!(seen.at("A4"), ["SS-126 warn"]);
    let mut names = seen.names();
    names.sort_unstable();
    let mut all = [1, 2, 3].map(book::name);
    all.sort();
    assert_eq!(names, all);

    let (left, right) = (people(4), people(3));
    let mut beside = Roster::default();
    for (row, cells) in left.rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|_| row != 3) {
            beside.set(&at(row, column), cell.clone());
        }
    }
    // the list at the right is longer than that at the left, and starts in column Y
    for (row, cells) in right.rows.iter().enumerate() {
        let own = if row == 0 { cells.clone() } else { book::person(row + 10) };
        for (column, cell) in own.into_iter().enumerate() {
            beside.set(&at(row, column + 24), cell);
        }
    }
    let Some(seen) = read("汇总表.xlsx", &beside.xlsx()) else { return };
    assert_eq!(text(&seen.said("SS-126")["severity"]), "warn");
    let mut names = seen.names();
    names.sort_unstable();
    let mut all = [1, 2, 4, 11, 12, 13].map(book::name);
    all.sort();
    assert_eq!(names, all);
    assert!(!seen.has("SS-113"), "{:?}", seen.words());
}

#[test]
fn a_unit_merged_over_rows_is_the_unit_of_each() {
    let mut table = people(3);
    let letter = table.add("单位", &["南通市测试三厂", "", ""].map(Cell::from));
    assert_eq!(letter, "X");
    table.merges.push((1, 23, 2, 23));
    for (name, bytes) in [("表.xlsx", table.xlsx()), ("表.xls", xls(&table, &[], &[]))] {
        let Some(seen) = read(name, &bytes) else { return };
        assert_eq!(seen.value(2, "unit.name"), "南通市测试三厂");
        assert_eq!(seen.value(3, "unit.name"), "南通市测试三厂");
        let origin = &seen.row(3)["record"]["unit.name"]["origin"];
        assert_eq!(text(&origin["cell"]), "X2");
        // outside the merge the cell is empty, and the sender stands for it
        assert_eq!(seen.value(4, "unit.name"), super::UNIT);
    }
}

#[test]
fn an_example_left_in_is_not_read_and_a_real_namesake_is() {
    let mut table = people(3);
    table.set("A2", "例").set("B3", "张三").set("E3", "320602197501010000");
    table.set("B4", "李四");
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    assert_eq!(seen.names(), ["李四"]);
    let said: Vec<String> = seen
        .findings()
        .iter()
        .filter(|f| f["code"] == "SS-129")
        .map(|f| text(&f["message"]).to_owned())
        .collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().any(|m| m.contains("第 3 行") && m.contains("张三")), "{said:?}");
    assert_eq!(text(&seen.said("SS-129")["severity"]), "warn");
}

#[test]
fn broken_serial_numbers_are_numbered_again() {
    for (numbers, says) in [
        (["1", "2", "3"], false),
        (["1", "1", "3"], true),
        (["1", "3", "4"], true),
        (["一", "二", "三"], false),
    ] {
        let mut table = people(3);
        for (row, number) in (1..).zip(numbers) {
            table.set(&at(row, 0), number);
        }
        let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
        seen.clean(2, 3);
        assert_eq!(seen.has("SS-123"), says, "{numbers:?}");
        if says {
            assert_eq!(text(&seen.said("SS-123")["severity"]), "info");
        }
    }
}

#[test]
fn a_stray_cell_in_the_last_row_is_innocent() {
    let stray = with(&people(200), |page| {
        for column in 0..26 {
            page.write_string(1_048_575, column, "　").unwrap();
        }
        page.write_string(1_048_575, 3, "x").unwrap();
    });
    let Some(seen) = read("汇总表.xlsx", &stray) else { return };
    seen.clean(2, 200);
    assert_eq!(seen.words(), ["SS-121 info"]);
    let Some(office) = Office::open() else { return };
    office.configure(&repo("templates"), &repo("fonts"), "\n[limits]\nsheet-rows = 20\n");
    let Some(seen) = look_in(&office, &[("汇总表.xlsx", &people(20).xlsx())]) else { return };
    assert_eq!(seen.file("汇总表.xlsx")[1..], ["held", "", "SS-132"]);
    assert!(text(&seen.said("SS-132")["message"]).contains("20"));
    let Some(seen) = look(&[("汇总表.xlsx", &people(20).xlsx())]) else { return };
    assert!(codes(seen.submission()).iter().all(|code| *code != "SS-132"));
}

#[test]
fn dates_count_from_1904_where_the_workbook_says_so() {
    let mut table = people(2);
    // 2007-11-01 is 39387 by 1900 and 37925 by 1904
    table.set("K2", 37_925.0).set("K3", 39_387.0);
    let cert = |bytes: &[u8], name: &str| {
        let seen = read(name, bytes)?;
        Some([2, 3].map(|row| seen.value(row, "cert.date")))
    };
    let since = table.raw("<workbookPr date1904=\"1\"/>", "");
    let Some(dates) = cert(&since, "表.xlsx") else { return };
    assert_eq!(dates, ["2007-11-01", "2011-11-02"]);
    let plain = table.raw("<workbookPr/>", "");
    assert_eq!(cert(&plain, "表.xlsx").unwrap(), ["2003-10-31", "2007-11-01"]);
    let old = xls(&table, &[(0x0022, &[1, 0])], &[]);
    assert_eq!(cert(&old, "表.xls").unwrap(), ["2007-11-01", "2011-11-02"]);
}
