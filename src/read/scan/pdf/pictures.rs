//! The picture that makes up a scanned page: how finely it was scanned, and whether it is in focus.

use super::super::sharp::{Levels, edge_width};
use hayro::hayro_interpret::font::Glyph;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, ImageData, InterpreterCache,
    InterpreterSettings, Paint, PathDrawMode, SoftMask, TransformExt as _, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::kurbo::{Affine, BezPath, Rect};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A picture over less of the page than this is no scan of it.
const SHARE: f64 = 0.25;

/// The largest picture of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Picture {
    /// Dots per inch as it lies on the page.
    pub(super) dpi: u32,
    /// Width of the edges in it, in pixels; none where it was not looked into.
    pub(super) edge: Option<f64>,
}

/// The picture that covers most of a page, when one covers enough; looked into only when `decode`.
pub(super) fn main_picture<'a>(page: &'a Page<'a>, decode: bool) -> Option<Picture> {
    let (width, height) = page.render_dimensions();
    let mut device = Largest { area: 0.0, picture: None, decode };
    let draw = || {
        let cache = InterpreterCache::new();
        let mut state = Context::new(
            page.initial_transform(true).to_kurbo(),
            Rect::new(0.0, 0.0, f64::from(width), f64::from(height)),
            &cache,
            page.xref(),
            InterpreterSettings::default(),
        );
        interpret_page(page, &mut state, &mut device);
    };
    catch_unwind(AssertUnwindSafe(draw)).ok()?;
    let share = device.area / (f64::from(width) * f64::from(height));
    device.picture.filter(|_| share >= SHARE)
}

/// Remembers the largest picture that is drawn.
struct Largest {
    area: f64,
    picture: Option<Picture>,
    decode: bool,
}

impl<'a> Device<'a> for Largest {
    fn draw_image(&mut self, image: Image<'a, '_>, transform: Affine) {
        let [a, b, c, d, ..] = transform.as_coeffs();
        // points that one pixel takes along each side
        let (across, along) = (a.hypot(b), c.hypot(d));
        let area = across * f64::from(image.width()) * along * f64::from(image.height());
        if area <= self.area || !area.is_finite() {
            return;
        }
        self.area = area;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive; a cast of floats saturates"
        )]
        let dpi = (72.0 / across.max(along)).round() as u32;
        let mut edge = None;
        if let Image::Raster(raster) = image
            && self.decode
        {
            raster.with_rgba(|data, _| edge = edge_of(&data), None);
        }
        self.picture = Some(Picture { dpi, edge });
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph(
        &mut self,
        _: &Glyph<'a>,
        _: Affine,
        _: Affine,
        _: &Paint<'a>,
        _: &GlyphDrawMode,
    ) {
    }
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn edge_of(data: &ImageData) -> Option<f64> {
    let (bytes, step) = match data {
        ImageData::Rgb(rgb) => (&rgb.data, 3),
        ImageData::Luma(luma) => (&luma.data, 1),
    };
    let side = |n: u32| usize::try_from(n).ok();
    edge_width(&Levels { bytes, width: side(data.width())?, height: side(data.height())?, step })
}
