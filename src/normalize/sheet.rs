//! A sheet with a roster becomes rows: columns to slots, titles and names of sheets as spares.

use super::grades;
use super::grid::Grid;
use super::header::label;
use super::row::{self, Ctx, Slot};
use super::table::{self, Header, Kind, Titles};
use super::{Field, Row, Source, Value, beside, date, summary, trade};
use crate::diag::{Finding, Origin};
use crate::read::{CellValue, Sheet, a1};
use crate::text::{fold, strip_blanks};
use std::collections::BTreeSet;

/// What a roster sheet gave.
#[derive(Debug, Default)]
pub(super) struct SheetRows {
    pub(super) rows: Vec<Row>,
    pub(super) findings: Vec<Finding>,
}

/// A roster sheet being read.
struct Walk<'a> {
    ctx: &'a Ctx<'a>,
    sheet: &'a Sheet,
    path: &'a str,
    /// Numbers typed as text (CSV): `1975.1` may be a shortened `1975.10`.
    untyped: bool,
    /// The unit when neither row nor title names one.
    sender: &'a str,
    out: SheetRows,
    skipped: u32,
    /// Rows read since the last header after a total of the whole.
    counted: i64,
    /// Whether a total of the whole came since.
    totalled: bool,
    numbers: Vec<String>,
    /// The number of the certificate of every row.
    codes: Vec<CellValue>,
}

/// Reads a sheet as a roster; `None` when it has no header.
pub(super) fn read(
    ctx: &Ctx<'_>,
    path: &str,
    sheet: &Sheet,
    untyped: bool,
    sender: &str,
) -> Option<SheetRows> {
    if sheet.hidden {
        return None;
    }
    let grid = Grid::new(sheet);
    let header = table::find(&grid)?;
    if let Some((column, left, right)) = beside::split(sheet, &header) {
        let at = Origin::cell(path, &sheet.name, a1(header.top, column));
        let mut out = read(ctx, path, &left, untyped, sender)?;
        let more = read(ctx, path, &right, untyped, sender)?;
        out.rows.extend(more.rows);
        out.findings.push(Finding::new("SS-126", at).arg("row", header.top + 1).build());
        out.findings.extend(more.findings);
        return Some(out);
    }
    let mut walk = Walk {
        ctx,
        sheet,
        path,
        untyped,
        sender,
        out: SheetRows::default(),
        skipped: 0,
        counted: 0,
        totalled: false,
        numbers: Vec::new(),
        codes: Vec::new(),
    };
    let form = walk.printed(&grid, &header);
    let top = header.top;
    walk.run(&grid, header);
    walk.report();
    walk.shortened();
    walk.other_form(form);
    summary::check(ctx, &grid, top, (path, &sheet.name), &mut walk.out);
    Some(walk.out)
}

impl Walk<'_> {
    fn place(&self) -> Origin {
        Origin { sheet: Some(self.sheet.name.clone()), ..Origin::file(self.path) }
    }

    fn run(&mut self, grid: &Grid<'_>, mut header: Header) {
        let titles = table::titles(grid, header.top);
        let mut spare = self.spare(&titles);
        let mut missing = self.open(&header, &spare);
        let mut until = header.last;
        for row in grid.rows.iter().copied() {
            if row <= header.last.max(until) {
                continue;
            }
            match table::kind(grid, &header, row) {
                Kind::Skip => self.skipped += 1,
                Kind::Repeat(last) => {
                    until = last;
                    self.anew();
                }
                Kind::Total(value) => self.total(grid, row, value),
                Kind::Sample(name) => self.say(
                    Finding::new("SS-129", self.cell(row, 0))
                        .arg("row", row + 1)
                        .arg("name", name)
                        .build(),
                ),
                Kind::Second(second) => {
                    let finding = Finding::new("SS-126", self.cell(row, 0)).arg("row", row + 1);
                    self.say(finding.build());
                    self.anew();
                    header = *second;
                    let titles = table::titles(grid, header.top);
                    spare = self.spare(&titles);
                    missing = self.open(&header, &spare);
                }
                Kind::Person => self.person(grid, &header, row, &spare, &missing),
            }
        }
    }

    fn say(&mut self, finding: Finding) {
        self.out.findings.push(finding);
    }

    fn cell(&self, row: u32, column: u32) -> Origin {
        Origin::cell(self.path, &self.sheet.name, a1(row, column))
    }

    fn total(&mut self, grid: &Grid<'_>, row: u32, value: Option<i64>) {
        self.skipped += 1;
        let Some(value) = value else { return };
        self.totalled = true;
        if value != self.counted {
            let column = grid.row(row).first().map_or(0, |(c, _)| *c);
            let finding = Finding::new("SS-122", self.cell(row, column))
                .arg("value", value)
                .arg("n", self.counted);
            self.say(finding.build());
        }
    }

    /// Below a header that follows a total another table begins, with a total of its own.
    fn anew(&mut self) {
        if std::mem::take(&mut self.totalled) {
            self.counted = 0;
        }
    }

    /// What may stand in for a column: title lines, the sheet's name, the sender.
    fn spare(&self, titles: &Titles) -> Vec<Slot> {
        let slot = |field: &str, given: &Option<(String, String)>| {
            given.as_ref().map(|(value, cell)| Slot {
                field: field.to_owned(),
                year: None,
                value: CellValue::Text(value.clone()),
                origin: Origin::cell(self.path, &self.sheet.name, cell.clone()),
            })
        };
        let mut out: Vec<Slot> = [
            slot("apply.trade", &titles.trade),
            slot("unit.name", &titles.unit),
            slot("unit.supervisor", &titles.supervisor),
            slot("contact.phone", &titles.phone),
        ]
        .into_iter()
        .flatten()
        .collect();
        let whole = |field: &str, text: &str| Slot {
            field: field.to_owned(),
            year: None,
            value: CellValue::Text(text.to_owned()),
            origin: self.place(),
        };
        if titles.trade.is_none() && trade::canonical(&self.sheet.name, self.ctx.pack).is_some() {
            out.push(whole("apply.trade", &self.sheet.name));
        }
        if let Some((level, _)) = &titles.level
            && self.ctx.pack.circular.levels.contains(level)
        {
            out.extend(slot("apply.level", &titles.level));
        }
        if titles.unit.is_none() && !self.sender.is_empty() {
            out.push(whole("unit.name", self.sender));
        }
        out
    }

    /// SS-151: columns the circular's own file does not have. Those it lacks are told by SS-112.
    fn beyond_template(&self, header: &Header) -> Option<Finding> {
        let template = self.ctx.pack.roster.template.as_ref()?;
        let (_, first) = header.unknown.first()?;
        let labels: Vec<String> =
            header.unknown.iter().map(|(text, _)| format!("“{text}”")).collect();
        let finding = Finding::new("SS-151", self.cell(header.top, *first))
            .arg("diff", format!("多出 {}", labels.join("、")))
            .clause(&template.clause);
        Some(finding.weighed(template.severity.as_deref()).build())
    }

    /// Findings of a header; gives those about missing columns that every row inherits.
    fn open(&mut self, header: &Header, spare: &[Slot]) -> Vec<Finding> {
        for (label, cells) in &header.doubled {
            let finding = Finding::new("SS-113", self.cell(header.top, 0))
                .arg("label", label)
                .arg("cells", cells);
            self.say(finding.build());
        }
        let lacking: Vec<&String> =
            self.ctx.required.iter().filter(|fact| lacks(header, spare, fact)).collect();
        if let Some(finding) = self.beyond_template(header) {
            self.say(finding);
        }
        for (text, column) in &header.unknown {
            let at = self.cell(header.top, *column);
            let finding = match nearest(text, &lacking) {
                Some((field, near)) => {
                    Finding::new("SS-115", at).arg("field", field).arg("p", near)
                }
                None => Finding::new("SS-114", at),
            };
            self.say(finding.arg("label", text).build());
        }
        if lacking.is_empty() {
            return Vec::new();
        }
        let labels: Vec<String> = lacking.iter().map(|fact| label(fact)).collect();
        let cols = labels.join("、");
        let origin = self.cell(header.top, header.columns.first().map_or(0, |c| c.index));
        let build = |cols: &str| {
            Finding::new("SS-112", origin.clone())
                .arg("sheet", &self.sheet.name)
                .arg("cols", cols)
                .clause(&self.ctx.pack.roster.clause)
        };
        let mut seen = BTreeSet::new();
        let mut inherited = Vec::new();
        for fact in &lacking {
            let grouped = fact.starts_with("appraisal.");
            let field = if grouped { "appraisal.*" } else { fact.as_str() };
            if seen.insert(field.to_owned()) {
                let years: Vec<String> = if grouped {
                    lacking
                        .iter()
                        .filter(|f| f.starts_with("appraisal."))
                        .map(|f| label(f))
                        .collect()
                } else {
                    vec![label(fact)]
                };
                inherited.push(build(&years.join("、")).field(field).build());
            }
        }
        // a folder may still stand for the trade, person by person
        let by_folder = lacking.len() == 1
            && lacking[0].as_str() == "apply.trade"
            && !self.ctx.folders.is_empty();
        if !by_folder {
            let whole = build(&cols).build();
            self.say(whole);
        }
        inherited
    }

    fn person(
        &mut self,
        grid: &Grid<'_>,
        header: &Header,
        row: u32,
        spare: &[Slot],
        missing: &[Finding],
    ) {
        let mut slots: Vec<Slot> = Vec::new();
        for column in &header.columns {
            let (value, place) = match grid.seen(row, column.index) {
                Some((value, place)) => (value.clone(), place),
                None => (CellValue::Text(String::new()), a1(row, column.index)),
            };
            if column.meaning.field == "seq" {
                self.numbers.push(value.text());
            }
            if column.meaning.field == "cert.no" && self.codes.len() == self.out.rows.len() {
                self.codes.push(value.clone());
            }
            slots.push(Slot {
                field: column.meaning.field.clone(),
                year: column.meaning.year,
                value: self.dated(&column.meaning.field, self.typed(value)),
                origin: Origin::cell(self.path, &self.sheet.name, place),
            });
        }
        let mut stand_in: Vec<Slot> = spare
            .iter()
            .filter(|s| s.field == "unit.name" || !header.has(&s.field))
            .cloned()
            .collect();
        let mut missing = missing.to_vec();
        if !header.has("apply.trade")
            && let Some(slot) = self.folder_trade(&slots)
        {
            missing.retain(|f| f.field.as_deref() != Some("apply.trade"));
            stand_in.push(slot);
        }
        let first = grid.row(row).first().map_or(0, |(c, _)| *c);
        let mut built = row::build(self.ctx, &slots, &stand_in, &missing, self.cell(row, first));
        built.findings.extend(self.other_title(&built, spare));
        for (text, column) in &header.unknown {
            self.keep(grid, (row, *column), text, &mut built);
        }
        self.codes.resize(self.out.rows.len() + 1, CellValue::Uncalculated);
        self.out.rows.push(built);
        self.counted += 1;
    }

    /// What stands under a label nobody knows is kept as it is.
    fn keep(&self, grid: &Grid<'_>, at: (u32, u32), label: &str, built: &mut Row) {
        let Some((value, place)) = grid.seen(at.0, at.1) else { return };
        let raw = value.text();
        let kept = Field {
            value: Some(Value::Text(raw.trim().to_owned())),
            raw,
            origin: Origin::cell(self.path, &self.sheet.name, place),
            repairs: Vec::new(),
            source: Source::Read,
        };
        built.record.insert(format!("extra.{}", label.replace('.', "．")), kept);
    }

    /// FD-164: a number among codes that begin with a zero, shorter than they are.
    fn shortened(&mut self) {
        let zeros = self.codes.iter().filter_map(|code| match code {
            CellValue::Text(text) => Some(strip_blanks(text)).filter(|t| t.starts_with('0')),
            _ => None,
        });
        let Some(longest) = zeros.map(|text| text.chars().count()).max() else { return };
        for (row, code) in self.out.rows.iter_mut().zip(&self.codes) {
            let text = code.text();
            if !matches!(code, CellValue::Number(_)) || text.chars().count() >= longest {
                continue;
            }
            let Some(field) = row.record.get("cert.no") else { continue };
            let finding = Finding::new("FD-164", field.origin.clone()).arg("value", text);
            row.findings.push(finding.field("cert.no").build());
        }
    }

    /// The title of a table made for printing: it has a column of 公示结果 and none of ID numbers.
    fn printed(&self, grid: &Grid<'_>, header: &Header) -> Option<String> {
        let asked = self.ctx.required.contains("person.id_no");
        if !asked || header.has("person.id_no") || !header.has("public_result") {
            return None;
        }
        let above = grid.rows.iter().copied().take_while(|row| *row < header.top);
        let cells = above.flat_map(|row| grid.row(row));
        let mut texts = cells.map(|(_, value)| strip_blanks(&value.text()));
        let own = |title: &String| {
            self.ctx.pack.forms.iter().any(|form| fold(&form.title) == fold(title))
        };
        texts.find(|text| text.ends_with("汇总表") && !own(text))
    }

    /// SS-116: a table of another level, or one that was made for printing.
    fn other_form(&mut self, printed: Option<String>) {
        let own = &self.ctx.pack.circular.levels;
        let level = |row: &Row| row.record.get("apply.level")?.value.as_ref().map(Value::text);
        let told: Option<BTreeSet<String>> = self.out.rows.iter().map(level).collect();
        let foreign = told.filter(|all| !all.is_empty() && !all.iter().any(|l| own.contains(l)));
        let form = match (foreign, printed) {
            (Some(levels), _) => {
                let levels: Vec<String> = levels.into_iter().collect();
                format!("{}的申报汇总表", levels.join("、"))
            }
            (None, Some(title)) => format!("打印用的《{title}》（没有身份证号码）"),
            (None, None) => return,
        };
        let file = self.path.rsplit('/').next().unwrap_or(self.path);
        let finding = Finding::new("SS-116", self.place()).arg("file", file).arg("form", form);
        self.say(finding.build());
    }

    /// SS-142: the title above the table names another trade than the row.
    fn other_title(&self, built: &Row, spare: &[Slot]) -> Option<Finding> {
        let title = spare.iter().find(|s| s.field == "apply.trade" && s.origin.cell.is_some())?;
        let titled = trade::read(&title.value.text(), self.ctx.pack).name;
        let own = built.record.get("apply.trade")?;
        let named = own.value.as_ref()?.text();
        if fold(&titled) == fold(&named) {
            return None;
        }
        let finding = Finding::new("SS-142", own.origin.clone()).arg("a", titled).arg("b", named);
        Some(finding.field("apply.trade").build())
    }

    /// The trade in the name of the person's folder.
    fn folder_trade(&self, slots: &[Slot]) -> Option<Slot> {
        let name = slots.iter().find(|s| s.field == "person.name")?;
        let name = strip_blanks(&name.value.text());
        let (folder, trade) =
            self.ctx.folders.iter().find(|(folder, _)| {
                name.chars().count() > 1 && strip_blanks(folder).contains(&name)
            })?;
        Some(Slot {
            field: "apply.trade".to_owned(),
            year: None,
            value: CellValue::Text(trade.clone()),
            origin: Origin::file(folder),
        })
    }

    /// A serial number of a workbook that counts from 1904, in a column of dates.
    fn dated(&self, field: &str, value: CellValue) -> CellValue {
        const DATES: [&str; 4] =
            ["person.birth", "person.work_start", "cert.date", "education.date"];
        match value {
            CellValue::Number(n) if self.sheet.date1904 && DATES.contains(&field) => {
                date::from_1904(n).map_or(value, CellValue::Date)
            }
            other => other,
        }
    }

    fn typed(&self, value: CellValue) -> CellValue {
        let short = |text: &str| {
            text.strip_suffix(".1")
                .is_some_and(|y| matches!(y.len(), 2 | 4) && y.parse::<u32>().is_ok())
        };
        match &value {
            CellValue::Text(text) if self.untyped && short(text.trim()) => {
                text.trim().parse().map_or(value.clone(), CellValue::Number)
            }
            CellValue::Text(_)
            | CellValue::Number(_)
            | CellValue::Date(_)
            | CellValue::Bool(_)
            | CellValue::Error(_)
            | CellValue::Uncalculated => value,
        }
    }

    fn report(&mut self) {
        if self.skipped > 0 {
            let finding = Finding::new("SS-121", self.place()).arg("n", self.skipped);
            self.say(finding.build());
        }
        let broken =
            self.numbers.iter().enumerate().any(|(n, text)| {
                super::cell::count(text).is_some_and(|found| found != n as i64 + 1)
            });
        if broken {
            let finding = Finding::new("SS-123", self.place());
            self.say(finding.build());
        }
    }
}

/// The missing field a label may be meant for, with the likeness in percent.
fn nearest(text: &str, lacking: &[&String]) -> Option<(String, u32)> {
    let near = |name: &str| (strsim::normalized_levenshtein(text, name) * 100.0) as u32;
    lacking
        .iter()
        .map(|fact| label(fact))
        .map(|name| (near(&name), name))
        .filter(|(p, _)| *p >= 66)
        .max()
        .map(|(p, name)| (name, p))
}

/// Whether a required fact has neither a column nor a stand-in.
fn lacks(header: &Header, spare: &[Slot], fact: &str) -> bool {
    let joined = match fact {
        "apply.trade" | "apply.level" => header.has("apply.both"),
        "post.trade" | "post.level" => header.has("post.both"),
        cert if cert.starts_with("cert.") => {
            let part = cert.strip_prefix("cert.");
            header.columns.iter().any(|column| grades::part(&column.meaning.field) == part)
        }
        other => other.starts_with("appraisal.") && header.has("appraisal"),
    };
    fact != "unit.name"
        && !joined
        && !header.has(fact)
        && !spare.iter().any(|slot| slot.field == fact)
}
