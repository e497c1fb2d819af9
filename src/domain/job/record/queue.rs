//! What waits for a worker, and in which order: customers take turns.

use std::time::Duration;

use time::OffsetDateTime;

use super::{JobRecord, millis};
use crate::domain::job::accounts::Balance;

/// A customer's next order is set back so far for each picture that this one asks for, in milliseconds: further than
/// the orders lie apart that wait together.
const SET_BACK: i64 = 10 * 60 * 1_000;

/// Where a job with something to do stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkQueue {
    /// Nobody has begun; in the order of their turns.
    Admitted,
    /// Somebody has; in the order in which leases and pauses end.
    Begun,
}

impl WorkQueue {
    pub(crate) const ALL: [WorkQueue; 2] = [WorkQueue::Admitted, WorkQueue::Begun];

    pub(crate) fn name(self) -> &'static str {
        match self {
            WorkQueue::Admitted => "admitted",
            WorkQueue::Begun => "begun",
        }
    }
}

/// A job that was admitted less than `grace` ago is still on its way through the queue; in Unix milliseconds.
pub(crate) fn overdue_from(now: OffsetDateTime, grace: Duration) -> i64 {
    millis(now - grace)
}

impl JobRecord {
    /// Where it stands, and its place there as a moment in Unix milliseconds, the earliest first; `None` if it has
    /// nothing to do.
    pub(crate) fn queue(&self) -> Option<(WorkQueue, i64)> {
        self.open.then_some(match self.fence {
            0 => (WorkQueue::Admitted, self.turn),
            _ => (WorkQueue::Begun, self.lease_until.max(self.not_before)),
        })
    }

    /// Gives it its turn: at once for somebody who has nothing under way, else behind what they ordered before.
    pub(in crate::domain::job) fn take_turn(&mut self, account: Option<&Balance>) {
        let last = account.filter(|balance| balance.amounts.ordered > 0);
        self.turn = last.map_or(self.created, |balance| balance.next_turn.max(self.created));
    }

    /// The turn of what its customer orders next while this is under way.
    pub(in crate::domain::job) fn next_turn(&self) -> i64 {
        let pictures = i64::try_from(self.pictures.len()).unwrap_or(i64::MAX);
        self.turn.saturating_add(SET_BACK.saturating_mul(pictures))
    }
}
