//! Which material of the pack a file belongs to.

use super::line::{Line, word};
use crate::pack::{Material, Pack};

/// Words of the pack, folded once.
pub(super) struct Guide<'a> {
    /// The pack.
    pub(super) pack: &'a Pack,
    /// One per material of the pack, same order.
    pub(super) materials: Vec<Words>,
    photo: Vec<Vec<char>>,
    whole: Vec<Vec<char>>,
    weak: Vec<char>,
}

/// The folded words of one material.
pub(super) struct Words {
    pub(super) own: Vec<Vec<char>>,
    /// Per part its words.
    pub(super) parts: Vec<Vec<Vec<char>>>,
    looked_for: bool,
}

/// What a file is, inside the folder of an applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Choice {
    /// A file of the material with this index in the pack.
    Material(usize),
    /// The photo.
    Photo,
    /// Everything in one PDF (MT-112).
    Whole,
    /// No material can be told (MT-111).
    Stray,
}

/// What the bytes are, as far as the assignment asks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nature {
    /// An image.
    pub(super) image: bool,
    /// A PDF.
    pub(super) pdf: bool,
    /// Named by the ID number of the person alone.
    pub(super) id_alone: bool,
}

/// Words that name a file holding everything.
const WHOLE: [&str; 8] = [
    "全部材料",
    "所有材料",
    "全套材料",
    "整套材料",
    "全部资料",
    "所有资料",
    "申报材料",
    "材料汇总",
];

/// The same, unless a number says of which material.
const WHOLE_UNNUMBERED: &str = "汇总";

/// A number followed by one of these counts something and is no number of a material.
const COUNTED: &str = "寸年月份张页版人号";

impl<'a> Guide<'a> {
    /// Folds the words of `pack`.
    pub(super) fn new(pack: &'a Pack) -> Self {
        let photo = pack.photo.as_ref().map(|photo| fold_all(&photo.words)).unwrap_or_default();
        Self {
            pack,
            materials: pack.materials.iter().map(words_of).collect(),
            photo,
            whole: WHOLE.iter().map(|text| word(text)).collect(),
            weak: word(WHOLE_UNNUMBERED),
        }
    }

    /// Every word of materials, parts and photo: what may follow a name in a file name.
    pub(super) fn all_words(&self) -> impl Iterator<Item = &Vec<char>> {
        let own = self.materials.iter().flat_map(|m| m.own.iter().chain(m.parts.iter().flatten()));
        own.chain(&self.photo).chain(&self.whole)
    }

    /// Decides what the file at `inside` (the names of the path inside the folder of the applicant,
    /// the file's own last) is.
    pub(super) fn choose(&self, inside: &[Line], nature: Nature) -> Choice {
        if nature.id_alone && nature.image && self.pack.photo.is_some() {
            return Choice::Photo;
        }
        let keyword = self.longest_keyword(inside);
        let photo = self.photo.iter().filter(|w| has(inside, w)).map(Vec::len).max();
        if let Some(length) = photo
            && nature.image
            && keyword.is_none_or(|(_, other)| other <= length)
        {
            return Choice::Photo;
        }
        let numbered = self.numbered(inside);
        let whole = self.whole.iter().any(|w| has(inside, w))
            || (numbered.is_none() && has(inside, &self.weak));
        if whole && nature.pdf && keyword.is_none() {
            return Choice::Whole;
        }
        if let Some(numbered) = numbered
            && !self.overruled(numbered, inside)
        {
            return Choice::Material(numbered);
        }
        keyword.map_or(Choice::Stray, |(index, _)| Choice::Material(index))
    }

    /// The material with the longest keyword in the path, and that length; the earlier one on a tie.
    fn longest_keyword(&self, inside: &[Line]) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize)> = None;
        for (index, material) in self.materials.iter().enumerate().filter(|(_, m)| m.looked_for) {
            let length = material.own.iter().filter(|w| has(inside, w)).map(Vec::len).max();
            if let Some(length) = length
                && best.is_none_or(|(_, other)| length > other)
            {
                best = Some((index, length));
            }
        }
        best
    }

    /// The material named by the number prefix of the file, else of the nearest folder.
    fn numbered(&self, inside: &[Line]) -> Option<usize> {
        inside.iter().rev().find_map(|line| {
            let no = number_prefix(line)?;
            let required = |m: &Material| m.group == "必备" && m.no == no;
            let index = self.pack.materials.iter().position(required)?;
            self.materials[index].looked_for.then_some(index)
        })
    }

    /// Whether a long keyword of another material outweighs the number, which has none of its own.
    fn overruled(&self, numbered: usize, inside: &[Line]) -> bool {
        let own = self.materials[numbered].own.iter().any(|w| has(inside, w));
        let other = |(index, m): (usize, &Words)| {
            index != numbered
                && m.looked_for
                && m.own.iter().any(|w| w.len() >= 3 && has(inside, w))
        };
        !own && self.materials.iter().enumerate().any(other)
    }
}

/// One or two digits at the head of a name that number it.
fn number_prefix(line: &Line) -> Option<u32> {
    let (from, to) = *line.digits().first()?;
    let led = line.chars()[..from].iter().all(|c| !c.is_alphanumeric());
    let counted = line.chars().get(to).is_some_and(|c| COUNTED.contains(*c));
    if !led || to - from > 2 || counted {
        return None;
    }
    line.number(from, to)
}

/// Whether `word` is in one of the names.
pub(super) fn has(inside: &[Line], word: &[char]) -> bool {
    !word.is_empty()
        && inside.iter().any(|line| line.chars().windows(word.len()).any(|w| w == word))
}

fn words_of(material: &Material) -> Words {
    Words {
        own: fold_all(&material.words),
        parts: material.parts.iter().map(|part| fold_all(&part.words)).collect(),
        looked_for: material.medium != "paper",
    }
}

fn fold_all(words: &[String]) -> Vec<Vec<char>> {
    words.iter().map(|text| word(text)).filter(|w| !w.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testkit::pack;
    use super::*;

    const IMAGE: Nature = Nature { image: true, pdf: false, id_alone: false };
    const PDF: Nature = Nature { image: false, pdf: true, id_alone: false };

    fn chosen(path: &str, nature: Nature) -> String {
        let pack = pack();
        let inside: Vec<Line> = path.split('/').map(Line::new).collect();
        match Guide::new(&pack).choose(&inside, nature) {
            Choice::Material(index) => pack.materials[index].id.clone(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn number_prefix_decides() {
        for (path, id) in [
            ("01", "id_card"),
            ("02 2014年度考核表", "appraisals"),
            ("（5）扫描件", "cert"),
            ("1.正反面", "id_card"),
            ("⑥扫描", "experts"),
            ("②2015年度考核表", "appraisals"),
            ("03 学历/IMG_2034", "diploma"),
            ("12", "cashier_exp"),
            ("07推荐", "quant"),
        ] {
            assert_eq!(chosen(path, IMAGE), id, "{path}");
        }
    }

    #[test]
    fn what_counts_something_is_no_number() {
        for path in ["5张", "3月", "2页", "14 扫描件", "00", "123", "IMG_2", "5 年"] {
            assert_eq!(chosen(path, IMAGE), "Stray", "{path}");
        }
        assert_eq!(chosen("2014年度考核表", PDF), "appraisals");
    }

    #[test]
    fn a_long_keyword_of_another_material_overrules_a_number_without_its_own() {
        assert_eq!(chosen("01继续教育", IMAGE), "training");
        assert_eq!(chosen("10总结", IMAGE), "paper", "a keyword of two characters does not");
        assert_eq!(chosen("05技师证书和学历证书", IMAGE), "cert", "its own is there");
    }

    #[test]
    fn the_longest_keyword_wins_over_the_whole_path() {
        assert_eq!(chosen("论文/封面", IMAGE), "paper");
        assert_eq!(chosen("量化考评公示说明", IMAGE), "quant");
        assert_eq!(chosen("综合评价证明材料", PDF), "unit_eval");
        assert_eq!(chosen("学 历 ｜ 学信网", PDF), "diploma");
        assert_eq!(chosen("总结教材", PDF), "aux_teaching", "equal length: the earlier material");
        assert_eq!(chosen("扫描全能王 2019-06-01", PDF), "Stray");
    }

    #[test]
    fn photos_are_images_with_no_longer_keyword() {
        for path in ["2寸照片", "照片", "01证件照", "证件照片"] {
            assert_eq!(chosen(path, IMAGE), "Photo", "{path}");
        }
        assert_eq!(chosen("身份证照片", IMAGE), "id_card");
        assert_eq!(chosen("照片", PDF), "Stray");
        let alone = Nature { id_alone: true, ..IMAGE };
        assert_eq!(chosen("", alone), "Photo");
        assert_eq!(chosen("", Nature { image: false, ..alone }), "Stray");
    }

    #[test]
    fn everything_in_one_pdf_fills_nothing() {
        assert_eq!(chosen("全部材料", PDF), "Whole");
        assert_eq!(chosen("01所有材料", PDF), "Whole");
        assert_eq!(chosen("全部材料", IMAGE), "Stray");
        assert_eq!(chosen("量化考评证明汇总", PDF), "unit_eval");
        assert_eq!(chosen("汇总", PDF), "Whole");
        assert_eq!(chosen("02汇总", PDF), "appraisals", "the number says of what");
    }
}
