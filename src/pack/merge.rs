//! What `extends` means: the own text laid over the text of the base.

use toml::{Table, Value};

/// Lays `own` over `base`: tables key by key, arrays of tables by `id` and key by key, scalars and
/// plain lists replace; an entry with `remove = true` deletes its namesake.
pub(super) fn merge(base: &mut Table, own: Table) {
    for (key, value) in own {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (Some(Value::Array(old)), Value::Array(new)) if has_ids(old) && has_ids(&new) => {
                merge_entries(old, new);
            }
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Deletes entries with `remove = true` that had nothing to delete.
pub(super) fn drop_removed(table: &mut Table) {
    for (_, value) in table.iter_mut() {
        if let Value::Array(entries) = value {
            entries.retain(|entry| !removed(entry));
        }
    }
}

fn merge_entries(old: &mut Vec<Value>, new: Vec<Value>) {
    for entry in new {
        let place = old.iter().position(|e| id_of(e) == id_of(&entry));
        match (place, entry) {
            (Some(place), entry) if removed(&entry) => {
                old.remove(place);
            }
            (Some(place), Value::Table(own)) => {
                if let Some(Value::Table(base)) = old.get_mut(place) {
                    merge(base, own);
                }
            }
            (_, entry) => old.push(entry),
        }
    }
}

fn removed(entry: &Value) -> bool {
    entry.get("remove").and_then(Value::as_bool) == Some(true)
}

fn id_of(entry: &Value) -> Option<&str> {
    entry.get("id").and_then(Value::as_str)
}

fn has_ids(entries: &[Value]) -> bool {
    !entries.is_empty() && entries.iter().all(|entry| id_of(entry).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, own: &str) -> Table {
        let mut base: Table = toml::from_str(base).unwrap();
        merge(&mut base, toml::from_str(own).unwrap());
        drop_removed(&mut base);
        base
    }

    #[test]
    fn entries_merge_by_id_and_lists_replace() {
        let table = merged(
            "list = [1, 2]\n[a]\nx = 1\ny = 2\n[[w]]\nid = 'l1'\nstart = 1\nlate = 'reject'\n[[w]]\nid = 'l2'\n",
            "list = [3]\n[a]\ny = 5\n[[w]]\nid = 'l1'\nlate = 'warn'\n[[w]]\nid = 'l2'\nremove = true\n[[w]]\nid = 'l3'\n",
        );
        let expect: Table = toml::from_str(
            "list = [3]\n[a]\nx = 1\ny = 5\n[[w]]\nid = 'l1'\nstart = 1\nlate = 'warn'\n[[w]]\nid = 'l3'\n",
        )
        .unwrap();
        assert_eq!(table, expect);
    }

    #[test]
    fn removing_what_is_not_there_leaves_nothing() {
        let table = merged("", "[[w]]\nid = 'x'\nremove = true\n");
        assert_eq!(table, toml::from_str("w = []").unwrap());
    }
}
