//! Forgetting a member: page by page all of theirs goes but what it cost. A store keeps one of these for each member who
//! is to be forgotten, until nothing is left.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::domain::job::{TOKEN_LIFE, from_millis, millis};
use crate::domain::session::Session;
use crate::domain::vocabulary::JobId;

/// How long a process has it after it last said so.
const LEASE: Duration = Duration::seconds(30);
/// The answer to whoever asked comes before the receipt.
const BEGINS_AFTER: Duration = Duration::seconds(2);
/// Until it is gone on with where something could not be removed, doubled with each round up to the longest.
const FIRST_PAUSE: Duration = Duration::seconds(2);
const LONGEST_PAUSE: Duration = Duration::hours(1);

/// What is held of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Held {
    /// Orders with their words.
    pub orders: u64,
    /// What was made of them.
    pub pictures: u64,
    /// Sessions that they started or were named in.
    pub sessions: u64,
    /// Settings that they prefer.
    pub preferences: u64,
}

/// A member who is to be forgotten. Times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forgetting {
    pub member: u64,
    /// What comes later stays.
    asked: i64,
    /// What was held when it was asked for.
    pub held: Held,
    receipt: Option<Receipt>,
    /// Each process that takes it over has another one.
    fence: u64,
    /// From when on somebody may go on with it: the end of a lease or of a pause.
    due: i64,
    /// Rounds that left something.
    rounds: u32,
}

/// The interaction whose response the receipt replaces.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub application: u64,
    /// A secret for fifteen minutes.
    pub token: String,
}

/// Leaves the token out.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").field("application", &self.application).finish_non_exhaustive()
    }
}

impl Held {
    pub fn is_nothing(&self) -> bool {
        *self == Held::default()
    }
}

impl Forgetting {
    pub fn new(member: u64, held: Held, receipt: Option<Receipt>, now: OffsetDateTime) -> Forgetting {
        let due = millis(now + BEGINS_AFTER);
        Forgetting { member, asked: millis(now), held, receipt, fence: 0, due, rounds: 0 }
    }

    /// Orders from this one on are not part of it.
    pub fn first_spared(&self) -> JobId {
        let next = from_millis(self.asked.saturating_add(1));
        JobId::new(next.unwrap_or(OffsetDateTime::UNIX_EPOCH), 0)
    }

    /// Whether a session is part of it.
    pub fn covers(&self, session: &Session) -> bool {
        session.has_to_do_with(self.member) && millis(session.started) <= self.asked
    }

    /// The moment from which it may be gone on with.
    pub(crate) fn due_ms(&self) -> i64 {
        self.due
    }

    /// Where the receipt goes, as long as the interaction's token lives.
    pub fn receipt(&self, now: OffsetDateTime) -> Option<&Receipt> {
        let asked = from_millis(self.asked).ok()?;
        self.receipt.as_ref().filter(|_| now < asked + TOKEN_LIFE)
    }

    /// Asks for it. Asked for again, what came meanwhile is part of it, and the later receipt counts.
    pub(crate) fn ask(self, kept: &mut Option<Forgetting>) {
        match kept {
            Some(kept) => {
                kept.asked = kept.asked.max(self.asked);
                kept.held = self.held;
                kept.receipt = self.receipt.or(kept.receipt.take());
                kept.rounds = 0;
            }
            None => *kept = Some(self),
        }
    }

    /// Takes hold of it, if nobody has it.
    pub(crate) fn claim(kept: &mut Option<Forgetting>, now: OffsetDateTime) -> Option<Forgetting> {
        let kept = kept.as_mut().filter(|kept| kept.due <= millis(now))?;
        kept.fence += 1;
        kept.due = millis(now + LEASE);
        Some(kept.clone())
    }

    /// Keeps hold of it; `false` if another process has it.
    pub(crate) fn hold(&self, kept: &mut Option<Forgetting>, now: OffsetDateTime) -> bool {
        let Some(kept) = self.held_in(kept) else { return false };
        kept.due = millis(now + LEASE);
        true
    }

    /// Lets it rest: `at_once` if it was only interrupted.
    pub(crate) fn pause(&self, kept: &mut Option<Forgetting>, at_once: bool, now: OffsetDateTime) {
        let Some(kept) = self.held_in(kept) else { return };
        if at_once {
            kept.due = millis(now);
            return;
        }
        let pause = FIRST_PAUSE * 2i32.saturating_pow(kept.rounds.min(16));
        kept.due = millis(now + pause.min(LONGEST_PAUSE));
        kept.rounds = kept.rounds.saturating_add(1);
    }

    /// Nothing is left; `false` if it was asked for again meanwhile, or another process has it.
    pub(crate) fn end(&self, kept: &mut Option<Forgetting>) -> bool {
        let is_over = self.held_in(kept).is_some_and(|kept| kept.asked == self.asked);
        if is_over {
            *kept = None;
        }
        is_over
    }

    /// Whoever had it is gone for certain.
    pub(crate) fn free(&mut self) {
        self.due = self.due.min(self.asked);
    }

    fn held_in<'a>(&self, kept: &'a mut Option<Forgetting>) -> Option<&'a mut Forgetting> {
        kept.as_mut().filter(|kept| kept.fence == self.fence)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);

    fn asked() -> Option<Forgetting> {
        let mut kept = None;
        Forgetting::new(7, Held::default(), None, NOW).ask(&mut kept);
        kept
    }

    #[test]
    fn one_process_has_it_until_its_lease_ends() {
        let mut kept = asked();
        assert_eq!(Forgetting::claim(&mut kept, NOW), None, "the answer comes first");
        let then = NOW + BEGINS_AFTER;
        let first = Forgetting::claim(&mut kept, then).unwrap();
        assert_eq!(Forgetting::claim(&mut kept, then + LEASE / 2), None);
        assert!(first.hold(&mut kept, then + LEASE / 2));
        assert_eq!(Forgetting::claim(&mut kept, then + LEASE), None);
        let second = Forgetting::claim(&mut kept, then + LEASE * 2).unwrap();
        assert!(!first.hold(&mut kept, then) && !first.end(&mut kept));
        assert!(second.end(&mut kept) && kept.is_none());
    }

    #[test]
    fn asked_for_again_it_goes_on() {
        let mut kept = asked();
        let held = Forgetting::claim(&mut kept, NOW + BEGINS_AFTER).unwrap();
        let later = NOW + Duration::minutes(1);
        Forgetting::new(7, Held::default(), None, later).ask(&mut kept);
        assert!(!held.end(&mut kept), "there may be more");
        assert!(kept.unwrap().first_spared() > JobId::new(later, u128::MAX));
    }

    #[test]
    fn pauses_grow_up_to_the_longest() {
        let mut kept = asked();
        let mut now = NOW + BEGINS_AFTER;
        let mut pauses = Vec::new();
        for _ in 0..20 {
            let held = Forgetting::claim(&mut kept, now).unwrap();
            held.pause(&mut kept, false, now);
            let due = from_millis(kept.as_ref().unwrap().due).unwrap();
            pauses.push((due - now).whole_seconds());
            now = due;
        }
        assert_eq!((&pauses[..4], pauses.last()), (&[2, 4, 8, 16][..], Some(&3_600)));
    }
}
