//! Why somebody does not get what was asked for: data. [`crate::app::messages`] has the sentences.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::domain::limits::BudgetScope;
use crate::domain::money::Micros;
use crate::domain::vocabulary::Barrier;
use crate::domain::vocabulary::JobId;
use crate::domain::vocabulary::{Field, Source};

mod argument;

pub use argument::{
    Allowed, FileProblem, FlagProblem, Needed, NoThread, OptionName, OrText, PolicyList, TextKind,
};

/// Why somebody does not get what was asked for. Moments are Unix times in seconds; what people typed stands here as
/// they typed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// The prompt is empty once its flags are taken away.
    EmptyPrompt,
    TooLong {
        what: OrText<TextKind>,
        length: usize,
        limit: usize,
    },
    /// A `--flag` at the end of the prompt.
    Flag {
        flag: String,
        problem: OrText<FlagProblem>,
    },
    OutOfRange {
        option: OrText<OptionName>,
        got: String,
        allowed: OrText<Allowed>,
    },
    /// No model of that name; `available` has the names of those that there are.
    UnknownModel {
        asked: String,
        available: OrText<Vec<String>>,
    },
    ModelEnded {
        model: String,
        ended: OrText<Date>,
        instead: String,
    },
    /// One of the image services, which edit pictures and take no prompt alone.
    NotAnImageModel {
        model: String,
        instead: String,
    },
    /// An image service that is not offered here.
    ServiceNotOffered {
        service: String,
    },
    /// A picture that would become larger than Easel handles, in pixels.
    ResultTooLarge {
        width: u32,
        height: u32,
        most: u64,
    },
    /// A message that is not there, or not for this person.
    UnknownMessage,
    NoPictureInMessage,
    /// A picture of ours that is in the archive no more.
    PictureGone,
    /// Pictures that somebody deleted, with all that is known of them.
    Deleted,
    /// Pictures that cannot be deleted while they are generated or archived.
    StillAtWork,
    /// A mask that says that nothing is to be changed.
    EmptyMask,
    /// An order for more pictures with differing words than one may bring.
    TooManyVariants {
        limit: u32,
    },
    /// `--repeat`, where nobody is asked first.
    CannotRepeat,
    /// Two options of which only one can be.
    OnlyOne {
        one: OrText<OptionName>,
        other: OrText<OptionName>,
    },
    /// An option that the chosen model does not have; `able` has the names of the models that do.
    NotSupported {
        model: String,
        option: OrText<OptionName>,
        #[serde(alias = "remedy")]
        able: OrText<Vec<String>>,
    },
    /// `strength` makes sense only with a picture.
    StrengthWithoutImage,
    Attachment {
        problem: OrText<FileProblem>,
        limit_mib: u64,
    },
    RateLimited {
        burst: u32,
        per_minute: u32,
        free_at: i64,
    },
    /// A limit in dollars; no time gives back what has no `free_at`.
    BudgetUsed {
        #[serde(rename = "purse")]
        scope: BudgetScope,
        limit: Micros,
        used: Micros,
        free_at: Option<i64>,
    },
    /// The pictures of the day are used up; those under way count.
    QuotaUsed {
        limit: u32,
        used: u32,
        free_at: i64,
    },
    /// Too many pictures at once.
    InFlight {
        limit: u32,
        used: u32,
    },
    Locked {
        field: Field,
        held: Option<String>,
        by: Source,
    },
    Paused {
        reason: String,
    },
    NoAccess {
        barrier: Barrier,
    },
    NoPrivate {
        barrier: Barrier,
    },
    /// The server's admins allow no model that is alive.
    NoModels,
    /// A blocked word or phrase; the note is the admins'.
    BlockedWord {
        note: Option<String>,
    },
    /// A command without what it needs.
    Missing {
        what: OrText<Needed>,
    },
    /// A command for admins, from somebody who is none.
    NotAdmin,
    ServerOnly {
        command: String,
    },
    PolicyFull {
        what: OrText<PolicyList>,
        limit: usize,
    },
    NothingToChange,
    /// A blocked word to remove that is not on the list.
    NotBlocked {
        phrase: String,
    },
    /// An undo of something that was changed again.
    ChangedSince {
        number: i64,
    },
    /// An undo of what was removed for good.
    GoneForGood {
        number: i64,
    },
    NoEntry {
        number: i64,
    },
    NoSession,
    /// Another session runs in the channel, which this person cannot end.
    SessionRuns {
        title: String,
        by: u64,
    },
    NoThread {
        #[serde(rename = "because")]
        why: NoThread,
    },
    NothingToExport,
    /// An export of a member who has no picture.
    NothingOfYours,
    /// Somebody who does not take part.
    NotInSession {
        title: String,
    },
    NotYourSession {
        by: u64,
    },
    /// The session has no picture yet.
    NoLastPicture,
    /// The member has no picture in the channel that could be edited.
    NoPictureYet,
    /// A picture that Easel has not made, or that is not for this person.
    NotOurs,
    /// Something with a picture that only whoever ordered it may do, and moderators.
    NotYours,
    /// The same button was pressed twice within a second.
    PressedTwice,
    /// A job that is unknown, or not for this person.
    UnknownPicture,
    /// A search for nothing that tells one prompt from another.
    NoSearchWords,
    /// The order could not be written down in time.
    StoreSlow,
    Stopping,
    /// The order was cancelled.
    Cancelled,
    /// It can be cancelled no more.
    NothingToCancel,
    FilteredPrompt,
    FilteredOutput,
    FilteredInput,
    /// A filter of Discord, after the model and the guardrail let the picture pass.
    FilteredByDiscord,
    /// The guardrail blocked the prompt, or the picture that it was to start from.
    GuardedPrompt {
        category: String,
    },
    GuardedPicture {
        category: String,
    },
    /// The guardrail could not be asked.
    ModerationDown,
    ModelBusy,
    /// The model took longer than it may, or failed twice.
    ModelFailed,
    /// The model refused the request as invalid.
    ModelRejected {
        job: JobId,
    },
    /// The prompt is in a language that the model does not take.
    NotEnglish {
        model: String,
    },
    /// The account has no access to the model.
    ModelUnavailable {
        model: String,
    },
    /// Nobody could ask the model: no network, no credentials, or credentials that do not count.
    ModelUnreachable,
    Fault {
        job: JobId,
    },
    /// A command that Easel does not have (any more).
    UnknownCommand {
        command: String,
    },
    /// A button, menu or form that Easel does not have (any more).
    UnknownButton,
}

impl Refusal {
    /// A value that is not among those allowed.
    pub(crate) fn out_of_range(option: OptionName, got: impl std::fmt::Display, allowed: Allowed) -> Refusal {
        Refusal::OutOfRange { option: option.into(), got: got.to_string(), allowed: allowed.into() }
    }

    /// Whether the same order may bring a picture at another time or with another seed.
    pub(crate) fn may_pass_when_retried(&self) -> bool {
        matches!(
            self,
            Refusal::FilteredOutput
                | Refusal::GuardedPicture { .. }
                | Refusal::ModerationDown
                | Refusal::ModelBusy
                | Refusal::ModelFailed
                | Refusal::ModelUnreachable
                | Refusal::Fault { .. }
                | Refusal::Cancelled
        )
    }

    /// Whether it is the picture that was refused: the same seed brings it again.
    pub(crate) fn is_about_the_picture(&self) -> bool {
        matches!(self, Refusal::FilteredOutput | Refusal::GuardedPicture { .. } | Refusal::FilteredByDiscord)
    }

    /// The code, such as `budget_used`: its name in the store and in the images API.
    pub fn why(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["why"].as_str().unwrap_or_default().to_owned()
    }
}

/// The code, for logs. People read what [`crate::app::messages`] makes of a refusal.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests;
