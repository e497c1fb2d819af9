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
/// Where Discord takes less than it announced, a copy has half of the original's bytes, and within these limits.
const SMALLEST_COPY: u64 = 64 * 1024;
const LARGEST_COPY: u64 = 8 * 1024 * 1024;
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
        let copies = copies(pictures, limit).await?;
        let remarks = Remarks {
            not_archived: archived.is_err(),
            shrunk: self.originals(copies.iter().map(|(n, _)| *n), archived.is_ok()).await?,
        };
        Ok(Files::Smaller(copies, remarks))
    }

    /// Copies for a place that turned out to take less than Discord had announced.
    pub(super) async fn much_smaller(&self, pictures: &[(u32, Bytes)]) -> anyhow::Result<Files> {
        let largest = pictures.iter().map(|(_, bytes)| bytes.len() as u64).max().unwrap_or_default();
        let copies = copies(pictures, (largest / 2).clamp(SMALLEST_COPY, LARGEST_COPY)).await?;
        let shrunk = self.originals(copies.iter().map(|(n, _)| *n), false).await?;
        Ok(Files::Smaller(copies, Remarks { shrunk, ..Remarks::default() }))
    }

    /// The pictures that a message shows as copies, and where their originals lie.
    pub(super) async fn shrunk_ones(&self, archived: bool) -> anyhow::Result<Vec<(u32, Option<String>)>> {
        let Some(limit) = self.file_limit(self.painted().count()) else { return Ok(Vec::new()) };
        let large = self.painted().filter(|(_, painted)| painted.bytes > limit);
        self.originals(large.map(|(picture, _)| picture.n), archived).await
    }

    async fn originals(
        &self,
        numbers: impl Iterator<Item = u32>,
        archived: bool,
    ) -> anyhow::Result<Vec<(u32, Option<String>)>> {
        let mut originals = Vec::new();
        for n in numbers {
            let key = picture_key(&self.claim.job, n);
            let link = if archived { self.app.archive.link(&key, LINK_LIFE).await? } else { None };
            originals.push((n, link));
        }
        Ok(originals)
    }
}

/// Copies of those pictures that are larger than `limit`.
async fn copies(pictures: &[(u32, Bytes)], limit: u64) -> anyhow::Result<Vec<(u32, Bytes)>> {
    let mut copies = Vec::new();
    for (n, bytes) in pictures.iter().filter(|(_, bytes)| bytes.len() as u64 > limit) {
        let original = bytes.clone();
        let copy = tokio::task::spawn_blocking(move || shrink(&original, limit)).await?;
        copies.push((*n, copy.context("making a smaller copy")?));
    }
    Ok(copies)
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
