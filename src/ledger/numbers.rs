//! Case numbers from the pack's placeholder text.

/// The area of a number while it is unknown.
pub(super) const NO_AREA: &str = "000";

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

    /// Whether a number was made when less was known of level or area than `key` tells.
    pub fn is_outgrown(&self, number: &str, key: &NumberKey) -> bool {
        let vaguer = |level_digit: u32, area: &str| NumberKey {
            level_digit,
            area: area.to_owned(),
            ..key.clone()
        };
        let variants = [vaguer(0, &key.area), vaguer(key.level_digit, NO_AREA), vaguer(0, NO_AREA)];
        !self.is_of(number, key) && variants.iter().any(|other| self.is_of(number, other))
    }

    /// Whether a number is made of a key, with any sequence value.
    fn is_of(&self, number: &str, key: &NumberKey) -> bool {
        let Some((before, after)) = self.template.split_once("{seq:04}") else { return false };
        let fixed = |template: &str| {
            Self { template: template.to_owned(), scope: Vec::new() }.format(key, 0)
        };
        let seq = number.strip_prefix(&fixed(before)).and_then(|n| n.strip_suffix(&fixed(after)));
        seq.is_some_and(|seq| !seq.is_empty() && seq.chars().all(|c| c.is_ascii_digit()))
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

    #[test]
    fn a_number_is_outgrown_when_more_is_known() {
        let numbering = Numbering {
            template: "NT{year}-{level_digit}-{area_code3}-{seq:04}".into(),
            scope: vec!["year".into()],
        };
        let key =
            |level_digit, area: &str| NumberKey { year: 2019, level_digit, area: area.into() };
        let known = key(1, "602");
        for (number, want) in [
            ("NT2019-0-602-0001", true),
            ("NT2019-1-000-0001", true),
            ("NT2019-0-000-12345", true),
            ("NT2019-1-602-0001", false),
            ("NT2019-2-602-0001", false),
            ("NT2018-0-602-0001", false),
            ("0001", false),
        ] {
            assert_eq!(numbering.is_outgrown(number, &known), want, "{number}");
        }
        assert!(numbering.is_outgrown("NT2019-0-000-0001", &key(1, NO_AREA)));
        assert!(!numbering.is_outgrown("NT2019-1-602-0001", &key(0, NO_AREA)), "less is known now");
        let plain = Numbering { template: "{year}-{seq:04}".into(), scope: Vec::new() };
        assert!(!plain.is_outgrown("2019-0001", &known), "it says nothing of level and area");
    }
}
