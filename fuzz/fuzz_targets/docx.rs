//! A filled form, from the XML of its main part to the person.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dossier_fuzz::filed(dossier_fuzz::docx(bytes));
});
