//! A job as one document, and the steps that it can take. A store loads a record, takes a step, and writes what
//! [`super::difference`] says in one transaction.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::accounts::{Accounts, Amounts, Bound};
use super::{
    Attempt, Bill, CallId, Claim, Conclusion, FollowUp, Job, JobId, MAX_PAID_CALLS, Origin, Outcome, Picture,
    Posted, Progress, Settled, Settlement, State,
};
use crate::domain::limits::AdmissionLimits;
use crate::domain::money::Micros;
use crate::domain::request::ImageRequest;

mod cancel;
mod erase;
mod pictures;
mod queue;

pub use erase::Erased;
use erase::Erasure;
pub(crate) use queue::{WorkQueue, overdue_from};

/// Everything about one job. Times are Unix milliseconds, money is micro-dollars. The names of the fields are those
/// of the stored document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct JobRecord {
    pub(super) id: JobId,
    pub(super) origin: Origin,
    pub(super) request: ImageRequest,
    created: i64,
    parent: Option<JobId>,
    #[serde(rename = "terms")]
    limits: AdmissionLimits,
    pub(super) state: State,
    /// It has something to do.
    open: bool,
    /// Among those that wait, the one with the least is next; none had one in earlier versions.
    #[serde(default)]
    turn: i64,
    fence: i64,
    owner: Option<String>,
    lease_until: i64,
    not_before: i64,
    finished_at: Option<i64>,
    reserved: i64,
    delivered: u32,
    refusal: Option<crate::domain::refusal::Refusal>,
    /// Percent of the server's month that were used once it was admitted, from the warning on.
    pub(super) budget_used: Option<u32>,
    /// It came with the warning that most of the server's month is used.
    #[serde(rename = "crossed")]
    pub(super) warned: bool,
    pub(super) pictures: Vec<PictureRecord>,
    charges: Vec<Charge>,
    /// What was reserved for it when it was admitted.
    #[serde(default)]
    price: Option<i64>,
    /// Where its pictures are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) posted: Option<Posted>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    follow_ups: Vec<FollowUp>,
    /// The number of the latest call, which is never given again.
    #[serde(default)]
    last_call: i64,
    /// It was cancelled, and what is not finished is to end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stopping: bool,
    /// Other messages that show them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    copies: Vec<Posted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erasure: Option<Erasure>,
    /// A number that only the last writer knows: whether a write whose answer was lost got through.
    pub(crate) writer: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PictureRecord {
    seed: u32,
    pub(super) outcome: Option<Outcome>,
    archived: Option<String>,
}

/// One call of a model, written down before it is made. `paid` turns false only when it is certain that nothing was
/// asked of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Charge {
    id: CallId,
    n: u32,
    micros: i64,
    paid: bool,
    settled: bool,
    at: i64,
}

/// A step, and what has to fit into the accounts for it.
pub(crate) struct Bounded<T> {
    pub(crate) answer: T,
    pub(crate) bounds: Vec<Bound>,
}

impl JobRecord {
    pub(super) fn new(job: &Job, price: Micros, limits: &AdmissionLimits) -> JobRecord {
        let picture = |seed: &u32| PictureRecord { seed: *seed, outcome: None, archived: None };
        JobRecord {
            id: job.id,
            origin: job.origin.clone(),
            request: job.request.clone(),
            created: millis(job.created),
            parent: job.parent,
            limits: limits.clone(),
            state: State::Admitted,
            open: true,
            turn: millis(job.created),
            fence: 0,
            owner: None,
            lease_until: 0,
            not_before: 0,
            finished_at: None,
            reserved: price.0,
            delivered: 0,
            refusal: None,
            budget_used: None,
            warned: false,
            pictures: job.request.seeds.iter().map(picture).collect(),
            charges: Vec::new(),
            price: Some(price.0),
            posted: None,
            follow_ups: Vec::new(),
            last_call: 0,
            stopping: false,
            copies: Vec::new(),
            erasure: None,
            writer: 0,
        }
    }

    pub(crate) fn id(&self) -> JobId {
        self.id
    }

    /// Unix milliseconds.
    pub(crate) fn created_ms(&self) -> i64 {
        self.created
    }

    fn created(&self) -> OffsetDateTime {
        from_millis(self.created).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    pub(crate) fn accounts(&self) -> Accounts {
        Accounts::from_origin(&self.origin, self.created())
    }

    pub(crate) fn amounts(&self) -> Amounts {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Amounts {
            reserved: self.reserved,
            spent: self.charges.iter().map(|charge| charge.micros).sum(),
            ordered: if self.state.is_final() { 0 } else { count(self.pictures.len()) },
            delivered: self.delivered.into(),
            calls: count(self.charges.len()),
        }
    }

    /// What its pictures of one model are: money, calls, and what was delivered.
    pub(super) fn amounts_of_model(&self, model: &str) -> Amounts {
        let whole = self.amounts();
        if self.request.variants.is_empty() {
            return whole;
        }
        let is_of_model = |n: u32| self.request.of(n).model == model;
        let charges = || self.charges.iter().filter(|charge| is_of_model(charge.n));
        let generated =
            (0..).zip(&self.pictures).filter(|(n, one)| is_of_model(*n) && one.sha256().is_some());
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Amounts {
            spent: charges().map(|charge| charge.micros).sum(),
            calls: count(charges().count()),
            delivered: if self.has_delivered() { count(generated.count()) } else { 0 },
            ..Amounts::default()
        }
    }

    /// The job that this one varies, if any.
    pub(crate) fn parent(&self) -> Option<JobId> {
        self.parent
    }

    pub(crate) fn ordered(&self) -> usize {
        self.pictures.len()
    }

    /// The session's last picture is that of the job which ended last, or has not ended: the latest has the greatest.
    pub(crate) fn recency(&self) -> (i64, i64, JobId) {
        (self.finished_at.unwrap_or(i64::MAX), self.created, self.id)
    }

    /// Whether somebody got a picture that can still be seen.
    pub(crate) fn has_delivered(&self) -> bool {
        self.delivered > 0 && !self.is_erased()
    }

    /// Whether `viewer` may see its pictures.
    pub(crate) fn visible_to(&self, viewer: u64) -> bool {
        self.origin.visible_to(viewer)
    }

    /// Whether the caller's hold on it stands.
    fn is_held(&self, fence: i64) -> bool {
        self.fence == fence && self.owner.is_some()
    }

    /// Gives it to a worker, if it has something to do and nobody else has it.
    pub(crate) fn claim(&mut self, owner: &str, now: OffsetDateTime, lease: Duration) -> Option<Claim> {
        let free = self.open && self.lease_until <= millis(now) && self.not_before <= millis(now);
        if !free {
            return None;
        }
        self.fence += 1;
        self.owner = Some(owner.to_owned());
        self.lease_until = millis(now + lease);
        if self.state == State::Admitted {
            self.state = State::Generating;
        }
        Some(self.to_claim())
    }

    /// Ends leases and pauses: whoever worked on it is gone for certain.
    pub(crate) fn free(&mut self) {
        if self.open {
            self.lease_until = 0;
            self.not_before = 0;
        }
    }

    /// Holds it for another `lease`; `false` if another worker has it.
    pub(crate) fn extend(&mut self, fence: i64, now: OffsetDateTime, lease: Duration) -> bool {
        let held = self.is_held(fence);
        if held {
            self.lease_until = millis(now + lease);
        }
        held
    }

    /// Puts one call at `price` into the ledger. The first call of each picture was reserved with the job; what goes
    /// beyond the reservation must fit under the budgets.
    pub(crate) fn attempt(
        &mut self,
        fence: i64,
        n: u32,
        price: Micros,
        now: OffsetDateTime,
    ) -> Bounded<Attempt> {
        let unchanged = |answer| Bounded { answer, bounds: Vec::new() };
        if !self.is_held(fence) {
            return unchanged(Attempt::Stale);
        }
        if self.stopping {
            return unchanged(Attempt::Stopped);
        }
        let paid = self.paid_calls(n);
        if paid >= MAX_PAID_CALLS {
            return unchanged(Attempt::Exhausted);
        }
        let from_reservation = if paid == 0 { self.reserved.min(price.0) } else { 0 };
        let beyond = Micros(price.0 - from_reservation);
        let bounds = self.accounts().budget_bounds(&self.limits, beyond, self.created());
        let id = self.next_call();
        self.reserved -= from_reservation;
        self.charges.push(Charge { id, n, micros: price.0, paid: true, settled: false, at: millis(now) });
        Bounded { answer: Attempt::Go(id), bounds }
    }

    fn next_call(&mut self) -> CallId {
        let latest = self.charges.iter().map(|charge| charge.id.0).max().unwrap_or_default();
        self.last_call = self.last_call.max(latest).saturating_add(1);
        CallId(self.last_call)
    }

    /// Calls for a picture that may be billed.
    fn paid_calls(&self, n: u32) -> u32 {
        let paid = self.charges.iter().filter(|charge| charge.n == n && charge.paid).count();
        u32::try_from(paid).unwrap_or(u32::MAX)
    }

    /// Writes down how a call ended.
    pub(crate) fn settle(&mut self, fence: i64, settlement: &Settlement) -> Settled {
        if !self.is_held(fence) {
            return Settled::Stale;
        }
        if let Some(call) = settlement.call {
            self.settle_call(settlement.n, call, settlement.bill);
        }
        if let Some(outcome) = self.stored_outcome(settlement) {
            if let Some(picture) = self.pictures.get_mut(settlement.n as usize) {
                picture.outcome = Some(outcome);
            }
            let answered = self.pictures.iter().all(|picture| picture.outcome.is_some());
            if self.state == State::Generating && answered {
                self.state = State::Generated;
            }
        }
        self.settled()
    }

    /// What a call certainly did not cost is free again. It goes back to being reserved if the call was the picture's
    /// first, which may be repeated: a repeated one was not reserved, and a job that has ended makes none.
    fn settle_call(&mut self, n: u32, call: CallId, bill: Bill) {
        let ours = |charge: &&mut Charge| charge.id == call && charge.n == n && !charge.settled;
        let Some(charge) = self.charges.iter_mut().find(ours) else { return };
        charge.settled = true;
        charge.paid = bill == Bill::Due;
        if bill == Bill::Due {
            return;
        }
        let micros = std::mem::take(&mut charge.micros);
        if !self.state.is_final() && self.paid_calls(n) == 0 {
            self.reserved += micros;
        }
        if bill == Bill::NoCall {
            self.charges.retain(|charge| charge.id != call);
        }
    }

    /// Writes down what was reached; `false` if another worker has the job.
    pub(crate) fn progress(&mut self, fence: i64, progress: &Progress, now: OffsetDateTime) -> bool {
        if !self.is_held(fence) {
            return false;
        }
        for (n, key) in &progress.archived {
            if let Some(picture) = self.pictures.get_mut(*n as usize) {
                picture.archived = Some(key.clone());
            }
        }
        if let Some(sent) =
            progress.follow_up.filter(|sent| self.follow_ups.iter().all(|known| known.at != sent.at))
        {
            self.follow_ups.push(sent);
        }
        if let Some(conclusion) = &progress.concluded {
            self.conclude(conclusion, now);
        }
        if let Some(wait) = progress.release_for {
            self.release(millis(now).saturating_add(wait));
        }
        true
    }

    /// What was reserved and never used is free for others. Doing it again changes nothing.
    fn conclude(&mut self, conclusion: &Conclusion, now: OffsetDateTime) {
        self.reserved = 0;
        self.state = conclusion.state;
        self.delivered = conclusion.delivered;
        self.refusal = conclusion.refusal.clone();
        self.posted = conclusion.posted.or(self.posted);
        self.finished_at = Some(millis(now));
    }

    fn release(&mut self, not_before: i64) {
        self.owner = None;
        self.lease_until = 0;
        self.not_before = not_before;
        let waits = |picture: &PictureRecord| picture.sha256().is_some() && picture.archived.is_none();
        if self.state.is_final() && !self.pictures.iter().any(waits) && !self.is_being_erased() {
            self.close();
        }
    }

    /// A finished job needs no secret.
    fn close(&mut self) {
        self.open = false;
        if let Origin::Discord(origin) = &mut self.origin {
            origin.token.clear();
        }
    }

    /// The job as a worker and everybody who looks at it sees it.
    pub(crate) fn to_claim(&self) -> Claim {
        let JobRecord { id, request, parent, state, fence, budget_used, posted, stopping, .. } = self;
        let job = Job {
            id: *id,
            origin: self.origin.clone(),
            request: request.clone(),
            created: self.created(),
            parent: *parent,
            is_offer: false,
        };
        let pictures = (0..).zip(&self.pictures).map(|(n, picture)| self.picture(n, picture)).collect();
        let reserved_and_spent = || self.reserved + self.amounts().spent;
        let price = Micros(self.price.unwrap_or_else(reserved_and_spent));
        Claim {
            job,
            state: *state,
            fence: *fence,
            pictures,
            price,
            budget_used: *budget_used,
            posted: *posted,
            follow_ups: self.follow_ups.clone(),
            stopping: *stopping,
            copies: self.copies.clone(),
            is_erased: self.is_erased(),
        }
    }

    fn picture(&self, n: u32, picture: &PictureRecord) -> Picture {
        let calls = || self.charges.iter().filter(move |charge| charge.n == n);
        Picture {
            n,
            seed: picture.seed,
            outcome: picture.outcome.clone(),
            paid_calls: self.paid_calls(n),
            calls: u32::try_from(calls().count()).unwrap_or(u32::MAX),
            spent: Micros(calls().map(|charge| charge.micros).sum()),
            archived: picture.archived.clone(),
        }
    }
}

impl PictureRecord {
    pub(super) fn sha256(&self) -> Option<&str> {
        match &self.outcome {
            Some(Outcome::Generated(generated)) => Some(&generated.sha256),
            _ => None,
        }
    }
}

/// Unix milliseconds.
pub(crate) fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

pub(crate) fn from_millis(millis: i64) -> Result<OffsetDateTime, time::error::ComponentRange> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
}
