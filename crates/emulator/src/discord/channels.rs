//! The bot, its guilds, its channels and the messages that it sends with its own token.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::body::Upload;
use super::compose::{Sender, compose, shown};
use super::interactions;
use super::mentions::snowflake;
use super::message::{EPHEMERAL, Message};
use super::refusal::Refusal;
use super::rest::{Call, Reply};
use super::target::{Route, Target};
use super::threads;
use super::world::{Channel, Channels, World, lock, timestamp};

const FILE_LIMIT: u64 = 10 * 1024 * 1024;
/// Discord says "a few minutes".
const NONCE_LIFE: Duration = Duration::from_secs(180);
const VIEW_CHANNEL: u64 = 1 << 10;
const SEND_MESSAGES: u64 = 1 << 11;
const ATTACH_FILES: u64 = 1 << 15;
const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
const ALL_MENTIONS: &[&str] = &["users", "roles", "everyone"];

/// What the bot can read about itself and its surroundings.
pub(super) fn describe(world: &World, call: &Call) -> Reply {
    let application = world.options.application_id.to_string();
    let gateway = format!("ws://{}/gw", world.address);
    let body = match call.target {
        Target::Gateway => json!({ "url": gateway }),
        Target::GatewayBot => {
            let used = lock(&world.gateway).identifies;
            let remaining = 1000_usize.saturating_sub(used);
            let limit =
                json!({ "total": 1000, "remaining": remaining, "reset_after": 0, "max_concurrency": 1 });
            json!({ "url": gateway, "shards": 1, "session_start_limit": limit })
        }
        Target::Application | Target::OauthApplication => json!({
            "id": application, "name": "Easel", "icon": null, "description": "", "rpc_origins": [],
            "bot_public": true, "bot_require_code_grant": false, "bot": world.bot_user(), "owner": world.bot_user(),
            "summary": "", "verify_key": "00".repeat(32), "team": null, "flags": 0, "hook": true,
            "terms_of_service_url": null, "privacy_policy_url": null, "interactions_endpoint_url": null,
            "approximate_guild_count": 1, "approximate_user_install_count": 0,
            "integration_types_config": { "0": {}, "1": {} },
        }),
        Target::CurrentUser => world.bot_user(),
        Target::CurrentUserGuilds => {
            let guilds = guilds(&lock(&world.channels));
            guilds.into_keys().map(|id| json!({
                "id": id.to_string(), "name": "guild", "icon": null, "owner": false, "permissions": "0", "features": [],
            })).collect()
        }
        Target::Guild(id) => {
            let known = guilds(&lock(&world.channels)).get(&id).copied().unwrap_or_default();
            if !known {
                return Err(Refusal::new(404, 10004, "Unknown Guild"));
            }
            guild(id)
        }
        Target::Channel(id) => {
            let channels = lock(&world.channels);
            channels.permit(id, 0)?;
            channel_json(id, channels.by_id.get(&id).ok_or_else(unknown_channel)?)
        }
        _ => return Err(Refusal::new(404, 0, "404: Not Found")),
    };
    Ok((200, body))
}

/// Guilds in which the bot is.
fn guilds(channels: &Channels) -> BTreeMap<u64, bool> {
    let inside = channels.by_id.values().filter(|channel| channel.bot_inside);
    inside.filter_map(|channel| Some((channel.guild?, true))).collect()
}

fn guild(id: u64) -> Value {
    json!({
        "id": id.to_string(), "name": "guild", "icon": null, "splash": null, "discovery_splash": null,
        "owner_id": "1", "afk_channel_id": null, "afk_timeout": 300, "verification_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "roles": [], "emojis": [],
        "features": [], "mfa_level": 0, "application_id": null, "system_channel_id": null,
        "system_channel_flags": 0, "rules_channel_id": null, "vanity_url_code": null, "description": null,
        "banner": null, "premium_tier": 0, "preferred_locale": "en-US", "public_updates_channel_id": null,
        "nsfw_level": 0, "premium_progress_bar_enabled": false, "stickers": [],
    })
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
        "id": id.to_string(), "type": 0, "guild_id": guild.to_string(), "name": name, "position": 0,
        "permission_overwrites": [], "nsfw": channel.nsfw, "topic": null, "last_message_id": null,
        "rate_limit_per_user": 0, "parent_id": null, "flags": 0, "last_pin_timestamp": null,
    });
    if let Some(thread) = &channel.thread {
        thread.complete(&mut shown, &timestamp(id), channel.messages.len());
    }
    shown
}

pub(super) fn unknown_channel() -> Refusal {
    Refusal::new(404, 10003, "Unknown Channel")
}

impl Channel {
    /// Discord's channel type.
    pub(super) fn kind(&self) -> u64 {
        match (&self.thread, self.guild) {
            (Some(thread), _) => thread.kind,
            (None, Some(_)) => 0,
            (None, None) => 1,
        }
    }

    fn admit(&self) -> Result<(), Refusal> {
        match self.forbidden {
            Some(50013) => Err(Refusal::new(403, 50013, "Missing Permissions").arranged(true)),
            Some(code) => Err(Refusal::new(403, code, "Missing Access").arranged(true)),
            None if !self.bot_inside => Err(Refusal::new(403, 50001, "Missing Access").arranged(true)),
            None => Ok(()),
        }
    }
}

impl Channels {
    /// The channel and, if it is a thread, the one above it, whose permissions count for both.
    fn line(&self, id: u64) -> impl Iterator<Item = &Channel> {
        let own = self.by_id.get(&id);
        let above = own.and_then(|own| self.by_id.get(&own.thread.as_ref()?.parent));
        own.into_iter().chain(above)
    }

    pub(super) fn nsfw(&self, id: u64) -> bool {
        self.line(id).any(|channel| channel.nsfw)
    }

    /// Permissions that the bot does not have there.
    pub(super) fn denied(&self, id: u64) -> u64 {
        self.line(id).fold(0, |denied, channel| denied | channel.denied)
    }

    /// Refuses what needs permissions that were taken from the bot.
    pub(super) fn permit(&self, id: u64, needed: u64) -> Result<(), Refusal> {
        if !self.by_id.contains_key(&id) {
            return Err(unknown_channel());
        }
        self.line(id).try_for_each(Channel::admit)?;
        match self.denied(id) {
            denied if denied & VIEW_CHANNEL != 0 => {
                Err(Refusal::new(403, 50001, "Missing Access").arranged(true))
            }
            denied if denied & needed != 0 => {
                Err(Refusal::new(403, 50013, "Missing Permissions").arranged(true))
            }
            _ => Ok(()),
        }
    }
}

/// Messages and DM channels.
pub(super) fn serve(world: &World, call: &Call) -> Reply {
    match call.target {
        Target::Dms => open_dm(world, call),
        Target::Threads(parent) => threads::start(world, call, parent),
        Target::Typing(channel) => with_channel(world, channel, |_| Ok((204, Value::Null))),
        Target::Messages(channel) if call.route == Route::CreateMessage => create(world, call, channel),
        Target::Messages(channel) => list(world, call, channel),
        Target::Message(channel, id) => one(world, call, channel, id),
        _ => Err(Refusal::new(404, 0, "404: Not Found")),
    }
}

fn with_channel(world: &World, id: u64, act: impl FnOnce(&mut Channel) -> Reply) -> Reply {
    let mut channels = lock(&world.channels);
    channels.permit(id, 0)?;
    act(channels.by_id.get_mut(&id).ok_or_else(unknown_channel)?)
}

fn open_dm(world: &World, call: &Call) -> Reply {
    let upload = call.upload()?;
    let user = upload.payload.get("recipient_id").and_then(snowflake);
    let text = "This field is required";
    let user = user.ok_or_else(|| Refusal::form("recipient_id", "BASE_TYPE_REQUIRED", text))?;
    let mut channels = lock(&world.channels);
    let fresh = world.next_id();
    let id = *channels.dms.entry(user).or_insert(fresh);
    let dm = || Channel { recipient: Some(user), bot_inside: true, ..Channel::default() };
    let channel = channels.by_id.entry(id).or_insert_with(dm);
    Ok((200, channel_json(id, channel)))
}

fn create(world: &World, call: &Call, id: u64) -> Reply {
    let upload = call.upload()?;
    let nonce = match upload.payload.get("nonce") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.chars().count() <= 25 => Some(text.clone()),
        Some(Value::Number(number)) if number.is_i64() => Some(number.to_string()),
        Some(_) => {
            return Err(Refusal::form("nonce", "NONCE_TYPE_INVALID", "A nonce has up to 25 characters."));
        }
    };
    let enforce = upload.payload.get("enforce_nonce").and_then(Value::as_bool).unwrap_or(false);
    if enforce && nonce.is_none() {
        return Err(Refusal::form("nonce", "BASE_TYPE_REQUIRED", "enforce_nonce needs a nonce."));
    }
    let mut blank = Message::empty(world, id, call.received);
    if let Some(reference) = upload.payload.get("message_reference").filter(|reference| !reference.is_null())
    {
        blank.reply_to = reference.get("message_id").and_then(snowflake);
        blank.kind = 19;
    }
    let strict =
        upload.payload.get("message_reference").and_then(|reference| reference.get("fail_if_not_exists"));
    let strict = strict.and_then(Value::as_bool).unwrap_or(true);
    let sender = Sender { file_limit: FILE_LIMIT, parse: ALL_MENTIONS, creating: true };
    blank.nonce.clone_from(&nonce);
    let reply = {
        let mut guard = lock(&world.channels);
        let channels = &mut *guard;
        channels.permit(id, needed_to_send(channels, id, &upload))?;
        let channel = channels.by_id.get_mut(&id).ok_or_else(unknown_channel)?;
        if channel.recipient.is_some_and(|user| channels.closed.contains(&user)) {
            return Err(Refusal::new(403, 50007, "Cannot send messages to this user").arranged(true));
        }
        let known = nonce.as_ref().filter(|_| enforce).and_then(|nonce| channel.nonces.get(nonce));
        if let Some((earlier, at)) = known
            && at.elapsed() < NONCE_LIFE
            && let Some(message) = channel.messages.get(earlier)
        {
            return shown(world, message);
        }
        if blank.reply_to.is_some_and(|id| strict && !channel.messages.contains_key(&id)) {
            let text = "Unknown message";
            return Err(Refusal::form("message_reference", "REPLIES_UNKNOWN_MESSAGE", text));
        }
        let message = compose(world, blank, &upload, call.received, &sender)?;
        if message.flags & EPHEMERAL != 0 {
            world.violation("only a reply to an interaction can be ephemeral");
        }
        if let Some(nonce) = nonce {
            channel.nonces.insert(nonce, (message.id, call.received));
        }
        channel.unread.push_back(message.id);
        let reply = shown(world, &message);
        channel.messages.insert(message.id, message);
        reply
    };
    world.channels_changed.ring();
    reply
}

fn needed_to_send(channels: &Channels, id: u64, upload: &Upload) -> u64 {
    let thread = channels.by_id.get(&id).is_some_and(|channel| channel.thread.is_some());
    let send = if thread { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES };
    if upload.files.is_empty() { send } else { send | ATTACH_FILES }
}

fn list(world: &World, call: &Call, channel: u64) -> Reply {
    let number = |key: &str| call.query.get(key).map(|value| value.parse::<u64>());
    let limit = match number("limit") {
        None => 50,
        Some(Ok(limit @ 1..=100)) => limit as usize,
        Some(_) => {
            let text = "int value should be between 1 and 100.";
            return Err(Refusal::form("limit", "NUMBER_TYPE_MAX", text));
        }
    };
    let bound = |key: &str| number(key).and_then(Result::ok);
    with_channel(world, channel, |channel| {
        let visible = || channel.messages.values().filter(|message| !message.ephemeral);
        let mut chosen: Vec<&Message> = match (bound("after"), bound("before"), bound("around")) {
            (Some(after), _, _) => visible().filter(|message| message.id > after).take(limit).collect(),
            (_, before, Some(around)) if before.is_none() => {
                let half = limit / 2;
                let older = visible().rev().filter(|message| message.id < around).take(half);
                let newer = visible().filter(|message| message.id >= around).take(limit - half);
                older.chain(newer).collect()
            }
            (_, before, _) => {
                let before = before.unwrap_or(u64::MAX);
                visible().rev().filter(|message| message.id < before).take(limit).collect()
            }
        };
        chosen.sort_by_key(|message| std::cmp::Reverse(message.id));
        Ok((200, chosen.into_iter().map(|message| message.json(world)).collect()))
    })
}

fn one(world: &World, call: &Call, channel: u64, id: u64) -> Reply {
    let mut answered = None;
    let reply = with_channel(world, channel, |channel| {
        let message = channel.messages.get(&id).filter(|message| !message.ephemeral);
        let message = message.ok_or_else(Refusal::unknown_message)?;
        answered = message.interaction;
        match call.route {
            Route::EditMessage => {
                let sender = Sender { file_limit: FILE_LIMIT, parse: ALL_MENTIONS, creating: false };
                let edited = compose(world, message.clone(), &call.upload()?, call.received, &sender)?;
                let reply = shown(world, &edited);
                channel.messages.insert(id, edited);
                reply
            }
            Route::DeleteMessage => {
                channel.messages.remove(&id);
                Ok((204, Value::Null))
            }
            _ => shown(world, message),
        }
    });
    if let Some(interaction) = answered.filter(|_| call.route != Route::GetMessage && reply.is_ok()) {
        interactions::changed_otherwise(world, interaction, id);
    }
    world.channels_changed.ring();
    reply
}

/// The time in which a user joined the guild; any will do.
pub(super) fn joined_at() -> String {
    timestamp(1 << 60)
}
