//! What is left of a job that was erased: its message, its files, and what leads to it. The store knows how far it is, so
//! that a crash at any point only has it done again.

use super::{Work, release};
use crate::backends::discord_api::rest::Fault;
use crate::backends::discord_api::retry::Retry;
use crate::domain::job::Posted;

/// Until it is tried again, doubled with each claim up to the longest: what is forbidden is so for long.
const FIRST_PAUSE_MS: i64 = 2_000;
const LONGEST_PAUSE_MS: i64 = 60 * 60 * 1_000;

impl Work<'_> {
    /// Removes it, or leaves it to a later time.
    pub(super) async fn erase(&self) -> anyhow::Result<()> {
        let (job, fence) = (self.claim.job.id, self.claim.fence);
        let Err(error) = self.remove_all().await else {
            self.app.store.finish_erasure(job, fence).await?;
            return Ok(());
        };
        tracing::error!(
            %job,
            error = format!("{error:#}"),
            "what is left of deleted pictures could not be removed; nobody sees them any more, and this is tried again"
        );
        let pause = FIRST_PAUSE_MS.saturating_mul(1 << fence.clamp(0, 20)).min(LONGEST_PAUSE_MS);
        release(self.app, job, fence, pause).await
    }

    async fn remove_all(&self) -> anyhow::Result<()> {
        let job = &self.claim.job;
        for posted in self.claim.all_posted() {
            self.remove_message(posted).await?;
        }
        self.app.archive.remove_job(job).await?;
        for picture in &self.claim.pictures {
            self.app.spool.forget(job.id, picture.n).await?;
        }
        // A slot has its picture until there is another one in it.
        self.app.spool.tidy().await?;
        self.app.store.forget_traces(job).await
    }

    /// Deletes the message that shows the pictures. Where Discord does not let us, nobody could by trying again.
    async fn remove_message(&self, Posted { channel, message }: Posted) -> Result<(), Fault> {
        match Retry::message().until_taken(|| self.app.discord.delete(channel, message)).await {
            Err(fault) if fault.is_unknown() => Ok(()),
            Err(fault @ Fault::Refused { .. }) if !fault.is_dead_token() => {
                tracing::warn!(job = %self.claim.job.id, %fault, "a message with deleted pictures stays: whoever moderates the channel can delete it");
                Ok(())
            }
            deleted => deleted,
        }
    }
}
