//! Whether Discord would take a message: text, embeds, files, flags and mentions.

use serde_json::{Map, Value};

use super::api_error::{ApiError, Form};
use super::body::Upload;
use super::components;
use super::mentions::parse_id;
use super::message::{Attachment, COMPONENTS_V2, EPHEMERAL, walk};

const CONTENT: usize = 2000;
const EMBEDS: usize = 10;
const EMBEDS_TOTAL: usize = 6000;
const FILES: usize = 10;
/// `SUPPRESS_EMBEDS`, `EPHEMERAL`, `SUPPRESS_NOTIFICATIONS`, `IS_COMPONENTS_V2`.
const FLAGS: u64 = 4 | EPHEMERAL | 4096 | COMPONENTS_V2;

pub(super) struct Rules<'a> {
    pub(super) file_limit: u64,
    /// Attachments of the message so far.
    pub(super) kept: &'a [Attachment],
    /// Flags of the message so far.
    pub(super) flags: u64,
}

/// Refuses what Discord refuses, except for an empty message.
pub(super) fn check(upload: &Upload, rules: &Rules<'_>) -> Result<(), ApiError> {
    let payload = &upload.payload;
    let mut form = Form::default();
    form.text("content", payload.get("content"), 0, CONTENT);
    let flags = flags(payload, &mut form);
    let v2 = (flags | rules.flags) & COMPONENTS_V2 != 0;
    for (at, embed) in form.list("embeds", payload.get("embeds"), EMBEDS).iter().enumerate() {
        check_embed(&mut form, &format!("embeds.{at}"), embed);
    }
    check_total(&mut form, payload.get("embeds"));
    let names = check_files(&mut form, upload, rules.kept);
    check_references(&mut form, "embeds", payload.get("embeds"), &names);
    check_references(&mut form, "components", payload.get("components"), &names);
    check_allowed_mentions(&mut form, payload.get("allowed_mentions"));
    components::check(&mut form, payload.get("components"), v2);
    if v2 {
        for key in ["content", "embeds", "stickers", "poll"] {
            let filled = match payload.get(key) {
                None | Some(Value::Null) => false,
                Some(Value::String(text)) => !text.is_empty(),
                Some(Value::Array(items)) => !items.is_empty(),
                Some(_) => true,
            };
            if filled {
                let message =
                    format!("The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
                form.error(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message);
            }
        }
    }
    form.finish()?;
    if upload.files.values().any(|file| file.bytes.len() as u64 > rules.file_limit) {
        return Err(ApiError::too_large());
    }
    Ok(())
}

fn flags(payload: &Map<String, Value>, form: &mut Form) -> u64 {
    match payload.get("flags") {
        None | Some(Value::Null) => 0,
        Some(value) => match value.as_u64() {
            Some(flags) if flags & !FLAGS == 0 => flags,
            _ => {
                form.error("flags", "BITFIELD_TYPE_UNKNOWN_FLAGS", format!("Flags {value} cannot be set."));
                0
            }
        },
    }
}

fn check_embed(form: &mut Form, path: &str, embed: &Value) {
    if !embed.is_object() {
        form.error(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType");
        return;
    }
    let part = |key: &str, inner: &str| embed.get(key).and_then(|object| object.get(inner));
    form.text(&format!("{path}.title"), embed.get("title"), 0, 256);
    form.text(&format!("{path}.description"), embed.get("description"), 0, 4096);
    form.text(&format!("{path}.footer.text"), part("footer", "text"), 0, 2048);
    form.text(&format!("{path}.author.name"), part("author", "name"), 0, 256);
    if let Some(color) = embed.get("color").filter(|color| !color.is_null())
        && color.as_u64().is_none_or(|color| color > 0x00ff_ffff)
    {
        form.error(format!("{path}.color"), "NUMBER_TYPE_MAX", "int value should be between 0 and 16777215.");
    }
    let fields = form.list(&format!("{path}.fields"), embed.get("fields"), 25);
    for (at, field) in fields.iter().enumerate() {
        form.required_text(&format!("{path}.fields.{at}.name"), field.get("name"), 1, 256);
        form.required_text(&format!("{path}.fields.{at}.value"), field.get("value"), 1, 1024);
    }
    let urls = [
        ("url", embed.get("url"), false),
        ("image.url", part("image", "url"), true),
        ("thumbnail.url", part("thumbnail", "url"), true),
        ("author.url", part("author", "url"), false),
        ("author.icon_url", part("author", "icon_url"), true),
        ("footer.icon_url", part("footer", "icon_url"), true),
    ];
    for (key, value, may_attach) in urls {
        form.url(&format!("{path}.{key}"), value, may_attach);
    }
    let stamp = embed.get("timestamp").and_then(Value::as_str);
    let rfc3339 = time::format_description::well_known::Rfc3339;
    if stamp.is_some_and(|stamp| time::OffsetDateTime::parse(stamp, &rfc3339).is_err()) {
        form.error(format!("{path}.timestamp"), "DATE_TIME_TYPE_PARSE", "Could not parse the time.");
    }
}

fn check_total(form: &mut Form, embeds: Option<&Value>) {
    let Some(embeds) = embeds.and_then(Value::as_array) else { return };
    let length = |value: Option<&Value>| value.and_then(Value::as_str).map_or(0, |text| text.chars().count());
    let total: usize = embeds
        .iter()
        .map(|embed| {
            let part = |key: &str, inner: &str| length(embed.get(key).and_then(|part| part.get(inner)));
            let fields = embed.get("fields").and_then(Value::as_array).map_or(0, |fields| {
                fields.iter().map(|field| length(field.get("name")) + length(field.get("value"))).sum()
            });
            let own = length(embed.get("title")) + length(embed.get("description"));
            own + part("footer", "text") + part("author", "name") + fields
        })
        .sum();
    if total > EMBEDS_TOTAL {
        let message = format!("Embed size exceeds maximum size of {EMBEDS_TOTAL}");
        form.error("embeds", "MAX_EMBED_SIZE_EXCEEDED", message);
    }
}

/// Checks the list of files and returns the names that `attachment://` may use.
fn check_files(form: &mut Form, upload: &Upload, kept: &[Attachment]) -> Vec<String> {
    let listed = upload.payload.get("attachments");
    let entries = form.list("attachments", listed, FILES);
    let mut names = Vec::new();
    let mut seen = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let path = format!("attachments.{at}");
        form.text(&format!("{path}.description"), entry.get("description"), 0, 1024);
        form.text(&format!("{path}.filename"), entry.get("filename"), 1, 1024);
        let id = entry.get("id").and_then(parse_id);
        let file = id.and_then(|id| upload.files.get(&id));
        let old = id.and_then(|id| kept.iter().find(|file| file.id == id));
        if seen.contains(&id) {
            form.error(format!("{path}.id"), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The id is listed twice.");
        }
        seen.push(id);
        match (file, old) {
            (Some(file), _) => {
                let name = entry.get("filename").and_then(Value::as_str).unwrap_or(&file.filename);
                names.push(clean_name(name));
            }
            (None, Some(old)) => names.push(old.filename.clone()),
            (None, None) => form.error(
                format!("{path}.id"),
                "ATTACHMENT_NOT_FOUND",
                "There is neither a part files[n] nor an attachment with this id.",
            ),
        }
    }
    let unlisted: Vec<u64> = upload.files.keys().copied().filter(|n| !seen.contains(&Some(*n))).collect();
    if listed.is_some_and(Value::is_array) {
        for n in unlisted {
            form.error("attachments", "ATTACHMENT_NOT_LISTED", format!("files[{n}] is not in attachments."));
        }
    } else {
        names.extend(kept.iter().map(|file| file.filename.clone()));
        names.extend(upload.files.values().map(|file| clean_name(&file.filename)));
        if names.len() > FILES {
            form.error("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.");
        }
    }
    for (n, file) in &upload.files {
        if file.filename.is_empty() {
            form.error(format!("files[{n}]"), "FILE_NAME_REQUIRED", "A file needs a name.");
        }
    }
    names
}

/// Discord keeps letters, digits, dots, dashes and underscores.
pub(super) fn clean_name(name: &str) -> String {
    let kept = |symbol: char| symbol.is_alphanumeric() || matches!(symbol, '.' | '-' | '_');
    name.chars().map(|symbol| if kept(symbol) { symbol } else { '_' }).collect()
}

fn check_references(form: &mut Form, root: &str, tree: Option<&Value>, names: &[String]) {
    let Some(tree) = tree else { return };
    walk(tree, &mut |object| {
        let urls = ["url", "icon_url"].iter().filter_map(|key| object.get(*key).and_then(Value::as_str));
        for name in urls.filter_map(|url| url.strip_prefix("attachment://")) {
            if !names.iter().any(|known| known == name) {
                let message = format!("The attachment {name} was not found.");
                form.error(root, "REFERENCED_ATTACHMENT_NOT_FOUND", message);
            }
        }
    });
}

fn check_allowed_mentions(form: &mut Form, allowed: Option<&Value>) {
    let Some(allowed) = allowed.filter(|allowed| !allowed.is_null()) else { return };
    let path = "allowed_mentions";
    let parse = form.list(&format!("{path}.parse"), allowed.get("parse"), 3);
    for kind in parse {
        if !matches!(kind.as_str(), Some("users" | "roles" | "everyone")) {
            form.error(format!("{path}.parse"), "BASE_TYPE_CHOICES", "Must be users, roles or everyone.");
        }
    }
    for kind in ["users", "roles"] {
        let ids = form.list(&format!("{path}.{kind}"), allowed.get(kind), 100);
        if !ids.is_empty() && parse.iter().any(|item| item == kind) {
            let message = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            form.error(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message);
        }
    }
}
