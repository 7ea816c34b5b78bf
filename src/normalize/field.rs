//! Plain fields by id: one reader per kind of value.

use super::fact::Parsed;
use super::{Value, cell, date, merit, unit};
use crate::pack::{Pack, pattern_matches};
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
        dated if super::grades::part(dated) == Some("date") => date::read(value, None),
        "person.work_start" | "cert.date" => date::read(value, None),
        dated if pattern_matches("papers.*.date", dated) => date::read(value, None),
        dated if pattern_matches("education.*.date", dated) => date::read_end(value),
        "education.date" => date::read_end(value),
        "person.sex" => sex(&text),
        "person.ethnic" => ethnic(&text),
        "person.staffed" => staffed(&text),
        "apply.transferred" => flag(&text, "转岗"),
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
        own if super::grades::part(own) == Some("no") => tight(&text),
        own if super::grades::part(own) == Some("issuer") => unit::issuer(&text, pack),
        "cert.no" if lost_digits(value) => Parsed::fault("FD-162", text.trim()),
        "education.no" if lost_digits(value) => {
            Parsed::default().note("FD-133", &[("cols", "学历证书编号（存为数字，后几位已丢失）")])
        }
        "cert.no" | "education.no" => tight(&text),
        "cert.trade" => Parsed::text(super::trade::read(&text, pack).name),
        "honours" => merit::parsed(&text, merit::Kind::Honour),
        "contests" => merit::parsed(&text, merit::Kind::Contest),
        "awards" => merit::parsed(&text, merit::Kind::Award),
        votes if votes.starts_with("vote.") => maybe(cell::count(&text).map(Value::Int)),
        scores if scores.starts_with("score.") => score(&text),
        "coached.top10_city" => maybe(merit::coached(&text).map(Value::Int)),
        other if other.starts_with("appraisal.") => grade(&text),
        _ => cell::plain(&text),
    }
}

/// 0 to 100, or 合格 / 不合格; nothing is no score, and not zero.
fn score(text: &str) -> Parsed {
    let word = fold(text);
    let bare = word.strip_suffix('分').unwrap_or(&word);
    let number = bare.parse::<f64>().is_ok_and(|n| (0.0..=100.0).contains(&n));
    if number || ["合格", "不合格"].contains(&bare) {
        Parsed::text(bare)
    } else {
        Parsed::fault("FM-122", text.trim())
    }
}

fn maybe(value: Option<Value>) -> Parsed {
    value.map_or_else(Parsed::default, Parsed::value)
}

/// Whether a long number went through a number format: 1.53E+10, or more digits than one keeps.
fn lost_digits(value: &CellValue) -> bool {
    let text = fold(&value.text());
    let scientific = text.split_once('e').is_some_and(|(mantissa, exponent)| {
        mantissa.contains('.')
            && mantissa.parse::<f64>().is_ok()
            && exponent.trim_start_matches('+').parse::<u32>().is_ok()
    });
    scientific || matches!(value, CellValue::Number(n) if *n >= 1e15)
}

/// A number of a paper: no blanks, letters and digits of one width.
fn tight(text: &str) -> Parsed {
    let out = strip_blanks(text.trim_matches(['\'', '"', '‘', '’', '“', '”']));
    let out: String = out
        .chars()
        .flat_map(|c| {
            let wide = matches!(u32::from(c), 0xFF10..=0xFF19 | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A);
            let narrow = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
            narrow.filter(|_| wide).or(Some(c))
        })
        .collect();
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

/// A yes/no column that may also hold the word itself, plain or denied.
fn flag(text: &str, word: &str) -> Parsed {
    let folded = fold(text);
    let value = match cell::yes_no(text) {
        Some(value) => Some(value),
        None if folded.starts_with('否') => Some(false),
        None if folded.starts_with('是') => Some(true),
        None => super::flags::says(&folded, word),
    };
    maybe(value.map(Value::Bool))
}

/// 在编, 编外, or the kind of post that tells it.
fn staffed(text: &str) -> Parsed {
    let folded = fold(text);
    let has = |words: &[&str]| words.iter().any(|w| folded.contains(w));
    let outside = [
        "编外",
        "非编",
        "非在编",
        "不在编",
        "未在编",
        "未入编",
        "无编",
        "没有编",
        "合同制",
        "劳务",
        "派遣",
        "临时",
        "外聘",
        "公益性岗位",
    ];
    let value = match cell::yes_no(text) {
        Some(value) => Some(value),
        None if folded.starts_with(['否', '非', '不', '未', '无', '没']) || has(&outside) => {
            Some(false)
        }
        None if folded.starts_with('是') || has(&["编", "拨款", "自收自支"]) => Some(true),
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
    let marks = "'\"“”‘’。．.，,；;、：:（）()【】";
    let bare = word.trim_matches(|c| marks.contains(c));
    let known = ["合格", "优秀", "优", "称职", "良好"];
    let bare = bare
        .strip_suffix("等次")
        .map(|short| short.trim_matches(|c| marks.contains(c)))
        .filter(|short| known.iter().any(|grade| short.ends_with(grade)))
        .unwrap_or(bare);
    let bare = ["年度考核", "考核结果", "考核等次", "考核"]
        .iter()
        .find_map(|prefix| bare.strip_prefix(prefix))
        .unwrap_or(bare)
        .trim_start_matches(['为', '：', ':']);
    let bare = match bare {
        "优" => "优秀".to_owned(),
        _ => bare.to_owned(),
    };
    if bare == text { Parsed::text(bare) } else { Parsed::text(bare).repair("考核等次规范") }
}

/// What a cell of several grades is made of.
enum Piece {
    Years(Vec<i32>),
    Grade(&'static str),
}

/// Year and grade pairs of one cell: a grade belongs to the years before it (2014优秀 2015合格,
/// 2014-2018年均合格), or to those after it when the cell begins with a grade (合格：2014、2015).
/// Empty when a year has no grade or two, or a word cannot be placed.
pub(super) fn appraisals(text: &str) -> Vec<(i32, String)> {
    let Some(pieces) = pieces(&fold(text)) else { return Vec::new() };
    let leading = matches!(pieces.first(), Some(Piece::Grade(_)));
    let ordered: Vec<&Piece> =
        if leading { pieces.iter().rev().collect() } else { pieces.iter().collect() };
    let mut waiting: Vec<i32> = Vec::new();
    let mut out: Vec<(i32, String)> = Vec::new();
    for piece in ordered {
        match piece {
            Piece::Years(years) => waiting.extend(years),
            Piece::Grade(_) if waiting.is_empty() => return Vec::new(),
            Piece::Grade(grade) => out.extend(waiting.drain(..).map(|y| (y, (*grade).to_owned()))),
        }
    }
    out.sort();
    let twice = out.windows(2).any(|pair| pair[0].0 == pair[1].0);
    if twice || !waiting.is_empty() { Vec::new() } else { out }
}

/// Years, stretches of years and grades in the order they stand; `None` for a grade not known.
fn pieces(text: &str) -> Option<Vec<Piece>> {
    const GRADES: [&str; 12] = [
        "优秀",
        "基本合格",
        "不合格",
        "合格",
        "基本称职",
        "不称职",
        "称职",
        "良好",
        "未定等次",
        "不定等次",
        "未参加",
        "免考核",
    ];
    let mut out: Vec<Piece> = Vec::new();
    let mut rest = text;
    let mut joined = false;
    while let Some(c) = rest.chars().next() {
        if let Some(grade) = GRADES.iter().find(|g| rest.starts_with(**g)) {
            out.push(Piece::Grade(grade));
            rest = rest.strip_prefix(grade)?;
            joined = false;
            continue;
        }
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if digits.is_empty() {
            // a hint of refusal that is no grade of the list must not be passed over
            if "不未差无缺".contains(c) {
                return None;
            }
            joined |= "-~至到—–".contains(c);
            rest = rest.strip_prefix(c)?;
            continue;
        }
        rest = rest.strip_prefix(digits.as_str())?;
        let year: i32 = match digits.chars().count() {
            4 => digits.parse().ok().filter(|y| (1950..2100).contains(y))?,
            2 if rest.starts_with('年') => 2000 + digits.parse::<i32>().ok()?,
            _ => return None,
        };
        match out.last_mut() {
            Some(Piece::Years(years)) => {
                let from = years.last().copied().filter(|from| joined && *from < year);
                years.extend(from.map_or(year, |from| from + 1)..=year);
            }
            _ => out.push(Piece::Years(vec![year])),
        }
        joined = false;
    }
    Some(out)
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
        for text in ["“合格”", "合格。", "合格（等次）", "考核合格", "考核等次：合格"]
        {
            assert_eq!(grade(text).shown(), "合格", "{text}");
        }
        assert_eq!(grade("基本合格。").shown(), "基本合格");
        assert_eq!(grade("不定等次").shown(), "不定等次");
        assert_eq!(tight("１２３２０６ Ａ（甲）").shown(), "123206A（甲）");
    }

    #[test]
    fn yes_no_columns_and_denials() {
        for (text, expect) in [
            ("编外", Some(false)),
            ("合同制", Some(false)),
            ("劳务派遣", Some(false)),
            ("不在编", Some(false)),
            ("非在编", Some(false)),
            ("非事业编", Some(false)),
            ("否（编外）", Some(false)),
            ("事业编制", Some(true)),
            ("财政全额拨款", Some(true)),
            ("是（事业编）", Some(true)),
            ("见附件", None),
        ] {
            assert_eq!(staffed(text).value, expect.map(Value::Bool), "{text}");
        }
        for (text, expect) in [
            ("没有转岗", Some(false)),
            ("未转岗", Some(false)),
            ("无转岗情况", Some(false)),
            ("2015年转岗", Some(true)),
            ("否，一直在本岗", Some(false)),
            ("见附件", None),
        ] {
            assert_eq!(flag(text, "转岗").value, expect.map(Value::Bool), "{text}");
        }
    }

    #[test]
    fn numbers_that_lost_their_digits() {
        assert!(lost_digits(&CellValue::Text("1.53206E+10".into())));
        assert!(lost_digits(&CellValue::Number(3.2e17)));
        assert!(!lost_digits(&CellValue::Number(15_320_600_007.0)));
        assert!(!lost_digits(&CellValue::Text("2E12".into())));
    }

    #[test]
    fn appraisals_in_one_cell() {
        assert_eq!(appraisals("2014优秀、2015合格").len(), 2);
        assert_eq!(appraisals("2014-2018年均合格").len(), 5);
        assert!(appraisals("均好").is_empty());
        let shown = |text: &str| {
            let all = appraisals(text).into_iter().map(|(y, g)| format!("{y}{g}"));
            all.collect::<Vec<_>>().join(" ")
        };
        let mixed = "2014优秀 2015合格 2016不合格";
        for text in [
            mixed,
            "2014年优秀\n2015年合格\n2016年不合格",
            "2014年度：优秀；2015年度：合格；2016年度：不合格",
            "14年优秀，15年合格，16年不合格",
            "优秀：2014；合格：2015；不合格：2016",
        ] {
            assert_eq!(shown(text), mixed, "{text}");
        }
        assert_eq!(shown("2014、2015合格，2016-2018优秀").split(' ').count(), 5);
        for text in ["2014优秀2015", "2014年差", "2014优秀2014合格", "合格合格", "2014年未评"]
        {
            assert!(appraisals(text).is_empty(), "{text}");
        }
    }
}
