//! What an option can point at, and how Discord describes it in `data.resolved`.

use serde_json::{Map, Value, json};

use super::ask::Ask;
use super::channels::{channel_json, joined_at};
use super::message::Attachment;
use super::world::{World, lock};

/// What the value of an option stands for, when it is an id.
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

impl Ask {
    pub(super) fn entity(&self, option: &str) -> Option<&Entity> {
        self.entities.iter().find(|(name, _)| name == option).map(|(_, entity)| entity)
    }

    /// `data.resolved`, if anything is to be resolved.
    pub(super) fn resolved(&self, world: &World) -> Option<Value> {
        let mut resolved = Map::new();
        let mut put = |group: &str, id: u64, shown: Value| {
            resolved.entry(group).or_insert_with(|| json!({}))[id.to_string()] = shown;
        };
        for (_, entity) in &self.entities {
            match entity {
                Entity::Attachment(file) => {
                    let mut shown = file.json();
                    shown["ephemeral"] = json!(true);
                    put("attachments", file.id, shown);
                }
                Entity::User(id) => {
                    put("users", *id, self.seen_user(world, *id));
                    if self.guild.is_some() {
                        put("members", *id, self.seen_member(*id));
                    }
                }
                Entity::Channel(id) => put("channels", *id, self.seen_channel(world, *id)),
                Entity::Role(id) => put("roles", *id, self.seen_role(*id)),
            }
        }
        (!resolved.is_empty()).then_some(Value::Object(resolved))
    }

    fn seen_user(&self, world: &World, id: u64) -> Value {
        if id == world.options.application_id {
            return world.bot_user();
        }
        if id == self.user {
            return self.user();
        }
        let name = format!("user{id}");
        json!({
            "id": id.to_string(), "username": name, "discriminator": "0", "global_name": name, "avatar": null,
            "public_flags": 0,
        })
    }

    /// A member here is partial: without `user`, `deaf` and `mute`.
    fn seen_member(&self, id: u64) -> Value {
        let own = id == self.user;
        let roles: Vec<String> =
            if own { self.roles.iter().map(u64::to_string).collect() } else { Vec::new() };
        json!({
            "nick": null, "avatar": null, "roles": roles, "joined_at": joined_at(), "premium_since": null,
            "flags": 0, "pending": false, "communication_disabled_until": null,
            "permissions": self.permissions.to_string(),
        })
    }

    fn seen_channel(&self, world: &World, id: u64) -> Value {
        let channels = lock(&world.channels);
        let mut shown = channels.by_id.get(&id).map_or(Value::Null, |channel| channel_json(id, channel));
        shown["permissions"] = json!(self.permissions.to_string());
        shown
    }

    /// The role with the guild's own id is `@everyone`.
    fn seen_role(&self, id: u64) -> Value {
        let everyone = self.guild == Some(id);
        let name = if everyone { "@everyone".to_owned() } else { format!("role{id}") };
        json!({
            "id": id.to_string(), "name": name, "description": null, "color": 0,
            "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
            "hoist": false, "managed": false, "mentionable": false, "icon": null, "unicode_emoji": null,
            "permissions": "0", "position": if everyone { 0 } else { 1 }, "flags": 0,
        })
    }
}
