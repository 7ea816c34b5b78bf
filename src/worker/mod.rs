//! The re-executed child that touches foreign bytes.
//!
//! `dossier worker` reads one request per line on stdin and writes one answer per line on stdout,
//! until stdin ends. Limits are set anew before each task. A panic is an answer; an abort, a stack
//! overflow or a limit of the system ends the process, and the parent ([`crate::wall`]) reports it.

mod bounds;

use crate::intake::unpack;
use crate::wall::{Answer, Limits};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{self, BufRead, Write};
use std::panic;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Stack of one task: deep trees are walked by recursion in more than one reader.
const STACK: usize = 16 << 20;

/// Where the last panic happened (file and line). Its message may hold cell text: never kept.
static PANICKED_AT: Mutex<String> = Mutex::new(String::new());

#[derive(Deserialize)]
struct Request {
    op: String,
    limits: Limits,
    args: Value,
}

/// Serves requests until stdin ends.
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!("{}:{}", short(at.file()), at.line()));
        *PANICKED_AT.lock().unwrap_or_else(PoisonError::into_inner) = place.unwrap_or_default();
    }));
    bounds::no_core_file();
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve() -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let mut answer = task(line?);
        answer.push('\n');
        stdout.write_all(answer.as_bytes())?;
        stdout.flush()?;
    }
    Ok(())
}

fn task(line: String) -> String {
    let request: Request = match serde_json::from_str(&line) {
        Ok(request) => request,
        Err(_) => return encode(&Answer::<()>::Panic("malformed request".to_owned())),
    };
    drop(line);
    if let Err(e) = bounds::set(&request.limits) {
        return encode(&Answer::<()>::System(format!("limits: {e}")));
    }
    let thread = thread::Builder::new().stack_size(STACK).spawn(move || dispatch(request));
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => {
            let place = PANICKED_AT.lock().unwrap_or_else(PoisonError::into_inner).clone();
            encode(&Answer::<()>::Panic(place))
        }
        Err(e) => encode(&Answer::<()>::Panic(format!("no room for a thread: {}", e.kind()))),
    }
}

/// One arm per operation; the parsing functions of the stages are called here and nowhere else.
fn dispatch(request: Request) -> String {
    let Request { op, limits, args } = request;
    match op.as_str() {
        "unpack" => run(args, |task| match unpack::unpack(&task, &limits) {
            Ok(unpacked) => Answer::Ok(unpacked),
            Err(e) => Answer::System(format!("blob store: {e}")),
        }),
        "mark" => run(args, |task| match crate::read::mark(&task, &limits) {
            Ok(marked) => Answer::Ok(marked),
            Err(e) => Answer::System(format!("blob store: {e}")),
        }),
        "read" => run(args, |task| Answer::Ok(crate::read::parse(&task, &limits))),
        _ => encode(&Answer::<()>::Panic("unknown operation".to_owned())),
    }
}

fn run<T: DeserializeOwned, R: Serialize>(args: Value, op: impl FnOnce(T) -> Answer<R>) -> String {
    match serde_json::from_value(args) {
        Ok(task) => encode(&op(task)),
        Err(_) => encode(&Answer::<()>::Panic("malformed arguments".to_owned())),
    }
}

fn encode<R: Serialize>(answer: &Answer<R>) -> String {
    serde_json::to_string(answer)
        .unwrap_or_else(|_| r#"{"panic":"answer cannot be written"}"#.to_owned())
}

/// The last three parts of a source path: the folders of the build machine are nobody's business.
fn short(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    parts.get(parts.len().saturating_sub(3)..).unwrap_or_default().join("/")
}
