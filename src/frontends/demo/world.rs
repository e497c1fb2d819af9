//! Who is in the playground, and where.

use easel_emulator::discord::{Discord, DiscordOptions, InteractionBuilder, USUAL_PERMISSIONS};
use serde_json::{Value, json};

use super::hub::Hub;

const MANAGE_GUILD: u64 = 1 << 5;
const MANAGE_MESSAGES: u64 = 1 << 13;
const MANAGE_THREADS: u64 = 1 << 34;

const STUDIO: u64 = 1000;
const GARDEN: u64 = 3000;
const ARTISTS: u64 = 1101;
const HOSTS: u64 = 1102;
/// In it a session is under way.
const SESSION: u64 = 1003;

pub(super) struct Member {
    pub(super) id: u64,
    pub(super) name: &'static str,
    about: &'static str,
    color: &'static str,
    admin: bool,
    roles: &'static [u64],
    /// A stranger is in none.
    servers: &'static [u64],
}

pub(super) struct Server {
    pub(super) id: u64,
    pub(super) name: &'static str,
    channels: &'static [Channel],
}

struct Channel {
    id: u64,
    name: &'static str,
    age_restricted: bool,
    parent: Option<u64>,
}

#[rustfmt::skip]
pub(super) const MEMBERS: [Member; 5] = [
    Member { id: 2002, name: "Mira", about: "paints a lot", color: "#5b8def", admin: false, roles: &[ARTISTS], servers: &[STUDIO, GARDEN] },
    Member { id: 2001, name: "Ada", about: "may manage the server", color: "#d9822b", admin: true, roles: &[HOSTS], servers: &[STUDIO, GARDEN] },
    Member { id: 2003, name: "Jon", about: "new here", color: "#3fa66b", admin: false, roles: &[], servers: &[STUDIO] },
    Member { id: 2004, name: "Noor", about: "works on the poster", color: "#b065c9", admin: false, roles: &[ARTISTS], servers: &[STUDIO] },
    Member { id: 2009, name: "Sam", about: "a stranger: only the direct message", color: "#8a8f98", admin: false, roles: &[], servers: &[] },
];

const ROLES: [(u64, &str, u32); 2] = [(ARTISTS, "Artists", 0x005b_8def), (HOSTS, "Hosts", 0x00d9_822b)];

#[rustfmt::skip]
const SERVERS: [Server; 2] = [
    Server { id: STUDIO, name: "Studio", channels: &[
        Channel { id: 1001, name: "paintings", age_restricted: false, parent: None },
        Channel { id: 1002, name: "sketches", age_restricted: false, parent: None },
        Channel { id: 1005, name: "Night studies", age_restricted: false, parent: Some(1002) },
        Channel { id: SESSION, name: "poster", age_restricted: false, parent: None },
        Channel { id: 1004, name: "life-drawing", age_restricted: true, parent: None },
    ] },
    Server { id: GARDEN, name: "Garden club", channels: &[
        Channel { id: 3001, name: "flowers", age_restricted: false, parent: None },
    ] },
];

/// Where people are at first.
pub(super) const FIRST: (u64, &str) = (1001, "paintings");

const SUGGESTIONS: [&str; 3] = [
    "a lighthouse in a storm --ar 16:9",
    "a cat eating ice cream --n 4",
    "{red, green} dragon over a mountain lake",
];

impl Member {
    pub(super) fn find(id: u64) -> Option<&'static Member> {
        MEMBERS.iter().find(|member| member.id == id)
    }

    pub(super) fn is_in(&self, server: u64) -> bool {
        self.servers.contains(&server)
    }

    pub(super) fn permissions(&self) -> u64 {
        let more = if self.admin { MANAGE_GUILD | MANAGE_MESSAGES | MANAGE_THREADS } else { 0 };
        USUAL_PERMISSIONS | more
    }

    /// What this member does, in a channel of this server or in the direct conversation.
    pub(super) fn does(
        &self,
        what: InteractionBuilder,
        server: Option<u64>,
        channel: u64,
    ) -> InteractionBuilder {
        let what = what.by(self.id).named(self.name).with_roles(self.roles).permissions(self.permissions());
        match server {
            Some(server) => what.in_guild(server).in_channel(channel),
            None => what.in_dm(channel),
        }
    }

    fn json(&self) -> Value {
        let roles: Vec<String> = self.roles.iter().map(u64::to_string).collect();
        json!({
            "id": self.id.to_string(), "name": self.name, "about": self.about, "color": self.color,
            "admin": self.admin, "stranger": self.servers.is_empty(), "roles": roles,
        })
    }
}

/// A Discord with all of it, and a token that no page can guess.
pub(super) async fn discord(token: String) -> std::io::Result<Discord> {
    let discord = Discord::start_with(DiscordOptions { token, ..DiscordOptions::default() }).await?;
    for member in &MEMBERS {
        discord.name_user(member.id, member.name, member.roles);
    }
    for (id, name, color) in ROLES {
        discord.name_role(id, name, color);
    }
    for server in &SERVERS {
        discord.name_guild(server.id, server.name);
        for channel in server.channels {
            match channel.parent {
                Some(parent) => discord.add_thread(channel.id, parent),
                None => discord.add_channel(channel.id, server.id, channel.age_restricted),
            }
            discord.name_channel(channel.id, channel.name);
        }
    }
    Ok(discord)
}

/// The channels of all servers as Discord shows them, threads among them.
pub(super) fn channels(discord: &Discord) -> Vec<Value> {
    let ids = SERVERS.iter().flat_map(|server| server.channels(discord));
    ids.filter_map(|id| discord.channel_object(id)).collect()
}

/// The roles' ids and names.
pub(super) fn roles() -> impl Iterator<Item = (u64, &'static str)> {
    ROLES.into_iter().map(|(id, name, _)| (id, name))
}

/// What begins the session in its channel.
pub(super) fn session() -> Option<InteractionBuilder> {
    let start = InteractionBuilder::command("session start");
    let start = start.option("title", "Poster for the spring fair").option("aspect", "2:3");
    Member::find(2004).map(|noor| noor.does(start, Some(STUDIO), SESSION))
}

/// The parts of `hello` that depend on who looks.
pub(super) fn seen_by(member: &Member, hub: &Hub) -> Value {
    let servers = SERVERS.iter().filter(|server| member.is_in(server.id));
    let servers: Vec<Value> = servers.map(|server| server.json(hub)).collect();
    let direct = hub.discord.dm_channel(member.id).and_then(|id| direct_channel(hub, id));
    json!({ "member": member.id.to_string(), "servers": servers, "direct": Vec::from_iter(direct) })
}

/// The parts of `hello` that are the same for all.
pub(super) fn for_all(discord: &Discord) -> Value {
    let role = |(id, name, _): &(u64, &str, u32)| json!({ "id": id.to_string(), "name": name });
    json!({
        "application": discord.bot_user(),
        "members": MEMBERS.iter().map(Member::json).collect::<Vec<_>>(),
        "roles": ROLES.iter().map(role).collect::<Vec<_>>(),
        "suggestions": SUGGESTIONS,
    })
}

/// The direct conversation as the person sees it: with the bot.
pub(super) fn direct_channel(hub: &Hub, id: u64) -> Option<Value> {
    let mut channel = hub.channel(id)?;
    channel["recipients"] = json!([hub.discord.bot_user()]);
    Some(channel)
}

impl Server {
    fn json(&self, hub: &Hub) -> Value {
        let channels: Vec<Value> =
            self.channels(&hub.discord).into_iter().filter_map(|id| hub.channel(id)).collect();
        json!({ "id": self.id.to_string(), "name": self.name, "channels": channels })
    }

    /// Threads among them.
    fn channels(&self, discord: &Discord) -> Vec<u64> {
        let mut ids: Vec<u64> = self.channels.iter().map(|channel| channel.id).collect();
        let made: Vec<u64> = ids.iter().flat_map(|id| discord.threads(*id)).collect();
        ids.extend(made.into_iter().filter(|id| !self.channels.iter().any(|channel| channel.id == *id)));
        ids
    }
}
