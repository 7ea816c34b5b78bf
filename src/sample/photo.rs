//! A two-inch photo: head and shoulders before a blue ground.

use super::SampleError;
use super::rng::Rng;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, Rgb, RgbImage};

const WIDTH: u32 = 295;
const HEIGHT: u32 = 413;

/// A photo as JPEG; `big` makes it larger than a portal takes.
pub(super) fn draw(rng: &mut Rng, big: bool) -> Result<Vec<u8>, SampleError> {
    let coat = [rng.between(20, 90) as u8, rng.between(20, 80) as u8, rng.between(30, 90) as u8];
    let skin = [rng.between(205, 235) as u8, rng.between(165, 190) as u8, 150];
    let face = (i64::from(rng.between(60, 70)), i64::from(rng.between(80, 92)));
    let photo = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let base = if oval(x, y, (147, 175), face) && y > 175 - face.1 * 2 / 5 {
            skin
        } else if oval(x, y, (147, 165), (face.0 + 8, face.1 + 6)) && y < 200 {
            [28, 26, 26]
        } else if oval(x, y, (147, 430), (140, 150)) {
            coat
        } else if (115..180).contains(&x) && (220..300).contains(&y) {
            skin
        } else {
            [88, 142, 205]
        };
        let noise = if big { rng.below(40) } else { rng.below(5) };
        Rgb(base.map(|c| c.saturating_add(noise as u8)))
    });
    let mut bytes = Vec::new();
    let quality = if big { 95 } else { 78 };
    JpegEncoder::new_with_quality(&mut bytes, quality).encode(
        photo.as_raw(),
        WIDTH,
        HEIGHT,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

fn oval(x: i64, y: i64, centre: (i64, i64), radius: (i64, i64)) -> bool {
    let (dx, dy) = ((x - centre.0) * radius.1, (y - centre.1) * radius.0);
    dx * dx + dy * dy <= (radius.0 * radius.1).pow(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for seed in 0..8 {
            assert!(draw(&mut Rng::new(seed), false).unwrap().len() <= 18_000);
            assert!(draw(&mut Rng::new(seed), true).unwrap().len() > 20_480);
        }
    }
}
