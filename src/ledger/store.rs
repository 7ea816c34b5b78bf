//! The tables and what is asked of them.

use super::{Case, NumberKey, Numbering};
use crate::check::Decision;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Name of the file in the state folder.
const FILE: &str = "ledger.sqlite";

/// Schema version; a newer ledger is refused, never rewritten.
const VERSION: i64 = 2;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (circular TEXT NOT NULL, entry TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (circular, entry));
CREATE TABLE IF NOT EXISTS filing (circular TEXT NOT NULL, entry TEXT NOT NULL, version BIGINT NOT NULL, content TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (circular, entry, version));
CREATE TABLE IF NOT EXISTS parsed (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sequence (name TEXT PRIMARY KEY, last BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS dossier_case (circular TEXT NOT NULL, id TEXT NOT NULL, number TEXT NOT NULL, person TEXT NOT NULL, decision TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (circular, id));
CREATE TABLE IF NOT EXISTS review (circular TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (circular, seq));
CREATE TABLE IF NOT EXISTS task (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS look (circular TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS witness (circular TEXT NOT NULL, seq BIGINT NOT NULL, entry TEXT NOT NULL, content TEXT NOT NULL, arrived TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (circular, seq));
";

/// What schema 2 added to answers; older rows have none of it.
const REVIEW_2: [&str; 4] = [
    "ALTER TABLE review ADD COLUMN kind TEXT NOT NULL DEFAULT 'answer'",
    "ALTER TABLE review ADD COLUMN opinion TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE review ADD COLUMN record TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE review ADD COLUMN source TEXT NOT NULL DEFAULT ''",
];

/// Why the ledger could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// SQLite said no.
    #[error(
        "the ledger failed: {0}\nhint: restore state/ from a backup; it is never emptied by itself"
    )]
    Sql(#[from] rusqlite::Error),
    /// A stored value cannot be understood.
    #[error("the ledger holds a value that cannot be read: {0}")]
    Value(#[from] serde_json::Error),
    /// Written by a newer program.
    #[error("the ledger has schema {0}, this program knows {VERSION}\nhint: use the newer program")]
    Newer(i64),
}

pub(super) type Result<T> = std::result::Result<T, LedgerError>;

/// The ledger of one state folder, for one circular.
#[derive(Debug)]
pub struct Ledger {
    pub(super) sql: Connection,
    pub(super) circular: String,
}

impl Ledger {
    /// Opens (or makes) the ledger in `state`.
    ///
    /// # Errors
    /// When it is damaged, newer, or cannot be written.
    pub fn open(state: &Path, circular: &str) -> Result<Self> {
        let mut sql = Connection::open(state.join(FILE))?;
        sql.pragma_update(None, "journal_mode", "WAL")?;
        sql.pragma_update(None, "synchronous", "FULL")?;
        prepare(&mut sql)?;
        Ok(Self { sql, circular: circular.to_owned() })
    }

    /// Whether there is a ledger in `state`.
    pub fn exists(state: &Path) -> bool {
        state.join(FILE).is_file()
    }

    /// Opens the ledger for looking only; `None` where there is none yet. Leaves no trace in
    /// `state`.
    ///
    /// # Errors
    /// When it is damaged, or of a newer or older schema.
    pub fn look(state: &Path, circular: &str) -> Result<Option<Self>> {
        let path = state.join(FILE);
        if !Self::exists(state) {
            return Ok(None);
        }
        // without a log there is nobody writing; said so, SQLite makes no files of its own
        let quiet = !state.join(format!("{FILE}-wal")).exists();
        let name =
            format!("file:{}?mode=ro{}", uri(&path), if quiet { "&immutable=1" } else { "" });
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let sql = Connection::open_with_flags(name, flags)?;
        match version(&sql)? {
            Some(v) if v > VERSION => Err(LedgerError::Newer(v)),
            Some(VERSION) => Ok(Some(Self { sql, circular: circular.to_owned() })),
            // the next pass brings it up to date; until then there is nothing to look up
            Some(_) | None => Ok(None),
        }
    }

    /// What was seen of each entry.
    pub fn seen<T: DeserializeOwned>(&self) -> Result<BTreeMap<String, T>> {
        let mut query = self.sql.prepare("SELECT entry, body FROM seen WHERE circular = ?1")?;
        let rows = query.query_map(params![self.circular], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (entry, body) = row?;
            Ok((entry, serde_json::from_str(&body)?))
        })
        .collect()
    }

    /// Remembers what was seen of an entry.
    pub fn remember_seen<T: Serialize>(&self, entry: &str, seen: &T) -> Result<()> {
        self.sql.execute(
            "INSERT INTO seen (circular, entry, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (circular, entry) DO UPDATE SET body = excluded.body",
            params![self.circular, entry, serde_json::to_string(seen)?],
        )?;
        Ok(())
    }

    /// Adds a content of an entry; the same content again changes nothing. Returns its version.
    pub fn add_filing<T: Serialize>(&self, entry: &str, content: &str, filing: &T) -> Result<u32> {
        let last: Option<(u32, String)> = self
            .sql
            .query_row(
                "SELECT version, content FROM filing WHERE circular = ?1 AND entry = ?2
                 ORDER BY version DESC LIMIT 1",
                params![self.circular, entry],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let version = match last {
            Some((version, same)) if same == content => version,
            Some((version, _)) => version + 1,
            None => 1,
        };
        self.sql.execute(
            "INSERT INTO filing (circular, entry, version, content, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (circular, entry, version) DO UPDATE SET body = excluded.body",
            params![self.circular, entry, version, content, serde_json::to_string(filing)?],
        )?;
        Ok(version)
    }

    /// The hash of the content that was filed last of an entry.
    pub fn filed_content(&self, entry: &str) -> Result<Option<String>> {
        let mut query = self.sql.prepare_cached(
            "SELECT content FROM filing WHERE circular = ?1 AND entry = ?2
             ORDER BY version DESC LIMIT 1",
        )?;
        Ok(query.query_row(params![self.circular, entry], |row| row.get(0)).optional()?)
    }

    /// Every content of every entry, oldest first, by entry.
    pub fn filings<T: DeserializeOwned>(&self) -> Result<BTreeMap<String, Vec<T>>> {
        let mut query = self.sql.prepare(
            "SELECT entry, body FROM filing WHERE circular = ?1 ORDER BY entry, version",
        )?;
        let rows = query.query_map(params![self.circular], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut out: BTreeMap<String, Vec<T>> = BTreeMap::new();
        for row in rows {
            let (entry, body) = row?;
            out.entry(entry).or_default().push(serde_json::from_str(&body)?);
        }
        Ok(out)
    }

    /// What a file was read as, by the key of its task.
    pub fn parsed(&self, key: &str) -> Result<Option<String>> {
        let mut query = self.sql.prepare_cached("SELECT body FROM parsed WHERE id = ?1")?;
        Ok(query.query_row(params![key], |row| row.get(0)).optional()?)
    }

    /// Remembers what files were read as.
    pub fn remember_parsed(&mut self, parsed: &BTreeMap<String, String>) -> Result<()> {
        let tx = self.sql.transaction()?;
        for (key, body) in parsed {
            tx.prepare_cached(
                "INSERT INTO parsed (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![key, body])?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Gives every key its case, in the order given; numbers are never reused. A corrected row of
    /// the same unit and name (`person`) takes over the number of its provisional key; a number from
    /// before level or area was known gives way to the proper one, and still names the case.
    pub fn record_cases(
        &mut self,
        numbering: &Numbering,
        wanted: &[(String, String, NumberKey, Decision)],
    ) -> Result<BTreeMap<String, Case>> {
        let circular = self.circular.clone();
        let tx = self.sql.transaction()?;
        let mut out = BTreeMap::new();
        for (key, person, number_key, decision) in wanted {
            adopt(&tx, &circular, key, person)?;
            let mut former = Vec::new();
            let mut number = None;
            if let Some((known, before)) = numbers_of(&tx, &circular, key)? {
                former = before;
                if numbering.is_outgrown(&known, number_key) {
                    former.push(known);
                } else {
                    number = Some(known);
                }
            }
            let number = match number {
                Some(number) => number,
                None => {
                    let seq = next(&tx, &numbering.sequence(&circular, number_key))?;
                    numbering.format(number_key, seq)
                }
            };
            tx.prepare_cached(
                "INSERT INTO dossier_case (circular, id, number, person, decision, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (circular, id) DO UPDATE
                 SET decision = excluded.decision, number = excluded.number, body = excluded.body
                 WHERE decision <> excluded.decision OR number <> excluded.number",
            )?
            .execute(params![
                circular,
                key,
                number,
                person,
                serde_json::to_string(decision)?,
                written(&former)?
            ])?;
            out.insert(key.clone(), Case { number, key: key.clone(), decision: *decision, former });
        }
        tx.commit()?;
        Ok(out)
    }

    /// All cases by key.
    pub fn cases(&self) -> Result<BTreeMap<String, Case>> {
        let mut query = self
            .sql
            .prepare("SELECT id, number, decision, body FROM dossier_case WHERE circular = ?1")?;
        let rows = query.query_map(params![self.circular], |row| {
            Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
        })?;
        rows.map(|row| {
            let [key, number, decision, former] = row?;
            let decision = serde_json::from_str(&decision)?;
            Ok((key.clone(), Case { number, key, decision, former: read(&former)? }))
        })
        .collect()
    }

    /// The stored outcome of a task, by its key.
    pub fn task(&self, key: &str) -> Result<Option<String>> {
        let mut query = self.sql.prepare_cached("SELECT body FROM task WHERE id = ?1")?;
        Ok(query.query_row(params![key], |row| row.get(0)).optional()?)
    }

    /// Remembers the outcome of one task.
    pub fn remember_task(&self, key: &str, body: &str) -> Result<()> {
        self.remember_tasks(&BTreeMap::from([(key.to_owned(), body.to_owned())]))
    }

    /// Remembers the outcomes of tasks, by their keys, all or none.
    pub fn remember_tasks(&self, tasks: &BTreeMap<String, String>) -> Result<()> {
        let tx = self.sql.unchecked_transaction()?;
        for (key, body) in tasks {
            tx.prepare_cached(
                "INSERT INTO task (id, body) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            )?
            .execute(params![key, body])?;
        }
        tx.commit()?;
        Ok(())
    }

    /// How the entries were taken in at the last pass (a hash of everything that decides it).
    pub fn taken_under(&self) -> Result<Option<String>> {
        let name = format!("taken:{}", self.circular);
        let query = "SELECT value FROM meta WHERE name = ?1";
        Ok(self.sql.query_row(query, params![name], |row| row.get(0)).optional()?)
    }

    /// Remembers it.
    pub fn remember_taken_under(&self, hash: &str) -> Result<()> {
        self.sql.execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![format!("taken:{}", self.circular), hash],
        )?;
        Ok(())
    }

    /// When the last pass or watch scan looked, RFC 3339.
    pub fn last_look(&self) -> Result<Option<String>> {
        Ok(self
            .sql
            .query_row("SELECT at FROM look WHERE circular = ?1", params![self.circular], |row| {
                row.get(0)
            })
            .optional()?)
    }

    /// Remembers a look.
    pub fn remember_look(&self, at: &str) -> Result<()> {
        self.sql.execute(
            "INSERT INTO look (circular, at) VALUES (?1, ?2)
             ON CONFLICT (circular) DO UPDATE SET at = excluded.at",
            params![self.circular, at],
        )?;
        Ok(())
    }
}

fn version(sql: &Connection) -> Result<Option<i64>> {
    let text: Option<String> = sql
        .query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|v| v.parse().ok()))
}

/// Makes the tables, or brings those of an older program up to date in one step.
fn prepare(sql: &mut Connection) -> Result<()> {
    let tx = sql.transaction()?;
    tx.execute_batch(SCHEMA)?;
    let found = version(&tx)?;
    if let Some(newer) = found.filter(|v| *v > VERSION) {
        return Err(LedgerError::Newer(newer));
    }
    if found != Some(VERSION) {
        for step in REVIEW_2 {
            tx.execute(step, [])?;
        }
        tx.execute(
            "INSERT INTO meta (name, value) VALUES ('schema', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![VERSION.to_string()],
        )?;
    }
    tx.commit()?;
    Ok(())
}

/// A path as SQLite reads it in a URI.
fn uri(path: &Path) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.~:".contains(&b);
    path.to_string_lossy().bytes().fold(String::new(), |mut out, b| {
        if plain(b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// The number of a case and those it had before.
fn numbers_of(
    tx: &Transaction<'_>,
    circular: &str,
    key: &str,
) -> Result<Option<(String, Vec<String>)>> {
    let mut query =
        tx.prepare_cached("SELECT number, body FROM dossier_case WHERE circular = ?1 AND id = ?2")?;
    let found: Option<(String, String)> =
        query.query_row(params![circular, key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.map(|(number, former)| Ok((number, read(&former)?))).transpose()
}

/// Former numbers as they stand in the ledger; most cases have none.
fn written(former: &[String]) -> Result<String> {
    if former.is_empty() { Ok(String::new()) } else { Ok(serde_json::to_string(former)?) }
}

fn read(former: &str) -> Result<Vec<String>> {
    if former.is_empty() { Ok(Vec::new()) } else { Ok(serde_json::from_str(former)?) }
}

/// Gives a new `key` the provisional case of the same person, which it replaces.
fn adopt(tx: &Transaction<'_>, circular: &str, key: &str, person: &str) -> Result<()> {
    if numbers_of(tx, circular, key)?.is_some() {
        return Ok(());
    }
    let old: Option<String> = tx
        .query_row(
            "SELECT id FROM dossier_case
             WHERE circular = ?1 AND person = ?2 AND id LIKE 'row:%' ORDER BY number LIMIT 1",
            params![circular, person],
            |row| row.get(0),
        )
        .optional()?;
    let Some(old) = old else { return Ok(()) };
    // what persons said about the case stays with the case
    for table in ["dossier_case", "review"] {
        tx.execute(
            &format!("UPDATE {table} SET id = ?3 WHERE circular = ?1 AND id = ?2"),
            params![circular, old, key],
        )?;
    }
    Ok(())
}

fn next(tx: &Transaction<'_>, name: &str) -> Result<u64> {
    tx.execute(
        "INSERT INTO sequence (name, last) VALUES (?1, 1)
         ON CONFLICT (name) DO UPDATE SET last = last + 1",
        params![name],
    )?;
    let last: i64 =
        tx.query_row("SELECT last FROM sequence WHERE name = ?1", params![name], |r| r.get(0))?;
    Ok(last.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbering() -> Numbering {
        Numbering { template: "NT{year}-{level_digit}-{area_code3}-{seq:04}".into(), scope: vec![] }
    }

    fn want(key: &str, person: &str) -> (String, String, NumberKey, Decision) {
        let number = NumberKey { year: 2019, level_digit: 1, area: "602".into() };
        (key.into(), person.into(), number, Decision::Returned)
    }

    #[test]
    fn numbers_are_kept_and_a_correction_takes_over_the_provisional_one() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(dir.path(), "nantong-2019").unwrap();
        let first = ledger
            .record_cases(
                &numbering(),
                &[want("row:甲:张三:1", "甲|张三"), want("id:2:高级技师", "甲|李四")],
            )
            .unwrap();
        assert_eq!(first["row:甲:张三:1"].number, "NT2019-1-602-0001");
        let second = ledger
            .record_cases(
                &numbering(),
                &[want("id:1:高级技师", "甲|张三"), want("id:3:高级技师", "甲|王五")],
            )
            .unwrap();
        assert_eq!(second["id:1:高级技师"].number, "NT2019-1-602-0001");
        assert_eq!(second["id:3:高级技师"].number, "NT2019-1-602-0003");
    }

    #[test]
    fn a_number_gives_way_once_level_and_area_are_known_and_still_names_the_case() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(dir.path(), "nantong-2019").unwrap();
        let mut numbering = numbering();
        numbering.scope = ["year", "level", "area"].map(String::from).to_vec();
        let mut vague = want("row:甲:张三:1", "甲|张三");
        (vague.2.level_digit, vague.2.area) = (0, "000".into());
        let other = want("id:2:高级技师", "甲|李四");
        ledger.record_cases(&numbering, &[vague, other.clone()]).unwrap();
        let mut level = want("id:1:高级技师", "甲|张三");
        level.2.area = "000".into();
        ledger.record_cases(&numbering, &[level, other.clone()]).unwrap();
        let known = want("id:1:高级技师", "甲|张三");
        let given = ledger.record_cases(&numbering, &[known.clone(), other.clone()]).unwrap();
        assert_eq!(given["id:1:高级技师"].number, "NT2019-1-602-0002");
        assert_eq!(given["id:1:高级技师"].former, ["NT2019-0-000-0001", "NT2019-1-000-0001"]);
        assert_eq!(given["id:2:高级技师"].number, "NT2019-1-602-0001");
        assert_eq!(ledger.cases().unwrap(), given);
        let again = ledger.record_cases(&numbering, &[known, other]).unwrap();
        assert_eq!(again, given, "given once");
        let vague = want("row:甲:王五:1", "甲|王五");
        let mut vague = ledger.record_cases(&numbering, &[vague]).unwrap();
        assert_eq!(vague.remove("row:甲:王五:1").unwrap().number, "NT2019-1-602-0003");
    }

    #[test]
    fn a_newer_ledger_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        drop(Ledger::open(dir.path(), "x").unwrap());
        let sql = Connection::open(dir.path().join("ledger.sqlite")).unwrap();
        sql.execute("UPDATE meta SET value = '99' WHERE name = 'schema'", []).unwrap();
        assert!(matches!(Ledger::open(dir.path(), "x"), Err(LedgerError::Newer(99))));
    }
}
