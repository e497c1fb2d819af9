//! What people, roles and guilds are called. Who has no name here is called by the id, as `user7`.

use std::collections::HashMap;

use serde_json::{Value, json};

#[derive(Default)]
pub(super) struct Directory {
    pub(super) users: HashMap<u64, Person>,
    pub(super) roles: HashMap<u64, Role>,
    pub(super) guilds: HashMap<u64, String>,
}

pub(super) struct Person {
    pub(super) name: String,
    pub(super) roles: Vec<u64>,
}

pub(super) struct Role {
    pub(super) name: String,
    pub(super) color: u32,
}

impl Directory {
    /// The user object of a person.
    pub(super) fn user(&self, id: u64) -> Value {
        let name = self.users.get(&id).map_or_else(|| format!("user{id}"), |person| person.name.clone());
        user_json(id, &name)
    }

    pub(super) fn roles_of(&self, user: u64) -> &[u64] {
        self.users.get(&user).map(|person| person.roles.as_slice()).unwrap_or_default()
    }

    pub(super) fn guild(&self, id: u64) -> &str {
        self.guilds.get(&id).map_or("guild", String::as_str)
    }

    /// The role with the guild's own id is `@everyone`.
    pub(super) fn role(&self, id: u64, guild: Option<u64>) -> Value {
        let everyone = guild == Some(id);
        let named = self.roles.get(&id);
        let name = match named {
            _ if everyone => "@everyone".to_owned(),
            Some(role) => role.name.clone(),
            None => format!("role{id}"),
        };
        let color = named.map_or(0, |role| role.color);
        json!({
            "id": id.to_string(), "name": name, "description": null, "color": color,
            "colors": { "primary_color": color, "secondary_color": null, "tertiary_color": null },
            "hoist": false, "managed": false, "mentionable": false, "icon": null, "unicode_emoji": null,
            "permissions": "0", "position": if everyone { 0 } else { 1 }, "flags": 0,
        })
    }
}

pub(super) fn user_json(id: u64, name: &str) -> Value {
    json!({
        "id": id.to_string(), "username": name, "discriminator": "0", "global_name": name, "avatar": null,
        "public_flags": 0,
    })
}
