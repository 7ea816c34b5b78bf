//! Integration tests: they need the program itself, because the wall re-executes it.

mod intake;
mod wall;
