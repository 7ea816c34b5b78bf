//! Clocks, peaks of memory, processes, and the table.

use serde_json::Value;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// A folder of the repository.
pub(crate) fn repo(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder for what the measurements need again, or leave behind.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    fs::create_dir_all(&dir).expect("the target folder is ours");
    dir.join(name)
}

/// An empty folder.
pub(crate) fn empty(name: &str) -> PathBuf {
    let dir = scratch(name);
    if dir.exists() {
        fs::remove_dir_all(&dir).expect("the folder of the last measurement goes");
    }
    fs::create_dir_all(&dir).expect("the target folder is ours");
    dir
}

/// A number from the environment.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The most memory this process ever had, in MiB (Linux; elsewhere 0).
pub(crate) fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line.and_then(|l| l.trim().split(' ').next()?.parse().ok()).unwrap_or(0.0);
    kib / 1024.0
}

/// CPU seconds of this process and of the children it waited for (Linux; elsewhere 0).
pub(crate) fn cpu_secs() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // user, system, and the same of children; the kernel counts in hundredths
    let ticks: f64 = fields.skip(11).take(4).filter_map(|n| n.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Wall and CPU seconds of a piece of work.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64, f64) {
    let (start, cpu) = (Instant::now(), cpu_secs());
    let result = work();
    (result, start.elapsed().as_secs_f64(), cpu_secs() - cpu)
}

/// Runs one measurement in a process of its own.
pub(crate) fn one(args: &[&str]) -> Value {
    let program = std::env::current_exe().expect("a running program has a path");
    let output = Command::new(program)
        .arg("one")
        .args(args)
        .stderr(Stdio::inherit())
        .output()
        .expect("this program starts again");
    assert!(output.status.success(), "measurement {args:?} failed");
    serde_json::from_slice(&output.stdout).expect("a measurement prints one line of JSON")
}

/// A number of a measurement.
pub(crate) fn get(measured: &Value, name: &str) -> f64 {
    measured.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// The middle one of some figures.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Seconds of copying `from` into `to` with `cp -r`.
pub(crate) fn cp(from: &Path, to: &Path) -> f64 {
    let copy = || Command::new("cp").arg("-r").arg(from).arg(to).status();
    let (status, wall, _) = timed(copy);
    assert!(status.is_ok_and(|status| status.success()), "cp failed");
    wall
}

/// Rows of what was measured.
#[derive(Default)]
pub(crate) struct Table(Vec<[String; 4]>);

impl Table {
    /// A figure with a goal; `met` says whether it is reached.
    pub(crate) fn row(&mut self, what: &str, figure: String, goal: &str, met: bool) {
        self.put(what, figure, goal, if met { "yes" } else { "no" });
    }

    /// A figure without a goal.
    pub(crate) fn note(&mut self, what: &str, figure: String) {
        self.put(what, figure, "", "");
    }

    fn put(&mut self, what: &str, figure: String, goal: &str, met: &str) {
        eprintln!("  {what}: {figure}");
        self.0.push([what.to_owned(), figure, goal.to_owned(), met.to_owned()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["what", "figure", "goal", "met"].map(str::to_owned);
        let widths: Vec<usize> = (0..4)
            .map(|at| {
                let rows = self.0.iter().chain([&heads]);
                rows.map(|row| row[at].chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut line = |row: &[String; 4]| -> fmt::Result {
            for (cell, width) in row.iter().zip(&widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")
        };
        line(&heads)?;
        line(
            &widths.iter().map(|w| "-".repeat(*w)).collect::<Vec<_>>().try_into().unwrap_or(heads),
        )?;
        self.0.iter().try_for_each(line)
    }
}
