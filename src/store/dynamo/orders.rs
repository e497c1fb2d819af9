//! What is admitted, and what is taken back.

use anyhow::bail;
use time::OffsetDateTime;

use super::effects::{Told, effects};
use super::item::{Item, Key, integer, number, parsed, string, tally, text};
use super::record::Record;
use super::table::{Race, Written};
use super::write::Write;
use super::{Dynamo, Seen, account_keys, first_broken};
use crate::job::{Job, JobId};
use crate::limits::{Purse, Terms};
use crate::money::Micros;
use crate::store::accounts::{Accounts, Bound};
use crate::store::{Admission, WARN_PERCENT, millis};

/// Requests are known for longer than anybody sends them again.
pub(super) const REQUEST_KEPT: time::Duration = time::Duration::days(60);
/// A job that was taken back before it was written stays unwritten.
const GONE_KEPT: time::Duration = time::Duration::days(2);

/// A job that is to be admitted.
struct Order<'a> {
    job: &'a Job,
    price: Micros,
    terms: &'a Terms,
    now: OffsetDateTime,
    accounts: Accounts,
    bounds: Vec<Bound>,
    /// What tells it from another delivery of the same request.
    writer: String,
}

impl Dynamo {
    pub(in crate::store) async fn admit(
        &self,
        job: &Job,
        price: Micros,
        terms: &Terms,
        now: OffsetDateTime,
    ) -> anyhow::Result<Admission> {
        let order = Order::new(job, price, terms, now)?;
        let keys = order.keys();
        let mut crossed = None;
        let _turn = self.orders.acquire().await?;
        let mut race = Race::new();
        loop {
            let seen = self.table.get_all(keys.clone()).await?;
            if let Some(said) = order.answer(&seen, crossed)? {
                return Ok(said);
            }
            let writes;
            (writes, crossed) = order.writes(&seen)?;
            match self.table.write(writes).await? {
                Written::Done => return Ok(Admission::Admitted { crossed }),
                Written::Raced => race.again().await?,
            }
        }
    }

    pub(in crate::store) async fn cancel(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<bool> {
        self.change(job, false, |record| record.cancel(now)).await
    }

    /// Takes back a job whose `admit` nobody waits for any more, which may still be on its way to the table.
    pub(in crate::store) async fn take_back(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<bool> {
        let expires = number((now + GONE_KEPT).unix_timestamp());
        let gone = Write::put(&Key::job(job), [("expires", expires)]).if_absent();
        match self.table.write(vec![gone]).await? {
            Written::Done => Ok(true),
            Written::Raced => self.cancel(job, now).await,
        }
    }

    /// A job that is taken back has told nobody.
    pub(super) async fn untold(&self, record: &Record) -> anyhow::Result<Told> {
        let Some(guild) = record.accounts()?.purse(Purse::Guild) else { return Ok(Told::AsItIs) };
        let account = self.table.get(Key::account(&guild)).await?.unwrap_or_default();
        let is_last = account.get("told_by") == Some(&text(&record.id().to_string()));
        Ok(if is_last { Told::NotBy(record.id()) } else { Told::AsItIs })
    }
}

impl<'a> Order<'a> {
    fn new(job: &'a Job, price: Micros, terms: &'a Terms, now: OffsetDateTime) -> anyhow::Result<Order<'a>> {
        let accounts = Accounts::of(job);
        let mut bounds = accounts.numbers(terms, u32::try_from(job.request.seeds.len())?, now);
        bounds.extend(accounts.ceilings(terms, price, job.created));
        let writer = format!("{:032x}", rand::random::<u128>());
        Ok(Order { job, price, terms, now, accounts, bounds, writer })
    }

    fn request(&self) -> Key {
        Key::request(&self.job.dedupe_key())
    }

    /// The server's month.
    fn guild(&self) -> Option<Key> {
        self.accounts.purse(Purse::Guild).as_ref().map(Key::account)
    }

    /// All that decides.
    fn keys(&self) -> Vec<Key> {
        let mut keys = account_keys(&self.bounds, self.guild());
        keys.extend([self.request(), Key::job(self.job.id)]);
        keys.extend(self.job.session().map(Key::session));
        keys
    }

    /// What there is to say without a write; `crossed` is what the write before would have said, for its answer may
    /// have been lost.
    fn answer(&self, seen: &Seen, crossed: Option<u32>) -> anyhow::Result<Option<Admission>> {
        if let Some(known) = seen.get(&self.request()) {
            let is_ours = string(known, "writer")? == self.writer;
            let said = if is_ours {
                Admission::Admitted { crossed }
            } else {
                Admission::Duplicate(parsed(known, "job")?)
            };
            return Ok(Some(said));
        }
        if seen.contains_key(&Key::job(self.job.id)) {
            bail!("the order was taken back before it was written");
        }
        Ok(first_broken(&self.bounds, seen)?.map(Admission::Refused))
    }

    /// What admits it, and what it tells.
    fn writes(&self, seen: &Seen) -> anyhow::Result<(Vec<Write>, Option<u32>)> {
        let guild = self.guild().and_then(|guild| seen.get(&guild));
        let used = self.percent_used(guild)?.filter(|percent| *percent >= WARN_PERCENT);
        let told = match (used, guild.is_some_and(|guild| guild.contains_key("told_by"))) {
            (Some(_), true) => Told::Before,
            (Some(_), false) => Told::By(self.job.id),
            (None, true) => Told::ByNobody,
            (None, false) => Told::AsItIs,
        };
        let crossed = used.filter(|_| matches!(told, Told::By(_)));
        let record = Record::new(self.job, self.price, self.terms, used, crossed.is_some());
        let mut writes = effects(None, &record, &self.bounds, told)?;
        let known = [
            ("job", text(&self.job.id.to_string())),
            ("writer", text(&self.writer)),
            ("expires", number((self.now + REQUEST_KEPT).unix_timestamp())),
        ];
        writes.push(Write::put(&self.request(), known).if_absent());
        writes.extend(self.of_session(seen)?);
        Ok((writes, crossed))
    }

    /// Percent of the server's month that are used with this price, if it has a ceiling. Orders at the same moment
    /// do not see each other: then the next one tells.
    fn percent_used(&self, guild: Option<&Item>) -> anyhow::Result<Option<u32>> {
        let ceiling = self.terms.ceilings.iter().find(|ceiling| ceiling.purse == Purse::Guild);
        let held = tally(guild)?;
        Ok(ceiling.map(|ceiling| (held.reserved + held.spent + self.price).percent_of(ceiling.limit)))
    }

    /// The order among its session's, which it keeps awake.
    fn of_session(&self, seen: &Seen) -> anyhow::Result<Vec<Write>> {
        let Some(session) = self.job.session() else { return Ok(Vec::new()) };
        let mut writes = vec![Write::put(&Key::session_job(session, self.job.id), [])];
        let key = Key::session(session);
        if let Some(item) = seen.get(&key)
            && integer(item, "asked")? < millis(self.now)
        {
            let touch = Write::update(key, "SET asked = :now");
            writes.push(touch.only_if("asked < :now", [(":now", number(millis(self.now)))]));
        }
        Ok(writes)
    }
}
