//! A test's view of one interaction.

use std::sync::Arc;

use serde_json::Value;

use super::interaction::{Ack, Interaction};
use super::message::{Message, walk};
use super::state::ServerState;
use crate::sync::lock;

/// An interaction that was sent to the bot.
#[derive(Clone)]
pub struct TestInteraction {
    /// The interaction's id.
    pub id: u64,
    pub(super) state: Arc<ServerState>,
    pub(super) inner: Arc<Interaction>,
}

impl TestInteraction {
    /// Waits for the first response.
    pub async fn acknowledged(&self) -> Ack {
        self.inner.changed.until(|| self.ack()).await
    }

    /// Waits for what the person reads in place of "thinking": the reply, or the follow-up of one that was deleted. A
    /// reply that can still be cancelled is none yet.
    pub async fn answered(&self) -> Message {
        let reply = || self.states().into_iter().find(|message| !message.loading && !is_interim(message));
        let instead = || self.followups().into_iter().next().filter(|_| self.message().is_none());
        self.inner.changed.until(|| reply().or_else(instead)).await
    }

    /// Waits until the reply has all of its files.
    pub async fn picture(&self) -> Message {
        self.first(|message| !message.attachments.is_empty() && !is_interim(message)).await
    }

    /// Waits for the first state of the reply that is wanted; one of the past will do.
    pub async fn first(&self, wanted: impl Fn(&Message) -> bool) -> Message {
        let find = || self.states().into_iter().find(|message| wanted(message));
        self.inner.changed.until(find).await
    }

    /// Every state of the reply so far, the present one last.
    pub fn states(&self) -> Vec<Message> {
        lock(&self.inner.progress).states.clone()
    }

    /// Waits until the reply, as it is then, is wanted. It may miss a state that is soon replaced.
    pub async fn until(&self, wanted: impl Fn(&Message) -> bool) -> Message {
        self.inner.changed.until(|| self.message().filter(|message| wanted(message))).await
    }

    /// Waits until there are so many follow-ups.
    pub async fn followed_up(&self, count: usize) -> Vec<Message> {
        let enough = || Some(self.followups()).filter(|messages| messages.len() >= count);
        self.inner.changed.until(enough).await
    }

    /// The first response, if there is one.
    pub fn ack(&self) -> Option<Ack> {
        lock(&self.inner.progress).ack.clone()
    }

    /// The reply as it is.
    pub fn message(&self) -> Option<Message> {
        let original = lock(&self.inner.progress).original?;
        self.state.message(self.inner.channel, original)
    }

    /// How often the reply was edited.
    pub fn edits(&self) -> usize {
        lock(&self.inner.progress).edits
    }

    /// The follow-ups as they are.
    pub fn followups(&self) -> Vec<Message> {
        let ids = lock(&self.inner.progress).followups.clone();
        ids.into_iter().filter_map(|id| self.state.message(self.inner.channel, id)).collect()
    }

    /// The choices that were offered to an autocomplete, as (name, value).
    pub async fn choices(&self) -> Vec<(String, Value)> {
        let ack = self.acknowledged().await;
        let choices = ack.data["choices"].as_array().cloned().unwrap_or_default();
        let name = |choice: &Value| choice["name"].as_str().unwrap_or_default().to_owned();
        choices.iter().map(|choice| (name(choice), choice["value"].clone())).collect()
    }

    /// The `INTERACTION_CREATE` that the bot was sent.
    pub fn payload(&self) -> &Value {
        &self.inner.payload
    }

    /// The interaction's token.
    pub fn token(&self) -> &str {
        &self.inner.token
    }
}

/// Whether a message has a button that says `Cancel`.
fn is_interim(message: &Message) -> bool {
    let mut is_interim = false;
    walk(&message.components, &mut |component| {
        is_interim |= component.get("label") == Some(&"Cancel".into())
    });
    is_interim
}
