//! The bot, its guilds, its channels and the messages that it sends with its own token.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::api_error::ApiError;
use super::body::Upload;
use super::channel::{Channel, Channels, channel_json, unknown_channel};
use super::compose::{ComposeOptions, compose, message_result};
use super::endpoint::public_key;
use super::events::Event;
use super::interaction_builder::USUAL_PERMISSIONS;
use super::interactions;
use super::mentions::parse_id;
use super::message::{EPHEMERAL, Message};
use super::request::{ApiRequest, ApiResult};
use super::state::ServerState;
use super::target::{Route, Target};
use super::threads;
use crate::sync::lock;

const FILE_LIMIT: u64 = 10 * 1024 * 1024;
/// Discord says "a few minutes".
const NONCE_LIFE: Duration = Duration::from_secs(180);
/// Guilds in one answer.
const GUILD_PAGE: usize = 200;
/// View Channels, Send Messages, Attach Files, Read Message History, Create Public Threads, Send Messages in Threads.
const INVITED_WITH: u64 = 1 << 10 | 1 << 11 | 1 << 15 | 1 << 16 | 1 << 35 | 1 << 38;
const SEND_MESSAGES: u64 = 1 << 11;
const ATTACH_FILES: u64 = 1 << 15;
const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
const ALL_MENTIONS: &[&str] = &["users", "roles", "everyone"];

/// What the bot can read about itself and its surroundings.
pub(super) fn describe(state: &ServerState, request: &ApiRequest) -> ApiResult {
    let application = state.options.application_id.to_string();
    let gateway = format!("ws://{}/gw", state.address);
    let body = match request.target {
        Target::Gateway => json!({ "url": gateway }),
        Target::GatewayBot => {
            let limit = lock(&state.gateway).starts.json(Instant::now());
            json!({ "url": gateway, "shards": 1, "session_start_limit": limit })
        }
        Target::Application | Target::OauthApplication => json!({
            "id": application, "name": "Easel", "icon": null, "description": "", "rpc_origins": [],
            "bot_public": true, "bot_require_code_grant": false, "bot": state.bot_user(), "owner": state.bot_user(),
            "summary": "", "verify_key": public_key(), "team": null, "flags": 0, "hook": true,
            "terms_of_service_url": null, "privacy_policy_url": null, "interactions_endpoint_url": null,
            "approximate_guild_count": 1, "approximate_user_install_count": 0,
            "integration_types_config": { "0": {}, "1": {} },
        }),
        Target::CurrentUser => state.bot_user(),
        Target::CurrentUserGuilds => {
            let guilds = guilds(&lock(&state.channels));
            let directory = lock(&state.directory);
            let listed = |id| listed_guild(id, directory.guild(id));
            guilds.into_keys().take(GUILD_PAGE).map(listed).collect()
        }
        Target::Guild(id) => {
            let known = guilds(&lock(&state.channels)).get(&id).copied().unwrap_or_default();
            if !known {
                return Err(ApiError::new(404, 10004, "Unknown Guild"));
            }
            guild(id, lock(&state.directory).guild(id))
        }
        Target::Channel(id) => {
            let channels = lock(&state.channels);
            channels.check_permissions(id, 0)?;
            channel_json(id, channels.by_id.get(&id).ok_or_else(unknown_channel)?)
        }
        _ => return Err(ApiError::new(404, 0, "404: Not Found")),
    };
    Ok((200, body))
}

/// Guilds in which the bot is.
fn guilds(channels: &Channels) -> BTreeMap<u64, bool> {
    let inside = channels.by_id.values().filter(|channel| channel.bot_inside);
    inside.filter_map(|channel| Some((channel.guild?, true))).collect()
}

/// A guild in the list of the bot's.
fn listed_guild(id: u64, name: &str) -> Value {
    json!({
        "id": id.to_string(), "name": name, "icon": null, "owner": false, "features": [],
        "permissions": INVITED_WITH.to_string(),
    })
}

/// A guild whose members may do the usual things.
fn guild(id: u64, name: &str) -> Value {
    let everyone = json!({
        "id": id.to_string(), "name": "@everyone", "color": 0, "hoist": false, "icon": null, "unicode_emoji": null,
        "position": 0, "permissions": USUAL_PERMISSIONS.to_string(), "managed": false, "mentionable": false, "flags": 0,
    });
    json!({
        "id": id.to_string(), "name": name, "icon": null, "splash": null, "discovery_splash": null,
        "owner_id": "1", "afk_channel_id": null, "afk_timeout": 300, "verification_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "roles": [everyone], "emojis": [],
        "features": [], "mfa_level": 0, "application_id": null, "system_channel_id": null,
        "system_channel_flags": 0, "rules_channel_id": null, "vanity_url_code": null, "description": null,
        "banner": null, "premium_tier": 0, "preferred_locale": "en-US", "public_updates_channel_id": null,
        "nsfw_level": 0, "premium_progress_bar_enabled": false, "stickers": [],
    })
}

/// Messages and DM channels.
pub(super) fn serve(state: &ServerState, request: &ApiRequest) -> ApiResult {
    match request.target {
        Target::Dms => open_dm(state, request),
        Target::Threads(parent) => threads::start(state, request, parent),
        Target::Typing(channel) => with_channel(state, channel, |_| Ok((204, Value::Null))),
        Target::Messages(channel) if request.route == Route::CreateMessage => create(state, request, channel),
        Target::Messages(channel) => list(state, request, channel),
        Target::Message(channel, id) => one(state, request, channel, id),
        _ => Err(ApiError::new(404, 0, "404: Not Found")),
    }
}

fn with_channel(state: &ServerState, id: u64, action: impl FnOnce(&mut Channel) -> ApiResult) -> ApiResult {
    let mut channels = lock(&state.channels);
    channels.check_permissions(id, 0)?;
    action(channels.by_id.get_mut(&id).ok_or_else(unknown_channel)?)
}

fn open_dm(state: &ServerState, request: &ApiRequest) -> ApiResult {
    let upload = request.upload()?;
    let user = upload.payload.get("recipient_id").and_then(parse_id);
    let text = "This field is required";
    let user = user.ok_or_else(|| ApiError::form("recipient_id", "BASE_TYPE_REQUIRED", text))?;
    let mut channels = lock(&state.channels);
    let id = private_channel(state, &mut channels, user);
    Ok((200, channel_json(id, channels.by_id.get(&id).ok_or_else(unknown_channel)?)))
}

/// The private conversation with a person, opened if there is none.
pub(super) fn private_channel(state: &ServerState, channels: &mut Channels, user: u64) -> u64 {
    let fresh = state.next_id();
    let id = *channels.dms.entry(user).or_insert(fresh);
    let dm = || Channel { recipient: Some(user), bot_inside: true, ..Channel::default() };
    channels.by_id.entry(id).or_insert_with(dm);
    if id == fresh {
        state.watchers.tell(|| Event::Channel(id));
    }
    id
}

fn create(state: &ServerState, request: &ApiRequest, id: u64) -> ApiResult {
    let upload = request.upload()?;
    let nonce = match upload.payload.get("nonce") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.chars().count() <= 25 => Some(text.clone()),
        Some(Value::Number(number)) if number.is_i64() => Some(number.to_string()),
        Some(_) => {
            return Err(ApiError::form("nonce", "NONCE_TYPE_INVALID", "A nonce has up to 25 characters."));
        }
    };
    let enforce = upload.payload.get("enforce_nonce").and_then(Value::as_bool).unwrap_or(false);
    if enforce && nonce.is_none() {
        return Err(ApiError::form("nonce", "BASE_TYPE_REQUIRED", "enforce_nonce needs a nonce."));
    }
    let mut blank = Message::empty(state.next_id(), id, request.received);
    if let Some(reference) = upload.payload.get("message_reference").filter(|reference| !reference.is_null())
    {
        blank.reply_to = reference.get("message_id").and_then(parse_id);
        blank.kind = 19;
    }
    let strict =
        upload.payload.get("message_reference").and_then(|reference| reference.get("fail_if_not_exists"));
    let strict = strict.and_then(Value::as_bool).unwrap_or(true);
    let sender = ComposeOptions { file_limit: FILE_LIMIT, parse: ALL_MENTIONS, creating: true };
    blank.nonce.clone_from(&nonce);
    let reply = {
        let mut guard = lock(&state.channels);
        let channels = &mut *guard;
        channels.check_permissions(id, needed_to_send(channels, id, &upload))?;
        let channel = channels.by_id.get_mut(&id).ok_or_else(unknown_channel)?;
        if channel.recipient.is_some_and(|user| channels.closed.contains(&user)) {
            return Err(ApiError::new(403, 50007, "Cannot send messages to this user").caused_by_test(true));
        }
        let known = nonce.as_ref().filter(|_| enforce).and_then(|nonce| channel.nonces.get(nonce));
        if let Some((earlier, at)) = known
            && at.elapsed() < NONCE_LIFE
            && let Some(message) = channel.messages.get(earlier)
        {
            return message_result(state, message);
        }
        if blank.reply_to.is_some_and(|id| strict && !channel.messages.contains_key(&id)) {
            let text = "Unknown message";
            return Err(ApiError::form("message_reference", "REPLIES_UNKNOWN_MESSAGE", text));
        }
        let message = compose(state, blank, &upload, request.received, &sender)?;
        if message.flags & EPHEMERAL != 0 {
            state.violation("only a reply to an interaction can be ephemeral");
        }
        if let Some(nonce) = nonce {
            channel.nonces.insert(nonce, (message.id, request.received));
        }
        channel.unread.push_back(message.id);
        let reply = message_result(state, &message);
        state.watchers.tell(|| Event::Message(Box::new(message.clone())));
        channel.messages.insert(message.id, message);
        reply
    };
    state.channels_changed.notify();
    reply
}

fn needed_to_send(channels: &Channels, id: u64, upload: &Upload) -> u64 {
    let thread = channels.by_id.get(&id).is_some_and(|channel| channel.thread.is_some());
    let send = if thread { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES };
    if upload.files.is_empty() { send } else { send | ATTACH_FILES }
}

fn list(state: &ServerState, request: &ApiRequest, channel: u64) -> ApiResult {
    let number = |key: &str| request.query.get(key).map(|value| value.parse::<u64>());
    let limit = match number("limit") {
        None => 50,
        Some(Ok(limit @ 1..=100)) => limit as usize,
        Some(_) => {
            let text = "int value should be between 1 and 100.";
            return Err(ApiError::form("limit", "NUMBER_TYPE_MAX", text));
        }
    };
    let bound = |key: &str| number(key).and_then(Result::ok);
    with_channel(state, channel, |channel| {
        let in_guild = channel.guild.is_some();
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
        let shown = |message: &Message| message.json_for_bot(state.options.application_id, in_guild);
        Ok((200, chosen.into_iter().map(shown).collect()))
    })
}

fn one(state: &ServerState, request: &ApiRequest, channel: u64, id: u64) -> ApiResult {
    let mut answered = None;
    let reply = with_channel(state, channel, |channel| {
        let again = request.route == Route::DeleteMessage && channel.deleted.contains(&id);
        let message = channel.messages.get(&id).filter(|message| !message.ephemeral);
        let message = message.ok_or_else(|| ApiError::unknown_message().caused_by_test(again))?;
        answered = message.interaction;
        match request.route {
            Route::EditMessage => {
                let sender = ComposeOptions { file_limit: FILE_LIMIT, parse: ALL_MENTIONS, creating: false };
                let edited = compose(state, message.clone(), &request.upload()?, request.received, &sender)?;
                let reply = message_result(state, &edited);
                state.watchers.tell(|| Event::Message(Box::new(edited.clone())));
                channel.messages.insert(id, edited);
                reply
            }
            Route::DeleteMessage => {
                state.tell_gone(message);
                channel.messages.remove(&id);
                channel.deleted.insert(id);
                Ok((204, Value::Null))
            }
            _ => Ok((200, message.json_for_bot(state.options.application_id, channel.guild.is_some()))),
        }
    });
    if let Some(interaction) = answered.filter(|_| request.route != Route::GetMessage && reply.is_ok()) {
        interactions::record_change(state, interaction, id);
    }
    state.channels_changed.notify();
    reply
}
