//! Which of several circulars a delivery belongs to: by what it says of itself, never guessed.

use super::{FiledFile, Filing, Verdict, level, table};
use crate::diag::{Finding, Origin};
use crate::normalize::grid::Grid;
use crate::pack::Pack;
use crate::read::{CellValue, Content, Reading};
use crate::text::{fold, regions, strip_blanks};
use std::collections::BTreeSet;

/// Rows of a sheet in which titles stand.
const TITLE_ROWS: usize = 12;
/// A longer cell is no title.
const LONGEST: usize = 120;

/// Whether something of what a delivery says speaks for a circular.
type Test = fn(&Said, &Pack) -> bool;

/// What a delivery says that may tell its circular.
struct Said {
    /// Names of the entry, its folders and files, and the titles of its tables and forms, folded.
    texts: Vec<String>,
    /// Levels its people apply for.
    levels: BTreeSet<String>,
}

/// The circulars that a delivery may belong to, by their place in `packs`: one when it is clear.
/// Each kind of evidence leaves those it speaks for; one that speaks for none leaves all.
pub fn candidates(reading: &Reading, packs: &[&Pack]) -> Vec<usize> {
    let said = Said::of(reading);
    let mut left: Vec<usize> = (0..packs.len()).collect();
    let tests: [Test; 5] = [named, form, of_year, of_place, of_levels];
    for test in tests {
        let hits: Vec<usize> = left
            .iter()
            .copied()
            .filter(|n| packs.get(*n).is_some_and(|p| test(&said, p)))
            .collect();
        if !hits.is_empty() {
            left = hits;
        }
    }
    left
}

/// What is filed of a delivery that may belong to several circulars: nothing of it is used.
pub fn undecided(reading: &Reading, titles: &[&str]) -> Filing {
    let delivery = &reading.delivery;
    let candidates = titles.join("；");
    let held = |file: &crate::read::FileReading| FiledFile {
        path: file.file.path.clone(),
        sha256: file.file.sha256.clone(),
        bytes: file.file.bytes,
        kind: file.kind.clone(),
        verdict: if file.file.litter { Verdict::Ignored } else { Verdict::Held },
        used_as: None,
        pages: None,
        scan: None,
        original: None,
        code: (!file.file.litter).then(|| "IN-122".to_owned()),
        findings: Vec::new(),
    };
    let finding = Finding::new("IN-122", Origin::default()).arg("candidates", candidates).build();
    Filing {
        entry: delivery.entry.clone(),
        sender: delivery.sender.clone(),
        content: delivery.content.clone(),
        arrival: delivery.arrival.clone(),
        rows: Vec::new(),
        files: reading.files.iter().map(held).collect(),
        census: Vec::new(),
        posts: Vec::new(),
        answers: Vec::new(),
        findings: [delivery.findings.clone(), vec![finding]].concat(),
    }
}

impl Said {
    fn of(reading: &Reading) -> Self {
        let mut texts: Vec<String> = vec![fold(&reading.delivery.entry)];
        let mut levels = BTreeSet::new();
        for file in &reading.files {
            texts.extend(file.file.path.split('/').map(fold));
            match &file.content {
                Content::Workbook(book) => {
                    for sheet in book.sheets.iter().filter(|sheet| !sheet.hidden) {
                        let grid = Grid::new(sheet);
                        texts.extend(titles(&grid));
                        levels.extend(applied(&grid));
                    }
                }
                Content::Form(form) => {
                    texts.push(fold(&form.titles.concat()));
                    let cells = form.tables.iter().flat_map(|t| &t.cells).map(|c| fold(&c.text));
                    levels.extend(cells.filter_map(|text| ticked(&text)));
                }
                Content::Scan(_) | Content::Litter | Content::Refused | Content::Unknown => {}
            }
        }
        texts.retain(|text| !text.is_empty());
        Self { texts, levels }
    }

    fn has(&self, word: &str) -> bool {
        let word = fold(word);
        !word.is_empty() && self.texts.iter().any(|text| text.contains(&word))
    }
}

/// What stands in the first rows of a sheet, above its header.
fn titles(grid: &Grid<'_>) -> Vec<String> {
    let top = table::find(grid).map_or(u32::MAX, |header| header.top);
    let rows = grid.rows.iter().copied().take_while(|row| *row < top).take(TITLE_ROWS);
    let cells = rows.flat_map(|row| grid.row(row)).map(|(_, value)| strip_blanks(&value.text()));
    cells.filter(|text| text.chars().count() <= LONGEST).map(|text| fold(&text)).collect()
}

/// The levels in the columns of a roster that ask what is applied for.
fn applied(grid: &Grid<'_>) -> BTreeSet<String> {
    let Some(header) = table::find(grid) else { return BTreeSet::new() };
    let columns: Vec<u32> = ["apply.level", "apply.both"]
        .iter()
        .flat_map(|field| header.of(field).map(|column| column.index))
        .collect();
    let cells = grid.rows.iter().filter(|row| **row > header.last).flat_map(|row| {
        columns.iter().filter_map(|column| grid.get(*row, *column)).map(CellValue::text)
    });
    cells.filter_map(|text| level::in_text(&text).map(str::to_owned)).collect()
}

/// The level that is ticked in a cell of choices.
fn ticked(text: &str) -> Option<String> {
    let (_, after) = text.split_once(['☑', '■', '√'])?;
    let word: String = after.chars().take_while(|c| c.is_alphanumeric()).collect();
    level::exact(&word).map(str::to_owned)
}

/// The circular itself is named: by its folder, its number or its whole title.
fn named(said: &Said, pack: &Pack) -> bool {
    let circular = &pack.circular;
    said.has(&circular.id) || said.has(&circular.doc_number) || said.has(&circular.title)
}

/// A form of the circular, or one filled in for it, is there by its title.
fn form(said: &Said, pack: &Pack) -> bool {
    let forms = pack.forms.iter().filter(|f| !f.generated && !f.in_booklet);
    // 审批表 alone is the title of no circular's own
    let long = |title: &&str| title.chars().count() >= 10;
    let titles =
        forms.map(|f| f.title.as_str()).chain(pack.filled.iter().map(|f| f.title.as_str()));
    titles.filter(long).any(|title| said.has(title))
}

/// The year of the circular is named.
fn of_year(said: &Said, pack: &Pack) -> bool {
    let year = pack.circular.year.to_string();
    said.texts.iter().any(|text| {
        text.split_once(&year).is_some_and(|(before, after)| {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            !digit(before.chars().next_back()) && !digit(after.chars().next())
        })
    })
}

/// The place of the circular, or one of its sites, is named.
fn of_place(said: &Said, pack: &Pack) -> bool {
    let own = regions().find(|r| r.code == pack.circular.region && r.end.is_none());
    let sites = pack.sites.iter().flat_map(|site| {
        std::iter::once(site.area.as_str()).chain(site.districts.keys().map(String::as_str))
    });
    let names = own.map(|region| region.name).into_iter().chain(sites);
    names.filter(|name| name.chars().count() >= 3).any(|name| said.has(name))
}

/// Everybody applies for a level of the circular.
fn of_levels(said: &Said, pack: &Pack) -> bool {
    !said.levels.is_empty() && said.levels.iter().all(|level| pack.circular.levels.contains(level))
}
