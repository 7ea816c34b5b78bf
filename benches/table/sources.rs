//! Scans to bind: noisy JPEG pages, PDF files of such pages, fax pages in several strips.

use dossier::bind::{BindPlan, Chapter, Leaf, LeafSource, StampFonts, bind};
use dossier::blobs::Blobs;
use dossier::read::{PageInfo, Scan, ScanKind};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use std::path::Path;

const WIDTH: u32 = 1240;
const HEIGHT: u32 = 1754;

/// Simple and the same every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

fn scan(kind: ScanKind, blob: String, pages: usize) -> Scan {
    let page =
        PageInfo { width_pt: 595.2, height_pt: 841.9, rotate: 0, blank: false, dpi: Some(150) };
    Scan { kind, blob, pages: vec![page; pages], thumbnail: None, image: None }
}

/// A page as a scanner gives it: paper with grain, lines of ink.
fn jpeg(seed: u64) -> Vec<u8> {
    let mut noise = Noise(seed);
    let page = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let grain = (noise.next() % 24) as u8;
        let ink = y % 40 < 18 && (x / 7 + y / 40 * 3 + seed as u32) % 5 < 3;
        let level = if ink { 40 + grain } else { 225 + grain };
        image::Rgb([level, level, level.saturating_sub(4)])
    });
    let mut bytes = Vec::new();
    page.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 85))
        .expect("a page encodes in memory");
    bytes
}

/// Eight JPEG pages and three PDF files of two such pages each.
pub(crate) fn jpeg_and_pdf(blobs: &Blobs, fonts: &StampFonts, dir: &Path) -> Vec<Scan> {
    let put = |bytes: &[u8]| blobs.put(bytes).expect("the store takes it").sha256;
    let jpegs: Vec<Scan> = (0..8).map(|n| scan(ScanKind::Jpeg, put(&jpeg(n)), 1)).collect();
    let pdfs = (0..3).map(|n| {
        let pages: Vec<Scan> =
            (0..2).map(|p| scan(ScanKind::Jpeg, put(&jpeg(100 + n * 2 + p)), 1)).collect();
        let path = dir.join(format!("source-{n}.pdf"));
        bind(&plan(&pages), blobs, fonts, &path).expect("pages bind");
        scan(ScanKind::Pdf, put(&std::fs::read(path).expect("just written")), 2)
    });
    let pdfs: Vec<Scan> = pdfs.collect();
    jpegs.into_iter().chain(pdfs).collect()
}

/// Eight fax pages of several strips each.
pub(crate) fn fax(blobs: &Blobs) -> Vec<Scan> {
    let put = |bytes: &[u8]| blobs.put(bytes).expect("the store takes it").sha256;
    (0..8).map(|n| scan(ScanKind::Tiff, put(&tiff(n)), 1)).collect()
}

/// A plan without covers: the scans as they come.
pub(crate) fn plan(scans: &[Scan]) -> BindPlan {
    let leaves = scans.iter().enumerate().map(|(n, scan)| Leaf {
        title: format!("{n}"),
        pages: scan.pages.len() as u32,
        source: LeafSource::Scan(scan.clone()),
    });
    BindPlan {
        title: "装订".to_owned(),
        recto: false,
        chapters: vec![Chapter {
            title: "材料".to_owned(),
            numbered: true,
            stamp: Vec::new(),
            leaves: leaves.collect(),
        }],
    }
}

/// Bits, first bit highest.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, code: &str) {
        for bit in code.bytes() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let (b'1', Some(last)) = (bit, self.bytes.last_mut()) {
                *last |= 0x80 >> (self.used % 8);
            }
            self.used += 1;
        }
    }
}

const FAX_WIDTH: u32 = 2472;
const STRIP_ROWS: u32 = 100;
const STRIPS: u32 = 35;

/// Rows in ITU T.6: the first by its runs (16 white, 8 black), the others by small steps from it.
fn strip(noise: &mut Noise) -> Vec<u8> {
    let mut bits = Bits::default();
    let changes = FAX_WIDTH / 12 - 2;
    for _ in 0..changes / 2 {
        bits.push("001");
        bits.push("101010");
        bits.push("000101");
    }
    bits.push("1");
    let mut shift = vec![0_i32; changes as usize];
    for _ in 1..STRIP_ROWS {
        for at in &mut shift {
            let step = match noise.next() % 8 {
                0 if *at < 1 => 1,
                1 if *at > -1 => -1,
                _ => 0,
            };
            *at += step;
            bits.push(match step {
                1 => "011",
                -1 => "010",
                _ => "1",
            });
        }
        bits.push("1");
    }
    bits.push("000000000001000000000001");
    bits.bytes
}

fn tiff(seed: u64) -> Vec<u8> {
    let mut noise = Noise(seed);
    let strips: Vec<Vec<u8>> = (0..STRIPS).map(|_| strip(&mut noise)).collect();
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
    for strip in &strips {
        offsets.extend((file.len() as u32).to_le_bytes());
        lengths.extend((strip.len() as u32).to_le_bytes());
        file.extend(strip);
    }
    let mut array = |bytes: &[u8]| {
        let at = file.len() as u32;
        file.extend(bytes);
        at
    };
    let (offsets, lengths) = (array(&offsets), array(&lengths));
    let directory = file.len() as u32;
    let entries: [(u16, u16, u32, u32); 9] = [
        (256, 4, 1, FAX_WIDTH),
        (257, 4, 1, STRIP_ROWS * STRIPS),
        (258, 3, 1, 1),
        (259, 3, 1, 4),
        (262, 3, 1, 0),
        (273, 4, STRIPS, offsets),
        (277, 3, 1, 1),
        (278, 4, 1, STRIP_ROWS),
        (279, 4, STRIPS, lengths),
    ];
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file.splice(4..8, directory.to_le_bytes());
    file
}
