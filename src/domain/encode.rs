//! Pictures as files, with what such a file says beside the pixels.

use std::io::Cursor;

use anyhow::Context;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder};

use super::image_format::ImageFormat;
use super::metadata::{Metadata, XMP_KEYWORD};

/// Before the XMP packet in a segment of a JPEG file (XMP specification, part 3).
const XMP_SEGMENT: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The quality of JPEG copies that need not be small.
pub(crate) const QUALITY: u8 = 92;

/// The picture as a file of this format: JPEG in RGB and of [`QUALITY`], the others without loss.
///
/// # Errors
/// A picture that the format has no place for.
pub(crate) fn encode(
    picture: DynamicImage,
    format: ImageFormat,
    metadata: &Metadata,
) -> anyhow::Result<Vec<u8>> {
    let picture = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    };
    match format {
        ImageFormat::Png => png(&picture, metadata),
        ImageFormat::Webp => webp(&picture, metadata),
        ImageFormat::Jpeg => jpeg(&DynamicImage::ImageRgb8(picture.into_rgb8()), QUALITY, metadata),
    }
}

pub(crate) fn jpeg(picture: &DynamicImage, quality: u8, metadata: &Metadata) -> anyhow::Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, quality);
    if let Some(exif) = &metadata.exif {
        encoder.set_exif_metadata(exif.clone())?;
    }
    if let Some(icc) = &metadata.icc {
        encoder.set_icc_profile(icc.clone())?;
    }
    encoder.encode_image(picture)?;
    if let Some(packet) = metadata.packet() {
        let length =
            u16::try_from(2 + XMP_SEGMENT.len() + packet.len()).context("the XMP packet is too long")?;
        let segment = [&[0xff, 0xe1][..], &length.to_be_bytes(), XMP_SEGMENT, packet.as_bytes()].concat();
        let at = behind_first_segments(&file);
        file.splice(at..at, segment);
    }
    Ok(file)
}

/// Where the segments end that have to come first: JFIF's (APP0) and EXIF's (APP1).
fn behind_first_segments(file: &[u8]) -> usize {
    let mut at = 2;
    while let Some([0xff, 0xe0 | 0xe1, high, low]) = file.get(at..at + 4) {
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    at
}

fn png(picture: &DynamicImage, metadata: &Metadata) -> anyhow::Result<Vec<u8>> {
    let mut info = png::Info::with_size(picture.width(), picture.height());
    info.icc_profile = metadata.icc.clone().map(Into::into);
    info.exif_metadata = metadata.exif.clone().map(Into::into);
    let mut file = Cursor::new(Vec::new());
    let mut encoder = png::Encoder::with_info(&mut file, info)?;
    encoder.set_color(if picture.color().has_alpha() { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    for (keyword, text) in &metadata.texts {
        encoder.add_itxt_chunk(keyword.clone(), text.clone())?;
    }
    if let Some(packet) = &metadata.xmp {
        encoder.add_itxt_chunk(XMP_KEYWORD.to_owned(), packet.clone())?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(picture.as_bytes())?;
    writer.finish()?;
    Ok(file.into_inner())
}

fn webp(picture: &DynamicImage, metadata: &Metadata) -> anyhow::Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut file);
    // An empty part is none.
    encoder.set_icc_profile(metadata.icc.clone().unwrap_or_default());
    encoder.set_exif_metadata(metadata.exif.clone().unwrap_or_default());
    encoder.set_xmp_metadata(metadata.packet().unwrap_or_default().into_bytes());
    let colour =
        if picture.color().has_alpha() { image_webp::ColorType::Rgba8 } else { image_webp::ColorType::Rgb8 };
    encoder.encode(picture.as_bytes(), picture.width(), picture.height(), colour)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use image::{ImageDecoder, ImageReader, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;
    use crate::domain::shrink::{copy_as, shrink};

    const MARK: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    const XMP: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
        <rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:CreatorTool='a model'/></rdf:RDF></x:xmpmeta>";
    const FORMATS: [ImageFormat; 3] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Webp];

    /// EXIF with nothing but an orientation.
    fn exif() -> Vec<u8> {
        b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec()
    }

    fn profile(space: &[u8; 4]) -> Vec<u8> {
        [&[7; 16][..], space, &[9; 300]].concat()
    }

    fn original(icc: Vec<u8>) -> Vec<u8> {
        let picture = RgbImage::from_fn(60, 40, |x, y| Rgb([x as u8 * 4, y as u8 * 6, 90]));
        let metadata = Metadata {
            exif: Some(exif()),
            icc: Some(icc),
            xmp: Some(XMP.to_owned()),
            texts: vec![("Comment".to_owned(), "a <fox> & ünïcode".to_owned())],
        };
        encode(DynamicImage::ImageRgb8(picture), ImageFormat::Png, &metadata).unwrap()
    }

    /// EXIF, ICC profile and XMP packet, as somebody else's decoders find them.
    fn read(file: &[u8]) -> (Option<Vec<u8>>, Option<Vec<u8>>, String) {
        let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().unwrap();
        let mut decoder = reader.into_decoder().unwrap();
        let packet = decoder.xmp_metadata().unwrap().expect("an XMP packet");
        let (exif, icc) = (decoder.exif_metadata().unwrap(), decoder.icc_profile().unwrap());
        (exif, icc, String::from_utf8(packet).unwrap())
    }

    #[test]
    fn a_copy_keeps_what_its_original_said_and_is_marked() {
        let icc = profile(b"RGB ");
        let original = original(icc.clone());
        let shrunk = shrink(&original, 20_000, None).unwrap();
        for copy in FORMATS.map(|format| copy_as(&original, format).unwrap()).into_iter().chain([shrunk]) {
            let (kept_exif, kept_icc, packet) = read(&copy);
            assert_eq!((kept_exif, kept_icc), (Some(exif()), Some(icc.clone())));
            assert!(
                packet.contains("xmp:CreatorTool='a model'") && packet.matches(MARK).count() == 1,
                "{packet}"
            );
            let as_text =
                Metadata::of(&copy).texts.contains(&("Comment".to_owned(), "a <fox> & ünïcode".to_owned()));
            let in_packet = packet.contains("<rdf:li>Comment: a &lt;fox&gt; &amp; ünïcode</rdf:li>");
            assert!(as_text != in_packet, "once: {packet}");
            assert_eq!(image::load_from_memory(&copy).unwrap().width(), 60);
        }
    }

    #[test]
    fn a_copy_of_a_copy_says_the_same() {
        let first = copy_as(&original(profile(b"RGB ")), ImageFormat::Webp).unwrap();
        assert_eq!(read(&copy_as(&first, ImageFormat::Jpeg).unwrap()), read(&first));
    }

    #[test]
    fn the_segments_of_a_jpeg_stand_in_the_order_that_readers_expect() {
        let file = copy_as(&original(profile(b"RGB ")), ImageFormat::Jpeg).unwrap();
        let (mut at, mut kinds) = (2, Vec::new());
        // A marker, its length with these two bytes, and what it holds; the pixels begin behind SOS.
        while file[at + 1] != 0xda {
            assert_eq!(file[at], 0xff);
            let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
            let name = file[at + 4..at + 2 + length].split(|byte| *byte == 0).next().unwrap();
            if file[at + 1] & 0xf0 == 0xe0 {
                kinds.push(String::from_utf8_lossy(name).into_owned());
            }
            at += 2 + length;
        }
        assert_eq!(kinds, ["JFIF", "Exif", "http://ns.adobe.com/xap/1.0/", "ICC_PROFILE"]);
    }

    #[test]
    fn the_chunks_of_a_webp_are_announced() {
        let file = copy_as(&original(profile(b"RGB ")), ImageFormat::Webp).unwrap();
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!((&file[..4], number(4), &file[8..12]), (&b"RIFF"[..], file.len() - 8, &b"WEBP"[..]));
        let (mut at, mut kinds) = (12, Vec::new());
        while at < file.len() {
            kinds.push(std::str::from_utf8(&file[at..at + 4]).unwrap());
            at += 8 + number(at + 4).next_multiple_of(2);
        }
        assert_eq!(kinds, ["VP8X", "ICCP", "VP8L", "EXIF", "XMP "]);
        // Profile, EXIF and XMP, and no transparency.
        assert_eq!(file[20], 0b10_1100);
    }

    #[test]
    fn what_does_not_fit_or_does_not_describe_a_copy_is_left_out_and_the_mark_stays() {
        assert_eq!(read(&copy_as(&original(profile(b"GRAY")), ImageFormat::Jpeg).unwrap()).1, None);
        let large = RgbImage::new(60, 40);
        let metadata = Metadata {
            exif: Some(vec![1; 70_000]),
            icc: Some(profile(b"RGB ")),
            xmp: Some(XMP.replace("a model", &"m".repeat(70_000))),
            texts: vec![("Comment".to_owned(), "c".repeat(70_000))],
        };
        let large = encode(DynamicImage::ImageRgb8(large), ImageFormat::Png, &metadata).unwrap();
        for copy in FORMATS.map(|format| copy_as(&large, format).unwrap()) {
            let (exif, icc, packet) = read(&copy);
            assert_eq!((exif, icc, packet.contains(MARK)), (None, Some(profile(b"RGB ")), true));
            assert!(copy.len() < 10_000 && Metadata::of(&copy).texts.is_empty());
        }
        let small = shrink(&large, 3_000, None).unwrap();
        assert!(small.len() <= 3_000 && read(&small).2.contains(MARK));
    }

    #[test]
    fn transparency_stays_where_the_format_has_it() {
        let glass = RgbaImage::from_pixel(20, 20, Rgba([200, 0, 0, 90]));
        let png = encode(DynamicImage::ImageRgba8(glass), ImageFormat::Png, &Metadata::default()).unwrap();
        for (format, alpha) in
            [(ImageFormat::Webp, true), (ImageFormat::Png, true), (ImageFormat::Jpeg, false)]
        {
            let copy = image::load_from_memory(&copy_as(&png, format).unwrap()).unwrap();
            assert_eq!(copy.color().has_alpha(), alpha);
        }
    }
}
