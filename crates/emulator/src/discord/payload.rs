//! The `INTERACTION_CREATE` that an [`InteractionBuilder`] becomes.

use serde_json::{Value, json};

use super::channel::{Channel, channel_json, joined_at};
use super::directory::user_json;
use super::interaction_builder::{Action, Entity, InteractionBuilder};
use super::message::{Message, walk};
use super::option_schema::submitted;
use super::state::ServerState;
use crate::sync::lock;

const STRING: u64 = 3;

impl InteractionBuilder {
    /// Makes the channels known: the one it happens in and those it points at.
    pub(super) fn add_channels(&self, state: &ServerState) {
        let mut channels = lock(&state.channels);
        let channel = channels.by_id.entry(self.channel).or_default();
        channel.guild = self.guild;
        channel.bot_inside |= !self.user_install || self.guild.is_none();
        let restricted = channel.thread.as_ref().map_or(self.channel, |thread| thread.parent);
        if self.guild.is_none() {
            channel.recipient = Some(self.user);
            channels.dms.insert(self.user, self.channel);
        }
        if self.nsfw {
            channels.by_id.entry(restricted).or_default().nsfw = true;
        }
        for (_, entity) in &self.entities {
            if let Entity::Channel(id) = entity {
                let text =
                    || Channel { guild: self.guild, bot_inside: !self.user_install, ..Channel::default() };
                channels.by_id.entry(*id).or_insert_with(text);
            }
        }
    }

    /// `interaction_metadata` of the messages that answer it.
    pub(super) fn metadata(&self, id: u64) -> Value {
        let mut metadata = json!({
            "id": id.to_string(),
            "type": self.kind(),
            "user": self.user(),
            "authorizing_integration_owners": self.owners(),
        });
        if let (3, Some(clicked)) = (self.kind(), self.clicked()) {
            metadata["interacted_message_id"] = json!(clicked.to_string());
        }
        if self.kind() == 5 {
            let mut trigger = metadata.clone();
            trigger["type"] = json!(2);
            metadata["triggering_interaction_metadata"] = trigger;
        }
        metadata
    }

    pub(super) fn user(&self) -> Value {
        user_json(self.user, &self.user_name)
    }

    fn owners(&self) -> Value {
        match (self.user_install, self.guild) {
            (true, _) => json!({ "1": self.user.to_string() }),
            (false, guild) => json!({ "0": guild.unwrap_or_default().to_string() }),
        }
    }

    /// `d` of `INTERACTION_CREATE`.
    pub(super) fn payload(&self, state: &ServerState, id: u64, token: &str) -> Value {
        let (channel, denied) = {
            let channels = lock(&state.channels);
            let mut shown = channels
                .by_id
                .get(&self.channel)
                .map_or(Value::Null, |found| channel_json(self.channel, found));
            shown["permissions"] = json!(self.permissions.to_string());
            (shown, channels.denied(self.channel))
        };
        let mut event = json!({
            "id": id.to_string(),
            "application_id": state.options.application_id.to_string(),
            "type": self.kind(),
            "data": self.data(state),
            "channel_id": self.channel.to_string(),
            "channel": channel,
            "token": token,
            "version": 1,
            "app_permissions": (self.app_permissions & !denied).to_string(),
            "locale": self.locale,
            "entitlements": [],
            "authorizing_integration_owners": self.owners(),
            "context": if self.guild.is_some() { 0 } else { 1 },
            "attachment_size_limit": self.attachment_size_limit,
        });
        match self.guild {
            Some(guild) => {
                event["guild_id"] = json!(guild.to_string());
                event["guild_locale"] = json!(self.guild_locale);
                event["guild"] =
                    json!({ "id": guild.to_string(), "locale": self.guild_locale, "features": [] });
                event["member"] = self.member();
            }
            None => event["user"] = self.user(),
        }
        if let Action::Component { message, .. } | Action::Modal { message: Some(message), .. } = &self.action
        {
            event["message"] = message.json(state.options.application_id);
        }
        for (name, value) in &self.fields {
            event[name.as_str()] = value.clone();
        }
        event
    }

    fn member(&self) -> Value {
        let roles: Vec<String> = self.roles.iter().map(u64::to_string).collect();
        json!({
            "user": self.user(), "nick": null, "avatar": null, "roles": roles, "joined_at": joined_at(),
            "premium_since": null, "deaf": false, "mute": false, "flags": 0, "pending": false,
            "permissions": self.permissions.to_string(), "communication_disabled_until": null,
        })
    }

    fn data(&self, state: &ServerState) -> Value {
        match &self.action {
            Action::Raw { data, .. } => data.clone(),
            Action::Component { message, custom_id, values } => {
                let mut kind = 2;
                walk(&message.components, &mut |component| {
                    if component.get("custom_id").and_then(Value::as_str) == Some(custom_id) {
                        kind = component.get("type").and_then(Value::as_u64).unwrap_or(kind);
                    }
                });
                json!({ "custom_id": custom_id, "component_type": kind, "id": 1, "values": values })
            }
            Action::Modal { custom_id, fields, .. } => {
                let mut data =
                    json!({ "custom_id": custom_id, "components": submitted(state, custom_id, fields) });
                if let Some(resolved) = self.resolved(state) {
                    data["resolved"] = resolved;
                }
                data
            }
            Action::OnMessage { message } => self.on_message_data(state, message),
            Action::Command | Action::Autocomplete { .. } => self.command_data(state),
        }
    }

    fn on_message_data(&self, state: &ServerState, message: &Message) -> Value {
        let registered = self.registered_as(state, &self.command, 3);
        let id = registered.map_or_else(|| json!("9"), |command| command["id"].clone());
        let target = message.id.to_string();
        let mut messages = json!({});
        messages[&target] = message.json(state.options.application_id);
        json!({ "id": id, "name": self.command, "type": 3, "target_id": target, "resolved": { "messages": messages } })
    }

    fn command_data(&self, state: &ServerState) -> Value {
        let mut steps = self.command.split_whitespace();
        let name = steps.next().unwrap_or_default();
        let registered = self.registered(state, name);
        let mut known = registered.as_ref();
        let below: Vec<&str> = steps.collect();
        for step in &below {
            known = known.and_then(|node| named(node, step));
        }
        let mut options: Vec<Value> =
            self.options.iter().map(|(name, value)| self.option_json(known, name, value)).collect();
        for (at, step) in below.iter().enumerate().rev() {
            let kind = if at + 1 == below.len() { 1 } else { 2 };
            options = vec![json!({ "name": step, "type": kind, "options": options })];
        }
        let id = registered.as_ref().map_or_else(|| json!("9"), |command| command["id"].clone());
        let mut data = json!({ "id": id, "name": name, "type": 1, "options": options });
        if let Some(guild) = registered.and_then(|command| command.get("guild_id").cloned()) {
            data["guild_id"] = guild;
        }
        if let Some(resolved) = self.resolved(state) {
            data["resolved"] = resolved;
        }
        data
    }

    pub(super) fn registered(&self, state: &ServerState, name: &str) -> Option<Value> {
        self.registered_as(state, name, 1)
    }

    /// A command of this kind: 1 for a slash command, 3 for one on messages.
    pub(super) fn registered_as(&self, state: &ServerState, name: &str, kind: u64) -> Option<Value> {
        let commands = lock(&state.commands);
        let scopes = [self.guild, None].into_iter().filter_map(|scope| commands.get(&scope));
        scopes.flatten().find(|command| command["name"] == name && command["type"] == kind).cloned()
    }

    fn option_json(&self, known: Option<&Value>, name: &str, value: &Value) -> Value {
        let declared = known.and_then(|node| named(node, name)).and_then(|option| option["type"].as_u64());
        let shape = match (self.entity(name), value) {
            (Some(entity), _) => entity.kind(),
            (None, Value::Bool(_)) => 5,
            (None, Value::Number(number)) if number.is_f64() => 10,
            (None, Value::Number(_)) => 4,
            _ => STRING,
        };
        let mut entry = json!({ "name": name, "type": declared.unwrap_or(shape), "value": value });
        if matches!(&self.action, Action::Autocomplete { focused } if focused == name) {
            entry["focused"] = json!(true);
        }
        entry
    }
}

fn named<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    node["options"].as_array()?.iter().find(|option| option["name"] == name)
}
