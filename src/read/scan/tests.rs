//! Admission of files made here, of the sample inbox and of the hostile corpus.

use super::*;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::tiff::TiffEncoder;
use image::{DynamicImage, ImageEncoder, RgbImage};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use std::path::{Path, PathBuf};

/// Admits bytes in a store of its own.
fn admit_bytes(kind: FileKind, bytes: &[u8]) -> (Parsed, tempfile::TempDir) {
    admit_within(kind, bytes, &Limits::default())
}

fn admit_within(kind: FileKind, bytes: &[u8], limits: &Limits) -> (Parsed, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("blobs");
    let blobs = Blobs::open(&root).unwrap();
    let sha256 = blobs.put(bytes).unwrap().sha256;
    let blob = blobs.path(&sha256);
    let task = ReadTask { blob, blobs: root, path: "甲/扫描件".to_owned(), kind, sha256 };
    (admit(&task, limits), dir)
}

fn scan(parsed: &Parsed) -> &Scan {
    match &parsed.content {
        Content::Scan(scan) => scan,
        other => panic!("{other:?}: {:?}", parsed.findings),
    }
}

fn codes(parsed: &Parsed) -> Vec<String> {
    parsed.findings.iter().map(|f| f.code.to_string()).collect()
}

/// Refused, by exactly one finding with the code.
fn refused(parsed: &Parsed, code: &str) {
    assert_eq!(parsed.content, Content::Refused, "{:?}", parsed.findings);
    assert_eq!(codes(parsed), [code]);
    assert!(parsed.findings[0].severity >= Severity::Error);
}

fn blob(dir: &tempfile::TempDir, sha: &str) -> Vec<u8> {
    Blobs::open(dir.path().join("blobs")).unwrap().get(sha).unwrap()
}

/// A picture with structure and colour, its left half dark.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = ((x * 7 + y * 13) % 64) as u8;
        if x < width / 2 {
            image::Rgb([40 + wave, 20, 20])
        } else {
            image::Rgb([220, 200 - wave, 90])
        }
    })
}

fn jpeg_bytes(image: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, 90)).unwrap();
    out
}

fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif =
        b"\xFF\xE1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}

fn corpus(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("DOSSIER_CORPUS").map_or_else(|| shared("corpus"), PathBuf::from);
    let path = root.join(path);
    if !path.exists() {
        eprintln!("not there, skipped: {}", path.display());
        return None;
    }
    Some(path)
}

/// The shared folder lies beside the repository, or one above when that is a work tree.
fn shared(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found =
        here.ancestors().skip(1).map(|up| up.join("shared").join(name)).find(|p| p.exists());
    found.unwrap_or_else(|| here.join("../shared").join(name))
}

#[test]
fn jpeg_is_admitted_with_print_and_thumbnail() {
    let bytes = jpeg_bytes(&picture(1600, 900));
    let (parsed, dir) = admit_bytes(FileKind::Jpeg, &bytes);
    let scan = scan(&parsed);
    assert_eq!(blob(&dir, &scan.blob), bytes);
    assert!(codes(&parsed).is_empty());
    let info = scan.image.clone().unwrap();
    assert_eq!((info.width, info.height, info.grey), (1600, 900, false));
    let print = image::load_from_memory(&blob(&dir, &info.print.unwrap())).unwrap();
    assert_eq!((print.width(), print.height()), (640, 360));
    let thumb = image::load_from_memory(&blob(&dir, scan.thumbnail.as_ref().unwrap())).unwrap();
    assert_eq!(thumb.width(), 640);
    assert!((scan.pages[0].width_pt - 841.89).abs() < 0.01);
}

#[test]
fn the_ground_behind_a_head_is_even_or_not() {
    let ground = |x: u32| if (x / 40).is_multiple_of(2) { [240, 240, 240] } else { [60, 90, 40] };
    let even = RgbImage::from_pixel(300, 420, image::Rgb([90, 140, 205]));
    let uneven = RgbImage::from_fn(300, 420, |x, _| image::Rgb(ground(x)));
    // a head that reaches into the band leaves the ground even
    let head = RgbImage::from_fn(300, 420, |x, y| {
        image::Rgb(if (120..180).contains(&x) && y > 20 { [40, 30, 30] } else { [90, 140, 205] })
    });
    for (picture, expected) in [(even, false), (uneven, true), (head, false)] {
        let bytes = jpeg_bytes(&picture);
        let (parsed, _dir) = admit_bytes(FileKind::Jpeg, &bytes);
        assert_eq!(scan(&parsed).image.as_ref().unwrap().uneven, expected);
    }
}

#[test]
fn jpeg_cut_or_hollowed_is_refused() {
    let bytes = jpeg_bytes(&picture(800, 600));
    for percent in [10, 30, 60, 95] {
        let cut = &bytes[..bytes.len() * percent / 100];
        refused(&admit_bytes(FileKind::Jpeg, cut).0, "MT-141");
        // An end mark put behind a cut photo does not make it whole.
        let patched = [cut, &[0xFF, 0xD9]].concat();
        refused(&admit_bytes(FileKind::Jpeg, &patched).0, "MT-141");
    }
    refused(&admit_bytes(FileKind::Jpeg, &bytes[..bytes.len() - 2]).0, "MT-141");
    scan(&admit_bytes(FileKind::Jpeg, &[&bytes[..], b"trailing bytes"].concat()).0);
}

#[test]
fn exif_six_is_shown_upright() {
    let bytes = with_exif(&jpeg_bytes(&picture(400, 300)), 6);
    let (parsed, dir) = admit_bytes(FileKind::Jpeg, &bytes);
    let scan = scan(&parsed);
    assert_eq!(codes(&parsed), ["MT-145"]);
    assert_eq!(parsed.findings[0].severity, Severity::Info);
    assert_eq!(scan.pages[0].rotate, 90);
    assert!(scan.pages[0].height_pt > scan.pages[0].width_pt);
    let info = scan.image.clone().unwrap();
    assert_eq!((info.width, info.height), (300, 400));
    // Left and dark before, a clockwise quarter turn makes it the top.
    let print = image::load_from_memory(&blob(&dir, &info.print.unwrap())).unwrap().into_rgb8();
    assert!(print.get_pixel(150, 40).0[0] < 120 && print.get_pixel(150, 360).0[0] > 180);
}

#[test]
fn limits_are_judged_from_the_header() {
    let bytes = jpeg_bytes(&picture(300, 300));
    let limits = Limits { image_pixels: 80_000, ..Limits::default() };
    refused(&admit_within(FileKind::Jpeg, &bytes, &limits).0, "IN-105");
    let limits = Limits { image_side: 299, ..Limits::default() };
    refused(&admit_within(FileKind::Jpeg, &bytes, &limits).0, "IN-105");
}

#[test]
fn blank_pages_are_told() {
    for level in [255, 5] {
        let page = RgbImage::from_pixel(827, 1169, image::Rgb([level; 3]));
        let (parsed, _dir) = admit_bytes(FileKind::Jpeg, &jpeg_bytes(&page));
        assert_eq!(codes(&parsed), ["MT-142"]);
        assert!(scan(&parsed).pages[0].blank);
        assert!(scan(&parsed).image.as_ref().unwrap().grey);
    }
}

/// A4 at 150 dots per inch with rows of strokes, out of focus or not.
fn page_of_strokes(blur: f32) -> RgbImage {
    let page = RgbImage::from_fn(1240, 1754, |x, y| {
        let ink = y % 40 < 24 && (x % 12 < 2 || y % 12 < 2) && x % 200 < 170;
        image::Rgb([if ink { 30 } else { 245 }; 3])
    });
    if blur > 0.0 { image::imageops::blur(&page, blur) } else { page }
}

/// The page as a JPEG that states its density, and the same in a PDF.
fn scanned(page: &RgbImage, dpi: u16) -> [(FileKind, Vec<u8>); 2] {
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 85);
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(dpi));
    encoder.encode_image(page).unwrap();
    let (width, height) = (i64::from(page.width()), i64::from(page.height()));
    let (wide, high) = (width * 72 / i64::from(dpi), height * 72 / i64::from(dpi));
    let pdf = pdf_bytes(1, |pdf, ids| {
        let image = dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => width,
        "Height" => height, "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8,
        "Filter" => "DCTDecode" };
        let image = pdf.add_object(Stream::new(image, jpeg.clone()).with_compression(false));
        let draw = format!("q {wide} 0 0 {high} 0 0 cm /Im Do Q");
        let draw = pdf.add_object(Stream::new(dictionary! {}, draw.into_bytes()));
        let page = pdf.get_dictionary_mut(ids[0]).unwrap();
        page.set("MediaBox", vec![0.into(), 0.into(), wide.into(), high.into()]);
        page.set("Resources", dictionary! { "XObject" => dictionary! { "Im" => image } });
        page.set("Contents", draw);
    });
    [(FileKind::Jpeg, jpeg), (FileKind::Pdf, pdf)]
}

#[test]
fn pages_out_of_focus_are_told() {
    for (blur, expect) in [(0.0, &[][..]), (5.0, &["MT-150"])] {
        for (kind, bytes) in scanned(&page_of_strokes(blur), 150) {
            let (parsed, _dir) = admit_bytes(kind, &bytes);
            assert_eq!(codes(&parsed), expect, "{kind:?} {blur}");
            assert_eq!(scan(&parsed).pages[0].dpi, Some(150), "{kind:?}");
        }
    }
}

#[test]
fn pages_with_too_few_dots_are_told() {
    let page = image::imageops::thumbnail(&page_of_strokes(0.0), 496, 702);
    for (kind, bytes) in scanned(&page, 60) {
        let (parsed, _dir) = admit_bytes(kind, &bytes);
        assert_eq!(codes(&parsed), ["MT-143"], "{kind:?}");
        assert!(parsed.findings[0].message.contains("60 dpi"), "{}", parsed.findings[0].message);
    }
    // a picture that does not say how large it is: with so few dots not even a card can be read
    for (side, expect) in [(200, &["MT-143"][..]), (500, &[])] {
        let (parsed, _dir) = admit_bytes(FileKind::Jpeg, &jpeg_bytes(&picture(side, side)));
        assert_eq!(codes(&parsed), expect, "{side}");
    }
}

#[test]
fn png_whole_and_cut() {
    let mut bytes = Vec::new();
    let image = picture(300, 200);
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    encoder.write_image(&image, 300, 200, image::ExtendedColorType::Rgb8).unwrap();
    let (parsed, _dir) = admit_bytes(FileKind::Png, &bytes);
    assert_eq!((scan(&parsed).kind, parsed.kind.as_str()), (ScanKind::Png, "png"));
    for cut in [20, bytes.len() / 2, bytes.len() - 12, bytes.len() - 1] {
        refused(&admit_bytes(FileKind::Png, &bytes[..cut]).0, "MT-141");
    }
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    refused(&admit_bytes(FileKind::Png, &bytes).0, "MT-141");
}

fn tiff_bytes(image: &RgbImage) -> Vec<u8> {
    let mut out = io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image.clone()).write_with_encoder(TiffEncoder::new(&mut out)).unwrap();
    out.into_inner()
}

/// Appends a second directory that shares the first one's pixels.
fn two_pages(one: &[u8], second_next: Option<u32>) -> Vec<u8> {
    let word = |at: usize| u32::from_le_bytes(one[at..at + 4].try_into().unwrap());
    let first = word(4) as usize;
    let count = usize::from(u16::from_le_bytes(one[first..first + 2].try_into().unwrap()));
    let end = first + 2 + count * 12;
    let mut out = one.to_vec();
    let second = u32::try_from(out.len()).unwrap();
    out.extend(&one[first..end]);
    out.extend(second_next.unwrap_or(0).to_le_bytes());
    out[end..end + 4].copy_from_slice(&second.to_le_bytes());
    out
}

#[test]
fn tiff_of_one_and_two_pages() {
    let one = tiff_bytes(&picture(200, 300));
    let (parsed, _dir) = admit_bytes(FileKind::Tiff, &one);
    assert_eq!(scan(&parsed).pages.len(), 1);
    assert!(scan(&parsed).image.is_some());
    let (parsed, _dir) = admit_bytes(FileKind::Tiff, &two_pages(&one, None));
    assert_eq!(scan(&parsed).pages.len(), 2);
    assert!(scan(&parsed).image.is_none() && scan(&parsed).thumbnail.is_some());
}

#[test]
fn tiff_loops_cuts_and_caps_are_refused() {
    let one = tiff_bytes(&picture(200, 300));
    let first = u32::from_le_bytes(one[4..8].try_into().unwrap());
    refused(&admit_bytes(FileKind::Tiff, &two_pages(&one, Some(first))).0, "MT-141");
    refused(&admit_bytes(FileKind::Tiff, &one[..one.len() / 2]).0, "MT-141");
    let limits = Limits { pages: 1, ..Limits::default() };
    refused(&admit_within(FileKind::Tiff, &two_pages(&one, None), &limits).0, "IN-105");
}

#[test]
fn kinds_nobody_reads_have_a_remedy() {
    let (parsed, _dir) = admit_bytes(FileKind::Heic, b"whatever");
    refused(&parsed, "IN-131");
    assert!(parsed.findings[0].hint.contains("另存为 JPG"));
    for kind in [FileKind::Bmp, FileKind::Webp, FileKind::Gif] {
        refused(&admit_bytes(kind, b"whatever").0, "MT-141");
    }
}

/// A PDF whose pages draw a line each; `extra` may change it before it is written.
fn pdf_bytes(pages: usize, extra: impl FnOnce(&mut Document, &[lopdf::ObjectId])) -> Vec<u8> {
    let mut pdf = Document::with_version("1.5");
    let root = pdf.new_object_id();
    let mut ids = Vec::new();
    for _ in 0..pages {
        let drawn = b"4 w 50 50 m 500 700 l S".to_vec();
        let contents = pdf.add_object(Stream::new(Dictionary::new(), drawn));
        ids.push(pdf.add_object(dictionary! {
            "Type" => "Page", "Parent" => root, "Contents" => contents,
        }));
    }
    let kids: Vec<Object> = ids.iter().map(|id| Object::Reference(*id)).collect();
    let tree = dictionary! {
        "Type" => "Pages", "Count" => pages as i64, "Kids" => kids,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    };
    pdf.objects.insert(root, tree.into());
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    pdf.trailer.set("Root", catalog);
    extra(&mut pdf, &ids);
    let mut out = Vec::new();
    pdf.save_to(&mut out).unwrap();
    out
}

#[test]
fn pdf_is_rewritten_the_same_way_every_time() {
    let bytes = pdf_bytes(3, |pdf, ids| {
        let page = pdf.get_dictionary_mut(ids[1]).unwrap();
        page.set("Rotate", -90);
    });
    let (parsed, dir) = admit_bytes(FileKind::Pdf, &bytes);
    let first = scan(&parsed);
    assert_eq!(codes(&parsed), ["MT-145"]);
    assert_eq!(first.pages.len(), 3);
    assert_eq!((first.pages[1].rotate, first.pages[1].width_pt), (270, 842.0));
    assert!(first.pages.iter().all(|p| !p.blank) && first.thumbnail.is_some());
    assert_eq!(admit_bytes(FileKind::Pdf, &bytes).0, parsed);
    // Admitting what was admitted changes nothing.
    let again = admit_bytes(FileKind::Pdf, &blob(&dir, &first.blob)).0;
    assert_eq!(scan(&again).pages, first.pages);
    assert_eq!(scan(&again).blob, first.blob);
}

#[test]
fn pdf_with_wrong_offsets_is_rebuilt_and_told() {
    let mut root = None;
    let bytes = pdf_bytes(2, |pdf, _| root = pdf.trailer.get(b"Root").unwrap().as_reference().ok());
    assert!(codes(&admit_bytes(FileKind::Pdf, &bytes).0).is_empty());
    let (root, _) = root.unwrap();
    let tail = format!("\ntrailer\n<</Size 99 /Root {root} 0 R>>\nstartxref\n7\n%%EOF\n");
    let (parsed, _dir) = admit_bytes(FileKind::Pdf, &[&bytes[..], tail.as_bytes()].concat());
    assert_eq!(scan(&parsed).pages.len(), 2);
    assert_eq!(codes(&parsed), ["MT-154"]);
}

#[test]
fn pdf_activity_is_left_behind() {
    let bytes = pdf_bytes(1, |pdf, ids| {
        let act =
            dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
        let link = dictionary! { "Type" => "Annot", "Subtype" => "Link",
        "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
        "A" => dictionary! { "S" => "URI", "URI" => Object::string_literal("http://example.org") } };
        let page = pdf.get_dictionary_mut(ids[0]).unwrap();
        page.set("AA", dictionary! { "O" => act.clone() });
        page.set("Annots", vec![link.into()]);
        // A resource may have any name, even that of a key that is dropped elsewhere.
        page.set(
            "Resources",
            dictionary! {
            "ExtGState" => dictionary! { "AA" => dictionary! { "CA" => 1 } } },
        );
        pdf.catalog_mut().unwrap().set("OpenAction", act);
    });
    let (parsed, dir) = admit_bytes(FileKind::Pdf, &bytes);
    assert_eq!(codes(&parsed), ["MT-148"]);
    for word in ["JavaScript 脚本", "打开时的动作", "触发动作", "网址"] {
        assert!(parsed.findings[0].message.contains(word), "{}", parsed.findings[0].message);
    }
    let clean = blob(&dir, &scan(&parsed).blob);
    for word in [&b"/JavaScript"[..], b"/JS", b"/OpenAction", b"/URI", b"/Annots", b"example.org"] {
        assert!(!clean.windows(word.len()).any(|w| w == word), "{}", String::from_utf8_lossy(word));
    }
    assert!(clean.windows(3).any(|w| w == b"/CA"));
}

#[test]
fn seals_drawn_as_annotations_stay_on_the_page() {
    let bytes = pdf_bytes(1, |pdf, ids| {
        let form = dictionary! { "Type" => "XObject", "Subtype" => "Form",
        "BBox" => vec![0.into(), 0.into(), 10.into(), 10.into()] };
        let form = pdf.add_object(Stream::new(form, b"1 0 0 rg 0 0 10 10 re f".to_vec()));
        let seal = dictionary! { "Type" => "Annot", "Subtype" => "Widget", "F" => 4,
        "Rect" => vec![100.into(), 100.into(), 400.into(), 400.into()],
        "AP" => dictionary! { "N" => form } };
        let page = pdf.get_dictionary_mut(ids[0]).unwrap();
        page.set("Annots", vec![seal.into()]);
    });
    let (parsed, dir) = admit_bytes(FileKind::Pdf, &bytes);
    let thumb = blob(&dir, scan(&parsed).thumbnail.as_ref().unwrap());
    let thumb = image::load_from_memory(&thumb).unwrap().into_rgb8();
    let [r, g, _] = thumb.get_pixel(thumb.width() / 4 + 20, thumb.height() * 7 / 10).0;
    assert!(r > 200 && g < 60, "{r} {g}");
}

/// Three stripes: red on layer a, blue on layer b, green where `third` says.
fn layered(
    settings: impl FnOnce(lopdf::ObjectId, lopdf::ObjectId) -> Option<Dictionary>,
    third: impl FnOnce(lopdf::ObjectId, lopdf::ObjectId) -> Dictionary,
) -> Vec<u8> {
    pdf_bytes(1, |pdf, ids| {
        let mut layer = |name: &str| {
            pdf.add_object(dictionary! { "Type" => "OCG", "Name" => Object::string_literal(name) })
        };
        let (a, b) = (layer("a"), layer("b"));
        let drawn = b"/OC /A BDC q 1 0 0 rg 0 0 200 842 re f Q EMC /OC /B BDC 0 0 1 rg 200 0 195 842 re f EMC \
            /OC /C BDC /Span <</MCID 0>> BDC 0 1 0 rg 395 0 200 842 re f EMC EMC";
        let contents = pdf.add_object(Stream::new(Dictionary::new(), drawn.to_vec()));
        let properties = dictionary! { "A" => a, "B" => b, "C" => third(a, b) };
        let page = pdf.get_dictionary_mut(ids[0]).unwrap();
        page.set("Contents", contents);
        page.set("Resources", dictionary! { "Properties" => properties });
        if let Some(settings) = settings(a, b) {
            let groups: Vec<Object> = vec![a.into(), b.into()];
            let all = dictionary! { "OCGs" => groups, "D" => settings };
            pdf.catalog_mut().unwrap().set("OCProperties", all);
        }
    })
}

/// Which of the three stripes the admitted page shows, and the codes told.
fn stripes(bytes: &[u8]) -> ([bool; 3], Vec<String>) {
    let (parsed, dir) = admit_bytes(FileKind::Pdf, bytes);
    let thumb = blob(&dir, scan(&parsed).thumbnail.as_ref().unwrap());
    let thumb = image::load_from_memory(&thumb).unwrap().into_rgb8();
    let shown = [100, 300, 500].map(|x| {
        let [r, g, b] = thumb.get_pixel(x * thumb.width() / 595, thumb.height() / 2).0;
        r.min(g).min(b) < 100
    });
    (shown, codes(&parsed))
}

fn both(key: &str, list: &[lopdf::ObjectId]) -> Dictionary {
    let list: Vec<Object> = list.iter().map(|id| Object::Reference(*id)).collect();
    let mut out = Dictionary::new();
    out.set(key, list);
    out
}

#[test]
fn layers_hidden_by_default_do_not_come_along() {
    let all_on = |a, b| {
        let mut third = both("OCGs", &[a, b]);
        third.set("Type", "OCMD");
        third.set("P", "AllOn");
        third
    };
    let none: Vec<String> = Vec::new();
    let nothing = |_, _| None;
    assert_eq!(stripes(&layered(nothing, all_on)), ([true; 3], none.clone()));
    let shown = |_, _| Some(Dictionary::new());
    assert_eq!(stripes(&layered(shown, all_on)), ([true; 3], none.clone()));
    let off = |a, _| Some(both("OFF", &[a]));
    assert_eq!(stripes(&layered(off, all_on)), ([false, true, false], none.clone()));
    let base = |_, b| {
        let mut settings = both("ON", &[b]);
        settings.set("BaseState", "OFF");
        Some(settings)
    };
    assert_eq!(stripes(&layered(base, all_on)), ([false, true, false], none));
    let empty = |_, _| Some(dictionary! { "BaseState" => "OFF" });
    assert_eq!(stripes(&layered(empty, all_on)), ([false; 3], vec!["MT-142".to_owned()]));
}

#[test]
fn memberships_follow_their_policy_or_expression() {
    let off = |a, _| Some(both("OFF", &[a]));
    for (policy, shown) in [("AnyOn", true), ("AllOn", false), ("AnyOff", true), ("AllOff", false)]
    {
        let third = |a, b| {
            let mut third = both("OCGs", &[a, b]);
            third.set("Type", "OCMD");
            third.set("P", policy);
            third
        };
        assert_eq!(stripes(&layered(off, third)).0, [false, true, shown], "{policy}");
    }
    let expression = |word: &'static str| {
        move |a: lopdf::ObjectId, b: lopdf::ObjectId| {
            let not = vec![Object::Name(b"Not".to_vec()), a.into()];
            let parts = vec![Object::Name(word.as_bytes().to_vec()), not.into(), b.into()];
            dictionary! { "Type" => "OCMD", "VE" => parts }
        }
    };
    assert_eq!(stripes(&layered(off, expression("And"))), ([false, true, true], Vec::new()));
    // what cannot be told is shown, and said
    let told = stripes(&layered(off, expression("Xor")));
    assert_eq!(told, ([false, true, true], vec!["MT-149".to_owned()]));
}

#[test]
fn layers_that_differ_on_paper_are_told() {
    let settings = |a, _| {
        let mut rule = both("OCGs", &[a]);
        rule.set("Event", "Print");
        rule.set("Category", vec![Object::Name(b"Print".to_vec())]);
        Some(dictionary! { "AS" => vec![Object::Dictionary(rule)] })
    };
    let bytes = layered(settings, |_, _| Dictionary::new());
    assert_eq!(stripes(&bytes), ([true; 3], Vec::new()));
    let mut pdf = Document::load_mem(&bytes).unwrap();
    let usage = dictionary! { "Print" => dictionary! { "PrintState" => "OFF" } };
    for object in pdf.objects.values_mut() {
        if let Ok(layer) = object.as_dict_mut()
            && layer.has(b"Name")
        {
            layer.set("Usage", usage.clone());
        }
    }
    let mut out = Vec::new();
    pdf.save_to(&mut out).unwrap();
    assert_eq!(stripes(&out), ([true; 3], vec!["MT-149".to_owned()]));
}

#[test]
fn images_forms_and_notes_on_hidden_layers_do_not_come_along() {
    let drawn = |hidden: bool| {
        let bytes = pdf_bytes(1, |pdf, ids| {
            let layer = pdf.add_object(dictionary! { "Type" => "OCG" });
            let unit = || vec![0.into(), 0.into(), 1.into(), 1.into()];
            let form = |extra: Option<&str>| {
                let mut form =
                    dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => unit() };
                if let Some(key) = extra {
                    form.set(key, layer);
                }
                form
            };
            let fill = b"1 0 0 rg 0 0 1 1 re f".to_vec();
            let own = pdf.add_object(Stream::new(form(Some("OC")), fill.clone()));
            let mut marked = form(None);
            marked.set("Resources", dictionary! { "Properties" => dictionary! { "L" => layer } });
            let inside = [b"/OC /L BDC ", &fill[..], b" EMC"].concat();
            let inside = pdf.add_object(Stream::new(marked, inside));
            let seal = pdf.add_object(Stream::new(form(None), fill));
            let note = dictionary! { "Type" => "Annot", "Subtype" => "Stamp", "F" => 4, "OC" => layer,
            "Rect" => vec![400.into(), 0.into(), 595.into(), 842.into()],
            "AP" => dictionary! { "N" => seal } };
            let contents = b"q 200 0 0 842 0 0 cm /Own Do Q q 200 0 0 842 200 0 cm /In Do Q";
            let contents = pdf.add_object(Stream::new(Dictionary::new(), contents.to_vec()));
            let page = pdf.get_dictionary_mut(ids[0]).unwrap();
            page.set("Contents", contents);
            page.set("Annots", vec![note.into()]);
            let forms = dictionary! { "Own" => own, "In" => inside };
            page.set("Resources", dictionary! { "XObject" => forms });
            let list: Vec<Object> = vec![layer.into()];
            let start = if hidden { both("OFF", &[layer]) } else { Dictionary::new() };
            let all = dictionary! { "OCGs" => list, "D" => start };
            pdf.catalog_mut().unwrap().set("OCProperties", all);
        });
        stripes(&bytes).0
    };
    assert_eq!(drawn(false), [true; 3]);
    assert_eq!(drawn(true), [false; 3]);
}

#[test]
fn pdf_pages_must_be_certain() {
    let wrong = |count: i64| {
        pdf_bytes(2, |pdf, _| {
            let root = pdf.catalog().unwrap().get(b"Pages").unwrap().as_reference().unwrap();
            pdf.get_dictionary_mut(root).unwrap().set("Count", count);
        })
    };
    refused(&admit_bytes(FileKind::Pdf, &wrong(3)).0, "MT-147");
    refused(&admit_bytes(FileKind::Pdf, &wrong(1)).0, "MT-147");
    refused(&admit_bytes(FileKind::Pdf, &pdf_bytes(0, |_, _| {})).0, "MT-147");
    let limits = Limits { pages: 1, ..Limits::default() };
    refused(&admit_within(FileKind::Pdf, &wrong(2), &limits).0, "IN-105");
    let whole = wrong(2);
    refused(&admit_bytes(FileKind::Pdf, &whole[..whole.len() - 60]).0, "MT-141");
}

#[test]
fn blank_and_oversize_pdf_pages() {
    let bytes = pdf_bytes(2, |pdf, ids| {
        let empty = pdf.add_object(Stream::new(Dictionary::new(), b"q\nQ \n".to_vec()));
        pdf.get_dictionary_mut(ids[0]).unwrap().set("Contents", empty);
        let large = vec![0.into(), 0.into(), 1191.into(), 842.into()];
        pdf.get_dictionary_mut(ids[1]).unwrap().set("MediaBox", large);
    });
    let (parsed, _dir) = admit_bytes(FileKind::Pdf, &bytes);
    assert_eq!(codes(&parsed), ["MT-142", "MT-144"]);
    assert!(scan(&parsed).pages[0].blank && !scan(&parsed).pages[1].blank);
    assert!(parsed.findings[1].message.contains("420×297"));
}

#[test]
fn corpus_of_hostile_files_is_refused_or_clean() {
    for (name, kind, code) in [
        ("p01_kids_self.pdf", FileKind::Pdf, Some("MT-147")),
        ("p05_content_bomb_1GB.pdf", FileKind::Pdf, Some("IN-105")),
        ("p07_js_openaction.pdf", FileKind::Pdf, None),
        ("p09_kids_100k_same.pdf", FileKind::Pdf, Some("IN-105")),
        ("p11_prev_loop.pdf", FileKind::Pdf, Some("MT-141")),
        ("p13_xref_W_huge.pdf", FileKind::Pdf, Some("MT-141")),
        ("p15_xref_W_zero.pdf", FileKind::Pdf, Some("MT-141")),
        ("i01_png_65500sq_rgba16_tiny.png", FileKind::Png, Some("IN-105")),
        ("i03_png_13000sq_rgb_507MB.png", FileKind::Png, Some("IN-105")),
        ("i09_tif_ifd_loop.tif", FileKind::Tiff, Some("MT-141")),
        ("i11_jpg_progressive_65500.jpg", FileKind::Jpeg, Some("IN-105")),
    ] {
        let Some(path) = corpus(&format!("hostile/{name}")) else { return };
        let (parsed, _dir) = admit_bytes(kind, &std::fs::read(path).unwrap());
        match code {
            Some(code) => refused(&parsed, code),
            None => assert_eq!(scan(&parsed).pages.len(), 1),
        }
    }
}

#[test]
fn passwords_to_open_refuse_and_owner_passwords_do_not() {
    let qpdf = "qpdf/qpdf/qtest/qpdf";
    for (name, open) in [
        ("enc-XI-R6,V5,U=view,O=master.pdf", false),
        ("enc-R3,V2,U=view,O=master.pdf", false),
        ("enc-R3,V2,O=master.pdf", true),
        ("enc-XI-R6,V5,O=master.pdf", true),
    ] {
        let Some(path) = corpus(&format!("{qpdf}/{name}")) else { return };
        let (parsed, _dir) = admit_bytes(FileKind::Pdf, &std::fs::read(path).unwrap());
        if open {
            assert!(!scan(&parsed).pages.is_empty(), "{name}");
        } else {
            refused(&parsed, "MT-141");
            assert!(parsed.findings[0].hint.contains("已加密"), "{name}");
        }
    }
}

/// Every file of the sample inbox, those in its readable archives too.
fn sample_files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(shared("sample/inbox")).sort_by_file_name() {
        let Ok(entry) = entry else { break };
        if !entry.file_type().is_file() {
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        let name = entry.path().display().to_string();
        let archive = zip::ZipArchive::new(io::Cursor::new(&bytes[..]));
        if let (true, Ok(mut archive)) = (name.ends_with(".zip"), archive) {
            for i in 0..archive.len() {
                let mut part = Vec::new();
                let mut member = archive.by_index(i).unwrap();
                io::Read::read_to_end(&mut member, &mut part).unwrap();
                files.push((format!("{name}#{i}"), part));
            }
        }
        files.push((name, bytes));
    }
    files
}

#[test]
fn sample_scans_are_admitted_except_the_cut_one() {
    let mut bad = Vec::new();
    let mut good = 0;
    for (name, bytes) in sample_files() {
        let kind = match bytes.get(..4) {
            Some([0xFF, 0xD8, ..]) => FileKind::Jpeg,
            Some(b"\x89PNG") => FileKind::Png,
            Some(b"II*\0") => FileKind::Tiff,
            Some(b"%PDF") => FileKind::Pdf,
            _ => continue,
        };
        let (parsed, _dir) = admit_bytes(kind, &bytes);
        match &parsed.content {
            Content::Scan(_) => good += 1,
            _ => bad.push((name, codes(&parsed))),
        }
    }
    if good > 0 {
        assert_eq!(bad.len(), 1, "{bad:#?}");
        assert_eq!(bad[0].1, ["MT-141"]);
    }
}

#[test]
fn corpus_photos_stand_upright_and_cut_ones_are_refused() {
    for (name, rotate) in [("Landscape_3", 180), ("Landscape_6", 90), ("Portrait_8", 270)] {
        let Some(path) = corpus(&format!("exif-orientation/{name}.jpg")) else { return };
        let bytes = std::fs::read(path).unwrap();
        let (parsed, _dir) = admit_bytes(FileKind::Jpeg, &bytes);
        let (page, info) = (&scan(&parsed).pages[0], scan(&parsed).image.as_ref().unwrap());
        assert_eq!(page.rotate, rotate);
        assert_eq!(info.width > info.height, name.starts_with('L'));
        assert_eq!(page.width_pt > page.height_pt, name.starts_with('L'));
        let cut = [&bytes[..bytes.len() / 2], &[0xFF, 0xD9]].concat();
        refused(&admit_bytes(FileKind::Jpeg, &cut).0, "MT-141");
    }
}

#[test]
fn cut_progressive_photos_are_refused() {
    let Some(path) = corpus("jpeg-decoder/benches/tower_progressive.jpg") else { return };
    let bytes = std::fs::read(path).unwrap();
    scan(&admit_bytes(FileKind::Jpeg, &bytes).0);
    for percent in [20, 50, 80, 97] {
        let cut = &bytes[..bytes.len() * percent / 100];
        refused(&admit_bytes(FileKind::Jpeg, cut).0, "MT-141");
        refused(&admit_bytes(FileKind::Jpeg, &[cut, &[0xFF, 0xD9]].concat()).0, "MT-141");
    }
}
