//! The other formats of a workbook, byte by byte: xls (BIFF8 in a compound file), xlsb, ods, XML 2003.

use super::book::{Cell, Roster, escaped};
use std::io::{Cursor, Write};

pub(super) const CONTENT_TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";
pub(super) const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"{main}\"/></Relationships>";

/// A ZIP package of these parts.
pub(super) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The cells that hold something, with their places.
fn filled(roster: &Roster) -> impl Iterator<Item = (usize, usize, &Cell)> {
    let cells = roster.rows.iter().enumerate();
    let placed =
        cells.flat_map(|(r, row)| row.iter().enumerate().map(move |(c, cell)| (r, c, cell)));
    placed.filter(|(_, _, cell)| **cell != Cell::from(""))
}

// ---------------------------------------------------------------- xls

/// A compound file with these streams; each fills at least the sectors that keep it out of the
/// stream of small ones.
pub(super) fn ole(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const SECTOR: usize = 512;
    let padded: Vec<(&str, Vec<u8>)> = streams
        .iter()
        .map(|(name, bytes)| {
            let mut bytes = bytes.clone();
            bytes.resize(bytes.len().max(4096).next_multiple_of(SECTOR), 0);
            (*name, bytes)
        })
        .collect();
    let directory = (streams.len() + 1).div_ceil(4);
    let count = directory + padded.iter().map(|(_, b)| b.len() / SECTOR).sum::<usize>();
    let tables = (1..).find(|n| n * 128 >= count + n).unwrap();
    let mut fat: Vec<u32> = vec![0xFFFF_FFFD; tables];
    let chain = |fat: &mut Vec<u32>, length: usize| {
        let start = fat.len() as u32;
        fat.extend((1..length as u32).map(|n| start + n));
        fat.push(0xFFFF_FFFE);
        start
    };
    let root = chain(&mut fat, directory);
    let starts: Vec<u32> =
        padded.iter().map(|(_, bytes)| chain(&mut fat, bytes.len() / SECTOR)).collect();
    fat.resize(tables * 128, 0xFFFF_FFFF);
    let mut out = vec![0; SECTOR];
    let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    put(24, &[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    put(44, &(tables as u32).to_le_bytes());
    put(48, &root.to_le_bytes());
    put(56, &4096u32.to_le_bytes());
    put(60, &0xFFFF_FFFEu32.to_le_bytes());
    put(68, &0xFFFF_FFFEu32.to_le_bytes());
    for n in 0..109u32 {
        let sector = if (n as usize) < tables { n } else { 0xFFFF_FFFF };
        put(76 + n as usize * 4, &sector.to_le_bytes());
    }
    out.extend(fat.iter().flat_map(|n| n.to_le_bytes()));
    let mut entries = entry("Root Entry", 5, u32::MAX, 1, 0xFFFF_FFFE, 0);
    for (n, ((name, bytes), start)) in padded.iter().zip(&starts).enumerate() {
        let next = if n + 1 < padded.len() { n as u32 + 2 } else { u32::MAX };
        entries.extend(entry(name, 2, next, u32::MAX, *start, bytes.len() as u32));
    }
    entries.resize(directory * SECTOR, 0);
    out.extend(entries);
    padded.into_iter().for_each(|(_, bytes)| out.extend(bytes));
    out
}

fn entry(name: &str, kind: u8, right: u32, child: u32, start: u32, size: u32) -> Vec<u8> {
    let mut out = utf16(name);
    let length = out.len() as u16 + 2;
    out.resize(64, 0);
    out.extend(length.to_le_bytes());
    out.extend([kind, 1]);
    for id in [u32::MAX, right, child] {
        out.extend(id.to_le_bytes());
    }
    out.resize(116, 0);
    out.extend(start.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.resize(128, 0);
    out
}

fn biff(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// An xls; `globals` are further records of the workbook, `records` of the sheet.
pub(super) fn xls(roster: &Roster, globals: &[(u16, &[u8])], records: &[(u16, &[u8])]) -> Vec<u8> {
    let all =
        |list: &[(u16, &[u8])]| list.iter().flat_map(|(k, d)| biff(*k, d)).collect::<Vec<_>>();
    let bof = |kind: u8| biff(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut sheet = bof(0x10);
    sheet.extend(all(records));
    for (row, column, cell) in filled(roster) {
        let mut data: Vec<u8> = [row as u16, column as u16, 0].map(u16::to_le_bytes).concat();
        sheet.extend(match cell {
            Cell::Number(n) => {
                data.extend(n.to_le_bytes());
                biff(0x0203, &data)
            }
            other => {
                let text = other.text();
                data.extend((text.encode_utf16().count() as u16).to_le_bytes());
                data.push(1);
                data.extend(utf16(&text));
                biff(0x0204, &data)
            }
        });
    }
    for (top, left, bottom, right) in &roster.merges {
        let data: Vec<u8> =
            [1, *top as u16, *bottom as u16, *left, *right].map(u16::to_le_bytes).concat();
        sheet.extend(biff(0x00E5, &data));
    }
    sheet.extend(biff(0x000A, &[]));
    let name = "汇总表";
    let bound = |at: u32| {
        let mut data = at.to_le_bytes().to_vec();
        data.extend([0, 0, name.encode_utf16().count() as u8, 1]);
        data.extend(utf16(name));
        biff(0x0085, &data)
    };
    let front =
        [bof(5), biff(0x0042, &1200u16.to_le_bytes()), all(globals), biff(0x00E0, &[0; 20])];
    let front = front.concat();
    let at = front.len() + bound(0).len() + 4;
    let stream = [front, bound(at as u32), biff(0x000A, &[]), sheet].concat();
    ole(&[("Workbook", stream)])
}

// ---------------------------------------------------------------- xlsb

fn brt(kind: u32, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for mut number in [kind, data.len() as u32] {
        while number >= 0x80 {
            out.push((number & 0x7F) as u8 | 0x80);
            number >>= 7;
        }
        out.push(number as u8);
    }
    out.extend(data);
    out
}

fn counted(text: &str) -> Vec<u8> {
    let units = utf16(text);
    [&(units.len() as u32 / 2).to_le_bytes()[..], &units].concat()
}

/// An xlsb; rows of `hidden` (from 0) are hidden.
pub(super) fn xlsb(roster: &Roster, hidden: &[usize]) -> Vec<u8> {
    let bundle = [[0; 4], 1u32.to_le_bytes()].concat();
    let bundle = [bundle, counted("rId1"), counted("汇总表")].concat();
    let book = [
        brt(131, &[]),
        brt(153, &[0; 8]),
        brt(143, &[]),
        brt(156, &bundle),
        brt(144, &[]),
        brt(157, &[0; 26]),
        brt(132, &[]),
    ];
    let mut sheet = [brt(129, &[]), brt(148, &[0; 16]), brt(145, &[])].concat();
    for (row, cells) in roster.rows.iter().enumerate() {
        let mut head = [0; 17];
        head[..4].copy_from_slice(&(row as u32).to_le_bytes());
        head[11] = if hidden.contains(&row) { 0x10 } else { 0 };
        sheet.extend(brt(0, &head));
        for (column, cell) in cells.iter().enumerate().filter(|(_, c)| **c != Cell::from("")) {
            let at = [(column as u32).to_le_bytes(), [0; 4]].concat();
            sheet.extend(match cell {
                Cell::Number(n) => brt(5, &[&at[..], &n.to_le_bytes()].concat()),
                other => brt(6, &[at, counted(&other.text())].concat()),
            });
        }
    }
    sheet.extend([brt(146, &[]), brt(130, &[])].concat());
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{kinds}/worksheet\" Target=\"worksheets/sheet1.bin\"/></Relationships>"
    );
    zip(&[
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("_rels/.rels", RELATIONS.replace("{main}", "xl/workbook.bin").as_bytes()),
        ("xl/workbook.bin", &book.concat()),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}

// ---------------------------------------------------------------- docx

/// A docx with one table of these rows.
pub(super) fn docx(rows: &str) -> Vec<u8> {
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>"
    );
    zip(&[
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("_rels/.rels", RELATIONS.replace("{main}", "word/document.xml").as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ])
}

// ---------------------------------------------------------------- ods and XML 2003

/// An ods; `manifest` stands in its list of parts.
pub(super) fn ods(roster: &Roster, manifest: &str) -> Vec<u8> {
    let cell = |cell: &Cell| match cell {
        Cell::Number(n) => format!(
            "<table:table-cell office:value-type=\"float\" office:value=\"{n}\"><text:p>{n}</text:p></table:table-cell>"
        ),
        Cell::Date(y, m, d, _) => format!(
            "<table:table-cell office:value-type=\"date\" office:date-value=\"{y}-{m:02}-{d:02}\"><text:p>{y}.{m}</text:p></table:table-cell>"
        ),
        Cell::Raw(xml) => (*xml).to_owned(),
        Cell::Text(text) if text.is_empty() => "<table:table-cell/>".to_owned(),
        Cell::Text(text) => format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>",
            escaped(text)
        ),
    };
    let rows: String = roster
        .rows
        .iter()
        .map(|row| {
            format!(
                "<table:table-row>{}</table:table-row>",
                row.iter().map(cell).collect::<String>()
            )
        })
        .collect();
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:body><office:spreadsheet><table:table table:name=\"汇总表\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
        ("content.xml", content.as_bytes()),
    ])
}

/// A workbook of XML 2003.
pub(super) fn xml_2003(roster: &Roster) -> String {
    let cell = |cell: &Cell| match cell {
        Cell::Raw(xml) => (*xml).to_owned(),
        Cell::Number(n) => format!("<Cell><Data ss:Type=\"Number\">{n}</Data></Cell>"),
        other => format!("<Cell><Data ss:Type=\"String\">{}</Data></Cell>", escaped(&other.text())),
    };
    let rows: String = roster
        .rows
        .iter()
        .map(|row| format!("<Row>{}</Row>", row.iter().map(cell).collect::<String>()))
        .collect();
    format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"汇总表\"><Table>{rows}</Table></Worksheet></Workbook>"
    )
}
