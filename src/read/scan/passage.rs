//! How a page of a TIFF passes into a PDF undecoded: its strips as they are, under a filter both
//! formats have. Admission asks before it lets a page pass that no decoder here knows, and binding
//! writes by the same answer, so that what was admitted can always be bound.

use super::exif::{Directory, Tiff};

/// More strips than this are decoded, so that a page is not thousands of objects.
const MOST_STRIPS: usize = 256;

/// A directory chain longer than this is a loop.
const MOST_PAGES: usize = 10_000;

/// One directory of a TIFF file.
#[derive(Debug)]
pub(crate) struct TiffPage {
    /// Where it lies.
    pub(crate) offset: u32,
    /// How it passes undecoded; `None` when it must be decoded.
    pub(crate) passage: Option<Passage>,
}

impl TiffPage {
    /// All pages of a file; `None` when it is none, is cut off or leads back to itself.
    pub(crate) fn all(bytes: &[u8]) -> Option<Vec<Self>> {
        let tiff = Tiff::new(bytes)?;
        let mut pages = Vec::new();
        let mut at = tiff.first()?;
        while at != 0 {
            let directory = tiff.directory(at)?;
            pages.push(Self { offset: at, passage: Passage::of(&tiff, &directory) });
            if pages.len() > MOST_PAGES {
                return None;
            }
            at = directory.1;
        }
        Some(pages)
    }
}

/// One page whose strips PDF understands.
#[derive(Debug, PartialEq)]
pub(crate) struct Passage {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Bits of a sample: 1, 2, 4 or 8.
    pub(crate) bits: u8,
    pub(crate) colour: Colour,
    /// Zero is white.
    pub(crate) inverted: bool,
    pub(crate) filter: Filter,
    /// Bits come lowest first and must be turned.
    pub(crate) turn: bool,
    /// Rows of every strip but the last.
    pub(crate) pitch: u32,
    /// Place and length of each strip, from the top.
    pub(crate) strips: Vec<(usize, usize)>,
    /// JPEG tables that the strips share.
    pub(crate) tables: Vec<u8>,
}

/// What the samples mean.
#[derive(Debug, PartialEq)]
pub(crate) enum Colour {
    Grey,
    Rgb,
    Cmyk,
    /// Red, green and blue of each number.
    Palette(Vec<u8>),
}

/// What packs the strips.
#[derive(Debug, PartialEq)]
pub(crate) enum Filter {
    Plain,
    /// `k` as in PDF: below zero G4, zero rows alone, above zero mixed.
    Fax {
        k: i8,
        aligned: bool,
        black_is_one: bool,
    },
    Lzw {
        predicted: bool,
    },
    Jpeg {
        ycbcr: bool,
    },
    Deflate {
        predicted: bool,
    },
    RunLength,
}

impl Passage {
    /// `None` when PDF has no filter for the page, or its strips do not fill it.
    pub(super) fn of(tiff: &Tiff, directory: &Directory) -> Option<Self> {
        let tags = Tags { tiff, directory };
        let (width, height) = (tags.one(256, 0)?, tags.one(257, 0)?);
        let (bits, samples) = (tags.one(258, 1)?, tags.one(277, 1)?);
        let compression = tags.one(259, 1)?;
        let fax = matches!(compression, 2..=4);
        let turn = tags.one(266, 1)? == 2;
        let strips = tags.strips()?;
        let plain = width > 0
            && tags.all(322)?.is_empty()
            && tags.all(338)?.is_empty()
            && (samples == 1 || tags.one(284, 1)? == 1)
            && tags.all(258)?.iter().all(|b| *b == u64::from(bits))
            && matches!(bits, 1 | 2 | 4 | 8);
        if !plain || (!fax && (turn || strips.len() > MOST_STRIPS)) {
            return None;
        }
        let zero_is_white = tags.one(262, 0)? == 0;
        let colour = match (tags.one(262, 0)?, samples) {
            (0 | 1, 1) => Colour::Grey,
            (2, 3) => Colour::Rgb,
            (3, 1) => Colour::Palette(palette(&tags.all(320)?, bits)?),
            (5, 4) => Colour::Cmyk,
            (6, 3) if compression == 7 => Colour::Rgb,
            _ => return None,
        };
        let pitch = tags.one(278, height)?.min(height).max(1);
        let filled = strips.len() as u64 * u64::from(pitch) >= u64::from(height) && height > 0;
        let tables = tags.all(347)?.into_iter().filter_map(|b| u8::try_from(b).ok()).collect();
        filled.then_some(Self {
            width,
            height,
            bits: u8::try_from(bits).ok()?,
            inverted: zero_is_white && samples == 1 && !fax,
            filter: tags.filter(compression, samples == 1 && bits == 1)?,
            colour,
            turn,
            pitch,
            strips,
            tables,
        })
    }
}

/// The tags of one directory.
struct Tags<'a> {
    tiff: &'a Tiff<'a>,
    directory: &'a Directory,
}

impl Tags<'_> {
    /// All numbers of a tag, none when the page has no such tag.
    fn all(&self, tag: u16) -> Option<Vec<u64>> {
        let entry = self.directory.0.get(&tag);
        entry.map_or_else(|| Some(Vec::new()), |entry| self.tiff.numbers(*entry))
    }

    fn one(&self, tag: u16, default: u32) -> Option<u32> {
        let stated = self.all(tag)?.first().copied();
        stated.map_or(Some(default), |n| u32::try_from(n).ok())
    }

    fn strips(&self) -> Option<Vec<(usize, usize)>> {
        let (places, lengths) = (self.all(273)?, self.all(279)?);
        let pairs = places.iter().zip(&lengths);
        let strips: Option<Vec<(usize, usize)>> = pairs
            .map(|(at, length)| Some((usize::try_from(*at).ok()?, usize::try_from(*length).ok()?)))
            .collect();
        (!places.is_empty() && places.len() == lengths.len()).then_some(strips?)
    }

    fn filter(&self, compression: u32, one_bit: bool) -> Option<Filter> {
        let predicted = || match self.one(317, 1)? {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        };
        Some(match compression {
            1 => Filter::Plain,
            2..=4 if one_bit => {
                let k = match compression {
                    4 => -1,
                    3 if self.one(292, 0)? & 1 == 1 => 4,
                    _ => 0,
                };
                let black_is_one = self.one(262, 0)? == 1;
                Filter::Fax { k, aligned: compression == 2, black_is_one }
            }
            5 => Filter::Lzw { predicted: predicted()? },
            // without the Adobe mark a reader would guess the colour transform
            7 => Filter::Jpeg { ycbcr: self.one(262, 0)? == 6 },
            8 | 32946 => Filter::Deflate { predicted: predicted()? },
            32773 => Filter::RunLength,
            _ => return None,
        })
    }
}

/// The colour table: TIFF has planes of 16 bits, PDF triples of 8.
fn palette(map: &[u64], bits: u32) -> Option<Vec<u8>> {
    let colours = 1_usize << bits.min(8);
    if map.len() != colours * 3 {
        return None;
    }
    let level = |n: usize| u8::try_from(*map.get(n % 3 * colours + n / 3)? >> 8).ok();
    (0..map.len()).map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A TIFF of one page with these tags, all of four bytes.
    fn passage(tags: &[(u16, &[u32])]) -> Option<Passage> {
        let mut head = b"II*\0\x08\0\0\0".to_vec();
        head.extend(u16::try_from(tags.len()).unwrap().to_le_bytes());
        let mut behind = Vec::new();
        let base = u32::try_from(8 + 2 + tags.len() * 12 + 4).unwrap();
        for (tag, values) in tags {
            head.extend(tag.to_le_bytes());
            head.extend(4_u16.to_le_bytes());
            head.extend(u32::try_from(values.len()).unwrap().to_le_bytes());
            let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            if values.len() == 1 {
                head.extend(bytes);
            } else {
                head.extend((base + u32::try_from(behind.len()).unwrap()).to_le_bytes());
                behind.extend(bytes);
            }
        }
        head.extend([0; 4]);
        head.extend(behind);
        let tiff = Tiff::new(&head).unwrap();
        let directory = tiff.directory(8).unwrap();
        Passage::of(&tiff, &directory)
    }

    const PLAIN: &[(u16, &[u32])] =
        &[(256, &[16]), (257, &[2]), (258, &[8]), (262, &[1]), (273, &[100]), (279, &[5])];

    #[test]
    fn fax_polarity_follows_the_photometric_tag() {
        for (photometric, black) in [(0, false), (1, true)] {
            let tags: &[(u16, &[u32])] = &[
                (256, &[16]),
                (257, &[2]),
                (259, &[4]),
                (262, &[photometric]),
                (273, &[100]),
                (279, &[5]),
            ];
            let page = passage(tags).unwrap();
            assert_eq!(page.filter, Filter::Fax { k: -1, aligned: false, black_is_one: black });
            assert!(!page.inverted);
        }
    }

    #[test]
    fn what_pdf_has_no_filter_for_does_not_pass() {
        assert!(passage(PLAIN).is_some());
        let others: [(u16, &[u32]); 6] =
            [(322, &[16]), (338, &[2]), (266, &[2]), (259, &[32809]), (317, &[3]), (278, &[1])];
        for (tag, values) in others {
            // of two entries of a tag the first counts
            let changed = [&[(tag, values), (259, &[5][..])], PLAIN].concat();
            assert!(passage(&changed).is_none(), "{tag}");
        }
    }

    #[test]
    fn a_palette_becomes_triples() {
        let map = [0xFF00, 0x1000, 0x2000, 0x3000, 0, 0xFF00];
        assert_eq!(palette(&map, 1), Some(vec![0xFF, 0x20, 0, 0x10, 0x30, 0xFF]));
        assert_eq!(palette(&map, 2), None);
    }
}
