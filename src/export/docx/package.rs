//! The parts around the text, and the ZIP file: only parts that are referred to, fixed dates.

use super::ExportError;
use super::write::Picture;
use crate::compose::Document;
use crate::export::paper::{clean, family, head_face, look};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// The finished file.
pub(super) fn package(
    document: &Document,
    body: &str,
    footer: Option<&str>,
    pictures: &[Picture<'_>],
) -> Result<Vec<u8>, ExportError> {
    let relations = relations(footer.is_some(), pictures);
    let mut parts: Vec<(String, Vec<u8>)> = [
        ("[Content_Types].xml", content_types(footer.is_some())),
        ("_rels/.rels", root_relations()),
        ("docProps/core.xml", core(&document.title)),
        ("word/document.xml", body.to_owned()),
        ("word/_rels/document.xml.rels", relations),
        ("word/styles.xml", styles(&document.page.style)),
        ("word/settings.xml", settings(document.page.duplex)),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .collect();
    if let Some(footer) = footer {
        parts.push(("word/footer1.xml".to_owned(), footer.as_bytes().to_vec()));
    }
    for picture in pictures {
        parts.push((format!("word/{}", picture.target), picture.bytes.to_vec()));
    }
    zipped(&parts).map_err(|e| ExportError::Docx(e.to_string()))
}

fn zipped(parts: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn content_types(footer: bool) -> String {
    let mut out = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Default Extension=\"jpeg\" ContentType=\"image/jpeg\"/>\
         <Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"{WORD}.document.main+xml\"/>\
         <Override PartName=\"/word/styles.xml\" ContentType=\"{WORD}.styles+xml\"/>\
         <Override PartName=\"/word/settings.xml\" ContentType=\"{WORD}.settings+xml\"/>"
    );
    if footer {
        let _ = write!(
            out,
            "<Override PartName=\"/word/footer1.xml\" ContentType=\"{WORD}.footer+xml\"/>"
        );
    }
    out + "</Types>"
}

fn root_relations() -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{RELS}/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
         </Relationships>"
    )
}

fn relations(footer: bool, pictures: &[Picture<'_>]) -> String {
    let mut out = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    let mut add = |id: &str, kind: &str, target: &str| {
        let _ =
            write!(out, "<Relationship Id=\"{id}\" Type=\"{RELS}/{kind}\" Target=\"{target}\"/>");
    };
    add("rId1", "styles", "styles.xml");
    add("rId2", "settings", "settings.xml");
    if footer {
        // The name docx-rs gives to the first footer.
        add("rIdFooter1", "footer", "footer1.xml");
    }
    for picture in pictures {
        add(&picture.id, "image", &picture.target);
    }
    out + "</Relationships>"
}

fn core(title: &str) -> String {
    let title = clean(title).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // Bytes must not depend on the day; the day of a form is in its text.
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title}</dc:title>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">2000-01-01T00:00:00Z</dcterms:created>\
         </cp:coreProperties>"
    )
}

fn settings(duplex: bool) -> String {
    let mirror = if duplex { "<w:mirrorMargins/>" } else { "" };
    format!(
        "{HEAD}<w:settings xmlns:w=\"{MAIN}\"><w:zoom w:percent=\"100\"/>{mirror}\
         <w:defaultTabStop w:val=\"420\"/>\
         <w:characterSpacingControl w:val=\"compressPunctuation\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" \
         w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         </w:settings>"
    )
}

fn styles(style: &str) -> String {
    let look = look(style);
    let half = |points: f64| (points * 2.0).round();
    let fonts = |face: &str| {
        let name = family(face);
        format!("<w:rFonts w:ascii=\"{name}\" w:eastAsia=\"{name}\" w:hAnsi=\"{name}\"/>")
    };
    let mut out = format!(
        "{HEAD}<w:styles xmlns:w=\"{MAIN}\"><w:docDefaults><w:rPrDefault><w:rPr>{}<w:sz w:val=\"{size}\"/>\
         <w:szCs w:val=\"{size}\"/><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:autoSpaceDE w:val=\"0\"/><w:autoSpaceDN w:val=\"0\"/></w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>",
        fonts(look.value),
        size = half(look.size),
    );
    for (level, size) in (1u8..).zip(look.heads) {
        let _ = write!(
            out,
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/>\
             <w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/>\
             <w:pPr><w:keepNext/><w:outlineLvl w:val=\"{}\"/></w:pPr>\
             <w:rPr>{}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr></w:style>",
            level - 1,
            fonts(head_face(level)),
            size = half(size),
        );
    }
    let _ = write!(
        out,
        "<w:style w:type=\"paragraph\" w:styleId=\"Footer\"><w:name w:val=\"footer\"/>\
         <w:basedOn w:val=\"Normal\"/><w:rPr>{}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr></w:style>",
        fonts("song"),
        size = half(look.foot),
    );
    out + "</w:styles>"
}
