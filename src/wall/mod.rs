//! The wall between the street and foreign bytes: a pool of re-executed child processes.
//!
//! The parent side only. A call sends one task (one file) to a warm child and waits; a child that
//! dies or overruns is killed and replaced, and its death is the answer for exactly that file.
//! What a child does with a task is decided in [`crate::worker`], which this module does not know.

mod limits;

pub use limits::Limits;

use serde::{Deserialize, Serialize};

/// Why a child gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Death {
    /// It crashed: abort, stack overflow, out of memory, a panic that ended it.
    Crashed(String),
    /// It used more than its CPU or wall time, in seconds.
    TimedOut(u64),
    /// It could not be started or the pipe broke for reasons of the system.
    System(String),
}
