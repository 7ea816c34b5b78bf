//! The admission of a PDF.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dossier_fuzz::parse(bytes, dossier_fuzz::intake::FileKind::Pdf, "证书.pdf");
});
