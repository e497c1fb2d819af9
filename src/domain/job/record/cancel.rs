//! Taking back what was admitted before a model was asked, and stopping what a model is asked for.

use time::OffsetDateTime;

use super::super::{Outcome, State};
use super::{JobRecord, millis};
use crate::domain::job::{Settled, Settlement, Stop};
use crate::domain::refusal::Refusal;

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

    /// Stops what is not finished: no model is asked for it any more, and what one still answers is shown to nobody.
    /// Finished pictures stay, and are delivered.
    pub(crate) fn stop(&mut self, now: OffsetDateTime) -> Stop {
        match self.state {
            State::Admitted | State::Generating if self.is_held_at(now) => {
                self.stopping = true;
                Stop::Asked
            }
            State::Admitted | State::Generating => self.stop_unheld(now),
            State::Generated | State::Delivered | State::Failed | State::Cancelled => Stop::TooLate,
        }
    }

    fn is_held_at(&self, now: OffsetDateTime) -> bool {
        self.owner.is_some() && self.lease_until > millis(now)
    }

    /// Whoever had it is gone, or never was: the next fence keeps them from writing.
    fn stop_unheld(&mut self, now: OffsetDateTime) -> Stop {
        self.fence += 1;
        self.stopping = true;
        let open = self.pictures.iter_mut().filter(|picture| picture.outcome.is_none());
        open.for_each(|picture| picture.outcome = Some(Outcome::Refused { refusal: Refusal::Cancelled }));
        if self.pictures.iter().any(|picture| picture.sha256().is_some()) {
            self.owner = None;
            self.lease_until = 0;
            self.state = State::Generated;
            return Stop::Asked;
        }
        self.end_uncalled(now);
        Stop::Ended
    }

    /// What is written down for a picture: one that was finished after the order to stop is nobody's.
    pub(super) fn stored_outcome(&self, settlement: &Settlement) -> Option<Outcome> {
        let refused = || Outcome::Refused { refusal: Refusal::Cancelled };
        settlement.outcome.as_ref().map(|outcome| if self.stopping { refused() } else { outcome.clone() })
    }

    pub(super) fn settled(&self) -> Settled {
        if self.stopping { Settled::Stopped } else { Settled::Stored }
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
