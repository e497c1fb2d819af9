//! What is left of a job that was erased: its message, its files, and what leads to it. The store knows how far it is, so
//! that a crash at any point only has it done again.

use super::{Work, release};
use crate::app::publish;
use crate::backends::discord_api::rest::Fault;
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
        for posted in self.claim.all_posted().chain(self.claim.copies.iter().copied()) {
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

    async fn remove_message(&self, posted: Posted) -> Result<(), Fault> {
        match publish::take_away(self.app, posted).await {
            Err(fault @ Fault::Refused { .. }) if !fault.is_dead_token() => {
                // Nobody could by trying again.
                tracing::warn!(job = %self.claim.job.id, %fault, "a message with deleted pictures stays: whoever moderates the channel can delete it");
                Ok(())
            }
            taken_away => taken_away,
        }
    }
}
