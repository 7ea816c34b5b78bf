//! The state folder: on a local disk, for its owner alone, without leftovers.

use crate::config::Disk;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why the state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It lies on a share.
    #[error(
        "the state folder `{path}` lies on a network or user-space file system ({kind}), where the ledger would break\nhint: name a folder on a local disk with --state DIR or [paths] state; inbox and outbox may be shares"
    )]
    Share {
        /// The folder.
        path: PathBuf,
        /// The file system.
        kind: String,
    },
    /// It cannot be made or read.
    #[error("cannot use the state folder `{path}`: {error}")]
    Io {
        /// The folder or what lies in it.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Makes the state folder (mode 0700), or accepts the one there is.
///
/// # Errors
/// When it lies on a share or cannot be made.
pub fn prepare_state(state: &Path) -> Result<(), StateError> {
    accept(state, Disk::of(state))?;
    make(state).map_err(|error| StateError::Io { path: state.to_owned(), error })
}

/// An unknown file system is taken as it is: `dossier doctor` tells of it.
fn accept(state: &Path, disk: Option<Disk>) -> Result<(), StateError> {
    match disk {
        Some(Disk::Share(kind)) => Err(StateError::Share { path: state.to_owned(), kind }),
        Some(Disk::Local(_) | Disk::Unknown(_)) | None => Ok(()),
    }
}

fn make(state: &Path) -> io::Result<()> {
    if state.is_dir() {
        return Ok(());
    }
    if let Some(parent) = state.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    match builder.create(state) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && state.is_dir() => Ok(()),
        made => made,
    }
}

/// Removes what a killed pass left: work folders and half blobs. Only under the instance lock.
///
/// # Errors
/// When the disk says no.
pub fn sweep_state(state: &Path) -> Result<(), StateError> {
    sweep(state, |name| name.starts_with("work-") || name.contains(".tmp"))?;
    sweep(&state.join("blobs"), |name| name.contains(".tmp"))
}

fn sweep(dir: &Path, stray: impl Fn(&str) -> bool) -> Result<(), StateError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| StateError::Io { path, error }
    };
    let items = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        items => items.map_err(failed(dir))?,
    };
    for item in items {
        let item = item.map_err(failed(dir))?;
        if !item.file_name().to_str().is_some_and(&stray) {
            continue;
        }
        let (path, kind) = (item.path(), item.file_type().map_err(failed(dir))?);
        let gone = if kind.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        gone.map_err(failed(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_refused_by_its_name() {
        let on = |disk| accept(Path::new("state"), disk);
        let error = on(Some(Disk::Share("nfs4".into()))).unwrap_err().to_string();
        for part in ["state", "nfs4", "--state"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(on(Some(Disk::Local("ext4".into()))).is_ok());
        assert!(on(Some(Disk::Unknown("strangefs".into()))).is_ok());
        assert!(on(None).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_the_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("a/state");
        prepare_state(&state).unwrap();
        prepare_state(&state).unwrap();
        assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn leftovers_go_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path();
        for path in ["work-aB3/x.pdf", "blobs/.tmpQ1", "blobs/ab/cdef", "ledger.sqlite", "lock"] {
            let place = state.join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, b"x").unwrap();
        }
        sweep_state(state).unwrap();
        assert!(!state.join("work-aB3").exists());
        assert!(!state.join("blobs/.tmpQ1").exists());
        for path in ["blobs/ab/cdef", "ledger.sqlite", "lock"] {
            assert!(state.join(path).exists(), "{path}");
        }
    }
}
