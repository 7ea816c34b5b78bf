//! Whole booklets from synthetic sources, checked with other readers when they are installed.

use super::*;
use crate::read::{PageInfo, Scan, ScanKind};
use ::image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use lopdf::{Document, Object, Stream, dictionary};
use std::io::Cursor;
use std::path::PathBuf;
use std::process::Command;

/// The first Chinese font of `fonts/`; tests that print need it.
fn font() -> Option<StampFonts> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(dir).ok()?.filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    let font = files.iter().find_map(|path| {
        let bytes = std::fs::read(path).ok()?;
        let index = if path.extension()? == "ttc" { 2 } else { 0 };
        ttf_parser::Face::parse(&bytes, index).ok()?.glyph_index('第')?;
        StampFonts::load(bytes, index).ok()
    });
    if font.is_none() {
        println!("skipped: no font file in fonts/");
    }
    font
}

fn picture() -> RgbImage {
    // A frame, and a red corner at the upper left to see the rotation by.
    RgbImage::from_fn(200, 280, |x, y| match (x, y) {
        (0..40, 0..40) => Rgb([220, 30, 30]),
        (5..195, 5..275) => Rgb([230, 235, 250]),
        _ => Rgb([20, 20, 90]),
    })
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn info(rotate: u16) -> PageInfo {
    let (w, h) = if rotate.is_multiple_of(180) { (500.0, 700.0) } else { (700.0, 500.0) };
    PageInfo { width_pt: w, height_pt: h, rotate, blank: false, dpi: Some(150) }
}

fn scan(blobs: &Blobs, kind: ScanKind, bytes: &[u8], rotate: u16, pages: usize) -> Leaf {
    let blob = blobs.put(bytes).unwrap().sha256;
    let pages = vec![info(rotate); pages];
    let scan = Scan { kind, blob, pages, thumbnail: None, image: None };
    let pages = u32::try_from(scan.pages.len()).unwrap();
    Leaf { title: format!("文件 {kind:?} {rotate}"), source: LeafSource::Scan(scan), pages }
}

/// A PDF whose pages inherit box, rotation and resources, with an open `q` in its content.
fn pdf(pages: u32, media: [i64; 4], rotate: i64) -> Vec<u8> {
    let mut doc = Document::with_version("1.5");
    let tree = doc.new_object_id();
    let font = doc.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier",
    });
    let fonts = doc.add_object(dictionary! { "F1" => font });
    let resources = doc.add_object(dictionary! { "Font" => fonts });
    let kids: Vec<Object> = (1..=pages)
        .map(|n| {
            let text = format!(
                "q 3 w 10 10 {} {} re S BT /F1 24 Tf 60 80 Td (Source {n}) Tj ET q 0.5 0 0 0.5 0 0 cm",
                media[2] - 20,
                media[3] - 20
            );
            let content = doc.add_object(Stream::new(dictionary! {}, text.into_bytes()));
            let page = dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => content };
            doc.add_object(page).into()
        })
        .collect();
    let media: Vec<Object> = media.into_iter().map(Object::Integer).collect();
    let root = dictionary! {
        "Type" => "Pages", "Kids" => kids, "Count" => i64::from(pages), "MediaBox" => media,
        "Rotate" => rotate, "Resources" => resources,
    };
    doc.objects.insert(tree, root.into());
    let catalog = doc.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    doc.trailer.set("Root", catalog);
    let mut out = Vec::new();
    doc.save_to(&mut out).unwrap();
    out
}

/// A TIFF of several pages, 16 × 4 pixels, in two strips each of the given compression.
fn tiff(pages: usize, compression: u16, strips: [&[u8]; 2], bits: u16) -> Vec<u8> {
    let mut out = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for _ in 0..pages {
        let at: Vec<u32> = strips
            .iter()
            .map(|strip| {
                let at = out.len() as u32;
                out.extend_from_slice(strip);
                at
            })
            .collect();
        let lists = out.len() as u32;
        out.extend(at.iter().flat_map(|n| n.to_le_bytes()));
        out.extend(strips.iter().flat_map(|s| (s.len() as u32).to_le_bytes()));
        let start = out.len() as u32;
        out[link..link + 4].copy_from_slice(&start.to_le_bytes());
        let photometric = u32::from(bits == 8);
        let tags: [(u16, u32, u32); 9] = [
            (256, 1, 16),
            (257, 1, 4),
            (258, 1, bits.into()),
            (259, 1, compression.into()),
            (262, 1, photometric),
            (273, 2, lists),
            (277, 1, 1),
            (278, 1, 2),
            (279, 2, lists + 8),
        ];
        out.extend((tags.len() as u16).to_le_bytes());
        for (tag, count, value) in tags {
            out.extend(tag.to_le_bytes());
            out.extend(4_u16.to_le_bytes());
            out.extend(count.to_le_bytes());
            out.extend(value.to_le_bytes());
        }
        link = out.len();
        out.extend([0; 4]);
    }
    out
}

/// Two all-white rows in G4 (two V0 codes and the end mark).
const G4_WHITE: &[u8] = &[0b1100_0000, 0b0000_0100, 0b0000_0000, 0b0100_0000];

fn ours(pages: u32) -> LeafSource {
    LeafSource::Pdf(pdf(pages, [0, 0, 595, 842], 0))
}

fn plan(blobs: &Blobs) -> BindPlan {
    let photo = DynamicImage::ImageRgb8(picture());
    let grey = DynamicImage::ImageLuma8(GrayImage::from_fn(64, 64, |x, y| Luma([(x * y) as u8])));
    let clear = RgbaImage::from_fn(64, 64, |x, _| Rgba([200, 0, 0, (x * 4) as u8]));
    let jpeg = encoded(&photo, ImageFormat::Jpeg);
    let rows = [0x55; 32];
    let leaf = |title: &str, source, pages| Leaf { title: title.to_owned(), source, pages };
    let stamp: Vec<String> =
        ["原件已核", "审核人：", "（公章）", "　　年　月　日"].map(str::to_owned).to_vec();
    let chapter = |title: &str, numbered, stamp: &[String], leaves| Chapter {
        title: title.to_owned(),
        numbered,
        stamp: stamp.to_vec(),
        leaves,
    };
    BindPlan {
        title: "张三 申报材料".to_owned(),
        recto: true,
        chapters: vec![
            chapter("封面", false, &[], vec![leaf("封面", ours(1), 1)]),
            chapter("目录", false, &[], vec![leaf("目录", ours(2), 2)]),
            chapter("申报表", true, &[], vec![leaf("申报表", ours(3), 3)]),
            chapter("空章", true, &stamp, vec![]),
            chapter(
                "证书",
                true,
                &stamp,
                vec![
                    scan(blobs, ScanKind::Jpeg, &jpeg, 0, 1),
                    scan(blobs, ScanKind::Jpeg, &jpeg, 90, 1),
                    scan(blobs, ScanKind::Jpeg, &jpeg, 180, 1),
                    scan(blobs, ScanKind::Jpeg, &jpeg, 270, 1),
                    scan(blobs, ScanKind::Png, &encoded(&photo, ImageFormat::Png), 0, 1),
                    scan(blobs, ScanKind::Png, &encoded(&grey, ImageFormat::Png), 0, 1),
                    scan(blobs, ScanKind::Png, &encoded(&clear.into(), ImageFormat::Png), 0, 1),
                    scan(blobs, ScanKind::Tiff, &tiff(2, 4, [G4_WHITE; 2], 1), 0, 2),
                    scan(blobs, ScanKind::Tiff, &tiff(1, 1, [&rows; 2], 8), 0, 1),
                ],
            ),
            chapter(
                "论文",
                true,
                &stamp,
                vec![
                    scan(blobs, ScanKind::Pdf, &pdf(2, [0, 0, 842, 595], 0), 0, 2),
                    scan(blobs, ScanKind::Pdf, &pdf(1, [0, 0, 1190, 842], 90), 0, 1),
                    scan(blobs, ScanKind::Pdf, &pdf(1, [50, 50, 450, 650], 180), 0, 1),
                ],
            ),
        ],
    }
}

struct Made {
    dir: tempfile::TempDir,
    blobs: Blobs,
    plan: BindPlan,
}

fn made() -> Made {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path().join("blobs")).unwrap();
    let plan = plan(&blobs);
    Made { dir, blobs, plan }
}

/// Runs a tool; `None` when it is not installed.
fn tool(name: &str, args: &[&str]) -> Option<(bool, String)> {
    let out = Command::new(name).args(args).output().ok()?;
    Some((out.status.success(), String::from_utf8_lossy(&out.stdout).into_owned()))
}

#[test]
fn layout_counts_only_numbered_pages() {
    let made = made();
    let expected = [None, None, Some((1, 3)), None, Some((4, 13)), Some((14, 17))];
    assert_eq!(layout(&made.plan), expected);
    // 1 + blank, 2, 3 + blank, 10, 4
    assert_eq!(sheet_sides(&made.plan), 22);
    let simplex = BindPlan { recto: false, ..made.plan };
    assert_eq!(layout(&simplex), expected);
    assert_eq!(sheet_sides(&simplex), 20);
}

#[test]
fn binds_everything_and_other_readers_agree() {
    let Some(font) = font() else { return };
    let made = made();
    let out = made.dir.path().join("packet.pdf");
    let packet = bind(&made.plan, &made.blobs, &font, &out).unwrap();
    // For looking at it.
    if let Ok(keep) = std::env::var("DOSSIER_KEEP_PACKET") {
        std::fs::copy(&out, keep).unwrap();
    }
    let bytes = std::fs::read(&out).unwrap();
    assert_eq!(packet.missing, "");
    assert_eq!(packet.bytes, bytes.len() as u64);
    assert_eq!(packet.sha256, crate::blobs::sha256_hex(&bytes));
    assert_eq!(packet.pages, sheet_sides(&made.plan));
    let path = out.to_str().unwrap();
    if let Some((fine, said)) = tool("qpdf", &["--check", path]) {
        assert!(fine, "{said}");
    }
    let Some((_, text)) = tool("pdftotext", &["-layout", path, "-"]) else { return };
    let mut printed = Vec::new();
    for page in text.split('\u{c}') {
        let line = page.lines().find(|l| l.contains("页 共"));
        printed.push(line.map(|l| l.trim().to_owned()));
    }
    let first = printed.iter().position(Option::is_some).unwrap();
    assert_eq!(first, 4, "cover, blank, two of catalogue");
    assert_eq!(printed[first].as_deref(), Some("第 1 页 共 17 页"));
    let numbers: Vec<String> = printed.into_iter().flatten().collect();
    assert_eq!(numbers, (1..=17).map(|n| format!("第 {n} 页 共 17 页")).collect::<Vec<_>>());
    // Nine leaves of certificates, three of papers.
    assert_eq!(text.matches("原件已核").count(), 12);
}

#[test]
fn numbered_chapters_start_where_layout_says() {
    let Some(font) = font() else { return };
    let made = made();
    let out = made.dir.path().join("packet.pdf");
    bind(&made.plan, &made.blobs, &font, &out).unwrap();
    let doc = Document::load(&out).unwrap();
    let toc = doc.get_toc().unwrap().toc;
    let at = |title: &str| {
        toc.iter().find(|t| t.level == 1 && t.title == title).map(|t| t.page).unwrap()
    };
    // Sheet sides of the chapters: every one odd.
    assert_eq!(["封面", "目录", "申报表", "证书", "论文"].map(at), [1, 3, 5, 9, 19]);
    let below = toc.iter().filter(|t| t.level == 2).count();
    assert_eq!(below, 12, "leaves that say more than their chapter");
}

#[test]
fn same_plan_same_bytes() {
    let Some(font) = font() else { return };
    let made = made();
    let (a, b) = (made.dir.path().join("a.pdf"), made.dir.path().join("b.pdf"));
    bind(&made.plan, &made.blobs, &font, &a).unwrap();
    bind(&made.plan, &made.blobs, &font, &b).unwrap();
    assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
}

#[test]
fn wrong_page_count_is_refused() {
    let Some(font) = font() else { return };
    let mut made = made();
    made.plan.chapters[2].leaves[0].pages = 4;
    let out = made.dir.path().join("packet.pdf");
    let error = bind(&made.plan, &made.blobs, &font, &out).unwrap_err();
    assert_eq!(error.bad_leaf(), Some((2, 0)), "{error}");
    let BindError::Leaf { source, .. } = &error else { panic!("{error}") };
    assert!(matches!(**source, BindError::Pages { expected: 4, found: 3 }), "{error}");
}

#[test]
fn missing_blob_and_cut_off_pdf_name_their_leaf() {
    let Some(font) = font() else { return };
    let mut made = made();
    let out = made.dir.path().join("packet.pdf");
    let mut cut = pdf(2, [0, 0, 595, 842], 0);
    cut.truncate(cut.len() / 2);
    made.plan.chapters[0].leaves[0].source = LeafSource::Pdf(cut);
    let error = bind(&made.plan, &made.blobs, &font, &out).unwrap_err();
    assert!(matches!(&error, BindError::Leaf { title, .. } if title == "封面"), "{error}");
    let mut leaf = scan(&made.blobs, ScanKind::Jpeg, b"x", 0, 1);
    if let LeafSource::Scan(scan) = &mut leaf.source {
        scan.blob = "00".repeat(32);
    }
    made.plan.chapters[0].leaves[0] = leaf;
    assert!(bind(&made.plan, &made.blobs, &font, &out).is_err());
}

#[test]
fn characters_the_font_lacks_are_reported() {
    let Some(font) = font() else { return };
    let mut made = made();
    made.plan.chapters[4].stamp = vec!["核\u{e123}".to_owned()];
    let packet = bind(&made.plan, &made.blobs, &font, &made.dir.path().join("packet.pdf")).unwrap();
    assert_eq!(packet.missing, "\u{e123}");
}

#[test]
fn no_font_is_an_error() {
    assert!(matches!(StampFonts::load(b"nothing".to_vec(), 0), Err(BindError::Font(_))));
}

/// A page with a seal as the appearance of a signature, a hidden note and a link.
fn sealed() -> Vec<u8> {
    let mut doc = Document::load_mem(&pdf(1, [0, 0, 595, 842], 0)).unwrap();
    let page = doc.page_iter().next().unwrap();
    let mut annots = Vec::new();
    for (kind, flags, text) in [("Widget", 4, "SEAL"), ("Text", 2, "HIDDEN"), ("Link", 4, "LINK")] {
        let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" };
        let form = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 100.into(), 20.into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F9" => font } },
        };
        let drawing = format!("BT /F9 12 Tf 2 2 Td ({text}) Tj ET");
        let form = doc.add_object(Stream::new(form, drawing.into_bytes()));
        annots.push(Object::Dictionary(dictionary! {
            "Type" => "Annot", "Subtype" => kind, "F" => flags, "P" => page,
            "Rect" => vec![400.into(), 600.into(), 500.into(), 620.into()],
            "AP" => dictionary! { "N" => form },
        }));
    }
    doc.get_dictionary_mut(page).unwrap().set("Annots", annots);
    let mut out = Vec::new();
    doc.save_to(&mut out).unwrap();
    out
}

fn single(leaf: Leaf, numbered: bool) -> BindPlan {
    let chapter = Chapter { title: "章".to_owned(), numbered, leaves: vec![leaf], stamp: vec![] };
    BindPlan { title: String::new(), chapters: vec![chapter], recto: false }
}

#[test]
fn seals_stay_visible_and_hidden_notes_stay_hidden() {
    let Some(font) = font() else { return };
    let made = made();
    let out = made.dir.path().join("packet.pdf");
    let leaf = scan(&made.blobs, ScanKind::Pdf, &sealed(), 0, 1);
    let packet = bind(&single(leaf, true), &made.blobs, &font, &out).unwrap();
    assert_eq!(packet.chapters, [Some((1, 1))]);
    let Some((_, text)) = tool("pdftotext", &[out.to_str().unwrap(), "-"]) else { return };
    assert!(text.contains("SEAL") && text.contains("Source 1"), "{text}");
    assert!(!text.contains("HIDDEN") && !text.contains("LINK"), "{text}");
}

#[test]
fn shared_objects_of_a_source_are_copied_once() {
    let Some(font) = font() else { return };
    let made = made();
    let out = made.dir.path().join("packet.pdf");
    let leaf = scan(&made.blobs, ScanKind::Pdf, &pdf(9, [0, 0, 595, 842], 0), 0, 9);
    bind(&single(leaf, true), &made.blobs, &font, &out).unwrap();
    let bytes = std::fs::read(&out).unwrap();
    let fonts = bytes.windows(8).filter(|w| *w == b"/Courier").count();
    assert_eq!(fonts, 1);
}

#[test]
fn nothing_numbered_and_nothing_at_all_still_bind() {
    let Some(font) = font() else { return };
    let made = made();
    let out = made.dir.path().join("packet.pdf");
    let cover = Leaf { title: "封面".to_owned(), source: ours(1), pages: 1 };
    let packet = bind(&single(cover, false), &made.blobs, &font, &out).unwrap();
    assert_eq!((packet.pages, packet.chapters), (1, vec![None]));
    let packet = bind(&BindPlan::default(), &made.blobs, &font, &out).unwrap();
    assert_eq!(packet.pages, 0);
}
