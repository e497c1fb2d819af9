//! Erasing a job: what somebody wrote and what was made of it goes at once, with all that it could be found by. What is
//! left says what it cost, and whom. Its files and its message go after that.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::super::visibility::NOBODY;
use super::super::{Origin, Outcome, Posted};
use super::{JobRecord, millis};
use crate::domain::refusal::Refusal;

/// Messages with copies that are known, the latest of them.
const COPIES: usize = 100;

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::domain::job) struct Erasure {
    /// Unix milliseconds.
    at: i64,
    /// Nothing is left of its files and its message.
    done: bool,
}

/// What became of a job that was to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Nobody sees it any more; a worker has to remove its files and its message.
    Begun,
    Before,
    /// Somebody works on it: it cannot be erased before that is over.
    AtWork,
}

impl JobRecord {
    /// Whether nothing is to be found of it any more.
    pub(crate) fn is_erased(&self) -> bool {
        self.erasure.is_some()
    }

    /// Erases it, unless a worker has it. It stays open until [`JobRecord::finish_erasure`].
    pub(crate) fn erase(&mut self, now: OffsetDateTime) -> Erased {
        if self.is_erased() {
            return Erased::Before;
        }
        self.cancel(now);
        let is_held = self.owner.is_some() && self.lease_until > millis(now);
        if !self.state.is_final() || is_held {
            return Erased::AtWork;
        }
        self.request.erase();
        self.refusal = None;
        for picture in &mut self.pictures {
            picture.seed = 0;
            picture.outcome = Some(Outcome::Refused { refusal: Refusal::Deleted });
            picture.archived = None;
        }
        if let Origin::Discord(origin) = &mut self.origin {
            origin.token.clear();
            origin.locale = None;
            origin.guild_locale = None;
            if let Some(session) = &mut origin.session {
                session.title.clear();
            }
        }
        self.erasure = Some(Erasure { at: millis(now), done: false });
        // Whoever had it may write nothing more.
        self.fence += 1;
        self.owner = None;
        self.lease_until = 0;
        self.not_before = 0;
        self.open = true;
        Erased::Begun
    }

    /// Its files and its message are gone; `false` if another worker has it.
    pub(crate) fn finish_erasure(&mut self, fence: i64) -> bool {
        let held = self.is_held(fence);
        if let (true, Some(erasure)) = (held, &mut self.erasure) {
            erasure.done = true;
            self.posted = None;
            self.follow_ups.clear();
            self.copies.clear();
            if let Origin::Discord(origin) = &mut self.origin {
                (origin.interaction, origin.press) = (0, None);
            }
            self.owner = None;
            self.lease_until = 0;
            self.close();
        }
        held
    }

    /// Another message shows its pictures, which goes with them; `false` if they are gone already.
    pub(crate) fn show_again(&mut self, copy: Posted) -> bool {
        if !self.is_erased() {
            let older = self.copies.len().saturating_sub(COPIES - 1);
            self.copies.drain(..older);
            self.copies.push(copy);
        }
        !self.is_erased()
    }

    /// Takes its member and the place of the order out of an erased job; `false` while something of it is to be removed.
    pub(crate) fn disown(&mut self) -> bool {
        let is_over = self.erasure.is_some_and(|erasure| erasure.done);
        if let (true, Origin::Discord(origin)) = (is_over, &mut self.origin) {
            (origin.member, origin.channel) = (NOBODY, NOBODY);
        }
        is_over
    }

    /// Whether something of it is still to be removed.
    pub(super) fn is_being_erased(&self) -> bool {
        self.erasure.is_some_and(|erasure| !erasure.done)
    }
}
