//! `DynamoDB`: one table, in which each thing is one item. An operation reads what it needs, decides, and writes
//! all that follows in one transaction on condition that nothing it rests on has changed; otherwise it looks again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use aws_config::SdkConfig;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::accounts::{Accounts, Bound};
use super::{Admission, Attempt, CallId, Progress, Settlement, WARN_PERCENT, millis};
use crate::error::Refusal;
use crate::job::{Claim, Job, JobId};
use crate::limits::{Purse, Terms};
use crate::money::Micros;

mod effects;
mod item;
mod record;
mod rules;
mod schema;
mod sessions;
mod table;
mod usage;
mod write;

use effects::{Told, effects};
use item::{Item, Key, from_json, integer, number, parsed, tally, text};
use record::{Next, Record};
use table::{Race, Range, Table, Written};
use write::Write;

/// Orders that are written at once: more would be in each other's way, for they add to the same accounts.
const ORDERS: usize = 8;
/// Jobs that one sweep looks at.
const SWEEP: usize = 1_000;
/// Requests are known for longer than anybody sends them again.
const REQUEST_KEPT: time::Duration = time::Duration::days(60);
/// A job that was taken back before it was written stays unwritten.
const GONE_KEPT: time::Duration = time::Duration::days(2);

/// A store in one `DynamoDB` table. Clones share the client.
#[derive(Debug, Clone)]
pub struct Dynamo {
    table: Table,
    orders: Arc<Semaphore>,
}

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

    pub(super) async fn admit(
        &self,
        job: &Job,
        price: Micros,
        terms: &Terms,
        now: OffsetDateTime,
    ) -> anyhow::Result<Admission> {
        let writer = format!("{:032x}", rand::random::<u128>());
        let (accounts, request) = (Accounts::of(job), Key::request(&job.dedupe_key()));
        let pictures = u32::try_from(job.request.seeds.len())?;
        let mut bounds = accounts.numbers(terms, pictures, now);
        bounds.extend(accounts.ceilings(terms, price, job.created));
        let mut keys = account_keys(&bounds, accounts.purse(Purse::Guild).map(|guild| Key::account(&guild)));
        keys.extend([request.clone(), Key::job(job.id)]);
        keys.extend(job.session().map(Key::session));
        let mut crossed = None;
        let _turn = self.orders.acquire().await?;
        let mut race = Race::new();
        loop {
            let seen = self.table.get_all(keys.clone()).await?;
            if let Some(known) = seen.get(&request) {
                let ours = item::string(known, "writer")? == writer;
                return Ok(if ours {
                    Admission::Admitted { crossed }
                } else {
                    Admission::Duplicate(parsed(known, "job")?)
                });
            }
            if seen.contains_key(&Key::job(job.id)) {
                bail!("the order was taken back before it was written");
            }
            if let Some(refusal) = first_broken(&bounds, &seen)? {
                return Ok(Admission::Refused(refusal));
            }
            let guild = accounts.purse(Purse::Guild).and_then(|guild| seen.get(&Key::account(&guild)));
            let used = percent_used(guild, price, terms)?.filter(|percent| *percent >= WARN_PERCENT);
            let told = match (used, guild.is_some_and(|guild| guild.contains_key("told_by"))) {
                (Some(_), true) => Told::Before,
                (Some(_), false) => Told::By(job.id),
                (None, true) => Told::ByNobody,
                (None, false) => Told::AsItIs,
            };
            crossed = used.filter(|_| matches!(told, Told::By(_)));
            let mut record = Record::new(job, price, terms, used);
            record.crossed = crossed.is_some();
            let mut writes = effects(None, &record, &bounds, told)?;
            let expires = number((now + REQUEST_KEPT).unix_timestamp());
            let known = [("job", text(&job.id.to_string())), ("writer", text(&writer)), ("expires", expires)];
            writes.push(Write::put(&request, known).if_absent());
            writes.extend(of_session(job, &seen, now)?);
            match self.table.write(writes).await? {
                Written::Done => return Ok(Admission::Admitted { crossed }),
                Written::Raced => race.again().await?,
            }
        }
    }

    pub(super) async fn cancel(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<bool> {
        self.change(job, false, |record| record.cancel(now)).await
    }

    /// Takes back a job whose `admit` nobody waits for any more, which may still be on its way to the table.
    pub(super) async fn take_back(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<bool> {
        let expires = number((now + GONE_KEPT).unix_timestamp());
        let gone = Write::put(&Key::job(job), [("expires", expires)]).if_absent();
        match self.table.write(vec![gone]).await? {
            Written::Done => Ok(true),
            Written::Raced => self.cancel(job, now).await,
        }
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

    pub(super) async fn is_known(&self, request: String) -> anyhow::Result<bool> {
        Ok(self.table.get(Key::request(&request)).await?.is_some())
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
            let taken_back = record.crossed && after.state == crate::job::State::Cancelled;
            let told = if taken_back { self.who_told(&record).await? } else { Told::AsItIs };
            match self.table.write(effects(Some((&record, revision)), &after, &[], told)?).await? {
                Written::Done => return Ok(said),
                Written::Raced => race.again().await?,
            }
            before = Some(said);
        }
    }

    /// Nobody has been told by a job that is taken back.
    async fn who_told(&self, record: &Record) -> anyhow::Result<Told> {
        let Some(guild) = record.accounts()?.purse(Purse::Guild) else { return Ok(Told::AsItIs) };
        let account = self.table.get(Key::account(&guild)).await?.unwrap_or_default();
        let by = account.get("told_by").and_then(|by| by.as_s().ok());
        let is_last = by.is_some_and(|by| *by == record.id().to_string());
        Ok(if is_last { Told::NotBy(record.id()) } else { Told::AsItIs })
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

type Seen = std::collections::HashMap<Key, Item>;

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

/// Percent of the server's month that are used with this price, if it has a ceiling. Orders at the same moment do
/// not see each other: then the next one tells.
fn percent_used(guild: Option<&Item>, price: Micros, terms: &Terms) -> anyhow::Result<Option<u32>> {
    let ceiling = terms.ceilings.iter().find(|ceiling| ceiling.purse == Purse::Guild);
    let held = tally(guild)?;
    Ok(ceiling.map(|ceiling| (held.reserved + held.spent + price).percent_of(ceiling.limit)))
}

/// The order among its session's, which it keeps awake.
fn of_session(job: &Job, seen: &Seen, now: OffsetDateTime) -> anyhow::Result<Vec<Write>> {
    let Some(session) = job.session() else { return Ok(Vec::new()) };
    let mut writes = vec![Write::put(&Key::session_job(session, job.id), [])];
    let key = Key::session(session);
    if let Some(item) = seen.get(&key)
        && integer(item, "asked")? < millis(now)
    {
        let touch = Write::update(key, "SET asked = :now");
        writes.push(touch.only_if("asked < :now", [(":now", number(millis(now)))]));
    }
    Ok(writes)
}
