//! Pages that look scanned: set in type, drawn as grey dots, roughened, and packed as units do.

use super::SampleError;
use super::rng::Rng;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder, Luma};
use lopdf::{Document, Object, Stream, dictionary};
use serde_json::json;
use std::path::PathBuf;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::{LazyHash, Scalar};
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::{FontPath, FontStore};
use typst_layout::PagedDocument;
use typst_render::RenderOptions;

/// Dots per point: a little over 100 per inch, the least an office accepts.
const SCALE: f64 = 1.395;
const QUALITY: u8 = 18;

/// What one page says.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) rows: Vec<(String, String)>,
    pub(super) lines: Vec<String>,
    pub(super) unit: String,
    pub(super) day: String,
}

/// Sets pages; keeps the fonts between them.
pub(super) struct Press {
    library: LazyHash<Library>,
    fonts: FontStore,
    main: Source,
}

impl Press {
    pub(super) fn new(dirs: &[PathBuf]) -> Result<Self, SampleError> {
        let mut fonts = FontStore::new();
        for dir in dirs.iter().filter(|dir| dir.is_dir()) {
            let mut found: Vec<(FontPath, _)> = typst_kit::fonts::scan(dir).collect();
            found.sort_by(|(a, _), (b, _)| (&a.path, a.index).cmp(&(&b.path, b.index)));
            fonts.extend(found);
        }
        if !fonts.book().contains_family("noto serif cjk sc") {
            return Err(SampleError::Fonts);
        }
        let path = VirtualPath::new("/page.typ").expect("a constant plain path");
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        Ok(Self {
            library: LazyHash::new(Library::default()),
            fonts,
            main: Source::new(id, include_str!("page.typ").to_owned()),
        })
    }

    /// The page as a JPEG.
    pub(super) fn jpeg(&self, sheet: &Sheet, rng: &mut Rng) -> Result<Vec<u8>, SampleError> {
        let page = self.grey(sheet, rng)?;
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode(
            page.as_raw(),
            page.width(),
            page.height(),
            ExtendedColorType::L8,
        )?;
        Ok(bytes)
    }

    /// The page as a PNG of few greys.
    pub(super) fn png(&self, sheet: &Sheet, rng: &mut Rng) -> Result<Vec<u8>, SampleError> {
        let mut page = self.grey(sheet, rng)?;
        for dot in page.pixels_mut() {
            dot.0[0] = dot.0[0] / 64 * 85;
        }
        let mut bytes = Vec::new();
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::NoFilter)
            .write_image(page.as_raw(), page.width(), page.height(), ExtendedColorType::L8)?;
        Ok(bytes)
    }

    /// The pages as a PDF of JPEGs, as scanners write it.
    pub(super) fn pdf(&self, sheets: &[Sheet], rng: &mut Rng) -> Result<Vec<u8>, SampleError> {
        let mut pdf = Document::with_version("1.5");
        let tree = pdf.new_object_id();
        let mut pages: Vec<Object> = Vec::new();
        for sheet in sheets {
            let dots = self.jpeg(sheet, rng)?;
            let size = image::load_from_memory(&dots)?;
            let picture = pdf.add_object(Stream::new(
                dictionary! {
                    "Type" => "XObject", "Subtype" => "Image", "ColorSpace" => "DeviceGray",
                    "BitsPerComponent" => 8, "Filter" => "DCTDecode",
                    "Width" => i64::from(size.width()), "Height" => i64::from(size.height()),
                },
                dots,
            ));
            let draw = b"q 595.28 0 0 841.89 0 0 cm /Im0 Do Q\n".to_vec();
            let content = pdf.add_object(Stream::new(dictionary! {}, draw));
            let page = pdf.add_object(dictionary! {
                "Type" => "Page", "Parent" => tree, "Contents" => content,
                "MediaBox" => vec![0.into(), 0.into(), Object::Real(595.28), Object::Real(841.89)],
                "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => picture } },
            });
            pages.push(page.into());
        }
        let count = i64::try_from(pages.len()).unwrap_or(i64::MAX);
        let root = dictionary! { "Type" => "Pages", "Kids" => pages, "Count" => count };
        pdf.objects.insert(tree, Object::Dictionary(root));
        let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        pdf.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        pdf.save_to(&mut bytes).map_err(|error| SampleError::Page(error.to_string()))?;
        Ok(bytes)
    }

    fn grey(&self, sheet: &Sheet, rng: &mut Rng) -> Result<GrayImage, SampleError> {
        let rows: Vec<[&str; 2]> =
            sheet.rows.iter().map(|(a, b)| [a.as_str(), b.as_str()]).collect();
        let data = json!({
            "title": sheet.title, "rows": rows, "lines": sheet.lines, "unit": sheet.unit,
            "day": sheet.day,
            "skew": (f64::from(rng.below(13)) - 6.0) / 10.0,
            "tilt": f64::from(rng.below(31)) - 15.0,
        });
        let desk = Desk { press: self, data: Bytes::from_string(data.to_string()) };
        let laid = typst::compile::<PagedDocument>(&desk).output.map_err(|faults| {
            SampleError::Page(faults.first().map_or_else(String::new, |f| f.message.to_string()))
        })?;
        let page = laid.pages().first().ok_or_else(|| SampleError::Page("no page".into()))?;
        let options =
            RenderOptions { pixel_per_pt: Scalar::new(SCALE), ..RenderOptions::default() };
        let dots = typst_render::render(page, &options);
        let (width, height) = (dots.width(), dots.height());
        // the page is drawn in greys, so red stands for all
        let grey = dots.data().iter().step_by(4).copied().collect();
        let mut grey = GrayImage::from_raw(width, height, grey)
            .ok_or_else(|| SampleError::Page("the drawing has no size".into()))?;
        roughen(&mut grey, rng);
        comemo::evict(10);
        Ok(grey)
    }
}

/// Paper is not white, glass is not clean, and the lid lets light in on one side.
fn roughen(page: &mut GrayImage, rng: &mut Rng) {
    let (width, height) = page.dimensions();
    let shade = rng.between(4, 12);
    let paper: Vec<u32> = (0..width).map(|x| 250 - shade * x / width.max(1)).collect();
    // one strip of noise, laid at another place in every row: drawing it anew costs more than it shows
    let noise: Vec<u32> = (0..width * 2).map(|_| rng.below(2)).collect();
    for row in page.chunks_exact_mut(width as usize) {
        let start = rng.below(width) as usize;
        let strip = noise.iter().skip(start);
        for ((dot, paper), noise) in row.iter_mut().zip(&paper).zip(strip) {
            // a dot times at most 250, over 255, stays a byte
            *dot = (u32::from(*dot) * paper / 255).saturating_sub(*noise).max(24) as u8;
        }
    }
    for _ in 0..rng.between(20, 60) {
        let (x, y) = (rng.below(width), rng.below(height));
        page.put_pixel(x, y, Luma([rng.between(60, 160) as u8]));
    }
}

struct Desk<'a> {
    press: &'a Press,
    data: Bytes,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.press.fonts.book()
    }

    fn main(&self) -> FileId {
        self.press.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.press.main.id() {
            Ok(self.press.main.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id.vpath().get_without_slash() == "data.json" {
            return Ok(self.data.clone());
        }
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
