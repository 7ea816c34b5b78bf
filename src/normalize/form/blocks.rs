//! Small tables inside a form: a row of labels over rows of values.

use super::fields::{Walk, bare_year};
use super::page::Page;
use crate::normalize::{Value, date, education, header, merit};
use crate::read::CellValue;
use crate::text::{fold, strip_blanks};

/// A longer text is no label of a working life.
const LABEL: usize = 12;

/// A row of labels and the rows below it that keep to its columns.
struct Block {
    /// The tall label or the heading that speaks for it, folded.
    group: String,
    /// Whether a tall cell speaks for it that is no label of a value itself.
    apart: bool,
    header: Vec<usize>,
    rows: Vec<Vec<usize>>,
    /// Its last row on the page.
    last: u32,
}

/// What a block is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Grades below their years.
    Years,
    /// Jobs with their time.
    Resume,
    Papers,
    /// Fields of the person, each below its label.
    Fields,
    /// Of others, or of what no field holds.
    Other,
}

/// Reads all blocks of a table and marks what they are made of.
pub(super) fn read(walk: &mut Walk<'_, '_>, heading: &str) {
    let mut heading = fold(heading);
    let mut row = 0;
    while (row as usize) < walk.page.rows.len() {
        if let [only] = walk.page.row(row)
            && !walk.blank(*only)
        {
            heading = fold(walk.page.text(*only));
            row += 1;
            continue;
        }
        let found = block(walk, row, &heading);
        heading.clear();
        let kind = found.as_ref().and_then(|block| kind(walk, block));
        let (Some(block), Some(kind)) = (found, kind) else {
            for block in below_wide(walk, row) {
                let all = block.header.iter().chain(block.rows.iter().flatten());
                all.for_each(|cell| walk.used[*cell] = true);
                fields(walk, &block);
            }
            row += 1;
            continue;
        };
        let all = block.header.iter().chain(block.rows.iter().flatten());
        all.for_each(|cell| walk.used[*cell] = true);
        match kind {
            Kind::Years => years(walk, &block),
            Kind::Resume => resume(walk, &block),
            Kind::Papers => papers(walk, &block),
            Kind::Fields => fields(walk, &block),
            Kind::Other => {}
        }
        row = block.last + 1;
    }
}

/// A row of labels at `row` with at least one row of values below, in the same columns.
fn block(walk: &Walk<'_, '_>, row: u32, heading: &str) -> Option<Block> {
    let page = walk.page;
    let single = |cell: usize| {
        let area = page.cells[cell].area;
        area.top == row && area.bottom == row
    };
    let cells = page.row(row);
    let start = cells.iter().position(|c| single(*c))?;
    let group = cells[..start].last().copied();
    let header: Vec<usize> = cells[start..].iter().copied().take_while(|c| single(*c)).collect();
    if header.len() < 2 || header.iter().any(|c| walk.blank(*c) || walk.used[*c]) {
        return None;
    }
    let until = group.map(|g| page.cells[g].area.bottom);
    let mut rows = Vec::new();
    let mut last = row;
    while until.is_none_or(|until| last < until) {
        let Some(below) = aligned(walk, &header, last + 1) else { break };
        if below.iter().any(|c| walk.labels[*c].is_some() || walk.used[*c]) {
            break;
        }
        rows.push(below);
        last += 1;
    }
    let apart = group.is_some_and(|g| walk.labels[g].is_none());
    let group = group.map_or_else(|| heading.to_owned(), |g| fold(page.text(g)));
    (!rows.is_empty()).then_some(Block { group, apart, header, rows, last })
}

/// The cells of a row that lie right below those of a header, one for one.
fn aligned(walk: &Walk<'_, '_>, header: &[usize], row: u32) -> Option<Vec<usize>> {
    let page = walk.page;
    let below = |cell: &usize| {
        let area = page.cells[*cell].area;
        let found = page.at(row, area.left)?;
        let under = page.cells[found].area;
        let same = under.left == area.left && under.right == area.right;
        (same && under.top == row && under.bottom == row).then_some(found)
    };
    header.iter().map(below).collect()
}

/// Labels below a wide one, over a row of values: 现职业技术工种 over 名称, 等级, 获得时间. They
/// count only together with the wide one, and get their meaning from it.
fn below_wide(walk: &mut Walk<'_, '_>, row: u32) -> Vec<Block> {
    let page = walk.page;
    let mut out = Vec::new();
    let Some(before) = row.checked_sub(1) else { return out };
    for wide in page.row(before).to_vec() {
        let area = page.cells[wide].area;
        let inside = |c: &&usize| {
            let own = page.cells[**c].area;
            own.top == row && own.bottom == row && own.left >= area.left && own.right <= area.right
        };
        let header: Vec<usize> = page.row(row).iter().filter(inside).copied().collect();
        let ends = header.first().zip(header.last()).is_some_and(|(first, last)| {
            page.cells[*first].area.left == area.left && page.cells[*last].area.right == area.right
        });
        if area.bottom != before || header.len() < 2 || !ends || walk.blank(wide) {
            continue;
        }
        let joint =
            |c: &usize| header::meaning(Some(page.text(wide)), page.text(*c)).filter(|m| m.exact);
        let meanings: Option<Vec<_>> = header.iter().map(joint).collect();
        let (Some(meanings), Some(below)) = (meanings, aligned(walk, &header, row + 1)) else {
            continue;
        };
        if header.iter().chain(&below).any(|c| walk.used[*c])
            || below.iter().any(|c| walk.labels[*c].is_some())
        {
            continue;
        }
        for (cell, meaning) in header.iter().zip(meanings) {
            walk.labels[*cell] = Some(meaning);
        }
        let group = fold(page.text(wide));
        out.push(Block { group, apart: false, header, rows: vec![below], last: row + 1 });
    }
    out
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

fn kind(walk: &Walk<'_, '_>, block: &Block) -> Option<Kind> {
    const OTHERS: [&str; 13] = [
        "家庭",
        "成员",
        "亲属",
        "专家",
        "获奖",
        "奖励",
        "荣誉",
        "表彰",
        "成绩",
        "表决",
        "考核记录",
        "培训",
        "评审",
    ];
    let heads: Vec<String> = block.header.iter().map(|c| fold(walk.page.text(*c))).collect();
    let years = heads.iter().filter(|h| bare_year(h).is_some()).count();
    let graded = has(&block.group, &["考核", "考评"]) || has(&heads[0], &["考核", "年度"]);
    if graded && years > 0 && years + 1 >= heads.len() {
        return Some(Kind::Years);
    }
    let timed = heads.iter().any(|h| has(h, &["起止", "年月至", "年月-", "年月—", "自何年"]));
    if timed || has(&block.group, &["简历", "经历", "履历"]) {
        let school = has(&block.group, &["学习", "教育", "培训"])
            || heads.iter().any(|h| has(h, &["学校", "院校"]));
        return Some(if school { Kind::Other } else { Kind::Resume });
    }
    let paper =
        |c: &usize| walk.labels[*c].as_ref().is_some_and(|m| m.field.starts_with("papers."));
    if has(&block.group, &["论文", "论著", "著作"]) || block.header.iter().any(paper) {
        return Some(Kind::Papers);
    }
    if has(&block.group, &OTHERS) {
        return Some(Kind::Other);
    }
    if block.header.iter().all(|c| walk.labels[*c].is_some()) {
        return Some(Kind::Fields);
    }
    (block.apart && walk.labels[block.header[0]].is_none()).then_some(Kind::Other)
}

fn years(walk: &mut Walk<'_, '_>, block: &Block) {
    for (head, cell) in block.header.iter().zip(&block.rows[0]) {
        if let Some(year) = bare_year(walk.page.text(*head)) {
            walk.give(&format!("appraisal.{year}"), None, *cell);
        }
    }
}

fn filled<'b>(walk: &Walk<'_, '_>, block: &'b Block) -> Vec<&'b Vec<usize>> {
    block.rows.iter().filter(|row| row.iter().any(|c| !walk.blank(*c))).collect()
}

fn resume(walk: &mut Walk<'_, '_>, block: &Block) {
    let heads: Vec<String> = block.header.iter().map(|c| fold(walk.page.text(*c))).collect();
    let column = |words: &[&str]| heads.iter().position(|h| has(h, words));
    let time = column(&["起止", "年月", "时间", "日期"]);
    let unit = column(&["单位", "何地"]);
    // 工作单位 holds the word of another column
    let trade = (0..heads.len())
        .find(|n| Some(*n) != unit && has(&heads[*n], &["工种", "工作", "岗位", "职务"]));
    let mut number = 0;
    for row in filled(walk, block) {
        let at = |column: Option<usize>| column.map(|n| row[n]);
        if let Some(cell) = at(time)
            && let Some(jobs) = jobs(walk.page, cell, at(unit), at(trade))
        {
            for job in jobs {
                number += 1;
                job.put(walk, number, cell);
            }
            continue;
        }
        number += 1;
        if let Some(cell) = time.map(|n| row[n]) {
            let (from, to) = stretch(walk.page.text(cell));
            for (key, text) in [("from", from), ("to", to)] {
                if !text.is_empty() {
                    walk.put(&format!("resume.{number}.{key}"), None, text, cell);
                }
            }
        }
        for (key, cell) in [("unit", unit), ("trade", trade)] {
            if let Some(cell) = cell.map(|n| row[n]).filter(|c| !walk.blank(*c)) {
                walk.give(&format!("resume.{number}.{key}"), None, cell);
            }
        }
    }
}

/// One line of somebody's working life.
struct Job {
    from: String,
    to: String,
    unit: String,
    trade: String,
}

impl Job {
    /// `1995.08-2003.05 某单位 某工种`; `None` when no time stands at the beginning.
    fn read(line: &str) -> Option<Self> {
        let line = line.trim();
        let is_time =
            |c: char| c.is_numeric() || c.is_whitespace() || ".．年月日-—–~～－/至到".contains(c);
        let end = line.find(|c| !is_time(c)).unwrap_or(line.len());
        let (mut time, mut rest) = line.split_at(end);
        for open in ["今", "现在"] {
            if let Some(after) = rest.strip_prefix(open) {
                (time, rest) = line.split_at(line.len() - after.len());
            }
        }
        if time.chars().filter(|c| c.is_numeric()).count() < 4 {
            return None;
        }
        let (from, to) = stretch(time);
        let parts = rest.split(|c: char| c.is_whitespace() || "，,、；;：:。".contains(c));
        let mut parts = parts.filter(|part| !part.is_empty());
        let unit = parts.next().unwrap_or_default().to_owned();
        Some(Self { from, to, unit, trade: parts.collect::<Vec<_>>().join(" ") })
    }

    fn put(self, walk: &mut Walk<'_, '_>, number: usize, cell: usize) {
        let Self { from, to, unit, trade } = self;
        for (key, text) in [("from", from), ("to", to), ("unit", unit), ("trade", trade)] {
            if !text.is_empty() {
                walk.put(&format!("resume.{number}.{key}"), None, text, cell);
            }
        }
    }
}

/// The jobs of one row whose cells hold several lines, or all of it in the first; `None` when each
/// cell holds its own, as it should.
fn jobs(
    page: &Page<'_>,
    time: usize,
    unit: Option<usize>,
    trade: Option<usize>,
) -> Option<Vec<Job>> {
    let lines = |cell: Option<usize>| -> Vec<&str> {
        let text = cell.map_or("", |cell| page.text(cell));
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    };
    let (times, units, trades) = (lines(Some(time)), lines(unit), lines(trade));
    let mut jobs: Vec<Job> = times.iter().map(|line| Job::read(line)).collect::<Option<_>>()?;
    if jobs.len() < 2 && jobs.iter().all(|job| job.unit.is_empty()) {
        return None;
    }
    // lines that stand beside each other belong together
    for (number, job) in jobs.iter_mut().enumerate() {
        let beside = |all: &[&str]| (all.len() == times.len()).then(|| all[number].to_owned());
        if job.unit.is_empty() {
            job.unit = beside(&units).unwrap_or_default();
        }
        if job.trade.is_empty() {
            job.trade = beside(&trades).unwrap_or_default();
        }
    }
    Some(jobs)
}

/// A working life told in one cell beside or below its label, a line for each job. What cannot be
/// told apart is named, not dropped.
pub(super) fn told(walk: &mut Walk<'_, '_>) {
    for label in 0..walk.page.cells.len() {
        let word = fold(walk.page.text(label));
        let names = has(&word, &["简历", "工作经历", "履历"]) && word.chars().count() <= LABEL;
        if walk.used[label] || walk.labels[label].is_some() || !names {
            continue;
        }
        let free = |c: &usize| !walk.used[*c] && walk.labels[*c].is_none() && !walk.blank(*c);
        let beside = walk.page.right(label).or_else(|| walk.page.below(label));
        let Some(cell) = beside.filter(free) else { continue };
        walk.used[label] = true;
        let lines = walk.page.text(cell).lines().map(str::trim).filter(|line| !line.is_empty());
        match lines.map(Job::read).collect::<Option<Vec<Job>>>() {
            Some(jobs) => {
                (1..).zip(jobs).for_each(|(number, job)| job.put(walk, number, cell));
            }
            None => walk.give(super::UNREAD, None, cell),
        }
    }
}

/// 1995.08—2003.05, 1995年8月至今: begin and end, dates in ISO form where they can be read.
fn stretch(text: &str) -> (String, String) {
    let bare = strip_blanks(text);
    let parts =
        ["至今", "至", "到", "—", "–", "~", "～", "--", "－", "-"].iter().find_map(|mark| {
            let (from, to) = bare.split_once(mark)?;
            let to = if *mark == "至今" { "至今" } else { to };
            // 1995-08-2003-05: the middle one parts it
            let middle = *mark == "-" && bare.matches('-').count() != 1;
            (!middle).then(|| (from.to_owned(), to.to_owned()))
        });
    let (from, to) = match parts.or_else(|| middle(&bare)) {
        Some((from, to)) if !from.is_empty() && is_open(&to) => (from, "至今".to_owned()),
        Some(both) => both,
        None => (bare, String::new()),
    };
    (moment(&from), moment(&to))
}

/// An end that is not reached yet: 现在, or a dash with nothing behind it.
fn is_open(to: &str) -> bool {
    let word = to.trim_matches(|c: char| "—–-~～－".contains(c));
    ["", "今", "现在", "目前"].contains(&word)
}

/// Cuts at the middle one of three hyphens.
fn middle(text: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [a, b, c, d] => Some((format!("{a}-{b}"), format!("{c}-{d}"))),
        _ => None,
    }
}

fn moment(text: &str) -> String {
    let bare = text.trim_matches(|c: char| "—–-~～－:：".contains(c));
    match date::read(&CellValue::Text(bare.to_owned()), None).value {
        Some(Value::Date(date)) => date.to_string(),
        _ => bare.to_owned(),
    }
}

fn papers(walk: &mut Walk<'_, '_>, block: &Block) {
    let heads: Vec<String> = block.header.iter().map(|c| fold(walk.page.text(*c))).collect();
    let column = |words: &[&str]| heads.iter().position(|h| has(h, words));
    let journal = column(&["刊物", "期刊", "杂志"]).or_else(|| column(&["刊号"]));
    let title = (0..heads.len())
        .find(|n| Some(*n) != journal && has(&heads[*n], &["题目", "名称", "论文"]));
    let date = column(&["时间", "日期", "年月"]);
    let issn = column(&["刊号"]).filter(|n| Some(*n) != journal);
    for (number, row) in (1..).zip(filled(walk, block)) {
        let at = |column: Option<usize>| column.map(|n| row[n]).filter(|c| !walk.blank(*c));
        let (title, journal, date, issn) = (at(title), at(journal), at(date), at(issn));
        let field = |key: &str| format!("papers.{number}.{key}");
        for (key, cell) in [("title", title), ("date", date), ("issn", issn)] {
            if let Some(cell) = cell {
                walk.give(&field(key), None, cell);
            }
        }
        let Some(cell) = journal else { continue };
        // journal, number and issue often share a cell
        let text = walk.page.text(cell).replace('\n', " ");
        for (key, value) in merit::papers(&format!("《-》，{text}")).into_iter().flatten() {
            let taken = match key {
                "title" => true,
                "issn" => issn.is_some(),
                "date" => date.is_some(),
                _ => false,
            };
            if !taken {
                walk.put(&field(key), None, value.text(), cell);
            }
        }
    }
}

/// Each field below its label. Of several diplomas the highest speaks for the person.
fn fields(walk: &mut Walk<'_, '_>, block: &Block) {
    let mut names: Vec<(String, Option<i32>)> = Vec::new();
    for cell in &block.header {
        let meaning = walk.labels[*cell].as_ref();
        names.push(meaning.map_or_else(Default::default, |m| (m.field.clone(), m.year)));
    }
    let schooled = names.iter().any(|(f, _)| f == "education.rank" || f == "education.school");
    for (name, _) in names.iter_mut().filter(|_| schooled) {
        if name == "cert.no" || name == "cert.date" {
            *name = name.replace("cert", "education");
        }
    }
    let mut rows = filled(walk, block);
    if rows.is_empty() {
        rows.push(&block.rows[0]);
    }
    let rank = names.iter().position(|(f, _)| f == "education.rank");
    if let Some(rank) = rank {
        let best = (1..rows.len()).fold(0, |best, n| {
            let level = |n: usize| match education::read(walk.page.text(rows[n][rank])).parsed.value
            {
                Some(Value::Text(text)) => text,
                _ => String::new(),
            };
            let (a, b) = (level(best), level(n));
            if education::higher(&a, &b) == a.as_str() { best } else { n }
        });
        rows.swap(0, best);
    }
    for (n, row) in (1..).zip(rows) {
        for ((name, year), cell) in names.iter().zip(row) {
            let further = n > 1 && name.starts_with("education.");
            if n == 1 {
                walk.give(name, *year, *cell);
            } else if further && !walk.blank(*cell) {
                walk.give(&name.replace("education.", &format!("education.{n}.")), None, *cell);
            }
        }
    }
}
