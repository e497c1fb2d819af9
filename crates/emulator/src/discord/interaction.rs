//! The state of an interaction.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::message::Message;
use crate::sync::Signal;

#[derive(Default)]
pub(super) struct Interactions {
    pub(super) by_id: HashMap<u64, Arc<Interaction>>,
    pub(super) by_token: HashMap<String, Arc<Interaction>>,
}

pub(super) struct Interaction {
    pub(super) id: u64,
    pub(super) token: String,
    pub(super) kind: u8,
    pub(super) channel: u64,
    pub(super) file_limit: u64,
    /// Only the user installed the app.
    pub(super) user_install: bool,
    /// The message whose component was used.
    pub(super) clicked: Option<u64>,
    pub(super) payload: Value,
    pub(super) metadata: Arc<Value>,
    /// The command's name with its subcommands, if it is one.
    pub(super) command: Option<Arc<str>>,
    pub(super) progress: Mutex<Progress>,
    pub(super) changed: Signal,
}

pub(super) struct Progress {
    pub(super) sent: Instant,
    pub(super) expired: bool,
    pub(super) ack: Option<Ack>,
    /// The first response met a fault or a hold, so the bot may rightly send it again, or ask whether it came.
    pub(super) disturbed: bool,
    /// The first answer comes in the response to a request of Discord's, which the bot cannot see arrive.
    pub(super) inline: bool,
    pub(super) original: Option<u64>,
    /// All states of the reply so far.
    pub(super) states: Vec<Message>,
    pub(super) followups: Vec<u64>,
    pub(super) edits: usize,
    pub(super) sent_followups: usize,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            sent: Instant::now(),
            expired: false,
            ack: None,
            disturbed: false,
            inline: false,
            original: None,
            states: Vec::new(),
            followups: Vec::new(),
            edits: 0,
            sent_followups: 0,
        }
    }
}

/// The first response to an interaction.
#[derive(Clone, Debug)]
pub struct Ack {
    /// Callback type: 4 message, 5 deferred message, 6 deferred update, 7 update, 8 choices, 9 modal.
    pub kind: u8,
    /// Whether only the person who asked sees the reply.
    pub ephemeral: bool,
    /// `data` as it was sent.
    pub data: Value,
    /// Time from the interaction's dispatch to the last byte of the response.
    pub after: Duration,
}
