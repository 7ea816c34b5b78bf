//! Bytes on their way into the packet, counted and hashed.
//!
//! Hashing takes about as long as writing, so a packet of more than one chunk is hashed on a
//! thread of its own while the writer goes on.

use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

/// Bytes written at a time.
const CHUNK: usize = 256 << 10;
/// Chunks the hash may lie behind.
const BEHIND: usize = 4;

/// A writer that knows length and hash of what passed.
pub(super) struct Tally<W> {
    inner: W,
    chunk: Vec<u8>,
    /// Bytes of the chunk that are not yet written.
    filled: usize,
    /// Bytes that went before the chunk.
    before: u64,
    hash: Hash,
}

enum Hash {
    Here(Sha256),
    Beside(Beside),
}

/// The thread, the chunks on their way to it, and those it gives back.
struct Beside {
    full: SyncSender<(Vec<u8>, usize)>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<Sha256>,
}

impl Beside {
    /// Goes on with `hash` on a new thread.
    fn start(mut hash: Sha256) -> io::Result<Self> {
        let (full, work) = sync_channel::<(Vec<u8>, usize)>(BEHIND);
        let (back, empty) = channel();
        let thread = thread::Builder::new().spawn(move || {
            for (chunk, filled) in work {
                hash.update(chunk.get(..filled).unwrap_or_default());
                // nobody waits for it after the last chunk
                let _ = back.send(chunk);
            }
            hash
        })?;
        Ok(Self { full, empty, thread })
    }

    /// Takes a chunk and gives another.
    fn swap(&self, chunk: Vec<u8>, filled: usize) -> io::Result<Vec<u8>> {
        self.full.send((chunk, filled)).map_err(|_| gone())?;
        Ok(self.empty.try_recv().unwrap_or_else(|_| vec![0; CHUNK]))
    }

    fn end(self) -> io::Result<Sha256> {
        drop(self.full);
        self.thread.join().map_err(|_| gone())
    }
}

fn gone() -> io::Error {
    io::Error::other("the hashing thread is gone")
}

impl<W: Write> Tally<W> {
    pub(super) fn new(inner: W) -> Self {
        let hash = Hash::Here(Sha256::new());
        Self { inner, chunk: vec![0; CHUNK], filled: 0, before: 0, hash }
    }

    /// Bytes that passed.
    pub(super) fn bytes(&self) -> u64 {
        self.before + self.filled as u64
    }

    /// Takes up to `length` bytes of `body`; tells how many there were.
    pub(super) fn take(&mut self, body: &mut dyn Read, length: u64) -> io::Result<u64> {
        let mut left = length;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(CHUNK);
            let room = self.room()?;
            let room = room.get_mut(..most.min(room.len())).unwrap_or_default();
            match body.read(room) {
                Ok(0) => break,
                Ok(n) => {
                    self.filled += n;
                    left -= n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(length - left)
    }

    /// SHA-256 of what passed so far; from here on the hash is made in step with the writing.
    pub(super) fn hash(&mut self) -> io::Result<Sha256> {
        self.send()?;
        let hash = match std::mem::replace(&mut self.hash, Hash::Here(Sha256::new())) {
            Hash::Here(hash) => hash,
            Hash::Beside(beside) => beside.end()?,
        };
        self.hash = Hash::Here(hash.clone());
        Ok(hash)
    }

    /// The free part of the chunk, never empty.
    fn room(&mut self) -> io::Result<&mut [u8]> {
        if self.filled == self.chunk.len() {
            self.send()?;
            if let Hash::Here(hash) = &self.hash
                && let Ok(beside) = Beside::start(hash.clone())
            {
                self.hash = Hash::Beside(beside);
            }
        }
        Ok(self.chunk.get_mut(self.filled..).unwrap_or_default())
    }

    /// Writes the chunk.
    fn send(&mut self) -> io::Result<()> {
        let bytes = self.chunk.get(..self.filled).unwrap_or_default();
        self.inner.write_all(bytes)?;
        match &mut self.hash {
            Hash::Here(hash) => hash.update(bytes),
            Hash::Beside(beside) => {
                self.chunk = beside.swap(std::mem::take(&mut self.chunk), self.filled)?;
            }
        }
        self.before += self.filled as u64;
        self.filled = 0;
        Ok(())
    }
}

impl<W: Write> Write for Tally<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let room = self.room()?;
        let n = room.len().min(buffer.len());
        if let (Some(to), Some(from)) = (room.get_mut(..n), buffer.get(..n)) {
            to.copy_from_slice(from);
        }
        self.filled += n;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_has_the_hash_of_its_bytes() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 7 * CHUNK + 5] {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 31 % 251) as u8).collect();
            let mut out = Vec::new();
            let mut tally = Tally::new(&mut out);
            let (copied, written) = bytes.split_at(length / 2);
            assert_eq!(tally.take(&mut &copied[..], u64::MAX).unwrap(), copied.len() as u64);
            tally.write_all(written).unwrap();
            assert_eq!(tally.bytes(), length as u64);
            assert_eq!(tally.hash().unwrap().finalize(), Sha256::digest(&bytes));
            tally.write_all(b"end").unwrap();
            let whole = [&bytes[..], b"end"].concat();
            assert_eq!(tally.hash().unwrap().finalize(), Sha256::digest(&whole));
            drop(tally);
            assert_eq!(out, whole);
        }
    }

    #[test]
    fn a_reader_that_ends_early_is_told() {
        let mut tally = Tally::new(Vec::new());
        assert_eq!(tally.take(&mut &b"abc"[..], 5).unwrap(), 3);
    }
}
