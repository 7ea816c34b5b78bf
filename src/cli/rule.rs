//! `dossier rule CODE`: the manual page of a finding code.

use super::{Exit, Failure, Outcome, write_line};
use crate::diag::{Code, Page, markdown, page, pages};

pub(super) fn rule(code: Option<&str>, all: bool, as_markdown: bool) -> Outcome {
    if as_markdown {
        // as it is: the text of a page of the project, no value of anybody
        write_line(format_args!("{}", markdown().trim_end()));
        return Ok(Exit::Clean);
    }
    if all {
        for (n, page) in pages().iter().enumerate() {
            if n > 0 {
                say!("");
            }
            print(page);
        }
        return Ok(Exit::Clean);
    }
    let Some(text) = code else {
        return Err(Failure {
            message: "give a code or --all, e.g. `dossier rule ID-103`".into(),
            exit: Exit::Usage,
        });
    };
    let found = Code::find(&text.to_uppercase()).and_then(page).ok_or_else(|| Failure {
        message: format!("no code `{text}`\nhint: `dossier rule --all` lists them"),
        exit: Exit::Usage,
    })?;
    print(found);
    Ok(Exit::Clean)
}

fn print(page: &Page) {
    say!("{} {}（{}）", page.code, page.title, page.weight());
    for (heading, text) in page.parts() {
        let gap = "　".repeat(4 - heading.chars().count());
        say!("  {heading}{gap}　{text}");
    }
}
