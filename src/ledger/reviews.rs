//! What persons said: answers, steps, papers received, arrivals witnessed. Rows are only added.

use super::store::{Ledger, Result};
use rusqlite::params;

/// What a row of a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewKind {
    /// The answer to a question.
    Answer,
    /// A step of the pack's workflow; the answer is the state it leads to.
    Step,
    /// Paper of the case came in; the answer is when.
    Paper,
}

impl ReviewKind {
    fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Step => "step",
            Self::Paper => "paper",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "step" => Self::Step,
            "paper" => Self::Paper,
            _ => Self::Answer,
        }
    }
}

/// An answer or step of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// What it is.
    pub kind: ReviewKind,
    /// Case key.
    pub id: String,
    /// Question id or event.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// What the person added in words.
    pub opinion: String,
    /// Who.
    pub who: String,
    /// When, RFC 3339.
    pub at: String,
    /// Hash of the record it judged; empty: from before records were hashed.
    pub record: String,
    /// Hash of the workbook it came in; empty: said directly.
    pub source: String,
}

/// A person's word on when an entry came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessRow {
    /// Name of the entry.
    pub entry: String,
    /// The content it is about, or `look:` and the fingerprint of one that no pass has read yet.
    pub content: String,
    /// When it came, RFC 3339.
    pub arrived: String,
    /// Who says so.
    pub who: String,
    /// When it was said, RFC 3339.
    pub at: String,
}

impl Ledger {
    /// Appends what a person said.
    pub fn add_review(&mut self, row: &ReviewRow) -> Result<()> {
        let tx = self.sql.transaction()?;
        let seq: i64 = tx.query_row(
            "SELECT COALESCE(MAX(seq), 0) + 1 FROM review WHERE circular = ?1",
            params![self.circular],
            |r| r.get(0),
        )?;
        tx.execute(
            "INSERT INTO review (circular, seq, id, question, answer, who, at, kind, opinion, record, source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                self.circular,
                seq,
                row.id,
                row.question,
                row.answer,
                row.who,
                row.at,
                row.kind.word(),
                row.opinion,
                row.record,
                row.source
            ],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Everything persons said, oldest first.
    pub fn reviews(&self) -> Result<Vec<ReviewRow>> {
        let mut query = self.sql.prepare(
            "SELECT id, question, answer, who, at, kind, opinion, record, source
             FROM review WHERE circular = ?1 ORDER BY seq",
        )?;
        let rows = query.query_map(params![self.circular], |row| {
            Ok(ReviewRow {
                id: row.get(0)?,
                question: row.get(1)?,
                answer: row.get(2)?,
                who: row.get(3)?,
                at: row.get(4)?,
                kind: ReviewKind::of(&row.get::<_, String>(5)?),
                opinion: row.get(6)?,
                record: row.get(7)?,
                source: row.get(8)?,
            })
        })?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Appends a person's word on an arrival.
    pub fn add_witness(&mut self, row: &WitnessRow) -> Result<()> {
        let tx = self.sql.transaction()?;
        let seq: i64 = tx.query_row(
            "SELECT COALESCE(MAX(seq), 0) + 1 FROM witness WHERE circular = ?1",
            params![self.circular],
            |r| r.get(0),
        )?;
        tx.execute(
            "INSERT INTO witness (circular, seq, entry, content, arrived, who, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![self.circular, seq, row.entry, row.content, row.arrived, row.who, row.at],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Every word of a person on an arrival, oldest first.
    pub fn witnesses(&self) -> Result<Vec<WitnessRow>> {
        let mut query = self.sql.prepare(
            "SELECT entry, content, arrived, who, at FROM witness WHERE circular = ?1 ORDER BY seq",
        )?;
        let rows = query.query_map(params![self.circular], |row| {
            Ok(WitnessRow {
                entry: row.get(0)?,
                content: row.get(1)?,
                arrived: row.get(2)?,
                who: row.get(3)?,
                at: row.get(4)?,
            })
        })?;
        rows.map(|row| Ok(row?)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(answer: &str) -> ReviewRow {
        ReviewRow {
            kind: ReviewKind::Step,
            id: "id:1:高级技师".into(),
            question: "审核通过".into(),
            answer: answer.into(),
            opinion: "同意".into(),
            who: "李四".into(),
            at: "2019-06-12T10:00:00+08:00".into(),
            record: "ab".into(),
            source: String::new(),
        }
    }

    #[test]
    fn rows_are_added_and_come_back_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(dir.path(), "x").unwrap();
        ledger.add_review(&row("甲")).unwrap();
        ledger.add_review(&row("乙")).unwrap();
        assert_eq!(ledger.reviews().unwrap(), [row("甲"), row("乙")]);
        assert!(Ledger::open(dir.path(), "y").unwrap().reviews().unwrap().is_empty());
    }

    #[test]
    fn looking_leaves_no_trace() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Ledger::look(dir.path(), "x").unwrap().is_none());
        Ledger::open(dir.path(), "x").unwrap().add_review(&row("甲")).unwrap();
        let names = || {
            let mut names: Vec<_> =
                std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        let ledger = Ledger::look(dir.path(), "x").unwrap().unwrap();
        assert_eq!(ledger.reviews().unwrap(), [row("甲")]);
        drop(ledger);
        assert_eq!(names(), before);
    }

    #[test]
    fn a_ledger_of_schema_1_is_brought_up_to_date() {
        let dir = tempfile::tempdir().unwrap();
        drop(Ledger::open(dir.path(), "x").unwrap());
        let sql = rusqlite::Connection::open(dir.path().join("ledger.sqlite")).unwrap();
        sql.execute_batch(
            "DROP TABLE review;
             CREATE TABLE review (circular TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (circular, seq));
             INSERT INTO review VALUES ('x', 1, 'id:1', 'EX-121:B4', '符合', '李四', '2019-06-12T10:00:00+08:00');
             UPDATE meta SET value = '1' WHERE name = 'schema';",
        )
        .unwrap();
        drop(sql);
        let rows = Ledger::open(dir.path(), "x").unwrap().reviews().unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].kind, rows[0].answer.as_str()), (ReviewKind::Answer, "符合"));
        assert_eq!(rows[0].record, "");
        drop(Ledger::open(dir.path(), "x").unwrap());
    }
}
