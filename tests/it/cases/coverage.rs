//! docs/coverage.md: each row of the circulars, the case that shows it, the switch that turns it red.

use super::group::Batch;
use super::read::{self, Case, ROWLESS, packs, root};
use crate::office::repo;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

/// Most rows that a person decides on a printed place instead.
const PRINTED: usize = 25;

const NOT_RUN: &str = "（未运行）";

/// One row of the circulars as `rows.tsv` has it.
struct Row {
    id: String,
    kind: String,
    fact: String,
    /// `印：` where a person decides it, `缺：` why no case shows it; else empty.
    mark: String,
}

/// Pack and switch → the files that turn red when it is off.
type Reds = BTreeMap<(String, String), BTreeSet<String>>;

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("rows.tsv")).unwrap();
    let row = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        let mut next = || cells.next().unwrap_or_default();
        Row { id: next(), kind: next(), fact: next(), mark: next() }
    };
    text.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

fn of_packs() -> Vec<Case> {
    let folders = packs().into_iter().filter(|name| !ROWLESS.contains(&name.as_str()));
    let cases = folders.flat_map(|name| read::cases(&name).0);
    cases.filter(|case| case.fault.is_empty()).collect()
}

/// Files by pack and switch, as the cases name them.
fn named(cases: &[Case]) -> Reds {
    let mut reds = Reds::new();
    for case in cases {
        for switch in &case.off {
            let files = reds.entry((case.pack.clone(), switch.clone())).or_default();
            files.insert(case.file.clone());
        }
    }
    reds
}

fn short(file: &str) -> &str {
    file.rsplit('/').next().unwrap().trim_end_matches(".md")
}

/// The text of the page. `reds`: what the last mutation run found.
fn render(rows: &[Row], cases: &[Case], reds: &Reds) -> String {
    let mut out = String::from(HEAD);
    out.push_str("| 通知 | 条目 | 有案例 | 由人判断 | 未覆盖 |\n|---|---|---|---|---|\n");
    let groups = [
        ("NT", "nantong-2019"),
        ("JD", "jiangdu-2020"),
        ("LYG", "lianyungang-2018"),
        ("CQ", "chongqing"),
    ];
    let mut totals = [0; 4];
    for (prefix, pack) in groups {
        let own = || rows.iter().filter(|row| row.id.starts_with(prefix));
        let counts = [
            own().count(),
            own().filter(|row| row.mark.is_empty()).count(),
            own().filter(|row| row.mark.starts_with("印：")).count(),
            own().filter(|row| row.mark.starts_with("缺：")).count(),
        ];
        let [all, by_case, printed, open] = counts;
        writeln!(out, "| {pack} | {all} | {by_case} | {printed} | {open} |").unwrap();
        totals.iter_mut().zip(counts).for_each(|(total, n)| *total += n);
    }
    let [all, by_case, printed, open] = totals;
    writeln!(out, "| 合计 | {all} | {by_case} | {printed} | {open} |").unwrap();
    for (prefix, pack) in groups {
        let own = || rows.iter().filter(|row| row.id.starts_with(prefix));
        write!(out, "\n## {pack}\n\n| 条 | 类 | 内容 | 案例 | 开关 | 关掉后变红 |\n|---|---|---|---|---|---|\n")
            .unwrap();
        for row in own().filter(|row| !row.mark.starts_with("缺：")) {
            writeln!(out, "{}", line(row, pack, cases, reds)).unwrap();
        }
        let others = others(pack, cases);
        if !others.is_empty() {
            out.push_str("\n| 其他开关 | 关掉后变红 |\n|---|---|\n");
        }
        for switch in others {
            writeln!(out, "| `{switch}` | {} |", turned(pack, &switch, reds)).unwrap();
        }
        if own().any(|row| row.mark.starts_with("缺：")) {
            out.push_str(OPEN_HEAD);
        }
        for row in own() {
            if let Some(why) = row.mark.strip_prefix("缺：") {
                writeln!(out, "{} {why} |", line(row, pack, cases, reds)).unwrap();
            }
        }
    }
    out
}

fn line(row: &Row, pack: &str, cases: &[Case], reds: &Reds) -> String {
    let start = format!("| {} | {} | {}", row.id, row.kind, row.fact);
    if let Some(place) = row.mark.strip_prefix("印：") {
        return format!("{start} | {place} | — | — |");
    }
    let (mut files, mut switches, mut red) = (Vec::new(), Vec::new(), Vec::new());
    for case in cases.iter().filter(|case| case.rows.contains(&row.id)) {
        files.push(format!("[{}](../tests/cases/{})", short(&case.file), case.file));
        let own = case.off.first();
        switches.push(own.map_or_else(|| "—".to_owned(), |switch| format!("`{switch}`")));
        red.push(own.map_or_else(|| "—".to_owned(), |switch| turned(pack, switch, reds)));
    }
    let [files, switches, red] = [files, switches, red].map(|list| list.join("<br>"));
    format!("{start} | {files} | {switches} | {red} |")
}

/// The files a switch turned red, in short.
fn turned(pack: &str, switch: &str, reds: &Reds) -> String {
    let found = reds.get(&(pack.to_owned(), switch.to_owned()));
    let names =
        |set: &BTreeSet<String>| set.iter().map(|file| short(file)).collect::<Vec<_>>().join("、");
    found.map_or_else(|| NOT_RUN.to_owned(), names)
}

/// Switches that are nobody's first.
fn others(pack: &str, cases: &[Case]) -> BTreeSet<String> {
    let own = || cases.iter().filter(|case| case.pack == pack);
    let first: BTreeSet<&String> = own().filter_map(|case| case.off.first()).collect();
    own().flat_map(|case| &case.off).filter(|off| !first.contains(off)).cloned().collect()
}

/// What the page says of earlier mutation runs.
fn known(page: &str) -> Reds {
    let mut reds = Reds::new();
    let mut pack = "";
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            pack = name;
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let (switches, red) = match cells.as_slice() {
            [_, _, _, _, switches, red, ..] | [switches, red] => (switches, red),
            _ => continue,
        };
        for (switch, red) in switches.split("<br>").zip(red.split("<br>")) {
            let Some(switch) = switch.strip_prefix('`').and_then(|s| s.strip_suffix('`')) else {
                continue;
            };
            if red == NOT_RUN {
                continue;
            }
            let files = red.split('、').filter(|name| !name.is_empty());
            let files = files.map(|name| format!("{pack}/{name}.md")).collect();
            reds.insert((pack.to_owned(), switch.to_owned()), files);
        }
    }
    reds
}

fn page() -> String {
    fs::read_to_string(repo("docs/coverage.md")).unwrap_or_default()
}

#[test]
fn the_page_is_true() {
    let (rows, cases) = (rows(), of_packs());
    let mut faults = Vec::new();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids.len(), rows.len(), "a row stands twice in rows.tsv");
    for case in &cases {
        let strange = case.rows.iter().filter(|row| !ids.contains(row.as_str()));
        faults.extend(strange.map(|row| format!("{}: no such row: {row}", case.file)));
        if case.rows.is_empty() {
            faults.push(format!("{}: names no row", case.file));
        }
    }
    for row in &rows {
        let shown = cases.iter().any(|case| case.rows.contains(&row.id));
        if row.mark.is_empty() && !shown {
            faults.push(format!("{}: no case names it", row.id));
        }
        if !(row.mark.is_empty() || row.mark.starts_with("印：") || row.mark.starts_with("缺："))
        {
            faults.push(format!("{}: {}", row.id, row.mark));
        }
    }
    let marked = |word: &str| rows.iter().filter(|row| row.mark.starts_with(word)).count();
    assert!(marked("印：") <= PRINTED, "{} rows are left to a person", marked("印："));
    assert_eq!(marked("缺："), 0, "rows are not covered");
    let page = page();
    let reds = known(&page);
    for (key, files) in named(&cases) {
        match reds.get(&key) {
            None => faults.push(format!("{key:?} was never switched off")),
            Some(red) if *red != files => {
                faults.push(format!("{key:?} turned red {red:?}, named by {files:?}"));
            }
            Some(_) => {}
        }
    }
    if render(&rows, &cases, &reds) != page {
        faults.push(
            "docs/coverage.md is another: run the ignored test `cases::coverage::written_anew`"
                .to_owned(),
        );
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Writes the page from the cases, with what is known of earlier mutation runs.
#[test]
#[ignore = "writes docs/coverage.md"]
fn written_anew() {
    let reds = known(&page());
    fs::write(repo("docs/coverage.md"), render(&rows(), &of_packs(), &reds)).unwrap();
}

/// Every switch off once, each time over all cases of its pack: exactly those that name it turn red.
/// `CASES=jiangdu` runs one pack only, `CASES_NEW=1` only switches whose files are others than before.
#[test]
#[ignore = "some minutes; writes docs/coverage.md"]
fn mutation() {
    let only = std::env::var("CASES").unwrap_or_default();
    let new_only = std::env::var("CASES_NEW").is_ok();
    let mut reds = known(&page());
    let mut faults = Vec::new();
    for folder in packs().iter().filter(|name| *name != "codes" && name.contains(&only)) {
        let mut cases = read::cases(folder).0;
        cases.retain(|case| case.fault.is_empty());
        let batch = Batch::new(folder, &cases);
        // papers take long: of the cases with steps only those that name the switch
        let Some(quick) = batch.lay(&|case| case.block("steps").is_none()) else { return };
        for (key, files) in named(&cases) {
            if new_only && reds.get(&key) == Some(&files) {
                continue;
            }
            let switch = &key.1;
            let of_switch =
                |case: &Case| case.block("steps").is_some() && case.off.contains(switch);
            let mut found = batch.judge(&quick, switch);
            found.extend(batch.judge(&batch.lay(&of_switch).unwrap(), switch));
            let red: BTreeSet<String> =
                found.iter().filter(|(_, f)| !f.is_empty()).map(|(file, _)| file.clone()).collect();
            println!("{folder}: {switch}: {} red", red.len());
            if red != files {
                let of = |file: &String| format!("  {file}: {:?}", found.get(file));
                let details: Vec<String> = red.symmetric_difference(&files).map(of).collect();
                faults.push(format!("{folder}: {switch}:\n{}", details.join("\n")));
            }
            reds.insert(key, red);
        }
    }
    fs::write(repo("docs/coverage.md"), render(&rows(), &of_packs(), &reds)).unwrap();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

const OPEN_HEAD: &str = "
### 未覆盖

| 条 | 类 | 内容 | 已有的案例 | 开关 | 关掉后变红 | 原因 |
|---|---|---|---|---|---|---|
";

const HEAD: &str = "# 通知条目与案例

四份通知的每一条由哪个案例证明，关掉哪个开关它就变红。本页由测试写成并核对（`tests/it/cases/coverage.rs`），不要手改：
`cargo test --test it cases::coverage::mutation -- --ignored` 逐个关掉开关、重跑全部案例后重写本页。
带命令步骤的案例只在自己的开关关掉时重跑。条目编号和类别（R 规则 W 时间 Q 指标 P 照片 M 材料 S 流程 C 惯例 K 联系 D 装订份数 T 表格）见 `tests/cases/rows.tsv`，案例写法见 [tests/cases/README.md](../tests/cases/README.md)。

";
