//! Channels, threads and private conversations, and what the bot may do in them.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::api_error::ApiError;
use super::message::Message;
use super::snowflake::timestamp;

const VIEW_CHANNEL: u64 = 1 << 10;
/// Channel types.
pub(super) const TEXT: u64 = 0;
pub(super) const ANNOUNCEMENT: u64 = 5;
pub(super) const ANNOUNCEMENT_THREAD: u64 = 10;
pub(super) const PUBLIC: u64 = 11;
/// After how many minutes without a message a thread is archived, unless it says otherwise.
pub(super) const DAY_MINUTES: u64 = 1440;

#[derive(Default)]
pub(super) struct Channels {
    pub(super) by_id: HashMap<u64, Channel>,
    /// User to DM channel.
    pub(super) dms: HashMap<u64, u64>,
    /// Users who take no messages from the bot.
    pub(super) closed: Vec<u64>,
}

#[derive(Default)]
pub(super) struct Channel {
    pub(super) guild: Option<u64>,
    /// Discord's channel type, of a channel in a guild that is no thread.
    pub(super) guild_kind: u64,
    pub(super) recipient: Option<u64>,
    pub(super) nsfw: bool,
    pub(super) name: Option<String>,
    pub(super) thread: Option<Thread>,
    /// Permissions that were taken from the bot.
    pub(super) denied: u64,
    /// The role that sees it, where others do not.
    pub(super) only_for: Option<u64>,
    /// The bot was added to the guild, or it is a DM with it.
    pub(super) bot_inside: bool,
    /// The error code with which the bot is kept out.
    pub(super) forbidden: Option<u32>,
    pub(super) messages: BTreeMap<u64, Message>,
    /// Messages that the bot deleted. After a crash it may not know that, and delete them again.
    pub(super) deleted: HashSet<u64>,
    /// Messages of the bot, other than replies to interactions, that no test has read.
    pub(super) unread: VecDeque<u64>,
    pub(super) nonces: HashMap<String, (u64, Instant)>,
}

pub(super) struct Thread {
    pub(super) parent: u64,
    pub(super) kind: u64,
    /// Without a message for so long it is archived.
    pub(super) minutes: u64,
    pub(super) owner: u64,
}

/// A channel object, as in the API and (partial) in an interaction.
pub(super) fn channel_json(id: u64, channel: &Channel) -> Value {
    let Some(guild) = channel.guild else {
        let user = channel.recipient.unwrap_or_default();
        let recipient = json!({
            "id": user.to_string(), "username": format!("user{user}"), "discriminator": "0",
            "global_name": null, "avatar": null,
        });
        return json!({ "id": id.to_string(), "type": 1, "last_message_id": null, "flags": 0, "recipients": [recipient] });
    };
    let name = channel.name.as_deref().unwrap_or("paintings");
    let mut shown = json!({
        "id": id.to_string(), "type": channel.guild_kind, "guild_id": guild.to_string(), "name": name, "position": 0,
        "permission_overwrites": overwrites(guild, channel), "nsfw": channel.nsfw, "topic": null, "last_message_id": null,
        "rate_limit_per_user": 0, "parent_id": null, "flags": 0, "last_pin_timestamp": null,
    });
    if let Some(thread) = &channel.thread {
        thread.complete(&mut shown, &timestamp(id), channel.messages.len());
    }
    shown
}

fn overwrites(guild: u64, channel: &Channel) -> Value {
    let overwrite = |role: u64, allow: u64, deny: u64| json!({ "id": role.to_string(), "type": 0, "allow": allow.to_string(), "deny": deny.to_string() });
    match channel.only_for {
        Some(role) => json!([overwrite(guild, 0, VIEW_CHANNEL), overwrite(role, VIEW_CHANNEL, 0)]),
        None => json!([]),
    }
}

pub(super) fn unknown_channel() -> ApiError {
    ApiError::new(404, 10003, "Unknown Channel")
}

impl Channel {
    /// Discord's channel type.
    pub(super) fn kind(&self) -> u64 {
        match (&self.thread, self.guild) {
            (Some(thread), _) => thread.kind,
            (None, Some(_)) => self.guild_kind,
            (None, None) => 1,
        }
    }

    fn check_access(&self) -> Result<(), ApiError> {
        match self.forbidden {
            Some(50013) => Err(ApiError::new(403, 50013, "Missing Permissions").caused_by_test(true)),
            Some(code) => Err(ApiError::new(403, code, "Missing Access").caused_by_test(true)),
            None if !self.bot_inside => Err(ApiError::new(403, 50001, "Missing Access").caused_by_test(true)),
            None => Ok(()),
        }
    }
}

impl Channels {
    /// The channel and, if it is a thread, the one above it, whose permissions count for both.
    fn with_parent(&self, id: u64) -> impl Iterator<Item = &Channel> {
        let own = self.by_id.get(&id);
        let above = own.and_then(|own| self.by_id.get(&own.thread.as_ref()?.parent));
        own.into_iter().chain(above)
    }

    pub(super) fn nsfw(&self, id: u64) -> bool {
        self.with_parent(id).any(|channel| channel.nsfw)
    }

    pub(super) fn denied(&self, id: u64) -> u64 {
        self.with_parent(id).fold(0, |denied, channel| denied | channel.denied)
    }

    /// Fails if the bot cannot see the channel or lacks a permission.
    pub(super) fn check_permissions(&self, id: u64, needed: u64) -> Result<(), ApiError> {
        if !self.by_id.contains_key(&id) {
            return Err(unknown_channel());
        }
        self.with_parent(id).try_for_each(Channel::check_access)?;
        match self.denied(id) {
            denied if denied & VIEW_CHANNEL != 0 => {
                Err(ApiError::new(403, 50001, "Missing Access").caused_by_test(true))
            }
            denied if denied & needed != 0 => {
                Err(ApiError::new(403, 50013, "Missing Permissions").caused_by_test(true))
            }
            _ => Ok(()),
        }
    }
}

impl Thread {
    /// A thread that a person started and that everybody can read, below a channel of this type.
    pub(super) fn of(parent: u64, parent_kind: u64, owner: u64) -> Self {
        let kind = if parent_kind == ANNOUNCEMENT { ANNOUNCEMENT_THREAD } else { PUBLIC };
        Self { parent, kind, minutes: DAY_MINUTES, owner }
    }

    /// Adds the fields of a thread. The age restriction is only in its parent.
    pub(super) fn complete(&self, shown: &mut Value, created: &str, messages: usize) {
        shown["type"] = json!(self.kind);
        shown["parent_id"] = json!(self.parent.to_string());
        shown["owner_id"] = json!(self.owner.to_string());
        shown["thread_metadata"] = json!({
            "archived": false, "archive_timestamp": created, "auto_archive_duration": self.minutes,
            "locked": false, "create_timestamp": created,
        });
        for key in ["message_count", "total_message_sent"] {
            shown[key] = json!(messages);
        }
        shown["member_count"] = json!(1);
        if let Some(fields) = shown.as_object_mut() {
            for foreign in ["nsfw", "topic", "position", "permission_overwrites"] {
                fields.remove(foreign);
            }
        }
    }
}

/// When a user joined the guild: any time will do.
pub(super) fn joined_at() -> String {
    timestamp(1 << 60)
}
