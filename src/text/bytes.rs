//! Sizes for people.

/// A number of bytes as a clerk would say it: whole mebibytes as `500 MB`, anything else exactly.
pub fn byte_words(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    if bytes >= MIB && bytes.is_multiple_of(MIB) {
        format!("{} MB", bytes / MIB)
    } else {
        format!("{bytes} 字节")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn whole_mebibytes_or_exact_bytes() {
        assert_eq!(super::byte_words(500 << 20), "500 MB");
        assert_eq!(super::byte_words((1 << 20) + 1), "1048577 字节");
        assert_eq!(super::byte_words(0), "0 字节");
    }
}
