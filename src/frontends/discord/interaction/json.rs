//! An interaction from Discord's own JSON, as Discord posts it.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::Value as Json;

use crate::domain::unreadable::Unreadable;

use super::{Action, Attachment, ChannelKind, DEFAULT_FILE_LIMIT, Interaction, Target, Value};

/// The body of an HTTP request from Discord.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// Discord asks whether anybody is there.
    Ping,
    Interaction(Box<Interaction>),
}

/// Reads a request's body.
pub fn read(body: &[u8]) -> Result<Incoming, Unreadable> {
    let Kind { kind } = serde_json::from_slice(body)?;
    if kind == 1 {
        return Ok(Incoming::Ping);
    }
    let sent: Sent = serde_json::from_slice(body)?;
    Ok(Incoming::Interaction(Box::new(sent.into())))
}

/// Types of interactions.
const COMMAND: u8 = 2;
const COMPONENT: u8 = 3;
const AUTOCOMPLETE: u8 = 4;
const MODAL_SUBMIT: u8 = 5;

/// Types of options.
const SUB_COMMAND: u8 = 1;
const SUB_COMMAND_GROUP: u8 = 2;
const STRING: u8 = 3;
const INTEGER: u8 = 4;
const BOOLEAN: u8 = 5;
const USER: u8 = 6;
const CHANNEL: u8 = 7;
const ROLE: u8 = 8;
const MENTIONABLE: u8 = 9;
const NUMBER: u8 = 10;
const ATTACHMENT: u8 = 11;

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: u8,
}

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "type")]
    kind: u8,
    id: Id,
    application_id: Id,
    token: String,
    data: Option<Data>,
    guild_id: Option<Id>,
    channel_id: Option<Id>,
    channel: Option<Channel>,
    member: Option<Member>,
    user: Option<User>,
    attachment_size_limit: Option<u64>,
    locale: Option<String>,
    guild_locale: Option<String>,
    message: Option<Json>,
}

/// Discord writes its ids as strings: they do not fit into the numbers of every JSON reader.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Id(u64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Id).map_err(|_| D::Error::custom("an id is not a number"))
    }
}

#[derive(Deserialize)]
struct Channel {
    id: Id,
    #[serde(rename = "type")]
    kind: Option<u8>,
    parent_id: Option<Id>,
    nsfw: Option<bool>,
}

#[derive(Deserialize)]
struct Member {
    user: User,
    #[serde(default)]
    roles: Vec<Id>,
    permissions: Option<Id>,
}

#[derive(Deserialize)]
struct User {
    id: Id,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Data {
    name: String,
    options: Vec<Opt>,
    resolved: Resolved,
    custom_id: String,
    values: Vec<String>,
    components: Vec<Json>,
}

#[derive(Deserialize)]
struct Opt {
    name: String,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    value: Json,
    #[serde(default)]
    options: Vec<Opt>,
    #[serde(default)]
    focused: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resolved {
    attachments: HashMap<String, File>,
    messages: HashMap<String, Json>,
}

#[derive(Deserialize)]
struct File {
    url: String,
    filename: String,
    size: u64,
    content_type: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
}

impl From<Sent> for Interaction {
    fn from(sent: Sent) -> Interaction {
        let guild = sent.guild_id.map(|id| id.0);
        let (roles, permissions) = sent.member.as_ref().map_or((Vec::new(), 0), |member| {
            let own = member.roles.iter().map(|role| role.0);
            (own.chain(guild).collect(), member.permissions.map_or(0, |bits| bits.0))
        });
        let number = sent.channel.as_ref().and_then(|channel| channel.kind);
        let channel_kind = number.map_or(ChannelKind::Unknown, ChannelKind::from);
        let thread = sent.channel.as_ref().filter(|_| channel_kind == ChannelKind::Thread);
        let parent = thread.and_then(|thread| thread.parent_id).map(|id| id.0);
        let channel = sent.channel_id.or(sent.channel.as_ref().map(|channel| channel.id));
        Interaction {
            id: sent.id.0,
            application: sent.application_id.0,
            token: sent.token,
            action: action(sent.kind, sent.data.unwrap_or_default(), sent.application_id.0),
            guild,
            channel: channel.map_or(0, |id| id.0),
            channel_kind,
            parent,
            member: sent.member.map(|member| member.user).or(sent.user).map_or(0, |user| user.id.0),
            roles,
            permissions,
            // Of a thread only the channel above it knows.
            age_restricted: if parent.is_some() {
                None
            } else {
                sent.channel.and_then(|channel| channel.nsfw)
            },
            file_limit: sent.attachment_size_limit.unwrap_or(DEFAULT_FILE_LIMIT),
            shown: sent.message.as_ref().and_then(shown),
            takes_labels: true,
            locale: sent.locale,
            guild_locale: sent.guild_locale,
        }
    }
}

fn action(kind: u8, data: Data, application: u64) -> Action {
    match kind {
        COMMAND if !data.resolved.messages.is_empty() => {
            let target = data.resolved.messages.values().next();
            match target.and_then(|message| Target::of(message, application)) {
                Some(target) => Action::OnMessage { name: data.name, target },
                None => Action::Unknown,
            }
        }
        COMMAND => {
            let (name, options) = path(data.name, data.options);
            let value = |option: Opt| Some((option.name.clone(), value(option, &data.resolved)?));
            Action::Command { name, options: options.into_iter().filter_map(value).collect() }
        }
        AUTOCOMPLETE => {
            let (name, options) = path(data.name, data.options);
            let focused = options.into_iter().find(|option| option.focused);
            let (option, text) = focused.map_or_else(Default::default, |option| {
                let text = option.value.as_str().map_or_else(|| option.value.to_string(), str::to_owned);
                (option.name, text)
            });
            Action::Typing { name, option, text }
        }
        COMPONENT => Action::Click { custom_id: data.custom_id, values: data.values },
        MODAL_SUBMIT => {
            let fields = data.components.iter().flat_map(inputs).filter_map(filled).collect();
            Action::Submit { custom_id: data.custom_id, fields }
        }
        _ => Action::Unknown,
    }
}

/// The picture of a message's first embed.
fn shown(message: &Json) -> Option<String> {
    message["embeds"][0]["image"]["url"].as_str().map(str::to_owned)
}

/// The inputs of a row, or the one of a label.
fn inputs(component: &Json) -> Vec<&Json> {
    let in_row = component["components"].as_array().into_iter().flatten();
    in_row.chain(component.get("component")).collect()
}

/// The name of an input, and what was written into it or chosen first.
fn filled(input: &Json) -> Option<(String, String)> {
    let value = input.get("value").or(input["values"].get(0)).and_then(Json::as_str);
    Some((input["custom_id"].as_str()?.to_owned(), value.unwrap_or_default().to_owned()))
}

/// The command with its subcommand, and the innermost options.
fn path(mut name: String, mut options: Vec<Opt>) -> (String, Vec<Opt>) {
    while options.first().is_some_and(|option| matches!(option.kind, SUB_COMMAND | SUB_COMMAND_GROUP)) {
        let inner = options.swap_remove(0);
        name = format!("{name} {}", inner.name);
        options = inner.options;
    }
    (name, options)
}

fn value(option: Opt, resolved: &Resolved) -> Option<Value> {
    let id = || option.value.as_str()?.parse().ok();
    match option.kind {
        STRING => option.value.as_str().map(|text| Value::Text(text.to_owned())),
        INTEGER => option.value.as_i64().map(Value::Integer),
        BOOLEAN => option.value.as_bool().map(Value::Boolean),
        NUMBER => option.value.as_f64().map(Value::Number),
        USER | CHANNEL | ROLE | MENTIONABLE => id().map(Value::Id),
        ATTACHMENT => {
            resolved.attachments.get(option.value.as_str()?).map(|file| Value::Attachment(file.into()))
        }
        _ => None,
    }
}

impl From<&File> for Attachment {
    fn from(file: &File) -> Attachment {
        Attachment {
            url: file.url.clone(),
            filename: file.filename.clone(),
            size: file.size,
            content_type: file.content_type.clone(),
            pixels: file.width.zip(file.height),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn base() -> Json {
        json!({
            "type": 2, "id": "11", "application_id": "12", "token": "secret", "guild_id": "3", "channel_id": "5",
            "channel": { "id": "5", "type": 0, "nsfw": true, "parent_id": "4" },
            "member": { "user": { "id": "7" }, "roles": ["20"], "permissions": "32" },
            "attachment_size_limit": 1000, "locale": "de", "guild_locale": "fr", "data": { "name": "help" },
        })
    }

    fn interaction(json: &Json) -> Interaction {
        match read(json.to_string().as_bytes()).unwrap() {
            Incoming::Interaction(interaction) => *interaction,
            Incoming::Ping => panic!("a ping"),
        }
    }

    #[test]
    fn everything_that_counts_is_read() {
        let mut json = base();
        json["data"] = json!({ "name": "easel", "options": [{ "type": 2, "name": "limits", "options": [
            { "type": 1, "name": "set", "options": [
                { "type": 8, "name": "role", "value": "20" },
                { "type": 4, "name": "daily", "value": 3 },
                { "type": 10, "name": "strength", "value": 1 },
                { "type": 5, "name": "only", "value": true },
                { "type": 3, "name": "text", "value": "words" },
                { "type": 11, "name": "image", "value": "99" },
                { "type": 11, "name": "missing", "value": "98" }] }] }],
            "resolved": { "attachments": { "99": { "url": "https://cdn.discordapp.com/x.png", "filename": "x.png", "size": 5,
                "content_type": "image/png", "width": 64, "height": 32 } } } });
        let read = interaction(&json);
        assert_eq!(
            (read.id, read.application, read.guild, read.channel, read.parent),
            (11, 12, Some(3), 5, None)
        );
        assert_eq!((read.member, read.roles.as_slice(), read.permissions), (7, [20, 3].as_slice(), 32));
        assert_eq!((read.age_restricted, read.file_limit, read.is_admin()), (Some(true), 1000, true));
        assert_eq!((read.locale.as_deref(), read.guild_locale.as_deref()), (Some("de"), Some("fr")));
        let Action::Command { name, options } = read.action else { panic!("no command") };
        assert_eq!(name, "easel limits set");
        let names: Vec<_> = options.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["role", "daily", "strength", "only", "text", "image"]);
        assert_eq!(options[0].1, Value::Id(20));
        assert_eq!(options[2].1, Value::Number(1.0));
        assert!(matches!(&options[5].1, Value::Attachment(file) if file.pixels == Some((64, 32))));
    }

    #[test]
    fn a_thread_has_a_parent_and_a_private_conversation_a_user() {
        let mut json = base();
        json["channel"] = json!({ "id": "50", "type": 11, "parent_id": "5" });
        assert_eq!((interaction(&json).parent, interaction(&json).age_restricted), (Some(5), None));
        for gone in ["guild_id", "member"] {
            json.as_object_mut().unwrap().remove(gone);
        }
        json["user"] = json!({ "id": "8" });
        assert_eq!((interaction(&json).member, interaction(&json).guild), (8, None));
    }

    #[test]
    fn clicks_and_typing_and_pings_are_told_apart() {
        assert_eq!(read(br#"{"type":1}"#).unwrap(), Incoming::Ping);
        let mut json = base();
        json["type"] = json!(3);
        json["data"] = json!({ "custom_id": "v1:details:x:0", "component_type": 2 });
        let click = Action::Click { custom_id: "v1:details:x:0".into(), values: Vec::new() };
        assert_eq!(interaction(&json).action, click);
        json["type"] = json!(4);
        json["data"] = json!({ "name": "imagine", "options": [{ "type": 3, "name": "style", "value": "an", "focused": true }] });
        let typing = Action::Typing { name: "imagine".into(), option: "style".into(), text: "an".into() };
        assert_eq!(interaction(&json).action, typing);
        json["type"] = json!(99);
        assert_eq!(interaction(&json).action, Action::Unknown);
    }

    #[test]
    fn what_discord_would_not_send_is_an_error() {
        let deep = format!("{{\"type\":2,\"data\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let bodies: [&[u8]; 8] = [
            b"",
            b"{",
            b"[]",
            b"\xff\xfe",
            br#"{"type":"2"}"#,
            br#"{"type":2,"id":5,"application_id":"1","token":"t"}"#,
            br#"{"type":2,"id":"x","application_id":"1","token":"t"}"#,
            deep.as_bytes(),
        ];
        for body in bodies {
            assert!(read(body).is_err(), "{}", String::from_utf8_lossy(&body[..body.len().min(60)]));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200), at in 0..400_usize) {
            drop(read(&body));
            let mut torn = base().to_string().into_bytes();
            torn.truncate(at.min(torn.len()));
            torn.extend(&body);
            drop(read(&torn));
        }
    }
}
