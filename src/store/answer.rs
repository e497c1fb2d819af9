//! What a store is told, and what it says.

use time::OffsetDateTime;

use crate::error::Refusal;
use crate::image_format::ImageFormat;
use crate::job::{Bill, Job, JobId, Outcome, State};
use crate::money::Micros;
use crate::policy::Policy;
use crate::session::Session;
use crate::settings::Settings;

/// From this share of a server's month on, people are told how much of it is used.
pub const WARN_PERCENT: u32 = 80;

/// What `admit` said.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// The job is written down and its price reserved.
    Admitted {
        /// This order is the first to find the server's month at [`WARN_PERCENT`] or more: percent used, with it.
        crossed: Option<u32>,
    },
    /// This request was admitted before, as that job.
    Duplicate(JobId),
    /// A limit forbids it; nothing was written.
    Refused(Refusal),
}

/// What `attempt` said about one more call of a model.
#[derive(Debug, Clone, PartialEq)]
pub enum Attempt {
    /// It is in the ledger under this number; make it.
    Go(CallId),
    /// Another worker has the job.
    Stale,
    /// As many calls as may be paid for one picture were made.
    Exhausted,
    /// The ceiling does not allow another.
    Refused(Refusal),
}

/// A line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallId(pub(super) i64);

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// The picture's number.
    pub n: u32,
    /// The ledger's line, if a call was made.
    pub call: Option<CallId>,
    /// What the call means for the bill.
    pub bill: Bill,
    /// What it means for the picture; `None` leaves it open for another call.
    pub outcome: Option<Outcome>,
}

/// Parts of a job's end, written together. Empty parts stay as they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// The person has the answer: the final state, how many pictures it holds, and the reason if it holds none.
    pub concluded: Option<Conclusion>,
    /// Pictures that lie in the archive: number and key.
    pub archived: Vec<(u32, String)>,
    /// Give the job back; what is left of it is not touched before this many milliseconds from now.
    pub release_for: Option<i64>,
}

/// What the person got.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// `delivered` or `failed`.
    pub state: State,
    /// Pictures in the answer.
    pub delivered: u32,
    /// Why there are none, or fewer than asked for.
    pub refusal: Option<Refusal>,
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

/// What an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Reserved for calls to come.
    pub reserved: Micros,
    /// What calls may have cost.
    pub spent: Micros,
    /// Pictures under way.
    pub ordered: u32,
    /// Pictures delivered.
    pub delivered: u32,
}

/// Everything that a request has to respect, as it stood when it was looked up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// The server's rules.
    pub policy: Policy,
    /// The session that runs in the channel.
    pub session: Option<Session>,
    /// What the member prefers.
    pub preferences: Settings,
    /// The channel and, for a thread, the one above it.
    pub places: Vec<u64>,
}

/// What became of a session that somebody wants to start.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// It runs.
    Begun,
    /// Another one runs in the channel; this one waits for a day, to be begun in its place.
    Waits(Box<Session>),
}

/// What became of a session that waits and that somebody wants to begin in another one's place.
#[derive(Debug, Clone, PartialEq)]
pub enum Replacement {
    /// It runs.
    Begun(Box<Replaced>),
    /// Another session runs than the one that somebody was asked about; nothing was changed.
    AnotherRuns(Box<Session>),
    /// None of that id waits.
    NoneWaits,
}

/// A session that began in another one's place.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// The one that runs.
    pub begun: Session,
    /// The one that ended for it, unless it had ended before.
    pub ended: Option<Session>,
}

/// The picture that `from:last` starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct LastPicture {
    /// Its job.
    pub job: Job,
    /// Its number.
    pub n: u32,
    pub format: ImageFormat,
}

/// What one member had from one model on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// Such as `2026-11-23`, UTC.
    pub day: String,
    /// Who.
    pub member: u64,
    /// The model's name.
    pub model: String,
    /// Pictures delivered.
    pub pictures: u32,
    /// Calls of the model.
    pub attempts: u32,
    /// What they may have cost.
    pub dollars: Micros,
}

/// What a guardrail held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A prompt, before any model was asked.
    Prompt,
    /// A finished picture.
    Picture,
}

impl Stage {
    /// What was held back, if that is the reason that there is no picture.
    pub(super) fn of(outcome: &Outcome) -> Option<Stage> {
        match outcome {
            Outcome::Refused { refusal: Refusal::GuardedPrompt { .. } } => Some(Stage::Prompt),
            Outcome::Refused { refusal: Refusal::GuardedPicture { .. } } => Some(Stage::Picture),
            _ => None,
        }
    }

    /// The one of this name.
    pub(super) fn from_name(name: &str) -> Option<Stage> {
        [Stage::Prompt, Stage::Picture].into_iter().find(|stage| stage.name() == name)
    }

    /// The name in the store and for people.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Prompt => "prompt",
            Stage::Picture => "picture",
        }
    }
}

/// A job of which a guardrail held something back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedRow {
    /// When it was asked for.
    pub at: OffsetDateTime,
    /// By whom.
    pub member: u64,
    /// Where.
    pub channel: u64,
    /// What was held back.
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
