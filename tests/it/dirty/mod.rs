//! Spreadsheets as they really come: one test per variant of docs/dirty-data.md, each with a
//! workbook of its own, seen through `dossier check --json`.

mod book;
mod dates;
mod files;
mod forms;
mod header;
mod id_numbers;
mod names;
mod output;
mod package;
mod page;
mod sheets;
mod traps;
mod values;
mod words;

use crate::office::{Office, Ran, each, text};
use book::{Cell, Roster};
use serde_json::Value;

/// The unit of every test.
const UNIT: &str = "南通市测试中心";

/// What `check` said about one entry.
pub(super) struct Seen(Value);

/// Drops the files as one folder and looks at it; `None` (with a printed line) without fonts.
fn look(files: &[(&str, &[u8])]) -> Option<Seen> {
    let office = Office::open()?;
    look_in(&office, files)
}

fn look_in(office: &Office, files: &[(&str, &[u8])]) -> Option<Seen> {
    for (path, bytes) in files {
        office.drop_file(&format!("{UNIT}/{path}"), bytes);
    }
    Some(checked(office, UNIT))
}

/// `check` of one entry.
#[track_caller]
fn checked(office: &Office, entry: &str) -> Seen {
    let ran: Ran = office.run(&["check", &format!("inbox/{entry}"), "--json"]);
    assert!(matches!(ran.code, 0 | 1), "{ran:?}");
    Seen(serde_json::from_str(&ran.stdout).unwrap())
}

/// One roster in a file of this name.
fn read(name: &str, bytes: &[u8]) -> Option<Seen> {
    look(&[(name, bytes)])
}

/// Code and weight: `ID-103 error`.
fn word(finding: &Value) -> String {
    format!("{} {}", text(&finding["code"]), text(&finding["severity"]))
}

/// What reading says; what judging says (materials, eligibility) is another matter.
fn of_reading(finding: &Value) -> bool {
    let code = text(&finding["code"]);
    ["IN", "SS", "ID", "FD", "DT"].iter().any(|family| code.starts_with(family))
}

impl Seen {
    fn submission(&self) -> &Value {
        let all = each(&self.0["submissions"]);
        assert_eq!(all.len(), 1, "{}", self.0);
        &all[0]
    }

    fn people(&self) -> &[Value] {
        each(&self.submission()["applicants"])
    }

    /// Names of everybody, in the order of their rows.
    fn names(&self) -> Vec<&str> {
        let mut people: Vec<&Value> = self.people().iter().collect();
        let cell = |p: &Value| text(&p["record"]["person.name"]["origin"]["cell"]).to_owned();
        people.sort_by_key(|p| (cell(p).len(), cell(p)));
        people.into_iter().map(|p| text(&p["name"])).collect()
    }

    /// The person whose name stands in this row (from 1).
    #[track_caller]
    fn row(&self, row: usize) -> &Value {
        let stands = |p: &&Value| {
            let cell = text(&p["record"]["person.name"]["origin"]["cell"]);
            cell.trim_start_matches(|c: char| c.is_ascii_uppercase()) == row.to_string()
        };
        let found: Vec<&Value> = self.people().iter().filter(stands).collect();
        assert_eq!(found.len(), 1, "row {row} in {:?}", self.names());
        found[0]
    }

    /// The value of a field of that row as text; `—` when it could not be read.
    #[track_caller]
    fn value(&self, row: usize, field: &str) -> String {
        shown(&self.row(row)["record"][field])
    }

    /// The repairs of a field.
    #[track_caller]
    fn repairs(&self, row: usize, field: &str) -> Vec<&str> {
        each(&self.row(row)["record"][field]["repairs"]).iter().map(text).collect()
    }

    /// Every finding, about the entry and about people, but for the note that the entry came.
    fn findings(&self) -> Vec<&Value> {
        let people = self.people().iter().flat_map(|p| each(&p["findings"]));
        let entry = each(&self.submission()["findings"]).iter();
        entry.filter(|f| f["code"] != "IN-101").chain(people).collect()
    }

    /// What reading said at a cell, each once.
    fn at(&self, cell: &str) -> Vec<String> {
        let here = |f: &&&Value| text(&f["origin"]["cell"]) == cell && of_reading(f);
        let mut words: Vec<String> = self.findings().iter().filter(here).map(|f| word(f)).collect();
        words.sort();
        words.dedup();
        words
    }

    /// What reading said, each code once.
    fn words(&self) -> Vec<String> {
        let mut words: Vec<String> =
            self.findings().iter().filter(|f| of_reading(f)).map(|f| word(f)).collect();
        words.sort();
        words.dedup();
        words
    }

    /// The one finding of this code.
    #[track_caller]
    fn said(&self, code: &str) -> &Value {
        let all = self.findings();
        let found = all.iter().find(|f| text(&f["code"]) == code);
        found.unwrap_or_else(|| panic!("no {code} in {:?}", self.words()))
    }

    /// Whether the code was said anywhere.
    fn has(&self, code: &str) -> bool {
        self.findings().iter().any(|f| text(&f["code"]) == code)
    }

    /// Kind, verdict, `as` and code of a file.
    #[track_caller]
    fn file(&self, path: &str) -> [&str; 4] {
        let files = each(&self.submission()["files"]);
        let file = files.iter().find(|f| text(&f["path"]) == path);
        let file = file.unwrap_or_else(|| panic!("no {path} in {files:?}"));
        ["kind", "verdict", "as", "code"].map(|key| text(&file[key]))
    }

    /// The rows from `first` on are clean people `1..=count`, and nobody else is there.
    #[track_caller]
    fn clean(&self, first: usize, count: usize) {
        assert_eq!(self.names().len(), count, "{:?}", self.words());
        for n in 1..=count {
            let row = first + n - 1;
            assert_eq!(self.value(row, "person.name"), book::name(n));
            assert_eq!(self.value(row, "cert.date"), "2007-11");
            assert_eq!(self.value(row, "apply.level"), "高级技师");
            assert_eq!(self.value(row, "person.id_no"), book::masked(&book::id(n)));
        }
    }
}

fn shown(field: &Value) -> String {
    match &field["value"] {
        Value::Null => "—".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list
            .iter()
            .map(|v| v.to_string().trim_matches('"').to_owned())
            .collect::<Vec<_>>()
            .join("、"),
        other => other.to_string(),
    }
}

/// How one cell is to be read: what stands in it, its value, a word of its repair (empty: none),
/// and everything said at the cell.
struct Reads {
    cell: Cell,
    value: &'static str,
    repair: &'static str,
    says: &'static [&'static str],
}

fn reads(
    cell: impl Into<Cell>,
    value: &'static str,
    repair: &'static str,
    says: &'static [&'static str],
) -> Reads {
    Reads { cell: cell.into(), value, repair, says }
}

/// Puts each case into the column of its own person and compares value, place, repairs and
/// findings.
#[track_caller]
fn each_reads(label: &str, field: &str, cases: &[Reads]) {
    each_reads_in(book::people(cases.len()), label, field, cases);
}

#[track_caller]
fn each_reads_in(mut roster: Roster, label: &str, field: &str, cases: &[Reads]) {
    let known = roster.rows[0].iter().position(|cell| *cell == Cell::from(label));
    let column = known.unwrap_or(roster.rows[0].len());
    roster.set(&book::at(0, column), label);
    for (row, case) in (1..).zip(cases) {
        roster.set(&book::at(row, column), case.cell.clone());
    }
    let Some(seen) = read("申报汇总表.xlsx", &roster.xlsx()) else { return };
    for (row, case) in (1..).zip(cases) {
        let place = book::at(row, column);
        let told = (seen.value(row + 1, field), seen.at(&place));
        let says: Vec<String> = case.says.iter().map(|s| (*s).to_owned()).collect();
        assert_eq!(told, (case.value.to_owned(), says), "{label} {:?}", case.cell);
        let kept = &seen.row(row + 1)["record"][field];
        assert_eq!(text(&kept["origin"]["cell"]), place, "{:?}", case.cell);
        let repairs = seen.repairs(row + 1, field);
        if case.repair.is_empty() {
            assert!(repairs.is_empty(), "{:?} {repairs:?}", case.cell);
        } else {
            let told = repairs.iter().any(|repair| repair.contains(case.repair));
            assert!(told, "{:?} {repairs:?}", case.cell);
        }
    }
}
