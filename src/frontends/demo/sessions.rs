//! Which channels have a session: the list of channels shows it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::hub::{Hub, Push, lock};
use crate::app::clock::Clock;
use crate::backends::store::observe_sessions;

#[derive(Default)]
pub(super) struct Sessions {
    /// Titles by channel.
    titles: Mutex<HashMap<u64, String>>,
    changed: Notify,
}

impl Sessions {
    pub(super) fn title(&self, channel: u64) -> Option<String> {
        lock(&self.titles).get(&channel).cloned()
    }

    /// Whatever begins, changes or ends one is also said in a message.
    pub(super) fn may_have_changed(&self) {
        self.changed.notify_one();
    }

    /// The channels whose session is another one now.
    fn replace(&self, new: HashMap<u64, String>) -> Vec<u64> {
        let mut old = lock(&self.titles);
        let differs = |channel: &u64| old.get(channel) != new.get(channel);
        let mut changed: Vec<u64> = old.keys().chain(new.keys()).copied().filter(differs).collect();
        changed.sort_unstable();
        changed.dedup();
        *old = new;
        changed
    }
}

/// Tells the pages of each session that begins, changes or ends.
pub(super) async fn follow(hub: Arc<Hub>) {
    let follow = async {
        // Data that were kept may have some.
        hub.sessions.may_have_changed();
        loop {
            hub.sessions.changed.notified().await;
            let Some(titles) = look(&hub).await else { continue };
            for channel in hub.sessions.replace(titles) {
                hub.push(Push::Channel(channel));
            }
        }
    };
    hub.stopping.run_until_cancelled(follow).await;
}

/// `None`: the bot has not made its database yet.
async fn look(hub: &Hub) -> Option<HashMap<u64, String>> {
    let path = hub.folder.database();
    let found =
        tokio::task::spawn_blocking(move || observe_sessions(&path, Clock::System.now())).await.ok()?;
    match found {
        Ok(sessions) => {
            Some(sessions.into_iter().map(|session| (session.channel, session.plan.title)).collect())
        }
        Err(error) => {
            tracing::debug!(%error, "the sessions cannot be read");
            None
        }
    }
}
