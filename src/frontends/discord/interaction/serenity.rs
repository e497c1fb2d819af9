//! An interaction from serenity's.

use serenity::all as discord;

use super::{Action, Attachment, ChannelKind, DEFAULT_FILE_LIMIT, Interaction, Target, Value};

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
                shown: shown(Some(&component.message)),
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
                shown: shown(modal.message.as_deref()),
                takes_labels: false,
                locale: Some(modal.locale),
                guild_locale: modal.guild_locale,
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
        channel_kind: kind(command.channel.as_ref()),
        parent: parent(command.channel.as_ref()),
        member: command.user.id.get(),
        roles: roles(command.guild_id, command.member.as_deref()),
        permissions: permissions(command.member.as_deref()),
        age_restricted: None,
        file_limit: u64::from(command.attachment_size_limit),
        shown: None,
        takes_labels: false,
        locale: Some(command.locale),
        guild_locale: command.guild_locale,
    }
}

/// The picture of a message's first embed.
fn shown(message: Option<&discord::Message>) -> Option<String> {
    message?.embeds.first()?.image.as_ref().map(|image| image.url.clone())
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
