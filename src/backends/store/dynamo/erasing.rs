//! What an erased job is still found by.

use super::Dynamo;
use super::item::{Key, string, text};
use super::table::{Backoff, Written};
use super::write::Write;
use crate::domain::job::JobId;

impl Dynamo {
    pub(in crate::backends::store) async fn forget_traces(
        &self,
        job: JobId,
        channel: u64,
        member: u64,
        press: Option<String>,
    ) -> anyhow::Result<()> {
        self.delete_of(job, Key::latest(channel, member)).await?;
        match press {
            Some(press) => self.delete_of(job, Key::request(&press)).await,
            None => Ok(()),
        }
    }

    /// Deletes an item that leads to this job; one that leads to another stays.
    async fn delete_of(&self, job: JobId, key: Key) -> anyhow::Result<()> {
        let job = job.to_string();
        let mut backoff = Backoff::new();
        loop {
            match self.table.get(key.clone()).await? {
                Some(item) if string(&item, "job")? == job => {}
                _ => return Ok(()),
            }
            let delete = Write::delete(key.clone()).only_if("job = :job", [(":job", text(&job))]);
            match self.table.write(vec![delete]).await? {
                Written::Done => return Ok(()),
                Written::Conflict => backoff.again().await?,
            }
        }
    }
}
