//! A switch of a case as a fragment of a pack: what it takes away from the pack it is laid over.

use super::read::Case;
use crate::office::repo;
use std::fs;
use toml::{Table, Value};

/// A window that keeps nobody out.
const UNLIMITED: &str = "start = 2000-01-01\nend = 2099-12-31\ndates = []\nsessions = []";

/// When a rule is for nobody.
const NOBODY: &str = "when = { fact = \"person.name\", op = \"missing\" }";

/// The fragment of `off:`; an error says what is wrong with it.
pub(crate) fn fragment(off: &str, circular: &str, case: &Case) -> Result<String, String> {
    let (verb, rest) = off.split_once(' ').unwrap_or((off, ""));
    let pack = pack(circular, case);
    match verb {
        // steps refer to a window by its id, and the routes of a pack must cover every case: these
        // two stay, and say nothing any more
        "window" => {
            entry(&pack, verb, rest)?;
            Ok(format!("[[window]]\nid = \"{rest}\"\n{UNLIMITED}"))
        }
        "route" => {
            entry(&pack, verb, rest)?;
            Ok(format!("[[route]]\nid = \"{rest}\"\nsteps = [\"停用\"]"))
        }
        // exceptions speak of its group: the rule stays, and is for nobody
        "rule" => {
            entry(&pack, verb, rest)?;
            Ok(format!("[[rule]]\nid = \"{rest}\"\n{NOBODY}"))
        }
        "workflow" | "material" | "quota" | "check" | "convention" | "exception" | "form"
        | "channel" | "review" => {
            entry(&pack, verb, rest)?;
            Ok(format!("[[{verb}]]\nid = \"{rest}\"\nremove = true"))
        }
        "code" => Ok(format!("[severity]\n\"{rest}\" = \"off\"")),
        "register" => Ok(format!("# register {rest}")),
        "set" => {
            let (path, value) = rest.split_once(" = ").ok_or("set PATH = VALUE")?;
            let value: Table = format!("v = {value}").parse().map_err(|e| format!("{e}"))?;
            Ok(put(&pack, &keys(path), value["v"].clone()))
        }
        "without" => {
            let (what, path) = rest.split_once(" in ").ok_or("without WHAT in PATH")?;
            without(&pack, what, &keys(path))
        }
        "predicate" => {
            let (what, id) = rest.split_once(" of rule ").ok_or("predicate CODE of rule ID")?;
            let rule = entry(&pack, "rule", id)?;
            let list = if rule.contains_key("all") { "all" } else { "any" };
            without(&pack, what, &["rule", id, list])
        }
        "roster" => without(&pack, rest, &["roster", "required"]),
        _ => Err(format!("no such switch: {off}")),
    }
}

/// The keys of a path; what stands in quotes is one.
fn keys(path: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for (at, part) in path.split('"').enumerate() {
        if at % 2 == 1 {
            out.push(part);
        } else {
            out.extend(part.split('.').filter(|key| !key.is_empty()));
        }
    }
    out
}

/// The merged pack as far as switches need it: own tables over those of the base.
fn pack(circular: &str, case: &Case) -> Table {
    let text = fs::read_to_string(repo("templates").join(circular).join("circular.toml")).unwrap();
    let mut own: Table = text.parse().unwrap();
    if let Some(base) = own["circular"].get("extends").and_then(Value::as_str) {
        let mut below = pack(base, &Case::default());
        lay(&mut below, own);
        own = below;
    }
    if let Some(lines) = case.block("toml") {
        lay(&mut own, lines.join("\n").parse().unwrap());
    }
    own
}

fn lay(base: &mut Table, own: Table) {
    for (key, value) in own {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => lay(old, new),
            (Some(Value::Array(old)), Value::Array(new)) if new.iter().all(|v| id(v).is_some()) => {
                for entry in new {
                    match (old.iter_mut().find(|v| id(v) == id(&entry)), entry) {
                        (Some(Value::Table(old)), Value::Table(new)) => lay(old, new),
                        (_, entry) => old.push(entry),
                    }
                }
            }
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn id(value: &Value) -> Option<&str> {
    value.get("id").and_then(Value::as_str)
}

fn entry<'a>(pack: &'a Table, kind: &str, name: &str) -> Result<&'a Table, String> {
    let list = pack.get(kind).and_then(Value::as_array).ok_or_else(|| format!("no {kind}"))?;
    let found = list.iter().find(|v| id(v) == Some(name)).and_then(Value::as_table);
    found.ok_or_else(|| format!("no {kind} {name}"))
}

/// A fragment that puts `value` at a path; of a list with ids the second key is the id.
fn put(pack: &Table, path: &[&str], value: Value) -> String {
    let mut out = Table::new();
    let (first, rest) = path.split_first().unwrap();
    let list = pack.get(*first).and_then(Value::as_array);
    let inner = if list.is_some() && rest.len() > 1 {
        let mut entry = nested(&rest[1..], value);
        entry.insert("id".to_owned(), Value::String(rest[0].to_owned()));
        Value::Array(vec![Value::Table(entry)])
    } else if rest.is_empty() {
        value
    } else {
        Value::Table(nested(rest, value))
    };
    out.insert((*first).to_owned(), inner);
    toml::to_string(&out).unwrap()
}

fn nested(path: &[&str], value: Value) -> Table {
    let (first, rest) = path.split_first().unwrap();
    let inner = if rest.is_empty() { value } else { Value::Table(nested(rest, value)) };
    Table::from_iter([((*first).to_owned(), inner)])
}

/// The list at a path without the member that is, or has somewhere, the word.
fn without(pack: &Table, what: &str, path: &[&str]) -> Result<String, String> {
    let mut at = pack.get(path[0]).ok_or_else(|| format!("no {}", path[0]))?;
    for key in &path[1..] {
        at = match at {
            Value::Array(list) => list.iter().find(|v| id(v) == Some(key)),
            other => other.get(*key),
        }
        .ok_or_else(|| format!("no {key}"))?;
    }
    let list = at.as_array().ok_or("is no list")?;
    let is = |v: &Value| {
        let same = |v: &Value| match v {
            Value::String(text) => text == what,
            Value::Integer(n) => n.to_string() == what,
            Value::Array(list) => list.iter().any(|v| v.as_str() == Some(what)),
            _ => false,
        };
        same(v) || v.as_table().is_some_and(|t| t.values().any(same))
    };
    let left: Vec<Value> = list.iter().filter(|v| !is(v)).cloned().collect();
    if left.len() == list.len() {
        return Err(format!("no {what} in {}", path.join(".")));
    }
    Ok(put(pack, path, Value::Array(left)))
}
