//! Erasing jobs: the same on every back end.

use time::OffsetDateTime;

use super::Store;
use crate::domain::job::{Erased, Job, JobId};

impl Store {
    /// Erases a job: from here on nobody finds what was written in it or made of it. `None` if there is no such job.
    pub async fn erase(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<Option<Erased>> {
        self.update(job, move |record| record.erase(now)).await
    }

    /// Writes down that nothing is left of an erased job's files and message; `false` if another worker has it.
    pub async fn finish_erasure(&self, job: JobId, fence: i64) -> anyhow::Result<bool> {
        let finished = self.update(job, move |record| record.finish_erasure(fence)).await?;
        if let Store::Sqlite(sqlite) = self {
            sqlite.has_erased();
        }
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

    /// Has nothing of what was erased stay on the disk: what `SQLite` deletes it overwrites, but its log has it until it is
    /// written back.
    pub async fn wipe(&self) -> anyhow::Result<()> {
        match self {
            Store::Sqlite(sqlite) => sqlite.wipe().await,
            Store::Dynamo(_) => Ok(()),
        }
    }
}
