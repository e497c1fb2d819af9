//! The formats of image files that Easel knows.

use std::fmt;
use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use serde::{Deserialize, Serialize};

/// Where none is recorded, it is PNG: nothing else was stored before this was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    #[default]
    Png,
    Jpeg,
    Webp,
}

impl ImageFormat {
    const ALL: [ImageFormat; 3] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Webp];

    /// The format of a file with these bytes, by its signature.
    pub fn of(bytes: &[u8]) -> Option<ImageFormat> {
        match image::guess_format(bytes) {
            Ok(image::ImageFormat::Png) => Some(ImageFormat::Png),
            Ok(image::ImageFormat::Jpeg) => Some(ImageFormat::Jpeg),
            Ok(image::ImageFormat::WebP) => Some(ImageFormat::Webp),
            _ => None,
        }
    }

    /// Whether a file of this format has more than one frame.
    pub fn is_animated(self, file: &[u8]) -> bool {
        let reader = Cursor::new(file);
        match self {
            ImageFormat::Png => PngDecoder::new(reader).and_then(|png| png.is_apng()).unwrap_or_default(),
            ImageFormat::Webp => WebPDecoder::new(reader).is_ok_and(|webp| webp.has_animation()),
            ImageFormat::Jpeg => false,
        }
    }

    /// Parameters behind the type do not matter.
    pub fn from_content_type(text: &str) -> Option<ImageFormat> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        ImageFormat::ALL.into_iter().find(|format| format.content_type() == essence)
    }

    /// The format of a file whose name ends like this, behind the dot and in any case.
    pub fn from_extension(text: &str) -> Option<ImageFormat> {
        let lower = text.to_ascii_lowercase();
        let extension = if lower == "jpeg" { "jpg" } else { &lower };
        ImageFormat::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// What a file's name ends with, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            ImageFormat::Png => "png",
            ImageFormat::Jpeg => "jpg",
            ImageFormat::Webp => "webp",
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            ImageFormat::Png => "image/png",
            ImageFormat::Jpeg => "image/jpeg",
            ImageFormat::Webp => "image/webp",
        }
    }

    /// For serde: what is not written down is PNG.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(crate) fn is_png(&self) -> bool {
        *self == ImageFormat::Png
    }
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ImageFormat::Png => "PNG",
            ImageFormat::Jpeg => "JPEG",
            ImageFormat::Webp => "WebP",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::job::GeneratedImage;

    #[test]
    fn an_image_whose_format_is_not_recorded_is_a_png_and_a_png_does_not_record_it() {
        let old = json!({ "seed": 7, "sha256": "ab", "bytes": 3 });
        let generated: GeneratedImage = serde_json::from_value(old.clone()).unwrap();
        assert_eq!(generated.format, ImageFormat::Png);
        assert_eq!(serde_json::to_value(&generated).unwrap(), old);
        let webp = GeneratedImage { format: ImageFormat::Webp, ..generated };
        assert_eq!(serde_json::to_value(webp).unwrap()["format"], Value::from("webp"));
    }

    #[test]
    fn a_format_is_known_by_signature_and_by_content_type() {
        for (start, format) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some(ImageFormat::Png)),
            (b"\xff\xd8\xff\xe0", Some(ImageFormat::Jpeg)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(ImageFormat::Webp)),
            (b"GIF89a", None),
            (b"", None),
        ] {
            assert_eq!(ImageFormat::of(start), format);
        }
        for format in ImageFormat::ALL {
            assert_eq!(ImageFormat::from_content_type(format.content_type()), Some(format));
        }
        assert_eq!(ImageFormat::from_content_type("image/png; x=1"), Some(ImageFormat::Png));
        assert_eq!(ImageFormat::from_content_type("image/gif"), None);
        for (extension, format) in
            [("JPEG", Some(ImageFormat::Jpeg)), ("webp", Some(ImageFormat::Webp)), ("gif", None), ("", None)]
        {
            assert_eq!(ImageFormat::from_extension(extension), format);
        }
    }
}
