//! Limits of the pictures that a client sends.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, ImageReader};

/// What a picture must be. Sides and areas are in pixels.
pub(super) struct Limits {
    formats: &'static [ImageFormat],
    min_side: u32,
    max_side: u32,
    min_area: u64,
    max_area: u64,
    /// The longer side over the shorter, in tenths.
    max_aspect: u64,
}

const ANY: Limits = Limits {
    formats: &[ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP],
    min_side: 64,
    max_side: u32::MAX,
    min_area: 0,
    max_area: u64::MAX,
    max_aspect: u64::MAX,
};

/// Image-to-image of Stable Diffusion 3.5.
pub(super) static SD35: Limits = ANY;
/// The standard of the image services.
pub(super) static STANDARD_IMAGE: Limits = Limits { max_area: 9_437_184, max_aspect: 25, ..ANY };
/// The input of creative-upscale.
pub(super) static CREATIVE: Limits = Limits { min_area: 4_096, max_area: 1_048_576, ..ANY };
/// The input of fast-upscale.
pub(super) static FAST: Limits =
    Limits { min_side: 32, max_side: 1_536, min_area: 1_024, max_area: 1_048_576, ..ANY };
/// The initial image and the mask of SDXL 1.0.
pub(super) static SDXL: Limits =
    Limits { formats: &[ImageFormat::Jpeg, ImageFormat::Png], min_area: 262_144, max_area: 1_048_576, ..ANY };

impl Limits {
    /// What is wrong with the base64 of a picture.
    pub(super) fn problem(&self, base64: &str) -> Option<String> {
        let Ok(file) = STANDARD.decode(base64) else { return Some("not valid base64".to_owned()) };
        let unreadable = || Some("not an image that can be read".to_owned());
        let Some((format, width, height)) = sides(&file) else { return unreadable() };
        if !self.formats.contains(&format) {
            return Some(format!("format {format:?} is not supported"));
        }
        let (short, long) = (width.min(height), width.max(height));
        let area = u64::from(width) * u64::from(height);
        if short < self.min_side || long > self.max_side {
            return Some(format!(
                "a side of {width}x{height} is outside {} to {}",
                self.min_side, self.max_side
            ));
        }
        if area < self.min_area || area > self.max_area {
            return Some(format!("{area} pixels are outside {} to {}", self.min_area, self.max_area));
        }
        if u64::from(long) * 10 > u64::from(short).saturating_mul(self.max_aspect) {
            return Some(format!("the aspect ratio of {width}x{height} is outside 1:2.5 to 2.5:1"));
        }
        // The head alone would let a truncated file pass.
        match image::load_from_memory_with_format(&file, format) {
            Ok(_) => None,
            Err(_) => unreadable(),
        }
    }
}

/// Format, width and height from the head of the file.
pub(super) fn sides(file: &[u8]) -> Option<(ImageFormat, u32, u32)> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?;
    let format = reader.format()?;
    let (width, height) = reader.into_dimensions().ok()?;
    Some((format, width, height))
}

/// Whether something can be seen through in the picture with this base64.
pub(super) fn is_transparent(base64: &str) -> bool {
    let picture = STANDARD.decode(base64).ok().and_then(|file| image::load_from_memory(&file).ok());
    let shows_through =
        |picture: image::DynamicImage| picture.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX);
    picture.is_some_and(|picture| picture.color().has_alpha() && shows_through(picture))
}
