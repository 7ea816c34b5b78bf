//! A case file: prose, an applicant table, fenced blocks, what is expected of each applicant.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One case as written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// `nantong-2019/NT-04-….md`, below `tests/cases`.
    pub(crate) file: String,
    pub(crate) pack: String,
    pub(crate) title: String,
    pub(crate) rows: Vec<String>,
    /// Finding codes the case shows beside those it expects.
    pub(crate) codes: Vec<String>,
    /// The switch that turns the case red, first of all those that do.
    pub(crate) off: Vec<String>,
    /// What the program does instead, while it does; the case then fails, and must.
    pub(crate) fault: String,
    /// What is expected of the entry itself.
    pub(crate) entry: Vec<Expect>,
    pub(crate) people: Vec<Person>,
    /// Fenced blocks: kind (with what follows it) → lines.
    pub(crate) blocks: Vec<(String, Vec<String>)>,
    /// Its place among the cases of the pack.
    pub(crate) number: usize,
}

/// One line of the applicant table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// Roster columns and the runner's own ones, as the case fills them.
    pub(crate) cells: BTreeMap<String, String>,
    pub(crate) decision: String,
    pub(crate) hints: Vec<Expect>,
    /// Field and value the record must hold.
    pub(crate) reads: Vec<(String, String)>,
}

/// One expected finding.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expect {
    pub(crate) code: String,
    pub(crate) absent: bool,
    pub(crate) place: Option<String>,
    pub(crate) clause: Option<String>,
    pub(crate) words: Vec<String>,
}

impl Case {
    /// The lines of a block.
    pub(crate) fn block(&self, kind: &str) -> Option<&[String]> {
        let found = self.blocks.iter().find(|(name, _)| name == kind);
        found.map(|(_, lines)| lines.as_slice())
    }

    /// The unit of a person of the case.
    pub(crate) fn unit(&self, person: &Person) -> String {
        let mark = person.cells.get("单位").map_or("", String::as_str).replace('同', "");
        format!("第{:03}号{mark}测试中心", self.number)
    }

    /// All units of the case in order.
    pub(crate) fn units(&self) -> Vec<String> {
        let mut units: Vec<String> = Vec::new();
        for person in &self.people {
            let unit = self.unit(person);
            if !units.contains(&unit) {
                units.push(unit);
            }
        }
        units
    }
}

/// The folder of all cases.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Folders whose cases name no row of `rows.tsv`: codes, and packs written beside the seeds.
pub(crate) const ROWLESS: [&str; 2] = ["codes", "shangluo-2017"];

/// The folders below `tests/cases`: one for each pack.
pub(crate) fn packs() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root())
        .unwrap()
        .map(Result::unwrap)
        .filter(|item| item.path().join("clean.toml").is_file())
        .map(|item| item.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// All cases of a folder in the order of their names; the faults of the files.
pub(crate) fn cases(folder: &str) -> (Vec<Case>, Vec<String>) {
    let dir = root().join(folder);
    let items = fs::read_dir(&dir).unwrap().map(|item| item.unwrap().path());
    let mut files: Vec<PathBuf> =
        items.filter(|path| path.extension().is_some_and(|ext| ext == "md")).collect();
    files.sort();
    let (mut cases, mut faults) = (Vec::new(), Vec::new());
    let mut names = Names::default();
    for (number, path) in files.iter().enumerate() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(path).unwrap();
        match parse(&text, &mut names) {
            Ok(case) => {
                let file = format!("{folder}/{name}");
                cases.push(Case { file, pack: folder.to_owned(), number: number + 1, ..case });
            }
            Err(fault) => faults.push(format!("{folder}/{name}: {fault}")),
        }
    }
    let mut seen = BTreeMap::new();
    for case in &cases {
        for person in &case.people {
            if let Some(other) = seen.insert(person.name.clone(), &case.file) {
                faults.push(format!("{}: {} stands in {other}, too", case.file, person.name));
            }
        }
    }
    (cases, faults)
}

/// Names for those the table does not name.
#[derive(Debug, Default)]
struct Names(usize);

impl Names {
    fn next(&mut self) -> String {
        const FIRST: &str = "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施孔曹严华金魏陶姜";
        const LAST: &str = "安邦昌达恩丰刚海嘉凯朗明宁鹏勤仁盛泰文兴扬毅忠卓博诚栋峰广浩";
        let pick = |from: &str, at: usize| from.chars().nth(at % 30).unwrap();
        let n = self.0;
        self.0 += 1;
        format!("{}{}{}", pick(FIRST, n), pick(LAST, n / 30), pick(LAST, n / 900 + 7))
    }
}

fn parse(text: &str, names: &mut Names) -> Result<Case, String> {
    let mut case = Case::default();
    let mut table: Vec<Vec<String>> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let block = lines.by_ref().take_while(|line| *line != "```").map(str::to_owned);
            case.blocks.push((kind.trim().to_owned(), block.collect()));
        } else if let Some(title) = line.strip_prefix("# ") {
            title.clone_into(&mut case.title);
        } else if let Some(rows) = line.strip_prefix("rows:") {
            case.rows = rows.split_whitespace().map(str::to_owned).collect();
        } else if let Some(codes) = line.strip_prefix("codes:") {
            case.codes = codes.split_whitespace().map(str::to_owned).collect();
        } else if let Some(fault) = line.strip_prefix("fault:") {
            fault.trim().clone_into(&mut case.fault);
        } else if let Some(off) = line.strip_prefix("off:") {
            case.off = off.split(';').map(|part| part.trim().to_owned()).collect();
        } else if let Some(entry) = line.strip_prefix("来件:") {
            case.entry = expects(entry)?;
        } else if line.starts_with('|') {
            let inner = line.trim().trim_start_matches('|');
            let inner = inner.strip_suffix('|').ok_or("a line of the table has no end")?;
            table.push(inner.split('|').map(|cell| cell.trim().to_owned()).collect());
        }
    }
    let known = [
        "toml",
        "now",
        "census",
        "units",
        "integrity",
        "last-year",
        "posts",
        "form",
        "steps",
        "files",
    ];
    for (kind, _) in &case.blocks {
        let word = kind.split(' ').next().unwrap_or_default();
        if !known.contains(&word) {
            return Err(format!("no such block: {kind}"));
        }
    }
    if case.title.is_empty() || table.len() < 3 {
        return Err("no title or no applicant table".to_owned());
    }
    let head = table.remove(0);
    table.remove(0);
    for row in table {
        if row.len() != head.len() {
            return Err(format!("{} cells under {} columns: {row:?}", row.len(), head.len()));
        }
        let cells: BTreeMap<String, String> = head.iter().cloned().zip(row).collect();
        for cells in multiplied(&cells) {
            case.people.push(person(cells, names)?);
        }
    }
    let together = case.block("census").is_some() || case.block("posts").is_some();
    for (at, person) in case.people.iter_mut().enumerate().filter(|_| !together) {
        // quotas are of a unit: without a word, everyone has their own
        person.cells.entry("单位".to_owned()).or_insert_with(|| format!("之{}", at + 1));
    }
    Ok(case)
}

/// One set of cells for each combination of the words in braces: `{电工 烹饪}`.
fn multiplied(cells: &BTreeMap<String, String>) -> Vec<BTreeMap<String, String>> {
    let mut all = vec![BTreeMap::new()];
    for (column, cell) in cells {
        let inner = cell.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let words: Vec<&str> =
            inner.map_or_else(|| vec![cell.as_str()], |inner| inner.split_whitespace().collect());
        let with = |one: &BTreeMap<String, String>| {
            let one = one.clone();
            let put = move |word: &&str| {
                let mut one = one.clone();
                one.insert(column.clone(), (*word).to_owned());
                one
            };
            words.iter().map(put).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

fn person(mut cells: BTreeMap<String, String>, names: &mut Names) -> Result<Person, String> {
    let mut take = |column: &str| cells.remove(column).unwrap_or_default();
    let (name, decision) = (take("姓名"), take("结果"));
    let (hints, reads) = (expects(&take("提示"))?, take("读作"));
    if !["机审通过", "退回", "待定"].contains(&decision.as_str()) {
        return Err(format!("{name}: no such 结果: {decision}"));
    }
    let reads = reads
        .split(';')
        .filter(|part| !part.trim().is_empty())
        .map(|part| part.split_once('=').ok_or_else(|| format!("{name}: 读作 {part}")))
        .map(|pair| pair.map(|(field, value)| (field.trim().to_owned(), value.trim().to_owned())))
        .collect::<Result<_, _>>()?;
    cells.retain(|_, cell| !cell.is_empty());
    let name = if name == "*" { names.next() } else { name };
    Ok(Person { name, cells, decision, hints, reads })
}

/// `EL-111 @取得时间 一(一) ~2016; !WN-102`
pub(crate) fn expects(text: &str) -> Result<Vec<Expect>, String> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(expect).collect()
}

fn expect(text: &str) -> Result<Expect, String> {
    let mut words = text.split_whitespace();
    let code = words.next().unwrap_or_default();
    let mut out = Expect {
        code: code.trim_start_matches('!').to_owned(),
        absent: code.starts_with('!'),
        ..Expect::default()
    };
    let number = out.code.split_once('-').is_some_and(|(head, tail)| {
        head.len() == 2 && tail.len() == 3 && tail.bytes().all(|b| b.is_ascii_digit())
    });
    if !number {
        return Err(format!("no finding code: {text}"));
    }
    for word in words {
        if let Some(place) = word.strip_prefix('@') {
            out.place = Some(place.to_owned());
        } else if let Some(part) = word.strip_prefix('~') {
            out.words.push(part.replace('_', " "));
        } else if let Some(clause) = &mut out.clause {
            clause.push(' ');
            clause.push_str(word);
        } else {
            out.clause = Some(word.to_owned());
        }
    }
    Ok(out)
}
