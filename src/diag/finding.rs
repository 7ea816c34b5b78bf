//! A finding: code, severity, place, clause, message and hint.

use super::Code;
use serde::{Deserialize, Serialize};

/// How much a finding weighs. `Refuse`: the file is not used; `Error`: the applicant cannot pass
/// until it is fixed; `Warn`: listed for the reviewer; `Info`: what was repaired or noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Information.
    Info,
    /// A warning; does not block.
    Warn,
    /// Blocks the applicant.
    Error,
    /// The file is not used.
    Refuse,
}

/// Where something stands: a file inside the entry, then a cell or a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// Path inside the entry, `/` between parts; empty when the whole entry is meant.
    pub path: String,
    /// Sheet name.
    pub sheet: Option<String>,
    /// Cell in A1 form.
    pub cell: Option<String>,
    /// Page, from 1.
    pub page: Option<u32>,
}

impl Origin {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// A cell of a sheet, in A1 form.
    pub fn cell(path: impl Into<String>, sheet: &str, cell: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            sheet: Some(sheet.to_owned()),
            cell: Some(cell.into()),
            page: None,
        }
    }

    /// A page of a file, from 1.
    pub fn page(path: impl Into<String>, page: u32) -> Self {
        Self { path: path.into(), page: Some(page), ..Self::default() }
    }
}

/// One thing said about a file, a cell or an applicant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The code; never changes meaning.
    pub code: Code,
    /// The weight after overrides.
    pub severity: Severity,
    /// Whether a person must decide.
    pub needs_person: bool,
    /// What is wrong, in plain Chinese.
    pub message: String,
    /// What to do about it; empty when nothing.
    pub hint: String,
    /// The clause of the circular or the standard; empty for technical findings.
    pub clause: String,
    /// Where.
    pub origin: Origin,
    /// The field it is about (id of the canonical record), when there is one.
    pub field: Option<String>,
}

impl Finding {
    /// Starts a finding. `code` must be in the table: an unknown one is a bug of the program.
    #[expect(clippy::new_ret_no_self, reason = "a finding is always built with its place first")]
    pub fn new(code: &str, origin: Origin) -> FindingBuilder {
        let code = Code::find(code).unwrap_or_else(|| unknown_code(code));
        FindingBuilder {
            code,
            origin,
            args: Vec::new(),
            clause: None,
            severity: None,
            person: None,
            field: None,
        }
    }

    /// Whether it keeps the applicant from passing.
    pub fn blocks(&self) -> bool {
        self.severity >= Severity::Error
    }
}

fn unknown_code(code: &str) -> Code {
    debug_assert!(false, "code {code} is not in codes.toml");
    Code::find("SY-101").expect("SY-101 is in the table")
}

/// Collects what fills the message of a finding.
#[must_use = "call `.build()`"]
pub struct FindingBuilder {
    code: Code,
    origin: Origin,
    args: Vec<(String, String)>,
    clause: Option<String>,
    severity: Option<Severity>,
    person: Option<bool>,
    field: Option<String>,
}

impl FindingBuilder {
    /// Fills the place `{name}` of message and hint.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers give numbers, texts and temporaries"
    )]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((format!("{{{name}}}"), value.to_string()));
        self
    }

    /// Sets the clause (of the rule that fired).
    pub fn clause(mut self, clause: impl Into<String>) -> Self {
        self.clause = Some(clause.into());
        self
    }

    /// Overrides the severity of the table.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// The weight a pack gives it, in the words of `[severity]`; none leaves that of the table.
    pub fn weighed(self, word: Option<&str>) -> Self {
        match word {
            Some("error") => self.severity(Severity::Error),
            Some("warn") => self.severity(Severity::Warn),
            Some("info") => self.severity(Severity::Info),
            _ => self,
        }
    }

    /// Overrides whether a person must decide.
    pub fn needs_person(mut self, needs: bool) -> Self {
        self.person = Some(needs);
        self
    }

    /// Names the field of the record it is about.
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Makes the finding; places nobody filled are printed as —, in a question as nothing.
    pub fn build(self) -> Finding {
        let entry = self.code.entry();
        let message = if entry.ask.is_empty() {
            fill(&entry.message, &self.args, "—")
        } else {
            fill(&entry.ask, &self.args, "")
        };
        Finding {
            code: self.code,
            severity: self.severity.unwrap_or_else(|| entry.severity.raised()),
            needs_person: self.person.unwrap_or(entry.needs_person),
            message,
            hint: fill(&entry.hint, &self.args, "—"),
            clause: self.clause.unwrap_or_else(|| entry.clause.clone()),
            origin: self.origin,
            field: self.field,
        }
    }
}

/// Replaces each `{place}` once, left to right, so that values are never read as places.
fn fill(template: &str, args: &[(String, String)], unknown: &str) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = from.split_once('}') else {
            out.push('{');
            rest = from;
            continue;
        };
        let place = format!("{{{name}}}");
        match args.iter().find(|(key, _)| *key == place) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(unknown),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_places_and_never_reads_values_as_places() {
        let finding = Finding::new("ID-102", Origin::cell("a.xlsx", "Sheet1", "E5"))
            .arg("value", "{n}12")
            .arg("n", 17)
            .build();
        assert_eq!(finding.message, "身份证号码\"{n}12\"有效字符 17 位，应为 18 位");
        assert_eq!(finding.severity, Severity::Error);
    }

    #[test]
    fn what_a_person_is_to_look_at_is_a_question_without_gaps() {
        let unknown = Finding::new("EL-132", Origin::default()).build();
        assert!(unknown.message.starts_with("推荐专家是否"), "{}", unknown.message);
        let known = Finding::new("EL-132", Origin::default()).arg("name", "周文").build();
        assert!(known.message.starts_with("推荐专家周文是否"), "{}", known.message);
        let fault = Finding::new("ID-102", Origin::default()).build();
        assert!(fault.message.contains('—'), "{}", fault.message);
    }
}
