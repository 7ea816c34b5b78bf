//! The clean applicant of a pack, read from `clean.toml`, and the bytes of what is handed in.

use super::read::{Case, Person, root};
use crate::people::{id_number, jpeg};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

/// `clean.toml` of a pack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clean {
    pub(crate) circular: String,
    pub(crate) now: String,
    /// Label and value of every column a clean roster has.
    pub(crate) columns: Vec<[String; 2]>,
    /// Labels a case may add.
    pub(crate) extra: Vec<String>,
    pub(crate) scans: Vec<String>,
    pub(crate) photo: bool,
    /// Trade, 现有技师人数 and whether it applied last year, for units that say nothing.
    pub(crate) census: Vec<[String; 3]>,
}

/// Columns of the case table that are no columns of the roster.
const OWN: [&str; 6] = ["单位", "缺", "加", "照片", "写作", "缺列"];

impl Clean {
    pub(crate) fn of(pack: &str) -> Self {
        let text = fs::read_to_string(root().join(pack).join("clean.toml")).unwrap();
        toml::from_str(&text).unwrap_or_else(|e| panic!("{pack}/clean.toml: {e}"))
    }

    /// Columns of a case nobody knows.
    pub(crate) fn faults(&self, case: &Case) -> Vec<String> {
        let known = |label: &String| {
            OWN.contains(&label.as_str())
                || self.columns.iter().any(|[own, _]| own == label)
                || self.extra.contains(label)
        };
        let labels = case.people.iter().flat_map(|p| p.cells.keys());
        let mut faults: Vec<String> = labels
            .filter(|label| !known(label))
            .map(|label| format!("{}: no such column: {label}", case.file))
            .collect();
        faults.dedup();
        faults
    }

    /// Labels of the roster of these people: the clean ones and what the case adds.
    pub(crate) fn labels(&self, people: &[&Person]) -> Vec<String> {
        let mut labels: Vec<String> = self.columns.iter().map(|[label, _]| label.clone()).collect();
        for label in people.iter().flat_map(|p| p.cells.keys()) {
            if !OWN.contains(&label.as_str()) && !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        let gone = people.iter().filter_map(|p| p.cells.get("缺列"));
        let gone: Vec<&str> = gone.flat_map(|text| text.split_whitespace()).collect();
        labels.retain(|label| !gone.contains(&label.as_str()));
        labels
    }

    /// The row of a person under these labels.
    pub(crate) fn row(&self, who: &Who<'_>, labels: &[String]) -> Vec<String> {
        labels.iter().map(|label| self.cell(who, label)).collect()
    }

    fn cell(&self, who: &Who<'_>, label: &str) -> String {
        let own = who.person.cells.get(label).map(String::as_str);
        if own == Some("（空）") {
            return String::new();
        }
        if label == "姓名" {
            let written = who.person.cells.get("写作").unwrap_or(&who.person.name);
            return written.replace('_', " ");
        }
        if label == "身份证号码" {
            return who.id.clone();
        }
        if let Some(own) = own {
            return own.to_owned();
        }
        let clean = self.columns.iter().find(|[column, _]| column == label);
        let text = clean.map_or("", |[_, value]| value.as_str());
        let part = |range: std::ops::Range<usize>| who.born.get(range).unwrap();
        let sex = if who.man { "男" } else { "女" };
        text.replace("{n}", &who.number.to_string())
            .replace("{sex}", sex)
            .replace("{birth}", &format!("{}.{}", part(0..4), part(4..6)))
            .replace("{cert}", &format!("07320{:06}", who.number))
            .replace("{unit}", &who.unit)
    }
}

/// A person with what the runner gave them.
#[derive(Debug, Clone)]
pub(crate) struct Who<'a> {
    pub(crate) person: &'a Person,
    pub(crate) unit: String,
    pub(crate) number: usize,
    pub(crate) id: String,
    born: String,
    man: bool,
}

impl<'a> Who<'a> {
    /// `number` is the person's place in the whole pack; `ids` those of people before.
    pub(crate) fn new(
        case: &Case,
        person: &'a Person,
        number: usize,
        ids: &BTreeMap<String, String>,
    ) -> Self {
        let man = person.cells.get("性别").is_none_or(|sex| sex != "女");
        let stated = person.cells.get("出生年月").map(String::as_str).unwrap_or_default();
        let digits: String = stated.chars().filter(char::is_ascii_digit).collect();
        let born = match digits.len() {
            6 => format!("{digits}15"),
            8 => digits,
            _ => format!("197503{:02}", 1 + number / 400),
        };
        let order = (number % 400) * 2 + usize::from(man) + 100;
        let own = id_number(&format!("320602{born}{order:03}"));
        let id = match person.cells.get("身份证号码").map(String::as_str) {
            None => own,
            Some("（空）") => String::new(),
            Some(text) => written_id(text, ids, &own),
        };
        Self { person, unit: case.unit(person), number, id, born, man }
    }

    /// The folder of the person in the unit's folder.
    pub(crate) fn folder(&self) -> String {
        format!("{:02}{}", self.number % 100, self.person.name)
    }

    /// Scans and photo by path inside the unit's folder.
    pub(crate) fn files(&self, clean: &Clean) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let cell = |column: &str| self.person.cells.get(column).map_or("", String::as_str);
        let left_out: Vec<&str> = cell("缺").split_whitespace().collect();
        let scans = clean.scans.iter().map(String::as_str).filter(|_| cell("缺") != "全部");
        let scans = scans.filter(|scan| !left_out.iter().any(|word| scan.contains(word)));
        for (at, scan) in scans.chain(cell("加").split_whitespace()).enumerate() {
            let name = if scan.contains('.') { scan.to_owned() } else { format!("{scan}.jpg") };
            let mark = format!("{} {} {at}", clean.circular, self.number);
            files.insert(format!("{}/{name}", self.folder()), scan_of(&mark));
        }
        let with_photo = clean.photo && cell("缺") != "全部" && !left_out.contains(&"照片");
        if with_photo || !cell("照片").is_empty() {
            let mark = format!("{} photo {}", clean.circular, self.number);
            files.insert(format!("{}/照片.jpg", self.folder()), photo(cell("照片"), &mark));
        }
        files
    }
}

/// A number as the case writes it: `ID(320602,19750230,001)`, with `!` behind it a wrong check digit,
/// with `15` before the bracket an old one; `同王甲` the number of another person.
fn written_id(text: &str, ids: &BTreeMap<String, String>, own: &str) -> String {
    if let Some(other) = text.strip_prefix('同') {
        return ids.get(other).cloned().unwrap_or_else(|| panic!("no {other} before"));
    }
    if text == "错" {
        return wrong_digit(own);
    }
    let inner = text.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let Some((inner, tail)) = inner.filter(|_| text.starts_with("ID")) else {
        return text.to_owned();
    };
    let digits: String = inner.split(',').collect();
    if text.starts_with("ID15") {
        return digits;
    }
    let whole = id_number(&digits);
    match tail {
        "!" => wrong_digit(&whole),
        "x" => whole.to_lowercase(),
        "全" => whole.chars().map(wide).collect(),
        _ => whole,
    }
}

fn wide(c: char) -> char {
    char::from_u32(u32::from(c) + 0xFEE0).unwrap()
}

fn wrong_digit(id: &str) -> String {
    let head: String = id.chars().take(17).collect();
    format!("{head}{}", if id.ends_with('1') { '2' } else { '1' })
}

/// A small scan with a mark nobody sees, so that no two have the same bytes.
fn scan_of(mark: &str) -> Vec<u8> {
    static SCAN: OnceLock<Vec<u8>> = OnceLock::new();
    marked(SCAN.get_or_init(|| jpeg(32, 45, 0b1010_0110)), mark.as_bytes())
}

/// A JPEG with a comment behind its first marker.
fn marked(jpeg: &[u8], comment: &[u8]) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2);
    let length = u16::try_from(comment.len() + 2).unwrap().to_be_bytes();
    [start, &[0xFF, 0xFE], &length, comment, rest].concat()
}

/// A photo: a number of bytes, or one of the ways it can be wrong.
fn photo(how: &str, mark: &str) -> Vec<u8> {
    static PHOTO: OnceLock<Vec<u8>> = OnceLock::new();
    let good = PHOTO.get_or_init(|| jpeg(295, 413, 0b1100_1010));
    if let Ok(bytes) = how.parse::<usize>() {
        let mut comment = mark.as_bytes().to_vec();
        comment.resize(bytes - good.len() - 4, b'.');
        return marked(good, &comment);
    }
    let picture = || image::load_from_memory(good).unwrap();
    let encoded = |picture: &image::DynamicImage, format| {
        let mut out = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    };
    let grey = || image::DynamicImage::ImageLuma8(picture().to_luma8());
    match how {
        "png" => encoded(&picture().thumbnail(150, 210), image::ImageFormat::Png),
        "灰" => marked(&encoded(&grey(), image::ImageFormat::Jpeg), mark.as_bytes()),
        // the blocks of the lower edge stand where the ground of a portrait is
        "花" => {
            let flowery = picture().flipv();
            marked(&encoded(&flowery, image::ImageFormat::Jpeg), mark.as_bytes())
        }
        "横" => marked(&jpeg(413, 295, 5), mark.as_bytes()),
        "小" => marked(&jpeg(70, 98, 9), mark.as_bytes()),
        "转" => exif(&marked(good, mark.as_bytes())),
        // cut in the middle, with the end of a whole one: as a broken copy looks
        "坏" => {
            let half: Vec<u8> = good.iter().take(600).copied().collect();
            [&half[..], &[0; 300], &[0xFF, 0xD9]].concat()
        }
        _ => marked(good, mark.as_bytes()),
    }
}

/// The same with an EXIF orientation of 6.
fn exif(jpeg: &[u8]) -> Vec<u8> {
    let tiff: [u8; 26] =
        [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    let body = [b"Exif\0\0".as_slice(), &tiff].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    let (start, rest) = jpeg.split_at(2);
    [start, &[0xFF, 0xE1], &length, &body, rest].concat()
}
