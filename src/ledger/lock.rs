//! One instance at a time, by a lock the system drops with the process.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

/// Held while an instance works on a state folder.
#[derive(Debug)]
pub struct InstanceLock {
    _file: File,
}

/// Why the lock was not given.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another instance works here.
    #[error(
        "already running (process {0}) on this state folder\nhint: wait until it ends; nothing was done"
    )]
    Held(String),
    /// The folder cannot be used.
    #[error("cannot lock `{path}`: {error}")]
    Io {
        /// The lock file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

impl InstanceLock {
    /// As [`InstanceLock::take`], but waits for another instance that may soon be done.
    ///
    /// # Errors
    /// As [`InstanceLock::take`], after waiting `patience`.
    pub fn take_within(state: &Path, patience: Duration) -> Result<Self, LockError> {
        let step = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        loop {
            match Self::take(state) {
                Err(LockError::Held(_)) if waited < patience => std::thread::sleep(step),
                taken => return taken,
            }
            waited += step;
        }
    }

    /// Takes the lock of the state folder, or says who has it.
    ///
    /// # Errors
    /// When another instance holds it, or the folder is not there or cannot be written.
    pub fn take(state: &Path) -> Result<Self, LockError> {
        let path = state.join("lock");
        let failed = |error| LockError::Io { path: path.display().to_string(), error };
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.read_to_string(&mut owner);
                return Err(LockError::Held(owner.trim().to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        write!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_taker_is_told_who_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = InstanceLock::take(dir.path()).unwrap();
        let error = InstanceLock::take(dir.path()).unwrap_err();
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
        drop(first);
        InstanceLock::take(dir.path()).unwrap();
    }
}
