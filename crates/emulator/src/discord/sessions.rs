//! Sessions of the Gateway, which outlive their connections.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Events that a session keeps for a resume.
const BACKLOG: usize = 4096;
/// Sessions that a bot may begin in [`STARTS_PER`]. The real Discord resets the token of one that begins more.
const STARTS: usize = 1000;
const STARTS_PER: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Default)]
pub(super) struct Gateway {
    sessions: Vec<Session>,
    /// Close code for every IDENTIFY.
    pub(super) rejecting: Option<u16>,
    pub(super) identifies: usize,
    pub(super) resumes: usize,
    pub(super) starts: SessionStarts,
}

/// How many sessions were begun, and until when they count.
#[derive(Default)]
pub(super) struct SessionStarts {
    used: usize,
    until: Option<Instant>,
}

impl SessionStarts {
    /// Counts one more; whether there was one left.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        self.forget(now);
        self.until.get_or_insert(now + STARTS_PER);
        self.used += 1;
        self.used <= STARTS
    }

    /// Leaves none until so much time has passed.
    pub(super) fn use_up(&mut self, now: Instant, reset_after: Duration) {
        (self.used, self.until) = (STARTS, Some(now + reset_after));
    }

    /// The `session_start_limit` of `/gateway/bot`.
    pub(super) fn json(&mut self, now: Instant) -> Value {
        self.forget(now);
        let reset_after = self.until.map_or(Duration::ZERO, |until| until - now);
        json!({
            "total": STARTS, "remaining": STARTS.saturating_sub(self.used),
            "reset_after": reset_after.as_nanos().div_ceil(1_000_000) as u64, "max_concurrency": 1,
        })
    }

    fn forget(&mut self, now: Instant) {
        if self.until.is_some_and(|until| until <= now) {
            *self = Self::default();
        }
    }
}

struct Session {
    id: String,
    shard: (u64, u64),
    seq: u64,
    backlog: VecDeque<(u64, Utf8Bytes)>,
    live: Option<Connected>,
}

/// The sending side of a connection's task.
pub(super) type Connected = mpsc::UnboundedSender<Push>;

/// A message to a connection's task.
pub(super) enum Push {
    Text(Utf8Bytes),
    Close(u16),
    Invalid { resumable: bool },
    Cut,
}

impl Session {
    fn serves(&self, guild: Option<u64>) -> bool {
        let (shard, count) = self.shard;
        guild.map_or(0, |guild| (guild >> 22) % count.max(1)) == shard
    }

    fn dispatch(&mut self, event: &str, data: &Value) {
        self.seq += 1;
        let text = Utf8Bytes::from(json!({ "op": 0, "s": self.seq, "t": event, "d": data }).to_string());
        self.backlog.push_back((self.seq, text.clone()));
        if self.backlog.len() > BACKLOG {
            self.backlog.pop_front();
        }
        self.push(Push::Text(text));
    }

    fn push(&self, push: Push) {
        // A connection that has just ended takes nothing more; the backlog has the event.
        if let Some(live) = &self.live
            && live.send(push).is_err()
        {
            tracing::debug!(session = self.id, "emulator: the connection has just ended");
        }
    }
}

impl Gateway {
    pub(super) fn connected(&self, guild: Option<u64>) -> bool {
        self.sessions.iter().any(|session| session.live.is_some() && session.serves(guild))
    }

    pub(super) fn any_live(&self) -> bool {
        self.sessions.iter().any(|session| session.live.is_some())
    }

    /// Sends an event to every session of the guild's shard; those without a connection keep it for a resume.
    pub(super) fn dispatch(&mut self, guild: Option<u64>, event: &str, data: &Value) {
        for session in self.sessions.iter_mut().filter(|session| session.serves(guild)) {
            session.dispatch(event, data);
        }
    }

    pub(super) fn push_all(&self, push: impl Fn() -> Push) {
        self.sessions.iter().for_each(|session| session.push(push()));
    }

    /// Opens a session with READY. A bot that identifies again loses the events that its shard missed.
    pub(super) fn open(&mut self, id: &str, shard: (u64, u64), ready: &Value, connection: Connected) {
        self.sessions.retain(|old| old.live.is_some() || old.shard != shard);
        let (id, live) = (id.to_owned(), Some(connection));
        let mut session = Session { id, shard, seq: 0, backlog: VecDeque::new(), live };
        session.dispatch("READY", ready);
        self.sessions.push(session);
    }

    /// Resumes a session after the event `seen` and says whether it could.
    pub(super) fn resume(&mut self, id: &str, seen: Option<u64>, connection: Connected) -> bool {
        self.resumes += 1;
        let (Some(session), Some(seen)) = (self.find(id), seen) else { return false };
        if seen > session.seq {
            return false;
        }
        session.live = Some(connection);
        for (seq, text) in session.backlog.clone() {
            if seq > seen {
                session.push(Push::Text(text));
            }
        }
        session.dispatch("RESUMED", &json!({}));
        true
    }

    /// The number of the last event of a session.
    pub(super) fn last_event(&mut self, id: &str) -> u64 {
        self.find(id).map_or(0, |session| session.seq)
    }

    /// Whether this connection is the one that a session uses.
    pub(super) fn uses(&self, id: &str, connection: &Connected) -> bool {
        let own = self.sessions.iter().find(|session| session.id == id);
        own.and_then(|session| session.live.as_ref()).is_some_and(|live| live.same_channel(connection))
    }

    fn find(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }

    /// Takes the connection from a session, which is kept only if it can be resumed.
    pub(super) fn detach(&mut self, id: &str, resumable: bool) {
        if let Some(session) = self.find(id).filter(|_| resumable) {
            session.live = None;
        } else {
            self.sessions.retain(|session| session.id != id);
        }
    }
}
