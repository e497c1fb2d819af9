//! What a service's picture may be like, and what comes out of it.

use crate::domain::image_format::ImageFormat;

/// What a model takes of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageLimits {
    /// The shortest side, in pixels.
    pub shortest: u32,
    /// The longest side, in pixels.
    pub longest: Option<u32>,
    /// Width times height, in pixels.
    pub pixels: (u64, u64),
    /// How many times the other side one side may have.
    pub aspect: Option<f64>,
}

impl ImageLimits {
    /// What most services take.
    pub const STANDARD: ImageLimits =
        ImageLimits { shortest: 64, longest: None, pixels: (4_096, 9_437_184), aspect: Some(2.5) };
    /// What a model takes that starts from a picture.
    pub const START: ImageLimits = ImageLimits { aspect: None, ..ImageLimits::STANDARD };
}

/// How large a service's picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// As the one that was sent.
    SameSize,
    /// So many times each of its sides.
    Times(u32),
    /// The one that was sent and what is added around it.
    Grown,
    /// About ten megapixels, whatever was sent.
    Large,
    /// About one megapixel, whatever was sent.
    Usual,
}

/// Bytes of an answer that Bedrock sends at most.
const ANSWER_LIMIT: u64 = 16_777_216;
/// Bytes of a pixel in a PNG that does not pack.
const PNG_PIXEL: u64 = 3;

impl Output {
    /// The format to ask for: PNG where even noise fits into Bedrock's answer as base64.
    ///
    /// `sent` is the size of the picture that is sent, `added` what is added to its width and height.
    pub fn format(self, sent: (u32, u32), added: (u32, u32)) -> ImageFormat {
        let pixels = self.size(sent, added).map(|(width, height)| u64::from(width) * u64::from(height));
        let fits = |pixels| pixels * PNG_PIXEL * 4 / 3 <= ANSWER_LIMIT;
        if pixels.is_some_and(fits) { ImageFormat::Png } else { ImageFormat::Webp }
    }

    /// How large the picture becomes; `None` if it is large whatever was sent.
    pub fn size(self, (width, height): (u32, u32), added: (u32, u32)) -> Option<(u32, u32)> {
        match self {
            Output::SameSize => Some((width, height)),
            Output::Times(times) => Some((width.saturating_mul(times), height.saturating_mul(times))),
            Output::Grown => Some((width.saturating_add(added.0), height.saturating_add(added.1))),
            Output::Large => None,
            Output::Usual => Some((1024, 1024)),
        }
    }
}
