//! Copies for places where the original is too large. The original is never touched.

use std::io::Cursor;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};

use super::{Held, Work};
use crate::archive::picture_key;
use crate::discord::reply::Remarks;
use crate::worker::deliver::Files;

/// Bytes of a whole request that Discord takes, with room for the words and the form.
const MESSAGE_LIMIT: u64 = 24 * 1024 * 1024;
/// How long the link to an original works.
const LINK_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// Bytes that decoding a picture may take.
const DECODED_LIMIT: u64 = 512 * 1024 * 1024;

impl Work<'_> {
    /// Whether the pictures do not fit into one message as they are.
    pub(super) fn too_large(&self, held: &Held) -> bool {
        let Some(limit) = self.file_limit(held.pictures.len()) else { return false };
        held.pictures.iter().any(|(_, bytes)| bytes.len() as u64 > limit)
    }

    /// Bytes that each of `count` files may have; `None` where nobody sets a limit.
    fn file_limit(&self, count: usize) -> Option<u64> {
        let crate::job::Origin::Discord(origin) = &self.claim.job.origin else { return None };
        Some(origin.file_limit.min(MESSAGE_LIMIT / u64::try_from(count.max(1)).ok()?))
    }

    /// Copies of the pictures that are too large, with a link to each original if the archive gives one.
    pub(super) async fn shrunk(
        &self,
        pictures: &[(u32, Bytes)],
        archived: &anyhow::Result<Vec<(u32, String)>>,
    ) -> anyhow::Result<Files> {
        let limit = self.file_limit(pictures.len()).context("a picture without a limit")?;
        let mut copies = Vec::new();
        let mut remarks = Remarks { not_archived: archived.is_err(), ..Remarks::default() };
        for (n, bytes) in pictures.iter().filter(|(_, bytes)| bytes.len() as u64 > limit) {
            let original = bytes.clone();
            let copy = tokio::task::spawn_blocking(move || shrink(&original, limit)).await?;
            copies.push((*n, copy.context("making a smaller copy")?));
            let link = if archived.is_ok() {
                self.app.archive.link(&picture_key(&self.claim.job, *n), LINK_LIFE).await?
            } else {
                None
            };
            remarks.shrunk.push((*n, link));
        }
        Ok(Files::Smaller(copies, remarks))
    }
}

/// A JPEG of the picture of at most `limit` bytes: full size first, then smaller.
fn shrink(png: &[u8], limit: u64) -> anyhow::Result<Bytes> {
    let mut reader = ImageReader::new(Cursor::new(png)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_LIMIT);
    reader.limits(limits);
    let mut picture = DynamicImage::ImageRgb8(reader.decode()?.into_rgb8());
    loop {
        for quality in [92, 80] {
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&picture)?;
            if jpeg.len() as u64 <= limit {
                return Ok(jpeg.into());
            }
        }
        let (width, height) = (picture.width() * 2 / 3, picture.height() * 2 / 3);
        anyhow::ensure!(width >= 16 && height >= 16, "no copy fits into {limit} bytes");
        picture = picture.resize_exact(width, height, FilterType::Triangle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_fits_whatever_the_limit() {
        let mut noise = 1_u32;
        let picture = image::RgbImage::from_fn(400, 300, |_, _| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb(noise.to_be_bytes()[..3].try_into().unwrap())
        });
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        for limit in [100_000, 20_000, 2_000] {
            let copy = shrink(png.get_ref(), limit).unwrap();
            assert!(copy.len() as u64 <= limit);
            assert!(image::load_from_memory(&copy).is_ok());
        }
    }
}
