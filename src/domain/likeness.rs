//! What a picture looks like, in 64 bits: alike for copies that were scaled or compressed again. It is the perceptual
//! hash of the discrete cosine transform: of the lowest frequencies, which are above their median.

use std::f32::consts::PI;

use image::imageops::FilterType;

use super::decode::decode;

/// Pixels of a side of what is transformed, and frequencies of a side that are kept.
const SIDE: usize = 32;
const KEPT: usize = 8;
/// Bits in which a copy may differ. Different pictures differ in about 32; among a hundred thousand none comes this
/// close by chance.
const TOLERANCE: u32 = 8;
const BITS: u32 = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness(u64);

impl Likeness {
    /// It takes its time: call it where that holds nobody up.
    ///
    /// # Errors
    /// A file that cannot be decoded.
    pub fn of(file: &[u8]) -> anyhow::Result<Likeness> {
        let side = SIDE as u32;
        let picture = decode(file)?.thumbnail_exact(4 * side, 4 * side).into_luma8();
        let small = image::imageops::resize(&picture, side, side, FilterType::Triangle);
        let frequencies = frequencies(&small.into_raw());
        let mut sorted = frequencies;
        sorted.sort_unstable_by(f32::total_cmp);
        let median = sorted[sorted.len() / 2];
        Ok(Likeness(frequencies.iter().fold(0, |bits, value| bits << 1 | u64::from(*value > median))))
    }

    /// How many percent of what is compared agree, if that is enough for a copy.
    pub fn copy_percent(self, original: Likeness) -> Option<u32> {
        let apart = (self.0 ^ original.0).count_ones();
        (apart <= TOLERANCE).then_some((BITS - apart) * 100 / BITS)
    }
}

/// The lowest frequencies of a square of pixels.
fn frequencies(pixels: &[u8]) -> [f32; KEPT * KEPT] {
    let wave = |frequency: usize, at: usize| (PI / SIDE as f32 * (at as f32 + 0.5) * frequency as f32).cos();
    // Along the rows first: one line of few frequencies for each row.
    let mut rows = [[0.0; KEPT]; SIDE];
    for (row, line) in rows.iter_mut().zip(pixels.chunks_exact(SIDE)) {
        for (frequency, sum) in row.iter_mut().enumerate() {
            *sum = (0..).zip(line).map(|(x, pixel)| f32::from(*pixel) * wave(frequency, x)).sum();
        }
    }
    std::array::from_fn(|at| {
        let (down, across) = (at / KEPT, at % KEPT);
        (0..).zip(&rows).map(|(y, row)| row[across] * wave(down, y)).sum()
    })
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

    use super::*;
    use crate::domain::image_format;
    use crate::domain::shrink::copy_as;

    /// A few soft spots, at places that depend on `seed`.
    fn picture(seed: u32, width: u32, height: u32) -> Vec<u8> {
        let spot = |n: u32| {
            let place = seed.wrapping_mul(2_654_435_761).wrapping_add(n.wrapping_mul(0x9e37_79b9));
            ((place >> 8 & 0xff) as f32 / 255.0, (place >> 20 & 0xff) as f32 / 255.0)
        };
        let spots: Vec<_> = (0..6).map(spot).collect();
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let (x, y) = (x as f32 / width as f32, y as f32 / height as f32);
            let near = |(sx, sy): &(f32, f32)| (-((x - sx).powi(2) + (y - sy).powi(2)) * 40.0).exp();
            let light = (spots.iter().map(near).sum::<f32>() * 200.0).min(255.0) as u8;
            Rgb([light, light / 2, 255 - light])
        });
        let mut file = std::io::Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture).write_to(&mut file, ImageFormat::Png).unwrap();
        file.into_inner()
    }

    #[test]
    fn a_copy_is_near_however_it_was_saved_and_other_pictures_are_far() {
        let original = Likeness::of(&picture(1, 160, 120)).unwrap();
        assert_eq!(original.copy_percent(original), Some(100));
        let jpeg = copy_as(&picture(1, 80, 60), image_format::ImageFormat::Jpeg).unwrap();
        for copy in [picture(1, 320, 240), picture(1, 97, 61), jpeg.to_vec()] {
            let percent = Likeness::of(&copy).unwrap().copy_percent(original);
            assert!(percent >= Some(93), "{percent:?}");
        }
        for other in 2..40 {
            let other = Likeness::of(&picture(other, 80, 60)).unwrap();
            assert_eq!(other.copy_percent(original), None);
        }
    }

    #[test]
    fn what_is_no_picture_looks_like_nothing() {
        assert!(Likeness::of(b"I am no picture").is_err());
    }
}
