//! What a store holds, one thing at a time, as it goes from one place to another.

use time::OffsetDateTime;

use super::accounts::Account;
use super::{Tally, UsageRow};
use crate::error::Refusal;
use crate::job::{Claim, JobId};
use crate::limits::Terms;
use crate::policy::{Entry, Policy};
use crate::session::Session;
use crate::settings::Settings;

/// One thing.
pub(super) enum Thing {
    Job(Box<Whole>),
    Account(Balance),
    /// What was used in a server in a month.
    Usage {
        guild: String,
        month: String,
        row: UsageRow,
    },
    Policy {
        guild: u64,
        policy: Policy,
        /// The number of the last line of its trail.
        last: i64,
    },
    /// A line of a server's trail.
    Line {
        guild: u64,
        entry: Entry,
    },
    Preferences {
        member: u64,
        settings: Settings,
    },
    Session {
        session: Session,
        /// It was asked for while another one ran, and begins if that one is ended for it.
        waiting: bool,
    },
}

/// Everything about one job. Times are Unix milliseconds, money is micro-dollars.
pub(super) struct Whole {
    pub(super) claim: Claim,
    pub(super) terms: Terms,
    /// It has something to do.
    pub(super) open: bool,
    pub(super) owner: Option<String>,
    pub(super) lease_until: i64,
    pub(super) not_before: i64,
    pub(super) finished_at: Option<i64>,
    pub(super) reserved: i64,
    pub(super) delivered: u32,
    pub(super) refusal: Option<Refusal>,
    /// It was the first to find most of the server's month used.
    pub(super) crossed: bool,
    pub(super) calls: Vec<Call>,
}

/// One call of a model.
pub(super) struct Call {
    pub(super) id: i64,
    /// The picture's number.
    pub(super) n: u32,
    pub(super) micros: i64,
    pub(super) paid: bool,
    pub(super) settled: bool,
    pub(super) at: i64,
}

/// What an account holds.
pub(super) struct Balance {
    pub(super) account: Account,
    pub(super) tally: Tally,
    /// Calls of a model.
    pub(super) calls: i64,
    /// The last order of a day, if it is the account of one.
    pub(super) last_order: Option<OffsetDateTime>,
    /// The job that told that most of the server's month is used.
    pub(super) told_by: Option<JobId>,
}
