//! Whether an order is admitted, and the warning that comes with it.

use time::{Duration, OffsetDateTime};

use super::accounts::{Account, Accounts, Balances, Bound, first_broken};
use super::record::JobRecord;
use super::{Attempt, Begun, Job, JobId, Worker};
use crate::domain::limits::{AdmissionLimits, BudgetScope};
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;

/// From this share of a server's month on, people are told how much of it is used.
pub const WARN_PERCENT: u32 = 80;
/// A request that was admitted is known for so long: longer than anybody sends it again.
pub(crate) const REQUEST_KEPT: Duration = Duration::days(60);

/// An order that is to be admitted.
pub(crate) struct NewJob<'a> {
    pub(crate) job: &'a Job,
    price: Micros,
    limits: &'a AdmissionLimits,
    /// Who begins with it at once.
    worker: Option<&'a Worker>,
    now: OffsetDateTime,
    accounts: Accounts,
    pub(crate) bounds: Vec<Bound>,
}

/// An order that fits, to be written under its bounds.
pub(crate) struct Admitted {
    pub(crate) record: JobRecord,
    /// Percent of the server's month that is used, if this order is the first to find that it is most of it.
    pub(crate) warning: Option<u32>,
    pub(crate) begun: Option<Begun>,
}

impl<'a> NewJob<'a> {
    pub(crate) fn new(
        job: &'a Job,
        price: Micros,
        limits: &'a AdmissionLimits,
        worker: Option<&'a Worker>,
        now: OffsetDateTime,
    ) -> NewJob<'a> {
        let accounts = Accounts::of(job);
        let pictures = i64::try_from(job.request.seeds.len()).unwrap_or(i64::MAX);
        let mut bounds = accounts.numbers(limits, pictures, now);
        bounds.extend(accounts.budget_bounds(limits, price, job.created));
        NewJob { job, price, limits, worker, now, accounts, bounds }
    }

    pub(crate) fn deciding(&self) -> Vec<Account> {
        let bounded = self.bounds.iter().filter_map(|bound| bound.account.clone());
        bounded.chain(self.accounts.of_budget(BudgetScope::Guild)).chain(self.accounts.of_turns()).collect()
    }

    /// Percent of the server's month that is used with this price, if it has a budget.
    fn percent_used(&self, balances: &Balances) -> Option<u32> {
        let budget = self.limits.budgets.iter().find(|budget| budget.scope == BudgetScope::Guild)?;
        let guild = self.accounts.of_budget(BudgetScope::Guild).and_then(|guild| balances.get(&guild));
        let used = guild.map(|balance| balance.amounts.used()).unwrap_or_default();
        Some((Micros(used) + self.price).percent_of(budget.limit))
    }
}

impl JobRecord {
    /// Admits the order, or says why not.
    pub(crate) fn admit(new: &NewJob<'_>, balances: &Balances) -> Result<Admitted, Refusal> {
        if let Some(refusal) = first_broken(&new.bounds, balances) {
            return Err(refusal);
        }
        let used = new.percent_used(balances).filter(|percent| *percent >= WARN_PERCENT && !new.job.is_offer);
        let warned_before = warned_by(&new.accounts, balances).is_some();
        let warning = used.filter(|_| !warned_before);
        let mut record = JobRecord::new(new.job, new.price, new.limits);
        record.budget_used = used;
        record.warned = warning.is_some();
        record.take_turn(new.accounts.of_turns().and_then(|account| balances.get(&account)));
        if new.job.is_offer {
            record.cancel(new.job.created);
        }
        let begun = new.worker.and_then(|worker| record.begin(worker, new.now));
        Ok(Admitted { record, warning, begun })
    }

    /// Claims it, and writes down a call for each picture, which its reservation pays.
    fn begin(&mut self, worker: &Worker, now: OffsetDateTime) -> Option<Begun> {
        let claim = self.claim(&worker.owner, now, worker.lease)?;
        let mut calls = Vec::new();
        for picture in &claim.pictures {
            if let Attempt::Go(call) =
                self.attempt(claim.fence, picture.n, claim.each_of(picture.n), now).answer
            {
                calls.push((picture.n, call));
            }
        }
        Some(Begun { claim, calls })
    }
}

/// The job that warned of a server's month, as its account keeps it, and as it is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WarningChange {
    pub(crate) seen: Option<JobId>,
    pub(crate) then: Option<JobId>,
}

/// What an admission or a cancellation means for the warning. An order that finds less used than most of the month
/// makes the next warning possible, and so does taking back the order that warned.
pub(super) fn warning_change(
    before: Option<&JobRecord>,
    after: &JobRecord,
    balances: &Balances,
) -> Option<WarningChange> {
    let accounts = after.accounts();
    accounts.of_budget(BudgetScope::Guild)?;
    let seen = warned_by(&accounts, balances);
    let then = match before {
        None => after.budget_used.and(seen.or(Some(after.id()))),
        Some(before) if takes_back_a_warning(before, after) => seen.filter(|job| *job != after.id()),
        Some(_) => return None,
    };
    (seen.is_some() || then.is_some()).then_some(WarningChange { seen, then })
}

/// The account that has to be read to know what a step changes.
pub(crate) fn account_of_warning(before: &JobRecord, after: &JobRecord) -> Option<Account> {
    takes_back_a_warning(before, after).then(|| after.accounts().of_budget(BudgetScope::Guild)).flatten()
}

fn takes_back_a_warning(before: &JobRecord, after: &JobRecord) -> bool {
    before.warned && after.state == super::State::Cancelled && before.state != after.state
}

fn warned_by(accounts: &Accounts, balances: &Balances) -> Option<JobId> {
    balances.get(&accounts.of_budget(BudgetScope::Guild)?)?.warned_by
}
