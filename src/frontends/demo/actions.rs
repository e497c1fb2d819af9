//! What a person does in the page, as the interaction that Discord's client makes of it.

use easel_emulator::discord::{Attachment, InteractionBuilder, Message, TestInteraction};
use serde_json::Value;

use super::hub::Hub;
use super::protocol::{Action, Filled, Given, Id};
use super::world::Member;

const SUBCOMMAND: u64 = 1;
const GROUP: u64 = 2;
const USER: u64 = 6;
const CHANNEL: u64 = 7;
const ROLE: u64 = 8;
const MENTIONABLE: u64 = 9;
const ATTACHMENT: u64 = 11;

/// Sends what a member does in a channel to the bot.
///
/// # Errors
/// Why it cannot be done, for the person.
pub(super) fn send(
    hub: &Hub,
    member: &Member,
    channel: u64,
    action: &Action,
) -> Result<TestInteraction, String> {
    if !hub.can_see(member, channel) {
        return Err("There is no such channel.".to_owned());
    }
    let commands = hub.commands(member, channel);
    let place = Place { hub, channel, commands, person: member.id };
    let interaction = place.interaction(action)?;
    hub.discord.try_interact(member.does(interaction, hub.server_of(channel).flatten(), channel))
}

/// Where something is done, and with what.
struct Place<'a> {
    hub: &'a Hub,
    channel: u64,
    /// The commands that are listed there.
    commands: Vec<Value>,
    person: u64,
}

impl Place<'_> {
    /// # Errors
    /// What is not there any more, for the person.
    fn interaction(&self, action: &Action) -> Result<InteractionBuilder, String> {
        match action {
            Action::Command { path, options } => {
                self.command(InteractionBuilder::command(path), path, options)
            }
            Action::Autocomplete { path, options, focused } => {
                let typed = options.iter().find(|given| given.name == *focused);
                let typed = typed.map_or_else(String::new, |given| text_of(&given.value));
                let others = options.iter().filter(|given| given.name != *focused);
                self.command(InteractionBuilder::autocomplete(path, focused, &typed), path, others)
            }
            Action::Click { message, custom_id } => {
                Ok(InteractionBuilder::click(&self.message(*message)?, custom_id))
            }
            Action::Choose { message, custom_id, values } => {
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                Ok(InteractionBuilder::choose(&self.message(*message)?, custom_id, &values))
            }
            Action::MessageCommand { name, message } => {
                Ok(InteractionBuilder::on_message(name, &self.message(*message)?))
            }
            Action::Submit { message, custom_id, fields } => self.submit(*message, custom_id, fields),
        }
    }

    fn message(&self, id: Id) -> Result<Message, String> {
        let found = self.hub.discord.message(self.channel, id.0);
        let found = found.filter(|message| message.only_for().is_none_or(|person| person == self.person));
        found.ok_or_else(|| "This message was deleted.".to_owned())
    }

    fn command<'a>(
        &self,
        builder: InteractionBuilder,
        path: &str,
        options: impl IntoIterator<Item = &'a Given>,
    ) -> Result<InteractionBuilder, String> {
        let leaf = self.declared(path).ok_or_else(|| format!("There is no command /{path} here."))?;
        options.into_iter().try_fold(builder, |builder, Given { name, value }| {
            let declared = leaf["options"].as_array().into_iter().flatten();
            let kind = declared.clone().find(|option| option["name"] == **name);
            self.option(builder, name, value, kind.and_then(|option| option["type"].as_u64()))
        })
    }

    fn declared(&self, path: &str) -> Option<&Value> {
        let mut steps = path.split_whitespace();
        let name = steps.next()?;
        let command =
            self.commands.iter().find(|command| command["name"] == *name && command["type"] == 1)?;
        steps.try_fold(command, |node, step| {
            let nests = |option: &&Value| matches!(option["type"].as_u64(), Some(SUBCOMMAND | GROUP));
            node["options"].as_array()?.iter().filter(nests).find(|option| option["name"] == *step)
        })
    }

    fn option(
        &self,
        builder: InteractionBuilder,
        name: &str,
        value: &Value,
        kind: Option<u64>,
    ) -> Result<InteractionBuilder, String> {
        if !matches!(kind, Some(USER..=MENTIONABLE | ATTACHMENT)) {
            return Ok(builder.option(name, value.clone()));
        }
        let id =
            value.as_str().and_then(|id| id.parse().ok()).ok_or_else(|| format!("{name}: choose one."))?;
        Ok(match kind {
            Some(USER) => builder.user_option(name, id),
            Some(CHANNEL) if self.hub.discord.channel_object(id).is_none() => {
                return Err(format!("{name}: there is no such channel."));
            }
            Some(CHANNEL) => builder.channel_option(name, id),
            Some(MENTIONABLE) if Member::find(id).is_some() => builder.user_option(name, id),
            Some(ROLE | MENTIONABLE) => builder.role_option(name, id),
            _ => builder.attachment(name, &self.file(id)?),
        })
    }

    fn file(&self, id: u64) -> Result<Attachment, String> {
        self.hub.file(id).ok_or_else(|| "This file is not there any more; choose it again.".to_owned())
    }

    fn submit(
        &self,
        message: Option<Id>,
        custom_id: &str,
        fields: &[Filled],
    ) -> Result<InteractionBuilder, String> {
        let message = message.map(|id| self.message(id)).transpose()?;
        let values = fields.iter().map(|field| (field.custom_id.clone(), field.values())).collect();
        let builder = InteractionBuilder::submit_values(message.as_ref(), custom_id, values);
        let files =
            fields.iter().flat_map(|field| field.values().into_iter().map(move |value| (field, value)));
        let files = files.filter_map(|(field, value)| Some((field, self.hub.file(value.parse().ok()?)?)));
        Ok(files.fold(builder, |builder, (field, file)| builder.attachment(&field.custom_id, &file)))
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
