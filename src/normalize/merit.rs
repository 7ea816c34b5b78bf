//! Several things in one cell: 破格, 荣誉, 竞赛, 成果, 带徒, 论文, 专家, 职称.

use super::fact::Parsed;
use super::{Merit, Value, cell, date};
use crate::pack::Pack;
use crate::read::CellValue;
use crate::text::{PartialDate, Region, fold, regions, strip_blanks};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Which kind of merit a cell lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 称号
    Honour,
    /// 名次
    Contest,
    /// 成果奖励
    Award,
}

/// Rows are cut at ； ; or a line break.
fn rows(text: &str) -> Vec<String> {
    text.split(['；', ';', '\n']).map(|r| r.trim().to_owned()).filter(|r| !r.is_empty()).collect()
}

/// Reads a cell of merits; every row becomes one.
pub(super) fn list(text: &str, kind: Kind) -> Vec<Merit> {
    if cell::is_empty(text) {
        return Vec::new();
    }
    rows(text).iter().map(|row| one(row, kind)).collect()
}

fn one(row: &str, kind: Kind) -> Merit {
    let wide: String = row.nfkc().collect();
    let (date, rest) = take_date(&wide);
    let mut merit = Merit { date, rank: rank(&rest), ..Merit::default() };
    if rest.contains("个人证书") || rest.contains("个人") {
        merit.personal = Some(true);
    } else if rest.contains("集体") || rest.contains("单位") {
        merit.personal = Some(false);
    }
    match kind {
        Kind::Honour => merit.grade = honour(&rest),
        Kind::Contest => merit.place = place(&rest),
        Kind::Award => merit.grade = grade(&rest),
    }
    merit.name = leftover(&rest, &merit);
    merit
}

fn leftover(rest: &str, merit: &Merit) -> String {
    let mut name = rest.to_owned();
    for word in
        ["(个人证书)", "个人证书", "(集体)", "集体", "国家级", "省部级", "省级", "市级", "县级"]
    {
        name = name.replace(word, "");
    }
    if let (Some(grade), false) = (&merit.grade, merit.grade.as_ref() == Some(&name)) {
        let kept = name.replace(grade.as_str(), "");
        if !strip_blanks(&kept).is_empty() {
            name = kept;
        }
    }
    let name = strip_blanks(&name);
    let name = name.trim_matches([',', '，', '、', '(', ')', '.']).to_owned();
    if name.is_empty() { merit.grade.clone().unwrap_or_else(|| strip_blanks(rest)) } else { name }
}

/// Counties, districts and cities of their rank, and the cities above them.
struct Places {
    low: BTreeSet<&'static str>,
    city: BTreeSet<&'static str>,
}

static PLACES: LazyLock<Places> = LazyLock::new(|| {
    let mut places = Places { low: BTreeSet::new(), city: BTreeSet::new() };
    for Region { code, name, .. } in regions() {
        let long = name.chars().count() >= 3 && !name.starts_with('市');
        if code.ends_with("00") && !code.ends_with("0000") {
            places.city.insert(name);
        } else if long && !code.ends_with("00") {
            places.low.insert(name);
        }
    }
    places
});

/// A text without the places that only say where a smaller place lies (江苏省南通市崇川区).
fn smallest_places(text: &str) -> String {
    let mut out = text.to_owned();
    for name in PLACES.low.iter().chain(&PLACES.city).filter(|name| text.contains(**name)) {
        while let Some((before, after)) = out.split_once(*name) {
            let above = ["省", "自治区", "市"].iter().any(|end| before.ends_with(end));
            let cut = before.char_indices().rev().find(|(_, c)| !is_place_char(*c));
            let from = cut.map_or(0, |(at, c)| at + c.len_utf8());
            let head = if above { before.get(..from).unwrap_or_default() } else { before };
            out = format!("{head}\u{1}{after}");
        }
        out = out.replace('\u{1}', name);
    }
    out
}

fn is_place_char(c: char) -> bool {
    crate::text::is_han(c)
}

/// 国家级, 省部级, 市级, 县级, by words or by the place named; `None` also when a city and one of
/// its districts are named side by side.
pub(super) fn rank(text: &str) -> Option<String> {
    let text = smallest_places(text);
    let low: Vec<&str> = PLACES
        .low
        .iter()
        .filter(|name| !PLACES.city.contains(**name) && text.contains(**name))
        .copied()
        .collect();
    let rest = low.iter().fold(text.clone(), |rest, name| rest.replace(name, ""));
    let rest = rest.replace("市经济技术开发区", "").replace("市开发区", "");
    let district = !low.is_empty() || text.contains("开发区");
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    let rank = if has(&["国家级", "全国", "国家", "中华"]) {
        "国家级"
    } else if has(&["省部级", "省级", "部级", "省", "自治区"]) {
        "省部级"
    } else if has(&["县级", "区级", "县(市、区)"]) {
        "县级"
    } else if has(&["市级"]) {
        "市级"
    } else if district && rest.contains('市') {
        return None;
    } else if district {
        "县级"
    } else if has(&["市"]) {
        "市级"
    } else if has(&["县"]) {
        "县级"
    } else {
        return None;
    };
    Some(rank.to_owned())
}

fn honour(text: &str) -> Option<String> {
    const KINDS: [(&str, &str); 9] = [
        ("劳动模范", "劳动模范"),
        ("劳模", "劳动模范"),
        ("先进工作者", "先进工作者"),
        ("技术能手", "技术能手"),
        ("技术标兵", "技术标兵"),
        ("五一劳动奖章", "五一劳动奖章"),
        ("首席技师", "首席技师"),
        ("先进个人", "先进个人"),
        ("能手", "技术能手"),
    ];
    KINDS.iter().find(|(word, _)| text.contains(word)).map(|(_, kind)| (*kind).to_owned())
}

fn grade(text: &str) -> Option<String> {
    ["特等奖", "一等奖", "二等奖", "三等奖", "四等奖", "优秀奖", "金奖", "银奖", "铜奖"]
        .iter()
        .find(|word| text.contains(*word))
        .map(|word| (*word).to_owned())
}

/// 第4名, 第四名, 冠军, 季军.
fn place(text: &str) -> Option<u32> {
    for (word, n) in [("冠军", 1), ("亚军", 2), ("季军", 3)] {
        if text.contains(word) {
            return Some(n);
        }
    }
    let (before, _) = text.split_once('名')?;
    let tail = before.rsplit_once('第').map_or(before, |(_, tail)| tail);
    let digits: String = tail.chars().rev().take_while(char::is_ascii_digit).collect();
    let digits: String = digits.chars().rev().collect();
    let n = digits
        .parse()
        .ok()
        .or_else(|| cell::chinese_number(tail.trim()).and_then(|n| u32::try_from(n).ok()))?;
    (n > 0).then_some(n)
}

/// Takes the first date out of a row.
fn take_date(text: &str) -> (Option<PartialDate>, String) {
    let chars: Vec<char> = text.chars().collect();
    let mut from = 0;
    while from < chars.len() {
        let year: String = chars[from..].iter().take(4).collect();
        let bounded = from == 0 || !chars[from - 1].is_ascii_digit();
        if bounded && year.len() == 4 && !cell::years_in(&year).is_empty() {
            let inside = |c: &&char| c.is_ascii_digit() || ".-/年月日度".contains(**c);
            let run = chars[from..].iter().take_while(inside).count();
            let word: String = chars[from..from + run].iter().collect();
            let word = word.replace('度', "");
            let word = word.trim_end_matches(['.', '-', '/']).to_owned();
            if let Some(Value::Date(date)) = date::read(&CellValue::Text(word), None).value {
                let rest = chars[..from].iter().chain(&chars[from + run..]).collect();
                return (Some(date), rest);
            }
        }
        from += 1;
    }
    (None, text.to_owned())
}

/// 带徒: a number, or people with rank and place; counts places 1–10 of 市级 and above.
pub(super) fn coached(text: &str) -> Option<i64> {
    if let Some(n) = cell::count(text) {
        return Some(n);
    }
    let rows = rows(text);
    let top = |row: &&String| {
        let merit = one(row, Kind::Contest);
        let high = merit.rank.as_deref().is_some_and(|r| r != "县级");
        high && merit.place.is_some_and(|p| p <= 10)
    };
    rows.iter()
        .any(|row| row.contains('名') || rank(row).is_some())
        .then(|| rows.iter().filter(top).count() as i64)
}

/// 破格 items: `A2`, `B3`, a bare `2` when no letter is told, `破格` when claimed without an item.
/// `None`: not claimed.
pub(super) fn exception(text: &str, pack: &Pack) -> Option<Vec<String>> {
    let folded = fold(text).to_uppercase();
    let denied = ["不破格", "非破格", "未破格", "无破格", "否", "没有", "正常"];
    if cell::is_empty(text)
        || cell::yes_no(text) == Some(false)
        || denied.iter().any(|word| folded.starts_with(word))
    {
        return None;
    }
    // blanks stay: A2 2017年 is no item 22017
    let wide = text.nfkc().collect::<String>().to_uppercase();
    let clean: Vec<char> = wide.replace("一(三)", " ").replace("(三)", " ").chars().collect();
    let named = Named::of(pack);
    let mut letter: Option<&str> = None;
    let mut items: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(rest) = clean.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some((id, length)) = named.at(rest) {
            letter = Some(id);
            at += length;
            continue;
        }
        // the digits of a year or a longer number are no items, nor is a number of something: 第3名
        let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        let counts = rest.get(digits).is_some_and(|c| "名等年月日人项次届位".contains(*c));
        let number = rest.iter().take(digits).collect::<String>();
        if number.parse::<u32>().is_ok_and(|n| (1..=named.most).contains(&n)) && !counts {
            let item = letter.map_or_else(|| number.clone(), |id| format!("{id}{number}"));
            if !items.contains(&item) {
                items.push(item);
            }
        }
        at += digits.max(1);
    }
    if items.is_empty() {
        items.push("破格".to_owned());
    }
    Some(items)
}

/// The exceptions of a pack as people name them: by id, the first two also as the first and the
/// second half (前段, 后段) of the clause.
struct Named<'a> {
    ids: Vec<&'a str>,
    /// The highest number of an item.
    most: u32,
}

impl<'a> Named<'a> {
    fn of(pack: &'a Pack) -> Self {
        let numbers = pack.exceptions.iter().flat_map(|e| e.any.iter().filter_map(|item| item.no));
        let ids = pack.exceptions.iter().map(|e| e.id.as_str()).collect();
        Self { ids, most: numbers.max().unwrap_or(0) }
    }

    /// The exception named where `rest` begins, and the length of its name.
    fn at(&self, rest: &[char]) -> Option<(&'a str, usize)> {
        let starts = |word: &str| {
            let word: Vec<char> = word.to_uppercase().chars().collect();
            (!word.is_empty() && rest.starts_with(&word)).then_some(word.len())
        };
        let half = |n: usize, word: &str| Some((*self.ids.get(n)?, starts(word)?));
        let own = self.ids.iter().filter_map(|id| Some((*id, starts(id)?)));
        own.max_by_key(|(_, length)| *length).or_else(|| half(0, "前")).or_else(|| half(1, "后"))
    }
}

/// 职称: name and rank (初级, 中级, 副高, 正高).
pub(super) fn title(text: &str) -> (String, Option<&'static str>) {
    let name = strip_blanks(text);
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    // a skill level or a post of the civil service is no professional title
    if has(&["技师", "高级工", "中级工", "初级工", "技工", "技术工", "科员"])
        && !has(&["工程师", "会计师", "经济师", "统计师", "农艺师", "讲师"])
    {
        return (name, None);
    }
    let rank = if has(&["正高", "教授级", "研究员级", "主任医师", "主任护师"])
        && !name.contains("副主任")
    {
        Some("正高")
    } else if has(&["副高", "高级", "副主任", "副教授", "副研究", "高工"]) {
        Some("副高")
    } else if has(&["助理", "技术员", "初级", "员级", "助教", "护师", "会计员"])
        && !has(&["主管", "中级"])
    {
        Some("初级")
    } else if has(&[
        "中级",
        "工程师",
        "主管",
        "讲师",
        "会计师",
        "经济师",
        "主治",
        "统计师",
        "农艺师",
        "馆员",
    ]) {
        Some("中级")
    } else {
        None
    };
    (name, rank)
}

/// One paper: the sub-fields of `papers.N.` that were found.
pub(super) fn papers(text: &str) -> Vec<Vec<(&'static str, Value)>> {
    if cell::is_empty(text) {
        return Vec::new();
    }
    rows(text).iter().map(|row| paper(row)).collect()
}

fn paper(row: &str) -> Vec<(&'static str, Value)> {
    let mut out = Vec::new();
    let mut rest = row.to_owned();
    // the first name in brackets is the paper's, the second the journal's
    for key in ["title", "journal"] {
        if let Some((before, tail)) = rest.split_once('《')
            && let Some((named, after)) = tail.split_once('》')
        {
            out.push((key, Value::Text(named.trim().to_owned())));
            rest = format!("{before} {after}");
        }
    }
    for part in rest.split(['，', ',', '、', ' ', '\u{3000}']).map(str::trim) {
        if part.is_empty() {
            continue;
        }
        let upper = part.to_uppercase();
        let parsed = date::read(&CellValue::Text(part.to_owned()), None).value;
        let key = if upper.starts_with("CN") || upper.starts_with("ISSN") || looks_issn(part) {
            "issn"
        } else if part.contains('期') {
            "issue"
        } else if let Some(Value::Date(date)) = parsed {
            out.push(("date", Value::Date(date)));
            continue;
        } else if out.iter().any(|(key, _)| *key == "title") {
            "journal"
        } else {
            "title"
        };
        if !out.iter().any(|(known, _)| *known == key) {
            let text = part.replace(['《', '》'], "");
            out.push((key, Value::Text(text)));
        }
    }
    out
}

fn looks_issn(part: &str) -> bool {
    let bare: Vec<char> = part.chars().collect();
    bare.len() == 9 && bare[4] == '-' && bare[..4].iter().all(char::is_ascii_digit)
}

/// Experts: (name, title, unit) of `name（title，unit）`.
pub(super) fn experts(text: &str) -> Vec<[Option<String>; 3]> {
    if cell::is_empty(text) {
        return Vec::new();
    }
    let joined = text.replace("）、", "）；").replace(")、", ")；");
    let mut out = Vec::new();
    for row in rows(&joined) {
        let Some((name, tail)) = row.split_once(['（', '(']) else {
            out.extend(row.split('、').map(|n| [Some(strip_blanks(n)), None, None]));
            continue;
        };
        let inner = tail.trim_end_matches(['）', ')', ' ']);
        let mut parts = inner.splitn(2, ['，', ',', '、']).map(|p| p.trim().to_owned());
        out.push([Some(strip_blanks(name)), parts.next(), parts.next()]);
    }
    out
}

/// A merit list as a value.
pub(super) fn parsed(text: &str, kind: Kind) -> Parsed {
    Parsed::value(Value::Merits(list(text, kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honours_contests_awards() {
        let h = list("2017.05 南通市 技术能手；2018 省级劳动模范", Kind::Honour);
        assert_eq!(h.len(), 2);
        assert_eq!(h[0].rank.as_deref(), Some("市级"));
        assert_eq!(h[0].grade.as_deref(), Some("技术能手"));
        assert_eq!(h[0].date.map(|d| d.to_string()).as_deref(), Some("2017-05"));
        assert_eq!(h[1].rank.as_deref(), Some("省部级"));
        assert_eq!(h[1].grade.as_deref(), Some("劳动模范"));
        let c = list("2016年 江苏省 烹饪技能竞赛 第4名", Kind::Contest);
        assert_eq!((c[0].place, c[0].rank.as_deref()), (Some(4), Some("省部级")));
        assert_eq!(place("市级第十名"), Some(10));
        let a = list("2018 省级 技术革新 三等奖（个人证书）", Kind::Award);
        assert_eq!((a[0].grade.as_deref(), a[0].personal), (Some("三等奖"), Some(true)));
        assert_eq!(a[0].name, "技术革新");
        assert!(list("无", Kind::Award).is_empty());
    }

    #[test]
    fn ranks_of_places() {
        for (text, expect) in [
            ("南通市技术能手", Some("市级")),
            ("江苏省南通市技术能手", Some("市级")),
            ("江苏省技术能手", Some("省部级")),
            ("江苏省南通市崇川区技术能手", Some("县级")),
            ("南通市崇川区劳动模范", Some("县级")),
            ("如皋市技术能手", Some("县级")),
            ("海安市技能竞赛", Some("县级")),
            ("如东县技术标兵", Some("县级")),
            ("南通市开发区技术能手", Some("县级")),
            ("泰州市技术能手", Some("市级")),
            ("市级技术能手", Some("市级")),
            ("市技能竞赛", Some("市级")),
            ("江苏省技能竞赛（如皋市代表队）", Some("省部级")),
            ("全国技术能手", Some("国家级")),
            // the contest of the city, or that of the district: nobody can tell
            ("南通市技能竞赛（崇川区代表队）", None),
            ("技术能手", None),
        ] {
            assert_eq!(rank(text).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn skill_levels_and_civil_ranks_are_no_titles() {
        for text in ["高级技师", "技师", "高级工", "中级工", "副主任科员"] {
            assert_eq!(title(text).1, None, "{text}");
        }
        for (text, rank) in [
            ("高级工程师", "副高"),
            ("助理工程师", "初级"),
            ("会计师", "中级"),
            ("技师、工程师", "中级"),
        ] {
            assert_eq!(title(text).1, Some(rank), "{text}");
        }
    }

    #[test]
    fn exceptions_of_every_spelling() {
        let item = "[[exception]]\nid = 'ID'\nname = 'n'\nwaives = []\nclause = '一'\nany = [{ no = 1 }, { no = 4 }]\n";
        let text = ["A", "B"].map(|id| item.replace("ID", id)).concat();
        let head = "schema = \"circular-pack/1\"\n[circular]\nid = \"t\"\ntitle = \"t\"\nissuer = \"t\"\nyear = 2019\nlevels = [\"技师\"]\n";
        let pack: Pack = toml::from_str(&format!("{head}{text}")).unwrap();
        let more = item.replace("ID", "乙").replace("no = 4", "no = 12");
        let other: Pack = toml::from_str(&format!("{head}{more}")).unwrap();
        assert_eq!(exception("乙12", &other), Some(vec!["乙12".to_owned()]));
        assert_eq!(exception("A2", &other), Some(vec!["2".to_owned()]));
        for (text, expect) in [
            ("A2", "A2"),
            ("破格A2", "A2"),
            ("学历破格（A1 市级技术能手）", "A1"),
            ("一(三)2", "2"),
            ("一（三）2", "2"),
            ("后段3", "B3"),
            ("A1、B3", "A1 B3"),
            ("学历破格（A2 2017年市级竞赛第3名）", "A2"),
            ("是", "破格"),
            ("破格", "破格"),
        ] {
            let read = exception(text, &pack).map(|l| l.join(" "));
            assert_eq!(read.as_deref(), Some(expect), "{text}");
        }
        for text in
            ["否", "无", "", "—", "不破格", "未破格", "非破格", "正常申报", "否（正常申报）"]
        {
            assert_eq!(exception(text, &pack), None, "{text}");
        }
    }

    #[test]
    fn people_papers_titles() {
        assert_eq!(coached("3人"), Some(3));
        assert_eq!(coached("张某 2017 市级 第5名；李某 县级 第1名"), Some(1));
        assert_eq!(title("工程师").1, Some("中级"));
        assert_eq!(title("助理工程师").1, Some("初级"));
        assert_eq!(title("高级工程师").1, Some("副高"));
        assert_eq!(title("正高级工程师").1, Some("正高"));
        let paper = &papers("《配电维护》，机电技术，CN35-1262，2017年第3期，2017.06")[0];
        let keys: Vec<&str> = paper.iter().map(|(k, _)| *k).collect();
        assert_eq!(keys, ["title", "journal", "issn", "issue", "date"]);
        let paper = &papers("《收银内控》，《教育财会研究》2017年第3期")[0];
        let said: Vec<_> = paper.iter().map(|(key, value)| (*key, value.text())).collect();
        let whole = [("title", "收银内控"), ("journal", "教育财会研究"), ("issue", "2017年第3期")];
        assert_eq!(said, whole.map(|(key, text)| (key, text.to_owned())));
        let e = experts("王某（高级工程师，市供电公司）、李某");
        assert_eq!(e[0][2].as_deref(), Some("市供电公司"));
        assert_eq!(e.len(), 2);
    }
}
