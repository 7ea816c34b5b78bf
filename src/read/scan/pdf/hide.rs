//! Takes what hidden layers paint out of a content stream.
//!
//! By the standard a hidden layer paints nothing, but what it does to the state of drawing (colour,
//! matrix, clipping, place of the next text) counts for what follows. So only painting goes.

/// The contents without what hidden layers paint; `None` when nothing had to go. `hidden` answers
/// for the name of a layer among the properties of the stream.
pub(super) fn without(contents: &[u8], hidden: impl FnMut(&[u8]) -> bool) -> Option<Vec<u8>> {
    let mut filter = Filter {
        hidden,
        out: Vec::with_capacity(contents.len()),
        marks: Vec::new(),
        modes: vec![0],
        text_hidden: false,
        changed: false,
    };
    let mut rest = contents;
    while !rest.is_empty() {
        let step = Step::next(rest);
        rest = rest.get(step.bytes.len()..).unwrap_or_default();
        filter.step(&step);
    }
    filter.changed.then_some(filter.out)
}

struct Filter<F> {
    hidden: F,
    out: Vec<u8>,
    /// Open marks, and whether each is a hidden layer.
    marks: Vec<bool>,
    /// How text is painted (`Tr`), one for each saved state.
    modes: Vec<u8>,
    /// The text object began inside a hidden layer and therefore ends there.
    text_hidden: bool,
    changed: bool,
}

impl<F: FnMut(&[u8]) -> bool> Filter<F> {
    fn step(&mut self, step: &Step<'_>) {
        match step.operator {
            b"BMC" => self.marks.push(false),
            b"BDC" => {
                let layer = match step.operands.as_slice() {
                    [b"/OC", name] => name.strip_prefix(b"/"),
                    _ => None,
                };
                let hidden = layer.is_some_and(|name| (self.hidden)(name));
                self.marks.push(hidden);
            }
            b"EMC" => _ = self.marks.pop(),
            b"q" => self.modes.push(self.mode()),
            b"Q" if self.modes.len() > 1 => _ = self.modes.pop(),
            b"BT" => self.text_hidden = self.inside(),
            b"Tr" => {
                let mode = step.operands.first().and_then(|n| std::str::from_utf8(n).ok());
                if let (Some(mode), Some(top)) =
                    (mode.and_then(|m| m.parse().ok()), self.modes.last_mut())
                {
                    *top = mode;
                }
            }
            _ => {}
        }
        match self.inside().then(|| self.instead(step)).flatten() {
            Some(other) => {
                self.changed = true;
                self.out.push(b'\n');
                self.out.extend(other);
                self.out.push(b'\n');
            }
            None => self.out.extend(step.bytes),
        }
    }

    fn inside(&self) -> bool {
        self.marks.contains(&true)
    }

    fn mode(&self) -> u8 {
        self.modes.last().copied().unwrap_or(0)
    }

    /// What stands in the place of an operation that paints; `None`: it paints nothing.
    fn instead(&self, step: &Step<'_>) -> Option<Vec<u8>> {
        Some(match step.operator {
            b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" => b"n".to_vec(),
            b"sh" | b"Do" | b"BI" => Vec::new(),
            b"Tj" | b"TJ" | b"'" | b"\"" if !self.text_hidden => self.unseen(step.bytes),
            b"Tj" | b"TJ" => Vec::new(),
            b"'" => b"T*".to_vec(),
            b"\"" => match step.operands.as_slice() {
                [word, letter, ..] => [*word, b" Tw ", *letter, b" Tc T*"].concat(),
                _ => b"T*".to_vec(),
            },
            _ => return None,
        })
    }

    /// Text that is not painted but moves the place of what follows, and clips where it clipped.
    fn unseen(&self, bytes: &[u8]) -> Vec<u8> {
        let (before, own) = (if self.mode() >= 4 { 7 } else { 3 }, self.mode());
        [format!("{before} Tr ").as_bytes(), bytes, format!(" {own} Tr").as_bytes()].concat()
    }
}

/// One operation: its operands, its operator, and all bytes from the end of the one before.
struct Step<'a> {
    bytes: &'a [u8],
    operands: Vec<&'a [u8]>,
    operator: &'a [u8],
}

impl<'a> Step<'a> {
    fn next(contents: &'a [u8]) -> Self {
        let mut operands = Vec::new();
        let mut at = 0;
        while let Some(&byte) = contents.get(at) {
            let rest = contents.get(at..).unwrap_or_default();
            let length = match byte {
                b'%' => rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len()),
                b'(' | b'<' | b'[' => enclosed(rest),
                b'/' => 1 + word(rest.get(1..).unwrap_or_default()),
                _ if is_plain(byte) => word(rest),
                _ => 1,
            };
            let token = rest.get(..length).unwrap_or_default();
            at += length;
            if !is_plain(byte) || is_value(token) {
                if !byte.is_ascii_whitespace() && byte != 0 && byte != b'%' {
                    operands.push(token);
                }
                continue;
            }
            if token == b"BI" {
                at += inline_image(contents.get(at..).unwrap_or_default());
            }
            return Self {
                bytes: contents.get(..at).unwrap_or_default(),
                operands,
                operator: token,
            };
        }
        Self { bytes: contents, operands, operator: b"" }
    }
}

/// A number, or one of the words that are values.
fn is_value(token: &[u8]) -> bool {
    matches!(token, b"true" | b"false" | b"null")
        || token.first().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'))
}

fn is_plain(byte: u8) -> bool {
    !(byte.is_ascii_whitespace() || byte == 0 || b"()<>[]{}/%".contains(&byte))
}

fn word(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| !is_plain(*b)).unwrap_or(bytes.len())
}

/// Length of a string, an array or a dictionary with everything in it.
fn enclosed(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        match byte {
            b'(' => at += text(rest),
            b'<' if rest.get(1) != Some(&b'<') => {
                at += rest.iter().position(|b| *b == b'>').map_or(rest.len(), |n| n + 1);
            }
            b'%' => {
                at += rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
            }
            b'[' => (at, depth) = (at + 1, depth + 1),
            b'<' => (at, depth) = (at + 2, depth + 1),
            b']' => (at, depth) = (at + 1, depth.saturating_sub(1)),
            b'>' => (at, depth) = (at + 2, depth.saturating_sub(1)),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(bytes.len())
}

/// Length of a string in parentheses.
fn text(bytes: &[u8]) -> usize {
    let (mut depth, mut escaped) = (0_usize, false);
    for (i, &byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    bytes.len()
}

/// Length of an inline image after `BI`, `EI` included.
fn inline_image(bytes: &[u8]) -> usize {
    let space = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace() || *b == 0);
    let alone = |i: usize| i > 0 && space(bytes.get(i - 1)) && space(bytes.get(i + 2));
    let find = |what: &[u8], from: usize| {
        let tail = bytes.get(from..).unwrap_or_default();
        (from..).zip(tail.windows(2)).find(|(i, w)| *w == what && alone(*i)).map(|(i, _)| i)
    };
    let data = find(b"ID", 0).map_or(0, |i| i + 2);
    find(b"EI", data).map_or(bytes.len(), |i| i + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(contents: &str) -> String {
        let left = without(contents.as_bytes(), |name| name == b"Off");
        let left = left.map_or_else(|| "same".to_owned(), |l| String::from_utf8(l).unwrap());
        left.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn painting_of_hidden_layers_goes_and_the_state_stays() {
        assert_eq!(shown("/OC /On BDC 0 0 9 9 re f EMC"), "same");
        assert_eq!(
            shown("/OC /Off BDC 1 0 0 rg 0 0 9 9 re W f EMC 0 0 5 5 re f"),
            "/OC /Off BDC 1 0 0 rg 0 0 9 9 re W n EMC 0 0 5 5 re f"
        );
        assert_eq!(shown("/OC /Off BDC /Im1 Do /S1 sh EMC /Im2 Do"), "/OC /Off BDC EMC /Im2 Do");
        let image = "/OC /Off BDC BI /W 1 /H 1 ID \u{1}Q EI EMC q Q";
        assert_eq!(shown(image), "/OC /Off BDC EMC q Q");
    }

    #[test]
    fn marks_nest() {
        assert_eq!(
            shown("/OC /Off BDC /P <</MCID 0>> BDC f EMC /OC /On BDC f EMC f EMC f /X BMC S EMC"),
            "/OC /Off BDC /P <</MCID 0>> BDC n EMC /OC /On BDC n EMC n EMC f /X BMC S EMC"
        );
        // an end without a start closes nothing
        assert_eq!(shown("EMC /OC /Off BDC f EMC f"), "EMC /OC /Off BDC n EMC f");
    }

    #[test]
    fn words_inside_strings_and_arrays_are_no_operators() {
        assert_eq!(shown("(/OC /Off BDC \\) f) Tj [(EMC) 3 <41>] TJ f"), "same");
        assert_eq!(
            shown("/OC /Off BDC BT [(a) 1] TJ (EMC) Tj 1 2 (x) \" (y) ' ET f EMC f"),
            "/OC /Off BDC BT 1 Tw 2 Tc T* T* ET n EMC f"
        );
    }

    #[test]
    fn hidden_text_inside_a_line_still_moves_what_follows() {
        assert_eq!(
            shown("BT 1 Tr (a) Tj /OC /Off BDC (b) Tj EMC (c) Tj ET"),
            "BT 1 Tr (a) Tj /OC /Off BDC 3 Tr (b) Tj 1 Tr EMC (c) Tj ET"
        );
        assert_eq!(
            shown("q 5 Tr Q BT /OC /Off BDC (b) Tj EMC ET"),
            "q 5 Tr Q BT /OC /Off BDC 3 Tr (b) Tj 0 Tr EMC ET"
        );
    }
}
