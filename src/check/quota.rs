//! 申报指标: per unit and trade, over everything that was handed in.

use super::QuotaRow;
use super::case::{Case, Docket, display_name};
use super::predicate::truth;
use crate::diag::Finding;
use crate::normalize::{CensusRow, Source, Submission};
use crate::pack::{Band, Quota, ResultRow, fold_trade};
use crate::text::fold;
use std::collections::BTreeMap;

/// A person of a group: index into the list of all, and whether the quota leaves them out.
struct Member {
    index: usize,
    name: String,
    exempt: bool,
    /// The exemption rests on the unit's own word.
    doubtful: bool,
}

/// The question whether a unit applied the year before.
const LAST_YEAR: &str = "QT-102";

type Groups = BTreeMap<(String, String), Vec<Member>>;

/// Judges every quota; findings go to the docket of each person.
pub(super) fn check(
    submissions: &[Submission],
    cases: &[Case<'_>],
    dockets: &mut [Docket],
) -> Vec<QuotaRow> {
    let Some(first) = cases.first() else { return Vec::new() };
    let mut rows = Vec::new();
    for quota in &first.pack.quotas {
        for ((unit, trade), members) in groups(quota, cases, dockets) {
            let own = census(submissions, &unit, &trade, first);
            let counts = Counts::of(own, &unit, &trade, quota, first);
            let group = Group { quota, unit: &unit, trade: &trade, counts, members: &members };
            rows.push(group.judge(cases, dockets));
        }
    }
    rows
}

fn groups(quota: &Quota, cases: &[Case<'_>], dockets: &mut [Docket]) -> Groups {
    let mut groups = Groups::new();
    for (index, (case, docket)) in cases.iter().zip(dockets).enumerate() {
        let level = quota.applies.level.as_deref();
        let (Some(own), Some(trade)) = (case.level(), case.text("apply.trade")) else { continue };
        if case.withdrawn || level.is_some_and(|level| level != own) {
            continue;
        }
        if let Some(wanted) = quota.applies.trade_common {
            let found = case.pack.find_trade(trade, Some(own));
            let complete = case.pack.scope.as_ref().is_some_and(|scope| scope.complete);
            match found.as_ref().and_then(|t| t.common) {
                Some(common) if common == wanted => {}
                Some(_) => continue,
                // that the trade is not in the table was said
                None if found.is_none() && complete => continue,
                None => {
                    let finding =
                        Finding::new("QT-106", case.origin("apply.trade")).arg("trade", trade);
                    docket.say(finding.clause(&quota.clause).field("apply.trade").build());
                    continue;
                }
            }
        }
        let key = (case.applicant.unit.clone(), case.pack.canonical_trade(trade));
        groups.entry(key).or_default().push(member(index, quota, case, docket));
    }
    groups
}

fn member(index: usize, quota: &Quota, case: &Case<'_>, docket: &mut Docket) -> Member {
    let by = quota.exempt.iter().find(|p| truth(p, case) == Some(true));
    let name = case.name();
    let Some(by) = by else { return Member { index, name, exempt: false, doubtful: false } };
    let fact = by.fact.as_deref().unwrap_or_default();
    // no register of last year's results stands behind what a roster says of itself
    let own_word = case.record.get(fact).is_none_or(|f| f.source == Source::Read);
    let answer = case.answer("QT-105");
    let exempt = answer != Some(false);
    if exempt {
        let finding =
            Finding::new("QT-104", case.origin(fact)).arg("name", &name).clause(&quota.clause);
        docket.say(finding.field(fact).build());
    }
    Member { index, name, exempt, doubtful: exempt && own_word && answer.is_none() }
}

/// The unit's row for a trade; of several deliveries the newest that has it.
fn census<'a>(
    submissions: &'a [Submission],
    unit: &str,
    trade: &str,
    case: &Case<'_>,
) -> Option<&'a CensusRow> {
    let key = fold_trade(trade);
    // a sender that files only for this unit speaks for it, whatever its folder is called
    let speaks = |s: &&Submission| {
        s.unit == unit || (!s.applicants.is_empty() && s.applicants.iter().all(|a| a.unit == unit))
    };
    let mut of_unit: Vec<&Submission> = submissions.iter().filter(speaks).collect();
    of_unit.sort_by(|a, b| b.arrival.at.cmp(&a.arrival.at).then_with(|| a.source.cmp(&b.source)));
    let same = |row: &&CensusRow| fold_trade(&case.pack.canonical_trade(&row.trade)) == key;
    of_unit.into_iter().find_map(|s| s.census.iter().find(same))
}

/// What is known of a unit and a trade. The circular counts by what the office collected, so its
/// register comes before the unit's own paper.
struct Counts {
    present: Option<u32>,
    last_year: Option<bool>,
    /// The unit's own number, where it is another than the office's.
    unit_says: Option<u32>,
}

impl Counts {
    fn of(
        own: Option<&CensusRow>,
        unit: &str,
        trade: &str,
        quota: &Quota,
        case: &Case<'_>,
    ) -> Self {
        let registers = &case.pack.registers;
        let office = registers.census_of(unit, trade, case.pack);
        let level = counted_level(quota);
        let ours = office.and_then(|r| count(r.present, &r.others, level));
        let theirs = own.and_then(|r| count(r.present, &r.others, level));
        let told = office
            .and_then(|r| r.applied_last_year)
            .or_else(|| own.and_then(|r| r.applied_last_year));
        Self {
            present: ours.or(theirs),
            last_year: results(unit, trade, quota, case).or(told).or_else(|| {
                // nobody of the unit stands in the office's results of last year
                registers.results.as_ref().map(|_| false)
            }),
            unit_says: theirs.filter(|n| ours.is_some_and(|ours| ours != *n)),
        }
    }
}

/// The level whose people a quota is measured by: the one its words name, else 技师.
fn counted_level(quota: &Quota) -> &'static str {
    let levels = ["高级技师", "高级工", "中级工", "初级工"];
    levels.into_iter().find(|level| quota.count_of.contains(level)).unwrap_or("技师")
}

fn count(present: Option<u32>, others: &[(String, u32)], level: &str) -> Option<u32> {
    if level == "技师" {
        return present;
    }
    others.iter().find(|(own, _)| own == level).map(|(_, count)| *count)
}

/// What the census counts, in the words of the circular.
fn count_words(quota: &Quota) -> String {
    let words = quota.count_of.trim_start_matches("本单位").trim_start_matches("该工种");
    match words {
        "" => format!("现有{}", counted_level(quota)),
        what => what.trim_end_matches('数').to_owned(),
    }
}

/// Whether last year's results name the unit in the trade; those who failed use no quota.
fn results(unit: &str, trade: &str, quota: &Quota, case: &Case<'_>) -> Option<bool> {
    let (unit, trade) = (fold(unit), fold_trade(&case.pack.canonical_trade(trade)));
    let level = quota.applies.level.as_deref();
    let of_group = |row: &&ResultRow| {
        fold(&row.unit) == unit
            && fold_trade(&case.pack.canonical_trade(&row.trade)) == trade
            && (level.is_none() || row.level.is_none() || row.level.as_deref() == level)
    };
    let rows = case.pack.registers.results.iter().flatten().filter(of_group);
    let used: Vec<bool> = rows.map(|row| row.passed != Some(false)).collect();
    (!used.is_empty()).then(|| used.contains(&true))
}

struct Group<'a> {
    quota: &'a Quota,
    unit: &'a str,
    trade: &'a str,
    counts: Counts,
    members: &'a [Member],
}

impl Group<'_> {
    fn judge(&self, cases: &[Case<'_>], dockets: &mut [Docket]) -> QuotaRow {
        let exempt = self.members.iter().filter(|m| m.exempt).count() as u32;
        let counted = self.members.len() as u32 - exempt;
        let present = self.counts.present;
        let band = present.and_then(|n| band(&self.quota.bands, n));
        let not_twice = band.is_some_and(|b| b.consecutive_years == Some(false));
        let answers = self.members.iter().filter_map(|m| cases.get(m.index)?.answer(LAST_YEAR));
        let last_year = self.counts.last_year.or_else(|| answers.reduce(|a, b| a || b));
        let barred = not_twice && last_year == Some(true);
        if not_twice && last_year.is_none() {
            self.ask_last_year(cases, dockets);
        }
        if let (Some(a), Some(b)) = (self.counts.unit_says, present) {
            self.each(cases, dockets, |_| true, "QT-107", |f| f.arg("a", a).arg("b", b));
        }
        let limit = band.map(|b| if barred { 0 } else { b.max_apply });
        let upto = band.and_then(|b| b.max);
        match (present, limit) {
            (Some(n), Some(max)) => {
                self.exceeded((n, upto), max, counted, barred, cases, dockets);
                self.doubts(max, counted, cases, dockets);
            }
            _ => {
                let counted = count_words(self.quota);
                self.each(cases, dockets, |_| true, "QT-103", |f| f.arg("count_of", &counted));
            }
        }
        QuotaRow {
            unit: self.unit.to_owned(),
            trade: self.trade.to_owned(),
            present,
            applied_last_year: last_year,
            limit,
            counted,
            exempt,
        }
    }

    fn exceeded(
        &self,
        (n, upto): (u32, Option<u32>),
        max: u32,
        k: u32,
        barred: bool,
        cases: &[Case<'_>],
        dockets: &mut [Docket],
    ) {
        if k <= max {
            return;
        }
        let code = if barred { "QT-102" } else { self.quota.finding.as_str() };
        let names: Vec<&str> =
            self.members.iter().filter(|m| !m.exempt).map(|m| m.name.as_str()).collect();
        let names = names.join("、");
        let level = self.quota.applies.level.as_deref().unwrap_or_default();
        let counted = count_words(self.quota);
        let upto = upto.map_or_else(|| "—".to_owned(), |n| n.to_string());
        self.each(
            cases,
            dockets,
            |m| !m.exempt,
            code,
            |f| {
                let f = f.arg("n", n).arg("max", max).arg("k", k).arg("names", &names);
                f.arg("level", level).arg("count_of", &counted).arg("upto", &upto)
            },
        );
    }

    /// Small units may not apply two years running: whether they did is asked where nobody said.
    fn ask_last_year(&self, cases: &[Case<'_>], dockets: &mut [Docket]) {
        for member in self.members.iter().filter(|m| !m.exempt) {
            let (Some(case), Some(docket)) =
                (cases.get(member.index), dockets.get_mut(member.index))
            else {
                continue;
            };
            let finding = Finding::new("EL-199", case.origin("apply.trade"))
                .arg("text", "现有技师较少的单位不得连续申报")
                .arg("label", "上一年度是否申报")
                .clause(&self.quota.clause)
                .build();
            let text = format!("{} {} 上一年度是否申报过？", self.unit, self.trade);
            let known = finding.message.clone();
            docket.ask_with(LAST_YEAR, text, known, finding, &["是", "否"]);
        }
    }

    /// An exemption nobody can check is asked about only where it changes the outcome.
    fn doubts(&self, max: u32, counted: u32, cases: &[Case<'_>], dockets: &mut [Docket]) {
        let doubtful = self.members.iter().filter(|m| m.doubtful);
        let matters = counted <= max && counted + doubtful.clone().count() as u32 > max;
        for member in doubtful.filter(|_| matters) {
            let (Some(case), Some(docket)) =
                (cases.get(member.index), dockets.get_mut(member.index))
            else {
                continue;
            };
            let name = display_name(case.applicant);
            let finding = Finding::new("QT-105", case.origin("apply.failed_before"))
                .arg("name", &name)
                .clause(&self.quota.clause)
                .field("apply.failed_before")
                .build();
            let text = format!("{name}：往年是否未通过综合评审（不占指标）？");
            let known = format!("备注：{}", case.shown("apply.note"));
            docket.ask_with("QT-105", text, known, finding, &["是", "否"]);
        }
    }

    fn each(
        &self,
        cases: &[Case<'_>],
        dockets: &mut [Docket],
        whom: impl Fn(&Member) -> bool,
        code: &str,
        fill: impl Fn(crate::diag::FindingBuilder) -> crate::diag::FindingBuilder,
    ) {
        for member in self.members.iter().filter(|m| whom(m)) {
            let (Some(case), Some(docket)) =
                (cases.get(member.index), dockets.get_mut(member.index))
            else {
                continue;
            };
            let start = Finding::new(code, case.origin("apply.trade"))
                .arg("unit", self.unit)
                .arg("trade", self.trade)
                .clause(&self.quota.clause);
            docket.say(fill(start).build());
        }
    }
}

fn band(bands: &[Band], n: u32) -> Option<&Band> {
    bands.iter().find(|b| n >= b.min && b.max.is_none_or(|max| n <= max))
}
