//! How often somebody may ask: so many requests at once, then one whenever its share of a minute has passed.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter as Governor};
use time::OffsetDateTime;

/// How often somebody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Requests at once.
    pub burst: NonZeroU32,
    pub per_minute: NonZeroU32,
}

impl Rate {
    /// From one request to the next once the burst is used up, in whole microseconds.
    pub fn period(self) -> Duration {
        let micros = 60_000_000 / u64::from(self.per_minute.get());
        Duration::from_micros(micros.max(1))
    }
}

/// Whoever has requests counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    /// In a server, or in private conversations.
    Member(Option<u64>, u64),
    Key(String),
}

type Askers = Governor<Asker, DefaultKeyedStateStore<Asker>, GivenTime, NoOpMiddleware<Duration>>;

/// The requests of this process.
#[derive(Debug, Default)]
pub struct InMemory {
    by_rate: Mutex<HashMap<Rate, Arc<Askers>>>,
    clock: GivenTime,
}

impl InMemory {
    pub(crate) fn take(&self, asker: &Asker, rate: Rate, now: OffsetDateTime) -> Result<(), OffsetDateTime> {
        self.clock.set(now);
        let checked = self.askers(rate).check_key(asker);
        checked.map_err(|not_until| OffsetDateTime::UNIX_EPOCH + not_until.earliest_possible())
    }

    /// Forgets those whose burst is whole again, and rates that nobody uses.
    pub(crate) fn forget_idle(&self, now: OffsetDateTime) {
        self.clock.set(now);
        self.by_rate.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, askers| {
            askers.retain_recent();
            askers.shrink_to_fit();
            !askers.is_empty()
        });
    }

    fn askers(&self, rate: Rate) -> Arc<Askers> {
        let mut by_rate = self.by_rate.lock().unwrap_or_else(PoisonError::into_inner);
        let quota = Quota::with_period(rate.period()).unwrap_or(Quota::per_minute(rate.per_minute));
        let askers = || {
            Governor::new(
                quota.allow_burst(rate.burst),
                DefaultKeyedStateStore::default(),
                self.clock.clone(),
            )
        };
        by_rate.entry(rate).or_insert_with(|| Arc::new(askers())).clone()
    }
}

/// The time since 1970 that the last caller passed.
#[derive(Debug, Clone, Default)]
struct GivenTime(Arc<AtomicU64>);

impl GivenTime {
    fn set(&self, now: OffsetDateTime) {
        let nanos = u64::try_from(now.unix_timestamp_nanos()).unwrap_or_default();
        self.0.store(nanos, Ordering::Relaxed);
    }
}

impl Clock for GivenTime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn whoever_was_quiet_is_forgotten() {
        let (memory, now) = (InMemory::default(), datetime!(2026-11-23 12:00 UTC));
        let rate = |per_minute| Rate { burst: NonZeroU32::MIN, per_minute };
        let slow = rate(NonZeroU32::MIN);
        let remembered = || memory.by_rate.lock().unwrap().values().map(|askers| askers.len()).sum::<usize>();
        memory.take(&Asker::Member(Some(3), 1), slow, now).unwrap();
        memory.take(&Asker::Member(None, 1), slow, now).unwrap();
        memory.take(&Asker::Key("website".to_owned()), rate(NonZeroU32::new(60).unwrap()), now).unwrap();
        assert_eq!(remembered(), 3);
        memory.forget_idle(now + Duration::from_secs(3));
        assert_eq!((remembered(), memory.by_rate.lock().unwrap().len()), (2, 1));
        memory.forget_idle(now + Duration::from_secs(121));
        assert_eq!((remembered(), memory.by_rate.lock().unwrap().len()), (0, 0));
    }

    #[test]
    fn no_rate_is_without_end() {
        for (per_minute, micros) in [(1, 60_000_000), (7, 8_571_428), (u32::MAX, 1)] {
            let rate = Rate { burst: NonZeroU32::MIN, per_minute: NonZeroU32::new(per_minute).unwrap() };
            assert_eq!(rate.period(), Duration::from_micros(micros));
        }
    }
}
