//! The registers of the office: what it knows beside the circular. Read by `normalize`, attached
//! to the pack by `pipeline`.

use super::{Pack, fold_trade};
use crate::diag::Origin;
use crate::text::{PartialDate, fold};

/// Everything the registers of an office say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registers {
    /// Units with what routes ask of them.
    pub units: Vec<UnitRow>,
    /// 现有技师数 of units, as the office collected it.
    pub census: Vec<UnitCensus>,
    /// People who must not apply.
    pub bans: Vec<Ban>,
    /// Results of the year before; `None`: the office has no such register.
    pub results: Option<Vec<ResultRow>>,
}

/// A unit of the unit register.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRow {
    /// Its name.
    pub unit: String,
    /// Facts of the record and what they hold: `unit.kind`, `unit.area` …
    pub facts: Vec<(&'static str, String, Origin)>,
}

/// A row of the office's census.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitCensus {
    /// The unit.
    pub unit: String,
    /// The trade.
    pub trade: String,
    /// 现有技师数; `None`: unreadable.
    pub present: Option<u32>,
    /// The same for people of other levels, where the register has such columns.
    pub others: Vec<(String, u32)>,
    /// 上一年度是否申报; `None`: not said.
    pub applied_last_year: Option<bool>,
    /// Where it stands.
    pub origin: Origin,
}

/// A row of the integrity record.
#[derive(Debug, Clone, PartialEq)]
pub struct Ban {
    /// Who.
    pub name: String,
    /// The ID number; empty when the register has none.
    pub id_no: String,
    /// The unit; may be empty.
    pub unit: String,
    /// The day it was recorded.
    pub since: Option<PartialDate>,
    /// The first day on which the person may apply again, when the register says so.
    pub until: Option<PartialDate>,
    /// Where it stands.
    pub origin: Origin,
}

/// A row of last year's results.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultRow {
    /// Who.
    pub name: String,
    /// The ID number; empty when the register has none.
    pub id_no: String,
    /// The unit.
    pub unit: String,
    /// The trade, canonical.
    pub trade: String,
    /// The level; `None`: that of the circular.
    pub level: Option<String>,
    /// Whether the review was passed; `None`: open or unreadable.
    pub passed: Option<bool>,
    /// What else the office kept of the person and does not change: fact and what it was.
    pub facts: Vec<(&'static str, String)>,
    /// Where it stands.
    pub origin: Origin,
}

impl Registers {
    /// The row of a unit in the unit register.
    pub fn unit(&self, name: &str) -> Option<&UnitRow> {
        let key = fold(name);
        self.units.iter().find(|row| fold(&row.unit) == key)
    }

    /// The office's census of a unit and a trade.
    pub fn census_of(&self, unit: &str, trade: &str, pack: &Pack) -> Option<&UnitCensus> {
        let (unit, trade) = (fold(unit), fold_trade(&pack.canonical_trade(trade)));
        let same = |r: &&UnitCensus| {
            fold(&r.unit) == unit && fold_trade(&pack.canonical_trade(&r.trade)) == trade
        };
        self.census.iter().find(same)
    }
}
