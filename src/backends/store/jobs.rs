//! The steps of a job, and what is asked about jobs: the same on every back end.

use std::time::Duration;

use time::OffsetDateTime;

use super::{LastPicture, Store};
use crate::backends::archive::picture_key;
use crate::domain::job::accounts::{Account, Accounts, Amounts, Balances};
use crate::domain::job::{
    Attempt, Bounded, Claim, Job, JobId, JobRecord, Picture, Posted, Progress, Settled, Settlement, Stop,
    Tally, WorkQueue, millis, overdue_from,
};
use crate::domain::limits::BudgetScope;
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::session::SessionId;
use crate::domain::usage::{Standing, Totals, UsageRow};

/// Jobs that one sweep looks at.
const SWEEP: usize = 1_000;

impl Store {
    /// Jobs that have something to do and that no worker holds, oldest first, a thousand at most. Those admitted less
    /// than `grace` ago are still on their way through the queue.
    pub async fn due(&self, now: OffsetDateTime, grace: Duration) -> anyhow::Result<Vec<JobId>> {
        let mut due = self.in_line(SWEEP).await?;
        let overdue = overdue_from(now, grace);
        due.retain(|job| job.ordered_at() <= overdue);
        due.extend(self.queued(WorkQueue::Begun, millis(now), SWEEP).await?);
        // Ids sort by the moment of the order.
        due.sort_unstable();
        due.truncate(SWEEP);
        Ok(due)
    }

    /// The first `limit` jobs that nobody has begun, whoever is next first.
    pub async fn in_line(&self, limit: usize) -> anyhow::Result<Vec<JobId>> {
        self.queued(WorkQueue::Admitted, i64::MAX, limit).await
    }

    /// Up to `limit` jobs that somebody had begun, that have something to do, and that nobody works on.
    pub async fn given_up(&self, now: OffsetDateTime, limit: usize) -> anyhow::Result<Vec<JobId>> {
        self.queued(WorkQueue::Begun, millis(now), limit).await
    }

    async fn queued(&self, queue: WorkQueue, until: i64, limit: usize) -> anyhow::Result<Vec<JobId>> {
        match self {
            Store::Sqlite(sqlite) => sqlite.queued(queue, until, limit).await,
            Store::Dynamo(dynamo) => dynamo.queued(queue, until, limit).await,
        }
    }

    /// Cancels a job that no worker claimed; whether it did.
    pub async fn cancel(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<bool> {
        self.take_back(job, None, now).await
    }

    /// Cancels a job: one that no worker claimed, or one that the caller holds by this `fence` and has made no call for;
    /// whether it did.
    pub async fn take_back(
        &self,
        job: JobId,
        fence: Option<i64>,
        now: OffsetDateTime,
    ) -> anyhow::Result<bool> {
        Ok(self.update(job, move |record| record.take_back(fence, now)).await?.unwrap_or_default())
    }

    /// Stops what is not finished of a job; `None` if there is no such job.
    pub async fn stop(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<Option<Stop>> {
        self.update(job, move |record| record.stop(now)).await
    }

    /// Claims a job that has something to do and that no worker holds.
    pub async fn claim(
        &self,
        job: JobId,
        owner: &str,
        now: OffsetDateTime,
        lease: Duration,
    ) -> anyhow::Result<Option<Claim>> {
        let owner = owner.to_owned();
        Ok(self.update(job, move |record| record.claim(&owner, now, lease)).await?.flatten())
    }

    /// Holds the job for another `lease`; `false` if another worker has it.
    pub async fn extend(
        &self,
        job: JobId,
        fence: i64,
        now: OffsetDateTime,
        lease: Duration,
    ) -> anyhow::Result<bool> {
        Ok(self.update(job, move |record| record.extend(fence, now, lease)).await?.unwrap_or_default())
    }

    /// Puts one call of a model, at `price`, into the ledger before it is made. If this fails, make none.
    pub async fn attempt(
        &self,
        job: JobId,
        fence: i64,
        n: u32,
        price: Micros,
        now: OffsetDateTime,
    ) -> anyhow::Result<Attempt> {
        let attempt = move |record: &mut JobRecord| record.attempt(fence, n, price, now);
        Ok(match self.update_within(job, attempt).await? {
            None => Attempt::Stale,
            Some(Ok(answer)) => answer,
            Some(Err(refusal)) => Attempt::Refused(refusal),
        })
    }

    /// Writes down how a call ended.
    pub async fn settle(&self, job: JobId, fence: i64, settlement: Settlement) -> anyhow::Result<Settled> {
        let settled = self.update(job, move |record| record.settle(fence, &settlement)).await?;
        Ok(settled.unwrap_or(Settled::Stale))
    }

    /// Writes down what was reached; `false` if another worker has the job.
    pub async fn progress(
        &self,
        job: JobId,
        fence: i64,
        progress: Progress,
        now: OffsetDateTime,
    ) -> anyhow::Result<bool> {
        Ok(self.update(job, move |record| record.progress(fence, &progress, now)).await?.unwrap_or_default())
    }

    /// Makes a private job's pictures everybody's, which this message shows.
    pub async fn publish(&self, job: JobId, posted: Option<Posted>) -> anyhow::Result<()> {
        self.update(job, move |record| record.publish(posted)).await.map(drop)
    }

    /// Takes a step of a job that adds nothing to its accounts; `None` if there is no such job.
    pub(super) async fn update<T: Clone + Send + 'static>(
        &self,
        job: JobId,
        step: impl Fn(&mut JobRecord) -> T + Send + 'static,
    ) -> anyhow::Result<Option<T>> {
        let step = move |record: &mut JobRecord| Bounded { answer: step(record), bounds: Vec::new() };
        Ok(self.update_within(job, step).await?.and_then(Result::ok))
    }

    /// Takes a step of a job and writes all that it changes, if that fits under its bounds: one write. `None` if there
    /// is no such job.
    async fn update_within<T: Clone + Send + 'static>(
        &self,
        job: JobId,
        step: impl Fn(&mut JobRecord) -> Bounded<T> + Send + 'static,
    ) -> anyhow::Result<Option<Result<T, Refusal>>> {
        match self {
            Store::Sqlite(sqlite) => sqlite.update(job, step).await,
            Store::Dynamo(dynamo) => dynamo.update(job, step).await,
        }
    }

    /// The job and its pictures, whatever became of it.
    pub async fn find(&self, job: JobId) -> anyhow::Result<Option<Claim>> {
        let record = match self {
            Store::Sqlite(sqlite) => sqlite.record(job).await?,
            Store::Dynamo(dynamo) => dynamo.record(job).await?,
        };
        Ok(record.map(|record| record.to_claim()))
    }

    /// The job whose picture has these bytes, with the picture's number.
    pub async fn by_sha256(&self, sha256: &str) -> anyhow::Result<Option<(Job, u32)>> {
        let found = match self {
            Store::Sqlite(sqlite) => sqlite.by_sha256(sha256).await?,
            Store::Dynamo(dynamo) => dynamo.by_sha256(sha256).await?,
        };
        Ok(found.map(|(record, n)| (record.to_claim().job, n)))
    }

    /// Every picture that was generated, the latest first. It reads all jobs: for programs that an operator waits for.
    pub async fn kept_pictures(&self) -> anyhow::Result<Vec<KeptPicture>> {
        let mut pictures = match self {
            Store::Sqlite(sqlite) => sqlite.kept_pictures().await?,
            Store::Dynamo(dynamo) => dynamo.kept_pictures().await?,
        };
        // Ids sort by the moment of the order.
        pictures.sort_unstable_by_key(|picture| std::cmp::Reverse((picture.job, picture.n)));
        Ok(pictures)
    }

    /// The jobs of a session that brought pictures, oldest first.
    pub async fn session_jobs(&self, id: SessionId) -> anyhow::Result<Vec<Claim>> {
        let records = self.records_of(id).await?;
        Ok(records.iter().filter(|record| record.has_delivered()).map(JobRecord::to_claim).collect())
    }

    /// Up to `limit` jobs that were ordered with the key of this name and have ids below `before`, the latest first.
    pub async fn jobs_of_key(
        &self,
        key: &str,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<Claim>> {
        let (mut found, mut before) = (Vec::new(), before);
        loop {
            let wanted = limit - found.len();
            let records = match self {
                Store::Sqlite(sqlite) => sqlite.records_of_key(key, before, wanted).await?,
                Store::Dynamo(dynamo) => dynamo.records_of_key(key, before, wanted).await?,
            };
            before = records.last().map(JobRecord::id);
            let is_last = records.len() < wanted;
            found.extend(records.iter().filter(|record| !record.is_erased()).map(JobRecord::to_claim));
            if is_last || found.len() == limit {
                return Ok(found);
            }
        }
    }

    /// Up to `limit` jobs that a member ordered, wherever and whatever became of them, with ids below `before`, the latest
    /// first.
    pub async fn jobs_of_member(
        &self,
        member: u64,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<Claim>> {
        let records = match self {
            Store::Sqlite(sqlite) => sqlite.records_of_member(member, before, limit).await?,
            Store::Dynamo(dynamo) => dynamo.records_of_member(member, before, limit).await?,
        };
        Ok(records.iter().map(JobRecord::to_claim).collect())
    }

    /// Up to `limit` jobs that vary this one and have ids below `before`, the latest first.
    pub async fn children(
        &self,
        parent: JobId,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<Claim>> {
        let records = match self {
            Store::Sqlite(sqlite) => sqlite.children(parent, before, limit).await?,
            Store::Dynamo(dynamo) => dynamo.children(parent, before, limit).await?,
        };
        Ok(records.iter().map(JobRecord::to_claim).collect())
    }

    /// The last picture of a session that `viewer` may see: somebody else's private ones do not count.
    pub async fn last_picture(&self, id: SessionId, viewer: u64) -> anyhow::Result<Option<LastPicture>> {
        let records = self.records_of(id).await?;
        let shown = records.iter().filter(|record| record.visible_to(viewer));
        let with_pictures = shown.filter(|record| record.last_picture().is_some());
        Ok(with_pictures.max_by_key(|record| record.recency()).and_then(LastPicture::of))
    }

    /// The last picture that a member got in a channel: its job and its number.
    pub async fn last_picture_of(&self, channel: u64, member: u64) -> anyhow::Result<Option<(Claim, u32)>> {
        let record = match self {
            Store::Sqlite(sqlite) => sqlite.latest(channel, member).await?,
            Store::Dynamo(dynamo) => dynamo.latest(channel, member).await?,
        };
        Ok(record.and_then(|record| Some((record.to_claim(), record.last_picture()?))))
    }

    async fn records_of(&self, id: SessionId) -> anyhow::Result<Vec<JobRecord>> {
        match self {
            Store::Sqlite(sqlite) => sqlite.records_of(id).await,
            Store::Dynamo(dynamo) => dynamo.records_of(id).await,
        }
    }

    /// Sums over the whole ledger.
    pub async fn totals(&self) -> anyhow::Result<Totals> {
        // In this order: where none is open, all that was done is in the sums.
        let (open, months) = match self {
            Store::Sqlite(sqlite) => (sqlite.open_jobs().await?, sqlite.months().await?),
            Store::Dynamo(dynamo) => (dynamo.open_jobs().await?, dynamo.months().await?),
        };
        let sum = |amount: fn(&Amounts) -> i64| months.iter().map(amount).sum::<i64>();
        let count = |amount| u32::try_from(sum(amount));
        Ok(Totals {
            open,
            attempted: count(|month| month.calls)?,
            attempted_micros: Micros(sum(|month| month.spent)),
            delivered: count(|month| month.delivered)?,
            reserved: Micros(sum(|month| month.reserved)),
        })
    }

    /// What a server used in the calendar month (UTC) of `now`: a row for each day, member and model.
    pub async fn usage(&self, guild: u64, now: OffsetDateTime) -> anyhow::Result<Vec<UsageRow>> {
        let mut rows = match self {
            Store::Sqlite(sqlite) => sqlite.usage(guild, now).await?,
            Store::Dynamo(dynamo) => dynamo.usage(guild, now).await?,
        };
        rows.retain(|row| !row.is_empty());
        Ok(rows)
    }

    /// Where a member stands in a server at `now`.
    pub async fn standing(
        &self,
        guild: Option<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Standing> {
        let accounts = Accounts::at(guild, Some(member), None, now);
        let balances = self.balances(accounts.all()).await?;
        let of = |account: Option<Account>| tally(&balances, account);
        Ok(Standing {
            in_flight: of(accounts.member_ever()).ordered,
            day: of(accounts.of_budget(BudgetScope::MemberDay)),
            month: of(accounts.of_budget(BudgetScope::MemberMonth)),
            guild: of(accounts.of_budget(BudgetScope::Guild)),
            deployment: of(accounts.of_budget(BudgetScope::Deployment)),
        })
    }

    /// What a session has used.
    pub async fn session_tally(&self, id: SessionId) -> anyhow::Result<Tally> {
        let account =
            Accounts::at(None, None, Some(id), OffsetDateTime::UNIX_EPOCH).of_budget(BudgetScope::Session);
        let balances = self.balances(account.iter().cloned().collect()).await?;
        Ok(tally(&balances, account))
    }

    async fn balances(&self, accounts: Vec<Account>) -> anyhow::Result<Balances> {
        match self {
            Store::Sqlite(sqlite) => sqlite.balances(accounts).await,
            Store::Dynamo(dynamo) => dynamo.balances(accounts).await,
        }
    }
}

/// A generated picture, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPicture {
    pub job: JobId,
    pub n: u32,
    /// Its key in the archive; until it is there, it is in the spool.
    pub key: String,
    pub sha256: String,
}

impl LastPicture {
    fn of(record: &JobRecord) -> Option<LastPicture> {
        let (n, claim) = (record.last_picture()?, record.to_claim());
        Some(LastPicture { format: claim.format(n), job: claim.job, n })
    }
}

impl KeptPicture {
    pub(super) fn of(record: &JobRecord) -> Vec<KeptPicture> {
        let Claim { job, pictures, .. } = record.to_claim();
        let kept = |picture: &Picture| {
            let image = picture.generated()?;
            let key = picture_key(&job, picture.n, image.format);
            Some(KeptPicture { job: job.id, n: picture.n, key, sha256: image.sha256.clone() })
        };
        pictures.iter().filter_map(kept).collect()
    }
}

fn tally(balances: &Balances, account: Option<Account>) -> Tally {
    let balance = account.and_then(|account| balances.get(&account));
    balance.map(|balance| balance.amounts.tally()).unwrap_or_default()
}
