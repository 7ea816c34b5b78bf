//! Files made safe against a power cut, many at once.

use std::fs::File;
use std::io;
use std::path::Path;

/// Up to this many files are synced one by one: a flush of the whole file system waits for
/// everything that everybody wrote on it.
pub(crate) const FEW: usize = 16;

/// Whether [`flush`] does anything; elsewhere every file must be synced by itself.
pub(crate) const AT_ONCE: bool = cfg!(target_os = "linux");

/// Makes everything written so far on the file system of `dir` survive a power cut.
///
/// # Errors
/// When the disk could not take it all.
#[cfg(target_os = "linux")]
pub(crate) fn flush(dir: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(dir)?)?)
}

/// Makes nothing durable here: see [`AT_ONCE`].
///
/// # Errors
/// Never.
#[cfg(not(target_os = "linux"))]
pub(crate) fn flush(_dir: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes one finished file survive a power cut.
///
/// # Errors
/// When it is not there, or the disk could not take it.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
