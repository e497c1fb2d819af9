//! What an option can point at, and how Discord describes it in `data.resolved`.

use serde_json::{Map, Value, json};

use super::channel::{channel_json, joined_at};
use super::interaction_builder::{Entity, InteractionBuilder};
use super::state::ServerState;
use crate::sync::lock;

impl InteractionBuilder {
    pub(super) fn entity(&self, option: &str) -> Option<&Entity> {
        self.entities.iter().find(|(name, _)| name == option).map(|(_, entity)| entity)
    }

    /// `data.resolved`.
    pub(super) fn resolved(&self, state: &ServerState) -> Option<Value> {
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
                    put("users", *id, self.seen_user(state, *id));
                    if self.guild.is_some() {
                        put("members", *id, self.seen_member(state, *id));
                    }
                }
                Entity::Channel(id) => put("channels", *id, self.seen_channel(state, *id)),
                Entity::Role(id) => put("roles", *id, lock(&state.directory).role(*id, self.guild)),
            }
        }
        (!resolved.is_empty()).then_some(Value::Object(resolved))
    }

    fn seen_user(&self, state: &ServerState, id: u64) -> Value {
        if id == state.options.application_id {
            return state.bot_user();
        }
        if id == self.user {
            return self.user();
        }
        lock(&state.directory).user(id)
    }

    /// A member here is partial: without `user`, `deaf` and `mute`.
    fn seen_member(&self, state: &ServerState, id: u64) -> Value {
        let directory = lock(&state.directory);
        let roles = if id == self.user { self.roles.as_slice() } else { directory.roles_of(id) };
        let roles: Vec<String> = roles.iter().map(u64::to_string).collect();
        json!({
            "nick": null, "avatar": null, "roles": roles, "joined_at": joined_at(), "premium_since": null,
            "flags": 0, "pending": false, "communication_disabled_until": null,
            "permissions": self.permissions.to_string(),
        })
    }

    fn seen_channel(&self, state: &ServerState, id: u64) -> Value {
        let channels = lock(&state.channels);
        let mut shown = channels.by_id.get(&id).map_or(Value::Null, |channel| channel_json(id, channel));
        shown["permissions"] = json!(self.permissions.to_string());
        shown
    }
}
