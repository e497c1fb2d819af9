//! What refusals tell of, as small vocabularies.

use serde::{Deserialize, Serialize};

use crate::domain::vocabulary::{Field, NumberName};

/// A value, or the words that an earlier version stored in its place: those are shown as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OrText<T> {
    Value(T),
    Text(String),
}

impl<T> From<T> for OrText<T> {
    fn from(value: T) -> OrText<T> {
        OrText::Value(value)
    }
}

/// A text that has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    Prompt,
    NegativePrompt,
    Phrase,
    Setting(Field),
    /// What is to be looked for in a picture.
    Target,
    /// The prompts of one order together.
    Variants,
}

/// What is wrong with a flag of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagProblem {
    Unknown,
    /// Unknown, and close to this one.
    Misspelt(String),
    NoValue,
    NotANumber,
    Twice,
}

/// Why there can be no thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoThread {
    /// The channel is a thread.
    IsThread,
    /// Channels of this kind have none.
    Channel,
    /// A private conversation has none.
    Conversation,
    Permissions,
    /// Discord lets a server have no more of them at once.
    TooMany,
}

/// An option of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionName {
    Area,
    Aspect,
    Budget,
    Cfg,
    Count,
    Field,
    File,
    From,
    Image,
    Mask,
    MemberDay,
    MemberMonth,
    Members,
    Month,
    Negative,
    Number(NumberName),
    Phrase,
    Picture,
    Private,
    Prompt,
    QuietHours,
    Repeat,
    /// What is to be found in a picture.
    Search,
    Seed,
    /// What in a picture gets other colours.
    Select,
    Steps,
    Strength,
    Style,
    StyleImage,
    Zoom,
}

impl OptionName {
    pub fn name(self) -> &'static str {
        match self {
            OptionName::Area => "area",
            OptionName::Aspect => "aspect",
            OptionName::Budget => "budget",
            OptionName::Cfg => "cfg",
            OptionName::Count => "count",
            OptionName::Field => "field",
            OptionName::File => "file",
            OptionName::From => "from",
            OptionName::Image => "image",
            OptionName::Mask => "mask",
            OptionName::MemberDay => "member_day",
            OptionName::MemberMonth => "member_month",
            OptionName::Members => "members",
            OptionName::Month => "month",
            OptionName::Negative => "negative",
            OptionName::Number(name) => name.name(),
            OptionName::Phrase => "phrase",
            OptionName::Picture => "picture",
            OptionName::Private => "private",
            OptionName::Prompt => "prompt",
            OptionName::QuietHours => "quiet_hours",
            OptionName::Repeat => "repeat",
            OptionName::Search => "search",
            OptionName::Seed => "seed",
            OptionName::Select => "select",
            OptionName::Steps => "steps",
            OptionName::Strength => "strength",
            OptionName::Style => "style",
            OptionName::StyleImage => "style_image",
            OptionName::Zoom => "zoom",
        }
    }
}

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    /// A whole number in this range.
    Whole {
        least: u32,
        most: u32,
    },
    /// A number from 0 to this one.
    UpTo(u32),
    /// A number in this range, in tenths.
    Tenths {
        least: u32,
        most: u32,
    },
    /// Four percentages of a picture.
    Area,
    /// How far to go from a picture, 0 to 1.
    Strength,
    /// Where seeds come from.
    SeedPolicy,
    Aspects,
    Styles,
    Settings,
    YesOrNo,
    /// An amount, or none.
    Dollars,
    /// Where a blocked phrase may have a `*`.
    Stars,
    Mentions {
        most: usize,
    },
}

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    Setting,
    Change,
    Limit,
    BudgetLimit,
    Model,
    RoleOrChannel,
    /// A word with letters or digits.
    Word,
    /// Words for an image service.
    Words(OptionName),
    /// A picture to edit.
    Picture,
    StyleImage,
    /// What in a picture is to be changed.
    Mask,
    /// Pixels to add around a picture.
    Growth,
}

/// A list of a policy that has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyList {
    Words,
    ChannelDefaults,
    RoleLimits,
    RulePlaces,
}

/// What is wrong with an attached file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileProblem {
    Type(String),
    /// It does not lie on Discord's servers.
    Elsewhere,
    NotAPicture,
    /// It moves.
    Animated,
    Gone,
    TooLarge,
    Empty,
    TooManyPixels {
        width: u32,
        height: u32,
        most: u64,
    },
    TooFewPixels {
        width: u32,
        height: u32,
        least: u32,
    },
}
