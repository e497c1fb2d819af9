//! Sessions: who started what where.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use super::Sqlite;
use super::rows::{self, to_json};
use crate::domain::job::millis;
use crate::domain::session::{Session, SessionId, SessionQueue, SessionRecord, Sessions};

impl Sqlite {
    pub(crate) async fn update_sessions<T: Send + 'static>(
        &self,
        id: SessionId,
        channel: Option<u64>,
        step: impl Fn(&mut Sessions) -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        self.run(false, move |db| {
            let named = find(db, id)?;
            let channel = channel.or(named.as_ref().map(|record| record.session.channel));
            let running = channel.map(|channel| running(db, channel)).transpose()?.flatten();
            let before: Sessions = named.into_iter().chain(running).collect();
            let mut after = before.clone();
            let answer = step(&mut after);
            for change in after.changes(&before) {
                match change.after {
                    Some(record) => put(db, record)?,
                    None => delete(db, change.id)?,
                }
            }
            Ok(answer)
        })
        .await
    }

    pub(crate) async fn session_record(&self, id: SessionId) -> anyhow::Result<Option<SessionRecord>> {
        self.look(move |db| find(db, id)).await
    }

    pub(crate) async fn latest_session(&self, channel: u64) -> anyhow::Result<Option<Session>> {
        let query = "SELECT * FROM sessions WHERE channel = ?1 AND waiting = 0 ORDER BY started DESC, id DESC LIMIT 1";
        let latest = self.look(move |db| one(db, query, &channel.to_string())).await?;
        Ok(latest.map(|record| record.session))
    }

    /// Sessions of this queue whose moment is `until` or earlier.
    pub(crate) async fn queued_sessions(
        &self,
        queue: SessionQueue,
        until: OffsetDateTime,
    ) -> anyhow::Result<Vec<SessionRecord>> {
        let query = queued(queue);
        self.look(move |db| db.prepare_cached(query)?.query_map([millis(until)], record)?.collect()).await
    }
}

/// What [`Sqlite::queued_sessions`] asks.
pub(super) fn queued(queue: SessionQueue) -> &'static str {
    match queue {
        SessionQueue::Waiting => "SELECT * FROM sessions WHERE waiting = 1 AND started <= ?1",
        SessionQueue::Running => {
            "SELECT * FROM sessions WHERE ended IS NULL AND waiting = 0 AND quiet_at <= ?1"
        }
    }
}

/// The session of a channel that nobody ended. Its quiet time may be over.
pub(super) fn running(db: &Connection, channel: u64) -> rusqlite::Result<Option<SessionRecord>> {
    let query = "SELECT * FROM sessions WHERE channel = ?1 AND ended IS NULL AND waiting = 0";
    one(db, query, &channel.to_string())
}

/// A job was ordered in it.
pub(super) fn touch(db: &Connection, id: SessionId, now: OffsetDateTime) -> rusqlite::Result<()> {
    let touched = find(db, id)?.and_then(|record| record.touched(now));
    touched.map_or(Ok(()), |record| put(db, &record))
}

fn find(db: &Connection, id: SessionId) -> rusqlite::Result<Option<SessionRecord>> {
    one(db, "SELECT * FROM sessions WHERE id = ?1", &id.to_string())
}

fn one(db: &Connection, query: &str, key: &str) -> rusqlite::Result<Option<SessionRecord>> {
    db.prepare_cached(query)?.query_row([key], record).optional()
}

fn delete(db: &Connection, id: SessionId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM sessions WHERE id = ?1")?.execute([id.to_string()]).map(drop)
}

fn put(db: &Connection, record: &SessionRecord) -> rusqlite::Result<()> {
    let SessionRecord { session, waiting } = record;
    db.prepare_cached(
        "INSERT INTO sessions (id, guild, channel, by, started, last, ended, waiting, plan, quiet_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET by = excluded.by, started = excluded.started, last = excluded.last, ended = excluded.ended,
             waiting = excluded.waiting, plan = excluded.plan, quiet_at = excluded.quiet_at",
    )?
    .execute(params![
        session.id.to_string(),
        session.guild.map(|guild| guild.to_string()),
        session.channel.to_string(),
        session.by.to_string(),
        millis(session.started),
        millis(session.last),
        session.ended.map(millis),
        waiting,
        to_json(&session.plan)?,
        millis(session.quiet_end()),
    ])
    .map(drop)
}

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    let guild: Option<String> = row.get("guild")?;
    let ended: Option<i64> = row.get("ended")?;
    let session = Session {
        id: rows::parsed(row, "id")?,
        guild: guild.is_some().then(|| rows::parsed(row, "guild")).transpose()?,
        channel: rows::parsed(row, "channel")?,
        by: rows::parsed(row, "by")?,
        started: rows::time(row, "started")?,
        last: rows::time(row, "last")?,
        ended: ended.is_some().then(|| rows::time(row, "ended")).transpose()?,
        plan: rows::from_json(row, "plan")?,
    };
    Ok(SessionRecord { session, waiting: row.get("waiting")? })
}
