//! What was used: by a member, in a server, altogether.

use time::OffsetDateTime;

use crate::domain::job::{Stage, Tally};
use crate::domain::money::Micros;

/// What one member had from one model on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// Such as `2026-11-23`, UTC.
    pub day: String,
    pub member: u64,
    pub model: String,
    /// Pictures delivered.
    pub pictures: u32,
    /// Calls of the model.
    pub attempts: u32,
    /// What they may have cost.
    pub dollars: Micros,
}

impl UsageRow {
    /// Whether nothing is left of it: what was used was given back.
    pub(crate) fn is_empty(&self) -> bool {
        (self.pictures, self.attempts, self.dollars.0) == (0, 0, 0)
    }
}

/// A job of which a guardrail held something back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedRow {
    /// When it was asked for.
    pub at: OffsetDateTime,
    pub member: u64,
    pub channel: u64,
    pub stage: Stage,
    /// Why, in the guardrail's categories: for several pictures each that occurred.
    pub category: String,
}

/// Where a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Pictures under way.
    pub in_flight: u32,
    /// The member's day in this server.
    pub day: Tally,
    /// The member's month in this server.
    pub month: Tally,
    /// The server's month.
    pub guild: Tally,
    /// Everybody's month.
    pub deployment: Tally,
}

/// Sums over the whole ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Jobs that still have something to do.
    pub open: u32,
    /// Calls of a model.
    pub attempted: u32,
    /// What they may cost.
    pub attempted_micros: Micros,
    /// Pictures that people got.
    pub delivered: u32,
    /// Reserved for calls to come.
    pub reserved: Micros,
}
