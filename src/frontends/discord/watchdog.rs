//! Ends the process when the Gateway is dead for good.
//!
//! serenity 0.12 swallows the close codes 4003, 4010 and 4011 (its shard then spins without end), and tries 4012
//! again for ever. It only logs them, so its log is what is watched; and should that ever miss one, a connection
//! that does not come back ends the process too.

use std::sync::Mutex;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, Filter};

/// How long a connection may be gone before the process ends.
const TIMEOUT: Duration = Duration::from_secs(90);

/// What serenity logs, as a warning and again as an error, and what it means.
const DEADLY: [(&[&str], &str); 6] = [
    (
        &["Sent no authentication", "Gateway(NoAuthentication)"],
        "Discord heard no token from this connection (close code 4003). Restart Easel, and update it if that happens again",
    ),
    (
        &["Sent invalid authentication", "Gateway(InvalidAuthentication)"],
        "Discord refused the token (close code 4004). Copy it again from the Bot page into DISCORD_TOKEN",
    ),
    (
        &["Sent invalid shard data", "Gateway(InvalidShardData)"],
        "Discord refused the shard (close code 4010). Restart Easel",
    ),
    (
        &["Shard has too many guilds", "Gateway(OverloadedShard)"],
        "The bot is in too many servers for one connection (close code 4011). Restart Easel: it asks Discord how many connections to use",
    ),
    (
        &["Unknown unclean close 4012"],
        "Discord no longer serves this version of its Gateway (close code 4012). Update Easel",
    ),
    (
        &["Invalid gateway intents", "Disallowed gateway intents"],
        "Discord refused the intents (close codes 4013 and 4014). Update Easel",
    ),
];

#[derive(Debug, Clone, Default)]
pub struct Watchdog(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    verdict: Mutex<Option<&'static str>>,
    lost_since: Mutex<Option<Instant>>,
    changed: Notify,
}

impl Watchdog {
    pub fn connected(&self) {
        *lock(&self.0.lost_since) = None;
        self.0.changed.notify_one();
    }

    /// The Gateway is not connected, from now on.
    pub fn lost(&self) {
        lock(&self.0.lost_since).get_or_insert_with(Instant::now);
        self.0.changed.notify_one();
    }

    /// Waits until the connection is dead for good; returns why, and the remedy.
    pub async fn dead(&self) -> String {
        loop {
            if let Some(verdict) = *lock(&self.0.verdict) {
                return format!("{verdict}.");
            }
            let lost_since = *lock(&self.0.lost_since);
            let changed = self.0.changed.notified();
            match lost_since.map(|since| since + TIMEOUT) {
                None => changed.await,
                Some(end) => {
                    if tokio::time::timeout_at(end.into(), changed).await.is_err() {
                        return format!(
                            "The connection to Discord did not come back for {} seconds.",
                            TIMEOUT.as_secs()
                        );
                    }
                }
            }
        }
    }

    fn condemn(&self, message: &str) {
        if let Some((_, verdict)) =
            DEADLY.iter().find(|(logged, _)| logged.iter().any(|words| message.contains(words)))
        {
            lock(&self.0.verdict).get_or_insert(verdict);
            self.0.changed.notify_one();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads serenity's log lines.
impl<S: Subscriber> Layer<S> for Watchdog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.condemn(&message.0);
    }
}

/// Only serenity's warnings and errors reach the watchdog, whatever `EASEL_LOG` says.
#[derive(Debug, Clone, Copy)]
pub struct GatewayLog;

impl<S> Filter<S> for GatewayLog {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        metadata.is_event()
            && *metadata.level() <= Level::WARN
            && metadata.target().starts_with("serenity::gateway")
    }
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, _: &Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!("{value:?} "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_deadly_close_code_ends_the_wait_with_its_remedy() {
        let watchdog = Watchdog::default();
        watchdog.condemn("[ShardRunner ShardInfo] Reconnecting");
        watchdog.condemn("[ShardInfo { id: ShardId(0), total: 1 }] Shard has too many guilds.");
        assert!(watchdog.dead().await.contains("4011"));
    }
}
