//! A circular as data: windows, scope, rules, materials, quotas, routes, forms.
//!
//! Comes in: `templates/<pack id>/circular.toml` (schema `circular-pack/1`), after merging what it
//! extends. Goes out: a [`Pack`] whose references all resolve, with the hash of its text.
//! Code knows no number, name, date, order or route of a circular: they come from here.

mod cover;
mod expr;
mod facts;
mod filled;
mod lint;
mod load;
mod merge;
mod papers;
mod ranks;
mod registers;
mod source;
#[cfg(test)]
mod tests;
mod time;
mod trades;
mod types;
mod weight;
mod words;

pub use expr::{expr_facts, expr_holds};
pub use facts::{fact_label, is_date, is_known_fact, pattern_matches};
pub use filled::{Filled, FilledField, Place};
pub use lint::{lint, place};
pub use load::{PackError, load, load_at, told};
pub use papers::*;
pub use ranks::{grade_rank, ladder_words, place_rank, rank_of};
pub use registers::*;
pub use time::Span;
pub use trades::{TradeEntry, fold_trade};
pub use types::*;
