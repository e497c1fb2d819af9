//! Reading pictures that anybody may have made, in bounded memory.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, ImageResult, Limits};

/// Bytes that decoding the pixels may take.
const PIXELS_LIMIT: u64 = 512 * 1024 * 1024;
/// Bytes that may be read or unpacked before the pixels: a colour profile is packed, and a small file can hold a huge
/// one.
const HEADER_LIMIT: u64 = 16 * 1024 * 1024;

/// A decoder that has read what comes before the pixels.
///
/// # Errors
/// A file that is no picture, or whose header is too large.
pub(crate) fn decoder(file: &[u8]) -> ImageResult<impl ImageDecoder> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
    reader.limits(at_most(HEADER_LIMIT));
    let mut decoder = reader.into_decoder()?;
    decoder.set_limits(at_most(PIXELS_LIMIT))?;
    Ok(decoder)
}

/// The picture as it lies in the file.
///
/// # Errors
/// As [`decoder`], and damaged pixels.
pub(crate) fn decode(file: &[u8]) -> ImageResult<DynamicImage> {
    DynamicImage::from_decoder(decoder(file)?)
}

/// Width and height in pixels. No pixel is read.
///
/// # Errors
/// As [`decoder`].
pub(crate) fn dimensions(file: &[u8]) -> ImageResult<(u32, u32)> {
    decoder(file).map(|decoder| decoder.dimensions())
}

fn at_most(bytes: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(bytes);
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG file whose colour profile has so many bytes unpacked.
    fn with_profile(bytes: usize) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut info = png::Info::with_size(64, 64);
        info.icc_profile = Some(vec![0; bytes].into());
        let mut writer = png::Encoder::with_info(&mut file, info).unwrap().write_header().unwrap();
        writer.write_image_data(&[0; 64 * 64]).unwrap();
        writer.finish().unwrap();
        file.into_inner()
    }

    #[test]
    fn a_profile_that_unpacks_to_too_much_is_left_out() {
        for (bytes, is_read) in [(1_000, true), (20 << 20, false)] {
            let file = with_profile(bytes);
            assert!(file.len() < 100_000, "{}", file.len());
            assert_eq!(decoder(&file).unwrap().icc_profile().unwrap().is_some(), is_read, "{bytes}");
            assert_eq!(dimensions(&file).unwrap(), (64, 64));
            assert_eq!(decode(&file).unwrap().width(), 64);
        }
    }
}
