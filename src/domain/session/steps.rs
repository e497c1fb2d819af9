//! The steps of sessions: a store loads the sessions that a step sees, takes it, and writes what differs.

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};

use super::{Plan, Session, SessionId};
use crate::domain::job::Posted;

/// In the place of a member who was forgotten.
const NOBODY: u64 = 0;
/// A session that waits may be begun for so long; later, the next start forgets it.
pub(crate) const WAITING_LIFE: Duration = Duration::DAY;

/// What became of a session that somebody wants to start.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// It runs.
    Begun,
    /// Another one runs in the channel; this one waits for a day, to be begun in its place.
    Waits(Box<Session>),
}

/// What became of a session that waits and that somebody wants to begin in another one's place.
#[derive(Debug, Clone, PartialEq)]
pub enum Replacement {
    /// It runs.
    Begun(Box<Replaced>),
    /// Another session runs than the one that somebody was asked about; nothing was changed.
    AnotherRuns(Box<Session>),
    /// None of that id waits.
    NoneWaits,
}

/// A session that began in another one's place.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    pub begun: Session,
    /// The one that ended for it, unless it had ended before.
    pub ended: Option<Session>,
}

/// A session as a store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SessionRecord {
    pub(crate) session: Session,
    /// It was asked for while another one ran, and begins if that one is ended for it.
    pub(crate) waiting: bool,
}

/// What sessions are listed by until they end, each by its moment: see [`SessionRecord::queue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionQueue {
    /// Its moment is its start.
    Waiting,
    /// Its moment is the end of its quiet time.
    Running,
}

impl SessionQueue {
    /// The name in the store.
    pub(crate) fn name(self) -> &'static str {
        match self {
            SessionQueue::Waiting => "waiting",
            SessionQueue::Running => "session",
        }
    }

    /// The latest moment at which a session of this queue is over at `now`. Stores keep milliseconds.
    pub(crate) fn due_until(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            SessionQueue::Waiting => now - WAITING_LIFE - Duration::MILLISECOND,
            SessionQueue::Running => now,
        }
    }
}

impl SessionRecord {
    /// The session, if it waits.
    pub(crate) fn waiting(self) -> Option<Session> {
        self.waiting.then_some(self.session)
    }

    /// The session, if it has begun, whether or not it has ended since.
    pub(crate) fn begun(self) -> Option<Session> {
        (!self.waiting).then_some(self.session)
    }

    /// The session, if it has begun and nobody ended it. Its quiet time may be over.
    pub(crate) fn running(&self) -> Option<&Session> {
        (!self.waiting && self.session.ended.is_none()).then_some(&self.session)
    }

    pub(crate) fn queue(&self) -> Option<(SessionQueue, OffsetDateTime)> {
        if self.waiting {
            return Some((SessionQueue::Waiting, self.session.started));
        }
        self.running().map(|session| (SessionQueue::Running, session.quiet_end()))
    }

    /// As it is once a job was ordered in it, which keeps it awake; `None` if that changes nothing.
    pub(crate) fn touched(mut self, now: OffsetDateTime) -> Option<SessionRecord> {
        let is_later = !self.waiting && self.session.last < now;
        self.session.last = now;
        is_later.then_some(self)
    }
}

/// The sessions that a step sees: the one that it names, and the one that runs in its channel.
#[derive(Debug, Clone)]
pub(crate) struct Sessions(BTreeMap<SessionId, SessionRecord>);

/// A session that a step made, changed or deleted.
#[derive(Debug)]
pub(crate) struct SessionChange<'a> {
    pub(crate) id: SessionId,
    before: Option<&'a SessionRecord>,
    pub(crate) after: Option<&'a SessionRecord>,
}

impl<'a> SessionChange<'a> {
    /// The session, if it begins with this change.
    pub(crate) fn begun(&self) -> Option<&'a Session> {
        let begun = self.after.and_then(SessionRecord::running);
        begun.filter(|_| self.before.and_then(SessionRecord::running).is_none())
    }

    /// The session, if it ends with this change.
    pub(crate) fn ended(&self) -> Option<&'a Session> {
        let ended = self.before.and_then(SessionRecord::running);
        ended.filter(|_| self.after.and_then(SessionRecord::running).is_none())
    }
}

impl FromIterator<SessionRecord> for Sessions {
    fn from_iter<I: IntoIterator<Item = SessionRecord>>(records: I) -> Sessions {
        Sessions(records.into_iter().map(|record| (record.session.id, record)).collect())
    }
}

impl Sessions {
    /// What differs from `before`. What begins comes last: a channel has no room for two.
    pub(crate) fn changes<'a>(&'a self, before: &'a Sessions) -> Vec<SessionChange<'a>> {
        let ids: BTreeSet<_> = before.0.keys().chain(self.0.keys()).copied().collect();
        let change = |id| SessionChange { id, before: before.0.get(&id), after: self.0.get(&id) };
        let mut changes: Vec<_> = ids.into_iter().map(change).collect();
        changes.retain(|change| change.before != change.after);
        changes.sort_by_key(|change| change.begun().is_some());
        changes
    }

    /// Starts a session, or keeps it waiting where another one runs. Doing it again changes nothing.
    pub(crate) fn start(&mut self, session: &Session) -> Start {
        let other = self.open(session.channel, session.started).filter(|open| open.id != session.id).cloned();
        if !self.0.contains_key(&session.id) {
            if other.is_none() {
                self.end_running(session.channel, session.started);
            }
            self.put(session.clone(), other.is_some());
        }
        other.map_or(Start::Begun, |other| Start::Waits(Box::new(other)))
    }

    /// Begins a session that waits, and ends the one that runs, if that is the one that somebody was `asked_about`.
    pub(crate) fn replace(
        &mut self,
        id: SessionId,
        asked_about: Option<SessionId>,
        now: OffsetDateTime,
    ) -> Replacement {
        let waiting = self.0.get(&id).cloned().and_then(SessionRecord::waiting);
        let Some(waiting) = waiting else { return Replacement::NoneWaits };
        if let Some(other) = self.open(waiting.channel, now).filter(|open| Some(open.id) != asked_about) {
            return Replacement::AnotherRuns(Box::new(other.clone()));
        }
        let ended = self.end_running(waiting.channel, now);
        let begun = Session { started: now, last: now, ..waiting };
        self.put(begun.clone(), false);
        Replacement::Begun(Box::new(Replaced { begun, ended }))
    }

    /// Deletes a session that waits; whether there was one.
    pub(crate) fn forget(&mut self, id: SessionId) -> bool {
        let waits = self.0.get(&id).is_some_and(|record| record.waiting);
        waits && self.0.remove(&id).is_some()
    }

    /// Changes the plan of a session that runs; the session as it is then.
    pub(crate) fn change(&mut self, id: SessionId, change: impl Fn(&mut Plan)) -> Option<Session> {
        let session = self.running_mut(|session| session.id == id)?;
        change(&mut session.plan);
        Some(session.clone())
    }

    /// Ends a session; `false` if it does not run.
    pub(crate) fn end(&mut self, id: SessionId, now: OffsetDateTime) -> bool {
        let running = self.running_mut(|session| session.id == id);
        running.map(|session| session.ended = Some(now)).is_some()
    }

    /// A message says what a session is about; `false` if there is no such session, or whoever started it was forgotten.
    pub(crate) fn tell(&mut self, id: SessionId, message: Posted) -> bool {
        let record = self.0.get_mut(&id).filter(|record| record.session.by != NOBODY);
        let Some(SessionRecord { session, .. }) = record else { return false };
        session.plan.told.push(message);
        true
    }

    /// Leaves nothing of a member in a session: one that they started ends, without its words, and so does one that was
    /// for them alone.
    pub(crate) fn leave(&mut self, id: SessionId, member: u64, now: OffsetDateTime) {
        if self.0.get(&id).is_some_and(|record| record.waiting && record.session.by == member) {
            self.0.remove(&id);
        }
        let Some(SessionRecord { session, .. }) = self.0.get_mut(&id) else { return };
        let was_alone = session.plan.members.remove(&member) && session.plan.members.is_empty();
        if session.by == member {
            session.by = NOBODY;
            session.plan =
                Plan { members: std::mem::take(&mut session.plan.members), ..session.plan.without_words() };
        }
        if was_alone || session.by == NOBODY {
            session.ended.get_or_insert(now);
        }
    }

    fn put(&mut self, session: Session, waiting: bool) {
        self.0.insert(session.id, SessionRecord { session, waiting });
    }

    /// The session that takes requests in a channel at `now`.
    fn open(&self, channel: u64, now: OffsetDateTime) -> Option<&Session> {
        let mut running = self.0.values().filter_map(SessionRecord::running);
        running.find(|session| session.channel == channel && session.is_open(now))
    }

    /// Makes room for the next session; one whose quiet time is over ended with it.
    fn end_running(&mut self, channel: u64, now: OffsetDateTime) -> Option<Session> {
        let session = self.running_mut(|session| session.channel == channel)?;
        session.ended = Some(session.quiet_end().min(now));
        Some(session.clone())
    }

    fn running_mut(&mut self, wanted: impl Fn(&Session) -> bool) -> Option<&mut Session> {
        let mut running = self.0.values_mut().filter(|record| record.running().is_some());
        running.find(|record| wanted(&record.session)).map(|record| &mut record.session)
    }
}
