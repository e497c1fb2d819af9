//! Sessions: who started what where, and the pictures that came of it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use super::Sqlite;
use super::rows::{self, to_json};
use crate::backends::store::{Replaced, Replacement, Start};
use crate::domain::job::millis;
use crate::domain::session::{Plan, Session, SessionId};

impl Sqlite {
    pub(in crate::backends::store) async fn start_session(&self, session: Session) -> anyhow::Result<Start> {
        self.run(false, move |db| {
            let running = running(db, session.channel, session.started)?;
            let waits = running.filter(|running| running.id != session.id);
            if find(db, session.id)?.is_none() {
                forget_waiting(db, session.started)?;
                if waits.is_none() {
                    end_running(db, session.channel, session.started)?;
                }
                put(db, &session, waits.is_some())?;
            }
            Ok(waits.map_or(Start::Begun, |running| Start::Waits(Box::new(running))))
        })
        .await
    }

    pub(in crate::backends::store) async fn replace_session(
        &self,
        id: SessionId,
        asked_about: Option<SessionId>,
        now: OffsetDateTime,
    ) -> anyhow::Result<Replacement> {
        self.run(false, move |db| {
            let Some(waiting) = waiting(db, id)? else { return Ok(Replacement::NoneWaits) };
            if let Some(other) = running(db, waiting.channel, now)?
                && Some(other.id) != asked_about
            {
                return Ok(Replacement::AnotherRuns(Box::new(other)));
            }
            let ended = end_running(db, waiting.channel, now)?;
            let begun = Session { started: now, last: now, ..waiting };
            put(db, &begun, false)?;
            Ok(Replacement::Begun(Box::new(Replaced { begun, ended })))
        })
        .await
    }

    pub(in crate::backends::store) async fn waiting_session(
        &self,
        id: SessionId,
    ) -> anyhow::Result<Option<Session>> {
        self.look(move |db| waiting(db, id)).await
    }

    pub(in crate::backends::store) async fn forget_session(&self, id: SessionId) -> anyhow::Result<bool> {
        self.run(false, move |db| {
            let forgotten = db
                .prepare_cached("DELETE FROM sessions WHERE id = ?1 AND waiting = 1")?
                .execute([id.to_string()])?;
            Ok(forgotten == 1)
        })
        .await
    }

    pub(in crate::backends::store) async fn change_session(
        &self,
        id: SessionId,
        change: impl Fn(&mut Plan) + Send + 'static,
    ) -> anyhow::Result<Option<Session>> {
        self.run(false, move |db| {
            let Some(mut session) = begun(db, id)?.filter(|session| session.ended.is_none()) else {
                return Ok(None);
            };
            change(&mut session.plan);
            put(db, &session, false)?;
            Ok(Some(session))
        })
        .await
    }

    pub(in crate::backends::store) async fn end_session(
        &self,
        id: SessionId,
        now: OffsetDateTime,
    ) -> anyhow::Result<bool> {
        self.run(false, move |db| {
            let ended = db
                .prepare_cached(
                    "UPDATE sessions SET ended = ?2 WHERE id = ?1 AND ended IS NULL AND waiting = 0",
                )?
                .execute(params![id.to_string(), millis(now)])?;
            Ok(ended == 1)
        })
        .await
    }

    pub(in crate::backends::store) async fn session(&self, id: SessionId) -> anyhow::Result<Option<Session>> {
        self.look(move |db| begun(db, id)).await
    }

    pub(in crate::backends::store) async fn latest_session(
        &self,
        channel: u64,
    ) -> anyhow::Result<Option<Session>> {
        self.look(move |db| {
            db.prepare_cached(
                "SELECT * FROM sessions WHERE channel = ?1 AND waiting = 0 ORDER BY started DESC, id DESC LIMIT 1",
            )?
            .query_row([channel.to_string()], session)
            .optional()
        })
        .await
    }

    pub(in crate::backends::store) async fn quiet_sessions(
        &self,
        now: OffsetDateTime,
    ) -> anyhow::Result<Vec<Session>> {
        self.look(move |db| {
            db.prepare_cached(
                "SELECT * FROM sessions WHERE ended IS NULL AND waiting = 0 AND quiet_at <= ?1 ORDER BY id",
            )?
            .query_map([millis(now)], session)?
            .collect()
        })
        .await
    }
}

/// The session that takes requests in a channel at `now`.
pub(super) fn running(
    db: &Connection,
    channel: u64,
    now: OffsetDateTime,
) -> rusqlite::Result<Option<Session>> {
    Ok(unended(db, channel)?.filter(|session| session.is_open(now)))
}

/// Its quiet time may be over.
fn unended(db: &Connection, channel: u64) -> rusqlite::Result<Option<Session>> {
    db.prepare_cached("SELECT * FROM sessions WHERE channel = ?1 AND ended IS NULL AND waiting = 0")?
        .query_row([channel.to_string()], session)
        .optional()
}

/// Makes room for the next session; one whose quiet time is over ended with it.
fn end_running(db: &Connection, channel: u64, now: OffsetDateTime) -> rusqlite::Result<Option<Session>> {
    let Some(running) = unended(db, channel)? else { return Ok(None) };
    let ended = running.quiet_end().min(now);
    db.prepare_cached("UPDATE sessions SET ended = ?2 WHERE id = ?1")?
        .execute(params![running.id.to_string(), millis(ended)])?;
    Ok(Some(Session { ended: Some(ended), ..running }))
}

/// Nobody presses the button of a question that old.
fn forget_waiting(db: &Connection, now: OffsetDateTime) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM sessions WHERE waiting = 1 AND started < ?1")?
        .execute([millis(now - time::Duration::DAY)])?;
    Ok(())
}

/// A job was ordered in it.
pub(super) fn touch(db: &Connection, id: SessionId, now: OffsetDateTime) -> rusqlite::Result<()> {
    match begun(db, id)? {
        Some(session) if session.last < now => put(db, &Session { last: now, ..session }, false),
        _ => Ok(()),
    }
}

fn put(db: &Connection, session: &Session, waiting: bool) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO sessions (id, guild, channel, by, started, last, ended, waiting, plan, quiet_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET started = excluded.started, last = excluded.last, ended = excluded.ended,
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

fn begun(db: &Connection, id: SessionId) -> rusqlite::Result<Option<Session>> {
    db.prepare_cached("SELECT * FROM sessions WHERE id = ?1 AND waiting = 0")?
        .query_row([id.to_string()], session)
        .optional()
}

fn waiting(db: &Connection, id: SessionId) -> rusqlite::Result<Option<Session>> {
    db.prepare_cached("SELECT * FROM sessions WHERE id = ?1 AND waiting = 1")?
        .query_row([id.to_string()], session)
        .optional()
}

fn find(db: &Connection, id: SessionId) -> rusqlite::Result<Option<Session>> {
    db.prepare_cached("SELECT * FROM sessions WHERE id = ?1")?.query_row([id.to_string()], session).optional()
}

pub(super) fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    let guild: Option<String> = row.get("guild")?;
    let ended: Option<i64> = row.get("ended")?;
    Ok(Session {
        id: rows::parsed(row, "id")?,
        guild: guild.is_some().then(|| rows::parsed(row, "guild")).transpose()?,
        channel: rows::parsed(row, "channel")?,
        by: rows::parsed(row, "by")?,
        started: rows::time(row, "started")?,
        last: rows::time(row, "last")?,
        ended: ended.is_some().then(|| rows::time(row, "ended")).transpose()?,
        plan: rows::from_json(row, "plan")?,
    })
}
