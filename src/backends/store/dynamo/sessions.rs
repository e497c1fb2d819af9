//! Sessions: who started what where, and the pictures that came of it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Dynamo;
use super::item::{Item, Key, from_json, integer, json, number, parsed, text};
use super::table::{Backoff, Range, Written};
use super::write::Write;
use crate::backends::store::{Replaced, Replacement, Start};
use crate::domain::job::{JobId, JobRecord, from_millis, millis};
use crate::domain::session::{Plan, Session, SessionId};

/// Seconds for which an unanswered question is kept: twice as long as anybody may answer it.
const WAITING_KEPT: i64 = 2 * 86_400;
/// Questions and sessions that one look brings.
const AT_ONCE: usize = 1_000;

/// What of a session is kept as a document. The moments are attributes of their own, for conditions.
#[derive(Serialize, Deserialize)]
struct Document {
    guild: Option<u64>,
    channel: u64,
    by: u64,
    plan: Plan,
}

/// A session as it was read.
#[derive(Clone)]
pub(super) struct StoredSession {
    pub(super) session: Session,
    /// It was asked for while another one ran, and begins if that one is ended for it.
    pub(super) waiting: bool,
    pub(super) revision: i64,
}

impl Dynamo {
    pub(in crate::backends::store) async fn start_session(&self, session: Session) -> anyhow::Result<Start> {
        self.forget_waiting(session.started).await?;
        let mut backoff = Backoff::new();
        loop {
            let running = self.unended(session.channel).await?;
            let open = running
                .as_ref()
                .map(|stored| &stored.session)
                .filter(|stored| stored.is_open(session.started));
            let waits = open.filter(|running| running.id != session.id).cloned();
            let said = waits.map_or(Start::Begun, |running| Start::Waits(Box::new(running)));
            if self.stored(session.id).await?.is_some() {
                return Ok(said);
            }
            let fresh =
                StoredSession { session: session.clone(), waiting: said != Start::Begun, revision: 0 };
            let mut writes = vec![fresh.write(None)?];
            if !fresh.waiting {
                let (ended, _) = ending(running.as_ref(), session.started)?;
                writes.extend(ended);
                writes.extend(beginning(&session, running.as_ref()));
            }
            match self.table.write(writes).await? {
                Written::Done => return Ok(said),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    pub(in crate::backends::store) async fn replace_session(
        &self,
        id: SessionId,
        asked_about: Option<SessionId>,
        now: OffsetDateTime,
    ) -> anyhow::Result<Replacement> {
        let mut backoff = Backoff::new();
        loop {
            let Some(waiting) = self.stored(id).await?.filter(|stored| stored.waiting) else {
                return Ok(Replacement::NoneWaits);
            };
            let running = self.unended(waiting.session.channel).await?;
            let open = running.as_ref().map(|held| &held.session).filter(|session| session.is_open(now));
            if let Some(other) = open.filter(|session| Some(session.id) != asked_about) {
                return Ok(Replacement::AnotherRuns(Box::new(other.clone())));
            }
            let begun = Session { started: now, last: now, ..waiting.session.clone() };
            let (mut writes, ended) = ending(running.as_ref(), now)?;
            writes.push(waiting.with(begun.clone()).write(Some(&waiting))?);
            writes.extend(beginning(&begun, running.as_ref()));
            match self.table.write(writes).await? {
                Written::Done => return Ok(Replacement::Begun(Box::new(Replaced { begun, ended }))),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    pub(in crate::backends::store) async fn waiting_session(
        &self,
        id: SessionId,
    ) -> anyhow::Result<Option<Session>> {
        Ok(self.stored(id).await?.filter(|stored| stored.waiting).map(|stored| stored.session))
    }

    pub(in crate::backends::store) async fn forget_session(&self, id: SessionId) -> anyhow::Result<bool> {
        let mut backoff = Backoff::new();
        loop {
            let Some(waiting) = self.stored(id).await?.filter(|stored| stored.waiting) else {
                return Ok(false);
            };
            match self.table.write(vec![waiting.forget()]).await? {
                Written::Done => return Ok(true),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    pub(in crate::backends::store) async fn change_session(
        &self,
        id: SessionId,
        change: impl Fn(&mut Plan) + Send + 'static,
    ) -> anyhow::Result<Option<Session>> {
        let mut backoff = Backoff::new();
        loop {
            let Some(stored) = self.stored(id).await?.filter(StoredSession::is_running) else {
                return Ok(None);
            };
            let mut session = stored.session.clone();
            change(&mut session.plan);
            match self.table.write(vec![stored.with(session.clone()).write(Some(&stored))?]).await? {
                Written::Done => return Ok(Some(session)),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    pub(in crate::backends::store) async fn end_session(
        &self,
        id: SessionId,
        now: OffsetDateTime,
    ) -> anyhow::Result<bool> {
        let mut backoff = Backoff::new();
        loop {
            let Some(stored) = self.stored(id).await?.filter(StoredSession::is_running) else {
                return Ok(false);
            };
            let ended = stored.with(Session { ended: Some(now), ..stored.session.clone() });
            let pointer = Write::delete(Key::running(stored.session.channel))
                .only_if("which = :which", [(":which", text(&id.to_string()))]);
            match self.table.write(vec![ended.write(Some(&stored))?, pointer]).await? {
                Written::Done => return Ok(true),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    pub(in crate::backends::store) async fn session(&self, id: SessionId) -> anyhow::Result<Option<Session>> {
        Ok(self.stored(id).await?.filter(|stored| !stored.waiting).map(|stored| stored.session))
    }

    pub(in crate::backends::store) async fn latest_session(
        &self,
        channel: u64,
    ) -> anyhow::Result<Option<Session>> {
        let of = Range::beginning(format!("channel#{channel}"), "session#");
        match self.table.query(of, true, 1).await?.pop() {
            Some(item) => self.session(parsed(&item, "which")?).await,
            None => Ok(None),
        }
    }

    pub(in crate::backends::store) async fn quiet_sessions(
        &self,
        now: OffsetDateTime,
    ) -> anyhow::Result<Vec<Session>> {
        // Items of earlier versions stand at the moment of their start, which is no later.
        let keys = self.table.queued("session", millis(now), usize::MAX).await?;
        let mut quiet = Vec::new();
        for item in self.table.get_all(keys).await?.values() {
            let stored = stored(item)?;
            if stored.is_running() && !stored.session.is_open(now) {
                quiet.push(stored.session);
            }
        }
        quiet.sort_by_key(|session| session.id);
        Ok(quiet)
    }

    /// The jobs of a session, oldest first.
    pub(in crate::backends::store) async fn records_of(
        &self,
        id: SessionId,
    ) -> anyhow::Result<Vec<JobRecord>> {
        let range = Range::beginning(format!("session#{id}"), "job#");
        let items = self.table.query(range, false, usize::MAX).await?;
        let of = |item: &Item| -> anyhow::Result<Key> {
            let job: JobId = super::item::string(item, "sk")?.trim_start_matches("job#").parse()?;
            Ok(Key::job(job))
        };
        let keys = items.iter().map(of).collect::<anyhow::Result<_>>()?;
        let mut records = Vec::new();
        for item in self.table.get_all(keys).await?.values() {
            records.extend(super::stored(item)?.map(|stored| stored.record));
        }
        records.sort_by_key(|record| (record.created_ms(), record.id()));
        Ok(records)
    }

    async fn stored(&self, id: SessionId) -> anyhow::Result<Option<StoredSession>> {
        self.table.get(Key::session(id)).await?.as_ref().map(stored).transpose()
    }

    /// The session of a channel that nobody ended. Its quiet time may be over.
    async fn unended(&self, channel: u64) -> anyhow::Result<Option<StoredSession>> {
        match self.table.get(Key::running(channel)).await? {
            Some(item) => self.stored(parsed(&item, "which")?).await,
            None => Ok(None),
        }
    }

    /// Nobody presses the button of a question that old.
    async fn forget_waiting(&self, now: OffsetDateTime) -> anyhow::Result<()> {
        let before = millis(now - time::Duration::DAY) - 1;
        for key in self.table.queued("waiting", before, AT_ONCE).await? {
            if let Some(stored) = self.stored(key.id()?).await?.filter(|stored| stored.waiting) {
                // If somebody is faster, it is gone or has begun.
                self.table.write(vec![stored.forget()]).await?;
            }
        }
        Ok(())
    }
}

impl StoredSession {
    pub(super) fn is_running(&self) -> bool {
        !self.waiting && self.session.ended.is_none()
    }

    /// What comes next of it. It does not wait any more.
    fn with(&self, session: Session) -> StoredSession {
        StoredSession { session, waiting: false, revision: self.revision + 1 }
    }

    fn write(&self, before: Option<&StoredSession>) -> anyhow::Result<Write> {
        let put = self.put()?;
        Ok(match before {
            Some(before) => before.only_as_it_is(put),
            None => put.if_absent(),
        })
    }

    pub(super) fn put(&self) -> anyhow::Result<Write> {
        let Session { id, guild, channel, by, started, last, ended, plan } = &self.session;
        let doc = Document { guild: *guild, channel: *channel, by: *by, plan: plan.clone() };
        let mut attributes = vec![
            ("doc", json(&doc)?),
            ("rev", number(self.revision)),
            ("started", number(millis(*started))),
            ("asked", number(millis(*last))),
        ];
        attributes.extend(ended.map(|ended| ("ended", number(millis(ended)))));
        if self.waiting {
            attributes.push(("expires", number(started.unix_timestamp() + WAITING_KEPT)));
        }
        if self.waiting || self.is_running() {
            let queue = if self.waiting { "waiting" } else { "session" };
            let due = if self.waiting { *started } else { self.session.quiet_end() };
            attributes.extend([("queue", text(queue)), ("due", number(millis(due)))]);
        }
        Ok(Write::put(&Key::session(*id), attributes))
    }

    fn forget(&self) -> Write {
        self.only_as_it_is(Write::delete(Key::session(self.session.id)))
    }

    fn only_as_it_is(&self, write: Write) -> Write {
        let seen = [(":rev", number(self.revision)), (":asked", number(millis(self.session.last)))];
        write.only_if("rev = :rev AND asked = :asked", seen)
    }
}

/// A job was ordered in it: it stays awake.
pub(super) fn touch(item: &Item, now: OffsetDateTime) -> anyhow::Result<Option<Write>> {
    let before = stored(item)?;
    if before.waiting || before.session.last >= now {
        return Ok(None);
    }
    let session = Session { last: now, ..before.session.clone() };
    let due = number(millis(session.quiet_end()));
    // Others may ask at the same time: only the plan and the end must be as they were.
    let awake = [(":now", number(millis(now))), (":rev", number(before.revision))];
    let touch = if before.is_running() {
        Write::update(Key::session(session.id), "SET asked = :now, due = :due").with([(":due", due)])
    } else {
        Write::update(Key::session(session.id), "SET asked = :now")
    };
    Ok(Some(touch.only_if("asked < :now AND rev = :rev", awake)))
}

/// Makes room for the next session; one whose quiet time is over ended with it.
fn ending(
    running: Option<&StoredSession>,
    now: OffsetDateTime,
) -> anyhow::Result<(Vec<Write>, Option<Session>)> {
    let Some(stored) = running else { return Ok((Vec::new(), None)) };
    let ended = Some(stored.session.quiet_end().min(now));
    let session = Session { ended, ..stored.session.clone() };
    Ok((vec![stored.with(session.clone()).write(Some(stored))?], Some(session)))
}

/// The channel's session is this one, in place of the one that was.
fn beginning(session: &Session, before: Option<&StoredSession>) -> [Write; 2] {
    let pointer = points_at(&Key::running(session.channel), session);
    let pointer = match before {
        Some(stored) => pointer.only_if("which = :which", [(":which", text(&stored.session.id.to_string()))]),
        None => pointer.if_absent(),
    };
    [pointer, points_at(&Key::begun(session), session)]
}

pub(super) fn points_at(key: &Key, session: &Session) -> Write {
    Write::put(key, [("which", text(&session.id.to_string()))])
}

fn stored(item: &Item) -> anyhow::Result<StoredSession> {
    let Document { guild, channel, by, plan } = from_json(item, "doc")?;
    let moment = |name: &str| -> anyhow::Result<OffsetDateTime> { Ok(from_millis(integer(item, name)?)?) };
    let session = Session {
        id: Key::of(item)?.id()?,
        guild,
        channel,
        by,
        started: moment("started")?,
        last: moment("asked")?,
        ended: item.contains_key("ended").then(|| moment("ended")).transpose()?,
        plan,
    };
    let waiting = item.get("queue").is_some_and(|queue| *queue == text("waiting"));
    Ok(StoredSession { session, waiting, revision: integer(item, "rev")? })
}
