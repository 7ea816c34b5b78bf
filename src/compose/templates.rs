//! Template folders, rendering, and errors an operator can act on.

use super::place::Pieces;
use super::{Document, filters, parse};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use tera::{Context, Tera};
use thiserror::Error;

/// Deepest nesting of data.
const DEEPEST: usize = 32;
/// Largest rendered template, in bytes.
const LARGEST: usize = 32 << 20;

/// Why a document could not be composed; for the operator's log.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// A template folder or file cannot be read.
    #[error("cannot read {path}: {what}")]
    Read {
        /// Folder or file.
        path: PathBuf,
        /// The system's words.
        what: String,
    },
    /// The template language: place and available fields are in the text.
    #[error("template {template}: {what}")]
    Template {
        /// File name.
        template: String,
        /// What is wrong, with file, line, column and the available fields.
        what: String,
    },
    /// The rendered template is not of the dialect.
    #[error("template {place}: {what} (near {near:?})")]
    Dialect {
        /// File, line and column.
        place: String,
        /// What is wrong.
        what: String,
        /// The line.
        near: String,
    },
    /// Data nested too deeply, or a document too large.
    #[error("template {template}: {what}")]
    Limit {
        /// File name.
        template: String,
        /// Which limit.
        what: String,
    },
}

/// The templates of a run.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
    hash: String,
    names: Vec<String>,
    /// The text of each.
    texts: Vec<String>,
}

impl Templates {
    /// Load all `*.html` of the folders; of two files of one name the first folder's wins.
    ///
    /// # Errors
    /// When a folder cannot be read or a template is not well formed.
    pub fn open(dirs: &[PathBuf]) -> Result<Self, ComposeError> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for dir in dirs {
            for (name, path) in html_files(dir)? {
                if let Entry::Vacant(place) = found.entry(name) {
                    place.insert(std::fs::read_to_string(&path).map_err(|e| read(&path, &e))?);
                }
            }
        }
        let tera = engine(found.iter().map(|(n, t)| (n.as_str(), t.as_str()))).map_err(|e| {
            ComposeError::Template { template: "*.html".to_owned(), what: e.to_string() }
        })?;
        let texts: String = found.iter().map(|(name, text)| format!("{name}\0{text}\0")).collect();
        let hash = crate::blobs::sha256_hex(texts.as_bytes());
        let (names, texts) = found.into_iter().unzip();
        Ok(Self { tera, hash, names, texts })
    }

    /// File names of all templates, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Hash over the texts of all templates.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether there is a template of that file name.
    pub fn has(&self, name: &str) -> bool {
        self.tera.contains_template(name)
    }

    /// Render template `name` with `data` and read the result as a document.
    ///
    /// # Errors
    /// When the template names something that is not in the data, or does not render to the
    /// dialect.
    pub fn compose(
        &self,
        name: &str,
        data: &Value,
        images: BTreeMap<String, Vec<u8>>,
    ) -> Result<Document, ComposeError> {
        let limit =
            |what: &str| ComposeError::Limit { template: name.to_owned(), what: what.to_owned() };
        let clean = strip(data, DEEPEST).ok_or_else(|| limit("data is nested too deeply"))?;
        let refused = |e: tera::Error| ComposeError::Template {
            template: name.to_owned(),
            what: e.to_string(),
        };
        let context = Context::from_serialize(&clean).map_err(refused)?;
        let text = self.tera.render(name, &context).map_err(refused)?;
        if text.len() > LARGEST {
            return Err(limit("the rendered document is too large"));
        }
        match parse::document(&text, &images) {
            Ok(document) => Ok(Document { images, ..document }),
            Err(flaw) => Err(self.written(name, &context, &images, &flaw).unwrap_or_else(|| {
                let (line, column) = (flaw.line, flaw.column);
                ComposeError::Dialect {
                    place: format!("{name}, line {line} column {column} of the rendered text"),
                    near: near(&text, line as usize),
                    what: flaw.what,
                }
            })),
        }
    }

    /// The place of a flaw in the files; `None` when the marks change what is rendered.
    fn written(
        &self,
        name: &str,
        context: &Context,
        images: &BTreeMap<String, Vec<u8>>,
        flaw: &parse::Flaw,
    ) -> Option<ComposeError> {
        let mut pieces = Pieces::default();
        let texts = self.texts.iter().enumerate();
        let marked: Vec<String> = texts.map(|(file, text)| pieces.mark(file, text)).collect();
        let named = self.names.iter().zip(&marked).map(|(n, t)| (n.as_str(), t.as_str()));
        let rendered = engine(named).ok()?.render(name, context).ok()?;
        let unmarked = Pieces::unmark(&rendered);
        let again = parse::document(&unmarked.0, images).err().filter(|f| f.what == flaw.what)?;
        let place = pieces.place(&unmarked, again.line, again.column)?;
        let file = self.names.get(place.file)?;
        let within = if file == name { String::new() } else { format!(", used by {name}") };
        Some(ComposeError::Dialect {
            place: format!("{file}:{}:{}{within}", place.line, place.column),
            what: again.what,
            near: near(self.texts.get(place.file)?, place.line),
        })
    }
}

/// The template language with our filters and escapes.
fn engine<'t>(texts: impl Iterator<Item = (&'t str, &'t str)>) -> Result<Tera, tera::Error> {
    let mut tera = Tera::new();
    filters::register(&mut tera);
    tera.set_escape_fn(|text, out| {
        let mut escaped = String::with_capacity(text.len() + 16);
        filters::escape_into(text, &mut escaped);
        out.write_all(escaped.as_bytes())
    });
    tera.autoescape_on(vec![".html"]);
    tera.add_raw_templates(texts)?;
    Ok(tera)
}

fn near(text: &str, line: usize) -> String {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or("").trim();
    line.chars().take(80).collect()
}

fn read(path: &Path, error: &std::io::Error) -> ComposeError {
    ComposeError::Read { path: path.to_owned(), what: error.to_string() }
}

fn html_files(dir: &Path) -> Result<BTreeMap<String, PathBuf>, ComposeError> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(dir).map_err(|e| read(dir, &e))? {
        let path = entry.map_err(|e| read(dir, &e))?.path();
        let html = path.extension().is_some_and(|e| e == "html");
        if let (true, Some(name)) = (html, path.file_name().and_then(|n| n.to_str())) {
            files.insert(name.to_owned(), path);
        }
    }
    Ok(files)
}

/// The data without characters that XML cannot hold; `None` when nested too deeply.
fn strip(value: &Value, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    Some(match value {
        Value::String(text) => Value::String(legal(text)),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| strip(item, depth)).collect::<Option<_>>()?)
        }
        Value::Object(map) => Value::Object(
            map.iter().map(|(k, v)| Some((legal(k), strip(v, depth)?))).collect::<Option<_>>()?,
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

fn legal(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\r' { '\n' } else { c })
        .filter(|c| match c {
            '\n' | '\t' => true,
            c => !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{Block, Run};
    use serde_json::json;

    fn templates(body: &str) -> (tempfile::TempDir, Templates) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join("x.html"),
            format!("<document title=\"t\">\n{body}\n</document>"),
        )
        .unwrap();
        let templates = Templates::open(&[dir.path().to_owned()]).unwrap();
        (dir, templates)
    }

    fn first_text(document: &Document) -> String {
        let Some(Block::Paragraph(p)) = document.blocks.first() else {
            panic!("no paragraph");
        };
        p.runs
            .iter()
            .map(|run| match run {
                Run::Text { text, .. } => text.as_str(),
                Run::Box { ticked: true } => "[x]",
                Run::Box { ticked: false } => "[ ]",
                Run::Image { .. } => "[i]",
            })
            .collect()
    }

    #[test]
    fn data_is_never_markup() {
        let (_dir, templates) = templates("<p>{{ v }}</p>");
        let nasty = "</p></td> & \"x\" 'y' {{ config }} {% raw %} <b>1</b>\nb";
        let document = templates
            .compose("x.html", &json!({"v": format!("{nasty}\u{0}\u{b}")}), BTreeMap::new())
            .unwrap();
        assert_eq!(first_text(&document), nasty);
    }

    #[test]
    fn unknown_names_tell_place_and_fields() {
        let (_dir, templates) = templates("<p>{{ p.nmae }}</p>");
        let error = templates
            .compose("x.html", &json!({"p": {"name": "a"}}), BTreeMap::new())
            .unwrap_err()
            .to_string();
        for part in ["x.html", ":2:", "nmae", "name"] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }

    /// What is said of `x.html`, with `_part.html` beside it.
    fn slip(text: &str, part: &str, data: &Value) -> String {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("x.html"), text).unwrap();
        std::fs::write(dir.path().join("_part.html"), part).unwrap();
        let templates = Templates::open(&[dir.path().to_owned()]).unwrap();
        templates.compose("x.html", data, BTreeMap::new()).unwrap_err().to_string()
    }

    #[test]
    fn slips_are_told_at_their_place_in_the_file() {
        let rows = json!({"rows": ["a", "b\nc"]});
        let looped = "<document>\n{% for r in rows %}\n<p>{{ r }}</p>\n{% endfor %}\n";
        for (tail, place) in [
            ("<p>甲</h1>\n</document>", "x.html:5:5: expected 'p' tag, not 'h1' (near"),
            ("<p algin=\"left\">x</p></document>", "x.html:5:1: <p> has no attribute algin"),
            ("<p>甲&nbsp;</p></document>", "x.html:5:5: &nbsp; is not known here"),
            ("{% if rows %}<p>{% else %}<h1>{% endif %}x</p><p>y</document>", "x.html:5:51: "),
            ("<p>甲</p>\n", "x.html:5:9: "),
        ] {
            let told = slip(&format!("{looped}{tail}"), "", &rows);
            assert!(told.contains(place), "{place}: {told}");
            assert!(!told.contains("rendered"), "{told}");
        }
        let nested = slip(
            "<document>\n{% for r in rows -%}\n  <p>{{ r }}</h1>\n{% endfor %}</document>",
            "",
            &rows,
        );
        assert!(nested.contains("x.html:3:13: ") && nested.contains("</h1>"), "{nested}");
    }

    #[test]
    fn a_slip_in_a_part_names_the_part() {
        let whole = "<document>\n<p>1</p>\n\n{% include \"_part.html\" %}\n</document>";
        let told = slip(whole, "<p>2</p>\n<p>3</h1>\n", &json!({}));
        assert!(told.contains("_part.html:2:5, used by x.html: "), "{told}");
        let heir = "{% extends \"_part.html\" %}\n{% block b %}\n  <p>1</h1>\n{% endblock %}";
        let told = slip(heir, "<document>{% block b %}{% endblock %}</document>", &json!({}));
        assert!(told.contains("x.html:3:7: "), "{told}");
        let component = "{% component own(v) %}\n<p>{{ v }}</h1>{% endcomponent own %}";
        let told = slip("<document>\n\n{{<own v=\"x\" />}}</document>", component, &json!({}));
        assert!(told.contains("_part.html:2:11, used by x.html: "), "{told}");
        let told = slip("<document>{{ v }}</document>", "", &json!({"v": "x"}));
        assert!(told.contains("x.html:1:11: text directly inside <document>"), "{told}");
    }

    #[test]
    fn deep_data_is_refused() {
        let mut deep = json!("x");
        for _ in 0..40 {
            deep = json!([deep]);
        }
        let (_dir, templates) = templates("<p>1</p>");
        let error = templates.compose("x.html", &json!({"v": deep}), BTreeMap::new());
        assert!(matches!(error, Err(ComposeError::Limit { .. })));
    }

    #[test]
    fn filters_work_in_templates() {
        let (_dir, templates) = templates(
            "<p>{{ d | cn_date }}|{{ s | boxes(options=\"男 女\") }}|\
             {% for r in rows | pad_rows(n=3, keys=\"a b\") %}{{ r.a }}{{ r.b }};{% endfor %}</p>",
        );
        let data = json!({"d": "1975-10", "s": "女", "rows": [{"a": "甲"}]});
        let document = templates.compose("x.html", &data, BTreeMap::new()).unwrap();
        assert_eq!(first_text(&document), "1975年10月|[ ]男　[x]女|甲;;;");
    }

    #[test]
    fn first_folder_wins() {
        let (a, _) = templates("<p>a</p>");
        let (b, _) = templates("<p>b</p>");
        let both = Templates::open(&[a.path().to_owned(), b.path().to_owned()]).unwrap();
        let document = both.compose("x.html", &json!({}), BTreeMap::new()).unwrap();
        assert_eq!(first_text(&document), "a");
    }
}
