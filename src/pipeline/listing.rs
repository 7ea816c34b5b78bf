//! The list of an office: everybody it may see and asked for, one row a case.

use super::context::text;
use super::judging::Table;
use super::standing::machine;
use super::{RunError, decide, local, registers};
use crate::check::Judgement;
use crate::config::Settings;
use crate::export::{Column, Listing, listing};
use crate::ledger::Ledger;
use crate::normalize::Applicant;
use crate::pack::{Pack, fact_label};
use crate::text::{fold, mask_ids, pinyin_key};

/// Whose eyes a list is for: a unit sees its own people, a district those of its area, the city all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// 单位
    Unit(String),
    /// 区县局, by the name of its area.
    District(String),
    /// 市局
    City,
}

impl Role {
    fn sees(&self, applicant: &Applicant, area: &str) -> bool {
        match self {
            Self::Unit(name) => fold(&applicant.unit) == fold(name),
            Self::District(name) => !area.is_empty() && fold(area) == fold(name),
            Self::City => true,
        }
    }
}

/// What a list is asked for; an empty text asks for nothing.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is the column of its name")]
pub struct Query {
    pub unit: String,
    pub trade: String,
    pub level: String,
    pub decision: String,
    pub state: String,
}

/// One row, before it is laid out.
struct Line {
    cells: Vec<String>,
    steps: Vec<String>,
    order: [Vec<u8>; 3],
}

/// The list as a workbook, with the number of its rows. Steps can be filled in behind each case, and
/// the workbook given to `dossier decide --from`. Nothing is written.
///
/// # Errors
/// When the pack or the ledger cannot be read, or the workbook cannot be built.
pub fn export(
    settings: &Settings,
    role: &Role,
    query: &Query,
) -> Result<(Vec<u8>, usize), RunError> {
    let pack = registers::loaded(settings)?.pack;
    let Some(ledger) = Ledger::look(&settings.state, &settings.circular)? else {
        let what = "there are no cases yet\nhint: run `dossier run` first";
        return Err(RunError::Refused(what.to_owned()));
    };
    let table = Table::lay(&pack, &ledger)?;
    let report = table.judge(&pack, local(settings.now));
    let mut lines = Vec::new();
    for applicant in table.submissions.iter().flat_map(|s| &s.applicants) {
        let Some(judgement) = report.judgements.get(&applicant.key.text) else { continue };
        if role.sees(applicant, &text(&judgement.record, "unit.area")) {
            lines.extend(line(&pack, &table, applicant, judgement, query));
        }
    }
    lines.sort_by(|a, b| a.order.cmp(&b.order));
    let count = lines.len();
    Ok((listing(&layout(&pack, lines))?, count))
}

/// Facts of the list, as the pack lists them for its tables.
fn facts(pack: &Pack) -> Vec<&str> {
    const USUAL: [&str; 5] =
        ["person.name", "person.id_no", "apply.trade", "apply.level", "apply.note"];
    let own = pack.summary.columns.iter().map(String::as_str);
    let own: Vec<&str> = own.filter(|fact| !["seq", "unit.name"].contains(fact)).collect();
    if own.is_empty() { USUAL.to_vec() } else { own }
}

fn line(
    pack: &Pack,
    table: &Table,
    applicant: &Applicant,
    judgement: &Judgement,
    query: &Query,
) -> Option<Line> {
    let key = applicant.key.text.as_str();
    let get = |fact: &str| text(&judgement.record, fact);
    let standing = machine(pack, judgement, &table.reviews, key).standing();
    let (decision, state) = (decide::word(judgement.decision), standing.states.join("、"));
    let asked = [
        (&query.unit, applicant.unit.as_str()),
        (&query.trade, &get("apply.trade")),
        (&query.level, &get("apply.level")),
        (&query.decision, decision),
    ];
    let holds = |(wanted, own): &(&String, &str)| fold(own).contains(&fold(wanted));
    let in_state = query.state.is_empty() || standing.states.contains(&query.state);
    // 技师 is not 高级技师
    let of_level = query.level.is_empty() || get("apply.level") == query.level;
    if !asked.iter().all(holds) || !in_state || !of_level {
        return None;
    }
    let mut cells = vec![table.number(key), applicant.unit.clone()];
    cells.extend(facts(pack).into_iter().map(|fact| mask_ids(&get(fact))));
    cells.extend([decision.to_owned(), state]);
    let steps = standing.allowed.into_iter().map(|step| step.event).collect();
    let order = [&applicant.unit, &get("apply.trade"), &table.number(key)].map(|t| pinyin_key(t));
    Some(Line { cells, steps, order })
}

fn layout(pack: &Pack, lines: Vec<Line>) -> Listing {
    let named = |heading: &str, width: u32| Column { heading: heading.to_owned(), width };
    let mut columns = vec![named("序号", 5), named("案号", 20), named("单位", 22)];
    columns.extend(facts(pack).into_iter().map(|fact| named(&fact_label(fact), 14)));
    columns.extend([named("结论", 18), named("状态", 16)]);
    let step_at = columns.len();
    columns.extend([named("办理", 16), named("意见", 22), named("办理人", 12)]);
    let mut choices = Vec::new();
    let mut rows = Vec::new();
    for (row, line) in lines.into_iter().enumerate() {
        let number = (row + 1).to_string();
        let open = [String::new(), String::new(), String::new()];
        rows.push(std::iter::once(number).chain(line.cells).chain(open).collect());
        choices.push((row, step_at, line.steps));
    }
    Listing { name: "查询结果".to_owned(), columns, rows, choices }
}
