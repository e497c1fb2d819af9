//! The operations, each within the savepoint that its caller opened.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use time::OffsetDateTime;

use super::books::{Held, first_broken, held};
use super::rows::{self, to_json};
use crate::job::{Bill, Claim, Job, JobId, MAX_PAID_CALLS, Outcome, State};
use crate::limits::{Purse, Terms};
use crate::money::Micros;
use crate::store::accounts::{Accounts, Entry};
use crate::store::{
    Admission, Attempt, CallId, Conclusion, Progress, Settlement, Stage, Totals, WARN_PERCENT, millis,
};

pub(super) fn admit(
    db: &Connection,
    job: &Job,
    price: Micros,
    terms: &Terms,
    now: OffsetDateTime,
) -> rusqlite::Result<Admission> {
    if let Some(earlier) = admitted(db, &job.dedupe_key())? {
        return Ok(Admission::Duplicate(earlier));
    }
    let accounts = Accounts::of(job);
    let pictures = u32::try_from(job.request.seeds.len()).unwrap_or(u32::MAX);
    let mut bounds = accounts.numbers(terms, pictures, now);
    bounds.extend(accounts.ceilings(terms, price, job.created));
    if let Some(refusal) = first_broken(db, bounds)? {
        return Ok(Admission::Refused(refusal));
    }
    accounts.book(db, Entry { reserved: price.0, ordered: i64::from(pictures), ..Entry::default() })?;
    let budget_used = percent_used(db, &accounts, terms)?.filter(|percent| *percent >= WARN_PERCENT);
    let crossed = if budget_used.is_some() && accounts.guild_was_told(db)? { None } else { budget_used };
    rows::insert(db, job, terms, price.0, budget_used)?;
    touch_session(db, job, now)?;
    Ok(Admission::Admitted { crossed })
}

/// Percent of the server's month that is spent or reserved, if it has a ceiling.
fn percent_used(db: &Connection, accounts: &Accounts, terms: &Terms) -> rusqlite::Result<Option<u32>> {
    let Some(ceiling) = terms.ceilings.iter().find(|ceiling| ceiling.purse == Purse::Guild) else {
        return Ok(None);
    };
    let tally = accounts.tally(db, Purse::Guild)?;
    Ok(Some((tally.reserved + tally.spent).percent_of(ceiling.limit)))
}

fn touch_session(db: &Connection, job: &Job, now: OffsetDateTime) -> rusqlite::Result<()> {
    let Some(session) = job.session() else { return Ok(()) };
    db.prepare_cached("UPDATE sessions SET last = max(last, ?2) WHERE id = ?1")?
        .execute(params![session.to_string(), millis(now)])?;
    Ok(())
}

/// The job of a request, if it was admitted.
pub(super) fn admitted(db: &Connection, request: &str) -> rusqlite::Result<Option<JobId>> {
    db.prepare_cached("SELECT id FROM jobs WHERE dedupe = ?1")?
        .query_row([request], |row| rows::id(row, "id"))
        .optional()
}

pub(super) fn cancel(db: &Connection, job: JobId, now: OffsetDateTime) -> rusqlite::Result<bool> {
    let cancelled = db.execute(
        "UPDATE jobs SET state = 'cancelled', open = 0, finished_at = ?2 WHERE id = ?1 AND state = 'admitted' AND fence = 0",
        params![job.to_string(), millis(now)],
    )?;
    if cancelled == 1 {
        close_books(db, job, State::Admitted, 0)?;
        forget_token(db, job)?;
    }
    Ok(cancelled == 1)
}

pub(super) fn claim(
    db: &Connection,
    job: JobId,
    owner: &str,
    now: OffsetDateTime,
    lease: Duration,
) -> rusqlite::Result<Option<Claim>> {
    let claimed = db
        .prepare_cached(
            "UPDATE jobs SET fence = fence + 1, owner = ?2, lease_until = ?4,
                    state = CASE state WHEN 'admitted' THEN 'generating' ELSE state END
             WHERE id = ?1 AND open = 1 AND lease_until <= ?3 AND not_before <= ?3",
        )?
        .execute(params![job.to_string(), owner, millis(now), millis(now + lease)])?;
    if claimed == 0 { Ok(None) } else { rows::load(db, job) }
}

pub(super) fn extend(
    db: &Connection,
    job: JobId,
    fence: i64,
    now: OffsetDateTime,
    lease: Duration,
) -> rusqlite::Result<bool> {
    let extended = db
        .prepare_cached(
            "UPDATE jobs SET lease_until = ?3 WHERE id = ?1 AND fence = ?2 AND owner IS NOT NULL",
        )?
        .execute(params![job.to_string(), fence, millis(now + lease)])?;
    Ok(extended == 1)
}

pub(super) fn attempt(
    db: &Connection,
    job: JobId,
    fence: i64,
    n: u32,
    price: Micros,
    now: OffsetDateTime,
) -> rusqlite::Result<Attempt> {
    let Some(held) = held(db, job, fence)? else { return Ok(Attempt::Stale) };
    let paid = paid_calls(db, job, n)?;
    if paid >= MAX_PAID_CALLS {
        return Ok(Attempt::Exhausted);
    }
    // The first call of each picture was reserved with the job. A repeated one must fit under the ceiling too.
    let from_reservation = if paid == 0 { held.reserved.min(price.0) } else { 0 };
    let beyond = Micros(price.0 - from_reservation);
    if let Some(refusal) = first_broken(db, held.accounts.ceilings(&held.terms, beyond, held.created))? {
        return Ok(Attempt::Refused(refusal));
    }
    held.accounts.book(db, Entry { reserved: -from_reservation, spent: price.0, ..Entry::default() })?;
    db.prepare_cached(
        "UPDATE jobs SET reserved_micros = reserved_micros - ?2, attempted = attempted + 1, attempted_micros = attempted_micros + ?3
         WHERE id = ?1",
    )?
    .execute(params![job.to_string(), from_reservation, price.0])?;
    db.prepare_cached("INSERT INTO charges (job, n, model, micros, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![job.to_string(), n, held.model, price.0, millis(now)])?;
    Ok(Attempt::Go(CallId(db.last_insert_rowid())))
}

/// Calls for a picture that may be billed.
fn paid_calls(db: &Connection, job: JobId, n: u32) -> rusqlite::Result<u32> {
    db.prepare_cached("SELECT count(*) FROM charges WHERE job = ?1 AND n = ?2 AND paid")?
        .query_row(params![job.to_string(), n], |row| row.get(0))
}

pub(super) fn settle(
    db: &Connection,
    job: JobId,
    fence: i64,
    settlement: &Settlement,
) -> rusqlite::Result<bool> {
    let Some(held) = held(db, job, fence)? else { return Ok(false) };
    if let Some(call) = settlement.call {
        settle_call(db, job, &held, settlement.n, call, settlement.bill)?;
    }
    if let Some(outcome) = &settlement.outcome {
        let sha256 = match outcome {
            Outcome::Painted(painted) => Some(painted.sha256.as_str()),
            Outcome::Refused { .. } => None,
        };
        let guarded = Stage::of(outcome).map(Stage::name);
        db.prepare_cached(
            "UPDATE pictures SET outcome = ?3, sha256 = ?4, guarded = ?5 WHERE job = ?1 AND n = ?2",
        )?
        .execute(params![job.to_string(), settlement.n, to_json(outcome)?, sha256, guarded])?;
        db.prepare_cached(
            "UPDATE jobs SET state = 'generated' WHERE id = ?1 AND state = 'generating'
             AND NOT EXISTS (SELECT 1 FROM pictures WHERE job = ?1 AND outcome IS NULL)",
        )?
        .execute([job.to_string()])?;
    }
    Ok(true)
}

/// What a call certainly did not cost is free again. It goes back to being reserved if the call was the picture's
/// first, which may be repeated: a repeated one was not reserved, and a job that has ended makes none.
fn settle_call(
    db: &Connection,
    job: JobId,
    held: &Held,
    n: u32,
    call: CallId,
    bill: Bill,
) -> rusqlite::Result<()> {
    let micros: Option<i64> = db
        .prepare_cached(
            "UPDATE charges SET settled = 1, paid = ?4 WHERE id = ?1 AND job = ?2 AND n = ?3 AND settled = 0
             RETURNING micros",
        )?
        .query_row(params![call.0, job.to_string(), n, bill == Bill::Due], |row| row.get(0))
        .optional()?;
    let Some(micros) = micros.filter(|_| bill != Bill::Due) else { return Ok(()) };
    db.prepare_cached("UPDATE charges SET micros = 0 WHERE id = ?1")?.execute([call.0])?;
    let is_first = !held.state.is_final() && paid_calls(db, job, n)? == 0;
    let reserved = if is_first { micros } else { 0 };
    held.accounts.book(db, Entry { reserved, spent: -micros, ..Entry::default() })?;
    db.prepare_cached(
        "UPDATE jobs SET reserved_micros = reserved_micros + ?2, attempted_micros = attempted_micros - ?3 WHERE id = ?1",
    )?
    .execute(params![job.to_string(), reserved, micros])?;
    if bill == Bill::NoCall {
        db.prepare_cached("DELETE FROM charges WHERE id = ?1")?.execute([call.0])?;
        db.prepare_cached("UPDATE jobs SET attempted = attempted - 1 WHERE id = ?1")?
            .execute([job.to_string()])?;
    }
    Ok(())
}

pub(super) fn progress(
    db: &Connection,
    job: JobId,
    fence: i64,
    progress: &Progress,
    now: OffsetDateTime,
) -> rusqlite::Result<bool> {
    if held(db, job, fence)?.is_none() {
        return Ok(false);
    }
    for (n, key) in &progress.archived {
        db.prepare_cached("UPDATE pictures SET archived = ?3 WHERE job = ?1 AND n = ?2")?
            .execute(params![job.to_string(), n, key])?;
    }
    if let Some(conclusion) = &progress.concluded {
        conclude(db, job, conclusion, now)?;
    }
    if let Some(wait) = progress.release_for {
        release(db, job, millis(now).saturating_add(wait))?;
    }
    Ok(true)
}

fn conclude(
    db: &Connection,
    job: JobId,
    conclusion: &Conclusion,
    now: OffsetDateTime,
) -> rusqlite::Result<()> {
    let refusal = conclusion.refusal.as_ref().map(to_json).transpose()?;
    let before = db
        .prepare_cached("SELECT state FROM jobs WHERE id = ?1")?
        .query_row([job.to_string()], rows::state)?;
    close_books(db, job, before, conclusion.delivered)?;
    db.prepare_cached(
        "UPDATE jobs SET state = ?2, delivered = ?3, refusal = ?4, finished_at = ?5 WHERE id = ?1",
    )?
    .execute(params![
        job.to_string(),
        conclusion.state.name(),
        conclusion.delivered,
        refusal,
        millis(now)
    ])?;
    Ok(())
}

fn release(db: &Connection, job: JobId, not_before: i64) -> rusqlite::Result<()> {
    let open: bool = db
        .prepare_cached(
            "UPDATE jobs SET owner = NULL, lease_until = 0, not_before = ?2,
                    open = state NOT IN ('delivered', 'failed', 'cancelled')
                        OR EXISTS (SELECT 1 FROM pictures WHERE job = ?1 AND sha256 IS NOT NULL AND archived IS NULL)
             WHERE id = ?1 RETURNING open",
        )?
        .query_row(params![job.to_string(), not_before], |row| row.get(0))?;
    if open { Ok(()) } else { forget_token(db, job) }
}

/// What was reserved and never used is free for others; a job that was under way is no more. Saying it again changes
/// nothing.
fn close_books(db: &Connection, job: JobId, before: State, delivered: u32) -> rusqlite::Result<()> {
    let (accounts, reserved, pictures, counted): (_, i64, i64, i64) =
        db.prepare_cached("SELECT * FROM jobs WHERE id = ?1")?.query_row([job.to_string()], |row| {
            let accounts = Accounts::from_row(row)?;
            Ok((accounts, row.get("reserved_micros")?, row.get("pictures")?, row.get("delivered")?))
        })?;
    db.prepare_cached("UPDATE jobs SET reserved_micros = 0 WHERE id = ?1")?.execute([job.to_string()])?;
    let ordered = if before.is_final() { 0 } else { -pictures };
    let delivered = i64::from(delivered) - counted;
    accounts.book(db, Entry { reserved: -reserved, ordered, delivered, ..Entry::default() })
}

/// A finished job needs no secret.
fn forget_token(db: &Connection, job: JobId) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE jobs SET origin = json_replace(origin, '$.token', '') WHERE id = ?1")?
        .execute([job.to_string()])?;
    Ok(())
}

pub(super) fn due(db: &Connection, now: OffsetDateTime, grace: Duration) -> rusqlite::Result<Vec<JobId>> {
    db.prepare_cached(
        "SELECT id FROM jobs WHERE open = 1 AND lease_until <= ?1 AND not_before <= ?1 AND (fence > 0 OR created_at <= ?2)
         ORDER BY created_at LIMIT 1000",
    )?
    .query_map(params![millis(now), millis(now - grace)], |row| rows::id(row, "id"))?
    .collect()
}

pub(super) fn by_sha256(db: &Connection, sha256: &str) -> rusqlite::Result<Option<(Job, u32)>> {
    let found = db
        .prepare_cached("SELECT job, n FROM pictures WHERE sha256 = ?1 ORDER BY job LIMIT 1")?
        .query_row([sha256], |row| Ok((rows::id(row, "job")?, row.get("n")?)))
        .optional()?;
    let Some((id, n)) = found else { return Ok(None) };
    Ok(rows::load(db, id)?.map(|claim| (claim.job, n)))
}

pub(super) fn find(db: &Connection, job: JobId) -> rusqlite::Result<Option<Claim>> {
    rows::load(db, job)
}

pub(super) fn totals(db: &Connection) -> rusqlite::Result<Totals> {
    db.query_row(
        "SELECT coalesce(sum(open), 0), coalesce(sum(attempted), 0), coalesce(sum(attempted_micros), 0),
                coalesce(sum(delivered), 0), coalesce(sum(reserved_micros), 0) FROM jobs",
        [],
        |row| {
            Ok(Totals {
                open: row.get(0)?,
                attempted: row.get(1)?,
                attempted_micros: Micros(row.get(2)?),
                delivered: row.get(3)?,
                reserved: Micros(row.get(4)?),
            })
        },
    )
}
