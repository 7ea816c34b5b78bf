//! A ZIP archive becomes files in the blob store. Runs in the worker only.
//!
//! Nothing is ever written under a member's name: bytes go to the blob store, names are data.
//! The sums of the directory are checked before the first byte is inflated, and no member may
//! inflate to more than the directory says.

mod directory;
mod inflate;
mod path;

pub(super) use path::Taken;

use super::{FileKind, SourceFile, name, sniff};
use crate::blobs::Blobs;
use crate::diag::{Finding, Origin, Severity};
use crate::text::byte_words;
use crate::wall::{Limits, Task};
use directory::{Fault, Member};
use inflate::{Fail, Inflating};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// Inflating less than this is never a bomb.
const RATIO_FROM: u64 = 10 << 20;
/// Most times a member may inflate.
const RATIO: u64 = 200;

/// One archive to unpack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnpackTask {
    /// Root of the blob store.
    pub blobs: PathBuf,
    /// The archive's blob.
    pub sha256: String,
    /// Its path inside the entry; findings about the whole archive point there.
    pub path: String,
    /// Put before the paths of its members: empty, or a folder with its `/`.
    pub prefix: String,
}

impl Task for UnpackTask {
    fn subject(&self) -> &str {
        &self.sha256
    }
}

/// What came out of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unpacked {
    /// Its members, in the order of the directory, and what was noticed about the whole.
    #[expect(missing_docs, reason = "the variant says it")]
    Files { files: Vec<SourceFile>, findings: Vec<Finding> },
    /// A workbook or document that is called `.zip`.
    Office,
    /// Not used at all.
    Refused(Finding),
}

/// The whole archive is not used.
enum Stop {
    /// It is a workbook or a document.
    Office,
    /// A code and what is wrong or too much, in words.
    Refused(&'static str, String),
}

impl Stop {
    /// Unsafe, for this reason.
    fn unsafe_for(why: impl Into<String>) -> Self {
        Self::Refused("IN-116", why.into())
    }
}

/// Unpacks an archive and the archives in it, one level deep.
///
/// # Errors
/// When the blob store fails; what is wrong with the archive is in the result.
pub fn unpack(task: &UnpackTask, limits: &Limits) -> io::Result<Unpacked> {
    let blobs = Blobs::open(&task.blobs)?;
    let mut unpacker = Unpacker {
        limits,
        bytes_left: limits.unpacked_bytes,
        entries_left: limits.archive_entries,
        files: Vec::new(),
        taken: Taken::default(),
        legacy: None,
        blobs: &blobs,
    };
    let mut file = blobs.open_blob(&task.sha256)?;
    match unpacker.archive(&mut file, &task.prefix, 0)? {
        Err(Stop::Office) => return Ok(Unpacked::Office),
        Err(Stop::Refused(code, why)) => {
            return Ok(Unpacked::Refused(refusal(code, &task.path, &why)));
        }
        Ok(()) => {}
    }
    let noted = unpacker.legacy.map(|name| {
        Finding::new("IN-115", Origin::file(&task.path))
            .arg("enc", "GB18030")
            .arg("name", name)
            .severity(Severity::Info)
            .build()
    });
    Ok(Unpacked::Files { files: unpacker.files, findings: noted.into_iter().collect() })
}

fn refusal(code: &str, path: &str, why: &str) -> Finding {
    Finding::new(code, Origin::file(path)).arg("file", path).arg("limit", why).build()
}

/// What the directory of an archive does when it contradicts the archive.
const LIES: &str = "目录与内容不符";

struct Unpacker<'a> {
    blobs: &'a Blobs,
    limits: &'a Limits,
    bytes_left: u64,
    entries_left: u64,
    files: Vec<SourceFile>,
    taken: Taken,
    /// The first name that was decoded as GB18030.
    legacy: Option<String>,
}

impl Unpacker<'_> {
    fn archive(
        &mut self,
        file: &mut File,
        prefix: &str,
        level: u8,
    ) -> io::Result<Result<(), Stop>> {
        let members = match directory::read(file, self.entries_left)? {
            Ok(members) if is_office(&members) => return Ok(Err(Stop::Office)),
            Ok(members) => members,
            Err(fault) => return Ok(Err(self.faulty(fault))),
        };
        if let Some(stop) = self.forbids(&members) {
            return Ok(Err(stop));
        }
        let members: Vec<(Member, Result<String, String>)> = members
            .into_iter()
            .filter(|member| !is_folder(member))
            .map(|member| {
                let place = self.place(&member);
                (member, place)
            })
            .collect();
        let good: Vec<&str> =
            members.iter().filter_map(|(_, place)| place.as_deref().ok()).collect();
        let top = path::common_top(&good).map(|top| top + "/").unwrap_or_default();
        for (member, place) in &members {
            let path = match place {
                Ok(path) => path.strip_prefix(&top).unwrap_or(path),
                Err(name) => name,
            };
            let path = self.taken.claim(format!("{prefix}{path}"));
            if place.is_err() {
                let finding = refusal("IN-116", &path, "路径越界，或是链接、设备文件");
                self.refuse(path, member.bytes, finding);
            } else if let Some(stop) = self.member(file, member, path, level)? {
                return Ok(Err(stop));
            }
        }
        Ok(Ok(()))
    }

    fn faulty(&self, fault: Fault) -> Stop {
        match fault {
            Fault::Cut => Stop::Refused("IN-102", String::new()),
            Fault::Wrong => Stop::unsafe_for(LIES),
            Fault::Limit => {
                Stop::unsafe_for(format!("超过 {} 个文件", self.limits.archive_entries))
            }
        }
    }

    /// Checks what the directory claims against the limits and takes it from the budget.
    fn forbids(&mut self, members: &[Member]) -> Option<Stop> {
        if members.iter().any(Member::encrypted) {
            return Some(Stop::Refused("IN-113", String::new()));
        }
        if members.iter().any(|m| m.bytes > RATIO_FROM && m.bytes / RATIO > m.packed) {
            return Some(Stop::unsafe_for(format!("压缩比超过 {RATIO} 倍")));
        }
        let bytes = members.iter().try_fold(0u64, |sum, m| sum.checked_add(m.bytes));
        match bytes.and_then(|bytes| self.bytes_left.checked_sub(bytes)) {
            Some(left) => self.bytes_left = left,
            None => {
                let most = byte_words(self.limits.unpacked_bytes);
                return Some(Stop::unsafe_for(format!("解压后超过 {most}")));
            }
        }
        self.entries_left = self.entries_left.saturating_sub(members.len() as u64);
        None
    }

    /// Where a member belongs; `Err` with its printable name when it may not be used.
    fn place(&mut self, member: &Member) -> Result<String, String> {
        let name = path::decode(member);
        if name.legacy && self.legacy.is_none() {
            self.legacy = Some(path::shown(&name.text));
        }
        // Links, devices and pipes; 0 is "not stated".
        let odd = !matches!(member.mode & 0o170_000, 0 | 0o100_000);
        let inside = path::inside(&name.text).filter(|path| !odd && path.len() <= 4096);
        inside.ok_or_else(|| path::shown(&name.text))
    }

    /// Stores one member. Gives a reason when the whole archive must be refused for it.
    fn member(
        &mut self,
        file: &mut File,
        member: &Member,
        path: String,
        level: u8,
    ) -> io::Result<Option<Stop>> {
        if member.bytes > self.limits.file_bytes {
            let limit = byte_words(self.limits.file_bytes);
            let finding = Finding::new("IN-104", Origin::file(&path)).arg("file", &path);
            self.refuse(path, member.bytes, finding.arg("limit", limit).build());
            return Ok(None);
        }
        let stored = match Inflating::store(file, member, self.blobs)? {
            Ok(stored) => stored,
            Err(Fail::Lies) => return Ok(Some(Stop::unsafe_for(LIES))),
            Err(Fail::Damaged(error)) => {
                let finding = Finding::new("IN-103", Origin::file(&path)).arg("file", &path);
                self.refuse(path, member.bytes, finding.arg("error", error).build());
                return Ok(None);
            }
        };
        let kind = sniff(&stored.head, &path);
        let (sha256, bytes) = (stored.sha256, stored.bytes);
        let done = SourceFile { litter: litter(&path), path, sha256, bytes, kind, refused: None };
        if kind == FileKind::Empty && !done.litter {
            let finding = refusal("IN-102", &done.path, "");
            self.refuse(done.path, 0, finding);
        } else if kind == FileKind::Zip && name::ending(&done.path) == "zip" && !done.litter {
            self.nested(done, level)?;
        } else {
            self.files.push(done);
        }
        Ok(None)
    }

    fn nested(&mut self, archive: SourceFile, level: u8) -> io::Result<()> {
        let mut file = self.blobs.open_blob(&archive.sha256)?;
        let before = self.files.len();
        let stop = if level == 0 {
            let prefix = format!("{}/", name::split_ending(&archive.path).0);
            self.archive(&mut file, &prefix, level + 1)?.err()
        } else {
            let office = directory::read(&mut file, self.entries_left)?
                .is_ok_and(|members| is_office(&members));
            Some(if office {
                Stop::Office
            } else {
                Stop::unsafe_for("压缩包套压缩包超过一层")
            })
        };
        match stop {
            None => {}
            Some(Stop::Office) => self.files.push(archive),
            Some(Stop::Refused(code, why)) => {
                self.files.truncate(before);
                let finding = refusal(code, &archive.path, &why);
                self.files.push(SourceFile { refused: Some(finding), ..archive });
            }
        }
        Ok(())
    }

    fn refuse(&mut self, path: String, bytes: u64, finding: Finding) {
        let litter = litter(&path);
        self.files.push(SourceFile {
            path,
            sha256: String::new(),
            bytes,
            kind: if bytes == 0 { FileKind::Empty } else { FileKind::Unknown },
            litter,
            refused: (!litter).then_some(finding),
        });
    }
}

fn litter(path: &str) -> bool {
    name::lies_in_litter(path) || name::marker(path).is_some()
}

fn is_office(members: &[Member]) -> bool {
    const SIGNS: [&[u8]; 3] = [b"[Content_Types].xml", b"mimetype", b"OFD.xml"];
    members.iter().any(|member| SIGNS.contains(&member.raw_name.as_slice()))
}

fn is_folder(member: &Member) -> bool {
    member.raw_name.ends_with(b"/")
        || (member.raw_name.ends_with(b"\\") && member.bytes == 0)
        || member.mode & 0o170_000 == 0o040_000
}
