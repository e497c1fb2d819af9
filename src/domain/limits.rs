//! How often a member may ask, and what a job must fit under. The first is counted by a
//! [`RateLimiter`](crate::backends::rate_limit::RateLimiter); the rest is checked where the job is admitted, in the same write.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::domain::money::Micros;

mod rate;

pub use rate::{InMemory, Rate};

pub(crate) use rate::Asker;

/// Requests at once, and afterwards in a minute, where nobody says otherwise.
pub(crate) const DEFAULT_RATE: Rate =
    Rate { burst: NonZeroU32::new(3).unwrap(), per_minute: NonZeroU32::new(6).unwrap() };
/// Pictures that one order with variants may bring.
pub const VARIANTS_LIMIT: u32 = 16;
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
    /// Pictures that one order with variants may bring.
    pub variants: Option<u32>,
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
            variants: self.variants.or(other.variants),
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
            variants: self.variants.max(other.variants),
        }
    }

    /// Pictures that one order with variants may bring.
    pub fn variants(&self) -> u32 {
        self.variants.unwrap_or(VARIANTS_LIMIT).min(VARIANTS_LIMIT)
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
pub struct AdmissionLimits {
    /// Pictures of this member in this server that are ordered and not there yet, these included.
    pub in_flight: Option<u32>,
    /// Pictures of this member in this server today, ordered or delivered, these included.
    pub daily: Option<u32>,
    #[serde(rename = "ceilings")]
    pub budgets: Vec<BudgetLimit>,
}

/// A budget limit for what is spent and reserved together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLimit {
    #[serde(rename = "purse")]
    pub scope: BudgetScope,
    pub limit: Micros,
}

/// Whose money, over what time. Days and months are UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetScope {
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
