//! Rows to values and back.

use std::str::FromStr;

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use crate::job::{Claim, Job, JobId, Origin, Picture, State};
use crate::limits::Terms;
use crate::store::accounts::{day, month};
use crate::store::{from_millis, millis};

pub(super) fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| broken(error.into()))
}

fn broken(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}

pub(super) fn id(row: &Row<'_>, column: &str) -> rusqlite::Result<JobId> {
    parsed(row, column)
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let parent: Option<String> = row.get("parent")?;
    Ok(Job {
        id: id(row, "id")?,
        origin: from_json(row, "origin")?,
        request: from_json(row, "request")?,
        created: time(row, "created_at")?,
        parent: parent.map(|text| text.parse().map_err(|error| broken(Box::new(error)))).transpose()?,
    })
}

/// A moment kept in Unix milliseconds.
pub(super) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<OffsetDateTime> {
    let millis: i64 = row.get(column)?;
    from_millis(millis).map_err(|error| broken(Box::new(error)))
}

/// An id kept as text.
pub(super) fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?.parse().map_err(|error: T::Err| broken(Box::new(error)))
}

pub(super) fn state(row: &Row<'_>) -> rusqlite::Result<State> {
    let name: String = row.get("state")?;
    State::from_name(&name).ok_or_else(|| broken(Box::new(FromSqlError::InvalidType)))
}

/// The whole job, with the fence as it stands.
pub(super) fn load(db: &Connection, job_id: JobId) -> rusqlite::Result<Option<Claim>> {
    let head = db
        .prepare_cached("SELECT * FROM jobs WHERE id = ?1")?
        .query_row([job_id.to_string()], |row| {
            Ok((job(row)?, state(row)?, row.get("fence")?, row.get("budget_used")?))
        })
        .optional()?;
    let Some((job, state, fence, budget_used)) = head else { return Ok(None) };
    let pictures = db
        .prepare_cached(
            "SELECT *, (SELECT count(*) FROM charges c WHERE c.job = p.job AND c.n = p.n) AS calls,
                    (SELECT count(*) FROM charges c WHERE c.job = p.job AND c.n = p.n AND c.paid) AS paid_calls
             FROM pictures p WHERE job = ?1 ORDER BY n",
        )?
        .query_map([job_id.to_string()], picture)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Some(Claim { job, state, fence, pictures, budget_used }))
}

fn picture(row: &Row<'_>) -> rusqlite::Result<Picture> {
    let outcome: Option<String> = row.get("outcome")?;
    Ok(Picture {
        n: row.get("n")?,
        seed: row.get("seed")?,
        outcome: outcome
            .map(|text| serde_json::from_str(&text).map_err(|error| broken(error.into())))
            .transpose()?,
        paid_calls: row.get("paid_calls")?,
        calls: row.get("calls")?,
        archived: row.get("archived")?,
    })
}

/// Writes a job and its pictures.
pub(super) fn insert(
    db: &Connection,
    job: &Job,
    terms: &Terms,
    reserved: i64,
    budget_used: Option<u32>,
) -> rusqlite::Result<()> {
    let (guild, channel, member, key) = match &job.origin {
        Origin::Discord(discord) => (discord.guild, Some(discord.channel), Some(discord.member), None),
        Origin::Shell => (None, None, None, None),
        Origin::Api(origin) => (None, None, None, Some(&origin.key)),
    };
    let text = |number: Option<u64>| number.map(|number| number.to_string());
    db.prepare_cached(
        "INSERT INTO jobs (id, dedupe, state, guild, channel, member, model, origin, request, parent, period, pictures,
                           reserved_micros, created_at, session, day, terms, budget_used, api_key)
         VALUES (?1, ?2, 'admitted', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?
    .execute(params![
        job.id.to_string(),
        job.dedupe_key(),
        text(guild),
        text(channel),
        text(member),
        job.request.model,
        to_json(&job.origin)?,
        to_json(&job.request)?,
        job.parent.map(|parent| parent.to_string()),
        month(job.created),
        i64::try_from(job.request.seeds.len()).unwrap_or(i64::MAX),
        reserved,
        millis(job.created),
        job.session().map(|session| session.to_string()),
        day(job.created),
        to_json(terms)?,
        budget_used,
        key,
    ])?;
    let mut insert = db.prepare_cached("INSERT INTO pictures (job, n, seed) VALUES (?1, ?2, ?3)")?;
    for (n, seed) in (0u32..).zip(&job.request.seeds) {
        insert.execute(params![job.id.to_string(), n, seed])?;
    }
    Ok(())
}
