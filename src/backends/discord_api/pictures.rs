//! The pictures that a message shows.

use serde_json::Value;

use super::attachment::Attachment;
use crate::domain::image_format::ImageFormat;

/// The pictures that are attached to a message or to the one that it forwards, then those of its embeds.
pub fn pictures_of(message: &Value) -> Vec<Attachment> {
    let forwarded =
        message["message_snapshots"].as_array().into_iter().flatten().map(|snapshot| &snapshot["message"]);
    std::iter::once(message).chain(forwarded).flat_map(own_pictures).collect()
}

fn own_pictures(message: &Value) -> Vec<Attachment> {
    let list = |name: &str| message[name].as_array().into_iter().flatten();
    let attached = list("attachments").filter_map(attached);
    let embedded = list("embeds")
        .filter_map(|embed| embedded(&embed["image"]).or_else(|| embedded(&embed["thumbnail"])));
    attached.chain(embedded).collect()
}

fn attached(file: &Value) -> Option<Attachment> {
    let text = |name: &str| file[name].as_str().map(str::to_owned);
    let content_type = text("content_type")?;
    content_type.starts_with("image/").then_some(())?;
    Some(Attachment {
        url: text("url")?,
        filename: text("filename")?,
        size: file["size"].as_u64()?,
        content_type: Some(content_type),
        pixels: pixels(file),
    })
}

/// The copy of an embed's picture that Discord keeps: Easel fetches from nobody else.
fn embedded(media: &Value) -> Option<Attachment> {
    let url = media["proxy_url"].as_str().or(media["url"].as_str())?.to_owned();
    let filename = url.split(['?', '#']).next()?.rsplit('/').next()?.to_owned();
    let format = filename.rsplit('.').next().and_then(ImageFormat::from_extension);
    let content_type = format.map(|format| format.content_type().to_owned());
    Some(Attachment { url, filename, size: 1, content_type, pixels: pixels(media) })
}

fn pixels(media: &Value) -> Option<(u32, u32)> {
    let side = |name: &str| media[name].as_u64().and_then(|side| u32::try_from(side).ok());
    side("width").zip(side("height"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pictures_are_found_wherever_a_message_has_them() {
        let file = |name: &str, kind: &str| json!({ "url": format!("https://cdn.discordapp.com/{name}"), "filename": name, "size": 5, "content_type": kind, "width": 2, "height": 3 });
        let message = json!({
            "attachments": [file("a.txt", "text/plain"), file("b.png", "image/png")],
            "embeds": [{ "description": "words" }, { "image": { "url": "https://x.example/c.webp", "proxy_url": "https://media.discordapp.net/external/c.webp?x=1" } }],
            "message_snapshots": [{ "message": { "attachments": [file("d.jpg", "image/jpeg")] } }],
        });
        let found = pictures_of(&message);
        let names: Vec<_> = found.iter().map(|file| file.filename.as_str()).collect();
        assert_eq!(names, ["b.png", "c.webp", "d.jpg"]);
        assert_eq!(found[0].pixels, Some((2, 3)));
        assert_eq!(found[1].url, "https://media.discordapp.net/external/c.webp?x=1");
        assert!(pictures_of(&json!({ "content": "words" })).is_empty());
    }
}
