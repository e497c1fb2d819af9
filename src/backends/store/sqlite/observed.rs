//! A look at a database that another process works with.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row};
use time::OffsetDateTime;

use super::{LOCK_WAIT, accounts, ops, sessions};
use crate::backends::store::observed::{Observed, ObservedCall, ObservedJob};
use crate::domain::job::JobId;
use crate::domain::job::accounts::Accounts;
use crate::domain::limits::BudgetScope;
use crate::domain::money::Micros;
use crate::domain::session::{Session, SessionQueue};

pub(in crate::backends::store) fn observe(path: &Path, now: OffsetDateTime) -> anyhow::Result<Observed> {
    let db = open(path)?;
    // All of it is read as it was at one moment.
    let db = db.unchecked_transaction()?;
    let mut jobs = Vec::new();
    let mut found = db.prepare(
        "SELECT id, doc, reserved, doc ->> '$.finished_at' AS finished_at FROM jobs ORDER BY id DESC",
    )?;
    for row in found.query_map([], job)? {
        let (id, mut job) = row?;
        job.calls = calls(&db, id)?;
        jobs.push(job);
    }
    drop(found);
    let month = Accounts::at(None, None, None, now).of_budget(BudgetScope::Deployment);
    let balances = accounts::balances(&db, month.iter().cloned().collect())?;
    let amounts = balances.into_values().next().unwrap_or_default().amounts;
    Ok(Observed { jobs, reserved: Micros(amounts.reserved), spent: Micros(amounts.spent) })
}

pub(in crate::backends::store) fn observe_sessions(
    path: &Path,
    now: OffsetDateTime,
) -> anyhow::Result<Vec<Session>> {
    let db = open(path)?;
    let mut running = db.prepare(sessions::queued(SessionQueue::Running))?;
    let found = running.query_map([i64::MAX], sessions::record)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(found.into_iter().map(|record| record.session).filter(|session| session.is_open(now)).collect())
}

/// It takes no lock: a process that starts again still finds itself alone with the file.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.busy_timeout(LOCK_WAIT)?;
    Ok(db)
}

fn job(row: &Row<'_>) -> rusqlite::Result<(JobId, ObservedJob)> {
    let claim = ops::record(row)?.to_claim();
    let job = ObservedJob {
        reserved: Micros(row.get("reserved")?),
        finished_at: row.get("finished_at")?,
        calls: Vec::new(),
        claim,
    };
    Ok((job.claim.job.id, job))
}

fn calls(db: &Connection, job: JobId) -> rusqlite::Result<Vec<ObservedCall>> {
    let call = |row: &Row<'_>| {
        Ok(ObservedCall {
            picture: row.get("n")?,
            price: Micros(row.get("micros")?),
            paid: row.get("paid")?,
            answered: row.get("settled")?,
            at: row.get("at")?,
        })
    };
    db.prepare_cached("SELECT * FROM charges WHERE job = ?1 ORDER BY id")?
        .query_map([job.to_string()], call)?
        .collect()
}
