//! A ZIP with its directory, names and members.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dossier_fuzz::archive(bytes);
});
