//! Any bytes into the readers of single values: what `fuzz/` calls, and what replays its finds.

use crate::read::CellValue;
use crate::text::PartialDate;

/// Bytes as a cell: eight bytes after a nul are a number, anything else is text.
fn cell(bytes: &[u8]) -> CellValue {
    match bytes.strip_prefix(&[0]).and_then(|rest| rest.first_chunk::<8>()) {
        Some(number) => CellValue::Number(f64::from_le_bytes(*number)),
        None => CellValue::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// Bytes as a date; a date that was read is one of the calendar.
pub fn date(bytes: &[u8]) {
    let born = PartialDate::month(1970, 3);
    for known in [None, born.as_ref()] {
        let parsed = super::date::read(&cell(bytes), known);
        if let Some(super::Value::Date(date)) = parsed.value {
            assert!(date.first() <= date.last(), "{date:?}");
        }
    }
    let _ = super::date::read_end(&cell(bytes));
}

/// Bytes as an identity number; one that was read has eighteen characters.
pub fn id_number(bytes: &[u8]) {
    let (parsed, _) = super::id_number::read(&cell(bytes), "A1");
    if let Some(super::Value::Text(number)) = parsed.value {
        assert_eq!(number.chars().count(), 18, "{number}");
    }
}

/// Bytes as the label of a column, alone and below another.
pub fn label(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (parent, child) = text.split_once('\n').unwrap_or(("", &text));
    let _ = super::header::meaning(None, child);
    let _ = super::header::meaning(Some(parent), child);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn what_fuzzing_found_stays_found() {
        type Run = fn(&[u8]);
        let targets: [(&str, Run); 3] =
            [("date", super::date), ("id_number", super::id_number), ("label", super::label)];
        for (target, run) in targets {
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/crashes").join(target);
            for file in std::fs::read_dir(&dir).unwrap() {
                run(&std::fs::read(file.unwrap().path()).unwrap());
            }
        }
    }
}
