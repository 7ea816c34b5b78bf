//! DD-30 … DD-33: columns, formulas and error values.

use super::book::{self, Cell, at, column, people};
use super::package::{ods, xml_2003};
use super::read;
use crate::office::{each, text};

#[test]
fn columns_in_another_order_unknown_ones_kept_and_missing_ones_named() {
    let mut table = people(2);
    for row in &mut table.rows {
        row.reverse();
    }
    table.add("星座", &["天秤座", ""].map(Cell::from));
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    seen.clean(2, 2);
    assert_eq!(seen.words(), ["SS-114 info"]);
    let kept = &seen.row(2)["record"]["extra.星座"];
    assert_eq!((text(&kept["value"]), text(&kept["origin"]["cell"])), ("天秤座", "X2"));
    assert!(seen.row(3)["record"]["extra.星座"].is_null());

    // an optional column may be missing, a required one may not
    let Some(seen) = read("汇总表.xlsx", &people(1).without("民族").xlsx()) else { return };
    assert!(seen.words().is_empty(), "{:?}", seen.words());
    let mut table = people(1);
    table.without("证书号码").without("文化程度");
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    let said = seen.said("SS-112");
    assert_eq!(text(&said["severity"]), "error");
    let message = text(&said["message"]);
    assert!(message.contains("证书号码") && message.contains("学历"), "{message}");
}

#[test]
fn of_a_doubled_label_the_first_value_counts() {
    let mut table = people(3);
    table.add("联系电话", &["13800001553", "", ""].map(Cell::from));
    table.add("联系电话", &["13800001554", "13800001555", ""].map(Cell::from));
    let Some(seen) = read("汇总表.xlsx", &table.xlsx()) else { return };
    assert_eq!(seen.words(), ["SS-113 warn"]);
    let said = text(&seen.said("SS-113")["message"]);
    assert!(said.contains("联系电话") && said.contains("X、Y"), "{said}");
    assert_eq!(seen.value(2, "contact.phone"), "13800001553");
    assert_eq!(seen.value(3, "contact.phone"), "13800001555");
    assert!(seen.row(4)["record"]["contact.phone"].is_null());
}

const FORMULA: &str = "<c r=\"{at}\"><f>B9&amp;\"\"</f></c>";
const EMPTIED: &str = "<c r=\"{at}\"><f>B9</f><v></v></c>";
const RESULT: &str = "<c r=\"{at}\" t=\"str\"><f>\"大\"&amp;\"专\"</f><v>大专</v></c>";

#[test]
fn formulas_without_a_result_are_said_at_their_cells() {
    let mut table = people(2);
    table.set("H2", Cell::Raw(FORMULA)).set("G2", Cell::Raw(EMPTIED)).set("H3", Cell::Raw(RESULT));
    let Some(seen) = read("汇总表.xlsx", &table.raw("", "")) else { return };
    // 学历 is required, 参加工作时间 is not
    assert_eq!(seen.at("H2"), ["SS-127 error"]);
    assert_eq!(seen.at("G2"), ["SS-127 warn"]);
    assert!(text(&seen.said("SS-127")["hint"]).contains("保存一次"));
    // one finding for one cell: it is not said to be empty as well
    assert!(!seen.has("FD-101"), "{:?}", seen.words());
    assert_eq!(seen.value(3, "education.rank"), "大学专科");
    let mut table = people(2);
    table.set("H2", Cell::Raw("<table:table-cell table:formula=\"of:=[.B9]\"/>"));
    let Some(seen) = read("汇总表.ods", &ods(&table, "")) else { return };
    assert_eq!(seen.at("H2"), ["SS-127 error"]);
    table.set("H2", Cell::Raw("<Cell ss:Formula=\"=R9C2\"/>"));
    let Some(seen) = read("汇总表.xml", xml_2003(&table).as_bytes()) else { return };
    assert_eq!(seen.at("H2"), ["SS-127 error"]);
}

#[test]
fn error_values_are_said_at_their_cells() {
    let mut table = people(2);
    table
        .set("L2", Cell::Raw("<c r=\"{at}\" t=\"e\"><f>VLOOKUP(1,A1:A2,1,0)</f><v>#N/A</v></c>"))
        .set("F2", Cell::Raw("<c r=\"{at}\" t=\"e\"><v>#REF!</v></c>"))
        .set("W3", Cell::Raw("<c r=\"{at}\" t=\"e\"><v>#VALUE!</v></c>"));
    let Some(seen) = read("汇总表.xlsx", &table.raw("", "")) else { return };
    for (cell, value) in [("L2", "#N/A"), ("F2", "#REF!"), ("W3", "#VALUE!")] {
        assert_eq!(seen.at(cell), ["SS-128 error"], "{cell}");
        let all = seen.findings();
        let here = all.iter().find(|f| text(&f["origin"]["cell"]) == cell).unwrap();
        let message = text(&here["message"]);
        assert!(message.contains(cell) && message.contains(value), "{message}");
    }
    // the number of the ID fills no cell that holds an error
    assert!(seen.row(2)["record"]["person.birth"].is_null());
    let mut table = people(2);
    table.set(&at(1, column("证书号码")), "#N/A");
    let Some(seen) = read("汇总表.csv", table.csv(',').as_bytes()) else { return };
    assert_eq!(seen.at("L2"), ["SS-128 error"]);
    assert!(each(&seen.row(3)["findings"]).iter().all(|f| f["code"] != "SS-128"));
    assert_eq!(seen.value(3, "cert.no"), book::person(2)[11].text());
}
