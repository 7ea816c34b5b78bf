//! Loading a pack: read, merge what it extends, check keys, hash.

use super::{LoadedPack, Pack, merge, time};
use crate::blobs::hex;
use crate::diag::{Finding, Origin};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The file is not there or cannot be read.
    #[error("规则包\"{id}\"读不到：{path}（{error}）")]
    Unreadable {
        /// The pack asked for.
        id: String,
        /// Where it was looked for.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The text is wrong; the finding says where and what.
    #[error("{} {}{}：{}", .0.code, .0.origin.path, place(.0), .0.message)]
    Wrong(Box<Finding>),
}

fn place(finding: &Finding) -> String {
    finding.origin.cell.as_ref().map_or_else(String::new, |line| format!(" 第 {line} 行"))
}

impl PackError {
    /// The finding, when the text is wrong.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Wrong(finding) => Some(finding),
            Self::Unreadable { .. } => None,
        }
    }
}

/// The version of the schema this program reads.
const SCHEMA: &str = "circular-pack/1";

/// One text of the chain, the pack's own first.
struct Layer {
    path: String,
    text: String,
}

/// Loads `templates/<id>/circular.toml` with everything it extends.
///
/// # Errors
/// When a file is missing, is not TOML, has another schema, an unknown key, a wrong value or a
/// time zone this program does not know.
pub fn load(templates: &Path, id: &str) -> Result<LoadedPack, PackError> {
    let mut layers = Vec::new();
    let mut tables: Vec<Table> = Vec::new();
    let mut dirs: Vec<PathBuf> = Vec::new();
    let mut next = Some(id.to_owned());
    while let Some(id) = next.take() {
        let (layer, table) = read_layer(templates, &id)?;
        let dir = templates.join(&id);
        if dirs.contains(&dir) {
            return Err(wrong("PK-104", &layer.path, None, "id", &format!("{id}（extends 循环）")));
        }
        dirs.push(dir);
        next = table
            .get("circular")
            .and_then(|c| c.get("extends"))
            .and_then(Value::as_str)
            .map(str::to_owned);
        layers.push(layer);
        tables.push(table);
    }
    dirs.push(templates.join("common"));
    let merged = merge_all(tables);
    let pack = typed(merged, &layers)?;
    if time::offset_of(&pack.circular.tz).is_none() {
        let path = &layers.first().expect("at least the pack itself was read").path;
        return Err(wrong("PK-107", path, None, "x", &format!("tz = \"{}\"", pack.circular.tz)));
    }
    Ok(LoadedPack { pack, hash: hash(&layers), template_dirs: dirs })
}

fn read_layer(templates: &Path, id: &str) -> Result<(Layer, Table), PackError> {
    let file = templates.join(id).join("circular.toml");
    // the path is told as it lies below the templates, so that no report names the machine
    let path = format!("{id}/circular.toml");
    let text = std::fs::read_to_string(&file).map_err(|error| PackError::Unreadable {
        id: id.to_owned(),
        path: path.clone(),
        error,
    })?;
    let table: Table = toml::from_str(&text).map_err(|error| syntax(&path, &text, &error))?;
    let schema = table.get("schema").and_then(Value::as_str).unwrap_or("（缺）");
    if schema != SCHEMA {
        return Err(wrong("PK-101", &path, None, "v", schema));
    }
    Ok((Layer { path, text }, table))
}

fn merge_all(tables: Vec<Table>) -> Table {
    let mut tables = tables.into_iter().rev();
    let mut merged = tables.next().unwrap_or_default();
    for own in tables {
        // being only half a pack is a property of one text, not of those that complete it
        if let Some(Value::Table(circular)) = merged.get_mut("circular") {
            circular.remove("partial");
        }
        merge::merge(&mut merged, own);
    }
    merge::drop_removed(&mut merged);
    merged
}

fn typed(merged: Table, layers: &[Layer]) -> Result<Pack, PackError> {
    merged.try_into().map_err(|error: toml::de::Error| {
        let message = error.message().to_owned();
        match unknown_key(&message) {
            Some((key, known)) => {
                let (path, line) = locate(layers, &key);
                let near =
                    nearest(&key, &known).map_or_else(String::new, |n| format!("，是否为 {n}？"));
                wrong("PK-107", &path, line, "x", &format!("{key}{near}"))
            }
            None => {
                let path = layers.first().map_or_else(String::new, |l| l.path.clone());
                PackError::Wrong(Box::new(
                    Finding::new("PK-102", Origin::file(&path))
                        .arg("file", &path)
                        .arg("line", "—")
                        .arg("error", error.to_string().trim())
                        .build(),
                ))
            }
        }
    })
}

/// Reads key and known keys out of serde's "unknown field `a`, expected one of `b`, `c`".
fn unknown_key(message: &str) -> Option<(String, Vec<String>)> {
    let (_, rest) = message.split_once("unknown field `")?;
    let mut quoted = rest.split('`');
    let key = quoted.next()?.to_owned();
    let known = quoted.skip(1).step_by(2).map(str::to_owned).collect();
    Some((key, known))
}

/// The known word nearest to a wrong one, when one is near enough to be meant.
pub(super) fn nearest<S: AsRef<str>>(word: &str, known: &[S]) -> Option<String> {
    let scored = known.iter().map(|k| (strsim::damerau_levenshtein(word, k.as_ref()), k.as_ref()));
    let (distance, best) = scored.min()?;
    (distance <= 1 + word.chars().count() / 3).then(|| best.to_owned())
}

/// File and line where a key is written; the own text before what it extends.
fn locate(layers: &[Layer], key: &str) -> (String, Option<usize>) {
    for layer in layers {
        let line = layer.text.lines().position(|line| {
            let code = line.split('#').next().unwrap_or_default();
            code.match_indices(key).any(|(at, _)| {
                let before = code.get(..at).unwrap_or_default().trim_end();
                let after = code.get(at + key.len()..).unwrap_or_default().trim_start();
                let starts = before.is_empty() || before.ends_with(['{', ',', '[', '.', '"']);
                starts && after.trim_start_matches('"').trim_start().starts_with(['=', ']', '.'])
            })
        });
        if let Some(line) = line {
            return (layer.path.clone(), Some(line + 1));
        }
    }
    (layers.first().map_or_else(String::new, |l| l.path.clone()), None)
}

fn syntax(path: &str, text: &str, error: &toml::de::Error) -> PackError {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
    PackError::Wrong(Box::new(
        Finding::new("PK-102", line_of(path, Some(line)))
            .arg("file", path)
            .arg("line", line)
            .arg("error", error.message())
            .build(),
    ))
}

fn line_of(path: &str, line: Option<usize>) -> Origin {
    Origin { cell: line.map(|l| l.to_string()), ..Origin::file(path) }
}

fn wrong(code: &str, path: &str, line: Option<usize>, place: &str, value: &str) -> PackError {
    PackError::Wrong(Box::new(Finding::new(code, line_of(path, line)).arg(place, value).build()))
}

fn hash(layers: &[Layer]) -> String {
    let mut hasher = Sha256::new();
    for layer in layers {
        hasher.update((layer.text.len() as u64).to_le_bytes());
        hasher.update(layer.text.as_bytes());
    }
    hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const OWN: &str = "schema = \"circular-pack/1\"\n[circular]\nid = \"x\"\ntitle = \"t\"\nissuer = \"i\"\nyear = 2019\nlevels = [\"技师\"]\n";

    fn load_texts(texts: &[(&str, &str)]) -> Result<LoadedPack, PackError> {
        let dir = tempfile::tempdir().unwrap();
        for (id, text) in texts {
            fs::create_dir_all(dir.path().join(id)).unwrap();
            fs::write(dir.path().join(id).join("circular.toml"), text).unwrap();
        }
        load(dir.path(), texts[0].0)
    }

    #[test]
    fn the_shipped_pack_loads_and_is_hashed() {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let loaded = load(&templates, "nantong-2019").unwrap();
        assert_eq!(loaded.pack.circular.id, "nantong-2019");
        assert_eq!(loaded.pack.materials.len(), 18);
        assert_eq!(loaded.hash.len(), 64);
        assert_eq!(loaded.template_dirs.len(), 2);
    }

    #[test]
    fn every_draft_pack_loads_when_present() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let places = ["../shared/packs", "../../shared/packs"];
        let found = places.iter().find_map(|place| fs::read_dir(root.join(place)).ok());
        let Some(entries) = found else { return };
        let dir = tempfile::tempdir().unwrap();
        let mut ids = Vec::new();
        for entry in entries.flatten() {
            let path = entry.path();
            let id = path.file_stem().unwrap().to_string_lossy().into_owned();
            fs::create_dir_all(dir.path().join(&id)).unwrap();
            fs::write(dir.path().join(&id).join("circular.toml"), fs::read(&path).unwrap())
                .unwrap();
            ids.push(id);
        }
        for id in ids {
            let loaded = load(dir.path(), &id).unwrap_or_else(|e| panic!("{id}: {e}"));
            let hard: Vec<_> = super::super::lint(&loaded)
                .into_iter()
                .filter(|f| f.blocks() && !f.message.contains("模板"))
                .map(|f| format!("{} {}", f.code, f.message))
                .collect();
            assert!(hard.is_empty(), "{id}: {hard:?}");
            if id == "jiangdu-2020" {
                assert!(!loaded.pack.circular.partial && loaded.pack.windows.len() == 5);
                assert_eq!(loaded.pack.trades().len(), 22 + 44 + 43);
                assert!(loaded.pack.find_trade("地质勘查", Some("高级技师")).is_some());
                assert!(loaded.pack.find_trade("水产养殖", Some("高级工")).is_none());
            }
        }
    }

    #[test]
    fn an_unknown_key_names_file_line_and_the_nearest() {
        let text = format!("{OWN}[roster]\nrequried = [\"person.name\"]\n");
        let error = load_texts(&[("x", &text)]).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("PK-107 x/circular.toml 第 9 行"), "{told}");
        assert!(told.contains("requried，是否为 required"), "{told}");
    }

    #[test]
    fn an_unknown_key_inside_a_workflow_is_named_too() {
        let text = format!("{OWN}[[workflow]]\nid = \"w\"\nstats = []\n");
        let told = load_texts(&[("x", &text)]).unwrap_err().to_string();
        assert!(told.contains("stats，是否为 states"), "{told}");
    }

    #[test]
    fn wrong_schema_syntax_zone_and_circles_are_errors() {
        let cases = [
            ("schema = \"circular-pack/9\"\n".to_owned(), "PK-101"),
            ("schema = \n".to_owned(), "PK-102"),
            (format!("{OWN}tz = \"Europe/Paris\"\n"), "PK-107"),
            (format!("{OWN}extends = \"x\"\n"), "PK-104"),
        ];
        for (text, code) in cases {
            let error = load_texts(&[("x", &text)]).unwrap_err();
            assert_eq!(error.finding().unwrap().code.as_str(), code, "{error}");
        }
        assert!(matches!(load(Path::new("/nowhere"), "x"), Err(PackError::Unreadable { .. })));
    }
}
