//! Sessions: who started what where, and the pictures that came of it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use super::Sqlite;
use super::rows::{self, millis, to_json};
use crate::job::{Claim, JobId};
use crate::session::{Plan, Session, SessionId};
use crate::store::LastPicture;

impl Sqlite {
    /// Starts a session, unless one runs in its channel: then that one is returned and nothing is changed.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn start_session(&self, session: Session) -> anyhow::Result<Option<Session>> {
        self.run(false, move |db| {
            if let Some(running) = running(db, session.channel, session.started)? {
                return Ok(Some(running));
            }
            end_quiet(db, session.channel)?;
            db.prepare_cached(
                "INSERT INTO sessions (id, guild, channel, by, started, last, plan) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
            )?
            .execute(params![
                session.id.to_string(),
                session.guild.map(|guild| guild.to_string()),
                session.channel.to_string(),
                session.by.to_string(),
                millis(session.started),
                to_json(&session.plan)?,
            ])?;
            Ok(None)
        })
        .await
    }

    /// Changes the plan of a session that has not ended; the session as it is then.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn change_session(
        &self,
        id: SessionId,
        change: impl Fn(&mut Plan) + Send + 'static,
    ) -> anyhow::Result<Option<Session>> {
        self.run(false, move |db| {
            let Some(mut session) = find(db, id)?.filter(|session| session.ended.is_none()) else {
                return Ok(None);
            };
            change(&mut session.plan);
            db.prepare_cached("UPDATE sessions SET plan = ?2 WHERE id = ?1")?
                .execute(params![id.to_string(), to_json(&session.plan)?])?;
            Ok(Some(session))
        })
        .await
    }

    /// Ends a session; `false` if it has ended before.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn end_session(&self, id: SessionId, now: OffsetDateTime) -> anyhow::Result<bool> {
        self.run(false, move |db| {
            let ended = db
                .prepare_cached("UPDATE sessions SET ended = ?2 WHERE id = ?1 AND ended IS NULL")?
                .execute(params![id.to_string(), millis(now)])?;
            Ok(ended == 1)
        })
        .await
    }

    /// A session by its id, ended or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session(&self, id: SessionId) -> anyhow::Result<Option<Session>> {
        self.look(move |db| find(db, id)).await
    }

    /// The latest session of a channel, ended or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn latest_session(&self, channel: u64) -> anyhow::Result<Option<Session>> {
        self.look(move |db| {
            db.prepare_cached(
                "SELECT * FROM sessions WHERE channel = ?1 ORDER BY started DESC, id DESC LIMIT 1",
            )?
            .query_row([channel.to_string()], session)
            .optional()
        })
        .await
    }

    /// Sessions that nobody ended and whose quiet time is over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn quiet_sessions(&self, now: OffsetDateTime) -> anyhow::Result<Vec<Session>> {
        self.look(move |db| {
            let open: Vec<Session> = db
                .prepare_cached("SELECT * FROM sessions WHERE ended IS NULL")?
                .query_map([], session)?
                .collect::<rusqlite::Result<_>>()?;
            Ok(open.into_iter().filter(|session| !session.is_open(now)).collect())
        })
        .await
    }

    /// The jobs of a session that brought pictures, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session_jobs(&self, id: SessionId) -> anyhow::Result<Vec<Claim>> {
        self.look(move |db| {
            let jobs: Vec<JobId> = db
                .prepare_cached(
                    "SELECT id FROM jobs WHERE session = ?1 AND delivered > 0 ORDER BY created_at, id",
                )?
                .query_map([id.to_string()], |row| rows::id(row, "id"))?
                .collect::<rusqlite::Result<_>>()?;
            jobs.into_iter().filter_map(|job| rows::load(db, job).transpose()).collect()
        })
        .await
    }

    /// The last picture that was delivered in a session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn last_picture(&self, id: SessionId) -> anyhow::Result<Option<LastPicture>> {
        self.look(move |db| {
            let found: Option<(JobId, u32)> = db
                .prepare_cached(
                    "SELECT j.id, p.n FROM jobs j JOIN pictures p ON p.job = j.id
                     WHERE j.session = ?1 AND j.delivered > 0 AND p.sha256 IS NOT NULL
                     ORDER BY j.finished_at DESC, j.id DESC, p.n DESC LIMIT 1",
                )?
                .query_row([id.to_string()], |row| Ok((rows::id(row, "id")?, row.get("n")?)))
                .optional()?;
            let Some((job, n)) = found else { return Ok(None) };
            Ok(rows::load(db, job)?.map(|claim| LastPicture { job: claim.job, n }))
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
    let open = db
        .prepare_cached("SELECT * FROM sessions WHERE channel = ?1 AND ended IS NULL")?
        .query_row([channel.to_string()], session)
        .optional()?;
    Ok(open.filter(|session| session.is_open(now)))
}

/// A session whose quiet time is over makes room for the next one.
fn end_quiet(db: &Connection, channel: u64) -> rusqlite::Result<()> {
    let open = db
        .prepare_cached("SELECT * FROM sessions WHERE channel = ?1 AND ended IS NULL")?
        .query_row([channel.to_string()], session)
        .optional()?;
    if let Some(open) = open {
        db.prepare_cached("UPDATE sessions SET ended = ?2 WHERE id = ?1")?
            .execute(params![open.id.to_string(), millis(open.quiet_end())])?;
    }
    Ok(())
}

fn find(db: &Connection, id: SessionId) -> rusqlite::Result<Option<Session>> {
    db.prepare_cached("SELECT * FROM sessions WHERE id = ?1")?.query_row([id.to_string()], session).optional()
}

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
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
