use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{GrayImage, ImageEncoder, Rgb, RgbImage};

use super::*;
use crate::domain::services::Service;

/// EXIF with nothing but this orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif
}

/// 40 × 20 pixels, the left half red and the right half blue.
fn file(orientation: u8, encode: Encode) -> Vec<u8> {
    let picture = RgbImage::from_fn(40, 20, |x, _| if x < 20 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
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
        let turned = changed(&file(6, encode)).unwrap();
        let picture = image::load_from_memory(&turned).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (20, 40));
        let (top, bottom) = (picture.get_pixel(10, 5), picture.get_pixel(10, 35));
        assert!(top[0] > 200 && bottom[2] > 200, "{top:?} {bottom:?}");
        assert_eq!(changed(&turned), None, "once");
    }
}

#[test]
fn a_picture_that_stands_upright_is_left_alone() {
    for encode in FORMATS {
        assert_eq!(changed(&file(1, encode)), None);
    }
}

const ANY: ImageLimits = ImageLimits { shortest: 1, longest: None, pixels: (1, u64::MAX), aspect: None };

fn changed(file: &[u8]) -> Option<Bytes> {
    fit(file, &ANY, u64::MAX).unwrap().changed
}

/// A size, the limits, and the size that it gets, with whether something is cut off.
#[test]
fn a_picture_gets_the_size_that_the_limits_allow_and_keeps_its_form() {
    let standard = ImageLimits::STANDARD;
    let fast = Service::UpscaleFast.spec().image;
    for (size, limits, wanted, cropped) in [
        ((100, 80), standard, (100, 80), false),
        ((40, 32), standard, (80, 64), false),
        ((4_000, 3_000), standard, (3_547, 2_660), false),
        ((1_000, 100), standard, (250, 100), true),
        ((30, 600), standard, (64, 160), true),
        ((1_000, 100), ImageLimits::START, (1_000, 100), false),
        ((2_000, 100), fast, (1_536, 76), false),
        ((1_500, 1_500), fast, (1_024, 1_024), false),
        ((16, 16), fast, (32, 32), false),
    ] {
        let mut file = Cursor::new(Vec::new());
        RgbImage::new(size.0, size.1).write_to(&mut file, image::ImageFormat::Png).unwrap();
        let fitted = fit(file.get_ref(), &limits, u64::MAX).unwrap();
        let fitting = (size != wanted).then_some(Fitting { from: size, to: wanted, cropped });
        assert_eq!((fitted.size, fitted.fitting), (wanted, fitting), "{size:?}");
        if let Some(changed) = fitted.changed {
            let changed = image::load_from_memory(&changed).unwrap();
            assert_eq!((changed.width(), changed.height()), wanted);
        }
    }
}

#[test]
fn what_can_be_seen_through_stays_so() {
    let mut picture = image::RgbaImage::new(32, 32);
    picture.put_pixel(3, 3, image::Rgba([200, 0, 0, 255]));
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    let fitted = fit(file.get_ref(), &ImageLimits::STANDARD, u64::MAX).unwrap();
    assert!(fitted.is_transparent);
    let changed = image::load_from_memory(&fitted.changed.unwrap()).unwrap();
    assert!(changed.color().has_alpha() && changed.width() == 64);
}

#[test]
fn a_damaged_picture_is_found() {
    let mut png = file(1, FORMATS[1]);
    let at = png.len() - 20;
    png[at] ^= 1;
    assert!(fit(&png, &ImageLimits::STANDARD, u64::MAX).is_err());
    assert!(fit(&png[..png.len() / 2], &ImageLimits::STANDARD, u64::MAX).is_err());
}

#[test]
fn a_mask_gets_the_size_of_its_picture_and_has_to_be_white_somewhere() {
    let mut mask = GrayImage::new(10, 10);
    let png = |mask: &GrayImage| {
        let mut file = Cursor::new(Vec::new());
        mask.write_to(&mut file, image::ImageFormat::Png).unwrap();
        file.into_inner()
    };
    assert!(matches!(mask_of_picture(&png(&mask), (20, 20)), Err(MaskProblem::Empty)));
    assert!(matches!(mask_of_picture(b"no picture", (20, 20)), Err(MaskProblem::Unreadable(_))));
    (0..10).for_each(|x| mask.put_pixel(x, 0, image::Luma([255])));
    let (file, from) = mask_of_picture(&png(&mask), (20, 20)).unwrap();
    let resized = image::load_from_memory(&file).unwrap().into_luma8();
    assert_eq!((resized.dimensions(), from), ((20, 20), Some((10, 10))));
    assert_eq!(mask_of_picture(&file, (20, 20)).unwrap().1, None);
}

#[test]
fn an_area_is_white_and_the_rest_is_black() {
    let mask = mask_of_area((200, 100), [10.0, 20.0, 50.0, 100.0]).unwrap();
    let mask = image::load_from_memory(&mask).unwrap().into_luma8();
    for (x, y, shade) in [(19, 50, 0), (20, 20, 255), (99, 99, 255), (100, 50, 0), (50, 19, 0)] {
        assert_eq!(mask.get_pixel(x, y).0[0], shade, "{x} {y}");
    }
}
