//! What Discord's client knows and shows: names, commands, files, and all that happens.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Discord;
use crate::discord::cdn;
use crate::discord::channel::channel_json;
use crate::discord::directory::{Person, Role};
use crate::discord::events::Event;
use crate::discord::interaction_builder::InteractionBuilder;
use crate::discord::message::Message;
use crate::sync::lock;

impl Discord {
    /// All that happens from here on.
    pub fn watch(&self) -> UnboundedReceiver<Event> {
        self.state.watchers.add()
    }

    /// What a person is called, and the roles that they have.
    pub fn name_user(&self, user: u64, name: &str, roles: &[u64]) {
        let person = Person { name: name.to_owned(), roles: roles.to_vec() };
        lock(&self.state.directory).users.insert(user, person);
    }

    pub fn name_role(&self, role: u64, name: &str, color: u32) {
        lock(&self.state.directory).roles.insert(role, Role { name: name.to_owned(), color });
    }

    pub fn name_guild(&self, guild: u64, name: &str) {
        lock(&self.state.directory).guilds.insert(guild, name.to_owned());
    }

    /// The bot, as the API's user object.
    pub fn bot_user(&self) -> Value {
        self.state.bot_user()
    }

    /// The API's object of a channel, a thread or a DM.
    pub fn channel_object(&self, channel: u64) -> Option<Value> {
        lock(&self.state.channels).by_id.get(&channel).map(|found| channel_json(channel, found))
    }

    /// The API's object of a message.
    pub fn message_object(&self, message: &Message) -> Value {
        message.json(self.state.options.application_id)
    }

    pub fn message(&self, channel: u64, message: u64) -> Option<Message> {
        self.state.message(channel, message)
    }

    /// The commands that the client lists for a person in a place: those of `somebody`.
    pub fn listed_commands(&self, somebody: &InteractionBuilder) -> Vec<Value> {
        let commands = {
            let registered = lock(&self.state.commands);
            let scopes = [somebody.guild, None].map(|scope| registered.get(&scope).cloned());
            // In a DM both scopes are the same one.
            let scopes = if somebody.guild.is_some() { &scopes[..] } else { &scopes[1..] };
            scopes.iter().flatten().flatten().cloned().collect::<Vec<_>>()
        };
        let is_listed = |command: &Value| somebody.check_visible(&self.state, command).is_ok();
        commands.into_iter().filter(is_listed).collect()
    }

    /// Content type and bytes of a file of the CDN, by the path and the query of its signed address.
    pub fn file(&self, path: &str, query: &HashMap<String, String>) -> Option<(String, Bytes)> {
        cdn::find(&self.state, path, query).map(|file| (file.content_type, file.bytes))
    }
}
