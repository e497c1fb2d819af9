//! Ids and plain enums that the rest of the domain speaks in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A job's id: a ULID, 26 characters that sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(ulid::Ulid);

impl JobId {
    /// No id is below this one,
    pub(crate) const MIN: JobId = JobId(ulid::Ulid(u128::MIN));
    /// or above this one.
    pub(crate) const MAX: JobId = JobId(ulid::Ulid(u128::MAX));

    /// The id directly below this one,
    pub(crate) fn below(self) -> JobId {
        JobId(ulid::Ulid(self.0.0.saturating_sub(1)))
    }

    /// and the one directly above it.
    pub(crate) fn above(self) -> JobId {
        JobId(ulid::Ulid(self.0.0.saturating_add(1)))
    }

    /// The one that lies as far from [`JobId::MAX`] as this one does from [`JobId::MIN`].
    pub(crate) fn mirrored(self) -> JobId {
        JobId(ulid::Ulid(!self.0.0))
    }

    /// The id of a job admitted at `now`; `random` makes it unique within its millisecond.
    pub fn new(now: OffsetDateTime, random: u128) -> JobId {
        let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
        JobId(ulid::Ulid::from_parts(millis, random))
    }

    /// The moment of its order, in Unix milliseconds.
    pub(crate) fn ordered_at(self) -> i64 {
        i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JobId {
    type Err = ulid::DecodeError;
    fn from_str(text: &str) -> Result<JobId, Self::Err> {
        text.parse().map(JobId)
    }
}

/// A session's id: a ULID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(ulid::Ulid);

impl SessionId {
    /// The id of a session started at `now`; `random` makes it unique within its millisecond.
    pub fn new(now: OffsetDateTime, random: u128) -> SessionId {
        let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
        SessionId(ulid::Ulid::from_parts(millis, random))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SessionId {
    type Err = ulid::DecodeError;
    fn from_str(text: &str) -> Result<SessionId, Self::Err> {
        text.parse().map(SessionId)
    }
}

/// What keeps somebody out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    Channel,
    /// The roles that the member has, or does not have.
    Roles,
}

/// Who set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    BuiltIn,
    /// Whoever runs Easel.
    Deployment,
    Guild,
    /// The server's admins, for one channel.
    Channel,
    Session,
    Member,
    Request,
}

/// The name of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Model,
    Aspect,
    Style,
    Negative,
    Count,
    Seed,
    Strength,
    Prefix,
    Suffix,
    Private,
}

impl Field {
    /// Every setting, in the order in which people are shown them.
    pub const ALL: &[Field] = &[
        Field::Model,
        Field::Aspect,
        Field::Style,
        Field::Negative,
        Field::Count,
        Field::Seed,
        Field::Strength,
        Field::Prefix,
        Field::Suffix,
        Field::Private,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Field::Model => "model",
            Field::Aspect => "aspect",
            Field::Style => "style",
            Field::Negative => "negative",
            Field::Count => "count",
            Field::Seed => "seed",
            Field::Strength => "strength",
            Field::Prefix => "prefix",
            Field::Suffix => "suffix",
            Field::Private => "private",
        }
    }
}

/// An option of image services that is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberName {
    Creativity,
    ControlStrength,
    Fidelity,
    GrowMask,
    Left,
    Right,
    Up,
    Down,
    CompositionFidelity,
    StyleStrength,
    ChangeStrength,
}

impl NumberName {
    pub const ALL: [NumberName; 11] = [
        NumberName::Creativity,
        NumberName::ControlStrength,
        NumberName::Fidelity,
        NumberName::GrowMask,
        NumberName::Left,
        NumberName::Right,
        NumberName::Up,
        NumberName::Down,
        NumberName::CompositionFidelity,
        NumberName::StyleStrength,
        NumberName::ChangeStrength,
    ];

    pub fn name(self) -> &'static str {
        match self {
            NumberName::Creativity => "creativity",
            NumberName::ControlStrength => "control_strength",
            NumberName::Fidelity => "fidelity",
            NumberName::GrowMask => "grow_mask",
            NumberName::Left => "left",
            NumberName::Right => "right",
            NumberName::Up => "up",
            NumberName::Down => "down",
            NumberName::CompositionFidelity => "composition_fidelity",
            NumberName::StyleStrength => "style_strength",
            NumberName::ChangeStrength => "change_strength",
        }
    }

    /// Whether only whole numbers are taken.
    pub fn is_whole(self) -> bool {
        matches!(
            self,
            NumberName::GrowMask | NumberName::Left | NumberName::Right | NumberName::Up | NumberName::Down
        )
    }
}

impl fmt::Display for NumberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
