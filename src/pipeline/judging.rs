//! From the filings in the ledger to judged and numbered cases.

use super::{RunError, answers, context, locks};
use crate::check::{self, Decision, History, Judgement, Report};
use crate::diag::{Finding, Origin};
use crate::intake::{Seen, Witness};
use crate::ledger::{Case, Ledger, NumberKey, Numbering, ReviewRow, WitnessRow};
use crate::normalize::{self, Applicant, Chain, Filing, Submission, Verdict};
use crate::pack::Pack;
use crate::text::region_code;
use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};

/// What the judge left, with what the papers need.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) submissions: Vec<Submission>,
    pub(crate) report: Report,
    pub(crate) cases: BTreeMap<String, Case>,
    pub(crate) versions: BTreeMap<String, u32>,
}

impl Judged {
    /// All applicants with their case and judgement, in order.
    pub(crate) fn people(
        &self,
    ) -> impl Iterator<Item = (&Submission, &Applicant, &Case, &Judgement)> {
        self.submissions.iter().flat_map(move |submission| {
            submission.applicants.iter().filter_map(move |applicant| {
                let key = &applicant.key.text;
                Some((
                    submission,
                    applicant,
                    self.cases.get(key)?,
                    self.report.judgements.get(key)?,
                ))
            })
        })
    }
}

/// Assembles all current contents and judges them.
pub(crate) fn judge(
    pack: &Pack,
    now: DateTime<FixedOffset>,
    ledger: &mut Ledger,
) -> Result<Judged, RunError> {
    let (mut chains, versions) = contents(ledger)?;
    let seen: BTreeMap<String, Seen> = ledger.seen()?;
    // what was of no circular yet and was taken away leaves nothing to answer
    let unclear = |chain: &Chain| {
        chain.current.findings.iter().any(|f| f.code.as_str() == "IN-122")
            && seen.get(&chain.current.entry).is_some_and(|seen| seen.gone)
    };
    chains.retain(|chain| !unclear(chain));
    let mut submissions = normalize::assemble(&chains, pack);
    tell_gone(&seen, &mut submissions);
    let untaken = answers::collect(ledger, pack, &chains, &submissions, now)?;
    let reviews = ledger.reviews()?;
    let history = History { answers: answers::valid(&reviews, &submissions) };
    if vouch(ledger, pack, &history, &reviews, &submissions)? {
        // what persons vouched for is no late content any more
        return judge(pack, now, ledger);
    }
    let mut report = check::check(&submissions, pack, &history, now);
    locks::tell(pack, &reviews, &chains, &submissions, &mut report);
    answers::tell_stale(&reviews, &submissions, &mut report);
    answers::tell_untaken(&untaken, &mut report);
    take_whole(&mut submissions, &report);
    let wanted = wanted_numbers(pack, &submissions, &report);
    let cases = ledger.record_cases(&numbering(pack), &wanted)?;
    Ok(Judged { submissions, report, cases, versions })
}

/// Says at what was taken out of the inbox that it stands all the same.
fn tell_gone(seen: &BTreeMap<String, Seen>, submissions: &mut [Submission]) {
    for submission in submissions {
        if seen.get(&submission.source).is_some_and(|seen| seen.gone) {
            let finding = Finding::new("IN-151", Origin::default());
            submission.findings.push(finding.arg("entry", &submission.source).build());
        }
    }
}

/// Puts on record as arrivals what persons answered about late content; tells whether there was
/// any. On the content it would not stand: once used, it may change the record that the answer was
/// about.
fn vouch(
    ledger: &mut Ledger,
    pack: &Pack,
    history: &History,
    reviews: &[ReviewRow],
    submissions: &[Submission],
) -> Result<bool, RunError> {
    let mut said: BTreeMap<(&str, &str), WitnessRow> = BTreeMap::new();
    for applicant in submissions.iter().flat_map(|s| &s.applicants) {
        let (key, level) = (&applicant.key.text, context::text(&applicant.record, "apply.level"));
        let level = Some(level.as_str()).filter(|level| !level.is_empty());
        let end = pack.register_window(level).and_then(|w| pack.span(w).end);
        let Some(end) = end else { continue };
        for late in &applicant.late {
            let asked = check::late_question(&late.entry);
            let doubtful = !late.arrival.is_certainly_after(end);
            if !doubtful || history.answer(key, &asked) != Some(true) {
                continue;
            }
            let of = |row: &&ReviewRow| row.id == *key && row.question == asked;
            let Some(row) = reviews.iter().rfind(of) else { continue };
            let word = WitnessRow {
                entry: late.entry.clone(),
                content: late.content.clone(),
                arrived: end.to_rfc3339(),
                who: row.who.clone(),
                at: row.at.clone(),
            };
            said.insert((&late.entry, &late.content), word);
        }
    }
    for word in said.values() {
        ledger.add_witness(word)?;
    }
    Ok(!said.is_empty())
}

/// A PDF of all materials is used once a person found them in it: it is then bound.
fn take_whole(submissions: &mut [Submission], report: &Report) {
    let accepted = |a: &&Applicant| {
        let judgement = report.judgements.get(&a.key.text);
        judgement.is_some_and(|j| j.decision == Decision::Accepted)
    };
    let bound: BTreeSet<(String, String)> = submissions
        .iter()
        .flat_map(|s| &s.applicants)
        .filter(accepted)
        .flat_map(|a| &a.whole)
        .map(|file| (file.entry.clone(), file.path.clone()))
        .collect();
    for submission in submissions {
        for file in &mut submission.files {
            if bound.contains(&(submission.source.clone(), file.path.clone())) {
                file.verdict = Verdict::Used;
                file.used_as = Some("whole".to_owned());
                file.code = None;
            }
        }
    }
}

/// Everything filed, by entry, with the number of contents of each.
fn contents(ledger: &Ledger) -> Result<(Vec<Chain>, BTreeMap<String, u32>), RunError> {
    let mut filings: BTreeMap<String, Vec<Filing>> = ledger.filings()?;
    witnessed(&ledger.witnesses()?, &mut filings);
    let versions = filings.iter().map(|(e, f)| (e.clone(), f.len() as u32)).collect();
    let chains = filings.into_values().filter_map(|mut contents| {
        let current = contents.pop()?;
        Some(Chain { current, earlier: contents })
    });
    Ok((chains.collect(), versions))
}

/// What a person decides on: the submissions and what was said so far. Nothing is written.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) submissions: Vec<Submission>,
    pub(super) reviews: Vec<ReviewRow>,
    pub(super) cases: BTreeMap<String, Case>,
}

impl Table {
    pub(super) fn lay(pack: &Pack, ledger: &Ledger) -> Result<Self, RunError> {
        let (chains, _) = contents(ledger)?;
        Ok(Self {
            submissions: normalize::assemble(&chains, pack),
            reviews: ledger.reviews()?,
            cases: ledger.cases()?,
        })
    }

    /// The judgement with what was said so far.
    pub(super) fn judge(&self, pack: &Pack, now: DateTime<FixedOffset>) -> Report {
        let answers = answers::valid(&self.reviews, &self.submissions);
        check::check(&self.submissions, pack, &History { answers }, now)
    }

    /// The judgement as if one case had no answers: all its questions are open.
    pub(super) fn judge_afresh(
        &self,
        pack: &Pack,
        now: DateTime<FixedOffset>,
        key: &str,
    ) -> Report {
        let mut answers = answers::valid(&self.reviews, &self.submissions);
        answers.retain(|(of, _), _| of != key);
        check::check(&self.submissions, pack, &History { answers }, now)
    }

    /// Key of the case of that number (also a former one), when it still stands in the filings.
    pub(super) fn key(&self, number: &str) -> Option<&str> {
        let case = self.cases.values().find(|case| case.is_called(number))?;
        let current = answers::by_key(&self.submissions).contains_key(case.key.as_str());
        current.then_some(case.key.as_str())
    }

    /// The number of a case now.
    pub(super) fn number(&self, key: &str) -> String {
        self.cases.get(key).map_or_else(String::new, |case| case.number.clone())
    }

    /// The applicants of a case.
    pub(super) fn people(&self, key: &str) -> Vec<&Applicant> {
        answers::by_key(&self.submissions).remove(key).unwrap_or_default()
    }
}

/// Puts a person's word on an arrival in the place of what the machine saw.
fn witnessed(rows: &[WitnessRow], filings: &mut BTreeMap<String, Vec<Filing>>) {
    for row in rows {
        let Ok(at) = DateTime::parse_from_rfc3339(&row.arrived) else { continue };
        let contents = filings.get_mut(&row.entry).into_iter().flatten();
        for filing in contents.filter(|filing| filing.content == row.content) {
            filing.arrival.at = at;
            filing.arrival.by = Witness::Person;
        }
    }
}

fn numbering(pack: &Pack) -> Numbering {
    match &pack.numbering {
        Some(n) => Numbering { template: n.application.clone(), scope: n.seq_scope.clone() },
        None => Numbering {
            template: format!("{}-{{level_digit}}-{{area_code3}}-{{seq:04}}", pack.circular.id),
            scope: vec!["year".into(), "level".into(), "area".into()],
        },
    }
}

fn wanted_numbers(
    pack: &Pack,
    submissions: &[Submission],
    report: &Report,
) -> Vec<(String, String, NumberKey, Decision)> {
    let mut ordered: Vec<&Submission> = submissions.iter().collect();
    ordered.sort_by(|a, b| (a.arrival.at, &a.source).cmp(&(b.arrival.at, &b.source)));
    let mut wanted = Vec::new();
    for applicant in ordered.iter().flat_map(|s| &s.applicants) {
        let Some(judgement) = report.judgements.get(&applicant.key.text) else { continue };
        let name = context::text(&applicant.record, "person.name");
        let key = NumberKey {
            year: pack.circular.year,
            level_digit: level_digit(&context::text(&applicant.record, "apply.level")),
            area: area_code(pack, applicant),
        };
        let person = format!("{}|{name}", applicant.unit);
        wanted.push((applicant.key.text.clone(), person, key, judgement.decision));
    }
    wanted
}

/// Last three digits of the region code of the unit's area; `000` when the area is not known.
fn area_code(pack: &Pack, applicant: &Applicant) -> String {
    let area = context::text(&applicant.record, "unit.area");
    let named = || pack.sites.iter().find(|site| applicant.unit.starts_with(&site.area));
    let site = if area.is_empty() { named() } else { pack.site_of(&area) };
    let Some(site) = site else {
        let circular = &pack.circular;
        let code = region_code(&area, &circular.region, circular.year);
        return code.map_or_else(|| "000".to_owned(), last_three);
    };
    let district = site.districts.get(&area).cloned();
    let code = district.or_else(|| site.code.clone()).or_else(|| site.regions.first().cloned());
    code.as_deref().map_or_else(|| "000".to_owned(), last_three)
}

fn last_three(code: &str) -> String {
    code.chars().skip(code.chars().count().saturating_sub(3)).collect()
}

fn level_digit(level: &str) -> u32 {
    match level {
        "高级技师" => 1,
        "技师" => 2,
        "高级工" => 3,
        "中级工" => 4,
        "初级工" => 5,
        _ => 0,
    }
}
