//! The shape of an image page: pixels, orientation, density, and the paper they make.

const A4_SHORT: f64 = 595.28;
const A4_LONG: f64 = 841.89;
const MM: f64 = 72.0 / 25.4;

/// Below this many dots per inch print is hard to read.
pub(super) const LOW_DPI: u32 = 100;

/// What the header of an image says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    /// Pixels as stored.
    pub(super) width: u32,
    /// See `width`.
    pub(super) height: u32,
    /// EXIF orientation, 1 to 8.
    pub(super) orientation: u8,
    /// Dots per inch along the stored width and height.
    pub(super) density: Option<(f64, f64)>,
}

/// The paper a page makes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Paper {
    pub(super) width_pt: f64,
    pub(super) height_pt: f64,
    pub(super) dpi: u32,
    /// Whether the file stated the density.
    pub(super) stated: bool,
}

impl Shape {
    /// Clockwise rotation that shows it upright.
    pub(super) fn rotate(&self) -> u16 {
        match self.orientation {
            3 | 4 => 180,
            6 | 7 => 90,
            5 | 8 => 270,
            _ => 0,
        }
    }

    /// Width and height in pixels as shown.
    pub(super) fn shown(&self) -> (u32, u32) {
        if self.orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) }
    }

    /// Whether even a card of 86 mm would have too few dots.
    pub(super) fn is_tiny(&self) -> bool {
        self.width.max(self.height) < 340
    }

    /// The paper: by its density when that is believable, else fitted into A4.
    pub(super) fn paper(&self) -> Paper {
        let (w, h) = self.shown();
        let (w, h) = (f64::from(w), f64::from(h));
        let density =
            self.density.map(|(x, y)| if self.orientation >= 5 { (y, x) } else { (x, y) });
        if let Some((x, y)) = density.filter(|&d| believable(d, w, h)) {
            let dpi = whole(x.min(y));
            return Paper { width_pt: w / x * 72.0, height_pt: h / y * 72.0, dpi, stated: true };
        }
        let (box_w, box_h) = if w > h { (A4_LONG, A4_SHORT) } else { (A4_SHORT, A4_LONG) };
        let scale = (box_w / w).min(box_h / h);
        let dpi = whole(72.0 / scale);
        Paper { width_pt: w * scale, height_pt: h * scale, dpi, stated: false }
    }
}

/// Cameras and screen grabs state 72 or 96 dpi without meaning it: such a density counts only
/// while the page it makes still fits A4.
fn believable((x, y): (f64, f64), w: f64, h: f64) -> bool {
    let sane = |d: f64| (50.0..=1200.0).contains(&d);
    if !sane(x) || !sane(y) {
        return false;
    }
    let (w, h) = (w / x * 72.0, h / y * 72.0);
    let side = |pt: f64| (20.0 * MM..=1200.0 * MM).contains(&pt);
    let screen = [72.0, 96.0].contains(&x.round());
    side(w) && side(h) && !(screen && beyond_a4(w, h))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive and far below the range"
)]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

/// Whether a page is more than 5 % larger than A4, in whichever orientation.
pub(super) fn beyond_a4(width_pt: f64, height_pt: f64) -> bool {
    width_pt.min(height_pt) > A4_SHORT * 1.05 || width_pt.max(height_pt) > A4_LONG * 1.05
}

/// A size for people: `420×297 毫米`.
pub(super) fn size_words(width_pt: f64, height_pt: f64) -> String {
    format!("{}×{} 毫米", whole(width_pt / MM), whole(height_pt / MM))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(width: u32, height: u32, orientation: u8, dpi: Option<f64>) -> Shape {
        Shape { width, height, orientation, density: dpi.map(|d| (d, d)) }
    }

    #[test]
    fn stated_density_makes_the_paper() {
        let paper = shape(827, 1169, 1, Some(100.0)).paper();
        assert!((paper.width_pt - 595.44).abs() < 0.01 && paper.stated);
        assert_eq!(paper.dpi, 100);
        let turned = shape(1169, 827, 6, Some(100.0)).paper();
        assert_eq!(paper, turned);
    }

    #[test]
    fn unbelievable_density_falls_back_to_a4() {
        for dpi in [None, Some(1.0), Some(72.0), Some(9000.0)] {
            let paper = shape(4000, 3000, 1, dpi).paper();
            assert!(!paper.stated, "{dpi:?}");
            assert!((paper.height_pt - A4_SHORT).abs() < 0.01 && paper.width_pt <= A4_LONG);
        }
        assert!(shape(595, 842, 1, Some(72.0)).paper().stated);
    }

    #[test]
    fn oversize_is_more_than_five_percent() {
        assert!(!beyond_a4(841.89, 595.28));
        assert!(!beyond_a4(612.0, 792.0));
        assert!(beyond_a4(1190.55, 841.89));
        assert_eq!(size_words(1190.55, 841.89), "420×297 毫米");
    }
}
