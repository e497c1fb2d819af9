//! Sessions: who started what where.

use std::collections::{BTreeSet, HashMap};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Dynamo;
use super::item::{Item, Key, from_json, integer, json, number, parsed, string, text};
use super::table::{Backoff, Range, Written};
use super::write::Write;
use crate::domain::job::{JobRecord, from_millis, millis};
use crate::domain::session::{
    Plan, Session, SessionChange, SessionId, SessionQueue, SessionRecord, Sessions, WAITING_LIFE,
};

/// Seconds for which a session that waits is kept.
const WAITING_KEPT: i64 = 2 * WAITING_LIFE.whole_seconds();

/// What of a session is kept as a document. The moments are attributes of their own, for conditions.
#[derive(Serialize, Deserialize)]
struct Document {
    guild: Option<u64>,
    channel: u64,
    by: u64,
    plan: Plan,
}

/// A session as it was read.
struct StoredSession {
    record: SessionRecord,
    revision: i64,
}

impl Dynamo {
    pub(crate) async fn update_sessions<T>(
        &self,
        id: SessionId,
        channel: Option<u64>,
        step: impl Fn(&mut Sessions) -> T,
    ) -> anyhow::Result<T> {
        let mut backoff = Backoff::new();
        loop {
            let stored = self.stored_sessions(id, channel).await?;
            let before: Sessions = stored.values().map(|stored| stored.record.clone()).collect();
            let mut after = before.clone();
            let answer = step(&mut after);
            let changes = after.changes(&before);
            if changes.is_empty() {
                return Ok(answer);
            }
            match self.table.write(writes(&stored, &changes)?).await? {
                Written::Done => return Ok(answer),
                Written::Conflict => backoff.again().await?,
            }
        }
    }

    pub(crate) async fn session_record(&self, id: SessionId) -> anyhow::Result<Option<SessionRecord>> {
        Ok(self.stored_session(id).await?.map(|stored| stored.record))
    }

    pub(crate) async fn latest_session(&self, channel: u64) -> anyhow::Result<Option<Session>> {
        let of = Range::beginning(format!("channel#{channel}"), "session#");
        let Some(item) = self.table.query(of, true, 1).await?.pop() else { return Ok(None) };
        Ok(self.session_record(parsed(&item, "which")?).await?.map(|record| record.session))
    }

    /// Sessions of this queue whose moment is `until` or earlier, and some that are not: the index is behind, and items
    /// of earlier versions stand at the moment of their start.
    pub(crate) async fn queued_sessions(
        &self,
        queue: SessionQueue,
        until: OffsetDateTime,
    ) -> anyhow::Result<Vec<SessionRecord>> {
        let keys = self.table.queued(queue.name(), millis(until), usize::MAX).await?;
        self.table.get_all(keys).await?.values().map(|item| Ok(stored(item)?.record)).collect()
    }

    /// The jobs of a session, oldest first.
    pub(crate) async fn records_of(&self, id: SessionId) -> anyhow::Result<Vec<JobRecord>> {
        let range = Range::beginning(format!("session#{id}"), "job#");
        let items = self.table.query(range, false, usize::MAX).await?;
        let mut records = self.listed(&items).await?;
        records.sort_by_key(|record| (record.created_ms(), record.id()));
        Ok(records)
    }

    /// Sessions that a member started or was named in at some time.
    pub(crate) async fn sessions_of_member(&self, member: u64) -> anyhow::Result<Vec<SessionRecord>> {
        let range = Range::beginning(format!("member#{member}"), "session#");
        let places = self.table.query(range, false, usize::MAX).await?;
        let of = |place: &Item| -> anyhow::Result<Key> {
            let (_, id) = string(place, "sk")?.split_once('#').context("a place among others")?;
            Ok(Key::session(id.parse()?))
        };
        let keys = places.iter().map(of).collect::<anyhow::Result<_>>()?;
        self.table.get_all(keys).await?.values().map(|item| Ok(stored(item)?.record)).collect()
    }

    async fn stored_session(&self, id: SessionId) -> anyhow::Result<Option<StoredSession>> {
        self.table.get(Key::session(id)).await?.as_ref().map(stored).transpose()
    }

    /// This session, and the one that nobody ended in its channel.
    async fn stored_sessions(
        &self,
        id: SessionId,
        channel: Option<u64>,
    ) -> anyhow::Result<HashMap<SessionId, StoredSession>> {
        let named = self.stored_session(id).await?;
        let channel = channel.or(named.as_ref().map(|stored| stored.record.session.channel));
        let pointer = match channel {
            Some(channel) => self.table.get(Key::running(channel)).await?,
            None => None,
        };
        let running = match pointer {
            Some(item) => self.stored_session(parsed(&item, "which")?).await?,
            None => None,
        };
        let all = named.into_iter().chain(running);
        Ok(all.map(|stored| (stored.record.session.id, stored)).collect())
    }
}

/// Writes the changes, and what points at the sessions of the channel, if all of it is as it was read.
fn writes(
    stored: &HashMap<SessionId, StoredSession>,
    changes: &[SessionChange<'_>],
) -> anyhow::Result<Vec<Write>> {
    let mut writes = Vec::new();
    for SessionChange { id, after, .. } in changes {
        let before = stored.get(id);
        let write = match after {
            Some(record) => put(record, before.map_or(0, |before| before.revision + 1))?,
            None => Write::delete(Key::session(*id)),
        };
        writes.push(match before {
            Some(StoredSession { record, revision }) => write.only_if(
                "rev = :rev AND asked = :asked",
                [(":rev", number(*revision)), (":asked", number(millis(record.session.last)))],
            ),
            None => write.if_absent(),
        });
        if let Some(record) = after {
            writes.extend(of_members(&record.session, before.map(|before| &before.record.session)));
        }
    }
    let ended = changes.iter().find_map(SessionChange::ended);
    let begun = changes.iter().find_map(SessionChange::begun);
    let pointer = match (begun, ended) {
        (Some(begun), _) => Some(points_at(&Key::running(begun.channel), begun)),
        (None, ended) => ended.map(|ended| Write::delete(Key::running(ended.channel))),
    };
    writes.extend(pointer.map(|pointer| match ended {
        Some(ended) => pointer.only_if("which = :which", [(":which", text(&ended.id.to_string()))]),
        None => pointer.if_absent(),
    }));
    writes.extend(begun.map(|begun| points_at(&Key::begun(begun), begun)));
    Ok(writes)
}

/// The places of a session among those of its members who were not in it `before`. A place of somebody who has left it
/// does no harm.
pub(super) fn of_members(session: &Session, before: Option<&Session>) -> Vec<Write> {
    let members = session.plan.members.iter().copied().chain([session.by]);
    let new = members.filter(|member| !before.is_some_and(|before| before.has_to_do_with(*member)));
    let places: BTreeSet<u64> = new.filter(|member| *member != 0).collect();
    places.into_iter().map(|member| Write::put(&Key::member_session(member, session.id), [])).collect()
}

pub(super) fn put(record: &SessionRecord, revision: i64) -> anyhow::Result<Write> {
    let Session { id, guild, channel, by, started, last, ended, plan } = &record.session;
    let doc = Document { guild: *guild, channel: *channel, by: *by, plan: plan.clone() };
    let mut attributes = vec![
        ("doc", json(&doc)?),
        ("rev", number(revision)),
        ("started", number(millis(*started))),
        ("asked", number(millis(*last))),
    ];
    attributes.extend(ended.map(|ended| ("ended", number(millis(ended)))));
    if record.waiting {
        attributes.push(("expires", number(started.unix_timestamp() + WAITING_KEPT)));
    }
    if let Some((queue, due)) = record.queue() {
        attributes.extend([("queue", text(queue.name())), ("due", number(millis(due)))]);
    }
    Ok(Write::put(&Key::session(*id), attributes))
}

/// A job was ordered in it. Others may order at the same time: only the plan and the end must be as they were.
pub(super) fn touch(item: &Item, now: OffsetDateTime) -> anyhow::Result<Option<Write>> {
    let StoredSession { record, revision } = stored(item)?;
    let Some(record) = record.touched(now) else { return Ok(None) };
    let key = Key::session(record.session.id);
    let touch = match record.queue() {
        Some((_, due)) => {
            Write::update(key, "SET asked = :now, due = :due").with([(":due", number(millis(due)))])
        }
        None => Write::update(key, "SET asked = :now"),
    };
    let seen = [(":now", number(millis(now))), (":rev", number(revision))];
    Ok(Some(touch.only_if("asked < :now AND rev = :rev", seen)))
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
    let waiting = item.get("queue").is_some_and(|queue| *queue == text(SessionQueue::Waiting.name()));
    Ok(StoredSession { record: SessionRecord { session, waiting }, revision: integer(item, "rev")? })
}
