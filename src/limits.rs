//! How often a member may ask. What a member may spend is checked where the job is admitted.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter as Governor};
use time::OffsetDateTime;

use crate::error::Refusal;

/// Requests at once.
const BURST: NonZeroU32 = NonZeroU32::new(3).unwrap();
/// Afterwards one in this time: six a minute.
const PERIOD: Duration = Duration::from_secs(10);

/// Counts each member's requests in memory. A member who has been quiet long enough is forgotten.
#[derive(Debug)]
pub struct RateLimiter {
    members: Governor<u64, DefaultKeyedStateStore<u64>, DefaultClock>,
    clock: DefaultClock,
}

impl RateLimiter {
    /// A burst of three requests, then six a minute, for each member.
    pub fn new() -> RateLimiter {
        let quota = Quota::with_period(PERIOD).unwrap_or(Quota::per_minute(BURST)).allow_burst(BURST);
        RateLimiter { members: Governor::keyed(quota), clock: DefaultClock::default() }
    }

    /// Takes one request of `member`.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`] with the moment at which the next one is free.
    pub fn take(&self, member: u64, now: OffsetDateTime) -> Result<(), Refusal> {
        self.members.check_key(&member).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            Refusal::RateLimited { free_at: (now + wait).unix_timestamp() + 1 }
        })
    }

    /// Forgets members whose burst is whole again.
    pub fn forget_idle(&self) {
        self.members.retain_recent();
        self.members.shrink_to_fit();
    }

    /// Members that are remembered.
    pub fn remembered(&self) -> usize {
        self.members.len()
    }
}

impl Default for RateLimiter {
    fn default() -> RateLimiter {
        RateLimiter::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_three_then_the_moment_of_the_next() {
        let limiter = RateLimiter::new();
        let now = OffsetDateTime::UNIX_EPOCH;
        for _ in 0..3 {
            assert_eq!(limiter.take(1, now), Ok(()));
        }
        let Err(Refusal::RateLimited { free_at }) = limiter.take(1, now) else { panic!("a fourth at once") };
        assert!((9..=11).contains(&free_at), "{free_at}");
        assert_eq!(limiter.take(2, now), Ok(()), "another member is free");
        assert_eq!(limiter.remembered(), 2);
    }
}
