//! A text table through header discovery, rows, values and the merging of people.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dossier_fuzz::filed(dossier_fuzz::parse(bytes, dossier_fuzz::intake::FileKind::Text, "汇总表.csv"));
});
