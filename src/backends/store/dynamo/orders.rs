//! What is admitted, and what is taken back before it was written.

use anyhow::bail;
use time::OffsetDateTime;

use super::effects::{places, writes};
use super::item::{Item, Key, integer, number, parsed, string, text};
use super::sessions;
use super::table::{Backoff, Written};
use super::write::Write;
use super::{Dynamo, Seen, balances};
use crate::domain::job::{Admission, Job, JobId, JobRecord, NewJob, REQUEST_KEPT, Worker, difference};
use crate::domain::limits::AdmissionLimits;
use crate::domain::money::Micros;

/// A job that was taken back before it was written stays unwritten.
const GONE_KEPT: time::Duration = time::Duration::days(2);

/// An order on its way to the table.
struct Order<'a> {
    job: &'a Job,
    new: NewJob<'a>,
    now: OffsetDateTime,
    /// What tells it from another delivery of the same request.
    writer: String,
}

/// Whether a request is still known; the table may keep it for longer.
pub(super) fn is_known(item: &Item, now: OffsetDateTime) -> bool {
    integer(item, "expires").is_ok_and(|expires| expires > now.unix_timestamp())
}

pub(super) fn known_request(request: &str, job: JobId, writer: &str, expires: i64) -> Write {
    let known = [("job", text(&job.to_string())), ("writer", text(writer)), ("expires", number(expires))];
    Write::put(&Key::request(request), known)
}

impl Dynamo {
    pub(crate) async fn admit_for(
        &self,
        job: &Job,
        price: Micros,
        limits: &AdmissionLimits,
        worker: Option<&Worker>,
        now: OffsetDateTime,
    ) -> anyhow::Result<Admission> {
        let writer = format!("{:032x}", rand::random::<u128>());
        let order = Order { job, new: NewJob::new(job, price, limits, worker, now), now, writer };
        let keys = order.keys();
        let mut lost = None;
        let _turn = self.orders.acquire().await?;
        let mut backoff = Backoff::new();
        loop {
            let seen = self.table.get_all(keys.clone()).await?;
            if let Some(known) = order.answer(&seen, lost.take())? {
                return Ok(known);
            }
            let balances = balances(order.new.deciding(), &seen)?;
            let admitted = match JobRecord::admit(&order.new, &balances) {
                Ok(admitted) => admitted,
                Err(refusal) => return Ok(Admission::Refused(refusal)),
            };
            let difference = difference(None, &admitted.record, &balances);
            let mut all = writes(None, &admitted.record, &difference, &order.new.bounds)?;
            all.extend(places(&admitted.record));
            all.extend(order.beside(&seen)?);
            let answer =
                Admission::Admitted { warning: admitted.warning, begun: admitted.begun.map(Box::new) };
            match self.table.write(all).await? {
                Written::Done => return Ok(answer),
                Written::Conflict => {
                    lost = Some(answer);
                    backoff.again().await?;
                }
            }
        }
    }

    /// Takes back a job whose `admit` nobody waits for any more, which may still be on its way to the table. `None` if
    /// it is there: then it is to be cancelled.
    pub(crate) async fn take_back(&self, job: JobId, now: OffsetDateTime) -> anyhow::Result<Option<bool>> {
        let expires = number((now + GONE_KEPT).unix_timestamp());
        let gone = Write::put(&Key::job(job), [("expires", expires)]).if_absent();
        Ok(match self.table.write(vec![gone]).await? {
            Written::Done => Some(true),
            Written::Conflict => None,
        })
    }
}

impl Order<'_> {
    fn request(&self) -> String {
        self.job.dedupe_key()
    }

    /// All that decides.
    fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for key in self.new.deciding().iter().map(Key::account) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys.extend([Key::request(&self.request()), Key::job(self.job.id)]);
        keys.extend(self.job.session().map(Key::session));
        keys
    }

    /// What there is to say of a request that is known; `lost` is what the write before would have said, for its answer
    /// may have been lost.
    fn answer(&self, seen: &Seen, lost: Option<Admission>) -> anyhow::Result<Option<Admission>> {
        let known = seen.get(&Key::request(&self.request())).filter(|item| is_known(item, self.now));
        if let Some(known) = known {
            let ours = lost.filter(|_| string(known, "writer").is_ok_and(|writer| writer == self.writer));
            return Ok(Some(match ours {
                Some(admitted) => admitted,
                None => Admission::Duplicate(parsed(known, "job")?),
            }));
        }
        if seen.contains_key(&Key::job(self.job.id)) {
            bail!("the order was taken back before it was written");
        }
        Ok(None)
    }

    /// What is written beside the job: its request, and its session, which it keeps awake.
    fn beside(&self, seen: &Seen) -> anyhow::Result<Vec<Write>> {
        let expires = (self.now + REQUEST_KEPT).unix_timestamp();
        let request = known_request(&self.request(), self.job.id, &self.writer, expires).only_if(
            "(attribute_not_exists(pk) OR expires <= :now)",
            [(":now", number(self.now.unix_timestamp()))],
        );
        let mut writes = vec![request];
        if let Some(session) = self.job.session() {
            let item = seen.get(&Key::session(session));
            writes.extend(item.map(|item| sessions::touch(item, self.now)).transpose()?.flatten());
        }
        Ok(writes)
    }
}
