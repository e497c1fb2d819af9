//! Sessions: the same on every back end.

use time::OffsetDateTime;

use super::Store;
use crate::domain::session::{
    Plan, Replacement, Session, SessionId, SessionQueue, SessionRecord, Sessions, Start,
};

impl Store {
    /// Starts a session, or keeps it waiting where another one runs. Saying it again changes nothing.
    pub async fn start_session(&self, session: Session) -> anyhow::Result<Start> {
        for waiting in self.due_sessions(SessionQueue::Waiting, session.started).await? {
            self.forget_session(waiting.id).await?;
        }
        let (id, channel) = (session.id, Some(session.channel));
        self.update_sessions(id, channel, move |sessions| sessions.start(&session)).await
    }

    /// Begins a session that waits, and ends the one that runs in its channel, if that is the one that somebody was
    /// `asked_about`.
    pub async fn replace_session(
        &self,
        id: SessionId,
        asked_about: Option<SessionId>,
        now: OffsetDateTime,
    ) -> anyhow::Result<Replacement> {
        self.update_sessions(id, None, move |sessions| sessions.replace(id, asked_about, now)).await
    }

    /// Forgets a session that waits; whether there was one.
    pub async fn forget_session(&self, id: SessionId) -> anyhow::Result<bool> {
        self.update_sessions(id, None, move |sessions| sessions.forget(id)).await
    }

    /// Changes the plan of a session that has not ended; the session as it is then.
    pub async fn change_session(
        &self,
        id: SessionId,
        change: impl Fn(&mut Plan) + Send + 'static,
    ) -> anyhow::Result<Option<Session>> {
        self.update_sessions(id, None, move |sessions| sessions.change(id, &change)).await
    }

    /// Ends a session; `false` if it has ended before.
    pub async fn end_session(&self, id: SessionId, now: OffsetDateTime) -> anyhow::Result<bool> {
        self.update_sessions(id, None, move |sessions| sessions.end(id, now)).await
    }

    /// A session that waits, by its id.
    pub async fn waiting_session(&self, id: SessionId) -> anyhow::Result<Option<Session>> {
        Ok(self.session_record(id).await?.and_then(SessionRecord::waiting))
    }

    /// A session that has begun, by its id, ended or not.
    pub async fn session(&self, id: SessionId) -> anyhow::Result<Option<Session>> {
        Ok(self.session_record(id).await?.and_then(SessionRecord::begun))
    }

    /// Sessions that nobody ended and whose quiet time is over.
    pub async fn quiet_sessions(&self, now: OffsetDateTime) -> anyhow::Result<Vec<Session>> {
        self.due_sessions(SessionQueue::Running, now).await
    }

    async fn due_sessions(&self, queue: SessionQueue, now: OffsetDateTime) -> anyhow::Result<Vec<Session>> {
        let until = queue.due_until(now);
        let records = match self {
            Store::Sqlite(sqlite) => sqlite.queued_sessions(queue, until).await?,
            Store::Dynamo(dynamo) => dynamo.queued_sessions(queue, until).await?,
        };
        let is_due =
            |record: &SessionRecord| record.queue().is_some_and(|(of, at)| of == queue && at <= until);
        let mut due: Vec<_> = records.into_iter().filter(is_due).map(|record| record.session).collect();
        due.sort_by_key(|session| session.id);
        Ok(due)
    }

    async fn session_record(&self, id: SessionId) -> anyhow::Result<Option<SessionRecord>> {
        match self {
            Store::Sqlite(sqlite) => sqlite.session_record(id).await,
            Store::Dynamo(dynamo) => dynamo.session_record(id).await,
        }
    }

    /// Takes a step of the session of this id and of the one that runs in its channel, and writes what differs: one
    /// write. A session that is not there yet needs its `channel`.
    pub(super) async fn update_sessions<T: Send + 'static>(
        &self,
        id: SessionId,
        channel: Option<u64>,
        step: impl Fn(&mut Sessions) -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        match self {
            Store::Sqlite(sqlite) => sqlite.update_sessions(id, channel, step).await,
            Store::Dynamo(dynamo) => dynamo.update_sessions(id, channel, step).await,
        }
    }
}
