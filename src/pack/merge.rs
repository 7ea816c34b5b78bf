//! What `extends` means: the own text laid over the text of the base.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

type Entry<'a> = Spanned<DeValue<'a>>;

/// Lays `own` over `base`: tables key by key, arrays of tables by what names an entry and key by key, scalars and
/// plain lists replace; an entry with `remove = true` deletes its namesake.
pub(super) fn merge<'a>(base: &mut DeTable<'a>, own: DeTable<'a>) {
    for (key, value) in own {
        let name: &str = key.get_ref();
        match (base.get_mut(name).map(Spanned::get_mut), value.get_ref()) {
            (Some(DeValue::Table(old)), DeValue::Table(_)) => {
                if let DeValue::Table(new) = value.into_inner() {
                    merge(old, new);
                }
            }
            (Some(DeValue::Array(old)), DeValue::Array(new)) if has_ids(old) && has_ids(new) => {
                if let DeValue::Array(new) = value.into_inner() {
                    *old = merge_entries(std::mem::replace(old, DeArray::new()), new);
                }
            }
            _ => {
                // the old key goes first: an equal key would keep the place of the base
                base.remove(name);
                base.insert(key, value);
            }
        }
    }
}

/// Deletes entries with `remove = true` that had nothing to delete.
pub(super) fn drop_removed(table: &mut DeTable<'_>) {
    for (_, value) in table.iter_mut() {
        match value.get_mut() {
            DeValue::Array(entries) => {
                let all = std::mem::replace(entries, DeArray::new());
                *entries = all.into_iter().filter(|entry| !removed(entry)).collect();
            }
            DeValue::Table(inner) => drop_removed(inner),
            _ => {}
        }
    }
}

fn merge_entries<'a>(old: DeArray<'a>, new: DeArray<'a>) -> DeArray<'a> {
    let mut old: Vec<Entry<'a>> = old.into_iter().collect();
    for entry in new {
        let place = old.iter().position(|e| id_of(e) == id_of(&entry));
        match place {
            Some(place) if removed(&entry) => {
                old.remove(place);
            }
            Some(place) => {
                if let (Some(DeValue::Table(base)), DeValue::Table(own)) =
                    (old.get_mut(place).map(Spanned::get_mut), entry.into_inner())
                {
                    merge(base, own);
                }
            }
            None => old.push(entry),
        }
    }
    old.into_iter().collect()
}

fn removed(entry: &Entry<'_>) -> bool {
    entry.get_ref().get("remove").and_then(|v| v.get_ref().as_bool()) == Some(true)
}

/// What names an entry: its `id`; of a trade of the scope level and name, of a site its area.
fn id_of(entry: &Entry<'_>) -> Option<String> {
    let text = |key: &str| entry.get_ref().get(key).and_then(|v| v.get_ref().as_str());
    let trade = || Some(format!("{}\0{}", text("level")?, text("name")?));
    text("id").map(str::to_owned).or_else(trade).or_else(|| text("area").map(str::to_owned))
}

fn has_ids(entries: &[Entry<'_>]) -> bool {
    !entries.is_empty() && entries.iter().all(|entry| id_of(entry).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize as _;
    use toml::Table;

    fn merged(base: &str, own: &str) -> Table {
        let mut base = DeTable::parse(base).unwrap().into_inner();
        merge(&mut base, DeTable::parse(own).unwrap().into_inner());
        drop_removed(&mut base);
        Table::deserialize(toml::Deserializer::from(Spanned::new(0..0, base))).unwrap()
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
    fn trades_and_sites_are_named_by_what_they_are() {
        let trades = |own: &str| {
            let base = "[[scope.trade]]\nlevel = '技师'\nname = '电工'\n[[scope.trade]]\nlevel = '技师'\nname = '花工'\n";
            let table = merged(base, own);
            let list = table["scope"]["trade"].as_array().unwrap().clone();
            let name = |t: &toml::Value| format!("{} {}", t["level"], t["name"]).replace('"', "");
            list.iter().map(name).collect::<Vec<_>>()
        };
        let more = "[[scope.trade]]\nlevel = '技师'\nname = '钳工'\n";
        assert_eq!(trades(more), ["技师 电工", "技师 花工", "技师 钳工"]);
        let less = "[[scope.trade]]\nlevel = '技师'\nname = '电工'\nremove = true\n";
        assert_eq!(trades(less), ["技师 花工"]);
        let sites =
            merged("[[site]]\narea = '市直'\nphone = 1\n", "[[site]]\narea = '市直'\nphone = 2\n");
        assert_eq!(sites["site"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn removing_what_is_not_there_leaves_nothing() {
        let table = merged("", "[[w]]\nid = 'x'\nremove = true\n");
        assert_eq!(table, toml::from_str("w = []").unwrap());
    }
}
