//! What admins and members have said: the same on every back end.

use time::OffsetDateTime;

use super::{Context, Store};
use crate::domain::job::JobId;
use crate::domain::policy::{Edit, Entry, PolicyRecord};
use crate::domain::refusal::Refusal;

impl Store {
    /// Changes a server's policy, with its line in the audit trail; `None` if that changes nothing.
    pub async fn edit(
        &self,
        guild: u64,
        by: u64,
        edit: Edit,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<Option<Entry>, Refusal>> {
        self.update_policy(guild, move |record| record.edit(&edit, by, now)).await
    }

    /// Takes one entry of the audit trail back, with a line of its own.
    pub async fn undo(
        &self,
        guild: u64,
        by: u64,
        number: i64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<Entry, Refusal>> {
        let latest = self.audit(guild, Some(number.saturating_add(1)), 1).await?.pop();
        match latest.filter(|entry| entry.number == number) {
            Some(entry) => self.update_policy(guild, move |record| record.undo(&entry, by, now)).await,
            None => Ok(Err(Refusal::NoEntry { number })),
        }
    }

    /// Notes in the audit trail who removed the pictures of a job.
    pub async fn note_removal(
        &self,
        guild: u64,
        by: u64,
        job: JobId,
        now: OffsetDateTime,
    ) -> anyhow::Result<()> {
        self.update_policy(guild, move |record| record.note_removal(job, by, now)).await
    }

    async fn update_policy<T: Send + 'static>(
        &self,
        guild: u64,
        step: impl Fn(&mut PolicyRecord) -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        match self {
            Store::Sqlite(sqlite) => sqlite.update_policy(guild, step).await,
            Store::Dynamo(dynamo) => dynamo.update_policy(guild, step).await,
        }
    }

    /// Everything that a request of `member` in this place has to respect. `places` are the channel and, for a
    /// thread, the one above it.
    pub async fn context(
        &self,
        guild: Option<u64>,
        places: Vec<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Context> {
        Ok(self.look(None, guild, places, member, now).await?.1)
    }

    /// As [`Store::context`], and the job as which this request was admitted before: one look.
    pub async fn context_of_order(
        &self,
        request: String,
        guild: Option<u64>,
        places: Vec<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<(Option<JobId>, Context)> {
        self.look(Some(request), guild, places, member, now).await
    }

    async fn look(
        &self,
        request: Option<String>,
        guild: Option<u64>,
        places: Vec<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<(Option<JobId>, Context)> {
        let (known, mut context) = match self {
            Store::Sqlite(sqlite) => sqlite.context(request, guild, places, member, now).await?,
            Store::Dynamo(dynamo) => dynamo.context(request, guild, places, member, now).await?,
        };
        context.session = context.session.filter(|session| session.is_open(now));
        Ok((known, context))
    }
}
