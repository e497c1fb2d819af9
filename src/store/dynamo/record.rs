//! A job as one document, and what may happen to it. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::error::Refusal;
use crate::job::{Bill, Claim, Job, JobId, MAX_PAID_CALLS, Origin, Outcome, Picture, State};
use crate::limits::Terms;
use crate::money::Micros;
use crate::request::ImageRequest;
use crate::store::accounts::{Accounts, Entry};
use crate::store::thing::{Call, Whole};
use crate::store::{Attempt, CallId, Conclusion, Progress, Settlement, from_millis, millis};

/// Everything about one job. Times are Unix milliseconds, money is micro-dollars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    id: JobId,
    pub(super) origin: Origin,
    pub(super) request: ImageRequest,
    pub(super) created: i64,
    parent: Option<JobId>,
    pub(super) terms: Terms,
    pub(super) state: State,
    /// It has something to do.
    pub(super) open: bool,
    pub(super) fence: i64,
    owner: Option<String>,
    pub(super) lease_until: i64,
    pub(super) not_before: i64,
    pub(super) finished_at: Option<i64>,
    reserved: i64,
    pub(super) delivered: u32,
    refusal: Option<Refusal>,
    budget_used: Option<u32>,
    /// It was the first to find most of the server's month used.
    pub(super) crossed: bool,
    pub(super) pictures: Vec<Painting>,
    charges: Vec<Charge>,
    /// A number that only the last writer knows: whether a write whose answer was lost got through.
    pub(super) writer: u64,
}

/// One of its pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Painting {
    seed: u32,
    pub(super) outcome: Option<Outcome>,
    archived: Option<String>,
}

/// One call of a model, written down before it is made. `paid` turns false only when it is certain that nothing was
/// asked of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Charge {
    id: i64,
    n: u32,
    micros: i64,
    paid: bool,
    settled: bool,
    at: i64,
}

/// What one more call means.
pub(super) enum Next {
    /// It cannot be made.
    Never(Attempt),
    /// It may be made, with so much from the reservation, if the rest fits.
    If { from_reservation: i64, beyond: Micros },
}

impl Record {
    pub(super) fn new(
        job: &Job,
        price: Micros,
        terms: &Terms,
        budget_used: Option<u32>,
        crossed: bool,
    ) -> Record {
        let painting = |seed: &u32| Painting { seed: *seed, outcome: None, archived: None };
        Record {
            id: job.id,
            origin: job.origin.clone(),
            request: job.request.clone(),
            created: millis(job.created),
            parent: job.parent,
            terms: terms.clone(),
            state: State::Admitted,
            open: true,
            fence: 0,
            owner: None,
            lease_until: 0,
            not_before: 0,
            finished_at: None,
            reserved: price.0,
            delivered: 0,
            refusal: None,
            budget_used,
            crossed,
            pictures: job.request.seeds.iter().map(painting).collect(),
            charges: Vec::new(),
            writer: 0,
        }
    }

    /// The record of a job that was kept elsewhere.
    pub(super) fn of(whole: &Whole) -> Record {
        let Claim { job, state, fence, pictures, budget_used } = &whole.claim;
        let painting = |one: &Picture| Painting {
            seed: one.seed,
            outcome: one.outcome.clone(),
            archived: one.archived.clone(),
        };
        let charge = |call: &Call| {
            let Call { id, n, micros, paid, settled, at } = *call;
            Charge { id, n, micros, paid, settled, at }
        };
        Record {
            state: *state,
            open: whole.open,
            fence: *fence,
            owner: whole.owner.clone(),
            lease_until: whole.lease_until,
            not_before: whole.not_before,
            finished_at: whole.finished_at,
            delivered: whole.delivered,
            refusal: whole.refusal.clone(),
            pictures: pictures.iter().map(painting).collect(),
            charges: whole.calls.iter().map(charge).collect(),
            ..Record::new(job, Micros(whole.reserved), &whole.terms, *budget_used, whole.crossed)
        }
    }

    pub(super) fn id(&self) -> JobId {
        self.id
    }

    pub(super) fn created(&self) -> anyhow::Result<OffsetDateTime> {
        Ok(from_millis(self.created)?)
    }

    pub(super) fn accounts(&self) -> anyhow::Result<Accounts> {
        Ok(Accounts::from_origin(&self.origin, self.created()?))
    }

    /// What it has in each of its accounts.
    pub(super) fn entry(&self) -> Entry {
        let pictures = i64::try_from(self.pictures.len()).unwrap_or(i64::MAX);
        Entry {
            reserved: self.reserved,
            spent: self.charges.iter().map(|charge| charge.micros).sum(),
            ordered: if self.state.is_final() { 0 } else { pictures },
            delivered: self.delivered.into(),
        }
    }

    /// Calls that were made for it.
    pub(super) fn calls(&self) -> i64 {
        i64::try_from(self.charges.len()).unwrap_or(i64::MAX)
    }

    /// Whether the caller's hold on it stands.
    fn is_held(&self, fence: i64) -> bool {
        self.fence == fence && self.owner.is_some()
    }

    pub(super) fn cancel(&mut self, now: OffsetDateTime) -> bool {
        let untouched = self.state == State::Admitted && self.fence == 0;
        if untouched {
            self.state = State::Cancelled;
            self.finished_at = Some(millis(now));
            self.reserved = 0;
            self.close();
        }
        untouched
    }

    pub(super) fn claim(&mut self, owner: &str, now: OffsetDateTime, lease: Duration) -> bool {
        let free = self.open && self.lease_until <= millis(now) && self.not_before <= millis(now);
        if free {
            self.fence += 1;
            self.owner = Some(owner.to_owned());
            self.lease_until = millis(now + lease);
            if self.state == State::Admitted {
                self.state = State::Generating;
            }
        }
        free
    }

    pub(super) fn extend(&mut self, fence: i64, now: OffsetDateTime, lease: Duration) -> bool {
        let held = self.is_held(fence);
        if held {
            self.lease_until = millis(now + lease);
        }
        held
    }

    pub(super) fn next_call(&self, fence: i64, n: u32, price: Micros) -> Next {
        if !self.is_held(fence) {
            return Next::Never(Attempt::Stale);
        }
        let paid = self.paid_calls(n);
        if paid >= MAX_PAID_CALLS {
            return Next::Never(Attempt::Exhausted);
        }
        // The first call of each picture was reserved with the job. A repeated one must fit under the ceiling too.
        let from_reservation = if paid == 0 { self.reserved.min(price.0) } else { 0 };
        Next::If { from_reservation, beyond: Micros(price.0 - from_reservation) }
    }

    pub(super) fn charge(&mut self, call: CallId, n: u32, price: Micros, reserved: i64, now: OffsetDateTime) {
        self.reserved -= reserved;
        let (micros, at) = (price.0, millis(now));
        self.charges.push(Charge { id: call.0, n, micros, paid: true, settled: false, at });
    }

    pub(super) fn has(&self, call: CallId) -> bool {
        self.charges.iter().any(|charge| charge.id == call.0)
    }

    /// Calls for a picture that may be billed.
    fn paid_calls(&self, n: u32) -> u32 {
        let paid = self.charges.iter().filter(|charge| charge.n == n && charge.paid).count();
        u32::try_from(paid).unwrap_or(u32::MAX)
    }

    pub(super) fn settle(&mut self, fence: i64, settlement: &Settlement) -> bool {
        if !self.is_held(fence) {
            return false;
        }
        if let Some(call) = settlement.call {
            self.settle_call(settlement.n, call, settlement.bill);
        }
        if let Some(outcome) = &settlement.outcome {
            if let Some(picture) = self.pictures.get_mut(settlement.n as usize) {
                picture.outcome = Some(outcome.clone());
            }
            let answered = self.pictures.iter().all(|picture| picture.outcome.is_some());
            if self.state == State::Generating && answered {
                self.state = State::Generated;
            }
        }
        true
    }

    /// What a call certainly did not cost is free again. It goes back to being reserved if the call was the picture's
    /// first, which may be repeated: a repeated one was not reserved, and a job that has ended makes none.
    fn settle_call(&mut self, n: u32, call: CallId, bill: Bill) {
        let ours = |charge: &&mut Charge| charge.id == call.0 && charge.n == n && !charge.settled;
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
            self.charges.retain(|charge| charge.id != call.0);
        }
    }

    pub(super) fn progress(&mut self, fence: i64, progress: &Progress, now: OffsetDateTime) -> bool {
        if !self.is_held(fence) {
            return false;
        }
        for (n, key) in &progress.archived {
            if let Some(picture) = self.pictures.get_mut(*n as usize) {
                picture.archived = Some(key.clone());
            }
        }
        if let Some(conclusion) = &progress.concluded {
            self.conclude(conclusion, now);
        }
        if let Some(wait) = progress.release_for {
            self.release(millis(now).saturating_add(wait));
        }
        true
    }

    /// What was reserved and never used is free for others. Saying it again changes nothing.
    fn conclude(&mut self, conclusion: &Conclusion, now: OffsetDateTime) {
        self.reserved = 0;
        self.state = conclusion.state;
        self.delivered = conclusion.delivered;
        self.refusal = conclusion.refusal.clone();
        self.finished_at = Some(millis(now));
    }

    fn release(&mut self, not_before: i64) {
        self.owner = None;
        self.lease_until = 0;
        self.not_before = not_before;
        let waits = |picture: &Painting| picture.painted().is_some() && picture.archived.is_none();
        if self.state.is_final() && !self.pictures.iter().any(waits) {
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

    pub(super) fn into_claim(self) -> anyhow::Result<Claim> {
        let of = |n: u32| self.charges.iter().filter(move |charge| charge.n == n).count();
        let picture = |(n, one): (u32, &Painting)| Picture {
            n,
            seed: one.seed,
            outcome: one.outcome.clone(),
            paid_calls: self.paid_calls(n),
            calls: u32::try_from(of(n)).unwrap_or(u32::MAX),
            archived: one.archived.clone(),
        };
        let pictures = (0..).zip(&self.pictures).map(picture).collect();
        let created = self.created()?;
        let Record { id, origin, request, parent, state, fence, budget_used, .. } = self;
        Ok(Claim { job: Job { id, origin, request, created, parent }, state, fence, pictures, budget_used })
    }
}

impl Painting {
    /// The digest of the finished picture.
    pub(super) fn painted(&self) -> Option<&str> {
        match &self.outcome {
            Some(Outcome::Painted(painted)) => Some(&painted.sha256),
            _ => None,
        }
    }
}
