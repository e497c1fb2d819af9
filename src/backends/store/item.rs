//! What a store holds, one item at a time, as it goes from one back end to another.

use crate::domain::durations::Durations;
use crate::domain::forgetting::Forgetting;
use crate::domain::job::accounts::{Account, Balance};
use crate::domain::job::{BlockedChange, JobId, JobRecord, Latest};
use crate::domain::policy::{Entry, Policy};
use crate::domain::session::SessionRecord;
use crate::domain::settings::Settings;
use crate::domain::usage::UsageRow;

pub(super) enum StoreItem {
    Job(Box<JobRecord>),
    /// A request that is known until this Unix second.
    Request {
        request: String,
        job: JobId,
        expires: i64,
    },
    Account(Account, Balance),
    Digest {
        sha256: String,
        job: JobId,
        n: u32,
    },
    /// A member's last picture in a channel.
    Latest {
        of: Latest,
        job: JobId,
    },
    /// How long the latest pictures of a model took.
    Durations {
        model: String,
        durations: Durations,
    },
    /// What was held back of a job that was ordered at this moment, in Unix milliseconds.
    Blocked {
        job: JobId,
        at: i64,
        line: BlockedChange,
    },
    /// What was used in a server in a month.
    Usage {
        guild: String,
        month: String,
        row: UsageRow,
    },
    Policy {
        guild: u64,
        policy: Policy,
        /// The number of the last line of its audit trail.
        last: i64,
    },
    AuditLine {
        guild: u64,
        entry: Entry,
    },
    Preferences {
        member: u64,
        settings: Settings,
    },
    Session(Box<SessionRecord>),
    /// A member who is to be forgotten.
    Forgetting(Forgetting),
}
