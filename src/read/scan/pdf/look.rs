//! Looks at the rewritten document: counts its pages again, renders the first ones small.

use super::super::raster;
use super::copy::PageFacts;
use super::pictures::{Picture, main_picture};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings, render};
use image::{DynamicImage, RgbImage, RgbaImage};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pages looked at for blankness; rendering all of a long scan would use up the CPU time.
const LOOKED_AT: usize = 20;
/// Pixels of images that are decoded per file for looking; an A4 page at 600 dpi has 35 million.
const PIXELS: u64 = 100_000_000;
/// Longest side of a page rendered to see whether it is blank.
const SMALL: f32 = 100.0;
/// Longest side of the thumbnail.
const THUMB: f32 = 640.0;

/// What was seen.
pub(super) struct Seen {
    pub(super) pages: usize,
    pub(super) blank: Vec<bool>,
    /// The picture that makes up a scanned page.
    pub(super) pictures: Vec<Option<Picture>>,
    pub(super) thumbnail: Option<Vec<u8>>,
}

/// Looks at a document; `None` when it cannot be opened.
pub(super) fn look(bytes: Vec<u8>, facts: &[PageFacts]) -> Option<Seen> {
    let pdf = Pdf::new(bytes).ok()?;
    let pages = pdf.pages();
    let mut blank: Vec<bool> = facts.iter().map(|facts| facts.empty).collect();
    let mut pictures = vec![None; facts.len()];
    let mut first = None;
    let mut room = PIXELS;
    for (i, (page, facts)) in pages.iter().zip(facts).take(LOOKED_AT).enumerate() {
        if facts.pixels > room {
            break;
        }
        let unsure = !facts.empty && !facts.text;
        if i > 0 && !unsure {
            continue;
        }
        room -= facts.pixels;
        let image = picture(page, if i == 0 { THUMB } else { SMALL });
        if let (true, Some(image), Some(blank)) = (unsure, &image, blank.get_mut(i)) {
            *blank = raster::blank(&raster::small(image));
        }
        if let (true, Some(picture)) = (unsure, pictures.get_mut(i)) {
            *picture = main_picture(page, !facts.bilevel);
        }
        if i == 0 {
            first = image;
        }
    }
    let thumbnail = first.map(|image| raster::encode(&image, 80));
    Some(Seen { pages: pages.len(), blank, pictures, thumbnail })
}

/// Renders a page; `None` when the renderer cannot.
fn picture<'a>(page: &'a Page<'a>, side: f32) -> Option<RgbImage> {
    let (width, height) = page.render_dimensions();
    let scale = side / width.max(height);
    if !scale.is_finite() || width.min(height) * scale < 1.0 {
        return None;
    }
    let settings =
        RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..Default::default() };
    let run = || render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings);
    let pixels = catch_unwind(AssertUnwindSafe(run)).ok()?;
    let (width, height) = (u32::from(pixels.width()), u32::from(pixels.height()));
    let image = RgbaImage::from_raw(width, height, pixels.data_as_u8_slice().to_vec())?;
    Some(DynamicImage::ImageRgba8(image).into_rgb8())
}
