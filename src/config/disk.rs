//! What file system a folder lies on: SQLite's log needs locks and shared memory that shares break.

use std::path::{Path, PathBuf};

/// The kind of file system below a folder, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disk {
    /// A disk of this machine.
    Local(String),
    /// A share, or a file system in user space: no place for the ledger.
    Share(String),
    /// One this program does not know.
    Unknown(String),
}

/// Block devices, memory, and layers over them.
const LOCAL: &[&str] = &[
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs", "tmpfs",
    "ramfs", "overlay", "aufs", "ntfs3", "ntfs", "vfat", "exfat", "hfsplus", "apfs", "ufs",
];
const SHARES: &[&str] = &[
    "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "lustre",
    "beegfs", "gpfs", "coda", "fuse",
];

impl Disk {
    /// The disk a path lies on, by the mounts of this process; `None` where the system does not
    /// tell. A path that does not exist yet lies where its nearest folder does.
    pub fn of(path: &Path) -> Option<Self> {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
        let name = file_system(&mounts, &real(path))?;
        Some(Self::named(&name))
    }

    fn named(name: &str) -> Self {
        let name = name.to_owned();
        if SHARES.contains(&name.as_str()) || name.starts_with("fuse.") {
            Self::Share(name)
        } else if LOCAL.contains(&name.as_str()) {
            Self::Local(name)
        } else {
            Self::Unknown(name)
        }
    }
}

/// The nearest existing folder, links resolved.
fn real(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut at = whole.as_path();
    loop {
        if let Ok(found) = at.canonicalize() {
            return found;
        }
        match at.parent() {
            Some(parent) => at = parent,
            None => return whole,
        }
    }
}

/// The type of the mount with the longest prefix of `path`; of two at one place the later.
fn file_system(mounts: &str, path: &Path) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((left, right)) = line.split_once(" - ") else { continue };
        let (Some(point), Some(name)) =
            (left.split(' ').nth(4), right.split(' ').next().filter(|name| !name.is_empty()))
        else {
            continue;
        };
        let point = PathBuf::from(unescape(point));
        let length = point.components().count();
        if path.starts_with(&point) && best.is_none_or(|(longest, _)| length >= longest) {
            best = Some((length, name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

/// `\040` is how the list writes a blank.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let code = rest.by_ref().take(3).fold(0u32, |n, d| n * 8 + u32::from(d.wrapping_sub(b'0')));
        bytes.extend(u8::try_from(code));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:40 / /srv rw - nfs4 files:/srv rw
31 30 0:41 / /srv/local rw shared:1 master:2 - xfs /dev/vdb rw
32 27 0:42 / /mnt/my\\040share rw - cifs //pc/share rw
33 27 0:43 / /home/a/cloud rw - fuse.sshfs a@b: rw
34 27 0:44 / /odd rw - strangefs none rw
35 27 0:45 / /twice rw - ext4 /dev/vdc rw
36 27 0:46 / /twice rw - nfs files:/twice rw
";

    fn disk(path: &str) -> Disk {
        Disk::named(&file_system(MOUNTS, Path::new(path)).unwrap())
    }

    #[test]
    fn the_longest_mount_decides() {
        assert_eq!(disk("/home/a/state"), Disk::Local("ext4".into()));
        assert_eq!(disk("/srv/state"), Disk::Share("nfs4".into()));
        assert_eq!(disk("/srv/local/state"), Disk::Local("xfs".into()));
        assert_eq!(disk("/srvx/state"), Disk::Local("ext4".into()));
        assert_eq!(disk("/mnt/my share/state"), Disk::Share("cifs".into()));
        assert_eq!(disk("/home/a/cloud/state"), Disk::Share("fuse.sshfs".into()));
        assert_eq!(disk("/odd/state"), Disk::Unknown("strangefs".into()));
        assert_eq!(disk("/twice/state"), Disk::Share("nfs".into()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_of_this_machine_has_one() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!matches!(Disk::of(&dir.path().join("not/yet")), Some(Disk::Share(_)) | None));
    }
}
