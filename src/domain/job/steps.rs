//! What a step of a job is told, and what it answers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Bill, Claim, FollowUp, JobId, Outcome, State};
use crate::domain::refusal::Refusal;

/// What `admit` answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    Admitted {
        /// This order is the first to find the server's month at [`super::WARN_PERCENT`] or more: percent used, with it.
        warning: Option<u32>,
        /// For the worker that was there for it.
        begun: Option<Box<Begun>>,
    },
    /// This request was admitted before, as that job.
    Duplicate(JobId),
    /// A limit forbids it; nothing was written.
    Refused(Refusal),
}

/// A worker that is there for a job in the moment of its admission.
#[derive(Debug, Clone, PartialEq)]
pub struct Worker {
    pub owner: String,
    pub lease: Duration,
}

/// A job that was admitted, claimed, and has a call for each picture in the ledger, all in one write.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// As it was before the calls were written down.
    pub claim: Claim,
    /// For each picture a call that is to be made, or settled as [`Bill::NoCall`].
    pub calls: Vec<(u32, CallId)>,
}

/// What `attempt` answers about one more call of a model.
#[derive(Debug, Clone, PartialEq)]
pub enum Attempt {
    /// It is in the ledger under this number; make it.
    Go(CallId),
    /// Another worker has the job.
    Stale,
    /// As many calls as may be paid for one picture were made.
    Exhausted,
    /// The job was cancelled.
    Stopped,
    /// A budget does not allow another.
    Refused(Refusal),
}

/// A line of the ledger: the number of a call within its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub(super) i64);

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    pub n: u32,
    /// The ledger's line, if a call was made.
    pub call: Option<CallId>,
    pub bill: Bill,
    /// What it means for the picture; `None` leaves it open for another call.
    pub outcome: Option<Outcome>,
}

/// What came of a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Stored,
    /// It is stored, and the job is cancelled: the outcome is [`Refusal::Cancelled`], whatever it was.
    Stopped,
    /// Another worker has the job; nothing was written.
    Stale,
}

impl Settled {
    pub fn is_stored(self) -> bool {
        self != Settled::Stale
    }
}

/// What becomes of a job that somebody cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It has ended; nothing more is asked of a model or posted.
    Ended,
    /// A worker ends it, and tells what it has cost.
    Asked,
    /// Every picture is finished already, or the job has ended.
    TooLate,
}

/// Parts of a job's end, written together. Empty parts stay as they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// The person has the pictures, or the reason.
    pub concluded: Option<Conclusion>,
    /// Pictures that lie in the archive: number and key.
    pub archived: Vec<(u32, String)>,
    /// A message behind the first one that is out.
    pub follow_up: Option<FollowUp>,
    /// Give the job back; what is left of it is not touched before this many milliseconds from now.
    pub release_for: Option<i64>,
}

/// What the person got.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// `delivered` or `failed`.
    pub state: State,
    pub delivered: u32,
    /// Why there are none, or fewer than asked for.
    pub refusal: Option<Refusal>,
    /// Where the pictures are shown, if everybody there can see them.
    pub posted: Option<Posted>,
}

/// A message of Discord.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    pub channel: u64,
    pub message: u64,
}

/// What a guardrail held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A prompt, before any model was asked.
    Prompt,
    Picture,
}

impl Stage {
    pub(crate) fn from_name(name: &str) -> Option<Stage> {
        [Stage::Prompt, Stage::Picture].into_iter().find(|stage| stage.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Stage::Prompt => "prompt",
            Stage::Picture => "picture",
        }
    }
}
