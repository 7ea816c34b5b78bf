//! The sums of `[[check]]`: `a + b = c <= d` over facts and whole numbers.

/// Whether an expression holds; unknown when a fact has no number or the text is no expression.
pub fn expr_holds(expr: &str, number: &dyn Fn(&str) -> Option<i64>) -> Option<bool> {
    let tokens = tokens(expr);
    let mut rest = tokens.as_slice();
    let mut left = sum(&mut rest, number)?;
    let mut all = true;
    let mut compared = false;
    while let Some((relation, tail)) = rest.split_first() {
        rest = tail;
        let right = sum(&mut rest, number)?;
        all &= match relation.as_str() {
            "=" => left == right,
            "<=" => left <= right,
            ">=" => left >= right,
            "<" => left < right,
            ">" => left > right,
            _ => return None,
        };
        (left, compared) = (right, true);
    }
    compared.then_some(all)
}

/// The facts of an expression, in its order.
pub fn expr_facts(expr: &str) -> Vec<String> {
    let is_fact = |token: &String| token.starts_with(|c: char| c.is_ascii_lowercase());
    tokens(expr).into_iter().filter(is_fact).collect()
}

fn tokens(expr: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = expr.chars().chain([' ']).peekable();
    while let Some(c) = chars.next() {
        // the star of `posts.vacant.*` belongs to the fact
        if c.is_ascii_alphanumeric() || c == '.' || c == '_' || (c == '*' && word.ends_with('.')) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        match c {
            ' ' => {}
            '<' | '>' if chars.next_if_eq(&'=').is_some() => tokens.push(format!("{c}=")),
            _ => tokens.push(c.to_string()),
        }
    }
    tokens
}

fn sum(rest: &mut &[String], number: &dyn Fn(&str) -> Option<i64>) -> Option<i64> {
    let mut total = term(rest, number)?;
    while let Some((sign, tail)) = rest.split_first().filter(|(s, _)| *s == "+" || *s == "-") {
        *rest = tail;
        let next = term(rest, number)?;
        total = if sign == "+" { total.checked_add(next)? } else { total.checked_sub(next)? };
    }
    Some(total)
}

fn term(rest: &mut &[String], number: &dyn Fn(&str) -> Option<i64>) -> Option<i64> {
    let (token, tail) = rest.split_first()?;
    *rest = tail;
    if token == "(" {
        let inner = sum(rest, number)?;
        let (close, tail) = rest.split_first()?;
        *rest = tail;
        return (close == ")").then_some(inner);
    }
    token.parse().ok().or_else(|| number(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_compared_in_chains() {
        let number = |fact: &str| (fact != "c").then_some(2);
        assert_eq!(expr_holds("a + b = 4 <= 5", &number), Some(true));
        assert_eq!(expr_holds("a - (b + 1) >= 0", &number), Some(false));
        assert_eq!(expr_holds("a < c", &number), None);
        for slip in ["a", "a =", "a = = b", "a == b", "(a = b", "a ~ b", "", "= a"] {
            assert_eq!(expr_holds(slip, &|_| Some(0)), None, "{slip}");
        }
        assert_eq!(
            expr_facts("posts.vacant.* = posts.applied.* - 1"),
            ["posts.vacant.*", "posts.applied.*"]
        );
    }
}
