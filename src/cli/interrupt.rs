//! Ctrl-C and SIGTERM.

use super::{Exit, Failure};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a signal does to the command that is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// End at once; while the outbox changes, right after that.
    End,
    /// Finish what is in hand.
    Finish,
}

/// Hears the signals of the process.
#[derive(Debug, Default)]
pub(super) struct Interrupt {
    heard: AtomicUsize,
    busy: AtomicBool,
    leftovers: Mutex<Vec<PathBuf>>,
}

impl Interrupt {
    /// Listens from now on. A second signal ends the process in any case.
    pub(super) fn listen(manner: Manner) -> Result<Arc<Self>, Failure> {
        let interrupt = Arc::new(Self::default());
        let ear = Arc::clone(&interrupt);
        ctrlc::set_handler(move || ear.hear(manner)).map_err(|error| Failure {
            message: format!("cannot listen for Ctrl-C: {error}"),
            exit: Exit::Failed,
        })?;
        Ok(interrupt)
    }

    fn hear(&self, manner: Manner) {
        let again = self.heard.fetch_add(1, Ordering::SeqCst) > 0;
        let wait = manner == Manner::Finish || self.busy.load(Ordering::SeqCst);
        if !wait || again {
            self.end();
        }
    }

    /// What is published is whole at any moment, and the next pass goes on.
    fn end(&self) -> ! {
        for path in self.leftovers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = std::fs::remove_dir_all(path);
        }
        std::process::exit(i32::from(Exit::Interrupted as u8));
    }

    /// Whether a signal came.
    pub(super) fn heard(&self) -> bool {
        self.heard.load(Ordering::SeqCst) > 0
    }

    /// Until `false`, a first signal waits.
    pub(super) fn busy(&self, now: bool) {
        self.busy.store(now, Ordering::SeqCst);
        if !now && self.heard() {
            self.end();
        }
    }

    /// A folder to remove when the process ends by a signal.
    pub(super) fn leaves(&self, path: &Path) {
        let mut leftovers = self.leftovers.lock().unwrap_or_else(PoisonError::into_inner);
        leftovers.push(path.to_owned());
    }
}
