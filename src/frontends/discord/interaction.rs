//! An interaction as Easel sees it, whether it came over the Gateway or over HTTP.

pub use crate::backends::discord_api::attachment::Attachment;
use std::fmt;

use serde_json::Value as Json;

use crate::backends::discord_api::pictures::pictures_of;
use crate::domain::job::Viewer;
use crate::domain::session::Actor;

mod json;
mod serenity;

pub use json::{Incoming, read};

/// Bytes that one file may have where Discord does not say.
const DEFAULT_FILE_LIMIT: u64 = 10 * 1024 * 1024;

#[derive(Clone, PartialEq)]
pub struct Interaction {
    /// Its id, by which a second delivery is known.
    pub id: u64,
    pub application: u64,
    /// The right to answer, for fifteen minutes: a secret.
    pub token: String,
    pub action: Action,
    /// The server, or `None` in a private conversation.
    pub guild: Option<u64>,
    pub channel: u64,
    pub channel_kind: ChannelKind,
    /// The channel above it, if it is a thread.
    pub parent: Option<u64>,
    pub member: u64,
    /// The member's roles, with that of everybody, whose id is the server's.
    pub roles: Vec<u64>,
    /// The member's permissions in the channel; none outside of servers.
    pub permissions: u64,
    /// Whether the channel is for adults only, where Discord says so.
    pub age_restricted: Option<bool>,
    /// Bytes that one file may have in the message.
    pub file_limit: u64,
    /// The address of the picture that the message with the button, menu or form shows in an embed.
    pub shown: Option<String>,
    /// Whether a form with labels comes back whole: serenity loses what is in them.
    pub takes_labels: bool,
    /// The language of the member's Discord, such as `en-US`.
    pub locale: Option<String>,
    /// The language that the server prefers.
    pub guild_locale: Option<String>,
}

/// Leaves the token out.
impl fmt::Debug for Interaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interaction")
            .field("id", &self.id)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Command {
        /// Its name; a subcommand's follows behind a space, as in `easel limits set`.
        name: String,
        options: Vec<(String, Value)>,
    },
    Typing {
        /// The command, as above.
        name: String,
        option: String,
        text: String,
    },
    /// A command of the **Apps** menu of a message.
    OnMessage { name: String, target: Target },
    /// A button was pressed, or something chosen from a menu.
    Click { custom_id: String, values: Vec<String> },
    /// A form was sent: what stands in each field.
    Submit { custom_id: String, fields: Vec<(String, String)> },
    /// Something that this version does not offer.
    Unknown,
}

/// The message that a command of the **Apps** menu is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub message: u64,
    /// Easel wrote it.
    pub is_ours: bool,
    /// The pictures that it shows.
    pub pictures: Vec<Attachment>,
}

impl Target {
    /// From a message as Discord tells it.
    fn of(message: &Json, application: u64) -> Option<Target> {
        let id = |value: &Json| value.as_str()?.parse::<u64>().ok();
        let wrote = |value: &Json| id(value) == Some(application);
        let is_ours = wrote(&message["application_id"]) || wrote(&message["author"]["id"]);
        Some(Target { message: id(&message["id"])?, is_ours, pictures: pictures_of(message) })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    /// A whole number.
    Integer(i64),
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A member, a role or a channel.
    Id(u64),
    Attachment(Attachment),
}

/// What a channel is, as far as that decides what Easel can do in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    Text,
    Announcement,
    /// A voice or stage channel, which people write in too.
    Voice,
    /// Also a post of a forum or media channel.
    Thread,
    /// Between a few people, or with the bot.
    Conversation,
    /// Discord did not say, or it is of a kind that Easel does not know.
    Unknown,
}

impl From<u8> for ChannelKind {
    /// From [Discord's number](https://docs.discord.com/developers/resources/channel#channel-object-channel-types).
    fn from(number: u8) -> ChannelKind {
        match number {
            0 => ChannelKind::Text,
            1 | 3 => ChannelKind::Conversation,
            2 | 13 => ChannelKind::Voice,
            5 => ChannelKind::Announcement,
            10..=12 => ChannelKind::Thread,
            _ => ChannelKind::Unknown,
        }
    }
}

/// The permission to manage a server.
const MANAGE_GUILD: u64 = 1 << 5;
const ADMINISTRATOR: u64 = 1 << 3;
/// The permission to read what was written before.
const READ_MESSAGE_HISTORY: u64 = 1 << 16;
/// The permission to delete what others wrote.
const MANAGE_MESSAGES: u64 = 1 << 13;

impl Interaction {
    /// The channel and, for a thread, the one above it.
    pub fn places(&self) -> Vec<u64> {
        std::iter::once(self.channel).chain(self.parent).collect()
    }

    /// Whether the member may manage the server. Discord hides commands from others, but admins can show them to anybody.
    pub fn is_admin(&self) -> bool {
        self.guild.is_some() && self.permissions & (MANAGE_GUILD | ADMINISTRATOR) != 0
    }

    /// What was pressed or chosen, if anything was.
    pub(crate) fn press(&self) -> Option<String> {
        match &self.action {
            Action::Click { custom_id, values } => Some(format!("{custom_id}:{}", values.join(","))),
            _ => None,
        }
    }

    /// Whether the member can read the channel's earlier messages.
    pub(crate) fn reads_history(&self) -> bool {
        self.guild.is_none() || self.permissions & (READ_MESSAGE_HISTORY | ADMINISTRATOR) != 0
    }

    /// Whether the member may delete what others wrote.
    pub(crate) fn moderates(&self) -> bool {
        self.guild.is_some() && self.permissions & (MANAGE_MESSAGES | ADMINISTRATOR) != 0
    }

    /// Who looks at pictures, and where.
    pub(crate) fn viewer(&self) -> Viewer {
        Viewer {
            guild: self.guild,
            channel: self.channel,
            reads_history: self.reads_history(),
            member: self.member,
        }
    }

    /// The member, as sessions know one.
    pub(crate) fn actor(&self) -> Actor {
        Actor { member: self.member, is_admin: self.is_admin() }
    }
}
