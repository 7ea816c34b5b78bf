//! Where papers are made, each only when what it is made from changed.

use crate::blobs::sha256_hex;
use crate::export::Format;
use crate::ledger::Ledger;
use crate::pipeline::packet::{kept, on_disk};
use crate::pipeline::{EPOCH, Office, RunError, parallel};
use crate::publish::{Item, Manifest, ReleasedFile};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A paper to make.
pub(super) struct Paper {
    pub(super) template: String,
    pub(super) data: Json,
    pub(super) formats: Vec<Format>,
    /// Path in the outbox without its ending.
    pub(super) stem: String,
    pub(super) kind: &'static str,
}

/// What is needed to make papers or to find them made.
pub(super) struct Desk<'a> {
    pub(super) office: &'a Office,
    pub(super) ledger: &'a Ledger,
    before: BTreeMap<String, ReleasedFile>,
    root: &'a Path,
    work: &'a Path,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        office: &'a Office,
        ledger: &'a Ledger,
        root: &'a Path,
        work: &'a Path,
    ) -> Self {
        let before = Manifest::read(root).files.into_iter().map(|f| (f.path.clone(), f)).collect();
        Self { office, ledger, before, root, work }
    }

    /// Makes the papers, or keeps those in the outbox that would come out the same.
    pub(super) fn make(&self, papers: Vec<Paper>) -> Result<Vec<Item>, RunError> {
        let mut items = Vec::new();
        let mut missing = Vec::new();
        for paper in papers {
            let key = self.key(&paper);
            match kept(self.ledger, &self.before, self.root, &key)? {
                Some(made) => items.extend(made),
                None => missing.push((key, paper)),
            }
        }
        let office = self.office;
        let made = parallel::each(missing, office.settings.jobs, |(key, paper)| {
            let Paper { template, data, formats, stem, kind } = &paper;
            let items = office.papers(template, data, BTreeMap::new(), formats, stem, kind)?;
            let items = on_disk(items, &key, self.work)?;
            Ok::<_, RunError>((key, items))
        });
        let mut done = BTreeMap::new();
        for result in made {
            let (key, made) = result?;
            let files: Vec<&ReleasedFile> = made.iter().map(|item| &item.file).collect();
            if let Ok(body) = serde_json::to_string(&files) {
                done.insert(key, body);
            }
            items.extend(made);
        }
        self.ledger.remember_tasks(&done)?;
        Ok(items)
    }

    fn key(&self, paper: &Paper) -> String {
        let body = json!({
            "epoch": EPOCH, "pack": self.office.pack.paper_hash,
            "templates": self.office.templates.hash(), "template": paper.template,
            "data": paper.data, "formats": paper.formats, "stem": paper.stem, "kind": paper.kind,
        });
        sha256_hex(body.to_string().as_bytes())
    }
}
