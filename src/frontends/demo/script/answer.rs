//! A message as what people see of it.

use easel_emulator::discord::{Attachment, Message};
use serde_json::Value;

use super::find::{self, Field, text};
use super::transcript::{Answer, File, Part};

/// Files whose bytes are shown in place.
const PICTURE: &str = "image/";

/// Makes answers of messages, and keeps their files.
pub(super) struct Reader<'a> {
    pub(super) files: &'a mut Vec<File>,
    pub(super) named: &'a dyn Fn(&str) -> String,
}

impl Reader<'_> {
    pub(super) fn answer(&mut self, message: &Message, only_for: Option<String>) -> Answer {
        let mut parts = Vec::new();
        self.text(&message.content, &mut parts);
        for embed in message.embeds.as_array().into_iter().flatten() {
            self.embed(embed, message, &mut parts);
        }
        let mut components = Vec::new();
        self.components(&message.components, message, &mut components);
        for file in &message.attachments {
            let shown = self.file(file, None);
            if !parts.contains(&shown) && !components.contains(&shown) {
                parts.push(shown);
            }
        }
        parts.extend(components);
        Answer { only_for, parts }
    }

    fn text(&self, text: &str, parts: &mut Vec<Part>) {
        if !text.trim().is_empty() {
            parts.push(Part::Text((self.named)(text)));
        }
    }

    fn embed(&mut self, embed: &Value, message: &Message, parts: &mut Vec<Part>) {
        if let Some(title) = embed["title"].as_str() {
            self.text(&format!("**{title}**"), parts);
        }
        self.text(&text(embed, "description"), parts);
        for field in embed["fields"].as_array().into_iter().flatten() {
            self.text(&format!("**{}**\n{}", text(field, "name"), text(field, "value")), parts);
        }
        parts.extend(self.media(&embed["image"], None, message));
        if let Some(footer) = embed["footer"]["text"].as_str() {
            self.text(&format!("-# {footer}"), parts);
        }
    }

    fn components(&mut self, list: &Value, message: &Message, parts: &mut Vec<Part>) {
        let mut buttons = Vec::new();
        for component in list.as_array().into_iter().flatten() {
            match component["type"].as_u64() {
                Some(2) => buttons.push(text(component, "label")),
                Some(3) => parts.push(menu(component)),
                Some(10) => self.text(&text(component, "content"), parts),
                Some(11) => {
                    let alt = component["description"].as_str();
                    parts.extend(self.media(&component["media"], alt, message));
                }
                Some(12) => {
                    for item in component["items"].as_array().into_iter().flatten() {
                        let alt = item["description"].as_str();
                        parts.extend(self.media(&item["media"], alt, message));
                    }
                }
                Some(13) => parts.extend(self.media(&component["file"], None, message)),
                Some(14) => parts.push(Part::Rule),
                _ => {
                    self.components(&component["components"], message, parts);
                    let accessory = Value::Array(component.get("accessory").cloned().into_iter().collect());
                    self.components(&accessory, message, parts);
                }
            }
        }
        match parts.last_mut() {
            // Rows of buttons are one line.
            Some(Part::Buttons(row)) if !buttons.is_empty() => row.extend(buttons),
            _ if !buttons.is_empty() => parts.push(Part::Buttons(buttons)),
            _ => {}
        }
    }

    /// A file of the message that a component shows.
    fn media(&mut self, media: &Value, alt: Option<&str>, message: &Message) -> Option<Part> {
        let name = media["url"].as_str()?.strip_prefix("attachment://")?;
        let file = message.attachments.iter().find(|file| file.filename == name)?;
        Some(self.file(file, alt))
    }

    fn file(&mut self, file: &Attachment, alt: Option<&str>) -> Part {
        let place = self.files.iter().position(|kept| kept.id == file.id);
        let place = place.unwrap_or_else(|| {
            self.files.push(kept(file, self.files.len() + 1));
            self.files.len() - 1
        });
        if !file.content_type.starts_with(PICTURE) {
            return Part::File { name: file.filename.clone(), file: place };
        }
        let alt = alt.or(file.description.as_deref()).unwrap_or(&file.filename);
        Part::Picture { alt: alt.to_owned(), file: place }
    }
}

/// Its name stays the same when the script is played again, so that links to it do.
fn kept(file: &Attachment, number: usize) -> File {
    let kind = if file.content_type.starts_with(PICTURE) { "picture" } else { "file" };
    let ending = file.filename.rsplit_once('.').map_or("bin", |(_, ending)| ending);
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric();
    let ending: String = ending.chars().filter(is_plain).collect();
    File {
        id: file.id,
        name: format!("{kind}-{number}.{ending}"),
        content_type: file.content_type.clone(),
        bytes: file.bytes.clone(),
    }
}

fn menu(component: &Value) -> Part {
    let options = component["options"].as_array().into_iter().flatten();
    Part::Menu {
        placeholder: text(component, "placeholder"),
        options: options.map(|option| text(option, "label")).collect(),
    }
}

/// A form as it opens.
pub(super) fn form(data: &Value) -> Part {
    let labels = |field: Field| field.field.label;
    Part::Form {
        title: text(data, "title"),
        labels: find::fields(&data["components"]).into_iter().map(labels).collect(),
    }
}
