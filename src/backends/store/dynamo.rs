//! `DynamoDB`: one table, in which each thing is one item. An operation reads what it needs, decides, and writes
//! all that follows in one transaction on condition that nothing it rests on has changed; otherwise it looks again.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use aws_config::SdkConfig;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use crate::backends::store::KeptPicture;
use crate::backends::store::gallery::Direction;
use crate::domain::job::accounts::{Account, Balances, first_broken};
use crate::domain::job::{Bounded, JobId, JobRecord, Shelf, WorkQueue, account_of_warning, difference};
use crate::domain::refusal::Refusal;

mod contents;
mod durations;
mod effects;
mod erasing;
mod forgetting;
mod import;
mod item;
mod orders;
mod policies;
mod rate;
mod schema;
mod sessions;
mod table;
mod target;
mod usage;
mod write;

pub(super) use contents::{Contents, digest, is_gone};
pub use contents::{Count, Kind};
use effects::writes;
pub(super) use import::items;
pub(super) use item::Item;
pub(super) use item::Key;
use item::{balance, from_json, integer, parsed, string};
pub(super) use target::Mark;
pub(super) use write::Write;

use table::{Backoff, Range, Table, Written};

/// Orders that are written at once: more would be in each other's way, for they add to the same accounts.
const ORDERS: usize = 8;

/// A store in one `DynamoDB` table. Clones share the client.
#[derive(Debug, Clone)]
pub struct Dynamo {
    table: Table,
    orders: Arc<Semaphore>,
}

/// Items that were read together.
type Seen = HashMap<Key, Item>;

/// A job as it was read, with its revision.
struct Stored {
    record: JobRecord,
    revision: i64,
}

impl Dynamo {
    /// The store in this table. Nothing is asked over the network.
    pub fn new(aws: &SdkConfig, table: &str) -> Dynamo {
        Dynamo { table: Table::new(aws, table), orders: Arc::new(Semaphore::new(ORDERS)) }
    }

    /// Takes a step of a job and writes what it changes under its bounds; `None` if there is no such job.
    pub(super) async fn update<T: Clone>(
        &self,
        job: JobId,
        step: impl Fn(&mut JobRecord) -> Bounded<T>,
    ) -> anyhow::Result<Option<Result<T, Refusal>>> {
        let writer: u64 = rand::random();
        let mut sent: Option<T> = None;
        let mut backoff = Backoff::new();
        loop {
            let Some(Stored { record, revision }) = self.load(job).await? else { return Ok(None) };
            if let Some(answer) = sent.take().filter(|_| record.writer == writer) {
                return Ok(Some(Ok(answer)));
            }
            let mut after = record.clone();
            let Bounded { answer, bounds } = step(&mut after);
            if after == record {
                return Ok(Some(Ok(answer)));
            }
            after.writer = writer;
            let bounded = bounds.iter().filter_map(|bound| bound.account.clone());
            let balances =
                self.balances(bounded.chain(account_of_warning(&record, &after)).collect()).await?;
            if let Some(refusal) = first_broken(&bounds, &balances) {
                return Ok(Some(Err(refusal)));
            }
            let difference = difference(Some(&record), &after, &balances);
            match self.table.write(writes(Some(revision), &after, &difference, &bounds)?).await? {
                Written::Done => {
                    for taken in &difference.taken {
                        self.add_durations(taken).await;
                    }
                    return Ok(Some(Ok(answer)));
                }
                Written::Conflict => backoff.again().await?,
            }
            sent = Some(answer);
        }
    }

    /// Jobs of this queue whose moment is `until` or earlier, the earliest first.
    pub(super) async fn queued(
        &self,
        queue: WorkQueue,
        until: i64,
        limit: usize,
    ) -> anyhow::Result<Vec<JobId>> {
        self.table.queued(queue.name(), until, limit).await?.iter().map(Key::id).collect()
    }

    /// How many jobs have something to do.
    pub(super) async fn open_jobs(&self) -> anyhow::Result<u32> {
        let mut open = 0;
        for queue in WorkQueue::ALL {
            open += self.table.queued(queue.name(), i64::MAX, usize::MAX).await?.len();
        }
        Ok(u32::try_from(open)?)
    }

    pub(super) async fn known(&self, request: String, now: OffsetDateTime) -> anyhow::Result<Option<JobId>> {
        let found = self.table.get(Key::request(&request)).await?;
        let known = found.filter(|item| orders::is_known(item, now));
        known.map(|item| parsed(&item, "job")).transpose()
    }

    pub(super) async fn known_in_turn(
        &self,
        request: String,
        now: OffsetDateTime,
    ) -> anyhow::Result<Option<JobId>> {
        self.known(request, now).await
    }

    pub(super) async fn by_sha256(&self, sha256: &str) -> anyhow::Result<Option<(JobRecord, u32)>> {
        let of = Range::all(format!("sha256#{sha256}"));
        let Some(item) = self.table.query(of, false, 1).await?.pop() else { return Ok(None) };
        let n = u32::try_from(integer(&item, "picture")?)?;
        Ok(self.record(parsed(&item, "job")?).await?.map(|record| (record, n)))
    }

    /// The job of the last picture that a member got in a channel.
    pub(super) async fn latest(&self, channel: u64, member: u64) -> anyhow::Result<Option<JobRecord>> {
        match self.table.get(Key::latest(channel, member)).await? {
            Some(item) => self.record(parsed(&item, "job")?).await,
            None => Ok(None),
        }
    }

    pub(super) async fn kept_pictures(&self) -> anyhow::Result<Vec<KeptPicture>> {
        let (mut pictures, mut start) = (Vec::new(), None);
        loop {
            let (items, next) = self.table.page(start).await?;
            for item in
                items.iter().filter(|item| Key::of(item).is_ok_and(|key| Kind::of(&key) == Kind::Jobs))
            {
                pictures.extend(stored(item)?.iter().flat_map(|stored| KeptPicture::of(&stored.record)));
            }
            start = next;
            if start.is_none() {
                return Ok(pictures);
            }
        }
    }

    pub(super) async fn record(&self, job: JobId) -> anyhow::Result<Option<JobRecord>> {
        Ok(self.load(job).await?.map(|stored| stored.record))
    }

    /// Up to `limit` jobs of a key of the images API with ids below `before`, the latest first.
    pub(super) async fn records_of_key(
        &self,
        key: &str,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<JobRecord>> {
        self.page_of(|job| Key::key_job(key, job), before, limit).await
    }

    /// Up to `limit` jobs of a member with ids below `before`, the latest first.
    pub(super) async fn records_of_member(
        &self,
        member: u64,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<JobRecord>> {
        self.page_of(|job| Key::member_job(member, job), before, limit).await
    }

    /// Up to `limit` jobs that vary this one and have ids below `before`, the latest first.
    pub(super) async fn children(
        &self,
        parent: JobId,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<JobRecord>> {
        self.page_of(|job| Key::child(parent, job), before, limit).await
    }

    /// Up to `limit` jobs that have places among others, with ids below `before`, the latest first.
    async fn page_of(
        &self,
        place: impl Fn(JobId) -> Key,
        before: Option<JobId>,
        limit: usize,
    ) -> anyhow::Result<Vec<JobRecord>> {
        let (first, last) = (place(JobId::MIN), place(before.unwrap_or(JobId::MAX)));
        let range = Range { partition: first.pk, from: first.sk, to: last.sk.clone() };
        // The range ends with `before`, if that is among them.
        let mut items = self.table.query(range, true, limit.saturating_add(1)).await?;
        items.retain(|item| string(item, "sk").ok() != Some(&last.sk));
        items.truncate(limit);
        let mut records = self.listed(&items).await?;
        records.sort_by_key(|record| std::cmp::Reverse(record.id()));
        Ok(records)
    }

    /// The jobs whose places among others these items are, in no order.
    async fn listed(&self, places: &[Item]) -> anyhow::Result<Vec<JobRecord>> {
        let of = |place: &Item| -> anyhow::Result<JobId> {
            let (_, job) = string(place, "sk")?.split_once('#').context("a place among others")?;
            Ok(job.parse()?)
        };
        self.records(places.iter().map(of).collect::<anyhow::Result<_>>()?).await
    }

    /// Up to `limit` jobs of a shelf from this one on.
    pub(super) async fn shelf(
        &self,
        shelf: &Shelf,
        from: JobId,
        direction: Direction,
        limit: usize,
    ) -> anyhow::Result<Vec<JobId>> {
        let (first, last) = match direction {
            Direction::Older => (JobId::MIN, from),
            Direction::Newer => (from, JobId::MAX),
        };
        let (first, last) = (Key::shelved(shelf, first), Key::shelved(shelf, last));
        let range = Range { partition: first.pk, from: first.sk, to: last.sk };
        let items = self.table.query(range, direction == Direction::Older, limit).await?;
        items.iter().map(|item| parsed(item, "sk")).collect()
    }

    /// Those of these jobs that there are, in no order.
    pub(super) async fn records(&self, jobs: Vec<JobId>) -> anyhow::Result<Vec<JobRecord>> {
        let found = self.table.get_all(jobs.into_iter().map(Key::job).collect()).await?;
        let mut records = Vec::new();
        for item in found.values() {
            records.extend(stored(item)?.map(|stored| stored.record));
        }
        Ok(records)
    }

    /// What these accounts hold.
    pub(super) async fn balances(&self, accounts: Vec<Account>) -> anyhow::Result<Balances> {
        let mut keys = Vec::new();
        for key in accounts.iter().map(Key::account) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let seen = self.table.get_all(keys).await?;
        balances(accounts, &seen)
    }

    /// Jobs of a page of all items with ids below `before` that are not erased, and where the next page begins.
    pub(super) async fn kept_below(
        &self,
        before: JobId,
        start: Option<Item>,
    ) -> anyhow::Result<(Vec<JobId>, Option<Item>)> {
        let (items, next) = self.table.page(start).await?;
        let mut jobs = Vec::new();
        for item in items.iter().filter(|item| Key::of(item).is_ok_and(|key| Kind::of(&key) == Kind::Jobs)) {
            let kept = stored(item)?.map(|stored| stored.record).filter(|record| !record.is_erased());
            jobs.extend(kept.map(|record| record.id()).filter(|job| *job < before));
        }
        Ok((jobs, next))
    }

    /// Whether it answers.
    pub(super) async fn ping(&self) -> anyhow::Result<()> {
        self.table.get(Key::migration()).await.map(drop)
    }

    async fn load(&self, job: JobId) -> anyhow::Result<Option<Stored>> {
        let Some(item) = self.table.get(Key::job(job)).await? else { return Ok(None) };
        stored(&item)
    }
}

/// `None` for what was taken back before it was written.
fn stored(item: &Item) -> anyhow::Result<Option<Stored>> {
    if !item.contains_key("doc") {
        return Ok(None);
    }
    Ok(Some(Stored { record: from_json(item, "doc")?, revision: integer(item, "rev")? }))
}

fn balances(accounts: Vec<Account>, seen: &Seen) -> anyhow::Result<Balances> {
    let read = |account: Account| {
        let balance = seen.get(&Key::account(&account)).map(balance).transpose()?;
        Ok((account, balance.unwrap_or_default()))
    };
    accounts.into_iter().map(read).collect()
}
