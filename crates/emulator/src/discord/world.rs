//! What the emulated Discord knows.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::fault::Switchboard;
use super::gateway::Gateway;
use super::interactions::Interaction;
use super::journal::Journal;
use super::limits::Buckets;
use super::message::Message;
use super::options::Options;
use super::refusal::Refusal;

/// 2015-01-01, from which snowflakes count.
const EPOCH_MS: u64 = 1_420_070_400_000;

/// A connection that was quiet for so long is not used again: the endpoint may be about to close it.
const POSTER_IDLE: Duration = Duration::from_secs(5);

pub(super) struct World {
    pub(super) options: Options,
    pub(super) address: SocketAddr,
    pub(super) stopping: CancellationToken,
    pub(super) gateway: Mutex<Gateway>,
    pub(super) gateway_changed: Signal,
    /// Where interactions are posted in place of the Gateway.
    pub(super) endpoint: Mutex<Option<String>>,
    /// Posts them, over connections that stay open.
    pub(super) poster: reqwest::Client,
    pub(super) interactions: Mutex<Interactions>,
    pub(super) channels: Mutex<Channels>,
    pub(super) channels_changed: Signal,
    /// By path.
    pub(super) files: Mutex<HashMap<String, File>>,
    pub(super) commands: Mutex<HashMap<Option<u64>, Vec<Value>>>,
    pub(super) switchboard: Mutex<Switchboard>,
    pub(super) buckets: Mutex<Buckets>,
    pub(super) journal: Mutex<Journal>,
    pub(super) journal_changed: Signal,
    last_id: AtomicU64,
}

/// A file that the CDN serves.
#[derive(Clone)]
pub(super) struct File {
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
}

#[derive(Default)]
pub(super) struct Interactions {
    pub(super) by_id: HashMap<u64, Arc<Interaction>>,
    pub(super) by_token: HashMap<String, Arc<Interaction>>,
}

#[derive(Default)]
pub(super) struct Channels {
    pub(super) by_id: HashMap<u64, Channel>,
    /// User to DM channel.
    pub(super) dms: HashMap<u64, u64>,
    /// Users who take no messages from the bot.
    pub(super) closed: Vec<u64>,
}

#[derive(Default)]
pub(super) struct Channel {
    pub(super) guild: Option<u64>,
    pub(super) recipient: Option<u64>,
    pub(super) nsfw: bool,
    pub(super) name: Option<String>,
    pub(super) thread: Option<Thread>,
    /// Permissions that were taken from the bot.
    pub(super) denied: u64,
    /// The bot was added to the guild, or it is a DM with it.
    pub(super) bot_inside: bool,
    /// The error code with which the bot is kept out.
    pub(super) forbidden: Option<u32>,
    pub(super) messages: BTreeMap<u64, Message>,
    /// Messages of the bot, other than replies to interactions, that no test has read.
    pub(super) unread: VecDeque<u64>,
    pub(super) nonces: HashMap<String, (u64, Instant)>,
}

/// What makes a channel a thread.
pub(super) struct Thread {
    pub(super) parent: u64,
    pub(super) kind: u64,
    /// Without a message for so long it is archived.
    pub(super) minutes: u64,
    pub(super) owner: u64,
}

impl World {
    pub(super) fn new(options: Options, address: SocketAddr) -> Self {
        Self {
            options,
            address,
            stopping: CancellationToken::new(),
            gateway: Mutex::default(),
            gateway_changed: Signal::default(),
            endpoint: Mutex::default(),
            poster: reqwest::Client::builder().pool_idle_timeout(POSTER_IDLE).build().unwrap_or_default(),
            interactions: Mutex::default(),
            channels: Mutex::default(),
            channels_changed: Signal::default(),
            files: Mutex::default(),
            commands: Mutex::default(),
            switchboard: Mutex::default(),
            buckets: Mutex::default(),
            journal: Mutex::default(),
            journal_changed: Signal::default(),
            last_id: AtomicU64::new(0),
        }
    }

    /// A snowflake larger than all before.
    pub(super) fn next_id(&self) -> u64 {
        let now = (unix_time().as_millis() as u64).saturating_sub(EPOCH_MS) << 22;
        let step = |last: u64| Some(now.max(last + 1));
        let (Ok(last) | Err(last)) = self.last_id.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        now.max(last + 1)
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn bot_user(&self) -> Value {
        json!({
            "id": self.options.application_id.to_string(),
            "username": "easel",
            "discriminator": "0000",
            "global_name": null,
            "avatar": null,
            "bot": true,
            "flags": 0,
            "public_flags": 0,
        })
    }

    pub(super) fn interaction_by_token(&self, token: &str) -> Option<Arc<Interaction>> {
        lock(&self.interactions).by_token.get(token).cloned()
    }

    pub(super) fn message(&self, channel: u64, id: u64) -> Option<Message> {
        lock(&self.channels).by_id.get(&channel)?.messages.get(&id).cloned()
    }

    pub(super) fn put_message(&self, message: Message) {
        let mut channels = lock(&self.channels);
        let channel = channels.by_id.entry(message.channel).or_default();
        channel.messages.insert(message.id, message);
    }

    pub(super) fn delete_message(&self, channel: u64, id: u64) -> Result<(), Refusal> {
        let mut channels = lock(&self.channels);
        let channel = channels.by_id.get_mut(&channel).ok_or_else(Refusal::unknown_message)?;
        channel.messages.remove(&id).map(drop).ok_or_else(Refusal::unknown_message)
    }

    /// Notes that the bot did what Discord refuses or forbids.
    pub(super) fn violation(&self, text: impl Into<String>) {
        lock(&self.journal).violation(text.into());
    }
}

/// Wakes those who wait for a change.
pub(super) struct Signal(watch::Sender<()>);

impl Default for Signal {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl Signal {
    /// Call it after the lock on what has changed is released.
    pub(super) fn ring(&self) {
        self.0.send_replace(());
    }

    /// Waits until `check` has a value; it is called at once and after each change.
    pub(super) async fn until<T>(&self, mut check: impl FnMut() -> Option<T>) -> T {
        let mut changes = self.0.subscribe();
        loop {
            if let Some(value) = check() {
                return value;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// ISO 8601 time of a snowflake.
pub(super) fn timestamp(id: u64) -> String {
    let nanos = i128::from((id >> 22) + EPOCH_MS) * 1_000_000;
    let moment = time::OffsetDateTime::from_unix_timestamp_nanos(nanos);
    let moment = moment.unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    moment.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "Discord's own clock, which its ids and signed addresses carry"
)]
pub(super) fn unix_time() -> Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}
