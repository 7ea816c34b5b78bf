//! What the system holds a task to.

use crate::wall::Limits;
use std::io;

/// No memory image of a dead child: it would hold personal data.
#[cfg(unix)]
pub(super) fn no_core_file() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Address space, length of a written file, and CPU time counted from now. Only the soft limits: the next task may have
/// others.
#[cfg(unix)]
pub(super) fn set(limits: &Limits) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};
    let soft = |resource, wanted: u64| {
        let maximum = getrlimit(resource).maximum;
        let current = maximum.map_or(wanted, |most| most.min(wanted));
        setrlimit(resource, Rlimit { current: Some(current), maximum })
    };
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
    soft(Resource::Cpu, used + limits.cpu_secs.max(1) + 1)?;
    soft(Resource::Fsize, limits.written_bytes)?;
    let space = soft(Resource::As, limits.address_space_mib.saturating_mul(1 << 20));
    // Some systems have no limit on address space; the clocks still hold there.
    if cfg!(target_os = "linux") { space.map_err(io::Error::from) } else { Ok(()) }
}

#[cfg(not(unix))]
pub(super) fn no_core_file() {}

/// Elsewhere the parent's clock is the only limit.
#[cfg(not(unix))]
pub(super) fn set(_limits: &Limits) -> io::Result<()> {
    Ok(())
}
