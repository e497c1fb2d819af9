//! Channels, threads, private conversations and commands, for a test to set up and to read.

use serde_json::Value;

use super::Discord;
use crate::discord::channel::{Channel, Thread};
use crate::discord::channels::private_channel;
use crate::discord::commands;
use crate::discord::events::Event;
use crate::discord::message::Message;
use crate::sync::lock;

impl Discord {
    /// Creates a channel before anything happens in it.
    pub fn add_channel(&self, channel: u64, guild: u64, nsfw: bool) {
        let mut channels = lock(&self.state.channels);
        let channel = channels.by_id.entry(channel).or_default();
        (channel.guild, channel.nsfw, channel.bot_inside) = (Some(guild), nsfw, true);
    }

    /// Makes a channel one of Discord's other types, such as 2 (voice), 5 (announcements) or 15 (forum).
    pub fn set_channel_kind(&self, channel: u64, kind: u64) {
        lock(&self.state.channels).by_id.entry(channel).or_default().guild_kind = kind;
    }

    /// Creates a thread by user 7 below a channel that exists: a post, if that is a forum.
    pub fn add_thread(&self, thread: u64, parent: u64) {
        let mut channels = lock(&self.state.channels);
        let above =
            channels.by_id.get(&parent).map(|parent| (parent.guild, parent.bot_inside, parent.kind()));
        let (guild, bot_inside, kind) = above.unwrap_or_default();
        let thread_of = Thread::of(parent, kind, 7);
        let made = Channel { guild, bot_inside, thread: Some(thread_of), ..Channel::default() };
        channels.by_id.insert(thread, made);
        self.state.watchers.tell(|| Event::Channel(thread));
    }

    /// The threads below a channel, oldest first.
    pub fn threads(&self, parent: u64) -> Vec<u64> {
        let channels = lock(&self.state.channels);
        let below = |channel: &Channel| channel.thread.as_ref().is_some_and(|thread| thread.parent == parent);
        let mut threads: Vec<u64> =
            channels.by_id.iter().filter(|(_, channel)| below(channel)).map(|(id, _)| *id).collect();
        threads.sort_unstable();
        threads
    }

    pub fn set_nsfw(&self, channel: u64, nsfw: bool) {
        lock(&self.state.channels).by_id.entry(channel).or_default().nsfw = nsfw;
    }

    /// Keeps the bot out of a channel: 50013 (missing permissions) or 50001 (missing access).
    pub fn forbid_channel(&self, channel: u64, code: u32) {
        lock(&self.state.channels).by_id.entry(channel).or_default().forbidden = Some(code);
    }

    /// Takes these permissions from the bot in a channel and its threads; `app_permissions` of what happens there
    /// says so too. Missing ones answer 50013.
    pub fn deny(&self, channel: u64, permissions: u64) {
        lock(&self.state.channels).by_id.entry(channel).or_default().denied |= permissions;
    }

    /// Hides a channel from everybody but the bot and those who have this role.
    pub fn show_only_to(&self, channel: u64, role: u64) {
        lock(&self.state.channels).by_id.entry(channel).or_default().only_for = Some(role);
    }

    /// Blocks messages to a user: sending one answers 50007.
    pub fn close_dms(&self, user: u64) {
        lock(&self.state.channels).closed.push(user);
    }

    /// The DM channel of a user, opened if there is none.
    pub fn open_dm(&self, user: u64) -> u64 {
        private_channel(&self.state, &mut lock(&self.state.channels), user)
    }

    /// What a channel is called.
    pub fn name_channel(&self, channel: u64, name: &str) {
        lock(&self.state.channels).by_id.entry(channel).or_default().name = Some(name.to_owned());
    }

    /// The DM channel of a user, once there is one.
    pub fn dm_channel(&self, user: u64) -> Option<u64> {
        lock(&self.state.channels).dms.get(&user).copied()
    }

    /// All messages in a channel, oldest first: replies, ephemeral ones too, and the bot's own messages.
    pub fn channel_messages(&self, channel: u64) -> Vec<Message> {
        let channels = lock(&self.state.channels);
        channels
            .by_id
            .get(&channel)
            .map(|found| found.messages.values().cloned().collect())
            .unwrap_or_default()
    }

    /// Waits for the next message that the bot sent with its own token and that this method has not returned yet.
    pub async fn next_channel_message(&self, channel: u64) -> Message {
        let next = || {
            let mut channels = lock(&self.state.channels);
            let found = channels.by_id.get_mut(&channel)?;
            let id = found.unread.pop_front()?;
            found.messages.get(&id).cloned()
        };
        self.state.channels_changed.until(next).await
    }

    /// Registers commands in the bot's place, replacing those of a guild or the global ones.
    ///
    /// # Panics
    ///
    /// If Discord would refuse them.
    pub fn declare(&self, guild: Option<u64>, commands: Vec<Value>) {
        if let Err(error) = commands::overwrite(&self.state, guild, commands) {
            panic!("Discord refuses these commands: {}", error.describe());
        }
    }

    pub fn commands(&self) -> Vec<Value> {
        lock(&self.state.commands).get(&None).cloned().unwrap_or_default()
    }

    pub fn guild_commands(&self, guild: u64) -> Vec<Value> {
        lock(&self.state.commands).get(&Some(guild)).cloned().unwrap_or_default()
    }

    /// Waits until the bot has registered commands, the global ones or those of a guild.
    pub async fn registered(&self, guild: Option<u64>) -> Vec<Value> {
        let commands = || lock(&self.state.commands).get(&guild).cloned();
        self.state.log_changed.until(commands).await
    }
}
