//! Pictures that cost nothing to answer: one template for each size, encoded once in a process, and a small stamp in the
//! file that differs with each request.

use std::collections::HashMap;
use std::io::{self, Cursor};
use std::sync::{Arc, LazyLock, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::sync::lock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// An eighth of the real sides, some hundred bytes.
    Tiny,
    /// The real sides, about one megapixel, and a gradient that packs well.
    Real,
    /// A PNG of this many bytes, mostly noise: the real sides, or larger ones of the same aspect if they cannot hold
    /// so much. JPEG and WebP are noise of the real sides and have the size that results.
    Sized(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Format {
    Png,
    Jpeg,
    Webp,
}

impl Format {
    /// By its name in `output_format`.
    pub(super) fn named(name: Option<&str>) -> Self {
        match name {
            Some("jpeg") => Self::Jpeg,
            Some("webp") => Self::Webp,
            _ => Self::Png,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pattern {
    Gradient,
    Noise(usize),
    Blurred,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TemplateKey {
    format: Format,
    width: u32,
    height: u32,
    pattern: Pattern,
}

/// A file without its stamp. All cuts fall on multiples of three bytes, so that the base64 of the parts joins up.
#[derive(Debug)]
pub(super) struct Template {
    format: Format,
    /// Base64 of what precedes the stamp.
    before: Bytes,
    /// Up to two bytes before the stamp that fill no group of base64.
    carry: Vec<u8>,
    /// Base64 of what follows the stamp.
    after: Bytes,
}

#[derive(Clone, Debug)]
pub(super) enum GeneratedImage {
    /// A template and what makes the file unique.
    Stamped { template: Arc<Template>, mark: [u8; 24] },
    /// A file that somebody else drew.
    Rendered(Bytes),
}

static TEMPLATES: LazyLock<Mutex<HashMap<TemplateKey, Arc<Template>>>> = LazyLock::new(Mutex::default);

impl GeneratedImage {
    /// Generates at the real `sides`; `blurred` is what SDXL delivers in place of a filtered picture.
    pub(super) fn new(
        picture: Picture,
        format: Format,
        sides: (u32, u32),
        blurred: bool,
        mark: [u8; 24],
    ) -> io::Result<Self> {
        let pattern = match picture {
            _ if blurred => Pattern::Blurred,
            Picture::Tiny | Picture::Real => Pattern::Gradient,
            Picture::Sized(size) => Pattern::Noise(size),
        };
        let (width, height) = match picture {
            Picture::Tiny => ((sides.0 / 8).max(1), (sides.1 / 8).max(1)),
            Picture::Real => sides,
            Picture::Sized(size) => room_for(size, sides),
        };
        let key = TemplateKey { format, width, height, pattern };
        // Kept locked while it encodes, so that parallel calls wait for one template and do not all encode it.
        let mut templates = lock(&TEMPLATES);
        if let Some(template) = templates.get(&key) {
            return Ok(Self::Stamped { template: Arc::clone(template), mark });
        }
        let template = Arc::new(Template::new(key)?);
        templates.insert(key, Arc::clone(&template));
        Ok(Self::Stamped { template, mark })
    }

    /// The base64 of the file, in three parts.
    pub(super) fn base64(&self) -> [Bytes; 3] {
        match self {
            Self::Stamped { template, mark } => {
                let stamp = STANDARD.encode(template.stamp(mark));
                [template.before.clone(), Bytes::from(stamp), template.after.clone()]
            }
            Self::Rendered(file) => [Bytes::from(STANDARD.encode(file)), Bytes::new(), Bytes::new()],
        }
    }

    pub(super) fn file(&self) -> Vec<u8> {
        // Decoding what the template encoded cannot fail; an empty part would show in every assertion.
        let part = |base64: &Bytes| STANDARD.decode(base64).unwrap_or_default();
        match self {
            Self::Stamped { template, mark } => {
                [part(&template.before), template.stamp(mark), part(&template.after)].concat()
            }
            Self::Rendered(file) => file.to_vec(),
        }
    }
}

impl Template {
    /// The mark in a part of the file that decoders skip.
    fn stamp(&self, mark: &[u8; 24]) -> Vec<u8> {
        let mut stamp = self.carry.clone();
        match self.format {
            Format::Png => stamp.extend(png_chunk(*b"eaSl", mark)),
            Format::Jpeg => {
                stamp.extend([0xff, 0xfe, 0, 26]);
                stamp.extend(mark);
            }
            Format::Webp => {
                stamp.extend(*b"eaSl");
                stamp.extend(24_u32.to_le_bytes());
                stamp.extend(mark);
            }
        }
        stamp
    }

    fn new(key: TemplateKey) -> io::Result<Self> {
        let pixels = pixels(key);
        let mut file = Vec::new();
        let (width, height, rgb) = (key.width, key.height, ExtendedColorType::Rgb8);
        match key.format {
            Format::Png => {
                PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::NoFilter)
                    .write_image(&pixels, width, height, rgb)
            }
            Format::Jpeg => JpegEncoder::new_with_quality(Cursor::new(&mut file), 85)
                .write_image(&pixels, width, height, rgb),
            Format::Webp => {
                WebPEncoder::new_lossless(Cursor::new(&mut file)).write_image(&pixels, width, height, rgb)
            }
        }
        .map_err(io::Error::other)?;
        Ok(Self::cut(key, file))
    }

    /// Cuts the file where its stamp belongs.
    fn cut(key: TemplateKey, mut file: Vec<u8>) -> Self {
        let at = match key.format {
            // After the signature and the header.
            Format::Png => 33,
            // After the first marker.
            Format::Jpeg => 2,
            // A chunk at the end, which the length in the head covers.
            Format::Webp => {
                let length = u32::try_from(file.len() + 32 - 8).unwrap_or(u32::MAX);
                file[4..8].copy_from_slice(&length.to_le_bytes());
                file.len()
            }
        };
        let mut after = file.split_off(at);
        if let (Format::Png, Pattern::Noise(size)) = (key.format, key.pattern) {
            // Signature, header and stamp are 69 bytes; a chunk has 12 beside its data.
            if let Some(padding) = size.checked_sub(69 + after.len() + 12) {
                after.splice(..0, png_chunk(*b"paDd", &noise(padding)));
            }
        }
        let carry = file.split_off(at - at % 3);
        let base64 = |part: &[u8]| Bytes::from(STANDARD.encode(part));
        Self { format: key.format, before: base64(&file), carry, after: base64(&after) }
    }
}

/// The sides of a model's picture, about one megapixel.
pub(super) fn sides(aspect_ratio: &str) -> (u32, u32) {
    match aspect_ratio {
        "16:9" => (1344, 768),
        "21:9" => (1536, 640),
        "2:3" => (832, 1216),
        "3:2" => (1216, 832),
        "4:5" => (896, 1088),
        "5:4" => (1088, 896),
        "9:16" => (768, 1344),
        "9:21" => (640, 1536),
        _ => (1024, 1024),
    }
}

/// Share of a sized PNG, in percent, that is noise; the rest is slack for the packing, then filled up.
const NOISE_SHARE: usize = 98;

/// Sides of the same aspect whose raw pixels hold so many bytes of noise.
fn room_for(size: usize, (width, height): (u32, u32)) -> (u32, u32) {
    let noise = size as f64 * NOISE_SHARE as f64 / 100.0;
    let raw = f64::from(width) * f64::from(height) * 3.0;
    let scale = (noise / raw).sqrt().max(1.0);
    ((f64::from(width) * scale) as u32, (f64::from(height) * scale) as u32)
}

fn pixels(key: TemplateKey) -> Vec<u8> {
    let TemplateKey { width, height, .. } = key;
    let length = width as usize * height as usize * 3;
    match key.pattern {
        Pattern::Noise(size) => {
            let share = if key.format == Format::Png { size / 100 * NOISE_SHARE } else { length };
            let mut pixels = noise(share.min(length));
            pixels.resize(length, 0x80);
            pixels
        }
        Pattern::Blurred => vec![0x80; length],
        Pattern::Gradient => {
            let shade = |at: u32, of: u32| u8::try_from(at * 255 / of).unwrap_or(u8::MAX);
            (0..height)
                .flat_map(|y| (0..width).flat_map(move |x| [shade(x, width), shade(y, height), 0x60]))
                .collect()
        }
    }
}

/// Bytes that do not pack, the same ones each time (xorshift).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn png_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(data);
    let sum = chunk[4..].iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 },
        )
    });
    chunk.extend((!sum).to_be_bytes());
    chunk
}
