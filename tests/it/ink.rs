//! No ink touches a rule or the edge of the paper, whatever the values.

use crate::worst::{document, kit};
use std::path::Path;
use std::process::Command;

/// Dots per inch of the rendering: half a point is one dot.
const DPI: usize = 144;
/// Darker is a rule; lighter than `INK` is paper.
const DARK: u8 = 128;
const INK: u8 = 200;
/// Shortest runs of dark that are rules: no stroke of a character is as long.
const ACROSS: usize = 50;
const DOWN: usize = 50;
/// The lowest row.
const LOW: usize = 25;
/// Nothing is printed nearer to the edge: 5 mm.
const EDGE: usize = 28;

const FORMS: [&str; 11] = [
    "approval.html",
    "bag_cover.html",
    "booklet_cover.html",
    "catalogue.html",
    "quant.html",
    "unit_eval.html",
    "check_sheet.html",
    "notice.html",
    "receipt.html",
    "stand_in.html",
    "summary.html",
];

/// A rendered page.
struct Sheet {
    width: usize,
    height: usize,
    dots: Vec<u8>,
}

impl Sheet {
    fn read(path: &Path) -> Self {
        let picture = image::open(path).unwrap().into_luma8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Self { width, height, dots: picture.into_raw() }
    }

    fn at(&self, x: usize, y: usize) -> u8 {
        self.dots[y * self.width + x]
    }

    /// Which dots belong to rules, those across in bit 1 and those down in bit 2.
    fn rules(&self) -> Vec<u8> {
        let mut rules: Vec<u8> = vec![0; self.dots.len()];
        let mut mark = |line: Vec<usize>, least: usize, bit: u8| {
            let mut run: Vec<usize> = Vec::new();
            for dot in line.into_iter().map(Some).chain([None]) {
                if let Some(at) = dot.filter(|at| self.dots[*at] < DARK) {
                    run.push(at);
                    continue;
                }
                // In a low row a rule is short, but it goes from one rule to the next.
                let ends = [run.first(), run.last()];
                let between = ends.iter().all(|end| end.is_some_and(|at| rules[*at] & 1 != 0));
                if run.len() >= least || (run.len() >= LOW && between) {
                    run.iter().for_each(|at| rules[*at] |= bit);
                }
                run.clear();
            }
        };
        for y in 0..self.height {
            mark((0..self.width).map(|x| y * self.width + x).collect(), ACROSS, 1);
        }
        for x in 0..self.width {
            mark((0..self.height).map(|y| y * self.width + x).collect(), DOWN, 2);
        }
        rules
    }

    /// Where ink lies beside a rule or near the edge.
    fn touches(&self) -> Vec<(usize, usize)> {
        let rules = self.rules();
        let rule = |x: usize, y: usize| rules[y * self.width + x] != 0;
        let mut found = Vec::new();
        for y in 0..self.height {
            for x in 0..self.width {
                let near =
                    x < EDGE || y < EDGE || x + EDGE >= self.width || y + EDGE >= self.height;
                if self.at(x, y) >= INK || (!near && rule(x, y)) {
                    continue;
                }
                let bits = |x: usize, y: usize| rules[y * self.width + x];
                // Where rules meet, the end of one reaches a dot or two past the other.
                let meet = || {
                    let square = (y - 3..=y + 3).flat_map(|y| (x - 3..=x + 3).map(move |x| (x, y)));
                    square.fold(0, |all, (x, y)| all | bits(x, y)) == 3
                };
                if !near && meet() {
                    continue;
                }
                if near || bits(x, y - 1) | bits(x, y + 1) | bits(x - 1, y) | bits(x + 1, y) != 0 {
                    found.push((x, y));
                }
            }
        }
        found
    }
}

/// The pages of a PDF; `None` (with a printed line) without poppler.
fn pages(pdf: &[u8]) -> Option<Vec<Sheet>> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x.pdf");
    std::fs::write(&file, pdf).unwrap();
    let resolution = DPI.to_string();
    let drawn = Command::new("pdftoppm")
        .args(["-r", &resolution, "-gray", "-png"])
        .arg(&file)
        .arg(dir.path().join("page"))
        .output();
    let Ok(drawn) = drawn else {
        println!("skipped: no pdftoppm here");
        return None;
    };
    assert!(drawn.status.success(), "{drawn:?}");
    let mut names: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "png"))
        .collect();
    names.sort();
    Some(names.iter().map(|name| Sheet::read(name)).collect())
}

#[test]
fn no_ink_touches_a_rule_or_the_edge() {
    let Some((templates, exporter)) = kit() else { return };
    for form in FORMS {
        for i in [0, 6, 13] {
            let made = exporter.export(&document(&templates, form, i)).unwrap();
            let Some(sheets) = pages(&made.bytes) else { return };
            for (n, sheet) in (1..).zip(&sheets) {
                let found = sheet.touches();
                assert!(
                    found.is_empty(),
                    "{form} of {i}, page {n}: {:?}",
                    found.iter().take(20).collect::<Vec<_>>()
                );
            }
        }
    }
}

/// The eye of the test above: a dot beside a rule, and one at the edge, are seen.
#[test]
fn a_dot_beside_a_rule_is_seen() {
    let Some((templates, exporter)) = kit() else { return };
    let made = exporter.export(&document(&templates, "approval.html", 3)).unwrap();
    let Some(mut sheets) = pages(&made.bytes) else { return };
    let sheet = &mut sheets[1];
    let rules = sheet.rules();
    let count = |bit: u8| rules.iter().filter(|r| **r & bit != 0).count();
    assert!(count(1) > 10_000 && count(2) > 5_000, "{} {}", count(1), count(2));
    assert!(sheet.touches().is_empty());
    // the left end of a long rule, one dot under it
    let at = rules.iter().position(|r| *r & 1 != 0).unwrap() + 40;
    let below = (1..9).map(|n| at + n * sheet.width).find(|at| rules[*at] == 0).unwrap();
    sheet.dots[below] = 150;
    assert_eq!(sheet.touches(), [(below % sheet.width, below / sheet.width)]);
    sheet.dots[below] = 255;
    sheet.dots[5 * sheet.width + 300] = 100;
    assert_eq!(sheet.touches(), [(300, 5)]);
}
