//! How often messages of a channel are edited to say how far their jobs are.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::{DefaultKeyedRateLimiter, Quota};

use super::rest::Fault;

/// Discord has been seen to allow 30 edits a minute in one channel: half of them are left to finished pictures.
const A_MINUTE: u32 = 15;
const AT_ONCE: u32 = 5;

/// What this process edits, by channel.
pub(crate) struct EditRate {
    channels: DefaultKeyedRateLimiter<u64>,
    /// Until when Discord wants no edit of the response to an interaction.
    resting: Mutex<HashMap<u64, Instant>>,
}

impl Default for EditRate {
    fn default() -> EditRate {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(number(A_MINUTE)).allow_burst(number(AT_ONCE));
        EditRate { channels: DefaultKeyedRateLimiter::keyed(quota), resting: Mutex::default() }
    }
}

impl EditRate {
    /// Whether the response to an interaction in this channel may be edited once more; if so, that counts.
    pub(crate) fn allows(&self, channel: u64, interaction: u64) -> bool {
        self.rest_of(interaction).is_none() && self.channels.check_key(&channel).is_ok()
    }

    /// Remembers how long Discord wants to be left alone, if that is the fault.
    pub(crate) fn heed(&self, interaction: u64, fault: &Fault) {
        if let Fault::Limited { after } = fault {
            self.resting().insert(interaction, now() + *after);
        }
    }

    /// How long Discord still wants no edit.
    pub(crate) fn rest_of(&self, interaction: u64) -> Option<Duration> {
        let until = *self.resting().get(&interaction)?;
        until.checked_duration_since(now()).filter(|left| !left.is_zero())
    }

    /// Forgets channels and responses about which nothing happened for a while.
    pub(crate) fn forget_idle(&self) {
        self.channels.retain_recent();
        self.channels.shrink_to_fit();
        let now = now();
        self.resting().retain(|_, until| *until > now);
    }

    fn resting(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> Instant {
    Instant::now()
}

impl fmt::Debug for EditRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EditRate").finish_non_exhaustive()
    }
}
