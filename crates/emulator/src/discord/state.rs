//! The state of the emulated Discord.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::api_error::ApiError;
use super::buckets::Buckets;
use super::channel::Channels;
use super::directory::Directory;
use super::events::{Event, Watchers};
use super::fault::FaultPlan;
use super::interaction::{Interaction, Interactions};
use super::message::{Message, bot_user};
use super::options::DiscordOptions;
use super::request_log::RequestLog;
use super::sessions::Gateway;
use super::snowflake::Snowflakes;
use crate::sync::{Signal, lock};

/// An idle connection is not used again after this: the endpoint may be about to close it.
const POSTER_IDLE: Duration = Duration::from_secs(5);

pub(super) struct ServerState {
    pub(super) options: DiscordOptions,
    pub(super) address: SocketAddr,
    pub(super) stopping: CancellationToken,
    pub(super) gateway: Mutex<Gateway>,
    pub(super) gateway_changed: Signal,
    /// Where interactions are posted in place of the Gateway.
    pub(super) endpoint: Mutex<Option<String>>,
    /// Posts interactions over connections that stay open.
    pub(super) poster: reqwest::Client,
    pub(super) interactions: Mutex<Interactions>,
    pub(super) channels: Mutex<Channels>,
    pub(super) channels_changed: Signal,
    /// By path.
    pub(super) files: Mutex<HashMap<String, File>>,
    pub(super) commands: Mutex<HashMap<Option<u64>, Vec<Value>>>,
    pub(super) fault_plan: Mutex<FaultPlan>,
    pub(super) buckets: Mutex<Buckets>,
    pub(super) log: Mutex<RequestLog>,
    pub(super) log_changed: Signal,
    pub(super) directory: Mutex<Directory>,
    pub(super) watchers: Watchers,
    ids: Snowflakes,
}

/// A file that the CDN serves.
#[derive(Clone)]
pub(super) struct File {
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
}

impl ServerState {
    pub(super) fn new(options: DiscordOptions, address: SocketAddr) -> Self {
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
            fault_plan: Mutex::default(),
            buckets: Mutex::default(),
            log: Mutex::default(),
            log_changed: Signal::default(),
            directory: Mutex::default(),
            watchers: Watchers::default(),
            ids: Snowflakes::default(),
        }
    }

    pub(super) fn next_id(&self) -> u64 {
        self.ids.next()
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn bot_user(&self) -> Value {
        bot_user(self.options.application_id)
    }

    pub(super) fn interaction_by_token(&self, token: &str) -> Option<Arc<Interaction>> {
        lock(&self.interactions).by_token.get(token).cloned()
    }

    pub(super) fn message(&self, channel: u64, id: u64) -> Option<Message> {
        lock(&self.channels).by_id.get(&channel)?.messages.get(&id).cloned()
    }

    pub(super) fn put_message(&self, message: Message) {
        let mut channels = lock(&self.channels);
        self.watchers.tell(|| Event::Message(Box::new(message.clone())));
        let channel = channels.by_id.entry(message.channel).or_default();
        channel.messages.insert(message.id, message);
    }

    pub(super) fn delete_message(&self, channel: u64, id: u64) -> Result<(), ApiError> {
        let mut channels = lock(&self.channels);
        let place = channels.by_id.get_mut(&channel).ok_or_else(ApiError::unknown_message)?;
        let message = place.messages.remove(&id).ok_or_else(ApiError::unknown_message)?;
        self.tell_gone(&message);
        Ok(())
    }

    pub(super) fn tell_gone(&self, message: &Message) {
        let (channel, id) = (message.channel, message.id);
        self.watchers.tell(|| Event::Gone { channel, message: id, only_for: message.only_for() });
    }

    pub(super) fn violation(&self, text: impl Into<String>) {
        lock(&self.log).violation(text.into());
    }
}
