//! An interaction as Easel sees it, whichever door it came through.

use std::fmt;

use serenity::all as discord;

/// Bytes that one file may have where Discord does not say.
const DEFAULT_FILE_LIMIT: u64 = 10 * 1024 * 1024;

/// One thing that a person did.
#[derive(Clone, PartialEq)]
pub struct Interaction {
    /// Its id, by which a second delivery is known.
    pub id: u64,
    /// The application that it is for.
    pub application: u64,
    /// The right to answer, for fifteen minutes: a secret.
    pub token: String,
    /// What was done.
    pub action: Action,
    /// The server, or `None` in a private conversation.
    pub guild: Option<u64>,
    /// The channel.
    pub channel: u64,
    /// Who did it.
    pub member: u64,
    /// Bytes that one file may have in the answer.
    pub file_limit: u64,
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

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A slash command was sent.
    Command {
        /// Its name.
        name: String,
        /// Its options by name.
        options: Vec<(String, Value)>,
    },
    /// A person is typing an option that offers choices.
    Typing {
        /// The option's name.
        option: String,
        /// What stands there so far.
        text: String,
    },
    /// Something that this version does not offer.
    Unknown,
}

/// An option's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A file.
    Attachment(Attachment),
}

/// A file that a person attached, as Discord describes it. Nothing of it is checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Where it can be fetched for a while.
    pub url: String,
    /// Its name.
    pub filename: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its content type, if Discord knows it.
    pub content_type: Option<String>,
    /// Width and height in pixels, if Discord could read them.
    pub pixels: Option<(u32, u32)>,
}

impl Interaction {
    /// From serenity's. `None` for a ping, which no Gateway sends.
    pub fn from_serenity(interaction: discord::Interaction) -> Option<Interaction> {
        match interaction {
            discord::Interaction::Command(command) => Some(from_command(command, |command| {
                Action::Command { name: command.data.name.clone(), options: options(&command.data) }
            })),
            discord::Interaction::Autocomplete(command) => Some(from_command(command, typing)),
            discord::Interaction::Component(component) => Some(Interaction {
                id: component.id.get(),
                application: component.application_id.get(),
                token: component.token,
                action: Action::Unknown,
                guild: component.guild_id.map(Into::into),
                channel: component.channel_id.get(),
                member: component.user.id.get(),
                file_limit: DEFAULT_FILE_LIMIT,
            }),
            discord::Interaction::Modal(modal) => Some(Interaction {
                id: modal.id.get(),
                application: modal.application_id.get(),
                token: modal.token,
                action: Action::Unknown,
                guild: modal.guild_id.map(Into::into),
                channel: modal.channel_id.get(),
                member: modal.user.id.get(),
                file_limit: DEFAULT_FILE_LIMIT,
            }),
            _ => None,
        }
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
        member: command.user.id.get(),
        file_limit: u64::from(command.attachment_size_limit),
    }
}

fn typing(command: &discord::CommandInteraction) -> Action {
    let focused = command.data.options.iter().find_map(|option| match &option.value {
        discord::CommandDataOptionValue::Autocomplete { value, .. } => {
            Some((option.name.clone(), value.clone()))
        }
        _ => None,
    });
    let (option, text) = focused.unwrap_or_default();
    Action::Typing { option, text }
}

fn options(data: &discord::CommandData) -> Vec<(String, Value)> {
    use discord::CommandDataOptionValue as Sent;
    let value = |sent: &Sent| match sent {
        Sent::String(text) => Some(Value::Text(text.clone())),
        Sent::Integer(number) => Some(Value::Integer(*number)),
        Sent::Number(number) => Some(Value::Number(*number)),
        Sent::Boolean(yes) => Some(Value::Boolean(*yes)),
        Sent::Attachment(id) => {
            data.resolved.attachments.get(id).map(|file| Value::Attachment(attachment(file)))
        }
        _ => None,
    };
    data.options.iter().filter_map(|option| Some((option.name.clone(), value(&option.value)?))).collect()
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
