//! An empty person record: every field there is, each as empty text.
//!
//! Templates name fields and an unknown name is an error, so a fact that nobody gave must be
//! there as "".

use serde_json::{Map, Value};

/// Fields that hold one text (domain field ids).
const FIELDS: &str = "person.name person.sex person.ethnic person.id_no person.birth \
    person.work_start person.photo person.politics person.identity person.staffed \
    person.retire_on person.age unit.name unit.address unit.postcode unit.phone unit.uscc \
    unit.supervisor unit.kind unit.system unit.area unit.has_system post.trade post.level \
    post.trade_years post.level_years service.years service.trade_years apply.trade apply.level \
    apply.transferred apply.exception apply.failed_before apply.trade_licence apply.note \
    education.rank education.major education.school education.date education.no \
    education.special_cert title.name title.rank awards_text achievements cert.level cert.trade \
    cert.no cert.date cert.issuer cert.path training.passed_years coached.top10_city \
    unique_skill opinion.unit opinion.supervisor opinion.county opinion.city score.theory \
    score.practice score.review vote.due vote.present vote.yes vote.no vote.abstain \
    public_result contact.person contact.phone";

/// Fields that hold rows.
const ROWS: [&str; 6] = ["resume", "papers", "experts", "honours", "contests", "awards"];

/// The record `p` of a template with nothing known: nested by the dots of the field ids.
pub fn blank_record() -> Value {
    let mut root = Map::new();
    for id in FIELDS.split_whitespace() {
        match id.split_once('.') {
            None => {
                root.insert(id.to_owned(), Value::from(""));
            }
            Some((group, name)) => {
                let group = root.entry(group).or_insert_with(|| Value::Object(Map::new()));
                group[name] = Value::from("");
            }
        }
    }
    for id in ROWS {
        root.insert(id.to_owned(), Value::Array(Vec::new()));
    }
    Value::Object(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_there_and_empty() {
        let record = blank_record();
        assert_eq!(record["person"]["id_no"], "");
        assert_eq!(record["achievements"], "");
        assert_eq!(record["resume"], Value::Array(Vec::new()));
        assert!(record["person"].get("nmae").is_none());
    }
}
