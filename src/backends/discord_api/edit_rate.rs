//! How often messages of a channel are edited to say how far their jobs are.

use std::fmt;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota};

/// Discord has been seen to allow 30 edits a minute in one channel: half of them are left to finished pictures.
const A_MINUTE: u32 = 15;
const AT_ONCE: u32 = 5;

/// What this process edits, by channel.
pub(crate) struct EditRate(DefaultKeyedRateLimiter<u64>);

impl Default for EditRate {
    fn default() -> EditRate {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        EditRate(DefaultKeyedRateLimiter::keyed(
            Quota::per_minute(number(A_MINUTE)).allow_burst(number(AT_ONCE)),
        ))
    }
}

impl EditRate {
    /// Whether a message of the channel may be edited once more; if so, that counts.
    pub(crate) fn allows(&self, channel: u64) -> bool {
        self.0.check_key(&channel).is_ok()
    }

    /// Forgets channels in which nothing happened for a while.
    pub(crate) fn forget_idle(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}

impl fmt::Debug for EditRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EditRate").finish_non_exhaustive()
    }
}
