//! What admins and members have said: the same on every back end.

use time::OffsetDateTime;

use super::{Context, Store};
use crate::domain::job::JobId;

/// A method fails if the database does; nothing is changed then.
impl Store {
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
