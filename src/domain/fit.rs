//! Brings a picture into what a model takes: upright, within its limits of sides, pixels and aspect, and of bytes. It
//! takes its time: call it where that holds nobody up.

use bytes::Bytes;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder};
use serde::{Deserialize, Serialize};

use crate::domain::decode::decoder;
use crate::domain::encode::{encode, jpeg};
use crate::domain::image_format::ImageFormat;
use crate::domain::metadata::Metadata;
use crate::domain::services::ImageLimits;
use crate::domain::shrink::shrink;

mod mask;

pub use mask::{MaskProblem, mask_of_area, mask_of_picture, mask_of_transparency};

/// JPEG is written again at this quality: the loss is far below what a model notices.
const QUALITY: u8 = 95;

/// A picture that a model takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The file; `None` if it is as it was.
    pub changed: Option<Bytes>,
    /// Width and height in pixels.
    pub size: (u32, u32),
    pub fitting: Option<Fitting>,
    /// Some of it can be seen through.
    pub is_transparent: bool,
}

/// How a picture was changed to fit. Sizes are width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fitting {
    pub from: (u32, u32),
    pub to: (u32, u32),
    /// What was beyond the longest form that is taken is cut off, on both sides alike.
    pub cropped: bool,
}

/// The picture as `limits` want it, in at most `bytes` bytes. All of it is decoded, so that a damaged file is found.
///
/// # Errors
/// A file that cannot be decoded, or that fits in no form.
pub fn fit(picture: &[u8], limits: &ImageLimits, bytes: u64) -> anyhow::Result<Fitted> {
    let is_jpeg = ImageFormat::of(picture) == Some(ImageFormat::Jpeg);
    let mut decoder = decoder(picture)?;
    let orientation = decoder.orientation()?;
    let mut pixels = DynamicImage::from_decoder(decoder)?;
    pixels.apply_orientation(orientation);
    let from = (pixels.width(), pixels.height());
    let form = within_aspect(from, limits);
    let to = within_sides(form, limits);
    let is_transparent = is_transparent(&pixels);
    let fitting = (to != from).then_some(Fitting { from, to, cropped: form != from });
    if fitting.is_none() && orientation == Orientation::NoTransforms && picture.len() as u64 <= bytes {
        return Ok(Fitted { changed: None, size: to, fitting, is_transparent });
    }
    if form != from {
        let (x, y) = ((from.0 - form.0) / 2, (from.1 - form.1) / 2);
        pixels = pixels.crop_imm(x, y, form.0, form.1);
    }
    if to != form {
        pixels = pixels.resize_exact(to.0, to.1, FilterType::CatmullRom);
    }
    let file = file(pixels, is_jpeg, is_transparent, bytes)?;
    Ok(Fitted { changed: Some(file), size: to, fitting, is_transparent })
}

/// JPEG as JPEG and anything else without loss, if that does not make too many bytes of it.
fn file(pixels: DynamicImage, is_jpeg: bool, is_transparent: bool, bytes: u64) -> anyhow::Result<Bytes> {
    let metadata = Metadata::default();
    if is_jpeg {
        let file = jpeg(&DynamicImage::ImageRgb8(pixels.into_rgb8()), QUALITY, &metadata)?;
        return if file.len() as u64 <= bytes { Ok(file.into()) } else { shrink(&file, bytes, None) };
    }
    let pixels = if is_transparent { pixels } else { DynamicImage::ImageRgb8(pixels.into_rgb8()) };
    let file = encode(pixels, ImageFormat::Png, &metadata)?;
    if file.len() as u64 <= bytes {
        return Ok(file.into());
    }
    anyhow::ensure!(!is_transparent, "a picture with transparent parts of {} bytes", file.len());
    shrink(&file, bytes, None)
}

fn is_transparent(pixels: &DynamicImage) -> bool {
    match pixels {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().any(|pixel| pixel[3] < u8::MAX),
        pixels if pixels.color().has_alpha() => pixels.to_rgba8().pixels().any(|pixel| pixel[3] < u8::MAX),
        _ => false,
    }
}

/// The largest part of a picture of this size that is not too long.
fn within_aspect((width, height): (u32, u32), limits: &ImageLimits) -> (u32, u32) {
    let Some(aspect) = limits.aspect else { return (width, height) };
    let longest = |shorter: u32| floor(f64::from(shorter) * aspect).max(1);
    (width.min(longest(height)), height.min(longest(width)))
}

/// The size of the same form that is within the limits of sides and pixels.
fn within_sides((width, height): (u32, u32), limits: &ImageLimits) -> (u32, u32) {
    let (least, most) = limits.pixels;
    let (shorter, longer) = (f64::from(width.min(height)), f64::from(width.max(height)));
    let pixels = f64::from(width) * f64::from(height);
    let mut smallest = f64::from(limits.shortest) / shorter;
    let mut largest = limits.longest.map_or(f64::INFINITY, |longest| f64::from(longest) / longer);
    #[expect(clippy::cast_precision_loss, reason = "some millions of pixels")]
    {
        smallest = smallest.max((least as f64 / pixels).sqrt());
        largest = largest.min((most as f64 / pixels).sqrt());
    }
    if smallest > 1.0 {
        (ceil(f64::from(width) * smallest), ceil(f64::from(height) * smallest))
    } else if largest < 1.0 {
        (floor(f64::from(width) * largest).max(1), floor(f64::from(height) * largest).max(1))
    } else {
        (width, height)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sides of pictures")]
fn floor(side: f64) -> u32 {
    side.floor() as u32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sides of pictures")]
fn ceil(side: f64) -> u32 {
    side.ceil() as u32
}

#[cfg(test)]
mod tests;
