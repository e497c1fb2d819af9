//! Who and what a script names: members, channels, roles and files.

use std::path::Path;

use image::ImageFormat;
use serde_json::{Value, json};

use crate::frontends::demo::hub::Hub;
use crate::frontends::demo::world::{self, MEMBERS, Member};

const USER: u64 = 6;
const CHANNEL: u64 = 7;
const ROLE: u64 = 8;
const MENTIONABLE: u64 = 9;
const ATTACHMENT: u64 = 11;

/// What a script calls the conversation of a member with the bot.
const DIRECT: &str = "direct";

#[derive(Debug)]
pub(super) enum Place {
    Channel(u64, String),
    Direct,
}

impl Place {
    /// Where a script begins that names none.
    pub(super) fn first() -> Place {
        let (id, name) = world::FIRST;
        Place::Channel(id, name.to_owned())
    }

    pub(super) fn named(hub: &Hub, written: &str) -> Result<Place, String> {
        let written = written.trim_start_matches('#');
        if written.eq_ignore_ascii_case(DIRECT) {
            return Ok(Place::Direct);
        }
        let found = channels(hub).into_iter().find(|(_, name)| name.to_lowercase() == written.to_lowercase());
        found.map(|(id, name)| Place::Channel(id, name)).ok_or_else(|| {
            let names: Vec<String> = channels(hub).into_iter().map(|(_, name)| name).collect();
            format!("there is no such channel; there are: {}, {DIRECT}", names.join(", "))
        })
    }

    pub(super) fn shown(&self) -> String {
        match self {
            Place::Channel(_, name) => format!("#{name}"),
            Place::Direct => "the direct conversation".to_owned(),
        }
    }

    /// Its id for a member, if it is there for them.
    pub(super) fn channel(&self, hub: &Hub, member: &Member) -> Result<u64, String> {
        match self {
            Place::Direct => Ok(hub.discord.open_dm(member.id)),
            Place::Channel(id, _) if hub.can_see(member, *id) => Ok(*id),
            Place::Channel(..) => {
                let seen = channels(hub).into_iter().filter(|(id, _)| hub.can_see(member, *id));
                let seen: Vec<String> = seen.map(|(_, name)| name).chain([DIRECT.to_owned()]).collect();
                Err(format!("{} does not see {}, only: {}", member.name, self.shown(), seen.join(", ")))
            }
        }
    }
}

/// All channels of servers and what they are called, threads among them.
pub(super) fn channels(hub: &Hub) -> Vec<(u64, String)> {
    let named = |channel: Value| Some((channel["id"].as_str()?.parse().ok()?, name_of(&channel)?));
    world::channels(&hub.discord).into_iter().filter_map(named).collect()
}

pub(super) fn member(written: &str) -> Result<&'static Member, String> {
    let found =
        MEMBERS.iter().find(|member| member.name.eq_ignore_ascii_case(written.trim_start_matches('@')));
    found.ok_or_else(|| {
        let names: Vec<&str> = MEMBERS.iter().map(|member| member.name).collect();
        format!("there is no such member; there are: {}", names.join(", "))
    })
}

/// What a channel is called above what happens in it.
pub(super) fn called(hub: &Hub, channel: u64) -> String {
    match name(hub, "#", channel) {
        Some(name) => format!("#{name}"),
        None => "Direct message".to_owned(),
    }
}

/// What a mention means.
pub(super) fn name(hub: &Hub, sign: &str, id: u64) -> Option<String> {
    match sign {
        "@" => Member::find(id).map(|member| member.name.to_owned()),
        "@&" => world::roles().find(|(role, _)| *role == id).map(|(_, name)| name.to_owned()),
        "#" => name_of(&hub.discord.channel_object(id)?),
        _ => None,
    }
}

fn name_of(channel: &Value) -> Option<String> {
    channel["name"].as_str().map(str::to_owned)
}

/// The value of an option; where that is an id, it is what the written name stands for.
pub(super) fn pointed_at(hub: &Hub, option: &Value, written: Value) -> Result<Value, String> {
    let Some(text) = written.as_str().map(str::to_owned) else { return Ok(written) };
    let role = || {
        let written = text.trim_start_matches('@');
        let found = world::roles().find(|(_, name)| name.eq_ignore_ascii_case(written));
        found.map(|(id, _)| id).ok_or_else(|| {
            let names: Vec<&str> = world::roles().map(|(_, name)| name).collect();
            format!("there is no role {text}; there are: {}", names.join(", "))
        })
    };
    let id = match option["type"].as_u64() {
        Some(USER) => member(&text)?.id,
        Some(ROLE) => role()?,
        Some(MENTIONABLE) => member(&text).map(|member| member.id).or_else(|_| role())?,
        Some(CHANNEL) => match Place::named(hub, &text)? {
            Place::Channel(id, _) => id,
            Place::Direct => return Err("this has to be a channel of a server".to_owned()),
        },
        Some(ATTACHMENT) => upload(hub, Path::new(&text))?,
        _ => return Ok(written),
    };
    Ok(json!(id.to_string()))
}

fn upload(hub: &Hub, path: &Path) -> Result<u64, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let name = path.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy());
    let kind =
        ImageFormat::from_path(path).map_or("application/octet-stream", |format| format.to_mime_type());
    let file = hub.discord.upload(&name, kind, bytes);
    let id = file.id;
    hub.keep_file(file);
    Ok(id)
}
