//! `[[filled]]`: what a filled form of this circular says where the general reader cannot know.

use super::Pack;
use crate::text::fold;
use serde::Deserialize;

/// One form as applicants fill it in, known by its title.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    /// Its id, for packs that extend this one.
    pub id: String,
    /// Words of its title; blanks and width do not matter.
    pub title: String,
    /// The clause that prints the form.
    #[serde(default)]
    pub clause: String,
    /// Its labels that need a word.
    #[serde(default)]
    pub fields: Vec<FilledField>,
}

/// A label of a form: where its value stands and what it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilledField {
    /// The label as printed; blanks and width do not matter.
    pub label: String,
    /// Where the value stands: `right`, `below` or `inside`.
    #[serde(default = "right")]
    pub place: String,
    /// The fact; with a `*` every cell below the label is one, numbered from 1.
    pub field: String,
    /// What is written there must hold one of these words.
    #[serde(default)]
    pub says: Vec<String>,
    /// What to say when it does not; FM-111 unless given.
    pub finding: Option<String>,
}

/// Where a value stands, seen from its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the next cell of the row.
    Right,
    /// In the cell below.
    Below,
    /// In the same cell or line, after the label.
    Inside,
}

/// The words for places, as the lint knows them.
pub(super) const PLACES: [&str; 3] = ["right", "below", "inside"];

fn right() -> String {
    "right".to_owned()
}

impl FilledField {
    /// Where the value stands; an unknown word is the lint's to name.
    pub fn place(&self) -> Place {
        match self.place.as_str() {
            "below" => Place::Below,
            "inside" => Place::Inside,
            _ => Place::Right,
        }
    }
}

impl Pack {
    /// The form that these titles are of: of several the one with the longest title.
    pub fn filled_form(&self, titles: &str) -> Option<&Filled> {
        let titles = fold(titles);
        let known = self.filled.iter().filter(|form| titles.contains(&fold(&form.title)));
        known.max_by_key(|form| form.title.chars().count())
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn a_form_is_known_by_its_title() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let pack = crate::pack::load(&root, "nantong-2019").unwrap().pack;
        let title = "南通市机关事业单位工勤技能岗位 技术等级考核\n审批表（2019年度）";
        assert_eq!(pack.filled_form(title).map(|form| form.id.as_str()), Some("approval"));
        assert!(pack.filled_form("材料目录").is_none());
    }
}
