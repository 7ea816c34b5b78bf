//! Chinese text without surprises: width, blanks, numerals, dates, encodings.
//!
//! Pure helpers that know no stage. Nothing here slices by bytes.

mod bytes;
mod date;
mod order;
mod regions;
mod width;

pub use bytes::byte_words;
pub use date::{PartialDate, Precision};
pub use order::pinyin_key;
pub use regions::{Region, region_code, regions};
pub use width::{fold, is_han, is_invisible, mask_id, mask_ids, shown, strip_blanks};
