//! The boundary lists are there as a whole: seconds, bytes, counts, pairs of trade and level, routes.

use super::read::{Case, cases};
use std::collections::BTreeSet;

fn texts(all: &[Case]) -> String {
    let blocks = all.iter().flat_map(|case| &case.blocks);
    blocks.map(|(_, lines)| lines.join("\n")).collect::<Vec<_>>().join("\n")
}

fn column<'a>(all: &'a [Case], rows: &str, label: &str) -> BTreeSet<&'a str> {
    let own = all.iter().filter(|case| case.rows.iter().any(|row| row == rows));
    let cells = own.flat_map(|case| &case.people).filter_map(|p| p.cells.get(label));
    cells.map(String::as_str).collect()
}

#[test]
fn windows_and_photos_at_their_limits() {
    let (all, _) = cases("nantong-2019");
    let text = texts(&all);
    for second in [
        "2019-06-10T08:59:59",
        "2019-06-10T09:00:00",
        "2019-06-13T16:00:00",
        "2019-06-13T16:00:01",
        "11:30:00",
        "11:30:01",
        "13:29:59",
        "13:30:00",
        "17:00:00",
        "17:00:01",
    ] {
        assert!(text.contains(second), "{second}");
    }
    let photos = column(&all, "NT-25", "照片");
    for size in ["20000", "20001", "20480", "20481", "png"] {
        assert!(photos.contains(size), "{size} in {photos:?}");
    }
}

#[test]
fn quotas_on_both_sides_of_each_band() {
    let (all, _) = cases("nantong-2019");
    let case = all.iter().find(|case| case.rows.iter().any(|row| row == "NT-55")).unwrap();
    let lines = case.block("census").unwrap();
    let counts: BTreeSet<&str> = lines.iter().filter_map(|l| l.split(" | ").nth(2)).collect();
    for count in ["0", "4", "5", "9", "10", "19", "20", "21"] {
        assert!(counts.contains(count), "{count} in {counts:?}");
    }
}

#[test]
fn every_pair_of_level_and_trade() {
    let (all, _) = cases("jiangdu-2020");
    let pairs = |file: &str| {
        let case = all.iter().find(|case| case.file.ends_with(file)).unwrap();
        let accepted = case.people.iter().filter(|p| p.decision == "机审通过");
        let pairs: BTreeSet<(&str, &str)> = accepted
            .map(|p| (p.cells["报考等级"].as_str(), p.cells["报考工种"].as_str()))
            .collect();
        pairs.len()
    };
    assert_eq!(pairs("JD-17-高级技师工种.md"), 22);
    assert_eq!(pairs("JD-18-技师工种.md"), 44);
    assert_eq!(pairs("JD-19-等级工工种.md"), 43 * 3);
}

#[test]
fn every_combination_of_the_routes_once() {
    let (all, _) = cases("chongqing");
    let routed = all.iter().filter(|case| {
        let routes = ["CQ-64", "CQ-65", "CQ-66", "CQ-67", "CQ-68"];
        case.rows.iter().any(|row| routes.contains(&row.as_str()))
    });
    let people: Vec<_> = routed.flat_map(|case| &case.people).collect();
    let combinations: BTreeSet<[&str; 3]> = people
        .iter()
        .map(|p| ["组织类别", "系统", "申报等级"].map(|label| p.cells[label].as_str()))
        .collect();
    assert_eq!((people.len(), combinations.len()), (60, 60));
}
