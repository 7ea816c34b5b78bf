//! Integration tests: they need the program itself, because the wall re-executes it.

#![expect(clippy::unwrap_used, reason = "a failed set-up is a failed test")]
#![expect(clippy::print_stdout, reason = "a skipped test says why")]

mod acceptance;
mod answers;
mod arrival;
mod broken_packs;
mod cases;
mod circulars;
mod commands;
mod compare;
mod corrections;
mod dirty;
mod faults;
mod files;
mod folders;
mod forms_in;
mod fuzzed;
mod hostile;
mod ink;
mod intake;
mod limits;
mod misuse;
mod naughty;
mod office;
mod packet;
mod people;
mod privacy;
mod received;
mod registers;
mod repeat;
mod returns;
mod sample;
mod tidy;
mod twins;
mod wall;
mod worst;
