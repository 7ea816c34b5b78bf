//! The wall between the street and foreign bytes: a pool of re-executed child processes.
//!
//! The parent side only. A call sends one task (one file) to a warm child and waits; a child that
//! dies or overruns is killed and replaced, and its death is the answer for exactly that file.
//! What a child does with a task is decided in [`crate::worker`], which this module does not know.

mod child;
mod graves;
mod limits;
mod obituary;

pub use limits::Limits;

use child::Child;
use graves::Graves;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Why a child gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Death {
    /// It crashed: abort, stack overflow, out of memory, a panic that ended it.
    Crashed(String),
    /// It used more than its CPU or wall time, in seconds.
    TimedOut(u64),
    /// It asked for more than its address space, in MiB.
    OutOfMemory(u64),
    /// It wrote more into one file than it may, in bytes.
    WroteTooMuch(u64),
    /// It could not be started or the pipe broke for reasons of the system.
    System(String),
}

/// A task about the bytes of one file.
pub trait Task: Serialize {
    /// SHA-256 of the bytes; empty when they are not stored. A file that ended a child is known by it.
    fn subject(&self) -> &str;
}

/// One request on the pipe. The child reads it with its own type, so that the arguments stay
/// untyped until the operation is known.
#[derive(Serialize)]
struct Request<'a, T> {
    op: &'a str,
    limits: &'a Limits,
    args: &'a T,
}

/// What a child answers: one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer<R> {
    /// The operation's result.
    Ok(R),
    /// It panicked; where in the source, never with the data it had in hand.
    Panic(String),
    /// The system failed it (disk full, blob store gone): not the file's fault.
    System(String),
}

/// Warm children, at most `jobs` at a time.
#[derive(Debug)]
pub struct Pool {
    program: PathBuf,
    jobs: usize,
    limits: Limits,
    graves: Option<Graves>,
    spared: AtomicUsize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Child>,
    busy: usize,
}

impl Pool {
    /// A pool that runs `program worker`. No child is started before the first call.
    pub fn new(program: PathBuf, jobs: usize, limits: Limits) -> Self {
        let jobs = jobs.max(1);
        Self {
            program,
            jobs,
            limits,
            graves: None,
            spared: AtomicUsize::new(0),
            state: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// Remembers in a folder which files ended a child, so that they are not tried again.
    #[must_use]
    pub fn remembering(self, dir: PathBuf) -> Self {
        let graves = Graves::new(dir, &self.program);
        Self { graves: Some(graves), ..self }
    }

    /// How many calls were answered by what their file died of before.
    pub fn spared(&self) -> usize {
        self.spared.load(Ordering::Relaxed)
    }

    /// The limits of its calls.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sends one task and waits for its answer.
    ///
    /// # Errors
    /// The death of the child that had the task.
    pub fn call<T: Task, R: DeserializeOwned>(&self, op: &str, args: &T) -> Result<R, Death> {
        self.call_within(&self.limits, op, args)
    }

    /// As [`Pool::call`], under other limits.
    ///
    /// # Errors
    /// The death of the child that had the task.
    pub fn call_within<T: Task, R: DeserializeOwned>(
        &self,
        limits: &Limits,
        op: &str,
        args: &T,
    ) -> Result<R, Death> {
        let known = self.graves.as_ref().and_then(|g| g.find(op, limits, args.subject()));
        if let Some(death) = known {
            self.spared.fetch_add(1, Ordering::Relaxed);
            return Err(death);
        }
        let answer = self.ask(limits, op, args);
        if let (Err(death), Some(graves)) = (&answer, &self.graves) {
            graves.dig(op, limits, args.subject(), death);
        }
        answer
    }

    fn ask<T: Task, R: DeserializeOwned>(
        &self,
        limits: &Limits,
        op: &str,
        args: &T,
    ) -> Result<R, Death> {
        let mut line = serde_json::to_vec(&Request { op, limits, args })
            .map_err(|e| Death::System(format!("request: {e}")))?;
        line.push(b'\n');
        let mut slot = Slot { pool: self, child: self.take() };
        let answer = slot.ask(&line, limits)?;
        match serde_json::from_slice(&answer) {
            Ok(Answer::Ok(result)) => Ok(result),
            Ok(Answer::Panic(place)) => {
                // What the panic left behind is not for the next file.
                slot.child = None;
                Err(Death::Crashed(place))
            }
            Ok(Answer::System(text)) => Err(Death::System(text)),
            Err(e) => Err(Death::System(format!("answer: {e}"))),
        }
    }

    fn start(&self) -> Result<Child, Death> {
        Child::start(&self.program)
    }

    /// Waits for a free slot; gives its warm child when there is one.
    fn take(&self) -> Option<Child> {
        let mut state = self.lock();
        while state.busy >= self.jobs {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy += 1;
        state.idle.pop()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the pool's places while a call holds it; given back when dropped.
struct Slot<'a> {
    pool: &'a Pool,
    child: Option<Child>,
}

impl Slot<'_> {
    /// A warm child that dies may have died of what earlier tasks left behind, or was killed from
    /// outside while it idled. Only a death at the hands of a fresh child is the file's own.
    fn ask(&mut self, line: &[u8], limits: &Limits) -> Result<Vec<u8>, Death> {
        if let Some(mut warm) = self.child.take() {
            let worn = warm.is_worn();
            let answer = warm.ask(line, limits);
            match answer {
                Ok(_) => self.child = Some(warm),
                Err(Death::TimedOut(_)) => {
                    drop(warm);
                    self.child = self.pool.start().ok();
                }
                Err(_) if worn => return self.ask_fresh(line, limits),
                Err(_) => {}
            }
            return answer;
        }
        self.ask_fresh(line, limits)
    }

    fn ask_fresh(&mut self, line: &[u8], limits: &Limits) -> Result<Vec<u8>, Death> {
        let mut fresh = self.pool.start()?;
        let answer = fresh.ask(line, limits);
        self.child = if answer.is_ok() {
            Some(fresh)
        } else {
            drop(fresh);
            self.pool.start().ok()
        };
        answer
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.busy -= 1;
        state.idle.extend(self.child.take());
        drop(state);
        self.pool.freed.notify_one();
    }
}
