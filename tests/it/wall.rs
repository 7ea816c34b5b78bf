//! The pool against real children.

use dossier::blobs::Blobs;
use dossier::intake::unpack::{UnpackTask, Unpacked};
use dossier::wall::{Death, Limits, Pool, Task};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

pub(crate) fn pool(jobs: usize, limits: Limits) -> Pool {
    Pool::new(PathBuf::from(env!("CARGO_BIN_EXE_dossier")), jobs, limits)
}

/// A task of any shape.
#[derive(Serialize)]
#[serde(transparent)]
struct Any(Value);

impl Task for Any {
    fn subject(&self) -> &str {
        self.0["sha256"].as_str().unwrap_or_default()
    }
}

fn nothing() -> Any {
    Any(json!({}))
}

fn small_task(blobs: &Blobs) -> UnpackTask {
    let stored = blobs.put(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").unwrap();
    UnpackTask {
        blobs: blobs.root().to_owned(),
        sha256: stored.sha256,
        path: "a.zip".into(),
        prefix: String::new(),
    }
}

#[test]
fn a_death_is_the_answer_of_one_call_and_the_next_child_works() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).unwrap();
    let pool = pool(1, Limits::default());
    let task = small_task(&blobs);
    let limits = Limits { address_space_mib: 1, ..Limits::default() };
    for _ in 0..3 {
        let dead = pool.call_within::<_, Unpacked>(&limits, "unpack", &task);
        let starved = matches!(dead, Err(Death::Crashed(_) | Death::OutOfMemory(1)));
        assert!(starved, "{dead:?}");
        let alive: Unpacked = pool.call("unpack", &task).unwrap();
        assert_eq!(alive, Unpacked::Files { files: vec![], findings: vec![] });
    }
}

#[test]
fn what_a_child_does_not_know_is_a_crash_and_no_hang() {
    let pool = pool(1, Limits::default());
    let dead = pool.call::<_, Value>("no-such-operation", &nothing());
    assert_eq!(dead, Err(Death::Crashed("unknown operation".into())));
    let dead = pool.call::<_, Value>("unpack", &Any(json!({"path": 7})));
    assert_eq!(dead, Err(Death::Crashed("malformed arguments".into())));
}

#[test]
fn a_missing_program_is_a_fault_of_the_system() {
    let pool = Pool::new(PathBuf::from("/nonexistent/dossier"), 1, Limits::default());
    let dead = pool.call::<_, Value>("unpack", &nothing());
    assert!(matches!(dead, Err(Death::System(_))), "{dead:?}");
}

/// A stand-in for the program. Written by another process: while this one holds it open for
/// writing, a fork of a parallel test would make it "busy".
#[cfg(unix)]
fn script(dir: &Path, act: &str) -> PathBuf {
    let place = dir.join("child");
    let make = r#"printf '#!/bin/sh\nread line\n%s\n' "$1" > "$2" && chmod 755 "$2""#;
    let mut shell = std::process::Command::new("/bin/sh");
    let done = shell.args(["-c", make, "sh", act]).arg(&place).status().unwrap();
    assert!(done.success());
    place
}

#[cfg(unix)]
#[test]
fn a_child_that_never_answers_is_killed_at_the_wall_limit() {
    let dir = tempfile::tempdir().unwrap();
    let sleeper = script(dir.path(), "exec sleep 60");
    let pool = Pool::new(sleeper, 1, Limits { wall_secs: 1, ..Limits::default() });
    let start = Instant::now();
    assert_eq!(pool.call::<_, Value>("unpack", &nothing()), Err(Death::TimedOut(1)));
    drop(pool);
    assert!(start.elapsed().as_secs() < 10);
}

#[cfg(unix)]
#[test]
fn the_cpu_limit_is_told_apart_from_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let spinner = script(dir.path(), "kill -XCPU $$");
    let pool = Pool::new(spinner, 1, Limits::default());
    assert_eq!(pool.call::<_, Value>("unpack", &nothing()), Err(Death::TimedOut(20)));
}

#[cfg(unix)]
#[test]
fn what_a_warm_child_dies_of_is_no_fault_of_the_next_file() {
    let dir = tempfile::tempdir().unwrap();
    let frail = script(dir.path(), "echo '{\"ok\":1}'; read line; kill -KILL $$");
    let pool = Pool::new(frail, 1, Limits::default());
    for _ in 0..4 {
        assert_eq!(pool.call::<_, Value>("unpack", &nothing()), Ok(json!(1)));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn children_end_with_the_pool() {
    let dir = tempfile::tempdir().unwrap();
    let child = script(dir.path(), "echo '{\"ok\":'$$'}'; exec sleep 60");
    let pool = Pool::new(child, 1, Limits::default());
    let pid: u32 = pool.call("unpack", &nothing()).unwrap();
    assert!(Path::new(&format!("/proc/{pid}")).exists());
    drop(pool);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn many_threads_share_few_children() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).unwrap();
    let (pool, task) = (pool(2, Limits::default()), small_task(&blobs));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert!(pool.call::<_, Unpacked>("unpack", &task).is_ok());
                }
            });
        }
    });
}

#[cfg(unix)]
#[test]
fn what_the_runtime_says_names_the_limit_and_nothing_else_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let died = |act: &str| {
        let pool = Pool::new(script(dir.path(), act), 1, Limits::default());
        pool.call::<_, Value>("unpack", &nothing()).unwrap_err()
    };
    let starved = died("echo 'memory allocation of 549755813888 bytes failed' >&2; kill -ABRT $$");
    assert_eq!(starved, Death::OutOfMemory(1024));
    let deep = died("echo \"thread 'x' has overflowed its stack\" >&2; kill -ABRT $$");
    assert_eq!(deep, Death::Crashed("stack overflow".into()));
    assert_eq!(died("kill -XFSZ $$"), Death::WroteTooMuch(1 << 30));
    let secret = died("echo 320602197501011234 >&2; exit 3");
    assert_eq!(secret, Death::Crashed("exit 3".into()));
}

/// A child that counts how often it was started, then dies.
#[cfg(unix)]
#[test]
fn a_file_that_ended_a_child_is_not_tried_again_whatever_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let count = dir.path().join("count");
    let killer = script(dir.path(), &format!("echo x >> {}; kill -SEGV $$", count.display()));
    let pool = |limits: Limits| {
        Pool::new(killer.clone(), 1, limits).remembering(dir.path().join("graves"))
    };
    let ask = |pool: &Pool, sha256: &str, path: &str| {
        let task = Any(json!({ "sha256": sha256, "path": path }));
        pool.call::<_, Value>("read", &task).unwrap_err()
    };
    // the next child is started at once: what counts is how many were given the file
    let starts = || std::fs::read_to_string(&count).unwrap_or_default().lines().count();
    let first = pool(Limits::default());
    let death = ask(&first, "aa", "甲.xls");
    assert!(matches!(death, Death::Crashed(_)), "{death:?}");
    assert_eq!((starts(), first.spared()), (1, 0));
    let later = pool(Limits::default());
    assert_eq!(ask(&later, "aa", "改名.xls"), death);
    assert_eq!((starts(), later.spared()), (1, 1));
    ask(&later, "bb", "乙.xls");
    assert_eq!((starts(), later.spared()), (2, 1));
    let roomier = pool(Limits { cpu_secs: 60, ..Limits::default() });
    ask(&roomier, "aa", "甲.xls");
    assert_eq!((starts(), roomier.spared()), (3, 0), "other limits are another try");
    // what is not stored cannot be told from anything else
    ask(&roomier, "", "丙.xls");
    ask(&roomier, "", "丙.xls");
    assert_eq!(starts(), 5);
}
