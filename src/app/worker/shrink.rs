//! Copies for places where the original is too large. The original is never touched.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;

use super::{Loaded, Work};
use crate::app::messages::picture::Remarks;
use crate::app::worker::deliver::Files;
use crate::backends::archive::{Link, picture_key};
use crate::domain::shrink::shrink;

/// Bytes of a whole request that Discord takes, with room for the words and the form.
const MESSAGE_LIMIT: u64 = 24 * 1024 * 1024;
/// How long the link to an original works at most.
const LINK_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// Where Discord takes less than it announced, a copy has half of the original's bytes, and within these limits.
const SMALLEST_COPY: u64 = 64 * 1024;
const LARGEST_COPY: u64 = 8 * 1024 * 1024;

impl Work<'_> {
    /// Whether the pictures do not fit into one message as they are.
    pub(super) fn too_large(&self, loaded: &Loaded) -> bool {
        let Some(limit) = self.file_limit(loaded.pictures.len()) else { return false };
        loaded.pictures.iter().any(|(_, bytes)| bytes.len() as u64 > limit)
    }

    /// Bytes that each of `count` files may have; `None` where there is no limit.
    fn file_limit(&self, count: usize) -> Option<u64> {
        let crate::domain::job::Origin::Discord(origin) = &self.claim.job.origin else { return None };
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
    pub(super) async fn shrunk_ones(&self, archived: bool) -> anyhow::Result<Vec<(u32, Option<Link>)>> {
        let Some(limit) = self.file_limit(self.generated().count()) else { return Ok(Vec::new()) };
        let large = self.generated().filter(|(_, generated)| generated.bytes > limit);
        self.originals(large.map(|(picture, _)| picture.n), archived).await
    }

    async fn originals(
        &self,
        numbers: impl Iterator<Item = u32>,
        archived: bool,
    ) -> anyhow::Result<Vec<(u32, Option<Link>)>> {
        let mut originals = Vec::new();
        for n in numbers {
            let key = picture_key(&self.claim.job, n, self.claim.format(n));
            let link =
                if archived { self.app.archive.link(&key, LINK_LIFE, self.app.now()).await? } else { None };
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
        let copy = tokio::task::spawn_blocking(move || shrink(&original, limit, None)).await?;
        copies.push((*n, copy.context("making a smaller copy")?));
    }
    Ok(copies)
}
