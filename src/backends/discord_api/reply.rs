//! Messages and first answers, in the JSON that Discord takes. Their texts are in [`crate::app::messages`].

use bytes::Bytes;
use serde_json::{Value, json};

use crate::domain::text::clip;

/// Discord's limit for a message, in characters.
pub(crate) const CONTENT_LIMIT: usize = 2_000;
/// Discord's limits for the words of one embed and of all together, in characters.
pub(crate) const EMBED_LIMIT: usize = 4_096;
pub(crate) const EMBEDS_LIMIT: usize = 6_000;
/// Discord's limit for an alt text, in characters.
pub(crate) const ALT_LIMIT: usize = 1_024;
/// Only the member sees the message.
pub const EPHEMERAL: u64 = 64;

/// A message on its way to Discord. It can mention nobody.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Markdown, at most 2,000 characters.
    pub content: String,
    /// Longer words below it: Markdown, together at most 6,000 characters.
    pub embeds: Vec<String>,
    /// Files, shown as pictures.
    pub files: Vec<File>,
    /// Keep the files that the message already has; `files` is empty then.
    pub keep_files: bool,
    /// Rows of buttons and menus, as Discord wants them.
    pub components: Vec<Value>,
}

/// A file of a message.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name, with extension.
    pub name: String,
    /// Its content type.
    pub mime: &'static str,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Shared with the archive's upload.
    pub bytes: Bytes,
}

impl Message {
    /// A message of words only.
    pub fn words(content: impl Into<String>) -> Message {
        Message { content: clip(&content.into(), CONTENT_LIMIT), ..Message::default() }
    }

    /// The JSON of a message create or edit.
    pub fn payload(&self, nonce: Option<&str>) -> Value {
        let describe = |(n, file): (usize, &File)| json!({ "id": n.to_string(), "filename": file.name, "description": file.alt });
        let mut payload = json!({
            "content": self.content,
            "allowed_mentions": { "parse": [] },
            "components": self.components,
        });
        if !self.keep_files {
            payload["attachments"] = self.files.iter().enumerate().map(describe).collect();
        }
        if !self.embeds.is_empty() {
            payload["embeds"] = self.embeds.iter().map(|words| json!({ "description": words })).collect();
        }
        if let Some(nonce) = nonce {
            payload["nonce"] = json!(nonce);
            payload["enforce_nonce"] = json!(true);
        }
        payload
    }
}

/// "Thinking …", at once; whether only the member sees it cannot change later.
pub fn deferred(private: bool) -> Value {
    if private { json!({ "type": 5, "data": { "flags": EPHEMERAL } }) } else { json!({ "type": 5 }) }
}

/// An answer for the member alone.
pub fn private_words(words: &str) -> Value {
    let content = clip(words, CONTENT_LIMIT);
    json!({ "type": 4, "data": { "content": content, "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } } })
}

/// A message without files for the member alone.
pub fn private_message(message: &Message) -> Value {
    let mut data = without_files(message);
    data["flags"] = json!(EPHEMERAL);
    json!({ "type": 4, "data": data })
}

/// The message with the button stays as it is for the moment.
pub fn deferred_update() -> Value {
    json!({ "type": 6 })
}

/// A message without files in the place of the one with the button.
pub fn update(message: &Message) -> Value {
    json!({ "type": 7, "data": without_files(message) })
}

fn without_files(message: &Message) -> Value {
    let mut data = message.payload(None);
    if let Some(fields) = data.as_object_mut() {
        fields.remove("attachments");
    }
    data
}

/// Up to 25 choices of an option, each a label and a value.
pub fn choices(choices: impl Iterator<Item = (String, String)>) -> Value {
    let choice =
        |(name, value): (String, String)| json!({ "name": clip(&name, 100), "value": clip(&value, 100) });
    json!({ "type": 8, "data": { "choices": choices.take(25).map(choice).collect::<Vec<_>>() } })
}
