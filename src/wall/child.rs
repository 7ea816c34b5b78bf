//! One child process: its pipes, its clock, its end.

use super::{Death, Limits};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Longest answer that is kept: a child that went wrong must not fill the parent's memory.
const ANSWER_BYTES: u64 = 512 << 20;
/// Most of its last words that are listened to.
const LAST_WORDS: u64 = 64 << 10;

/// A running child. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Child {
    process: std::process::Child,
    stdin: Option<ChildStdin>,
    answers: Receiver<Vec<u8>>,
    last_words: Option<thread::JoinHandle<LastWords>>,
    /// Whether it has done a task: what it dies of may then be what that task left behind.
    worn: bool,
}

/// What the runtime says when it gives up. Nothing else of stderr is kept: it may hold cell text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastWords {
    NoMemory,
    StackOverflow,
    Silence,
}

impl Child {
    pub(super) fn start(program: &Path) -> Result<Self, Death> {
        let mut command = Command::new(program);
        command.arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        own_group(&mut command);
        let mut process = command.spawn().map_err(|e| Death::System(format!("start: {e}")))?;
        let stdin = process.stdin.take();
        let (sender, answers) = channel();
        let (stdout, stderr) = (process.stdout.take(), process.stderr.take());
        // Made before the threads, so that a failing thread still ends the process.
        let mut child = Self { process, stdin, answers, last_words: None, worn: false };
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
            return Err(Death::System("start: no pipe".to_owned()));
        };
        named_thread().spawn(move || read_answers(stdout, &sender)).map_err(no_thread)?;
        child.last_words = Some(named_thread().spawn(move || listen(stderr)).map_err(no_thread)?);
        Ok(child)
    }

    /// Sends a request and waits for its answer; after an `Err` the child is of no more use.
    pub(super) fn ask(&mut self, line: &[u8], limits: &Limits) -> Result<Vec<u8>, Death> {
        // A child that died before it read everything tells why by its end.
        if self.send(line).is_err() {
            return Err(self.cause(limits));
        }
        let answer = self.answer(limits);
        self.worn = true;
        answer
    }

    pub(super) fn is_worn(&self) -> bool {
        self.worn
    }

    fn send(&mut self, line: &[u8]) -> io::Result<()> {
        let stdin = self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        stdin.write_all(line)?;
        stdin.flush()
    }

    fn answer(&mut self, limits: &Limits) -> Result<Vec<u8>, Death> {
        match self.answers.recv_timeout(Duration::from_secs(limits.wall_secs.max(1))) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => Err(Death::TimedOut(limits.wall_secs)),
            Err(RecvTimeoutError::Disconnected) => Err(self.cause(limits)),
        }
    }

    fn cause(&mut self, limits: &Limits) -> Death {
        self.stdin = None;
        // It may have closed its end and live on.
        let deadline = Duration::from_secs(2);
        let mut waited = Duration::ZERO;
        let step = Duration::from_millis(5);
        loop {
            match self.process.try_wait() {
                Ok(Some(status)) => return self.cause_of(status, limits),
                Ok(None) if waited < deadline => thread::sleep(step),
                Ok(None) => return Death::Crashed("closed its pipe".to_owned()),
                Err(e) => return Death::System(format!("wait: {e}")),
            }
            waited += step;
        }
    }

    fn cause_of(&mut self, status: ExitStatus, limits: &Limits) -> Death {
        let words = self.last_words.take().and_then(|words| words.join().ok());
        match words.unwrap_or(LastWords::Silence) {
            LastWords::NoMemory => Death::OutOfMemory(limits.address_space_mib),
            LastWords::StackOverflow => Death::Crashed("stack overflow".to_owned()),
            LastWords::Silence => by_status(status, limits),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read_answers(stdout: ChildStdout, sender: &std::sync::mpsc::Sender<Vec<u8>>) {
    let mut reader = BufReader::with_capacity(64 * 1024, stdout);
    loop {
        let mut line = Vec::new();
        let read = reader.by_ref().take(ANSWER_BYTES).read_until(b'\n', &mut line);
        let whole = read.is_ok() && line.last() == Some(&b'\n');
        if !whole || sender.send(line).is_err() {
            return;
        }
    }
}

/// Waits for the end of stderr; the process has ended, or will.
fn listen(stderr: ChildStderr) -> LastWords {
    let mut words = Vec::new();
    let mut stderr = stderr.take(LAST_WORDS);
    let _ = stderr.read_to_end(&mut words);
    // what comes after is let go, so that the child never waits for a reader
    let _ = io::copy(&mut stderr.into_inner(), &mut io::sink());
    let said = |text: &[u8]| words.windows(text.len()).any(|w| w == text);
    if said(b"memory allocation of ") {
        LastWords::NoMemory
    } else if said(b"has overflowed its stack") {
        LastWords::StackOverflow
    } else {
        LastWords::Silence
    }
}

fn named_thread() -> thread::Builder {
    thread::Builder::new().name("wall".to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn no_thread(error: io::Error) -> Death {
    Death::System(format!("thread: {error}"))
}

#[cfg(unix)]
fn by_status(status: ExitStatus, limits: &Limits) -> Death {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt as _;
    match status.signal() {
        Some(signal) if signal == Signal::XCPU.as_raw() => Death::TimedOut(limits.cpu_secs),
        Some(signal) if signal == Signal::XFSZ.as_raw() => {
            Death::WroteTooMuch(limits.written_bytes)
        }
        Some(signal) => Death::Crashed(format!("signal {signal}")),
        None => Death::Crashed(format!("exit {}", status.code().unwrap_or(-1))),
    }
}

#[cfg(not(unix))]
fn by_status(status: ExitStatus, _limits: &Limits) -> Death {
    Death::Crashed(format!("exit {}", status.code().unwrap_or(-1)))
}

/// Ctrl-C goes to the parent alone: the file in hand is finished, not blamed for a death.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(windows)]
fn own_group(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

#[cfg(not(any(unix, windows)))]
fn own_group(_command: &mut Command) {}
