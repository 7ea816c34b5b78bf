//! A circular as data: windows, scope, rules, materials, quotas, routes, forms.
//!
//! Comes in: `templates/<pack id>/circular.toml` (schema `circular-pack/1`), after merging what it
//! extends. Goes out: a [`Pack`] whose references all resolve, with the hash of its text.
//! Code knows no number, name, date, order or route of a circular: they come from here.

mod types;

pub use types::*;
