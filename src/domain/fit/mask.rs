//! Masks: white is what is to be changed.

use std::io::Cursor;

use bytes::Bytes;
use image::imageops::FilterType;
use image::{GrayImage, Luma};

use super::{ceil, floor};
use crate::domain::decode::decode;

/// From this brightness on, a part of a mask counts as white.
const WHITE: u8 = 128;

/// Why a file is no mask.
#[derive(Debug)]
pub enum MaskProblem {
    /// Nothing of it is white.
    Empty,
    Unreadable(anyhow::Error),
}

/// A mask for a picture of this size, and the size that it was if that was another one. What can be seen through is
/// black.
///
/// # Errors
/// [`MaskProblem`].
pub fn mask_of_picture(file: &[u8], size: (u32, u32)) -> Result<(Bytes, Option<(u32, u32)>), MaskProblem> {
    let mut picture = decode(file).map_err(|error| MaskProblem::Unreadable(error.into()))?;
    let from = (picture.width(), picture.height());
    if from != size {
        picture = picture.resize_exact(size.0, size.1, FilterType::Triangle);
    }
    let shades = picture.to_luma_alpha8();
    let mask = GrayImage::from_fn(size.0, size.1, |x, y| {
        let [shade, alpha] = shades.get_pixel(x, y).0;
        Luma([if alpha < WHITE { 0 } else { shade }])
    });
    if mask.pixels().all(|pixel| pixel.0[0] < WHITE) {
        return Err(MaskProblem::Empty);
    }
    Ok((png(&mask).map_err(MaskProblem::Unreadable)?, (from != size).then_some(from)))
}

/// A mask out of a picture that is transparent where something is to be changed; `None` for one that is transparent
/// nowhere, or cannot be decoded.
pub fn mask_of_transparency(file: &[u8]) -> Option<Bytes> {
    let picture = decode(file).ok().filter(|picture| picture.color().has_alpha())?.into_rgba8();
    let is_changed = |alpha: u8| alpha < WHITE;
    picture.pixels().any(|pixel| is_changed(pixel.0[3])).then_some(())?;
    let (width, height) = picture.dimensions();
    let shade = |x, y| if is_changed(picture.get_pixel(x, y).0[3]) { u8::MAX } else { 0 };
    png(&GrayImage::from_fn(width, height, |x, y| Luma([shade(x, y)]))).ok()
}

/// A mask for a picture of this size that is white from `left` and `top` to `right` and `bottom`, in percent.
///
/// # Errors
/// None that a size within the limits can have.
pub fn mask_of_area(
    (width, height): (u32, u32),
    [left, top, right, bottom]: [f64; 4],
) -> anyhow::Result<Bytes> {
    let columns = floor(f64::from(width) * left / 100.0)..ceil(f64::from(width) * right / 100.0);
    let rows = floor(f64::from(height) * top / 100.0)..ceil(f64::from(height) * bottom / 100.0);
    let shade = |x, y| if columns.contains(&x) && rows.contains(&y) { u8::MAX } else { 0 };
    png(&GrayImage::from_fn(width, height, |x, y| Luma([shade(x, y)])))
}

fn png(mask: &GrayImage) -> anyhow::Result<Bytes> {
    let mut file = Cursor::new(Vec::new());
    mask.write_to(&mut file, image::ImageFormat::Png)?;
    Ok(file.into_inner().into())
}
