//! What admins and members have said, and who changed it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::rows::{self, to_json};
use super::{Sqlite, ops, sessions};
use crate::backends::store::Context;
use crate::domain::job::{JobId, millis};
use crate::domain::policy::{Change, Edit, Entry, Policy};
use crate::domain::refusal::Refusal;
use crate::domain::settings::Settings;

impl Sqlite {
    pub(in crate::backends::store) async fn context(
        &self,
        request: Option<String>,
        guild: Option<u64>,
        places: Vec<u64>,
        member: u64,
        now: OffsetDateTime,
    ) -> anyhow::Result<(Option<JobId>, Context)> {
        self.look(move |db| {
            let known = request.map(|request| ops::find_request(db, &request, now)).transpose()?.flatten();
            let running =
                places.first().map(|channel| sessions::running(db, *channel)).transpose()?.flatten();
            let context = Context {
                policy: guild.map(|guild| policy(db, guild)).transpose()?.unwrap_or_default(),
                session: running.map(|record| record.session),
                preferences: preferences(db, member)?,
                places,
            };
            Ok((known, context))
        })
        .await
    }

    pub(in crate::backends::store) async fn edit(
        &self,
        guild: u64,
        by: u64,
        edit: Edit,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<Option<Entry>, Refusal>> {
        self.run(false, move |db| {
            let mut policy = policy(db, guild)?;
            match policy.edited(&edit) {
                Ok(Some(change)) => Ok(Ok(Some(put(db, guild, &mut policy, change, by, None, now)?))),
                Ok(None) => Ok(Ok(None)),
                Err(refusal) => Ok(Err(refusal)),
            }
        })
        .await
    }

    pub(in crate::backends::store) async fn undo(
        &self,
        guild: u64,
        by: u64,
        number: i64,
        now: OffsetDateTime,
    ) -> anyhow::Result<Result<Entry, Refusal>> {
        self.run(false, move |db| {
            let Some(entry) =
                entries(db, guild, number.saturating_add(1), 1)?.pop().filter(|entry| entry.number == number)
            else {
                return Ok(Err(Refusal::NoEntry { number }));
            };
            let mut policy = policy(db, guild)?;
            match policy.undone(number, &entry.change) {
                Ok(change) => Ok(Ok(put(db, guild, &mut policy, change, by, Some(number), now)?)),
                Err(refusal) => Ok(Err(refusal)),
            }
        })
        .await
    }

    pub(in crate::backends::store) async fn audit(
        &self,
        guild: u64,
        before: Option<i64>,
        limit: u32,
    ) -> anyhow::Result<Vec<Entry>> {
        self.look(move |db| entries(db, guild, before.unwrap_or(i64::MAX), limit)).await
    }

    pub(in crate::backends::store) async fn prefer(
        &self,
        member: u64,
        change: impl Fn(&mut Settings) + Send + 'static,
    ) -> anyhow::Result<()> {
        self.run(false, move |db| {
            let mut settings = preferences(db, member)?;
            change(&mut settings);
            db.prepare_cached("INSERT OR REPLACE INTO preferences (member, settings) VALUES (?1, ?2)")?
                .execute(params![member.to_string(), to_json(&settings)?])
                .map(drop)
        })
        .await
    }
}

fn policy(db: &Connection, guild: u64) -> rusqlite::Result<Policy> {
    kept(db, "SELECT policy AS value FROM policies WHERE guild = ?1", guild)
}

fn preferences(db: &Connection, member: u64) -> rusqlite::Result<Settings> {
    kept(db, "SELECT settings AS value FROM preferences WHERE member = ?1", member)
}

fn kept<T: DeserializeOwned + Default>(db: &Connection, query: &str, id: u64) -> rusqlite::Result<T> {
    let found = db
        .prepare_cached(query)?
        .query_row([id.to_string()], |row| rows::from_json(row, "value"))
        .optional()?;
    Ok(found.unwrap_or_default())
}

fn put(
    db: &Connection,
    guild: u64,
    policy: &mut Policy,
    change: Change,
    by: u64,
    undoes: Option<i64>,
    now: OffsetDateTime,
) -> rusqlite::Result<Entry> {
    policy.put(change.after.clone());
    db.prepare_cached("INSERT OR REPLACE INTO policies (guild, policy) VALUES (?1, ?2)")?
        .execute(params![guild.to_string(), to_json(policy)?])?;
    let number: i64 = db
        .prepare_cached(
            "INSERT INTO audit (guild, number, at, by, change, undoes)
             SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 FROM audit WHERE guild = ?1 RETURNING number",
        )?
        .query_row(
            params![guild.to_string(), millis(now), by.to_string(), to_json(&change)?, undoes],
            |row| row.get(0),
        )?;
    Ok(Entry { number, at: now, by, change, undoes })
}

fn entries(db: &Connection, guild: u64, before: i64, limit: u32) -> rusqlite::Result<Vec<Entry>> {
    db.prepare_cached("SELECT * FROM audit WHERE guild = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3")?
        .query_map(params![guild.to_string(), before, limit], entry)?
        .collect()
}

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        number: row.get("number")?,
        at: rows::time(row, "at")?,
        by: rows::parsed(row, "by")?,
        change: rows::from_json(row, "change")?,
        undoes: row.get("undoes")?,
    })
}
