//! The whole program: first and second pass at growing sizes, and the shipped inbox.

use super::kit::{Table, cp, cpu_secs, empty, get, one as measure, peak_mib, repo, scratch, timed};
use dossier::config::{Options, Overrides, Settings};
use dossier::intake::Witness;
use dossier::pipeline::{Observer, run};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Applicants of one unit.
const PER_UNIT: u64 = 20;

pub(crate) fn rows(table: &mut Table) {
    shipped(table);
    let sizes = std::env::var("BENCH_APPLICANTS").unwrap_or_else(|_| "100,1000".to_owned());
    let sizes: Vec<u64> = sizes.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    let mut runs = Vec::new();
    for applicants in sizes {
        runs.push((applicants, size(table, applicants)));
    }
    if let (Some((few, first)), Some((many, last))) = (runs.first(), runs.last())
        && few < many
    {
        let per = |n: &u64, run: &Value, name: &str| get(run, name) / *n as f64;
        let time = per(many, last, "cpu") / per(few, first, "cpu");
        table.row(
            &format!("CPU per applicant, {many} against {few}"),
            format!("{time:.2} ×"),
            "≤ 1.1 ×",
            time <= 1.1,
        );
        let memory = per(many, last, "peak_mib") / per(few, first, "peak_mib");
        let peaks = (get(first, "peak_mib"), get(last, "peak_mib"));
        table.row(
            &format!("memory per applicant, {many} against {few}"),
            format!("{memory:.2} × ({:.0} MiB and {:.0} MiB in all)", peaks.0, peaks.1),
            "≤ 1.1 ×",
            memory <= 1.1,
        );
    }
}

fn shipped(table: &mut Table) {
    let work = empty("shipped");
    let seen = measure(&["pass", &text(&repo("inbox")), &text(&work)]);
    let secs = get(&seen, "secs");
    table.row(
        "first result: run --settle 0 on the shipped inbox",
        format!("{secs:.2} s ({:.1} s CPU, {:.0} MiB)", get(&seen, "cpu"), get(&seen, "peak_mib")),
        "≤ 2 s",
        secs <= 2.0,
    );
}

fn size(table: &mut Table, applicants: u64) -> Value {
    let inbox = sample(applicants);
    let work = empty(&format!("run-{applicants}"));
    let first = measure(&["pass", &text(&inbox), &text(&work)]);
    let copies = empty("cp");
    let paid = cp(&inbox, &copies.join("inbox")) + cp(&work.join("outbox"), &copies.join("outbox"));
    empty("cp");
    let stage = |name: &str| first.get("stages").map_or(f64::NAN, |s| get(s, name));
    let unpaid = get(&first, "secs") - stage("papers");
    table.row(
        &format!("{applicants} applicants, first pass without the papers"),
        format!(
            "{:.1} × cp of inbox and outbox ({unpaid:.1} s against {paid:.1} s)",
            unpaid / paid
        ),
        "≤ 2 ×",
        unpaid <= 2.0 * paid,
    );
    table.note(
        &format!("{applicants} applicants, first pass"),
        format!(
            "{:.1} s ({:.1} s CPU, {:.0} MiB): reading {:.1}, judging {:.1}, papers {:.1}, publishing {:.1}",
            get(&first, "secs"), get(&first, "cpu"), get(&first, "peak_mib"),
            stage("reading"), stage("judging"), stage("papers"), stage("publishing"),
        ),
    );
    let before = listing(&work.join("outbox"));
    let second = measure(&["pass", &text(&inbox), &text(&work)]);
    let still = before == listing(&work.join("outbox"));
    let secs = get(&second, "secs");
    table.row(
        &format!("{applicants} applicants, second pass"),
        format!(
            "{secs:.2} s ({:.2} s CPU, {:.0} MiB); outbox {}, ledger {:.0} KiB written",
            get(&second, "cpu"),
            get(&second, "peak_mib"),
            if still { "untouched" } else { "TOUCHED" },
            get(&second, "written_kib"),
        ),
        "≤ 2 s for 10,000, 0 bytes",
        still && secs <= 2.0,
    );
    first
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// The synthetic inbox of that size; written once.
fn sample(applicants: u64) -> PathBuf {
    let out = scratch(&format!("inbox-{applicants}"));
    if !out.join("truth.json").is_file() {
        let out = empty(&format!("inbox-{applicants}"));
        let units = applicants.div_ceil(PER_UNIT).to_string();
        let each = applicants.min(PER_UNIT).to_string();
        let status = Command::new(env!("CARGO_BIN_EXE_dossier"))
            .current_dir(repo("."))
            .args(["sample", "--units", &units, "--applicants", &each, "--seed", "7", "--out"])
            .arg(&out)
            .stdout(std::process::Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "dossier sample failed");
    }
    out.join("inbox")
}

/// Path, length and time of everything under a folder.
fn listing(dir: &Path) -> Vec<(PathBuf, u64, Option<std::time::SystemTime>)> {
    let items = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter().filter_map(Result::ok);
    items
        .filter_map(|item| {
            let meta = item.metadata().ok()?;
            Some((item.path().to_owned(), meta.len(), meta.modified().ok()))
        })
        .collect()
}

/// When each stage began.
struct Clock {
    start: Instant,
    begun: Mutex<BTreeMap<&'static str, Duration>>,
}

impl Clock {
    fn begin(&self, stage: &'static str) {
        if let Ok(mut begun) = self.begun.lock() {
            begun.entry(stage).or_insert_with(|| self.start.elapsed());
        }
    }
}

impl Observer for Clock {
    fn doing(&self, what: &str) {
        match what {
            "查看收件箱" => self.begin("reading"),
            "审核" => self.begin("judging"),
            "制作卷宗" => self.begin("papers"),
            _ => {}
        }
    }

    fn publishing(&self, now: bool) {
        if now {
            self.begin("publishing");
        }
    }
}

/// `pass INBOX WORK`: one pass as `dossier run --settle 0` makes it.
pub(crate) fn one(args: &[&str]) -> Value {
    let [inbox, work] = [0, 1].map(|at| PathBuf::from(args.get(at).copied().unwrap_or_default()));
    fs::create_dir_all(&work).expect("the target folder is ours");
    let clock = Clock { start: Instant::now(), begun: Mutex::default() };
    let config = repo("pipeline.toml");
    let options = Options::read(&config).expect("the shipped configuration is sound");
    let overrides = Overrides {
        inbox: Some(inbox),
        outbox: Some(work.join("outbox")),
        state: Some(work.join("state")),
        settle: Some(0),
        ..Overrides::default()
    };
    let settings = Settings::settle(options, &config, &overrides).expect("the folders are apart");
    let (outcome, secs, _) = timed(|| run(&settings, Witness::Run, &clock));
    let outcome = outcome.expect("the pass is made").pop().expect("one circular");
    let begun = clock.begun.into_inner().unwrap_or_default();
    let mut stages = BTreeMap::new();
    let ends = ["reading", "judging", "papers", "publishing", "end"];
    let at = |name: &str| begun.get(name).map_or(secs, Duration::as_secs_f64);
    for pair in ends.windows(2) {
        stages.insert(pair[0], at(pair[1]) - at(pair[0]));
    }
    json!({
        "secs": secs, "cpu": cpu_secs(), "peak_mib": peak_mib(), "stages": stages,
        "applicants": outcome.report.counts.applicants, "changed": outcome.changed,
        "written_kib": written_kib(),
    })
}

/// What this process asked the disk to write, in KiB (Linux; elsewhere 0).
fn written_kib() -> f64 {
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let bytes = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse::<f64>().ok());
    bytes.unwrap_or(0.0) / 1024.0
}
