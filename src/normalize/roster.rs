//! A reading becomes a filing: which file is a roster, a census, a form, and its rows.

use super::row::Ctx;
use super::{
    Answer, CensusRow, FiledFile, Filing, PostUse, Row, Source, Verdict, card, census, form,
    likeness, posts, sheet,
};
use crate::diag::{Finding, Origin, Severity};
use crate::pack::Pack;
use crate::read::{Content, FileReading, FilledForm, Reading, Workbook};
use crate::text::fold;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Turns cells into rows of people: headers found, values normalized, every file accounted for.
/// Scans are left `ignored`: the assembly gives them their place.
pub fn normalize(reading: &Reading, pack: &Pack, now: NaiveDate) -> Filing {
    let paths: Vec<&str> = reading.files.iter().map(|f| f.file.path.as_str()).collect();
    let ctx = Ctx::new(pack, now, &paths);
    let delivery = &reading.delivery;
    let mut filing = Filing {
        entry: delivery.entry.clone(),
        sender: without_id(&delivery.sender, &pack.circular.id),
        content: delivery.content.clone(),
        arrival: delivery.arrival.clone(),
        rows: Vec::new(),
        files: Vec::new(),
        census: Vec::new(),
        posts: Vec::new(),
        answers: Vec::new(),
        findings: delivery.findings.clone(),
    };
    for file in &reading.files {
        let filed = file_one(&ctx, file, &mut filing);
        filing.files.push(filed);
    }
    census_alone(&mut filing);
    filing
}

/// `nantong-2019 某中学` is 某中学: the name of the circular only tells where it belongs.
fn without_id(sender: &str, id: &str) -> String {
    let rest = sender.replacen(id, "", 1);
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || "-_—－".contains(c));
    if rest.is_empty() { sender.to_owned() } else { rest.to_owned() }
}

/// Who stands behind a table that names no unit: the sender, or, when the entry is no unit's (a day's
/// folder of the clerk with one of each unit in it), the folder in it that is.
fn unit_of<'a>(path: &'a str, sender: &'a str) -> &'a str {
    if is_institution(sender) {
        return sender;
    }
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').find(|folder| is_institution(folder)).unwrap_or(sender)
}

/// Whether a name ends as those of institutions do.
fn is_institution(name: &str) -> bool {
    const ENDS: [&str; 32] = [
        "馆",
        "局",
        "中心",
        "学校",
        "所",
        "院",
        "站",
        "处",
        "厅",
        "委",
        "办",
        "公司",
        "队",
        "园",
        "场",
        "社",
        "中学",
        "小学",
        "大学",
        "幼儿园",
        "委员会",
        "政府",
        "法院",
        "检察院",
        "办公室",
        "服务部",
        "管委会",
        "协会",
        "联合会",
        "研究会",
        "总队",
        "支队",
    ];
    let folded = fold(name);
    // 海门市文化馆（6月5日）
    let bare = folded.split(['(', '【', '[']).next().unwrap_or_default();
    bare.chars().count() >= 4 && ENDS.iter().any(|end| bare.ends_with(end))
}

/// SS-116: a census where the roster should be.
fn census_alone(filing: &mut Filing) {
    if !filing.rows.is_empty() {
        return;
    }
    // in its own folder or under its own name it is what its sender meant
    let beside =
        |path: &str| path.split('/').any(|part| part == "单位材料" || part.contains("技师人数"));
    let census = |f: &&mut FiledFile| f.used_as.as_deref() == Some("census") && !beside(&f.path);
    for file in filing.files.iter_mut().filter(census) {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path).to_owned();
        let mut finding = Finding::new("SS-116", Origin::file(&file.path))
            .arg("file", name)
            .arg("form", "技师人数统计表")
            .build();
        finding.hint = "另交一人一行的申报汇总表；这份表放入\"单位材料\"文件夹".to_owned();
        file.findings.push(finding);
    }
}

fn file_one(ctx: &Ctx<'_>, file: &FileReading, filing: &mut Filing) -> FiledFile {
    let mut filed = FiledFile {
        path: file.file.path.clone(),
        sha256: file.file.sha256.clone(),
        bytes: file.file.bytes,
        kind: file.kind.clone(),
        verdict: Verdict::Ignored,
        used_as: None,
        pages: None,
        scan: None,
        original: None,
        code: None,
        findings: file.findings.clone(),
    };
    if let Some(refused) = &file.file.refused
        && !filed.findings.contains(refused)
    {
        filed.findings.push(refused.clone());
    }
    match &file.content {
        Content::Workbook(book) => workbook(ctx, file, book, &mut filed, filing),
        Content::Form(text) => document(ctx, text, &mut filed, filing),
        Content::Scan(scan) => {
            filed.pages = u32::try_from(scan.pages.len()).ok();
            filed.scan = Some(scan.clone());
        }
        Content::Litter => {}
        Content::Refused => {
            filed.verdict = Verdict::Held;
            let worst = filed.findings.iter().find(|f| f.severity == Severity::Refuse);
            let worst = worst.or_else(|| filed.findings.iter().find(|f| f.blocks()));
            filed.code = worst.or(filed.findings.first()).map(|f| f.code.to_string());
        }
        Content::Unknown => unknown(&mut filed),
    }
    filed
}

/// A word processor's document: a form of one person, or a roster somebody wrote as a table.
fn document(ctx: &Ctx<'_>, text: &FilledForm, filed: &mut FiledFile, filing: &mut Filing) {
    let unfilled = match form::read(ctx, &filed.path, text, unit_of(&filed.path, &filing.sender)) {
        form::Read::Person(row) => {
            filing.rows.push(row);
            used(filed, "form");
            return;
        }
        form::Read::Unfilled(finding) => Some(finding),
        form::Read::Other => None,
    };
    let mut rows = Vec::new();
    for page in form::sheets(text) {
        let sender = unit_of(&filed.path, &filing.sender);
        if let Some(form) = posts::read(&page, &filed.path, sender) {
            filing.posts.push(form);
            used(filed, "unit-paper");
            continue;
        }
        if let Some(read) = sheet::read(ctx, &filed.path, &page, true, sender) {
            rows.extend(read.rows);
            filing.findings.extend(read.findings);
        }
    }
    if !rows.is_empty() {
        filing.rows.extend(rows);
        used(filed, "roster");
    } else if let Some(finding) = unfilled.filter(|_| filed.used_as.is_none()) {
        filed.verdict = Verdict::Held;
        filed.code = Some(finding.code.to_string());
        filed.findings.push(finding);
    }
}

fn used(filed: &mut FiledFile, what: &str) {
    filed.verdict = Verdict::Used;
    filed.used_as = Some(what.to_owned());
}

fn unknown(filed: &mut FiledFile) {
    let told = filed.findings.iter().find(|f| matches!(f.code.as_str(), "IN-111" | "IN-131"));
    if let Some(told) = told {
        // a known format that is not read is no unknown one
        filed.code = Some(told.code.to_string());
        return;
    }
    let name = filed.path.rsplit('/').next().unwrap_or(&filed.path);
    let ext = name.rsplit_once('.').map_or("无扩展名", |(_, ext)| ext);
    let finding =
        Finding::new("IN-111", Origin::file(&filed.path)).arg("ext", ext).arg("file", name);
    filed.findings.push(finding.build());
    filed.code = Some("IN-111".to_owned());
}

/// What the sheets of one workbook gave.
#[derive(Default)]
struct Found {
    rows: Option<Vec<Row>>,
    census: Option<Vec<CensusRow>>,
    posts: Vec<PostUse>,
    answers: Option<Vec<Answer>>,
    findings: Vec<Finding>,
}

fn workbook(
    ctx: &Ctx<'_>,
    file: &FileReading,
    book: &Workbook,
    filed: &mut FiledFile,
    filing: &mut Filing,
) {
    let mut found = Found::default();
    let untyped = matches!(file.kind.as_str(), "csv" | "text" | "tsv" | "html");
    let sender = unit_of(&filed.path, &filing.sender).to_owned();
    for page in book.sheets.iter().filter(|sheet| !sheet.hidden) {
        if let Some(answers) = census::answers(page) {
            if answers.iter().any(|answer| answer.step) {
                found.findings.push(Finding::new("RT-124", Origin::file(&filed.path)).build());
            }
            found.answers.get_or_insert_default().extend(answers);
        } else if let Some(rows) = census::census(page, &filed.path, ctx.pack) {
            found.census.get_or_insert_default().extend(rows);
        } else if let Some(form) = posts::read(page, &filed.path, &sender) {
            found.posts.push(form);
        } else if let Some(rows) = card::read(ctx, &filed.path, page, &sender) {
            found.rows.get_or_insert_default().extend(rows);
        } else if let Some(read) = sheet::read(ctx, &filed.path, page, untyped, &sender) {
            found.rows.get_or_insert_default().extend(read.rows);
            found.findings.extend(read.findings);
        }
    }
    filed.original.clone_from(&book.original);
    let visible = found.rows.is_some() || found.census.is_some() || found.answers.is_some();
    if visible {
        for finding in hidden(book, &filed.path) {
            let known =
                |f: &Finding| f.code == finding.code && f.origin.sheet == finding.origin.sheet;
            if !filed.findings.iter().any(known) {
                found.findings.push(finding);
            }
        }
        used(filed, if found.rows.is_some() { "roster" } else { "census" });
        if found.rows.is_none() && found.census.is_none() {
            filed.used_as = Some("answers".to_owned());
        }
    } else if !found.posts.is_empty() {
        used(filed, "unit-paper");
    } else {
        no_table(book, filed);
    }
    let mut rows = found.rows.unwrap_or_default();
    garbled(filed, &mut rows);
    filing.rows.extend(rows);
    filing.census.extend(found.census.unwrap_or_default());
    filing.posts.extend(found.posts);
    filing.answers.extend(found.answers.unwrap_or_default());
    filing.findings.extend(found.findings);
}

/// SS-101 at the cells that hold what could not be decoded: their people cannot pass.
fn garbled(filed: &FiledFile, rows: &mut [Row]) {
    let Some(told) = filed.findings.iter().find(|f| f.code.as_str() == "SS-101") else { return };
    for row in rows {
        let broken = |f: &&super::Field| f.source == Source::Read && f.raw.contains('\u{FFFD}');
        let places: BTreeSet<Origin> =
            row.record.values().filter(broken).map(|f| f.origin.clone()).collect();
        row.findings.extend(places.into_iter().map(|origin| Finding { origin, ..told.clone() }));
    }
}

/// Hidden sheets, rows and columns of a workbook that is used.
fn hidden(book: &Workbook, path: &str) -> Vec<Finding> {
    let mut out = Vec::new();
    for sheet in &book.sheets {
        let origin = Origin { sheet: Some(sheet.name.clone()), ..Origin::file(path) };
        if sheet.hidden {
            out.push(Finding::new("SS-124", origin).arg("sheet", &sheet.name).build());
            continue;
        }
        // only what holds something: empty formatted rows are hidden in many files
        let full_rows: BTreeSet<u32> = sheet.cells.iter().map(|c| c.row).collect();
        let full_columns: BTreeSet<u32> = sheet.cells.iter().map(|c| c.column).collect();
        let rows = sheet.hidden_rows.iter().copied().filter(|r| full_rows.contains(r));
        let rows = stretches(rows).into_iter().map(|(from, to)| match to - from {
            0 => format!("第{}行", from + 1),
            _ => format!("第{}—{}行", from + 1, to + 1),
        });
        let columns = sheet.hidden_columns.iter().filter(|n| full_columns.contains(n)).map(|n| {
            let name = crate::read::a1(0, *n);
            format!("{}列", name.trim_end_matches('1'))
        });
        let all: Vec<String> = rows.chain(columns).collect();
        if !all.is_empty() {
            out.push(Finding::new("SS-125", origin).arg("rows", all.join("、")).build());
        }
    }
    out
}

/// Numbers in order as stretches: a filter hides hundreds of rows.
fn stretches(numbers: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match out.last_mut() {
            Some((_, to)) if *to + 1 == n => *to = n,
            _ => out.push((n, n)),
        }
    }
    out
}

/// A workbook without a table: unit papers are kept, anything else is refused with a reason.
fn no_table(book: &Workbook, filed: &mut FiledFile) {
    if filed.path.split('/').any(|part| part == "单位材料") {
        used(filed, "unit-paper");
        return;
    }
    let pictures = book.sheets.iter().find(|s| s.pictures && !s.hidden);
    let empty = book.sheets.iter().all(|s| s.cells.is_empty());
    let finding = match pictures.filter(|_| empty) {
        Some(sheet) => {
            let origin = Origin { sheet: Some(sheet.name.clone()), ..Origin::file(&filed.path) };
            Finding::new("SS-131", origin).arg("sheet", &sheet.name).build()
        }
        None => {
            let name = filed.path.rsplit('/').next().unwrap_or(&filed.path);
            let like =
                likeness::of(book).map_or_else(String::new, |what| format!("；这像是{what}"));
            let place = Origin::file(&filed.path);
            Finding::new("SS-111", place).arg("file", name).arg("like", like).build()
        }
    };
    filed.verdict = Verdict::Held;
    filed.code = Some(finding.code.to_string());
    filed.findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::unit_of;

    #[test]
    fn a_folder_of_a_unit_in_a_folder_of_a_day_is_the_unit() {
        let table = "海门市文化馆/汇总表.xlsx";
        assert_eq!(unit_of(table, "6月5日收到的"), "海门市文化馆");
        assert_eq!(unit_of(table, "如皋市中医院"), "如皋市中医院");
        assert_eq!(unit_of("单位材料/汇总表.xlsx", "6月5日"), "6月5日");
        assert_eq!(unit_of("汇总表.xlsx", "6月5日"), "6月5日");
        let form = "海门市图书馆（补）/01张三（电工）/审批表.docx";
        assert_eq!(unit_of(form, "收件"), "海门市图书馆（补）");
    }
}
