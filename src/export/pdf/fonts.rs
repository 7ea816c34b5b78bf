//! The faces a form is set in, and which characters they have.

use super::ExportError;
use std::collections::BTreeMap;
use std::path::PathBuf;
use typst::text::{FontBook, FontInfo};
use typst_kit::fonts::{FontPath, FontStore};

/// Universal fallback: it has every character of GB 18030 that names use.
pub(super) const FALLBACK: &str = "Noto Serif CJK SC";
const REMEDY: &str = "run `make run` once with the package lists at hand; it fills fonts/";

/// Licensed originals first, so that an office that owns them gets them; free stand-ins after.
const FACES: [(&str, &[&str]); 5] = [
    ("song", &["SimSun", "FZShuSong-Z01", FALLBACK]),
    ("fang", &["FangSong_GB2312", "仿宋_GB2312", "FangSong", "FandolFang R"]),
    ("kai", &["KaiTi_GB2312", "楷体_GB2312", "KaiTi", "FandolKai"]),
    ("hei", &["SimHei", "Noto Sans CJK SC"]),
    ("title", &["FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "方正小标宋简体", FALLBACK]),
];

/// What was found for one face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceFound {
    /// `song`, `fang`, `kai`, `hei`, `title`.
    pub face: &'static str,
    /// The family chosen; `None`: there is none.
    pub family: Option<&'static str>,
    /// The file it is in.
    pub file: Option<PathBuf>,
    /// The families looked for, in order.
    pub wanted: &'static [&'static str],
}

/// Looks for every face in the folders, for a report on the machine.
pub fn faces(dirs: &[PathBuf]) -> Vec<FaceFound> {
    let found = scan(dirs);
    let file_of = |name: &str| {
        let is = |(_, info): &&(FontPath, FontInfo)| info.family.eq_ignore_ascii_case(name);
        found.iter().find(is).map(|(path, _)| path.path.clone())
    };
    FACES
        .iter()
        .map(|(face, wanted)| {
            let hit = wanted.iter().find_map(|name| Some((*name, file_of(name)?)));
            let (family, file) = hit.unzip();
            FaceFound { face, family, file, wanted }
        })
        .collect()
}

/// The fonts of the folders in order; the order of files in a folder is that of their names, so
/// that the same folder gives the same choice on every machine.
fn scan(dirs: &[PathBuf]) -> Vec<(FontPath, FontInfo)> {
    let mut all = Vec::new();
    for dir in dirs.iter().filter(|dir| dir.is_dir()) {
        let mut found: Vec<(FontPath, FontInfo)> = typst_kit::fonts::scan(dir).collect();
        found.sort_by(|(a, _), (b, _)| (&a.path, a.index).cmp(&(&b.path, b.index)));
        all.extend(found);
    }
    all
}

/// The fonts found, and the family chosen for each face.
pub(super) struct Faces {
    pub(super) store: FontStore,
    families: BTreeMap<&'static str, &'static str>,
    covered: BTreeMap<&'static str, Chars>,
}

impl Faces {
    /// Scan the folders in order.
    pub(super) fn scan(dirs: &[PathBuf]) -> Result<Self, ExportError> {
        let mut store = FontStore::new();
        store.extend(scan(dirs));
        let mut families = BTreeMap::new();
        for (face, names) in FACES {
            let chosen =
                names.iter().find(|name| has_family(store.book(), name)).ok_or_else(|| {
                    ExportError::MissingFont {
                        family: names.last().copied().unwrap_or(FALLBACK).to_owned(),
                        remedy: REMEDY,
                    }
                })?;
            families.insert(face, *chosen);
        }
        if !has_family(store.book(), FALLBACK) {
            return Err(ExportError::MissingFont { family: FALLBACK.to_owned(), remedy: REMEDY });
        }
        let mut covered: BTreeMap<_, _> = families
            .iter()
            .map(|(face, family)| (*face, Chars::of(store.book(), family)))
            .collect();
        covered.insert("fallback", Chars::of(store.book(), FALLBACK));
        Ok(Self { store, families, covered })
    }

    /// The family a face is set in.
    pub(super) fn family(&self, face: &str) -> &'static str {
        self.families.get(face).copied().unwrap_or(FALLBACK)
    }

    /// The face of that name, or the default for a name we do not know.
    pub(super) fn known(&self, face: &str) -> &'static str {
        self.families.get_key_value(face).map_or("song", |(k, _)| k)
    }

    /// Whether the main font of `face` has the character.
    pub(super) fn has(&self, face: &str, c: char) -> bool {
        self.covered.get(face).is_some_and(|set| set.has(c))
    }

    /// Whether the fallback has the character.
    pub(super) fn fallback_has(&self, c: char) -> bool {
        self.has("fallback", c)
    }
}

/// A set of characters, one bit each: every character of every text is looked up.
struct Chars(Vec<u64>);

impl Chars {
    fn of(book: &FontBook, family: &str) -> Self {
        let mut bits = vec![0; 0x11_0000 / 64];
        for info in book.select_family(&family.to_lowercase()).filter_map(|i| book.info(i)) {
            for c in info.coverage.iter() {
                if let Some(word) = bits.get_mut(c as usize / 64) {
                    *word |= 1u64 << (c % 64);
                }
            }
        }
        Self(bits)
    }

    fn has(&self, c: char) -> bool {
        let c = u32::from(c);
        self.0.get(c as usize / 64).is_some_and(|word| word & (1 << (c % 64)) != 0)
    }
}

fn has_family(book: &FontBook, name: &str) -> bool {
    book.contains_family(&name.to_lowercase())
}
