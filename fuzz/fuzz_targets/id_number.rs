//! An identity number in a cell.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dossier_fuzz::normalize::probe::id_number(bytes);
});
