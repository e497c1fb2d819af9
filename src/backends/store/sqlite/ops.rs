//! The operations on jobs, each within the savepoint that its caller opened.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use super::erasing;
use super::rows::{self, from_json, to_json};
use super::{accounts, durations, shelves};
use crate::backends::store::KeptPicture;
use crate::domain::job::accounts::{Balances, first_broken};
use crate::domain::job::{
    Admission, BlockedChange, Bounded, Difference, DigestChange, JobId, JobRecord, Latest, NewJob,
    REQUEST_KEPT, UsagePosting, WorkQueue, account_of_warning, difference,
};
use crate::domain::refusal::Refusal;
use crate::domain::session::SessionId;

pub(super) fn admit(db: &Connection, new: &NewJob<'_>, now: OffsetDateTime) -> rusqlite::Result<Admission> {
    let job = new.job;
    let request = job.dedupe_key();
    if let Some(earlier) = find_request(db, &request, now)? {
        return Ok(Admission::Duplicate(earlier));
    }
    let balances = accounts::balances(db, new.deciding())?;
    let admitted = match JobRecord::admit(new, &balances) {
        Ok(admitted) => admitted,
        Err(refusal) => return Ok(Admission::Refused(refusal)),
    };
    let record = &admitted.record;
    db.prepare_cached(
        "INSERT INTO jobs (id, doc, session, created_at, queue, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        job.id.to_string(),
        to_json(record)?,
        job.session().map(|session| session.to_string()),
        record.created_ms(),
        record.queue().map(|(queue, _)| queue.name()),
        record.queue().map(|(_, due)| due),
    ])?;
    post(db, record, &difference(None, record, &balances))?;
    remember_request(db, &request, job.id, now)?;
    if let Some(session) = job.session() {
        super::sessions::touch(db, session, now)?;
    }
    Ok(Admission::Admitted { warning: admitted.warning, begun: admitted.begun.map(Box::new) })
}

/// The job of a request, if it was admitted and is still known.
pub(super) fn find_request(
    db: &Connection,
    request: &str,
    now: OffsetDateTime,
) -> rusqlite::Result<Option<JobId>> {
    db.prepare_cached("SELECT job FROM requests WHERE request = ?1 AND expires > ?2")?
        .query_row(params![request, now.unix_timestamp()], |row| rows::parsed(row, "job"))
        .optional()
}

fn remember_request(db: &Connection, request: &str, job: JobId, now: OffsetDateTime) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM requests WHERE expires <= ?1")?.execute([now.unix_timestamp()])?;
    db.prepare_cached("INSERT OR REPLACE INTO requests (request, job, expires) VALUES (?1, ?2, ?3)")?
        .execute(params![request, job.to_string(), (now + REQUEST_KEPT).unix_timestamp()])
        .map(drop)
}

/// Takes one step of a job; `None` if there is no such job.
pub(super) fn update<T>(
    db: &Connection,
    job: JobId,
    step: impl Fn(&mut JobRecord) -> Bounded<T>,
) -> rusqlite::Result<Option<Result<T, Refusal>>> {
    let Some(before) = find(db, job)? else { return Ok(None) };
    let mut after = before.clone();
    let Bounded { answer, bounds } = step(&mut after);
    if after == before {
        return Ok(Some(Ok(answer)));
    }
    let bounded = bounds.iter().filter_map(|bound| bound.account.clone());
    let balances = accounts::balances(db, bounded.chain(account_of_warning(&before, &after)).collect())?;
    if let Some(refusal) = first_broken(&bounds, &balances) {
        return Ok(Some(Err(refusal)));
    }
    write(db, Some(&before), &after, &balances)?;
    Ok(Some(Ok(answer)))
}

fn write(
    db: &Connection,
    before: Option<&JobRecord>,
    after: &JobRecord,
    balances: &Balances,
) -> rusqlite::Result<()> {
    let queue = after.queue();
    db.prepare_cached("UPDATE jobs SET doc = ?2, queue = ?3, due = ?4 WHERE id = ?1")?.execute(params![
        after.id().to_string(),
        to_json(after)?,
        queue.map(|(queue, _)| queue.name()),
        queue.map(|(_, due)| due),
    ])?;
    if after.is_erased() {
        erasing::mark(db)?;
    }
    post(db, after, &difference(before, after, balances))
}

fn post(db: &Connection, record: &JobRecord, difference: &Difference) -> rusqlite::Result<()> {
    difference.postings.iter().try_for_each(|posting| accounts::post(db, posting))?;
    difference.usage.iter().try_for_each(|usage| post_usage(db, usage))?;
    for DigestChange { n, sha256, is_found } in &difference.digests {
        let change = if *is_found {
            "INSERT OR REPLACE INTO digests (sha256, job, n) VALUES (?1, ?2, ?3)"
        } else {
            "DELETE FROM digests WHERE sha256 = ?1 AND job = ?2 AND n = ?3"
        };
        db.prepare_cached(change)?.execute(params![sha256, record.id().to_string(), n])?;
    }
    if let Some(Latest { channel, member }) = &difference.latest {
        db.prepare_cached("INSERT OR REPLACE INTO latest (channel, member, job) VALUES (?1, ?2, ?3)")?
            .execute([channel.to_string(), member.to_string(), record.id().to_string()])?;
    }
    for taken in &difference.taken {
        durations::add(db, taken)?;
    }
    difference.shelves.iter().try_for_each(|change| shelves::change(db, record.id(), change))?;
    difference.blocked.iter().try_for_each(|change| list_blocked(db, record, change))
}

fn post_usage(db: &Connection, usage: &UsagePosting) -> rusqlite::Result<()> {
    let UsagePosting { guild, member, month, day, model, amounts } = usage;
    db.prepare_cached(
        "INSERT INTO usage (guild, month, day, member, model, delivered, calls, spent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET delivered = delivered + excluded.delivered, calls = calls + excluded.calls,
             spent = spent + excluded.spent",
    )?
    .execute(params![guild, month, day, member, model, amounts.delivered, amounts.calls, amounts.spent])
    .map(drop)
}

fn list_blocked(db: &Connection, record: &JobRecord, change: &BlockedChange) -> rusqlite::Result<()> {
    let BlockedChange { guild, channel, member, stage, category } = change;
    let (guild, job) = (guild.to_string(), record.id().to_string());
    let Some(category) = category else {
        return db
            .prepare_cached("DELETE FROM blocked WHERE guild = ?1 AND job = ?2 AND stage = ?3")?
            .execute(params![guild, job, stage.name()])
            .map(drop);
    };
    db.prepare_cached(
        "INSERT OR REPLACE INTO blocked (guild, job, stage, at, member, channel, category) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        guild,
        job,
        stage.name(),
        record.created_ms(),
        member.to_string(),
        channel.to_string(),
        category
    ])
    .map(drop)
}

/// Ends every lease and pause.
pub(super) fn free_all(db: &Connection) -> rusqlite::Result<()> {
    let open: Vec<JobId> = db
        .prepare("SELECT id FROM jobs WHERE queue IS NOT NULL")?
        .query_map([], |row| rows::parsed(row, "id"))?
        .collect::<rusqlite::Result<_>>()?;
    for job in open {
        update(db, job, |record| {
            record.free();
            Bounded { answer: (), bounds: Vec::new() }
        })?;
    }
    Ok(())
}

pub(super) fn queued(
    db: &Connection,
    queue: WorkQueue,
    until: i64,
    limit: usize,
) -> rusqlite::Result<Vec<JobId>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached("SELECT id FROM jobs WHERE queue = ?1 AND due <= ?2 ORDER BY due, id LIMIT ?3")?
        .query_map(params![queue.name(), until, limit], |row| rows::parsed(row, "id"))?
        .collect()
}

pub(super) fn by_sha256(db: &Connection, sha256: &str) -> rusqlite::Result<Option<(JobRecord, u32)>> {
    let found = db
        .prepare_cached("SELECT job, n FROM digests WHERE sha256 = ?1 ORDER BY job, n LIMIT 1")?
        .query_row([sha256], |row| Ok((rows::parsed(row, "job")?, row.get("n")?)))
        .optional()?;
    let Some((id, n)) = found else { return Ok(None) };
    Ok(find(db, id)?.map(|record| (record, n)))
}

pub(super) fn latest(db: &Connection, channel: u64, member: u64) -> rusqlite::Result<Option<JobRecord>> {
    db.prepare_cached(
        "SELECT doc FROM jobs WHERE id = (SELECT job FROM latest WHERE channel = ?1 AND member = ?2)",
    )?
    .query_row([channel.to_string(), member.to_string()], record)
    .optional()
}

pub(super) fn kept_pictures(db: &Connection) -> rusqlite::Result<Vec<KeptPicture>> {
    let mut jobs = db.prepare("SELECT doc FROM jobs")?;
    let mut pictures = Vec::new();
    for record in jobs.query_map([], record)? {
        pictures.extend(KeptPicture::of(&record?));
    }
    Ok(pictures)
}

pub(super) fn find(db: &Connection, job: JobId) -> rusqlite::Result<Option<JobRecord>> {
    db.prepare_cached("SELECT doc FROM jobs WHERE id = ?1")?.query_row([job.to_string()], record).optional()
}

/// The jobs of a session, oldest first.
pub(super) fn of_session(db: &Connection, session: SessionId) -> rusqlite::Result<Vec<JobRecord>> {
    db.prepare_cached("SELECT doc FROM jobs WHERE session = ?1 ORDER BY created_at, id")?
        .query_map([session.to_string()], record)?
        .collect()
}

/// For [`page`]. No id is above the last letter.
pub(super) const OF_KEY: &str =
    "SELECT doc FROM jobs WHERE api_key = ?1 AND id < coalesce(?2, 'z') ORDER BY id DESC LIMIT ?3";
pub(super) const OF_MEMBER: &str =
    "SELECT doc FROM jobs WHERE member = ?1 AND id < coalesce(?2, 'z') ORDER BY id DESC LIMIT ?3";
pub(super) const OF_PARENT: &str =
    "SELECT doc FROM jobs WHERE parent = ?1 AND id < coalesce(?2, 'z') ORDER BY id DESC LIMIT ?3";

/// Up to `limit` jobs of somebody or something with ids below `before`, the latest first.
pub(super) fn page(
    db: &Connection,
    query: &str,
    of: &str,
    before: Option<JobId>,
    limit: usize,
) -> rusqlite::Result<Vec<JobRecord>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let before = before.map(|job| job.to_string());
    db.prepare_cached(query)?.query_map(params![of, before, limit], record)?.collect()
}

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    from_json(row, "doc")
}

/// How many jobs have something to do.
pub(super) fn open(db: &Connection) -> rusqlite::Result<u32> {
    db.prepare_cached("SELECT count(*) FROM jobs WHERE queue IS NOT NULL")?.query_row([], |row| row.get(0))
}
