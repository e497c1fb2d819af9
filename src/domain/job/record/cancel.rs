//! Taking back what was admitted, before a model was asked.

use time::OffsetDateTime;

use super::super::State;
use super::{JobRecord, millis};

impl JobRecord {
    /// [`JobRecord::withdraw`] with a fence, else [`JobRecord::cancel`].
    pub(crate) fn take_back(&mut self, fence: Option<i64>, now: OffsetDateTime) -> bool {
        match fence {
            Some(fence) => self.withdraw(fence, now),
            None => self.cancel(now),
        }
    }

    /// Ends it before anybody has begun; whether it did.
    pub(crate) fn cancel(&mut self, now: OffsetDateTime) -> bool {
        let untouched = self.state == State::Admitted && self.fence == 0;
        if untouched {
            self.end_uncalled(now);
        }
        untouched
    }

    /// Ends it in the hands of a worker that has made none of its calls; whether it did.
    fn withdraw(&mut self, fence: i64, now: OffsetDateTime) -> bool {
        let untouched = self.is_held(fence)
            && self.state == State::Generating
            && self.pictures.iter().all(|picture| picture.outcome.is_none());
        if untouched {
            self.charges.retain(|charge| charge.settled);
            self.end_uncalled(now);
        }
        untouched
    }

    fn end_uncalled(&mut self, now: OffsetDateTime) {
        self.state = State::Cancelled;
        self.finished_at = Some(millis(now));
        self.reserved = 0;
        self.owner = None;
        self.lease_until = 0;
        self.close();
    }
}
