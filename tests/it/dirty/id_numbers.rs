//! DD-46 … DD-55: identity numbers.

use super::book::{Cell, id, masked, part, people};
use super::{Seen, read};
use crate::office::text;
use crate::people::id_number;

/// One person for each way of writing a number; `write` gets the person's own.
fn seen(ways: &[&dyn Fn(&str) -> Cell]) -> Option<Seen> {
    let mut table = people(ways.len());
    for (n, write) in (1..).zip(ways) {
        table.set(&format!("E{}", n + 1), write(&id(n)));
    }
    read("申报汇总表.xlsx", &table.xlsx())
}

/// A number with an X at its end, of the same person whatever `n`.
fn crossed(n: usize) -> String {
    let all = (0..1000).map(|k| id_number(&format!("32060219750301{:03}", (k + n * 20) % 1000)));
    all.into_iter().find(|id| id.ends_with('X')).unwrap()
}

#[test]
fn a_number_in_any_dress_is_undressed() {
    let wide = |id: &str| -> String {
        id.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect()
    };
    let grouped = |id: &str, joint: &str| {
        format!("{}{joint}{}{joint}{}", part(id, ..6), part(id, 6..14), part(id, 14..))
    };
    let ways: [&dyn Fn(&str) -> Cell; 9] = [
        &|id| id.into(),
        &|id| grouped(id, " ").into(),
        &|id| grouped(id, "-").into(),
        &|id| wide(id).into(),
        &|id| format!("'{id}").into(),
        &|id| format!("{id}、").into(),
        &|id| format!("{id}.").into(),
        &|id| format!("　{id}\u{200B}").into(),
        &|id| format!("\u{202D}{id}\u{202C}").into(),
    ];
    let Some(seen) = seen(&ways) else { return };
    assert!(seen.words().is_empty(), "{:?}", seen.words());
    seen.clean(2, ways.len());
    assert!(seen.repairs(2, "person.id_no").is_empty());
    for n in 2..=ways.len() {
        assert!(!seen.repairs(n + 1, "person.id_no").is_empty(), "{n}");
    }
}

#[test]
fn what_looks_like_an_x_at_the_end_is_one_and_is_checked() {
    let signs = ["X", "x", "Х", "х", "×", "*", "χ", "ⅹ", "乂", "＊", "Ｘ"];
    let mut table = people(signs.len() + 1);
    for (n, sign) in signs.iter().enumerate() {
        let id = crossed(n);
        table.set(&format!("E{}", n + 2), format!("{}{sign}", part(&id, ..17)));
        table.set(&format!("F{}", n + 2), "1975.03");
    }
    // of this number the check digit is no X
    let last = signs.len() + 2;
    let other = (1..).map(id).find(|id| !id.ends_with('X')).unwrap();
    table.set(&format!("E{last}"), format!("{}×", part(&other, ..17)));
    let Some(seen) = read("申报汇总表.xlsx", &table.xlsx()) else { return };
    for (n, sign) in signs.iter().enumerate() {
        assert_eq!(seen.value(n + 2, "person.id_no"), masked(&crossed(n)), "{sign}");
        let plain = ["X", "x", "Ｘ"].contains(sign);
        let says = if plain { &[][..] } else { &["ID-112 info"][..] };
        assert_eq!(seen.at(&format!("E{}", n + 2)), says, "{sign}");
    }
    assert_eq!(seen.value(last, "person.id_no"), "—");
    assert_eq!(seen.at(&format!("E{last}")), ["ID-106 error"]);
}

#[test]
fn letters_for_digits_are_put_right_only_when_the_check_digit_agrees() {
    let ways: [&dyn Fn(&str) -> Cell; 5] = [
        &|id| format!("{}{}", part(id, ..17).replace('0', "O"), part(id, 17..)).into(),
        &|id| format!("{}{}", part(id, ..17).replace('0', "o"), part(id, 17..)).into(),
        &|id| format!("{}{}", part(id, ..17).replace('1', "I"), part(id, 17..)).into(),
        &|id| format!("{}{}", part(id, ..17).replace('1', "l"), part(id, 17..)).into(),
        &|id| {
            let wrong = if id.ends_with('5') { '6' } else { '5' };
            format!("{}{wrong}", part(id, ..17).replace('0', "O")).into()
        },
    ];
    let Some(seen) = seen(&ways) else { return };
    for n in 1..=4 {
        assert_eq!(seen.at(&format!("E{}", n + 1)), ["ID-108 warn"], "{n}");
        assert_eq!(seen.value(n + 1, "person.id_no"), masked(&id(n)));
    }
    assert_eq!(seen.value(6, "person.id_no"), "—");
    assert!(seen.at("E6").contains(&"ID-106 error".to_owned()), "{:?}", seen.at("E6"));
}

#[test]
fn eighteen_digits_kept_as_a_number_are_lost_for_good() {
    let ways: [&dyn Fn(&str) -> Cell; 4] = [
        &|id| id.replace('X', "0").parse::<f64>().unwrap().into(),
        &|id| format!("{}000", part(id, ..15)).parse::<f64>().unwrap().into(),
        &|id| format!("{}000", part(id, ..15)).into(),
        &|id| id.into(),
    ];
    let Some(seen) = seen(&ways) else { return };
    for row in 2..=4 {
        assert_eq!(seen.at(&format!("E{row}")), ["ID-103 error"], "{row}");
        assert_eq!(seen.value(row, "person.id_no"), "—", "never reconstructed");
        assert!(seen.repairs(row, "person.id_no").is_empty());
    }
    assert!(text(&seen.said("ID-103")["message"]).contains("E2"));
    assert_eq!(seen.value(5, "person.id_no"), masked(&id(4)));
}

/// The old number of fifteen digits.
fn old(id: &str) -> String {
    format!("{}{}", part(id, ..6), part(id, 8..17))
}

#[test]
fn an_old_number_kept_as_a_number_is_whole() {
    let Some(seen) = seen(&[&|id| old(id).parse::<f64>().unwrap().into()]) else { return };
    assert_eq!(seen.at("E2"), ["ID-104 info"]);
    assert_eq!(seen.value(2, "person.id_no"), masked(&id(1)));
    let repairs = seen.repairs(2, "person.id_no");
    assert!(repairs.iter().any(|r| r.contains("15位升18位")), "{repairs:?}");
}

#[test]
fn a_number_in_scientific_notation_is_lost() {
    let mut table = people(3);
    table.set("E2", "3.20602E+17").set("E3", "3.20602e+17");
    let Some(seen) = read("申报表.csv", table.csv(',').as_bytes()) else { return };
    assert_eq!(seen.at("E2"), ["ID-103 error"]);
    assert_eq!(seen.at("E3"), ["ID-103 error"]);
    assert!(seen.at("E4").is_empty());
}

#[test]
fn seventeen_and_nineteen_characters_are_named_by_their_count() {
    let Some(seen) =
        seen(&[&|id| part(id, ..17).into(), &|id| format!("{id}1").into(), &|id| id.into()])
    else {
        return;
    };
    for (row, count) in [(2, "17"), (3, "19")] {
        assert_eq!(seen.at(&format!("E{row}")), ["ID-102 error"]);
        let all = seen.findings();
        let cell = format!("E{row}");
        let said = all.iter().find(|f| text(&f["origin"]["cell"]) == cell).unwrap();
        assert!(text(&said["message"]).contains(count), "{said}");
    }
    assert!(seen.at("E4").is_empty());
}

#[test]
fn an_old_number_in_text_becomes_a_new_one() {
    let Some(seen) = seen(&[&|id| old(id).into(), &|id| id.into()]) else { return };
    assert_eq!(seen.at("E2"), ["ID-104 info"]);
    assert_eq!(seen.value(2, "person.id_no"), masked(&id(1)));
    assert!(seen.at("E3").is_empty());
}

#[test]
fn a_masked_number_is_asked_for_in_full() {
    let ways: [&dyn Fn(&str) -> Cell; 3] = [
        &|id| format!("{}********{}", part(id, ..6), part(id, 14..)).into(),
        &|id| format!("{}XXXXXXXX{}", part(id, ..6), part(id, 14..)).into(),
        &|id| id.into(),
    ];
    let Some(seen) = seen(&ways) else { return };
    assert_eq!(seen.at("E2"), ["ID-105 error"]);
    assert_eq!(seen.at("E3"), ["ID-105 error"]);
    assert!(seen.at("E4").is_empty());
}

#[test]
fn numbers_and_phones_in_each_others_columns_are_seen() {
    let mut table = people(3);
    let phones = [id(1), "13800001553".to_owned(), "13800001554".to_owned()];
    let letter = table.add("联系电话", &phones.map(Cell::from));
    table.set("E2", "13800001553");
    table.set("E3", format!("{}{}", id(2), id(9)));
    let Some(seen) = read("申报汇总表.xlsx", &table.xlsx()) else { return };
    let hint = |cell: &str| {
        let all = seen.findings();
        let said = all.iter().find(|f| text(&f["origin"]["cell"]) == cell && f["code"] == "ID-102");
        text(&said.unwrap()["hint"]).to_owned()
    };
    assert_eq!(seen.at("E2"), ["ID-102 error"]);
    assert!(hint("E2").contains("对调"), "{}", hint("E2"));
    assert_eq!(seen.at(&format!("{letter}2")), ["FD-151 warn"]);
    // two numbers in one cell are no exchange
    assert_eq!(seen.at("E3"), ["ID-102 error"]);
    assert!(!hint("E3").contains("对调"));
    assert!(!seen.0.to_string().contains(&id(1)), "a number stands unmasked");
    assert!(seen.at("E4").is_empty());
}
