//! Copies of generated pictures, for whoever takes no large ones or no files of their format. A copy keeps what its
//! original said beside the pixels, and is marked as generated.

use bytes::Bytes;
use image::DynamicImage;
use image::imageops::FilterType;

use super::decode::decode;
use super::encode::{QUALITY, encode, jpeg};
use super::image_format::ImageFormat;
use super::metadata::Metadata;

/// A part of what is said beside the pixels may have this much of a small copy.
const METADATA_SHARE: u64 = 8;

/// A JPEG of the picture of at most `limit` bytes, no side longer than `side`: as large as possible first, then
/// smaller. It takes its time: call it where that holds nobody up.
///
/// # Errors
/// A file that is no picture, or a limit that no copy fits into.
pub fn shrink(picture: &[u8], limit: u64, side: Option<u32>) -> anyhow::Result<Bytes> {
    let part_limit = usize::try_from(limit / METADATA_SHARE).unwrap_or(usize::MAX);
    let metadata = Metadata::of(picture).marked(part_limit);
    let mut picture = DynamicImage::ImageRgb8(decode(picture)?.into_rgb8());
    if let Some(side) = side.filter(|side| picture.width().max(picture.height()) > *side) {
        picture = picture.resize(side, side, FilterType::Triangle);
    }
    loop {
        for quality in [QUALITY, 80] {
            let jpeg = jpeg(&picture, quality, &metadata)?;
            if jpeg.len() as u64 <= limit {
                return Ok(jpeg.into());
            }
        }
        let (width, height) = (picture.width() * 2 / 3, picture.height() * 2 / 3);
        anyhow::ensure!(width >= 16 && height >= 16, "no copy fits into {limit} bytes");
        picture = picture.resize_exact(width, height, FilterType::Triangle);
    }
}

/// The picture in another format and of the same size. It takes its time: call it where that holds nobody up.
///
/// # Errors
/// A file that is no picture.
pub fn copy_as(picture: &[u8], format: ImageFormat) -> anyhow::Result<Bytes> {
    let metadata = Metadata::of(picture).marked(usize::MAX);
    Ok(encode(decode(picture)?, format, &metadata)?.into())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn noise(width: u32, height: u32) -> Vec<u8> {
        let mut noise = 1_u32;
        let picture = image::RgbImage::from_fn(width, height, |_, _| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb(noise.to_be_bytes()[..3].try_into().unwrap())
        });
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    }

    #[test]
    fn a_copy_fits_whatever_the_limit() {
        let png = noise(400, 300);
        for limit in [100_000, 20_000, 2_000] {
            let copy = shrink(&png, limit, None).unwrap();
            assert!(copy.len() as u64 <= limit);
            assert!(image::load_from_memory(&copy).is_ok());
        }
    }

    #[test]
    fn a_side_that_is_too_long_is_shortened_and_the_form_stays() {
        let copy = image::load_from_memory(&shrink(&noise(900, 30), 100_000, Some(300)).unwrap()).unwrap();
        assert_eq!((copy.width(), copy.height()), (300, 10));
    }
}
