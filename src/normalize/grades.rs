//! Several certificates in one row: 高级工取得时间 beside 技师取得时间.
//!
//! Each keeps its grade (`cert.l3.date`, `cert.l2.date`); the one of the person's present level is
//! the certificate the circular asks for (`cert.date`).

use super::table::Column;
use super::{Field, Record, Value};
use crate::text::fold;
use std::collections::BTreeSet;

/// Grades from low to high with their digit; a word that holds another stands before it.
const GRADES: [(&str, &str); 5] =
    [("初级工", "l5"), ("中级工", "l4"), ("高级工", "l3"), ("高级技师", "l1"), ("技师", "l2")];

/// What a certificate has columns for.
const PARTS: [&str; 3] = ["date", "no", "issuer"];

fn digit(text: &str) -> Option<&'static str> {
    let text = fold(text);
    GRADES.iter().find(|(word, _)| text.contains(word)).map(|(_, digit)| *digit)
}

/// Columns of one part of a certificate that each name another grade get the grade into the field.
pub(super) fn tell_apart(columns: &mut [Column]) {
    for part in PARTS {
        let field = format!("cert.{part}");
        let own = |column: &&mut Column| column.meaning.field == field;
        let grades: Vec<Option<&str>> =
            columns.iter_mut().filter(own).map(|column| digit(&column.label)).collect();
        let distinct: BTreeSet<&str> = grades.iter().flatten().copied().collect();
        if distinct.len() < 2 || distinct.len() < grades.len() {
            continue;
        }
        for (column, grade) in columns.iter_mut().filter(own).zip(grades) {
            column.meaning.field = format!("cert.{}.{part}", grade.unwrap_or_default());
        }
    }
}

/// Whether a field is a part of the certificate of one grade, and which part.
pub(super) fn part(field: &str) -> Option<&str> {
    let (grade, part) = field.strip_prefix("cert.")?.split_once('.')?;
    GRADES.iter().any(|(_, digit)| *digit == grade).then_some(part)
}

/// The field of a required fact of the certificate, for a person of this level.
pub(super) fn of_level(fact: &str, level: Option<&str>) -> Option<String> {
    let part = fact.strip_prefix("cert.").filter(|part| PARTS.contains(part))?;
    Some(format!("cert.{}.{part}", digit(level?)?))
}

/// The certificate of the present level, or the highest where the level is not said, is the one
/// that counts.
pub(super) fn choose(record: &mut Record) {
    let filled = |field: &Field| field.value.is_some();
    let level = record.get("post.level").and_then(|f| f.value.as_ref()).map(Value::text);
    for part in PARTS {
        let field = format!("cert.{part}");
        if record.contains_key(&field) {
            continue;
        }
        let highest = ["l1", "l2", "l3", "l4", "l5"].map(|grade| format!("cert.{grade}.{part}"));
        let found = match level.as_deref().and_then(digit) {
            Some(grade) => record.get(&format!("cert.{grade}.{part}")).filter(|f| filled(f)),
            None => highest.iter().find_map(|name| record.get(name).filter(|f| filled(f))),
        };
        if let Some(found) = found.cloned() {
            record.insert(field, found);
        }
    }
}
