//! Case numbers from the pack's placeholder text.

/// What a number is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumberKey {
    /// Year of the circular.
    pub year: i32,
    /// 1…5 = 高级技师 … 初级工; 0 when the level is unknown.
    pub level_digit: u32,
    /// Last three digits of the area's region code; `000` when unknown.
    pub area: String,
}

/// The pack's way of numbering.
#[derive(Debug, Clone)]
pub struct Numbering {
    /// Text with `{year}`, `{level_digit}`, `{area_code3}`, `{seq:04}`.
    pub template: String,
    /// What a sequence counts within: `year`, `level`, `area`.
    pub scope: Vec<String>,
}

impl Numbering {
    /// The name of the sequence a case counts in.
    pub fn sequence(&self, circular: &str, key: &NumberKey) -> String {
        let mut name = circular.to_owned();
        for part in &self.scope {
            name.push('|');
            name.push_str(&match part.as_str() {
                "year" => key.year.to_string(),
                "level" => key.level_digit.to_string(),
                "area" => key.area.clone(),
                other => other.to_owned(),
            });
        }
        name
    }

    /// The number with its sequence value.
    pub fn format(&self, key: &NumberKey, seq: u64) -> String {
        self.template
            .replace("{year}", &key.year.to_string())
            .replace("{level_digit}", &key.level_digit.to_string())
            .replace("{area_code3}", &key.area)
            .replace("{seq:04}", &format!("{seq:04}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_pack() {
        let numbering = Numbering {
            template: "NT{year}-{level_digit}-{area_code3}-{seq:04}".into(),
            scope: vec!["year".into(), "level".into(), "area".into()],
        };
        let key = NumberKey { year: 2019, level_digit: 1, area: "602".into() };
        assert_eq!(numbering.format(&key, 1), "NT2019-1-602-0001");
        assert_eq!(numbering.sequence("nantong-2019", &key), "nantong-2019|2019|1|602");
    }
}
