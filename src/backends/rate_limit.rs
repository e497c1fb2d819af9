//! Counts requests: in this process's memory, or in the table that several processes share.
//!
//! Those go by their own clocks. Where clocks differ, somebody may be let in earlier by as much, or wait longer by as
//! much: a process whose clock is ahead gives away, once, what the others would have given a little later.

use std::num::NonZeroU32;

use time::OffsetDateTime;

use crate::backends::store::{Dynamo, Store};
use crate::domain::limits::{Asker, InMemory, Rate};
use crate::domain::refusal::Refusal;

/// Counts each member's and each key's requests. Whoever's rate is changed begins anew.
#[derive(Debug)]
pub enum RateLimiter {
    InMemory(InMemory),
    InTable(Dynamo),
}

impl RateLimiter {
    /// Counts for all processes that share this store.
    pub fn beside(store: &Store) -> RateLimiter {
        match store {
            Store::Sqlite(_) => RateLimiter::InMemory(InMemory::default()),
            Store::Dynamo(dynamo) => RateLimiter::InTable(dynamo.clone()),
        }
    }

    /// Takes one request of a member in a server; [`Refusal::RateLimited`] with the moment of the next one if none is
    /// free.
    ///
    /// # Errors
    /// The table failed. The request may have been taken.
    pub async fn take(
        &self,
        guild: Option<u64>,
        member: u64,
        rate: Rate,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<(), Refusal>> {
        self.take_for(Asker::Member(guild, member), rate, now).await
    }

    /// Takes one request of a key of the images API, which may make all requests of a minute at once.
    ///
    /// # Errors
    /// As for a member.
    pub async fn take_for_key(
        &self,
        name: &str,
        per_minute: NonZeroU32,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<(), Refusal>> {
        self.take_for(Asker::Key(name.to_owned()), Rate { burst: per_minute, per_minute }, now).await
    }

    async fn take_for(
        &self,
        asker: Asker,
        rate: Rate,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<(), Refusal>> {
        let taken = match self {
            RateLimiter::InMemory(memory) => memory.take(&asker, rate, now),
            RateLimiter::InTable(dynamo) => dynamo.take_request(&asker, rate, now).await?,
        };
        Ok(taken.map_err(|free: OffsetDateTime| Refusal::RateLimited {
            burst: rate.burst.get(),
            per_minute: rate.per_minute.get(),
            free_at: free.unix_timestamp() + 1,
        }))
    }

    /// Forgets those whose burst is whole again. The table does that by itself.
    pub fn forget_idle(&self, now: OffsetDateTime) {
        match self {
            RateLimiter::InMemory(memory) => memory.forget_idle(now),
            RateLimiter::InTable(_) => {}
        }
    }
}
