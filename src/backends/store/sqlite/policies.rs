//! What admins and members have said, and who changed it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::rows::{self, to_json};
use super::{Sqlite, ops, sessions};
use crate::backends::store::Context;
use crate::domain::job::{JobId, millis};
use crate::domain::policy::{Entry, Policy, PolicyRecord};
use crate::domain::settings::Settings;

impl Sqlite {
    pub(crate) async fn context(
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

    pub(crate) async fn update_policy<T: Send + 'static>(
        &self,
        guild: u64,
        step: impl Fn(&mut PolicyRecord) -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        self.run(false, move |db| {
            let last = entries(db, guild, i64::MAX, 1)?.pop().map(|entry| entry.number);
            let mut record = PolicyRecord::new(policy(db, guild)?, last.unwrap_or_default());
            let answer = step(&mut record);
            if let Some(entry) = &record.added {
                put(db, guild, &record.policy, entry)?;
            }
            Ok(answer)
        })
        .await
    }

    pub(crate) async fn audit(
        &self,
        guild: u64,
        before: Option<i64>,
        limit: u32,
    ) -> anyhow::Result<Vec<Entry>> {
        self.look(move |db| entries(db, guild, before.unwrap_or(i64::MAX), limit)).await
    }

    pub(crate) async fn prefer(
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

fn put(db: &Connection, guild: u64, policy: &Policy, entry: &Entry) -> rusqlite::Result<()> {
    let Entry { number, at, by, change, undoes } = entry;
    db.prepare_cached("INSERT OR REPLACE INTO policies (guild, policy) VALUES (?1, ?2)")?
        .execute(params![guild.to_string(), to_json(policy)?])?;
    db.prepare_cached(
        "INSERT INTO audit (guild, number, at, by, change, undoes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![guild.to_string(), number, millis(*at), by.to_string(), to_json(change)?, undoes])
    .map(drop)
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
