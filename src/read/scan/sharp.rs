//! Whether what is written on a page has edges, or is out of focus.

/// Grey levels of a picture.
pub(super) struct Levels<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) width: usize,
    pub(super) height: usize,
    /// Bytes of one pixel: 1 for grey, 3 for colour.
    pub(super) step: usize,
}

/// Side of a square that is looked at, and how many of them along each side.
const SQUARE: usize = 64;
const ALONG: usize = 12;
/// Less contrast than this is paper, a tint or noise.
const CONTRAST: u8 = 80;
/// So many squares must show something before a page is judged.
const ENOUGH: usize = 6;

/// How wide the edges of the writing are, in pixels: of half of the places with writing they are
/// wider. `None` when there is too little to see.
///
/// The contrast of a place over its steepest step is the width of its sharpest edge, whatever the
/// contrast is. Noise makes it look sharper than it is, never the other way.
pub(super) fn edge_width(levels: &Levels<'_>) -> Option<f64> {
    let places = |length: usize| {
        let free = length.saturating_sub(SQUARE + 1);
        (0..ALONG).map(move |n| free * n / (ALONG - 1))
    };
    if levels.width <= SQUARE || levels.height <= SQUARE {
        return None;
    }
    let mut widths: Vec<f64> = places(levels.height)
        .flat_map(|top| places(levels.width).filter_map(move |left| square(levels, left, top)))
        .collect();
    widths.sort_by(f64::total_cmp);
    (widths.len() >= ENOUGH).then(|| widths.get(widths.len() / 2).copied()).flatten()
}

/// The sharpest edge of one square.
fn square(levels: &Levels<'_>, left: usize, top: usize) -> Option<f64> {
    let (mut least, mut most, mut steepest) = (u8::MAX, 0, 0);
    for y in top..top + SQUARE {
        let row = levels.row(y, left)?;
        let below = levels.row(y + 1, left)?;
        for (x, level) in row.iter().step_by(levels.step).enumerate().take(SQUARE) {
            let at = x * levels.step;
            let right = *row.get(at + levels.step)?;
            let under = *below.get(at)?;
            least = least.min(*level);
            most = most.max(*level);
            steepest = steepest.max(level.abs_diff(right)).max(level.abs_diff(under));
        }
    }
    let contrast = most.saturating_sub(least);
    (contrast >= CONTRAST && steepest > 0).then(|| f64::from(contrast) / f64::from(steepest))
}

impl Levels<'_> {
    /// One row from a column on, with one more pixel than a square has. Of colour, green alone: it
    /// is most of the brightness.
    fn row(&self, y: usize, left: usize) -> Option<&[u8]> {
        let start = (y * self.width + left) * self.step + self.step / 2;
        let length = SQUARE * self.step + 1;
        self.bytes.get(start..start + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strokes three pixels wide, smoothed over `radius` pixels.
    fn written(radius: usize, dark: u8) -> Vec<u8> {
        const SIDE: usize = 400;
        let ink = |x: usize, y: usize| x % 17 < 3 || y % 23 < 3;
        let mut out = Vec::new();
        for y in 0..SIDE {
            for x in 0..SIDE {
                let span = |n: usize| n.saturating_sub(radius)..=(n + radius).min(SIDE - 1);
                let spots: Vec<bool> =
                    span(y).flat_map(|v| span(x).map(move |h| ink(h, v))).collect();
                let inked = spots.iter().filter(|i| **i).count();
                out.push(250 - (inked * usize::from(250 - dark) / spots.len()) as u8);
            }
        }
        out
    }

    fn width_of(bytes: &[u8]) -> Option<f64> {
        edge_width(&Levels { bytes, width: 400, height: 400, step: 1 })
    }

    #[test]
    fn smoothing_widens_edges_and_contrast_does_not_matter() {
        let (sharp, faint) =
            (width_of(&written(0, 10)).unwrap(), width_of(&written(0, 120)).unwrap());
        assert!((sharp - 1.0).abs() < 0.01 && (faint - 1.0).abs() < 0.01, "{sharp} {faint}");
        let soft = width_of(&written(3, 0)).unwrap();
        assert!(soft > 3.0, "{soft}");
        let three: Vec<u8> = written(3, 0).iter().flat_map(|l| [*l; 3]).collect();
        let colour = edge_width(&Levels { bytes: &three, width: 400, height: 400, step: 3 });
        assert_eq!(colour, Some(soft));
    }

    #[test]
    fn paper_has_no_edges() {
        assert_eq!(width_of(&[240; 160_000]), None);
        assert_eq!(edge_width(&Levels { bytes: &[], width: 0, height: 0, step: 1 }), None);
        let small = Levels { bytes: &[0; 64], width: 8, height: 8, step: 1 };
        assert_eq!(edge_width(&small), None);
    }
}
