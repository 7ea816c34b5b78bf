//! What decoded pixels are asked: is the page blank, is it grey, and the small upright copies.

use super::shape::Shape;
use super::sharp::{Levels, edge_width};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Longest side of the copy that forms and check sheets print: a photo of 49 mm then has 330 dpi.
const COPY: u32 = 640;
/// Quality of the copy.
const QUALITY: u8 = 90;
/// Longest side of the copy the tests look at.
const SMALL: u32 = 200;

/// What was seen of a page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// Nearly blank or nearly black.
    pub(super) blank: bool,
    /// How wide the edges of the writing are, in pixels of the full image.
    pub(super) edge: Option<f64>,
}

/// Upright copies of one decoded page; the full image is given back before they are used.
pub(super) struct Views {
    copy: RgbImage,
    small: RgbImage,
    edge: Option<f64>,
}

impl Views {
    /// Shrinks an image and turns it upright; transparent parts become white paper.
    pub(super) fn of(full: DynamicImage, shape: &Shape) -> Self {
        let edge = edge_of(&full);
        let mut base = shrink(full, COPY);
        if let Some(orientation) = Orientation::from_exif(shape.orientation) {
            base.apply_orientation(orientation);
        }
        let copy = on_white(base);
        let small = small(&copy);
        Self { copy, small, edge }
    }

    /// The copy for paper.
    pub(super) fn copy(&self) -> Vec<u8> {
        if self.grey() { encode_grey(&self.copy, QUALITY) } else { encode(&self.copy, QUALITY) }
    }

    /// What there is to say of it.
    pub(super) fn look(&self) -> Look {
        Look { blank: blank(&self.small), edge: self.edge }
    }

    /// Whether there is no colour in it.
    pub(super) fn grey(&self) -> bool {
        let coloured = self.small.pixels().filter(|p| spread(p.0) > 18).count();
        coloured * 200 < self.small.pixels().len()
    }

    /// Whether the band above the head is of several colours: a quarter of it is far from what is
    /// usual there.
    pub(super) fn uneven(&self) -> bool {
        let (width, height) = self.small.dimensions();
        let edge = (width / 40, height / 40);
        let band = (edge.1..height / 9)
            .flat_map(|y| (edge.0..width - edge.0).map(move |x| self.small.get_pixel(x, y).0));
        let band: Vec<[u8; 3]> = band.collect();
        let usual: [u8; 3] = std::array::from_fn(|channel| {
            let mut levels: Vec<u8> = band.iter().map(|pixel| pixel[channel]).collect();
            levels.sort_unstable();
            levels.get(levels.len() / 2).copied().unwrap_or_default()
        });
        let far =
            |pixel: &&[u8; 3]| pixel.iter().zip(usual).any(|(own, all)| own.abs_diff(all) > 40);
        band.iter().filter(far).count() * 4 > band.len()
    }
}

/// Only grey and colour of eight bits, which nearly all pages are.
fn edge_of(full: &DynamicImage) -> Option<f64> {
    let (bytes, step) = match full {
        DynamicImage::ImageLuma8(grey) => (grey.as_raw(), 1),
        DynamicImage::ImageRgb8(colour) => (colour.as_raw(), 3),
        _ => return None,
    };
    let (width, height) = (full.width() as usize, full.height() as usize);
    edge_width(&Levels { bytes, width, height, step })
}

fn spread([r, g, b]: [u8; 3]) -> u8 {
    r.max(g).max(b) - r.min(g).min(b)
}

fn luma([r, g, b]: [u8; 3]) -> u32 {
    (u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000
}

/// Shrinks to a longest side, never enlarges. Grey and colour, which nearly all pages are, are
/// averaged here: the general way takes longer than decoding does.
fn shrink(image: DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = (image.width(), image.height());
    if width <= side && height <= side {
        return image;
    }
    let scale = f64::from(side) / f64::from(width.max(height));
    let to = |n: u32| ((f64::from(n) * scale).round() as u32).clamp(1, side);
    let size = (to(width), to(height));
    let shrunk = match &image {
        DynamicImage::ImageLuma8(full) => {
            let bytes = average::<1>(full.as_raw(), (width, height), size);
            GrayImage::from_raw(size.0, size.1, bytes).map(DynamicImage::ImageLuma8)
        }
        DynamicImage::ImageRgb8(full) => {
            let bytes = average::<3>(full.as_raw(), (width, height), size);
            RgbImage::from_raw(size.0, size.1, bytes).map(DynamicImage::ImageRgb8)
        }
        _ => None,
    };
    shrunk.unwrap_or_else(|| image.thumbnail_exact(size.0, size.1))
}

/// Every pixel of the small image is the mean of the pixels it covers. Whole rows are summed first:
/// that is most of the work, and goes many pixels at a time.
fn average<const N: usize>(bytes: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<u8> {
    let width = from.0 as usize * N;
    let edge =
        |at: u32, from: u32, to: u32| (u64::from(at) * u64::from(from) / u64::from(to)) as usize;
    let edges: Vec<usize> = (0..=to.0).map(|x| edge(x, from.0, to.0)).collect();
    let mut out = Vec::with_capacity(to.0 as usize * to.1 as usize * N);
    let mut sums = vec![0_u32; width];
    for y in 0..to.1 {
        let (top, bottom) = (edge(y, from.1, to.1), edge(y + 1, from.1, to.1));
        sums.fill(0);
        for row in bytes.chunks_exact(width).skip(top).take(bottom - top) {
            for (sum, byte) in sums.iter_mut().zip(row) {
                *sum += u32::from(*byte);
            }
        }
        let columns = sums.as_chunks::<N>().0;
        for edge in edges.windows(2) {
            let area = ((bottom - top) * (edge[1] - edge[0])).max(1) as u32;
            let mut all = [0_u32; N];
            for column in columns.get(edge[0]..edge[1]).unwrap_or_default() {
                for (all, sum) in all.iter_mut().zip(column) {
                    *all += sum;
                }
            }
            out.extend(all.map(|s| u8::try_from((s + area / 2) / area).unwrap_or(u8::MAX)));
        }
    }
    out
}

/// The copy the blank test looks at.
pub(super) fn small(image: &RgbImage) -> RgbImage {
    shrink(DynamicImage::ImageRgb8(image.clone()), SMALL).into_rgb8()
}

/// An image on white paper.
pub(super) fn on_white(image: DynamicImage) -> RgbImage {
    if let DynamicImage::ImageLuma8(grey) = &image {
        // the general way looks at colour spaces, pixel by pixel
        let bytes = grey.as_raw().iter().flat_map(|level| [*level; 3]).collect();
        return RgbImage::from_raw(grey.width(), grey.height(), bytes).unwrap_or_default();
    }
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

/// Encodes as baseline JPEG, colour at half the resolution.
pub(super) fn encode(image: &RgbImage, quality: u8) -> Vec<u8> {
    write(image, image.as_raw(), ColorType::Rgb, quality)
}

/// Encodes as JPEG without the colours.
fn encode_grey(image: &RgbImage, quality: u8) -> Vec<u8> {
    let levels: Vec<u8> =
        image.pixels().map(|p| u8::try_from(luma(p.0)).unwrap_or(u8::MAX)).collect();
    write(image, &levels, ColorType::Luma, quality)
}

fn write(size: &RgbImage, pixels: &[u8], kind: ColorType, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let side = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
    encoder
        .encode(pixels, side(size.width()), side(size.height()), kind)
        .expect("an image within the limit of 20000 a side encodes in memory");
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
    fn a_small_pixel_is_the_mean_of_what_it_covers() {
        let full = RgbImage::from_fn(1300, 2, |x, _| {
            if x % 2 == 0 { image::Rgb([0, 100, 255]) } else { image::Rgb([200, 100, 0]) }
        });
        let small = shrink(full.into(), 650).into_rgb8();
        assert_eq!(small.dimensions(), (650, 1));
        assert!(small.pixels().all(|p| p.0 == [100, 100, 128]));
        let odd = shrink(GrayImage::from_pixel(1001, 777, image::Luma([77])).into(), 640);
        assert_eq!((odd.width(), odd.height()), (640, 497));
        assert!(odd.into_luma8().pixels().all(|p| p.0 == [77]));
    }

    #[test]
    fn grey_needs_more_than_a_tint() {
        let shape = Shape { width: 40, height: 40, orientation: 1, density: None };
        let of = |rgb| Views::of(RgbImage::from_pixel(40, 40, image::Rgb(rgb)).into(), &shape);
        assert!(of([120, 118, 110]).grey());
        assert!(!of([180, 120, 110]).grey());
    }
}
