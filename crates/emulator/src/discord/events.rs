//! What happens, told to those who watch: what people see, and what passes between the bot and Discord.

use std::sync::Mutex;

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::interaction::Ack;
use super::message::Message;
use super::request_log::LoggedRequest;
use crate::sync::lock;

/// One thing that has happened. Events come in the order in which they happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A message is there, or has changed. [`Message::only_for`] says who sees it.
    Message(Box<Message>),
    /// A message was deleted.
    Gone { channel: u64, message: u64, only_for: Option<u64> },
    /// A channel, a thread or a private conversation is there.
    Channel(u64),
    /// The bot registered commands, the global ones or those of a guild.
    Commands(Option<u64>),
    /// A person did something.
    Interaction { id: u64, payload: Value },
    /// The bot's first response.
    Response { interaction: u64, ack: Ack },
    /// The time for a first response is over, and none came.
    Unanswered { interaction: u64 },
    /// A request was answered, or cut.
    Request(LoggedRequest),
}

#[derive(Default)]
pub(super) struct Watchers(Mutex<Vec<UnboundedSender<Event>>>);

impl Watchers {
    pub(super) fn add(&self) -> UnboundedReceiver<Event> {
        let (sender, receiver) = unbounded_channel();
        lock(&self.0).push(sender);
        receiver
    }

    pub(super) fn any(&self) -> bool {
        !lock(&self.0).is_empty()
    }

    /// Nothing is made where nobody watches.
    pub(super) fn tell(&self, event: impl FnOnce() -> Event) {
        let mut watchers = lock(&self.0);
        if watchers.is_empty() {
            return;
        }
        let event = event();
        watchers.retain(|watcher| watcher.send(event.clone()).is_ok());
    }
}
