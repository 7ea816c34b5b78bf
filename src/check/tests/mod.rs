//! Tests of the judge as a whole; each starts from an applicant without a fault.

mod eligibility;
mod exceptions;
mod missing;
mod nantong;
mod office;
mod ops;
mod packs;
mod posts;
mod registers;
mod unseen;
