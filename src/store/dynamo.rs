//! `DynamoDB`: one table, in which each thing is one item. An operation reads what it needs, decides, and writes
//! all that follows in one transaction on condition that nothing it rests on has changed; otherwise it looks again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::accounts::Bound;
use super::{Attempt, CallId, Progress, Settlement, millis};
use crate::error::Refusal;
use crate::job::{Claim, Job, JobId, State};
use crate::money::Micros;

mod contents;
mod effects;
mod import;
mod item;
mod orders;
mod rate;
mod record;
mod rules;
mod schema;
mod sessions;
mod table;
mod target;
mod usage;
mod write;

pub(super) use contents::{Contents, digest, is_gone};
pub use contents::{Count, Kind};
use effects::{Told, effects};
pub(super) use import::items;
pub(super) use item::Key;
use item::{Item, from_json, integer, parsed, tally};
use record::{Next, Record};
pub(super) use target::Mark;
pub(super) use write::Write;

use table::{Race, Range, Table, Written};

/// Orders that are written at once: more would be in each other's way, for they add to the same accounts.
const ORDERS: usize = 8;
/// Jobs that one sweep looks at.
const SWEEP: usize = 1_000;

/// A store in one `DynamoDB` table. Clones share the client.
#[derive(Debug, Clone)]
pub struct Dynamo {
    table: Table,
    orders: Arc<Semaphore>,
}

/// Items that were read together.
type Seen = HashMap<Key, Item>;

/// A job as it was read.
struct Kept {
    record: Record,
    revision: i64,
}

impl Dynamo {
    /// The store in this table. Nothing is asked over the network.
    pub fn new(aws: &SdkConfig, table: &str) -> Dynamo {
        Dynamo { table: Table::new(aws, table), orders: Arc::new(Semaphore::new(ORDERS)) }
    }

    pub(super) async fn claim(
        &self,
        job: JobId,
        owner: &str,
        now: OffsetDateTime,
        lease: Duration,
    ) -> anyhow::Result<Option<Claim>> {
        let claim = |record: &mut Record| record.claim(owner, now, lease).then(|| record.clone());
        self.change(job, None, claim).await?.map(Record::into_claim).transpose()
    }

    pub(super) async fn extend(
        &self,
        job: JobId,
        fence: i64,
        now: OffsetDateTime,
        lease: Duration,
    ) -> anyhow::Result<bool> {
        self.change(job, false, |record| record.extend(fence, now, lease)).await
    }

    pub(super) async fn attempt(
        &self,
        job: JobId,
        fence: i64,
        n: u32,
        price: Micros,
        now: OffsetDateTime,
    ) -> anyhow::Result<Attempt> {
        let call = CallId(rand::random());
        let mut race = Race::new();
        loop {
            let Some(Kept { record, revision }) = self.load(job).await? else { return Ok(Attempt::Stale) };
            if record.has(call) {
                return Ok(Attempt::Go(call));
            }
            let (from_reservation, beyond) = match record.next_call(fence, n, price) {
                Next::Never(said) => return Ok(said),
                Next::If { from_reservation, beyond } => (from_reservation, beyond),
            };
            let bounds = record.accounts()?.ceilings(&record.terms, beyond, record.created()?);
            if !bounds.is_empty() {
                let seen = self.table.get_all(account_keys(&bounds, None)).await?;
                if let Some(refusal) = first_broken(&bounds, &seen)? {
                    return Ok(Attempt::Refused(refusal));
                }
            }
            let mut after = record.clone();
            after.charge(call, n, price, from_reservation, now);
            let writes = effects(Some((&record, revision)), &after, &bounds, Told::AsItIs)?;
            match self.table.write(writes).await? {
                Written::Done => return Ok(Attempt::Go(call)),
                Written::Raced => race.again().await?,
            }
        }
    }

    pub(super) async fn settle(
        &self,
        job: JobId,
        fence: i64,
        settlement: Settlement,
    ) -> anyhow::Result<bool> {
        self.change(job, false, |record| record.settle(fence, &settlement)).await
    }

    pub(super) async fn progress(
        &self,
        job: JobId,
        fence: i64,
        progress: Progress,
        now: OffsetDateTime,
    ) -> anyhow::Result<bool> {
        self.change(job, false, |record| record.progress(fence, &progress, now)).await
    }

    pub(super) async fn due(&self, now: OffsetDateTime, grace: Duration) -> anyhow::Result<Vec<JobId>> {
        let mut keys = self.table.queued("admitted", millis(now - grace), SWEEP).await?;
        keys.extend(self.table.queued("begun", millis(now), SWEEP).await?);
        let mut jobs: Vec<JobId> = keys.iter().map(Key::id).collect::<anyhow::Result<_>>()?;
        jobs.sort_unstable();
        jobs.truncate(SWEEP);
        Ok(jobs)
    }

    pub(super) async fn known(&self, request: String) -> anyhow::Result<Option<JobId>> {
        let known = self.table.get(Key::request(&request)).await?;
        known.map(|request| parsed(&request, "job")).transpose()
    }

    pub(super) async fn known_in_turn(&self, request: String) -> anyhow::Result<Option<JobId>> {
        self.known(request).await
    }

    pub(super) async fn by_sha256(&self, sha256: &str) -> anyhow::Result<Option<(Job, u32)>> {
        let of = Range::all(format!("sha256#{sha256}"));
        let Some(item) = self.table.query(of, false, 1).await?.pop() else { return Ok(None) };
        let n = u32::try_from(integer(&item, "picture")?)?;
        Ok(self.find(parsed(&item, "job")?).await?.map(|claim| (claim.job, n)))
    }

    pub(super) async fn find(&self, job: JobId) -> anyhow::Result<Option<Claim>> {
        self.load(job).await?.map(|kept| kept.record.into_claim()).transpose()
    }

    async fn load(&self, job: JobId) -> anyhow::Result<Option<Kept>> {
        let Some(item) = self.table.get(Key::job(job)).await? else { return Ok(None) };
        kept(&item)
    }

    /// Makes `step` of the job and writes what comes of it; `absent` if there is no such job.
    async fn change<T: Clone>(
        &self,
        job: JobId,
        absent: T,
        step: impl Fn(&mut Record) -> T,
    ) -> anyhow::Result<T> {
        let writer: u64 = rand::random();
        let mut before: Option<T> = None;
        let mut race = Race::new();
        loop {
            let Some(Kept { record, revision }) = self.load(job).await? else { return Ok(absent) };
            if let Some(said) = before.take().filter(|_| record.writer == writer) {
                return Ok(said);
            }
            let mut after = record.clone();
            let said = step(&mut after);
            if after == record {
                return Ok(said);
            }
            after.writer = writer;
            let taken_back = record.crossed && after.state == State::Cancelled;
            let told = if taken_back { self.untold(&record).await? } else { Told::AsItIs };
            match self.table.write(effects(Some((&record, revision)), &after, &[], told)?).await? {
                Written::Done => return Ok(said),
                Written::Raced => race.again().await?,
            }
            before = Some(said);
        }
    }
}

/// `None` for what was taken back before it was written.
fn kept(item: &Item) -> anyhow::Result<Option<Kept>> {
    if !item.contains_key("doc") {
        return Ok(None);
    }
    Ok(Some(Kept { record: from_json(item, "doc")?, revision: integer(item, "rev")? }))
}

/// Each account once.
fn account_keys(bounds: &[Bound], more: Option<Key>) -> Vec<Key> {
    let mut keys = Vec::new();
    for key in bounds.iter().filter_map(|bound| bound.account.as_ref()).map(Key::account).chain(more) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Why the first of these bounds that does not hold would be broken.
fn first_broken(bounds: &[Bound], seen: &Seen) -> anyhow::Result<Option<Refusal>> {
    for bound in bounds {
        let account = bound.account.as_ref().and_then(|account| seen.get(&Key::account(account)));
        if let Some(refusal) = bound.refusal(&tally(account)?) {
            return Ok(Some(refusal));
        }
    }
    Ok(None)
}
