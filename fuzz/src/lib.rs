//! The stages up to the paper, as they stand in `src/`, without the layout engine that would take
//! half an hour to build. The street runs one way, so its first half is whole without the second.

#![allow(dead_code, unused_imports, reason = "the second half of the street is not here to use it all")]

#[path = "../../src/text/mod.rs"]
pub mod text;
#[path = "../../src/diag/mod.rs"]
pub mod diag;
#[path = "../../src/blobs/mod.rs"]
pub mod blobs;
#[path = "../../src/wall/mod.rs"]
pub mod wall;
#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/pack/mod.rs"]
pub mod pack;
#[path = "../../src/intake/mod.rs"]
pub mod intake;
#[path = "../../src/read/mod.rs"]
pub mod read;
#[path = "../../src/normalize/mod.rs"]
pub mod normalize;
#[path = "../../src/compose/mod.rs"]
pub mod compose;

use chrono::{DateTime, NaiveDate};
use intake::unpack::{UnpackTask, Unpacked, unpack};
use intake::{Arrival, Delivery, EntryKind, FileKind, SourceFile, Witness};
use read::{Content, FileReading, Parsed, ReadTask, Reading};
use std::io::Write;
use std::sync::OnceLock;
use wall::Limits;

/// Limits low enough that a minute holds many tries.
fn limits() -> Limits {
    Limits {
        unpacked_bytes: 8 << 20,
        part_bytes: 4 << 20,
        image_pixels: 1 << 20,
        pages: 50,
        sheet_rows: 2_000,
        workbook_cells: 20_000,
        ..Limits::default()
    }
}

struct Store {
    blobs: blobs::Blobs,
    _dir: tempfile::TempDir,
}

fn store() -> &'static Store {
    static STORE: OnceLock<Store> = OnceLock::new();
    STORE.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let blobs = blobs::Blobs::open(dir.path()).expect("a store in it");
        Store { blobs, _dir: dir }
    })
}

/// Bytes through the reader of their kind; what is stored for it goes again at once.
pub fn parse(bytes: &[u8], kind: FileKind, path: &str) -> Parsed {
    let blobs = &store().blobs;
    let sha256 = blobs.put(bytes).expect("room for a blob").sha256;
    let task = ReadTask {
        blob: blobs.path(&sha256),
        blobs: blobs.root().to_owned(),
        path: path.to_owned(),
        kind,
        sha256,
    };
    let parsed = read::parse(&task, &limits());
    sweep();
    // a refusal is said, and never by a code without words
    if matches!(parsed.content, Content::Refused) {
        assert!(!parsed.findings.is_empty());
    }
    assert!(parsed.findings.iter().all(|f| !f.message.is_empty()));
    parsed
}

fn sweep() {
    for item in std::fs::read_dir(store().blobs.root()).into_iter().flatten().flatten() {
        let _ = std::fs::remove_dir_all(item.path());
    }
}

/// The text of a document part as a whole docx.
pub fn docx(document: &[u8]) -> Parsed {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, part) in [("[Content_Types].xml", &b"<Types/>"[..]), ("word/document.xml", document)] {
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, stored).expect("in memory");
        zip.write_all(part).expect("in memory");
    }
    let bytes = zip.finish().expect("in memory").into_inner();
    parse(&bytes, FileKind::Zip, "表.docx")
}

/// Bytes as an archive: every member that comes out has a name that stays inside.
pub fn archive(bytes: &[u8]) {
    let blobs = &store().blobs;
    let sha256 = blobs.put(bytes).expect("room for a blob").sha256;
    let task = UnpackTask {
        blobs: blobs.root().to_owned(),
        sha256,
        path: "单位.zip".to_owned(),
        prefix: String::new(),
    };
    if let Unpacked::Files { files, .. } = unpack(&task, &limits()).expect("the store works") {
        for file in files {
            assert!(!file.path.starts_with('/') && !file.path.contains('\0'), "{:?}", file.path);
            let outside = file.path.split('/').any(|part| part == "..");
            assert!(!outside || file.refused.is_some(), "{:?}", file.path);
        }
    }
    sweep();
}

/// What was read of one file, through the header, the rows and the values.
pub fn filed(parsed: Parsed) {
    static PACK: OnceLock<pack::Pack> = OnceLock::new();
    let pack = PACK.get_or_init(|| {
        let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
        pack::load(&templates, "nantong-2019").expect("the pack is sound").pack
    });
    let file = SourceFile {
        path: "汇总表.csv".to_owned(),
        sha256: "00".to_owned(),
        bytes: 1,
        kind: FileKind::Text,
        litter: false,
        refused: None,
    };
    let at = DateTime::parse_from_rfc3339("2019-06-12T10:00:00+08:00").expect("a moment");
    let delivery = Delivery {
        entry: "单位".to_owned(),
        sender: "单位".to_owned(),
        kind: EntryKind::Folder,
        content: "c".to_owned(),
        files: vec![file.clone()],
        arrival: Arrival { at, by: Witness::Run, last_look: None },
        settled: true,
        findings: Vec::new(),
    };
    let Parsed { kind, content, findings } = parsed;
    let files = vec![FileReading { file, kind, content, findings }];
    let today = NaiveDate::from_ymd_opt(2019, 6, 12).expect("a day");
    let filing = normalize::normalize(&Reading { delivery, files }, pack, today);
    let chain = normalize::Chain { current: filing, earlier: Vec::new() };
    let _ = normalize::assemble(&[chain], pack);
}
