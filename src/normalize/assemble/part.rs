//! Which part of a material a file fills: part, years, sides.

use super::line::Line;
use super::material::{Words, has};
use crate::pack::{Material, Pack};
use std::collections::BTreeSet;

/// What a file fills of its material.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fill {
    /// Index of the part.
    pub(super) part: Option<usize>,
    /// Years, for a part asked per year.
    pub(super) years: BTreeSet<i32>,
    /// Sides, for a part that has two.
    pub(super) sides: BTreeSet<u8>,
}

impl Fill {
    /// What a newer file must cover to replace this one: its years, its sides, or the one thing.
    pub(super) fn units(&self) -> BTreeSet<i32> {
        let sides = self.sides.iter().map(|side| i32::from(*side));
        let units: BTreeSet<i32> = self.years.iter().copied().chain(sides).collect();
        if units.is_empty() { BTreeSet::from([0]) } else { units }
    }
}

const FRONT: u8 = 1;
const BACK: u8 = 2;
const FRONT_WORDS: [&str; 3] = ["正面", "人像面", "头像面"];
const BACK_WORDS: [&str; 3] = ["反面", "背面", "国徽面"];
const BOTH_WORDS: [&str; 4] = ["正反", "正背", "双面", "两面"];
const RANGE: &str = "-–—~至到―";

/// Decides what the file at `inside` with `pages` pages fills of `material`.
pub(super) fn fill(
    pack: &Pack,
    material: &Material,
    words: &Words,
    inside: &[Line],
    pages: usize,
) -> Fill {
    let part = part_of(material, words, inside);
    let mut fill = Fill { part, ..Fill::default() };
    let Some(spec) = part.and_then(|index| material.parts.get(index)) else { return fill };
    if let Some(name) = &spec.per {
        let list = pack.reference.get(name).and_then(|r| r.list.as_deref()).unwrap_or_default();
        fill.years = years_in(inside);
        if fill.years.is_empty() && list.len() == 1 {
            fill.years = list.iter().copied().collect();
        }
    }
    if spec.sides.is_some_and(|sides| sides > 1) {
        fill.sides = sides_in(inside, pages);
    }
    fill
}

/// The part with the most telling word in the file's own name, else in the nearest folder; the only
/// part there is when no word decides. What names the whole material (量化考评) tells less of a part
/// than what does not (公示); of two such words the longer one tells more.
fn part_of(material: &Material, words: &Words, inside: &[Line]) -> Option<usize> {
    for line in inside.iter().rev() {
        // 量化_公示 is 量化公示
        let line = line.joined();
        let mut best: Option<(usize, (bool, usize))> = None;
        for (index, own) in words.parts.iter().enumerate() {
            let found = |w: &&Vec<char>| has(std::slice::from_ref(&line), w);
            let telling = |w: &Vec<char>| (!words.own.contains(w), w.len());
            let most = own.iter().filter(found).map(telling).max();
            if let Some(most) = most
                && best.is_none_or(|(_, other)| most > other)
            {
                best = Some((index, most));
            }
        }
        if let Some((index, _)) = best {
            return Some(index);
        }
    }
    let mut plain = material.parts.iter().enumerate().filter(|(_, p)| !p.photo && p.when.is_none());
    match (plain.next(), plain.next()) {
        (Some((index, _)), None) => Some(index),
        _ => None,
    }
}

/// The years named in the file's own name, else in the nearest folder that names one.
fn years_in(inside: &[Line]) -> BTreeSet<i32> {
    inside.iter().rev().map(years_of).find(|years| !years.is_empty()).unwrap_or_default()
}

fn years_of(line: &Line) -> BTreeSet<i32> {
    let runs: Vec<(usize, usize)> =
        line.digits().into_iter().filter(|run| !is_full_date(line, *run)).collect();
    let year = |run: &(usize, usize)| {
        let number = if run.1 - run.0 == 4 { line.number(run.0, run.1) } else { None };
        number.and_then(|n| i32::try_from(n).ok()).filter(|n| (1950..=2099).contains(n))
    };
    let mut years: BTreeSet<i32> = runs.iter().filter_map(year).collect();
    for pair in runs.windows(2) {
        let (Some(first), Some(last)) = (year(&pair[0]), year(&pair[1])) else { continue };
        let mut between = line.chars()[pair[0].1..pair[1].0].to_vec();
        between.retain(|c| !matches!(c, '年' | '度'));
        if !between.is_empty() && between.iter().all(|c| RANGE.contains(*c)) && first <= last {
            years.extend(first..=last);
        }
    }
    years
}

/// Whether the run opens a full date such as 2019-06-01: the day of the scan, not a year asked for.
fn is_full_date(line: &Line, run: (usize, usize)) -> bool {
    let runs = line.digits();
    let Some(at) = runs.iter().position(|r| *r == run) else { return false };
    let joined = |a: (usize, usize), b: (usize, usize)| {
        b.0 == a.1 + 1
            && b.1 - b.0 <= 2
            && matches!(line.chars()[a.1], '-' | '.' | '/' | '_' | '年' | '月')
    };
    match (runs.get(at + 1), runs.get(at + 2)) {
        (Some(month), Some(day)) => joined(run, *month) && joined(*month, *day),
        _ => false,
    }
}

/// The sides a file shows: both, unless its name says one and it has one page.
fn sides_in(inside: &[Line], pages: usize) -> BTreeSet<u8> {
    let text: String = inside.last().map(Line::text).unwrap_or_default();
    let any = |words: &[&str]| words.iter().any(|w| text.contains(w));
    let (front, back) = (any(&FRONT_WORDS), any(&BACK_WORDS));
    match (front, back) {
        _ if pages >= 2 || any(&BOTH_WORDS) => BTreeSet::from([FRONT, BACK]),
        (true, false) => BTreeSet::from([FRONT]),
        (false, true) => BTreeSet::from([BACK]),
        _ => BTreeSet::from([FRONT, BACK]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::material::Guide;
    use super::super::testkit::pack;
    use super::*;

    fn filled(material: &str, path: &str, pages: usize) -> Fill {
        let pack = pack();
        let guide = Guide::new(&pack);
        let index = pack.materials.iter().position(|m| m.id == material).unwrap();
        let inside: Vec<Line> = path.split('/').map(Line::new).collect();
        fill(&pack, &pack.materials[index], &guide.materials[index], &inside, pages)
    }

    fn years(material: &str, path: &str) -> Vec<i32> {
        filled(material, path, 1).years.into_iter().collect()
    }

    #[test]
    fn a_circled_number_is_no_part_of_a_year() {
        assert_eq!(years("appraisals", "②2015年度考核表"), [2015]);
        assert_eq!(years("appraisals", "②2015—2016年度考核表"), [2015, 2016]);
    }

    #[test]
    fn the_longest_word_of_a_part_wins() {
        for (material, path, part) in [
            ("diploma", "03学历认证材料", Some(1)),
            ("diploma", "03毕业证书", Some(0)),
            ("diploma", "学历证书/学历认证", Some(1)),
            ("cert", "原技师证", Some(1)),
            ("cert", "05", Some(0)),
            ("paper", "论文/封面", Some(0)),
            ("paper", "10论文目录", Some(1)),
            ("paper", "10论文正文", Some(2)),
            ("experts", "06专家职称证书（一）", Some(1)),
            ("experts", "06", None),
            ("aux_summary", "总结", None),
            ("id_card", "01", Some(0)),
            ("quant", "量化_公示", Some(1)),
            ("quant", "公示（量化考评）", Some(1)),
            ("quant", "07高级技师量化考评表", Some(0)),
            ("unit_eval", "综合评价_证明", Some(1)),
            ("unit_eval", "综合评价-单位", Some(0)),
            ("diploma", "学历证书认证报告", Some(1)),
            ("recommend", "推荐情况说明", Some(0)),
            ("recommend", "推荐情况_公示", Some(1)),
        ] {
            assert_eq!(filled(material, path, 1).part, part, "{path}");
        }
    }

    #[test]
    fn years_and_ranges_of_the_path() {
        assert_eq!(years("appraisals", "02 2014年度考核表"), [2014]);
        assert_eq!(years("appraisals", "2014-2018年考核表"), [2014, 2015, 2016, 2017, 2018]);
        assert_eq!(years("appraisals", "2014年——2016年度考核表"), [2014, 2015, 2016]);
        assert_eq!(years("appraisals", "2014、2016年度考核表"), [2014, 2016]);
        assert_eq!(years("appraisals", "2014-2018年度考核/2015考核"), [2015]);
        assert_eq!(years("appraisals", "2017/年度考核表"), [2017]);
        assert_eq!(years("appraisals", "年度考核表"), [0; 0], "undated fills no list of five");
        assert_eq!(years("appraisals", "20140601考核"), [0; 0]);
    }

    #[test]
    fn an_undated_file_fills_a_list_of_one() {
        assert_eq!(years("training", "04继续教育合格单"), [2018]);
        assert_eq!(years("training", "继续教育 2019-06-01"), [2018], "the day of the scan");
        assert_eq!(years("training", "2017年继续教育"), [2017]);
        assert_eq!(years("cert", "2018技师证书"), [0; 0], "not asked per year");
    }

    #[test]
    fn sides_of_the_card() {
        for (path, pages, sides) in [
            ("身份证正反面", 1, 2),
            ("身份证", 1, 2),
            ("身份证正面", 1, 1),
            ("身份证反面", 1, 1),
            ("身份证正面", 2, 2),
            ("身份证（正面、反面）", 1, 2),
        ] {
            assert_eq!(filled("id_card", path, pages).sides.len(), sides, "{path}");
        }
        assert!(filled("cert", "技师证书正面", 1).sides.is_empty());
    }
}
