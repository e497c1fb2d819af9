//! Pictures that are in neither spool nor archive: the worker that generated them is gone with its disk. If somebody got
//! them, Discord has them still.

use anyhow::Context;
use bytes::Bytes;
use serde_json::Value;

use super::{Loaded, Work, release};
use crate::app::messages::picture;
use crate::backends::discord_api::attachment;
use crate::domain::digest::sha256_hex;
use crate::domain::job::Settlement;
use crate::domain::job::{Bill, GeneratedImage, Outcome};
use crate::domain::refusal::Refusal;

/// A disk that is away may come back within this time.
const LOST_AFTER: time::Duration = time::Duration::days(1);

/// A generated picture that is lost.
#[derive(Debug, thiserror::Error)]
#[error("picture {n} is in neither spool nor archive nor channel")]
pub(super) struct Nowhere {
    n: u32,
}

impl Work<'_> {
    /// A generated picture, from wherever it is.
    ///
    /// # Errors
    /// [`Nowhere`], or a place that cannot be asked.
    pub(super) async fn wherever_it_is(&self, n: u32, generated: &GeneratedImage) -> anyhow::Result<Bytes> {
        if let Some(bytes) = self.app.picture(&self.claim, n).await? {
            return Ok(bytes);
        }
        let shown = self.as_discord_has_it(n, generated).await?;
        let bytes = shown.ok_or(Nowhere { n })?;
        tracing::info!(job = %self.claim.job.id, n, "a picture that only Discord had was found there");
        Ok(bytes)
    }

    /// The picture as the person got it; `None` if that is not what the model sent, byte for byte.
    async fn as_discord_has_it(&self, n: u32, generated: &GeneratedImage) -> anyhow::Result<Option<Bytes>> {
        let name = picture::file_name(&self.claim, n);
        let Some(message) = self.shown_message().await else { return Ok(None) };
        let mut attachments = message["attachments"].as_array().into_iter().flatten();
        let found = attachments.find(|file| file["filename"] == Value::String(name.clone()));
        let Some(url) = found.and_then(|file| file["url"].as_str()) else { return Ok(None) };
        let elsewhere = self.app.config.discord_is_elsewhere.then_some(&self.app.config.discord_url);
        attachment::check_host(url, elsewhere)?;
        let bytes =
            self.app.discord.file(url, generated.bytes).await.context("a picture that Discord has")?;
        Ok(bytes.filter(|bytes| sha256_hex(bytes) == generated.sha256))
    }

    /// Ends the wait for a picture that has been nowhere for a day; any other fault is passed on.
    pub(super) async fn without_what_is_lost(
        &self,
        loaded: anyhow::Result<Loaded>,
    ) -> anyhow::Result<Option<Loaded>> {
        let error = match loaded {
            Ok(loaded) => return Ok(Some(loaded)),
            Err(error) => error,
        };
        let (job, fence) = (&self.claim.job, self.claim.fence);
        let Some(Nowhere { n }) = error.downcast_ref().filter(|_| self.app.now() > job.created + LOST_AFTER)
        else {
            return Err(error);
        };
        tracing::error!(job = %job.id, n, "a picture is lost: it was generated, and is nowhere any more");
        let outcome = Some(Outcome::Refused { refusal: Refusal::Fault { job: job.id } });
        let settlement = Settlement { n: *n, call: None, bill: Bill::Due, outcome };
        self.app.store.settle(job.id, fence, settlement).await?;
        release(self.app, job.id, fence, 0).await?;
        Ok(None)
    }
}
