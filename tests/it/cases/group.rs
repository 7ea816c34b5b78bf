//! Cases that are dropped together: one office, one clock, one pack.

use super::clean::{Clean, Who};
use super::read::{Case, Person};
use super::{off, steps, verdict};
use crate::forms_in::{docx, p, table};
use crate::office::{Office, Ran, repo};
use crate::people::workbook;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// The folder of the day in which the units of a dry run lie.
const DAY: &str = "六月收件";

/// What makes cases need an office of their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    steps: bool,
    now: String,
    toml: String,
    last_year: bool,
}

/// Everything a pack's cases share.
pub(crate) struct Batch<'a> {
    pub(crate) clean: Clean,
    pub(crate) cases: &'a [Case],
    /// By name: each person with number and ID.
    pub(crate) who: BTreeMap<String, Who<'a>>,
}

/// Where a person stands in a roster.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) row: usize,
    pub(crate) labels: Vec<String>,
}

/// Cases that lie in one office, not yet judged.
pub(crate) struct Laid<'a> {
    key: Key,
    cases: Vec<&'a Case>,
    office: Office,
    seats: BTreeMap<String, Seat>,
}

/// Case file → what is not as it says.
pub(crate) type Faults = BTreeMap<String, Vec<String>>;

impl<'a> Batch<'a> {
    pub(crate) fn new(folder: &str, cases: &'a [Case]) -> Self {
        let (mut who, mut ids) = (BTreeMap::new(), BTreeMap::new());
        for (case, person) in cases.iter().flat_map(|c| c.people.iter().map(move |p| (c, p))) {
            let one = Who::new(case, person, who.len() + 1, &ids);
            ids.insert(person.name.clone(), one.id.clone());
            who.insert(person.name.clone(), one);
        }
        Self { clean: Clean::of(folder), cases, who }
    }

    fn key(&self, case: &Case) -> Key {
        let joined = |kind: &str| case.block(kind).map_or_else(String::new, |l| l.join("\n"));
        let now = joined("now");
        Key {
            steps: case.block("steps").is_some(),
            now: if now.is_empty() { self.clean.now.clone() } else { now.trim().to_owned() },
            toml: joined("toml"),
            last_year: case.block("last-year").is_some(),
        }
    }

    /// Drops the cases that `wanted` picks, those that need the same office into one. `None`: no
    /// fonts.
    pub(crate) fn lay(&self, wanted: &dyn Fn(&Case) -> bool) -> Option<Vec<Laid<'a>>> {
        let mut groups: BTreeMap<Key, Vec<&'a Case>> = BTreeMap::new();
        for case in self.cases.iter().filter(|case| wanted(case)) {
            groups.entry(self.key(case)).or_default().push(case);
        }
        let mut all = Vec::new();
        for (key, cases) in groups {
            let office = Office::in_memory()?;
            let mut seats = BTreeMap::new();
            for case in &cases {
                self.drop_case(&office, case, key.steps, &mut seats);
            }
            crate::misuse::copy_tree(&repo("templates"), &office.path("templates"));
            all.push(Laid { key, cases, office, seats });
        }
        Some(all)
    }

    /// Judges what was dropped, with a switch laid over the pack (none: the pack as it is).
    pub(crate) fn judge(&self, laid: &[Laid<'a>], switch: &str) -> Faults {
        laid.iter().flat_map(|laid| self.group(laid, switch)).collect()
    }

    fn group(&self, laid: &Laid<'a>, switch: &str) -> Faults {
        let Laid { key, cases, office, seats } = laid;
        // a pack that has nothing of the kind is left as it is
        let off = off::fragment(switch, &self.clean.circular, cases[0]).unwrap_or_default();
        let circular = self.configure(office, key, cases, &off);
        let ran = if key.steps {
            office.run(&["run", "--settle", "0"])
        } else {
            office.run(&["check", &format!("inbox/{DAY}"), "--json", "--show-ids"])
        };
        let report = if key.steps {
            let place = office.path("outbox").join(&circular).join("report.json");
            fs::read(place).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok())
        } else {
            serde_json::from_str(&ran.stdout).ok()
        };
        let Some(report) = report else { return broken(cases, &ran) };
        let desk = Desk { batch: self, office, circular, seats };
        cases.iter().map(|case| (case.file.clone(), desk.case(case, &report))).collect()
    }

    fn drop_case(
        &self,
        office: &Office,
        case: &Case,
        alone: bool,
        seats: &mut BTreeMap<String, Seat>,
    ) {
        let place = |unit: &str| if alone { unit.to_owned() } else { format!("{DAY}/{unit}") };
        for unit in case.units() {
            let people: Vec<&Person> =
                case.people.iter().filter(|p| case.unit(p) == unit).collect();
            let labels = self.clean.labels(&people);
            let mut rows = vec![labels.clone()];
            for (at, person) in people.iter().enumerate() {
                let who = &self.who[&person.name];
                rows.push(self.clean.row(who, &labels));
                seats.insert(person.name.clone(), Seat { row: at + 2, labels: labels.clone() });
                for (path, bytes) in who.files(&self.clean) {
                    office.drop_file(&format!("{}/{path}", place(&unit)), &bytes);
                }
            }
            let roster = format!("{}/申报汇总表.xlsx", place(&unit));
            office.drop_file(&roster, &workbook("汇总表", &rows));
        }
        let unit = case.units()[0].clone();
        for (kind, lines) in &case.blocks {
            let lines: Vec<String> = lines.iter().map(|line| self.filled(case, line)).collect();
            let (word, whom) = kind.split_once(' ').unwrap_or((kind, ""));
            match word {
                "form" => {
                    let who = &self.who[if whom.is_empty() { &case.people[0].name } else { whom }];
                    let file = format!("{}/{}/登记表.docx", place(&who.unit), who.folder());
                    office.drop_file(&file, &form(&lines));
                }
                "posts" => {
                    let file = format!("{}/单位材料/岗位使用情况备案表.xlsx", place(&unit));
                    office.drop_file(&file, &posts(&unit, &lines));
                }
                "files" => {
                    for line in &lines {
                        let file = format!("{}/{line}", place(&unit));
                        office.drop_file(&file, &crate::people::jpeg(70, 98, 77));
                    }
                }
                _ => {}
            }
        }
    }

    /// Text of a block with names, units and numbers put in.
    pub(crate) fn filled(&self, case: &Case, text: &str) -> String {
        let mut out = text.replace("{unit}", &case.units()[0]);
        for person in &case.people {
            let who = &self.who[&person.name];
            out = out.replace(&format!("{{id:{}}}", person.name), &who.id);
            out = out.replace(&format!("{{unit:{}}}", person.name), &who.unit);
            let mark = person.cells.get("单位").map_or("", String::as_str);
            out = out.replace(&format!("{{单位:{mark}}}"), &who.unit);
        }
        out
    }

    /// Writes registers, templates and `pipeline.toml`; the circular to judge by.
    fn configure(&self, office: &Office, key: &Key, cases: &[&Case], off: &str) -> String {
        let mut registers = String::new();
        for name in ["units", "census", "integrity", "last-year"] {
            let rows: Vec<BTreeMap<String, String>> =
                cases.iter().flat_map(|case| self.register(case, name)).collect();
            let skipped = off.lines().any(|line| line == format!("# register {name}"));
            if rows.is_empty() || skipped {
                continue;
            }
            fs::write(office.path(&format!("{name}.xlsx")), sheet(&rows)).unwrap();
            registers.push_str(&format!("{name} = '{name}.xlsx'\n"));
        }
        let templates = office.path("templates");
        let mut circular = self.clean.circular.clone();
        for (id, text) in [("case-pack", key.toml.as_str()), ("case-off", off)] {
            if text.trim().is_empty() {
                continue;
            }
            let pack = layered(id, &circular, text);
            fs::create_dir_all(templates.join(id)).unwrap();
            fs::write(templates.join(id).join("circular.toml"), pack).unwrap();
            id.clone_into(&mut circular);
        }
        let config = format!(
            "[paths]\ntemplates = 'templates'\nfonts = ['{}']\n[run]\ncircular = \"{circular}\"\nnow = \"{}\"\njobs = 2\n[intake]\nsettle-secs = 0\n[registers]\n{registers}",
            repo("fonts").display(),
            key.now,
        );
        fs::write(office.path("pipeline.toml"), config).unwrap();
        circular
    }

    /// The rows a case has in a register.
    fn register(&self, case: &Case, name: &str) -> Vec<BTreeMap<String, String>> {
        let Some(lines) = case.block(name) else {
            if name != "census" {
                return Vec::new();
            }
            let of_unit = |unit: String| {
                self.clean.census.iter().map(move |[trade, count, last]| {
                    let cells = [
                        ("单位", unit.as_str()),
                        ("工种", trade),
                        ("现有技师人数", count),
                        ("上一年度是否申报高级技师", last),
                    ];
                    cells.map(|(label, cell)| (label.to_owned(), cell.to_owned())).into()
                })
            };
            return case.units().into_iter().flat_map(of_unit).collect();
        };
        let rows: Vec<Vec<String>> =
            lines.iter().map(|line| cells(&self.filled(case, line))).collect();
        let Some((head, rows)) = rows.split_first() else { return Vec::new() };
        rows.iter().map(|row| head.iter().cloned().zip(row.iter().cloned()).collect()).collect()
    }
}

/// The pack of a case: a fragment over another pack. A fragment may begin with plain keys.
fn layered(id: &str, base: &str, text: &str) -> String {
    format!(
        "schema = \"circular-pack/1\"\ncircular.id = \"{id}\"\ncircular.extends = \"{base}\"\n{text}\n"
    )
}

/// Cells of a line between bars.
pub(crate) fn cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn sheet(rows: &[BTreeMap<String, String>]) -> Vec<u8> {
    let mut labels: Vec<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    labels.sort();
    labels.dedup();
    let mut table: Vec<Vec<String>> = vec![labels.iter().map(|&label| label.clone()).collect()];
    let cell = |row: &BTreeMap<String, String>, label: &&String| {
        row.get(*label).cloned().unwrap_or_default()
    };
    table.extend(rows.iter().map(|row| labels.iter().map(|label| cell(row, label)).collect()));
    workbook("名册", &table)
}

/// A filled form: a line `# …` is its title, `---` begins another table.
fn form(lines: &[String]) -> Vec<u8> {
    let mut body = String::new();
    let mut rows: Vec<&str> = Vec::new();
    for line in lines.iter().map(String::as_str).chain(["---"]) {
        if let Some(title) = line.strip_prefix("# ") {
            body.push_str(&p(title));
        } else if line == "---" {
            body.push_str(&table(&rows));
            rows.clear();
        } else {
            rows.push(line);
        }
    }
    docx(&body)
}

/// 岗位使用情况备案表: the case gives the rows of numbers, highest grade first.
fn posts(unit: &str, lines: &[String]) -> Vec<u8> {
    let mut rows: Vec<Vec<String>> = vec![
        vec!["重庆市机关事业单位工勤岗位使用情况备案表".to_owned()],
        vec![format!("填报单位（盖章）：{unit}")],
        cells(
            "岗位情况 | 一级（高级技师） | 二级（技师） | 三级（高级工） | 四级（中级工） | 五级（初级工）",
        ),
    ];
    rows.extend(lines.iter().map(|line| cells(line)));
    workbook("备案表", &rows)
}

fn broken(cases: &[&Case], ran: &Ran) -> Faults {
    let said = format!("exit {}: {}{}", ran.code, ran.stderr, ran.stdout);
    let said: String = said.chars().take(2000).collect();
    cases.iter().map(|case| (case.file.clone(), vec![said.clone()])).collect()
}

/// One office with its cases, after the first look at them.
pub(crate) struct Desk<'a, 'b> {
    pub(crate) batch: &'b Batch<'a>,
    pub(crate) office: &'b Office,
    pub(crate) circular: String,
    pub(crate) seats: &'b BTreeMap<String, Seat>,
}

impl Desk<'_, '_> {
    fn case(&self, case: &Case, report: &Value) -> Vec<String> {
        let mut faults = verdict::of(case, report, self);
        if let Some(lines) = case.block("steps") {
            faults.extend(steps::run(case, lines, report, self));
        }
        faults
    }
}
