//! What decoded pixels are asked: is the page blank, is it grey, and the small upright copies.

use super::shape::Shape;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

/// Longest side of the copy forms may print.
const PRINT: u32 = 1200;
/// Longest side of a thumbnail.
const THUMB: u32 = 640;
/// Longest side of the copy the tests look at.
const SMALL: u32 = 200;

/// Upright copies of one decoded page; the full image is given back before they are used.
pub(super) struct Views {
    print: RgbImage,
    small: RgbImage,
}

impl Views {
    /// Shrinks an image and turns it upright; transparent parts become white paper.
    pub(super) fn of(full: DynamicImage, shape: &Shape) -> Self {
        let mut base = shrink(full, PRINT);
        if let Some(orientation) = Orientation::from_exif(shape.orientation) {
            base.apply_orientation(orientation);
        }
        let print = on_white(base);
        let small = small(&print);
        Self { print, small }
    }

    /// The copy for forms.
    pub(super) fn print(&self) -> Vec<u8> {
        encode(&self.print, 90)
    }

    /// The copy for the check sheet.
    pub(super) fn thumbnail(&self) -> Vec<u8> {
        encode(&shrink(DynamicImage::ImageRgb8(self.print.clone()), THUMB).into_rgb8(), 80)
    }

    /// Whether the page is nearly blank or nearly black.
    pub(super) fn blank(&self) -> bool {
        blank(&self.small)
    }

    /// Whether there is no colour in it.
    pub(super) fn grey(&self) -> bool {
        let coloured = self.small.pixels().filter(|p| spread(p.0) > 18).count();
        coloured * 200 < self.small.pixels().len()
    }
}

fn spread([r, g, b]: [u8; 3]) -> u8 {
    r.max(g).max(b) - r.min(g).min(b)
}

fn luma([r, g, b]: [u8; 3]) -> u32 {
    (u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000
}

/// Shrinks to a longest side, never enlarges.
fn shrink(image: DynamicImage, side: u32) -> DynamicImage {
    if image.width() <= side && image.height() <= side {
        image
    } else {
        image.thumbnail(side, side)
    }
}

/// The copy the blank test looks at.
pub(super) fn small(image: &RgbImage) -> RgbImage {
    shrink(DynamicImage::ImageRgb8(image.clone()), SMALL).into_rgb8()
}

/// An image on white paper.
pub(super) fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        let over = |c: u8| {
            let mixed = (u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        image::Rgb([over(r), over(g), over(b)])
    })
}

/// Encodes as baseline JPEG.
pub(super) fn encode(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, quality);
    image
        .write_with_encoder(encoder)
        .expect("an RGB image within the limit of 20000 a side encodes in memory");
    out
}

/// Blank: hardly a pixel is darker than the paper; the paper itself may be greyish. Black: hardly
/// a pixel is not dark. One line of print on A4 is about 0.5 % of the pixels, four characters 0.1 %.
pub(super) fn blank(small: &RgbImage) -> bool {
    let mut lumas: Vec<u32> = inner(small).map(luma).collect();
    lumas.sort_unstable();
    let count = lumas.len();
    let Some(&paper) = lumas.get(count / 2) else { return false };
    let ink = lumas.iter().take_while(|&&l| l + 28 < paper).count();
    let dark = lumas.iter().take_while(|&&l| l < 48).count();
    (paper >= 200 && ink * 2000 < count) || dark * 100 > count * 97
}

/// The pixels without a margin of 2 %, where scanners leave a shadow.
fn inner(small: &RgbImage) -> impl Iterator<Item = [u8; 3]> + '_ {
    let (w, h) = small.dimensions();
    let (mx, my) = (w / 50, h / 50);
    let inside = move |x: u32, y: u32| x >= mx && x < w - mx && y >= my && y < h - my;
    small.enumerate_pixels().filter(move |(x, y, _)| inside(*x, *y)).map(|(_, _, p)| p.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(level: u8) -> RgbImage {
        RgbImage::from_pixel(141, 200, image::Rgb([level; 3]))
    }

    #[test]
    fn blank_is_paper_without_ink_or_all_black() {
        assert!(blank(&paper(255)) && blank(&paper(225)) && blank(&paper(10)));
        assert!(!blank(&paper(128)));
        let mut written = paper(250);
        for x in 20..35 {
            written.put_pixel(x, 40, image::Rgb([150; 3]));
        }
        assert!(!blank(&written));
        let mut shadow = paper(250);
        for y in 0..200 {
            shadow.put_pixel(0, y, image::Rgb([30; 3]));
        }
        assert!(blank(&shadow));
    }

    #[test]
    fn grey_needs_more_than_a_tint() {
        let shape = Shape { width: 40, height: 40, orientation: 1, density: None };
        let of = |rgb| Views::of(RgbImage::from_pixel(40, 40, image::Rgb(rgb)).into(), &shape);
        assert!(of([120, 118, 110]).grey());
        assert!(!of([180, 120, 110]).grey());
    }
}
