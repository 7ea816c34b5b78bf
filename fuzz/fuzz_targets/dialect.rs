//! A rendered template.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dossier_fuzz::compose::probe::dialect(bytes);
});
