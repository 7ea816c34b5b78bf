//! Codes of administrative regions (GB/T 2260) through time.

/// One life of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Six digits.
    pub code: &'static str,
    /// Its name, without what it lies in.
    pub name: &'static str,
    /// The last year it was in force; `None`: it is still.
    pub end: Option<i32>,
}

/// All lives of all codes, by code.
pub fn regions() -> impl Iterator<Item = Region> {
    include_str!("../../data/gbt2260_timeline.tsv").lines().skip(1).filter_map(|line| {
        let mut parts = line.split('\t');
        let (code, name) = (parts.next()?, parts.next()?);
        let end = parts.nth(1).and_then(|year| year.trim().parse().ok());
        Some(Region { code, name, end })
    })
}

/// The code that `name` has in `year` inside the region of code `within` (a province `320000`, a
/// city `320600`); `None` where it has none or more than one.
pub fn region_code(name: &str, within: &str, year: i32) -> Option<&'static str> {
    let inside = within.trim_end_matches("00");
    let own = |region: &Region| {
        region.name == name
            && region.code.starts_with(inside)
            && region.end.is_none_or(|e| e >= year)
    };
    let mut found = regions().filter(own).map(|region| region.code);
    let first = found.next()?;
    found.all(|code| code == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_code_inside_its_region() {
        assert_eq!(region_code("渝北区", "500000", 2022), Some("500112"));
        assert_eq!(region_code("海门市", "320600", 2019), Some("320684"));
        assert_eq!(region_code("海门市", "320700", 2019), None);
        assert_eq!(region_code("市辖区", "320000", 2019), None);
    }
}
