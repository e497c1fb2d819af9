//! What all parts of the playground share, and what the sockets of the pages are told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use easel_emulator::bedrock::Bedrock;
use easel_emulator::discord::{Attachment, Discord, Event, InteractionBuilder};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::folder::Folder;
use super::panel::Panel;
use super::sessions::Sessions;
use super::world::Member;
use crate::app::clock::Clock;
use crate::config::EngineChoice;

/// Events that a socket may be behind; one that is further behind begins anew.
const BEHIND: usize = 4096;

pub(super) struct Hub {
    pub(super) discord: Discord,
    /// Without it the bot asks the real one.
    pub(super) bedrock: Option<Bedrock>,
    pub(super) engine: EngineChoice,
    pub(super) folder: Folder,
    pub(super) token: String,
    pub(super) port: Option<u16>,
    /// What lets one browser in that does not know the token: others on this machine see a browser's command line.
    entry: Mutex<Option<String>>,
    pub(super) panel: Mutex<Panel>,
    /// Faults that are on.
    pub(super) faults: Mutex<Vec<&'static str>>,
    pub(super) bot: watch::Sender<Bot>,
    pub(super) sessions: Sessions,
    /// `kill -9`.
    pub(super) kill: Notify,
    /// How many sockets have the panel open.
    pub(super) panels: watch::Sender<usize>,
    pub(super) stopping: CancellationToken,
    pushes: broadcast::Sender<Push>,
    files: Mutex<HashMap<u64, Attachment>>,
}

/// How the bot's process is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Bot {
    pub(super) state: &'static str,
    pub(super) process: Option<u32>,
    pub(super) starts: u32,
}

/// What the sockets are told; each picks what its member may see.
#[derive(Debug, Clone)]
pub(super) enum Push {
    Message { channel: u64, only_for: Option<u64>, message: Arc<Value> },
    Gone { channel: u64, only_for: Option<u64>, id: u64 },
    Channel(u64),
    Commands,
    Response { interaction: u64, kind: u8, data: Arc<Value> },
    Unanswered { interaction: u64 },
    Everybody(Arc<Value>),
    Panel(Arc<Value>),
}

impl Hub {
    pub(super) fn new(
        discord: Discord,
        bedrock: Option<Bedrock>,
        engine: EngineChoice,
        folder: Folder,
        port: Option<u16>,
    ) -> Hub {
        let token = secret();
        Hub {
            discord,
            bedrock,
            engine,
            folder,
            token,
            port,
            entry: Mutex::default(),
            panel: Mutex::default(),
            faults: Mutex::default(),
            bot: watch::Sender::new(Bot { state: "starting", ..Bot::default() }),
            sessions: Sessions::default(),
            kill: Notify::new(),
            panels: watch::Sender::new(0),
            stopping: CancellationToken::new(),
            pushes: broadcast::Sender::new(BEHIND),
            files: Mutex::default(),
        }
    }

    /// A key with which somebody gets in once; an earlier one is of no use any more.
    pub(super) fn make_entry(&self) -> String {
        lock(&self.entry).insert(secret()).clone()
    }

    /// Whether this is the key; it is used up by that.
    pub(super) fn enter(&self, key: &str) -> bool {
        lock(&self.entry).take_if(|entry| entry == key).is_some()
    }

    pub(super) fn pushes(&self) -> broadcast::Receiver<Push> {
        self.pushes.subscribe()
    }

    pub(super) fn push(&self, push: Push) {
        // Nobody may be there.
        drop(self.pushes.send(push));
    }

    /// Tells the panels, and those that are opened later.
    pub(super) fn note(&self, frame: Value) {
        let frame = Arc::new(frame);
        lock(&self.panel).add(frame.clone());
        self.push(Push::Panel(frame));
    }

    /// Whether a member is in the channel's server, or in the direct conversation.
    pub(super) fn can_see(&self, member: &Member, channel: u64) -> bool {
        self.server_of(channel).is_some_and(|server| match server {
            Some(server) => member.is_in(server),
            None => self.discord.dm_channel(member.id) == Some(channel),
        })
    }

    /// The server of a channel, `Some(None)` for a direct conversation.
    pub(super) fn server_of(&self, channel: u64) -> Option<Option<u64>> {
        let channel = self.discord.channel_object(channel)?;
        Some(channel["guild_id"].as_str().and_then(|id| id.parse().ok()))
    }

    /// A channel or thread as the pages get it: as Discord shows it, with the title of its session.
    pub(super) fn channel(&self, id: u64) -> Option<Value> {
        let mut channel = self.discord.channel_object(id)?;
        channel["session"] = json!(self.sessions.title(id));
        Some(channel)
    }

    /// The commands that a member is offered in a channel.
    pub(super) fn commands(&self, member: &Member, channel: u64) -> Vec<Value> {
        let server = self.server_of(channel).flatten();
        self.discord.listed_commands(&member.does(InteractionBuilder::command(""), server, channel))
    }

    pub(super) fn keep_file(&self, file: Attachment) {
        lock(&self.files).insert(file.id, file);
    }

    pub(super) fn file(&self, id: u64) -> Option<Attachment> {
        lock(&self.files).get(&id).cloned()
    }

    pub(super) fn set_bot(&self, bot: Bot) {
        self.bot.send_replace(bot);
        let mut frame = self.bot_json();
        frame["type"] = json!("bot");
        self.push(Push::Everybody(Arc::new(frame)));
    }

    pub(super) fn bot_json(&self) -> Value {
        let bot = self.bot.borrow();
        json!({ "state": bot.state, "pid": bot.process, "starts": bot.starts })
    }

    /// Passes on what happens in the emulated Discord.
    pub(super) async fn relay(&self, mut events: UnboundedReceiver<Event>) {
        while let Some(Some(event)) = self.stopping.run_until_cancelled(events.recv()).await {
            self.tell(event);
        }
    }

    fn tell(&self, event: Event) {
        match event {
            Event::Message(message) => {
                let (channel, only_for) = (message.channel, message.only_for());
                let message = Arc::new(self.discord.message_object(&message));
                self.sessions.may_have_changed();
                self.push(Push::Message { channel, only_for, message });
            }
            Event::Gone { channel, message, only_for } => {
                self.push(Push::Gone { channel, only_for, id: message });
            }
            Event::Channel(id) => self.push(Push::Channel(id)),
            Event::Commands(_) => self.push(Push::Commands),
            Event::Interaction { id, payload } => self.note(super::panel::interaction(id, payload)),
            Event::Response { interaction, ack } => {
                self.note(json!({
                    "type": "answer", "interaction": interaction.to_string(), "kind": ack.kind,
                    "after_ms": ack.after.as_millis() as u64, "data": ack.data,
                }));
                self.push(Push::Response { interaction, kind: ack.kind, data: Arc::new(ack.data) });
            }
            Event::Unanswered { interaction } => self.push(Push::Unanswered { interaction }),
            Event::Request(request) => self.note(json!({
                "type": "request", "at": now_ms(), "method": request.method, "path": request.path,
                "status": request.status, "bytes": request.bytes,
                "interaction": request.interaction.map(|id| id.to_string()),
            })),
        }
    }
}

/// What no other program or page can guess.
pub(super) fn secret() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Unix milliseconds.
pub(super) fn now_ms() -> i64 {
    i64::try_from(Clock::System.now().unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
