//! The admission of an image, by its first bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dossier_fuzz::parse(bytes, dossier_fuzz::intake::sniff(bytes, "照片.jpg"), "照片.jpg");
});
