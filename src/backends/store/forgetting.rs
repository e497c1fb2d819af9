//! Forgetting members: the same on every back end.

use time::OffsetDateTime;

use super::Store;
use crate::domain::forgetting::Forgetting;
use crate::domain::job::{JobId, Posted, millis};
use crate::domain::session::{Session, SessionId};

impl Store {
    /// Writes down that a member is to be forgotten.
    pub async fn forget_soon(&self, forgetting: Forgetting) -> anyhow::Result<()> {
        self.update_forgetting(forgetting.member, move |kept| forgetting.clone().ask(kept)).await
    }

    /// Members who are to be forgotten and whom nobody is at work on.
    pub async fn to_forget(&self, now: OffsetDateTime) -> anyhow::Result<Vec<u64>> {
        match self {
            Store::Sqlite(sqlite) => sqlite.to_forget(millis(now)).await,
            Store::Dynamo(dynamo) => dynamo.to_forget(millis(now)).await,
        }
    }

    /// Whether a member is still to be forgotten.
    pub async fn is_to_be_forgotten(&self, member: u64) -> anyhow::Result<bool> {
        self.update_forgetting(member, |kept| kept.is_some()).await
    }

    /// Takes hold of a member who is to be forgotten, if nobody has.
    pub async fn claim_forgetting(
        &self,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Option<Forgetting>> {
        self.update_forgetting(member, move |kept| Forgetting::claim(kept, now)).await
    }

    /// Keeps hold of it; `false` if another process has it.
    pub async fn hold_forgetting(&self, held: &Forgetting, now: OffsetDateTime) -> anyhow::Result<bool> {
        let held = held.clone();
        self.update_forgetting(held.member, move |kept| held.hold(kept, now)).await
    }

    /// Lets it rest; `at_once` if it was only interrupted.
    pub async fn pause_forgetting(
        &self,
        held: &Forgetting,
        at_once: bool,
        now: OffsetDateTime,
    ) -> anyhow::Result<()> {
        let held = held.clone();
        self.update_forgetting(held.member, move |kept| held.pause(kept, at_once, now)).await
    }

    /// Writes down that nothing is left of the member; `false` if there may be more.
    pub async fn end_forgetting(&self, held: &Forgetting) -> anyhow::Result<bool> {
        let held = held.clone();
        self.update_forgetting(held.member, move |kept| held.end(kept)).await
    }

    /// Takes its member out of an erased job; `false` while something of it is to be removed.
    pub async fn disown(&self, job: JobId) -> anyhow::Result<bool> {
        Ok(self.update(job, |record| record.disown()).await?.unwrap_or(true))
    }

    /// The sessions that a member started or is named in, by their ids.
    pub async fn sessions_of_member(&self, member: u64) -> anyhow::Result<Vec<Session>> {
        let found = match self {
            Store::Sqlite(sqlite) => sqlite.sessions_of_member(member).await?,
            Store::Dynamo(dynamo) => dynamo.sessions_of_member(member).await?,
        };
        let mut sessions: Vec<_> = found.into_iter().map(|record| record.session).collect();
        sessions.retain(|session| session.has_to_do_with(member));
        sessions.sort_by_key(|session| session.id);
        Ok(sessions)
    }

    /// Writes down that a message says what a session is about; `false` if it has to go at once.
    pub async fn tell_of_session(&self, id: SessionId, message: Posted) -> anyhow::Result<bool> {
        self.update_sessions(id, None, move |sessions| sessions.tell(id, message)).await
    }

    /// Leaves nothing of a member in a session.
    pub async fn leave_session(&self, id: SessionId, member: u64, now: OffsetDateTime) -> anyhow::Result<()> {
        self.update_sessions(id, None, move |sessions| sessions.leave(id, member, now)).await
    }

    /// Forgets what else is held of a member: preferences, and how often they asked.
    pub async fn forget_member(&self, member: u64) -> anyhow::Result<()> {
        match self {
            Store::Sqlite(sqlite) => sqlite.forget_member(member).await,
            Store::Dynamo(dynamo) => dynamo.forget_member(member).await,
        }
    }

    async fn update_forgetting<T: Send + 'static>(
        &self,
        member: u64,
        step: impl Fn(&mut Option<Forgetting>) -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        match self {
            Store::Sqlite(sqlite) => sqlite.update_forgetting(member, step).await,
            Store::Dynamo(dynamo) => dynamo.update_forgetting(member, step).await,
        }
    }
}
