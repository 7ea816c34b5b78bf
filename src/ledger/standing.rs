//! Whether anything in the ledger changed since a pass was finished.

use super::store::{Ledger, LedgerError};
use crate::blobs::sha256_hex;
use rusqlite::{params, types::ValueRef};
use std::fmt::Write as _;

/// Tables a pass only remembers its own work in, or that tell when somebody looked.
const MEMORY: [&str; 3] = ["parsed", "task", "look"];

/// As much of a filing as names its content and tells of its arrival.
const HEAD: usize = 1024;

impl Ledger {
    /// Hash over everything a pass judges by: what came and when, what persons said, the cases.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn standing(&self) -> Result<String, LedgerError> {
        let mut text = String::new();
        let mut query = self
            .sql
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?;
        let tables = query.query_map([], |row| row.get::<_, String>(0))?;
        for table in tables {
            let table = table?;
            if MEMORY.contains(&table.as_str()) || table.starts_with("sqlite_") {
                continue;
            }
            // what else a filing holds follows from its content and the program
            let columns = match table.as_str() {
                "filing" => format!(
                    "circular, entry, version, content, length(body), substr(body, 1, {HEAD})"
                ),
                _ => "*".to_owned(),
            };
            self.rows_of(&table, &columns, &mut text)?;
            // one table at a time: the text stays as small as the largest of them
            text = sha256_hex(text.as_bytes());
        }
        Ok(text)
    }

    fn rows_of(&self, table: &str, columns: &str, text: &mut String) -> Result<(), LedgerError> {
        // in the order of the primary key, not of the disk
        let mut query =
            self.sql.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2"))?;
        let width = query.column_count();
        let _ = write!(text, "\0{table}");
        let mut rows = query.query(params![])?;
        while let Some(row) = rows.next()? {
            for at in 0..width {
                let _ = match row.get_ref(at)? {
                    ValueRef::Null => write!(text, "\0-"),
                    ValueRef::Integer(n) => write!(text, "\0{n}"),
                    ValueRef::Real(n) => write!(text, "\0{n}"),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                        write!(text, "\0{}:{}", bytes.len(), String::from_utf8_lossy(bytes))
                    }
                };
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_is_judged_by_changes_it_and_what_is_only_remembered_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(dir.path(), "nantong-2019").unwrap();
        ledger.add_filing("甲", "c1", &"one").unwrap();
        let before = ledger.standing().unwrap();
        ledger.remember_look("2019-06-12T10:00:00+08:00").unwrap();
        ledger.remember_tasks(&BTreeMap::from([("k".to_owned(), "v".to_owned())])).unwrap();
        ledger.remember_parsed(&BTreeMap::from([("k".to_owned(), "v".to_owned())])).unwrap();
        assert_eq!(ledger.standing().unwrap(), before);
        ledger.add_filing("乙", "c2", &"two").unwrap();
        let after = ledger.standing().unwrap();
        assert_ne!(after, before);
        ledger.remember_seen("乙", &"seen").unwrap();
        assert_ne!(ledger.standing().unwrap(), after);
    }
}
