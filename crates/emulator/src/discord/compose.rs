//! Makes or changes a message from what the bot sent.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::api_error::ApiError;
use super::body::{Part, Upload};
use super::cdn;
use super::content::{self, Rules};
use super::mentions::{self, parse_id};
use super::message::{Attachment, COMPONENTS_V2, EPHEMERAL, LOADING, Message, walk};
use super::request::ApiResult;
use super::state::ServerState;

/// What depends on where a message comes from.
pub(super) struct ComposeOptions {
    /// Bytes that one file may have.
    pub(super) file_limit: u64,
    /// Kinds of mention that notify when nothing is said about them.
    pub(super) parse: &'static [&'static str],
    /// The message is new, so that all flags can be set.
    pub(super) creating: bool,
}

/// Applies an upload to a message, all or nothing.
pub(super) fn compose(
    state: &ServerState,
    mut message: Message,
    upload: &Upload,
    received: Instant,
    options: &ComposeOptions,
) -> Result<Message, ApiError> {
    let rules = Rules { file_limit: options.file_limit, kept: &message.attachments, flags: message.flags };
    content::check(upload, &rules)?;
    let payload = &upload.payload;
    if let Some(content) = payload.get("content") {
        content.as_str().unwrap_or_default().clone_into(&mut message.content);
    }
    for (key, field) in [("embeds", &mut message.embeds), ("components", &mut message.components)] {
        if let Some(value) = payload.get(key) {
            *field = if value.is_null() { json!([]) } else { value.clone() };
        }
    }
    apply_flags(state, &mut message, payload.get("flags").and_then(Value::as_u64), options.creating);
    let legacy =
        !message.content.is_empty() || message.embeds.as_array().is_some_and(|list| !list.is_empty());
    if message.flags & COMPONENTS_V2 != 0 && legacy {
        let text = "An edit to IS_COMPONENTS_V2 has to reset content and embeds.";
        let code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2";
        return Err(ApiError::form("flags", code, text));
    }
    message.attachments = attachments(state, &message, upload);
    if message.is_empty() {
        return Err(ApiError::empty_message());
    }
    if payload.contains_key("content") || payload.contains_key("components") {
        notify(state, &mut message, payload.get("allowed_mentions"), options.parse);
    }
    message.allowed_mentions = payload.get("allowed_mentions").cloned().unwrap_or_default();
    message.loading = false;
    message.flags &= !LOADING;
    message.received = received;
    message.edited = !options.creating;
    Ok(message)
}

fn apply_flags(state: &ServerState, message: &mut Message, flags: Option<u64>, creating: bool) {
    let Some(flags) = flags else { return };
    if creating {
        message.flags |= flags;
        return;
    }
    if flags & EPHEMERAL != 0 && !message.ephemeral {
        state.violation("an edit cannot make a message ephemeral");
    }
    // V2 cannot be taken back; SUPPRESS_EMBEDS can.
    message.flags = (message.flags & !4) | (flags & (4 | COMPONENTS_V2));
}

fn notify(state: &ServerState, message: &mut Message, allowed: Option<&Value>, parse: &[&str]) {
    let mut text = message.content.clone();
    walk(&message.components, &mut |component| {
        if component.get("type").and_then(Value::as_u64) == Some(10) {
            text.push('\n');
            text.push_str(component.get("content").and_then(Value::as_str).unwrap_or_default());
        }
    });
    let found = mentions::scan(&text);
    if found.any() && !mentions::guarded(allowed) {
        state.violation(format!("a message with mentions came without allowed_mentions parse []: {text:?}"));
    }
    (message.mentions, message.mentions_everyone) = found.notified(allowed, parse);
}

fn attachments(state: &ServerState, message: &Message, upload: &Upload) -> Vec<Attachment> {
    let Some(entries) = upload.payload.get("attachments").and_then(Value::as_array) else {
        let added = upload.files.values().map(|part| publish(state, message, part, None, None));
        return message.attachments.iter().cloned().chain(added).collect();
    };
    let chosen = entries.iter().filter_map(|entry| {
        let id = parse_id(&entry["id"])?;
        let description = entry["description"].as_str().map(str::to_owned);
        if let Some(part) = upload.files.get(&id) {
            return Some(publish(state, message, part, entry["filename"].as_str(), description));
        }
        let mut kept = message.attachments.iter().find(|file| file.id == id)?.clone();
        if entry.get("description").is_some() {
            kept.description = description;
        }
        Some(kept)
    });
    chosen.collect()
}

fn publish(
    state: &ServerState,
    message: &Message,
    part: &Part,
    filename: Option<&str>,
    description: Option<String>,
) -> Attachment {
    let filename = content::clean_name(filename.unwrap_or(&part.filename));
    let folder = format!("attachments/{}", message.channel);
    let kept = state.options.keep_pictures;
    let mut file = cdn::put(state, &folder, &filename, part.content_type.as_deref(), &part.bytes, kept);
    file.description = description;
    if !kept {
        let digest = Sha256::digest(&part.bytes);
        file.sha256 = Some(digest.iter().map(|byte| format!("{byte:02x}")).collect());
    }
    file
}

/// The response that shows a message.
pub(super) fn message_result(state: &ServerState, message: &Message) -> ApiResult {
    Ok((200, message.json(state.options.application_id)))
}
