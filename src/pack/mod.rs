//! A circular as data: windows, scope, rules, materials, quotas, routes, forms.
//!
//! Comes in: `templates/<pack id>/circular.toml` (schema `circular-pack/1`), after merging what it
//! extends. Goes out: a [`Pack`] whose references all resolve, with the hash of its text.
//! Code knows no number, name, date, order or route of a circular: they come from here.

mod facts;
mod lint;
mod load;
mod merge;
mod papers;
mod registers;
mod time;
mod trades;
mod types;

pub use facts::{fact_label, is_known_fact, pattern_matches};
pub use lint::lint;
pub use load::{PackError, load};
pub use papers::*;
pub use registers::*;
pub use time::Span;
pub use trades::{TradeEntry, fold_trade};
pub use types::*;
