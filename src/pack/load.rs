//! Loading a pack: read, merge what it extends, check keys, hash.

use super::source::Source;
use super::{Amendment, LoadedPack, Pack, time};
use crate::blobs::sha256_hex;
use crate::diag::{Finding, Origin};
use chrono::{DateTime, FixedOffset};
use serde::Deserialize as _;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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
    #[error("{}", told(.0))]
    Wrong(Box<Finding>),
}

/// A finding about a pack as one line: code, file, line and column, what is wrong.
pub fn told(finding: &Finding) -> String {
    let place = finding.origin.cell.as_deref().and_then(|cell| cell.split_once(':'));
    let place =
        place.map_or_else(String::new, |(line, column)| format!(" 第 {line} 行第 {column} 列"));
    format!("{} {}{place}：{}", finding.code, finding.origin.path, finding.message)
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

/// Loads `templates/<id>/circular.toml` with everything it extends and all its amendments.
///
/// # Errors
/// When a file is missing, is not TOML, has another schema, an unknown key, a wrong value or a
/// time zone this program does not know.
pub fn load(templates: &Path, id: &str) -> Result<LoadedPack, PackError> {
    load_until(templates, id, None)
}

/// The same with the amendments that are in force at `now`.
///
/// # Errors
/// As [`load`].
pub fn load_at(
    templates: &Path,
    id: &str,
    now: DateTime<FixedOffset>,
) -> Result<LoadedPack, PackError> {
    load_until(templates, id, Some(now))
}

fn load_until(
    templates: &Path,
    id: &str,
    until: Option<DateTime<FixedOffset>>,
) -> Result<LoadedPack, PackError> {
    let mut source = Source::at(until);
    let mut dirs: Vec<PathBuf> = Vec::new();
    let mut next = Some((id.to_owned(), 0));
    while let Some((id, said_at)) = next.take() {
        let dir = templates.join(&id);
        if dirs.contains(&dir) {
            return Err(wrong(
                "PK-104",
                source.place(said_at),
                "id",
                &format!("{id}（extends 循环）"),
            ));
        }
        read(templates, &id, &mut source)?;
        dirs.push(dir);
        let table = source.last().map_err(|error| syntax(&source, &error))?;
        known_schema(&table, &source)?;
        next = at(&table, "circular", "extends")
            .and_then(|base| Some((base.get_ref().as_str()?.to_owned(), base.span().start)));
    }
    dirs.push(templates.join("common"));
    let pack = typed(&source)?;
    let hash = hashed(&source.hash(), &pack, until);
    let paper_hash = printed(&pack);
    Ok(LoadedPack { pack, hash, paper_hash, source, template_dirs: dirs })
}

/// The hash of the texts, and of which amendments are in force.
fn hashed(texts: &str, pack: &Pack, until: Option<DateTime<FixedOffset>>) -> String {
    let begun = |a: &&Amendment| {
        let effective = time::first_moment(&a.effective);
        until.is_none() || effective.zip(until).is_some_and(|(from, now)| from <= now)
    };
    let ids: Vec<&str> = pack.amendments.iter().filter(begun).map(|a| a.id.as_str()).collect();
    if pack.amendments.is_empty() {
        return texts.to_owned();
    }
    sha256_hex(format!("{texts}|{}", ids.join(",")).as_bytes())
}

/// The hash of what papers print of a pack.
fn printed(pack: &Pack) -> String {
    let lists: Vec<_> = pack.reference.iter().filter(|(_, r)| r.list.is_some()).collect();
    let parts = (&pack.circular, lists, &pack.materials, &pack.forms, &pack.binding, &pack.photo);
    let more =
        (&pack.contact, &pack.sites, &pack.summary, &pack.quant, &pack.experts, &pack.aliases);
    sha256_hex(format!("{parts:?}{more:?}").as_bytes())
}

fn read(templates: &Path, id: &str, source: &mut Source) -> Result<(), PackError> {
    let file = templates.join(id).join("circular.toml");
    // the path is told as it lies below the templates, so that no report names the machine
    let path = format!("{id}/circular.toml");
    match std::fs::read_to_string(&file) {
        Ok(text) => source.push(path, &text),
        Err(error) => return Err(PackError::Unreadable { id: id.to_owned(), path, error }),
    }
    Ok(())
}

fn known_schema(table: &DeTable<'_>, source: &Source) -> Result<(), PackError> {
    let written = table.get("schema");
    match written.and_then(|schema| schema.get_ref().as_str()) {
        Some(SCHEMA) => Ok(()),
        other => {
            let start = written.map_or_else(|| source.start(), |schema| schema.span().start);
            Err(wrong("PK-101", source.place(start), "v", other.unwrap_or("（缺）")))
        }
    }
}

fn at<'t, 'a>(table: &'t DeTable<'a>, first: &str, then: &str) -> Option<&'t Spanned<DeValue<'a>>> {
    table.get(first)?.get_ref().get(then)
}

fn typed(source: &Source) -> Result<Pack, PackError> {
    let merged = source.merged().map_err(|error| syntax(source, &error))?;
    let zone = at(&merged, "circular", "tz").map_or(0, |tz| tz.span().start);
    let pack = Pack::deserialize(toml::Deserializer::from(Spanned::new(0..0, merged)))
        .map_err(|error| fault(source, &error))?;
    if time::offset_of(&pack.circular.tz).is_none() {
        let said = format!("circular.tz = \"{}\"", pack.circular.tz);
        return Err(wrong("PK-107", source.place(zone), "x", &said));
    }
    Ok(pack)
}

/// A text that is TOML, but no pack.
fn fault(source: &Source, error: &toml::de::Error) -> PackError {
    let Some((key, known)) = unknown_key(error.message()) else { return syntax(source, error) };
    let near = nearest(&key, &known).map_or_else(String::new, |n| format!("，是否为 {n}？"));
    wrong("PK-107", place_of(source, error), "x", &format!("{key}{near}"))
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

fn place_of(source: &Source, error: &toml::de::Error) -> Origin {
    source.place(error.span().map_or(0, |span| span.start))
}

fn syntax(source: &Source, error: &toml::de::Error) -> PackError {
    // the second line names the keys that lead to the place, when it is a value that is wrong
    let text = error.to_string();
    let keys = text.lines().find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    let keys = keys.map_or_else(String::new, |keys| format!("（{keys}）"));
    let told = format!("{}{keys}", plain(error.message()));
    wrong("PK-102", place_of(source, error), "error", &told)
}

/// The usual slips in plain words; others as the reader of the format says them.
fn plain(message: &str) -> String {
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let kind =
        message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "));
    match (missing, kind) {
        (Some(key), _) => format!("缺少键 {key}"),
        (_, Some((found, expected))) => format!("值的种类不对：写的是 {found}，应为 {expected}"),
        _ if message == "duplicate key" => "键重复".to_owned(),
        _ => message.to_owned(),
    }
}

fn wrong(code: &str, origin: Origin, place: &str, value: &str) -> PackError {
    PackError::Wrong(Box::new(Finding::new(code, origin).arg(place, value).build()))
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
    fn every_shipped_pack_loads_and_is_sound() {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for id in shipped() {
            let loaded = load(&templates, &id).unwrap_or_else(|e| panic!("{id}: {e}"));
            let hard: Vec<_> = super::super::lint(&loaded, &|_| true)
                .into_iter()
                .filter(Finding::blocks)
                .map(|f| told(&f))
                .collect();
            assert!(hard.is_empty(), "{id}: {hard:?}");
        }
        let jiangdu = load(&templates, "jiangdu-2020").unwrap().pack;
        assert!(!jiangdu.circular.partial && jiangdu.windows.len() == 5);
        assert_eq!(jiangdu.trades().len(), 22 + 44 + 43);
        assert!(jiangdu.find_trade("地质勘查", Some("高级技师")).is_some());
        assert!(jiangdu.find_trade("水产养殖", Some("高级工")).is_none());
    }

    fn shipped() -> Vec<String> {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let names = fs::read_dir(templates).unwrap().map(|item| item.unwrap());
        let packs = names.filter(|item| item.path().join("circular.toml").is_file());
        let ids: Vec<String> = packs.map(|i| i.file_name().into_string().unwrap()).collect();
        assert!(ids.len() >= 5, "{ids:?}");
        ids
    }

    #[test]
    fn an_amendment_changes_the_pack_from_its_day_on() {
        let more = "[[window]]\nid = \"w\"\nstage = \"register\"\nend = 2019-06-13\nclause = \"一\"\n\
                    [[amendment]]\nid = \"later\"\neffective = 2019-06-12\nclause = \"补一\"\n\
                    [[amendment.changes.window]]\nid = \"w\"\nend = 2019-06-20\nclause = \"补一\"\n";
        let text = format!("{OWN}{more}");
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("x")).unwrap();
        fs::write(dir.path().join("x/circular.toml"), text).unwrap();
        let end = |now: &str| {
            let now = DateTime::parse_from_rfc3339(now).unwrap();
            let loaded = load_at(dir.path(), "x", now).unwrap();
            let window = &loaded.pack.windows[0];
            (window.end.unwrap().to_string(), window.clause.clone(), loaded.hash)
        };
        let (before, clause, old) = end("2019-06-11T23:59:59+08:00");
        assert_eq!((before.as_str(), clause.as_str()), ("2019-06-13", "一"));
        let (after, clause, new) = end("2019-06-12T00:00:00+08:00");
        assert_eq!((after.as_str(), clause.as_str()), ("2019-06-20", "补一"));
        assert_ne!(old, new);
        assert_eq!(load(dir.path(), "x").unwrap().pack.windows[0].clause, "补一");
    }

    #[test]
    fn a_slip_in_an_amendment_is_told_at_its_place() {
        let more = "[[amendment]]\nid = \"a\"\neffective = 2019-06-12\nclause = \"补\"\n\
                    [[amendment.changes.window]]\nid = \"w\"\nstage = \"register\"\nedn = 2019-06-20\nclause = \"补\"\n";
        let told = load_texts(&[("x", &format!("{OWN}{more}"))]).unwrap_err().to_string();
        assert!(told.contains("PK-107") && told.contains("edn，是否为 end"), "{told}");
    }

    #[test]
    fn an_unknown_key_names_file_line_and_the_nearest() {
        let text = format!("{OWN}[roster]\nrequried = [\"person.name\"]\n");
        let error = load_texts(&[("x", &text)]).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("PK-107 x/circular.toml 第 9 行第 1 列："), "{told}");
        assert!(told.contains("requried，是否为 required"), "{told}");
    }

    #[test]
    fn an_unknown_key_inside_a_workflow_is_named_too() {
        let text = format!("{OWN}[[workflow]]\nid = \"w\"\nstats = []\n");
        let told = load_texts(&[("x", &text)]).unwrap_err().to_string();
        assert!(told.contains("第 10 行第 1 列"), "{told}");
        assert!(told.contains("stats，是否为 states"), "{told}");
    }

    #[test]
    fn wrong_schema_syntax_zone_and_circles_are_errors() {
        let cases = [
            (
                "\nschema = \"circular-pack/9\"\n".to_owned(),
                "PK-101 x/circular.toml 第 2 行第 10 列",
            ),
            ("schema = \n".to_owned(), "PK-102 x/circular.toml 第 1 行第 10 列"),
            (
                format!("{OWN}id = \"y\"\n"),
                "PK-102 x/circular.toml 第 8 行第 1 列：规则包写法不对：键重复",
            ),
            (format!("{OWN}tz = \"Europe/Paris\"\n"), "PK-107 x/circular.toml 第 8 行第 6 列"),
            (format!("{OWN}extends = \"x\"\n"), "PK-104 x/circular.toml 第 8 行第 11 列"),
        ];
        for (text, told) in cases {
            let error = load_texts(&[("x", &text)]).unwrap_err();
            assert!(error.to_string().starts_with(told), "{error}");
        }
        assert!(matches!(load(Path::new("/nowhere"), "x"), Err(PackError::Unreadable { .. })));
    }

    #[test]
    fn a_value_of_another_kind_names_its_place_and_key() {
        let text = OWN.replace("2019", "\"二〇一九\"");
        let told = load_texts(&[("x", &text)]).unwrap_err().to_string();
        assert!(told.starts_with("PK-102 x/circular.toml 第 6 行第 8 列："), "{told}");
        assert!(told.contains("值的种类不对") && told.contains("（circular.year）"), "{told}");
        let absent = OWN.replace("issuer = \"i\"\n", "");
        let told = load_texts(&[("x", &absent)]).unwrap_err().to_string();
        assert!(told.starts_with("PK-102 x/circular.toml 第 2 行第 1 列："), "{told}");
        assert!(told.ends_with("缺少键 issuer（circular）"), "{told}");
    }

    #[test]
    fn what_is_wrong_in_the_base_is_told_there() {
        let own = format!("{OWN}extends = \"base\"\n");
        let base = format!("{OWN}[roster]\nrequired = [\"person.name\", 3]\n");
        let told = load_texts(&[("x", &own), ("base", &base)]).unwrap_err().to_string();
        assert!(told.starts_with("PK-102 base/circular.toml 第 9 行第 28 列："), "{told}");
    }
}
