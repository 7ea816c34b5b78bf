//! Further commands of a case: what a person says, what was printed.

use super::group::Desk;
use super::read::Case;
use super::verdict::{find, word};
use crate::office::{each, repo, text};
use crate::people::workbook;
use calamine::{Reader, Xlsx, open_workbook};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs the steps; what is not as they say, a line each.
pub(crate) fn run(
    case: &Case,
    lines: &[String],
    report: &Value,
    desk: &Desk<'_, '_>,
) -> Vec<String> {
    let mut faults = Vec::new();
    let mut report = report.clone();
    let mut said = String::new();
    for line in lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()) {
        if let Some(step) = line.strip_prefix("$ ") {
            let step = names(&desk.batch.filled(case, step), case, &report);
            match one(case, &step, &mut report, desk) {
                Ok(out) => said = folded(&out),
                Err(fault) => {
                    faults.push(format!("{step}: {fault}"));
                    said.clear();
                }
            }
        } else if let Some(word) = line.strip_prefix("! ") {
            let word = names(&desk.batch.filled(case, word), case, &report);
            if said.contains(&folded(&word)) {
                faults.push(format!("{word} is said in {said}"));
            }
        } else if let Some((times, word)) = counted(line) {
            let found = said.matches(&folded(word)).count();
            if found != times {
                faults.push(format!("{word} is said {found} times in {said}"));
            }
        } else {
            let word = names(&desk.batch.filled(case, line), case, &report);
            if !said.contains(&folded(&word)) {
                faults.push(format!("{word} is not said in {said}"));
            }
        }
    }
    faults
}

/// `2× 序号`: a word that must be there so many times.
fn counted(line: &str) -> Option<(usize, &str)> {
    let (times, word) = line.split_once("× ")?;
    Some((times.parse().ok()?, word))
}

/// `{case:王甲}` becomes the number of the case.
fn names(step: &str, case: &Case, report: &Value) -> String {
    let mut out = step.to_owned();
    for person in &case.people {
        if let Some(found) = find(report, &person.name, &case.unit(person)) {
            out = out.replace(&format!("{{case:{}}}", person.name), text(&found["case"]));
        }
    }
    out
}

/// Text without blanks, so that the layout of a paper does not matter.
fn folded(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn one(case: &Case, step: &str, report: &mut Value, desk: &Desk<'_, '_>) -> Result<String, String> {
    let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
    match verb {
        "dossier" => command(rest, desk),
        "pass" => {
            let mut args = vec!["run", "--settle", "0"];
            if !rest.is_empty() {
                args.extend(["--now", rest]);
            }
            let ran = desk.office.run(&args);
            if ran.code > 1 {
                return Err(format!("exit {}: {}", ran.code, ran.stderr));
            }
            let place = desk.office.path("outbox").join(&desk.circular).join("report.json");
            *report = serde_json::from_slice(&fs::read(place).unwrap()).unwrap();
            Ok(ran.stdout)
        }
        "change" => change(case, rest, desk),
        "drop" => {
            let bytes = crate::people::jpeg(70, 98, 4242);
            desk.office.drop_file(&rest.replace("{unit}", &case.units()[0]), &bytes);
            Ok(String::new())
        }
        "judge" => {
            let person = case.people.iter().find(|p| p.name == rest).ok_or("no such person")?;
            let found = find(report, rest, &case.unit(person)).ok_or("not in the report")?;
            let findings = each(&found["findings"]).iter();
            let lines: Vec<String> = findings
                .map(|f| {
                    let parts = [&f["code"], &f["severity"], &f["clause"], &f["message"]].map(text);
                    parts.join(" ")
                })
                .collect();
            Ok(format!("{}\n{}", word(text(&found["decision"])), lines.join("\n")))
        }
        "read" => text_of(&desk.office.path(rest)),
        "tick" => tick(case, rest, report, desk),
        "print" => printed(case, rest, report, desk),
        _ => Err("no such step".to_owned()),
    }
}

/// `ARGS → CODE`: the program's exit code, 0 unless it is said.
fn command(rest: &str, desk: &Desk<'_, '_>) -> Result<String, String> {
    let (args, code) = rest.split_once(" → ").unwrap_or((rest, "0"));
    let args: Vec<String> = words(args);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ran = desk.office.run(&args);
    let out = format!("{}{}", ran.stdout, ran.stderr);
    if ran.code.to_string() == code { Ok(out) } else { Err(format!("exit {}: {out}", ran.code)) }
}

/// Words at blanks, those in quotes as one.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, part) in text.split('"').enumerate() {
        if at % 2 == 1 {
            out.push(part.to_owned());
        } else {
            out.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    out
}

/// `王甲 学历=本科`: the unit's roster again with another cell.
fn change(case: &Case, rest: &str, desk: &Desk<'_, '_>) -> Result<String, String> {
    let (name, change) = rest.split_once(' ').ok_or("who and what?")?;
    let (column, cell) = change.split_once('=').ok_or("which column?")?;
    let who = desk.batch.who.get(name).ok_or("no such person")?;
    let of_unit = case.people.iter().filter(|p| case.unit(p) == who.unit);
    let labels = &desk.seats[name].labels;
    let at = labels.iter().position(|label| label == column).ok_or("no such column")?;
    let mut rows = vec![labels.clone()];
    for person in of_unit {
        let mut row = desk.batch.clean.row(&desk.batch.who[&person.name], labels);
        if person.name == name {
            cell.clone_into(&mut row[at]);
        }
        rows.push(row);
    }
    let bytes = workbook("汇总表", &rows);
    desk.office.drop_file(&format!("{}/申报汇总表.xlsx", who.unit), &bytes);
    Ok(String::new())
}

/// `名单.xlsx 王甲 审核通过 [opinion]`: the step into the exported list, behind the person's case.
fn tick(case: &Case, rest: &str, report: &Value, desk: &Desk<'_, '_>) -> Result<String, String> {
    let words = words(rest);
    let [file, name, step, opinion @ ..] = words.as_slice() else {
        return Err("which list, who, which step?".to_owned());
    };
    let person = case.people.iter().find(|p| p.name == *name).ok_or("no such person")?;
    let found = find(report, name, &case.unit(person)).ok_or("not in the report")?;
    let path = desk.office.path(file);
    let mut book: Xlsx<_> = open_workbook(&path).map_err(|error| format!("{error}"))?;
    let sheet = book.sheet_names().remove(0);
    let range = book.worksheet_range(&sheet).map_err(|error| error.to_string())?;
    let mut rows: Vec<Vec<String>> =
        range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let column = |label: &str| rows[0].iter().position(|own| own == label).ok_or("no such column");
    let (number, event, said) = (column("案号")?, column("办理")?, column("意见")?);
    let row = rows.iter_mut().find(|row| row[number] == text(&found["case"]));
    let row = row.ok_or("not on the list")?;
    row[event] = step.clone();
    row[said] = opinion.join(" ");
    desk.office.rewrite(file, &workbook(&sheet, &rows));
    Ok(String::new())
}

/// `王甲 审批表.docx` or a path of the outbox: the text of a paper, with `页数 N` before it.
fn printed(case: &Case, rest: &str, report: &Value, desk: &Desk<'_, '_>) -> Result<String, String> {
    let root = desk.office.path("outbox").join(&desk.circular);
    let person = case.people.iter().find(|p| rest.split(' ').next() == Some(p.name.as_str()));
    let path = match person {
        Some(person) => {
            let name = rest.split_once(' ').map_or("", |(_, name)| name);
            let found = find(report, &person.name, &case.unit(person)).ok_or("not there")?;
            let outputs = each(&found["outputs"]).iter().map(|o| text(&o["path"]));
            let all: Vec<&str> = outputs.collect();
            let path = all.iter().find(|path| path.ends_with(&format!("/{name}")));
            (*path.ok_or_else(|| format!("printed are {all:?}"))?).to_owned()
        }
        None => rest.to_owned(),
    };
    let file = root.join(&path);
    if !file.is_file() {
        let folder = file.parent().unwrap();
        let items = fs::read_dir(folder).map(|items| {
            items.map(|item| item.unwrap().file_name().to_string_lossy().into_owned()).collect()
        });
        let there: Vec<String> = items.unwrap_or_default();
        return Err(format!("is not there, but {there:?}"));
    }
    text_of(&file)
}

fn text_of(file: &Path) -> Result<String, String> {
    let ext = file.extension().and_then(|ext| ext.to_str()).unwrap_or_default();
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let inside = |part: &str| -> Result<String, String> {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
        let body = std::io::read_to_string(zip.by_name(part).map_err(|e| e.to_string())?);
        Ok(tags_off(&body.unwrap()))
    };
    match ext {
        "docx" => inside("word/document.xml"),
        "xlsx" => inside("xl/sharedStrings.xml").or_else(|_| inside("xl/worksheets/sheet1.xml")),
        "pdf" => Ok(format!("页数{}。{}", pages(&bytes), pdf_text(file))),
        _ => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

fn tags_off(xml: &str) -> String {
    let parts = xml.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.collect()
}

fn pages(bytes: &[u8]) -> usize {
    lopdf::Document::load_mem(bytes).unwrap().get_pages().len()
}

/// The text of a PDF; empty where no `pdftotext` is installed, so that its words are then not there.
fn pdf_text(file: &Path) -> String {
    let out = Command::new("pdftotext").arg(file).arg("-").current_dir(repo("")).output();
    out.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default()
}
