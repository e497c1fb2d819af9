//! Threads: text channels inside a channel.

use serde_json::{Value, json};

use super::channels::{channel_json, unknown_channel};
use super::refusal::{Form, Refusal};
use super::rest::{Call, Reply};
use super::world::{Channel, Thread, World, lock};

const ANNOUNCEMENT: u64 = 10;
const PUBLIC: u64 = 11;
const PRIVATE: u64 = 12;
const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
const CREATE_PRIVATE_THREADS: u64 = 1 << 36;
const DAY_MINUTES: u64 = 1440;

/// `POST /channels/{id}/threads`: a thread that no message starts.
pub(super) fn start(world: &World, call: &Call, parent: u64) -> Reply {
    let body = Value::Object(call.upload()?.payload);
    let mut form = Form::default();
    form.required_text("name", body.get("name"), 1, 100);
    let minutes = body["auto_archive_duration"].as_u64().unwrap_or(DAY_MINUTES);
    let whole = body["auto_archive_duration"].is_null() || body["auto_archive_duration"].is_u64();
    if !whole || !matches!(minutes, 60 | 1440 | 4320 | 10080) {
        let text = "Value must be one of (60, 1440, 4320, 10080).";
        form.fault("auto_archive_duration", "BASE_TYPE_CHOICES", text);
    }
    // The documented default is a private thread.
    let kind = if body["type"].is_null() { Some(PRIVATE) } else { body["type"].as_u64() };
    if !kind.is_some_and(|kind| (ANNOUNCEMENT..=PRIVATE).contains(&kind)) {
        form.fault("type", "BASE_TYPE_CHOICES", "Value must be one of (10, 11, 12).");
    }
    let pause = &body["rate_limit_per_user"];
    if !pause.is_null() && pause.as_u64().is_none_or(|pause| pause > 21_600) {
        form.fault("rate_limit_per_user", "NUMBER_TYPE_MAX", "int value should be between 0 and 21600.");
    }
    form.finish()?;
    let kind = kind.unwrap_or(PRIVATE);
    let mut channels = lock(&world.channels);
    let channel = channels.by_id.get(&parent).ok_or_else(unknown_channel)?;
    if channel.guild.is_none() || channel.thread.is_some() || kind == ANNOUNCEMENT {
        return Err(Refusal::new(400, 50024, "Cannot execute action on this channel type"));
    }
    let needed = if kind == PUBLIC { CREATE_PUBLIC_THREADS } else { CREATE_PRIVATE_THREADS };
    channels.permit(parent, needed)?;
    let id = world.next_id();
    let thread = Thread { parent, kind, minutes, owner: world.options.application_id };
    let name = body["name"].as_str().map(str::to_owned);
    let made =
        Channel { guild: channel.guild, name, thread: Some(thread), bot_inside: true, ..Channel::default() };
    let shown = channel_json(id, &made);
    channels.by_id.insert(id, made);
    drop(channels);
    world.channels_changed.ring();
    Ok((201, shown))
}

impl Thread {
    /// One that a person started.
    pub(super) fn of(parent: u64, owner: u64) -> Self {
        Self { parent, kind: PUBLIC, minutes: DAY_MINUTES, owner }
    }

    /// What a thread has beyond other channels. Whether it is age-restricted only its parent tells.
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
