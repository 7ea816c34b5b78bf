//! The pool against real children.

use dossier::blobs::Blobs;
use dossier::intake::unpack::{UnpackTask, Unpacked};
use dossier::wall::{Death, Limits, Pool};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

pub(crate) fn pool(jobs: usize, limits: Limits) -> Pool {
    Pool::new(PathBuf::from(env!("CARGO_BIN_EXE_dossier")), jobs, limits)
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
    let starved = Limits { address_space_mib: 1, ..Limits::default() };
    for _ in 0..3 {
        let dead = pool.call_within::<_, Unpacked>(&starved, "unpack", &task);
        assert!(matches!(dead, Err(Death::Crashed(_))), "{dead:?}");
        let alive: Unpacked = pool.call("unpack", &task).unwrap();
        assert_eq!(alive, Unpacked::Files { files: vec![], findings: vec![] });
    }
}

#[test]
fn what_a_child_does_not_know_is_a_crash_and_no_hang() {
    let pool = pool(1, Limits::default());
    let dead = pool.call::<_, Value>("no-such-operation", &json!({}));
    assert_eq!(dead, Err(Death::Crashed("unknown operation".into())));
    let dead = pool.call::<_, Value>("unpack", &json!({"path": 7}));
    assert_eq!(dead, Err(Death::Crashed("malformed arguments".into())));
}

#[test]
fn a_missing_program_is_a_fault_of_the_system() {
    let pool = Pool::new(PathBuf::from("/nonexistent/dossier"), 1, Limits::default());
    let dead = pool.call::<_, Value>("unpack", &json!({}));
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
    assert_eq!(pool.call::<_, Value>("unpack", &json!({})), Err(Death::TimedOut(1)));
    drop(pool);
    assert!(start.elapsed().as_secs() < 10);
}

#[cfg(unix)]
#[test]
fn the_cpu_limit_is_told_apart_from_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let spinner = script(dir.path(), "kill -XCPU $$");
    let pool = Pool::new(spinner, 1, Limits::default());
    assert_eq!(pool.call::<_, Value>("unpack", &json!({})), Err(Death::TimedOut(20)));
}

#[cfg(unix)]
#[test]
fn what_a_warm_child_dies_of_is_no_fault_of_the_next_file() {
    let dir = tempfile::tempdir().unwrap();
    let frail = script(dir.path(), "echo '{\"ok\":1}'; read line; kill -KILL $$");
    let pool = Pool::new(frail, 1, Limits::default());
    for _ in 0..4 {
        assert_eq!(pool.call::<_, Value>("unpack", &json!({})), Ok(json!(1)));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn children_end_with_the_pool() {
    let dir = tempfile::tempdir().unwrap();
    let child = script(dir.path(), "echo '{\"ok\":'$$'}'; exec sleep 60");
    let pool = Pool::new(child, 1, Limits::default());
    let pid: u32 = pool.call("unpack", &json!({})).unwrap();
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
