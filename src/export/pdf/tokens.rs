//! Where a line may not break: a date, a time, a number with its unit stay together.

/// The pieces of a line, with whether they stay together: a date, a time, a number with its unit.
pub(super) fn unbroken(line: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = line;
    let mut scanned = 0;
    while let Some(from) =
        rest.get(scanned..).and_then(|r| r.find(|c: char| c.is_ascii_digit())).map(|n| n + scanned)
    {
        let (before, digits) = rest.split_at_checked(from).unwrap_or((rest, ""));
        let joined = before.chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        match token(digits, joined) {
            Some(length) => {
                let (whole, after) = digits.split_at_checked(length).unwrap_or((digits, ""));
                pieces.extend((!before.is_empty()).then_some((before, false)));
                pieces.push((whole, true));
                (rest, scanned) = (after, 0);
            }
            None => scanned = from + run(digits),
        }
    }
    pieces.extend((!rest.is_empty()).then_some((rest, false)));
    pieces
}

/// How many digits a text begins with.
fn run(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of the date or the number with its unit that a text of digits begins with.
fn token(text: &str, joined: bool) -> Option<usize> {
    let digits = run(text);
    let rest = text.get(digits..)?;
    if digits == 4 && rest.starts_with('年') {
        let mut end = digits + '年'.len_utf8();
        for unit in ['月', '日'] {
            let part = text.get(end..)?;
            let n = run(part);
            if !(1..=2).contains(&n) || !part.get(n..)?.starts_with(unit) {
                break;
            }
            end += n + unit.len_utf8();
        }
        return Some(end);
    }
    if digits == 4 && !joined && iso(rest, 2) {
        let end = digits + 3;
        return Some(if iso(text.get(end..)?, 2) { end + 3 } else { end });
    }
    let unit = rest.chars().next().filter(|c| "页份年".contains(*c))?;
    Some(digits + unit.len_utf8())
}

/// Whether a text goes on with a hyphen and exactly so many digits.
fn iso(text: &str, digits: usize) -> bool {
    text.strip_prefix('-').is_some_and(|rest| {
        run(rest) == digits
            && !rest
                .get(digits..)
                .unwrap_or_default()
                .starts_with(|c: char| c.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_with_units_stay_together() {
        let whole = |line| -> Vec<&str> {
            let pieces = unbroken(line);
            assert_eq!(pieces.iter().map(|p| p.0).collect::<String>(), line);
            pieces.into_iter().filter(|p| p.1).map(|p| p.0).collect()
        };
        assert_eq!(whole("自2019年6月12日起至2020年底"), ["2019年6月12日", "2020年"]);
        assert_eq!(
            whole("1973-01 至 2019-06-12，共12页3份"),
            ["1973-01", "2019-06-12", "12页", "3份"]
        );
        assert_eq!(whole("编号 14320000002 忞"), Vec::<&str>::new());
        assert_eq!(whole("12019年"), ["12019年"]);
        assert_eq!(whole("A2019-06 1-2019-061"), Vec::<&str>::new());
        assert_eq!(whole(""), Vec::<&str>::new());
    }
}
