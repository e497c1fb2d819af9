//! Messages in the JSON that Discord takes. Their texts are in [`crate::app::messages`].

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
/// Discord's limit for the words of a panel, in characters, and what it takes of them in UTF-8 bytes: more than about
/// 10,000 was seen to fail.
pub(crate) const PANEL_LIMIT: usize = 4_000;
pub(crate) const PANEL_BYTES: usize = 9_000;
/// The message is made of components.
const COMPONENTS_V2: u64 = 1 << 15;
/// Only the member sees the message.
pub const EPHEMERAL: u64 = 64;

/// A message to Discord. It mentions nobody.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Markdown, at most 2,000 characters.
    pub content: String,
    /// Longer words below it: Markdown, together at most 6,000 characters.
    pub embeds: Vec<String>,
    /// The address of a picture of Discord's own that is shown below the words.
    pub image: Option<String>,
    /// Words and what stands below them are one panel, made of Discord's components: for a page without files, which a
    /// message stays for good.
    pub panel: bool,
    /// Files, shown as pictures.
    pub files: Vec<File>,
    /// Keep the files that the message already has; `files` is empty then.
    pub keep_files: bool,
    /// Rows of buttons and menus, as Discord wants them.
    pub components: Vec<Value>,
    /// Only the member sees it: for follow-ups.
    pub private: bool,
}

#[derive(Debug, Clone)]
pub struct File {
    /// Its name, with extension.
    pub name: String,
    pub mime: &'static str,
    pub alt: String,
    /// Shared with the archive's upload.
    pub bytes: Bytes,
    /// The message has it already, as the attachment of this id: it stays, and is not sent again.
    pub kept: Option<u64>,
}

impl Message {
    /// A message of words only.
    pub fn words(content: impl Into<String>) -> Message {
        Message { content: clip(&content.into(), CONTENT_LIMIT), ..Message::default() }
    }

    pub fn payload(&self, nonce: Option<&str>) -> Value {
        if self.panel && self.files.is_empty() {
            return self.panel_payload(nonce);
        }
        let describe = |(n, file): (usize, &File)| match file.kept {
            Some(id) => json!({ "id": id.to_string() }),
            None => json!({ "id": n.to_string(), "filename": file.name, "description": file.alt }),
        };
        let mut payload = json!({
            "content": self.content,
            "allowed_mentions": { "parse": [] },
            "components": self.components,
        });
        if !self.keep_files {
            payload["attachments"] = self.files.iter().enumerate().map(describe).collect();
        }
        let words = self.embeds.iter().map(|words| json!({ "description": words }));
        let image = self.image.iter().map(|url| json!({ "image": { "url": url } }));
        let embeds: Vec<_> = words.chain(image).collect();
        if !embeds.is_empty() {
            payload["embeds"] = json!(embeds);
        }
        self.sent_with(payload, 0, nonce)
    }

    /// A container with the words, the rest of the text below a line, and the buttons.
    fn panel_payload(&self, nonce: Option<&str>) -> Value {
        let text = |words: &String| json!({ "type": 10, "content": words });
        let mut parts = vec![text(&self.content)];
        if !self.embeds.is_empty() {
            parts.push(json!({ "type": 14 }));
            parts.extend(self.embeds.iter().map(text));
        }
        parts.extend(self.components.iter().cloned());
        let payload = json!({
            "components": [{ "type": 17, "components": parts }],
            "allowed_mentions": { "parse": [] },
        });
        self.sent_with(payload, COMPONENTS_V2, nonce)
    }

    fn sent_with(&self, mut payload: Value, flags: u64, nonce: Option<&str>) -> Value {
        let flags = flags | if self.private { EPHEMERAL } else { 0 };
        if flags != 0 {
            payload["flags"] = json!(flags);
        }
        if let Some(nonce) = nonce {
            payload["nonce"] = json!(nonce);
            payload["enforce_nonce"] = json!(true);
        }
        payload
    }

    /// As [`Message::payload`], of a message that comes in the response to an interaction.
    pub(crate) fn payload_without_files(&self) -> Value {
        let mut payload = self.payload(None);
        if let Some(fields) = payload.as_object_mut() {
            fields.remove("attachments");
        }
        payload
    }
}
