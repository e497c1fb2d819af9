//! A job: one `/imagine`, its pictures, and what may happen to it.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::domain::image_format::ImageFormat;
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::request::ImageRequest;
use crate::domain::vocabulary::SessionId;

pub(crate) mod accounts;
mod admission;
mod cost;
mod difference;
mod gallery;
mod made_from;
mod parts;
mod record;
mod steps;
mod visibility;

pub use crate::domain::vocabulary::JobId;
pub use accounts::Tally;
pub use admission::WARN_PERCENT;
pub(crate) use admission::{NewJob, REQUEST_KEPT, account_of_warning};
pub(crate) use difference::{
    BlockedChange, Difference, DigestChange, Latest, Posting, Taken, UsagePosting, difference,
};
pub(crate) use gallery::{Shelf, ShelfChange};
pub use gallery::{Viewer, Wanted};
pub use made_from::{Input, MadeFrom};
pub use parts::FollowUp;
pub use record::Erased;
pub(crate) use record::{Bounded, JobRecord, WorkQueue, from_millis, millis, overdue_from};
pub use steps::{
    Admission, Attempt, Begun, CallId, Conclusion, Posted, Progress, Settled, Settlement, Stage, Stop, Worker,
};

/// How long Discord accepts an interaction's token.
pub const TOKEN_LIFE: Duration = Duration::minutes(15);

/// A call whose result may have been paid is made at most this often for one picture.
pub const MAX_PAID_CALLS: u32 = 2;

/// Of a job's first claim.
pub(crate) const FIRST_FENCE: i64 = 1;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Paid for in advance and written down; nobody works on it.
    Admitted,
    Generating,
    /// Every picture has its answer, and the bytes are safe.
    Generated,
    /// The person has at least one picture.
    Delivered,
    /// The person knows why there is none.
    Failed,
    /// Taken back: nobody gets a picture.
    Cancelled,
}

impl State {
    /// Whether people can start from what is finished.
    pub(crate) fn shows_pictures(self) -> bool {
        matches!(self, State::Generated | State::Delivered)
    }

    pub fn name(self) -> &'static str {
        match self {
            State::Admitted => "admitted",
            State::Generating => "generating",
            State::Generated => "generated",
            State::Delivered => "delivered",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }

    pub fn from_name(name: &str) -> Option<State> {
        use State::{Admitted, Cancelled, Delivered, Failed, Generated, Generating};
        [Admitted, Generating, Generated, Delivered, Failed, Cancelled].into_iter().find(|s| s.name() == name)
    }

    /// Whether the person's answer is out.
    pub fn is_final(self) -> bool {
        matches!(self, State::Delivered | State::Failed | State::Cancelled)
    }
}

/// Who asked, from where, and how to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "via", rename_all = "snake_case")]
pub enum Origin {
    Discord(DiscordOrigin),
    /// `easel imagine` on the command line.
    Shell,
    Api(ApiOrigin),
}

/// Under which key an order came through the images API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiOrigin {
    pub key: String,
    /// What one picture cost when it was ordered.
    pub each: Micros,
    /// How a repeat of the order is known, if it may be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
}

/// The client's own name for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The `Idempotency-Key`.
    pub id: String,
    /// SHA-256 of the body, lower-case hex: under one name there is one order.
    pub body: String,
}

impl Repeat {
    /// [`Job::dedupe_key`] of an order with the key of this name.
    pub(crate) fn dedupe_key(&self, key: &str) -> String {
        // The name of a key has no colon: no two orders share one of these by chance.
        format!("api:{key}:{}", self.id)
    }
}

/// A slash command's coordinates.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscordOrigin {
    pub interaction: u64,
    /// The application's id, part of every webhook path.
    pub application: u64,
    /// The interaction's token, a secret for fifteen minutes.
    pub token: String,
    /// The server, or `None` in a private conversation.
    pub guild: Option<u64>,
    pub channel: u64,
    pub member: u64,
    /// Only the member may see the pictures.
    pub private: bool,
    /// Bytes that one file may have in the message.
    pub file_limit: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<InSession>,
    /// The language of the member's Discord, such as `en-US`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild_locale: Option<String>,
    /// What was pressed, and with which choice: the same within a second is one order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub press: Option<String>,
}

/// Milliseconds from 1970 to 2015, from which Discord's ids count.
const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;

impl DiscordOrigin {
    /// [`Job::dedupe_key`] of what this interaction orders.
    pub(crate) fn dedupe_key(&self) -> String {
        match &self.press {
            Some(press) => self.press_key(press, self.millis() / 1_000),
            None => format!("discord:{}", self.interaction),
        }
    }

    /// The key of the same press in the second before; `None` for what is no press.
    pub(crate) fn earlier_key(&self) -> Option<String> {
        self.press.as_ref().map(|press| self.press_key(press, self.millis() / 1_000 - 1))
    }

    /// Whether the order of `earlier`, with the same press, was given less than a second before this one.
    pub(crate) fn is_within_a_second_of(&self, earlier: &DiscordOrigin) -> bool {
        self.millis().abs_diff(earlier.millis()) < 1_000
    }

    fn press_key(&self, press: &str, second: u64) -> String {
        format!("press:{}:{press}:{second}", self.member)
    }

    /// The moment of the interaction, in Unix milliseconds: its id says it.
    fn millis(&self) -> u64 {
        (self.interaction >> 22) + DISCORD_EPOCH_MS
    }
}

/// A session, as far as its jobs know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InSession {
    pub id: SessionId,
    /// What it was about when the job was ordered.
    pub title: String,
}

impl Origin {
    /// The name of the key of the images API that it was ordered with.
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Origin::Api(origin) => Some(&origin.key),
            Origin::Discord(_) | Origin::Shell => None,
        }
    }

    fn session(&self) -> Option<SessionId> {
        self.discord()?.session.as_ref().map(|session| session.id)
    }
}

/// Leaves the token out.
impl fmt::Debug for DiscordOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscordOrigin")
            .field("interaction", &self.interaction)
            .field("channel", &self.channel)
            .field("member", &self.member)
            .finish_non_exhaustive()
    }
}

/// What `admit` writes down.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub origin: Origin,
    pub request: ImageRequest,
    pub created: OffsetDateTime,
    /// The job that this one varies, if any.
    pub parent: Option<JobId>,
    /// It is only offered: it is kept as a cancelled job, for a button that orders the same.
    pub is_offer: bool,
}

impl Job {
    /// One row a request: a second delivery of the same interaction must find the first.
    pub fn dedupe_key(&self) -> String {
        match &self.origin {
            Origin::Discord(discord) => discord.dedupe_key(),
            Origin::Shell => format!("shell:{}", self.id),
            Origin::Api(ApiOrigin { key, repeat: Some(repeat), .. }) => repeat.dedupe_key(key),
            Origin::Api(_) => format!("api:{}", self.id),
        }
    }

    pub fn session(&self) -> Option<SessionId> {
        self.origin.session()
    }

    /// The moment from which the interaction's token must not be used.
    pub fn token_dies(&self) -> OffsetDateTime {
        self.created + TOKEN_LIFE
    }
}

/// What a call of a model means for the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bill {
    /// AWS may bill it.
    Due,
    /// It was turned away before any work: it counts as a call and costs nothing.
    Free,
    /// It never left this machine: there was no call.
    NoCall,
}

/// How one picture's asking ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// The bytes are in the spool (or in the archive).
    #[serde(rename = "painted")]
    Generated(GeneratedImage),
    /// There is none.
    Refused { refusal: Refusal },
}

/// A finished picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratedImage {
    /// The seed that made it, as the model reported it.
    pub seed: u32,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
    #[serde(default, skip_serializing_if = "ImageFormat::is_png")]
    pub format: ImageFormat,
    /// The AWS region that was called; `None` without one, and for pictures of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How long the model took, in milliseconds; `None` where nobody has seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<u32>,
    /// What is known of the pictures that it was made from.
    #[serde(default, skip_serializing_if = "MadeFrom::is_empty")]
    pub made_from: MadeFrom,
}

/// One of a job's pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its number, from 0.
    pub n: u32,
    /// The seed to ask for.
    pub seed: u32,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
    /// Calls made for it that may have been paid.
    pub paid_calls: u32,
    pub calls: u32,
    /// What those calls may cost, at the prices at which they were made.
    pub spent: Micros,
    /// Its key in the archive, once it is there.
    pub archived: Option<String>,
}

impl Picture {
    /// Why there is none, if it was refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.outcome {
            Some(Outcome::Refused { refusal }) => Some(refusal),
            _ => None,
        }
    }

    /// The finished picture, if there is one.
    pub fn generated(&self) -> Option<&GeneratedImage> {
        match &self.outcome {
            Some(Outcome::Generated(generated)) => Some(generated),
            _ => None,
        }
    }
}

/// A worker's hold on a job. Every write it makes carries the fence; a later claim makes them void.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub job: Job,
    /// Where it stood when it was claimed.
    pub state: State,
    pub fence: i64,
    pub pictures: Vec<Picture>,
    /// What the whole order costs if each picture takes one call, as it was reserved.
    pub price: Micros,
    /// Percent of the server's month that were used once it was admitted, if there is reason to say so.
    pub budget_used: Option<u32>,
    /// Where its pictures are shown, if everybody there can see them.
    pub posted: Option<Posted>,
    /// The messages behind the first one, as far as they are sent.
    pub follow_ups: Vec<FollowUp>,
    /// It was cancelled, and what is not finished is to end.
    pub stopping: bool,
    /// Other messages that show them.
    pub copies: Vec<Posted>,
    /// Nothing is left but what it cost.
    pub is_erased: bool,
}

impl Claim {
    /// Why the first of the pictures that were refused was.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.pictures.iter().find_map(Picture::refusal)
    }

    /// The AWS region that was called for its pictures.
    pub fn region(&self) -> Option<&str> {
        self.pictures.iter().filter_map(Picture::generated).find_map(|generated| generated.region.as_deref())
    }

    /// The format of the picture `n`; PNG while there is none.
    pub fn format(&self, n: u32) -> ImageFormat {
        let picture = self.pictures.iter().find(|picture| picture.n == n).and_then(Picture::generated);
        picture.map_or(ImageFormat::Png, |generated| generated.format)
    }
}
