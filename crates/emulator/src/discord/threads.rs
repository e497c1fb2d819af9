//! Threads: text channels inside a channel.

use serde_json::Value;

use super::api_error::{ApiError, Form};
use super::channel::{
    ANNOUNCEMENT, ANNOUNCEMENT_THREAD, Channel, DAY_MINUTES, TEXT, Thread, channel_json, unknown_channel,
};
use super::events::Event;
use super::request::{ApiRequest, ApiResult};
use super::state::ServerState;
use crate::sync::lock;

const PRIVATE: u64 = 12;
const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
const CREATE_PRIVATE_THREADS: u64 = 1 << 36;

/// `POST /channels/{id}/threads`: a thread that no message starts.
pub(super) fn start(state: &ServerState, request: &ApiRequest, parent: u64) -> ApiResult {
    let body = Value::Object(request.upload()?.payload);
    let mut form = Form::default();
    form.required_text("name", body.get("name"), 1, 100);
    let minutes = body["auto_archive_duration"].as_u64().unwrap_or(DAY_MINUTES);
    let whole = body["auto_archive_duration"].is_null() || body["auto_archive_duration"].is_u64();
    if !whole || !matches!(minutes, 60 | 1440 | 4320 | 10080) {
        let text = "Value must be one of (60, 1440, 4320, 10080).";
        form.error("auto_archive_duration", "BASE_TYPE_CHOICES", text);
    }
    // The documented default is a private thread.
    let kind = if body["type"].is_null() { Some(PRIVATE) } else { body["type"].as_u64() };
    if !kind.is_some_and(|kind| (ANNOUNCEMENT_THREAD..=PRIVATE).contains(&kind)) {
        form.error("type", "BASE_TYPE_CHOICES", "Value must be one of (10, 11, 12).");
    }
    let pause = &body["rate_limit_per_user"];
    if !pause.is_null() && pause.as_u64().is_none_or(|pause| pause > 21_600) {
        form.error("rate_limit_per_user", "NUMBER_TYPE_MAX", "int value should be between 0 and 21600.");
    }
    form.finish()?;
    let kind = kind.unwrap_or(PRIVATE);
    let mut channels = lock(&state.channels);
    let channel = channels.by_id.get(&parent).ok_or_else(unknown_channel)?;
    let possible = match (channel.guild, channel.kind()) {
        (Some(_), TEXT) => kind != ANNOUNCEMENT_THREAD,
        (Some(_), ANNOUNCEMENT) => kind == ANNOUNCEMENT_THREAD,
        _ => false,
    };
    if !possible {
        return Err(ApiError::new(400, 50024, "Cannot execute action on this channel type"));
    }
    let needed = if kind == PRIVATE { CREATE_PRIVATE_THREADS } else { CREATE_PUBLIC_THREADS };
    channels.check_permissions(parent, needed)?;
    let id = state.next_id();
    let thread = Thread { parent, kind, minutes, owner: state.options.application_id };
    let name = body["name"].as_str().map(str::to_owned);
    let made =
        Channel { guild: channel.guild, name, thread: Some(thread), bot_inside: true, ..Channel::default() };
    let shown = channel_json(id, &made);
    channels.by_id.insert(id, made);
    drop(channels);
    state.watchers.tell(|| Event::Channel(id));
    state.channels_changed.notify();
    Ok((201, shown))
}
