//! How often a member may ask, and what a job must fit under. The first is counted here, in memory; the rest is
//! checked where the job is admitted, in the same write.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter as Governor};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::error::Refusal;
use crate::money::Micros;

/// Requests at once, and afterwards in a minute, where nobody says otherwise.
const DEFAULT_RATE: Rate =
    Rate { burst: NonZeroU32::new(3).unwrap(), per_minute: NonZeroU32::new(6).unwrap() };
/// The highest limit that an admin can set.
pub const LIMIT_LIMIT: u32 = 10_000;

/// Limits of each member; `None` leaves the deployment's, or none at all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Requests at once.
    pub burst: Option<NonZeroU32>,
    /// Requests a minute after the burst.
    pub per_minute: Option<NonZeroU32>,
    /// Pictures that are ordered and not there yet.
    pub in_flight: Option<u32>,
    /// Pictures a day (UTC), by what was delivered.
    pub daily: Option<u32>,
}

impl Limits {
    /// These limits, and those of `other` where these say nothing.
    #[must_use]
    pub fn or(&self, other: &Limits) -> Limits {
        Limits {
            burst: self.burst.or(other.burst),
            per_minute: self.per_minute.or(other.per_minute),
            in_flight: self.in_flight.or(other.in_flight),
            daily: self.daily.or(other.daily),
        }
    }

    /// The higher limit of both, where either says something.
    #[must_use]
    pub fn most_generous(&self, other: &Limits) -> Limits {
        Limits {
            burst: self.burst.max(other.burst),
            per_minute: self.per_minute.max(other.per_minute),
            in_flight: self.in_flight.max(other.in_flight),
            daily: self.daily.max(other.daily),
        }
    }

    /// How often a member may ask.
    pub fn rate(&self) -> Rate {
        Rate {
            burst: self.burst.unwrap_or(DEFAULT_RATE.burst),
            per_minute: self.per_minute.unwrap_or(DEFAULT_RATE.per_minute),
        }
    }
}

/// What a job must fit under, decided when it is admitted and kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Pictures of this member in this server that are ordered and not there yet, these included.
    pub in_flight: Option<u32>,
    /// Pictures of this member in this server today, ordered or delivered, these included.
    pub daily: Option<u32>,
    /// Ceilings in dollars.
    pub ceilings: Vec<Ceiling>,
}

/// A ceiling for what is spent and reserved together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceiling {
    /// Whose money.
    pub purse: Purse,
    /// The ceiling.
    pub limit: Micros,
}

/// Whose money, over what time. Days and months are UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purse {
    /// Everything that this Easel spends in a month.
    Deployment,
    /// What the server spends in a month.
    Guild,
    /// What the member spends in the server in a day.
    MemberDay,
    /// What the member spends in the server in a month.
    MemberMonth,
    /// What a session spends altogether.
    Session,
    /// What a key of the images API spends in a month.
    Key,
}

/// How often somebody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Requests at once.
    pub burst: NonZeroU32,
    /// Afterwards.
    pub per_minute: NonZeroU32,
}

/// Whoever has requests counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Asker {
    /// In a server, or in private conversations.
    Member(Option<u64>, u64),
    /// A key of the images API, by its name.
    Key(String),
}

type Askers = Governor<Asker, DefaultKeyedStateStore<Asker>, DefaultClock>;

/// Counts each member's and each key's requests in memory. Whoever has been quiet long enough is forgotten.
#[derive(Debug, Default)]
pub struct RateLimiter {
    by_rate: Mutex<HashMap<Rate, Arc<Askers>>>,
    clock: DefaultClock,
}

impl RateLimiter {
    /// Nobody has asked for anything.
    pub fn new() -> RateLimiter {
        RateLimiter::default()
    }

    /// Takes one request of a member in a server.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`] with the moment at which the next one is free.
    pub fn take(
        &self,
        guild: Option<u64>,
        member: u64,
        rate: Rate,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        self.take_for(&Asker::Member(guild, member), rate, now)
    }

    /// Takes one request of a key of the images API, which may make all requests of a minute at once.
    ///
    /// # Errors
    /// As for a member.
    pub fn take_for_key(
        &self,
        name: &str,
        per_minute: NonZeroU32,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        self.take_for(&Asker::Key(name.to_owned()), Rate { burst: per_minute, per_minute }, now)
    }

    fn take_for(&self, asker: &Asker, rate: Rate, now: OffsetDateTime) -> Result<(), Refusal> {
        self.askers(rate).check_key(asker).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            Refusal::RateLimited {
                burst: rate.burst.get(),
                per_minute: rate.per_minute.get(),
                free_at: (now + wait).unix_timestamp() + 1,
            }
        })
    }

    /// Forgets those whose burst is whole again, and rates that nobody uses.
    pub fn forget_idle(&self) {
        self.by_rate.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, askers| {
            askers.retain_recent();
            askers.shrink_to_fit();
            !askers.is_empty()
        });
    }

    /// Members and keys that are remembered.
    pub fn remembered(&self) -> usize {
        let by_rate = self.by_rate.lock().unwrap_or_else(PoisonError::into_inner);
        by_rate.values().map(|askers| askers.len()).sum()
    }

    fn askers(&self, rate: Rate) -> Arc<Askers> {
        let mut by_rate = self.by_rate.lock().unwrap_or_else(PoisonError::into_inner);
        let quota = || {
            let period = Duration::from_secs(60) / rate.per_minute.get();
            Quota::with_period(period).unwrap_or(Quota::per_minute(rate.per_minute)).allow_burst(rate.burst)
        };
        by_rate.entry(rate).or_insert_with(|| Arc::new(Governor::keyed(quota()))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_three_then_the_moment_of_the_next() {
        let limiter = RateLimiter::new();
        let now = OffsetDateTime::UNIX_EPOCH;
        let take = |member, limits: &Limits| limiter.take(Some(3), member, limits.rate(), now);
        let usual = Limits::default();
        for _ in 0..3 {
            assert_eq!(take(1, &usual), Ok(()));
        }
        let Err(Refusal::RateLimited { free_at, .. }) = take(1, &usual) else { panic!("a fourth at once") };
        assert!((9..=11).contains(&free_at), "{free_at}");
        assert_eq!(take(2, &usual), Ok(()), "another member is free");
        let strict =
            Limits { burst: NonZeroU32::new(1), per_minute: NonZeroU32::new(1), ..Limits::default() };
        assert_eq!(take(3, &strict), Ok(()));
        let Err(Refusal::RateLimited { free_at, .. }) = take(3, &strict) else { panic!("a second at once") };
        assert!((59..=61).contains(&free_at), "{free_at}");
        assert_eq!(limiter.remembered(), 3);
    }
}
