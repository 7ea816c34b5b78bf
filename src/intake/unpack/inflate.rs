//! One member's bytes, checked while they flow.

use super::directory::{self, Member};
use crate::blobs::{Blobs, Stored};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Why a member was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fail {
    /// It inflates to more than the directory says.
    Lies,
    /// It cannot be inflated, or is not what the checksum says; in words for the sender.
    Damaged(&'static str),
}

const DAMAGED: Fail = Fail::Damaged("压缩包内的数据已损坏");

/// Counts and checks while the blob store reads; an error here keeps the blob from being named.
pub(super) struct Inflating<R> {
    inner: R,
    left: u64,
    crc: Crc,
    expected: u32,
    fail: Option<Fail>,
}

impl Inflating<()> {
    /// Inflates a member into the blob store.
    pub(super) fn store(
        file: &mut File,
        member: &Member,
        blobs: &Blobs,
    ) -> io::Result<Result<Stored, Fail>> {
        let Some(start) = directory::data_start(file, member)? else { return Ok(Err(DAMAGED)) };
        file.seek(SeekFrom::Start(start))?;
        let packed = file.take(member.packed);
        match member.method {
            0 if member.packed == member.bytes => run(packed, member, blobs),
            0 => Ok(Err(Fail::Lies)),
            8 => run(DeflateDecoder::new(packed), member, blobs),
            _ => Ok(Err(Fail::Damaged("压缩方式不支持，请用普通 ZIP 方式重新打包"))),
        }
    }
}

fn run<R: Read>(inner: R, member: &Member, blobs: &Blobs) -> io::Result<Result<Stored, Fail>> {
    let (left, expected) = (member.bytes, member.crc);
    let mut reader = Inflating { inner, left, crc: Crc::new(), expected, fail: None };
    match blobs.store(&mut reader) {
        Ok(stored) => Ok(Ok(stored)),
        Err(e) => reader.fail.map_or(Err(e), |fail| Ok(Err(fail))),
    }
}

impl<R: Read> Inflating<R> {
    fn fail<T>(&mut self, fail: Fail) -> io::Result<T> {
        self.fail = Some(fail);
        Err(io::ErrorKind::InvalidData.into())
    }
}

impl<R: Read> Read for Inflating<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Ok(n) = self.inner.read(buffer) else { return self.fail(DAMAGED) };
        self.crc.update(buffer.get(..n).unwrap_or_default());
        match self.left.checked_sub(n as u64) {
            None => return self.fail(Fail::Lies),
            Some(left) => self.left = left,
        }
        if n == 0 && (self.left > 0 || self.crc.sum() != self.expected) {
            return self.fail(DAMAGED);
        }
        Ok(n)
    }
}
