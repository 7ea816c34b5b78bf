//! The photo: there, a JPEG, small enough, of the right shape.

use super::case::{Case, Docket};
use crate::diag::{Finding, FindingBuilder, Origin};
use crate::normalize::MaterialFile;
use crate::pack::Photo;

/// Width over height of a two-inch photo, when the pack does not say.
const ASPECT: [f64; 2] = [0.64, 0.80];
/// Fewer pixels print blurred, when the pack does not say.
const MIN_PX: [u32; 2] = [120, 160];

/// Judges the photo of one person.
pub(super) fn check(case: &Case<'_>, docket: &mut Docket) {
    let Some(rules) = &case.pack.photo else { return };
    let Some(photo) = &case.applicant.photo else {
        if rules.required {
            absent(rules, case, docket);
        }
        return;
    };
    let findings = judge(rules, photo)
        .into_iter()
        .map(|f| f.clause(&rules.clause).field("person.photo").build());
    docket.findings.extend(findings);
}

fn absent(rules: &Photo, case: &Case<'_>, docket: &mut Docket) {
    let broken = case
        .applicant
        .refused
        .iter()
        .find(|file| rules.words.iter().any(|word| file.path.contains(word.as_str())));
    let of_file = |f: &&Finding| broken.is_some_and(|file| file.path == f.origin.path);
    let unread = |f: &Finding| f.code.as_str() == "IN-131";
    // why it cannot be read was said, and better than that it is broken
    let said = |f: &Finding| f.blocks() && !["MT-141", "PH-105"].contains(&f.code.as_str());
    let finding = match broken {
        Some(file) if docket.findings.iter().filter(of_file).any(unread) => {
            Finding::new("PH-102", Origin::file(&file.path))
                .arg("kind", file.kind.to_uppercase())
                .arg("formats", formats(rules))
        }
        Some(_) if docket.findings.iter().filter(of_file).any(said) => return,
        Some(file) => Finding::new("PH-105", Origin::file(&file.path)),
        None => Finding::new("PH-101", case.row()),
    };
    docket.say(finding.clause(&rules.clause).field("person.photo").build());
}

fn judge(rules: &Photo, photo: &MaterialFile) -> Vec<FindingBuilder> {
    let say = |code: &str| Finding::new(code, Origin::file(&photo.path));
    let mut findings = Vec::new();
    if !format_ok(rules, &photo.kind) {
        let kind = photo.kind.to_uppercase();
        findings.push(say("PH-102").arg("kind", kind).arg("formats", formats(rules)));
    }
    let limit = rules.max_bytes.map_or_else(|| "—".to_owned(), |max| max.to_string());
    if rules.max_bytes.is_some_and(|max| photo.bytes > max) {
        findings.push(say("PH-103").arg("bytes", photo.bytes).arg("limit", limit));
    } else if let Some(grace) = rules.grace_bytes.filter(|grace| photo.bytes > *grace) {
        let near = say("PH-104").arg("bytes", photo.bytes).arg("grace", grace);
        findings.push(near.arg("limit", limit));
    }
    let Some(scan) = &photo.scan else { return findings };
    if let Some(image) = &scan.image {
        let ratio = f64::from(image.width) / f64::from(image.height.max(1));
        let [least, most] = rules.aspect.unwrap_or(ASPECT);
        if ratio < least || ratio > most {
            let mm = rules.prints.as_ref().map_or_else(
                || "35×49 毫米".to_owned(),
                |p| format!("{}×{} 毫米", p.width_mm, p.height_mm),
            );
            findings.push(say("PH-111").arg("value", format!("{ratio:.2}")).arg("mm", mm));
        }
        let [width, height] = rules.min_px.unwrap_or(MIN_PX);
        if image.width < width || image.height < height {
            findings.push(say("PH-112").arg("w", image.width).arg("h", image.height));
        }
        if rules.colour && image.grey {
            findings.push(say("PH-121"));
        }
        if image.uneven {
            findings.push(say("PH-122"));
        }
    }
    if scan.pages.first().is_some_and(|page| page.rotate != 0) {
        findings.push(say("PH-113"));
    }
    findings
}

/// The formats a photo may have, as they are told.
fn formats(rules: &Photo) -> String {
    let names: Vec<String> = rules.formats.iter().map(|format| format.to_uppercase()).collect();
    if names.is_empty() { "JPG".to_owned() } else { names.join("、") }
}

fn format_ok(rules: &Photo, kind: &str) -> bool {
    let same = |format: &String| {
        let format = format.to_lowercase();
        format == kind || (format == "jpg" && kind == "jpeg")
    };
    rules.formats.is_empty() || rules.formats.iter().any(same)
}
