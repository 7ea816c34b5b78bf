//! `dossier check PATH`: a dry run of one entry.

use super::args::{CheckArgs, Common};
use super::interrupt::{Interrupt, Manner};
use super::{Outcome, decision, exit_of, print_json, settings, state, weight};
use crate::pipeline;
use crate::publish::{WireFinding, WireReport};

pub(super) fn check(common: &Common, args: &CheckArgs) -> Outcome {
    let settings = settings(common)?;
    let interrupt = Interrupt::listen(Manner::End)?;
    let show_ids = args.show_ids && common.json;
    let temp = |path: &std::path::Path| interrupt.leaves(path);
    let report = pipeline::try_entry(&settings, &args.path, show_ids, &temp)?;
    if common.json {
        print_json(&report)?;
    } else if !common.quiet {
        print(&report);
    }
    Ok(exit_of(&report))
}

fn print(report: &WireReport) {
    for submission in &report.submissions {
        say!(
            "{}：申报人 {}，{}",
            submission.source,
            submission.applicants.len(),
            state(&submission.state)
        );
        submission.findings.iter().for_each(finding);
        for person in &submission.applicants {
            let case = if person.case.is_empty() { "（未编号）" } else { &person.case };
            say!(
                "{case}  {}  {}  {}  {}  {}",
                person.name,
                person.id_no,
                person.trade,
                person.level,
                decision(&person.decision)
            );
            person.findings.iter().for_each(finding);
        }
    }
    say!(
        "只看了这一件，没有写入任何文件；指标、重复申报等须与其他来件一起判断的，以 dossier run 为准"
    );
}

fn finding(f: &WireFinding) {
    let weight = weight(f.severity);
    let person = if f.needs_person { "，须人工" } else { "" };
    let o = &f.origin;
    let page = o.page.map(|page| format!("第{page}页"));
    let parts = [Some(&o.path), o.sheet.as_ref(), o.cell.as_ref(), page.as_ref()];
    let place: Vec<&str> =
        parts.into_iter().flatten().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let mut line = format!("  {}（{weight}{person}）", f.code);
    for part in [place.join(" › "), f.message.clone(), f.hint.clone()] {
        if !part.is_empty() {
            line.push_str("  ");
            line.push_str(&part);
        }
    }
    say!("{line}");
}
