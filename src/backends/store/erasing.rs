//! Erasing jobs: the same on every back end.

use time::OffsetDateTime;

use super::Store;
use crate::domain::job::{Erased, Job, JobId, Posted};

impl Store {
    /// Erases a job: from here on nobody finds what was written in it or made of it. `None` if there is no such job.
    pub async fn erase(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<Option<Erased>> {
        self.update(job, move |record| record.erase(now)).await
    }

    /// Writes down that another message shows the pictures of a job; `false` if they are gone already.
    pub async fn show_again(&self, job: JobId, copy: Posted) -> anyhow::Result<bool> {
        Ok(self.update(job, move |record| record.show_again(copy)).await?.unwrap_or_default())
    }

    /// Writes down that nothing is left of an erased job's files and message; `false` if another worker has it.
    pub async fn finish_erasure(&self, job: JobId, fence: i64) -> anyhow::Result<bool> {
        let finished = self.update(job, move |record| record.finish_erasure(fence)).await?;
        Ok(finished.unwrap_or_default())
    }

    /// Forgets that an erased job is the last one of its member in its channel, and by which press it was ordered.
    pub async fn forget_traces(&self, job: &Job) -> anyhow::Result<()> {
        let Some(origin) = job.origin.discord() else { return Ok(()) };
        let press = origin.press.as_ref().map(|_| origin.dedupe_key());
        let (channel, member) = (origin.channel, origin.member);
        match self {
            Store::Sqlite(sqlite) => sqlite.forget_traces(job.id, channel, member, press).await,
            Store::Dynamo(dynamo) => dynamo.forget_traces(job.id, channel, member, press).await,
        }
    }

    /// Has nothing of what was erased stay on the disk.
    pub async fn wipe(&self) -> anyhow::Result<()> {
        match self {
            Store::Sqlite(sqlite) => sqlite.wipe().await,
            Store::Dynamo(_) => Ok(()),
        }
    }
}
