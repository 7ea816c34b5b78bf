//! The order in which Chinese lists stand.

/// A key that sorts Chinese names by pinyin, as the character set of GB 18030 has them: the 3,755
/// usual characters by their reading, the rarer ones behind by radical.
pub fn pinyin_key(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::pinyin_key;

    #[test]
    fn names_stand_by_pinyin() {
        let mut names = ["张三", "阿不都·热西提", "李四", "陈五", "Bob", "王忞"];
        names.sort_by_key(|name| pinyin_key(name));
        assert_eq!(names, ["Bob", "阿不都·热西提", "陈五", "李四", "王忞", "张三"]);
    }
}
