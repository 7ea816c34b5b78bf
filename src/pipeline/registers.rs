//! The registers of the office: workbooks beside the inbox, read through the wall as any other.

use super::{Office, RunError, program};
use crate::intake::sniff;
use crate::normalize::{self, Registers};
use crate::read::{Content, Parsed, ReadTask};
use crate::wall::Pool;
use std::path::Path;

/// The registers there can be.
const NAMES: [&str; 4] = ["units", "census", "integrity", "last-year"];

impl Office {
    /// Reads the registers that the configuration names.
    pub(super) fn registers(&self) -> Result<Registers, RunError> {
        let mut out = Registers::default();
        if self.settings.registers.is_empty() {
            return Ok(out);
        }
        let pool = Pool::new(program()?, 1, self.settings.limits.clone());
        for (name, path) in &self.settings.registers {
            let wrong = |what: String| RunError::Register { name: name.clone(), what };
            if !NAMES.contains(&name.as_str()) {
                return Err(wrong(format!("there is no such register, only {}", NAMES.join(", "))));
            }
            let shown = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
            let parsed = self.parse_register(&pool, path, &shown).map_err(&wrong)?;
            let Content::Workbook(book) = &parsed.content else {
                let why: Vec<&str> = parsed.findings.iter().map(|f| f.message.as_str()).collect();
                return Err(wrong(format!("{shown} is no workbook: {}", why.join("; "))));
            };
            if !normalize::read_register(&mut out, name, &shown, book, &self.pack.pack) {
                return Err(wrong(format!(
                    "{shown} has no table with the columns of this register"
                )));
            }
        }
        Ok(out)
    }

    fn parse_register(&self, pool: &Pool, path: &Path, shown: &str) -> Result<Parsed, String> {
        let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let stored = self.blobs.put(&bytes).map_err(|e| e.to_string())?;
        let task = ReadTask {
            blob: self.blobs.path(&stored.sha256),
            blobs: self.blobs.root().to_owned(),
            path: shown.to_owned(),
            kind: sniff(&stored.head, shown),
            sha256: stored.sha256,
        };
        pool.call::<ReadTask, Parsed>("read", &task).map_err(|death| format!("{death:?}"))
    }
}
