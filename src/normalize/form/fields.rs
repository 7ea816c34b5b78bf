//! The fields of one table of a form: what a map of the pack names, tables with a header above
//! their values, labels beside their values, and labels inside a cell.

use super::page::Page;
use super::{Given, blocks, inside, text};
use crate::normalize::header::{self, Meaning};
use crate::pack::{Filled, Place};
use crate::text::{fold, strip_blanks};

/// A longer text is no label.
const LABEL: usize = 40;
/// A label understood only by its words is short.
const NEAR: usize = 16;
/// A 15-digit number is the shortest that is written in boxes.
const BOXES: usize = 15;

/// A table being read.
pub(super) struct Walk<'p, 'a> {
    pub(super) page: &'p Page<'a>,
    /// What each cell means as a label.
    pub(super) labels: Vec<Option<Meaning>>,
    /// Cells that are spoken for.
    pub(super) used: Vec<bool>,
    pub(super) out: Vec<Given>,
}

/// Reads a table. `heading` is the paragraph right above it.
pub(super) fn read(page: &Page<'_>, heading: &str, map: Option<&Filled>) -> Vec<Given> {
    let labels = (0..page.cells.len()).map(|cell| label(page, cell)).collect();
    let used = vec![false; page.cells.len()];
    let mut walk = Walk { page, labels, used, out: Vec::new() };
    if let Some(map) = map {
        walk.mapped(map);
    }
    blocks::read(&mut walk, heading);
    blocks::told(&mut walk);
    walk.pairs();
    walk.near();
    walk.inside();
    walk.out
}

/// Whether a text is a year alone: 2014, 2014年, 14年度.
pub(super) fn bare_year(text: &str) -> Option<i32> {
    let folded = fold(text);
    let bare = folded.trim_end_matches(['度', '年']);
    let year: i32 = bare.parse().ok().filter(|_| bare.chars().all(|c| c.is_ascii_digit()))?;
    match bare.chars().count() {
        4 => Some(year).filter(|y| (1950..2100).contains(y)),
        2 if folded.contains('年') => Some(2000 + year),
        _ => None,
    }
}

/// What a cell means as a label, with the tall cell at its left that speaks for it.
fn label(page: &Page<'_>, cell: usize) -> Option<Meaning> {
    let text = page.text(cell);
    let length = text.chars().count();
    if length == 0 || length > LABEL {
        return None;
    }
    let exact = |m: &Meaning| m.exact && m.field != "seq";
    let alone =
        header::meaning(None, text).filter(exact).filter(|m| m.year.is_none() || asks(text));
    let joint = page
        .group(cell)
        .and_then(|group| header::meaning(Some(page.text(group)), text))
        .filter(exact)
        // 合格 beside 2018年度考核 is a grade, not a label
        .filter(|m| m.year.is_none() || bare_year(text).is_some());
    match (alone, joint) {
        // 编号 beside 学历, 等级 beside 现岗位: the group tells whose
        (Some(alone), Some(joint)) if open(&alone) && joint.year.is_none() => Some(joint),
        (Some(alone), _) => Some(alone),
        (None, joint) => joint,
    }
}

/// Labels that several groups of a form use.
fn open(meaning: &Meaning) -> bool {
    let field = meaning.field.as_str();
    field.starts_with("any.") || field.starts_with("cert.")
}

/// Whether a text with a year asks (2018年度考核) rather than answers (2018年继续教育合格).
fn asks(text: &str) -> bool {
    let bare = fold(text);
    let bare = bare.trim_end_matches([':', '*']);
    ["考核", "考评", "情况", "结果", "等次", "教育", "继教", "年度", "年"]
        .iter()
        .any(|w| bare.ends_with(w))
}

impl Walk<'_, '_> {
    pub(super) fn blank(&self, cell: usize) -> bool {
        strip_blanks(self.page.text(cell)).is_empty()
    }

    /// Takes a cell as the value of a field.
    pub(super) fn give(&mut self, field: &str, year: Option<i32>, cell: usize) {
        let text = self.page.text(cell).to_owned();
        self.put(field, year, text, cell);
    }

    pub(super) fn put(&mut self, field: &str, year: Option<i32>, text: String, cell: usize) {
        self.used[cell] = true;
        let (raw, origin) = (self.page.text(cell).to_owned(), self.page.origin(cell));
        self.out.push(Given { field: field.to_owned(), year, text, raw, origin });
    }

    /// What the map of the pack says of this form.
    fn mapped(&mut self, map: &Filled) {
        for entry in &map.fields {
            for cell in 0..self.page.cells.len() {
                if self.used[cell] {
                    continue;
                }
                if entry.place() == Place::Inside {
                    if let Some(text) = inside::after(&entry.label, self.page.text(cell)) {
                        self.put(&entry.field, None, text, cell);
                    }
                } else if same(&entry.label, self.page.text(cell)) {
                    self.used[cell] = true;
                    self.labels[cell] = None;
                    match entry.place() {
                        Place::Right => {
                            if let Some(value) = self.page.right(cell).filter(|v| !self.used[*v]) {
                                self.beside(&entry.field, value);
                            }
                        }
                        Place::Below => self.column(&entry.field, cell),
                        Place::Inside => {}
                    }
                }
            }
        }
    }

    /// The value beside a label; an identity number may have a cell for each character.
    fn beside(&mut self, field: &str, value: usize) {
        let boxed = if field == "person.id_no" { self.boxes(value) } else { None };
        match boxed {
            Some(text) => self.put(field, None, text, value),
            None => self.give(field, None, value),
        }
    }

    /// The cells below a label: the first, or all of them when the field is numbered.
    fn column(&mut self, field: &str, label: usize) {
        let mut below = self.page.below(label);
        let mut number = 0;
        while let Some(cell) = below.filter(|c| !self.used[*c] && self.labels[*c].is_none()) {
            number += 1;
            if !field.contains('*') {
                self.give(field, None, cell);
                return;
            }
            if self.blank(cell) {
                self.used[cell] = true;
            } else {
                self.give(&field.replace('*', &number.to_string()), None, cell);
            }
            below = self.page.below(cell);
        }
    }

    /// Labels with their value in the next cell.
    fn pairs(&mut self) {
        for cell in 0..self.page.cells.len() {
            let Some(meaning) = self.labels[cell].clone().filter(|_| !self.used[cell]) else {
                continue;
            };
            if meaning.field == "appraisal" && self.years_above(cell) {
                continue;
            }
            let free = |v: &usize| !self.used[*v] && self.labels[*v].is_none();
            let value = self.page.right(cell).filter(free);
            let Some(value) = value.filter(|v| !is_photo(self.page.text(*v))) else { continue };
            self.used[cell] = true;
            if meaning.field == "education.rank" && self.schools(cell) {
                continue;
            }
            if meaning.field == "person.id_no" {
                self.beside(&meaning.field, value);
                continue;
            }
            let more = self.stacked(cell, value).filter(|_| text::is_long(&meaning.field));
            let Some(text) = more else {
                self.give(&meaning.field, meaning.year, value);
                continue;
            };
            let origin = self.page.origin(value);
            let (field, year) = (meaning.field, meaning.year);
            self.out.push(Given { field, year, raw: text.clone(), text, origin });
        }
    }

    /// 全日制教育 大专 over 在职教育 本科, beside one 学历: each with its value to the right.
    fn schools(&mut self, label: usize) -> bool {
        const KINDS: [&str; 4] = ["全日制", "在职", "第一学历", "非全日制"];
        let area = self.page.cells[label].area;
        let mut found = Vec::new();
        for row in area.top..=area.bottom {
            let Some(kind) = self.page.at(row, area.right + 1) else { continue };
            let told = fold(self.page.text(kind));
            let short = told.chars().count() <= 6 && KINDS.iter().any(|k| told.starts_with(k));
            let value = self.page.right(kind).filter(|_| short);
            found.extend(
                value.filter(|v| !self.used[*v] && self.labels[*v].is_none()).map(|v| (kind, v)),
            );
        }
        for (kind, value) in &found {
            self.used[*kind] = true;
            self.give("education.rank", None, *value);
        }
        !found.is_empty()
    }

    /// Labels nobody listed, by their words (技师资格取得时间): only for what no label gave, and
    /// never for who the person is.
    fn near(&mut self) {
        const SURE: [&str; 3] = ["person.name", "person.id_no", "seq"];
        for cell in 0..self.page.cells.len() {
            let text = self.page.text(cell);
            let short = (2..=NEAR).contains(&text.chars().count());
            if self.used[cell] || self.labels[cell].is_some() || !short || text.contains(is_told) {
                continue;
            }
            let Some(meaning) = header::meaning(None, text) else { continue };
            let given = self.out.iter().any(|given| given.field == meaning.field);
            if given || SURE.contains(&meaning.field.as_str()) {
                continue;
            }
            let free = |v: &usize| {
                let label = header::meaning(None, self.page.text(*v)).is_some();
                !self.used[*v] && self.labels[*v].is_none() && !label
            };
            if let Some(value) = self.page.right(cell).filter(free) {
                self.used[cell] = true;
                self.give(&meaning.field, meaning.year, value);
            }
        }
    }

    /// The text of all cells beside a tall label: a hint, and the place to write in below it.
    fn stacked(&mut self, label: usize, first: usize) -> Option<String> {
        let area = self.page.cells[label].area;
        let mut cells = vec![first];
        for row in area.top..=area.bottom {
            let found = self.page.at(row, area.right + 1)?;
            if cells.last() != Some(&found) {
                cells.push(found);
            }
        }
        let free = |c: &usize| !self.used[*c] && self.labels[*c].is_none();
        if cells.len() < 2 || !cells.iter().all(free) {
            return None;
        }
        cells.iter().for_each(|c| self.used[*c] = true);
        Some(cells.iter().map(|c| self.page.text(*c)).collect::<Vec<_>>().join("\n"))
    }

    /// An identity number with one character in each cell.
    fn boxes(&mut self, first: usize) -> Option<String> {
        let mut cells = vec![first];
        while let Some(next) = cells.last().and_then(|last| self.page.right(*last)) {
            if strip_blanks(self.page.text(next)).chars().count() != 1 {
                break;
            }
            cells.push(next);
        }
        let text: String = cells.iter().map(|c| strip_blanks(self.page.text(*c))).collect();
        if cells.len() < BOXES || text.chars().count() != cells.len() {
            return None;
        }
        cells.iter().for_each(|c| self.used[*c] = true);
        Some(text)
    }

    /// Grades in a row below their years: 年度 2014 2015 … over 考核结果 合格 合格 ….
    fn years_above(&mut self, label: usize) -> bool {
        let mut found = Vec::new();
        let mut next = self.page.right(label);
        while let Some(cell) = next {
            let year = self.page.above(cell).and_then(|above| bare_year(self.page.text(above)));
            found.extend(year.map(|year| (year, cell)));
            next = self.page.right(cell);
        }
        for (year, cell) in &found {
            self.give(&format!("appraisal.{year}"), None, *cell);
        }
        self.used[label] |= !found.is_empty();
        !found.is_empty()
    }

    /// Labels and values inside the cells nothing else is read from.
    fn inside(&mut self) {
        for cell in 0..self.page.cells.len() {
            if self.used[cell] {
                continue;
            }
            let origin = self.page.origin(cell);
            for pair in self.page.text(cell).lines().flat_map(inside::pairs) {
                self.out.push(Given::of(pair, &origin));
            }
        }
    }
}

/// What stands in values and not in labels.
fn is_told(c: char) -> bool {
    c.is_ascii_digit() || "。：:；;☐☑□■√".contains(c)
}

/// Whether a cell is the place of the photo: 贴照片（2寸）.
fn is_photo(text: &str) -> bool {
    let bare = fold(text);
    bare.contains("照片") && bare.chars().count() <= 12
}

/// Whether a cell holds this label, however it is set.
fn same(label: &str, text: &str) -> bool {
    let bare = |text: &str| fold(text).chars().filter(|c| !":*_".contains(*c)).collect::<String>();
    text.chars().count() <= LABEL && bare(label) == bare(text)
}
