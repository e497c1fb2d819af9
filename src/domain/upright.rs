//! Pictures that say which side is up, as phones write them: models look at the pixels only.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use crate::domain::shrink::decoding_limits;

/// JPEG is written again at this quality: the loss is far below what a model notices.
const QUALITY: u8 = 95;

/// The picture with its pixels turned as its EXIF orientation says, PNG as PNG and anything else as JPEG; `None` if it
/// stands upright. It takes its time: call it where that holds up no task.
///
/// # Errors
/// A file that cannot be decoded.
pub fn turned_upright(picture: &[u8]) -> anyhow::Result<Option<Bytes>> {
    let mut reader = ImageReader::new(Cursor::new(picture)).with_guessed_format()?;
    reader.limits(decoding_limits());
    let format = reader.format();
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    if orientation == Orientation::NoTransforms {
        return Ok(None);
    }
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let mut file = Cursor::new(Vec::new());
    if format == Some(ImageFormat::Png) {
        picture.write_to(&mut file, ImageFormat::Png)?;
    } else {
        JpegEncoder::new_with_quality(&mut file, QUALITY).encode_image(&picture.into_rgb8())?;
    }
    Ok(Some(file.into_inner().into()))
}

#[cfg(test)]
mod tests {
    use image::codecs::png::PngEncoder;
    use image::codecs::webp::WebPEncoder;
    use image::{ImageEncoder, Rgb, RgbImage};

    use super::*;

    /// EXIF with nothing but this orientation.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        exif
    }

    /// 40 × 20 pixels, the left half red and the right half blue.
    fn file(orientation: u8, encode: Encode) -> Vec<u8> {
        let picture =
            RgbImage::from_fn(40, 20, |x, _| if x < 20 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
        encode(&picture, exif(orientation))
    }

    fn with(mut encoder: impl ImageEncoder, picture: &RgbImage, exif: Vec<u8>) {
        encoder.set_exif_metadata(exif).unwrap();
        let (width, height) = picture.dimensions();
        encoder.write_image(picture.as_raw(), width, height, image::ExtendedColorType::Rgb8).unwrap();
    }

    type Encode = fn(&RgbImage, Vec<u8>) -> Vec<u8>;

    const FORMATS: [Encode; 3] = [
        |picture, exif| {
            let mut file = Vec::new();
            with(JpegEncoder::new_with_quality(&mut file, 100), picture, exif);
            file
        },
        |picture, exif| {
            let mut file = Vec::new();
            with(PngEncoder::new(&mut file), picture, exif);
            file
        },
        |picture, exif| {
            let mut file = Vec::new();
            with(WebPEncoder::new_lossless(&mut file), picture, exif);
            file
        },
    ];

    #[test]
    fn a_picture_from_a_phone_is_turned_as_it_says() {
        for encode in FORMATS {
            // Six: the top of the scene is at the right of the pixels, so that its left is at their top.
            let turned = turned_upright(&file(6, encode)).unwrap().unwrap();
            let picture = image::load_from_memory(&turned).unwrap().into_rgb8();
            assert_eq!(picture.dimensions(), (20, 40));
            let (top, bottom) = (picture.get_pixel(10, 5), picture.get_pixel(10, 35));
            assert!(top[0] > 200 && bottom[2] > 200, "{top:?} {bottom:?}");
            assert_eq!(turned_upright(&turned).unwrap(), None, "once");
        }
    }

    #[test]
    fn a_picture_that_stands_upright_is_left_alone() {
        for encode in FORMATS {
            assert_eq!(turned_upright(&file(1, encode)).unwrap(), None);
        }
    }
}
