//! Integration tests: they need the program itself, because the wall re-executes it.

#![expect(clippy::unwrap_used, reason = "a failed set-up is a failed test")]

mod intake;
mod tidy;
mod sample;
mod wall;
