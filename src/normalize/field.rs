//! Plain fields by id: one reader per kind of value.

use super::fact::Parsed;
use super::{Value, cell, date, merit, unit};
use crate::pack::Pack;
use crate::read::CellValue;
use crate::text::{PartialDate, fold, strip_blanks};

/// Reads a field that needs nothing but its own cell. `known`: the birth date of the ID.
pub(super) fn read(
    field: &str,
    value: &CellValue,
    known: Option<&PartialDate>,
    pack: &Pack,
) -> Parsed {
    let text = value.text();
    match field {
        "person.birth" => date::read(value, known),
        "person.work_start" | "cert.date" | "education.date" | "papers.1.date" => {
            date::read(value, None)
        }
        "person.sex" => sex(&text),
        "person.ethnic" => ethnic(&text),
        "person.staffed" => flag(&text, OUTSIDE, false, "编"),
        "apply.transferred" => flag(&text, &["未转", "非转"], false, "转岗"),
        "apply.failed_before" => failed(&text),
        "service.years" | "service.trade_years" | "post.trade_years" | "post.level_years" => {
            maybe(cell::months(&text).map(Value::Months))
        }
        "contact.phone" | "unit.phone" => cell::phones(value),
        "unit.name" => unit::read(&text, pack),
        "unit.supervisor" => unit::read(&text, pack),
        "unit.postcode" => postcode(&text),
        "unit.uscc" => uscc(&text),
        "cert.issuer" => unit::issuer(&text, pack),
        "cert.no" | "education.no" => tight(&text),
        "cert.trade" => Parsed::text(super::trade::read(&text, pack).name),
        "honours" => merit::parsed(&text, merit::Kind::Honour),
        "contests" => merit::parsed(&text, merit::Kind::Contest),
        "awards" => merit::parsed(&text, merit::Kind::Award),
        "coached.top10_city" => maybe(merit::coached(&text).map(Value::Int)),
        other if other.starts_with("appraisal.") => grade(&text),
        _ => cell::plain(&text),
    }
}

/// Words for people outside the approved staff.
const OUTSIDE: &[&str] = &[
    "编外",
    "非编",
    "非在编",
    "不在编",
    "未在编",
    "未入编",
    "无编",
    "派遣",
    "临时工",
    "临时人员",
    "公益性岗位",
];

fn maybe(value: Option<Value>) -> Parsed {
    value.map_or_else(Parsed::default, Parsed::value)
}

fn tight(text: &str) -> Parsed {
    let out = strip_blanks(text.trim_matches(['\'', '"', '‘', '’', '“', '”']));
    if out == text { Parsed::text(out) } else { Parsed::text(out).repair("去除空格") }
}

fn sex(text: &str) -> Parsed {
    let word = match fold(text).as_str() {
        "男" | "男性" | "m" | "male" | "1" | "♂" => "男",
        "女" | "女性" | "f" | "female" | "2" | "♀" => "女",
        _ => return Parsed::fault("FD-112", text.trim()),
    };
    if word == text { Parsed::text(word) } else { Parsed::text(word).repair("性别规范") }
}

/// The 56 names; 汉 → 汉族, another group stays as written.
fn ethnic(text: &str) -> Parsed {
    let word = strip_blanks(text);
    let names = include_str!("../../data/gbt3304_ethnic.tsv");
    let known = names.lines().filter_map(|line| line.split_once('\t')).map(|(_, name)| name.trim());
    let full = format!("{word}族");
    for name in known {
        if name == word {
            return if word == text {
                Parsed::text(word)
            } else {
                Parsed::text(word).repair("去除空格")
            };
        }
        if name == full {
            return Parsed::text(full).repair("民族名称规范");
        }
    }
    Parsed::text(word.clone()).note("FD-121", &[("value", &word)])
}

/// A yes/no column that may also hold the word itself.
fn flag(text: &str, against: &[&str], then: bool, word: &str) -> Parsed {
    let folded = fold(text);
    let value = match cell::yes_no(text) {
        Some(value) => Some(value),
        None if against.iter().any(|w| folded.contains(w)) => Some(then),
        None if folded.contains(word) => Some(!then),
        None => None,
    };
    maybe(value.map(Value::Bool))
}

fn failed(text: &str) -> Parsed {
    let folded = fold(text);
    let value = match cell::yes_no(text) {
        Some(value) => Some(value),
        None if ["未通过", "不通过", "没有通过", "未过"].iter().any(|w| folded.contains(w)) => {
            Some(true)
        }
        None if ["未申报", "通过", "首次", "没有"].iter().any(|w| folded.contains(w)) => {
            Some(false)
        }
        None => None,
    };
    maybe(value.map(Value::Bool))
}

fn grade(text: &str) -> Parsed {
    let word = strip_blanks(text);
    let bare = word.trim_start_matches("考核").trim_end_matches("等次").to_owned();
    let bare = match bare.as_str() {
        "优" => "优秀".to_owned(),
        _ => bare,
    };
    if bare == text { Parsed::text(bare) } else { Parsed::text(bare).repair("考核等次规范") }
}

/// Year and grade pairs of one cell; empty when a part has no grade.
pub(super) fn appraisals(text: &str) -> Vec<(i32, String)> {
    const GRADES: [&str; 6] = ["优秀", "不合格", "基本合格", "合格", "不称职", "称职"];
    let folded = fold(text);
    let mut out = Vec::new();
    for part in folded.split(['、', ',', ';', '/', '。']).filter(|p| !p.is_empty()) {
        let Some(grade) = GRADES.iter().find(|g| part.contains(*g)) else {
            return Vec::new();
        };
        let years = cell::years_in(part);
        let range = part.contains(['-', '~', '至', '—', '–']);
        match years.as_slice() {
            [first, last] if range && first < last => {
                out.extend((*first..=*last).map(|y| (y, (*grade).to_owned())));
            }
            list => out.extend(list.iter().map(|y| (*y, (*grade).to_owned()))),
        }
    }
    out
}

fn postcode(text: &str) -> Parsed {
    let word = fold(text);
    let ok = word.chars().count() == 6 && word.chars().all(|c| c.is_ascii_digit());
    let parsed = Parsed::text(word.clone());
    if ok { parsed } else { parsed.note("FD-152", &[("value", &word)]) }
}

/// GB 32100: a real code may fail the check, so it is only a warning.
fn uscc(text: &str) -> Parsed {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let code = fold(text).to_uppercase();
    let places: Vec<Option<usize>> =
        code.chars().map(|c| SIGNS.chars().position(|s| s == c)).collect();
    let sum: Option<usize> =
        places.iter().take(17).zip(WEIGHTS).map(|(p, w)| p.map(|p| p * w)).sum();
    let expect = sum.map(|s| (31 - s % 31) % 31);
    let ok = places.len() == 18 && expect.is_some() && places[17] == expect;
    let parsed = Parsed::text(code);
    if ok { parsed } else { parsed.note("FD-142", &[]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_fields() {
        assert_eq!(sex("男 ").shown(), "男");
        assert_eq!(sex("2").shown(), "女");
        assert_eq!(sex("未知").codes(), ["FD-112"]);
        assert_eq!(ethnic("汉").shown(), "汉族");
        assert_eq!(ethnic("土家").shown(), "土家族");
        assert_eq!(ethnic("土").shown(), "土族");
        assert_eq!(ethnic("穿青人").codes(), ["FD-121"]);
        assert_eq!(grade("优 秀").shown(), "优秀");
        assert_eq!(grade("合格等次").shown(), "合格");
        assert_eq!(uscc("91350100M000100Y43").codes(), Vec::<&str>::new());
        assert_eq!(uscc("91350211M0000XUF46").codes(), ["FD-142"]);
        for (text, staffed) in [
            ("编外", false),
            ("不在编", false),
            ("劳务派遣", false),
            ("无编制", false),
            ("事业编制", true),
            ("在编", true),
        ] {
            let read = flag(text, OUTSIDE, false, "编").value;
            assert_eq!(read, Some(Value::Bool(staffed)), "{text}");
        }
    }

    #[test]
    fn appraisals_in_one_cell() {
        assert_eq!(appraisals("2014优秀、2015合格").len(), 2);
        assert_eq!(appraisals("2014-2018年均合格").len(), 5);
        assert!(appraisals("均好").is_empty());
    }
}
