//! The label of a column.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dossier_fuzz::normalize::probe::label(bytes);
});
