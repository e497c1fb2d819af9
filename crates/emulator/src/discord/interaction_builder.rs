//! Builds an interaction: a command, an autocomplete, a click, a modal.

use serde_json::{Map, Value, json};

use super::message::{Attachment, Message};

/// What members may do unless a test says otherwise: `VIEW_CHANNEL`, `SEND_MESSAGES`, `EMBED_LINKS`, `ATTACH_FILES`, `READ_MESSAGE_HISTORY`, `USE_APPLICATION_COMMANDS`,
/// `CREATE_PUBLIC_THREADS`, `SEND_MESSAGES_IN_THREADS`.
pub const USUAL_PERMISSIONS: u64 =
    0x400 | 0x800 | 0x4000 | 0x8000 | 0x1_0000 | 0x8000_0000 | 0x8_0000_0000 | 0x40_0000_0000;

#[derive(Clone, Debug)]
pub(super) enum Action {
    Command,
    Autocomplete { focused: String },
    Component { message: Message, custom_id: String, values: Vec<String> },
    OnMessage { message: Message },
    Modal { message: Option<Message>, custom_id: String, fields: Vec<(String, Vec<String>)> },
    Raw { kind: u8, data: Value },
}

/// What an option points at whose value is an id.
#[derive(Clone, Debug)]
pub(super) enum Entity {
    Attachment(Attachment),
    User(u64),
    Channel(u64),
    Role(u64),
}

impl Entity {
    /// The option type that takes it; MENTIONABLE takes some of them too.
    pub(super) fn kind(&self) -> u64 {
        match self {
            Self::User(_) => 6,
            Self::Channel(_) => 7,
            Self::Role(_) => 8,
            Self::Attachment(_) => 11,
        }
    }

    pub(super) fn id(&self) -> u64 {
        match self {
            Self::Attachment(file) => file.id,
            Self::User(id) | Self::Channel(id) | Self::Role(id) => *id,
        }
    }
}

/// One interaction to be sent. The person is user 7 in channel 5 of guild 3 unless it says otherwise.
#[derive(Clone, Debug)]
pub struct InteractionBuilder {
    pub(super) action: Action,
    pub(super) command: String,
    pub(super) options: Vec<(String, Value)>,
    /// What the options with an id stand for, by the option's name.
    pub(super) entities: Vec<(String, Entity)>,
    pub(super) user: u64,
    pub(super) user_name: String,
    pub(super) roles: Vec<u64>,
    pub(super) guild: Option<u64>,
    pub(super) channel: u64,
    pub(super) nsfw: bool,
    pub(super) locale: String,
    pub(super) guild_locale: String,
    pub(super) permissions: u64,
    pub(super) app_permissions: u64,
    pub(super) attachment_size_limit: u64,
    pub(super) user_install: bool,
    pub(super) stale: bool,
    pub(super) override_permissions: bool,
    pub(super) fields: Map<String, Value>,
}

impl InteractionBuilder {
    fn new(action: Action, command: &str) -> Self {
        Self {
            action,
            command: command.to_owned(),
            options: Vec::new(),
            entities: Vec::new(),
            user: 7,
            user_name: "mira".to_owned(),
            roles: Vec::new(),
            guild: Some(3),
            channel: 5,
            nsfw: false,
            locale: "en-US".to_owned(),
            guild_locale: "en-US".to_owned(),
            permissions: USUAL_PERMISSIONS,
            app_permissions: USUAL_PERMISSIONS,
            attachment_size_limit: 10 * 1024 * 1024,
            user_install: false,
            stale: false,
            override_permissions: false,
            fields: Map::new(),
        }
    }

    /// A slash command; `"settings show"` is a subcommand, `"settings role add"` one in a group.
    pub fn command(path: &str) -> Self {
        Self::new(Action::Command, path)
    }

    /// Typing into an option of a slash command.
    pub fn autocomplete(path: &str, option: &str, typed: &str) -> Self {
        Self::new(Action::Autocomplete { focused: option.to_owned() }, path).option(option, typed)
    }

    pub fn click(message: &Message, custom_id: &str) -> Self {
        Self::choose(message, custom_id, &[])
    }

    /// A command of the **Apps** menu of a message.
    pub fn on_message(name: &str, message: &Message) -> Self {
        let action = Action::OnMessage { message: message.clone() };
        Self::new(action, name).in_channel(message.channel)
    }

    /// A choice in a select menu of a message.
    pub fn choose(message: &Message, custom_id: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let action = Action::Component { message: message.clone(), custom_id: custom_id.to_owned(), values };
        Self::new(action, "").in_channel(message.channel)
    }

    /// A filled modal, as (`custom_id`, text or value); what is not named stays as it was. `message` is the one whose button
    /// opened it.
    pub fn submit(message: Option<&Message>, custom_id: &str, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().map(|(id, text)| ((*id).to_owned(), vec![(*text).to_owned()])).collect();
        Self::submit_values(message, custom_id, fields)
    }

    /// As [`InteractionBuilder::submit`], with any number of values in a field. Files are [`InteractionBuilder::attachment`]s
    /// of the field's name too.
    pub fn submit_values(
        message: Option<&Message>,
        custom_id: &str,
        fields: Vec<(String, Vec<String>)>,
    ) -> Self {
        let action = Action::Modal { message: message.cloned(), custom_id: custom_id.to_owned(), fields };
        let builder = Self::new(action, "");
        message.map_or(builder.clone(), |message| builder.in_channel(message.channel))
    }

    /// Any interaction type with any `data`.
    pub fn raw(kind: u8, data: Value) -> Self {
        Self::new(Action::Raw { kind, data }, "")
    }

    /// An option as Discord sends it: a string, a number, a bool.
    #[must_use]
    pub fn option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.options.push((name.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn attachment(self, name: &str, attachment: &Attachment) -> Self {
        self.pointing(name, Entity::Attachment(attachment.clone()))
    }

    /// A USER option, or a MENTIONABLE one.
    #[must_use]
    pub fn user_option(self, name: &str, user: u64) -> Self {
        self.pointing(name, Entity::User(user))
    }

    /// A CHANNEL option; a channel that is not known yet is a text channel of the guild.
    #[must_use]
    pub fn channel_option(self, name: &str, channel: u64) -> Self {
        self.pointing(name, Entity::Channel(channel))
    }

    /// A ROLE option, or a MENTIONABLE one; the guild's own id is `@everyone`.
    #[must_use]
    pub fn role_option(self, name: &str, role: u64) -> Self {
        self.pointing(name, Entity::Role(role))
    }

    fn pointing(mut self, name: &str, entity: Entity) -> Self {
        self.options.push((name.to_owned(), json!(entity.id().to_string())));
        self.entities.push((name.to_owned(), entity));
        self
    }

    #[must_use]
    pub fn by(self, user: u64) -> Self {
        Self { user, ..self }
    }

    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { user_name: name.to_owned(), ..self }
    }

    #[must_use]
    pub fn with_roles(self, roles: &[u64]) -> Self {
        Self { roles: roles.to_vec(), ..self }
    }

    #[must_use]
    pub fn in_guild(self, guild: u64) -> Self {
        Self { guild: Some(guild), ..self }
    }

    #[must_use]
    pub fn in_channel(self, channel: u64) -> Self {
        Self { channel, ..self }
    }

    /// In this DM with the bot.
    #[must_use]
    pub fn in_dm(self, channel: u64) -> Self {
        Self { guild: None, channel, ..self }
    }

    #[must_use]
    pub fn nsfw(self) -> Self {
        Self { nsfw: true, ..self }
    }

    /// The language of the client.
    #[must_use]
    pub fn locale(self, locale: &str) -> Self {
        Self { locale: locale.to_owned(), ..self }
    }

    /// With these permissions of the person in the channel.
    #[must_use]
    pub fn permissions(self, permissions: u64) -> Self {
        Self { permissions, ..self }
    }

    /// With these permissions of the bot in the channel.
    #[must_use]
    pub fn app_permissions(self, app_permissions: u64) -> Self {
        Self { app_permissions, ..self }
    }

    #[must_use]
    pub fn attachment_size_limit(self, bytes: u64) -> Self {
        Self { attachment_size_limit: bytes, ..self }
    }

    /// The user installed the app, the guild did not: the bot cannot use the channel by itself.
    #[must_use]
    pub fn user_install(self) -> Self {
        Self { user_install: true, ..self }
    }

    /// From a client that still shows what is no longer declared: options, buttons and forms are sent unchecked.
    #[must_use]
    pub fn stale(self) -> Self {
        Self { stale: true, ..self }
    }

    /// An admin has opened the command, in the server's settings, to people without its
    /// `default_member_permissions`.
    #[must_use]
    pub fn override_permissions(self) -> Self {
        Self { override_permissions: true, ..self }
    }

    /// Sets or replaces a top-level field of the interaction.
    #[must_use]
    pub fn field(mut self, name: &str, value: Value) -> Self {
        self.fields.insert(name.to_owned(), value);
        self
    }

    pub(super) fn kind(&self) -> u8 {
        match &self.action {
            Action::Command | Action::OnMessage { .. } => 2,
            Action::Component { .. } => 3,
            Action::Autocomplete { .. } => 4,
            Action::Modal { .. } => 5,
            Action::Raw { kind, .. } => *kind,
        }
    }

    pub(super) fn clicked(&self) -> Option<u64> {
        match &self.action {
            Action::Component { message, .. } => Some(message.id),
            Action::Modal { message, .. } => message.as_ref().map(|message| message.id),
            _ => None,
        }
    }
}
