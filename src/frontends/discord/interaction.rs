//! An interaction as Easel sees it, whether it came over the Gateway or over HTTP.

pub use crate::backends::discord_api::attachment::Attachment;
use std::fmt;

use serde_json::Value as Json;
use serenity::all as discord;

use crate::backends::discord_api::pictures::pictures_of;
use crate::domain::session::Actor;

mod json;

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
    /// From serenity's. `None` for a ping, which no Gateway sends.
    pub fn from_serenity(interaction: discord::Interaction) -> Option<Interaction> {
        match interaction {
            discord::Interaction::Command(command) => Some(from_command(command, |command| {
                if let Some(target) = target(command) {
                    return Action::OnMessage { name: command.data.name.clone(), target };
                }
                let (name, options) = path(&command.data);
                Action::Command { name, options: values(options, &command.data) }
            })),
            discord::Interaction::Autocomplete(command) => Some(from_command(command, typing)),
            discord::Interaction::Component(component) => Some(Interaction {
                id: component.id.get(),
                application: component.application_id.get(),
                action: Action::Click {
                    custom_id: component.data.custom_id.clone(),
                    values: chosen(component.data.kind),
                },
                token: component.token,
                guild: component.guild_id.map(Into::into),
                channel: component.channel_id.get(),
                channel_kind: kind(component.channel.as_ref()),
                parent: parent(component.channel.as_ref()),
                member: component.user.id.get(),
                roles: roles(component.guild_id, component.member.as_ref()),
                permissions: permissions(component.member.as_ref()),
                age_restricted: None,
                file_limit: DEFAULT_FILE_LIMIT,
                takes_labels: false,
                locale: Some(component.locale),
                guild_locale: component.guild_locale,
            }),
            discord::Interaction::Modal(modal) => Some(Interaction {
                id: modal.id.get(),
                application: modal.application_id.get(),
                action: Action::Submit {
                    custom_id: modal.data.custom_id.clone(),
                    fields: filled(&modal.data.components),
                },
                token: modal.token,
                guild: modal.guild_id.map(Into::into),
                channel: modal.channel_id.get(),
                channel_kind: kind(modal.channel.as_ref()),
                parent: parent(modal.channel.as_ref()),
                member: modal.user.id.get(),
                roles: roles(modal.guild_id, modal.member.as_ref()),
                permissions: permissions(modal.member.as_ref()),
                age_restricted: None,
                file_limit: DEFAULT_FILE_LIMIT,
                takes_labels: false,
                locale: Some(modal.locale),
                guild_locale: modal.guild_locale,
            }),
            _ => None,
        }
    }

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

    /// The member, as sessions know one.
    pub(crate) fn actor(&self) -> Actor {
        Actor { member: self.member, is_admin: self.is_admin() }
    }
}

fn from_command(
    command: discord::CommandInteraction,
    action: impl Fn(&discord::CommandInteraction) -> Action,
) -> Interaction {
    Interaction {
        id: command.id.get(),
        application: command.application_id.get(),
        action: action(&command),
        token: command.token,
        guild: command.guild_id.map(Into::into),
        channel: command.channel_id.get(),
        channel_kind: kind(command.channel.as_ref()),
        parent: parent(command.channel.as_ref()),
        member: command.user.id.get(),
        roles: roles(command.guild_id, command.member.as_deref()),
        permissions: permissions(command.member.as_deref()),
        age_restricted: None,
        file_limit: u64::from(command.attachment_size_limit),
        takes_labels: false,
        locale: Some(command.locale),
        guild_locale: command.guild_locale,
    }
}

fn roles(guild: Option<discord::GuildId>, member: Option<&discord::Member>) -> Vec<u64> {
    let own = member.into_iter().flat_map(|member| member.roles.iter().map(|role| role.get()));
    own.chain(guild.map(discord::GuildId::get)).collect()
}

fn permissions(member: Option<&discord::Member>) -> u64 {
    member.and_then(|member| member.permissions).map_or(0, |permissions| permissions.bits())
}

fn kind(channel: Option<&discord::PartialChannel>) -> ChannelKind {
    channel.map_or(ChannelKind::Unknown, |channel| ChannelKind::from(u8::from(channel.kind)))
}

/// Only a thread's parent counts: that of a channel is its category.
fn parent(channel: Option<&discord::PartialChannel>) -> Option<u64> {
    let thread = channel.filter(|&channel| kind(Some(channel)) == ChannelKind::Thread)?;
    thread.parent_id.map(discord::ChannelId::get)
}

fn filled(rows: &[discord::ActionRow]) -> Vec<(String, String)> {
    let inputs = rows.iter().flat_map(|row| &row.components).filter_map(|component| match component {
        discord::ActionRowComponent::InputText(input) => Some(input),
        _ => None,
    });
    inputs.map(|input| (input.custom_id.clone(), input.value.clone().unwrap_or_default())).collect()
}

fn chosen(kind: discord::ComponentInteractionDataKind) -> Vec<String> {
    match kind {
        discord::ComponentInteractionDataKind::StringSelect { values } => values,
        _ => Vec::new(),
    }
}

/// The message that a command is about, if it is one of those.
fn target(command: &discord::CommandInteraction) -> Option<Target> {
    let message = command.data.resolved.messages.values().next()?;
    let message = serde_json::to_value(message).ok()?;
    Target::of(&message, command.application_id.get())
}

/// The command with its subcommand, and the innermost options.
fn path(data: &discord::CommandData) -> (String, &[discord::CommandDataOption]) {
    use discord::CommandDataOptionValue::{SubCommand, SubCommandGroup};
    let (mut name, mut options) = (data.name.clone(), data.options.as_slice());
    while let [option] = options
        && let SubCommand(inner) | SubCommandGroup(inner) = &option.value
    {
        name = format!("{name} {}", option.name);
        options = inner;
    }
    (name, options)
}

fn typing(command: &discord::CommandInteraction) -> Action {
    let (name, options) = path(&command.data);
    let focused = options.iter().find_map(|option| match &option.value {
        discord::CommandDataOptionValue::Autocomplete { value, .. } => {
            Some((option.name.clone(), value.clone()))
        }
        _ => None,
    });
    let (option, text) = focused.unwrap_or_default();
    Action::Typing { name, option, text }
}

fn values(options: &[discord::CommandDataOption], data: &discord::CommandData) -> Vec<(String, Value)> {
    use discord::CommandDataOptionValue as Sent;
    let value = |sent: &Sent| match sent {
        Sent::String(text) => Some(Value::Text(text.clone())),
        Sent::Integer(number) => Some(Value::Integer(*number)),
        Sent::Number(number) => Some(Value::Number(*number)),
        Sent::Boolean(yes) => Some(Value::Boolean(*yes)),
        Sent::User(id) => Some(Value::Id(id.get())),
        Sent::Role(id) => Some(Value::Id(id.get())),
        Sent::Channel(id) => Some(Value::Id(id.get())),
        Sent::Attachment(id) => {
            data.resolved.attachments.get(id).map(|file| Value::Attachment(attachment(file)))
        }
        _ => None,
    };
    options.iter().filter_map(|option| Some((option.name.clone(), value(&option.value)?))).collect()
}

fn attachment(file: &discord::Attachment) -> Attachment {
    Attachment {
        url: file.url.clone(),
        filename: file.filename.clone(),
        size: u64::from(file.size),
        content_type: file.content_type.clone(),
        pixels: file.width.zip(file.height),
    }
}
