//! Messages and attachments, as a person sees them and as the API shows them.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::directory::user_json;
use super::snowflake::{timestamp, timestamp_now};

pub(super) const EPHEMERAL: u64 = 64;
pub(super) const LOADING: u64 = 128;
pub(super) const COMPONENTS_V2: u64 = 1 << 15;

/// A file on the emulated CDN.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: u64,
    /// The name after Discord's clean-up.
    pub filename: String,
    /// Alt text.
    pub description: Option<String>,
    /// The content type that was declared, or the one that the name suggests.
    pub content_type: String,
    /// Bytes; change it before an interaction to make Discord declare another size.
    pub size: u64,
    /// The content; empty if the emulator was told not to keep pictures.
    pub bytes: Bytes,
    /// Lower-case hex, if the emulator was told not to keep pictures.
    pub sha256: Option<String>,
    /// Signed address on this emulator.
    pub url: String,
    /// Pixels, if it is a picture.
    pub width: Option<u32>,
    /// Pixels, if it is a picture.
    pub height: Option<u32>,
}

impl Attachment {
    /// The API's attachment object.
    pub fn json(&self) -> Value {
        let mut shown = json!({
            "id": self.id.to_string(),
            "filename": self.filename,
            "size": self.size,
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        if let (Some(width), Some(height)) = (self.width, self.height) {
            shown["width"] = json!(width);
            shown["height"] = json!(height);
        }
        shown
    }
}

/// A message in one of its states.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: u64,
    pub channel: u64,
    pub content: String,
    /// As they were sent.
    pub embeds: Value,
    /// As they were sent.
    pub components: Value,
    /// Bits, as the API shows them.
    pub flags: u64,
    /// Only the person who asked sees it.
    pub ephemeral: bool,
    /// "… is thinking".
    pub loading: bool,
    pub attachments: Vec<Attachment>,
    /// Only channel messages have one.
    pub nonce: Option<String>,
    /// Users and roles that get a notification, considering the text and `allowed_mentions`.
    pub mentions: Vec<u64>,
    pub mentions_everyone: bool,
    /// As it was sent; null if it was not.
    pub allowed_mentions: Value,
    /// The interaction that it answers.
    pub interaction: Option<u64>,
    pub reply_to: Option<u64>,
    /// The person who wrote it; `None` for the bot.
    pub author: Option<u64>,
    /// When the last byte of the request that made this state had come.
    pub received: Instant,
    pub(super) kind: u8,
    pub(super) edited: bool,
    pub(super) metadata: Option<Arc<Value>>,
    /// The command that it answers, with its subcommands.
    pub(super) command: Option<Arc<str>>,
    /// What the author was called.
    pub(super) author_name: Option<String>,
}

impl Message {
    pub(super) fn empty(id: u64, channel: u64, received: Instant) -> Self {
        Self {
            id,
            channel,
            content: String::new(),
            embeds: json!([]),
            components: json!([]),
            flags: 0,
            ephemeral: false,
            loading: false,
            attachments: Vec::new(),
            nonce: None,
            mentions: Vec::new(),
            mentions_everyone: false,
            allowed_mentions: Value::Null,
            interaction: None,
            reply_to: None,
            author: None,
            received,
            kind: 0,
            edited: false,
            metadata: None,
            command: None,
            author_name: None,
        }
    }

    /// Everything that a person can read in it: content, embeds and components, line by line.
    pub fn text(&self) -> String {
        let mut lines = vec![self.content.clone()];
        collect_text(&self.embeds, &mut lines);
        collect_text(&self.components, &mut lines);
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// The only person who sees it, if not everybody in the channel does.
    pub fn only_for(&self) -> Option<u64> {
        let user = self.metadata.as_ref()?["user"]["id"].as_str()?;
        if self.ephemeral { user.parse().ok() } else { None }
    }

    /// The `custom_id` of every component, in order.
    pub fn custom_ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        walk(&self.components, &mut |component| {
            if let Some(id) = component.get("custom_id").and_then(Value::as_str) {
                ids.push(id.to_owned());
            }
        });
        ids
    }

    pub(super) fn is_empty(&self) -> bool {
        let none = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
        self.content.is_empty() && none(&self.embeds) && none(&self.components) && self.attachments.is_empty()
    }

    /// The same, as the API shows it to a bot without the message content intent, which sees only its own messages.
    pub(super) fn json_for_bot(&self, application: u64, in_guild: bool) -> Value {
        let mut shown = self.json(application);
        if in_guild && self.author.is_some() {
            shown["content"] = json!("");
            for key in ["attachments", "embeds", "components"] {
                shown[key] = json!([]);
            }
        }
        shown
    }

    fn written_by(&self, id: u64) -> Value {
        let name = self.author_name.clone().unwrap_or_else(|| format!("user{id}"));
        user_json(id, &name)
    }

    /// The API's message object, by the bot of this application.
    pub(super) fn json(&self, application: u64) -> Value {
        let v2 = self.flags & COMPONENTS_V2 != 0;
        // With V2 components the files are shown by the components only.
        let attachments: Vec<Value> =
            if v2 { Vec::new() } else { self.attachments.iter().map(Attachment::json).collect() };
        let mut components = self.components.clone();
        let mut embeds = self.embeds.clone();
        resolve(&mut components, &self.attachments);
        resolve(&mut embeds, &self.attachments);
        let mut shown = json!({
            "id": self.id.to_string(),
            "channel_id": self.channel.to_string(),
            "type": self.kind,
            "content": self.content,
            "author": self.author.map_or_else(|| bot_user(application), |id| self.written_by(id)),
            "attachments": attachments,
            "embeds": embeds,
            "components": components,
            "flags": self.flags,
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": self.mentions_everyone,
            "pinned": false,
            "tts": false,
            "timestamp": timestamp(self.id),
            "edited_timestamp": if self.edited { json!(timestamp_now()) } else { Value::Null },
        });
        if let (Some(metadata), Some(command)) = (&self.metadata, &self.command) {
            // Deprecated, and still the one place for the name.
            shown["interaction"] = json!({
                "id": metadata["id"], "type": metadata["type"], "name": &**command, "user": metadata["user"],
            });
        }
        if let Some(metadata) = &self.metadata {
            shown["interaction_metadata"] = Value::clone(metadata);
            shown["application_id"] = json!(application.to_string());
            shown["webhook_id"] = json!(application.to_string());
        }
        if let Some(nonce) = &self.nonce {
            shown["nonce"] = json!(nonce);
        }
        if let Some(reply) = self.reply_to {
            let (message, channel) = (reply.to_string(), self.channel.to_string());
            shown["message_reference"] = json!({ "type": 0, "message_id": message, "channel_id": channel });
        }
        shown
    }
}

/// Calls `visit` for every object in a tree of components or embeds, outer ones first.
pub(super) fn walk<'a>(node: &'a Value, visit: &mut impl FnMut(&'a serde_json::Map<String, Value>)) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|value| walk(value, visit));
        }
        _ => {}
    }
}

fn collect_text(node: &Value, lines: &mut Vec<String>) {
    walk(node, &mut |object| {
        for key in ["title", "description", "name", "text", "content", "label", "placeholder"] {
            lines.extend(object.get(key).and_then(Value::as_str).map(str::to_owned));
        }
        // The `value` of a field is shown, that of a select's option is not.
        if object.contains_key("name") {
            lines.extend(object.get("value").and_then(Value::as_str).map(str::to_owned));
        }
    });
}

/// Replaces `attachment://name` by the file's address, as Discord does in what it returns.
fn resolve(node: &mut Value, attachments: &[Attachment]) {
    match node {
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, attachments)),
        Value::Object(object) => {
            let name =
                object.get("url").and_then(Value::as_str).and_then(|url| url.strip_prefix("attachment://"));
            let found = name.and_then(|name| attachments.iter().find(|file| file.filename == name));
            if let Some(file) = found {
                object.insert("url".to_owned(), json!(file.url));
                object.insert("proxy_url".to_owned(), json!(file.url));
                object.insert("attachment_id".to_owned(), json!(file.id.to_string()));
                object.insert("content_type".to_owned(), json!(file.content_type));
                if let (Some(width), Some(height)) = (file.width, file.height) {
                    object.insert("width".to_owned(), json!(width));
                    object.insert("height".to_owned(), json!(height));
                }
            }
            object.values_mut().for_each(|value| resolve(value, attachments));
        }
        _ => {}
    }
}

/// The user object of the bot, whose id is that of the application.
pub(super) fn bot_user(application: u64) -> Value {
    json!({
        "id": application.to_string(),
        "username": "easel",
        "discriminator": "0000",
        "global_name": null,
        "avatar": null,
        "bot": true,
        "flags": 0,
        "public_flags": 0,
    })
}
